#include "finding_kit.h"

#include <string.h>

#include "finding/gate.h"
#include "finding/wanted.h"
#include "finding/weigh.h"
#include "finding/withheld.h"

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

static struct finding_kind rto, upstream, downstream, silent;

static void make_kinds(void)
{
	rto = kind_of("tcp/rto", SEVERITY_WARNING, MERGE_SESSION);
	upstream = kind_of("tcp/loss-upstream", SEVERITY_ERROR, MERGE_SESSION);
	downstream = kind_of("tcp/loss-downstream", SEVERITY_WARNING, MERGE_SESSION);
	silent = kind_of("dns/no-answer", SEVERITY_ERROR, MERGE_PAIR);
	silent.suppressed_by = QUALITY_ONE_WAY;
	silent.weakened_by = QUALITY_LOSS;
}

static void submit(struct finding_store *store, struct finding finding)
{
	finding_submit(store, &finding);
}

static size_t index_of(const struct finding_store *store, const struct finding_kind *kind)
{
	size_t index = 0;
	while (finding_store_get(store, index)->kind != kind)
		index++;
	return index;
}

static const struct weighed *weighed_session(const struct weighed *list, size_t count, uint32_t session)
{
	for (size_t i = 0; i < count; i++)
		if (list[i].other->session_number == session)
			return &list[i];
	fail_msg("session %u was not weighed", session);
	return NULL;
}

static void each_rival_gets_its_outcome(void **state)
{
	struct finding_store *store = *state;
	struct weighed list[8];
	make_kinds();
	submit(store, finding_of(&rto, 1, 2, 80, 1, 11));
	submit(store, finding_of(&upstream, 1, 2, 80, 1, 10));
	submit(store, finding_of(&downstream, 1, 2, 80, 1, 12));
	submit(store, finding_of(&upstream, 3, 4, 80, 2, 13));
	finding_store_finish(store, 0);
	size_t count = finding_store_weigh(store, index_of(store, &rto), list, 8);
	assert_int_equal(count, 3);
	const struct weighed *apart = weighed_session(list, count, 2);
	assert_int_equal(apart->outcome, WEIGHING_APART);
	assert_string_equal(apart->shared, "a session");
	for (size_t i = 0; i < count; i++) {
		if (list[i].other->kind == &downstream)
			assert_int_equal(list[i].outcome, WEIGHING_OUTWEIGHED);
		else if (list[i].other->session_number == 1)
			assert_int_equal(list[i].outcome, WEIGHING_EXPLAINS);
	}
	/* What has no cause in the graph has no rivals; too little room only counts. */
	assert_int_equal(finding_store_weigh(store, index_of(store, &rto), list, 1), 3);
	assert_int_equal(finding_store_weigh(store, 99, list, 8), 0);
}

static void collect(void *user, const char *pattern)
{
	text_addf(user, "[%s]", pattern);
}

static void causes_that_are_not_there(void **state)
{
	struct finding_store *store = *state;
	struct text words = { 0 };
	make_kinds();
	submit(store, finding_of(&rto, 1, 2, 80, 1, 11));
	submit(store, finding_of(&upstream, 1, 2, 80, 1, 10));
	finding_store_finish(store, 0);
	finding_store_absent_causes(store, "tcp/rto", collect, &words);
	assert_non_null(strstr(words.bytes, "[tcp/loss-downstream]"));
	assert_null(strstr(words.bytes, "[tcp/loss-upstream]"));
	const char *first = strstr(words.bytes, "[tcp/loss-downstream]");
	assert_null(strstr(first + 1, "[tcp/loss-downstream]"));
	text_finish(&words);
}

static void what_the_gates_keep_back_is_remembered(void **state)
{
	struct finding_store *store = *state;
	struct finding gone = finding_of(&silent, 1, 2, 53, 1, 20);
	make_kinds();
	gone.quality = QUALITY_ONE_WAY;
	submit(store, gone);
	gone = finding_of(&silent, 1, 2, 53, 2, 10);
	gone.quality = QUALITY_ONE_WAY;
	submit(store, gone);
	struct finding weak = finding_of(&silent, 3, 2, 53, 3, 30);
	weak.quality = QUALITY_LOSS;
	submit(store, weak);
	finding_store_finish(store, 0);
	assert_int_equal(finding_store_count(store), 1);
	assert_int_equal(finding_store_get(store, 0)->weakened_for, QUALITY_LOSS);
	const struct withheld *withheld = finding_store_withheld(store, 0);
	assert_ptr_equal(withheld->first.kind, &silent);
	assert_int_equal(withheld->first.first_packet, 10);
	assert_int_equal(withheld->count, 2);
	assert_int_equal(withheld->flags, QUALITY_ONE_WAY);
	assert_null(finding_store_withheld(store, 1));
}

static void expect_wanted(const struct finding *finding, uint32_t flags, const char *words)
{
	struct text text = { 0 };
	wanted_add(finding, flags, &text);
	assert_string_equal(text.bytes, words);
	text_finish(&text);
}

static void what_to_record(void **state)
{
	(void)state;
	make_kinds();
	struct finding finding = finding_of(&silent, 1, 2, 53, 1, 10);
	expect_wanted(&finding, 0, "Record on 10.0.0.2 itself; with the capture filter \"(host 10.0.0.1 and host "
		      "10.0.0.2 and tcp port 53) or icmp\", for at least 30 s.");
	blame_network(&finding);
	finding.last_time = finding.first_time + 3600 * (int64_t)1000000000;
	expect_wanted(&finding, 0, "Record on both hosts at the same time and compare: what left one must arrive at "
		      "the other; with the capture filter \"(host 10.0.0.1 and host 10.0.0.2 and tcp port 53) or "
		      "icmp\", for at least 1 h.");
	expect_wanted(&finding, QUALITY_END | QUALITY_TRUNCATED, "To know, record on until it is over; record whole "
		      "packets (snap length 0); with the capture filter \"(host 10.0.0.1 and host 10.0.0.2 and tcp "
		      "port 53) or icmp\", for at least 1 h.");
	struct address one = host(1);
	finding_host(&finding, &one);
	blame_unknown(&finding);
	finding.first_packet = 0;
	expect_wanted(&finding, 0, "Record on 10.0.0.1 itself; with the capture filter \"(host 10.0.0.1) or icmp\", "
		      "for at least 30 s.");
	finding_begin(&finding, &silent, NULL);
	expect_wanted(&finding, 0, "Record at a second place at the same time and compare; without a capture filter, "
		      "for at least 30 s.");
}

static void every_flag_has_its_words(void **state)
{
	(void)state;
	uint32_t all = 0;
	for (size_t i = 0; i < gate_flag_count; i++) {
		assert_int_equal(all & gate_flags[i].flag, 0);
		all |= gate_flags[i].flag;
		assert_true(*gate_flags[i].name && *gate_flags[i].impairment && *gate_flags[i].remedy);
	}
	assert_int_equal(all, QUALITY_FILTERED | (QUALITY_FILTERED - 1));
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(each_rival_gets_its_outcome),
		STORE_TEST(causes_that_are_not_there),
		STORE_TEST(what_the_gates_keep_back_is_remembered),
		cmocka_unit_test(what_to_record),
		cmocka_unit_test(every_flag_has_its_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
