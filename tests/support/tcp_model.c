#include "tcp_model.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "decode/packet.h"
#include "trace.h"

#define SECOND 1000000000LL
#define MILLI 1000000LL
#define HEADERS 66                   /* bytes around the payload, for rates */
#define CARD_RATE 1e9                /* bits per second at which a host puts packets on its cable */
#define READ_TICK (10 * MILLI)
#define MAX_EARLY 256
#define MAX_EVENTS 20000000u         /* a script that never ends is a mistake in it */

enum state { CLOSED, SYN_SENT, SYN_RECEIVED, ESTABLISHED, DEAD };
enum event_kind { AT_TRACE_POINT, AT_HOST, RTO, DELAYED_ACK, PERSIST, TAIL_PROBE, STEP, READ };

struct event {
	int64_t time;
	uint64_t serial;             /* keeps events of one time in order */
	enum event_kind kind;
	unsigned side;
	uint64_t generation;         /* timers: valid while it is the end's */
	size_t packet;
};

struct moving {                      /* a packet on its way */
	struct model_packet packet;
	bool lost_downstream;
	int64_t extra_downstream;
	size_t next_free;
};

struct segment {                     /* sent and not acknowledged */
	int64_t from;
	uint32_t length;             /* FIN: 1 */
	uint32_t index, copies;
	int64_t sent;
	bool fin, sacked, lost, counted;     /* counted: in the pipe */
};

struct timer { uint64_t generation; bool running; };

struct end {
	const struct model_host *host;
	enum state state;
	/* sending */
	uint64_t written;            /* by the program */
	bool closing, fin_sent;
	int64_t una, next;
	uint32_t mss;
	double cwnd, ssthresh, pipe;
	struct segment *segments;
	size_t first, count, capacity;
	unsigned duplicate_acks, backoff, lost_waiting;
	bool recovering, timed_out;
	int64_t recover, window_edge;
	uint64_t peer_window;
	int64_t smoothed, variation;
	uint32_t data_index, ack_index, any_index, syn_copies;
	uint32_t echo;
	/* receiving */
	int64_t expected;
	uint64_t read;
	bool fin_received;
	int64_t fin_position;
	struct { int64_t from, to; } early[MAX_EARLY];
	unsigned early_count, unacked;
	int64_t duplicate_from, duplicate_to;        /* for DSACK; equal: none */
	int64_t advertised_edge;
	int64_t paused_until;
	unsigned pauses_done;
	struct timer rto, delayed_ack, persist, tail_probe;
	int64_t card_free, syn_time;
};

struct line_state { double free_at, tokens; int64_t refilled, last_out; };

struct model {
	const struct model_script *script;
	struct end end[2];
	struct line_state line[2][2];
	struct model_rule rules[MODEL_MAX_RULES];    /* with their random states */
	struct event *heap;
	size_t heap_count, heap_capacity;
	uint64_t serial;
	struct moving *moving;
	size_t moving_count, moving_capacity, moving_free;
	int64_t now;
	size_t next_step;
	bool step_scheduled;
	uint64_t random;
	model_emit *emit;
	void *user;
};

static void send_more(struct model *m, unsigned side);
static void check_steps(struct model *m);

/* Events: a binary heap by time */

static bool earlier(const struct event *a, const struct event *b)
{
	return a->time != b->time ? a->time < b->time : a->serial < b->serial;
}

static void schedule(struct model *m, struct event event)
{
	event.serial = m->serial++;
	m->heap = memory_grow(m->heap, &m->heap_capacity, m->heap_count + 1, sizeof *m->heap);
	size_t at = m->heap_count++;
	while (at > 0 && earlier(&event, &m->heap[(at - 1) / 2])) {
		m->heap[at] = m->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	m->heap[at] = event;
}

static struct event next_event(struct model *m)
{
	struct event first = m->heap[0], last = m->heap[--m->heap_count];
	size_t at = 0;
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= m->heap_count)
			break;
		if (child + 1 < m->heap_count && earlier(&m->heap[child + 1], &m->heap[child]))
			child++;
		if (!earlier(&m->heap[child], &last))
			break;
		m->heap[at] = m->heap[child];
		at = child;
	}
	m->heap[at] = last;
	return first;
}

