#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "core/text.h"
#include "decode/ip.h"
#include "report/response_limit.h"
#include "report/times_groups.h"
#include "report/times_page.h"
#include "report/times_rows.h"
#include "report/times_top.h"

static struct culprit_transaction transaction(uint64_t packet, const char *server, int64_t total)
{
	struct culprit_transaction made = { .number = 1, .request_packet = packet,
		.request_time = (int64_t)packet * MILLISECOND, .total = total, .answering = total,
		.answered = true, .has_ports = true, .server_port = 80, .slow = total >= NANOSECONDS };
	made.part[CULPRIT_PART_SERVER] = total;
	snprintf(made.session, sizeof made.session, "tcp:%llu", (unsigned long long)packet);
	snprintf(made.server, sizeof made.server, "%s", server);
	snprintf(made.client, sizeof made.client, "10.0.0.1");
	return made;
}

static void groups_sum_up_and_sort(void **state)
{
	(void)state;
	struct times_groups *groups = times_groups_create(CULPRIT_BY_SERVICE, 10);
	for (uint64_t i = 1; i <= 100; i++) {
		struct culprit_transaction fast = transaction(i, "10.0.0.2", (int64_t)i * MILLISECOND);
		struct culprit_transaction slow = transaction(i, "2001:db8::2", 2 * NANOSECONDS);
		times_groups_add(groups, &fast);
		if (i == 1)
			times_groups_add(groups, &slow);
	}
	size_t count;
	const struct times_group *const *sorted = times_groups_sorted(groups, CULPRIT_SORT_DEFAULT, &count);
	assert_int_equal(count, 2);
	assert_string_equal(sorted[0]->name, "[2001:db8::2]:80");
	assert_int_equal(sorted[0]->slow, 1);
	assert_string_equal(sorted[1]->name, "10.0.0.2:80");
	assert_int_equal(sorted[1]->times.count, 100);
	assert_int_equal(sorted[1]->total, 5050 * MILLISECOND);
	assert_int_equal(sorted[1]->part[CULPRIT_PART_SERVER], 5050 * MILLISECOND);
	assert_int_equal(sorted[1]->slowest_packet, 100);
	sorted = times_groups_sorted(groups, CULPRIT_SORT_COUNT, &count);
	assert_string_equal(sorted[0]->name, "10.0.0.2:80");
	assert_int_equal(times_groups_rest(groups), 0);
	times_groups_destroy(groups);
}

static void a_host_is_server_and_client(void **state)
{
	(void)state;
	struct times_groups *groups = times_groups_create(CULPRIT_BY_HOST, 10);
	struct culprit_transaction asked = transaction(1, "10.0.0.2", MILLISECOND);
	struct culprit_transaction asks = transaction(2, "10.0.0.3", 3 * MILLISECOND);
	snprintf(asks.client, sizeof asks.client, "10.0.0.2");
	times_groups_add(groups, &asked);
	times_groups_add(groups, &asks);
	size_t count;
	const struct times_group *const *sorted = times_groups_sorted(groups, CULPRIT_SORT_TOTAL, &count);
	static const char *const want[][2] = { { "10.0.0.2", "client" }, { "10.0.0.3", "server" },
		{ "10.0.0.1", "client" }, { "10.0.0.2", "server" } };
	assert_int_equal(count, 4);
	for (size_t i = 0; i < count; i++) {
		assert_string_equal(sorted[i]->name, want[i][0]);
		assert_string_equal(sorted[i]->role, want[i][1]);
	}
	times_groups_destroy(groups);
}

static void too_many_groups_become_others(void **state)
{
	(void)state;
	struct times_groups *groups = times_groups_create(CULPRIT_BY_SESSION, 200);
	for (uint64_t i = 1; i <= 1000; i++) {
		struct culprit_transaction next = transaction(i, "10.0.0.2", (int64_t)i * MILLISECOND);
		times_groups_add(groups, &next);
	}
	size_t count;
	const struct times_group *const *sorted = times_groups_sorted(groups, CULPRIT_SORT_TIME, &count);
	assert_int_equal(count, 201);
	assert_string_equal(sorted[0]->name, "tcp:1");
	assert_string_equal(sorted[199]->name, "tcp:200");
	assert_true(sorted[200]->is_rest);
	assert_int_equal(sorted[200]->times.count, 800);
	assert_int_equal(times_groups_rest(groups), 800);
	times_groups_destroy(groups);
}

