/* A diagnosis as one JSON document: doc/schema/diagnosis-1.schema.json. All keys are always there. */
#include "report/diagnosis.h"
#include "report/json.h"
#include "report/report.h"
#include "report/zos.h"

static void write_file(struct json *json, const struct culprit_file *file, unsigned digits)
{
	json_open(json, NULL, '{');
	json_words(json, "path", file->path);
	json_words(json, "format", file->format);
	json_words(json, "compression", file->compression);
	json_number(json, "packets", file->packets);
	json_time(json, "first", file->first_time, digits);
	json_time(json, "last", file->last_time, digits);
	json_open_flat(json, "link_types", '[');
	for (size_t i = 0; i < file->link_type_count; i++)
		json_words(json, NULL, file->link_types[i]);
	json_close(json, ']');
	json_close(json, '}');
}

static void write_trace(struct json *json, const struct culprit_trace *trace)
{
	json_open(json, "trace", '{');
	json_open(json, "files", '[');
	for (size_t i = 0; i < trace->file_count; i++)
		write_file(json, &trace->files[i], trace->time_digits);
	json_close(json, ']');
	json_number(json, "packets", trace->packets);
	json_number(json, "bytes", trace->bytes);
	json_seconds(json, "duration_s", trace->first_time == CULPRIT_NO_TIME
		     ? 0 : trace->last_time - trace->first_time);
	json_number(json, "sessions", trace->sessions);
	json_close(json, '}');
}

static void write_verdict(struct json *json, const struct culprit_verdict *verdict)
{
	json_open(json, "verdict", '{');
	json_words(json, "text", verdict->text);
	json_words(json, "blame", verdict->blame);
	json_words(json, "party", verdict->party);
	json_words(json, "confidence", culprit_confidence_name(verdict->confidence));
	json_number_or_null(json, "finding", verdict->finding);
	json_close(json, '}');
}

static void write_subject(struct json *json, const struct culprit_finding *finding)
{
	json_open_flat(json, "subject", '{');
	json_words(json, "client", finding->client);
	json_words(json, "server", finding->server);
	json_number_or_null(json, "server_port", finding->server_port);
	json_words(json, "protocol", finding->protocol);
	json_close(json, '}');
}

static void write_proof(struct json *json, const struct culprit_finding *finding)
{
	json_open(json, "evidence", '[');
	for (size_t i = 0; i < finding->evidence_count; i++) {
		json_open_flat(json, NULL, '{');
		json_number(json, "packet", finding->evidence[i].packet);
		json_words(json, "note", finding->evidence[i].note);
		json_close(json, '}');
	}
	json_close(json, ']');
	json_open(json, "values", '{');
	for (size_t i = 0; i < finding->value_count; i++) {
		const struct culprit_value *value = &finding->values[i];
		if (value->text)
			json_words(json, value->name, value->text);
		else
			json_double(json, value->name, value->number);
	}
	json_close(json, '}');
}

static void write_lines(struct json *json, const struct culprit_finding *finding)
{
	json_open(json, "lines", '[');
	for (size_t i = 0; i < finding->line_count; i++) {
		json_open_flat(json, NULL, '{');
		json_words(json, "file", finding->lines[i].file);
		json_number(json, "line", finding->lines[i].line);
		json_words(json, "note", finding->lines[i].words);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void write_alternatives(struct json *json, const struct culprit_finding *finding)
{
	json_open(json, "alternatives", '[');
	for (size_t i = 0; i < finding->alternative_count; i++) {
		json_open(json, NULL, '{');
		json_words(json, "text", finding->alternatives[i].text);
		json_words(json, "rejected", finding->alternatives[i].rejected);
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void write_list(struct json *json, const char *key, const char *const *words, size_t count)
{
	json_open_flat(json, key, '[');
	for (size_t i = 0; i < count; i++)
		json_words(json, NULL, words[i]);
	json_close(json, ']');
}

static void write_finding(struct json *json, const struct culprit_finding *finding, unsigned digits, bool displays)
{
	json_open(json, NULL, '{');
	json_number(json, "number", finding->number);
	json_words(json, "id", finding->id);
	json_words(json, "severity", culprit_severity_name(finding->severity));
	json_words(json, "confidence", culprit_confidence_name(finding->confidence));
	json_words(json, "title", finding->title);
	json_words(json, "text", finding->text);
	json_words(json, "blame", finding->blame);
	json_words(json, "party", finding->party);
	json_words(json, "why", finding->why);
	write_alternatives(json, finding);
	write_subject(json, finding);
	write_list(json, "sessions", finding->sessions, finding->session_count);
	json_number(json, "count", finding->count);
	json_seconds(json, "cost_s", finding->cost);
	json_number_or_null(json, "first_packet", finding->first_packet);
	json_number_or_null(json, "last_packet", finding->last_packet);
	json_time(json, "first", finding->first_time, digits);
	json_time(json, "last", finding->last_time, digits);
	write_proof(json, finding);
	if (displays)
		write_lines(json, finding);
	json_words(json, "kind", finding->kind);
	write_list(json, "buttons", finding->buttons, finding->button_count);
	json_number_or_null(json, "caused_by", finding->caused_by);
	json_open(json, "advice", '[');
	for (size_t i = 0; i < finding->advice_count; i++)
		json_words(json, NULL, finding->advice[i]);
	json_close(json, ']');
	json_words(json, "reference", finding->reference);
	json_close(json, '}');
}

static void write_untold(struct json *json, const struct culprit_untold *untold)
{
	json_open(json, NULL, '{');
	json_words(json, "id", untold->id);
	json_words(json, "title", untold->title);
	json_words(json, "severity", culprit_severity_name(untold->severity));
	json_number(json, "count", untold->count);
	json_number_or_null(json, "first_packet", untold->first_packet);
	json_words(json, "reason", untold->reason);
	json_words(json, "remedy", untold->remedy);
	json_close(json, '}');
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct diagnosis *diagnosis = about;
	struct json json = { .to = to };
	(void)output;
	json_open(&json, NULL, '{');
	json_words(&json, "schema", "culprit.diagnosis/1");
	write_trace(&json, &diagnosis->trace);
	write_verdict(&json, &diagnosis->verdict);
	json_open(&json, "findings", '[');
	for (size_t i = 0; i < diagnosis->finding_count; i++)
		write_finding(&json, &diagnosis->findings[i], diagnosis->trace.time_digits,
			      diagnosis->displays != NULL);
	json_close(&json, ']');
	json_open(&json, "cannot_tell", '[');
	for (size_t i = 0; i < diagnosis->untold_count; i++)
		write_untold(&json, &diagnosis->untold[i]);
	json_close(&json, ']');
	json_open(&json, "counts", '{');
	const char *name;
	uint64_t value;
	for (unsigned i = 0; (name = wireshark_count(diagnosis->counts, i, &value)) != NULL; i++)
		json_number(&json, name, value);
	json_close(&json, '}');
	if (diagnosis->displays)
		zos_displays_json(&json, diagnosis->displays);
	json_close(&json, '}');
	text_add_char(to, '\n');
}

const struct report diagnosis_as_json = {
	.subject = REPORT_DIAGNOSIS, .format = CULPRIT_JSON, .write = write,
};
