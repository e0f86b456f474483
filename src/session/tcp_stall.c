/* Silences inside open work, each with exactly one cause (A9). The criterion for a silence is TAPO's
 * (Zhou et al., CoNEXT'15): longer than min(2 · SRTT, RTO). */
#include <string.h>

#include "session/tcp_internal.h"

#define SILENCE_FLOOR (50 * MILLISECOND)
#define LATE_ACK_LEAST (30 * MILLISECOND)
#define LATE_ACK_MOST (600 * MILLISECOND)
#define LATE_ACK_SEGMENTS 2
#define RELEASE_SLACK (5 * MILLISECOND)

static int64_t silence_threshold(const struct session *session)
{
	int64_t smoothed = 0;
	for (int i = 0; i < 2; i++)
		if (session->tcp->side[i].rtt.samples)
			smoothed += session->tcp->side[i].rtt.smoothed;
	int64_t timeout = tcp_timeout_estimate(session, session->client);
	int64_t threshold = smoothed && 2 * smoothed < timeout ? 2 * smoothed : timeout;
	return threshold > SILENCE_FLOOR ? threshold : SILENCE_FLOOR;
}

void tcp_stall_before(struct tcp_step *step)
{
	struct silence *silence = &step->engine->silence;
	const struct direction *a = &step->engine->direction[0], *b = &step->engine->direction[1];
	int64_t last = a->last_time > b->last_time ? a->last_time : b->last_time;
	silence->long_enough = last && step->time - last >= LATE_ACK_LEAST;
	if (!silence->long_enough)
		return;
	silence->start = last;
	silence->end = step->time;
	silence->before_packet = a->last_packet > b->last_packet ? a->last_packet : b->last_packet;
	for (int i = 0; i < 2; i++) {
		const struct tcp_side *side = &step->tcp->side[i];
		const struct direction *direction = &step->engine->direction[i];
		silence->outstanding[i] = side->snd_max > side->ack_hi ? side->snd_max - side->ack_hi : 0;
		silence->segments[i] = direction->flight.count;
		silence->window_closed[i] = direction->in_zero_window;
		silence->window_filled[i] = direction->window_filled;
	}
}

static void report(struct tcp_step *step, enum stall_cause cause, enum timeout_reason reason,
		   int64_t start, int64_t end, uint64_t before, uint64_t after, uint64_t outstanding)
{
	struct tcp_done *done = tcp_done(step->engine);
	if (done->stalls == sizeof done->stall / sizeof *done->stall)
		return;
	struct tcp_stall *stall = &done->stall[done->stalls++];
	*stall = (struct tcp_stall){ .cause = (uint8_t)cause, .timeout_reason = (uint8_t)reason,
		.waited_for = step->direction, .start_time = start, .end_time = end,
		.before_packet = before, .after_packet = after, .outstanding = outstanding };
	observation_add(step->observation, (struct session_event){ .type = EVENT_STALL, .stall = stall });
}

/* Data that leaves right behind a late acknowledgement was waiting for it. */
static void release(struct tcp_step *step)
{
	struct late_ack *late = &step->engine->late;
	if (!late->waiting)
		return;
	if (step->direction != late->sender && !step->length)
		return;
	late->waiting = false;
	/* The acknowledgement travels to the sender and the data back: earlier data had left before. */
	int64_t trip = step->sender->rtt.samples ? step->sender->rtt.minimum : 0;
	int64_t since = step->time - late->end;
	if (step->direction != late->sender || !step->segment->new_bytes ||
	    since > RELEASE_SLACK + trip + trip / 4 || since < trip - trip / 16)
		return;
	report(step, late->small ? STALL_NAGLE : STALL_DELAYED_ACK, TIMEOUT_NONE, late->start, late->end,
	       late->before_packet, late->after_packet, 0);
	tcp_turn_wait(step->engine, late->start, late->end, PART_DELAYED_ACK);
}

