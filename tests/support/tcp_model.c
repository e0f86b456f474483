/* The TCP model: opening, timers, the programs' steps and the loop. Sending and receiving are in
 * the files beside it. */
#include "tcp_model.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "tcp_model_internal.h"

#define MAX_EVENTS 20000000u         /* a script that never ends is a mistake in it */

/* Opening */

static void send_syn(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	unsigned flags = side == 0 ? TCP_SYN : TCP_SYN | TCP_ACK;
	end->syn_time = m->now;
	end_transmit(m, side, flags, -1, 0,
		 (struct subject){ .matter = MATTER_SYN, .index = 1, .copy = ++end->syn_copies });
	timer_start(m, side, &end->rto, RTO,
		    end->host->initial_rto << (end->backoff < 6 ? end->backoff : 6));
}

static void establish(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	end->state = ESTABLISHED;
	end->backoff = 0;
	if (end->syn_copies == 1)
		end_measure(end, m->now - end->syn_time);
	timer_stop(&end->rto);
	model_check_steps(m);
}

static void take_syn(struct model *m, unsigned side, const struct model_packet *packet)
{
	struct end *end = &m->end[side];
	end->peer_window = packet->window;
	end->window_edge = packet->window;
	if (side == 1) {
		if (end->state == ESTABLISHED)
			return;
		end->state = SYN_RECEIVED;
		end->expected = 0;
		send_syn(m, side);
	} else if (end->state == SYN_SENT) {
		end->expected = 0;
		end->state = ESTABLISHED;    /* else nothing but a SYN would be sent */
		end_send_ack(m, side);
		establish(m, side);
	} else {
		end_send_ack(m, side);
	}
}

static void at_host(struct model *m, unsigned side, size_t index)
{
	struct end *end = &m->end[side];
	struct model_packet packet = m->moving[index].packet;
	path_release(m, index);
	if (end->state == DEAD)
		return;
	if (packet.flags & TCP_RST) {
		end->state = DEAD;
		return;
	}
	if (packet.sequence <= end->expected)
		end->echo = packet.timestamp;
	if (packet.flags & TCP_SYN) {
		take_syn(m, side, &packet);
		return;
	}
	if (end->state == SYN_RECEIVED)
		establish(m, side);
	if (end->state != ESTABLISHED)
		return;
	end_take_acknowledgment(m, side, &packet);
	end_take_data(m, side, &packet);
}

/* Timers */

static void give_up(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	if (end->host->resets_when_giving_up && end->state == ESTABLISHED)
		end_transmit(m, side, TCP_RST | TCP_ACK, end->next, 0,
			 (struct subject){ .matter = MATTER_ANY, .index = 1, .copy = 1 });
	end->state = DEAD;
}

static void on_rto(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	if (++end->backoff > end->host->retries) {
		give_up(m, side);
		return;
	}
	if (end->state == SYN_SENT || end->state == SYN_RECEIVED) {
		send_syn(m, side);
		return;
	}
	if (end->state != ESTABLISHED || end->count == 0)
		return;
	double flight = (double)(end->next - end->una);
	if (end->backoff == 1)
		end->ssthresh = flight / 2 > 2.0 * end->mss ? flight / 2 : 2.0 * end->mss;
	for (size_t i = 0; i < end->count; i++)
		end_mark_lost(end, end_segment(end, i));
	end->cwnd = end->mss;
	end->recovering = end->timed_out = true;
	end->recover = end->next;
	end->duplicate_acks = 0;
	end_send_more(m, side);
}

static void on_persist(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	struct subject subject = { .matter = MATTER_ANY, .copy = 1 };
	if (end->state != ESTABLISHED || ++end->backoff > end->host->retries)
		return;
	if (end->window_edge - end->next > 0)
		end_send_new(m, side, (uint32_t)(end->window_edge - end->next), false);
	else if (end->host->probes_with_byte)
		end_transmit(m, side, TCP_ACK, end->next, 1, subject);
	else
		end_transmit(m, side, TCP_ACK, end->una - 1, 0, subject);
	timer_start(m, side, &end->persist, PERSIST, end_timeout(end));
}

static void on_tail_probe(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	if (end->state != ESTABLISHED || end->count == 0 || end->recovering)
		return;
	end_send_segment(m, side, end_segment(end, end->count - 1));
	timer_stop(&end->tail_probe);
	timer_start(m, side, &end->rto, RTO, end_timeout(end));
}

/* The programs' steps */

static bool step_ready(const struct model *m, const struct model_step *step)
{
	const struct end *end = &m->end[step->side];
	if (end->state != ESTABLISHED)
		return false;
	if (m->next_step == 0)
		return true;
	const struct model_step *before = step - 1;
	if (before->side == step->side)
		return true;
	return end->read >= m->end[before->side].written &&
	       (before->kind != STEP_CLOSE || end->fin_received);
}

