/* A diagnosis for people: the verdict, the findings with what they explain below them, and at the end
 * in short what is only worth knowing. */
#include "report/diagnosis.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "report/report.h"
#include "report/tree.h"
#include "report/words.h"
#include "report/wrap.h"
#include "report/zos.h"

#define DEFAULT_WIDTH 80
#define MINIMUM_WIDTH 40         /* below it, words of packets would stand one a line */
#define LABEL_WIDTH 7            /* "Blame  " */
#define NOTICE_LIMIT 12          /* more would bury what matters */
#define UNTOLD_LIMIT 6           /* likewise */

struct letter {                  /* what all parts of the text need */
	struct page page;
	const struct diagnosis *diagnosis;
	const struct culprit_output *output;
};

static enum ink severity_ink(enum culprit_severity severity)
{
	switch (severity) {
	case CULPRIT_CRITICAL:
	case CULPRIT_ERROR:
		return INK_RED;
	case CULPRIT_WARNING:
		return INK_YELLOW;
	case CULPRIT_NOTICE:
		return INK_CYAN;
	case CULPRIT_INFO:
		break;
	}
	return INK_DIM;
}

/* A dim label, then words that wrap behind it. */
static void add_item(const struct letter *letter, size_t indent, const char *label, const char *words)
{
	page_indent(&letter->page, indent);
	page_add(&letter->page, INK_DIM, label);
	page_indent(&letter->page, LABEL_WIDTH - strlen(label));
	page_wrap(&letter->page, INK_PLAIN, indent + LABEL_WIDTH, indent + LABEL_WIDTH, words);
}

/* The trace in a line: "a.pcapng: 2,263 packets, 1.84 MB, 12 sessions, 61.2 s from …". */
static void add_trace(const struct letter *letter)
{
	const struct culprit_trace *trace = &letter->diagnosis->trace;
	struct text words = { 0 };
	char duration[DURATION_TEXT_SIZE], size[DURATION_TEXT_SIZE], start[TIME_TEXT_SIZE];
	if (!trace->file_count)
		return;
	if (trace->file_count)
		text_add(&words, trace->files[0].path);
	if (trace->file_count > 1)
		text_addf(&words, " and %zu more", trace->file_count - 1);
	text_add(&words, ": ");
	words_counted(&words, trace->packets, "packet", "packets");
	text_addf(&words, ", %s, ", size_text(trace->bytes, size));
	words_counted(&words, trace->sessions, "session", "sessions");
	if (trace->first_time != CULPRIT_NO_TIME)
		text_addf(&words, ", %s from %s",
			  duration_text(trace->last_time - trace->first_time, duration),
			  time_rfc3339(trace->first_time, 0, start));
	if (trace->sessions_closed_early) {
		text_add(&words, ". ");
		words_counted(&words, trace->sessions_closed_early, "session was", "sessions were");
		text_add(&words, " judged before the end, to stay within the limit of sessions in memory "
				 "(--max-sessions)");
	}
	page_paragraph(&letter->page, INK_DIM, 0, words.bytes);
	text_finish(&words);
}

static void add_verdict(const struct letter *letter)
{
	const struct culprit_verdict *verdict = &letter->diagnosis->verdict;
	text_add_char(letter->page.to, '\n');
	page_paragraph(&letter->page, verdict->finding ? INK_BOLD : INK_GREEN, 0, verdict->text);
}

/* "error 1: The receiver closed its window [tcp/zero-window]" */
static void add_heading(const struct letter *letter, const struct culprit_finding *finding, size_t indent)
{
	struct text label = { 0 }, title = { 0 };
	text_addf(&label, "%s %u: ", culprit_severity_name(finding->severity), finding->number);
	text_addf(&title, "%s [%s]", finding->title, finding->id);
	text_add_char(letter->page.to, '\n');
	page_indent(&letter->page, indent);
	page_add(&letter->page, severity_ink(finding->severity), label.bytes);
	page_wrap(&letter->page, INK_BOLD, indent + label.length, indent + 4, title.bytes);
	text_finish(&label);
	text_finish(&title);
}

static void add_blame(const struct letter *letter, const struct culprit_finding *finding, size_t indent)
{
	struct text words = { 0 };
	text_addf(&words, "%s (%s)", finding->blame, culprit_confidence_name(finding->confidence));
	if (finding->why && *finding->why)
		text_addf(&words, ": %s", finding->why);
	add_item(letter, indent, "Blame", words.bytes);
	text_finish(&words);
}

