#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "convert/slice.h"

#define SECOND 1000000000LL
#define NOON (1344427200 * SECOND)           /* 2012-08-08T12:00:00Z */

static void test_what_a_slice_holds(void **state)
{
	(void)state;
	static const struct { const char *words; uint64_t number; int64_t time; bool holds; } cases[] = {
		{ "5", 5, NOON, true }, { "5", 6, NOON, false },
		{ "5-7", 5, NOON, true }, { "5-7", 7, NOON, true }, { "5-7", 8, NOON, false },
		{ "5-7", 6, INT64_MIN, true },
		{ "5-", 4, NOON, false }, { "5-", 1000000, NOON, true },
		{ "-5", 5, NOON, true }, { "-5", 6, NOON, false },
		{ "1,3,10-12", 3, NOON, true }, { "1,3,10-12", 4, NOON, false },
		{ "1,3,10-12", 11, NOON, true },
		{ "1s-2.5s", 9, NOON + SECOND, true }, { "1s-2.5s", 9, NOON + SECOND - 1, false },
		{ "1s-2.5s", 9, NOON + 5 * SECOND / 2, true }, { "1s-2.5s", 9, NOON + 5 * SECOND / 2 + 1, false },
		{ "1s-2.5s", 9, INT64_MIN, false },
		{ "0.000000001s-", 9, NOON, false }, { "0.000000001s-", 9, NOON + 1, true },
		{ "2012-08-08T12:00:00Z-2012-08-08T12:00:01Z", 9, NOON, true },
		{ "2012-08-08T12:00:00Z-2012-08-08T12:00:01Z", 9, NOON + SECOND + 1, false },
		{ "2012-08-08T12:00:00-2012-08-08T12:00:01", 9, NOON + SECOND, true },
		{ "2012-08-08T14:00:00.5+02:00-", 9, NOON + SECOND / 2, true },
		{ "2012-08-08T14:00:00.5+02:00-", 9, NOON + SECOND / 2 - 1, false },
		{ "2012-08-08T10:00:00-02:00-", 9, NOON, true },
		{ "2012-08-08T10:00:00-02:00-", 9, NOON - 1, false },
		{ "-2012-08-08T12:00:00Z", 9, NOON, true }, { "-2012-08-08T12:00:00Z", 9, NOON + 1, false },
		{ "7-2012-08-08T12:00:00Z", 7, NOON, true }, { "7-2012-08-08T12:00:00Z", 6, NOON, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct slice slice;
		struct error error = ERROR_INIT;
		assert_true(slice_parse(&slice, cases[i].words, &error));
		if (slice_holds(&slice, cases[i].number, cases[i].time, NOON) != cases[i].holds)
			fail_msg("%s, packet %u", cases[i].words, (unsigned)cases[i].number);
	}
}

static void test_what_is_no_slice(void **state)
{
	(void)state;
	static const char *const wrong[] = { "", "-", "0", "a", "1-2-3", "5-4", "1,", ",1", "1.5-2", "3s",
		"3s-1s", "1s-2012-13-01T00:00:00Z", "2012-08-08T25:00:00Z-", "2012-08-08", "1-2,x",
		"99999999999999999999-", "9999999999999s-", "2012-08-08T12:00:01Z-2012-08-08T12:00:00Z" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct slice slice;
		struct error error = ERROR_INIT;
		if (slice_parse(&slice, wrong[i], &error))
			fail_msg("\"%s\" is a slice", wrong[i]);
		assert_int_equal(error.code, ERROR_USAGE);
	}
}

static void test_when_a_slice_is_over(void **state)
{
	(void)state;
	static const struct { const char *words; uint64_t number; bool over; } cases[] = {
		{ "1-5", 5, false }, { "1-5", 6, true }, { "1-5,3", 6, true }, { "1-5,8", 6, false },
		{ "5-", 1000, false }, { "1s-2s", 1000, false }, { "1-5,1s-2s", 1000, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct slice slice;
		struct error error = ERROR_INIT;
		assert_true(slice_parse(&slice, cases[i].words, &error));
		assert_int_equal(slice_is_over(&slice, cases[i].number), cases[i].over);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_a_slice_holds),
		cmocka_unit_test(test_what_is_no_slice),
		cmocka_unit_test(test_when_a_slice_is_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
