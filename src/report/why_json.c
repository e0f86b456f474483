/* `culprit why` as one JSON object. */
#include "finding/gate.h"
#include "report/json.h"
#include "report/report.h"
#include "report/why.h"

static void write_values(struct json *json, const struct culprit_finding *told)
{
	json_open(json, "values", '{');
	for (size_t i = 0; i < told->value_count; i++) {
		if (told->values[i].text)
			json_words(json, told->values[i].name, told->values[i].text);
		else
			json_double(json, told->values[i].name, told->values[i].number);
	}
	json_close(json, '}');
}

static void write_thresholds(struct json *json, const struct why *why)
{
	static const char *const sources[] = {
		[SETTING_STANDARD] = "default", [SETTING_PROFILE] = "profile", [SETTING_USER] = "user",
	};
	json_words(json, "profile", profile_name(why->profile));
	json_open(json, "thresholds", '[');
	for (size_t i = 0; i < why->threshold_count; i++) {
		const struct why_threshold *threshold = &why->thresholds[i];
		json_open(json, NULL, '{');
		json_words(json, "name", threshold->parameter->name);
		json_words(json, "unit", unit_suffix(threshold->parameter->unit)[0]
			   ? unit_suffix(threshold->parameter->unit) + 1 : NULL);
		json_double(json, "value", threshold->value);
		json_double(json, "default", threshold->standard);
		json_words(json, "from", sources[threshold->source]);
		json_words(json, "meaning", threshold->parameter->meaning);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void write_gates(struct json *json, const struct why *why)
{
	const struct finding_kind *kind = why->finding->kind;
	json_open(json, "gates", '[');
	for (size_t i = 0; i < gate_flag_count; i++) {
		const struct gate_flag *flag = &gate_flags[i];
		if (!((kind->suppressed_by | kind->weakened_by) & flag->flag))
			continue;
		json_open(json, NULL, '{');
		json_words(json, "flaw", flag->name);
		json_words(json, "effect", kind->suppressed_by & flag->flag ? "suppresses" : "weakens");
		json_boolean(json, "holds", why->quality & flag->flag);
		json_words(json, "meaning", flag->impairment);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void write_alternatives(struct json *json, const struct culprit_finding *told)
{
	json_open(json, "alternatives", '[');
	for (size_t i = 0; i < told->alternative_count; i++) {
		json_open(json, NULL, '{');
		json_words(json, "text", told->alternatives[i].text);
		json_words(json, "rejected", told->alternatives[i].rejected);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void write_causes(struct json *json, const struct why *why)
{
	json_open(json, "considered", '[');
	for (size_t i = 0; i < why->rival_count; i++) {
		const struct weighed *rival = &why->rivals[i];
		json_open(json, NULL, '{');
		json_number(json, "finding", rival->other->number);
		json_words(json, "id", rival->other->kind->id);
		json_words(json, "outcome", why_outcome_name(rival->outcome));
		json_words(json, "shared", rival->outcome == WEIGHING_APART ? rival->shared : NULL);
		json_words(json, "meaning", why_outcome(rival->outcome));
		json_close(json, '}');
	}
	json_close(json, ']');
	json_number(json, "considered_total", why->rival_total);
	json_words(json, "not_found", why->absent.bytes);
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct why *why = about;
	const struct culprit_finding *told = why->told;
	struct json json = { .to = to };
	(void)output;
	json_open(&json, NULL, '{');
	json_words(&json, "schema", "culprit.why/1");
	json_number(&json, "number", told->number);
	json_words(&json, "id", told->id);
	json_words(&json, "title", told->title);
	json_words(&json, "text", told->text);
	json_words(&json, "rule", why->finding->kind->meaning);
	write_values(&json, told);
	write_thresholds(&json, why);
	json_words(&json, "severity", culprit_severity_name(told->severity));
	json_words(&json, "severity_why", why->severity.bytes);
	json_words(&json, "blame", told->blame);
	json_words(&json, "party", told->party);
	json_words(&json, "why", told->why);
	json_words(&json, "confidence", culprit_confidence_name(told->confidence));
	json_words(&json, "confidence_why", why->confidence.bytes);
	write_alternatives(&json, told);
	write_gates(&json, why);
	write_causes(&json, why);
	json_words(&json, "false_alarms", why->finding->kind->false_alarms);
	json_words(&json, "raises_confidence", why->wanted.bytes);
	json_words(&json, "reference", told->reference);
	json_close(&json, '}');
	text_add_char(to, '\n');
}

const struct report why_as_json = { .subject = REPORT_WHY, .format = CULPRIT_JSON, .write = write };
