/* Sessions: who belongs together, their numbers, their ends, their roles, their quality. */
#include "session_kit.h"

struct ended { unsigned count; uint32_t numbers[16]; uint8_t ends[16], kinds[16]; };

static void note_end(const struct session *session, const struct observation *last, void *user)
{
	struct ended *ended = user;
	assert_ptr_equal(last->session, session);
	assert_null(last->packet);
	assert_true(ended->count < 16);
	ended->numbers[ended->count] = session->number;
	ended->kinds[ended->count] = session->kind;
	ended->ends[ended->count++] = session->end;
}

static void test_both_directions_are_one_session(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	const struct observation *seen = OBSERVE(kit, .flags = TCP_SYN, .sequence = 100);
	const struct session *session = seen->session;
	uint8_t client = seen->direction;
	assert_true(seen->new_session);
	assert_int_equal(session->number, 1);
	assert_int_equal(session->key.end[client].port, 40000);
	seen = OBSERVE(kit, .from = "10.0.0.2", .to = "10.0.0.1", .from_port = 80, .to_port = 40000,
		       .flags = TCP_SYN | TCP_ACK, .acknowledgment = 101);
	assert_ptr_equal(seen->session, session);
	assert_false(seen->new_session);
	assert_int_equal(seen->direction, !client);
	assert_int_equal(session->client, client);
	assert_int_equal(session->role, ROLE_SYN);
	assert_string_equal(session_service(session), "http");
	assert_int_equal(session->side[0].packets, 1);
	assert_int_equal(session->side[1].packets, 1);
	assert_int_equal(session->quality & QUALITY_MIDSTREAM, 0);
	assert_non_null(seen->segment);
	kit_destroy(kit);
}

static void test_numbers_count_by_kind(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	assert_int_equal(OBSERVE(kit, .from_port = 1)->session->number, 1);
	assert_int_equal(OBSERVE(kit, .from_port = 2)->session->number, 2);
	assert_int_equal(OBSERVE(kit, .from_port = 1, .protocol = 17)->session->number, 1);
	assert_int_equal(OBSERVE(kit, .from_port = 7, .protocol = 1, .icmp_type = 8)->session->number, 1);
	assert_int_equal(OBSERVE(kit, .from_port = 3)->session->number, 3);
	assert_int_equal(OBSERVE(kit, .from_port = 2)->session->number, 2);
	assert_int_equal(session_table_count(kit->table, SESSION_TCP), 3);
	assert_int_equal(session_table_count(kit->table, SESSION_UDP), 1);
	assert_int_equal(session_table_count(kit->table, SESSION_ICMP), 1);
	kit_destroy(kit);
}

/* Wireshark numbers the conversation of a quoted packet that it has not seen, so culprit leaves the
 * number out, until the conversation shows up. */
static void test_quotes_take_numbers(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	struct ended ended = { 0 };
	static const uint8_t quote[] = {
		0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 10, 0, 0, 9, 10, 0, 0, 2,
		0x13, 0x88, 0x17, 0x70, 0, 8, 0, 0, /* 5000 > 6000, UDP without data */
	};
	session_table_on_end(kit->table, note_end, &ended);
	for (int i = 0; i < 2; i++)
		assert_null(OBSERVE(kit, .protocol = 1, .icmp_type = 3, .payload = quote, .id = (uint16_t)(i + 1),
				    .length = sizeof quote)->session);
	assert_int_equal(session_table_count(kit->table, SESSION_UDP), 0);
	assert_int_equal(OBSERVE(kit, .protocol = 17)->session->number, 2);
	const struct observation *seen = OBSERVE(kit, .protocol = 17, .from = "10.0.0.2", .to = "10.0.0.9",
						 .from_port = 6000, .to_port = 5000);
	assert_int_equal(seen->session->number, 1);
	assert_true(seen->new_session);
	/* One that only quotes know of is no session at the end. */
	uint8_t other[sizeof quote];
	memcpy(other, quote, sizeof quote);
	other[21] = 0x89;
	OBSERVE(kit, .protocol = 1, .icmp_type = 3, .payload = other, .length = sizeof other, .id = 9);
	session_table_finish(kit->table, kit->last);
	assert_int_equal(ended.count, 2);
	kit_destroy(kit);
}

