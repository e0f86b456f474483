/* Fragments in every order, twice, contradicting each other, missing, and too many of them. */
#include "session_kit.h"

/* A UDP datagram of 40 bytes, 8 of them header: ports 5000 and 6000, the data "aaaaaaaabbbbbbbb…". */
static const uint8_t datagram[40] = "\x13\x88\x17\x70\x00\x28\x00\x00" "aaaaaaaa" "bbbbbbbb" "cccccccc"
	"dddddddd";

struct failures { unsigned count; struct fragment_report last; };

static void note_failure(const struct fragment_report *report, void *user)
{
	struct failures *failures = user;
	failures->count++;
	failures->last = *report;
}

static struct kit *begin(struct failures *failures)
{
	struct kit *kit = kit_create(0, 0);
	*failures = (struct failures){ 0 };
	session_table_on_fragments(kit->table, note_failure, failures);
	return kit;
}

/* The part [start, end) of the datagram. */
static const struct observation *part(struct kit *kit, uint16_t id, uint32_t start, uint32_t end,
				      int64_t time)
{
	/* Copies in the capture would be dropped before: none of these comes within their window. */
	return OBSERVE(kit, .protocol = 17, .id = id, .fragment = true, .offset = start,
		       .more = end < sizeof datagram, .payload = datagram + start, .length = end - start,
		       .time = time);
}

static void test_any_order(void **state)
{
	(void)state;
	static const uint32_t starts[] = { 0, 8, 24, 40 };
	static const unsigned orders[][3] = { { 0, 1, 2 }, { 0, 2, 1 }, { 1, 0, 2 }, { 1, 2, 0 }, { 2, 0, 1 },
		{ 2, 1, 0 } };
	struct failures failures;
	for (size_t i = 0; i < sizeof orders / sizeof *orders; i++) {
		struct kit *kit = begin(&failures);
		const struct observation *seen = NULL;
		for (unsigned j = 0; j < 3; j++) {
			if (seen)
				assert_null(seen->session);
			seen = part(kit, 7, starts[orders[i][j]], starts[orders[i][j] + 1], j * MILLISECOND);
		}
		assert_non_null(seen->session);
		assert_int_equal(seen->session->kind, SESSION_UDP);
		assert_true(kit->packet.ip->reassembled);
		assert_int_equal(kit->packet.udp->destination_port, 6000);
		assert_int_equal(kit->packet.payload.captured, 32);
		assert_memory_equal(kit->packet.payload.next, datagram + 8, 32);
		const struct fragment_statistics *statistics = session_table_fragments(kit->table);
		assert_int_equal(statistics->fragments, 3);
		assert_int_equal(statistics->datagrams, 1);
		assert_int_equal(statistics->completed, 1);
		assert_int_equal(statistics->overlapping, 0);
		session_table_finish(kit->table, kit->last + 60 * NANOSECONDS);
		assert_int_equal(failures.count, 0);
		kit_destroy(kit);
	}
}

static void test_ipv6(void **state)
{
	(void)state;
	static const uint8_t head[] = {
		0x60, 0, 0, 0, 0, 0, 44, 64,             /* length comes at 4, next header: fragment */
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
		0x20, 1, 0xd, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2,
		17, 0, 0, 0, 0, 0, 0, 9,                 /* UDP, offset and more at 42, identification 9 */
	};
	struct failures failures;
	struct kit *kit = begin(&failures);
	for (unsigned i = 0; i < 2; i++) {
		uint8_t frame[128] = { 0 };
		uint32_t start = i * 24, end = i ? 40 : 24;
		size_t at = wire_ethernet((uint8_t[6]){ 2, 1 }, (uint8_t[6]){ 2, 2 }, NULL, 0, 0x86dd, frame);
		memcpy(frame + at, head, sizeof head);
		wire_put16(frame + at + 4, 8 + end - start);
		wire_put16(frame + at + 42, start | (i == 0));
		memcpy(frame + at + sizeof head, datagram + start, end - start);
		uint32_t length = (uint32_t)(at + sizeof head + end - start);
		struct record record = { .number = i + 1, .time = START + i, .link_type = 1,
			.captured_length = length, .original_length = length, .bytes = frame };
		packet_decode(&kit->packet, &record);
		session_table_observe(kit->table, &kit->packet, &kit->observation);
		assert_int_equal(kit->observation.session != NULL, i == 1);
	}
	assert_memory_equal(kit->packet.payload.next, datagram + 8, 32);
	kit_destroy(kit);
}

