#include "damage.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/cursor.h"
#include "core/memory.h"
#include "source/source.h"
#include "wire.h"

#define ETHERNET_MINIMUM 60

static bool sent_by(const struct trace_packet *packet, const struct address *host)
{
	struct wire_parts parts = wire_find(packet->bytes, packet->length);
	const uint8_t *ip = packet->bytes + parts.ip;
	if (parts.version == 4 && host->family == ADDRESS_IPV4)
		return memcmp(ip + 12, host->bytes, 4) == 0;
	if (parts.version == 6 && host->family == ADDRESS_IPV6)
		return memcmp(ip + 8, host->bytes, 16) == 0;
	return false;
}

static void pass_router(struct trace_packet *packet, int ttl_change)
{
	struct wire_parts parts = wire_find(packet->bytes, packet->length);
	if (parts.version == 0 || ttl_change == 0)
		return;
	uint8_t *ttl = packet->bytes + parts.ip + (parts.version == 4 ? 8 : 7);
	*ttl = (uint8_t)(*ttl + ttl_change);
	if (parts.version == 4)
		wire_seal_ip(packet->bytes + parts.ip);
	memcpy(packet->bytes, "\2\0\0\0\1\1\2\0\0\0\1\2", 12);
}

void damage_duplicate(struct trace *trace, double share, int64_t lag, int ttl_change, uint64_t seed)
{
	for (size_t i = 0, count = trace->count; i < count; i++) {
		if (share < 1 && random_fraction(&seed) >= share)
			continue;
		struct trace_packet *twin = trace_add_copy(trace, &trace->packets[i]);
		twin->time += lag;
		twin->label = 0;
		pass_router(twin, ttl_change);
	}
	trace_sort(trace);
}

void damage_lose(struct trace *trace, double share, uint64_t seed)
{
	for (size_t i = 0; i < trace->count; i++)
		if (random_fraction(&seed) < share)
			trace_remove(trace, i);
	trace_compact(trace);
}

/* Packets that waited in different queues of a recorder were at most so far apart. */
#define QUEUE_TIME (20 * MILLISECOND)

void damage_swap(struct trace *trace, double share, uint64_t seed)
{
	for (size_t i = 0; i + 1 < trace->count; i++) {
		int64_t apart;
		bool near = !__builtin_sub_overflow(trace->packets[i + 1].time, trace->packets[i].time, &apart) &&
			    apart <= QUEUE_TIME;
		if (random_fraction(&seed) >= share || !near)
			continue;
		struct trace_packet first = trace->packets[i], second = trace->packets[i + 1];
		int64_t time = first.time;
		first.time = second.time;
		second.time = time;
		trace->packets[i] = second;
		trace->packets[i + 1] = first;
		i++;
	}
}

void damage_one_way(struct trace *trace, const struct address *host)
{
	for (size_t i = 0; i < trace->count; i++)
		if (!sent_by(&trace->packets[i], host))
			trace_remove(trace, i);
	trace_compact(trace);
}

void damage_start_at(struct trace *trace, size_t first)
{
	for (size_t i = 0; i + 1 < first && i < trace->count; i++)
		trace_remove(trace, i);
	trace_compact(trace);
}

void damage_snap(struct trace *trace, uint32_t length)
{
	for (size_t i = 0; i < trace->count; i++)
		if (trace->packets[i].length > length)
			trace->packets[i].length = length;
}

/* Whether b continues a: same flow, next bytes, same acknowledgment, nothing but data. */
static bool continues(const struct trace_packet *a, const struct wire_parts *in_a,
		      const struct trace_packet *b, const struct wire_parts *in_b)
{
	const uint8_t *tcp_a = a->bytes + in_a->transport, *tcp_b = b->bytes + in_b->transport;
	size_t ip = in_a->version == 4 ? 12 : 8, addresses = in_a->version == 4 ? 8 : 32;
	if (in_b->protocol != 6 || !in_b->whole || in_b->version != in_a->version ||
	    memcmp(a->bytes + in_a->ip + ip, b->bytes + in_b->ip + ip, addresses) != 0 ||
	    memcmp(tcp_a, tcp_b, 4) != 0 || memcmp(tcp_a + 8, tcp_b + 8, 4) != 0)
		return false;
	size_t header_a = in_a->payload - in_a->transport,
	       header_b = in_b->payload - in_b->transport;
	return header_a == header_b && (tcp_a[13] & 0x27) == 0 && (tcp_b[13] & 0x27) == 0 &&
	       in_b->end > in_b->payload &&
	       load_be32(tcp_b + 4) == load_be32(tcp_a + 4) + (uint32_t)(in_a->end - in_a->payload);
}