static void test_least_recently_used_is_evicted(void **state)
{
	(void)state;
	struct kit *kit = kit_create(2, 64);
	struct ended ended = { 0 };
	session_table_on_end(kit->table, note_end, &ended);
	const struct session *first = OBSERVE(kit, .from_port = 1)->session;
	memset(first->analyzer_state, 0xff, 64);
	OBSERVE(kit, .from_port = 2);
	OBSERVE(kit, .from_port = 1);
	assert_int_equal(ended.count, 0);
	OBSERVE(kit, .from_port = 3);
	assert_int_equal(ended.count, 1);
	assert_int_equal(ended.numbers[0], 2);
	assert_int_equal(ended.ends[0], SESSION_EVICTED);
	const struct observation *seen = OBSERVE(kit, .from_port = 2);
	assert_int_equal(ended.numbers[1], 1);
	assert_int_equal(seen->session->number, 4);
	assert_int_equal(session_table_evicted(kit->table), 2);
	/* The memory of the evicted session is used again, but nothing that was in it. */
	assert_ptr_equal(seen->session, first);
	for (size_t i = 0; i < 64; i++)
		assert_int_equal(((const uint8_t *)seen->session->analyzer_state)[i], 0);
	assert_int_equal(seen->session->side[0].packets + seen->session->side[1].packets, 1);
	kit_destroy(kit);
}

static void test_used_ports_make_a_new_session(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	struct ended ended = { 0 };
	session_table_on_end(kit->table, note_end, &ended);
	OBSERVE(kit, .flags = TCP_SYN, .sequence = 100);
	OBSERVE(kit, .flags = TCP_RST, .sequence = 101, .time = MILLISECOND);
	assert_int_equal(ended.count, 0);
	const struct observation *seen = OBSERVE(kit, .flags = TCP_SYN, .sequence = 900000,
						 .time = NANOSECONDS);
	assert_int_equal(ended.count, 1);
	assert_int_equal(ended.ends[0], SESSION_REPLACED);
	assert_true(seen->new_session);
	assert_int_equal(seen->session->number, 2);
	assert_non_null(seen->replaced);
	assert_int_equal(seen->replaced->number, 1);
	assert_int_equal(seen->replaced->side[seen->direction].packets, 2);
	assert_null(OBSERVE(kit, .sequence = 900001, .time = 2 * NANOSECONDS)->replaced);
	kit_destroy(kit);
}

static void test_end_in_the_order_of_numbers(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	struct ended ended = { 0 };
	session_table_on_end(kit->table, note_end, &ended);
	for (uint16_t port = 1; port <= 3; port++) {
		OBSERVE(kit, .from_port = port, .protocol = 17);
		OBSERVE(kit, .from_port = port);
	}
	OBSERVE(kit, .from_port = 1, .sequence = 5);
	session_table_finish(kit->table, kit->last);
	assert_int_equal(ended.count, 6);
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(ended.kinds[i], i < 3 ? SESSION_TCP : SESSION_UDP);
		assert_int_equal(ended.numbers[i], i % 3 + 1);
		assert_int_equal(ended.ends[i], SESSION_END_OF_TRACE);
	}
	kit_destroy(kit);
}

