/* Numbers that are missing, late, twice, wrapped, or begin anew; how evenly packets come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "analyze/media_stream.h"

#define MILLISECOND 1000000

struct turn { uint16_t first, last; };   /* numbers that come, one every 20 ms */

static struct media_stream play(const struct turn *turns, size_t count, int64_t uneven)
{
	struct media_stream stream;
	uint64_t packet = 0;
	int64_t time = 0;
	uint16_t start = turns[0].first;
	media_stream_begin(&stream, start, 8000);
	for (size_t i = 0; i < count; i++)
		for (uint16_t n = turns[i].first; n != (uint16_t)(turns[i].last + 1); n++) {
			int64_t at = (uint16_t)(n - start) * 20LL * MILLISECOND;
			time = at + (packet % 2 ? uneven : 0);
			media_stream_add(&stream, n, (uint16_t)(n - start) * 160u, ++packet, time);
		}
	media_stream_end(&stream);
	return stream;
}

static void what_is_missing(void **state)
{
	static const struct {
		struct turn turns[4];
		size_t count;
		uint64_t lost, bursts, longest;
	} cases[] = {
		{ { { 1, 300 } }, 1, 0, 0, 0 },
		{ { { 1, 100 }, { 104, 300 } }, 2, 3, 1, 3 },
		{ { { 1, 100 }, { 104, 110 }, { 112, 300 } }, 3, 4, 2, 3 },
		{ { { 1, 100 }, { 103, 103 }, { 101, 102 }, { 104, 300 } }, 4, 0, 0, 0 },    /* late */
		{ { { 1, 100 }, { 99, 99 }, { 101, 300 } }, 3, 0, 0, 0 },                    /* twice */
		{ { { 65500, 20 }, { 23, 100 } }, 2, 2, 1, 2 },                              /* wrapped */
		{ { { 1, 100 }, { 250, 400 } }, 2, 149, 1, 149 },                            /* a long burst */
		{ { { 1, 100 }, { 20000, 20100 } }, 2, 0, 0, 0 },                            /* begins anew */
		{ { { 20000, 20100 }, { 5, 200 } }, 2, 0, 0, 0 },
		{ { { 1, 100 }, { 30000, 30000 }, { 101, 200 } }, 3, 0, 0, 0 },              /* a stray one */
		{ { { 10, 100 }, { 5, 9 }, { 101, 200 } }, 3, 0, 0, 0 },
		{ { { 1, 10 }, { 12, 12 } }, 2, 1, 1, 1 },                                   /* at the end */
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct media_stream stream = play(cases[i].turns, cases[i].count, 0);
		if (stream.lost != cases[i].lost || stream.bursts != cases[i].bursts ||
		    stream.longest != cases[i].longest)
			fail_msg("case %zu: %u lost in %u bursts of up to %u", i, (unsigned)stream.lost,
				 (unsigned)stream.bursts, (unsigned)stream.longest);
		assert_true((stream.proof.total != 0) == (stream.lost != 0));
	}
}

static void the_packet_behind_a_gap_proves_it(void **state)
{
	static const struct turn turns[] = { { 1, 100 }, { 104, 300 } };
	(void)state;
	struct media_stream stream = play(turns, 2, 0);
	assert_int_equal(stream.proof.first[0].packet, 101);
	assert_int_equal(stream.missing, 3);
}

/* 400 numbers in 20 ms are no loss: the sender counts anew. */
static void a_sudden_jump_is_a_new_start(void **state)
{
	(void)state;
	struct media_stream stream;
	media_stream_begin(&stream, 1, 8000);
	for (uint16_t i = 0; i < 400; i++)
		media_stream_add(&stream, (uint16_t)(i < 200 ? 1 + i : 401 + i), i * 160u, i + 1u,
				 i * 20LL * MILLISECOND);
	media_stream_end(&stream);
	assert_int_equal(stream.lost, 0);
	assert_int_equal(stream.received, 399);  /* the first one beyond was not believed */
}

/* Every second packet 8 ms late: each differs from the one before by 8 ms, which J comes close to. */
static void jitter(void **state)
{
	static const struct turn turns[] = { { 1, 300 } };
	(void)state;
	struct media_stream even = play(turns, 1, 0), uneven = play(turns, 1, 8 * MILLISECOND);
	assert_true(even.worst_jitter < 1e-6);
	assert_true(uneven.jitter > 0.0079 && uneven.jitter < 0.0081);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_missing),
		cmocka_unit_test(the_packet_behind_a_gap_proves_it),
		cmocka_unit_test(a_sudden_jump_is_a_new_start),
		cmocka_unit_test(jitter),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
