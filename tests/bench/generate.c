/* Writes the trace for benchmarks: bulk transfers with some loss, requests and responses, name lookups
 * and short connections, many at a time, as a pcap file. The same options give the same bytes.
 *
 *	generate [--packets 1200000] [--flows 2000] [--size 1] [--seed 1] --output FILE
 *
 * Without options: 1.2 million packets of 2000 flows, a little over 1 GiB. --size multiplies both;
 * --flows 500000 makes so many flows, nearly all of them small, and then as many packets as they need. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "decode/packet.h"
#include "trace.h"
#include "wire.h"

#define MSS 1448
#define DURATION (120 * NANOSECONDS) /* over which flows start, for 1.2 million packets */
#define BULK_SHARE 0.12
#define LOSS 0.003
#define ROUND_MAX 160                /* packets that one round makes */
#define PAYLOAD_ROOM (64 * 1024)

enum kind { BULK, DIALOGUE, LOOKUP, SHORT };

struct item {                        /* one packet to come */
	int64_t time;
	uint32_t sequence, acknowledgment, sack[2];
	uint16_t length, flags;
	uint8_t side;
};

struct flow {
	enum kind kind;
	uint32_t number;
	struct address address[2];
	uint16_t port[2];
	uint32_t next[2];            /* sequence number that each side sends next */
	int64_t now, round_trip;
	uint64_t left;               /* bytes (bulk) or turns to go */
	unsigned window;             /* bulk: segments a round */
	bool opened, closed;
	uint64_t random;
	struct item items[ROUND_MAX];
	unsigned first, count;
};

struct generator {
	uint64_t packets, flows, seed;
	uint64_t started, written, bulk_bytes;
	struct flow **heap;          /* flows in the order of their next packet */
	size_t heap_count, heap_capacity;
	uint8_t payload[PAYLOAD_ROOM];
	FILE *file;
};

/* Packets of a flow */

static void add(struct flow *flow, int64_t time, unsigned side, unsigned flags, unsigned length)
{
	flow->items[flow->count++] = (struct item){ .time = time, .side = (uint8_t)side,
		.flags = (uint16_t)flags, .length = (uint16_t)length, .sequence = flow->next[side],
		.acknowledgment = flow->next[side ^ 1] };
	flow->next[side] += length + (flags & (TCP_SYN | TCP_FIN) ? 1 : 0);
}

static void open_flow(struct flow *flow)
{
	flow->opened = true;
	add(flow, flow->now, 0, TCP_SYN, 0);
	add(flow, flow->now + flow->round_trip, 1, TCP_SYN | TCP_ACK, 0);
	add(flow, flow->now + flow->round_trip + 100 * MICROSECOND, 0, TCP_ACK, 0);
	add(flow, flow->now + flow->round_trip + 200 * MICROSECOND, 0, TCP_PSH | TCP_ACK, 220);
	flow->now += 2 * flow->round_trip + 2 * MILLISECOND;
}

static void close_flow(struct flow *flow)
{
	flow->closed = true;
	add(flow, flow->now, 1, TCP_FIN | TCP_ACK, 0);
	add(flow, flow->now + 100 * MICROSECOND, 0, TCP_FIN | TCP_ACK, 0);
	add(flow, flow->now + 100 * MICROSECOND + flow->round_trip, 1, TCP_ACK, 0);
}

/* One flight of the server and what the client says to it; at most one segment of it is lost. */
static void bulk_round(struct flow *flow)
{
	unsigned segments = flow->window;
	if ((uint64_t)segments * MSS > flow->left)
		segments = (unsigned)(flow->left / MSS) + 1;
	bool loses = segments > 6 && random_fraction(&flow->random) < LOSS * segments;
	unsigned lost = loses ? (unsigned)(random_next(&flow->random) % (segments - 4)) : segments;
	uint32_t start = flow->next[1], hole = start + lost * MSS;
	int64_t time = flow->now, ack_time = flow->now + 100 * MICROSECOND;
	for (unsigned i = 0; i < segments; i++, time += 12 * MICROSECOND) {
		add(flow, time, 1, TCP_ACK, MSS);
		if (i == lost)
			flow->count--;
		bool after_hole = i > lost;
		if (i == lost || (i % 2 == 0 && !after_hole && i + 1 < segments))
			continue;
		add(flow, ack_time + (time - flow->now), 0, TCP_ACK, 0);
		struct item *ack = &flow->items[flow->count - 1];
		if (after_hole) {
			ack->acknowledgment = hole;
			ack->sack[0] = hole + MSS;
			ack->sack[1] = start + (i + 1) * MSS;
		}
	}
	flow->now += flow->round_trip + 12 * MICROSECOND * segments;
	if (loses) {
		uint32_t next = flow->next[1];
		flow->next[1] = hole;
		add(flow, flow->now, 1, TCP_ACK, MSS);
		flow->next[1] = next;
		add(flow, flow->now + 100 * MICROSECOND, 0, TCP_ACK, 0);
		flow->now += flow->round_trip;
		flow->window /= 2;
	} else if (flow->window < 48) {
		flow->window += flow->window < 24 ? flow->window / 2 : 1;
	}
	uint64_t sent = (uint64_t)segments * MSS;
	flow->left = flow->left > sent ? flow->left - sent : 0;
}

