/* Bytes that the trace did not show: holes between segments, and what the receiver acknowledged all
 * the same. The second kind is the recorder's loss, not the network's (A4, CQ:loss). */
#include <string.h>

#include "core/memory.h"
#include "session/tcp_internal.h"

struct tcp_done *tcp_done(struct tcp_engine *engine)
{
	if (!engine->done)
		engine->done = memory_zeroed(1, sizeof *engine->done);
	return engine->done;
}

void holes_open(struct tcp_step *step, uint64_t start, uint64_t end)
{
	struct direction *out = step->out;
	if (!out->holes)
		out->holes = memory_allocate(HOLES_LIMIT * sizeof *out->holes);
	if (out->hole_count == HOLES_LIMIT) {
		memmove(out->holes, out->holes + 1, (HOLES_LIMIT - 1) * sizeof *out->holes);
		out->hole_count--;
	}
	out->holes[out->hole_count++] = (struct hole){
		.start = start, .end = end, .open_time = step->time, .before_time = out->last_time,
		.before_packet = out->last_packet, .after_packet = step->number,
		.before_id = out->last_id,
		.after_id = (uint16_t)step->packet->ip->identification,
		.has_timestamp = (step->header->options & TCP_OPTION_TIMESTAMPS) != 0,
		.after_timestamp = step->header->timestamp_value,
	};
}

static void remove_hole(struct direction *out, unsigned index)
{
	memmove(out->holes + index, out->holes + index + 1,
		(size_t)(out->hole_count - index - 1) * sizeof out->holes[0]);
	out->hole_count--;
}

bool holes_fill(struct direction *out, uint64_t start, uint64_t end, struct hole *from)
{
	bool found = false;
	for (unsigned i = 0; i < out->hole_count;) {
		struct hole *hole = &out->holes[i];
		if (hole->end <= start || hole->start >= end) {
			i++;
			continue;
		}
		if (!found)
			*from = *hole;
		found = true;
		if (hole->start >= start && hole->end <= end) {
			remove_hole(out, i);
			continue;
		}
		if (hole->start < start && hole->end > end && out->hole_count < HOLES_LIMIT) {
			struct hole rest = *hole;
			rest.start = end;
			hole->end = start;
			memmove(out->holes + i + 2, out->holes + i + 1,
				(size_t)(out->hole_count - i - 1) * sizeof rest);
			out->holes[i + 1] = rest;
			out->hole_count++;
			i++;
		} else if (hole->start < start) {
			hole->end = start;
		} else {
			hole->start = end;
		}
		i++;
	}
	return found;
}

bool holes_was_acked_unseen(const struct direction *out, uint64_t start, uint64_t end)
{
	for (unsigned i = 0; i < ACKED_HOLES; i++)
		if (out->acked[i].start < end && out->acked[i].end > start)
			return true;
	return false;
}

static void pend(struct tcp_step *step, uint8_t sender, const struct pending_hole *hole)
{
	struct direction *direction = &step->engine->direction[sender];
	if (direction->pending.open && direction->pending.end == hole->start) {
		direction->pending.end = hole->end;
		direction->pending.after_packet = hole->after_packet;
		direction->pending.after_time = hole->after_time;
		return;
	}
	holes_settle(step, sender, true);
	direction->pending = *hole;
}

void holes_settle(struct tcp_step *step, uint8_t sender, bool force)
{
	struct direction *direction = &step->engine->direction[sender];
	struct tcp_side *side = &step->tcp->side[sender];
	struct pending_hole *pending = &direction->pending;
	if (!pending->open || (!force && step->time - pending->time <= CAUSALITY_LIMIT))
		return;
	pending->open = false;
	/* A direction that was never seen is one-way, and a lone byte at the edge is a keep-alive's. */
	if (!side->data_segments && !side->syn_seen && !side->synack_seen)
		return;
	uint64_t bytes = pending->end - pending->start;
	direction->acked[direction->acked_next++ % ACKED_HOLES] =
		(struct acked_hole){ pending->start, pending->end };
	if (bytes == 1 && pending->end == side->snd_max)
		return;
	side->hole_acked_bytes += bytes;
	side->hole_acked_ranges++;
	step->tcp->holes++;
	struct tcp_done *done = tcp_done(step->engine);
	if (done->holes == DONE_HOLES)
		return;
	struct tcp_hole *hole = &done->hole[done->holes++];
	uint32_t size = side->segment_maximum ? side->segment_maximum : 1460;
	uint64_t packets = (bytes + size - 1) / size;
	*hole = (struct tcp_hole){
		.sender = sender, .bytes = bytes, .packets = packets > UINT32_MAX ? UINT32_MAX : (uint32_t)packets,
		.before_packet = pending->before_packet, .after_packet = pending->after_packet,
		.before_time = pending->before_time, .after_time = pending->after_time,
		.ack_packet = pending->ack_packet, .time = pending->time,
	};
	observation_add(step->observation,
		(struct session_event){ .type = EVENT_CAPTURE_HOLE, .hole = hole });
}

void holes_acknowledge(struct tcp_step *step, struct direction *direction, struct tcp_side *side,
		       uint64_t position)
{
	uint8_t sender = (uint8_t)(direction - step->engine->direction);
	while (direction->hole_count && direction->holes[0].start < position) {
		struct hole *hole = &direction->holes[0];
		uint64_t end = hole->end < position ? hole->end : position;
		pend(step, sender, &(struct pending_hole){
			.start = hole->start, .end = end, .time = step->time, .open = true,
			.before_packet = hole->before_packet, .after_packet = hole->after_packet,
			.before_time = hole->before_time, .after_time = hole->open_time,
			.ack_packet = step->number });
		if (end < hole->end) {
			hole->start = end;
			break;
		}
		remove_hole(direction, 0);
	}
	if (position > side->snd_max) {
		pend(step, sender, &(struct pending_hole){
			.start = side->snd_max, .end = position, .time = step->time, .open = true,
			.before_packet = direction->last_packet, .after_packet = 0,
			.before_time = direction->last_time, .ack_packet = step->number });
		side->snd_max = position;
	}
}
