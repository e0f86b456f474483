/* A diagnosis for pipelines that read JUnit's XML. A test case is a sort of finding, whether it was found
 * or not, so that the same cases come in every run: it failed when it was found as bad as --fail-on says
 * (without it: as a warning). What is less bad stands in the output of a case that passed.
 * The elements are those of https://github.com/testmoapp/junitxml. */
#include <stdlib.h>
#include <string.h>

#include "analyze/analyzer.h"
#include "core/memory.h"
#include "report/diagnosis.h"
#include "report/escape.h"
#include "report/json.h"
#include "report/report.h"
#include "report/words.h"


#define FINDINGS_SHOWN 20        /* of one case; more are only counted */

struct suite {
	struct text *to;
	const struct diagnosis *diagnosis;
	const struct culprit_output *output;
	enum culprit_severity fail_on;
};

static bool fails(const struct suite *suite, const struct culprit_finding *finding)
{
	return finding->severity >= suite->fail_on;
}

static void add_attribute(struct text *to, const char *name, const char *words)
{
	text_addf(to, " %s=\"", name);
	escape_html(to, words);
	text_add_char(to, '"');
}

static void add_line(struct text *to, const char *label, const char *words)
{
	text_add(to, label);
	escape_html(to, words);
	text_add_char(to, '\n');
}

static void add_finding(const struct suite *suite, const struct culprit_finding *finding)
{
	struct text *to = suite->to, words = { 0 };
	char time[TIME_TEXT_SIZE];
	text_addf(to, "%s %u: ", culprit_severity_name(finding->severity), finding->number);
	add_line(to, "", finding->text);
	words_subject(&words, finding);
	words_sessions(&words, finding);
	if (words.length)
		add_line(to, "  ", words.bytes);
	text_clear(&words);
	text_addf(&words, "%s (%s)%s%s", finding->blame, culprit_confidence_name(finding->confidence),
		  finding->why && *finding->why ? ": " : "", finding->why ? finding->why : "");
	add_line(to, "  Blame: ", words.bytes);
	for (size_t i = 0; i < finding->evidence_count; i++) {
		text_clear(&words);
		text_addf(&words, "packet %llu  %s  %s",
			  (unsigned long long)finding->evidence[i].packet,
			  words_evidence_time(suite->diagnosis, suite->output, finding->evidence[i].time,
					      time), finding->evidence[i].note);
		add_line(to, "  ", words.bytes);
	}
	for (size_t i = 0; i < finding->line_count; i++) {
		text_clear(&words);
		words_line(&words, &finding->lines[i]);
		add_line(to, "  ", words.bytes);
	}
	for (size_t i = 0; i < finding->advice_count; i++)
		add_line(to, "  Next: ", finding->advice[i]);
	if (finding->caused_by)
		text_addf(to, "  Explained by %u\n", finding->caused_by);
	text_finish(&words);
}

/* The findings of a kind that fail, or those that do not, in one element. */
static void add_findings(const struct suite *suite, const char *id, bool failed)
{
	size_t count = 0;
	for (size_t i = 0; i < suite->diagnosis->finding_count; i++) {
		const struct culprit_finding *finding = &suite->diagnosis->findings[i];
		if (strcmp(finding->id, id) != 0 || fails(suite, finding) != failed)
			continue;
		if (count == 0 && failed) {
			text_add(suite->to, "<failure");
			add_attribute(suite->to, "type", culprit_severity_name(finding->severity));
			add_attribute(suite->to, "message", finding->text);
			text_add_char(suite->to, '>');
		} else if (count == 0) {
			text_add(suite->to, "<system-out>");
		}
		if (++count <= FINDINGS_SHOWN)
			add_finding(suite, finding);
	}
	if (count > FINDINGS_SHOWN)
		text_addf(suite->to, "and %zu more\n", count - FINDINGS_SHOWN);
	if (count)
		text_add(suite->to, failed ? "</failure>" : "</system-out>");
}

