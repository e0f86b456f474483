#include "finding_kit.h"

#include "finding/causes.h"

static int setup(void **state)
{
	*state = finding_store_create();
	return 0;
}

static int teardown(void **state)
{
	finding_store_destroy(*state);
	return 0;
}

/* Kinds live as long as the store: a small pool, emptied by nobody. */
static const struct finding_kind *kind(const char *id, enum severity severity)
{
	static struct finding_kind pool[64];
	static size_t used;
	assert_true(used < sizeof pool / sizeof *pool);
	pool[used] = kind_of(id, severity, MERGE_SESSION);
	return &pool[used++];
}

static void submit(struct finding_store *store, struct finding finding)
{
	finding_submit(store, &finding);
}

static const char *cause_id(const struct finding_store *store, const char *effect)
{
	const struct finding *finding = finding_named(store, effect);
	assert_non_null(finding);
	if (!finding->caused_by)
		return "none";
	return finding_store_get(store, finding->caused_by - 1)->kind->id;
}

static void the_same_session(void **state)
{
	struct finding_store *store = *state;
	const struct finding_kind *rto = kind("tcp/rto", SEVERITY_WARNING);
	submit(store, finding_of(rto, 1, 2, 80, 1, 11));
	submit(store, finding_of(kind("tcp/loss-upstream", SEVERITY_ERROR), 1, 2, 80, 1, 10));
	struct finding other = finding_of(rto, 3, 2, 80, 2, 12);
	submit(store, other);
	finding_store_finish(store, 0);
	assert_int_equal(finding_store_count(store), 3);
	assert_string_equal(finding_store_get(store, 0)->kind->id, "tcp/loss-upstream");
	/* The root without a cause comes before the child. */
	assert_int_equal(finding_store_get(store, 1)->session_number, 2);
	assert_int_equal(finding_store_get(store, 1)->caused_by, 0);
	assert_int_equal(finding_store_get(store, 2)->session_number, 1);
	assert_int_equal(finding_store_get(store, 2)->caused_by, 1);
}

static void chains_have_one_root(void **state)
{
	struct finding_store *store = *state;
	submit(store, finding_of(kind("tcp/tail-loss", SEVERITY_NOTICE), 1, 2, 21, 1, 13));
	submit(store, finding_of(kind("tcp/rto", SEVERITY_WARNING), 1, 2, 21, 1, 12));
	submit(store, finding_of(kind("tcp/rto-backoff", SEVERITY_ERROR), 1, 2, 21, 1, 11));
	submit(store, finding_of(kind("ftp/control-dies-after-port", SEVERITY_ERROR), 1, 2, 21, 1, 10));
	finding_store_finish(store, 0);
	assert_string_equal(cause_id(store, "ftp/control-dies-after-port"), "none");
	assert_string_equal(cause_id(store, "tcp/rto-backoff"), "ftp/control-dies-after-port");
	assert_string_equal(cause_id(store, "tcp/rto"), "ftp/control-dies-after-port");
	assert_string_equal(cause_id(store, "tcp/tail-loss"), "ftp/control-dies-after-port");
}

static void a_cause_is_as_severe_as_its_effect(void **state)
{
	struct finding_store *store = *state;
	submit(store, finding_of(kind("link/inbound-discards", SEVERITY_ERROR), 1, 2, 0, 0, 4));
	submit(store, finding_of(kind("link/stack-discard", SEVERITY_WARNING), 1, 2, 0, 0, 3));
	submit(store, finding_of(kind("link/mac-broadcast-unicast-ip", SEVERITY_NOTICE), 1, 2, 0, 0, 2));
	submit(store, finding_of(kind("link/broadcast-share", SEVERITY_NOTICE), 1, 2, 0, 0, 1));
	finding_store_finish(store, 0);
	const struct finding *root = finding_store_get(store, 0);
	assert_string_equal(root->kind->id, "link/broadcast-share");
	assert_int_equal(root->severity, SEVERITY_ERROR);
	assert_string_equal(cause_id(store, "link/inbound-discards"), "link/stack-discard");
	assert_string_equal(cause_id(store, "link/stack-discard"), "link/mac-broadcast-unicast-ip");
	assert_string_equal(cause_id(store, "link/mac-broadcast-unicast-ip"), "link/broadcast-share");
}

