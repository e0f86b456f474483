#include "report/portrait.h"

#include "report/sessions.h"

static void fill_tcp_side(struct portrait_side *to, const struct trace_analysis *analysis,
			  const struct session *session, uint8_t side)
{
	const struct tcp_side *from = &session->tcp->side[side];
	const struct tcp_transfer *transfer = session->tcp->transfer[side];
	to->mss = from->mss;
	to->window_scale_offered = from->window_scale_offered;
	to->opened = from->syn_seen || from->synack_seen;
	to->sack_permitted = from->sack_permitted;
	to->timestamps = from->timestamps;
	if (from->rtt.samples) {
		to->path_minimum = from->rtt.minimum;
		to->path_last = from->rtt.last;
		to->path_mean = from->rtt.sum / (int64_t)from->rtt.samples;
	}
	to->lost_upstream = from->lost_upstream;
	to->lost_downstream = from->lost_downstream;
	to->not_recorded = from->hole_acked_bytes;
	to->late_acks = from->late_acks;
	to->vantage = session_vantage(analysis->sessions, session, side, &to->vantage_reason);
	to->has_transfer = transfer != NULL;
	if (!transfer)
		return;
	to->transfer = *transfer;
	to->verdict = tcp_transfer_verdict(transfer, &to->verdict_share);
}

void portrait_fill(struct portrait *to, const struct trace_analysis *analysis, const struct session *session,
		   const struct session_figures *figures)
{
	*to = (struct portrait){
		.key = session->key,
		.kind = session->kind,
		.client = session->client,
		.role = session->role,
		.end = session->end,
		.number = session->number,
		.quality = session->quality,
		.first_time = session->first_time,
		.last_time = session->last_time,
		.first_packet = session->first_packet,
		.last_packet = session->last_packet,
		.duplicates = session->duplicates,
		.application = session_service(session),
		.round_trip = -1,
		.transactions = (uint32_t)session->responses,
		.handshake = { .server_part = -1, .client_part = -1 },
		.figures = *figures,
	};
	for (uint8_t side = 0; side < 2; side++) {
		to->side[side].path_minimum = to->side[side].path_last = to->side[side].path_mean = -1;
		to->side[side].window_scale_offered = UINT8_MAX;
		to->side[side].hops = session_hops(session, side);
		if (session->tcp)
			fill_tcp_side(&to->side[side], analysis, session, side);
	}
	if (!session->tcp)
		return;
	/* Without a scale the window of the SYN is one like all others. */
	for (unsigned side = 0; side < 2; side++)
		if (session->tcp->side[side].scale != SCALE_KNOWN)
			figures_merge(&to->figures.side[side].window, &figures->side[side].syn_window);
	to->state = tcp_state_letters(session);
	to->setup = session_setup_words(session);
	to->teardown = session_teardown_words(session);
	to->handshake = session->tcp->handshake;
	to->turns = session->tcp->turns;
	to->transactions = session->tcp->transactions;
	if (tcp_round_trip_known(session))
		to->round_trip = tcp_round_trip(session);
}

const char *quality_name(unsigned bit)
{
	static const char *const names[] = { "duplicates", "loss", "one-way", "midstream", "end", "truncated",
		"send-offload", "receive-offload", "reordered", "clock", "coarse", "filtered" };
	return bit < sizeof names / sizeof *names ? names[bit] : NULL;
}

const char *role_words(enum role_evidence role)
{
	switch (role) {
	case ROLE_SYN:
		return "the client sent the SYN";
	case ROLE_SYNACK:
		return "the server answered with SYN and ACK";
	case ROLE_APPLICATION:
		return "what they say tells";
	case ROLE_PORT:
		return "the server has the port of a service";
	case ROLE_FIRST_SENDER:
		break;
	}
	return "a guess: the client sent first";
}

const char *vantage_words(enum vantage vantage)
{
	static const char *const names[] = { "unknown", "at", "near", "far" };
	return (unsigned)vantage < sizeof names / sizeof *names ? names[vantage] : "unknown";
}

