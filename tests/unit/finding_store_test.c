#include "finding_kit.h"

static struct finding_kind session_kind, service_kind, server_kind, pair_kind, host_kind, trace_kind;

static int setup(void **state)
{
	session_kind = kind_of("test/session", SEVERITY_ERROR, MERGE_SESSION);
	service_kind = kind_of("test/service", SEVERITY_ERROR, MERGE_SERVICE);
	server_kind = kind_of("test/server", SEVERITY_ERROR, MERGE_SERVER);
	pair_kind = kind_of("test/pair", SEVERITY_ERROR, MERGE_PAIR);
	host_kind = kind_of("test/host", SEVERITY_ERROR, MERGE_HOST);
	trace_kind = kind_of("test/trace", SEVERITY_ERROR, MERGE_TRACE);
	*state = finding_store_create();
	return 0;
}

static int teardown(void **state)
{
	finding_store_destroy(*state);
	return 0;
}

static void submit(struct finding_store *store, struct finding finding)
{
	finding_submit(store, &finding);
}

static void merges_by_scope(void **state)
{
	struct finding_store *store = *state;
	const struct finding_kind *const kinds[] = { &session_kind, &service_kind, &server_kind,
						     &pair_kind, &host_kind, &trace_kind };
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		submit(store, finding_of(kinds[i], 1, 2, 80, 1, 10));
		submit(store, finding_of(kinds[i], 1, 2, 80, 1, 11));  /* the same session */
		submit(store, finding_of(kinds[i], 1, 2, 80, 2, 12));  /* another one */
		submit(store, finding_of(kinds[i], 1, 2, 81, 3, 13));  /* another port */
		submit(store, finding_of(kinds[i], 3, 2, 80, 4, 14));  /* another client */
	}
	finding_store_finish(store, 0);
	static const struct { const char *id; size_t findings; } expected[] = {
		{ "test/session", 4 }, { "test/service", 3 }, { "test/server", 2 }, { "test/pair", 2 },
		{ "test/host", 2 }, { "test/trace", 1 },
	};
	for (size_t e = 0; e < sizeof expected / sizeof *expected; e++) {
		size_t findings = 0, count = 0;
		for (size_t i = 0; i < finding_store_count(store); i++) {
			const struct finding *finding = finding_store_get(store, i);
			if (strcmp(finding->kind->id, expected[e].id) == 0) {
				findings++;
				count += (size_t)finding->count;
			}
		}
		assert_int_equal(findings, expected[e].findings);
		assert_int_equal(count, 5);
	}
}

static void sub_kind_key_and_blame_keep_apart(void **state)
{
	struct finding_store *store = *state;
	struct finding one = finding_of(&session_kind, 1, 2, 80, 1, 10), two = one, three = one, four = one;
	two.sub_kind = "late";
	three.merge_key = 3;
	blame_word(&four, PARTY_CLIENT, "client");
	submit(store, one);
	submit(store, two);
	submit(store, three);
	submit(store, four);
	submit(store, one);
	finding_store_finish(store, 0);
	assert_int_equal(finding_store_count(store), 4);
}

static void one_is_made_of_both(void **state)
{
	struct finding_store *store = *state;
	struct finding late = finding_of(&service_kind, 1, 2, 80, 9, 50);
	struct finding early = finding_of(&service_kind, 1, 2, 80, 4, 20);
	finding_count(&late, "n", 2);
	finding_count(&early, "n", 3);
	finding_number(&late, "max", UNIT_NONE, 8, FACT_MAX);
	finding_number(&early, "max", UNIT_NONE, 7, FACT_MAX);
	finding_number(&late, "min", UNIT_NONE, 8, FACT_MIN);
	finding_number(&early, "min", UNIT_NONE, 7, FACT_MIN);
	finding_number(&late, "first", UNIT_NONE, 8, FACT_FIRST);
	finding_number(&early, "first", UNIT_NONE, 7, FACT_FIRST);
	finding_number(&late, "own", UNIT_NONE, 1, FACT_FIRST);
	late.cost = 5;
	early.cost = 6;
	late.severity = SEVERITY_CRITICAL;
	early.confidence = CONFIDENCE_LIKELY;
	finding_why(&early, "the early reason");
	finding_why(&late, "the late reason");
	submit(store, late);
	submit(store, early);
	finding_store_finish(store, 0);
	assert_int_equal(finding_store_count(store), 1);
	const struct finding *one = finding_store_get(store, 0);
	assert_float_equal(fact_of(one, "n")->value, 5, 0);
	assert_float_equal(fact_of(one, "max")->value, 8, 0);
	assert_float_equal(fact_of(one, "min")->value, 7, 0);
	assert_float_equal(fact_of(one, "first")->value, 7, 0);
	assert_float_equal(fact_of(one, "own")->value, 1, 0);
	assert_int_equal(one->cost, 11);
	assert_int_equal(one->count, 2);
	assert_int_equal(one->severity, SEVERITY_CRITICAL);
	assert_int_equal(one->confidence, CONFIDENCE_CERTAIN);
	assert_string_equal(one->why, "the early reason");
	assert_int_equal(one->first_packet, 20);
	assert_int_equal(one->last_packet, 50);
	assert_int_equal(one->evidence_count, 2);
	assert_int_equal(one->evidence_total, 2);
	assert_int_equal(one->evidence[0].packet, 20);
	assert_int_equal(one->session_total, 2);
	assert_int_equal(one->sessions[0], 4);
	assert_int_equal(one->sessions[1], 9);
}