static void a_flaw_of_the_trace_hides_no_fault(void **state)
{
	struct finding_store *store = *state;
	struct finding flaw = finding_of(kind("capture/loss", SEVERITY_WARNING), 1, 2, 80, 1, 1);
	blame_capture(&flaw);
	submit(store, flaw);
	submit(store, finding_of(kind("tcp/tail-loss", SEVERITY_NOTICE), 1, 2, 80, 1, 5));
	submit(store, finding_of(kind("tcp/loss-upstream", SEVERITY_ERROR), 1, 2, 80, 1, 6));
	submit(store, finding_of(kind("udp/no-answer", SEVERITY_NOTICE), 1, 2, 53, 2, 7));
	submit(store, finding_of(kind("tcp/syn-refused", SEVERITY_ERROR), 1, 2, 53, 1, 8));
	finding_store_finish(store, 0);
	assert_string_equal(cause_id(store, "tcp/loss-upstream"), "none");       /* more severe */
	assert_string_equal(cause_id(store, "udp/no-answer"), "none");           /* another session */
	assert_string_equal(cause_id(store, "tcp/syn-refused"), "none");         /* no rule */
	assert_string_equal(cause_id(store, "tcp/tail-loss"), "tcp/loss-upstream");
	assert_string_equal(finding_store_get(store, 0)->kind->id, "tcp/loss-upstream");
}

static void a_flaw_of_all_the_trace_concerns_all(void **state)
{
	struct finding_store *store = *state;
	struct finding flaw = finding_of(kind("capture/drops-reported", SEVERITY_WARNING), 1, 2, 80, 0, 1);
	submit(store, flaw);
	submit(store, finding_of(kind("udp/no-answer", SEVERITY_NOTICE), 1, 2, 53, 2, 7));
	submit(store, finding_of(kind("arp/no-reply", SEVERITY_NOTICE), 4, 5, 0, 0, 8));
	finding_store_finish(store, 0);
	assert_string_equal(cause_id(store, "udp/no-answer"), "capture/drops-reported");
	assert_string_equal(cause_id(store, "arp/no-reply"), "capture/drops-reported");
}

static void the_time_must_fit(void **state)
{
	struct finding_store *store = *state;
	struct finding change = finding_of(kind("link/stp-change", SEVERITY_WARNING), 1, 2, 0, 0, 1000);
	const struct finding_kind *backoff = kind("tcp/rto-backoff", SEVERITY_ERROR);
	submit(store, change);
	submit(store, finding_of(backoff, 1, 2, 80, 1, 900));            /* before: not its effect */
	submit(store, finding_of(backoff, 1, 2, 80, 2, 5000));           /* 4 s after */
	submit(store, finding_of(backoff, 1, 2, 80, 3, 400000));         /* 399 s after */
	finding_store_finish(store, 0);
	for (size_t i = 0; i < finding_store_count(store); i++) {
		const struct finding *finding = finding_store_get(store, i);
		assert_int_equal(finding->caused_by != 0, finding->session_number == 2);
	}
}

static void the_party_must_fit(void **state)
{
	struct finding_store *store = *state;
	const struct finding_kind *response = kind("perf/response-time", SEVERITY_WARNING);
	struct finding loss = finding_of(kind("tcp/loss-upstream", SEVERITY_ERROR), 1, 2, 80, 1, 10);
	blame_network(&loss);
	struct finding lossy = finding_of(response, 1, 2, 80, 1, 11), thinking = lossy;
	blame_network(&lossy);
	thinking.merge_key = 2;
	submit(store, loss);
	submit(store, lossy);
	submit(store, thinking);
	finding_store_finish(store, 0);
	for (size_t i = 0; i < finding_store_count(store); i++) {
		const struct finding *finding = finding_store_get(store, i);
		if (finding->kind == response)
			assert_int_equal(finding->caused_by != 0, finding->blame.party == PARTY_NETWORK);
	}
}

static void the_most_severe_then_the_closest_explains(void **state)
{
	struct finding_store *store = *state;
	submit(store, finding_of(kind("tcp/syn-no-answer", SEVERITY_ERROR), 1, 2, 80, 1, 10));
	submit(store, finding_of(kind("icmp/unreachable", SEVERITY_ERROR), 1, 2, 80, 0, 12));    /* pair */
	submit(store, finding_of(kind("ip/routing-loop", SEVERITY_ERROR), 2, 9, 0, 0, 5));       /* host */
	submit(store, finding_of(kind("arp/no-reply", SEVERITY_WARNING), 1, 2, 0, 0, 1));        /* pair */
	finding_store_finish(store, 0);
	assert_string_equal(cause_id(store, "tcp/syn-no-answer"), "icmp/unreachable");
}

