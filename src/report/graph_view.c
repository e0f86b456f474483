/* A graph of a session while the trace is read: a picture, or its points as rows. */
#include <stdlib.h>

#include "core/memory.h"
#include "report/graph.h"
#include "report/selection.h"
#include "report/table.h"
#include "report/view.h"

_Static_assert((int)GRAPH_THROUGHPUT == (int)CULPRIT_GRAPH_THROUGHPUT, "the public names mirror ours");

struct graph_view {
	struct view view;
	struct culprit_output output;
	struct selection selection;
	enum culprit_graph kind;
	enum culprit_side sender;
	struct graph *graph;
};

static const struct column columns[] = {
	{ "series", false }, { "number", true }, { "time_s", true }, { "value", true }, { "end", true },
};

static struct cell value_cell(const struct graph_point *point, double value)
{
	if (point->series == SERIES_ROUND_TRIP)
		return cell_seconds((int64_t)value);
	/* What is shown is whole: bytes, bits per second. */
	return value < 0 ? cell_nothing() : cell_number((uint64_t)(value + 0.5));
}

static bool is_range(enum graph_series series)
{
	return series == SERIES_DATA || series == SERIES_AGAIN || series == SERIES_DISORDER || series == SERIES_SACK;
}

static void fill_cells(const void *row, struct cell *cell)
{
	const struct graph_point *point = row;
	*cell++ = cell_words(graph_series_name(point->series));
	*cell++ = cell_number(point->packet);
	*cell++ = cell_seconds(point->time);
	*cell++ = value_cell(point, point->value);
	*cell++ = is_range(point->series) ? value_cell(point, point->end) : cell_nothing();
}

static const struct table points = { columns, sizeof columns / sizeof *columns, fill_cells };

static bool observe(struct view *view, const struct trace_analysis *analysis,
		    const struct observation *observation)
{
	struct graph_view *graph = (struct graph_view *)view;
	(void)analysis;
	if (selection_takes(&graph->selection, observation))
		graph_observe(graph->graph, observation);
	return !selection_is_over(&graph->selection, observation->packet->record->number);
}

static uint8_t sender_of(const struct graph_view *view)
{
	uint8_t client = graph_client(view->graph);
	if (view->sender == CULPRIT_SIDE_MORE)
		return graph_main_sender(view->graph);
	return view->sender == CULPRIT_SIDE_CLIENT ? client : client ^ 1;
}

static void write_row(void *user, const struct graph_point *point)
{
	table_row(user, point);
}

static void finish(struct view *view, const struct trace_analysis *analysis, const struct diagnosis *diagnosis)
{
	struct graph_view *graph = (struct graph_view *)view;
	enum graph_kind kind = (enum graph_kind)graph->kind;
	(void)analysis;
	(void)diagnosis;
	if (graph->output.format != CULPRIT_TEXT) {
		struct table_writer *writer = table_begin(&points, &points, &graph->output, 0);
		graph_points(graph->graph, kind, sender_of(graph), write_row, writer);
		table_end(writer);
		return;
	}
	struct text to = { 0 };
	graph_svg(graph->graph, kind, sender_of(graph), &(struct graph_picture){ 0 }, &to);
	graph->output.write(graph->output.user, to.bytes, to.length);
	text_finish(&to);
}

static void destroy(struct view *view)
{
	struct graph_view *graph = (struct graph_view *)view;
	graph_destroy(graph->graph);
	selection_finish(&graph->selection);
	free(graph);
}

static const struct view_operations operations = { observe, NULL, finish, destroy };

struct view *graph_view(const struct culprit_selection *selection, enum culprit_graph kind,
			enum culprit_side sender, const struct culprit_output *output, struct error *error)
{
	struct graph_view *graph = memory_zeroed(1, sizeof *graph);
	graph->view.do_ = &operations;
	graph->output = *output;
	graph->kind = kind;
	graph->sender = sender;
	graph->graph = graph_create(GRAPH_POINTS);
	bool good = selection_init(&graph->selection, selection, error);
	if (good && (graph->selection.session_count != 1 || graph->selection.pair))
		good = error_set(error, ERROR_USAGE, "name one TCP session", "a graph shows one session");
	if (good)
		return &graph->view;
	destroy(&graph->view);
	return NULL;
}
