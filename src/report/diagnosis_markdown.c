/* A diagnosis for a ticket: the findings that matter in full, the others in a line each. */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "report/diagnosis.h"
#include "report/escape.h"
#include "report/report.h"
#include "report/tree.h"
#include "report/words.h"

#define NOTICE_LIMIT 20          /* a ticket is read by people */

struct ticket {
	struct text *to;
	const struct diagnosis *diagnosis;
	const struct culprit_output *output;
};

/* "**Label:** words", escaped. */
static void add_labelled(struct text *to, const char *label, const char *words)
{
	text_addf(to, "**%s:** ", label);
	escape_markdown(to, words);
	text_add(to, "\n\n");
}

static void add_fact(struct text *to, const char *name, const char *words)
{
	text_addf(to, "| %s | ", name);
	escape_markdown(to, words);
	text_add(to, " |\n");
}

static void add_trace(const struct ticket *ticket)
{
	const struct culprit_trace *trace = &ticket->diagnosis->trace;
	struct text words = { 0 };
	char size[DURATION_TEXT_SIZE], duration[DURATION_TEXT_SIZE], start[TIME_TEXT_SIZE];
	text_add(ticket->to, "| trace | |\n|---|---|\n");
	for (size_t i = 0; i < trace->file_count; i++) {
		text_clear(&words);
		text_addf(&words, "%s (%s", trace->files[i].path, trace->files[i].format);
		if (trace->files[i].compression && strcmp(trace->files[i].compression, "none") != 0)
			text_addf(&words, ", %s", trace->files[i].compression);
		text_add(&words, ")");
		add_fact(ticket->to, "file", words.bytes);
	}
	text_clear(&words);
	words_counted(&words, trace->packets, "packet", "packets");
	text_addf(&words, ", %s, ", size_text(trace->bytes, size));
	words_counted(&words, trace->sessions, "session", "sessions");
	add_fact(ticket->to, "size", words.bytes);
	if (trace->first_time != CULPRIT_NO_TIME) {
		text_clear(&words);
		text_addf(&words, "%s from %s",
			  duration_text(trace->last_time - trace->first_time, duration),
			  time_rfc3339(trace->first_time, trace->time_digits, start));
		add_fact(ticket->to, "time", words.bytes);
	}
	text_add_char(ticket->to, '\n');
	text_finish(&words);
}

static void add_evidence(const struct ticket *ticket, const struct culprit_finding *finding)
{
	bool relative = words_time_is_relative(ticket->output);
	char time[TIME_TEXT_SIZE];
	if (!finding->evidence_count)
		return;
	text_addf(ticket->to, "| packet | %s | shows |\n|---:|---:|---|\n", relative ? "seconds" : "time");
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct culprit_evidence *evidence = &finding->evidence[i];
		if (i + 1 == finding->evidence_count && finding->evidence_total > i + 1) {
			text_add(ticket->to, "| \xe2\x80\xa6 | | ");
			words_counted(ticket->to, finding->evidence_total - finding->evidence_count,
				      "more packet", "more packets");
			text_add(ticket->to, " |\n");
		}
		text_addf(ticket->to, "| %llu | %s | ", (unsigned long long)evidence->packet,
			  words_evidence_time(ticket->diagnosis, ticket->output, evidence->time, time));
		escape_markdown(ticket->to, evidence->note);
		text_add(ticket->to, " |\n");
	}
	text_add_char(ticket->to, '\n');
}

static void add_lines(struct text *to, const struct culprit_finding *finding)
{
	for (size_t i = 0; i < finding->line_count; i++) {
		struct text words = { 0 };
		words_line(&words, &finding->lines[i]);
		add_labelled(to, "Shown in", words.bytes);
		text_finish(&words);
	}
}

static void add_alternatives(struct text *to, const struct culprit_finding *finding)
{
	for (size_t i = 0; i < finding->alternative_count; i++) {
		const struct culprit_alternative *alternative = &finding->alternatives[i];
		struct text words = { 0 };
		words_alternative(&words, alternative);
		add_labelled(to, alternative->rejected ? "Not" : "Or", words.bytes);
		text_finish(&words);
	}
}

static void add_advice(struct text *to, const struct culprit_finding *finding)
{
	if (finding->advice_count)
		text_add(to, "**Next:**\n\n");
	for (size_t i = 0; i < finding->advice_count; i++) {
		text_addf(to, "%zu. ", i + 1);
		escape_markdown(to, finding->advice[i]);
		text_add_char(to, '\n');
	}
	if (finding->advice_count)
		text_add_char(to, '\n');
	if (finding->reference)
		add_labelled(to, "See", finding->reference);
}

