/* A diagnosis as one page that needs nothing else: html.c puts it together from these parts. Every word
 * that may come from a trace goes through escape_html, or into the script's data through
 * escape_json_in_html. */
#ifndef REPORT_HTML_HTML_H
#define REPORT_HTML_HTML_H

#include "report/diagnosis.h"
#include "report/escape.h"
#include "report/tree.h"
#include "report/words.h"

#define HTML_MAX_FINDINGS 200    /* told in full; the others have a line each, so that the page stays quick */

struct html {
	struct text *to;
	const struct diagnosis *diagnosis;
	const struct culprit_output *output;
	const struct finding_tree *trees;
	size_t told;                 /* findings in full: the first so many roots that matter */
};

/* html_chart.c: when things happened. */
void html_chart(const struct html *page);
/* A place on the axis from `start` to `end` in percent, "12.345". */
void html_place(struct text *to, int64_t time, int64_t start, int64_t end);

/* html_findings.c */
void html_findings(const struct html *page);
void html_notices(const struct html *page);
/* Has it an article of its own (else: a line of the notices)? */
bool html_tells(const struct html *page, size_t index);

/* html_ladder.c: where in its session a finding was; nothing where that is not known. */
void html_session_strip(const struct html *page, const struct culprit_finding *finding);
/* The session of a finding as a ladder and a graph; nothing where there are none. `open`: unfolded. */
void html_session_ladder(const struct html *page, const struct culprit_finding *finding, bool open);

/* html_sessions.c */
void html_sessions(const struct html *page);
/* Finds "tcp:12" among the sessions that were kept. */
bool html_session_find(const struct html *page, const char *name, struct culprit_session *to);

#endif
