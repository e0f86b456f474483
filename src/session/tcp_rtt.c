/* Round trips on both sides of the trace point (A8). */
#include <math.h>

#include "core/memory.h"
#include "session/tcp_internal.h"

#define LOAD_UNIT_BITS 18      /* the finest step of the histogram: 2^18 ns, about 0.26 ms */

/* RFC 6298 lets a time-out grow to a minute; a clock that says more than this is wrong. It also keeps
 * what is computed from samples far from the edge of 64 bits. */
#define SAMPLE_LONGEST (600 * NANOSECONDS)

void rtt_sample(struct rtt_estimate *estimate, int64_t sample, struct tcp_mark mark)
{
	if (sample < 0 || sample > SAMPLE_LONGEST)
		return;
	if (!estimate->samples) {
		*estimate = (struct rtt_estimate){ .minimum = sample, .maximum = sample, .smoothed = sample,
			.variation = sample / 2, .minimum_packet = mark.packet, .maximum_packet = mark.packet,
			.minimum_time = mark.time };
	} else {
		if (sample < estimate->minimum) {
			estimate->minimum = sample;
			estimate->minimum_packet = mark.packet;
			estimate->minimum_time = mark.time;
		}
		if (sample > estimate->maximum) {
			estimate->maximum = sample;
			estimate->maximum_packet = mark.packet;
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

/* Four buckets to an octave: values below 4 units have their own. */
static unsigned bucket_of(int64_t sample)
{
	uint64_t units = (uint64_t)sample >> LOAD_UNIT_BITS;
	if (units < 4)
		return (unsigned)units;
	unsigned octave = 63u - (unsigned)__builtin_clzll(units);
	unsigned bucket = (octave - 1) * 4 + (unsigned)(units >> (octave - 2) & 3);
	return bucket < LOAD_BUCKETS ? bucket : LOAD_BUCKETS - 1;
}

static int64_t bucket_edge(unsigned bucket)
{
	uint64_t units = bucket < 4 ? bucket : (uint64_t)(4 + bucket % 4) << (bucket / 4 - 1);
	return (int64_t)(units << LOAD_UNIT_BITS);
}

void rtt_sample_loaded(struct tcp_side *side, int64_t sample, uint64_t flight, struct tcp_mark mark)
{
	if (sample < 0 || sample > SAMPLE_LONGEST)
		return;
	if (!side->load) {
		side->load = memory_zeroed(1, sizeof *side->load);
		side->load->first_time = mark.time;
	}
	struct tcp_load *load = side->load;
	double bytes = (double)flight, milliseconds = (double)sample / 1e6;
	load->samples++;
	load->last_time = mark.time;
	load->flight += bytes;
	load->flight_squares += bytes * bytes;
	load->trip += milliseconds;
	load->trip_squares += milliseconds * milliseconds;
	load->products += bytes * milliseconds;
	load->histogram[bucket_of(sample)]++;
	if (sample > load->maximum) {
		load->maximum = sample;
		load->slowest = mark;
	}
}

int64_t tcp_load_percentile(const struct tcp_load *load, double share)
{
	uint32_t seen = 0;
	for (unsigned i = 0; i < LOAD_BUCKETS; i++) {
		seen += load->histogram[i];
		if ((double)seen >= share * load->samples)
			return bucket_edge(i);
	}
	return 0;
}

double tcp_load_correlation(const struct tcp_load *load)
{
	double n = load->samples;
	double flights = n * load->flight_squares - load->flight * load->flight;
	double trips = n * load->trip_squares - load->trip * load->trip;
	if (flights <= 0 || trips <= 0)
		return 0;
	return (n * load->products - load->flight * load->trip) / sqrt(flights * trips);
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
