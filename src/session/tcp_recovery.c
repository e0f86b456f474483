/* Why bytes were repeated (the mechanisms of A7) and what belongs together (the episodes of A9). */
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "session/tcp_internal.h"

#define FAST_SLACK (10 * MILLISECOND)
#define SHORTEST_TIMEOUT (200 * MILLISECOND)       /* of Linux; RFC 6298 (2.4) has a second */
#define REORDER_WINDOW_SHARE 4     /* RACK waits RTT/4 for what may only be late (RFC 8985, 6.2) */
#define SMALL_FLIGHT_SEGMENTS 4
#define CONTINUOUS_RUN 4
#define GAPS_KEPT 8
#define TRIPS_TRUSTED 3            /* round trips that show how short one can be */

static uint32_t flight_segments(const struct tcp_step *step)
{
	return step->out->flight.count + step->out->hole_count;
}

/* When this segment, or the one that must have gone just before it, was last sent. */
static int64_t sent_before(const struct hole *hole, const struct flight_segment *original)
{
	return original ? original->last_time : hole->open_time;
}

static bool is_timeout(const struct tcp_step *step, uint64_t start, int64_t since)
{
	int64_t round_trip = tcp_round_trip(step->session);
	int64_t floor = round_trip > RTO_FLOOR ? round_trip : RTO_FLOOR;
	/* A tenth less: the sender's clock started before the trace point saw the segment. */
	return start <= step->sender->ack_hi && since >= floor - floor / 10;
}

static enum repeat_mechanism mechanism_of(struct tcp_step *step, const struct hole *hole,
					  const struct flight_segment *original, uint64_t start,
					  uint64_t end)
{
	struct direction *out = step->out;
	const struct tcp_side *x = step->sender;
	const struct tcp_episode *episode = out->episode;
	int64_t since = step->time - sent_before(hole, original);
	int64_t sender_trip = x->rtt.samples ? x->rtt.minimum : tcp_round_trip(step->session);
	uint32_t mss = x->segment_maximum ? x->segment_maximum : 1460;
	bool acknowledged_above = out->duplicate_acks >= DUPLICATE_THRESHOLD ||
				  out->sacked_bytes >= (uint64_t)DUPLICATE_THRESHOLD * mss ||
				  (out->sacked_bytes &&
				   since >= tcp_round_trip(step->session) / REORDER_WINDOW_SHARE);
	bool timeout = is_timeout(step, start, since);
	if (acknowledged_above) {
		int64_t trigger = out->duplicate_third_time ? out->duplicate_third_time
							    : out->duplicate_first_time;
		bool prompt = !trigger || step->time - trigger <= 3 * sender_trip + FAST_SLACK;
		if (prompt || !timeout)
			return episode && episode->copies && start < episode->recovery_point
				? REPEAT_RECOVERY : REPEAT_FAST;
	}
	if (episode && episode->timeouts && start < out->timeout_point && !timeout)
		return REPEAT_GO_BACK;
	if (timeout)
		return REPEAT_TIMEOUT;
	if (end >= x->snd_max && !out->duplicate_acks && !out->sacked_bytes)
		return REPEAT_TAIL_PROBE;
	if (episode && start < episode->recovery_point)
		return REPEAT_RECOVERY;
	return REPEAT_UNKNOWN;
}

static void begin(struct tcp_step *step, const struct hole *hole,
		  const struct flight_segment *original, uint64_t start)
{
	struct direction *out = step->out;
	const struct tcp_side *x = step->sender;
	struct tcp_episode *episode = memory_zeroed(1, sizeof *episode);
	out->episode = episode;
	out->episode_dsacks = 0;
	out->lost_end = 0;
	out->lost_run = 0;
	episode->sender = step->direction;
	episode->first_sequence = start;
	episode->recovery_point = x->snd_max;
	episode->flight = x->snd_max - x->ack_hi;
	episode->window_filled = out->window_filled;
	episode->closing = step->receiver->fin_seen || step->receiver->rst_seen;
	episode->duplicate_acks = out->duplicate_acks;
	episode->sack_evidence = out->sacked_bytes > 0;
	episode->first_repeat_packet = step->number;
	episode->first_repeat_time = step->time;
	episode->start_time = hole ? hole->open_time : original->first_time;
	if (hole) {
		episode->before_gap_packet = hole->before_packet;
		episode->before_gap_time = hole->before_time;
		episode->after_gap_packet = hole->after_packet;
	} else {
		episode->original_packet = original->first_packet;
	}
	out->repeat_stamped = original && (step->header->options & TCP_OPTION_TIMESTAMPS) &&
			      step->header->timestamp_value != original->timestamp_value;
	out->repeat_timestamp = step->header->timestamp_value;
	/* The acknowledgement stands still since it last rose, but not before the lost bytes left. */
	out->frozen_since = x->last_ack_progress_time > episode->start_time
		? x->last_ack_progress_time : episode->start_time;
}

