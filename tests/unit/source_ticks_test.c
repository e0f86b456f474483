#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "source/ticks.h"

#define SECOND 1000000000LL

struct example {
	uint8_t resolution;
	int64_t offset;
	uint64_t count;
	int64_t time;
};

static const struct example examples[] = {
	{ 6, 0, 1700000000123456, 1700000000123456000 },
	{ 9, 0, 1700000000123456789, 1700000000123456789 },
	{ 3, 0, 1700000000123, 1700000000123000000 },
	{ 0, 0, 1700000000, 1700000000 * SECOND },
	{ 12, 0, 1999, 1 },                            /* picoseconds, cut */
	{ 19, 0, UINT64_MAX, 1844674407 },             /* 2^64 of them are 1.8 s */
	{ 28, 0, UINT64_MAX, 1 },
	{ 29, 0, UINT64_MAX, 0 },
	{ 127, 0, UINT64_MAX, 0 },
	{ 6, 0, 0, 0 },
	{ 0x80, 0, 1700000000, 1700000000 * SECOND },  /* 2^0 */
	{ 0x80 | 1, 0, 3, SECOND + SECOND / 2 },
	{ 0x80 | 20, 0, 1048576 * 5, 5 * SECOND },
	{ 0x80 | 32, 0, 1ULL << 31, SECOND / 2 },
	{ 0x80 | 63, 0, UINT64_MAX, 2 * SECOND - 1 },
	{ 0x80 | 64, 0, UINT64_MAX, SECOND - 1 },
	{ 0x80 | 127, 0, UINT64_MAX, 0 },
	{ 6, 3600, 1000000, 3601 * SECOND },
	{ 6, -3600, 1000000, -3599 * SECOND },
	{ 6, -1, 0, -SECOND },
	{ 9, INT64_MAX, 0, INT64_MAX / 2 },                /* does not fit: the nearest that does */
	{ 9, INT64_MIN, 0, -(INT64_MAX / 2) },
	{ 0, 0, UINT64_MAX, INT64_MAX / 2 },
	{ 6, 0, UINT64_MAX, INT64_MAX / 2 },
	{ 9, 0, UINT64_MAX, INT64_MAX / 2 },
	{ 9, -10000000000, UINT64_MAX, INT64_MAX / 2 },
};

static void test_examples(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof examples / sizeof *examples; i++) {
		struct ticks ticks = ticks_from_resolution(examples[i].resolution,
							   examples[i].offset);
		assert_int_equal(ticks_time(&ticks, examples[i].count), examples[i].time);
		assert_int_equal(ticks_slow(&ticks, examples[i].count), examples[i].time);
	}
}

/* Every resolution, at the ends of the range: no value may overflow or be the one for "no time". */
static void test_extremes(void **state)
{
	(void)state;
	static const uint64_t counts[] = { 0, 1, INT64_MAX / 2000, INT64_MAX, UINT64_MAX };
	static const int64_t offsets[] = { 0, 1, -1, INT32_MAX, INT64_MAX, INT64_MIN };
	for (unsigned resolution = 0; resolution < 256; resolution++) {
		for (size_t i = 0; i < sizeof offsets / sizeof *offsets; i++) {
			struct ticks ticks = ticks_from_resolution((uint8_t)resolution, offsets[i]);
			assert_true(ticks.per_second > 0);
			for (size_t j = 0; j < sizeof counts / sizeof *counts; j++) {
				int64_t time = ticks_time(&ticks, counts[j]);
				assert_true(time != INT64_MIN);
				assert_true(time == ticks_slow(&ticks, counts[j]));
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_examples),
		cmocka_unit_test(test_extremes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
