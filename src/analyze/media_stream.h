/* What of a stream of numbered packets is missing, in what bursts, and how evenly the rest came (RFC 3550, 6.4.1 and
 * appendix A.1 and A.8). */
#ifndef ANALYZE_MEDIA_STREAM_H
#define ANALYZE_MEDIA_STREAM_H

#include <stdbool.h>
#include <stdint.h>

#include "analyze/proof.h"

#define MEDIA_JUMPS 4            /* gaps that may still be filled, of which the packets are remembered */

struct media_jump { uint64_t first, end, packet; int64_t time; };

struct media_stream {
	uint64_t received, lost;
	int64_t missing;             /* now: with those that may still come */
	uint64_t bursts, longest;    /* packets missing one after the other */
	double jitter, worst_jitter; /* s; of no meaning while the clock is not known */
	int64_t first_time, last_time;
	uint64_t first_packet, last_packet;
	struct proof proof;          /* the packets behind the gaps */

	uint64_t highest;            /* number of the newest packet, with the times it wrapped */
	uint64_t start;              /* the first number */
	uint64_t seen;               /* bit i: highest - i was received */
	uint64_t run;                /* missing ones just behind the window */
	uint32_t strange;            /* number that would go on with a jump that was too wide to be loss */
	uint32_t rate;               /* ticks in a second, 0: not known yet */
	uint32_t first_stamp;
	double transit;
	bool has_transit, rate_tried;
	uint8_t next_jump;
	struct media_jump jumps[MEDIA_JUMPS];
};

void media_stream_begin(struct media_stream *stream, uint16_t sequence, uint32_t rate);
/* A packet; its number, timestamp, and where it stands in the trace. */
void media_stream_add(struct media_stream *stream, uint16_t sequence, uint32_t stamp, uint64_t packet, int64_t time);
/* What is missing now is lost. */
void media_stream_end(struct media_stream *stream);

#endif