static void timer_start(struct model *m, unsigned side, struct timer *timer, enum event_kind kind,
			int64_t delay)
{
	timer->running = true;
	schedule(m, (struct event){ .time = m->now + delay, .kind = kind, .side = side,
		.generation = ++timer->generation });
}

static void timer_stop(struct timer *timer)
{
	timer->running = false;
	timer->generation++;
}

/* The path */

static size_t moving_take(struct model *m)
{
	if (m->moving_free) {
		size_t index = m->moving_free - 1;
		m->moving_free = m->moving[index].next_free;
		return index;
	}
	m->moving = memory_grow(m->moving, &m->moving_capacity, m->moving_count + 1, sizeof *m->moving);
	return m->moving_count++;
}

static void moving_release(struct model *m, size_t index)
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

struct subject { enum model_matter matter; uint32_t index, any_index, copy; };

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
	schedule(m, (struct event){ .time = time, .kind = AT_TRACE_POINT, .packet = index });
}

/* Puts a packet on the path of its side. */
static void launch(struct model *m, const struct model_packet *packet, const struct subject *subject)
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
	int64_t time = fate.lost_upstream ? -1
					  : line_pass(m, &m->script->line[packet->side][0],
						      &m->line[packet->side][0], end->card_free, bytes);
	if (time < 0) {
		moving->packet.recorded = false;
		moving->packet.time = start;
		m->emit(m->user, &moving->packet);
		moving_release(m, index);
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

static void at_trace_point(struct model *m, size_t index)
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
		moving_release(m, index);
		return;
	}
	time += m->script->part[receiver] / 2 + moving->extra_downstream;
	schedule(m, (struct event){ .time = time, .kind = AT_HOST, .side = receiver, .packet = index });
}

/* Sending */

static uint16_t window_to_advertise(struct model *m, unsigned side, bool syn)
{
	struct end *end = &m->end[side];
	const struct model_host *host = end->host;
	bool scaled = host->window_scale >= 0 && m->end[side ^ 1].host->window_scale >= 0;
	uint64_t held = (uint64_t)(end->expected > 0 ? end->expected : 0) - end->read;
	uint64_t free_bytes = held < host->buffer ? host->buffer - held : 0;
	int64_t edge = end->expected + (int64_t)free_bytes;
	/* Receiver's side of the silly window syndrome, RFC 1122 4.2.3.3: open by a segment or not at all. */
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

static void transmit(struct model *m, unsigned side, unsigned flags, int64_t from, uint32_t length,
		     struct subject subject)
{
	struct end *end = &m->end[side], *peer = &m->end[side ^ 1];
	bool syn = flags & TCP_SYN;
	struct model_packet packet = { .side = side, .recorded = true, .flags = flags, .sequence = from,
		.length = length, .acknowledgment = end->expected };
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
	launch(m, &packet, &subject);
}

static void send_ack(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	if (end->state != ESTABLISHED)
		return;
	transmit(m, side, TCP_ACK, end->next, 0,
		 (struct subject){ .matter = MATTER_ACK, .index = ++end->ack_index, .copy = 1 });
}

static int64_t rto(const struct end *end)
{
	int64_t base = end->smoothed ? end->smoothed + 4 * end->variation : end->host->initial_rto;
	if (end->smoothed && end->smoothed + end->host->minimum_rto > base)
		base = end->smoothed + end->host->minimum_rto;
	if (base < end->host->minimum_rto)
		base = end->host->minimum_rto;
	unsigned shift = end->backoff < 10 ? end->backoff : 10;
	return base << shift < 120 * SECOND ? base << shift : 120 * SECOND;
}

static void send_segment(struct model *m, unsigned side, struct segment *segment)
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
	transmit(m, side, flags, segment->from, length, subject);
	if (!end->rto.running)
		timer_start(m, side, &end->rto, RTO, rto(end));
	if (end->host->tail_probe && !end->recovering && end->smoothed) {
		int64_t wait = 2 * end->smoothed > 10 * MILLI ? 2 * end->smoothed : 10 * MILLI;
		timer_start(m, side, &end->tail_probe, TAIL_PROBE, wait);
	}
}

