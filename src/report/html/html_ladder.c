/* Where in its session a finding was: the session from its first packet to its last one, and on it the
 * packets that prove the finding. */
#include "report/html/html.h"

void html_session_ladder(const struct html *page, const struct culprit_finding *finding)
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
