/* What a bulk sender spends its time on (A11): every gap between its data packets gets one state,
 * so that the shares add up to the time of the transfer. After T-RAT (Zhang et al., SIGCOMM'02). */
#include <stdlib.h>

#include "core/memory.h"
#include "session/tcp_internal.h"

#define SHAPER_PAUSE (20 * MILLISECOND) /* between two bursts of a token bucket, at most */
#define SHAPER_BURST 32            /* segments that it lets through at once, at most */
#define BULK_SEGMENTS 13           /* {13 MSS} without a turn change make a bulk period */
#define BULK_SEGMENTS_WATCHED 4    /* from here on it is worth remembering anything */
#define BULK_PAUSE (5 * NANOSECONDS)   /* a longer silence with nothing open ends the period */
#define SENDING_FLOOR (100 * MICROSECOND)
#define CLOCK_SLACK (2 * MILLISECOND)
/* No sender that is at work is silent for so long: the clock was set, which says nothing. It also keeps the sum
 * of all gaps in range. */
#define GAP_MOST (3600 * NANOSECONDS)
#define LATE_ACK_LEAST (30 * MILLISECOND)
#define QUEUE_LEAST (5 * MILLISECOND)
#define QUEUE_BEHIND_WINDOW (10 * MILLISECOND)
#define SHRINKING_LEAST 4
#define PROMISES_A_TRIP 8          /* the sender's knowledge is known to an eighth of it */

static int64_t share(int64_t value, int percent)
{
	return value / 100 * percent;
}

static int64_t larger(int64_t a, int64_t b)
{
	return a > b ? a : b;
}

static void close_period(struct tcp_session *tcp, uint8_t sender)
{
	struct bulk *bulk = tcp->engine->bulk[sender];
	struct tcp_transfer *pending = &bulk->pending;
	bool counts = bulk->segments >= BULK_SEGMENTS &&
		      bulk->bytes >=
			      (uint64_t)BULK_SEGMENTS * tcp->side[sender].segment_maximum / 2;
	if (counts) {
		struct tcp_transfer *total = tcp->transfer[sender];
		if (!total) {
			total = tcp->transfer[sender] = memory_zeroed(1, sizeof *total);
			total->first_packet = pending->first_packet;
			total->first_time = pending->first_time;
		}
		total->periods++;
		total->bytes += bulk->bytes;
		total->duration += pending->duration;
		for (int i = 0; i < TRANSFER_STATES; i++)
			total->time[i] += pending->time[i];
		total->last_packet = pending->last_packet;
		total->flights += bulk->rounds;
		if (pending->flight_maximum > total->flight_maximum)
			total->flight_maximum = pending->flight_maximum;
		if (pending->window_maximum > total->window_maximum)
			total->window_maximum = pending->window_maximum;
		if (pending->best_rate > total->best_rate)
			total->best_rate = pending->best_rate;
	}
	*bulk = (struct bulk){ 0 };
}

/* An acknowledgement passes the trace point on its way to the sender. Of those in one short time
 * the last is kept. */
static void remember_promise(struct tcp_step *step, struct bulk *bulk)
{
	const struct tcp_side *x = step->receiver;
	int64_t trip = x->rtt.samples ? x->rtt.minimum : 0;
	if (trip < CLOCK_SLACK)
		return;
	struct promise *promise = &bulk->promises[(bulk->promise_count - 1) % PROMISES_KEPT];
	if (!bulk->promise_count || step->time - promise->since >= trip / PROMISES_A_TRIP) {
		promise = &bulk->promises[bulk->promise_count++ % PROMISES_KEPT];
		promise->since = step->time;
	}
	promise->time = step->time;
	promise->acknowledged = x->ack_hi;
	promise->edge = x->ack_hi + step->sender->window;
}

/* What the sender had heard when it sent this segment: not what passes here now, but what passed
 * one round trip between trace point and sender ago. */
static struct promise promise_known(const struct tcp_step *step, const struct bulk *bulk)
{
	const struct tcp_side *x = step->sender;
	struct promise known = { step->time, step->time, x->ack_hi,
				 x->ack_hi + step->receiver->window };
	int64_t trip = x->rtt.samples ? x->rtt.minimum : 0;
	if (trip < CLOCK_SLACK)
		return known;
	uint32_t kept = bulk->promise_count < PROMISES_KEPT ? bulk->promise_count : PROMISES_KEPT;
	for (uint32_t i = 1; i <= kept; i++) {
		uint32_t place = (bulk->promise_count - i) % PROMISES_KEPT;
		const struct promise *promise = &bulk->promises[place];
		/* Bytes behind its edge prove that the sender had heard of a later one. */
		if (i > 1 && promise->edge < step->segment->end)
			break;
		known = *promise;
		if (known.time <= step->time - trip + trip / (2 * PROMISES_A_TRIP))
			break;
	}
	return known;
}