/* A9: the acknowledgement itself was late, with little outstanding. */
static bool hold_late_ack(struct tcp_step *step, const struct silence *silence)
{
	uint8_t owner = step->direction ^ 1;
	const struct direction *waiting = &step->engine->direction[owner];
	struct tcp_side *x = &step->tcp->side[owner];
	int64_t length = silence->end - silence->start;
	const struct rtt_estimate *trip = &step->sender->rtt;
	int64_t beyond = length - (trip->samples ? trip->minimum : 0);
	if (step->length || !step->segment->acked_bytes || beyond < LATE_ACK_LEAST ||
	    beyond > LATE_ACK_MOST || !silence->segments[owner] ||
	    silence->segments[owner] > LATE_ACK_SEGMENTS || waiting->last_time != silence->start ||
	    silence->window_filled[owner])
		return false;
	x->late_acks++;
	uint32_t mss = step->sender->mss ? step->sender->mss : x->segment_maximum;
	step->engine->late = (struct late_ack){ .waiting = true, .sender = owner,
		.small = silence->outstanding[owner] % (mss ? mss : 1) != 0,
		.start = silence->start, .end = silence->end, .before_packet = silence->before_packet,
		.after_packet = step->number };
	return true;
}

static enum stall_cause cause_of(struct tcp_step *step, const struct silence *silence,
				 enum timeout_reason *reason)
{
	const struct segment *segment = step->segment;
	const struct turn *turn = &step->engine->turn;
	uint8_t me = step->direction, peer = me ^ 1, client = step->session->client;
	*reason = TIMEOUT_NONE;
	if (segment->mechanism == REPEAT_TIMEOUT || segment->class == SEGMENT_SYN_REPEATED ||
	    segment->class == SEGMENT_SYNACK_REPEATED || segment->class == SEGMENT_FIN_REPEATED) {
		const struct tcp_episode *episode = step->out->episode;
		*reason = episode ? (enum timeout_reason)episode->timeout_reason : TIMEOUT_OTHER;
		return STALL_TIMEOUT;
	}
	if (segment->class == SEGMENT_SPURIOUS) {
		*reason = TIMEOUT_ACK_LOST;
		return STALL_TIMEOUT;
	}
	if (silence->window_closed[me] || silence->window_closed[peer])
		return STALL_ZERO_WINDOW;
	if (silence->window_filled[peer] && (segment->acked_bytes || segment->window_update))
		return STALL_WINDOW_FULL;
	if (silence->window_filled[me] && segment->new_bytes)
		return STALL_WINDOW_FULL;
	if (segment->acked_bytes && !step->length && silence->outstanding[peer])
		return STALL_PATH_DELAY;
	if (!segment->new_bytes)
		return STALL_UNKNOWN;
	if (me != client && turn->state == TURN_REQUEST)
		return STALL_SERVER_THINK;
	if (me != client && turn->state == TURN_RESPONSE && !silence->outstanding[me])
		return STALL_SERVER_PAUSE;
	if (me == client && turn->state != TURN_REQUEST && !silence->outstanding[0] &&
	    !silence->outstanding[1])
		return STALL_CLIENT_THINK;
	return STALL_UNKNOWN;
}

void tcp_stall_after(struct tcp_step *step)
{
	struct silence *silence = &step->engine->silence;
	release(step);
	if (!silence->long_enough)
		return;
	if (hold_late_ack(step, silence))
		return;
	if (silence->end - silence->start < silence_threshold(step->session))
		return;
	enum timeout_reason reason;
	enum stall_cause cause = cause_of(step, silence, &reason);
	if (cause == STALL_UNKNOWN)
		return;
	if (cause == STALL_SERVER_PAUSE)
		tcp_turn_wait(step->engine, silence->start, silence->end, PART_PAUSE);
	if (cause == STALL_WINDOW_FULL)
		tcp_turn_wait_window(step->session, silence->start, silence->end,
				     silence->window_filled[step->direction ^ 1] ? step->direction
										 : step->direction ^ 1);
	report(step, cause, reason, silence->start, silence->end, silence->before_packet, step->number,
	       silence->outstanding[step->direction ^ 1]);
}
