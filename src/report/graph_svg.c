/* Draws the graphs of a session. */
#include "report/graph.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "report/svg.h"

enum {
	WIDTH = 1000, HEIGHT = 600, LEFT = 76, RIGHT = 24, TOP = 104, BOTTOM = 58,
	FEW = 3000,                  /* up to so many points of a session, dots may be large */
};

/* Points finer than this cannot be told apart: they are drawn once. */
#define GRAIN 0.5

enum shape { SHAPE_BAR, SHAPE_STEPS, SHAPE_DOTS, SHAPE_TICKS, SHAPE_LINE };

static const struct look {
	enum shape shape;
	const char *class, *fill;
	const char *legend;          /* NULL: not in the legend */
} looks[SERIES_COUNT] = {
	[SERIES_EDGE] = { SHAPE_STEPS, "l end thin", "f-end", "end of the window" },
	[SERIES_ACK] = { SHAPE_STEPS, "l setup thin", "f-setup", "acknowledged" },
	[SERIES_DATA] = { SHAPE_BAR, "l data", "f-data", "data" },
	[SERIES_AGAIN] = { SHAPE_BAR, "l bad thick", "f-bad", "sent again" },
	[SERIES_DISORDER] = { SHAPE_BAR, "l warn thick", "f-warn", "out of order" },
	[SERIES_SACK] = { SHAPE_BAR, "l warn thin", "f-warn", "SACK" },
	[SERIES_DUPLICATE_ACK] = { SHAPE_TICKS, "l setup", "f-setup", "duplicate ACK" },
	[SERIES_ZERO_WINDOW] = { SHAPE_DOTS, "", "f-warn", "window closed" },
	[SERIES_SYN] = { SHAPE_DOTS, "", "f-setup", "SYN" },
	[SERIES_FIN] = { SHAPE_DOTS, "", "f-end", "FIN" },
	[SERIES_RST] = { SHAPE_DOTS, "", "f-bad", "RST" },
	[SERIES_ROUND_TRIP] = { SHAPE_DOTS, "", "f-data", NULL },
	[SERIES_WINDOW] = { SHAPE_STEPS, "l end", "f-end", "window of the receiver" },
	[SERIES_IN_FLIGHT] = { SHAPE_STEPS, "l data", "f-data", "bytes in flight" },
	[SERIES_THROUGHPUT] = { SHAPE_LINE, "l data thick", "f-data", "throughput, with repeats" },
	[SERIES_GOODPUT] = { SHAPE_LINE, "l setup thin", "f-setup", "goodput: confirmed by the receiver" },
};

/* What lies behind comes first. */
static const enum graph_series order[SERIES_COUNT] = {
	SERIES_EDGE, SERIES_ACK, SERIES_DATA, SERIES_SACK, SERIES_DISORDER, SERIES_AGAIN, SERIES_DUPLICATE_ACK,
	SERIES_ZERO_WINDOW, SERIES_SYN, SERIES_FIN, SERIES_RST, SERIES_ROUND_TRIP, SERIES_WINDOW,
	SERIES_IN_FLIGHT, SERIES_THROUGHPUT, SERIES_GOODPUT,
};

static const struct { const char *title, *y; enum svg_unit unit; } kinds[GRAPH_KINDS] = {
	[GRAPH_TIME_SEQUENCE] = { "Time and sequence", "Sequence number", SVG_BYTES },
	[GRAPH_ROUND_TRIP] = { "Round trip time", "From data to its acknowledgement", SVG_SECONDS },
	[GRAPH_WINDOW] = { "Bytes in flight and window", "Bytes", SVG_BYTES },
	[GRAPH_THROUGHPUT] = { "Throughput", "Data", SVG_BITS_PER_SECOND },
};

struct drawing {
	const struct graph *graph;
	enum graph_kind kind;
	uint8_t sender;
	struct svg svg;
	struct svg_axis x, y;

	/* First pass */
	double low, high;            /* values */
	double edge_high;            /* of the window's edge, which may lie far above the data */
	bool any;
	uint64_t count[SERIES_COUNT];

	/* One pass per series */
	enum graph_series series;
	bool open;                   /* a path has a point */
	double last_x, last_y;       /* of the path, in pixels */
	int64_t last_time;
	double bar_end;              /* value */
	uint8_t *seen;               /* dots: one bit a place */
};

/* Round trips are in nanoseconds, axes in seconds. */
static double value_of(const struct drawing *drawing, double value)
{
	return drawing->kind == GRAPH_ROUND_TRIP ? value / 1e9 : value;
}

static void measure(void *user, const struct graph_point *point)
{
	struct drawing *drawing = user;
	double low = value_of(drawing, point->value), high = value_of(drawing, point->end);
	bool range = looks[point->series].shape == SHAPE_BAR;
	drawing->count[point->series]++;
	if (!range)
		high = low;
	if (point->series == SERIES_EDGE || point->series == SERIES_WINDOW) {
		if (high > drawing->edge_high)
			drawing->edge_high = high;
		return;
	}
	if (!drawing->any || low < drawing->low)
		drawing->low = low;
	if (!drawing->any || high > drawing->high)
		drawing->high = high;
	drawing->any = true;
}

