/* Round trips: the estimate, and those under load. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "core/clock.h"
#include "session/tcp_internal.h"

#define MS MILLISECOND

static void the_estimate_keeps_extremes_and_their_packets(void **state)
{
	(void)state;
	struct rtt_estimate estimate = { .minimum = -1 };
	rtt_sample(&estimate, -5, (struct tcp_mark){ 1, 100 });
	assert_int_equal(estimate.samples, 0);
	rtt_sample(&estimate, 30 * MS, (struct tcp_mark){ 2, 200 });
	rtt_sample(&estimate, 20 * MS, (struct tcp_mark){ 3, 300 });
	rtt_sample(&estimate, 90 * MS, (struct tcp_mark){ 4, 400 });
	assert_int_equal(estimate.samples, 3);
	assert_int_equal(estimate.minimum, 20 * MS);
	assert_int_equal(estimate.minimum_packet, 3);
	assert_int_equal(estimate.minimum_time, 300);
	assert_int_equal(estimate.maximum, 90 * MS);
	assert_int_equal(estimate.maximum_packet, 4);
	assert_int_equal(estimate.last, 90 * MS);
}

static void add(struct tcp_side *side, int64_t sample, uint64_t flight)
{
	rtt_sample_loaded(side, sample, flight, (struct tcp_mark){ 7, 0 });
}

/* A percentile is the lower edge of its bucket: at most a quarter too low, never too high. */
static void percentiles_are_never_too_high(void **state)
{
	static const int64_t samples[] = { 0, 1, 300 * MICROSECOND, MS, 10 * MS, 73 * MS, 220 * MS,
		1600 * MS, 8 * NANOSECONDS };
	(void)state;
	for (size_t i = 0; i < sizeof samples / sizeof *samples; i++) {
		struct tcp_side side = { 0 };
		for (int n = 0; n < 20; n++)
			add(&side, samples[i], 5000);
		int64_t found = tcp_load_percentile(side.load, 0.95);
		assert_true(found <= samples[i]);
		assert_true(found >= samples[i] - samples[i] / 4 - MS);
		free(side.load);
	}
}

static void one_in_twenty_is_not_in_the_percentile(void **state)
{
	(void)state;
	struct tcp_side side = { 0 };
	for (int n = 0; n < 96; n++)
		add(&side, 20 * MS, 5000);
	for (int n = 0; n < 4; n++)
		add(&side, 500 * MS, 5000);
	assert_true(tcp_load_percentile(side.load, 0.95) <= 20 * MS);
	assert_int_equal(side.load->maximum, 500 * MS);
	add(&side, 500 * MS, 5000);
	add(&side, 500 * MS, 5000);
	assert_true(tcp_load_percentile(side.load, 0.95) >= 400 * MS);
	free(side.load);
}

static void a_queue_correlates_and_jitter_does_not(void **state)
{
	(void)state;
	struct tcp_side queue = { 0 }, jitter = { 0 }, steady = { 0 };
	for (uint64_t n = 1; n <= 100; n++) {
		uint64_t flight = 3000 + n % 50 * 1460;
		add(&queue, 20 * MS + (int64_t)flight * 1600, flight);
		add(&jitter, 20 * MS + (int64_t)(n * 37 % 11) * 10 * MS, flight);
		add(&steady, 20 * MS, 6000);
	}
	assert_true(tcp_load_correlation(queue.load) > 0.99);
	assert_true(tcp_load_correlation(jitter.load) < 0.3);
	assert_true(tcp_load_correlation(steady.load) < 0.01);
	free(queue.load);
	free(jitter.load);
	free(steady.load);
}

static void hostile_times_stay_in_the_histogram(void **state)
{
	(void)state;
	struct tcp_side side = { 0 };
	add(&side, -1, 5000);
	assert_null(side.load);
	/* No round trip takes hours: the clock is wrong. */
	add(&side, INT64_MAX, UINT32_MAX);
	assert_null(side.load);
	add(&side, 599 * NANOSECONDS, UINT32_MAX);
	uint32_t counted = 0;
	for (size_t i = 0; i < LOAD_BUCKETS; i++)
		counted += side.load->histogram[i];
	assert_int_equal(counted, 1);
	free(side.load);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_estimate_keeps_extremes_and_their_packets),
		cmocka_unit_test(percentiles_are_never_too_high),
		cmocka_unit_test(one_in_twenty_is_not_in_the_percentile),
		cmocka_unit_test(a_queue_correlates_and_jitter_does_not),
		cmocka_unit_test(hostile_times_stay_in_the_histogram),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
