/* A diagnosis as a page: the verdict, when, the findings, the sessions, the counts and the trace. It holds
 * its style and its script, asks the network for nothing, and says all but the long lists without script. */
#include <stdlib.h>
#include <string.h>

#include "report/html/html.h"
#include "report/report.h"
#include "report/svg.h"
#include "session/wireshark.h"

/* Made of page.css and page.js by embed.sed; see meson.build. */
static const char *const style[] = {
#include "report/page.css.inc"
};
static const char *const script[] = {
#include "report/page.js.inc"
};

static void add_lines(struct text *to, const char *const *lines, size_t count)
{
	for (size_t i = 0; i < count; i++)
		text_add(to, lines[i]);
}

/* Of the finding that the verdict is about. */
static const char *tone(const struct diagnosis *diagnosis)
{
	const uint32_t number = diagnosis->verdict.finding;
	if (!number || number > diagnosis->finding_count)
		return "healthy";
	return culprit_severity_name(diagnosis->findings[number - 1].severity);
}

static void add_path(struct text *to, const struct culprit_trace *trace)
{
	if (trace->file_count)
		escape_html(to, trace->files[0].path);
	if (trace->file_count > 1)
		text_addf(to, " and %zu more", trace->file_count - 1);
}

static void add_head(const struct html *page)
{
	struct text *to = page->to;
	text_add(to, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		     "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		     "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
		     "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
		     "<meta name=\"referrer\" content=\"no-referrer\">\n");
	text_addf(to, "<meta name=\"generator\" content=\"culprit %s\">\n<title>", culprit_version());
	add_path(to, &page->diagnosis->trace);
	text_add(to, " \xe2\x80\x93 culprit</title>\n<style>\n");
	add_lines(to, style, sizeof style / sizeof style[0]);
	if (page->diagnosis->pictures)
		svg_style(to);
	text_add(to, "</style>\n</head>\n<body>\n<div class=\"page\">\n");
	text_addf(to, "<header class=\"top %s\"><span class=\"brand\">culprit</span><span class=\"path mono\">",
		  tone(page->diagnosis));
	add_path(to, &page->diagnosis->trace);
	text_add(to, "</span><button type=\"button\" id=\"theme\" class=\"js-only\">Light or dark</button>"
		     "</header>\n<main>\n");
}

static void add_verdict(const struct html *page)
{
	struct text *to = page->to;
	const struct culprit_verdict *verdict = &page->diagnosis->verdict;
	text_addf(to, "<section class=\"card verdict %s\"><h1>", tone(page->diagnosis));
	escape_html(to, verdict->text);
	text_add(to, "</h1>\n<p class=\"by\">");
	if (!verdict->finding) {
		text_add(to, "<span class=\"badge\">nothing to report</span></p></section>\n");
		return;
	}
	text_addf(to, "<span class=\"badge\">%s</span><span>To blame <b>", tone(page->diagnosis));
	escape_html(to, verdict->blame);
	text_addf(to, "</b></span><span>Confidence <b>%s</b></span><a href=\"#finding-%u\">Finding %u</a></p>"
		      "</section>\n", culprit_confidence_name(verdict->confidence), verdict->finding,
		  verdict->finding);
}

static void add_severities(const struct html *page)
{
	size_t counts[CULPRIT_CRITICAL + 1] = { 0 };
	for (size_t i = 0; i < page->diagnosis->finding_count; i++)
		counts[page->diagnosis->findings[i].severity]++;
	for (int severity = CULPRIT_CRITICAL; severity >= CULPRIT_INFO; severity--)
		if (counts[severity])
			text_addf(page->to, "<span class=\"badge %s\">%zu %s</span>",
				  culprit_severity_name((enum culprit_severity)severity), counts[severity],
				  culprit_severity_name((enum culprit_severity)severity));
	if (!page->diagnosis->finding_count)
		text_add(page->to, "<span class=\"badge healthy\">none</span>");
}

static void add_tiles(const struct html *page)
{
	const struct culprit_trace *trace = &page->diagnosis->trace;
	struct text *to = page->to;
	char words[DURATION_TEXT_SIZE];
	text_add(to, "<dl class=\"tiles\">\n<div class=\"card tile\"><dt>Packets</dt><dd>");
	words_grouped(to, trace->packets);
	text_addf(to, "</dd></div>\n<div class=\"card tile\"><dt>Size on the wire</dt><dd>%s</dd></div>\n"
		      "<div class=\"card tile\"><dt>Sessions</dt><dd>", size_text(trace->bytes, words));
	words_grouped(to, trace->sessions);
	text_add(to, "</dd></div>\n");
	if (trace->first_time != CULPRIT_NO_TIME)
		text_addf(to, "<div class=\"card tile\"><dt>Time</dt><dd>%s</dd></div>\n",
			  duration_text(trace->last_time - trace->first_time, words));
	text_add(to, "<div class=\"card tile\"><dt>Findings</dt><dd>");
	add_severities(page);
	text_add(to, "</dd></div>\n</dl>\n");
}

