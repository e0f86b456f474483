/* Decimal numbers by hand, for lists of millions of rows. Two digits a step; nothing is ended by a NUL. */
#ifndef CORE_DIGITS_H
#define CORE_DIGITS_H

#include <stdint.h>
#include <string.h>

#define DIGITS_MOST 20           /* of a uint64_t */

static inline const char *digits_pair(uint64_t below_100)
{
	static const char pairs[] =
		"00010203040506070809101112131415161718192021222324252627282930313233343536373839404142434445464748"
		"49505152535455565758596061626364656667686970717273747576777879808182838485868788899091929394959697"
		"9899";
	return pairs + below_100 * 2;
}

/* Writes the number so that it ends before `end`. Returns where it begins. */
static inline char *digits_before(char *end, uint64_t number)
{
	/* Most numbers of packets are small, and dividing those takes half the time. */
	while (number > UINT32_MAX) {
		end -= 2;
		memcpy(end, digits_pair(number % 100), 2);
		number /= 100;
	}
	uint32_t rest = (uint32_t)number;
	while (rest >= 100) {
		end -= 2;
		memcpy(end, digits_pair(rest % 100), 2);
		rest /= 100;
	}
	if (rest >= 10) {
		end -= 2;
		memcpy(end, digits_pair(rest), 2);
		return end;
	}
	*--end = (char)('0' + rest);
	return end;
}

/* Writes the number at `to`. Returns its end. */
static inline char *digits_put(char *to, uint64_t number)
{
	char digits[DIGITS_MOST];
	const char *start = digits_before(digits + sizeof digits, number);
	size_t length = (size_t)(digits + sizeof digits - start);
	memcpy(to, start, length);
	return to + length;
}

/* A number below 10^9 as nine digits, with zeros in front: a fraction of a second in nanoseconds. */
static inline void digits_nine(char to[static 9], uint32_t number)
{
	for (char *at = to + 7; at > to; at -= 2) {
		memcpy(at, digits_pair(number % 100), 2);
		number /= 100;
	}
	to[0] = (char)('0' + number);
}

#endif
