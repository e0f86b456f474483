/* What of TCP and UDP only the session knows: numbers of streams, positions from the start of the connection, scaled
 * windows, times, and Wireshark's analysis of the sequence numbers. */
#include "decode/decoder.h"
#include "field/groups.h"
#include "session/wireshark.h"

extern const struct decoder tcp_decoder, udp_decoder;

enum {
	STREAM, SEQUENCE, NEXT_SEQUENCE, ACKNOWLEDGMENT, WINDOW, SCALE_FACTOR, SACK_LEFT, SACK_RIGHT, TIME_RELATIVE,
	TIME_DELTA, CONNECTION_SYN, CONNECTION_SYNACK, CONNECTION_FIN, CONNECTION_RST, ANALYSIS, INITIAL_ROUND_TRIP,
	ANALYSIS_FLAGS, FIRST_ANALYSIS,
};

#define ANALYSIS_FIELD(name, title) { "tcp.analysis." name, title, FIELD_GROUP }

static const struct field tcp_fields[] = {
	[STREAM] = { "tcp.stream", "Stream index", FIELD_UINT,
		.description = "From 0; the number of the session is one more" },
	[SEQUENCE] = { "tcp.seq", "Sequence Number", FIELD_UINT, .description = "From the session's start" },
	[NEXT_SEQUENCE] = { "tcp.nxtseq", "Next Sequence Number", FIELD_UINT,
		.description = "From the session's start" },
	[ACKNOWLEDGMENT] = { "tcp.ack", "Acknowledgment Number", FIELD_UINT,
		.description = "From the session's start" },
	[WINDOW] = { "tcp.window_size", "Calculated window size", FIELD_UINT, .unit = "bytes",
		.description = "Scaled, as far as the scale is known" },
	[SCALE_FACTOR] = { "tcp.window_size_scalefactor", "Window size scaling factor", FIELD_INT,
		.description = "-1: not known, -2: no scaling" },
	[SACK_LEFT] = { "tcp.options.sack_le", "TCP SACK Left Edge", FIELD_UINT },
	[SACK_RIGHT] = { "tcp.options.sack_re", "TCP SACK Right Edge", FIELD_UINT },
	[TIME_RELATIVE] = { "tcp.time_relative", "Time since first frame in this TCP stream", FIELD_DURATION,
		.unit = "s" },
	[TIME_DELTA] = { "tcp.time_delta", "Time since previous frame in this TCP stream", FIELD_DURATION,
		.unit = "s" },
	[CONNECTION_SYN] = { "tcp.connection.syn", "Connection establish request (SYN)", FIELD_GROUP },
	[CONNECTION_SYNACK] = { "tcp.connection.synack", "Connection establish acknowledge (SYN+ACK)",
		FIELD_GROUP },
	[CONNECTION_FIN] = { "tcp.connection.fin", "Connection finish (FIN)", FIELD_GROUP },
	[CONNECTION_RST] = { "tcp.connection.rst", "Connection reset (RST)", FIELD_GROUP },
	[ANALYSIS] = { "tcp.analysis", "SEQ/ACK analysis", FIELD_GROUP },
	[INITIAL_ROUND_TRIP] = { "tcp.analysis.initial_rtt", "iRTT", FIELD_DURATION, .unit = "s" },
	[ANALYSIS_FLAGS] = { "tcp.analysis.flags", "TCP Analysis Flags", FIELD_GROUP },
	/* By the numbers of their bits. */
	[FIRST_ANALYSIS] =
	ANALYSIS_FIELD("retransmission", "This frame is a (suspected) retransmission"),
	ANALYSIS_FIELD("fast_retransmission", "This frame is a (suspected) fast retransmission"),
	ANALYSIS_FIELD("spurious_retransmission", "This frame is a (suspected) spurious retransmission"),
	ANALYSIS_FIELD("out_of_order", "This frame is a (suspected) out-of-order segment"),
	ANALYSIS_FIELD("duplicate_ack", "Duplicate ACK"),
	ANALYSIS_FIELD("lost_segment", "Previous segment(s) not captured (common at capture start)"),
	ANALYSIS_FIELD("ack_lost_segment", "ACKed segment that wasn't captured (common at capture start)"),
	ANALYSIS_FIELD("keep_alive", "TCP keep-alive segment"),
	ANALYSIS_FIELD("keep_alive_ack", "ACK to a TCP keep-alive segment"),
	ANALYSIS_FIELD("zero_window", "TCP Zero Window segment"),
	ANALYSIS_FIELD("zero_window_probe", "TCP Zero Window Probe"),
	ANALYSIS_FIELD("zero_window_probe_ack", "ACK to a TCP Zero Window Probe"),
	ANALYSIS_FIELD("window_full", "TCP window specified by the receiver is now completely full"),
	ANALYSIS_FIELD("window_update", "TCP window update"),
	ANALYSIS_FIELD("reused_ports",
		       "A new tcp session is started with the same ports as an earlier session in this trace"),
	{ 0 },
};