static void gates_of_the_session(void **state)
{
	struct finding_store *store = *state;
	session_kind.suppressed_by = QUALITY_ONE_WAY;
	session_kind.weakened_by = QUALITY_LOSS;
	struct finding gone = finding_of(&session_kind, 1, 2, 80, 1, 10);
	struct finding weak = finding_of(&session_kind, 1, 2, 80, 2, 11);
	struct finding firm = finding_of(&session_kind, 1, 2, 80, 3, 12);
	gone.quality = QUALITY_ONE_WAY | QUALITY_LOSS;
	weak.quality = QUALITY_LOSS;
	firm.quality = QUALITY_END;
	submit(store, gone);
	submit(store, weak);
	submit(store, firm);
	finding_store_finish(store, 0);
	assert_int_equal(finding_store_count(store), 2);
	const struct finding *first = finding_store_get(store, 0), *second = finding_store_get(store, 1);
	assert_int_equal(first->sessions[0], 3);
	assert_int_equal(first->severity, SEVERITY_ERROR);
	assert_int_equal(second->severity, SEVERITY_WARNING);
	assert_int_equal(second->confidence, CONFIDENCE_POSSIBLE);
	assert_int_equal(second->alternative_count, 1);
}

static void gates_of_the_trace(void **state)
{
	struct finding_store *store = *state;
	session_kind.suppressed_by = QUALITY_FILTERED;
	service_kind.weakened_by = QUALITY_FILTERED | QUALITY_LOSS;
	submit(store, finding_of(&session_kind, 1, 2, 80, 1, 10));
	struct finding weak = finding_of(&service_kind, 1, 2, 80, 1, 10);
	weak.quality = QUALITY_LOSS;     /* weakened once; the trace's quality does not do it again */
	submit(store, weak);
	assert_true(finding_store_has(store, "test/session"));
	finding_store_finish(store, QUALITY_FILTERED);
	assert_false(finding_store_has(store, "test/session"));
	assert_int_equal(finding_store_count(store), 1);
	assert_int_equal(finding_store_get(store, 0)->severity, SEVERITY_WARNING);
}

static void a_firm_one_makes_weak_ones_firm(void **state)
{
	struct finding_store *store = *state;
	service_kind.weakened_by = QUALITY_LOSS;
	struct finding weak = finding_of(&service_kind, 1, 2, 80, 1, 10);
	weak.quality = QUALITY_LOSS;
	submit(store, weak);
	submit(store, finding_of(&service_kind, 1, 2, 80, 2, 11));
	finding_store_finish(store, 0);
	assert_int_equal(finding_store_get(store, 0)->severity, SEVERITY_ERROR);
	assert_int_equal(finding_store_get(store, 0)->confidence, CONFIDENCE_CERTAIN);
}

static void a_guessed_role_is_not_certain(void **state)
{
	struct finding_store *store = *state;
	struct finding guessed = finding_of(&session_kind, 1, 2, 80, 1, 10);
	guessed.role_guessed = true;
	struct finding elsewhere = finding_of(&session_kind, 1, 2, 80, 2, 11);
	elsewhere.role_guessed = true;
	blame_network(&elsewhere);
	submit(store, guessed);
	submit(store, elsewhere);
	finding_store_finish(store, 0);
	assert_int_equal(finding_store_get(store, 0)->confidence, CONFIDENCE_CERTAIN);
	assert_int_equal(finding_store_get(store, 1)->confidence, CONFIDENCE_LIKELY);
}

static void ignored_ones_do_not_exist(void **state)
{
	struct finding_store *store = *state;
	finding_ignore(store, "test/s*");
	submit(store, finding_of(&session_kind, 1, 2, 80, 1, 10));
	submit(store, finding_of(&pair_kind, 1, 2, 80, 1, 10));
	assert_false(finding_store_has(store, "test/session"));
	finding_store_finish(store, 0);
	assert_int_equal(finding_store_count(store), 1);
	assert_true(finding_store_has(store, "test/pair"));
}