static double grain(double at)
{
	return nearbyint(at / GRAIN) * GRAIN;
}

static bool is_inside(const struct drawing *drawing, double y)
{
	return y >= TOP - 0.01 && y <= HEIGHT - BOTTOM + 0.01;
}

static void steps_to(struct drawing *drawing, double x, double y, bool steps)
{
	if (drawing->open && x == drawing->last_x && y == drawing->last_y)
		return;
	bool visible = is_inside(drawing, y), before = is_inside(drawing, drawing->last_y);
	if (!drawing->open || !before) {
		if (visible)
			svg_move(&drawing->svg, x, y);
	} else {
		if (steps && x != drawing->last_x && y != drawing->last_y)
			svg_draw(&drawing->svg, x, drawing->last_y);
		if (visible)
			svg_draw(&drawing->svg, x, y);
	}
	drawing->open = true;
	drawing->last_x = x;
	drawing->last_y = y;
}

/* A rate over the last so long is zero once there was nothing for so long, up to the next packet. */
static void fall_silent(struct drawing *drawing, int64_t time, double x)
{
	int64_t zero = drawing->last_time + graph_average(drawing->graph);
	if (!drawing->open || time <= zero)
		return;
	double bottom = grain(svg_place(&drawing->y, 0));
	steps_to(drawing, grain(svg_place(&drawing->x, (double)zero / 1e9)), bottom, false);
	steps_to(drawing, x, bottom, false);
}

/* Segments that follow each other within one column become one bar. */
static void bar(struct drawing *drawing, double x, double from, double to)
{
	if (drawing->open && x == drawing->last_x && from <= drawing->last_y + GRAIN &&
	    from >= drawing->last_y - GRAIN) {
		svg_draw(&drawing->svg, x, to);
	} else {
		svg_move(&drawing->svg, x, from);
		/* At least as high as a pixel, so that one byte can be seen. */
		svg_draw(&drawing->svg, x, fabs(to - from) < 1 ? from - 1 : to);
	}
	drawing->open = true;
	drawing->last_x = x;
	drawing->last_y = to;
}

static bool first_at(struct drawing *drawing, double x, double y)
{
	size_t column = (size_t)(x / GRAIN), row = (size_t)(y / GRAIN);
	size_t bit = row * (size_t)(WIDTH / GRAIN) + column;
	bool first = !(drawing->seen[bit / 8] & 1u << bit % 8);
	drawing->seen[bit / 8] |= (uint8_t)(1u << bit % 8);
	return first;
}

static void draw_point(void *user, const struct graph_point *point)
{
	struct drawing *drawing = user;
	if (point->series != drawing->series)
		return;
	const struct look *look = &looks[point->series];
	double x = grain(svg_place(&drawing->x, (double)point->time / 1e9));
	double y = grain(svg_place(&drawing->y, value_of(drawing, point->value)));
	switch (look->shape) {
	case SHAPE_BAR:
		if (is_inside(drawing, y))
			bar(drawing, x, y, grain(svg_place(&drawing->y, value_of(drawing, point->end))));
		break;
	case SHAPE_STEPS:
		steps_to(drawing, x, y, true);
		break;
	case SHAPE_LINE:
		fall_silent(drawing, point->time, x);
		steps_to(drawing, x, y, false);
		drawing->last_time = point->time;
		break;
	case SHAPE_TICKS:
		if (is_inside(drawing, y) && first_at(drawing, x, y)) {
			svg_move(&drawing->svg, x - 3, y);
			svg_draw(&drawing->svg, x + 3, y);
		}
		break;
	case SHAPE_DOTS:
		if (is_inside(drawing, y) && first_at(drawing, x, y))
			svg_dot(&drawing->svg, look->fill, x, y,
				drawing->kind == GRAPH_ROUND_TRIP ? graph_count(drawing->graph) > FEW ? 1.2 : 2.2 : 4);
		break;
	}
}

static void draw_series(struct drawing *drawing, enum graph_series series)
{
	bool path = looks[series].shape != SHAPE_DOTS;
	size_t size = (size_t)(WIDTH / GRAIN * HEIGHT / GRAIN / 8) + 1;
	if (!drawing->count[series])
		return;
	drawing->series = series;
	drawing->open = false;
	memset(drawing->seen, 0, size);
	if (path)
		svg_path_begin(&drawing->svg, looks[series].class);
	graph_points(drawing->graph, drawing->kind, drawing->sender, draw_point, drawing);
	if (path)
		svg_path_end(&drawing->svg);
}

