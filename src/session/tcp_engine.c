/* One TCP packet through the engine: position in the sequence space, the acknowledgement it carries,
 * its own bytes, what that changes. Read this first, then tcp_classify.c. */
#include "session/tcp_engine.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "session/tcp_internal.h"

#define WINDOW_SCALE_MAX 14

/* Further above its SYN than this is not what a client sent while the recorder missed the beginning. */
#define CHALLENGE_DISTANCE 65535

void tcp_engine_create(struct session *session)
{
	session->tcp = memory_zeroed(1, sizeof *session->tcp);
	session->tcp->engine = memory_zeroed(1, sizeof *session->tcp->engine);
	session->tcp->handshake.server_part = session->tcp->handshake.client_part = -1;
	for (int i = 0; i < 2; i++) {
		session->tcp->side[i].rtt.minimum = -1;
		session->tcp->side[i].window_scale_offered = UINT8_MAX;
	}
}

void tcp_engine_destroy(struct session *session)
{
	struct tcp_session *tcp = session->tcp;
	if (!tcp)
		return;
	for (int i = 0; i < 2; i++) {
		struct direction *direction = &tcp->engine->direction[i];
		flight_finish(&direction->flight);
		free(direction->holes);
		free(direction->episode);
		free(direction->restart);
		free(tcp->side[i].window_use);
		free(tcp->side[i].keepalive);
		free(tcp->side[i].load);
		free(tcp->transfer[i]);
		free(tcp->engine->bulk[i]);
	}
	free(tcp->idle);
	free(tcp->engine->done);
	free(tcp->engine);
	free(tcp);
	session->tcp = NULL;
}

/* Gives the packet's own bytes their place. The first packet of a side decides where positions start. */
static void locate(struct tcp_step *step)
{
	const struct tcp_header *header = step->header;
	struct tcp_side *x = step->sender;
	struct direction *out = step->out;
	bool syn = tcp_has(header, TCP_SYN), fin = tcp_has(header, TCP_FIN);
	uint32_t sequence = header->sequence_number;
	if (!out->base_known || (syn && out->base_from_ack && !x->data_segments)) {
		out->base_known = true;
		x->isn = syn ? sequence : sequence - 1;
		x->snd_max = x->ack_hi = syn ? POSITION_START : POSITION_START + 1;
		x->seen_first = x->snd_max;
		out->base_from_ack = false;
	}
	struct segment *segment = step->segment;
	segment->sequence = tcp_position(x, sequence);
	segment->end = segment->sequence + step->length + syn + fin;
	segment->has_data = step->length > 0;
	/* The other side acknowledged first. What lies between was under way when the trace began. */
	if (out->base_from_ack) {
		out->base_from_ack = false;
		x->seen_first = segment->sequence;
		if (segment->sequence > x->snd_max)
			x->snd_max = segment->sequence;
	}
	int64_t distance = (int64_t)(segment->sequence - x->snd_max);
	if (distance > (1 << 30) || distance < -(1 << 30))
		segment->stray = true;
}

