/* Graphs of one TCP session: time and sequence (as tcptrace draws it), round trips, bytes under way against
 * the window, throughput.
 *
 *	struct graph *graph = graph_create(GRAPH_POINTS);
 *	… for each packet of one session: graph_observe(graph, observation);
 *	graph_svg(graph, GRAPH_TIME_SEQUENCE, graph_main_sender(graph), &(struct graph_picture){ 0 }, &text);
 *	graph_destroy(graph);
 *
 * X is the sender whose data a graph shows, by its index in the session; Y receives and confirms it. Times
 * are nanoseconds since the session's first packet, sequence numbers count from X's initial one. */
#ifndef REPORT_GRAPH_H
#define REPORT_GRAPH_H

#include <culprit.h>

#include "core/text.h"
#include "session/session.h"

#define GRAPH_POINTS 500000      /* packets that a graph keeps: some 60 MB. The rest is counted */

enum graph_kind { GRAPH_TIME_SEQUENCE, GRAPH_ROUND_TRIP, GRAPH_WINDOW, GRAPH_THROUGHPUT, GRAPH_KINDS };

enum graph_series {
	/* GRAPH_TIME_SEQUENCE */
	SERIES_DATA,                 /* bytes value…end of X for the first time */
	SERIES_AGAIN,                /* again */
	SERIES_DISORDER,             /* out of order, doubled */
	SERIES_ACK,                  /* Y has all before value */
	SERIES_EDGE,                 /* and would take all before value: ACK and window */
	SERIES_SACK,                 /* Y has value…end as well */
	SERIES_DUPLICATE_ACK,        /* at value */
	SERIES_ZERO_WINDOW,          /* Y closed its window at value */
	SERIES_SYN, SERIES_FIN, SERIES_RST,  /* of X, at value */
	/* GRAPH_ROUND_TRIP */
	SERIES_ROUND_TRIP,           /* ns from X's data passing to Y's confirmation of it */
	/* GRAPH_WINDOW: bytes */
	SERIES_IN_FLIGHT,            /* of X, sent and not confirmed */
	SERIES_WINDOW,               /* that Y offers */
	/* GRAPH_THROUGHPUT: bits per second over the window before */
	SERIES_THROUGHPUT,           /* data that X sent, repeats too */
	SERIES_GOODPUT,              /* data that Y confirmed */
	SERIES_COUNT
};

struct graph_point { enum graph_series series; int64_t time; uint64_t packet; double value, end; };

struct graph;

struct graph *graph_create(size_t limit);
void graph_destroy(struct graph *graph);             /* NULL is fine */
/* Capture duplicates are passed over. All packets must be of one TCP session. */
void graph_observe(struct graph *graph, const struct observation *observation);
size_t graph_count(const struct graph *graph);       /* packets kept */
uint64_t graph_left_out(const struct graph *graph);  /* packets past the limit */
uint8_t graph_main_sender(const struct graph *graph);        /* who sent more data */
uint8_t graph_client(const struct graph *graph);
int64_t graph_duration(const struct graph *graph);
/* "10.0.0.5:40001"; of the session's side. */
const char *graph_end_words(const struct graph *graph, uint8_t side, char to[static ENDPOINT_TEXT_SIZE]);
uint32_t graph_session(const struct graph *graph);   /* its number */
/* Over how long the throughput is averaged, ns: 1 s as Wireshark, less in sessions shorter than 10 s. */
int64_t graph_average(const struct graph *graph);

/* Hands out the points of a graph in the order of time. */
typedef void graph_emit(void *user, const struct graph_point *point);
void graph_points(const struct graph *graph, enum graph_kind kind, uint8_t sender, graph_emit *emit, void *user);

const char *graph_series_name(enum graph_series series);     /* "data" */

struct graph_picture {
	const char *title;           /* NULL: what it shows, and of whom */
	bool embedded;               /* without the style sheet: the page has it (svg_style) */
};
/* Adds an <svg> element that needs nothing else. */
void graph_svg(const struct graph *graph, enum graph_kind kind, uint8_t sender,
	       const struct graph_picture *picture, struct text *to);

#endif
