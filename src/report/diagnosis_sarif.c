/* A diagnosis in the Static Analysis Results Interchange Format, 2.1.0 (OASIS), for pipelines and code
 * hosts. A rule is a sort of finding, a result a finding, an artifact a trace. A trace has no lines: the
 * startLine of a region is the number of a packet, and the message beside it says what that packet shows.
 * Sessions are logical locations. */
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"
#include "report/diagnosis.h"
#include "report/escape.h"
#include "report/json.h"
#include "report/kinds.h"
#include "report/report.h"
#include "report/words.h"

struct log {
	struct json json;
	const struct diagnosis *diagnosis;
	struct text uri;             /* of the first trace; evidence counts packets over all of them */
};

/* Levels of 3.27.10. */
static const char *level(enum culprit_severity severity)
{
	switch (severity) {
	case CULPRIT_CRITICAL:
	case CULPRIT_ERROR:
		return "error";
	case CULPRIT_WARNING:
		return "warning";
	case CULPRIT_NOTICE:
	case CULPRIT_INFO:
		break;
	}
	return "note";
}

/* In a message braces stand for arguments (3.11.5) and [this](that) is a link (3.11.6): words from a trace
 * must be neither. */
static void add_message(struct json *json, const char *key, const char *words)
{
	struct text plain = { 0 };
	text_add(&plain, "");
	for (; *words; words++) {
		if (*words == '{' || *words == '}')
			text_add_char(&plain, *words);
		else if (*words == '[' && strstr(words, "]("))
			text_add_char(&plain, '\\');
		text_add_char(&plain, *words);
	}
	json_open_flat(json, key, '{');
	json_words(json, "text", plain.bytes);
	json_close(json, '}');
	text_finish(&plain);
}

static int by_name(const void *left, const void *right)
{
	return strcmp(*(const char *const *)left, *(const char *const *)right);
}

/* The kinds that were found, by id, each once. */
static const char **found_kinds(const struct diagnosis *diagnosis, size_t *count)
{
	const char **ids = memory_zeroed(diagnosis->finding_count, sizeof *ids);
	size_t unique = 0;
	for (size_t i = 0; i < diagnosis->finding_count; i++)
		ids[i] = diagnosis->findings[i].id;
	if (diagnosis->finding_count)
		qsort(ids, diagnosis->finding_count, sizeof *ids, by_name);
	for (size_t i = 0; i < diagnosis->finding_count; i++)
		if (unique == 0 || strcmp(ids[unique - 1], ids[i]) != 0)
			ids[unique++] = ids[i];
	*count = unique;
	return ids;
}

/* "tcp/zero-window" as the opaque name of 3.49.7: "TcpZeroWindow". */
static void add_name(struct json *json, const char *id)
{
	struct text name = { 0 };
	bool upper = true;
	for (; *id; id++) {
		if (*id == '/' || *id == '-') {
			upper = true;
			continue;
		}
		text_add_char(&name, upper && *id >= 'a' && *id <= 'z' ? (char)(*id - 'a' + 'A') : *id);
		upper = false;
	}
	json_words(json, "name", name.bytes);
	text_finish(&name);
}

static void add_rule(struct json *json, const char *id)
{
	struct culprit_kind kind;
	struct text help = { 0 };
	if (!culprit_kind_find(id, &kind))
		return;
	json_open(json, NULL, '{');
	json_words(json, "id", id);
	add_name(json, id);
	add_message(json, "shortDescription", kind.title);
	if (kind.meaning)
		add_message(json, "fullDescription", kind.meaning);
	for (size_t i = 0; i < kind.advice_count; i++)
		text_addf(&help, "%s%s", i ? "\n" : "", kind.advice[i]);
	if (help.length)
		add_message(json, "help", help.bytes);
	json_open_flat(json, "defaultConfiguration", '{');
	json_words(json, "level", level(kind.severity));
	json_close(json, '}');
	if (kind.reference) {
		json_open_flat(json, "properties", '{');
		json_words(json, "reference", kind.reference);
		json_close(json, '}');
	}
	json_close(json, '}');
	text_finish(&help);
}

