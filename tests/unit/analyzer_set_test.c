#include "finding_kit.h"

#include "analyze/analyzer.h"

/* What the analyzers of this test were called for, in order: "name:what ". */
static struct text calls;

static const struct finding_kind capture_kind = { .id = "capture/made", .say = "x" };
static const struct finding_kind other_kind = { .id = "a/made", .say = "x" };
static const struct finding_kind *const capture_kinds[] = { &capture_kind, NULL };
static const struct finding_kind *const other_kinds[] = { &other_kind, NULL };

struct tally { uint64_t packets; uint8_t odd[5]; };      /* 13 bytes or more: needs aligning */

static void note(const char *name, const char *what)
{
	text_addf(&calls, "%s:%s ", name, what);
}

static void begin(struct analysis_context *context)
{
	assert_non_null(context->settings);
	assert_non_null(context->trace);
	note("all", "begin");
}

static void observe_all(struct analysis_context *context, const struct observation *observation)
{
	((struct tally *)context->state)->packets++;
	assert_null(context->session_state);     /* it asked for none */
	note("all", "observe");
}

static void end_all(struct analysis_context *context, const struct session *session,
		    const struct observation *last)
{
	note("all", "end");
}

static void finish_all(struct analysis_context *context)
{
	assert_null(context->trace_writable);
	note("all", context->trace->quality == QUALITY_LOSS ? "finish-knowing" : "finish");
}

static void destroy_all(struct analysis_context *context)
{
	note("all", "destroy");
}

static void observe_tcp(struct analysis_context *context, const struct observation *observation)
{
	struct tally *tally = context->session_state;
	assert_int_equal((uintptr_t)tally % 8, 0);
	tally->packets++;
	tally->odd[4] = 0xff;
	note("tcp", "observe");
}

static void end_tcp(struct analysis_context *context, const struct session *session,
		    const struct observation *last)
{
	const struct tally *tally = context->session_state;
	note("tcp", tally && tally->packets == 2 ? "end-of-2" : "end");
}

static void observe_udp(struct analysis_context *context, const struct observation *observation)
{
	if (context->session_state)
		((struct tally *)context->session_state)->packets += 100;
	note("udp", "observe");
}

static void observe_link(struct analysis_context *context, const struct observation *observation)
{
	note("link", "observe");
}

static void finish_capture(struct analysis_context *context)
{
	context->trace_writable->quality = QUALITY_LOSS;
	struct finding finding;
	finding_begin(&finding, &capture_kind, NULL);
	finding_submit(context->findings, &finding);
	note("capture", "finish");
}

static void fragments_capture(struct analysis_context *context, const struct fragment_report *report)
{
	note("capture", "fragments");
}

static const struct analyzer all = {
	.name = "all", .kinds = other_kinds, .state_size = sizeof(struct tally),
	.wants = WANTS_PACKETS | WANTS_TCP,      /* both: still one call a packet */
	.begin = begin, .observe = observe_all, .session_end = end_all, .finish = finish_all,
	.destroy = destroy_all,
};
static const struct finding_kind *const no_kinds[] = { NULL };
static const struct analyzer capture = {
	.name = "capture", .kinds = capture_kinds, .state_size = 3, .finish = finish_capture,
	.fragments = fragments_capture,
};
static const struct analyzer link = { .name = "link", .kinds = no_kinds, .wants = WANTS_LINK,
				      .observe = observe_link };
static const struct analyzer tcp = {
	.name = "tcp", .kinds = no_kinds, .session_state_size = sizeof(struct tally), .wants = WANTS_TCP,
	.observe = observe_tcp, .session_end = end_tcp,
};
static const struct analyzer udp = { .name = "udp", .kinds = no_kinds, .session_state_size = 8,
				     .wants = WANTS_UDP | WANTS_EVENTS, .observe = observe_udp };
static const struct analyzer *const list[] = { &all, &capture, &link, &tcp, &udp, NULL };
static const struct analyzer *const nobody[] = { NULL };

struct fixture {
	struct settings *settings;
	struct finding_store *store;
	struct trace_state trace;
	struct analyzer_set *set;
	struct packet *packet;
	struct ip_header ip;
	struct udp_header udp;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof *f);
	f->settings = settings_create();
	f->store = finding_store_create();
	f->packet = calloc(1, sizeof *f->packet);
	f->packet->ip = &f->ip;
	f->set = analyzer_set_create_from(list, f->settings, &f->trace, f->store);
	assert_string_equal(calls.bytes, "all:begin ");
	text_clear(&calls);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	analyzer_set_destroy(f->set);
	finding_store_destroy(f->store);
	settings_destroy(f->settings);
	free(f->packet);
	free(f);
	text_finish(&calls);
	return 0;
}

