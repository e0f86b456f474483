/* Figures of one session that only a listing shows, as tcptrace and the SESSION report of IPCS give them.
 * The engine keeps what findings need; this is kept beside it, and only for sessions that somebody asks
 * about. Capture duplicates are not counted. */
#ifndef SESSION_FIGURES_H
#define SESSION_FIGURES_H

#include "session/session.h"
#include "session/tls_figures.h"

struct figures_sum {             /* of samples; what it counts says its unit */
	uint64_t count;
	double sum, squares;
	int64_t minimum, maximum;    /* meaningless without samples */
};
/* Adds the samples of `more` to `sum`. */
void figures_merge(struct figures_sum *sum, const struct figures_sum *more);
double figures_mean(const struct figures_sum *sum);          /* 0 without samples */
double figures_deviation(const struct figures_sum *sum);     /* of a sample (n - 1); 0 below two */

struct figures_side {            /* what one end sent */
	uint64_t packets, datagram_bytes;    /* with IP headers */
	uint64_t ack_packets;        /* with the ACK flag */
	uint64_t pure_acks;          /* nothing but an acknowledgement: no data, SYN, FIN, RST */
	uint64_t sack_packets, dsack_packets, sack_blocks_most;
	uint64_t data_packets, data_bytes;   /* payload, as often as it was sent */
	uint64_t unique_bytes;       /* each byte of the stream once */
	uint64_t repeated_packets, repeated_bytes;
	uint64_t in_order, out_of_order;     /* data packets: next bytes, bytes before or behind them */
	uint64_t probe_packets, probe_bytes; /* of a zero window */
	uint64_t keepalives;
	uint64_t pushed, syn, fin, rst, urgent_packets, urgent_bytes;
	uint64_t duplicate_acks, triple_duplicate_acks;
	uint64_t bad_checksums;
	struct figures_sum segment;  /* payload bytes of data packets */
	struct figures_sum window;   /* bytes, scaled; without SYN and RST */
	struct figures_sum syn_window;       /* of its SYNs, which are never scaled */
	uint64_t zero_windows, window_changes;
	uint64_t initial_window_bytes, initial_window_packets;       /* data before the first ACK of any */
	uint64_t windows;            /* the other end's acknowledgements of new data */
	struct figures_sum flight;   /* bytes outstanding after each packet that had any */
	uint64_t stream_length;      /* bytes between SYN and FIN */
	bool stream_whole;           /* both were seen */
	uint64_t truncated_bytes, truncated_packets;         /* payload that the trace does not hold */
	int64_t first_data_time, last_data_time, first_time, last_time;
	int64_t idle_longest;        /* between two packets of this end */
	struct figures_sum round_trip;       /* ns: from data of this end to its acknowledgement */
	struct figures_sum repeat_after;     /* ns: from a segment to its repeat */
	uint64_t repeats_most;       /* copies sent of one segment beyond the first, the most in a row */

	/* The collector's own */
	uint64_t repeat_of, repeats_in_row, last_window;
	unsigned duplicates_in_row;
	bool acked, syn_positioned;
	uint64_t syn_end;
};

struct session_figures { struct figures_side side[2]; struct tls_figures tls; };

/* Zeroed before the first packet of the session. */
void figures_observe(struct session_figures *figures, const struct observation *observation);

#endif