/* A round is one round trip of the sender's: flights are compared from round to round. */
static void follow_rounds(struct tcp_step *step, struct bulk *bulk, int64_t round_trip,
			  uint64_t flight)
{
	if (step->time - bulk->round_start >= round_trip && bulk->round_start) {
		for (int i = ROUNDS_KEPT - 1; i > 0; i--)
			bulk->flights[i] = bulk->flights[i - 1];
		bulk->flights[0] = bulk->round_flight;
		bulk->rounds++;
		int64_t length = step->time - bulk->round_start;
		int64_t rate = (int64_t)((double)bulk->round_bytes * 1e9 / (double)length);
		if (rate > bulk->pending.best_rate && length < 4 * round_trip)
			bulk->pending.best_rate = rate;
		bulk->round_start = step->time;
		bulk->round_flight = flight;
		bulk->round_bytes = 0;
		bulk->trip_before = bulk->trip_low;
		bulk->trip_low = 0;
	}
	if (!bulk->round_start)
		bulk->round_start = step->time;
	if (flight > bulk->round_flight)
		bulk->round_flight = flight;
	bulk->round_bytes += step->segment->new_bytes;
}

static bool flight_plateau(const struct bulk *bulk)
{
	if (bulk->rounds < ROUNDS_KEPT)
		return false;
	uint64_t low = UINT64_MAX, high = 0;
	for (int i = 0; i < ROUNDS_KEPT; i++) {
		low = bulk->flights[i] < low ? bulk->flights[i] : low;
		high = bulk->flights[i] > high ? bulk->flights[i] : high;
	}
	return low && (high - low) * 10 <= high;
}

/* How much longer even the shortest trips of this round and the last one take. */
static int64_t queueing(const struct bulk *bulk, const struct rtt_estimate *trip)
{
	int64_t low = bulk->trip_before;
	if (bulk->trip_low && bulk->trip_low < low)
		low = bulk->trip_low;
	return low ? low - trip->minimum : 0;
}

/* Why a sender that was clocked by acknowledgements did not send more. */
static enum transfer_state clocked_state(const struct tcp_step *step, const struct bulk *bulk,
					 int64_t round_trip, int64_t queue)
{
	bool plateau = flight_plateau(bulk);
	/* A short segment before the gap: nothing more was there to be sent (T-RAT). */
	if (bulk->last_short && !plateau && !step->sender->oversize_segments)
		return TRANSFER_APP_SENDER;
	if (!bulk->losses && (bulk->rounds < 2 || bulk->flights[0] * 2 >= bulk->flights[1] * 3))
		return TRANSFER_SLOW_START;
	if (queue > larger(QUEUE_LEAST, share(round_trip, 30)))
		return TRANSFER_BANDWIDTH;
	if (plateau && bulk->flights[0] * 10 < step->receiver->window * 9 &&
	    (!bulk->losses || step->time - bulk->last_loss > 4 * round_trip))
		return TRANSFER_SENDER_WINDOW;
	return bulk->losses ? TRANSFER_CONGESTION : TRANSFER_UNKNOWN;
}

static bool ended_by_timeout(const struct tcp_step *step)
{
	const struct tcp_done *done = step->engine->done;
	const struct tcp_episode *episode = step->out->episode ? step->out->episode
		: done ? &done->episode[step->direction] : NULL;
	return episode && episode->timeouts;
}

/* A program that has nothing to send ends with a short segment. After a full one, a pause no longer
 * than a burst needs at the average rate is the work of a shaper, which lets bursts through. */
static bool paced(const struct tcp_step *step, const struct bulk *bulk, int64_t gap)
{
	int64_t elapsed = step->time - bulk->pending.first_time;
	return !bulk->last_short && !step->sender->oversize_segments && gap <= SHAPER_PAUSE &&
	       bulk->segments > SHAPER_BURST &&
	       gap <= elapsed / (int64_t)bulk->segments * SHAPER_BURST;
}

/* What the sender waited for during the gap that this packet ends; the first that fits. */
static enum transfer_state state_of(struct tcp_step *step, const struct bulk *bulk, int64_t gap)
{
	const struct tcp_side *x = step->sender, *y = step->receiver;
	int64_t round_trip = tcp_round_trip(step->session);
	int64_t sender_trip = x->rtt.samples ? x->rtt.minimum : round_trip;
	int64_t gap_start = step->time - gap;
	if (step->out->episode ||
	    (step->out->last_repeat_time && step->out->last_repeat_time >= gap_start))
		return ended_by_timeout(step) ? TRANSFER_LOSS_TIMEOUT : TRANSFER_LOSS_FAST;
	if (step->in->zero.end_time && step->in->zero.end_time >= gap_start)
		return TRANSFER_WINDOW_ZERO;
	/* A window that only feeds a queue does not limit: more would make the queue longer. */
	int64_t queue = queueing(bulk, &y->rtt);
	if (bulk->window_filled)
		return queue > larger(QUEUE_BEHIND_WINDOW, round_trip / 2) ? TRANSFER_BANDWIDTH
									   : TRANSFER_WINDOW_FULL;
	int64_t since_ack = step->time - bulk->last_ack;
	if (paced(step, bulk, gap))
		return TRANSFER_SENDING;
	if (bulk->last_ack < gap_start || since_ack > sender_trip + sender_trip / 2 + CLOCK_SLACK)
		return bulk->shrinking >= SHRINKING_LEAST ? TRANSFER_RECEIVER_CPU
							  : TRANSFER_APP_SENDER;
	if (gap >= LATE_ACK_LEAST && y->rtt.samples && since_ack + CLOCK_SLACK >= sender_trip / 2 &&
	    bulk->last_ack - gap_start > y->rtt.minimum + LATE_ACK_LEAST &&
	    step->out->flight.count <= 2)
		return TRANSFER_NAGLE;
	return clocked_state(step, bulk, round_trip, queue);
}