void model_check_steps(struct model *m)
{
	if (m->step_scheduled || m->next_step == m->script->step_count)
		return;
	const struct model_step *step = &m->script->steps[m->next_step];
	if (!step_ready(m, step))
		return;
	m->step_scheduled = true;
	model_schedule(m, (struct event){
				  .time = m->now + step->after, .kind = STEP, .side = step->side });
}

static void on_step(struct model *m)
{
	const struct model_step *step = &m->script->steps[m->next_step++];
	struct end *end = &m->end[step->side];
	m->step_scheduled = false;
	switch (step->kind) {
	case STEP_SEND:
		end->written += step->bytes;
		break;
	case STEP_CLOSE:
		end->closing = true;
		break;
	case STEP_RESET:
		end_transmit(m, step->side, TCP_RST | TCP_ACK, end->next, 0,
			 (struct subject){ .matter = MATTER_ANY, .index = 1, .copy = 1 });
		end->state = DEAD;
		return;
	}
	end_send_more(m, step->side);
	model_check_steps(m);
}

static void on_read(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	if (m->now < end->paused_until)
		return;
	end_program_reads(m, side);
	end_window_update(m, side);
	model_check_steps(m);
}

static void handle(struct model *m, const struct event *event)
{
	struct end *end = &m->end[event->side];
	switch (event->kind) {
	case AT_TRACE_POINT:
		path_at_trace_point(m, event->packet);
		break;
	case AT_HOST:
		at_host(m, event->side, event->packet);
		break;
	case RTO:
		if (event->generation == end->rto.generation) {
			end->rto.running = false;
			on_rto(m, event->side);
		}
		break;
	case DELAYED_ACK:
		if (event->generation == end->delayed_ack.generation)
			end_send_ack(m, event->side);
		break;
	case PERSIST:
		if (event->generation == end->persist.generation) {
			end->persist.running = false;
			on_persist(m, event->side);
		}
		break;
	case TAIL_PROBE:
		if (event->generation == end->tail_probe.generation)
			on_tail_probe(m, event->side);
		break;
	case STEP:
		on_step(m);
		break;
	case READ:
		on_read(m, event->side);
		break;
	}
}

void model_defaults(struct model_script *script)
{
	*script = (struct model_script){ .part = { 10 * MILLI, 10 * MILLI } };
	for (unsigned side = 0; side < 2; side++) {
		script->host[side] = (struct model_host){ .buffer = 1 << 20,
							  .window_scale = 7,
							  .mss = 1460,
							  .sack = true,
							  .timestamps = true,
							  .initial_window = 10,
							  .minimum_rto = 200 * MILLI,
							  .initial_rto = SECOND,
							  .delayed_ack = 40 * MILLI,
							  .retries = 6 };
		for (unsigned direction = 0; direction < 2; direction++)
			script->line[side][direction].queue = 1e9;
	}
}

static void prepare(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	const struct model_host *host = &m->script->host[side], *peer = &m->script->host[side ^ 1];
	bool timestamps = host->timestamps && peer->timestamps;
	uint32_t mss = host->mss < peer->mss ? host->mss : peer->mss;
	end->host = host;
	end->mss = mss - (timestamps ? 12 : 0);
	end->cwnd = (double)host->initial_window * end->mss;
	end->ssthresh = 1e12;
	if (m->script->opened) {
		end->state = ESTABLISHED;
		end->smoothed = m->script->part[0] + m->script->part[1];
		end->variation = end->smoothed / 2;
		end->window_edge = peer->buffer;
		end->advertised_edge = host->buffer;
		end->peer_window = peer->buffer;
	}
}

void model_run(const struct model_script *script, model_emit *emit, void *user)
{
	struct model *m = memory_zeroed(1, sizeof *m);
	m->script = script;
	m->emit = emit;
	m->user = user;
	m->random = 42;
	memcpy(m->rules, script->rules, sizeof m->rules);
	for (unsigned side = 0; side < 2; side++) {
		prepare(m, side);
		for (unsigned direction = 0; direction < 2; direction++)
			m->line[side][direction].tokens =
				script->line[side][direction].police_burst;
	}
	if (script->opened) {
		model_check_steps(m);
	} else {
		m->end[0].state = SYN_SENT;
		send_syn(m, 0);
	}
	for (unsigned n = 0; m->heap_count > 0 && n < MAX_EVENTS; n++) {
		struct event event = model_next_event(m);
		m->now = event.time;
		if (script->until && m->now > script->until)
			break;
		handle(m, &event);
	}
	for (unsigned side = 0; side < 2; side++)
		free(m->end[side].segments);
	free(m->moving);
	free(m->heap);
	free(m);
}
