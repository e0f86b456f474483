#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "core/text.h"
#include "report/view.h"
#include "session/session.h"
#include "session/tcp.h"

/* A session of 10.0.0.5:1414 (client) and 10.0.0.9:5000, and what a view writes about it. */
struct trial {
	struct trace_analysis analysis;
	struct source_report source;
	struct session session;
	struct tcp_session tcp;
	struct record record;
	struct packet packet;
	struct observation observation;
	struct segment segment;
	struct text written;
	struct view *view;
};

static bool take(void *user, const void *bytes, size_t count)
{
	text_add_bytes(user, bytes, count);
	return true;
}

static void begin(struct trial *trial, enum session_kind kind, const struct culprit_follow *wanted,
		  enum culprit_report_format format)
{
	static const uint8_t client[4] = { 10, 0, 0, 5 }, server[4] = { 10, 0, 0, 9 };
	const struct culprit_session_id id = { session_kind_name(kind), 1 };
	struct culprit_follow how = *wanted;
	memset(trial, 0, sizeof *trial);
	how.selection.sessions = &id;
	how.selection.session_count = 1;
	trial->analysis.trace.source = &trial->source;
	trial->session.kind = (uint8_t)kind;
	trial->session.number = 1;
	trial->session.key.end[0] = (struct endpoint){ .address = address_ipv4(client), .port = 1414 };
	trial->session.key.end[1] = (struct endpoint){ .address = address_ipv4(server), .port = 5000 };
	trial->session.tcp = kind == SESSION_TCP ? &trial->tcp : NULL;
	trial->packet.record = &trial->record;
	trial->observation = (struct observation){ .packet = &trial->packet, .session = &trial->session };
	const struct culprit_output output = { .write = take, .user = &trial->written, .format = format };
	trial->view = follow_view(&how, &output, NULL);
	assert_non_null(trial->view);
	text_add(&trial->written, "");
}

static void see(struct trial *trial, uint8_t direction)
{
	trial->record.number++;
	trial->observation.direction = direction;
	assert_true(trial->view->do_->observe(trial->view, &trial->analysis, &trial->observation));
}

static void ends_with(struct trial *trial, const char *words)
{
	trial->view->do_->finish(trial->view, &trial->analysis, NULL);
	assert_string_equal(trial->written.bytes, words);
	trial->view->do_->destroy(trial->view);
	text_finish(&trial->written);
}

/* Bytes of a socket: z/OS says how many there were, and holds some of them. */
static void program_says(struct trial *trial, uint8_t direction, const char *words, uint32_t length)
{
	struct socket_data socket = { .length = length };
	trial->packet.socket = &socket;
	trial->packet.payload = cursor_make((const uint8_t *)words, strlen(words), strlen(words));
	see(trial, direction);
	trial->packet.socket = NULL;
}

static void socket_data_is_followed(void **state)
{
	(void)state;
	struct trial trial;
	begin(&trial, SESSION_DATA, &(struct culprit_follow){ 0 }, CULPRIT_TEXT);
	program_says(&trial, 0, "USER me\r\nPASS x\r\n", 17);
	program_says(&trial, 1, "230 o", 9);
	program_says(&trial, 1, "\xff\x1b[2J", 5);
	ends_with(&trial, "---- client 10.0.0.5:1414, packet 1\nUSER me\nPASS *\n"
			  "---- server 10.0.0.9:5000, packet 2\n230 o\n[4 bytes cut by the recorder]\n"
			  "\\xff\\x1b[2J\n");
}

static void ebcdic_is_shown_as_text(void **state)
{
	(void)state;
	struct trial trial;
	begin(&trial, SESSION_DATA, &(struct culprit_follow){ .style = CULPRIT_FOLLOW_EBCDIC }, CULPRIT_TEXT);
	program_says(&trial, 0, "\xc8\x85\x93\x93\x96\x15\xf4\xf2\x01", 9);
	ends_with(&trial, "---- client 10.0.0.5:1414, packet 1\nHello\n42.\n");
}

/* The bytes stand behind the TCP layer. */
static void segment_says(struct trial *trial, uint8_t direction, uint64_t sequence, uint64_t acknowledgment,
			 const char *words)
{
	uint8_t bytes[64] = "#";
	size_t length = strlen(words);
	struct tcp_header tcp = { .flags = TCP_ACK, .payload_length = (uint32_t)length };
	memcpy(bytes + 1, words, length);
	trial->record.bytes = bytes;
	trial->record.captured_length = trial->record.original_length = (uint32_t)length + 1;
	trial->packet.layers[0] = (struct layer){ .length = 1, .facts = &tcp };
	trial->packet.layer_count = 1;
	trial->packet.tcp = &tcp;
	trial->segment = (struct segment){ .class = SEGMENT_NEW, .sequence = sequence, .end = sequence + length,
		.acknowledgment = acknowledgment, .has_data = length > 0 };
	trial->observation.segment = &trial->segment;
	see(trial, direction);
}

static void a_stream_is_put_in_order_and_its_gaps_are_told(void **state)
{
	(void)state;
	struct trial trial;
	begin(&trial, SESSION_TCP, &(struct culprit_follow){ 0 }, CULPRIT_TEXT);
	segment_says(&trial, 0, 100, 500, "GET ");
	segment_says(&trial, 0, 106, 500, "x\n");
	segment_says(&trial, 0, 104, 500, "/ ");
	segment_says(&trial, 1, 500, 108, "one\r\ntwo");
	segment_says(&trial, 1, 500, 108, "one\r\ntwo");
	segment_says(&trial, 1, 520, 108, "end");
	segment_says(&trial, 0, 108, 523, "");
	ends_with(&trial, "---- client 10.0.0.5:1414, packet 1\nGET / x\n"
			  "---- server 10.0.0.9:5000, packet 4\none\ntwo\n[12 bytes not recorded]\nend\n");
}

static void rows_hold_gaps_and_characters(void **state)
{
	(void)state;
	struct trial trial;
	begin(&trial, SESSION_TCP, &(struct culprit_follow){ .side = CULPRIT_SIDE_SERVER }, CULPRIT_JSON);
	segment_says(&trial, 0, 100, 500, "never shown");
	segment_says(&trial, 1, 500, 111, "a\"\xff\n");
	segment_says(&trial, 0, 111, 506, "");
	ends_with(&trial,
		  "{\"session\": \"tcp:1\", \"from\": \"server\", \"number\": 2, \"time\": \"1970-01-01T00:00:00.000000Z\", "
		  "\"offset\": 0, \"length\": 4, \"data\": \"a\\\"\xef\xbf\xbd\\u000a\", \"gap\": null}\n"
		  "{\"session\": \"tcp:1\", \"from\": \"server\", \"number\": 3, \"time\": \"1970-01-01T00:00:00.000000Z\", "
		  "\"offset\": 4, \"length\": 2, \"data\": null, \"gap\": \"not recorded\"}\n");
}

static void one_session_only(void **state)
{
	(void)state;
	struct error error = ERROR_INIT;
	const struct culprit_output output = { .write = take };
	assert_null(follow_view(&(struct culprit_follow){ 0 }, &output, &error));
	assert_int_equal(error.code, ERROR_USAGE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(socket_data_is_followed),
		cmocka_unit_test(ebcdic_is_shown_as_text),
		cmocka_unit_test(a_stream_is_put_in_order_and_its_gaps_are_told),
		cmocka_unit_test(rows_hold_gaps_and_characters),
		cmocka_unit_test(one_session_only),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