static void read_syn(struct tcp_step *step)
{
	const struct tcp_header *header = step->header;
	struct tcp_side *x = step->sender, *y = step->receiver;
	struct tcp_session *tcp = step->tcp;
	x->mss = header->options & TCP_OPTION_MSS ? header->maximum_segment_size : 0;
	/* RFC 7323, 2.3: a larger shift counts as 14. */
	uint8_t scale = header->window_scale < WINDOW_SCALE_MAX ? header->window_scale : WINDOW_SCALE_MAX;
	x->window_scale_offered = header->options & TCP_OPTION_WINDOW_SCALE ? scale : UINT8_MAX;
	x->sack_permitted = (header->options & TCP_OPTION_SACK_PERMITTED) != 0;
	x->timestamps = (header->options & TCP_OPTION_TIMESTAMPS) != 0;
	x->syn_options = header->options;
	x->syn_options_cut = header->options_truncated;
	x->syn_options_hash = header->options_hash;
	x->syn_ttl = step->packet->ip->time_to_live;
	x->syn_nop_run = header->nop_run;
	bool ecn = (header->flags & (TCP_ECE | TCP_CWR)) == (TCP_ECE | TCP_CWR);
	x->syn_ecn_dropped |= x->syn_ecn && !ecn;
	x->syn_ecn = ecn;
	if (!(x->syn_seen || x->synack_seen) || !(y->syn_seen || y->synack_seen))
		return;
	/* RFC 7323, 2.2: scaling holds only if both ends offered it. */
	bool unknown = (x->syn_options_cut && x->window_scale_offered == UINT8_MAX) ||
		       (y->syn_options_cut && y->window_scale_offered == UINT8_MAX);
	bool scaled = x->window_scale_offered != UINT8_MAX && y->window_scale_offered != UINT8_MAX;
	for (int i = 0; i < 2; i++) {
		struct tcp_side *side = &tcp->side[i];
		side->scale = scaled ? SCALE_KNOWN : unknown ? SCALE_UNKNOWN : SCALE_NONE;
		side->window_scale = scaled ? side->window_scale_offered : 0;
	}
	tcp->sack = x->sack_permitted && y->sack_permitted;
	tcp->timestamps = x->timestamps && y->timestamps;
	const struct tcp_side *opener = &tcp->side[step->session->client];
	tcp->ecn = opener->syn_ecn && tcp_has(header, TCP_ACK) && tcp_has(header, TCP_ECE);
}

static void follow_handshake(struct tcp_step *step)
{
	struct tcp_handshake *handshake = &step->tcp->handshake;
	struct tcp_mark mark = { step->number, step->time };
	struct tcp_side *x = step->sender, *y = step->receiver;
	if (handshake->complete)
		return;
	if (step->segment->class == SEGMENT_SYNACK && y->syn_seen) {
		/* The last SYN before it is the one that was answered: for the path, not for the user. */
		handshake->syn_packet = y->syn_last_packet;
		handshake->synack_packet = step->number;
		handshake->server_part = step->time - y->syn_last_time;
		handshake->retry = y->syn_last_time - y->syn_first_time;
		rtt_sample(&x->rtt, handshake->server_part, mark);
		return;
	}
	if (!y->synack_seen || !x->syn_seen || !tcp_has(step->header, TCP_ACK) ||
	    (step->header->flags & (TCP_SYN | TCP_RST)))
		return;
	handshake->complete = true;
	handshake->ack_packet = step->number;
	handshake->ack_has_data = step->length > 0;
	handshake->client_part = step->time - y->syn_last_time;
	handshake->done_time = step->time;
	rtt_sample(&x->rtt, handshake->client_part, mark);
	observation_add(step->observation, (struct session_event){ .type = EVENT_HANDSHAKE });
}

/* Is the sender's IP identification a counter? (A7 #10 i) */
static void follow_identification(struct tcp_step *step)
{
	struct direction *out = step->out;
	const struct ip_header *ip = step->packet->ip;
	if (ip->version != 4)
		return;
	uint16_t id = (uint16_t)ip->identification, ahead = (uint16_t)(id - out->last_id);
	if (out->id_seen && ahead >= 0x8000 && ahead > UINT16_MAX - 512)
		return;                /* a little back: a late packet, no news about the counter */
	if (!out->id_seen || !id || !ahead || ahead > 4096)
		out->id_steps = 0;
	else if (out->id_steps < UINT8_MAX)
		out->id_steps++;
	out->id_seen = true;
	out->last_id = id;
}

