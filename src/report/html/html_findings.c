/* The findings that matter as articles, with what they explain below them; the others as lines. */
#include <stdio.h>

#include "report/html/html.h"

#define LINES_WITHOUT_SCRIPT 50

bool html_tells(const struct html *page, size_t index)
{
	return page->trees[index].root == index && page->trees[index].shown && index < page->told;
}

/* Of a consequence: is the article that it stands in told? */
static bool tells_root(const struct html *page, size_t index)
{
	return finding_tree_matters(page->diagnosis, page->trees, index) &&
	       html_tells(page, page->trees[index].root);
}

static void add_tagged(struct text *to, const char *open, const char *words, const char *close)
{
	text_add(to, open);
	escape_html(to, words);
	text_add(to, close);
}

static void add_badge(struct text *to, const struct culprit_finding *finding)
{
	text_addf(to, "<span class=\"badge\">%s %u</span>", culprit_severity_name(finding->severity),
		  finding->number);
}

static void add_head(const struct html *page, const struct culprit_finding *finding)
{
	struct text *to = page->to, whom = { 0 };
	char cost[DURATION_TEXT_SIZE];
	text_add(to, "<div class=\"meta\">");
	add_badge(to, finding);
	text_addf(to, "<code>%s</code>", finding->id);
	if (finding->count > 1) {
		text_add(to, "<span>");
		words_counted(to, finding->count, "time", "times");
		text_add(to, "</span>");
	}
	if (finding->cost > 0)
		text_addf(to, "<span>cost %s</span>", duration_text(finding->cost, cost));
	text_addf(to, "</div>\n<h3><a href=\"#finding-%u\">", finding->number);
	escape_html(to, finding->title);
	text_add(to, "</a></h3>\n");
	words_subject(&whom, finding);
	words_sessions(&whom, finding);
	if (whom.length)
		add_tagged(to, "<p class=\"whom\">", whom.bytes, "</p>\n");
	text_finish(&whom);
	add_tagged(to, "<p class=\"text\">", finding->text, "</p>\n");
}

static void add_blame(struct text *to, const struct culprit_finding *finding)
{
	add_tagged(to, "<div class=\"block\"><h4>To blame</h4><p><span class=\"blamed\">", finding->blame,
		   "</span> <span class=\"soft\">");
	text_addf(to, "(%s)</span></p>\n", culprit_confidence_name(finding->confidence));
	if (finding->why && *finding->why)
		add_tagged(to, "<p class=\"why\">", finding->why, "</p>\n");
	text_add(to, "</div>\n");
}

static void add_evidence(const struct html *page, const struct culprit_finding *finding)
{
	struct text *to = page->to;
	const char *unit = words_time_is_relative(page->output) ? " s" : "";
	char time[TIME_TEXT_SIZE];
	if (!finding->evidence_count)
		return;
	text_add(to, "<div class=\"block\"><h4>Evidence</h4>\n");
	html_session_strip(page, finding);
	text_add(to, "<table class=\"proof\">\n");
	for (size_t i = 0; i < finding->evidence_count; i++) {
		const struct culprit_evidence *evidence = &finding->evidence[i];
		if (i + 1 == finding->evidence_count && finding->evidence_total > i + 1) {
			text_add(to, "<tr><td class=\"n\">\xe2\x80\xa6</td><td></td><td class=\"soft\">");
			words_counted(to, finding->evidence_total - finding->evidence_count, "more packet",
				      "more packets");
			text_add(to, "</td></tr>\n");
		}
		words_evidence_time(page->diagnosis, page->output, evidence->time, time);
		text_addf(to, "<tr><td class=\"n\">%llu</td><td class=\"t\">%s%s</td><td>",
			  (unsigned long long)evidence->packet, time, *time ? unit : "");
		escape_html(to, evidence->note);
		text_add(to, "</td></tr>\n");
	}
	text_add(to, "</table></div>\n");
}

static void add_lines(struct text *to, const struct culprit_finding *finding)
{
	if (!finding->line_count)
		return;
	text_add(to, "<div class=\"block\"><h4>Displays</h4><ul>\n");
	for (size_t i = 0; i < finding->line_count; i++) {
		struct text words = { 0 };
		words_line(&words, &finding->lines[i]);
		add_tagged(to, "<li>", words.bytes, "</li>\n");
		text_finish(&words);
	}
	text_add(to, "</ul></div>\n");
}

static void add_advice(struct text *to, const struct culprit_finding *finding)
{
	if (!finding->advice_count)
		return;
	text_add(to, "<div class=\"block\"><h4>Next</h4><ol class=\"steps\">\n");
	for (size_t i = 0; i < finding->advice_count; i++)
		add_tagged(to, "<li>", finding->advice[i], "</li>\n");
	text_add(to, "</ol></div>\n");
}

static void add_alternatives(struct text *to, const struct culprit_finding *finding)
{
	if (!finding->alternative_count)
		return;
	text_add(to, "<div class=\"block\"><h4>What else it could be</h4><ul class=\"others\">\n");
	for (size_t i = 0; i < finding->alternative_count; i++) {
		const struct culprit_alternative *alternative = &finding->alternatives[i];
		add_tagged(to, alternative->rejected ? "<li>" : "<li class=\"stands\">", alternative->text, "");
		if (alternative->rejected)
			add_tagged(to, ": <span class=\"soft\">", alternative->rejected, "</span>");
		text_add(to, "</li>\n");
	}
	text_add(to, "</ul></div>\n");
}