/* The slowest of many, in any order they come in; of equal ones the earliest. */
static void the_slowest_are_kept(void **state)
{
	(void)state;
	for (uint64_t step = 1; step < 1000; step += 37) {
		struct times_top *top = times_top_create(CULPRIT_SORT_TOTAL, 10);
		for (uint64_t i = 0; i < 1009; i++) {
			uint64_t packet = 1 + i * step % 1009;       /* all of 1 to 1009: it is prime */
			struct culprit_transaction next = transaction(packet, "10.0.0.2",
					(int64_t)(packet / 3) * MILLISECOND);
			times_top_add(top, &next);
		}
		size_t count;
		const struct culprit_transaction *kept = times_top_sorted(top, &count);
		static const uint64_t want[10] = { 1008, 1009, 1005, 1006, 1007, 1002, 1003, 1004, 999, 1000 };
		assert_int_equal(count, 10);
		for (size_t i = 0; i < count; i++)
			assert_int_equal(kept[i].request_packet, want[i]);
		assert_int_equal(times_top_left_out(top), 999);
		times_top_destroy(top);
	}
}

static void few_are_all_kept(void **state)
{
	(void)state;
	struct times_top *top = times_top_create(CULPRIT_SORT_TIME, 10);
	size_t count;
	times_top_sorted(top, &count);
	assert_int_equal(count, 0);
	for (uint64_t packet = 3; packet > 0; packet--) {
		struct culprit_transaction next = transaction(packet, "10.0.0.2", 1);
		times_top_add(top, &next);
	}
	const struct culprit_transaction *kept = times_top_sorted(top, &count);
	assert_int_equal(count, 3);
	for (uint64_t i = 0; i < 3; i++)
		assert_int_equal(kept[i].request_packet, i + 1);
	times_top_destroy(top);
}

static void limits_are_of_all_or_of_a_service(void **state)
{
	(void)state;
	struct response_limits limits = { 0 };
	struct error error = ERROR_INIT;
	struct session web = { .kind = SESSION_TCP, .key = { .protocol = IP_PROTOCOL_TCP } };
	web.key.end[1].port = 80;
	struct session other = web, dns = web;
	other.key.end[1].port = 8081;
	dns.kind = SESSION_UDP;
	dns.key.end[1].port = 53;
	struct settings *settings = settings_create();
	response_limits_settle(&limits, settings);
	assert_int_equal(response_limit_of(&limits, &web), 2 * NANOSECONDS);
	assert_true(response_limits_set(&limits, "500ms", &error));
	assert_true(response_limits_set(&limits, "http=1s", &error));
	assert_true(response_limits_set(&limits, "8081=3s", &error));
	assert_true(response_limits_set(&limits, "dns=50ms", &error));
	response_limits_settle(&limits, settings);
	assert_int_equal(response_limit_of(&limits, &web), NANOSECONDS);
	assert_int_equal(response_limit_of(&limits, &other), 3 * NANOSECONDS);
	assert_int_equal(response_limit_of(&limits, &dns), 50 * MILLISECOND);
	assert_true(response_limits_set(&limits, "80=2s", &error));
	assert_int_equal(response_limit_of(&limits, &web), 2 * NANOSECONDS);
	other.key.end[1].port = 9999;
	assert_int_equal(response_limit_of(&limits, &other), 500 * MILLISECOND);
	static const char *const wrong[] = { "", "x", "nosuch=1s", "80=", "=1s", "http=1x", "99999=1s", "-1s" };
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(response_limits_set(&limits, wrong[i], &error));
	settings_destroy(settings);
	response_limits_finish(&limits);
}