/* The scan: what 1986 ports did not answer is one finding. */
static void one_client_with_many_targets_is_one(void **state)
{
	struct finding_store *store = *state;
	for (unsigned i = 0; i < 1986; i++) {
		struct finding finding = finding_of(&service_kind, 1, 2, (uint16_t)(i + 1), i + 1, i + 10);
		finding_count(&finding, "n", 2);
		submit(store, finding);
		submit(store, finding);  /* told twice; still one target */
	}
	for (unsigned i = 0; i < 4; i++)         /* four targets of another client stay apart */
		submit(store, finding_of(&service_kind, 7, 20 + i, 80, 3000 + i, 1));
	finding_store_finish(store, 0);
	assert_int_equal(finding_store_count(store), 5);
	const struct finding *scan = finding_store_get(store, 0);
	assert_int_equal(scan->session_total, 1986);
	assert_int_equal(scan->session_count, 8);
	assert_int_equal(scan->sessions[7], 8);
	assert_int_equal(scan->count, 2 * 1986);
	assert_string_equal(scan->group, "targets");
	assert_int_equal(scan->group_size, 1986);
	assert_float_equal(fact_of(scan, "targets")->value, 1986, 0);
	assert_float_equal(fact_of(scan, "n")->value, 4 * 1986, 0);
	assert_int_equal(scan->subject.server_port, 1);
	assert_null(finding_store_get(store, 1)->group);
}

static void one_server_with_many_clients_is_one(void **state)
{
	struct finding_store *store = *state;
	for (unsigned i = 0; i < 40; i++)
		submit(store, finding_of(&session_kind, 100 + i, 2, 80, i + 1, i + 10));
	finding_store_finish(store, 0);
	assert_int_equal(finding_store_count(store), 1);
	assert_string_equal(finding_store_get(store, 0)->group, "sources");
	assert_int_equal(finding_store_get(store, 0)->group_size, 40);
}

static void notices_and_errors_are_grouped_apart(void **state)
{
	struct finding_store *store = *state;
	for (unsigned i = 0; i < 10; i++) {
		struct finding finding = finding_of(&session_kind, 1, 20 + i, 80, i + 1, i + 10);
		finding.severity = i < 5 ? SEVERITY_ERROR : SEVERITY_NOTICE;
		submit(store, finding);
	}
	finding_store_finish(store, 0);
	assert_int_equal(finding_store_count(store), 2);
	assert_int_equal(finding_store_get(store, 0)->session_total, 5);
	assert_int_equal(finding_store_get(store, 1)->severity, SEVERITY_NOTICE);
}

static void too_many_of_one_id_end_in_one_more(void **state)
{
	struct finding_store *store = *state;
	for (unsigned i = 0; i < 1500; i++)
		submit(store, finding_of(&pair_kind, 1000 + 2 * i, 1001 + 2 * i, 80, i + 1, i + 10));
	finding_store_finish(store, 0);
	assert_int_equal(finding_store_count(store), 1001);
	const struct finding *rest = finding_store_get(store, 0);    /* most sessions: ranks first */
	assert_string_equal(rest->group, "others");
	assert_int_equal(rest->group_size, 500);
	assert_int_equal(rest->session_total, 500);
	assert_int_equal(rest->count, 500);
	assert_int_equal(rest->first_packet, 1010);
}

/* A flood from spoofed addresses: every finding counts, the memory stays within its limit. */
static void a_flood_is_bounded(void **state)
{
	struct finding_store *store = *state;
	unsigned total = 60000;
	for (unsigned i = 0; i < total; i++)
		submit(store, finding_of(&pair_kind, 2 * i + 1000000, 2 * i + 1000001, 80, i + 1, i + 1));
	finding_store_finish(store, 0);
	uint64_t count = 0;
	assert_true(finding_store_count(store) <= 1001);
	for (size_t i = 0; i < finding_store_count(store); i++)
		count += finding_store_get(store, i)->count;
	assert_int_equal(count, total);
}

static uint64_t shuffle_state = 1;
static unsigned shuffle_next(unsigned below)
{
	shuffle_state = shuffle_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)(shuffle_state >> 33) % below;
}

/* Everything that a report shows, as text. */
static void describe(const struct finding_store *store, struct text *to)
{
	for (size_t i = 0; i < finding_store_count(store); i++) {
		const struct finding *f = finding_store_get(store, i);
		text_addf(to, "%u %s %s %d %d %s %u n=%llu s=%llu %llu-%llu by=%u:", f->number, f->kind->id,
			  f->sub_kind ? f->sub_kind : "-", f->severity, f->confidence, f->why,
			  f->session_number, (unsigned long long)f->count,
			  (unsigned long long)f->session_total, (unsigned long long)f->first_packet,
			  (unsigned long long)f->last_packet, f->caused_by);
		for (unsigned e = 0; e < f->evidence_count; e++)
			text_addf(to, " %llu", (unsigned long long)f->evidence[e].packet);
		for (unsigned e = 0; e < f->fact_count; e++)
			text_addf(to, " %s=%g", f->facts[e].name, f->facts[e].value);
		for (unsigned e = 0; e < f->session_count; e++)
			text_addf(to, " #%u", f->sessions[e]);
		text_add_char(to, '\n');
	}
}

