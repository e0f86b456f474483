/* What the files of the TCP engine share. Nobody else includes this. */
#ifndef SESSION_TCP_INTERNAL_H
#define SESSION_TCP_INTERNAL_H

#include "core/clock.h"
#include "session/sequence.h"
#include "session/tcp_engine.h"

#define FLIGHT_FIRST 4         /* segments that the flight holds before it grows */
#define FLIGHT_ONE_WAY 64      /* limit while the other direction is invisible: nothing will be acknowledged */
#define FLIGHT_LIMIT 1024      /* 64 KiB a direction: a flight of 1.4 MB in full segments */
#define HOLES_LIMIT 32         /* a hostile stream can open a hole with every packet */
#define ACKED_HOLES 8          /* remembered after their acknowledgement, for repeats that come late */

#define CAUSALITY_LIMIT (5 * MILLISECOND)  /* A4: an acknowledgement recorded before its data by up to this */
#define RTT_GUESS_NEAR (3 * MILLISECOND)   /* A7: RTTf when nothing was measured */
#define RTT_GUESS_FAR (30 * MILLISECOND)
#define RTO_FLOOR (200 * MILLISECOND)      /* Linux's; A7 names others */
#define DUPLICATE_THRESHOLD 3              /* RFC 5681 */
#define UNDER_WAY_UNIT 256u
#define LOAD_SEGMENTS 3                    /* under way: no acknowledgement is delayed then (RFC 5681, 4.2) */

struct flight_segment {        /* sent and not acknowledged yet, in sequence order */
	uint64_t sequence, end;
	int64_t first_time, last_time;
	uint64_t first_packet;
	uint64_t prefix;           /* first bytes of the payload, to notice other bytes in a repeat */
	uint32_t timestamp_value;
	uint16_t ip_id;
	uint8_t copies;            /* times seen at the trace point, saturating */
	uint8_t prefix_length;
	bool sacked, has_timestamp, repeated_after_hole;
	bool sum_known;            /* payload_sum is that of all its bytes */
	uint16_t payload_sum;      /* see tcp_header */
	uint16_t under_way;        /* unacknowledged when it was first sent, in UNDER_WAY_UNIT bytes */
};

struct flight {                /* a growing ring of segments, oldest first */
	struct flight_segment *ring;
	uint32_t capacity, head, count;    /* capacity is a power of two, or 0 */
	bool overflowed;           /* the oldest were forgotten: classification without timing */
};

struct hole {                  /* bytes between two seen segments that the trace does not hold (yet) */
	uint64_t start, end;
	int64_t open_time;         /* when the segment behind it was seen */
	int64_t before_time;       /* when the last segment before it was seen */
	uint64_t before_packet, after_packet;
	uint32_t after_timestamp, duplicate_acks;
	uint16_t before_id, after_id;
	bool has_timestamp;
	bool sacked;               /* the receiver has these bytes: the recorder missed them */
};

struct acked_hole { uint64_t start, end; };

struct pending_hole {          /* acknowledged, not seen: wait CAUSALITY_LIMIT before blaming the recorder */
	uint64_t start, end;
	int64_t time;
	uint64_t before_packet, after_packet, ack_packet;
	int64_t before_time, after_time;
	bool open;
};

struct direction {             /* the moving parts of one sender */
	struct flight flight;
	struct hole *holes;        /* HOLES_LIMIT of them, by sequence; NULL while there was none */
	struct acked_hole acked[ACKED_HOLES];
	struct pending_hole pending;
	uint8_t hole_count, acked_next;
	bool base_known;           /* positions have a meaning */
	bool base_from_ack;        /* they come from the other side's acknowledgement only */
	bool last_was_probe, last_was_keepalive;
	bool window_filled;        /* its last data left less than a segment of the other side's window */
	bool probe_open;           /* a zero-window probe beyond snd_max waits for its acknowledgement */
	uint64_t probe_end;

	/* IP identification of this sender: does it count up? (A7 #10 i) */
	uint16_t last_id;
	uint8_t id_steps;          /* small steps upwards in a row, saturating; reset by others */
	bool id_seen;
	uint8_t ttl, ttl_steady;   /* of the last packet; how many in a row had it */
	uint8_t mac[6];            /* source of the last packet */

	/* The other side's acknowledgements for this sender's bytes */
	uint32_t duplicate_acks;   /* since ack_hi last rose */
	int64_t duplicate_first_time, duplicate_third_time;
	uint64_t sack_highest;     /* right edge of the highest SACK block */
	uint64_t sacked_bytes;     /* in flight, marked */
	uint64_t recovery_mark;    /* no round trips from segments sent before this position */