static void add_tool(struct json *json, const char *const *ids, size_t count)
{
	json_open(json, "tool", '{');
	json_open(json, "driver", '{');
	json_words(json, "name", "culprit");
	json_words(json, "version", culprit_version());
	json_words(json, "semanticVersion", culprit_version());
	json_open(json, "rules", '[');
	for (size_t i = 0; i < count; i++)
		add_rule(json, ids[i]);
	json_close(json, ']');
	json_close(json, '}');
	json_close(json, '}');
}

static void add_artifacts(struct log *log)
{
	struct json *json = &log->json;
	const struct culprit_trace *trace = &log->diagnosis->trace;
	json_open(json, "artifacts", '[');
	for (size_t i = 0; i < trace->file_count; i++) {
		struct text uri = { 0 };
		escape_uri(&uri, trace->files[i].path);
		json_open(json, NULL, '{');
		json_open_flat(json, "location", '{');
		json_words(json, "uri", uri.bytes ? uri.bytes : "");
		json_close(json, '}');
		json_open_flat(json, "roles", '[');
		json_words(json, NULL, "analysisTarget");
		json_close(json, ']');
		json_open_flat(json, "properties", '{');
		json_words(json, "format", trace->files[i].format);
		json_number(json, "packets", trace->files[i].packets);
		json_close(json, '}');
		json_close(json, '}');
		text_finish(&uri);
	}
	json_close(json, ']');
}

/* A place in the trace; packet 0: the trace as a whole. */
/* `trace`: the file is the first trace, which the log lists; `line` 0: all of it. */
static void open_place(struct json *json, const char *uri, bool trace, uint64_t line)
{
	json_open(json, NULL, '{');
	json_open(json, "physicalLocation", '{');
	json_open_flat(json, "artifactLocation", '{');
	json_words(json, "uri", uri);
	if (trace)
		json_number(json, "index", 0);
	json_close(json, '}');
	if (line) {
		json_open_flat(json, "region", '{');
		json_number(json, "startLine", line);
		json_close(json, '}');
	}
	json_close(json, '}');
}

static void open_location(struct log *log, uint64_t packet)
{
	open_place(&log->json, log->uri.bytes, true, packet);
}

static void add_location(struct log *log, const struct culprit_finding *finding)
{
	struct json *json = &log->json;
	json_open(json, "locations", '[');
	open_location(log, finding->first_packet);
	if (finding->session_count) {
		json_open(json, "logicalLocations", '[');
		for (size_t i = 0; i < finding->session_count; i++) {
			json_open_flat(json, NULL, '{');
			json_words(json, "fullyQualifiedName", finding->sessions[i]);
			json_words(json, "kind", "session");
			json_close(json, '}');
		}
		json_close(json, ']');
	}
	json_close(json, '}');
	json_close(json, ']');
}

static void add_evidence(struct log *log, const struct culprit_finding *finding)
{
	struct json *json = &log->json;
	struct text words = { 0 };
	if (!finding->evidence_count && !finding->line_count)
		return;
	json_open(json, "relatedLocations", '[');
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct culprit_evidence *evidence = &finding->evidence[i];
		open_location(log, evidence->packet);
		json_number(json, "id", i + 1);
		text_clear(&words);
		text_addf(&words, "packet %llu: %s", (unsigned long long)evidence->packet, evidence->note);
		add_message(json, "message", words.bytes);
		json_close(json, '}');
	}
	for (size_t i = 0; i < finding->line_count; i++) {
		text_clear(&words);
		escape_uri(&words, finding->lines[i].file);
		open_place(json, words.bytes, false, finding->lines[i].line);
		json_number(json, "id", finding->evidence_count + i + 1);
		add_message(json, "message", finding->lines[i].words);
		json_close(json, '}');
	}
	json_close(json, ']');
	text_finish(&words);
}

