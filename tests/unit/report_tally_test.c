#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/tally.h"

static union tally_key key_of(uint64_t number)
{
	return (union tally_key){ .words = { number, 0, 0, 0, 0, ~number } };
}

static void count(struct tally *tally, uint64_t number, unsigned direction, uint64_t bytes, int64_t time)
{
	const union tally_key key = key_of(number);
	tally_count(tally_row(tally, &key), direction, bytes, time);
}

static void rows_come_by_packets_then_bytes_then_key(void **state)
{
	(void)state;
	struct tally *tally = tally_create(10);
	count(tally, 5, 0, 10, 100);
	count(tally, 5, 1, 20, 50);
	count(tally, 7, 0, 10, INT64_MIN);
	count(tally, 3, 0, 10, 7);
	count(tally, 4, 0, 11, 7);
	tally_sort(tally);
	static const uint64_t order[] = { 5, 4, 3, 7 };
	assert_int_equal(tally_size(tally), 4);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(tally_get(tally, i)->key.words[0], order[i]);
	const struct tally_row *row = tally_get(tally, 0);
	assert_int_equal(tally_packets(row), 2);
	assert_int_equal(tally_bytes(row), 30);
	assert_int_equal(row->packets[1], 1);
	assert_true(row->first == 50 && row->last == 100);
	assert_true(tally_get(tally, 3)->first == INT64_MIN);
	tally_destroy(tally);
}

static void past_the_limit_sums_stay_exact(void **state)
{
	(void)state;
	struct tally *tally = tally_create(1000);
	for (unsigned round = 0; round < 3; round++)
		for (uint64_t number = 0; number < 5000; number++)
			count(tally, number, round & 1, number, 1);
	tally_sort(tally);
	uint64_t packets = tally_packets(tally_others(tally)), bytes = tally_bytes(tally_others(tally));
	assert_int_equal(tally_size(tally), 1000);
	assert_int_equal(packets, 3 * 4000);
	for (size_t i = 0; i < 1000; i++) {
		assert_int_equal(tally_packets(tally_get(tally, i)), 3);
		packets += tally_packets(tally_get(tally, i));
		bytes += tally_bytes(tally_get(tally, i));
	}
	assert_int_equal(packets, 15000);
	assert_int_equal(bytes, 3 * (4999 * 5000 / 2));
	/* It can still count after it was sorted. */
	count(tally, 999, 0, 1, 1);
	assert_int_equal(tally_size(tally), 1000);
	tally_destroy(tally);
	tally_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_come_by_packets_then_bytes_then_key),
		cmocka_unit_test(past_the_limit_sums_stay_exact),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