static void add_counts(const struct html *page)
{
	struct text *to = page->to;
	const char *name;
	uint64_t value;
	bool begun = false;
	for (unsigned i = 0; (name = wireshark_count(page->diagnosis->counts, i, &value)) != NULL; i++) {
		if (!value)
			continue;
		if (!begun)
			text_add(to, "<h2>Counts <span class=\"count\">packets, as Wireshark counts them"
				     "</span></h2>\n<dl class=\"card counts\">\n");
		begun = true;
		text_addf(to, "<div><dt class=\"mono\">%s</dt><dd>", name);
		words_grouped(to, value);
		text_add(to, "</dd></div>\n");
	}
	if (begun)
		text_add(to, "</dl>\n");
}

static void add_file(const struct html *page, const struct culprit_file *file)
{
	struct text *to = page->to;
	char time[TIME_TEXT_SIZE];
	const unsigned digits = page->diagnosis->trace.time_digits;
	text_add(to, "<tr><td class=\"mono\">");
	escape_html(to, file->path);
	text_addf(to, "</td><td>%s%s%s</td><td>", file->format,
		  strcmp(file->compression, "none") == 0 ? "" : ", ",
		  strcmp(file->compression, "none") == 0 ? "" : file->compression);
	for (size_t i = 0; i < file->link_type_count; i++) {
		text_add(to, i ? " " : "");
		escape_html(to, file->link_types[i]);
	}
	text_add(to, "</td><td class=\"r\">");
	words_grouped(to, file->packets);
	text_addf(to, "</td><td>%s</td>", file->first_time == CULPRIT_NO_TIME ? ""
		  : time_rfc3339(file->first_time, digits, time));
	text_addf(to, "<td>%s</td></tr>\n", file->last_time == CULPRIT_NO_TIME ? ""
		  : time_rfc3339(file->last_time, digits, time));
}

static void add_trace(const struct html *page)
{
	const struct culprit_trace *trace = &page->diagnosis->trace;
	struct text *to = page->to;
	text_add(to, "<h2>Trace</h2>\n<div class=\"card scroll\"><table class=\"list\"><thead><tr><th>File</th>"
		     "<th>Format</th><th>Link</th><th class=\"r\">Packets</th><th>First</th><th>Last</th></tr>"
		     "</thead><tbody>\n");
	for (size_t i = 0; i < trace->file_count; i++)
		add_file(page, &trace->files[i]);
	text_add(to, "</tbody></table></div>\n");
	if (trace->sessions_closed_early) {
		text_add(to, "<p class=\"note\">");
		words_counted(to, trace->sessions_closed_early, "session was", "sessions were");
		text_add(to, " judged before the end, to stay within the limit of sessions in memory.</p>\n");
	}
}

/* Past the last root that is told in full. */
static size_t last_told(const struct diagnosis *diagnosis, const struct finding_tree *trees)
{
	size_t count = 0;
	for (size_t i = 0; i < diagnosis->finding_count; i++)
		if (trees[i].root == i && trees[i].shown && ++count > HTML_MAX_FINDINGS)
			return i;
	return diagnosis->finding_count;
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct diagnosis *diagnosis = about;
	struct finding_tree *trees = finding_trees(diagnosis);
	const struct html page = { to, diagnosis, output, trees, last_told(diagnosis, trees) };
	add_head(&page);
	add_verdict(&page);
	add_tiles(&page);
	html_chart(&page);
	html_findings(&page);
	html_notices(&page);
	html_sessions(&page);
	add_counts(&page);
	add_trace(&page);
	text_addf(to, "</main>\n<footer>culprit %s. Packet numbers are those of Wireshark.</footer>\n</div>\n"
		      "<script>\n", culprit_version());
	add_lines(to, script, sizeof script / sizeof script[0]);
	text_add(to, "</script>\n</body>\n</html>\n");
	free(trees);
}

const struct report diagnosis_as_html = {
	.subject = REPORT_DIAGNOSIS, .format = CULPRIT_HTML, .write = write,
};