static void add_gap(struct tcp_step *step, struct bulk *bulk)
{
	int64_t gap = step->time - bulk->last_time;
	if (gap < 0 || gap > GAP_MOST)
		gap = 0;
	int64_t threshold = 2 * bulk->gap_typical;
	int64_t part = share(tcp_round_trip(step->session), 5);
	if (threshold < SENDING_FLOOR)
		threshold = SENDING_FLOOR;
	if (threshold < part)
		threshold = part;
	enum transfer_state state = gap <= threshold ? TRANSFER_SENDING : state_of(step, bulk, gap);
	bulk->pending.time[state] += gap;
	bulk->pending.duration += gap;
	/* A running median: a step towards each new gap, as large as the gap allows. */
	int64_t stride = bulk->gap_typical / 16 + 1;
	if (gap != bulk->gap_typical)
		bulk->gap_typical += gap > bulk->gap_typical ? stride : -stride;
}

void tcp_transfer(struct tcp_step *step)
{
	struct tcp_engine *engine = step->engine;
	const struct segment *segment = step->segment;
	struct bulk *mine = engine->bulk[step->direction];
	struct bulk *other = engine->bulk[step->direction ^ 1];
	if (other && other->active && !step->length) {
		/* The receiver's windows tell whether its program keeps up. */
		if (segment->acked_bytes && segment->window < other->window_before)
			other->shrinking++;
		else if (segment->window > other->window_before)
			other->shrinking = 0;
		if (segment->acked_bytes || segment->window_update)
			remember_promise(step, other);
		if (segment->acked_bytes || segment->duplicate_ack || segment->new_sack)
			other->last_ack = step->time;
		if (segment->rtt > 0 && (!other->trip_low || segment->rtt < other->trip_low))
			other->trip_low = segment->rtt;
	}
	bool repeat = segment->class == SEGMENT_REPEATED_UPSTREAM ||
		      segment->class == SEGMENT_REPEATED_DOWNSTREAM;
	if (repeat && mine) {
		mine->losses = true;
		mine->last_loss = step->time;
	}
	if (!segment->new_bytes)
		return;
	if (other && other->active)
		close_period(step->tcp, step->direction ^ 1);
	if (!mine) {
		if (step->sender->data_segments < BULK_SEGMENTS_WATCHED)
			return;
		mine = engine->bulk[step->direction] = memory_zeroed(1, sizeof *mine);
	}
	/* Nothing lost, nothing closed, and silence for long: that was all it had to send. */
	if (mine->active && step->time - mine->last_time > BULK_PAUSE && mine->last_short &&
	    step->out->last_repeat_time < mine->last_time &&
	    step->in->zero.end_time < mine->last_time)
		close_period(step->tcp, step->direction);
	if (!mine->active) {
		mine->active = true;
		mine->pending.first_packet = step->number;
		mine->pending.first_time = step->time;
	} else {
		add_gap(step, mine);
	}
	struct promise known = promise_known(step, mine);
	uint64_t flight = segment->end > known.acknowledged ? segment->end - known.acknowledged : 0;
	follow_rounds(step, mine, tcp_round_trip(step->session), flight);
	mine->segments++;
	mine->bytes += segment->new_bytes;
	mine->last_time = step->time;
	mine->last_short = step->length < step->sender->segment_maximum;
	mine->window_before = step->receiver->window;
	mine->window_filled = step->out->window_filled ||
			      (step->receiver->scale != SCALE_UNKNOWN &&
			       segment->end + step->sender->segment_maximum > known.edge &&
			       segment->end <= known.edge);
	mine->pending.last_packet = step->number;
	if (flight > mine->pending.flight_maximum)
		mine->pending.flight_maximum = flight;
	if (step->receiver->window > mine->pending.window_maximum)
		mine->pending.window_maximum = step->receiver->window;
}

void tcp_transfer_end(struct session *session)
{
	for (uint8_t i = 0; i < 2; i++)
		if (session->tcp->engine->bulk[i])
			close_period(session->tcp, i);
}
