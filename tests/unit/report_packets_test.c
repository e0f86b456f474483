/* Rows of packets that are written at once are those that the table writes column by column. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "report/packets.h"

static bool keep(void *user, const void *bytes, size_t count)
{
	text_add_bytes(user, bytes, count);
	return true;
}

static struct culprit_packet make(unsigned i)
{
	static const char *const messages[] = { "SYN", "ACK PSH : ftp command USER", "", "say \"hello\", all",
		"\x1b[31mred", "na\xc3\xafve" };
	struct culprit_packet packet = { .number = i + 1, .time = 1344443400123456789LL + i * 333333333LL,
		.time_digits = i % 10, .length = 60 + i * 17, .datagram_length = 40 + i * 17,
		.protocol = i % 5 ? "TCP" : "ARP",
		.transport = i % 5 ? "TCP" : i % 10 ? "ARP" : "ICMP", .is_tcp = i % 5 != 0, .has_ports = i % 5 != 0,
		.has_stream = i % 3 != 0, .source_port = (uint16_t)(i * 977), .destination_port = 443,
		.destination_service = i % 2 ? "https" : NULL, .stream = i * 1000,
		.message = messages[i % 6], .sequence = i * 4000000000u, .acknowledgment = i * 99,
		.window = (uint16_t)(i * 31), .flags = 18, .analysis = i % 4 ? 0 : i & 0x7fff };
	if (i % 7 == 6)
		packet.time = CULPRIT_NO_TIME;
	snprintf(packet.source, sizeof packet.source, "%s", i % 5 ? "10.0.0.1" : "02:00:00:00:00:01");
	snprintf(packet.destination, sizeof packet.destination, "%s", i % 11 ? "2001:db8::1" : "");
	return packet;
}

static void write_rows(const struct culprit_output *output, bool (*row)(struct packet_list *,
			const struct culprit_packet *), struct text *to)
{
	struct culprit_output mine = *output;
	mine.user = to;
	mine.write = keep;
	struct packet_list *list = packets_begin(&mine, 0, false);
	for (unsigned i = 0; i < 1000; i++) {
		struct culprit_packet packet = make(i);
		assert_true(row(list, &packet));
	}
	packets_end(list);
}

static void both_ways_write_the_same(void **state)
{
	static const enum culprit_report_format formats[] = { CULPRIT_TEXT, CULPRIT_CSV, CULPRIT_JSON };
	static const enum culprit_time_style styles[] = { CULPRIT_TIME_UTC, CULPRIT_TIME_RELATIVE,
		CULPRIT_TIME_EPOCH };
	(void)state;
	for (unsigned f = 0; f < 3; f++)
		for (unsigned s = 0; s < 3; s++) {
			const struct culprit_output output = { .format = formats[f], .time_style = styles[s] };
			struct text fast = { 0 }, slow = { 0 };
			write_rows(&output, packets_row, &fast);
			write_rows(&output, packets_row_by_columns, &slow);
			assert_int_equal(fast.length, slow.length);
			assert_memory_equal(fast.bytes, slow.bytes, slow.length);
			text_finish(&fast);
			text_finish(&slow);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(both_ways_write_the_same) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
