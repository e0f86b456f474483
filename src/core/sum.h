/* Sums of what a trace says about times: they stay in range even where a clock jumps by a century and back. */
#ifndef CORE_SUM_H
#define CORE_SUM_H

#include <stdint.h>

static inline int64_t sum_of(int64_t a, int64_t b)
{
	int64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? (b < 0 ? INT64_MIN : INT64_MAX) : sum;
}

#endif
