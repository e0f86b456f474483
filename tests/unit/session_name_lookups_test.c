#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "session/name_lookups.h"

static struct address host(uint32_t number)
{
	const uint8_t bytes[4] = { 10, (uint8_t)(number >> 16), (uint8_t)(number >> 8), (uint8_t)number };
	return address_ipv4(bytes);
}

static void tell(struct name_lookups *lookups, uint32_t client, uint32_t address, int64_t asked, int64_t answered)
{
	const struct name_lookup lookup = { .client = host(client), .address = host(address), .asked = asked,
		.answered = answered };
	name_lookups_add(lookups, &lookup);
}

static const struct name_lookup *find(const struct name_lookups *lookups, uint32_t client, uint32_t address, int64_t now)
{
	struct address from = host(client), to = host(address);
	return name_lookups_find(lookups, &from, &to, now);
}

static void only_the_own_and_recent_one_counts(void **state)
{
	(void)state;
	struct name_lookups *lookups = name_lookups_create();
	assert_null(find(lookups, 1, 2, 0));
	tell(lookups, 1, 2, 10 * MILLISECOND, 50 * MILLISECOND);
	assert_int_equal(find(lookups, 1, 2, 60 * MILLISECOND)->asked, 10 * MILLISECOND);
	assert_non_null(find(lookups, 1, 2, 50 * MILLISECOND + NAME_LOOKUP_AGE));
	assert_null(find(lookups, 1, 2, 51 * MILLISECOND + NAME_LOOKUP_AGE));
	assert_null(find(lookups, 1, 2, 40 * MILLISECOND));  /* it had not been told yet */
	assert_null(find(lookups, 2, 1, 60 * MILLISECOND));
	assert_null(find(lookups, 3, 2, 60 * MILLISECOND));
	tell(lookups, 1, 2, 70 * MILLISECOND, 80 * MILLISECOND);
	assert_int_equal(find(lookups, 1, 2, 90 * MILLISECOND)->asked, 70 * MILLISECOND);
	name_lookups_destroy(lookups);
}

/* Far more than there is room for: the newest are still there. */
static void the_oldest_make_room(void **state)
{
	(void)state;
	struct name_lookups *lookups = name_lookups_create();
	unsigned kept = 0;
	for (uint32_t i = 1; i <= 100000; i++)
		tell(lookups, 1, i, i, i + 1);
	for (uint32_t i = 99001; i <= 100000; i++)
		kept += find(lookups, 1, i, i + 2) != NULL;
	assert_true(kept > 990);
	name_lookups_destroy(lookups);
	name_lookups_destroy(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_the_own_and_recent_one_counts),
		cmocka_unit_test(the_oldest_make_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