static size_t digits_of(uint64_t number)
{
	size_t digits = 1;
	for (; number >= 10; number /= 10)
		digits++;
	return digits;
}

/* One line a packet, numbers and times flush right:  "packet   30    12.345678 s  PORT …". */
static void add_evidence(const struct letter *letter, const struct culprit_finding *finding, size_t indent)
{
	size_t number_width = 0, time_width = 0;
	char time[TIME_TEXT_SIZE];
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct culprit_evidence *evidence = &finding->evidence[i];
		size_t number = digits_of(evidence->packet);
		size_t length = strlen(words_evidence_time(letter->diagnosis, letter->output, evidence->time, time));
		number_width = number > number_width ? number : number_width;
		time_width = length > time_width ? length : time_width;
	}
	bool relative = words_time_is_relative(letter->output);
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct culprit_evidence *evidence = &finding->evidence[i];
		bool skipped = i + 1 == finding->evidence_count && finding->evidence_total > i + 1;
		size_t at = indent + LABEL_WIDTH;
		struct text words = { 0 };
		page_indent(&letter->page, indent);
		page_add(&letter->page, INK_DIM, i == 0 ? "Where  " : "       ");
		if (skipped) {
			text_add(&words, "\xe2\x80\xa6 ");
			words_counted(&words, finding->evidence_total - finding->evidence_count,
				    "more packet", "more packets");
			page_wrap(&letter->page, INK_DIM, at, at, words.bytes);
			page_indent(&letter->page, at);
			text_clear(&words);
		}
		text_addf(&words, "packet %*llu  ", (int)number_width,
			  (unsigned long long)evidence->packet);
		page_add(&letter->page, INK_PLAIN, words.bytes);
		at += words.length;
		text_clear(&words);
		words_evidence_time(letter->diagnosis, letter->output, evidence->time, time);
		text_addf(&words, "%*s%s  ", (int)time_width, time, relative ? " s" : "");
		page_add(&letter->page, INK_DIM, words.bytes);
		at += words.length;
		page_wrap(&letter->page, INK_PLAIN, at, at, evidence->note);
		text_finish(&words);
	}
}

/* "Where  console.txt line 24: INBOUND PACKETS = 194853959". */
static void add_lines(const struct letter *letter, const struct culprit_finding *finding, size_t indent)
{
	for (size_t i = 0; i < finding->line_count; i++) {
		struct text words = { 0 };
		words_line(&words, &finding->lines[i]);
		add_item(letter, indent, i || finding->evidence_count ? "" : "Where", words.bytes);
		text_finish(&words);
	}
}

static void add_alternatives(const struct letter *letter, const struct culprit_finding *finding,
			     size_t indent)
{
	for (size_t i = 0; i < finding->alternative_count; i++) {
		const struct culprit_alternative *alternative = &finding->alternatives[i];
		struct text words = { 0 };
		words_alternative(&words, alternative);
		add_item(letter, indent, alternative->rejected ? "Not" : "Or", words.bytes);
		text_finish(&words);
	}
}

static void add_advice(const struct letter *letter, const struct culprit_finding *finding, size_t indent)
{
	for (size_t i = 0; i < finding->advice_count; i++)
		add_item(letter, indent, i == 0 ? "Next" : "", finding->advice[i]);
	if (finding->reference)
		add_item(letter, indent, "See", finding->reference);
}

static void add_finding(const struct letter *letter, const struct culprit_finding *finding)
{
	const size_t indent = 2;
	struct text subject = { 0 };
	add_heading(letter, finding, 0);
	words_subject(&subject, finding);
	words_sessions(&subject, finding);
	if (subject.length)
		page_paragraph(&letter->page, INK_DIM, indent, subject.bytes);
	text_finish(&subject);
	if (!words_verdict_says(letter->diagnosis, finding))
		page_paragraph(&letter->page, INK_PLAIN, indent, finding->text);
	add_blame(letter, finding, indent);
	add_evidence(letter, finding, indent);
	add_lines(letter, finding, indent);
	add_alternatives(letter, finding, indent);
	add_advice(letter, finding, indent);
}

