/* What analyzers remember: it stays small, and what is frequent or recent stays in it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "analyze/cache.h"
#include "analyze/rate.h"
#include "analyze/top.h"

static void entries_are_found_again(void **user)
{
	struct cache cache;
	cache_init(&cache, 64, sizeof(uint64_t), sizeof(uint32_t));
	assert_null(cache_find(&cache, &(uint64_t){ 1 }));
	for (uint64_t key = 0; key < 8; key++) {
		bool fresh;
		uint32_t *value = cache_enter(&cache, &key, &fresh);
		assert_true(fresh);
		assert_int_equal(*value, 0);
		*value = (uint32_t)key + 100;
	}
	for (uint64_t key = 0; key < 8; key++) {
		bool fresh;
		assert_int_equal(*(uint32_t *)cache_find(&cache, &key), key + 100);
		cache_enter(&cache, &key, &fresh);
		assert_false(fresh);
	}
	assert_int_equal(cache.count, 8);
	cache_finish(&cache);
}

static void count_forgotten(void *user, const void *key, void *value)
{
	*(uint64_t *)user += *(uint64_t *)value;
}

static void it_stays_small_and_tells_what_it_forgets(void **user)
{
	struct cache cache;
	uint64_t forgotten = 0, held = 0;
	cache_init(&cache, 100, sizeof(uint64_t), sizeof(uint64_t));
	cache.forget = count_forgotten;
	cache.user = &forgotten;
	for (uint64_t key = 0; key < 10000; key++)
		*(uint64_t *)cache_enter(&cache, &key, NULL) = 1;
	size_t at = 0;
	const void *key;
	const uint64_t *value;
	while ((value = cache_next(&cache, &at, &key)))
		held += *value;
	assert_true(held <= 128);
	assert_int_equal(held, cache.count);
	assert_int_equal(held + forgotten, 10000);
	assert_int_equal(forgotten, cache.forgotten);
	cache_finish(&cache);
}

static void what_is_used_stays(void **user)
{
	struct cache cache;
	cache_init(&cache, 64, sizeof(uint64_t), sizeof(uint32_t));
	uint64_t favourite = 1ULL << 40;
	*(uint32_t *)cache_enter(&cache, &favourite, NULL) = 7;
	for (uint64_t key = 0; key < 5000; key++) {
		cache_enter(&cache, &key, NULL);
		assert_non_null(cache_find(&cache, &favourite));
	}
	assert_int_equal(*(uint32_t *)cache_find(&cache, &favourite), 7);
	cache_finish(&cache);
}

/* The buckets double and entries move to no other place: what was given out stays good. */
static void growth_moves_nothing(void **user)
{
	struct cache cache;
	uint64_t *given[300];
	cache_init(&cache, 4096, sizeof(uint64_t), sizeof(uint64_t));
	for (uint64_t key = 0; key < 300; key++) {
		given[key] = cache_enter(&cache, &key, NULL);
		*given[key] = ~key;
	}
	size_t at = 0;
	const void *key;
	const uint64_t *value;
	for (uint64_t order = 0; order < 300; order++) {
		value = cache_next(&cache, &at, &key);
		assert_ptr_equal(value, given[order]);
		assert_ptr_equal(cache_find(&cache, &order), value);
		assert_true(*value == ~order);
		assert_memory_equal(key, &order, sizeof order);
	}
	assert_null(cache_next(&cache, &at, &key));
	assert_int_equal(cache.forgotten, 0);
	cache_finish(&cache);
}

static void rates_start_anew_with_each_window(void **user)
{
	static const struct { int64_t time; uint32_t count; } cases[] = {
		{ 1000, 1 }, { 1001, 2 }, { 1099, 3 }, { 1100, 1 }, { 1150, 2 }, { 5000, 1 }, { 4000, 1 },
	};
	struct rate rate = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
		assert_int_equal(rate_add(&rate, cases[i].time, 100), cases[i].count);
}

static void spreads_count_what_differs(void **user)
{
	struct spread spread = { 0 };
	for (unsigned round = 0; round < 3; round++)
		for (uint64_t hash = 0; hash < 20; hash++)
			assert_int_equal(spread_add(&spread, hash * 7), round == 0);
	assert_int_equal(spread.count, 20);
}

static void the_frequent_come_to_the_top(void **user)
{
	struct top top = { 0 };
	for (uint64_t i = 0; i < 3000; i++) {
		top_add(&top, 1000 + i);         /* each once */
		if (i % 3 == 0)
			top_add(&top, 5);
		if (i % 5 == 0)
			top_add(&top, 9);
	}
	assert_int_equal(top_rank(&top, 0).key, 5);
	assert_true(top_rank(&top, 0).count >= 1000);
	assert_true(top_rank(&top, 0).count <= 1000 + (3000 + 1000 + 600) / TOP_SIZE);
	assert_int_equal(top_rank(&top, 1).key, 9);
	assert_int_equal(top_rank(&(struct top){ 0 }, 0).count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_found_again),
		cmocka_unit_test(it_stays_small_and_tells_what_it_forgets),
		cmocka_unit_test(what_is_used_stays),
		cmocka_unit_test(growth_moves_nothing),
		cmocka_unit_test(rates_start_anew_with_each_window),
		cmocka_unit_test(spreads_count_what_differs),
		cmocka_unit_test(the_frequent_come_to_the_top),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
