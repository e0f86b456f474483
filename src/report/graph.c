/* What the graphs of a session are made of. graph_svg.c draws them. */
#include "report/graph.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "session/tcp.h"

struct kept {                    /* a packet */
	int64_t time, rtt;
	uint64_t number, sequence, end, acknowledgment, window;
	uint32_t payload;
	uint32_t sack;               /* index of its first block in graph.sacks */
	uint16_t flags;
	uint8_t sack_count, direction, class;
	bool window_known, duplicate_ack, zero_window, stray;
};

struct range { uint64_t left, right; };

struct graph {
	struct kept *points;
	struct range *sacks;
	size_t count, capacity, limit, sack_count, sack_capacity;
	uint64_t left_out, bytes[2];
	uint64_t base[2];            /* position of each side's initial sequence number */
	bool based[2];
	struct flow_key key;
	uint32_t number;
	uint8_t client;
	int64_t first_time, last_time;
};

struct graph *graph_create(size_t limit)
{
	struct graph *graph = memory_zeroed(1, sizeof *graph);
	graph->limit = limit;
	return graph;
}

void graph_destroy(struct graph *graph)
{
	if (!graph)
		return;
	free(graph->points);
	free(graph->sacks);
	free(graph);
}

/* Blocks stand around the acknowledgement, whose position is known. */
static void keep_sacks(struct graph *graph, struct kept *kept, const struct tcp_header *tcp)
{
	kept->sack = (uint32_t)graph->sack_count;
	kept->sack_count = tcp->sack_count;
	graph->sacks = memory_grow(graph->sacks, &graph->sack_capacity, graph->sack_count + tcp->sack_count,
				   sizeof *graph->sacks);
	for (unsigned i = 0; i < tcp->sack_count; i++) {
		int32_t left = (int32_t)(tcp->sack[i][0] - tcp->acknowledgment_number);
		int32_t right = (int32_t)(tcp->sack[i][1] - tcp->acknowledgment_number);
		graph->sacks[graph->sack_count++] = (struct range){ kept->acknowledgment + (uint64_t)(int64_t)left,
			kept->acknowledgment + (uint64_t)(int64_t)right };
	}
}

static void begin(struct graph *graph, const struct session *session, int64_t time)
{
	graph->key = session->key;
	graph->number = session->number;
	graph->first_time = graph->last_time = time;
}

/* Without a packet of a side its first acknowledged byte counts as its first. */
static void find_bases(struct graph *graph, const struct observation *observation)
{
	const struct segment *segment = observation->segment;
	uint8_t from = observation->direction, to = from ^ 1;
	const struct tcp_side *side = &observation->session->tcp->side[from];
	const struct tcp_header *tcp = observation->packet->tcp;
	if (!graph->based[from] && !segment->stray) {
		int32_t distance = (int32_t)(tcp->sequence_number - side->isn);
		graph->base[from] = segment->sequence - (uint64_t)(int64_t)distance;
		graph->based[from] = true;
	}
	if (!graph->based[to] && tcp_has(tcp, TCP_ACK) && !tcp_has(tcp, TCP_RST)) {
		graph->base[to] = segment->acknowledgment - 1;
		graph->based[to] = true;
	}
}

void graph_observe(struct graph *graph, const struct observation *observation)
{
	const struct segment *segment = observation->segment;
	const struct tcp_header *tcp = observation->packet->tcp;
	const struct record *record = observation->packet->record;
	if (!segment || !tcp)
		return;
	if (!graph->count)
		begin(graph, observation->session, record->time);
	graph->client = observation->session->client;
	find_bases(graph, observation);
	if (graph->count == graph->limit) {
		graph->left_out++;
		return;
	}
	const struct tcp_side *side = &observation->session->tcp->side[observation->direction];
	graph->points = memory_grow(graph->points, &graph->capacity, graph->count + 1, sizeof *graph->points);
	struct kept *kept = &graph->points[graph->count++];
	*kept = (struct kept){
		.time = record->time - graph->first_time,
		.rtt = segment->rtt,
		.number = record->number,
		.sequence = segment->sequence,
		.end = segment->end,
		.acknowledgment = segment->acknowledgment,
		.window = segment->window,
		.payload = tcp->payload_length,
		.flags = tcp->flags,
		.direction = observation->direction,
		.class = segment->class,
		.window_known = tcp_has(tcp, TCP_SYN) || side->scale != SCALE_UNKNOWN,
		.duplicate_ack = segment->duplicate_ack,
		.zero_window = segment->zero_window,
		.stray = segment->stray,
	};
	graph->bytes[observation->direction] += tcp->payload_length;
	if (record->time > graph->last_time)
		graph->last_time = record->time;
	if (tcp->sack_count && tcp_has(tcp, TCP_ACK))
		keep_sacks(graph, kept, tcp);
}