static void count_lost(struct tcp_step *step, const struct hole *hole, uint64_t start, uint64_t end)
{
	struct direction *out = step->out;
	struct tcp_episode *episode = out->episode;
	uint64_t fin = tcp_has(step->header, TCP_FIN);
	if (!episode->lost_segments)
		episode->segment_size = (uint32_t)(end - start - fin);
	episode->lost_segments++;
	episode->lost_bytes += end - start;
	if (!hole)
		episode->downstream++;
	else if (hole->before_packet)
		episode->upstream++;   /* else it left before the trace began: no telling where it died */
	out->lost_run = start == out->lost_end ? out->lost_run + 1 : 1;
	out->lost_end = end;
	if (out->lost_run >= CONTINUOUS_RUN)
		episode->lost_in_runs += out->lost_run == CONTINUOUS_RUN ? CONTINUOUS_RUN : 1;
	if (out->lost_run > episode->run_longest)
		episode->run_longest = out->lost_run;
	if (end >= step->sender->snd_max)
		episode->tail = true;
}

static enum timeout_reason reason_of(const struct tcp_step *step, bool copy_lost, uint64_t end)
{
	if (end >= step->sender->snd_max)
		return TIMEOUT_TAIL;
	if (copy_lost)
		return TIMEOUT_DOUBLE;
	if (flight_segments(step) < SMALL_FLIGHT_SEGMENTS)
		return TIMEOUT_SMALL_FLIGHT;
	return TIMEOUT_OTHER;
}

static void count_timeout(struct tcp_step *step, int64_t before, bool copy_lost, uint64_t start,
			  uint64_t end)
{
	struct direction *out = step->out;
	struct tcp_episode *episode = out->episode;
	if (out->chain_length && out->chain_sequence == start) {
		out->chain_length++;
	} else {
		out->chain_length = 1;
		out->chain_sequence = start;
		out->chain_time = before;
	}
	int64_t gap = step->time - out->chain_time;
	out->chain_time = step->time;
	if (out->chain_length <= GAPS_KEPT)
		episode->chain_gaps[out->chain_length - 1] = gap;
	if (out->chain_length > episode->timeouts) {
		episode->timeouts = out->chain_length;
		episode->timeout_gap_count = out->chain_length < GAPS_KEPT ? out->chain_length : GAPS_KEPT;
		memcpy(episode->timeout_gaps, episode->chain_gaps, sizeof episode->timeout_gaps);
	}
	if (episode->timeout_reason == TIMEOUT_NONE)
		episode->timeout_reason = (uint8_t)reason_of(step, copy_lost, end);
	uint32_t size = (uint32_t)(end - start);
	if (size > episode->largest_unacked)
		episode->largest_unacked = size;
	out->timeout_point = step->sender->snd_max;
}

void tcp_recovery_repeat(struct tcp_step *step, const struct hole *hole,
			 struct flight_segment *original, uint64_t start, uint64_t end)
{
	struct direction *out = step->out;
	int64_t before = sent_before(hole, original);
	enum repeat_mechanism mechanism = mechanism_of(step, hole, original, start, end);
	step->segment->mechanism = (uint8_t)mechanism;
	step->sender->by_mechanism[mechanism]++;
	if (!out->episode)
		begin(step, hole, original, start);
	struct tcp_episode *episode = out->episode;
	bool again = (original && original->copies > 1) || (original && original->repeated_after_hole);
	if (hole || (!again && !original->sacked && mechanism != REPEAT_GO_BACK))
		count_lost(step, hole, start, end);
	else if (again && mechanism != REPEAT_GO_BACK)
		episode->repeat_lost = true;
	if (mechanism == REPEAT_TIMEOUT)
		count_timeout(step, before, again, start, end);
	episode->copies++;
	episode->by_mechanism[mechanism]++;
	episode->last_repeat_packet = step->number;
	episode->last_repeat_time = step->time;
	if (episode->repeat_count < sizeof episode->repeats / sizeof *episode->repeats) {
		episode->repeat_times[episode->repeat_count] = step->time;
		episode->repeats[episode->repeat_count++] = step->number;
	}
	out->last_repeat_time = step->time;
	out->recovery_mark = step->sender->snd_max;
	if (episode->run_longest >= CONTINUOUS_RUN && episode->timeout_reason == TIMEOUT_OTHER)
		episode->timeout_reason = TIMEOUT_CONTINUOUS;
}

