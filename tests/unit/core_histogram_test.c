#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>

#include "core/histogram.h"

static int by_value(const void *left, const void *right)
{
	int64_t a = *(const int64_t *)left, b = *(const int64_t *)right;
	return a < b ? -1 : a > b;
}

/* The same by sorting: nearest rank. */
static int64_t sorted_percentile(const int64_t *sorted, size_t count, double share)
{
	double wanted = share * (double)count;
	size_t rank = (size_t)wanted;
	if ((double)rank < wanted || rank == 0)
		rank++;
	return sorted[rank - 1];
}

static void few_values_are_exact(void **state)
{
	(void)state;
	struct histogram histogram = { 0 };
	assert_int_equal(histogram_percentile(&histogram, 0.5), 0);
	for (int64_t i = HISTOGRAM_EXACT; i > 0; i--)
		histogram_add(&histogram, i * 1000003);
	assert_int_equal(histogram.count, HISTOGRAM_EXACT);
	assert_int_equal(histogram_percentile(&histogram, 0), 1000003);
	assert_int_equal(histogram_percentile(&histogram, 0.5), 32 * 1000003);
	assert_int_equal(histogram_percentile(&histogram, 0.95), 61 * 1000003);
	assert_int_equal(histogram_percentile(&histogram, 1), 64 * 1000003);
	histogram_finish(&histogram);
	assert_int_equal(histogram.count, 0);
}

static void negative_values_count_as_nothing(void **state)
{
	(void)state;
	struct histogram histogram = { 0 };
	histogram_add(&histogram, -5);
	assert_int_equal(histogram_percentile(&histogram, 0.5), 0);
	assert_int_equal(histogram.minimum, 0);
	histogram_finish(&histogram);
}

/* Values of all sizes up to the largest there are, in an order that looks random. */
static void many_values_are_within_the_bound(void **state)
{
	(void)state;
	static const double shares[] = { 0, 0.01, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1 };
	static int64_t values[20000];
	for (unsigned width = 4; width < 63; width += 7) {
		struct histogram histogram = { 0 };
		uint64_t random = 88172645463325252ull + width;
		size_t count = sizeof values / sizeof *values;
		for (size_t i = 0; i < count; i++) {
			random ^= random << 13;
			random ^= random >> 7;
			random ^= random << 17;
			values[i] = (int64_t)(random & ((1ull << width) - 1)) >> (random >> 58) % width;
			histogram_add(&histogram, values[i]);
		}
		qsort(values, count, sizeof *values, by_value);
		assert_int_equal(histogram.count, count);
		assert_int_equal(histogram.minimum, values[0]);
		assert_int_equal(histogram.maximum, values[count - 1]);
		for (size_t i = 0; i < sizeof shares / sizeof *shares; i++) {
			int64_t right = sorted_percentile(values, count, shares[i]);
			int64_t got = histogram_percentile(&histogram, shares[i]);
			double off = right > got ? (double)(right - got) : (double)(got - right);
			assert_true(off <= HISTOGRAM_ERROR * (double)right);
		}
		histogram_finish(&histogram);
	}
}

static void one_value_many_times(void **state)
{
	(void)state;
	struct histogram histogram = { 0 };
	for (int i = 0; i < 1000; i++)
		histogram_add(&histogram, INT64_MAX);
	assert_int_equal(histogram_percentile(&histogram, 0.5), INT64_MAX);
	histogram_finish(&histogram);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(few_values_are_exact),
		cmocka_unit_test(negative_values_count_as_nothing),
		cmocka_unit_test(many_values_are_within_the_bound),
		cmocka_unit_test(one_value_many_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
