/* Pauses: of a whole session, of one sender, and the keep-alives that bridge them. Little of this
 * is ever needed for a session, so nothing is remembered before it happens. */
#include "core/memory.h"
#include "session/tcp_internal.h"

/* the shortest state time-outs of firewalls are about a minute */
#define IDLE_LEAST (30 * NANOSECONDS)
#define RESTART_FLIGHT 20      /* segments that were under way before a pause worth looking at */
#define RESTART_WINDOW 10      /* RFC 6928: the initial window, to which RFC 5681 4.1 falls back */
#define RESTART_LEAST 2        /* less is what a program sends that has no more */
#define RESTART_ROUNDS 8       /* round trips within which growing again is slow start */

void tcp_idle(struct tcp_step *step)
{
	const struct silence *silence = &step->engine->silence;
	const struct direction *direction = step->engine->direction;
	struct tcp_session *tcp = step->tcp;
	if (!silence->long_enough || silence->end - silence->start < IDLE_LEAST || tcp->closed ||
	    silence->outstanding[0] || silence->outstanding[1] || !direction[0].last_time ||
	    !direction[1].last_time)
		return;
	if (!tcp->idle)
		tcp->idle = memory_zeroed(1, sizeof *tcp->idle);
	struct tcp_idle *idle = tcp->idle;
	/* As long as nobody answered after the last one, that is the one which counts. */
	if (idle->end_time && direction[idle->woken_by ^ 1].last_time < idle->end_time)
		return;
	if (idle->end_time - idle->start_time > idle->survived)
		idle->survived = idle->end_time - idle->start_time;
	idle->woken_by = step->direction;
	idle->start_time = silence->start;
	idle->end_time = silence->end;
	idle->before_packet = silence->before_packet;
	idle->after_packet = step->number;
}

void tcp_keepalive(struct tcp_step *step)
{
	struct tcp_side *x = step->sender;
	struct tcp_mark mark = { step->number, step->time };
	struct tcp_keepalives *other = step->receiver->keepalive;
	if (other && other->unanswered) {
		other->refused = tcp_has(step->header, TCP_RST);
		other->answered++;
		other->unanswered = 0;
		other->last_answer = mark;
	}
	if (step->segment->class != SEGMENT_KEEPALIVE)
		return;
	if (!x->keepalive) {
		x->keepalive = memory_zeroed(1, sizeof *x->keepalive);
		x->keepalive->first = mark;
	}
	struct tcp_keepalives *own = x->keepalive;
	own->sent++;
	own->last = mark;
	own->with_byte |= step->length > 0;
	if (!own->unanswered++)
		own->silent_since = mark;
}

static void count_restart(struct tcp_step *step, struct restart *restart)
{
	struct tcp_restarts *found = &restart->found;
	if (found->times < sizeof found->at / sizeof *found->at)
		found->at[found->times] = restart->mark;
	found->times++;
	found->flight_before = restart->before;
	found->flight_after = restart->first;
	for (uint64_t flight = restart->first; flight * 2 <= restart->before; flight *= 2)
		found->cost += tcp_round_trip(step->session);
	step->sender->restarts = found;
}

/* Everything was confirmed, and for longer than a time-out nothing was sent. */
static void begin_watching(struct tcp_step *step, uint64_t segment)
{
	struct direction *out = step->out;
	bool large = out->flight_recent >= RESTART_FLIGHT * segment;
	bool lost = out->last_repeat_time && out->last_repeat_time >= out->flight_since;
	if (out->restart)
		out->restart->watching = false;
	if (large && !lost) {
		if (!out->restart)
			out->restart = memory_zeroed(1, sizeof *out->restart);
		struct restart *restart = out->restart;
		restart->watching = true;
		restart->position = step->segment->sequence;
		restart->before = out->flight_recent;
		restart->first = 0;
		restart->mark = (struct tcp_mark){ step->number, step->time };
	}
	out->flight_recent = 0;
	out->flight_since = step->time;
}

/* RFC 5681, 4.1: after a pause the congestion window begins anew. Seen as a first flight of at most
 * the initial window that doubles as soon as it is acknowledged. */
void tcp_restart(struct tcp_step *step)
{
	struct direction *out = step->out;
	const struct tcp_side *x = step->sender, *y = step->receiver;
	if (!step->segment->new_bytes || x->snd_max <= x->ack_hi)
		return;
	uint64_t flight = x->snd_max - x->ack_hi;
	uint64_t segment = y->mss && y->mss < x->segment_maximum ? y->mss : x->segment_maximum;
	int64_t pause = x->last_data_time ? step->time - x->last_data_time : 0;
	if (pause > RTO_FLOOR && flight == step->length &&
	    pause > tcp_timeout_estimate(step->session, step->direction))
		begin_watching(step, segment);
	if (flight > out->flight_recent)
		out->flight_recent = flight;
	struct restart *restart = out->restart;
	if (!restart || !restart->watching)
		return;
	if (x->ack_hi <= restart->position) {
		restart->first = flight;
		restart->watching = flight <= (RESTART_WINDOW + 1) * segment;
		return;
	}
	if (restart->first < RESTART_LEAST * segment ||
	    step->time - restart->mark.time > RESTART_ROUNDS * tcp_round_trip(step->session)) {
		restart->watching = false;
	} else if (flight >= 2 * restart->first) {
		count_restart(step, restart);
		restart->watching = false;
	}
}