/* A window that does not fit into the picture says how large it is. */
static void legend_words(const struct drawing *drawing, enum graph_series series, char to[static 64])
{
	char size[DURATION_TEXT_SIZE];
	const char *legend = looks[series].legend;
	if (series == SERIES_WINDOW && drawing->edge_high > drawing->y.high)
		snprintf(to, 64, "%s, up to %s", legend, size_text((uint64_t)drawing->edge_high, size));
	else if (series == SERIES_EDGE && drawing->edge_high > drawing->y.high)
		snprintf(to, 64, "%s, partly above", legend);
	else
		snprintf(to, 64, "%s", legend);
}

static void draw_legend(struct drawing *drawing)
{
	double x = LEFT - 8;
	char words[64];
	for (size_t i = 0; i < SERIES_COUNT; i++) {
		const struct look *look = &looks[order[i]];
		if (!drawing->count[order[i]] || !look->legend)
			continue;
		if (look->shape == SHAPE_DOTS)
			svg_dot(&drawing->svg, look->fill, x + 8, 60, 4);
		else if (look->shape == SHAPE_BAR)
			svg_line(&drawing->svg, look->class, x + 8, 54, x + 8, 66);
		else
			svg_line(&drawing->svg, look->class, x, 60, x + 16, 60);
		legend_words(drawing, order[i], words);
		svg_words(&drawing->svg, "small", x + 22, 64, SVG_START, words);
		x += 40 + 6.1 * (double)strlen(words);
	}
}

static void draw_head(struct drawing *drawing, const char *title)
{
	char from[ENDPOINT_TEXT_SIZE], to[ENDPOINT_TEXT_SIZE], words[256], average[DURATION_TEXT_SIZE];
	const struct graph *graph = drawing->graph;
	svg_words(&drawing->svg, "title", 16, 26, SVG_START, title);
	snprintf(words, sizeof words, "tcp:%u, data from %s (%s) to %s", graph_session(graph),
		 graph_end_words(graph, drawing->sender, from),
		 drawing->sender == graph_client(graph) ? "client" : "server",
		 graph_end_words(graph, drawing->sender ^ 1, to));
	if (drawing->kind == GRAPH_THROUGHPUT)
		snprintf(words + strlen(words), sizeof words - strlen(words), ", over the last %s each",
			 duration_text(graph_average(graph), average));
	if (graph_left_out(graph))
		snprintf(words + strlen(words), sizeof words - strlen(words), ", the first %zu packets only",
			 graph_count(graph));
	svg_words(&drawing->svg, "small dim", 16, 44, SVG_START, words);
}

/* A window far above the data would press it flat: then its line leaves the picture at the top. */
static double highest(const struct drawing *drawing)
{
	double high = drawing->any ? drawing->high : 1;
	double limit = drawing->low + (high - drawing->low) * (drawing->kind == GRAPH_WINDOW ? 4 : 1.6);
	if (drawing->edge_high > high && drawing->edge_high <= limit)
		return drawing->edge_high;
	return high;
}

static void draw_nothing(struct svg *svg, const char *title)
{
	svg_words(svg, "title", 16, 26, SVG_START, title);
	svg_words(svg, "dim", WIDTH / 2.0, HEIGHT / 2.0, SVG_MIDDLE, "There is nothing to show.");
}

void graph_svg(const struct graph *graph, enum graph_kind kind, uint8_t sender,
	       const struct graph_picture *picture, struct text *to)
{
	struct drawing drawing = { .graph = graph, .kind = kind, .sender = sender, .svg = { to } };
	const char *title = picture->title ? picture->title : kinds[kind].title;
	graph_points(graph, kind, sender, measure, &drawing);
	svg_begin(&drawing.svg, WIDTH, HEIGHT, title, picture->embedded);
	if (!drawing.any) {
		draw_nothing(&drawing.svg, title);
		svg_end(&drawing.svg);
		return;
	}
	drawing.seen = memory_zeroed((size_t)(WIDTH / GRAIN * HEIGHT / GRAIN / 8) + 1, 1);
	double duration = (double)graph_duration(graph) / 1e9;
	svg_axis_init(&drawing.x, 0, duration * 1.01, 10, SVG_SECONDS, true);
	svg_axis_init(&drawing.y, kind == GRAPH_TIME_SEQUENCE ? drawing.low : 0, highest(&drawing), 8,
		      kinds[kind].unit, false);
	drawing.x.from = LEFT;
	drawing.x.to = WIDTH - RIGHT;
	drawing.y.from = HEIGHT - BOTTOM;
	drawing.y.to = TOP;
	svg_axes(&drawing.svg, &drawing.x, &drawing.y, "Time since the session's first packet", kinds[kind].y);
	for (size_t i = 0; i < SERIES_COUNT; i++)
		draw_series(&drawing, order[i]);
	draw_legend(&drawing);
	draw_head(&drawing, title);
	svg_end(&drawing.svg);
	free(drawing.seen);
}