const char *transfer_words(enum transfer_state state)
{
	static const char *const words[TRANSFER_STATES] = {
		"sending", "packet loss, repaired by time-out", "packet loss, repaired at once",
		"the receiver's closed window", "the receiver's full window", "small segments that wait for late ACKs",
		"slow start", "the sender's window", "the bandwidth of the path", "congestion after a loss",
		"the program that sends", "the receiver's speed", "nothing that stands out",
	};
	return (unsigned)state < TRANSFER_STATES ? words[state] : words[TRANSFER_UNKNOWN];
}

/* ---- The figures of both directions ------------------------------------------------------------ */

struct list { struct figure *figures; size_t count; const struct portrait *portrait; };

static struct figure_value count_of(uint64_t count)
{
	return (struct figure_value){ .type = FIGURE_COUNT, .count = count };
}

static struct figure_value seconds_if(bool known, int64_t nanoseconds)
{
	return known ? (struct figure_value){ .type = FIGURE_SECONDS, .nanoseconds = nanoseconds }
		     : (struct figure_value){ .type = FIGURE_NONE };
}

static struct figure_value count_if(bool known, uint64_t count)
{
	return known ? count_of(count) : (struct figure_value){ .type = FIGURE_NONE };
}

static struct figure_value number_if(bool known, double number)
{
	return known ? (struct figure_value){ .type = FIGURE_NUMBER, .number = number }
		     : (struct figure_value){ .type = FIGURE_NONE };
}

static struct figure_value words_if(bool known, const char *words)
{
	return known ? (struct figure_value){ .type = FIGURE_WORDS, .words = words }
		     : (struct figure_value){ .type = FIGURE_NONE };
}

/* Makes the next figure; `f` and `e` are what the figures and the engine know of the end in turn. */
#define ADD(group_, label_, key_, expression)                                                               \
	do {                                                                                                \
		struct figure *next = &list->figures[list->count++];                                        \
		next->group = group_;                                                                       \
		next->label = label_;                                                                       \
		next->key = key_;                                                                           \
		for (unsigned i = 0; i < 2; i++) {                                                          \
			const struct portrait *p = list->portrait;                                          \
			const struct figures_side *f = &p->figures.side[p->client ^ i];                     \
			const struct portrait_side *e = &p->side[p->client ^ i];                            \
			(void)p;                                                                            \
			(void)f;                                                                            \
			(void)e;                                                                            \
			next->value[i] = expression;                                                        \
		}                                                                                           \
	} while (0)

static void add_sum(struct list *list, const char *group, const char *const labels[5], const char *const keys[5],
		    size_t offset)
{
	for (unsigned part = 0; part < 5; part++) {
		struct figure *next = &list->figures[list->count++];
		next->group = part ? NULL : group;
		next->label = labels[part];
		next->key = keys[part];
		for (unsigned i = 0; i < 2; i++) {
			const struct portrait *p = list->portrait;
			const char *side = (const char *)&p->figures.side[p->client ^ i];
			const struct figures_sum *sum = (const struct figures_sum *)(const void *)(side + offset);
			const int64_t values[] = { 0, sum->minimum, (int64_t)(figures_mean(sum) + 0.5),
				sum->maximum, (int64_t)(figures_deviation(sum) + 0.5) };
			next->value[i] = part ? seconds_if(sum->count > 0, values[part]) : count_of(sum->count);
		}
	}
}

static double rate(const struct portrait *portrait, const struct figures_side *side)
{
	return (double)side->unique_bytes * 1e9 / (double)(portrait->last_time - portrait->first_time);
}

/* Of the link's speed, in percent: IP datagrams by the time between the session's first and last packet. */
static double utilisation(const struct portrait *portrait, const struct figures_side *side)
{
	double seconds = (double)(portrait->last_time - portrait->first_time) / 1e9;
	return (double)side->datagram_bytes * 8 * 100 / seconds / (double)portrait->link_speed;
}

static void add_packets(struct list *list)
{
	ADD("Packets", "Packets", "packets", count_of(f->packets));
	ADD(NULL, "Bytes with IP headers", "datagram_bytes", count_of(f->datagram_bytes));
	ADD(NULL, "Use of the link, percent", "link_use_percent",
	    number_if(p->link_speed && p->last_time > p->first_time, utilisation(p, f)));
	ADD(NULL, "Wrong checksums", "checksum_errors", count_of(f->bad_checksums));
	ADD(NULL, "Longest silence", "idle_max_s", seconds_if(f->packets > 1, f->idle_longest));
	ADD(NULL, "Hops to the trace point", "hops", count_if(e->hops >= 0, (uint64_t)e->hops));
}