static struct segment *segment_at(struct end *end, size_t index)
{
	return &end->segments[end->first + index];
}

static void send_new(struct model *m, unsigned side, uint32_t length, bool fin)
{
	struct end *end = &m->end[side];
	if (end->first > 1024 && end->first * 2 > end->first + end->count) {
		memmove(end->segments, end->segments + end->first, end->count * sizeof *end->segments);
		end->first = 0;
	}
	end->segments = memory_grow(end->segments, &end->capacity, end->first + end->count + 1,
				    sizeof *end->segments);
	struct segment *segment = segment_at(end, end->count++);
	*segment = (struct segment){ .from = end->next, .length = length, .fin = fin,
		.index = fin ? 1 : ++end->data_index };
	end->next += length;
	send_segment(m, side, segment);
}

static bool send_lost(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	for (size_t i = 0; end->lost_waiting > 0 && i < end->count; i++) {
		struct segment *segment = segment_at(end, i);
		if (!segment->lost)
			continue;
		if (end->pipe + segment->length > end->cwnd && end->pipe > 0)
			return false;
		send_segment(m, side, segment);
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

static void send_more(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	uint32_t length;
	if (end->state != ESTABLISHED)
		return;
	while (send_lost(m, side))
		;
	while (end->lost_waiting == 0 && (length = may_send(end)) > 0)
		send_new(m, side, length, false);
	bool all_sent = end->next >= (int64_t)end->written;
	if (end->closing && all_sent && !end->fin_sent) {
		end->fin_sent = true;
		send_new(m, side, 1, true);
	}
	bool blocked = !all_sent && end->count == 0;
	if (blocked && !end->persist.running)
		timer_start(m, side, &end->persist, PERSIST, rto(end));
	else if (!blocked)
		timer_stop(&end->persist);
}

/* Receiving acknowledgments */

static void measure(struct end *end, int64_t sample)
{
	if (!end->smoothed) {
		end->smoothed = sample;
		end->variation = sample / 2;
		return;
	}
	int64_t error = sample > end->smoothed ? sample - end->smoothed : end->smoothed - sample;
	end->variation += (error - end->variation) / 4;
	end->smoothed += (sample - end->smoothed) / 8;
}

static void uncount(struct end *end, struct segment *segment)
{
	if (segment->counted)
		end->pipe -= segment->length;
	segment->counted = false;
}

static void mark_lost(struct end *end, struct segment *segment)
{
	if (segment->lost || segment->sacked)
		return;
	segment->lost = true;
	end->lost_waiting++;
	uncount(end, segment);
}

/* Takes what is acknowledged out of the queue. */
static void acknowledge(struct model *m, struct end *end, int64_t acknowledgment)
{
	while (end->count > 0) {
		struct segment *segment = segment_at(end, 0);
		if (segment->from + segment->length > acknowledgment)
			break;
		if (segment->copies == 1 && !segment->sacked)
			measure(end, m->now - segment->sent);
		end->lost_waiting -= segment->lost;
		uncount(end, segment);
		end->first++;
		end->count--;
	}
	if (end->count > 0) {
		struct segment *segment = segment_at(end, 0);
		uint32_t done = acknowledgment > segment->from ? (uint32_t)(acknowledgment - segment->from) : 0;
		segment->from += done;
		segment->length -= done;
		end->pipe -= segment->counted ? done : 0;
	}
}

static bool mark_sacked(struct end *end, const struct model_packet *packet)
{
	bool news = false;
	for (unsigned b = 0; b < packet->sack_count; b++) {
		for (size_t i = 0; i < end->count; i++) {
			struct segment *segment = segment_at(end, i);
			if (segment->sacked || segment->from < packet->sacks[b][0] ||
			    segment->from + segment->length > packet->sacks[b][1])
				continue;
			end->lost_waiting -= segment->lost;
			segment->lost = false;
			segment->sacked = news = true;
			uncount(end, segment);
		}
	}
	return news;
}

/* RFC 6675: lost is what has three segments' worth of received bytes above it. */
static bool find_lost(struct end *end)
{
	uint64_t above = 0;
	unsigned segments = 0;
	bool found = false;
	for (size_t i = end->count; i-- > 0;) {
		struct segment *segment = segment_at(end, i);
		if (segment->sacked) {
			above += segment->length;
			segments++;
		} else if ((segments >= 3 || above >= 3ULL * end->mss) && segment->copies == 1) {
			mark_lost(end, segment);
			found = true;
		}
	}
	return found;
}

static void enter_recovery(struct end *end)
{
	double flight = (double)(end->next - end->una);
	end->recovering = true;
	end->timed_out = false;
	end->recover = end->next;
	end->ssthresh = flight / 2 > 2.0 * end->mss ? flight / 2 : 2.0 * end->mss;
	end->cwnd = end->ssthresh;
	timer_stop(&end->tail_probe);
}

static void grow(struct end *end, int64_t acked)
{
	double mss = end->mss;
	if (end->cwnd < end->ssthresh)
		end->cwnd += (double)acked < 2 * mss ? (double)acked : 2 * mss;
	else
		end->cwnd += mss * mss / end->cwnd;
}

static void new_acknowledgment(struct model *m, unsigned side, int64_t acknowledgment)
{
	struct end *end = &m->end[side];
	int64_t acked = acknowledgment - end->una;
	end->una = acknowledgment;
	if (end->next < acknowledgment)
		end->next = acknowledgment;  /* the byte of a zero-window probe */
	acknowledge(m, end, acknowledgment);
	end->duplicate_acks = 0;
	end->backoff = 0;
	if (end->recovering && acknowledgment >= end->recover) {
		end->recovering = false;
		if (!end->timed_out)
			end->cwnd = end->ssthresh;
		end->timed_out = false;
	} else if (end->recovering && !end->host->sack && end->count > 0) {
		mark_lost(end, segment_at(end, 0));  /* RFC 6582: a partial acknowledgment */
	}
	if (!end->recovering || end->timed_out)
		grow(end, acked);
	timer_stop(&end->rto);
	timer_stop(&end->tail_probe);
	if (end->count > 0)
		timer_start(m, side, &end->rto, RTO, rto(end));
}

static void take_acknowledgment(struct model *m, unsigned side, const struct model_packet *packet)
{
	struct end *end = &m->end[side];
	const struct end *peer = &m->end[side ^ 1];
	bool scaled = end->host->window_scale >= 0 && peer->host->window_scale >= 0;
	uint64_t window = (uint64_t)packet->window
			  << (scaled && !(packet->flags & TCP_SYN) ? peer->host->window_scale : 0);
	bool same_window = window == end->peer_window;
	bool sack = end->host->sack && peer->host->sack;
	end->peer_window = window;
	if (packet->acknowledgment + (int64_t)window > end->window_edge || window == 0 ||
	    packet->acknowledgment >= end->una)
		end->window_edge = packet->acknowledgment + (int64_t)window;
	bool news = sack && mark_sacked(end, packet);
	if (packet->acknowledgment > end->una) {
		new_acknowledgment(m, side, packet->acknowledgment);
	} else if (packet->acknowledgment == end->una && packet->length == 0 && end->count > 0 &&
		   (news || same_window) && !(packet->flags & (TCP_SYN | TCP_FIN))) {
		end->duplicate_acks++;
	}
	bool lost = sack ? news && find_lost(end) : end->duplicate_acks == 3 && !end->recovering;
	if (lost && !end->recovering) {
		enter_recovery(end);
		if (!sack)
			mark_lost(end, segment_at(end, 0));
		for (size_t i = 0; i < end->count; i++) {
			if (!segment_at(end, i)->lost)
				continue;
			send_segment(m, side, segment_at(end, i));
			break;
		}
	}
	send_more(m, side);
}

/* Receiving data */

static void program_reads(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	const struct model_host *host = end->host;
	uint64_t there = end->expected > 0 ? (uint64_t)end->expected : 0;
	if (end->fin_received && end->expected > end->fin_position)
		there--;
	if (m->now < end->paused_until)
		return;
	uint64_t until = there;
	bool pause = end->pauses_done < host->pause_count && host->pauses[end->pauses_done].at <= there;
	if (pause)
		until = host->pauses[end->pauses_done].at;
	if (host->read_rate > 0) {
		uint64_t step = (uint64_t)(host->read_rate * READ_TICK / SECOND);
		if (until > end->read + step) {
			until = end->read + step;
			pause = false;
		}
		if (end->read < there)
			schedule(m, (struct event){ .time = m->now + READ_TICK, .kind = READ, .side = side });
		end->paused_until = m->now + READ_TICK;
	}
	if (until > end->read)
		end->read = until;
	if (pause) {
		end->paused_until = m->now + host->pauses[end->pauses_done++].length;
		schedule(m, (struct event){ .time = end->paused_until, .kind = READ, .side = side });
	}
}

/* Tells the sender when much more room has come up than it knows of. */
static void window_update(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	uint64_t known = end->advertised_edge > end->expected ? (uint64_t)(end->advertised_edge - end->expected) : 0;
	uint64_t held = (uint64_t)(end->expected > 0 ? end->expected : 0) - end->read;
	uint64_t room = held < end->host->buffer ? end->host->buffer - held : 0;
	if (known < end->host->buffer / 2 && room >= 2 * known && room >= end->mss)
		send_ack(m, side);
}

static void remember_early(struct end *end, int64_t from, int64_t to)
{
	for (unsigned i = 0; i < end->early_count;) {
		if (end->early[i].to < from || end->early[i].from > to) {
			i++;
			continue;
		}
		from = end->early[i].from < from ? end->early[i].from : from;
		to = end->early[i].to > to ? end->early[i].to : to;
		memmove(&end->early[i], &end->early[i + 1],
			(--end->early_count - i) * sizeof end->early[0]);
	}
	if (end->early_count < MAX_EARLY) {
		end->early[end->early_count].from = from;
		end->early[end->early_count++].to = to;
	}
}

static void join_early(struct end *end)
{
	for (unsigned i = 0; i < end->early_count;) {
		if (end->early[i].from > end->expected) {
			i++;
			continue;
		}
		if (end->early[i].to > end->expected)
			end->expected = end->early[i].to;
		memmove(&end->early[i], &end->early[i + 1],
			(--end->early_count - i) * sizeof end->early[0]);
		i = 0;
	}
}

static void take_data(struct model *m, unsigned side, const struct model_packet *packet)
{
	struct end *end = &m->end[side];
	int64_t from = packet->sequence, to = from + packet->length + (packet->flags & TCP_FIN ? 1 : 0);
	bool had_hole = end->early_count > 0;
	if (to == from) {
		if (from < end->expected)
			send_ack(m, side);   /* a probe or keep-alive: outside of the window */
		return;
	}
	if (packet->flags & TCP_FIN) {
		end->fin_received = true;
		end->fin_position = to - 1;
	}
	bool old = to <= end->expected, early = from > end->expected;
	bool refused = !old && !early && packet->length == 1 && to > end->advertised_edge;
	if (old) {
		end->duplicate_from = from;
		end->duplicate_to = to;
	} else if (early) {
		remember_early(end, from, to);
	} else if (!refused) {
		end->expected = to;
		join_early(end);
		program_reads(m, side);
	}
	end->unacked += packet->length > end->mss ? 2 : 1;
	if (old || early || had_hole || packet->flags & TCP_FIN || end->unacked >= 2 ||
	    end->host->delayed_ack == 0 || refused)
		send_ack(m, side);
	else
		timer_start(m, side, &end->delayed_ack, DELAYED_ACK, end->host->delayed_ack);
	check_steps(m);
}

/* Opening */

static void send_syn(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	unsigned flags = side == 0 ? TCP_SYN : TCP_SYN | TCP_ACK;
	end->syn_time = m->now;
	transmit(m, side, flags, -1, 0,
		 (struct subject){ .matter = MATTER_SYN, .index = 1, .copy = ++end->syn_copies });
	timer_start(m, side, &end->rto, RTO, end->host->initial_rto << (end->backoff < 6 ? end->backoff : 6));
}

static void establish(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	end->state = ESTABLISHED;
	end->backoff = 0;
	if (end->syn_copies == 1)
		measure(end, m->now - end->syn_time);
	timer_stop(&end->rto);
	check_steps(m);
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
		send_ack(m, side);
		establish(m, side);
	} else {
		send_ack(m, side);
	}
}

static void at_host(struct model *m, unsigned side, size_t index)
{
	struct end *end = &m->end[side];
	struct model_packet packet = m->moving[index].packet;
	moving_release(m, index);
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
	take_acknowledgment(m, side, &packet);
	take_data(m, side, &packet);
}

/* Timers */

static void give_up(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	if (end->host->resets_when_giving_up && end->state == ESTABLISHED)
		transmit(m, side, TCP_RST | TCP_ACK, end->next, 0,
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
		mark_lost(end, segment_at(end, i));
	end->cwnd = end->mss;
	end->recovering = end->timed_out = true;
	end->recover = end->next;
	end->duplicate_acks = 0;
	send_more(m, side);
}

static void on_persist(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	struct subject subject = { .matter = MATTER_ANY, .copy = 1 };
	if (end->state != ESTABLISHED || ++end->backoff > end->host->retries)
		return;
	if (end->window_edge - end->next > 0)
		send_new(m, side, (uint32_t)(end->window_edge - end->next), false);
	else if (end->host->probes_with_byte)
		transmit(m, side, TCP_ACK, end->next, 1, subject);
	else
		transmit(m, side, TCP_ACK, end->una - 1, 0, subject);
	timer_start(m, side, &end->persist, PERSIST, rto(end));
}

static void on_tail_probe(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	if (end->state != ESTABLISHED || end->count == 0 || end->recovering)
		return;
	send_segment(m, side, segment_at(end, end->count - 1));
	timer_stop(&end->tail_probe);
	timer_start(m, side, &end->rto, RTO, rto(end));
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

static void check_steps(struct model *m)
{
	if (m->step_scheduled || m->next_step == m->script->step_count)
		return;
	const struct model_step *step = &m->script->steps[m->next_step];
	if (!step_ready(m, step))
		return;
	m->step_scheduled = true;
	schedule(m, (struct event){ .time = m->now + step->after, .kind = STEP, .side = step->side });
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
		transmit(m, step->side, TCP_RST | TCP_ACK, end->next, 0,
			 (struct subject){ .matter = MATTER_ANY, .index = 1, .copy = 1 });
		end->state = DEAD;
		return;
	}
	send_more(m, step->side);
	check_steps(m);
}

static void on_read(struct model *m, unsigned side)
{
	struct end *end = &m->end[side];
	if (m->now < end->paused_until)
		return;
	program_reads(m, side);
	window_update(m, side);
	check_steps(m);
}

static void handle(struct model *m, const struct event *event)
{
	struct end *end = &m->end[event->side];
	switch (event->kind) {
	case AT_TRACE_POINT:
		at_trace_point(m, event->packet);
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
			send_ack(m, event->side);
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
		script->host[side] = (struct model_host){ .buffer = 1 << 20, .window_scale = 7, .mss = 1460,
			.sack = true, .timestamps = true, .initial_window = 10,
			.minimum_rto = 200 * MILLI, .initial_rto = SECOND, .delayed_ack = 40 * MILLI,
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
			m->line[side][direction].tokens = script->line[side][direction].police_burst;
	}
	if (script->opened) {
		check_steps(m);
	} else {
		m->end[0].state = SYN_SENT;
		send_syn(m, 0);
	}
	for (unsigned n = 0; m->heap_count > 0 && n < MAX_EVENTS; n++) {
		struct event event = next_event(m);
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
