/* Copies that the capture made, and packets that only look like copies. */
#include "session_kit.h"

/* A packet and a second one, which differs in what the case says. */
static void test_pairs(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		struct made first, second;
		bool twin;
	} cases[] = {
		{ "the same after 3 us",
		  { .id = 7, .payload = "data" },
		  { .id = 7, .payload = "data", .time = 3 * MICROSECOND }, true },
		{ "recorded with an earlier time",
		  { .id = 7, .payload = "data", .time = 5 * MICROSECOND },
		  { .id = 7, .payload = "data", .time = 3 * MICROSECOND }, true },
		{ "the same after 3 ms: too late for a copy on the same way",
		  { .id = 7, .payload = "data" },
		  { .id = 7, .payload = "data", .time = 3 * MILLISECOND }, false },
		{ "another identification: repeated by the sender",
		  { .id = 7, .payload = "data" },
		  { .id = 8, .payload = "data", .time = 3 * MICROSECOND }, false },
		{ "other bytes",
		  { .id = 7, .payload = "data" },
		  { .id = 7, .payload = "dada", .time = 3 * MICROSECOND }, false },
		{ "other bytes, checksums left to the card",
		  { .id = 7, .payload = "data", .checksum = WIRE_PARTIAL },
		  { .id = 7, .payload = "dada", .time = 3 * MICROSECOND, .checksum = WIRE_PARTIAL }, false },
		{ "the same, checksums left to the card",
		  { .id = 7, .payload = "data", .checksum = WIRE_ZERO },
		  { .id = 7, .payload = "data", .time = 3 * MICROSECOND, .checksum = WIRE_ZERO }, true },
		{ "another acknowledgement",
		  { .id = 7, .acknowledgment = 1 },
		  { .id = 7, .acknowledgment = 2, .time = 3 * MICROSECOND }, false },
		{ "another timestamp",
		  { .id = 7, .timestamp = 1 },
		  { .id = 7, .timestamp = 2, .time = 3 * MICROSECOND }, false },
		{ "behind a router, 9 ms later",
		  { .id = 7, .payload = "data", .to_mac = 0x50 },
		  { .id = 7, .payload = "data", .time = 9 * MILLISECOND, .from_mac = 0x50, .ttl = 63 }, true },
		{ "behind a router that numbers nothing",
		  { .payload = "data", .to_mac = 0x50 },
		  { .payload = "data", .time = 9 * MILLISECOND, .from_mac = 0x50, .ttl = 63 }, true },
		{ "on another VLAN",
		  { .id = 7, .payload = "data", .vlan = 10 },
		  { .id = 7, .payload = "data", .time = 5 * MILLISECOND, .vlan = 20 }, true },
		{ "on another way, a second later",
		  { .id = 7, .payload = "data", .to_mac = 0x50 },
		  { .id = 7, .payload = "data", .time = NANOSECONDS, .from_mac = 0x50, .ttl = 63 }, false },
		{ "data without identification, after 100 us",
		  { .payload = "data" },
		  { .payload = "data", .time = 100 * MICROSECOND }, true },
		{ "data without identification, after 300 us",
		  { .payload = "data" },
		  { .payload = "data", .time = 300 * MICROSECOND }, false },
		{ "data without identification but with timestamps, after 300 us",
		  { .payload = "data", .timestamp = 5 },
		  { .payload = "data", .timestamp = 5, .time = 300 * MICROSECOND }, true },
		{ "two duplicate acknowledgements of one burst",
		  { .acknowledgment = 9 },
		  { .acknowledgment = 9, .time = 10 * MICROSECOND }, false },
		{ "two duplicate acknowledgements of one burst, with timestamps",
		  { .acknowledgment = 9, .timestamp = 5 },
		  { .acknowledgment = 9, .timestamp = 5, .time = 10 * MICROSECOND }, false },
		{ "two resets for two segments",
		  { .flags = TCP_RST, .sequence = 5 },
		  { .flags = TCP_RST, .sequence = 5, .time = 10 * MICROSECOND }, false },
		{ "a keep-alive probe, one second later",
		  { .sequence = 5 }, { .sequence = 5, .time = NANOSECONDS }, false },
		{ "a datagram sent twice by its program",
		  { .protocol = 17, .payload = "M-SEARCH" },
		  { .protocol = 17, .payload = "M-SEARCH", .time = 10 * MICROSECOND }, false },
		{ "a datagram with identification",
		  { .protocol = 17, .id = 7, .payload = "query" },
		  { .protocol = 17, .id = 7, .payload = "query", .time = 10 * MICROSECOND }, true },
		{ "an echo request",
		  { .protocol = 1, .icmp_type = 8, .id = 7 },
		  { .protocol = 1, .icmp_type = 8, .id = 7, .time = 10 * MICROSECOND }, true },
		{ "a protocol without decoder",
		  { .protocol = 50, .id = 7, .payload = "secret" },
		  { .protocol = 50, .id = 7, .payload = "secret", .time = 10 * MICROSECOND }, true },
		{ "two fragments of one datagram",
		  { .protocol = 17, .id = 7, .fragment = true, .more = true, .offset = 8, .payload = "01234567" },
		  { .protocol = 17, .id = 7, .fragment = true, .more = true, .offset = 16,
		    .payload = "01234567", .time = 10 * MICROSECOND }, false },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kit *kit = kit_create(0, 0);
		assert_int_equal(kit_observe(kit, cases[i].first)->twin_of, 0);
		const struct observation *seen = kit_observe(kit, cases[i].second);
		if ((seen->twin_of != 0) != cases[i].twin)
			fail_msg("%s", cases[i].what);
		kit_destroy(kit);
	}
}

