/* The acknowledgement of a packet: progress, duplicates and SACK for the bytes of the other side. */
#include "session/tcp_internal.h"

#define GATHER_TIME (10 * 1000000LL) /* ns: over this, packets are not put together on their way */

/* True if the acknowledgement of this packet says something about the present (it is not older than
 * one that was seen before). */
static bool set_base(struct tcp_step *step)
{
	struct tcp_side *owner = step->receiver;
	struct direction *in = step->in;
	if (in->base_known)
		return false;
	in->base_known = in->base_from_ack = true;
	owner->isn = step->header->acknowledgment_number - 1;
	owner->snd_max = owner->ack_hi = owner->seen_first = POSITION_START + 1;
	return true;
}

static void note_size(struct direction *in, const struct flight_segment *segment)
{
	struct tcp_episode *episode = in->episode;
	uint64_t size = segment->end - segment->sequence;
	if (episode && size && segment->copies == 1 &&
	    (!episode->smallest_acked || size < episode->smallest_acked))
		episode->smallest_acked = (uint32_t)size;
}

/* Marks what a SACK block covers, from its right edge down to what was known before. */
static bool mark_block(struct direction *in, uint64_t left, uint64_t right)
{
	bool news = false;
	uint32_t index = flight_find(&in->flight, right);
	if (index < in->flight.count && flight_at(&in->flight, index)->end == right)
		index++;
	while (index > 0) {
		struct flight_segment *segment = flight_at(&in->flight, --index);
		if (segment->sequence < left || segment->end > right || segment->sacked)
			break;
		segment->sacked = true;
		in->sacked_bytes += segment->end - segment->sequence;
		note_size(in, segment);
		news = true;
	}
	for (unsigned i = 0; i < in->hole_count; i++)
		if (in->holes[i].start >= left && in->holes[i].end <= right && !in->holes[i].sacked)
			in->holes[i].sacked = news = true;
	if (right > in->sack_highest) {
		in->sack_highest = right;
		news = true;
	}
	return news;
}

static void read_sack(struct tcp_step *step, uint64_t acknowledgment)
{
	const struct tcp_header *header = step->header;
	struct direction *in = step->in;
	uint64_t near = step->receiver->snd_max;
	if (!header->sack_count)
		return;
	step->sender->sacks++;
	uint64_t edge[TCP_MAX_SACK_BLOCKS][2] = { { 0 } };
	for (unsigned i = 0; i < header->sack_count; i++) {
		edge[i][0] = tcp_position(step->receiver, header->sack[i][0]);
		edge[i][1] = tcp_position(step->receiver, header->sack[i][1]);
	}
	/* RFC 2883, 4: the first block reports a duplicate if it lies below the acknowledgement or
	 * inside the second block. */
	unsigned first = 0;
	if (edge[0][1] <= acknowledgment ||
	    (header->sack_count > 1 && edge[0][0] >= edge[1][0] && edge[0][1] <= edge[1][1])) {
		step->segment->dsack = true;
		step->sender->dsacks++;
		in->episode_dsacks++;
		first = 1;
	}
	for (unsigned i = first; i < header->sack_count; i++)
		if (edge[i][0] < edge[i][1] && edge[i][1] <= near && edge[i][1] > acknowledgment &&
		    mark_block(in, edge[i][0], edge[i][1]))
			step->segment->new_sack = true;
	if (step->segment->new_sack && in->episode)
		in->episode->sack_evidence = true;
}

