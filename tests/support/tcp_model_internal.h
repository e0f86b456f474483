/* The inside of the TCP model: what its files share. */
#ifndef SUPPORT_TCP_MODEL_INTERNAL_H
#define SUPPORT_TCP_MODEL_INTERNAL_H

#include "decode/packet.h"
#include "tcp_model.h"

#define SECOND 1000000000LL
#define MILLI 1000000LL
#define MAX_EARLY 256

enum state { CLOSED, SYN_SENT, SYN_RECEIVED, ESTABLISHED, DEAD };
enum event_kind { AT_TRACE_POINT, AT_HOST, RTO, DELAYED_ACK, PERSIST, TAIL_PROBE, STEP, READ };

struct event {
	int64_t time;
	uint64_t serial;             /* keeps events of one time in order */
	enum event_kind kind;
	unsigned side;
	uint64_t generation;         /* timers: valid while it is the end's */
	size_t packet;
};

struct moving {                      /* a packet on its way */
	struct model_packet packet;
	bool lost_downstream;
	int64_t extra_downstream;
	size_t next_free;
};

struct segment {                     /* sent and not acknowledged */
	int64_t from;
	uint32_t length;             /* FIN: 1 */
	uint32_t index, copies;
	int64_t sent;
	bool fin, sacked, lost, counted;     /* counted: in the pipe */
};

struct timer { uint64_t generation; bool running; };

struct end {
	const struct model_host *host;
	enum state state;
	/* sending */
	uint64_t written;            /* by the program */
	bool closing, fin_sent;
	int64_t una, next;
	uint32_t mss;
	double cwnd, ssthresh, pipe;
	struct segment *segments;
	size_t first, count, capacity;
	unsigned duplicate_acks, backoff, lost_waiting;
	bool recovering, timed_out;
	int64_t recover, window_edge;
	uint64_t peer_window;
	int64_t smoothed, variation;
	uint32_t data_index, ack_index, any_index, syn_copies;
	uint32_t echo;
	/* receiving */
	int64_t expected;
	uint64_t read;
	bool fin_received;
	int64_t fin_position;
	struct { int64_t from, to; } early[MAX_EARLY];
	unsigned early_count, unacked;
	int64_t duplicate_from, duplicate_to;        /* for DSACK; equal: none */
	int64_t advertised_edge;
	int64_t paused_until;
	unsigned pauses_done;
	struct timer rto, delayed_ack, persist, tail_probe;
	int64_t card_free, syn_time;
};

struct line_state { double free_at, tokens; int64_t refilled, last_out; };

struct model {
	const struct model_script *script;
	struct end end[2];
	struct line_state line[2][2];
	struct model_rule rules[MODEL_MAX_RULES];    /* with their random states */
	struct event *heap;
	size_t heap_count, heap_capacity;
	uint64_t serial;
	struct moving *moving;
	size_t moving_count, moving_capacity, moving_free;
	int64_t now;
	size_t next_step;
	bool step_scheduled;
	uint64_t random;
	model_emit *emit;
	void *user;
};

struct subject { /* what a packet is for rules; counted from 1 per side and matter */
	enum model_matter matter;
	uint32_t index, any_index, copy;
};

/* tcp_model_events.c: what happens next, in the order of time */
void model_schedule(struct model *m, struct event event);
struct event model_next_event(struct model *m);
void timer_start(struct model *m, unsigned side, struct timer *timer, enum event_kind kind,
		 int64_t delay);
void timer_stop(struct timer *timer);

/* tcp_model_path.c: a packet on its way, and what befalls it */
void path_launch(struct model *m, const struct model_packet *packet, const struct subject *subject);
void path_at_trace_point(struct model *m, size_t index);
void path_release(struct model *m, size_t index);

/* tcp_model_send.c */
void end_transmit(struct model *m, unsigned side, unsigned flags, int64_t from, uint32_t length,
		  struct subject subject);
void end_send_ack(struct model *m, unsigned side);
void end_send_segment(struct model *m, unsigned side, struct segment *segment);
void end_send_new(struct model *m, unsigned side, uint32_t length, bool fin);
void end_send_more(struct model *m, unsigned side);      /* whatever may go now */
int64_t end_timeout(const struct end *end);              /* ns until a retransmission */
struct segment *end_segment(struct end *end, size_t index); /* the index-th that is under way */

/* tcp_model_acknowledge.c */
void end_take_acknowledgment(struct model *m, unsigned side, const struct model_packet *packet);
void end_mark_lost(struct end *end, struct segment *segment);
void end_measure(struct end *end, int64_t sample);       /* a round trip, ns */

/* tcp_model_receive.c */
void end_take_data(struct model *m, unsigned side, const struct model_packet *packet);
void end_program_reads(struct model *m, unsigned side);
void end_window_update(struct model *m, unsigned side);

/* tcp_model.c: lets the programs go on */
void model_check_steps(struct model *m);

#endif