/* Findings that another one explains, in short: the reader has to act on the other. */
static void add_consequence(const struct letter *letter, const struct culprit_finding *finding,
			    size_t indent)
{
	struct text words = { 0 };
	add_heading(letter, finding, indent);
	indent += 2;
	page_paragraph(&letter->page, INK_PLAIN, indent, finding->text);
	for (size_t i = 0; i < finding->evidence_count; i++)
		text_addf(&words, "%s%llu", i ? ", " : finding->evidence_count == 1 ? "packet " : "packets ",
			  (unsigned long long)finding->evidence[i].packet);
	if (finding->evidence_total > finding->evidence_count)
		text_addf(&words, " and %llu more",
			  (unsigned long long)(finding->evidence_total - finding->evidence_count));
	if (words.length)
		add_item(letter, indent, "Where", words.bytes);
	add_lines(letter, finding, indent);
	text_clear(&words);
	text_addf(&words, "explained by %u", finding->caused_by);
	add_item(letter, indent, "Cause", words.bytes);
	text_finish(&words);
}

static void add_tree(const struct letter *letter, const struct finding_tree *trees, size_t root)
{
	const struct culprit_finding *findings = letter->diagnosis->findings;
	add_finding(letter, &findings[root]);
	for (size_t i = trees[root].first; i != FINDING_TREE_NONE; i = trees[i].next)
		add_consequence(letter, &findings[i], 4);
}

static void add_notice(const struct letter *letter, const struct culprit_finding *finding)
{
	struct text words = { 0 }, label = { 0 };
	text_addf(&label, "%s %u: ", culprit_severity_name(finding->severity), finding->number);
	text_addf(&words, "%s", finding->text);
	if (finding->first_packet)
		text_addf(&words, " (packet %llu)", (unsigned long long)finding->first_packet);
	page_indent(&letter->page, 2);
	page_add(&letter->page, severity_ink(finding->severity), label.bytes);
	page_wrap(&letter->page, INK_PLAIN, 2 + label.length, 4, words.bytes);
	text_finish(&words);
	text_finish(&label);
}

static void add_notices(const struct letter *letter, const struct finding_tree *trees)
{
	const struct diagnosis *diagnosis = letter->diagnosis;
	size_t count = 0;
	for (size_t i = 0; i < diagnosis->finding_count; i++) {
		bool shown = trees[i].root == i ? trees[i].shown
						: diagnosis->findings[i].severity >= CULPRIT_WARNING;
		if (shown)
			continue;
		if (count == 0)
			text_add(letter->page.to, "\nAlso noticed\n");
		if (++count <= NOTICE_LIMIT)
			add_notice(letter, &diagnosis->findings[i]);
	}
	if (count > NOTICE_LIMIT)
		text_addf(letter->page.to, "  \xe2\x80\xa6 and %zu more: --json has them all\n",
			  count - NOTICE_LIMIT);
}

/* Honest absence: what looks like a fault but may as well be a flaw of the trace. */
static void add_untold(const struct letter *letter)
{
	const struct diagnosis *diagnosis = letter->diagnosis;
	size_t count = 0;
	for (size_t i = 0; i < diagnosis->untold_count && count < UNTOLD_LIMIT; i++) {
		const struct culprit_untold *untold = &diagnosis->untold[i];
		struct text words = { 0 };
		if (untold->severity < CULPRIT_WARNING)
			continue;
		if (!count++)
			text_add(letter->page.to, "\nWhat this trace cannot tell\n");
		text_addf(&words, "Whether it is true that: %s [%s]. It looks so (", untold->title, untold->id);
		words_counted(&words, untold->count, "time", "times");
		if (untold->first_packet)
			text_addf(&words, ", first at packet %llu", (unsigned long long)untold->first_packet);
		text_addf(&words, "), but %s. %s", untold->reason, untold->remedy);
		page_indent(&letter->page, 2);
		page_wrap(&letter->page, INK_PLAIN, 2, 4, words.bytes);
		text_finish(&words);
	}
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct diagnosis *diagnosis = about;
	unsigned width = output->width ? output->width : DEFAULT_WIDTH;
	const struct letter letter = {
		.page = { to, width < MINIMUM_WIDTH ? MINIMUM_WIDTH : width, output->colour },
		.diagnosis = diagnosis,
		.output = output,
	};
	struct finding_tree *trees = finding_trees(diagnosis);
	add_trace(&letter);
	zos_displays_head(&letter.page, diagnosis->displays);
	add_verdict(&letter);
	for (size_t i = 0; i < diagnosis->finding_count; i++)
		if (trees[i].root == i && trees[i].shown)
			add_tree(&letter, trees, i);
	add_untold(&letter);
	add_notices(&letter, trees);
	zos_displays_tail(&letter.page, diagnosis->displays);
	free(trees);
}

const struct report diagnosis_as_text = {
	.subject = REPORT_DIAGNOSIS, .format = CULPRIT_TEXT, .write = write,
};
