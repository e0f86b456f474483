/* What the TCP engine knows: the sequence space of both directions, every segment's class (A7), round
 * trips on both sides of the trace point (A8), recovery episodes and stalls (A9), transactions (A10)
 * and the accounting of transfers (A11). Letters and numbers are those of the diagnosis catalogue.
 *
 * X is the sender of data, Y its receiver. Upstream is between X and the trace point, downstream
 * between the trace point and Y. Sequence numbers are 64-bit positions: POSITION_START is the initial
 * sequence number (or lies before the first one seen), SYN and FIN take one each. */
#ifndef SESSION_TCP_H
#define SESSION_TCP_H

#include "session/session.h"

/* Positions start here, so that segments from before the first one seen stay positive. */
#define POSITION_START (1ull << 32)

enum segment_class {             /* A7, first match wins */
	SEGMENT_NONE,                /* a pure acknowledgement that is none of the below */
	SEGMENT_SYN, SEGMENT_SYN_REPEATED, SEGMENT_SYNACK, SEGMENT_SYNACK_REPEATED,
	SEGMENT_RST, SEGMENT_FIN_REPEATED,
	SEGMENT_ZERO_WINDOW_PROBE, SEGMENT_ZERO_WINDOW_PROBE_ACK,
	SEGMENT_KEEPALIVE, SEGMENT_KEEPALIVE_ACK,
	SEGMENT_NEW,                 /* next bytes in order (also with FIN) */
	SEGMENT_NEW_AFTER_GAP,       /* bytes before it have not been seen: a hole opens */
	SEGMENT_SPURIOUS,            /* everything in it was seen and acknowledged before */
	SEGMENT_HOLE_ACKED_LATE,     /* acknowledged before but never seen: the trace missed the original */
	SEGMENT_REORDERED,           /* fills a hole: left late or was overtaken upstream */
	SEGMENT_REPEATED_UPSTREAM,   /* fills a hole: the original died before the trace point */
	SEGMENT_REPEATED_DOWNSTREAM, /* seen before, unacknowledged: the original passed the trace point */
	SEGMENT_NETWORK_DUPLICATE,   /* the same packet twice, made by a device on the way */
	SEGMENT_INCONSISTENT,        /* seen before with other bytes */
	SEGMENT_CLASSES
};

enum repeat_mechanism {          /* why the sender repeated (A7, mechanism) */
	REPEAT_NONE, REPEAT_FAST, REPEAT_RECOVERY, REPEAT_TAIL_PROBE, REPEAT_TIMEOUT, REPEAT_GO_BACK,
	REPEAT_UNKNOWN, REPEAT_MECHANISMS
};

struct segment {                 /* one TCP packet; valid until the next packet */
	uint8_t class;               /* enum segment_class */
	uint8_t mechanism;           /* enum repeat_mechanism, for repeats */
	bool duplicate_ack, window_update, zero_window, window_full;
	bool new_sack;               /* carries SACK information that was not known */
	bool dsack;                  /* RFC 2883: reports bytes received twice */
	bool partly_new;             /* repacketized: old bytes followed by new ones */
	bool has_data;               /* payload_length > 0; PSH means nothing (A6) */
	bool stray;                  /* outside of anything that this session could have sent */
	uint64_t sequence, end;      /* end includes SYN and FIN */
	uint64_t acknowledgment;     /* of the other side's bytes; meaningless without the ACK flag */
	uint64_t new_bytes;          /* payload bytes that the trace had not seen */
	uint64_t acked_bytes;        /* bytes of the other side newly acknowledged */
	uint64_t window;             /* scaled where the scale is known, else as sent */
	uint64_t outstanding;        /* sender's unacknowledged bytes after this packet */
	uint64_t original_packet;    /* repeats: the packet first seen with these bytes; 0 if never seen */
	int64_t original_time;
	int64_t lag;                 /* ns since the original, or since the hole opened */
	int64_t rtt;                 /* ns: a round trip between trace point and the other side's peer that this
				      * ACK completes (sample for data of the other side); -1 when none */
};

struct tcp_mark { uint64_t packet; int64_t time; };     /* a packet that shows something; packet 0: none */