static void add_flags(struct list *list)
{
	ADD(NULL, "With ACK", "ack_packets", count_of(f->ack_packets));
	ADD(NULL, "Nothing but an ACK", "pure_acks", count_of(f->pure_acks));
	ADD(NULL, "With SACK", "sack_packets", count_of(f->sack_packets));
	ADD(NULL, "With D-SACK", "dsack_packets", count_of(f->dsack_packets));
	ADD(NULL, "Most SACK blocks", "sack_blocks_max", count_of(f->sack_blocks_most));
	ADD(NULL, "Duplicate ACKs", "duplicate_acks", count_of(f->duplicate_acks));
	ADD(NULL, "Third duplicate ACKs", "triple_duplicate_acks", count_of(f->triple_duplicate_acks));
	ADD(NULL, "ACKs that came late", "late_acks", count_of(e->late_acks));
	ADD(NULL, "SYN", "syn", count_of(f->syn));
	ADD(NULL, "FIN", "fin", count_of(f->fin));
	ADD(NULL, "RST", "rst", count_of(f->rst));
	ADD(NULL, "Keep-alive probes", "keepalives", count_of(f->keepalives));
	ADD(NULL, "Window probes", "zero_window_probes", count_of(f->probe_packets));
	ADD(NULL, "Window probe bytes", "zero_window_probe_bytes", count_of(f->probe_bytes));
}

static void add_options(struct list *list)
{
	ADD("Set-up", "MSS", "mss_bytes", count_if(e->mss != 0, e->mss));
	ADD(NULL, "Window scale (shift)", "window_scale",
	    count_if(e->window_scale_offered != UINT8_MAX, e->window_scale_offered));
	ADD(NULL, "SACK permitted", "sack_permitted", words_if(e->opened, e->sack_permitted ? "yes" : "no"));
	ADD(NULL, "Timestamps", "timestamps", words_if(e->opened, e->timestamps ? "yes" : "no"));
}

static void add_data(struct list *list)
{
	ADD("Data", "Data packets", "data_packets", count_of(f->data_packets));
	ADD(NULL, "Data bytes", "data_bytes", count_of(f->data_bytes));
	ADD(NULL, "Unique bytes", "unique_bytes", count_of(f->unique_bytes));
	ADD(NULL, "Throughput, bytes/s", "throughput_bytes_per_s",
	    number_if(p->last_time > p->first_time && f->unique_bytes, rate(p, f)));
	ADD(NULL, "First to last data", "data_time_s",
	    seconds_if(f->data_packets > 0, f->last_data_time - f->first_data_time));
	ADD(NULL, "Largest segment", "segment_max_bytes", count_if(f->segment.count, (uint64_t)f->segment.maximum));
	ADD(NULL, "Average segment", "segment_avg_bytes", number_if(f->segment.count, figures_mean(&f->segment)));
	ADD(NULL, "Smallest segment", "segment_min_bytes", count_if(f->segment.count, (uint64_t)f->segment.minimum));
}

static void add_stream(struct list *list)
{
	ADD(NULL, "Pushed", "pushed_packets", count_of(f->pushed));
	ADD(NULL, "Urgent packets", "urgent_packets", count_of(f->urgent_packets));
	ADD(NULL, "Urgent bytes", "urgent_bytes", count_of(f->urgent_bytes));
	ADD(NULL, "Initial window, bytes", "initial_window_bytes",
	    count_if(f->data_packets, f->initial_window_bytes));
	ADD(NULL, "Initial window, packets", "initial_window_packets",
	    count_if(f->data_packets, f->initial_window_packets));
	ADD(NULL, "Stream, SYN to FIN", "stream_bytes", count_if(f->stream_whole, f->stream_length));
	ADD(NULL, "Missed of it", "missed_bytes",
	    count_if(f->stream_whole, f->stream_length > f->unique_bytes ? f->stream_length - f->unique_bytes : 0));
	ADD(NULL, "Confirmed, not recorded", "not_recorded_bytes", count_of(e->not_recorded));
	ADD(NULL, "Cut packets", "truncated_packets", count_of(f->truncated_packets));
	ADD(NULL, "Cut bytes", "truncated_bytes", count_of(f->truncated_bytes));
}