static void dialogue_round(struct flow *flow)
{
	unsigned request = 60 + (unsigned)(random_next(&flow->random) % 400);
	unsigned answer = 100 + (unsigned)(random_next(&flow->random) % 1300);
	int64_t think = (2 + (int64_t)(random_next(&flow->random) % 20)) * MILLISECOND;
	add(flow, flow->now, 0, TCP_PSH | TCP_ACK, request);
	add(flow, flow->now + flow->round_trip + think, 1, TCP_PSH | TCP_ACK, answer);
	add(flow, flow->now + flow->round_trip + think + 40 * MILLISECOND, 0, TCP_ACK, 0);
	flow->now += flow->round_trip + think + 50 * MILLISECOND +
		     (int64_t)(random_next(&flow->random) % 300) * MILLISECOND;
	flow->left--;
}

static void lookup_round(struct flow *flow)
{
	add(flow, flow->now, 0, 0, 0);
	add(flow, flow->now + flow->round_trip, 1, 0, 0);
	flow->closed = true;
}

static int by_time(const void *a, const void *b)
{
	const struct item *one = a, *two = b;
	if (one->time != two->time)
		return one->time < two->time ? -1 : 1;
	return one < two ? -1 : one > two;
}

/* Makes the next packets of a flow; false when there are none. */
static bool refill(struct flow *flow)
{
	flow->first = flow->count = 0;
	if (flow->closed)
		return false;
	if (flow->kind == LOOKUP)
		lookup_round(flow);
	else if (!flow->opened)
		open_flow(flow);
	else if (flow->left == 0)
		close_flow(flow);
	else if (flow->kind == BULK)
		bulk_round(flow);
	else
		dialogue_round(flow);
	qsort(flow->items, flow->count, sizeof *flow->items, by_time);
	return true;
}

/* Which flows there are */

static struct flow *start_flow(struct generator *g, int64_t time)
{
	struct flow *flow = memory_zeroed(1, sizeof *flow);
	flow->number = (uint32_t)g->started++;
	flow->random = g->seed * 0x100000001b3ULL + flow->number;
	double dice = random_fraction(&flow->random);
	bool many = g->flows > g->packets / 100;
	double bulk = many ? 0.001 : BULK_SHARE;
	flow->kind = dice < bulk	    ? BULK
		     : dice < 0.55 && !many ? DIALOGUE
		     : dice < 0.75	    ? LOOKUP
					    : SHORT;
	uint32_t n = flow->number;
	flow->address[0] =
		address_ipv4((uint8_t[]){ 10, (uint8_t)(n >> 16), (uint8_t)(n >> 8), (uint8_t)n });
	flow->address[1] = address_ipv4((uint8_t[]){ 192, 0, 2, (uint8_t)(n % 50 + 1) });
	flow->port[0] = (uint16_t)(20000 + n % 40000);
	flow->port[1] = flow->kind == LOOKUP ? 53 : flow->kind == BULK ? 8080 : 443;
	flow->next[0] = (uint32_t)random_next(&flow->random);
	flow->next[1] = (uint32_t)random_next(&flow->random);
	flow->now = time;
	flow->round_trip = (1 + (int64_t)(random_next(&flow->random) % 60)) * MILLISECOND;
	flow->window = 10;
	flow->left = flow->kind == BULK ? g->bulk_bytes : flow->kind == DIALOGUE ? 12 : 1;
	refill(flow);
	return flow;
}