static void test_roles(void **state)
{
	(void)state;
	static const struct {
		struct made packet;
		const char *client;
		enum role_evidence evidence;
	} cases[] = {
		{ { .flags = TCP_SYN }, "10.0.0.1", ROLE_SYN },
		{ { .flags = TCP_SYN | TCP_ACK }, "10.0.0.2", ROLE_SYNACK },
		{ { .from_port = 40000, .to_port = 80 }, "10.0.0.1", ROLE_PORT },
		{ { .from_port = 80, .to_port = 40000 }, "10.0.0.2", ROLE_PORT },
		{ { .from_port = 21, .to_port = 80 }, "10.0.0.2", ROLE_PORT },
		{ { .from_port = 40000, .to_port = 40001 }, "10.0.0.1", ROLE_FIRST_SENDER },
		{ { .from_port = 40001, .to_port = 40000 }, "10.0.0.1", ROLE_FIRST_SENDER },
		{ { .protocol = 17, .from_port = 123, .to_port = 123 }, "10.0.0.1", ROLE_FIRST_SENDER },
		{ { .protocol = 17, .from_port = 53, .to_port = 5300, .payload =
			"\x12\x34\x81\x80\0\0\0\0\0\0\0\0", .length = 12 }, "10.0.0.2", ROLE_APPLICATION },
		{ { .protocol = 1, .icmp_type = 8, .from_port = 9 }, "10.0.0.1", ROLE_APPLICATION },
		{ { .protocol = 1, .icmp_type = 0, .from_port = 9 }, "10.0.0.2", ROLE_APPLICATION },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kit *kit = kit_create(0, 0);
		char text[ADDRESS_TEXT_SIZE];
		const struct session *session = kit_observe(kit, cases[i].packet)->session;
		assert_non_null(session);
		assert_string_equal(address_text(&session->key.end[session->client].address, text),
				    cases[i].client);
		assert_int_equal(session->role, cases[i].evidence);
		kit_destroy(kit);
	}
}

/* Port 53 looks like a server's, until it asks. */
static void test_better_evidence_replaces_weaker(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	const struct observation *seen = OBSERVE(kit, .protocol = 17, .from_port = 53, .to_port = 5300,
						 .payload = "no DNS");
	const struct session *session = seen->session;
	assert_int_equal(session->role, ROLE_PORT);
	assert_int_equal(session->client, !seen->direction);
	OBSERVE(kit, .protocol = 17, .from_port = 53, .to_port = 5300,
		.payload = "\x12\x34\1\0\0\0\0\0\0\0\0\0", .length = 12);
	assert_int_equal(session->role, ROLE_APPLICATION);
	assert_int_equal(session->client, seen->direction);
	kit_destroy(kit);
}

static void test_echo_to_oneself_has_two_directions(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	const struct session *session = OBSERVE(kit, .from = "10.0.0.1", .to = "10.0.0.1", .protocol = 1,
						.icmp_type = 8, .from_port = 3)->session;
	OBSERVE(kit, .from = "10.0.0.1", .to = "10.0.0.1", .protocol = 1, .icmp_type = 0, .from_port = 3);
	assert_int_equal(session->requests, 1);
	assert_int_equal(session->responses, 1);
	kit_destroy(kit);
}

static void test_side_counters(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	const struct observation *seen = OBSERVE(kit, .protocol = 17, .payload = "question", .ttl = 57);
	OBSERVE(kit, .protocol = 17, .payload = "again", .ttl = 60, .time = MILLISECOND, .vlan = 5);
	OBSERVE(kit, .protocol = 17, .from = "10.0.0.2", .to = "10.0.0.1", .from_port = 80,
		.to_port = 40000, .payload = "an answer of more than eighteen bytes", .cut = 5);
	OBSERVE(kit, .protocol = 17, .from = "10.0.0.2", .to = "10.0.0.1", .from_port = 80,
		.to_port = 40000, .checksum = WIRE_WRONG, .unpadded = true);
	const struct session *session = seen->session;
	const struct session_side *client = &session->side[session->client];
	const struct session_side *server = &session->side[session_server(session)];
	assert_int_equal(client->packets, 2);
	assert_int_equal(client->payload_bytes, 13);
	assert_int_equal(client->ttl_min, 57);
	assert_int_equal(client->ttl_max, 60);
	assert_int_equal(client->vlan, SESSION_NO_VLAN);
	assert_true(client->vlan_differs);
	assert_int_equal(client->first_packet, 1);
	assert_int_equal(client->last_packet, 2);
	assert_int_equal(client->last_time - client->first_time, MILLISECOND);
	assert_int_equal(server->packets, 2);
	assert_int_equal(server->payload_bytes, 37);
	assert_int_equal(server->truncated, 1);
	assert_int_equal(server->bad_checksums, 1);
	assert_int_equal(server->short_frames, 1);
	assert_int_equal(client->padded_frames, 2);
	assert_int_equal(session->requests, 2);
	assert_int_equal(session->responses, 2);
	assert_int_equal(session->last_packet, 4);
	kit_destroy(kit);
}

