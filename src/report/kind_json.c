/* What a finding means, as one JSON object. */
#include "report/json.h"
#include "report/report.h"

static void write_parameter(struct json *json, const struct culprit_parameter *parameter)
{
	json_open(json, NULL, '{');
	json_words(json, "name", parameter->name);
	json_words(json, "meaning", parameter->meaning);
	json_words(json, "unit", *parameter->unit ? parameter->unit : NULL);
	json_open_flat(json, "values", '{');
	const char *profile;
	for (unsigned i = 0; (profile = culprit_profile_name(i)) != NULL; i++)
		json_double(json, profile, parameter->value[i]);
	json_close(json, '}');
	json_close(json, '}');
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct culprit_kind *kind = about;
	struct json json = { .to = to };
	(void)output;
	json_open(&json, NULL, '{');
	json_words(&json, "id", kind->id);
	json_words(&json, "severity", culprit_severity_name(kind->severity));
	json_words(&json, "title", kind->title);
	json_words(&json, "meaning", kind->meaning);
	json_words(&json, "false_alarms", kind->false_alarms);
	json_open(&json, "parameters", '[');
	for (size_t i = 0; i < kind->parameter_count; i++)
		write_parameter(&json, &kind->parameters[i]);
	json_close(&json, ']');
	json_open(&json, "advice", '[');
	for (size_t i = 0; i < kind->advice_count; i++)
		json_words(&json, NULL, kind->advice[i]);
	json_close(&json, ']');
	json_words(&json, "reference", kind->reference);
	json_close(&json, '}');
	text_add_char(to, '\n');
}

const struct report kind_as_json = { .subject = REPORT_KIND, .format = CULPRIT_JSON, .write = write };