static int64_t next_time(const struct flow *flow)
{
	return flow->items[flow->first].time;
}

static bool earlier(const struct flow *a, const struct flow *b)
{
	return next_time(a) != next_time(b) ? next_time(a) < next_time(b) : a->number < b->number;
}

static void sink(struct generator *g, size_t at)
{
	struct flow *flow = g->heap[at];
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= g->heap_count)
			break;
		if (child + 1 < g->heap_count && earlier(g->heap[child + 1], g->heap[child]))
			child++;
		if (!earlier(g->heap[child], flow))
			break;
		g->heap[at] = g->heap[child];
		at = child;
	}
	g->heap[at] = flow;
}

static void push(struct generator *g, struct flow *flow)
{
	g->heap = memory_grow(g->heap, &g->heap_capacity, g->heap_count + 1, sizeof *g->heap);
	size_t at = g->heap_count++;
	while (at > 0 && earlier(flow, g->heap[(at - 1) / 2])) {
		g->heap[at] = g->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	g->heap[at] = flow;
}

/* Frames */

static size_t put_tcp(const struct generator *g, const struct flow *flow, const struct item *item,
		      uint8_t *to)
{
	static const uint8_t syn_options[] = { 2, 4, 5, 0xb4, 1, 1, 4, 2, 1, 3, 3, 7 };
	size_t length = 20;
	memset(to, 0, length);
	wire_put16(to, flow->port[item->side]);
	wire_put16(to + 2, flow->port[item->side ^ 1]);
	wire_put32(to + 4, item->sequence);
	if (item->flags & TCP_ACK)
		wire_put32(to + 8, item->acknowledgment);
	to[13] = (uint8_t)item->flags;
	wire_put16(to + 14, item->flags & TCP_SYN ? 65535 : 4096);
	if (item->flags & TCP_SYN) {
		memcpy(to + length, syn_options, sizeof syn_options);
		length += sizeof syn_options;
	}
	memcpy(to + length, "\1\1\10\12", 4);
	wire_put32(to + length + 4, (uint32_t)(item->time / MILLISECOND) + item->side * 77777u);
	wire_put32(to + length + 8,
		   (uint32_t)(item->time / MILLISECOND) + (item->side ^ 1u) * 77777u);
	length += 12;
	if (item->sack[1] != item->sack[0]) {
		memcpy(to + length, "\1\1\5\12", 4);
		wire_put32(to + length + 4, item->sack[0]);
		wire_put32(to + length + 8, item->sack[1]);
		length += 12;
	}
	to[12] = (uint8_t)(length / 4 << 4);
	memcpy(to + length, g->payload + item->sequence % (PAYLOAD_ROOM / 2), item->length);
	return length + item->length;
}

static size_t put_lookup(const struct flow *flow, const struct item *item, uint8_t *to)
{
	static const uint8_t answer[] = { 0xc0, 12, 0, 1, 0, 1, 0, 0, 1, 0x2c, 0, 4, 192, 0, 2, 1 };
	char name[16];
	size_t length = 8 + 12;
	memset(to, 0, length);
	wire_put16(to, flow->port[item->side]);
	wire_put16(to + 2, flow->port[item->side ^ 1]);
	wire_put16(to + 8, flow->number);
	wire_put16(to + 10, item->side ? 0x8180 : 0x0100);
	wire_put16(to + 12, 1);
	wire_put16(to + 14, item->side);
	snprintf(name, sizeof name, "h%u", flow->number);
	to[length++] = (uint8_t)strlen(name);
	memcpy(to + length, name, strlen(name));
	length += strlen(name);
	memcpy(to + length, "\7example\3com\0\0\1\0\1", 17);
	length += 17;
	if (item->side) {
		memcpy(to + length, answer, sizeof answer);
		length += sizeof answer;
	}
	wire_put16(to + 4, (uint32_t)length);
	return length;
}

static void put_le32(uint8_t *to, uint32_t value)
{
	for (unsigned i = 0; i < 4; i++)
		to[i] = (uint8_t)(value >> 8 * i);
}

static void write_item(struct generator *g, const struct flow *flow, const struct item *item)
{
	static uint8_t transport[2048], frame[4096];
	uint8_t record[16];
	bool udp = flow->kind == LOOKUP;
	struct wire_header header = { .source = flow->address[item->side],
				      .destination = flow->address[item->side ^ 1],
				      .protocol = udp ? 17 : 6,
				      .ttl = item->side ? 57 : 64,
				      .identification = (uint16_t)g->written,
				      .dont_fragment = true };
	memcpy(header.source_mac, item->side ? "\2\0\0\0\0\376" : "\2\0\12\0\0\1", 6);
	memcpy(header.destination_mac, item->side ? "\2\0\12\0\0\1" : "\2\0\0\0\0\376", 6);
	size_t length = udp ? put_lookup(flow, item, transport) : put_tcp(g, flow, item, transport);
	length = wire_frame(&header, transport, length, udp ? 6 : 16, frame, NULL);
	int64_t time = TRACE_EPOCH + item->time;
	put_le32(record, (uint32_t)(time / NANOSECONDS));
	put_le32(record + 4, (uint32_t)(time % NANOSECONDS / MICROSECOND));
	put_le32(record + 8, (uint32_t)length);
	put_le32(record + 12, (uint32_t)length);
	fwrite(record, 1, sizeof record, g->file);
	fwrite(frame, 1, length, g->file);
	g->written++;
}

static void run(struct generator *g)
{
	int64_t duration = (int64_t)((double)DURATION * (double)g->packets / 1.2e6);
	int64_t spacing = duration / (int64_t)g->flows;
	while (g->started < g->flows || g->heap_count > 0) {
		int64_t start = (int64_t)g->started * spacing;
		if (g->started < g->flows &&
		    (g->heap_count == 0 || start <= next_time(g->heap[0]))) {
			push(g, start_flow(g, start));
			continue;
		}
		struct flow *flow = g->heap[0];
		write_item(g, flow, &flow->items[flow->first++]);
		if (flow->first == flow->count && !refill(flow)) {
			free(flow);
			g->heap[0] = g->heap[--g->heap_count];
		}
		if (g->heap_count > 0)
			sink(g, 0);
	}
}

static bool parse(struct generator *g, int argc, char **argv, const char **path)
{
	uint64_t size = 1;
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--packets") == 0 && i + 1 < argc)
			g->packets = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--flows") == 0 && i + 1 < argc)
			g->flows = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--seed") == 0 && i + 1 < argc)
			g->seed = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--size") == 0 && i + 1 < argc)
			size = strtoull(argv[++i], NULL, 10);
		else if (strcmp(argv[i], "--output") == 0 && i + 1 < argc)
			*path = argv[++i];
		else
			return false;
	}
	g->packets *= size;
	g->flows *= size;
	return *path && g->packets > 0 && g->flows > 0;
}