static void tell_mark(struct teller *teller, int index)
{
	tell_open(teller, &tcp_fields[index], NULL, 0, 1, NULL);
	tell_close(teller);
}

static void tell_connection(struct teller *teller, uint16_t flags)
{
	if (flags & TCP_SYN)
		tell_mark(teller, flags & TCP_ACK ? CONNECTION_SYNACK : CONNECTION_SYN);
	if (flags & TCP_FIN)
		tell_mark(teller, CONNECTION_FIN);
	if (flags & TCP_RST)
		tell_mark(teller, CONNECTION_RST);
}

static void tell_analysis(struct teller *teller, uint32_t analysis, int64_t initial_round_trip)
{
	if (!analysis && !initial_round_trip)
		return;
	tell_open(teller, &tcp_fields[ANALYSIS], NULL, 0, 1, NULL);
	if (initial_round_trip)
		tell_number(teller, &tcp_fields[INITIAL_ROUND_TRIP], NULL, 0, initial_round_trip);
	if (analysis)
		tell_open(teller, &tcp_fields[ANALYSIS_FLAGS], NULL, 0, 1, NULL);
	for (int bit = 0; analysis >> bit; bit++)
		if (analysis >> bit & 1)
			tell_mark(teller, FIRST_ANALYSIS + bit);
	if (analysis)
		tell_close(teller);
	tell_close(teller);
}

static void tell_window(struct teller *teller, const struct tcp_header *tcp,
			const struct wireshark_view *view)
{
	bool syn = tcp_has(tcp, TCP_SYN);
	int64_t window = tcp->window;
	if (!syn && view->scale > 0)
		window <<= view->scale;
	tell_number(teller, &tcp_fields[WINDOW], NULL, 0, window);
	if (!syn)
		tell_number(teller, &tcp_fields[SCALE_FACTOR], NULL, 0,
			    view->scale < 0 ? view->scale : 1 << view->scale);
}

static void tell_sack(struct teller *teller, const struct tcp_header *tcp, uint32_t base)
{
	for (unsigned i = 0; i < tcp->sack_count; i++) {
		tell_number(teller, &tcp_fields[SACK_LEFT], NULL, 0, tcp->sack[i][0] - base);
		tell_number(teller, &tcp_fields[SACK_RIGHT], NULL, 0, tcp->sack[i][1] - base);
	}
}

static void tell_times(struct teller *teller, const struct field *first,
		       const struct observation *observation)
{
	const struct session *session = observation->session;
	const struct record *record = observation->packet->record;
	if (record->timeless)
		return;
	tell_number(teller, first, NULL, 0, record->time - session->seen_first);
	tell_number(teller, first + 1, NULL, 0, record->time - session->seen_before);
}

static void tell_tcp_session(struct teller *teller, const struct fields *context,
			     const struct observation *observation)
{
	const struct tcp_header *tcp = observation->packet->tcp;
	const struct session *session = observation->session;
	struct wireshark_view view;
	(void)context;
	if (!tcp || !session || !observation->wireshark)
		return;
	wireshark_look(observation->wireshark, observation->direction, &view);
	uint32_t sequence = tcp->sequence_number - view.base;
	uint32_t taken = tcp->payload_length + (tcp_has(tcp, TCP_SYN | TCP_FIN) ? 1 : 0);
	tell_number(teller, &tcp_fields[STREAM], NULL, 0, session->number - 1);
	tell_number(teller, &tcp_fields[SEQUENCE], NULL, 0, sequence);
	tell_number(teller, &tcp_fields[NEXT_SEQUENCE], NULL, 0, (uint32_t)(sequence + taken));
	uint32_t acknowledgment = tcp->acknowledgment_number;
	tell_number(teller, &tcp_fields[ACKNOWLEDGMENT], NULL, 0,
		    tcp_has(tcp, TCP_ACK) ? acknowledgment - view.other_base : acknowledgment);
	tell_window(teller, tcp, &view);
	tell_sack(teller, tcp, view.other_base);
	tell_times(teller, &tcp_fields[TIME_RELATIVE], observation);
	tell_connection(teller, tcp->flags);
	tell_analysis(teller, observation->analysis, view.initial_round_trip);
}

static const struct field udp_fields[] = {
	{ "udp.stream", "Stream index", FIELD_UINT,
	  .description = "From 0; the number of the session is one more" },
	{ "udp.time_relative", "Time since first frame", FIELD_DURATION, .unit = "s" },
	{ "udp.time_delta", "Time since previous frame", FIELD_DURATION, .unit = "s" },
	{ 0 },
};

static void tell_udp_session(struct teller *teller, const struct fields *context,
			     const struct observation *observation)
{
	(void)context;
	if (!observation->session || observation->session->kind != SESSION_UDP)
		return;
	tell_number(teller, &udp_fields[0], NULL, 0, observation->session->number - 1);
	tell_times(teller, &udp_fields[1], observation);
}

const struct field_group tcp_group = { .inside = &tcp_decoder, .fields = tcp_fields, .tell = tell_tcp_session };
const struct field_group udp_group = { .inside = &udp_decoder, .fields = udp_fields, .tell = tell_udp_session };
