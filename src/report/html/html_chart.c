/* Packets over time, and below it on the same axis the findings that matter, a lane each. */
#include "report/html/html.h"
#include "report/timeline.h"

#define LANES 24                 /* more would be a picture of their own */
#define HEIGHT 100               /* of the picture, in its own units; it is as wide as the page */
#define WIDTH 1000

void html_place(struct text *to, int64_t time, int64_t start, int64_t end)
{
	double part = end > start ? ((double)time - (double)start) / ((double)end - (double)start) : 0;
	unsigned thousandths = part <= 0 ? 0 : part >= 1 ? 100000 : (unsigned)(part * 100000 + 0.5);
	text_addf(to, "%u.%03u", thousandths / 1000, thousandths % 1000);
}

static uint64_t highest(const struct timeline *timeline)
{
	uint64_t most = 1;
	for (size_t slot = 0; slot < timeline_slots(timeline); slot++)
		if (timeline_get(timeline, slot, TIMELINE_PACKETS) > most)
			most = timeline_get(timeline, slot, TIMELINE_PACKETS);
	return most;
}

/* The steps of the curve from left to right, as commands of an SVG path. */
static void add_steps(struct text *to, const struct html *page, uint64_t most)
{
	const struct timeline *timeline = page->diagnosis->timeline;
	const struct culprit_trace *trace = &page->diagnosis->trace;
	const double span = (double)trace->last_time - (double)trace->first_time;
	for (size_t slot = 0; slot < timeline_slots(timeline); slot++) {
		double right = ((double)timeline_origin(timeline) - (double)trace->first_time +
				(double)(slot + 1) * (double)timeline_width(timeline)) / span * WIDTH;
		uint64_t y = HEIGHT - timeline_get(timeline, slot, TIMELINE_PACKETS) * HEIGHT / most;
		unsigned x = right >= WIDTH ? WIDTH : right <= 0 ? 0 : (unsigned)(right + 0.5);
		text_addf(to, "V%lluH%u", (unsigned long long)y, x);
	}
}

static void add_rate(struct text *to, double per_second)
{
	if (per_second >= 10) {
		words_grouped(to, (uint64_t)(per_second + 0.5));
		return;
	}
	unsigned hundredths = (unsigned)(per_second * 100 + 0.5);
	text_addf(to, "%u.%02u", hundredths / 100, hundredths % 100);
}

static void add_curve(const struct html *page)
{
	struct text *to = page->to;
	const struct timeline *timeline = page->diagnosis->timeline;
	const struct culprit_trace *trace = &page->diagnosis->trace;
	const uint64_t most = highest(timeline);
	const double seconds = ((double)trace->last_time - (double)trace->first_time) / NANOSECONDS;
	char width[DURATION_TEXT_SIZE];
	text_add(to, "<div class=\"row\"><div class=\"scale\"><b>Packets</b><span>peak ");
	add_rate(to, (double)most * NANOSECONDS / (double)timeline_width(timeline));
	text_addf(to, " a second<br>in %s</span><br><span>mean ", duration_text(timeline_width(timeline), width));
	add_rate(to, (double)trace->packets / seconds);
	text_add(to, " a second</span></div><div class=\"plot\">");
	text_addf(to, "<svg viewBox=\"0 0 %d %d\" preserveAspectRatio=\"none\" role=\"img\" aria-label=\""
		  "Packets over time\"><path class=\"grid\" d=\"M0 0H%d M0 %dH%d\"/><path class=\"fill\" d=\"M0 %d",
		  WIDTH, HEIGHT, WIDTH, HEIGHT / 2, WIDTH, HEIGHT);
	add_steps(to, page, most);
	text_addf(to, "V%dZ\"/><path class=\"edge\" d=\"M0 %d", HEIGHT, HEIGHT);
	add_steps(to, page, most);
	text_add(to, "\"/></svg></div></div>\n");
}

/* Marks at the quarters. */
static void add_axis(const struct html *page)
{
	struct text *to = page->to;
	const struct culprit_trace *trace = &page->diagnosis->trace;
	const int64_t span = trace->last_time - trace->first_time;
	char words[DURATION_TEXT_SIZE];
	text_add(to, "<div class=\"row\"><div></div><div class=\"axis\">");
	for (int quarter = 0; quarter <= 4; quarter += span < 4 ? 4 : 1)
		text_addf(to, "<span style=\"left:%d%%\">%s</span>", quarter * 25,
			  quarter ? duration_text(span / 4 * quarter + span % 4 * quarter / 4, words) : "0 s");
	text_add(to, "</div></div>\n");
}

static void add_lane(const struct html *page, const struct culprit_finding *finding)
{
	struct text *to = page->to;
	const struct culprit_trace *trace = &page->diagnosis->trace;
	text_addf(to, "<div class=\"row lane %s\"><a href=\"#finding-%u\" title=\"",
		  culprit_severity_name(finding->severity), finding->number);
	escape_html(to, finding->text);
	text_addf(to, "\"><i>%u</i>", finding->number);
	escape_html(to, finding->title);
	if (finding->client || finding->server) {
		text_add(to, " <span>");
		escape_html(to, finding->server ? finding->server : finding->client);
		text_add(to, "</span>");
	}
	text_add(to, "</a><div class=\"track\"><span class=\"span\" style=\"left:");
	html_place(to, finding->first_time, trace->first_time, trace->last_time);
	text_add(to, "%;right:calc(100% - ");
	html_place(to, finding->last_time, trace->first_time, trace->last_time);
	text_add(to, "%)\"></span>");
	for (size_t i = 0; i < finding->evidence_count; i++) {
		if (finding->evidence[i].time == CULPRIT_NO_TIME)
			continue;
		text_add(to, "<span class=\"tick\" style=\"left:");
		html_place(to, finding->evidence[i].time, trace->first_time, trace->last_time);
		text_addf(to, "%%\" title=\"packet %llu: ", (unsigned long long)finding->evidence[i].packet);
		escape_html(to, finding->evidence[i].note);
		text_add(to, "\"></span>");
	}
	text_add(to, "</div></div>\n");
}

void html_chart(const struct html *page)
{
	const struct diagnosis *diagnosis = page->diagnosis;
	const struct culprit_trace *trace = &diagnosis->trace;
	size_t lanes = 0, more = 0;
	if (trace->first_time == CULPRIT_NO_TIME || trace->last_time <= trace->first_time)
		return;
	text_add(page->to, "<h2>When</h2>\n<figure class=\"card chart\">\n");
	if (diagnosis->timeline && timeline_slots(diagnosis->timeline))
		add_curve(page);
	add_axis(page);
	for (size_t i = 0; i < diagnosis->finding_count; i++) {
		const struct culprit_finding *finding = &diagnosis->findings[i];
		if (!finding_tree_matters(diagnosis, page->trees, i) ||
		    finding->first_time == CULPRIT_NO_TIME)
			continue;
		if (lanes == LANES) {
			more++;
			continue;
		}
		add_lane(page, finding);
		lanes++;
	}
	if (more) {
		text_add(page->to, "<p class=\"note\">");
		words_counted(page->to, more, "more finding is", "more findings are");
		text_add(page->to, " told below.</p>\n");
	}
	text_add(page->to, "</figure>\n");
}
