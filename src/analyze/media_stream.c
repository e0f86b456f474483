#include "analyze/media_stream.h"

#include <math.h>

#include "core/clock.h"

#define WINDOW 64                /* packets that may overtake one that is not lost */
#define MAX_DROPOUT 3000         /* RFC 3550, A.1: a wider jump is a new start */
#define SUDDEN 200               /* numbers passed over: so many take their time */
#define NEAR 8
#define NOTHING_STRANGE 0x10000u
#define LEAST_TO_GUESS 50        /* packets, and half a second, to find out the clock */

void media_stream_begin(struct media_stream *stream, uint16_t sequence, uint32_t rate)
{
	*stream = (struct media_stream){ .highest = 0x10000u + sequence, .start = 0x10000u + sequence,
		.strange = NOTHING_STRANGE, .rate = rate };
}

static void end_run(struct media_stream *stream)
{
	if (!stream->run)
		return;
	stream->bursts++;
	if (stream->run > stream->longest)
		stream->longest = stream->run;
	stream->run = 0;
}

/* Cites the packet with which the gap began. */
static void prove(struct media_stream *stream, uint64_t number)
{
	for (unsigned i = 0; i < MEDIA_JUMPS; i++) {
		struct media_jump *jump = &stream->jumps[i];
		if (number < jump->first || number >= jump->end)
			continue;
		proof_add_at(&stream->proof, jump->packet, jump->time);
		*jump = (struct media_jump){ 0 };
	}
}

/* The number falls out of the window: what has not come will not. */
static void leave(struct media_stream *stream, uint64_t number, bool seen)
{
	if (number < stream->start)
		return;
	if (seen) {
		end_run(stream);
		return;
	}
	stream->lost++;
	stream->run++;
	prove(stream, number);
}

static void advance(struct media_stream *stream, uint64_t steps)
{
	uint64_t shift = steps < WINDOW ? steps : WINDOW;
	for (uint64_t i = 0; i < shift; i++) {
		uint64_t age = WINDOW - 1 - i;
		if (stream->highest >= age)
			leave(stream, stream->highest - age, stream->seen >> age & 1);
	}
	if (steps > WINDOW) {            /* between the window before and the new one: nothing came */
		uint64_t missing = steps - WINDOW;
		prove(stream, stream->highest + 1);
		stream->lost += missing;
		stream->run += missing;
	}
	stream->seen = steps < WINDOW ? stream->seen << steps : 0;
	stream->highest += steps;
}

static void note_jump(struct media_stream *stream, uint64_t steps, uint64_t packet, int64_t time)
{
	stream->jumps[stream->next_jump] = (struct media_jump){ .first = stream->highest + 1,
		.end = stream->highest + steps, .packet = packet, .time = time };
	stream->next_jump = (uint8_t)((stream->next_jump + 1) % MEDIA_JUMPS);
}

/* Whether the numbers jump in far less time than so many packets take: the sender began to count anew. */
static bool is_sudden(const struct media_stream *stream, int32_t steps, int64_t time)
{
	double interval = (double)(stream->last_time - stream->first_time) / (double)(stream->received ? stream->received : 1);
	return steps > SUDDEN && (double)(time - stream->last_time) < interval * steps / 4;
}

/* Returns false for a packet from far away: the next one shows whether the sender began anew. */
static bool take_number(struct media_stream *stream, uint16_t sequence, uint64_t packet, int64_t time)
{
	int32_t steps = (int16_t)(sequence - (uint16_t)stream->highest);
	if (steps <= -WINDOW && steps >= -MAX_DROPOUT)
		return false;            /* far too late, or a copy */
	if (steps > MAX_DROPOUT || steps <= -WINDOW || is_sudden(stream, steps, time)) {
		/* The next one may overtake it. */
		bool goes_on = stream->strange != NOTHING_STRANGE &&
			       (uint16_t)(sequence - stream->strange + NEAR) < 2 * NEAR;
		if (!goes_on) {
			stream->strange = (uint16_t)(sequence + 1);
			return false;
		}
		media_stream_end(stream);
		stream->highest = stream->start = 0x10000u + sequence;
		stream->seen = 0;
		steps = 0;
	}
	stream->strange = NOTHING_STRANGE;
	uint64_t bit = 1ULL << (steps < 0 ? -steps : 0);
	bool late = steps < 0 && stream->highest - (uint64_t)-steps >= stream->start && !(stream->seen & bit);
	stream->missing += steps > 0 ? steps - 1 : -(int64_t)late;
	if (steps > 1)
		note_jump(stream, (uint64_t)steps, packet, time);
	if (steps > 0)
		advance(stream, (uint64_t)steps);
	stream->seen |= bit;
	return true;
}

/* The clock is not in the packets, but there are only so many in use. */
static void guess_rate(struct media_stream *stream, uint32_t stamp, int64_t time)
{
	static const uint32_t rates[] = { 8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 90000 };
	double seconds = (double)(time - stream->first_time) / (double)NANOSECONDS;
	if (stream->received < LEAST_TO_GUESS || seconds < 0.5)
		return;
	double rate = (uint32_t)(stamp - stream->first_stamp) / seconds;
	stream->rate_tried = true;
	for (unsigned i = 0; i < sizeof rates / sizeof rates[0]; i++)
		if (fabs(rate - rates[i]) < rates[i] * 0.03)
			stream->rate = rates[i];
}

static void take_time(struct media_stream *stream, uint32_t stamp, int64_t time)
{
	if (!stream->rate && !stream->rate_tried)
		guess_rate(stream, stamp, time);
	if (!stream->rate)
		return;
	double apart = (int32_t)(stamp - stream->first_stamp) / (double)stream->rate;
	double transit = (double)(time - stream->first_time) / (double)NANOSECONDS - apart;
	double change = fabs(transit - stream->transit);
	/* Seconds are no jitter, but another clock. */
	if (stream->has_transit && change < 2) {
		stream->jitter += (change - stream->jitter) / 16;
		if (stream->jitter > stream->worst_jitter)
			stream->worst_jitter = stream->jitter;
	}
	stream->transit = transit;
	stream->has_transit = true;
}

void media_stream_add(struct media_stream *stream, uint16_t sequence, uint32_t stamp, uint64_t packet, int64_t time)
{
	if (!take_number(stream, sequence, packet, time))
		return;
	if (!stream->received++) {
		stream->first_time = time;
		stream->first_packet = packet;
		stream->first_stamp = stamp;
	}
	stream->last_time = time;
	stream->last_packet = packet;
	take_time(stream, stamp, time);
}

void media_stream_end(struct media_stream *stream)
{
	for (uint64_t age = WINDOW; age-- > 0;)
		if (stream->highest >= age)
			leave(stream, stream->highest - age, stream->seen >> age & 1);
	end_run(stream);
	stream->seen = UINT64_MAX;
	stream->start = stream->highest;
}
