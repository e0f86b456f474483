#include "core/histogram.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

#define SHARE_BITS 5
#define SHARES (1u << SHARE_BITS)   /* buckets to an octave */

void histogram_finish(struct histogram *histogram)
{
	free(histogram->values);
	free(histogram->buckets);
	*histogram = (struct histogram){ 0 };
}

/* Values below SHARES have a bucket each; then each octave has SHARES of them. */
static uint32_t bucket_of(int64_t value)
{
	uint64_t number = (uint64_t)value;
	if (number < SHARES)
		return (uint32_t)number;
	unsigned octave = 63 - (unsigned)__builtin_clzll(number) - SHARE_BITS;
	return octave * SHARES + (uint32_t)(number >> octave);
}

static int64_t middle_of(uint32_t bucket)
{
	if (bucket < 2 * SHARES)
		return bucket;
	unsigned octave = bucket / SHARES - 1;
	uint64_t width = 1ull << octave;
	return (int64_t)((uint64_t)(SHARES + bucket % SHARES) * width + width / 2);
}

/* Makes room for whole octaves, so that it seldom has to grow. */
static void cover(struct histogram *histogram, uint32_t bucket)
{
	uint32_t first = bucket / SHARES * SHARES, end = first + SHARES;
	uint32_t old_end = histogram->first + histogram->bucket_count;
	if (!histogram->bucket_count) {
		histogram->buckets = memory_zeroed(SHARES, sizeof *histogram->buckets);
		histogram->first = first;
		histogram->bucket_count = SHARES;
		return;
	}
	if (first >= histogram->first && end <= old_end)
		return;
	if (first > histogram->first)
		first = histogram->first;
	if (end < old_end)
		end = old_end;
	uint64_t *buckets = memory_zeroed(end - first, sizeof *buckets);
	memcpy(buckets + (histogram->first - first), histogram->buckets,
	       histogram->bucket_count * sizeof *buckets);
	free(histogram->buckets);
	histogram->buckets = buckets;
	histogram->first = first;
	histogram->bucket_count = end - first;
}

static void count(struct histogram *histogram, int64_t value)
{
	uint32_t bucket = bucket_of(value);
	cover(histogram, bucket);
	histogram->buckets[bucket - histogram->first]++;
}

static void keep(struct histogram *histogram, int64_t value)
{
	uint32_t place = (uint32_t)histogram->count;
	if (place == histogram->room) {
		histogram->room = histogram->room ? histogram->room * 2 : 4;
		histogram->values = memory_resize(histogram->values, histogram->room,
						  sizeof *histogram->values);
	}
	for (; place > 0 && histogram->values[place - 1] > value; place--)
		histogram->values[place] = histogram->values[place - 1];
	histogram->values[place] = value;
}

static void begin_buckets(struct histogram *histogram)
{
	for (uint32_t i = 0; i < histogram->count; i++)
		count(histogram, histogram->values[i]);
	free(histogram->values);
	histogram->values = NULL;
	histogram->room = 0;
}

void histogram_add(struct histogram *histogram, int64_t value)
{
	if (value < 0)
		value = 0;
	if (!histogram->count || value < histogram->minimum)
		histogram->minimum = value;
	if (!histogram->count || value > histogram->maximum)
		histogram->maximum = value;
	if (histogram->count == HISTOGRAM_EXACT)
		begin_buckets(histogram);
	if (histogram->count < HISTOGRAM_EXACT)
		keep(histogram, value);
	else
		count(histogram, value);
	histogram->count++;
}

int64_t histogram_percentile(const struct histogram *histogram, double share)
{
	if (!histogram->count)
		return 0;
	double wanted = share * (double)histogram->count;
	uint64_t rank = wanted > 0 ? (uint64_t)wanted : 0;
	if ((double)rank < wanted || rank == 0)
		rank++;                /* the nearest rank, from 1 */
	if (rank > histogram->count)
		rank = histogram->count;
	if (histogram->values)
		return histogram->values[rank - 1];
	uint64_t seen = 0;
	uint32_t i = 0;
	while (i + 1 < histogram->bucket_count && (seen += histogram->buckets[i]) < rank)
		i++;
	int64_t value = middle_of(histogram->first + i);
	if (value < histogram->minimum)
		value = histogram->minimum;
	return value < histogram->maximum ? value : histogram->maximum;
}