static void milliseconds_are_rounded(void **state)
{
	(void)state;
	static const struct { int64_t nanoseconds; const char *words; } cases[] = {
		{ 0, "0.000" }, { 499, "0.000" }, { 500, "0.001" }, { 1234567, "1.235" },
		{ 999999500, "1000.000" }, { 3600 * NANOSECONDS, "3600000.000" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char words[MILLISECONDS_SIZE];
		assert_string_equal(milliseconds_text(cases[i].nanoseconds, words), cases[i].words);
	}
}

static bool collect(void *user, const void *bytes, size_t count)
{
	text_add_bytes(user, bytes, count);
	return true;
}

/* What a packet says never drives the terminal, and JSON stays JSON. */
static void requests_are_made_harmless(void **state)
{
	(void)state;
	struct culprit_transaction hostile = transaction(1, "10.0.0.2", MILLISECOND);
	snprintf(hostile.request, sizeof hostile.request, "GET /\x1b[2J\"\xff\xc3");
	for (int format = CULPRIT_TEXT; format <= CULPRIT_CSV; format++) {
		struct text text = { 0 };
		const struct culprit_output output = { .write = collect, .user = &text,
			.format = (enum culprit_report_format)format };
		struct table_writer *writer = times_rows_begin(&output);
		times_row(writer, &hostile);
		assert_true(table_end(writer));
		assert_null(strchr(text.bytes, '\x1b'));
		if (format == CULPRIT_JSON)
			assert_null(strchr(text.bytes, '\xff'));
		text_finish(&text);
	}
}

static void times_fall_into_their_span(void **state)
{
	(void)state;
	static const struct { int64_t total; unsigned span; } cases[] = {
		{ 0, 0 }, { 9999, 0 }, { 10000, 1 }, { 19999, 1 }, { 20000, 2 }, { 50000, 3 },
		{ 99999, 3 }, { 100000, 4 }, { NANOSECONDS, 16 }, { 200 * NANOSECONDS, 23 },
		{ INT64_MAX / 2, 23 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct times_sum sum = { 0 };
		struct culprit_transaction next = transaction(1, "10.0.0.2", cases[i].total);
		times_sum_add(&sum, &next);
		assert_int_equal(sum.spans[cases[i].span], 1);
	}
}

static bool count_bytes(void *user, const void *bytes, size_t count)
{
	(void)bytes;
	*(size_t *)user += count;
	return true;
}

/* Clocks that jump by a century, forth and back: no sum overflows, and no bar is endless. */
static void clocks_that_jump(void **state)
{
	(void)state;
	size_t written = 0;
	const struct culprit_output output = { .write = count_bytes, .user = &written };
	struct times_sum sum = { 0 };
	struct times_groups *groups = times_groups_create(CULPRIT_BY_SERVICE, 10);
	struct times_top *top = times_top_create(CULPRIT_SORT_DEFAULT, 10);
	for (uint64_t i = 1; i <= 5; i++) {
		struct culprit_transaction next = transaction(i, "10.0.0.2", INT64_MAX / 3);
		next.part[CULPRIT_PART_CONNECT] = -INT64_MAX / 3;
		times_sum_add(&sum, &next);
		times_groups_add(groups, &next);
	}
	assert_int_equal(sum.total, INT64_MAX);
	assert_int_equal(sum.part[CULPRIT_PART_CONNECT], INT64_MIN);
	times_page_write(&output, &sum, groups, top, 10, NANOSECONDS, false);
	assert_in_range(written, 100, 10000);
	times_top_destroy(top);
	times_groups_destroy(groups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(groups_sum_up_and_sort),
		cmocka_unit_test(a_host_is_server_and_client),
		cmocka_unit_test(too_many_groups_become_others),
		cmocka_unit_test(the_slowest_are_kept),
		cmocka_unit_test(few_are_all_kept),
		cmocka_unit_test(limits_are_of_all_or_of_a_service),
		cmocka_unit_test(milliseconds_are_rounded),
		cmocka_unit_test(requests_are_made_harmless),
		cmocka_unit_test(times_fall_into_their_span),
		cmocka_unit_test(clocks_that_jump),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