static void test_what_is_told(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	OBSERVE(kit, .id = 7, .payload = "data", .to_mac = 0x50);
	const struct observation *seen = OBSERVE(kit, .id = 7, .payload = "data", .from_mac = 0x50, .ttl = 62,
						 .time = 40 * MICROSECOND);
	assert_int_equal(seen->twin_of, 1);
	assert_int_equal(seen->twin_lag, 40 * MICROSECOND);
	assert_int_equal(seen->twin_ttl_change, 2);
	assert_true(seen->twin_other_path);
	assert_null(seen->segment);
	assert_int_equal(seen->session->duplicates, 1);
	assert_int_equal(seen->session->side[0].packets + seen->session->side[1].packets, 1);
	seen = OBSERVE(kit, .id = 8, .payload = "more", .sequence = 4, .time = MILLISECOND);
	seen = OBSERVE(kit, .id = 8, .payload = "more", .sequence = 4, .time = MILLISECOND);
	assert_int_equal(seen->twin_of, 3);
	assert_false(seen->twin_other_path);
	kit_destroy(kit);
}

/* Three copies: all are told as copies of the first. */
static void test_several_copies(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(OBSERVE(kit, .id = 7, .payload = "data", .time = i * MICROSECOND)->twin_of,
				 i ? 1 : 0);
	kit_destroy(kit);
}

/* Once many packets are surely doubled, those without identification are believed to be as well. */
static void test_proof_of_doubling(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	for (uint16_t i = 1; i <= 20; i++) {
		assert_int_equal(OBSERVE(kit, .acknowledgment = i, .time = i * MILLISECOND)->twin_of, 0);
		assert_int_equal(OBSERVE(kit, .acknowledgment = i, .time = i * MILLISECOND)->twin_of, 0);
		OBSERVE(kit, .acknowledgment = i, .id = i, .time = i * MILLISECOND);
		assert_int_not_equal(OBSERVE(kit, .acknowledgment = i, .id = i,
					     .time = i * MILLISECOND)->twin_of, 0);
	}
	OBSERVE(kit, .acknowledgment = 30, .time = 30 * MILLISECOND);
	assert_int_not_equal(OBSERVE(kit, .acknowledgment = 30, .time = 31 * MILLISECOND)->twin_of, 0);
	kit_destroy(kit);
}

/* Between two copies lie more packets than are remembered. */
static void test_memory_is_bounded(void **state)
{
	(void)state;
	struct kit *kit = kit_create(16, 0);
	OBSERVE(kit, .id = 7, .payload = "data");
	for (unsigned i = 0; i < 60000; i++)
		assert_int_equal(OBSERVE(kit, .id = 8, .sequence = i)->twin_of, 0);
	assert_int_equal(OBSERVE(kit, .id = 7, .payload = "data")->twin_of, 0);
	kit_destroy(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs),
		cmocka_unit_test(test_what_is_told),
		cmocka_unit_test(test_several_copies),
		cmocka_unit_test(test_proof_of_doubling),
		cmocka_unit_test(test_memory_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
