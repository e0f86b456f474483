/* The Sequence of Execution of some sessions: who sent what to whom, packet by packet, and what it means.
 *
 *	struct ladder *ladder = ladder_create(200, 0);
 *	… for each packet of the sessions: ladder_observe(ladder, analysis, observation);
 *	ladder_svg(ladder, &(struct ladder_picture){ .time_style = … }, &text);
 *	ladder_destroy(ladder);
 *
 * The host on the left is the client of the first session; where several sessions are shown, theirs when
 * it is not among their ends. Reports that only write rows fill them one by one with ladder_row_fill. */
#ifndef REPORT_LADDER_H
#define REPORT_LADDER_H

#include <culprit.h>

#include "analysis.h"
#include "report/table.h"

enum ladder_phase { LADDER_NOTHING, LADDER_SETUP, LADDER_DATA, LADDER_END, LADDER_PHASES };

enum {                           /* ladder_row.marks */
	LADDER_REPEAT = 1u << 0,     /* bytes that were sent before */
	LADDER_LOST = 1u << 1,       /* a repeat of what got lost, wherever */
	LADDER_ZERO_WINDOW = 1u << 2,
	LADDER_PROBE = 1u << 3,      /* of a closed window or an idle connection, and its answer */
	LADDER_RESET = 1u << 4,
	LADDER_DISORDER = 1u << 5,   /* out of order, doubled, or a gap before it */
	LADDER_DUPLICATE_ACK = 1u << 6,
	LADDER_WINDOW_FULL = 1u << 7,
	LADDER_TWIN = 1u << 8,       /* the recorder wrote it twice */
};

struct ladder_row {
	uint64_t number;             /* of the packet */
	int64_t time, elapsed;       /* INT64_MIN: no time; elapsed: since the row before, 0 in the first */
	uint8_t time_digits;
	uint8_t kind;                /* of the session: enum session_kind */
	uint8_t phase;               /* enum ladder_phase */
	bool to_right;               /* sent by the host on the left */
	bool by_client;
	bool has_ports, is_tcp, window_known;
	uint32_t session;            /* its number */
	struct address source, destination;
	uint16_t source_port, destination_port;
	const char *source_service, *destination_service;    /* "ftp", or NULL */
	uint32_t length;             /* of the IP datagram; of the frame when there is none */
	uint32_t payload;            /* bytes of data */
	uint32_t sequence, acknowledgment;   /* TCP, as sent */
	uint16_t window, flags;
	uint16_t marks;              /* LADDER_REPEAT … */
	uint64_t scaled_window;      /* with window_known */
	uint8_t class, mechanism;    /* enum segment_class, enum repeat_mechanism; TCP */
	uint64_t original;           /* the packet that this one repeats, 0 none or never seen */
	const char *message, *note;  /* what it says; what it means, empty when there is nothing to add */
};

struct ladder_frame {            /* zeroed before the first row */
	struct address left;
	int64_t last_time;
	bool begun;
};

/* Fills a row; `message` and `note` hold its words and must live as long as it is used. The packet must
 * belong to a session. */
void ladder_row_fill(struct ladder_row *row, struct ladder_frame *frame,
		     const struct trace_analysis *analysis, const struct observation *observation,
		     struct text *message, struct text *note);

struct ladder;

/* Keeps the first `head` and the last `tail` rows and counts the others. */
struct ladder *ladder_create(size_t head, size_t tail);
void ladder_destroy(struct ladder *ladder);          /* NULL is fine */
void ladder_observe(struct ladder *ladder, const struct trace_analysis *analysis,
		    const struct observation *observation);
size_t ladder_count(const struct ladder *ladder);    /* rows kept */
/* In order of time. The elapsed time of the first row behind those left out counts from the last of them. */
const struct ladder_row *ladder_row(const struct ladder *ladder, size_t index);
uint64_t ladder_left_out(const struct ladder *ladder);       /* rows between head and tail */
size_t ladder_head_count(const struct ladder *ladder);       /* kept rows before those left out */
const char *ladder_phase_name(enum ladder_phase phase);      /* "setup" */

/* Rows as text, JSON Lines or CSV, written one by one. */
struct ladder_writer;
/* `several` sessions are told apart in each row. */
struct ladder_writer *ladder_writer_create(const struct culprit_output *output, int64_t origin, bool several);
bool ladder_writer_row(struct ladder_writer *writer, const struct ladder_row *row);
/* Says how many rows are left out here. */
bool ladder_writer_gap(struct ladder_writer *writer, uint64_t count);
/* Writes what is left and frees. False when the output did not take everything. */
bool ladder_writer_finish(struct ladder_writer *writer);

struct ladder_picture {
	enum culprit_time_style time_style;
	int64_t origin;              /* of relative times */
	const char *title;           /* NULL: the sessions */
	bool embedded;               /* without the style sheet: the page has it (svg_style) */
};
/* Adds an <svg> element that needs nothing else: on its own it is a file, inside HTML a figure. */
void ladder_svg(const struct ladder *ladder, const struct ladder_picture *picture, struct text *to);

#endif