size_t graph_count(const struct graph *graph)
{
	return graph->count;
}

uint64_t graph_left_out(const struct graph *graph)
{
	return graph->left_out;
}

uint8_t graph_main_sender(const struct graph *graph)
{
	uint8_t client = graph->client;
	return graph->bytes[client] > graph->bytes[client ^ 1] ? client : client ^ 1;
}

uint8_t graph_client(const struct graph *graph)
{
	return graph->client;
}

int64_t graph_duration(const struct graph *graph)
{
	return graph->last_time - graph->first_time;
}

uint32_t graph_session(const struct graph *graph)
{
	return graph->number;
}

const char *graph_end_words(const struct graph *graph, uint8_t side, char to[static ENDPOINT_TEXT_SIZE])
{
	return endpoint_text(&graph->key.end[side], to);
}

int64_t graph_average(const struct graph *graph)
{
	static const int64_t steps[] = { 1, 2, 5, 10, 20, 50, 100, 200, 500 };
	int64_t tenth = graph_duration(graph) / 10;
	if (tenth >= NANOSECONDS)
		return NANOSECONDS;
	for (size_t i = sizeof steps / sizeof *steps; i-- > 0;)
		if (tenth >= steps[i] * MILLISECOND)
			return steps[i] * MILLISECOND;
	return MILLISECOND;
}

static enum graph_series series_of(uint8_t class)
{
	switch (class) {
	case SEGMENT_SPURIOUS:
	case SEGMENT_HOLE_ACKED_LATE:
	case SEGMENT_REPEATED_UPSTREAM:
	case SEGMENT_REPEATED_DOWNSTREAM:
	case SEGMENT_INCONSISTENT:
	case SEGMENT_SYN_REPEATED:
	case SEGMENT_SYNACK_REPEATED:
	case SEGMENT_FIN_REPEATED:
	case SEGMENT_ZERO_WINDOW_PROBE:
	case SEGMENT_KEEPALIVE:
		return SERIES_AGAIN;
	case SEGMENT_REORDERED:
	case SEGMENT_NETWORK_DUPLICATE:
		return SERIES_DISORDER;
	default:
		return SERIES_DATA;
	}
}

struct emitter { graph_emit *emit; void *user; uint64_t base; };

/* Relative to the sender's initial sequence number; below the first byte known it is negative. */
static double position(const struct emitter *to, uint64_t at)
{
	return (double)(int64_t)(at - to->base);
}

static void put(const struct emitter *to, enum graph_series series, const struct kept *kept, double value, double end)
{
	const struct graph_point point = { series, kept->time, kept->number, value, end };
	to->emit(to->user, &point);
}

static void emit_sent(const struct kept *kept, const struct emitter *to)
{
	if (kept->end != kept->sequence)
		put(to, series_of(kept->class), kept, position(to, kept->sequence), position(to, kept->end));
	if (kept->flags & TCP_SYN)
		put(to, SERIES_SYN, kept, position(to, kept->sequence), position(to, kept->sequence));
	if (kept->flags & TCP_FIN)
		put(to, SERIES_FIN, kept, position(to, kept->end), position(to, kept->end));
	if (kept->flags & TCP_RST)
		put(to, SERIES_RST, kept, position(to, kept->sequence), position(to, kept->sequence));
}

static void emit_confirmed(const struct graph *graph, const struct kept *kept, const struct emitter *to)
{
	double ack = position(to, kept->acknowledgment);
	if (!(kept->flags & TCP_ACK) || kept->flags & TCP_RST)
		return;
	put(to, SERIES_ACK, kept, ack, ack);
	if (kept->window_known)
		put(to, SERIES_EDGE, kept, ack + (double)kept->window, ack + (double)kept->window);
	for (unsigned i = 0; i < kept->sack_count; i++) {
		const struct range *range = &graph->sacks[kept->sack + i];
		put(to, SERIES_SACK, kept, position(to, range->left), position(to, range->right));
	}
	if (kept->duplicate_ack)
		put(to, SERIES_DUPLICATE_ACK, kept, ack, ack);
	if (kept->zero_window)
		put(to, SERIES_ZERO_WINDOW, kept, ack, ack);
}

static void emit_sequence(const struct graph *graph, uint8_t sender, const struct emitter *to)
{
	for (size_t i = 0; i < graph->count; i++) {
		const struct kept *kept = &graph->points[i];
		if (kept->stray)
			continue;
		if (kept->direction == sender)
			emit_sent(kept, to);
		else
			emit_confirmed(graph, kept, to);
	}
}

