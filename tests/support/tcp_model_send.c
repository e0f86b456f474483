/* What an end of the TCP model sends, and when it may. */
#include "tcp_model_internal.h"

#include <string.h>

#include "core/memory.h"

static uint16_t window_to_advertise(struct model *m, unsigned side, bool syn)
{
	struct end *end = &m->end[side];
	const struct model_host *host = end->host;
	bool scaled = host->window_scale >= 0 && m->end[side ^ 1].host->window_scale >= 0;
	uint64_t held = (uint64_t)(end->expected > 0 ? end->expected : 0) - end->read;
	uint64_t free_bytes = held < host->buffer ? host->buffer - held : 0;
	int64_t edge = end->expected + (int64_t)free_bytes;
	/* Receiver's side of the silly window syndrome, RFC 1122 4.2.3.3: open by a segment or not
	 * at all. */
	bool small_step = free_bytes < end->mss && free_bytes < host->buffer / 2;
	if (edge < end->advertised_edge || small_step)
		edge = end->advertised_edge > end->expected ? end->advertised_edge : end->expected;
	uint64_t window = (uint64_t)(edge - end->expected);
	unsigned shift = scaled && !syn ? (unsigned)host->window_scale : 0;
	uint64_t raw = window >> shift;
	if (raw > 65535)
		raw = 65535;
	end->advertised_edge = end->expected + (int64_t)(raw << shift);
	return (uint16_t)raw;
}

static void add_sacks(const struct end *end, struct model_packet *packet)
{
	if (end->duplicate_to > end->duplicate_from) {
		packet->sacks[packet->sack_count][0] = end->duplicate_from;
		packet->sacks[packet->sack_count++][1] = end->duplicate_to;
	}
	for (unsigned i = end->early_count; i-- > 0 && packet->sack_count < MODEL_MAX_SACKS;) {
		packet->sacks[packet->sack_count][0] = end->early[i].from;
		packet->sacks[packet->sack_count++][1] = end->early[i].to;
	}
}

void end_transmit(struct model *m, unsigned side, unsigned flags, int64_t from, uint32_t length,
		     struct subject subject)
{
	struct end *end = &m->end[side], *peer = &m->end[side ^ 1];
	bool syn = flags & TCP_SYN;
	struct model_packet packet = { .side = side,
				       .recorded = true,
				       .flags = flags,
				       .sequence = from,
				       .length = length,
				       .acknowledgment = end->expected };
	subject.any_index = ++end->any_index;
	if (flags & TCP_ACK || syn)
		packet.window = window_to_advertise(m, side, syn);
	if (flags & TCP_RST)
		packet.window = 0;
	packet.timestamp = end->host->clock + (uint32_t)(m->now / MILLI);
	packet.echo = end->echo;
	if (end->host->sack && peer->host->sack && !syn && !(flags & TCP_RST))
		add_sacks(end, &packet);
	if (flags & TCP_ACK) {
		end->unacked = 0;
		end->duplicate_from = end->duplicate_to = 0;
		timer_stop(&end->delayed_ack);
	}
	path_launch(m, &packet, &subject);
}

void end_send_ack(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	if (end->state != ESTABLISHED)
		return;
	end_transmit(m, side, TCP_ACK, end->next, 0,
		 (struct subject){ .matter = MATTER_ACK, .index = ++end->ack_index, .copy = 1 });
}

int64_t end_timeout(const struct end *end)
{
	int64_t base = end->smoothed ? end->smoothed + 4 * end->variation : end->host->initial_rto;
	if (end->smoothed && end->smoothed + end->host->minimum_rto > base)
		base = end->smoothed + end->host->minimum_rto;
	if (base < end->host->minimum_rto)
		base = end->host->minimum_rto;
	unsigned shift = end->backoff < 10 ? end->backoff : 10;
	return base << shift < 120 * SECOND ? base << shift : 120 * SECOND;
}