/* What a receiver did with its window, and its sender with it. Made with the first such event. */
struct tcp_window_use {
	uint32_t shrunk;             /* times it took back window that it had promised, beyond rounding */
	uint64_t shrunk_most;        /* bytes */
	struct tcp_mark promised, taken_back;        /* of the largest of them */
	uint32_t crumbs;             /* segments below the MSS that filled a window opened by drops */
	uint32_t crumb_largest;      /* bytes */
	struct tcp_mark crumb_first, crumb_last;
	uint32_t filled;             /* segments that left less than another one of the window */
	uint32_t filled_unread;      /* of those, while data that nobody read took half of it and more */
	struct tcp_mark filled_first;
	uint32_t unscaled;           /* flights that stopped where the window would end without its scale */
	uint16_t unscaled_windows[3];/* the first different raw windows at which they stopped */
	struct tcp_mark unscaled_first, unscaled_last;
};

struct tcp_keepalives {          /* probes of one end (RFC 9293, 3.8.4); made with the first */
	uint32_t sent, answered;
	uint32_t unanswered;         /* in a row, up to the last */
	bool refused;                /* the last was answered by a reset */
	bool with_byte;              /* they repeat one byte, as RFC 1122 4.2.3.6 allows */
	struct tcp_mark first, last, silent_since, last_answer;   /* silent_since: first of the row */
};

struct tcp_restarts {            /* slow starts of one sender after a pause; made with the first */
	uint32_t times;
	int64_t cost;                /* ns: round trips until as much was under way as before */
	uint64_t flight_before, flight_after;        /* bytes, at the last of them */
	struct tcp_mark at[3];       /* the first data after the first pauses */
};

#define LOAD_BUCKETS 60          /* four to an octave; see tcp_rtt.c */
struct tcp_load {                /* round trips to one end while several segments were under way to it */
	uint32_t samples;
	double flight, trip, flight_squares, trip_squares, products;   /* sums; bytes, ms */
	uint32_t histogram[LOAD_BUCKETS];
	int64_t first_time, last_time, maximum;
	struct tcp_mark slowest;
};

struct tcp_idle {                /* the last silence of a session with nothing open (30 s or more) */
	uint8_t woken_by;            /* side whose packet ended it */
	int64_t start_time, end_time;
	uint64_t before_packet, after_packet;
	int64_t survived;            /* the longest earlier one after which the other end answered; 0 none */
};

enum window_scale_state { SCALE_UNKNOWN, SCALE_NONE, SCALE_KNOWN };

struct rtt_estimate {            /* ns; from the trace point to one end and back */
	int64_t minimum, last, smoothed, variation, maximum;   /* minimum is -1 before the first sample */
	int64_t sum;
	uint32_t samples;
	uint64_t minimum_packet, maximum_packet;
	int64_t minimum_time;        /* of the packet that completed the smallest */
};

/* How many full segments of the other end an acknowledgement confirmed: 1, 2, 3, 4 to 7, 8 to 15, more */
enum { ACK_SPANS = 6 };

struct tcp_side {                /* one end as a sender of data, and what it advertises as a receiver */
	bool isn_known, syn_seen, synack_seen, fin_seen, rst_seen;
	bool fin_confirms;           /* its first FIN confirmed all that the other end had sent by then */
	uint32_t isn;
	uint64_t snd_max;            /* highest end sent */
	uint64_t ack_hi;             /* highest acknowledgement that the other end sent for this end's bytes */
	uint64_t seen_first;         /* lowest position that the trace holds */
	uint64_t fin_position;

	/* What it advertised */
	uint16_t mss;                /* option of its SYN, 0 when absent or not seen */
	uint8_t window_scale;        /* shift that holds for its windows (0 unless scale is SCALE_KNOWN) */
	uint8_t window_scale_offered;/* of its SYN: shift, or 255 when the option was absent or not seen */
	uint8_t scale;               /* enum window_scale_state */
	uint8_t scale_at_least;      /* SCALE_UNKNOWN: lower bound inferred from what was in flight */
	bool sack_permitted, timestamps;     /* offered in its SYN */
	uint16_t syn_options;        /* TCP_OPTION_* of its SYN */
	uint32_t syn_options_hash;
	uint8_t syn_ttl, syn_nop_run;
	bool syn_options_cut;        /* the trace does not hold all of them: an absent one proves nothing */
	bool syn_ecn;                /* last SYN with ECE and CWR */
	bool syn_ecn_dropped;        /* a SYN with them was repeated without */
	uint16_t raw_window;         /* last, as sent */
	uint64_t window;             /* last, scaled */
	uint64_t window_minimum, window_maximum;
	uint32_t zero_windows;       /* packets advertising 0, without SYN, FIN, RST */

