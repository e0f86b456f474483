/* `culprit tune` as one JSON object. */
#include "report/diagnosis.h"
#include "report/json.h"
#include "report/report.h"
#include "report/tuning.h"

static void write_alarms(struct json *json, const char *key, const struct tuning *tuning, uint64_t alarms)
{
	json_open_flat(json, key, '{');
	json_number(json, "alarms", alarms);
	json_double(json, "per_hour", tuning_per_hour(tuning, (double)alarms));
	json_double(json, "below_per_hour", tuning_per_hour(tuning, tuning_limit(alarms)));
	json_close(json, '}');
}

static void write_threshold(struct json *json, const struct tuned_kind *kind,
			    const struct tuned_threshold *threshold)
{
	const char *suffix = unit_suffix(threshold->parameter->unit);
	struct text value = { 0 };
	tuning_value(&value, threshold->parameter->unit, threshold->value);
	json_open(json, NULL, '{');
	json_words(json, "id", kind->kind->id);
	json_words(json, "name", threshold->parameter->name);
	json_words(json, "unit", suffix[0] ? suffix + 1 : NULL);
	json_boolean(json, "raised", kind->raised);
	json_double(json, "value", threshold->value);
	json_words(json, "setting", value.bytes);
	json_double(json, "percentile_99", threshold->percentile);
	json_double(json, "profile", threshold->floor);
	json_close(json, '}');
	text_finish(&value);
}

static void write_left(struct json *json, const struct tuning_report *report, const struct tuned_kind *kind)
{
	json_open(json, NULL, '{');
	json_words(json, "id", kind->kind->id);
	json_number(json, "count", kind->left);
	json_number(json, "sessions", kind->left_sessions);
	json_double(json, "per_hour", tuning_per_hour(report->tuning, (double)kind->left));
	json_words(json, "file", report->paths[kind->left_file]);
	json_number_or_null(json, "packet", kind->left_packet);
	json_close(json, '}');
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct tuning_report *report = about;
	const struct tuning *tuning = report->tuning;
	struct json json = { .to = to };
	(void)output;
	json_open(&json, NULL, '{');
	json_words(&json, "schema", "culprit.tuning/1");
	json_words(&json, "profile", profile_name(tuning->profile));
	json_number(&json, "packets", tuning->packets);
	json_number(&json, "sessions", tuning->sessions);
	json_seconds(&json, "duration_s", tuning->duration);
	write_alarms(&json, "tuned", tuning, tuning->alarms);
	write_alarms(&json, "untuned", tuning, tuning->alarms_of_profile);
	write_alarms(&json, "default", tuning, tuning->alarms_of_standard);
	json_open(&json, "thresholds", '[');
	for (size_t i = 0; i < tuning->count; i++)
		for (size_t j = 0; j < tuning->kinds[i].threshold_count; j++)
			write_threshold(&json, &tuning->kinds[i], &tuning->kinds[i].thresholds[j]);
	json_close(&json, ']');
	json_open(&json, "left", '[');
	for (size_t i = 0; i < tuning->count; i++)
		if (tuning->kinds[i].left)
			write_left(&json, report, &tuning->kinds[i]);
	json_close(&json, ']');
	json_number(&json, "trials", tuning->trials);
	json_close(&json, '}');
	text_add_char(to, '\n');
}

const struct report tuning_as_json = { .subject = REPORT_TUNING, .format = CULPRIT_JSON, .write = write };
