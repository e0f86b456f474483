#include "finding_kit.h"

static const struct finding_kind kind = {
	.id = "test/one", .severity = SEVERITY_ERROR, .title = "One", .say = "One.", .meaning = "One.",
};

/* 10.0.0.9:80 sorts before 10.0.0.200:4000, so that the client is end 1. */
static struct session session_made(void)
{
	struct session session = { .kind = SESSION_TCP, .client = 1, .number = 7,
				   .role = ROLE_SYN, .quality = QUALITY_END };
	session.key.end[0] = (struct endpoint){ .address = host(9), .port = 80 };
	session.key.end[1] = (struct endpoint){ .address = host(200), .port = 4000 };
	session.key.protocol = 6;
	return session;
}

static void begins_with_the_session(void **state)
{
	struct session session = session_made();
	struct finding finding;
	finding_begin(&finding, &kind, &session);
	struct address client = host(200), server = host(9);
	assert_true(address_equal(&finding.subject.client, &client));
	assert_true(address_equal(&finding.subject.server, &server));
	assert_int_equal(finding.subject.server_port, 80);
	assert_int_equal(finding.subject.protocol, 6);
	assert_int_equal(finding.session_number, 7);
	assert_int_equal(finding.quality, QUALITY_END);
	assert_int_equal(finding.severity, SEVERITY_ERROR);
	assert_int_equal(finding.confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(finding.count, 1);
	assert_int_equal(finding.blame.party, PARTY_UNKNOWN);
	assert_false(finding.role_guessed);
	session.role = ROLE_PORT;
	finding_begin(&finding, &kind, &session);
	assert_true(finding.role_guessed);
}

static void blames_in_the_words_of_the_catalogue(void **state)
{
	struct session session = session_made();
	struct address attacker = host(66);
	struct finding f;
	finding_begin(&f, &kind, &session);
#define BLAMES(call, text, who) do { call; assert_string_equal(f.blame.word, text); \
	assert_int_equal(f.blame.party, who); } while (0)
	BLAMES(blame_host(&f, &session, 1), "client", PARTY_CLIENT);
	BLAMES(blame_host(&f, &session, 0), "server", PARTY_SERVER);
	BLAMES(blame_program(&f, &session, 1), "app:client", PARTY_CLIENT);
	BLAMES(blame_program(&f, &session, 0), "app:server", PARTY_SERVER);
	BLAMES(blame_config(&f, &session, 0), "config:10.0.0.9", PARTY_SERVER);
	BLAMES(blame_config(&f, &session, 1), "config:10.0.0.200", PARTY_CLIENT);
	BLAMES(blame_network_at(&f, &session, 1), "net:client-side", PARTY_NETWORK);
	BLAMES(blame_network_at(&f, &session, 0), "net:server-side", PARTY_NETWORK);
	BLAMES(blame_network(&f), "net:path", PARTY_NETWORK);
	BLAMES(blame_middlebox(&f, &session, 0), "middlebox:server-side", PARTY_NETWORK);
	BLAMES(blame_middlebox(&f, &session, 1), "middlebox:client-side", PARTY_NETWORK);
	BLAMES(blame_middlebox(&f, &session, -1), "middlebox:path", PARTY_NETWORK);
	BLAMES(blame_service(&f, "dns"), "service:dns", PARTY_SERVICE);
	BLAMES(blame_capture(&f), "capture", PARTY_CAPTURE);
	BLAMES(blame_attacker(&f, &attacker), "attacker:10.0.0.66", PARTY_ATTACKER);
	BLAMES(blame_unknown(&f), "unknown", PARTY_UNKNOWN);
	BLAMES(blame_nobody(&f), "none", PARTY_NONE);
#undef BLAMES
}