static uint32_t quality_at_end;

static void note_quality(const struct session *session, const struct observation *last, void *user)
{
	(void)last, (void)user;
	quality_at_end = session->quality;
}

static void test_quality(void **state)
{
	(void)state;
	static const struct {
		unsigned packets;        /* of one direction, each with its data */
		unsigned copies;         /* of each packet */
		int64_t silence;         /* between the last packet and the trace's end */
		size_t cut;
		bool advances;           /* the data goes on, or is repeated */
		enum wire_checksum checksum;
		uint32_t expected;
	} cases[] = {
		{ 1, 0, 60 * NANOSECONDS, 0, true, WIRE_RIGHT, QUALITY_MIDSTREAM },
		{ 1, 0, 1 * NANOSECONDS, 0, true, WIRE_RIGHT, QUALITY_MIDSTREAM | QUALITY_END },
		{ 5, 1, 60 * NANOSECONDS, 0, true, WIRE_RIGHT, QUALITY_MIDSTREAM | QUALITY_DUPLICATES },
		{ 19, 0, 60 * NANOSECONDS, 0, true, WIRE_RIGHT, QUALITY_MIDSTREAM },
		{ 20, 0, 60 * NANOSECONDS, 0, true, WIRE_RIGHT, QUALITY_MIDSTREAM | QUALITY_ONE_WAY },
		{ 25, 0, 60 * NANOSECONDS, 0, false, WIRE_RIGHT, QUALITY_MIDSTREAM },
		{ 1, 0, 60 * NANOSECONDS, 5, true, WIRE_RIGHT, QUALITY_MIDSTREAM | QUALITY_TRUNCATED },
		{ 1, 0, 60 * NANOSECONDS, 0, true, WIRE_PARTIAL, QUALITY_MIDSTREAM | QUALITY_SEND_OFFLOAD },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kit *kit = kit_create(0, 0);
		session_table_on_end(kit->table, note_quality, NULL);
		for (unsigned packet = 0; packet < cases[i].packets; packet++)
			for (unsigned copy = 0; copy <= cases[i].copies; copy++)
				OBSERVE(kit, .payload = "0123456789 0123456789 0123456789",
					.sequence = cases[i].advances ? 1000 + packet * 32 : 1000,
					.time = packet * NANOSECONDS + copy * MICROSECOND,
					.id = (uint16_t)(packet + 1), .cut = cases[i].cut,
					.checksum = cases[i].checksum);
		session_table_finish(kit->table, kit->last + cases[i].silence);
		assert_int_equal(quality_at_end, cases[i].expected);
		kit_destroy(kit);
	}
}

/* A few packets that acknowledge more and more of what the trace does not hold. */
static void test_one_way_by_acknowledgements(void **state)
{
	(void)state;
	for (uint32_t progress = 0; progress < 2; progress++) {
		struct kit *kit = kit_create(0, 0);
		OBSERVE(kit, .flags = TCP_SYN, .sequence = 1000);
		for (uint32_t i = 1; i <= 3; i++)
			OBSERVE(kit, .flags = progress ? TCP_ACK : TCP_SYN, .sequence = 1000 + progress,
				.acknowledgment = progress * (5000 + i * 100), .time = i * NANOSECONDS);
		assert_int_equal(!!(kit->observation.session->quality & QUALITY_ONE_WAY), progress);
		kit_destroy(kit);
	}
}