static void test_overlaps(void **state)
{
	(void)state;
	static const struct {
		uint32_t parts[4][2];
		unsigned overlapping;
	} cases[] = {
		{ { { 0, 24 }, { 16, 40 } }, 1 },               /* the same bytes twice */
		{ { { 0, 24 }, { 0, 24 }, { 24, 40 } }, 0 },    /* an exact repeat */
		{ { { 8, 16 }, { 0, 24 }, { 16, 40 } }, 2 },    /* around what is there */
		{ { { 24, 40 }, { 0, 32 } }, 1 },
	};
	struct failures failures;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kit *kit = begin(&failures);
		const struct observation *seen = NULL;
		for (unsigned j = 0; j < 4 && cases[i].parts[j][1]; j++)
			seen = part(kit, 7, cases[i].parts[j][0], cases[i].parts[j][1], j * 10 * MILLISECOND);
		assert_non_null(seen->session);
		assert_memory_equal(kit->packet.payload.next, datagram + 8, 32);
		assert_int_equal(session_table_fragments(kit->table)->overlapping, cases[i].overlapping);
		assert_int_equal(session_table_fragments(kit->table)->conflicting, 0);
		session_table_finish(kit->table, kit->last + 60 * NANOSECONDS);
		assert_int_equal(failures.count, 0);
		kit_destroy(kit);
	}
}

static void test_first_bytes_win_a_conflict(void **state)
{
	(void)state;
	struct failures failures;
	struct kit *kit = begin(&failures);
	part(kit, 7, 0, 24, 0);
	OBSERVE(kit, .protocol = 17, .id = 7, .fragment = true, .more = true, .offset = 16,
		.payload = "EVIL....", .time = MILLISECOND);
	assert_int_equal(failures.count, 1);
	assert_true(failures.last.overlap_conflict);
	assert_int_equal(failures.last.first_packet, 1);
	assert_int_equal(failures.last.last_packet, 2);
	const struct observation *seen = part(kit, 7, 24, 40, 2 * MILLISECOND);
	assert_non_null(seen->session);
	assert_memory_equal(kit->packet.payload.next, datagram + 8, 32);
	session_table_finish(kit->table, kit->last + 60 * NANOSECONDS);
	assert_int_equal(failures.count, 1);
	kit_destroy(kit);
}

/* Two last fragments that disagree, and one that ends before others begin: bytes that never came are
 * never handed out. */
static void test_ends_that_contradict(void **state)
{
	(void)state;
	struct failures failures;
	struct kit *kit = begin(&failures);
	OBSERVE(kit, .protocol = 17, .id = 7, .fragment = true, .more = true, .offset = 800,
		.payload = datagram, .length = 40);
	const struct observation *seen = OBSERVE(kit, .protocol = 17, .id = 7, .fragment = true, .offset = 8,
						 .payload = "last", .time = MILLISECOND);
	assert_null(seen->session);
	assert_int_equal(failures.count, 1);
	assert_true(failures.last.overlap_conflict);
	kit_destroy(kit);
}

static void test_what_is_missing_is_reported(void **state)
{
	(void)state;
	static const struct {
		uint32_t start, end;
		int64_t until;           /* the trace's end */
		unsigned count;
		bool first, last;
		uint32_t missing;
	} cases[] = {
		{ 0, 24, 60 * NANOSECONDS, 1, true, false, 0 },
		{ 24, 40, 60 * NANOSECONDS, 1, false, true, 24 },
		{ 8, 16, 6 * NANOSECONDS, 1, false, false, 8 },
		{ 0, 24, 4 * NANOSECONDS, 0, false, false, 0 }, /* may be completed behind the end */
	};
	struct failures failures;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kit *kit = begin(&failures);
		part(kit, 7, cases[i].start, cases[i].end, 0);
		session_table_finish(kit->table, START + cases[i].until);
		assert_int_equal(failures.count, cases[i].count);
		if (failures.count) {
			assert_int_equal(failures.last.first_seen, cases[i].first);
			assert_int_equal(failures.last.last_seen, cases[i].last);
			assert_int_equal(failures.last.bytes_missing, cases[i].missing);
			assert_int_equal(failures.last.bytes_seen, cases[i].end - cases[i].start);
			assert_int_equal(failures.last.identification, 7);
			assert_false(failures.last.overlap_conflict);
		}
		kit_destroy(kit);
	}
}