static void expect(const char *words)
{
	assert_string_equal(calls.bytes ? calls.bytes : "", words);
	text_clear(&calls);
}

static void calls_those_who_want(void **state)
{
	struct fixture *f = *state;
	struct observation observation = { .packet = f->packet };
	analyzer_set_observe(f->set, &observation);
	expect("all:observe ");
	f->packet->udp = &f->udp;
	analyzer_set_observe(f->set, &observation);
	expect("all:observe udp:observe ");
	observation.twin_of = 1;                 /* a duplicate is for those who want all packets */
	analyzer_set_observe(f->set, &observation);
	expect("all:observe ");
	observation.twin_of = 0;
	observation.event_count = 1;             /* UDP and events: one call */
	analyzer_set_observe(f->set, &observation);
	expect("all:observe udp:observe ");
	f->packet->udp = NULL;
	analyzer_set_observe(f->set, &observation);
	expect("all:observe udp:observe ");
	observation.event_count = 0;
	f->packet->ip = NULL;
	analyzer_set_observe(f->set, &observation);
	expect("all:observe link:observe ");
	f->packet->ip = &f->ip;
	f->packet->link.has_destination = true;
	memset(f->packet->link.destination, 0xff, 6);
	analyzer_set_observe(f->set, &observation);
	expect("all:observe link:observe ");
	f->packet->link.has_destination = false;
	f->packet->link.packet_type = LINK_MULTICAST;
	analyzer_set_observe(f->set, &observation);
	expect("all:observe link:observe ");
	f->packet->link.packet_type = LINK_TO_US;
}

static void shares_out_the_session_block(void **state)
{
	struct fixture *f = *state;
	size_t size = analyzer_list_session_size(list);
	assert_int_equal(size, 32);              /* 8 for late states, 16 for struct tally, 8 for 8 bytes */
	void *block = NULL;
	assert_int_equal(posix_memalign(&block, 16, size), 0);
	memset(block, 0, size);
	struct session session = { .analyzer_state = block };
	struct segment segment = { 0 };
	struct observation observation = { .packet = f->packet, .session = &session,
					   .segment = &segment };
	analyzer_set_observe(f->set, &observation);
	analyzer_set_observe(f->set, &observation);
	observation.segment = NULL;
	f->packet->udp = &f->udp;
	analyzer_set_observe(f->set, &observation);
	expect("all:observe tcp:observe all:observe tcp:observe all:observe udp:observe ");
	analyzer_set_session_end(f->set, &session, &observation);
	expect("all:end tcp:end-of-2 ");
	f->packet->udp = NULL;
	free(block);
}

static void the_capture_is_judged_first(void **state)
{
	struct fixture *f = *state;
	struct fragment_report report = { 0 };
	analyzer_set_fragments(f->set, &report);
	expect("capture:fragments ");
	analyzer_set_finish(f->set);
	expect("capture:finish all:finish-knowing ");
	assert_true(finding_store_has(f->store, "capture/made"));
}

static void nobody_costs_nothing(void **state)
{
	struct fixture *f = *state;
	struct analyzer_set *set = analyzer_set_create_from(nobody, f->settings, &f->trace, f->store);
	struct observation observation = { .packet = f->packet };
	analyzer_set_observe(set, &observation);
	analyzer_set_session_end(set, NULL, &observation);
	analyzer_set_finish(set);
	analyzer_set_destroy(set);
	assert_int_equal(analyzer_list_session_size(nobody), 0);
	expect("");
}

static void what_is_off_is_ignored(void **state)
{
	struct fixture *f = *state;
	assert_true(settings_set(f->settings, capture_kinds, "capture/made=off", NULL));
	struct finding_store *store = finding_store_create();
	struct analyzer_set *set = analyzer_set_create_from(list, f->settings, &f->trace, store);
	analyzer_set_finish(set);
	assert_false(finding_store_has(store, "capture/made"));
	analyzer_set_destroy(set);
	finding_store_destroy(store);
}

#define SET_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SET_TEST(calls_those_who_want),
		SET_TEST(shares_out_the_session_block),
		SET_TEST(the_capture_is_judged_first),
		SET_TEST(nobody_costs_nothing),
		SET_TEST(what_is_off_is_ignored),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