static void sample_round_trip(struct tcp_step *step, uint64_t acknowledgment)
{
	struct direction *in = step->in;
	uint32_t index = flight_find(&in->flight, acknowledgment);
	const struct flight_segment *newest = NULL;
	if (index < in->flight.count && flight_at(&in->flight, index)->sequence < acknowledgment)
		newest = flight_at(&in->flight, index);
	else if (index > 0)
		newest = flight_at(&in->flight, index - 1);
	/* Karn, and no samples from what waited behind a loss. */
	if (!newest || newest->copies != 1 || newest->repeated_after_hole || newest->sacked ||
	    newest->sequence < in->recovery_mark)
		return;
	step->segment->rtt = step->time - newest->first_time;
	struct tcp_mark mark = { step->number, step->time };
	rtt_sample(&step->sender->rtt, step->segment->rtt, mark);
	/* Only acknowledgements that later segments hurry say how long the way takes under load, and only
	 * if packets came all the while: a pause of everything, or a step of the clock, is no queue. */
	const struct tcp_side *x = step->receiver;
	const struct silence *silence = &step->engine->silence;
	bool paused = silence->start >= newest->first_time &&
		      (silence->end - silence->start) * 2 > step->segment->rtt;
	if (!paused && x->segment_maximum &&
	    x->snd_max >= x->ack_hi + LOAD_SEGMENTS * (uint64_t)x->segment_maximum)
		rtt_sample_loaded(step->sender, step->segment->rtt,
				  newest->under_way * UNDER_WAY_UNIT, mark);
	struct tcp_side *y = step->sender;
	uint64_t size = newest->end - newest->sequence;
	if (size < step->receiver->segment_maximum || step->segment->acked_bytes < 2 * size)
		return;
	if (!y->prompt_rtt_samples++ || step->segment->rtt < y->prompt_rtt)
		y->prompt_rtt = step->segment->rtt;
}

/* Did the segments that it confirms come at a distance at which no card, no backlog of a busy
 * socket and no radio link delivers them at once? What was lost and repaired, and what a program is
 * slow to read, is confirmed late by itself (Linux waits while the window shrinks). */
static bool over_gaps(const struct tcp_step *step, uint64_t acknowledgment)
{
	const struct flight *flight = &step->in->flight;
	const struct tcp_side *y = step->sender;
	uint32_t behind = flight_find(flight, acknowledgment);
	if (behind < 2 || flight->overflowed || y->window < y->window_maximum / 4 * 3 ||
	    flight_at(flight, behind - 1)->first_time - flight_at(flight, 0)->first_time <
		    GATHER_TIME)
		return false;
	for (uint32_t i = 0; i < behind; i++)
		if (flight_at(flight, i)->copies != 1 || flight_at(flight, i)->sacked)
			return false;
	return true;
}

/* How many segments one acknowledgement confirms tells whether some of them are missing. */
static void count_span(struct tcp_step *step, uint64_t acknowledgment)
{
	uint32_t size = step->receiver->segment_maximum;
	if (step->length || !size || step->in->episode || (step->header->flags & (TCP_SYN | TCP_FIN)))
		return;
	uint64_t segments = (step->segment->acked_bytes + size / 2) / size;
	if (segments)
		step->sender->acks_by_span[segments < 4 ? segments - 1 : segments < 8 ? 3
					   : segments < 16 ? 4 : 5]++;
	if (segments >= 8 && over_gaps(step, acknowledgment))
		step->sender->acks_over_gaps++;
}

static void progress(struct tcp_step *step, uint64_t acknowledgment)
{
	struct direction *in = step->in;
	struct tcp_side *owner = step->receiver;
	step->segment->acked_bytes = acknowledgment - owner->ack_hi;
	if (acknowledgment > owner->snd_max) {
		bool probe = in->probe_open && acknowledgment <= in->probe_end;
		/* The first thing seen of this side was a keep-alive: its byte was sent before. */
		bool keepalive = acknowledgment == owner->snd_max + 1 && !owner->data_segments;
		if (probe || keepalive)
			owner->snd_max = acknowledgment;
	}
	in->probe_open = false;
	count_span(step, acknowledgment);
	sample_round_trip(step, acknowledgment);
	holes_acknowledge(step, in, owner, acknowledgment);
	for (uint32_t i = 0; (in->sacked_bytes || in->episode) && i < in->flight.count; i++) {
		struct flight_segment *segment = flight_at(&in->flight, i);
		if (segment->end > acknowledgment)
			break;
		if (segment->sacked)
			in->sacked_bytes -= segment->end - segment->sequence;
		else
			note_size(in, segment);
	}
	flight_acknowledge(&in->flight, acknowledgment);
	if (in->episode)
		tcp_recovery_check(step, acknowledgment);
	owner->ack_hi = acknowledgment;
	tcp_recovery_progress(step);
	owner->last_ack_progress_time = step->time;
	owner->last_ack_progress_packet = step->number;
	in->duplicate_acks = 0;
	if (owner->fin_seen && !owner->fin_acked_time && acknowledgment >= owner->fin_position)
		owner->fin_acked_time = step->time;
}