/* Six digits are more than anybody reads; the JSON has them all. */
static void add_number(struct text *to, double number)
{
	char words[40];
	snprintf(words, sizeof words, "%.6g", number);
	for (char *c = words; *c; c++)
		if (*c == ',')   /* the decimal point of the program's locale */
			*c = '.';
	text_add(to, words);
}

static void add_values(struct text *to, const struct culprit_finding *finding)
{
	text_add(to, "<details class=\"numbers\"><summary>Numbers and reference</summary><dl>\n");
	for (size_t i = 0; i < finding->value_count; i++) {
		const struct culprit_value *value = &finding->values[i];
		add_tagged(to, "<div><dt>", value->name, "</dt><dd>");
		if (value->text)
			escape_html(to, value->text);
		else
			add_number(to, value->number);
		text_add(to, "</dd></div>\n");
	}
	if (finding->reference)
		add_tagged(to, "<div><dt>see</dt><dd>", finding->reference, "</dd></div>\n");
	text_add(to, "</dl></details>\n");
}

static void add_effects(const struct html *page, size_t root)
{
	struct text *to = page->to;
	const struct culprit_finding *findings = page->diagnosis->findings;
	if (page->trees[root].first == FINDING_TREE_NONE)
		return;
	text_add(to, "<div class=\"effects\"><h4 class=\"label\">This explains</h4><ul>\n");
	for (size_t i = page->trees[root].first; i != FINDING_TREE_NONE; i = page->trees[i].next) {
		const struct culprit_finding *finding = &findings[i];
		text_addf(to, "<li id=\"finding-%u\" class=\"%s\">", finding->number,
			  culprit_severity_name(finding->severity));
		add_badge(to, finding);
		add_tagged(to, " ", finding->text, "");
		text_addf(to, " <code class=\"soft\">%s</code>", finding->id);
		if (finding->evidence_count) {
			text_add(to, "<details><summary>");
			words_counted(to, finding->evidence_total, "packet", "packets");
			text_add(to, "</summary>\n");
			add_evidence(page, finding);
			text_add(to, "</details>");
		}
		add_lines(to, finding);
		text_add(to, "</li>\n");
	}
	text_add(to, "</ul></div>\n");
}

static void add_finding(const struct html *page, size_t index)
{
	const struct culprit_finding *finding = &page->diagnosis->findings[index];
	struct text *to = page->to;
	text_addf(to, "<article class=\"card finding %s\" id=\"finding-%u\">\n",
		  culprit_severity_name(finding->severity), finding->number);
	add_head(page, finding);
	text_add(to, "<div class=\"cols\"><div>\n");
	add_blame(to, finding);
	add_alternatives(to, finding);
	text_add(to, "</div><div>\n");
	add_advice(to, finding);
	text_add(to, "</div></div>\n");
	add_evidence(page, finding);
	add_lines(to, finding);
	html_session_ladder(page, finding, index == 0);
	add_values(to, finding);
	add_effects(page, index);
	text_add(to, "</article>\n");
}

void html_findings(const struct html *page)
{
	size_t count = 0;
	for (size_t i = 0; i < page->diagnosis->finding_count; i++)
		count += html_tells(page, i);
	if (!count)
		return;
	text_add(page->to, "<h2>Findings <span class=\"count\">root causes first</span></h2>\n");
	for (size_t i = 0; i < page->diagnosis->finding_count; i++)
		if (html_tells(page, i))
			add_finding(page, i);
}

static void add_line(struct text *to, const struct culprit_finding *finding)
{
	text_addf(to, "<li id=\"finding-%u\" class=\"%s\"><span style=\"justify-self:start\" class=\"badge\">%s %u"
		      "</span><span class=\"what\">", finding->number,
		  culprit_severity_name(finding->severity), culprit_severity_name(finding->severity),
		  finding->number);
	escape_html(to, finding->text);
	text_addf(to, "</span><span class=\"id mono\">%s</span></li>\n", finding->id);
}

/* What the script needs of the same lines: number, severity, words, id. */
static void add_data(const struct html *page)
{
	struct text *to = page->to;
	const char *between = "";
	text_add(to, "<script type=\"application/json\" id=\"notice-data\">[");
	for (size_t i = 0; i < page->diagnosis->finding_count; i++) {
		const struct culprit_finding *finding = &page->diagnosis->findings[i];
		if (html_tells(page, i) || tells_root(page, i))
			continue;
		text_addf(to, "%s\n[%u,\"%s\",", between, finding->number,
			  culprit_severity_name(finding->severity));
		escape_json_in_html(to, finding->text);
		text_addf(to, ",\"%s\"]", finding->id);
		between = ",";
	}
	text_add(to, "]</script>\n");
}

void html_notices(const struct html *page)
{
	size_t count = 0;
	for (size_t i = 0; i < page->diagnosis->finding_count; i++) {
		if (html_tells(page, i) || tells_root(page, i))
			continue;
		if (count == 0)
			text_add(page->to, "<h2>Also noticed</h2>\n<div class=\"card\"><ol class=\"rows\" "
					   "id=\"notices\">\n");
		if (++count <= LINES_WITHOUT_SCRIPT)
			add_line(page->to, &page->diagnosis->findings[i]);
	}
	if (!count)
		return;
	text_add(page->to, "</ol>");
	if (count > LINES_WITHOUT_SCRIPT)
		text_addf(page->to, "<div class=\"more\" id=\"notices-more\">%zu more need JavaScript to be "
			  "shown</div>", count - LINES_WITHOUT_SCRIPT);
	text_add(page->to, "</div>\n");
	if (count > LINES_WITHOUT_SCRIPT)
		add_data(page);
}
