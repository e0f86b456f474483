#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "report/ladder.h"
#include "report/wrap.h"

static bool take(void *user, const void *bytes, size_t count)
{
	text_add_bytes(user, bytes, count);
	return true;
}

static const uint8_t left[4] = { 172, 29, 122, 182 }, right[4] = { 172, 29, 122, 186 };

static struct ladder_row make_row(uint64_t number, bool to_right)
{
	struct ladder_row row = {
		.number = number, .time = 1312502000000000000 + (int64_t)number * 150000, .elapsed = 150000,
		.time_digits = 6, .to_right = to_right, .by_client = to_right, .has_ports = true, .is_tcp = true,
		.session = 1, .length = 1500, .payload = 1448, .sequence = 1906430778, .acknowledgment = 202751140,
		.window = 8192, .message = "ACK PSH", .note = "", .phase = LADDER_DATA,
	};
	row.source = address_ipv4(to_right ? left : right);
	row.destination = address_ipv4(to_right ? right : left);
	row.source_port = to_right ? 2711 : 1034;
	row.destination_port = to_right ? 1034 : 2711;
	return row;
}

static void eighty_columns_are_enough(void **state)
{
	(void)state;
	struct text written = { 0 };
	const struct culprit_output output = { .write = take, .user = &written, .width = 80 };
	struct ladder_writer *writer = ladder_writer_create(&output, 1312502000000000000, false);
	struct ladder_row one = make_row(123456, true), two = make_row(123457, false), three = make_row(123458, true);
	two.message = "ACK PSH : ftp reply code 220 \x1b[2J";
	three.note = "packet 123456 again, lost behind the trace point (time-out)";
	ladder_writer_row(writer, &one);
	ladder_writer_row(writer, &two);
	ladder_writer_row(writer, &three);
	assert_true(ladder_writer_finish(writer));
	for (const char *line = written.bytes; *line;) {
		size_t length = strcspn(line, "\n");
		assert_true(text_columns(line, length) <= 80);
		line += length + (line[length] != '\0');
	}
	assert_string_equal(written.bytes,
		"tcp:1 172.29.122.182 port 2711 (client) <---> 172.29.122.186 port 1034 (server)\n"
		"**** 2011-08-04\n"
		"    ID      Time   Elapsed  Size            Seq        Ack Window Message\n"
		"123456 18.518400  0.000150  1500 --> 1906430778  202751140   8192 ACK PSH\n"
		"123457 18.518550  0.000150  1500 <-- 1906430778  202751140   8192\n"
		"       ACK PSH : ftp reply code 220 \\x1b[2J\n"
		"123458 18.518700  0.000150  1500 --> 1906430778  202751140   8192 ACK PSH\n"
		"       packet 123456 again, lost behind the trace point (time-out)\n");
	text_finish(&written);
}

/* An observation of a UDP datagram; nothing of TCP is needed to keep rows. */
static void observe(struct ladder *ladder, uint64_t number)
{
	static const struct source_report source;
	static struct trace_analysis analysis = { .trace = { .source = &source } };
	const struct session session = { .kind = SESSION_UDP, .number = 1 };
	const struct udp_header udp = { .payload_length = 10 };
	const struct record record = { .number = number, .time = (int64_t)number, .original_length = 60 };
	const struct packet packet = { .record = &record, .udp = &udp };
	const struct observation observation = { .packet = &packet, .session = &session };
	ladder_observe(ladder, &analysis, &observation);
}

static void the_first_and_the_last_rows_are_kept(void **state)
{
	(void)state;
	static const struct { size_t head, tail, seen, kept, first_of_tail; uint64_t left_out; } cases[] = {
		{ 3, 2, 3, 3, 0, 0 }, { 3, 2, 5, 5, 4, 0 }, { 3, 2, 10, 5, 9, 5 }, { 0, 4, 3, 3, 1, 0 },
		{ 2, 0, 9, 2, 0, 7 }, { 0, 3, 7, 3, 5, 4 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct ladder *ladder = ladder_create(cases[i].head, cases[i].tail);
		for (uint64_t number = 1; number <= cases[i].seen; number++)
			observe(ladder, number);
		assert_int_equal(ladder_count(ladder), cases[i].kept);
		assert_int_equal(ladder_left_out(ladder), cases[i].left_out);
		for (size_t j = 1; j < ladder_count(ladder); j++)
			assert_true(ladder_row(ladder, j)->number > ladder_row(ladder, j - 1)->number);
		if (cases[i].first_of_tail)
			assert_int_equal(ladder_row(ladder, ladder_head_count(ladder))->number,
					 cases[i].first_of_tail);
		assert_null(ladder_row(ladder, ladder_count(ladder)));
		struct text picture = { 0 };
		ladder_svg(ladder, &(struct ladder_picture){ 0 }, &picture);
		assert_non_null(strstr(picture.bytes, "</svg>"));
		text_finish(&picture);
		ladder_destroy(ladder);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eighty_columns_are_enough),
		cmocka_unit_test(the_first_and_the_last_rows_are_kept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
