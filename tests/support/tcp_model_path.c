/* The path of the TCP model: lines with a rate, and what rules do to single packets. */
#include "tcp_model_internal.h"

#include "core/memory.h"
#include "trace.h"

#define CARD_RATE 1e9                /* bits per second at which a host puts packets on its cable */
#define HEADERS 66                   /* bytes around the payload, for rates */

static size_t moving_take(struct model *m)
{
	if (m->moving_free) {
		size_t index = m->moving_free - 1;
		m->moving_free = m->moving[index].next_free;
		return index;
	}
	m->moving =
		memory_grow(m->moving, &m->moving_capacity, m->moving_count + 1, sizeof *m->moving);
	return m->moving_count++;
}

void path_release(struct model *m, size_t index)
{
	m->moving[index].next_free = m->moving_free;
	m->moving_free = index + 1;
}

/* When a packet of so many bytes that comes now is through; -1 when it is dropped. */
static int64_t line_pass(struct model *m, const struct model_line *line, struct line_state *state,
			 int64_t time, double bytes)
{
	if (line->police_rate > 0) {
		state->tokens += (double)(time - state->refilled) / 1e9 * line->police_rate / 8;
		state->refilled = time;
		if (state->tokens > line->police_burst)
			state->tokens = line->police_burst;
		if (state->tokens < bytes)
			return -1;
		state->tokens -= bytes;
	}
	if (line->rate > 0) {
		double waiting = (state->free_at - (double)time) / 1e9 * line->rate / 8;
		if (waiting + bytes > line->queue && waiting > 0)
			return -1;
		if (state->free_at < (double)time)
			state->free_at = (double)time;
		state->free_at += bytes * 8e9 / line->rate;
		time = (int64_t)state->free_at;
	}
	if (line->jitter > 0)
		time += (int64_t)(random_fraction(&m->random) * (double)line->jitter);
	if (time < state->last_out)
		time = state->last_out;
	state->last_out = time;
	return time;
}

static bool rule_applies(struct model_rule *rule, unsigned side, const struct subject *subject,
			 unsigned flags, int64_t time)
{
	bool any = rule->matter == MATTER_ANY;
	bool fin_with_data = rule->matter == MATTER_FIN && flags & TCP_FIN;
	if (rule->side != side || !(any || fin_with_data || rule->matter == subject->matter))
		return false;
	if (time < rule->time_from || time >= rule->time_to)
		return false;
	if (!any && (subject->copy < rule->copy_from || subject->copy > rule->copy_to))
		return false;
	uint32_t index = any ? subject->any_index : subject->index;
	if (rule->every)
		return index % rule->every == 0;
	if (rule->share > 0)
		return random_fraction(&rule->random) < rule->share;
	for (unsigned i = 0; i < rule->range_count; i++)
		if (index >= rule->ranges[i].from && index <= rule->ranges[i].to)
			return true;
	return rule->range_count == 0;
}

struct fate { bool lost_upstream; int64_t extra_upstream, copy_upstream, copy_downstream; };

static struct fate decide(struct model *m, struct moving *moving, const struct subject *subject)
{
	struct fate fate = { 0 };
	for (unsigned i = 0; i < m->script->rule_count; i++) {
		struct model_rule *rule = &m->rules[i];
		if (!rule_applies(rule, moving->packet.side, subject, moving->packet.flags, m->now))
			continue;
		bool upstream = rule->place == PLACE_UPSTREAM;
		int64_t *extra = upstream ? &fate.extra_upstream : &moving->extra_downstream;
		switch (rule->action) {
		case ACTION_LOSE:
			fate.lost_upstream |= upstream;
			moving->lost_downstream |= rule->place == PLACE_DOWNSTREAM;
			if (rule->place == PLACE_CAPTURE)
				moving->packet.recorded = false;
			break;
		case ACTION_DELAY:
			*extra += rule->delay;
			break;
		case ACTION_HOLD:
			*extra += rule->time_to - m->now;
			break;
		case ACTION_COPY:
			*(upstream ? &fate.copy_upstream : &fate.copy_downstream) = rule->delay;
			break;
		case ACTION_DAMAGE:
			moving->lost_downstream = true;
			moving->packet.damaged |= upstream;
			break;
		case ACTION_MARK:
			moving->packet.marked = true;
			break;
		}
	}
	return fate;
}

static void depart(struct model *m, size_t index, int64_t time)
{
	model_schedule(m, (struct event){ .time = time, .kind = AT_TRACE_POINT, .packet = index });
}

/* Puts a packet on the path of its side. */
void path_launch(struct model *m, const struct model_packet *packet, const struct subject *subject)
{
	struct end *end = &m->end[packet->side];
	size_t index = moving_take(m);
	struct moving *moving = &m->moving[index];
	*moving = (struct moving){ .packet = *packet };
	struct fate fate = decide(m, moving, subject);
	int64_t start = end->card_free > m->now ? end->card_free : m->now;
	double bytes = HEADERS + packet->length;
	end->card_free = start + (int64_t)(bytes * 8e9 / CARD_RATE);
	moving->packet.sent = start;
	int64_t time = fate.lost_upstream
			       ? -1
			       : line_pass(m, &m->script->line[packet->side][0],
					   &m->line[packet->side][0], end->card_free, bytes);
	if (time < 0) {
		moving->packet.recorded = false;
		moving->packet.time = start;
		m->emit(m->user, &moving->packet);
		path_release(m, index);
		return;
	}
	time += m->script->part[packet->side] / 2 + fate.extra_upstream;
	if (fate.copy_upstream || fate.copy_downstream) {
		size_t copy = moving_take(m);
		m->moving[copy] = m->moving[index];
		m->moving[copy].extra_downstream += fate.copy_downstream;
		m->moving[copy].packet.recorded &= fate.copy_upstream > 0;
		depart(m, copy, time + fate.copy_upstream);
	}
	depart(m, index, time);
}

void path_at_trace_point(struct model *m, size_t index)
{
	struct moving *moving = &m->moving[index];
	unsigned receiver = moving->packet.side ^ 1;
	moving->packet.time = m->now;
	m->emit(m->user, &moving->packet);
	int64_t time = -1;
	if (!moving->lost_downstream)
		time = line_pass(m, &m->script->line[receiver][1], &m->line[receiver][1], m->now,
				 HEADERS + moving->packet.length);
	if (time < 0) {
		path_release(m, index);
		return;
	}
	time += m->script->part[receiver] / 2 + moving->extra_downstream;
	model_schedule(
		m,
		(struct event){ .time = time, .kind = AT_HOST, .side = receiver, .packet = index });
}

