#include "finding_kit.h"

static struct verdict judge(struct finding_store *store, uint64_t packets)
{
	struct verdict verdict;
	finding_store_finish(store, 0);
	finding_store_verdict(store, packets, &verdict);
	finding_store_destroy(store);
	return verdict;
}

static void nothing_is_wrong(void **state)
{
	struct finding_store *store = finding_store_create();
	finding_store_sessions(store, 12);
	struct verdict verdict = judge(store, 1519);
	assert_string_equal(verdict.text,
			    "Nothing is wrong in this trace: 1 519 packets in 12 conversations were judged.");
	assert_string_equal(verdict.blame, "none");
	assert_int_equal(verdict.party, PARTY_NONE);
	assert_int_equal(verdict.finding, 0);
	assert_string_equal(judge(finding_store_create(), 1).text,
			    "Nothing is wrong in this trace: 1 packet was judged.");
	assert_string_equal(judge(finding_store_create(), 12003004).text,
			    "Nothing is wrong in this trace: 12 003 004 packets were judged.");
}

static void notices_are_hints(void **state)
{
	struct finding_kind note = kind_of("test/note", SEVERITY_NOTICE, MERGE_SESSION);
	struct finding_kind info = kind_of("test/info", SEVERITY_INFO, MERGE_SESSION);
	struct finding_store *store = finding_store_create();
	struct finding one = finding_of(&note, 1, 2, 80, 1, 1), two = finding_of(&info, 1, 2, 80, 1, 2);
	finding_submit(store, &one);
	finding_submit(store, &two);
	struct verdict verdict = judge(store, 5);
	assert_string_equal(verdict.text, "Nothing is wrong in this trace: 5 packets were judged. "
			    "One thing is worth knowing: It happened.");
	assert_int_equal(verdict.party, PARTY_NONE);
}

static void no_packets_no_verdict(void **state)
{
	struct verdict verdict = judge(finding_store_create(), 0);
	assert_string_equal(verdict.text, "The trace holds no packets: nothing can be said.");
	assert_int_equal(verdict.party, PARTY_UNKNOWN);
}

static void the_first_root_is_accused(void **state)
{
	static const struct { enum party party; const char *word; enum confidence confidence; const char *end; }
	cases[] = {
		{ PARTY_SERVER, "server", CONFIDENCE_CERTAIN, "To blame: the server 10.0.0.2." },
		{ PARTY_CLIENT, "app:client", CONFIDENCE_LIKELY,
		  "Most likely to blame: the program on the client 10.0.0.1." },
		{ PARTY_NETWORK, "net:client-side", CONFIDENCE_POSSIBLE,
		  "Possibly to blame: the network between the client and the trace point." },
		{ PARTY_SERVER, "config:10.0.0.2", CONFIDENCE_CERTAIN,
		  "To blame: the configuration of 10.0.0.2." },
		{ PARTY_SERVICE, "service:dns", CONFIDENCE_CERTAIN, "To blame: the service dns." },
		{ PARTY_ATTACKER, "attacker:10.0.0.1", CONFIDENCE_CERTAIN,
		  "To blame: an attacker: 10.0.0.1." },
		{ PARTY_CAPTURE, "capture", CONFIDENCE_CERTAIN,
		  "The trace itself is the problem, not what it shows." },
		{ PARTY_UNKNOWN, "unknown", CONFIDENCE_POSSIBLE,
		  "Who is to blame cannot be told from this trace." },
	};
	struct finding_kind bad = kind_of("test/bad", SEVERITY_WARNING, MERGE_SESSION);
	struct finding_kind note = kind_of("test/note", SEVERITY_NOTICE, MERGE_SESSION);
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct finding_store *store = finding_store_create();
		struct finding one = finding_of(&bad, 1, 2, 80, 1, 1), two = finding_of(&note, 1, 2, 80, 1, 2);
		blame_word(&one, cases[i].party, "%s", cases[i].word);
		one.confidence = cases[i].confidence;
		finding_submit(store, &two);
		finding_submit(store, &one);
		struct verdict verdict = judge(store, 5);
		char expected[512];
		snprintf(expected, sizeof expected, "10.0.0.1 and 10.0.0.2 had it. %s", cases[i].end);
		assert_string_equal(verdict.text, expected);
		assert_string_equal(verdict.blame, cases[i].word);
		assert_int_equal(verdict.party, cases[i].party);
		assert_int_equal(verdict.confidence, cases[i].confidence);
		assert_int_equal(verdict.finding, 1);
	}
}

static void without_addresses_the_name_does(void **state)
{
	struct finding_kind bad = kind_of("test/bad", SEVERITY_ERROR, MERGE_TRACE);
	bad.say = "All is lost.";
	struct finding_store *store = finding_store_create();
	struct finding finding;
	finding_begin(&finding, &bad, NULL);
	blame_word(&finding, PARTY_SERVER, "server");
	finding_submit(store, &finding);
	assert_string_equal(judge(store, 5).text, "All is lost. To blame: the server.");
}

static void long_words_give_way_to_the_title(void **state)
{
	char words[600];
	memset(words, 'w', sizeof words - 1);
	words[sizeof words - 1] = '\0';
	struct finding_kind bad = kind_of("test/bad", SEVERITY_ERROR, MERGE_SESSION);
	bad.say = words;
	struct finding_store *store = finding_store_create();
	struct finding finding = finding_of(&bad, 1, 2, 80, 1, 1);
	finding_submit(store, &finding);
	assert_string_equal(judge(store, 5).text, "It happened. To blame: the server 10.0.0.2.");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_wrong),
		cmocka_unit_test(notices_are_hints),
		cmocka_unit_test(no_packets_no_verdict),
		cmocka_unit_test(the_first_root_is_accused),
		cmocka_unit_test(without_addresses_the_name_does),
		cmocka_unit_test(long_words_give_way_to_the_title),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