	int64_t last_repeat_time;
	struct tcp_episode *episode;   /* NULL while nothing is being repaired */
	uint64_t lost_end;         /* end of the last segment counted as lost */
	uint32_t lost_run;
	uint32_t episode_dsacks;
	uint64_t chain_sequence;   /* the segment whose time-outs are counted */
	int64_t chain_time;
	uint32_t chain_length;
	/* Eifel (RFC 3522): the timestamp of the first repeat, until its bytes are acknowledged */
	uint32_t repeat_timestamp;
	bool repeat_stamped;
	uint64_t timeout_point;    /* snd_max when the last time-out fired: up to here go-back repeats */
	int64_t frozen_since;      /* when the acknowledgement last rose before the episode */

	struct tcp_zero_window zero;   /* this end as a receiver: its window is closed */
	bool in_zero_window;
	uint64_t last_packet;
	int64_t last_time;

	/* This end as a receiver: the right edge that it promised last */
	uint64_t edge;
	struct tcp_mark edge_mark;
	bool crumb_offered;        /* the edge moved by less than a segment, and nothing more is open */
	bool scale_used;           /* more was under way to it than its window without the scale */

	/* This end as a sender, since its last pause */
	uint64_t flight_recent;
	int64_t flight_since;
	struct restart *restart;   /* NULL until a large flight was followed by a pause */
};

/* What the session looked like before the packet that ends a silence. */
struct silence {
	int64_t start, end;
	uint64_t before_packet;
	uint64_t outstanding[2];   /* by sender */
	uint32_t segments[2];      /* in flight, by sender */
	bool window_closed[2];     /* by receiver */
	bool window_filled[2];     /* by sender: less than a segment of the window was left */
	bool long_enough;
};

/* An acknowledgement that came late; a stall only if it let data go. */
struct late_ack {
	bool waiting;
	uint8_t sender;            /* whose data waited */
	bool small;                /* the segment it waited for was less than full: Nagle's rule */
	int64_t start, end;
	uint64_t before_packet, after_packet;
};

struct restart {               /* watches how a sender begins again after a pause */
	struct tcp_restarts found; /* first: a side points to it once `times` is not 0 */
	bool watching;
	uint64_t position;         /* of the first byte after the pause */
	uint64_t before, first;    /* bytes under way: most before the pause, in the first flight after it */
	struct tcp_mark mark;
};

enum turn_state { TURN_IDLE, TURN_REQUEST, TURN_RESPONSE };
struct turn {                  /* A10: where the conversation is */
	uint8_t state;
	bool last_response_short;  /* the last response segment was less than full or carried PSH */
	uint64_t announced;        /* bytes that the response has by its own head; 0: it does not say */
	bool words;                /* the first request began like a command of a text protocol */
	bool cipher_change;        /* the request begins with TLS's change of the cipher */
	bool switched;             /* to another protocol, in which both ends speak at will */
	int64_t delivery;          /* ns that the end of a long request took to the server and back */
	uint32_t overlaps;         /* requests while the response was not acknowledged yet */
	struct tcp_transaction now;
};

#define PROMISES_KEPT 16       /* two round trips of them */
struct promise {               /* what the receiver told the sender when it passed the trace point */
	int64_t since, time;           /* the first and the last of those kept as one */
	uint64_t acknowledged, edge;   /* edge: where the window ends */
};

#define ROUNDS_KEPT 4
struct bulk {                  /* A11: the bulk period of one sender */
	bool active;
	uint64_t bytes, round_bytes;
	int64_t last_time, gap_typical, round_start, last_loss;
	int64_t last_ack;                  /* that could make the sender go on */
	int64_t trip_low, trip_before;     /* shortest trip to the receiver, this and the last round */
	uint64_t round_flight, flights[ROUNDS_KEPT];   /* most in flight in each of the last rounds */
	uint32_t rounds, segments;
	uint64_t window_before;    /* the receiver's window at the last segment */
	uint32_t shrinking;        /* acknowledgements in a row that made it smaller */
	bool last_short, losses;
	bool window_filled;        /* the last segment left less than another one of what the sender knew */
	struct promise promises[PROMISES_KEPT];   /* a ring */
	uint32_t promise_count;
	struct tcp_transfer pending;   /* until the period is long enough to count */
};

#define DONE_HOLES 4
struct tcp_done {              /* completed by the current packet; events point here until the next one */
	struct tcp_episode episode[2];
	struct tcp_zero_window zero[2];
	struct tcp_hole hole[DONE_HOLES];
	uint8_t holes;
	struct tcp_stall stall[2];
	uint8_t stalls;
	struct tcp_spurious spurious;
};

struct tcp_engine {
	struct direction direction[2];
	int64_t start_time;
	bool midstream;
	struct silence silence;
	struct late_ack late;
	struct turn turn;
	struct tcp_transaction done_transaction;
	struct bulk *bulk[2];      /* NULL until this side has sent a few segments in a row */
	struct tcp_done *done;     /* NULL until this session has something to tell: most never have */
};

/* The position of a sequence number of `side`'s bytes. */
static inline uint64_t tcp_position(const struct tcp_side *side, uint32_t sequence)
{
	return sequence_unwrap(sequence - side->isn, side->snd_max);
}

