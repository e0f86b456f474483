/* The session of a finding in pictures: where in it the packets are that prove the finding, what happened
 * around them, and the course of its data. */
#include "report/html/html.h"
#include "report/pictures.h"

void html_session_strip(const struct html *page, const struct culprit_finding *finding)
{
	struct text *to = page->to;
	struct culprit_session session;
	char start[TIME_TEXT_SIZE], duration[DURATION_TEXT_SIZE];
	if (finding->session_total != 1 || finding->first_time == CULPRIT_NO_TIME ||
	    !html_session_find(page, finding->sessions[0], &session) || session.duration <= 0)
		return;
	const int64_t end = session.start + session.duration;
	text_add(to, "<div class=\"strip\" role=\"img\" aria-label=\"Where in the session\"><div class=\"track\">"
		     "<span class=\"span\" style=\"left:");
	html_place(to, finding->first_time, session.start, end);
	text_add(to, "%;right:calc(100% - ");
	html_place(to, finding->last_time, session.start, end);
	text_add(to, "%)\"></span>");
	for (size_t i = 0; i < finding->evidence_count; i++) {
		if (finding->evidence[i].time == CULPRIT_NO_TIME)
			continue;
		text_add(to, "<span class=\"tick\" style=\"left:");
		html_place(to, finding->evidence[i].time, session.start, end);
		text_add(to, "%\"></span>");
	}
	words_evidence_time(page->diagnosis, page->output, session.start, start);
	text_addf(to, "</div><div class=\"ends\"><span>%s begins at %s%s</span><span>lasts %s</span></div></div>\n",
		  finding->sessions[0], start, words_time_is_relative(page->output) ? " s" : "",
		  duration_text(session.duration, duration));
}

void html_session_ladder(const struct html *page, const struct culprit_finding *finding, bool open)
{
	const struct pictures *pictures = page->diagnosis->pictures;
	struct text *to = page->to;
	if (!pictures)
		return;
	const struct ladder *ladder = pictures_ladder(pictures, finding->number);
	const struct graph *graph = pictures_graph(pictures, finding->number);
	if (ladder) {
		const struct ladder_picture how = { .time_style = page->output->time_style,
			.origin = page->diagnosis->trace.first_time, .embedded = true };
		text_addf(to, "<details class=\"ladder\"%s><summary>Packet by packet: %s around the evidence"
			      "</summary><div>\n", open ? " open" : "", finding->sessions[0]);
		ladder_svg(ladder, &how, to);
		text_add(to, "</div></details>\n");
	}
	if (graph) {
		const struct graph_picture how = { .embedded = true };
		text_addf(to, "<details class=\"ladder\"><summary>Time and sequence of %s</summary><div>\n",
			  finding->sessions[0]);
		graph_svg(graph, GRAPH_TIME_SEQUENCE, graph_main_sender(graph), &how, to);
		text_add(to, "</div></details>\n");
	}
}