static void test_hosts_are_counted(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	struct address one, two, none;
	address_parse("10.0.0.1", &one);
	address_parse("10.0.0.2", &two);
	address_parse("10.0.0.3", &none);
	OBSERVE(kit, .checksum = WIRE_ZERO);
	OBSERVE(kit, .sequence = 1);
	OBSERVE(kit, .from = "10.0.0.2", .to = "10.0.0.1", .protocol = 47, .payload = "not a session");
	const struct host *host = session_table_host(kit->table, &one);
	assert_int_equal(host->packets_sent, 2);
	assert_int_equal(host->packets_received, 1);
	assert_int_equal(host->offload_checksums, 1);
	assert_int_equal(host->good_checksums, 1);
	assert_true(host->has_mac);
	assert_false(host->mac_shared);
	assert_true(session_table_host(kit->table, &two)->seen_sending);
	assert_null(session_table_host(kit->table, &none));
	kit_destroy(kit);
}

static void test_routers(void **state)
{
	(void)state;
	static const struct {
		const char *addresses[3];
		uint8_t ttl[3];
		bool router;
	} cases[] = {
		{ { "10.0.0.1", "10.0.0.1" }, { 64, 64 }, false },
		{ { "8.8.8.8", "1.1.1.1" }, { 57, 50 }, true },
		{ { "8.8.8.8", "8.8.8.9" }, { 57, 57 }, true },
		{ { "10.0.0.1", "8.8.8.8" }, { 64, 57 }, true },    /* the router's own address */
		{ { "10.0.0.1", "10.0.0.9" }, { 64, 64 }, false },  /* an alias */
		{ { "10.0.0.1", "192.168.1.1" }, { 64, 64 }, false },
		{ { "10.0.0.1", "2001:db8::1", "2001:db8::2" }, { 64, 64, 64 }, false },
		{ { "10.0.0.1", "fe80::1", "2001:db8::2" }, { 64, 255, 64 }, false },
		{ { "8.8.8.8", "2001:db8::1" }, { 57, 57 }, false }, /* one remote host of each family */
		{ { "10.1.0.1", "10.2.0.1", "10.3.0.1" }, { 64, 64, 64 }, true },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct kit *kit = kit_create(0, 0);
		for (size_t j = 0; j < 3 && cases[i].addresses[j]; j++)
			OBSERVE(kit, .from = cases[i].addresses[j], .ttl = cases[i].ttl[j], .from_mac = 0x77,
				.to = strchr(cases[i].addresses[j], ':') ? "2001:db8::99" : "10.0.0.99");
		assert_int_equal(session_table_is_router(kit->table, (uint8_t[6]){ 2, 0, 0, 0, 0, 0x77 }),
				 cases[i].router);
		kit_destroy(kit);
	}
}

/* More hosts than are kept: those that go on are still known, and nothing grows without end. */
static void test_hosts_are_bounded(void **state)
{
	(void)state;
	struct kit *kit = kit_create(16, 0);
	char from[32];
	struct address busy, early;
	address_parse("10.0.0.2", &busy);
	address_parse("11.0.0.0", &early);
	for (unsigned i = 0; i < 70000; i++) {
		snprintf(from, sizeof from, "11.%u.%u.%u", i >> 16, i >> 8 & 255, i & 255);
		OBSERVE(kit, .from = from, .protocol = 17, .from_mac = 1);
	}
	assert_int_equal(session_table_host(kit->table, &busy)->packets_received, 70000);
	assert_null(session_table_host(kit->table, &early));
	kit_destroy(kit);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_both_directions_are_one_session),
		cmocka_unit_test(test_numbers_count_by_kind),
		cmocka_unit_test(test_quotes_take_numbers),
		cmocka_unit_test(test_least_recently_used_is_evicted),
		cmocka_unit_test(test_used_ports_make_a_new_session),
		cmocka_unit_test(test_end_in_the_order_of_numbers),
		cmocka_unit_test(test_roles),
		cmocka_unit_test(test_better_evidence_replaces_weaker),
		cmocka_unit_test(test_echo_to_oneself_has_two_directions),
		cmocka_unit_test(test_side_counters),
		cmocka_unit_test(test_quality),
		cmocka_unit_test(test_one_way_by_acknowledgements),
		cmocka_unit_test(test_hosts_are_counted),
		cmocka_unit_test(test_routers),
		cmocka_unit_test(test_hosts_are_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