static void add_recovery(struct list *list)
{
	static const char *const labels[5] = { "Repeats that were timed", "Shortest wait", "Average wait",
		"Longest wait", "Deviation" };
	static const char *const keys[5] = { "repeat_wait_samples", "repeat_wait_min_s", "repeat_wait_avg_s",
		"repeat_wait_max_s", "repeat_wait_stdev_s" };
	ADD("Order and repeats", "In order", "in_order_packets", count_of(f->in_order));
	ADD(NULL, "Out of order", "out_of_order_packets", count_of(f->out_of_order));
	ADD(NULL, "Repeated packets", "repeated_packets", count_of(f->repeated_packets));
	ADD(NULL, "Repeated bytes", "repeated_bytes", count_of(f->repeated_bytes));
	ADD(NULL, "Most repeats of a segment", "repeats_max", count_of(f->repeats_most));
	ADD(NULL, "Lost before the trace point", "lost_upstream_packets", count_of(e->lost_upstream));
	ADD(NULL, "Lost behind it", "lost_downstream_packets", count_of(e->lost_downstream));
	add_sum(list, NULL, labels, keys, offsetof(struct figures_side, repeat_after));
}

static void add_windows(struct list *list)
{
	ADD("Windows", "Largest window offered", "window_max_bytes",
	    count_if(f->window.count, (uint64_t)f->window.maximum));
	ADD(NULL, "Average window", "window_avg_bytes", number_if(f->window.count, figures_mean(&f->window)));
	ADD(NULL, "Smallest window", "window_min_bytes", count_if(f->window.count, (uint64_t)f->window.minimum));
	ADD(NULL, "Closed windows", "zero_windows", count_of(f->zero_windows));
	ADD(NULL, "Changes", "window_changes", count_of(f->window_changes));
	ADD(NULL, "Segments per window", "segments_per_window",
	    number_if(f->windows > 0, (double)f->data_packets / (double)f->windows));
	ADD(NULL, "Bytes per window", "bytes_per_window",
	    number_if(f->windows > 0, (double)f->data_bytes / (double)f->windows));
	ADD(NULL, "Most in flight", "flight_max_bytes", count_if(f->flight.count, (uint64_t)f->flight.maximum));
	ADD(NULL, "Average in flight", "flight_avg_bytes", number_if(f->flight.count, figures_mean(&f->flight)));
	ADD(NULL, "Least in flight", "flight_min_bytes", count_if(f->flight.count, (uint64_t)f->flight.minimum));
}

static void add_round_trips(struct list *list)
{
	static const char *const labels[5] = { "Samples of its data", "Shortest", "Average", "Longest", "Deviation" };
	static const char *const keys[5] = { "rtt_samples", "rtt_min_s", "rtt_avg_s", "rtt_max_s", "rtt_stdev_s" };
	add_sum(list, "Round trips", labels, keys, offsetof(struct figures_side, round_trip));
	ADD(NULL, "Trace point to it and back, least", "path_rtt_min_s", seconds_if(e->path_minimum >= 0, e->path_minimum));
	ADD(NULL, "The same, average", "path_rtt_avg_s", seconds_if(e->path_mean >= 0, e->path_mean));
	ADD(NULL, "The same, last", "path_rtt_last_s", seconds_if(e->path_last >= 0, e->path_last));
}

size_t portrait_figures(const struct portrait *portrait, struct figure figures[static MAX_FIGURES])
{
	struct list made = { figures, 0, portrait }, *list = &made;
	bool tcp = portrait->kind == SESSION_TCP;
	add_packets(list);
	if (tcp) {
		add_flags(list);
		add_options(list);
	}
	add_data(list);
	if (tcp) {
		add_stream(list);
		add_recovery(list);
		add_windows(list);
		add_round_trips(list);
	}
	return list->count;
}
