/* Clocks that count in ticks of any size, to nanoseconds, without overflow. */
#ifndef SOURCE_TICKS_H
#define SOURCE_TICKS_H

#include <stdint.h>

struct ticks {
	uint64_t multiply, divide;   /* to nanoseconds, for decimal resolutions; one of them is 1 */
	uint8_t binary;              /* a tick is 2^-binary seconds; 0: decimal */
	int64_t offset;              /* seconds to add */
	uint64_t per_second;         /* UINT64_MAX when it does not fit */
};

/* From a pcapng if_tsresol byte: 10^-n, or 2^-n with the top bit set. Any value is fine. */
struct ticks ticks_from_resolution(uint8_t resolution, int64_t offset);
int64_t ticks_slow(const struct ticks *ticks, uint64_t count);

/* Nanoseconds since 1970; never INT64_MIN, and the nearest that fits when the time does not. */
static inline int64_t ticks_time(const struct ticks *ticks, uint64_t count)
{
	/* Microseconds and nanoseconds since 1970, up to the year 2116: nearly every packet
	 * there is. */
	if (__builtin_expect(ticks->divide == 1 && !ticks->binary && !ticks->offset &&
			     count < (uint64_t)INT64_MAX / 2000, 1) && ticks->multiply <= 1000)
		return (int64_t)(count * ticks->multiply);
	return ticks_slow(ticks, count);
}

#endif