/* How far this end usually is, and from where its packets usually come: for forged resets. */
static void follow_origin(struct tcp_step *step)
{
	struct direction *out = step->out;
	const struct packet *packet = step->packet;
	if (tcp_has(step->header, TCP_RST))
		return;
	if (packet->ip->time_to_live != out->ttl)
		out->ttl_steady = 0;
	out->ttl = packet->ip->time_to_live;
	if (out->ttl_steady < UINT8_MAX)
		out->ttl_steady++;
	if (packet->link.has_source)
		memcpy(out->mac, packet->link.source, sizeof out->mac);
	if (step->sender->rst_seen)
		step->sender->after_rst++;
}

static void follow_late_data(struct tcp_step *step)
{
	struct tcp_side *x = step->sender, *y = step->receiver;
	if (!y->fin_seen || !step->segment->new_bytes)
		return;
	if (!x->late_data_bytes) {
		x->late_data_packet = step->number;
		x->late_data_time = step->time;
		x->late_data_crossed = !y->fin_acked_time;
	}
	x->late_data_bytes += step->segment->new_bytes;
}

static void count(struct tcp_step *step)
{
	struct tcp_side *x = step->sender, *y = step->receiver;
	struct segment *segment = step->segment;
	x->by_class[segment->class]++;
	x->unique_bytes += segment->new_bytes;
	segment->outstanding = x->snd_max > x->ack_hi ? x->snd_max - x->ack_hi : 0;
	switch (segment->class) {
	case SEGMENT_SPURIOUS:
	case SEGMENT_REPEATED_UPSTREAM:
	case SEGMENT_REPEATED_DOWNSTREAM:
	case SEGMENT_INCONSISTENT:
		x->repeated_segments++;
		x->repeated_bytes += step->length;
		break;
	default:
		break;
	}
	if (!step->length)
		return;
	if (!x->data_segments++) {
		x->first_data_time = step->time;
		x->first_data_packet = step->number;
	}
	if (step->length > x->segment_maximum)
		x->segment_maximum = step->length;
	if (y->mss && step->length > y->mss)
		x->oversize_segments++;
	if (x->last_data_time && step->time - x->last_data_time > x->idle_longest)
		x->idle_longest = step->time - x->last_data_time;
	x->last_data_time = step->time;
	x->last_data_packet = step->number;
	if (y->acks && segment->outstanding > x->flight_maximum)
		x->flight_maximum = segment->outstanding;
	if (y->scale == SCALE_UNKNOWN && y->acks && y->raw_window && !step->out->hole_count &&
	    segment->outstanding > (uint64_t)y->raw_window << y->scale_at_least && y->scale_at_least < 14)
		y->scale_at_least++;
	/* A7: the window is full when less than a segment of it is left. */
	uint32_t mss = x->segment_maximum;
	if (y->acks && y->window && (y->scale != SCALE_UNKNOWN) &&
	    segment->class != SEGMENT_ZERO_WINDOW_PROBE && segment->outstanding + mss > y->window &&
	    segment->outstanding <= y->window) {
		segment->window_full = true;
		step->out->window_filled = true;
	}
	tcp_window_used(step);
}

/* A SYN that is answered by an acknowledgement of something else: the other end still has the
 * connection that used these ports before. The packet says nothing about this one. */
static bool is_challenge(const struct tcp_step *step)
{
	const struct tcp_header *header = step->header;
	const struct tcp_side *x = step->receiver;
	uint32_t ahead = header->acknowledgment_number - x->isn - 1;
	return tcp_has(header, TCP_ACK) && !(header->flags & (TCP_SYN | TCP_FIN | TCP_RST)) &&
	       !step->length && x->syn_seen && !x->acks && !x->data_segments &&
	       !step->sender->synack_seen && !step->out->base_known && ahead > CHALLENGE_DISTANCE;
}

static void note_challenge(struct tcp_step *step)
{
	struct tcp_side *y = step->sender;
	step->segment->stray = true;
	if (y->challenge_packet)
		return;
	y->challenge_packet = step->number;
	y->challenge_time = step->time;
	y->challenge_acknowledgment = step->header->acknowledgment_number;
}