void end_send_segment(struct model *m, unsigned side, struct segment *segment)
{
	struct end *end = &m->end[side];
	unsigned flags = TCP_ACK;
	uint32_t length = segment->fin ? 0 : segment->length;
	if (segment->fin)
		flags |= TCP_FIN;
	else if (segment->from + segment->length == (int64_t)end->written || end->host->push_always)
		flags |= TCP_PSH;
	segment->copies++;
	segment->sent = m->now;
	if (segment->lost) {
		segment->lost = false;
		end->lost_waiting--;
	}
	if (!segment->counted) {
		segment->counted = true;
		end->pipe += segment->length;
	}
	struct subject subject = { .matter = segment->fin ? MATTER_FIN : MATTER_DATA,
		.index = segment->index, .copy = segment->copies };
	end_transmit(m, side, flags, segment->from, length, subject);
	if (!end->rto.running)
		timer_start(m, side, &end->rto, RTO, end_timeout(end));
	if (end->host->tail_probe && !end->recovering && end->smoothed) {
		int64_t wait = 2 * end->smoothed > 10 * MILLI ? 2 * end->smoothed : 10 * MILLI;
		timer_start(m, side, &end->tail_probe, TAIL_PROBE, wait);
	}
}

struct segment *end_segment(struct end *end, size_t index)
{
	return &end->segments[end->first + index];
}

void end_send_new(struct model *m, unsigned side, uint32_t length, bool fin)
{
	struct end *end = &m->end[side];
	if (end->first > 1024 && end->first * 2 > end->first + end->count) {
		memmove(end->segments, end->segments + end->first,
			end->count * sizeof *end->segments);
		end->first = 0;
	}
	end->segments = memory_grow(end->segments, &end->capacity, end->first + end->count + 1,
				    sizeof *end->segments);
	struct segment *segment = end_segment(end, end->count++);
	*segment = (struct segment){ .from = end->next, .length = length, .fin = fin,
		.index = fin ? 1 : ++end->data_index };
	end->next += length;
	end_send_segment(m, side, segment);
}

static bool send_lost(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	for (size_t i = 0; end->lost_waiting > 0 && i < end->count; i++) {
		struct segment *segment = end_segment(end, i);
		if (!segment->lost)
			continue;
		if (end->pipe + segment->length > end->cwnd && end->pipe > 0)
			return false;
		end_send_segment(m, side, segment);
		return true;
	}
	return false;
}

/* How many new bytes may go now; 0 for none. */
static uint32_t may_send(const struct end *end)
{
	uint64_t sent = (uint64_t)(end->next > 0 ? end->next : 0);
	uint64_t left = end->written > sent ? end->written - sent : 0;
	uint32_t chunk = end->host->chunk > end->mss ? end->host->chunk : end->mss;
	uint64_t length = left < chunk ? left : chunk;
	int64_t room = end->window_edge - end->next;
	double inflated = !end->host->sack ? end->duplicate_acks * (double)end->mss : 0;
	if (length == 0 || end->fin_sent)
		return 0;
	if ((int64_t)length > room) {
		if (room < (int64_t)end->mss)
			return 0;
		length = (uint64_t)(room / end->mss * end->mss);
	}
	if (end->pipe + (double)length > end->cwnd + inflated) {
		double whole = (end->cwnd + inflated - end->pipe) / end->mss;
		if (length <= end->mss || whole < 1)
			return 0;
		length = (uint64_t)whole * end->mss;
	}
	if (end->host->send_buffer &&
	    (uint64_t)(end->next - end->una) + length > end->host->send_buffer)
		return 0;
	if (end->host->nagle && length < end->mss && end->next > end->una)
		return 0;
	return (uint32_t)length;
}

void end_send_more(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	uint32_t length;
	if (end->state != ESTABLISHED)
		return;
	while (send_lost(m, side))
		;
	while (end->lost_waiting == 0 && (length = may_send(end)) > 0)
		end_send_new(m, side, length, false);
	bool all_sent = end->next >= (int64_t)end->written;
	if (end->closing && all_sent && !end->fin_sent) {
		end->fin_sent = true;
		end_send_new(m, side, 1, true);
	}
	bool blocked = !all_sent && end->count == 0;
	if (blocked && !end->persist.running)
		timer_start(m, side, &end->persist, PERSIST, end_timeout(end));
	else if (!blocked)
		timer_stop(&end->persist);
}

