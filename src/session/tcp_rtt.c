/* Round trips on both sides of the trace point (A8). */
#include "session/tcp_internal.h"

void rtt_sample(struct rtt_estimate *estimate, int64_t sample, uint64_t packet)
{
	if (sample < 0)
		return;
	if (!estimate->samples) {
		*estimate = (struct rtt_estimate){ .minimum = sample, .maximum = sample, .smoothed = sample,
			.variation = sample / 2, .minimum_packet = packet, .maximum_packet = packet };
	} else {
		if (sample < estimate->minimum) {
			estimate->minimum = sample;
			estimate->minimum_packet = packet;
		}
		if (sample > estimate->maximum) {
			estimate->maximum = sample;
			estimate->maximum_packet = packet;
		}
		/* RFC 6298, 2.3 */
		int64_t error = sample - estimate->smoothed;
		estimate->variation += ((error < 0 ? -error : error) - estimate->variation) / 4;
		estimate->smoothed += error / 8;
	}
	estimate->last = sample;
	estimate->sum += sample;
	estimate->samples++;
}

bool tcp_round_trip_known(const struct session *session)
{
	return session->tcp && session->tcp->side[0].rtt.samples && session->tcp->side[1].rtt.samples;
}

int64_t tcp_round_trip(const struct session *session)
{
	const struct tcp_session *tcp = session->tcp;
	if (!tcp)
		return RTT_GUESS_FAR;
	const struct rtt_estimate *a = &tcp->side[0].rtt, *b = &tcp->side[1].rtt;
	if (a->samples && b->samples)
		return a->minimum + b->minimum;
	/* One side only: the other is at least nothing, and a path is rarely shorter than the guess. */
	int64_t one = a->samples ? a->minimum : b->samples ? b->minimum : 0;
	bool near = session->side[0].ttl_min == session->side[1].ttl_min &&
		    (session->side[0].ttl_min == 64 || session->side[0].ttl_min == 128 ||
		     session->side[0].ttl_min == 255);
	int64_t guess = near ? RTT_GUESS_NEAR : RTT_GUESS_FAR;
	return one > guess ? one : guess;
}

int64_t tcp_timeout_estimate(const struct session *session, uint8_t side)
{
	const struct rtt_estimate *to = &session->tcp->side[side ^ 1].rtt;
	const struct rtt_estimate *from = &session->tcp->side[side].rtt;
	int64_t smoothed = 0, variation = 0;
	if (to->samples) {
		smoothed += to->smoothed;
		variation += to->variation;
	}
	if (from->samples)
		smoothed += from->minimum;
	if (!to->samples && !from->samples)
		smoothed = tcp_round_trip(session);
	int64_t estimate = smoothed + 4 * variation;
	return estimate > RTO_FLOOR ? estimate : RTO_FLOOR;
}