/* The reset that answers it is for the old connection, too. */
static bool answers_challenge(struct tcp_step *step)
{
	struct tcp_side *y = step->receiver;
	if (!tcp_has(step->header, TCP_RST) || !y->challenge_packet || y->synack_seen ||
	    step->header->sequence_number != y->challenge_acknowledgment)
		return false;
	step->segment->class = SEGMENT_RST;
	step->sender->rst_count++;
	if (!y->challenge_reset_packet) {
		y->challenge_reset_packet = step->number;
		y->challenge_reset_time = step->time;
	}
	return true;
}

static void close_down(struct tcp_step *step)
{
	struct tcp_session *tcp = step->tcp;
	if (tcp->closed)
		return;
	tcp->closed = tcp->side[0].rst_seen || tcp->side[1].rst_seen ||
		      (tcp->side[0].fin_acked_time && tcp->side[1].fin_acked_time);
	/* Most sessions are never looked at again: give back what only live ones need. */
	for (int i = 0; tcp->closed && i < 2; i++)
		if (!tcp->engine->direction[i].flight.count)
			flight_finish(&tcp->engine->direction[i].flight);
}

void tcp_engine_observe(struct session *session, const struct packet *packet, uint8_t direction,
			struct segment *segment, struct observation *observation)
{
	struct tcp_session *tcp = session->tcp;
	struct tcp_engine *engine = tcp->engine;
	struct tcp_step step = {
		.session = session, .tcp = tcp, .engine = engine, .packet = packet, .header = packet->tcp,
		.direction = direction, .sender = &tcp->side[direction],
		.receiver = &tcp->side[direction ^ 1], .out = &engine->direction[direction],
		.in = &engine->direction[direction ^ 1], .segment = segment, .observation = observation,
		.time = packet->record->time, .number = packet->record->number,
		.length = packet->tcp->payload_length,
	};
	*segment = (struct segment){ .rtt = -1 };
	if (engine->done)
		engine->done->holes = engine->done->stalls = 0;
	if (!engine->start_time) {
		engine->start_time = step.time ? step.time : 1;
		engine->midstream = !tcp_has(step.header, TCP_SYN);
	}
	if (is_challenge(&step)) {
		note_challenge(&step);
		return;
	}
	if (answers_challenge(&step))
		return;
	tcp_stall_before(&step);
	tcp_idle(&step);
	for (uint8_t i = 0; i < 2; i++)
		if (engine->direction[i].pending.open)
			holes_settle(&step, i, false);
	locate(&step);
	tcp_acknowledge(&step);
	if (segment->class == SEGMENT_NONE)
		tcp_classify(&step);
	else
		step.out->last_was_probe = step.out->last_was_keepalive = false;
	if (tcp_has(step.header, TCP_SYN))
		read_syn(&step);
	follow_handshake(&step);
	tcp_keepalive(&step);
	tcp_restart(&step);
	follow_identification(&step);
	follow_origin(&step);
	follow_late_data(&step);
	count(&step);
	tcp_stall_after(&step);
	tcp_transfer(&step);
	tcp_turn(&step);
	step.out->last_packet = step.number;
	step.out->last_time = step.time;
	close_down(&step);
}

void tcp_engine_end(struct session *session, int64_t trace_end, struct observation *last)
{
	struct tcp_session *tcp = session->tcp;
	struct tcp_step step = { .session = session, .tcp = tcp, .engine = tcp->engine,
		.observation = last, .time = trace_end };
	if (tcp->engine->done)
		tcp->engine->done->holes = 0;
	for (uint8_t i = 0; i < 2; i++) {
		/* What the end of the trace cut off is neither missed nor closed for good. */
		holes_settle(&step, i, trace_end - tcp->engine->direction[i].pending.time > CAUSALITY_LIMIT);
		tcp_recovery_end(session, i, session->last_time, false, 0, last);
		tcp_window_end(session, i, session->last_time, 0, last);
	}
	tcp_turn_end(session, tcp->closed, last);
	tcp_transfer_end(session);
}