/* Same acknowledgement as before, no data: what else does it say? */
static void repeated(struct tcp_step *step, uint64_t old_window)
{
	struct segment *segment = step->segment;
	struct direction *in = step->in;
	struct tcp_side *owner = step->receiver;
	uint64_t window = segment->window;
	if (step->length || (step->header->flags & (TCP_SYN | TCP_FIN | TCP_RST)))
		return;
	if (in->last_was_probe && segment->zero_window) {
		segment->class = SEGMENT_ZERO_WINDOW_PROBE_ACK;
		step->out->zero.probe_answers++;
		step->out->zero.probes_in_vain = 0;
		return;
	}
	if (in->last_was_keepalive) {
		segment->class = SEGMENT_KEEPALIVE_ACK;
		return;
	}
	if (window > old_window && !segment->new_sack) {
		segment->window_update = true;
		return;
	}
	/* RFC 5681, 2: only while data is outstanding, and not if the window changed. */
	if (owner->snd_max <= owner->ack_hi || (window != old_window && !segment->new_sack))
		return;
	segment->duplicate_ack = true;
	owner->duplicate_acks++;
	in->duplicate_acks++;
	in->recovery_mark = owner->snd_max;
	if (in->duplicate_acks == 1)
		in->duplicate_first_time = step->time;
	if (in->duplicate_acks == DUPLICATE_THRESHOLD)
		in->duplicate_third_time = step->time;
	if (in->hole_count)
		in->holes[0].duplicate_acks++;
	if (in->episode)
		in->episode->duplicate_acks++;
}

void tcp_acknowledge(struct tcp_step *step)
{
	const struct tcp_header *header = step->header;
	struct tcp_side *owner = step->receiver;
	step->segment->window = header->window;
	if (!tcp_has(header, TCP_ACK)) {
		tcp_window(step, true);
		return;
	}
	/* The acknowledgement of a reset is often made up, and changes nothing. */
	if (tcp_has(header, TCP_RST)) {
		if (step->in->base_known)
			step->segment->acknowledgment =
				tcp_position(owner, header->acknowledgment_number);
		tcp_window(step, false);
		return;
	}
	bool first = set_base(step);
	uint64_t acknowledgment = tcp_position(owner, header->acknowledgment_number);
	step->segment->acknowledgment = acknowledgment;
	if (acknowledgment + (1u << 30) < owner->ack_hi || acknowledgment > owner->snd_max + (1u << 30)) {
		step->segment->stray = true;
		tcp_window(step, false);
		return;
	}
	read_sack(step, acknowledgment);
	uint64_t old_window = step->sender->window;
	if (acknowledgment > owner->ack_hi) {
		progress(step, acknowledgment);
		tcp_window(step, true);
	} else {
		tcp_window(step, acknowledgment == owner->ack_hi);
		if (acknowledgment == owner->ack_hi && !first && step->sender->acks)
			repeated(step, old_window);
	}
	step->sender->acks++;
	if (!step->length && !(header->flags & (TCP_SYN | TCP_FIN)))
		step->sender->pure_acks++;
}