	/* Opening and closing */
	int64_t syn_first_time, syn_last_time; /* SYN or SYN-ACK of this end; 0 when none */
	uint64_t syn_first_packet, syn_last_packet;
	uint32_t syn_count;          /* with repeats */
	int64_t fin_first_time, fin_last_time;
	uint64_t fin_first_packet, fin_last_packet;
	uint32_t fin_count;
	int64_t fin_acked_time;      /* 0 until the other end acknowledged the FIN */
	int64_t rst_time;
	uint64_t rst_packet;
	uint32_t rst_count;
	uint64_t rst_position;       /* its sequence number */
	uint8_t rst_ttl;
	bool rst_knows_nothing;      /* without ACK, at the position that the other end had asked for: how a
				      * host answers a segment of a connection it does not have (RFC 9293 3.10.7.1) */
	bool rst_in_window;          /* sequence acceptable to the receiver */
	/* As it was when the first reset passed: */
	uint64_t rst_outstanding, rst_peer_outstanding;   /* unconfirmed bytes of this end, of the other */
	int64_t rst_idle;            /* ns of silence of the whole session before it */
	int64_t rst_own_silence;     /* ns since the packet of this end before it */
	bool rst_request_open;       /* a request of the client had no answer yet */
	bool rst_answer_open;        /* an answer had begun and was not at its end, or not confirmed */
	bool rst_guessed;            /* a later one stands far behind it, where this end cannot have been: who sends
				      * resets in its name hopes to hit the window */
	bool rst_other_mac;          /* came from another MAC than this end's packets before */
	bool rst_too_early;          /* confirmed data that cannot have reached this end yet */
	uint8_t rst_ttl_before;      /* TTL of the packet of this end before it; 0: there was none */
	uint8_t rst_ttl_expected;    /* TTL of at least 5 packets of this end in a row before it; 0 unknown */
	uint32_t after_rst;          /* packets of this end after it that are no resets */
	/* Data of this end after the other end's FIN */
	uint64_t late_data_bytes, late_data_packet;
	int64_t late_data_time;
	bool late_data_crossed;      /* it had not confirmed that FIN yet: they met on the way */

	/* An acknowledgement of something else than the other end's SYN (RFC 5961, 4): this end still has
	 * an older connection. 0 when there was none. */
	uint64_t challenge_packet;
	int64_t challenge_time;
	uint32_t challenge_acknowledgment;
	uint64_t challenge_reset_packet;     /* the other end's reset in answer, which ends the old connection */
	int64_t challenge_reset_time;

	/* Counters */
	uint64_t data_segments, unique_bytes, repeated_segments, repeated_bytes;
	uint32_t by_class[SEGMENT_CLASSES];
	uint32_t by_mechanism[REPEAT_MECHANISMS];
	uint64_t duplicate_acks, pure_acks, acks, dsacks, sacks;
	uint32_t acks_by_span[ACK_SPANS];    /* pure acknowledgements outside of recoveries */
	uint32_t acks_over_gaps;     /* of those, for eight segments and more that passed over 10 ms
				      * and more: no card puts such packets together */
	uint64_t keepalives;
	uint32_t late_acks;          /* acknowledgements that this end's last one or two segments waited for
				      * 30 to 600 ms longer than a round trip */
	uint64_t lost_upstream, lost_downstream;   /* segments of this sender, by recovered episodes */
	uint64_t hole_acked_bytes;   /* acknowledged, never seen: CQ:loss of this direction */
	uint32_t hole_acked_ranges;
	uint64_t oversize_segments;  /* larger than the peer's MSS: offload */
	uint32_t segment_maximum;    /* largest payload */
	uint64_t flight_maximum;     /* most bytes outstanding */
	uint32_t causality_violations;     /* acknowledged by the other end before recorded, by ≤ 5 ms */
	int64_t causality_maximum;   /* ns */
	uint64_t causality_first_packet;
	int64_t causality_first_time;
	int64_t first_data_time;     /* 0 before the first */
	uint64_t first_data_packet;
	int64_t last_data_time;
	uint64_t last_data_packet;
	int64_t last_ack_progress_time;      /* when ack_hi last rose */
	uint64_t last_ack_progress_packet;
	int64_t idle_longest;        /* longest silence before data of this end */

