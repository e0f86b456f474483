/* How often values occurred, so that a percentile of any number of them takes little memory.
 *
 * Up to HISTOGRAM_EXACT values are kept as they are and percentiles are exact. Past that they are counted
 * in buckets, 32 to an octave, and a percentile is the middle of its bucket: off by at most 1/64 of the
 * true value (1.6 %), and never outside of the smallest and the largest value, which stay exact. */
#ifndef CORE_HISTOGRAM_H
#define CORE_HISTOGRAM_H

#include <stdint.h>

#define HISTOGRAM_EXACT 64
#define HISTOGRAM_ERROR (1.0 / 64)

struct histogram {               /* all zero: empty */
	uint64_t count;
	int64_t minimum, maximum;    /* meaningless while empty */
	int64_t *values;             /* in order; NULL once there are buckets */
	uint32_t room;               /* of values */
	uint64_t *buckets;           /* from bucket `first` on; at most some 15 KiB, 256 bytes an octave */
	uint32_t first, bucket_count;
};

void histogram_finish(struct histogram *histogram);          /* frees; leaves an empty one */
/* Negative values count as 0. */
void histogram_add(struct histogram *histogram, int64_t value);
/* The smallest value that at least this share (0 to 1) of all values does not exceed; 0 while empty. */
int64_t histogram_percentile(const struct histogram *histogram, double share);

#endif