/* One packet on its way through the engine. */
struct tcp_step {
	struct session *session;
	struct tcp_session *tcp;
	struct tcp_engine *engine;
	const struct packet *packet;
	const struct tcp_header *header;
	uint8_t direction;
	struct tcp_side *sender, *receiver;          /* X and Y by this packet */
	struct direction *out, *in;                  /* the sender's bytes, the other side's bytes */
	struct segment *segment;
	struct observation *observation;
	int64_t time;
	uint64_t number;
	uint32_t length;                             /* payload bytes */
};

/* tcp_flight.c: what is under way */
struct flight_segment *flight_at(const struct flight *flight, uint32_t index);
/* Index of the first segment whose end lies behind `position`; count when there is none. O(log n). */
uint32_t flight_find(const struct flight *flight, uint64_t position);
/* Puts a segment in its place by sequence; past `limit` the oldest is forgotten. */
void flight_insert(struct flight *flight, const struct flight_segment *segment, uint32_t limit);
void flight_acknowledge(struct flight *flight, uint64_t position);
void flight_finish(struct flight *flight);

/* tcp_holes.c: what the trace did not show */
void holes_open(struct tcp_step *step, uint64_t start, uint64_t end);
/* Removes [start, end) from the holes; true if any of it was in one, which is copied to *from. */
bool holes_fill(struct direction *out, uint64_t start, uint64_t end, struct hole *from);
void holes_acknowledge(struct tcp_step *step, struct direction *direction, struct tcp_side *side,
		       uint64_t position);
/* Turns a pending hole whose time is over into an event. `force`: whatever the time. */
void holes_settle(struct tcp_step *step, uint8_t sender, bool force);
struct tcp_done *tcp_done(struct tcp_engine *engine);
bool holes_was_acked_unseen(const struct direction *out, uint64_t start, uint64_t end);

/* tcp_acknowledge.c: the acknowledgement, SACK and window that a packet carries for the other side */
void tcp_acknowledge(struct tcp_step *step);
/* tcp_classify.c: what the packet's own bytes are (A7) */
void tcp_classify(struct tcp_step *step);
/* tcp_recovery.c: why bytes were repeated, and the episodes */
void tcp_recovery_repeat(struct tcp_step *step, const struct hole *hole,
			 struct flight_segment *original, uint64_t start, uint64_t end);
void tcp_recovery_progress(struct tcp_step *step);   /* for the bytes of the other side */
/* A repeat of what had been acknowledged: not part of any recovery, but worth an event. */
void tcp_recovery_spurious(struct tcp_step *step);
/* Does an acknowledgement up to `acknowledgment` show that the repair under way was for nothing? */
void tcp_recovery_check(struct tcp_step *step, uint64_t acknowledgment);
/* Ends an open episode: repaired, or cut by the end of the session. */
void tcp_recovery_end(struct session *session, uint8_t sender, int64_t time, bool recovered,
		      uint64_t acked_packet, struct observation *observation);
/* tcp_window.c: what the packet's window says, and zero-window episodes */
void tcp_window(struct tcp_step *step, bool fresh);
void tcp_window_end(struct session *session, uint8_t receiver, int64_t time, uint64_t open_packet,
		    struct observation *observation);
/* What the packet's data does with the window that the other side offers. */
void tcp_window_used(struct tcp_step *step);
/* tcp_idle.c: pauses of the session and of one sender, and keep-alives */
void tcp_idle(struct tcp_step *step);                /* after tcp_stall_before */
void tcp_keepalive(struct tcp_step *step);           /* after the packet has its class */
void tcp_restart(struct tcp_step *step);             /* before its data counts as the last */
/* tcp_stall.c: silences with something open, and their cause (A9) */
void tcp_stall_before(struct tcp_step *step);        /* before anything of the packet is read */
void tcp_stall_after(struct tcp_step *step);
/* tcp_turn.c: requests and responses (A10) */
void tcp_turn(struct tcp_step *step);
void tcp_turn_wait(struct tcp_engine *engine, int64_t start, int64_t end, enum response_part part);
/* The same for a closed or full window of `receiver`. */
void tcp_turn_wait_window(const struct session *session, int64_t start, int64_t end, uint8_t receiver);
void tcp_turn_end(struct session *session, bool complete, struct observation *last);
/* tcp_transfer.c: what a bulk sender spends its time on (A11) */
void tcp_transfer(struct tcp_step *step);
void tcp_transfer_end(struct session *session);
/* tcp_rtt.c */
void rtt_sample(struct rtt_estimate *estimate, int64_t sample, struct tcp_mark mark);
/* A sample to `side` of a segment that left when `flight` bytes were under way to it. */
void rtt_sample_loaded(struct tcp_side *side, int64_t sample, uint64_t flight, struct tcp_mark mark);
/* RTO_est of A8 for data of `side`. */
int64_t tcp_timeout_estimate(const struct session *session, uint8_t side);

#endif