	struct rtt_estimate rtt;     /* between the trace point and this end: A8, side parts of RTTf */

	/* What few sessions have: NULL until it happens */
	struct tcp_window_use *window_use;           /* of the window that this end offers */
	struct tcp_keepalives *keepalive;            /* of this end */
	const struct tcp_restarts *restarts;         /* of this end as a sender */
	struct tcp_load *load;                       /* round trips to this end */
	/* The same from data alone that no delayed acknowledgement waits with: two full segments at once */
	int64_t prompt_rtt;          /* the shortest, ns; meaningless without samples */
	uint32_t prompt_rtt_samples;
};

struct tcp_handshake {
	bool complete;               /* SYN, SYN-ACK and the client's ACK were seen */
	int64_t server_part;         /* d_s: answered SYN to SYN-ACK, ns; -1 when not seen */
	int64_t client_part;         /* d_c: SYN-ACK to ACK, ns; -1 */
	int64_t retry;               /* first SYN to the answered one, ns */
	uint64_t syn_packet, synack_packet, ack_packet;
	bool ack_has_data;           /* a pure one before it may be missing in the trace */
	int64_t done_time;
};

enum loss_location { LOSS_UNKNOWN, LOSS_UPSTREAM, LOSS_DOWNSTREAM, LOSS_BOTH };
enum timeout_reason {            /* why only a time-out helped (A9) */
	TIMEOUT_NONE, TIMEOUT_TAIL, TIMEOUT_DOUBLE, TIMEOUT_SMALL_FLIGHT, TIMEOUT_CONTINUOUS,
	TIMEOUT_ACK_LOST, TIMEOUT_OTHER
};

struct tcp_episode {             /* a loss and its repair; A9. One finding per episode, not per packet */
	uint8_t sender;              /* X: index of the data's sender */
	uint8_t location;            /* enum loss_location */
	uint8_t timeout_reason;      /* enum timeout_reason, when a time-out was needed */
	bool recovered;              /* everything lost was acknowledged */
	bool tail;                   /* the lost range included the highest byte sent so far */
	bool repeat_lost;            /* a repeat was itself lost */
	bool sack_evidence;          /* the receiver said which bytes it lacks */
	bool spurious;               /* nothing was lost: DSACK or class SPURIOUS only */
	bool original_acked;         /* spurious, since the original was acknowledged in the end (RFC 3522) */
	bool closing;                /* the receiver had closed its side before: nobody waited for it */
	uint64_t first_sequence, recovery_point;
	uint32_t lost_segments;      /* distinct segments that had to be repeated (wire estimate) */
	uint64_t lost_bytes;
	uint32_t copies;             /* repeats sent */
	uint32_t upstream, downstream;       /* lost segments by location */
	uint32_t by_mechanism[REPEAT_MECHANISMS];
	uint32_t duplicate_acks;
	uint32_t timeouts;           /* consecutive time-outs of one segment, the longest chain */
	int64_t timeout_gaps[8];     /* ns between the copies of the segment repeated most */
	uint32_t timeout_gap_count;
	int64_t chain_gaps[8];       /* the engine's own: of the chain under way, which may become the longest */
	bool window_filled;          /* the receiver's window had no room for another segment when it began */
	uint32_t segment_size;       /* payload of the first lost segment */
	uint32_t largest_unacked;    /* payload of the largest segment repeated by time-out */
	uint32_t smallest_acked;     /* smallest payload that passed meanwhile (acknowledged or in SACK), 0 none */
	uint32_t run_longest;        /* longest run of adjacent lost segments */
	uint32_t lost_in_runs;       /* lost segments in runs of at least 4 */
	int64_t start_time, end_time;
	int64_t cost;                /* ns that the acknowledgement stood still for it */
	uint64_t flight;             /* bytes outstanding when it began */
	uint64_t before_gap_packet, after_gap_packet; /* around a hole; 0 when the original was seen */
	uint64_t original_packet;    /* first lost segment as first seen, at start_time; 0 when upstream */
	uint64_t first_repeat_packet, last_repeat_packet, acked_packet;
	int64_t before_gap_time, first_repeat_time, last_repeat_time;    /* after_gap: at start_time */
	uint64_t repeats[8];         /* packets of the first repeats */
	int64_t repeat_times[8];
	unsigned repeat_count;       /* in repeats[] */
};

