/* `culprit why` for people. */
#include "finding/gate.h"
#include "report/report.h"
#include "report/why.h"
#include "report/wrap.h"
#include "report/words.h"

static void add_heading(const struct page *page, const char *heading)
{
	text_add_char(page->to, '\n');
	page_add(page, INK_BOLD, heading);
	text_add_char(page->to, '\n');
}

/* Takes the words and frees them. */
static void add_item(const struct page *page, struct text *words)
{
	page_indent(page, 2);
	page_wrap(page, INK_PLAIN, 2, 4, words->bytes ? words->bytes : "");
	text_finish(words);
}

static void add_quantity(struct text *to, enum unit unit, double value)
{
	const struct fact fact = { .unit = unit, .value = value };
	fact_render(&fact, to);
}

static void add_numbers(const struct page *page, const struct why *why)
{
	const struct finding *finding = why->finding;
	bool any = false;
	for (unsigned i = 0; i < finding->fact_count; i++) {
		const struct fact *fact = &finding->facts[i];
		struct text words = { 0 };
		if (fact->threshold || (fact->unit == UNIT_TEXT && !fact->text[0]))
			continue;
		if (!any)
			add_heading(page, "What it saw");
		any = true;
		text_addf(&words, "%s = ", fact->name);
		fact_render(fact, &words);
		add_item(page, &words);
	}
}

static void add_source(struct text *to, const struct why *why, const struct why_threshold *threshold)
{
	switch (threshold->source) {
	case SETTING_STANDARD:
		text_add(to, "the default");
		break;
	case SETTING_PROFILE:
		text_addf(to, "from profile %s; the default is ", profile_name(why->profile));
		break;
	case SETTING_USER:
		text_add(to, "set by --set or --config; the default is ");
		break;
	}
	if (threshold->source != SETTING_STANDARD)
		add_quantity(to, threshold->parameter->unit, threshold->standard);
}

static void add_thresholds(const struct page *page, const struct why *why)
{
	add_heading(page, "Thresholds");
	if (!why->threshold_count)
		page_paragraph(page, INK_PLAIN, 2, "none: once is enough");
	for (size_t i = 0; i < why->threshold_count; i++) {
		const struct why_threshold *threshold = &why->thresholds[i];
		struct text words = { 0 };
		text_addf(&words, "%s = ", threshold->parameter->name);
		add_quantity(&words, threshold->parameter->unit, threshold->value);
		text_add(&words, " (");
		add_source(&words, why, threshold);
		text_addf(&words, "): %s", threshold->parameter->meaning);
		add_item(page, &words);
	}
}

static void add_flags(const struct page *page, const struct why *why, uint32_t flags, const char *effect)
{
	for (size_t i = 0; i < gate_flag_count; i++) {
		struct text words = { 0 };
		if (!(flags & gate_flags[i].flag))
			continue;
		bool holds = why->quality & gate_flags[i].flag;
		text_addf(&words, "%s: %s%s", holds ? "So it is here" : "Not so here", gate_flags[i].impairment,
			  effect);
		add_item(page, &words);
	}
}

static void add_gates(const struct page *page, const struct why *why)
{
	const struct finding_kind *kind = why->finding->kind;
	if (!kind->suppressed_by && !kind->weakened_by)
		return;
	add_heading(page, "Flaws of a trace that it asks about first");
	add_flags(page, why, kind->suppressed_by, ": it would not be told at all");
	add_flags(page, why, kind->weakened_by, ": it is told with less certainty");
}

static void add_alternatives(const struct page *page, const struct why *why)
{
	const struct culprit_finding *told = why->told;
	if (!told->alternative_count)
		return;
	add_heading(page, "Other explanations");
	for (size_t i = 0; i < told->alternative_count; i++) {
		const struct culprit_alternative *alternative = &told->alternatives[i];
		struct text words = { 0 };
		text_addf(&words, "%s: %s", alternative->text,
			  alternative->rejected ? "rejected: " : "could be it as well");
		if (alternative->rejected)
			text_add(&words, alternative->rejected);
		add_item(page, &words);
	}
}

static void add_causes(const struct page *page, const struct why *why)
{
	add_heading(page, "Causes that were considered");
	if (!why->rival_count && !why->absent.length)
		page_paragraph(page, INK_PLAIN, 2, "none: no rule lets another finding explain this one");
	for (size_t i = 0; i < why->rival_count; i++) {
		const struct weighed *rival = &why->rivals[i];
		struct text words = { 0 };
		text_addf(&words, "%u, %s: %s", rival->other->number, rival->other->kind->id,
			  why_outcome(rival->outcome));
		if (rival->outcome == WEIGHING_APART)
			text_addf(&words, " %s", rival->shared);
		add_item(page, &words);
	}
	if (why->rival_total > why->rival_count)
		text_addf(page->to, "  … and %zu more\n", why->rival_total - why->rival_count);
	if (why->absent.length) {
		struct text words = { 0 };
		text_addf(&words, "Not found in this trace: %s", why->absent.bytes);
		add_item(page, &words);
	}
}

static void add_evidence(const struct page *page, const struct why *why, const struct culprit_output *output)
{
	const struct culprit_finding *told = why->told;
	char time[TIME_TEXT_SIZE];
	if (!told->evidence_count)
		return;
	add_heading(page, "Packets that show it");
	for (size_t i = 0; i < told->evidence_count; i++) {
		const struct culprit_evidence *evidence = &told->evidence[i];
		struct text words = { 0 };
		text_addf(&words, "%llu, %s%s: %s", (unsigned long long)evidence->packet,
			  words_evidence_time(why->diagnosis, output, evidence->time, time),
			  words_time_is_relative(output) ? " s" : "", evidence->note);
		add_item(page, &words);
	}
	if (told->evidence_total > told->evidence_count)
		text_addf(page->to, "  and %llu more\n",
			  (unsigned long long)(told->evidence_total - told->evidence_count));
}

static void add_section(const struct page *page, const char *heading, const char *words)
{
	if (!words || !*words)
		return;
	add_heading(page, heading);
	page_paragraph(page, INK_PLAIN, 2, words);
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct why *why = about;
	const struct page page = { to, output->width ? output->width : 80, output->colour };
	struct text words = { 0 };
	text_addf(&words, "%s %u: %s [%s]", culprit_severity_name(why->told->severity), why->told->number,
		  why->told->title, why->told->id);
	page_paragraph(&page, INK_BOLD, 0, words.bytes);
	text_finish(&words);
	page_paragraph(&page, INK_PLAIN, 0, why->told->text);
	add_section(&page, "The rule", why->finding->kind->meaning);
	add_numbers(&page, why);
	add_thresholds(&page, why);
	add_section(&page, "Severity", why->severity.bytes);
	text_addf(&words, "%s%s%s", why->told->blame, why->told->why && *why->told->why ? ": " : "",
		  why->told->why ? why->told->why : "");
	add_section(&page, "Blame", words.bytes);
	text_finish(&words);
	add_section(&page, "Confidence", why->confidence.bytes);
	add_alternatives(&page, why);
	add_gates(&page, why);
	add_causes(&page, why);
	add_section(&page, "Kept out as false alarms", why->finding->kind->false_alarms);
	add_evidence(&page, why, output);
	add_section(&page, "What would raise the confidence", why->wanted.bytes);
	add_section(&page, "Reference", why->told->reference);
}

const struct report why_as_text = { .subject = REPORT_WHY, .format = CULPRIT_TEXT, .write = write };
