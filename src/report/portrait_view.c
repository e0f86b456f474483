/* Sessions in full: their figures are kept while the trace is read, and written at its end, when it is known
 * which findings concern them. */
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "report/diagnosis.h"
#include "report/portrait.h"
#include "report/selection.h"
#include "report/view.h"

#define MOST_SESSIONS 100000     /* kept at a time: some 2 kB each. More are only counted */

struct portraits {
	struct view view;
	struct culprit_output output;
	struct selection selection;
	uint64_t link_speed;         /* bit/s; 0: nobody said */
	struct session_figures **figures[SESSION_KINDS];     /* by number - 1; NULL: not wanted, or ended */
	size_t capacity[SESSION_KINDS];
	struct portrait *done;       /* of sessions that have ended */
	size_t count, done_capacity, being_kept;
};

static struct session_figures *figures_for(struct portraits *portraits, const struct session *session)
{
	struct session_figures ***list = &portraits->figures[session->kind];
	size_t *capacity = &portraits->capacity[session->kind], old = *capacity, index = session->number - 1;
	if (index >= old) {
		*list = memory_grow(*list, capacity, index + 1, sizeof **list);
		memset(*list + old, 0, (*capacity - old) * sizeof **list);
	}
	if (!(*list)[index] && portraits->being_kept + portraits->count < MOST_SESSIONS) {
		(*list)[index] = memory_zeroed(1, sizeof ***list);
		portraits->being_kept++;
	}
	return (*list)[index];
}

static bool observe(struct view *view, const struct trace_analysis *analysis,
		    const struct observation *observation)
{
	struct portraits *portraits = (struct portraits *)view;
	(void)analysis;
	if (!selection_takes(&portraits->selection, observation))
		return true;
	struct session_figures *figures = figures_for(portraits, observation->session);
	if (figures)
		figures_observe(figures, observation);
	return true;
}

static void session_ends(struct view *view, const struct trace_analysis *analysis, const struct session *session,
			 bool selected)
{
	struct portraits *portraits = (struct portraits *)view;
	size_t index = session->number - 1;
	if (index >= portraits->capacity[session->kind] || !portraits->figures[session->kind][index])
		return;
	struct session_figures **figures = &portraits->figures[session->kind][index];
	if (selected) {
		portraits->done = memory_grow(portraits->done, &portraits->done_capacity, portraits->count + 1,
					      sizeof *portraits->done);
		struct portrait *portrait = &portraits->done[portraits->count++];
		portrait_fill(portrait, analysis, session, *figures);
		portrait->link_speed = portraits->link_speed;
	}
	free(*figures);
	*figures = NULL;
	portraits->being_kept--;
}

static int by_number(const void *left, const void *right)
{
	const struct portrait *a = left, *b = right;
	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

struct concern { struct portrait *portrait; size_t finding; };

static int by_portrait(const void *left, const void *right)
{
	const struct concern *a = left, *b = right;
	if (a->portrait != b->portrait)
		return a->portrait < b->portrait ? -1 : 1;
	return a->finding < b->finding ? -1 : a->finding > b->finding;
}

/* Which findings concern which of the sessions kept, in the order of sessions. */
static struct concern *collect(struct portraits *portraits, const struct finding_store *findings, size_t *count)
{
	struct concern *concerns = NULL;
	size_t capacity = 0;
	*count = 0;
	for (size_t i = 0; i < finding_store_count(findings); i++) {
		enum session_kind kind;
		uint32_t number;
		for (size_t j = 0; finding_store_session(findings, i, j, &kind, &number); j++) {
			const struct portrait wanted = { .kind = (uint8_t)kind, .number = number };
			struct portrait *portrait = !portraits->count ? NULL :
				bsearch(&wanted, portraits->done, portraits->count, sizeof wanted, by_number);
			if (!portrait)
				continue;
			concerns = memory_grow(concerns, &capacity, *count + 1, sizeof *concerns);
			concerns[(*count)++] = (struct concern){ portrait, i };
		}
	}
	if (*count)
		qsort(concerns, *count, sizeof *concerns, by_portrait);
	return concerns;
}

static void write_one(struct portraits *portraits, const struct portrait_report *report, struct text *to)
{
	switch (portraits->output.format) {
	case CULPRIT_JSON:
		portrait_json(report, to);
		break;
	case CULPRIT_CSV:
		portrait_csv(report, to);
		break;
	default:
		portrait_text(report, &portraits->output, to);
		break;
	}
}

static void finish(struct view *view, const struct trace_analysis *analysis, const struct diagnosis *diagnosis)
{
	struct portraits *portraits = (struct portraits *)view;
	size_t concern_count = 0, at = 0;
	if (portraits->count)
		qsort(portraits->done, portraits->count, sizeof *portraits->done, by_number);
	struct concern *concerns = collect(portraits, analysis->findings, &concern_count);
	struct portrait_finding *findings = memory_zeroed(diagnosis->finding_count + 1, sizeof *findings);
	struct text to = { 0 };
	bool going = true;
	if (portraits->output.format == CULPRIT_CSV)
		text_add(&to, "session,figure,client_sent,server_sent\n");
	for (size_t i = 0; going && i < portraits->count; i++) {
		struct portrait_report report = { &portraits->done[i], findings, 0,
			diagnosis->trace.time_digits, diagnosis->trace.first_time };
		for (; at < concern_count && concerns[at].portrait == report.portrait; at++) {
			const struct culprit_finding *finding = &diagnosis->findings[concerns[at].finding];
			findings[report.finding_count++] = (struct portrait_finding){ finding->number,
				finding->id, culprit_severity_name(finding->severity), finding->title };
		}
		write_one(portraits, &report, &to);
		going = portraits->output.write(portraits->output.user, to.bytes, to.length);
		text_clear(&to);
	}
	if (going && to.length)
		portraits->output.write(portraits->output.user, to.bytes, to.length);
	text_finish(&to);
	free(findings);
	free(concerns);
}

static void destroy(struct view *view)
{
	struct portraits *portraits = (struct portraits *)view;
	for (unsigned kind = 0; kind < SESSION_KINDS; kind++) {
		for (size_t i = 0; i < portraits->capacity[kind]; i++)
			free(portraits->figures[kind][i]);
		free(portraits->figures[kind]);
	}
	free(portraits->done);
	selection_finish(&portraits->selection);
	free(portraits);
}

static const struct view_operations operations = { observe, session_ends, finish, destroy };

struct view *portrait_view(const struct culprit_selection *selection, const struct culprit_output *output,
			   struct error *error)
{
	struct portraits *portraits = memory_zeroed(1, sizeof *portraits);
	portraits->view.do_ = &operations;
	portraits->output = *output;
	portraits->link_speed = selection->link_speed;
	if (selection_init(&portraits->selection, selection, error))
		return &portraits->view;
	destroy(&portraits->view);
	return NULL;
}
