/* Where the trace point is, by each sign and by the lack of any. */
#include "session_kit.h"

struct signs {                   /* of one side; times in ns, -1 unknown */
	uint32_t outbound, inbound, offload, shorts, padded;
	uint64_t oversize;
	uint8_t ttl;
	int64_t part;
};

static struct session session_of(const struct signs signs[2], struct tcp_session *tcp)
{
	struct session session = { .kind = SESSION_TCP, .tcp = tcp };
	*tcp = (struct tcp_session){ .handshake = { .complete = true, .synack_packet = 2,
		.client_part = signs[0].part, .server_part = signs[1].part } };
	for (int i = 0; i < 2; i++) {
		uint8_t address[4] = { 10, 0, 0, (uint8_t)(i + 1) };
		session.key.end[i].address = address_ipv4(address);
		session.side[i] = (struct session_side){ .packets = 10, .ttl_max = signs[i].ttl,
			.ttl_min = signs[i].ttl, .outbound = signs[i].outbound,
			.inbound = signs[i].inbound, .offload_checksums = signs[i].offload,
			.short_frames = signs[i].shorts, .padded_frames = signs[i].padded };
		tcp->side[i].oversize_segments = signs[i].oversize;
		tcp->side[i].rtt.minimum = -1;
	}
	return session;
}

#define MS MILLISECOND

static void test_signs(void **state)
{
	(void)state;
	static const struct {
		const char *what;
		struct signs signs[2];
		enum vantage client, server;
	} cases[] = {
		{ "nothing known", { { .ttl = 63, .part = -1 }, { .ttl = 63, .part = -1 } },
		  VANTAGE_UNKNOWN, VANTAGE_UNKNOWN },
		{ "recorded as sent", { { .ttl = 64, .part = -1, .outbound = 10 },
		  { .ttl = 60, .part = -1, .inbound = 10 } }, VANTAGE_AT, VANTAGE_FAR },
		{ "recorded as received only", { { .ttl = 64, .part = -1 },
		  { .ttl = 60, .part = -1, .inbound = 10 } }, VANTAGE_AT, VANTAGE_FAR },
		{ "recorded by a router in between", { { .ttl = 63, .part = -1, .inbound = 10 },
		  { .ttl = 60, .part = -1, .inbound = 10 } }, VANTAGE_FAR, VANTAGE_FAR },
		{ "checksums not filled in", { { .ttl = 64, .part = MS / 10, .offload = 10 },
		  { .ttl = 50, .part = 40 * MS } }, VANTAGE_AT, VANTAGE_FAR },
		{ "one wrong checksum in ten is damage", { { .ttl = 60, .part = 30 * MS, .offload = 1 },
		  { .ttl = 50, .part = 40 * MS } }, VANTAGE_FAR, VANTAGE_FAR },
		{ "not padded", { { .ttl = 64, .part = MS / 10, .shorts = 5 },
		  { .ttl = 50, .part = 40 * MS, .padded = 4 } }, VANTAGE_AT, VANTAGE_FAR },
		{ "nobody pads: a virtual network", { { .ttl = 64, .part = MS / 10, .shorts = 5 },
		  { .ttl = 64, .part = MS / 10, .shorts = 5 } }, VANTAGE_NEAR, VANTAGE_NEAR },
		{ "short frames from afar", { { .ttl = 64, .part = 20 * MS, .padded = 5 },
		  { .ttl = 51, .part = 40 * MS, .shorts = 5 } }, VANTAGE_FAR, VANTAGE_FAR },
		{ "sends in large chunks", { { .ttl = 64, .part = MS / 10, .oversize = 3 },
		  { .ttl = 50, .part = 40 * MS } }, VANTAGE_AT, VANTAGE_FAR },
		{ "receives in large chunks", { { .ttl = 64, .part = MS / 10 },
		  { .ttl = 50, .part = 40 * MS, .oversize = 3 } }, VANTAGE_AT, VANTAGE_FAR },
		{ "receives chunks whose checksums were left out", { { .ttl = 64, .part = MS / 10 },
		  { .ttl = 50, .part = 40 * MS, .oversize = 3, .offload = 10 } }, VANTAGE_AT, VANTAGE_FAR },
		{ "handshake split: near the client", { { .ttl = 60, .part = 2 * MS },
		  { .ttl = 50, .part = 98 * MS } }, VANTAGE_NEAR, VANTAGE_FAR },
		{ "handshake split: in the middle", { { .ttl = 60, .part = 30 * MS },
		  { .ttl = 50, .part = 60 * MS } }, VANTAGE_FAR, VANTAGE_FAR },
		{ "no times, no hops behind the client", { { .ttl = 128, .part = -1 },
		  { .ttl = 55, .part = -1 } }, VANTAGE_NEAR, VANTAGE_FAR },
	};
	struct kit *kit = kit_create(0, 0);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct tcp_session tcp;
		struct session session = session_of(cases[i].signs, &tcp);
		const char *reason = NULL;
		enum vantage client = session_vantage(kit->table, &session, 0, &reason);
		assert_non_null(reason);
		if (client != cases[i].client || session_vantage(kit->table, &session, 1, NULL) !=
		    cases[i].server)
			fail_msg("%s: client %d (%s)", cases[i].what, client, reason);
	}
	kit_destroy(kit);
}

static void test_loopback_is_at_both_ends(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	const struct session *session = OBSERVE(kit, .from = "127.0.0.1", .to = "127.0.0.1")->session;
	assert_int_equal(session_vantage(kit->table, session, 0, NULL), VANTAGE_AT);
	assert_int_equal(session_vantage(kit->table, session, 1, NULL), VANTAGE_AT);
	kit_destroy(kit);
}

/* Other sessions of a host tell about it too: its card fills in checksums, or it is behind a router. */
static void test_other_sessions_tell(void **state)
{
	(void)state;
	struct kit *kit = kit_create(0, 0);
	for (uint16_t i = 1; i <= 3; i++)
		OBSERVE(kit, .from_port = 50000 + i, .checksum = WIRE_PARTIAL, .ttl = 63);
	const struct session *session = OBSERVE(kit, .payload = "x", .cut = 1,
						.ttl = 63)->session;
	const char *reason;
	assert_int_equal(session_vantage(kit->table, session, session->client, NULL), VANTAGE_AT);

	OBSERVE(kit, .from = "192.0.2.1", .from_mac = 0x50, .ttl = 254);
	OBSERVE(kit, .from = "192.0.2.9", .from_mac = 0x50, .ttl = 254);
	session = OBSERVE(kit, .from = "192.0.2.7", .from_mac = 0x50, .ttl = 64)->session;
	assert_int_equal(session_vantage(kit->table, session, session->client, &reason), VANTAGE_FAR);
	assert_string_equal(reason, "its packets come through a router");
	kit_destroy(kit);
}

static void test_hops(void **state)
{
	(void)state;
	static const struct { uint8_t ttl; int hops; } cases[] = { { 64, 0 }, { 63, 1 }, { 128, 0 },
		{ 117, 11 }, { 255, 0 }, { 243, 12 }, { 32, 0 }, { 30, 2 }, { 1, 31 } };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct session session = { .side = { { .packets = 1, .ttl_max = cases[i].ttl } } };
		assert_int_equal(session_hops(&session, 0), cases[i].hops);
		assert_int_equal(session_hops(&session, 1), -1);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_signs),
		cmocka_unit_test(test_loopback_is_at_both_ends),
		cmocka_unit_test(test_other_sessions_tell),
		cmocka_unit_test(test_hops),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