static void a_scan_explains_what_it_meets(void **state)
{
	struct finding_store *store = *state;
	struct finding scan = finding_of(kind("security/port-scan", SEVERITY_WARNING), 1, 2, 0, 0, 1);
	const struct finding_kind *refused = kind("tcp/syn-refused", SEVERITY_ERROR);
	struct address scanner = host(1);
	blame_attacker(&scan, &scanner);
	submit(store, scan);
	submit(store, finding_of(refused, 1, 2, 443, 5, 9));
	submit(store, finding_of(refused, 3, 2, 443, 6, 10));    /* somebody else's connection */
	finding_store_finish(store, 0);
	assert_string_equal(finding_store_get(store, 0)->kind->id, "tcp/syn-refused");
	assert_int_equal(finding_store_get(store, 0)->session_number, 6);
	assert_string_equal(finding_store_get(store, 1)->kind->id, "security/port-scan");
	assert_int_equal(finding_store_get(store, 1)->severity, SEVERITY_ERROR);
	assert_int_equal(finding_store_get(store, 2)->caused_by, 2);
}

/* Every identifier that a rule names. */
#define MOST 256
struct names { char id[MOST][48]; bool causes[MOST][MOST]; size_t count; };

static size_t name_index(struct names *names, const char *id, size_t length)
{
	for (size_t i = 0; i < names->count; i++)
		if (strlen(names->id[i]) == length && memcmp(names->id[i], id, length) == 0)
			return i;
	assert_true(names->count < MOST && length < 48);
	memcpy(names->id[names->count], id, length);
	return names->count++;
}

static void collect(struct names *names, const char *patterns)
{
	for (; *patterns; patterns += strspn(patterns, " ")) {
		size_t length = strcspn(patterns, " ");
		name_index(names, patterns, length);
		patterns += length;
	}
}

/* If a kind could explain itself over others, folding could go in circles. */
static void the_graph_has_no_cycles(void **state)
{
	static struct names names;
	for (size_t i = 0; i < cause_rule_count; i++) {
		collect(&names, cause_rules[i].cause);
		collect(&names, cause_rules[i].effect);
	}
	assert_true(names.count > 80);
	for (size_t r = 0; r < cause_rule_count; r++)
		for (size_t i = 0; i < names.count; i++)
			for (size_t j = 0; j < names.count; j++)
				if (cause_pattern_matches(cause_rules[r].cause, names.id[i]) &&
				    cause_pattern_matches(cause_rules[r].effect, names.id[j]))
					names.causes[i][j] = true;
	for (size_t k = 0; k < names.count; k++)
		for (size_t i = 0; i < names.count; i++)
			for (size_t j = 0; names.causes[i][k] && j < names.count; j++)
				if (names.causes[k][j])
					names.causes[i][j] = true;
	for (size_t i = 0; i < names.count; i++)
		if (names.causes[i][i])
			fail_msg("%s explains itself", names.id[i]);
}

static void patterns(void **state)
{
	assert_true(cause_pattern_matches("a/b c/d", "c/d"));
	assert_true(cause_pattern_matches("a/b c/*", "c/d"));
	assert_false(cause_pattern_matches("a/b c/d", "c/dd"));
	assert_false(cause_pattern_matches("a/b c/d", "a/b c/d"));
	assert_false(cause_pattern_matches("", ""));
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(the_same_session),
		STORE_TEST(chains_have_one_root),
		STORE_TEST(a_cause_is_as_severe_as_its_effect),
		STORE_TEST(a_flaw_of_the_trace_hides_no_fault),
		STORE_TEST(a_flaw_of_all_the_trace_concerns_all),
		STORE_TEST(the_time_must_fit),
		STORE_TEST(the_party_must_fit),
		STORE_TEST(the_most_severe_then_the_closest_explains),
		STORE_TEST(a_scan_explains_what_it_meets),
		cmocka_unit_test(the_graph_has_no_cycles),
		cmocka_unit_test(patterns),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