/* "error 3: The window was closed `tcp/zero-window`". Ids are ours and hold nothing to escape. */
static void add_title(struct text *to, const struct culprit_finding *finding)
{
	text_addf(to, "%s %u: ", culprit_severity_name(finding->severity), finding->number);
	escape_markdown(to, finding->title);
	text_addf(to, " `%s`", finding->id);
}

static void add_consequences(const struct ticket *ticket, const struct finding_tree *trees, size_t root)
{
	const struct culprit_finding *findings = ticket->diagnosis->findings;
	if (trees[root].first == FINDING_TREE_NONE)
		return;
	text_add(ticket->to, "**This explains:**\n\n");
	for (size_t i = trees[root].first; i != FINDING_TREE_NONE; i = trees[i].next) {
		text_add(ticket->to, "- ");
		add_title(ticket->to, &findings[i]);
		text_add(ticket->to, " \xe2\x80\x93 ");
		escape_markdown(ticket->to, findings[i].text);
		if (findings[i].first_packet)
			text_addf(ticket->to, " (packet %llu)",
				  (unsigned long long)findings[i].first_packet);
		text_add_char(ticket->to, '\n');
	}
	text_add_char(ticket->to, '\n');
}

static void add_finding(const struct ticket *ticket, const struct finding_tree *trees, size_t root)
{
	const struct culprit_finding *finding = &ticket->diagnosis->findings[root];
	struct text *to = ticket->to, words = { 0 };
	char cost[DURATION_TEXT_SIZE];
	text_add(to, "## ");
	add_title(to, finding);
	text_add(to, "\n\n");
	words_subject(&words, finding);
	words_sessions(&words, finding);
	if (words.length) {
		escape_markdown(to, words.bytes);
		text_add(to, "\n\n");
	}
	escape_markdown(to, finding->text);
	text_add(to, "\n\n");
	text_clear(&words);
	text_addf(&words, "%s (%s)", finding->blame, culprit_confidence_name(finding->confidence));
	if (finding->why && *finding->why)
		text_addf(&words, ": %s", finding->why);
	add_labelled(to, "To blame", words.bytes);
	if (finding->cost > 0)
		add_labelled(to, "Cost", duration_text(finding->cost, cost));
	add_evidence(ticket, finding);
	add_lines(to, finding);
	add_alternatives(to, finding);
	add_advice(to, finding);
	add_consequences(ticket, trees, root);
	text_finish(&words);
}

static void add_notices(const struct ticket *ticket, const struct finding_tree *trees)
{
	const struct diagnosis *diagnosis = ticket->diagnosis;
	size_t count = 0;
	for (size_t i = 0; i < diagnosis->finding_count; i++) {
		const struct culprit_finding *finding = &diagnosis->findings[i];
		if (finding_tree_matters(diagnosis, trees, i))
			continue;
		if (count == 0)
			text_add(ticket->to, "## Also noticed\n\n");
		if (++count > NOTICE_LIMIT)
			continue;
		text_addf(ticket->to, "- %s %u: ", culprit_severity_name(finding->severity),
			  finding->number);
		escape_markdown(ticket->to, finding->text);
		if (finding->first_packet)
			text_addf(ticket->to, " (packet %llu)", (unsigned long long)finding->first_packet);
		text_add_char(ticket->to, '\n');
	}
	if (count > NOTICE_LIMIT)
		text_addf(ticket->to, "- and %zu more: `--json` has them all\n", count - NOTICE_LIMIT);
	if (count)
		text_add_char(ticket->to, '\n');
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct diagnosis *diagnosis = about;
	const struct ticket ticket = { to, diagnosis, output };
	struct finding_tree *trees = finding_trees(diagnosis);
	text_add(to, "# Diagnosis\n\n**");
	escape_markdown(to, diagnosis->verdict.text);
	text_add(to, "**\n\n");
	add_trace(&ticket);
	for (size_t i = 0; i < diagnosis->finding_count; i++)
		if (trees[i].root == i && trees[i].shown)
			add_finding(&ticket, trees, i);
	add_notices(&ticket, trees);
	text_addf(to, "culprit %s\n", culprit_version());
	free(trees);
}

const struct report diagnosis_as_markdown = {
	.subject = REPORT_DIAGNOSIS, .format = CULPRIT_MARKDOWN, .write = write,
};
