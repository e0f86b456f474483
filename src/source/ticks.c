#include "source/ticks.h"

#include "core/clock.h"

static uint64_t power_of_ten(unsigned exponent)
{
	uint64_t power = 1;
	while (exponent--)
		power *= 10;
	return power;
}

/* 10^19 is the largest power of ten in 64 bits. */
#define LARGEST_EXPONENT 19

struct ticks ticks_from_resolution(uint8_t resolution, int64_t offset)
{
	struct ticks ticks = { .multiply = 1, .divide = 1, .offset = offset };
	unsigned exponent = resolution & 0x7f;
	if (resolution & 0x80 && exponent) {
		ticks.binary = (uint8_t)exponent;
		ticks.per_second = exponent < 64 ? (uint64_t)1 << exponent : UINT64_MAX;
		return ticks;
	}
	ticks.per_second = exponent <= LARGEST_EXPONENT ? power_of_ten(exponent) : UINT64_MAX;
	if (exponent <= 9)
		ticks.multiply = power_of_ten(9 - exponent);
	else if (exponent - 9 <= LARGEST_EXPONENT)
		ticks.divide = power_of_ten(exponent - 9);
	else
		ticks.multiply = 0;   /* 2^64 ticks are less than a nanosecond */
	return ticks;
}

static __int128_t binary_time(uint64_t count, unsigned exponent)
{
	__int128_t scaled = (__int128_t)count * NANOSECONDS;   /* below 2^94 */
	return exponent < 94 ? scaled >> exponent : 0;
}

int64_t ticks_slow(const struct ticks *ticks, uint64_t count)
{
	__int128_t time = ticks->binary ? binary_time(count, ticks->binary)
				      : (__int128_t)count * ticks->multiply / ticks->divide;
	time += (__int128_t)ticks->offset * NANOSECONDS;
	/* Later stages subtract times: within 146 years of 1970 no difference overflows. */
	if (time > INT64_MAX / 2)
		return INT64_MAX / 2;
	if (time < -(INT64_MAX / 2))
		return -(INT64_MAX / 2);
	return (int64_t)time;
}