int main(int argc, char **argv)
{
	static const uint8_t file_header[24] = { 0xd4, 0xc3, 0xb2, 0xa1,     2,
						 0,    4,    0,	   [18] = 4, [20] = 1 };
	static struct generator g = { .packets = 1200000, .flows = 2000, .seed = 1 };
	const char *path = NULL;
	if (!parse(&g, argc, argv, &path)) {
		fputs("usage: generate [--packets N] [--flows N] [--size N] [--seed N] --output "
		      "FILE\n",
		      stderr);
		return 2;
	}
	for (size_t i = 0; i < PAYLOAD_ROOM; i++)
		g.payload[i] = (uint8_t)('a' + (i * 7 + i / 26) % 26);
	/* What the other flows leave over goes to the bulk flows: two segments for three packets. */
	double others = (double)g.flows * 18, bulk_flows = (double)g.flows * BULK_SHARE;
	double bulk_packets =
		(double)g.packets > others ? ((double)g.packets - others) / bulk_flows : 100;
	g.bulk_bytes = (uint64_t)(bulk_packets * 2 / 3 * MSS);
	g.file = fopen(path, "wb");
	if (!g.file) {
		fprintf(stderr, "generate: %s cannot be written\n", path);
		return 3;
	}
	fwrite(file_header, 1, sizeof file_header, g.file);
	run(&g);
	free(g.heap);
	if (ferror(g.file) || fclose(g.file) != 0) {
		fprintf(stderr, "generate: %s could not be written in full\n", path);
		return 3;
	}
	fprintf(stderr, "%llu packets of %llu flows\n", (unsigned long long)g.written,
		(unsigned long long)g.flows);
	return 0;
}