struct tcp_spurious {            /* a repeat of bytes whose acknowledgement had passed before (A7 #8) */
	uint8_t sender;              /* X */
	bool ack_lost;               /* that acknowledgement had time enough to reach X */
	bool probe;                  /* the last bytes again, sooner than any time-out: a tail loss probe (RFC 8985) */
	uint64_t packet, ack_packet;
	int64_t time, ack_time;
};

struct tcp_zero_window {
	uint8_t receiver;            /* Y: who closed its window */
	int64_t start_time, end_time;
	uint64_t first_packet, open_packet;  /* open_packet 0: never opened again */
	uint32_t probes, probe_answers;
	uint32_t probes_in_vain;     /* since the last answer */
	uint64_t first_probe_packet, last_probe_packet;
	int64_t first_probe_time, last_probe_time;
	bool sender_waiting;         /* X had data: it probed, or had filled the window before */
	bool silly;                  /* reopened by less than a segment */
	uint64_t window_after;
};

enum stall_cause {               /* A9, in the order they are tested */
	STALL_UNKNOWN, STALL_CAPTURE_GAP, STALL_TIMEOUT, STALL_ZERO_WINDOW, STALL_WINDOW_FULL,
	STALL_DELAYED_ACK, STALL_NAGLE, STALL_SERVER_THINK, STALL_SERVER_PAUSE, STALL_CLIENT_THINK,
	STALL_PATH_DELAY, STALL_CAUSES
};
struct tcp_stall {
	uint8_t cause;               /* enum stall_cause */
	uint8_t timeout_reason;
	uint8_t waited_for;          /* side whose packet ended the silence */
	int64_t start_time, end_time;
	uint64_t before_packet, after_packet;
	uint64_t outstanding;        /* bytes unacknowledged during it */
};

enum response_part {             /* A10; they add up */
	PART_DNS, PART_CONNECT_RETRY, PART_CONNECT, PART_TLS, PART_REQUEST, PART_ROUND_TRIP, PART_SERVER,
	PART_RETRANSMISSION, PART_WINDOW, PART_PAUSE, PART_DELAYED_ACK, PART_TRANSFER, RESPONSE_PARTS
};
/* A time in which nothing moved for another reason than the phase in which it lies. */
struct tcp_wait { int64_t start, end; uint8_t part; /* enum response_part */ };
#define TCP_WAITS 8              /* waits of one transaction that are placed exactly: the longest */

struct tcp_transaction {         /* a turn: data of the client, then data of the server */
	uint32_t number;             /* from 1 in its session */
	bool complete;               /* ended by the next request or the close, not by the trace's end */
	bool turn_based;             /* false: both sides send at will; no claim about thinking */
	bool protocol_known;         /* the protocol is one of question and answer for sure, not by its rhythm */
	bool answers_by_design;      /* it is one in which no request waits for an event */
	bool sets_up_tls;            /* the request was part of TLS's handshake, and nothing else */
	bool may_wait;               /* the request's own words: its answer may be meant to come late */
	bool first;                  /* includes the connection's set-up */
	bool window_of_client, window_of_server;   /* whose closed or full window PART_WINDOW waited for */
	uint64_t request_packet, request_last_packet, response_packet, response_last_packet;
	int64_t request_time, request_last_time, response_time, response_last_time;
	uint64_t request_bytes, response_bytes;
	int64_t part[RESPONSE_PARTS];    /* ns */
	int64_t total;               /* ns: the sum of the parts */
	int64_t client_think;        /* ns before the request (and of the first one before the SYN), not in total */
	int64_t round_trip;          /* ns: what a round trip took at the most; 0 when not known */
	uint32_t wait_count;
	struct tcp_wait waits[TCP_WAITS];    /* by their start */
};

