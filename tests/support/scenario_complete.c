/* After the last line: identifications in the order in which the hosts sent, then what ICMP quotes,
 * then the order of recording, then what the recorder does. */
#include <stdlib.h>
#include <string.h>

#include "compiler.h"
#include "core/memory.h"

static int by_sending(const void *a, const void *b)
{
	const struct trace_packet *left = *(struct trace_packet *const *)a;
	const struct trace_packet *right = *(struct trace_packet *const *)b;
	if (left->sent != right->sent)
		return left->sent < right->sent ? -1 : 1;
	return left < right ? -1 : left > right;
}

static void assign_id(struct compiler *c, struct trace_packet *packet, uint16_t previous)
{
	struct host *host = &c->hosts[packet->host - 1];
	uint8_t *ip = packet->bytes + packet->ip_offset;
	if (packet->fixed_id || ip[0] >> 4 != 4)
		return;
	bool damaged = !wire_ip_is_sealed(ip);
	uint16_t id = packet->shares_id		       ? previous
		      : host->id_style == ID_ZERO     ? 0
		      : host->id_style == ID_RANDOM   ? (uint16_t)random_next(&c->random)
						      : host->next_id++;
	wire_put16(ip + 4, id);
	wire_seal_ip(ip);
	if (damaged)
		ip[10] ^= 0xa5;
}

static void assign_ids(struct compiler *c)
{
	size_t count = c->trace.count;
	struct trace_packet **order = memory_allocate((count + 1) * sizeof *order);
	for (size_t i = 0; i < count; i++)
		order[i] = &c->trace.packets[i];
	qsort(order, count, sizeof *order, by_sending);
	uint16_t previous = 0;
	for (size_t i = 0; i < count; i++) {
		if (!order[i]->ip_offset || !order[i]->host)
			continue;
		assign_id(c, order[i], previous);
		const uint8_t *ip = order[i]->bytes + order[i]->ip_offset;
		previous = (uint16_t)(ip[4] << 8 | ip[5]);
	}
	free(order);
}

static void fill_quotes(struct compiler *c)
{
	for (size_t i = 0; i < c->trace.count; i++) {
		struct trace_packet *packet = &c->trace.packets[i];
		if (!packet->quotes)
			continue;
		const struct trace_packet *quoted = &c->trace.packets[packet->quotes - 1];
		struct wire_parts parts = wire_find(packet->bytes, packet->original_length);
		size_t room = parts.end - packet->quote_offset;
		const uint8_t *from = quoted->bytes + quoted->ip_offset;
		memcpy(packet->bytes + packet->quote_offset, from, room);
		wire_seal_transport(packet->bytes, &parts, WIRE_RIGHT);
	}
}

static void add_twins(struct trace *trace)
{
	for (size_t i = 0, count = trace->count; i < count; i++) {
		const struct trace_packet *original = &trace->packets[i];
		if (original->twin_lag == 0 || original->unrecorded)
			continue;
		int64_t lag = original->twin_lag;
		int8_t ttl = original->twin_ttl;
		struct trace_packet *twin = trace_add_copy(trace, original);
		twin->label = 0;
		twin->time += lag;
		uint8_t *ip = twin->bytes + twin->ip_offset;
		if (twin->ip_offset && ttl) {
			ip[ip[0] >> 4 == 4 ? 8 : 7] = (uint8_t)(ip[ip[0] >> 4 == 4 ? 8 : 7] + ttl);
			if (ip[0] >> 4 == 4)
				wire_seal_ip(ip);
		}
	}
}

static void number_labels(struct scenario *scenario)
{
	for (size_t i = 0; i < scenario->trace.count; i++) {
		uint32_t label = scenario->trace.packets[i].label;
		if (label)
			scenario->labels[label - 1].packet = i + 1;
	}
}

void scenario_complete(struct compiler *c)
{
	assign_ids(c);
	fill_quotes(c);
	add_twins(&c->trace);
	trace_sort(&c->trace);
	trace_compact(&c->trace);
	c->scenario->trace = c->trace;
	c->trace = (struct trace){ 0 };
	recorder_run(c);
	number_labels(c->scenario);
	if (c->scenario->trace.count == 0)
		compile_fail(c, "the scenario has no packets");
}