static void keeps_the_first_eight_and_the_last(void **state)
{
	/* Given in this order; kept in packet order. 0 is not in the trace. */
	static const uint64_t given[] = { 40, 10, 90, 20, 0, 30, 60, 50, 80, 70, 100, 5, 95, 110, 15 };
	static const uint64_t kept[] = { 5, 10, 15, 20, 30, 40, 50, 60, 110 };
	struct finding finding;
	finding_begin(&finding, &kind, NULL);
	for (size_t i = 0; i < sizeof given / sizeof *given; i++)
		finding_evidence(&finding, given[i], (int64_t)given[i], "at %d", (int)given[i]);
	assert_int_equal(finding.evidence_total, 14);
	assert_int_equal(finding.evidence_count, 9);
	for (size_t i = 0; i < 9; i++)
		assert_int_equal(finding.evidence[i].packet, kept[i]);
	assert_string_equal(finding.evidence[8].note, "at 110");
	assert_int_equal(finding.first_packet, 5);
	assert_int_equal(finding.last_packet, 110);
	assert_int_equal(finding.first_time, 5);
	assert_int_equal(finding.last_time, 110);
}

static void a_fact_of_the_same_name_replaces(void **state)
{
	struct finding finding;
	finding_begin(&finding, &kind, NULL);
	finding_count(&finding, "n", 3);
	finding_duration(&finding, "t", 1500000000);
	finding_words(&finding, "n", "%s", "many");
	assert_int_equal(finding.fact_count, 2);
	assert_int_equal(finding.facts[0].unit, UNIT_TEXT);
	assert_string_equal(finding.facts[0].text, "many");
	assert_float_equal(finding.facts[1].value, 1.5, 1e-12);
	finding_threshold(&finding, "limit", UNIT_SECONDS, 0.2);
	assert_true(finding.facts[2].threshold);
}

static void words_from_the_trace_do_no_harm(void **state)
{
	struct finding finding;
	finding_begin(&finding, &kind, NULL);
	finding_evidence(&finding, 1, 1, "a\nb\x1b[2Jc");
	assert_string_equal(finding.evidence[0].note, "a b [2Jc");
	/* 62 letters and a character of two bytes: the 63 that fit would end in half of it. */
	finding_words(&finding, "long", "%s\xc3\xa4", "12345678901234567890123456789012345678901234567890"
		      "123456789012");
	assert_int_equal(strlen(finding.facts[0].text), 62);
	for (int i = 0; i < 6; i++)
		finding_alternative(&finding, "another", i ? "no" : NULL);
	assert_int_equal(finding.alternative_count, FINDING_MAX_ALTERNATIVES);
	assert_string_equal(finding.alternatives[0].rejected, "");
	assert_string_equal(finding.alternatives[1].rejected, "no");
}

/* With nothing in the arrays, and with all that they hold. */
static void what_was_put_by_comes_back(void **state)
{
	struct session session = session_made();
	for (int full = 0; full < 2; full++) {
		struct finding finding, back;
		finding_begin(&finding, &kind, &session);
		for (int i = 0; full && i < 12; i++) {
			static const char *const names[] = { "a", "b", "c", "d", "e", "f", "g", "h", "i",
							     "j", "k", "l" };
			finding_count(&finding, names[i], i);
			finding_evidence(&finding, (uint64_t)i + 1, i, "packet %d", i);
			finding_cite(&finding, "display", (uint32_t)i, "line %d", i);
			finding_alternative(&finding, names[i], i % 2 ? NULL : "no");
		}
		finding.merge_key = 7;
		struct packed_finding *packed = finding_pack(&finding);
		memset(&back, 0xff, sizeof back);
		finding_unpack(packed, &back);
		free(packed);
		assert_memory_equal(&back, &finding, sizeof finding);
	}
}

static void names_go_both_ways(void **state)
{
	for (int i = SEVERITY_INFO; i <= SEVERITY_CRITICAL; i++) {
		enum severity back;
		assert_true(severity_parse(severity_name((enum severity)i), &back));
		assert_int_equal(back, i);
	}
	enum severity severity;
	assert_false(severity_parse("bad", &severity));
	assert_string_equal(confidence_name(CONFIDENCE_LIKELY), "likely");
	assert_string_equal(party_name(PARTY_NETWORK), "network");
	assert_string_equal(button_name(0), "TE");
	assert_string_equal(button_name(9), "SEC");
	assert_null(button_name(10));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_the_session),
		cmocka_unit_test(blames_in_the_words_of_the_catalogue),
		cmocka_unit_test(keeps_the_first_eight_and_the_last),
		cmocka_unit_test(a_fact_of_the_same_name_replaces),
		cmocka_unit_test(words_from_the_trace_do_no_harm),
		cmocka_unit_test(what_was_put_by_comes_back),
		cmocka_unit_test(names_go_both_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
