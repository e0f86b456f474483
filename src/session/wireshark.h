/* What Wireshark says about a TCP packet, packet by packet, as it counts by default.
 *
 * These exist to compare with Wireshark; findings never come from them (see session/tcp.h for what
 * culprit itself thinks). The rules are those of Wireshark 4.0's sequence analysis, known errors
 * included: see doc/wireshark-counts.md. */
#ifndef SESSION_WIRESHARK_H
#define SESSION_WIRESHARK_H

#include "decode/packet.h"

enum analysis {                  /* tcp.analysis.* and tcp.connection.* */
	ANALYSIS_RETRANSMISSION = 1u << 0, ANALYSIS_FAST_RETRANSMISSION = 1u << 1,
	ANALYSIS_SPURIOUS_RETRANSMISSION = 1u << 2, ANALYSIS_OUT_OF_ORDER = 1u << 3,
	ANALYSIS_DUPLICATE_ACK = 1u << 4, ANALYSIS_LOST_SEGMENT = 1u << 5,
	ANALYSIS_ACK_LOST_SEGMENT = 1u << 6, ANALYSIS_KEEP_ALIVE = 1u << 7,
	ANALYSIS_KEEP_ALIVE_ACK = 1u << 8, ANALYSIS_ZERO_WINDOW = 1u << 9,
	ANALYSIS_ZERO_WINDOW_PROBE = 1u << 10, ANALYSIS_ZERO_WINDOW_PROBE_ACK = 1u << 11,
	ANALYSIS_WINDOW_FULL = 1u << 12, ANALYSIS_WINDOW_UPDATE = 1u << 13,
	ANALYSIS_REUSED_PORTS = 1u << 14,
};

struct wireshark_stream;         /* what it remembers of one TCP stream; bounded */

/* Names without the "tcp.analysis." prefix, by bit number; NULL past the last. */
const char *analysis_name(unsigned bit);

/* Analyses one TCP packet of a stream, capture duplicates too, in the order of the trace. *stream
 * is NULL before the first packet and made here. `direction` is the sender's index in the flow key.
 * Sets *new_stream when Wireshark starts a new conversation on the same ports with this packet.
 * *stream then already belongs to the new conversation and holds this packet, so the caller makes
 * a new session, gives it the number, and moves *stream over to it. Otherwise it becomes false. */
uint32_t wireshark_analyze(struct wireshark_stream **stream, const struct packet *packet,
			   uint8_t direction, bool *new_stream);
/* What Wireshark shows of a packet that it just analysed: `direction` is its sender's. */
struct wireshark_view {
	uint32_t base, other_base;   /* relative numbers count from here: of the sender, of the other end */
	int scale;                   /* shift of the sender's windows; -1 not known, -2 none */
	int64_t initial_round_trip;  /* ns; 0: not known */
};
void wireshark_look(const struct wireshark_stream *stream, uint8_t direction, struct wireshark_view *to);
void wireshark_stream_destroy(struct wireshark_stream *stream);    /* NULL is fine */

/* The `counts` of the contract, over all packets of a trace. */
struct wireshark_counts {
	uint64_t analysis[15];       /* by bit number of enum analysis */
	uint64_t reset, syn, synack, fin;          /* tcp.flags.reset, tcp.connection.* */
	uint64_t ip_checksum_bad, tcp_checksum_bad, udp_checksum_bad;
	uint64_t dns_query, dns_response, dns_error, dns_unanswered;
	uint64_t icmp_unreachable, malformed, truncated;
};

struct wireshark_counter;
struct wireshark_counter *wireshark_counter_create(void);
void wireshark_counter_destroy(struct wireshark_counter *counter);
/* After every packet, capture duplicates too; `analysis` as wireshark_analyze said. */
void wireshark_counter_observe(struct wireshark_counter *counter, const struct packet *packet,
			       uint32_t analysis);
/* Completes what only the end of the trace decides (dns.unanswered). */
const struct wireshark_counts *wireshark_counter_finish(struct wireshark_counter *counter);

/* The contract's names with their values, in its order, NULL past the last:
 * for (i = 0; (name = wireshark_count(counts, i, &value)); i++) */
const char *wireshark_count(const struct wireshark_counts *counts, unsigned index, uint64_t *value);

#endif