/* Tells findings apart that hosts of code compare between two runs: what was found about whom. */
static void add_fingerprint(struct json *json, const struct culprit_finding *finding)
{
	struct text words = { 0 };
	text_addf(&words, "%s %s %s %s %s %u", finding->id, finding->kind ? finding->kind : "",
		  finding->blame, finding->client ? finding->client : "",
		  finding->server ? finding->server : "", finding->server_port);
	uint64_t hash = hash_bytes(words.bytes, words.length, 0);
	text_clear(&words);
	text_addf(&words, "%016llx", (unsigned long long)hash);
	json_open_flat(json, "partialFingerprints", '{');
	json_words(json, "culpritSubject/v1", words.bytes);
	json_close(json, '}');
	text_finish(&words);
}

static void add_properties(struct json *json, const struct culprit_finding *finding, unsigned digits)
{
	json_open(json, "properties", '{');
	json_number(json, "number", finding->number);
	json_words(json, "severity", culprit_severity_name(finding->severity));
	json_words(json, "confidence", culprit_confidence_name(finding->confidence));
	json_words(json, "blame", finding->blame);
	json_words(json, "party", finding->party);
	json_words(json, "why", finding->why);
	json_number(json, "count", finding->count);
	json_seconds(json, "cost_s", finding->cost);
	json_time(json, "first", finding->first_time, digits);
	json_number_or_null(json, "caused_by", finding->caused_by);
	json_open(json, "advice", '[');
	for (size_t i = 0; i < finding->advice_count; i++)
		json_words(json, NULL, finding->advice[i]);
	json_close(json, ']');
	json_close(json, '}');
}

static void add_result(struct log *log, const struct culprit_finding *finding, const char *const *ids,
		       size_t count)
{
	struct json *json = &log->json;
	const char *const *rule = bsearch(&finding->id, ids, count, sizeof *ids, by_name);
	json_open(json, NULL, '{');
	json_words(json, "ruleId", finding->id);
	json_number(json, "ruleIndex", rule ? (uint64_t)(rule - ids) : 0);
	json_words(json, "level", level(finding->severity));
	add_message(json, "message", finding->text);
	add_location(log, finding);
	add_evidence(log, finding);
	add_fingerprint(json, finding);
	add_properties(json, finding, log->diagnosis->trace.time_digits);
	json_close(json, '}');
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct diagnosis *diagnosis = about;
	struct log log = { .json = { .to = to }, .diagnosis = diagnosis };
	struct json *json = &log.json;
	size_t count;
	const char **ids = found_kinds(diagnosis, &count);
	(void)output;
	text_add(&log.uri, "");
	if (diagnosis->trace.file_count)
		escape_uri(&log.uri, diagnosis->trace.files[0].path);
	json_open(json, NULL, '{');
	json_words(json, "$schema", "https://json.schemastore.org/sarif-2.1.0.json");
	json_words(json, "version", "2.1.0");
	json_open(json, "runs", '[');
	json_open(json, NULL, '{');
	add_tool(json, ids, count);
	json_open(json, "invocations", '[');
	json_open_flat(json, NULL, '{');
	json_boolean(json, "executionSuccessful", true);
	json_close(json, '}');
	json_close(json, ']');
	add_artifacts(&log);
	json_open(json, "results", '[');
	for (size_t i = 0; i < diagnosis->finding_count; i++)
		add_result(&log, &diagnosis->findings[i], ids, count);
	json_close(json, ']');
	json_words(json, "columnKind", "utf16CodeUnits");
	json_open(json, "properties", '{');
	json_words(json, "verdict", diagnosis->verdict.text);
	json_words(json, "blame", diagnosis->verdict.blame);
	json_words(json, "party", diagnosis->verdict.party);
	json_close(json, '}');
	json_close(json, '}');
	json_close(json, ']');
	json_close(json, '}');
	text_add_char(to, '\n');
	text_finish(&log.uri);
	free(ids);
}

const struct report diagnosis_as_sarif = {
	.subject = REPORT_DIAGNOSIS, .format = CULPRIT_SARIF, .write = write,
};
