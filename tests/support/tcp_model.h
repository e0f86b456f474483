/* Two honest TCP ends, a path with a trace point in its middle, and what goes wrong on it.
 *
 * The ends do slow start, congestion avoidance, fast retransmit and recovery with and without SACK
 * (RFC 5681, 6582, 6675), time-outs (RFC 6298), delayed acknowledgments, Nagle, window scaling, zero
 * windows with probes, timestamps and DSACK. Positions in the sequence space count from the first byte
 * after the SYN, which itself is at -1. Side 0 is the client. Everything repeats exactly. */
#ifndef SUPPORT_TCP_MODEL_H
#define SUPPORT_TCP_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Seen from the sender of a packet: before the trace point, after it, or only missed by the
 * recorder. */
enum model_place { PLACE_UPSTREAM, PLACE_DOWNSTREAM, PLACE_CAPTURE };
enum model_matter { MATTER_DATA, MATTER_ACK, MATTER_SYN, MATTER_FIN, MATTER_ANY };
enum model_action {
	ACTION_LOSE,
	ACTION_DELAY,        /* by `delay` */
	ACTION_HOLD,         /* until time_to */
	ACTION_COPY,         /* the network delivers it a second time, `delay` later */
	ACTION_DAMAGE,       /* its checksum is wrong from then on */
	ACTION_MARK,         /* congestion experienced */
};

#define MODEL_MAX_RANGES 32
#define MODEL_MAX_RULES 32
#define MODEL_MAX_PAUSES 8
#define MODEL_MAX_SACKS 3

struct model_rule {
	unsigned side;
	enum model_matter matter;
	enum model_action action;
	enum model_place place;
	/* Which: of the ranges, of every n-th, of a share by chance; none of them: all. Counted
	 * from 1 per side and matter, a repeat having its original's number. */
	struct { uint32_t from, to; } ranges[MODEL_MAX_RANGES];
	unsigned range_count;
	uint32_t every;
	double share;
	uint64_t random;
	uint32_t copy_from, copy_to;         /* 1: the original, 2: the first repeat … */
	int64_t time_from, time_to;          /* ns since the start */
	int64_t delay;
};

struct model_host {
	uint32_t buffer;             /* receive buffer, bytes */
	uint32_t send_buffer;        /* 0: no limit */
	int window_scale;            /* -1: not offered */
	uint16_t mss;
	uint32_t chunk;              /* largest payload handed to the card; 0: mss */
	bool sack, timestamps;
	uint32_t initial_window;     /* segments */
	int64_t minimum_rto, initial_rto, delayed_ack;       /* delayed_ack 0: none */
	unsigned retries;            /* time-outs in a row before it gives up */
	bool resets_when_giving_up, nagle, tail_probe, probes_with_byte, push_always;
	double read_rate;            /* bytes per second, 0: at once */
	struct {
		uint64_t at;
		int64_t length;
	} pauses[MODEL_MAX_PAUSES]; /* stops reading after `at` bytes */
	unsigned pause_count;
	uint32_t clock;              /* timestamp value at the start */
};

struct model_line {                  /* one direction of one side of the path */
	double rate;                 /* bits per second; 0: no limit */
	double queue;                /* bytes that wait before more are dropped */
	double police_rate, police_burst; /* token bucket without a queue: bits per second, bytes */
	int64_t jitter;
};

enum model_step_kind { STEP_SEND, STEP_CLOSE, STEP_RESET };
struct model_step {
	enum model_step_kind kind;
	unsigned side;
	int64_t after; /* ns after the step before is done: by the same side, at once; by the
				      * other, once this side's program has read it */
	uint64_t bytes;
};

struct model_script {
	struct model_host host[2];
	int64_t part[2];             /* round trip between the trace point and each side, ns */
	struct model_line line[2][2];        /* [side][0: leaving that host, 1: arriving] */
	struct model_rule rules[MODEL_MAX_RULES];
	unsigned rule_count;
	struct model_step *steps;
	size_t step_count, step_capacity;
	bool opened;                 /* no handshake: the connection exists */
	int64_t until;               /* ns since the start; 0: until nothing is left to do */
};

struct model_packet {
	unsigned side;
	int64_t time, sent;          /* ns since the start, at the trace point and at its host */
	bool recorded, damaged, marked;
	unsigned flags;              /* TCP_* */
	int64_t sequence, acknowledgment;
	uint32_t length;
	uint16_t window;
	uint32_t timestamp, echo;
	int64_t sacks[MODEL_MAX_SACKS + 1][2];
	unsigned sack_count;
};

/* Called in the order of the trace point; for packets that never reached it, when they were sent. */
typedef void model_emit(void *user, const struct model_packet *packet);

void model_defaults(struct model_script *script);
void model_run(const struct model_script *script, model_emit *emit, void *user);

#endif