void tcp_recovery_end(struct session *session, uint8_t sender, int64_t time, bool recovered,
		      uint64_t acked_packet, struct observation *observation)
{
	struct tcp_session *tcp = session->tcp;
	struct direction *out = &tcp->engine->direction[sender];
	struct tcp_side *x = &tcp->side[sender];
	struct tcp_episode *episode = out->episode;
	if (!episode)
		return;
	int64_t far_trip = tcp->side[sender ^ 1].rtt.samples ? tcp->side[sender ^ 1].rtt.minimum : 0;
	episode->end_time = time;
	episode->recovered = recovered;
	episode->acked_packet = acked_packet;
	episode->cost = time - out->frozen_since - far_trip;
	if (episode->cost < 0 || episode->closing)
		episode->cost = 0;
	episode->spurious |= recovered && out->episode_dsacks &&
			     out->episode_dsacks >= episode->lost_segments;
	episode->location = (uint8_t)(episode->upstream && episode->downstream ? LOSS_BOTH
		: episode->upstream ? LOSS_UPSTREAM : episode->downstream ? LOSS_DOWNSTREAM : LOSS_UNKNOWN);
	if (episode->spurious && episode->timeout_reason != TIMEOUT_NONE)
		episode->timeout_reason = TIMEOUT_ACK_LOST;
	if (!episode->spurious) {
		x->lost_upstream += episode->upstream;
		x->lost_downstream += episode->downstream;
	}
	struct tcp_episode *done = &tcp_done(tcp->engine)->episode[sender];
	*done = *episode;
	free(episode);
	out->episode = NULL;
	out->chain_length = 0;
	observation_add(observation, (struct session_event){ .type = EVENT_EPISODE, .episode = done });
}

void tcp_recovery_spurious(struct tcp_step *step)
{
	const struct tcp_side *x = step->sender;
	if (step->length <= 1 || step->receiver->rst_seen)
		return;            /* a byte that was confirmed is a keep-alive in a hurry */
	int64_t sender_trip = x->rtt.samples ? x->rtt.smoothed : tcp_round_trip(step->session);
	struct tcp_spurious *spurious = &tcp_done(step->engine)->spurious;
	*spurious = (struct tcp_spurious){
		.sender = step->direction, .packet = step->number, .time = step->time,
		.ack_packet = x->last_ack_progress_packet, .ack_time = x->last_ack_progress_time,
		.ack_lost = step->time - x->last_ack_progress_time > 2 * sender_trip + FAST_SLACK,
		.probe = step->segment->end == x->snd_max && step->time - x->last_data_time < SHORTEST_TIMEOUT,
	};
	observation_add(step->observation,
		(struct session_event){ .type = EVENT_SPURIOUS, .spurious = spurious });
}

/* The receiver's answer to the first repeat cannot have come back yet. */
static bool too_soon_for_repeat(const struct tcp_step *step, const struct tcp_episode *episode)
{
	const struct rtt_estimate *far = &step->sender->rtt;
	return far->samples >= TRIPS_TRUSTED && episode->repeat_count &&
	       step->time - episode->repeat_times[0] < far->minimum / 2;
}

/* Eifel: an acknowledgement of the repeated bytes that echoes an older timestamp than the repeat's is
 * one of the original (RFC 3522, 3.2). So is one that comes much too soon, where options are
 * missing or the recorder cut them off. What was lost behind it shows in duplicates. */
void tcp_recovery_check(struct tcp_step *step, uint64_t acknowledgment)
{
	struct direction *in = step->in;
	const struct tcp_header *header = step->header;
	if (!in->episode || acknowledgment <= in->episode->first_sequence)
		return;
	bool stamped = in->repeat_stamped && (header->options & TCP_OPTION_TIMESTAMPS);
	in->repeat_stamped = false;
	if (in->duplicate_acks >= DUPLICATE_THRESHOLD || in->sacked_bytes || in->episode->upstream)
		return;
	bool older = stamped &&
		     sequence_difference(header->timestamp_echo, in->repeat_timestamp) < 0;
	if (older || too_soon_for_repeat(step, in->episode))
		in->episode->spurious = in->episode->original_acked = true;
}

void tcp_recovery_progress(struct tcp_step *step)
{
	struct direction *in = step->in;
	if (in->chain_length && step->receiver->ack_hi > in->chain_sequence)
		in->chain_length = 0;
	in->duplicate_third_time = in->duplicate_first_time = 0;
	if (in->episode && step->receiver->ack_hi >= in->episode->recovery_point)
		tcp_recovery_end(step->session, step->direction ^ 1, step->time, true, step->number,
				 step->observation);
}
