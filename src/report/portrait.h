/* One session in full: who, when, how it began and ended, all figures of both directions, what held its
 * transfers up, its findings. */
#ifndef REPORT_PORTRAIT_H
#define REPORT_PORTRAIT_H

#include <culprit.h>

#include "analysis.h"
#include "report/json.h"
#include "session/figures.h"
#include "session/tcp.h"

struct portrait_side {           /* what the engine knows of one end of a TCP session, by its end */
	uint16_t mss;
	uint8_t window_scale_offered;        /* 255: not offered or not seen */
	bool opened;                 /* its SYN was seen */
	bool sack_permitted, timestamps;
	int64_t path_minimum, path_last, path_mean;  /* ns: round trip from the trace point to this end; -1 unknown */
	uint64_t lost_upstream, lost_downstream;     /* segments of this sender */
	uint64_t not_recorded;       /* bytes that the other end confirmed and the trace lacks */
	uint64_t late_acks;          /* acknowledgements that a sender had to wait for */
	enum vantage vantage;
	const char *vantage_reason;
	int hops;                    /* -1 unknown */
	bool has_transfer;
	struct tcp_transfer transfer;
	enum transfer_state verdict; /* TRANSFER_UNKNOWN: nothing stands out */
	double verdict_share;
};

struct portrait {                /* of a session that has ended; sides as in its key */
	struct flow_key key;
	uint8_t kind, client, role, end;
	uint32_t number, quality;
	int64_t first_time, last_time, round_trip;   /* round_trip: -1 unknown */
	uint64_t first_packet, last_packet, duplicates;
	const char *application, *state, *setup, *teardown;
	struct tcp_handshake handshake;
	uint32_t turns, transactions;
	uint64_t link_speed;         /* bit/s; 0: nobody said */
	struct session_figures figures;
	struct portrait_side side[2];
};

void portrait_fill(struct portrait *to, const struct trace_analysis *analysis, const struct session *session,
		   const struct session_figures *figures);

enum figure_type { FIGURE_NONE, FIGURE_COUNT, FIGURE_SECONDS, FIGURE_NUMBER, FIGURE_WORDS };
struct figure_value {
	enum figure_type type;
	union { uint64_t count; int64_t nanoseconds; double number; const char *words; };
};
struct figure {                  /* of both directions: [0] what the client sent, [1] the server */
	const char *group;           /* heading in text: "Packets"; NULL: of the figure before */
	const char *label, *key;     /* in text; in JSON and CSV, with the unit at its end */
	struct figure_value value[2];
};
#define MAX_FIGURES 96
size_t portrait_figures(const struct portrait *portrait, struct figure figures[static MAX_FIGURES]);

struct portrait_finding { uint32_t number; const char *id, *severity, *title; };

struct portrait_report {
	const struct portrait *portrait;
	const struct portrait_finding *findings;
	size_t finding_count;
	unsigned time_digits;
	int64_t origin;              /* of relative times */
};
void portrait_text(const struct portrait_report *report, const struct culprit_output *output, struct text *to);
void portrait_json(const struct portrait_report *report, struct text *to);   /* an object on a line */
void portrait_csv(const struct portrait_report *report, struct text *to);    /* session,figure,client,server */

/* "duplicates", "loss" …: the names of QUALITY_* by bit; NULL past the last. */
const char *quality_name(unsigned bit);
const char *role_words(enum role_evidence role);     /* how client and server are known */
const char *vantage_words(enum vantage vantage);     /* "at", "near", "far", "unknown" */
/* What held a transfer up, as people say it: "packet loss, repaired by time-out". */
const char *transfer_words(enum transfer_state state);

#endif