static void append_segment(struct trace_packet *a, struct wire_parts *in_a,
			   const struct trace_packet *b, const struct wire_parts *in_b)
{
	size_t more = in_b->end - in_b->payload;
	a->bytes = memory_resize(a->bytes, in_a->end + more, 1);
	memcpy(a->bytes + in_a->end, b->bytes + in_b->payload, more);
	a->bytes[in_a->transport + 13] |= b->bytes[in_b->transport + 13];
	in_a->end += more;
	a->length = a->original_length = (uint32_t)in_a->end;
	uint8_t *ip = a->bytes + in_a->ip;
	if (in_a->version == 4) {
		wire_put16(ip + 2, (uint32_t)(in_a->end - in_a->ip));
		wire_seal_ip(ip);
	} else {
		wire_put16(ip + 4, (uint32_t)(in_a->end - in_a->transport));
	}
}

/* Swallows the segments behind `index` that the card would have made of one. */
static void coalesce(struct trace *trace, size_t index, struct wire_parts *parts, size_t largest)
{
	struct trace_packet *packet = &trace->packets[index];
	for (size_t i = index + 1; i < trace->count && i < index + 64; i++) {
		struct trace_packet *next = &trace->packets[i];
		struct wire_parts in_next = wire_find(next->bytes, next->length);
		if (next->unrecorded || in_next.protocol != 6 || !in_next.whole ||
		    next->time - packet->time > 1000000)
			break;
		if (!continues(packet, parts, next, &in_next) ||
		    parts->end - parts->payload + in_next.end - in_next.payload > largest)
			break;
		append_segment(packet, parts, next, &in_next);
		next->unrecorded = true;
	}
}

void damage_offload(struct trace *trace, const struct address *host, size_t largest)
{
	for (size_t i = 0; i < trace->count; i++) {
		struct trace_packet *packet = &trace->packets[i];
		struct wire_parts parts = wire_find(packet->bytes, packet->length);
		if (packet->unrecorded || !parts.whole || !sent_by(packet, host) ||
		    packet->length != packet->original_length)
			continue;
		if (parts.protocol == 6 && parts.end > parts.payload)
			coalesce(trace, i, &parts, largest);
		if (parts.protocol == 6 || parts.protocol == 17)
			wire_seal_transport(packet->bytes, &parts, WIRE_PARTIAL);
	}
	trace_compact(trace);
}

void damage_clock_step(struct trace *trace, size_t from, int64_t step)
{
	for (size_t i = from ? from - 1 : 0; i < trace->count; i++)
		trace->packets[i].time += step;
}

void damage_round(struct trace *trace, int64_t tick)
{
	for (size_t i = 0; i < trace->count; i++)
		trace->packets[i].time -= trace->packets[i].time % tick;
}

void damage_filter(struct trace *trace, uint8_t protocol)
{
	for (size_t i = 0; i < trace->count; i++) {
		struct wire_parts parts = wire_find(trace->packets[i].bytes, trace->packets[i].length);
		if (parts.protocol != protocol)
			trace_remove(trace, i);
	}
	trace_compact(trace);
}

void damage_second_clock(struct trace *trace, const struct address *host, int64_t ahead)
{
	for (size_t i = 0; i < trace->count; i++)
		if (sent_by(&trace->packets[i], host))
			trace->packets[i].time += ahead;
	trace_sort(trace);
}

void damage_record_at(struct trace *trace, const struct address *host)
{
	for (size_t i = 0; i < trace->count; i++) {
		struct trace_packet *packet = &trace->packets[i];
		bool own = sent_by(packet, host);
		packet->direction = own ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
		struct wire_parts parts = wire_find(packet->bytes, packet->length);
		if (own && parts.version && packet->length == packet->original_length &&
		    packet->length == ETHERNET_MINIMUM)
			packet->length = packet->original_length = (uint32_t)parts.end;
	}
}