static void order_of_submission_does_not_matter(void **state)
{
	enum { MANY = 600 };
	const struct finding_kind *const kinds[] = { &session_kind, &service_kind, &server_kind,
						     &pair_kind, &host_kind, &trace_kind };
	static struct finding findings[MANY];
	for (unsigned i = 0; i < MANY; i++) {
		unsigned client = shuffle_next(12);
		findings[i] = finding_of(kinds[shuffle_next(6)], client, 50 + shuffle_next(client < 3 ? 9 : 3),
					 (uint16_t)(80 + shuffle_next(3)), i / 2 + 1, 1 + shuffle_next(5000));
		finding_evidence(&findings[i], 1 + shuffle_next(5000), 1, "more");
		finding_count(&findings[i], "n", shuffle_next(9));
		finding_number(&findings[i], "first", UNIT_NONE, i, FACT_FIRST);
		finding_why(&findings[i], "reason %u", i);
		findings[i].severity = shuffle_next(2) ? SEVERITY_ERROR : SEVERITY_WARNING;
		findings[i].cost = shuffle_next(3);
	}
	struct text first = { 0 }, again = { 0 };
	for (unsigned round = 0; round < 5; round++) {
		struct finding_store *store = finding_store_create();
		for (unsigned i = 0; i < MANY; i++)
			finding_submit(store, &findings[i]);
		finding_store_finish(store, 0);
		describe(store, round ? &again : &first);
		finding_store_destroy(store);
		if (round)
			assert_string_equal(first.bytes, again.bytes);
		text_clear(&again);
		for (unsigned i = MANY - 1; i; i--) {
			unsigned j = shuffle_next(i + 1);
			struct finding swapped = findings[i];
			findings[i] = findings[j];
			findings[j] = swapped;
		}
	}
	assert_true(first.length > 1000);
	text_finish(&first);
	text_finish(&again);
}

static void ranks(void **state)
{
	struct finding_store *store = *state;
	struct finding made[6];
	for (unsigned i = 0; i < 6; i++)
		made[i] = finding_of(&session_kind, 10 + i, 20 + i, 80, 1, 100 - i);
	made[0].severity = SEVERITY_WARNING;
	made[0].cost = 1000;
	made[1].cost = 5;                        /* first */
	made[2].confidence = CONFIDENCE_LIKELY;  /* last but one */
	made[3].session_number = 0;              /* no session: after those that have one */
	made[4].cost = 0;                        /* packet 96 */
	made[5].cost = 0;                        /* packet 95: before */
	for (unsigned i = 0; i < 6; i++) {
		made[i].merge_key = i + 1;
		submit(store, made[i]);
	}
	finding_store_finish(store, 0);
	static const uint64_t order[] = { 2, 6, 5, 3, 4, 1 };
	for (unsigned i = 0; i < 6; i++) {
		assert_int_equal(finding_store_get(store, i)->merge_key, order[i]);
		assert_int_equal(finding_store_get(store, i)->number, i + 1);
	}
	assert_null(finding_store_get(store, 6));
}

static void an_empty_store_finishes(void **state)
{
	finding_store_finish(*state, QUALITY_LOSS);
	assert_int_equal(finding_store_count(*state), 0);
	assert_null(finding_store_get(*state, 0));
}

#define STORE_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STORE_TEST(merges_by_scope),
		STORE_TEST(sub_kind_key_and_blame_keep_apart),
		STORE_TEST(one_is_made_of_both),
		STORE_TEST(gates_of_the_session),
		STORE_TEST(gates_of_the_trace),
		STORE_TEST(a_firm_one_makes_weak_ones_firm),
		STORE_TEST(a_guessed_role_is_not_certain),
		STORE_TEST(ignored_ones_do_not_exist),
		STORE_TEST(one_client_with_many_targets_is_one),
		STORE_TEST(one_server_with_many_clients_is_one),
		STORE_TEST(notices_and_errors_are_grouped_apart),
		STORE_TEST(too_many_of_one_id_end_in_one_more),
		STORE_TEST(a_flood_is_bounded),
		STORE_TEST(order_of_submission_does_not_matter),
		STORE_TEST(ranks),
		STORE_TEST(an_empty_store_finishes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
