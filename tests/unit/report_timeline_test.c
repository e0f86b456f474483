#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/timeline.h"

#define MS 1000000LL

static uint64_t total(const struct timeline *timeline, unsigned series)
{
	uint64_t sum = 0;
	for (size_t slot = 0; slot < timeline_slots(timeline); slot++)
		sum += timeline_get(timeline, slot, series);
	return sum;
}

static void slots_hold_what_came_in_their_time(void **state)
{
	(void)state;
	struct timeline *timeline = timeline_create(2, 10, MS);
	assert_int_equal(timeline_slots(timeline), 0);
	assert_true(timeline_origin(timeline) == INT64_MIN);
	timeline_add(timeline, 50 * MS, 0, 1);
	timeline_add(timeline, 51 * MS - 1, 0, 1);
	timeline_add(timeline, 51 * MS, 1, 7);
	timeline_add(timeline, 49 * MS, 0, 1);       /* before the first: counts as then */
	assert_int_equal(timeline_slots(timeline), 2);
	assert_int_equal(timeline_get(timeline, 0, 0), 3);
	assert_int_equal(timeline_get(timeline, 0, 1), 0);
	assert_int_equal(timeline_get(timeline, 1, 1), 7);
	assert_int_equal(timeline_get(timeline, 2, 0), 0);
	timeline_destroy(timeline);
}

static void widths_are_round_and_nothing_is_lost(void **state)
{
	(void)state;
	static const struct { int64_t until, width; size_t slots; } cases[] = {
		{ 9 * MS, MS, 10 }, { 10 * MS, 2 * MS, 6 }, { 19 * MS, 2 * MS, 10 },
		{ 20 * MS, 10 * MS, 3 }, { 99 * MS, 10 * MS, 10 }, { 100 * MS, 20 * MS, 6 },
		{ 200 * MS, 100 * MS, 3 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct timeline *timeline = timeline_create(1, 10, MS);
		uint64_t added = 0;
		for (int64_t time = 0; time <= cases[i].until; time += MS, added++)
			timeline_add(timeline, 1000 * MS + time, 0, 1);
		assert_int_equal(timeline_width(timeline), cases[i].width);
		assert_int_equal(timeline_slots(timeline), cases[i].slots);
		assert_int_equal(total(timeline, 0), added);
		timeline_destroy(timeline);
	}
}

static void any_time_fits(void **state)
{
	(void)state;
	struct timeline *timeline = timeline_create(1, 600, MS);
	timeline_add(timeline, INT64_MIN + 1, 0, 1);
	timeline_add(timeline, INT64_MAX, 0, 1);
	timeline_add(timeline, 0, 0, 1);
	assert_int_equal(total(timeline, 0), 3);
	assert_true(timeline_slots(timeline) <= 600);
	assert_true(timeline_start(timeline, timeline_slots(timeline)) == INT64_MAX);
	assert_true(timeline_start(timeline, 0) == INT64_MIN + 1);
	timeline_destroy(timeline);
	timeline_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slots_hold_what_came_in_their_time),
		cmocka_unit_test(widths_are_round_and_nothing_is_lost),
		cmocka_unit_test(any_time_fits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