/* Splits the time of a request and its answer: their first and last bytes at time[0] to time[3], which do not
 * run backwards. [queued, sending) is when an answer before it in the stream was under way; the same times:
 * there was none. Adds to `part`, whose sum grows by exactly time[3] - time[0]. The waits stand in order. */
void tcp_split_time(const struct tcp_wait *waits, uint32_t wait_count, int64_t round_trip,
		    const int64_t time[4], int64_t queued, int64_t sending, int64_t part[RESPONSE_PARTS]);

enum transfer_state {            /* A11 */
	TRANSFER_SENDING, TRANSFER_LOSS_TIMEOUT, TRANSFER_LOSS_FAST, TRANSFER_WINDOW_ZERO,
	TRANSFER_WINDOW_FULL, TRANSFER_NAGLE, TRANSFER_SLOW_START, TRANSFER_SENDER_WINDOW,
	TRANSFER_BANDWIDTH, TRANSFER_CONGESTION, TRANSFER_APP_SENDER, TRANSFER_RECEIVER_CPU,
	TRANSFER_UNKNOWN, TRANSFER_STATES
};
struct tcp_transfer {            /* the bulk periods of one sender, summed */
	uint32_t periods;
	uint64_t bytes;
	int64_t duration;            /* ns; equals the sum of time[] */
	int64_t time[TRANSFER_STATES];
	int64_t first_time;
	uint64_t first_packet, last_packet;
	uint64_t flight_maximum, window_maximum;
	int64_t best_rate;           /* bytes per second over the best flight, a capacity estimate; 0 unknown */
	uint32_t flights;
};

struct tcp_hole {                /* acknowledged although the trace never held it (A4, CQ:loss) */
	uint8_t sender;
	uint64_t bytes;
	uint32_t packets;            /* estimate */
	uint64_t before_packet, after_packet, ack_packet;     /* after_packet 0: nothing behind it yet */
	int64_t before_time, after_time;
	int64_t time;                /* of the acknowledgement */
};

struct tcp_session {
	struct tcp_side side[2];
	struct tcp_handshake handshake;
	struct tcp_transfer *transfer[2];    /* by sender; NULL: never sent in bulk */
	bool ecn, sack, timestamps;  /* agreed by both SYNs */
	/* The name look-up that the client waited for before its first SYN; both 0 when there was none */
	int64_t lookup_asked, lookup_answered;
	uint32_t turns;              /* request/response rounds */
	uint32_t transactions;
	uint64_t holes;
	struct tcp_idle *idle;       /* NULL: never silent for long */
	bool closed;                 /* both FINs acknowledged, or reset */
	struct tcp_engine *engine;   /* the moving parts; see tcp_engine.h */
};

/* RTTf of A7: both sides of the trace point together, ns; a guess where nothing was measured. */
int64_t tcp_round_trip(const struct session *session);
bool tcp_round_trip_known(const struct session *session);
/* The round trip that this share of the samples under load did not exceed (ns, lower edge of a bucket). */
int64_t tcp_load_percentile(const struct tcp_load *load, double share);
/* How the round trip follows what is under way: correlation -1 to 1, 0 when nothing varies. */
double tcp_load_correlation(const struct tcp_load *load);
/* The state of the connection in Zeek's conn_state letters: "S0", "SF", "REJ", "RSTO" … */
const char *tcp_state_letters(const struct session *session);
/* The state with the largest share if it is the verdict of A11 (≥ 35 % and ≥ 1.5 × the second), else
 * TRANSFER_UNKNOWN. `share` may be NULL. */
enum transfer_state tcp_transfer_verdict(const struct tcp_transfer *transfer, double *share);

const char *segment_class_name(enum segment_class class);     /* "repeated-upstream" */
const char *repeat_mechanism_name(enum repeat_mechanism mechanism);
const char *stall_cause_name(enum stall_cause cause);
const char *timeout_reason_name(enum timeout_reason reason);
const char *response_part_name(enum response_part part);
const char *transfer_state_name(enum transfer_state state);

#endif