static void test_time_runs_out(void **state)
{
	(void)state;
	struct failures failures;
	struct kit *kit = begin(&failures);
	part(kit, 7, 0, 24, 0);
	part(kit, 8, 0, 24, 29 * NANOSECONDS);
	assert_int_equal(failures.count, 0);
	part(kit, 9, 0, 24, 31 * NANOSECONDS);
	assert_int_equal(failures.count, 1);
	assert_int_equal(failures.last.identification, 7);
	kit_destroy(kit);
}

/* A copy that comes late is no new datagram, and a new datagram with an old identification is one. */
static void test_late_copies_and_used_identifications(void **state)
{
	(void)state;
	struct failures failures;
	struct kit *kit = begin(&failures);
	part(kit, 7, 0, 24, 0);
	part(kit, 7, 24, 40, MILLISECOND);
	part(kit, 7, 24, 40, 20 * MILLISECOND);
	session_table_finish(kit->table, kit->last + 60 * NANOSECONDS);
	assert_int_equal(failures.count, 0);
	kit_destroy(kit);

	kit = begin(&failures);
	part(kit, 7, 0, 24, 0);
	assert_non_null(part(kit, 7, 24, 40, MILLISECOND)->session);
	part(kit, 7, 0, 24, 2 * NANOSECONDS);
	assert_non_null(part(kit, 7, 24, 40, 2 * NANOSECONDS + MILLISECOND)->session);
	assert_int_equal(session_table_fragments(kit->table)->completed, 2);
	kit_destroy(kit);

	kit = begin(&failures);
	part(kit, 7, 0, 24, 0);
	part(kit, 7, 0, 24, 2 * NANOSECONDS);
	assert_int_equal(failures.count, 1);
	assert_non_null(part(kit, 7, 24, 40, 2 * NANOSECONDS + MILLISECOND)->session);
	kit_destroy(kit);
}

/* What the trace cut is neither reported as lost nor handed out with a hole. */
static void test_cut_fragments(void **state)
{
	(void)state;
	struct failures failures;
	struct kit *kit = begin(&failures);
	OBSERVE(kit, .protocol = 17, .id = 7, .fragment = true, .more = true, .payload = datagram,
		.length = 24, .cut = 10);
	assert_null(part(kit, 7, 24, 40, MILLISECOND)->session);
	session_table_finish(kit->table, kit->last + 60 * NANOSECONDS);
	assert_int_equal(failures.count, 0);
	kit_destroy(kit);
}

/* A flood of first fragments, and one of datagrams of the largest size, each cost bounded memory. */
static void test_bounds(void **state)
{
	(void)state;
	struct failures failures;
	static uint8_t zeros[1024];
	struct kit *kit = begin(&failures);
	for (unsigned i = 0; i < 5000; i++)
		part(kit, (uint16_t)(i + 1), 0, 24, i * MICROSECOND);
	assert_int_equal(session_table_fragments(kit->table)->evicted, 5000 - 2048);
	for (unsigned i = 0; i < 400; i++)
		OBSERVE(kit, .protocol = 17, .id = (uint16_t)(i + 6000), .fragment = true, .more = true,
			.offset = 64000, .payload = zeros, .length = 1024, .time = 10 * MILLISECOND);
	assert_true(session_table_fragments(kit->table)->evicted >= 5000 - 2048 + 400 - 256);
	/* Past the end of any datagram. */
	assert_null(OBSERVE(kit, .protocol = 17, .id = 1, .fragment = true, .offset = 65528, .payload = zeros,
			    .length = 1024, .time = 11 * MILLISECOND)->session);
	assert_int_equal(failures.count, 0);
	kit_destroy(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_any_order),
		cmocka_unit_test(test_ipv6),
		cmocka_unit_test(test_overlaps),
		cmocka_unit_test(test_first_bytes_win_a_conflict),
		cmocka_unit_test(test_ends_that_contradict),
		cmocka_unit_test(test_what_is_missing_is_reported),
		cmocka_unit_test(test_time_runs_out),
		cmocka_unit_test(test_late_copies_and_used_identifications),
		cmocka_unit_test(test_cut_fragments),
		cmocka_unit_test(test_bounds),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
