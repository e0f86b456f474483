#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

/* The public interface as another program uses it: nothing else of the library is included. */
#include <culprit.h>
#include <stdlib.h>
#include <string.h>

/* A pcap file of `count` connection requests from 10.0.0.5 to 10.0.0.9 port 8080, all refused. */
struct image { uint8_t bytes[8192]; size_t length; };

static void put(struct image *image, const void *bytes, size_t count)
{
	assert_true(image->length + count <= sizeof image->bytes);
	memcpy(image->bytes + image->length, bytes, count);
	image->length += count;
}

static void put_le32(struct image *image, uint32_t value)
{
	const uint8_t bytes[4] = { (uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
		(uint8_t)(value >> 24) };
	put(image, bytes, 4);
}

static void put_segment(struct image *image, unsigned number, bool answer)
{
	uint8_t frame[54] = {
		[12] = 0x08,                                     /* IPv4 */
		[14] = 0x45, [17] = 40, [22] = 64, [23] = 6,     /* 40 bytes of TCP */
		[26] = 10, [29] = 5, [30] = 10, [33] = 9,
		[34] = 0x9c, [35] = (uint8_t)number, [36] = 0x1f, [37] = 0x90,
		[46] = 0x50, [47] = answer ? 0x14 : 0x02,        /* RST ACK or SYN */
	};
	if (answer) {
		frame[29] = 9;
		frame[33] = 5;
		frame[34] = 0x1f;
		frame[35] = 0x90;
		frame[36] = 0x9c;
		frame[37] = (uint8_t)number;
		frame[45] = 1;
	}
	put_le32(image, 1344443400 + number);
	put_le32(image, answer ? 1000 : 0);
	put_le32(image, sizeof frame);
	put_le32(image, sizeof frame);
	put(image, frame, sizeof frame);
}

static void make_image(struct image *image, unsigned count)
{
	static const uint8_t head[24] = { 0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, [18] = 4, [20] = 1 };
	image->length = 0;
	put(image, head, sizeof head);
	for (unsigned i = 0; i < count; i++) {
		put_segment(image, i, false);
		put_segment(image, i, true);
	}
}

static struct culprit_analysis *analysed(unsigned count)
{
	struct image image;
	struct culprit_error error;
	struct culprit_analysis *analysis = culprit_create();
	make_image(&image, count);
	culprit_keep_sessions(analysis);
	assert_true(culprit_read_memory(analysis, image.bytes, image.length, "memory", &error));
	return analysis;
}

static void getters_give_what_was_found(void **state)
{
	(void)state;
	struct culprit_analysis *analysis = analysed(3);
	const struct culprit_trace *trace = culprit_trace(analysis);
	assert_int_equal(trace->packets, 6);
	assert_int_equal(trace->sessions, 3);
	assert_int_equal(trace->time_digits, 6);
	assert_int_equal(trace->last_time - trace->first_time, 2001000000);
	assert_string_equal(trace->files[0].path, "memory");
	assert_string_equal(trace->files[0].link_types[0], "EN10MB");

	const struct culprit_finding *finding = culprit_finding(analysis, 0);
	assert_string_equal(finding->id, "tcp/syn-refused");
	assert_string_equal(finding->party, "server");
	assert_string_equal(finding->client, "10.0.0.5");
	assert_string_equal(finding->server, "10.0.0.9");
	assert_int_equal(finding->server_port, 8080);
	assert_int_equal(finding->session_total, 3);
	assert_int_equal(finding->first_packet, 1);
	assert_int_equal(culprit_verdict(analysis)->finding, 1);
	assert_null(culprit_finding(analysis, culprit_finding_count(analysis)));

	struct culprit_session session;
	assert_int_equal(culprit_session_count(analysis), 3);
	assert_true(culprit_session(analysis, 2, &session));
	assert_int_equal(session.number, 3);
	assert_string_equal(session.state, "REJ");
	assert_string_equal(session.setup, "refused");
	assert_string_equal(session.teardown, "reset by server");
	assert_int_equal(session.finding_count, 1);
	assert_string_equal(session.findings[0], "tcp/syn-refused");
	assert_false(culprit_session(analysis, 3, &session));

	const char *name;
	uint64_t value;
	bool seen = false;
	for (unsigned i = 0; (name = culprit_count(analysis, i, &value)) != NULL; i++)
		if (strcmp(name, "tcp.flags.reset") == 0) {
			assert_int_equal(value, 3);
			seen = true;
		}
	assert_true(seen);
	culprit_destroy(analysis);
}

/* A finding lists its first eight sessions; the list of sessions knows it of all. */
static void every_session_is_told_its_findings(void **state)
{
	(void)state;
	struct culprit_analysis *analysis = analysed(20);
	struct culprit_session session;
	assert_int_equal(culprit_finding(analysis, 0)->session_count, 8);
	assert_int_equal(culprit_finding(analysis, 0)->session_total, 20);
	for (size_t i = 0; i < 20; i++) {
		assert_true(culprit_session(analysis, i, &session));
		assert_int_equal(session.number, i + 1);
		assert_true(session.finding_count >= 1);
		assert_string_equal(session.findings[session.finding_count - 1], "tcp/syn-refused");
	}
	culprit_destroy(analysis);
}

static void before_reading_there_is_nothing(void **state)
{
	(void)state;
	struct culprit_analysis *analysis = culprit_create();
	struct culprit_session session;
	uint64_t value;
	assert_null(culprit_trace(analysis));
	assert_null(culprit_verdict(analysis));
	assert_null(culprit_finding(analysis, 0));
	assert_null(culprit_count(analysis, 0, &value));
	assert_false(culprit_session(analysis, 0, &session));
	assert_false(culprit_report_diagnosis(analysis, &(struct culprit_output){ 0 }));
	culprit_destroy(analysis);
	culprit_destroy(NULL);
}

struct seen { unsigned packets, stop_after; uint64_t last; };

static bool see(void *user, const struct culprit_packet *packet)
{
	struct seen *seen = user;
	assert_int_equal(packet->number, ++seen->packets);
	assert_true(packet->is_tcp);
	assert_int_equal(packet->stream, (packet->number - 1) / 2);
	assert_string_equal(packet->message, packet->number % 2 ? "SYN" : "ACK RST");
	return seen->packets != seen->stop_after;
}

static void packets_come_one_by_one_until_somebody_has_seen_enough(void **state)
{
	(void)state;
	static const unsigned stops[] = { 0, 1, 3 };
	for (size_t i = 0; i < sizeof stops / sizeof *stops; i++) {
		struct seen seen = { .stop_after = stops[i] };
		struct image image;
		make_image(&image, 3);
		struct culprit_analysis *analysis = culprit_create();
		culprit_on_packet(analysis, see, &seen);
		assert_true(culprit_read_memory(analysis, image.bytes, image.length, "m", NULL));
		assert_int_equal(seen.packets, stops[i] ? stops[i] : 6);
		assert_int_equal(culprit_trace(analysis)->packets, seen.packets);
		culprit_destroy(analysis);
	}
}

struct sink { char bytes[65536]; size_t length; };

static bool collect(void *user, const void *bytes, size_t count)
{
	struct sink *sink = user;
	assert_true(sink->length + count <= sizeof sink->bytes);
	memcpy(sink->bytes + sink->length, bytes, count);
	sink->length += count;
	return true;
}

static void report(const struct culprit_analysis *analysis, struct sink *to)
{
	const struct culprit_output output = { .write = collect, .user = to, .format = CULPRIT_JSON };
	to->length = 0;
	assert_true(culprit_report_diagnosis(analysis, &output));
}

/* Two at a time, of different size: neither may see anything of the other. */
static void analyses_do_not_disturb_each_other(void **state)
{
	(void)state;
	static struct sink alone, together;
	struct image small, large;
	make_image(&small, 2);
	make_image(&large, 9);
	struct culprit_analysis *one = analysed(2);
	report(one, &alone);
	culprit_destroy(one);

	one = culprit_create();
	struct culprit_analysis *two = culprit_create();
	assert_true(culprit_set_threshold(two, "tcp/syn-refused=off", NULL));
	culprit_ignore(two, "security/?*");
	assert_true(culprit_read_memory(two, large.bytes, large.length, "memory", NULL));
	assert_true(culprit_read_memory(one, small.bytes, small.length, "memory", NULL));
	assert_int_equal(culprit_trace(two)->packets, 18);
	culprit_destroy(two);
	report(one, &together);
	assert_int_equal(together.length, alone.length);
	assert_memory_equal(together.bytes, alone.bytes, alone.length);
	culprit_destroy(one);
}

static void an_analysis_reads_once(void **state)
{
	(void)state;
	struct culprit_error error;
	struct image image;
	struct culprit_analysis *analysis = analysed(1);
	make_image(&image, 1);
	assert_false(culprit_read_memory(analysis, image.bytes, image.length, "again", &error));
	assert_int_equal(error.code, CULPRIT_USAGE);
	assert_int_equal(culprit_trace(analysis)->packets, 2);
	culprit_destroy(analysis);
}

static void errors_are_values(void **state)
{
	(void)state;
	struct culprit_error error;
	struct culprit_analysis *analysis = culprit_create();
	assert_false(culprit_set_profile(analysis, "moon", &error));
	assert_int_equal(error.code, CULPRIT_USAGE);
	assert_false(culprit_set_threshold(analysis, "tcp/none.x=1", &error));
	assert_false(culprit_set_config(analysis, "/nowhere/at/all", &error));
	assert_string_equal(error.file, "/nowhere/at/all");
	assert_false(culprit_read_memory(analysis, "no trace at all, but words", 26, "words", &error));
	assert_int_equal(error.code, CULPRIT_NOT_A_TRACE);
	assert_true(error.message[0] && error.remedy[0]);
	assert_null(culprit_trace(analysis));
	culprit_destroy(analysis);
	assert_false(culprit_report_kind("tcp/none", &(struct culprit_output){ 0 }, &error));
	assert_int_equal(error.code, CULPRIT_USAGE);
}

static void sessions_are_bounded(void **state)
{
	(void)state;
	struct image image;
	struct culprit_session session;
	struct culprit_analysis *analysis = culprit_create();
	make_image(&image, 9);
	culprit_limit_sessions(analysis, 4);
	culprit_keep_sessions(analysis);
	assert_true(culprit_read_memory(analysis, image.bytes, image.length, "m", NULL));
	assert_int_equal(culprit_session_count(analysis), 4);
	assert_int_equal(culprit_sessions_not_kept(analysis), 5);
	assert_true(culprit_session(analysis, 0, &session));
	assert_int_equal(session.number, 1);
	assert_int_equal(culprit_trace(analysis)->sessions, 9);
	assert_int_equal(culprit_trace(analysis)->sessions_closed_early, 5);
	culprit_destroy(analysis);
}

static void every_kind_is_found_by_its_name(void **state)
{
	(void)state;
	struct culprit_kind kind, again;
	size_t count = 0;
	for (; culprit_kind(count, &kind); count++) {
		assert_true(culprit_kind_find(kind.id, &again));
		assert_ptr_equal(again.title, kind.title);
		for (size_t i = 0; i < kind.parameter_count; i++)
			for (unsigned profile = 0; culprit_profile_name(profile); profile++)
				assert_true(kind.parameters[i].value[profile] >= 0);
	}
	assert_true(count > 5);
	assert_false(culprit_kind_find("tcp/none", &kind));
	for (unsigned i = 0; culprit_profile_name(i); i++) {
		struct culprit_analysis *analysis = culprit_create();
		assert_true(culprit_set_profile(analysis, culprit_profile_name(i), NULL));
		culprit_destroy(analysis);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(getters_give_what_was_found),
		cmocka_unit_test(every_session_is_told_its_findings),
		cmocka_unit_test(before_reading_there_is_nothing),
		cmocka_unit_test(packets_come_one_by_one_until_somebody_has_seen_enough),
		cmocka_unit_test(analyses_do_not_disturb_each_other),
		cmocka_unit_test(an_analysis_reads_once),
		cmocka_unit_test(errors_are_values),
		cmocka_unit_test(sessions_are_bounded),
		cmocka_unit_test(every_kind_is_found_by_its_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