static void emit_round_trips(const struct graph *graph, uint8_t sender, const struct emitter *to)
{
	for (size_t i = 0; i < graph->count; i++) {
		const struct kept *kept = &graph->points[i];
		if (kept->direction != sender && kept->rtt >= 0)
			put(to, SERIES_ROUND_TRIP, kept, (double)kept->rtt, (double)kept->rtt);
	}
}

static void emit_window(const struct graph *graph, uint8_t sender, const struct emitter *to)
{
	uint64_t high = 0, acked = 0;
	bool known = false, confirmed = false;
	for (size_t i = 0; i < graph->count; i++) {
		const struct kept *kept = &graph->points[i];
		if (kept->stray)
			continue;
		if (kept->direction == sender) {
			if (!known || (int64_t)(kept->end - high) > 0)
				high = kept->end;
			if (!known && !confirmed)
				acked = kept->sequence;
			known = true;
		} else if (kept->flags & TCP_ACK && !(kept->flags & TCP_RST)) {
			if (!confirmed || (int64_t)(kept->acknowledgment - acked) > 0)
				acked = kept->acknowledgment;
			confirmed = true;
		}
		int64_t flight = (int64_t)(high - acked);
		if (known && (kept->direction != sender || kept->end != kept->sequence))
			put(to, SERIES_IN_FLIGHT, kept, flight > 0 ? (double)flight : 0, 0);
		if (kept->direction != sender && kept->window_known && !(kept->flags & TCP_RST))
			put(to, SERIES_WINDOW, kept, (double)kept->window, 0);
	}
}

/* A sum over the last so many nanoseconds: `tail` follows behind and takes out what is older. */
struct sliding { size_t tail; uint64_t sum; };

static uint32_t sent_bytes(const struct kept *kept, uint8_t sender)
{
	return kept->direction == sender ? kept->payload : 0;
}

static void emit_throughput(const struct graph *graph, uint8_t sender, const struct emitter *to)
{
	int64_t span = graph_average(graph);
	double scale = 8e9 / (double)span;
	struct sliding sent = { 0 }, good = { 0 };
	uint64_t *acked = memory_zeroed(graph->count + 1, sizeof *acked), highest = 0;
	bool confirmed = false;
	for (size_t i = 0; i < graph->count; i++) {
		const struct kept *kept = &graph->points[i];
		while (sent.tail < i && graph->points[sent.tail].time <= kept->time - span) {
			sent.sum -= sent_bytes(&graph->points[sent.tail], sender);
			good.sum -= acked[sent.tail++];
		}
		bool confirms = kept->direction != sender && kept->flags & TCP_ACK && !kept->stray &&
				!(kept->flags & TCP_RST);
		if (confirms && confirmed && (int64_t)(kept->acknowledgment - highest) > 0)
			acked[i] = kept->acknowledgment - highest;
		if (confirms && (!confirmed || acked[i]))
			highest = kept->acknowledgment;
		confirmed |= confirms;
		sent.sum += sent_bytes(kept, sender);
		good.sum += acked[i];
		if (sent_bytes(kept, sender))
			put(to, SERIES_THROUGHPUT, kept, (double)sent.sum * scale, 0);
		if (confirms)
			put(to, SERIES_GOODPUT, kept, (double)good.sum * scale, 0);
	}
	free(acked);
}

void graph_points(const struct graph *graph, enum graph_kind kind, uint8_t sender, graph_emit *emit, void *user)
{
	const struct emitter to = { emit, user, graph->base[sender] };
	switch (kind) {
	case GRAPH_TIME_SEQUENCE:
		emit_sequence(graph, sender, &to);
		break;
	case GRAPH_ROUND_TRIP:
		emit_round_trips(graph, sender, &to);
		break;
	case GRAPH_WINDOW:
		emit_window(graph, sender, &to);
		break;
	case GRAPH_THROUGHPUT:
		emit_throughput(graph, sender, &to);
		break;
	case GRAPH_KINDS:
		break;
	}
}

const char *graph_series_name(enum graph_series series)
{
	static const char *const names[SERIES_COUNT] = {
		[SERIES_DATA] = "data", [SERIES_AGAIN] = "again", [SERIES_DISORDER] = "disorder",
		[SERIES_ACK] = "ack", [SERIES_EDGE] = "window_edge", [SERIES_SACK] = "sack",
		[SERIES_DUPLICATE_ACK] = "duplicate_ack", [SERIES_ZERO_WINDOW] = "zero_window",
		[SERIES_SYN] = "syn", [SERIES_FIN] = "fin", [SERIES_RST] = "rst",
		[SERIES_ROUND_TRIP] = "rtt", [SERIES_IN_FLIGHT] = "in_flight", [SERIES_WINDOW] = "window",
		[SERIES_THROUGHPUT] = "throughput", [SERIES_GOODPUT] = "goodput",
	};
	return series < SERIES_COUNT ? names[series] : NULL;
}