static void add_case(const struct suite *suite, const struct finding_kind *kind, bool found)
{
	struct text group = { 0 };
	text_add_bytes(&group, kind->id, strcspn(kind->id, "/"));
	text_add(suite->to, "<testcase");
	add_attribute(suite->to, "classname", group.bytes);
	add_attribute(suite->to, "name", kind->id);
	text_finish(&group);
	if (!found) {
		text_add(suite->to, "/>\n");
		return;
	}
	text_add_char(suite->to, '>');
	add_findings(suite, kind->id, true);
	add_findings(suite, kind->id, false);
	text_add(suite->to, "</testcase>\n");
}

/* Of each kind: was anything found, did anything fail. */
enum { FOUND = 1, FAILED = 2 };

static unsigned char *judge_kinds(const struct suite *suite, const struct finding_kind *const *kinds,
				  size_t count)
{
	unsigned char *marks = memory_zeroed(count, 1);
	for (size_t i = 0; i < suite->diagnosis->finding_count; i++) {
		const struct culprit_finding *finding = &suite->diagnosis->findings[i];
		for (size_t k = 0; k < count; k++)
			if (strcmp(kinds[k]->id, finding->id) == 0)
				marks[k] |= fails(suite, finding) ? FOUND | FAILED : FOUND;
	}
	return marks;
}

static void add_head(const struct suite *suite, size_t tests, size_t failures)
{
	const struct diagnosis *diagnosis = suite->diagnosis;
	const struct culprit_trace *trace = &diagnosis->trace;
	struct text *to = suite->to;
	char time[TIME_TEXT_SIZE];
	text_add(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
	text_addf(to, "<testsuites name=\"culprit\" tests=\"%zu\" failures=\"%zu\" errors=\"0\">\n", tests,
		  failures);
	text_add(to, "<testsuite");
	add_attribute(to, "name", trace->file_count ? trace->files[0].path : "");
	text_addf(to, " tests=\"%zu\" failures=\"%zu\" errors=\"0\" skipped=\"0\"", tests, failures);
	if (trace->first_time != CULPRIT_NO_TIME) {
		time_rfc3339(trace->first_time, 0, time);
		time[strlen(time) - 1] = '\0';   /* without the Z, as its readers want it */
		add_attribute(to, "timestamp", time);
		text_add(to, " time=\"");
		seconds_add(to, trace->last_time - trace->first_time);
		text_add_char(to, '"');
	}
	text_add(to, ">\n<properties>\n");
	const struct { const char *name, *value; } properties[] = {
		{ "verdict", diagnosis->verdict.text }, { "blame", diagnosis->verdict.blame },
		{ "party", diagnosis->verdict.party }, { "fail-on", culprit_severity_name(suite->fail_on) },
		{ "culprit", culprit_version() },
	};
	for (size_t i = 0; i < sizeof properties / sizeof properties[0]; i++) {
		text_add(to, "<property");
		add_attribute(to, "name", properties[i].name);
		add_attribute(to, "value", properties[i].value);
		text_add(to, "/>\n");
	}
	text_add(to, "</properties>\n");
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct suite suite = {
		to, about, output, output->fails ? output->fail_on : CULPRIT_WARNING,
	};
	const struct finding_kind *const *kinds = analyzer_kinds();
	size_t count = 0, failures = 0;
	while (kinds[count])
		count++;
	unsigned char *marks = judge_kinds(&suite, kinds, count);
	for (size_t k = 0; k < count; k++)
		failures += (marks[k] & FAILED) != 0;
	add_head(&suite, count, failures);
	for (size_t k = 0; k < count; k++)
		add_case(&suite, kinds[k], marks[k] & FOUND);
	text_add(to, "</testsuite>\n</testsuites>\n");
	free(marks);
}

const struct report diagnosis_as_junit = {
	.subject = REPORT_DIAGNOSIS, .format = CULPRIT_JUNIT, .write = write,
};
