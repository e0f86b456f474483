#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/clock.h"
#include "decode/dns.h"
#include "decode/decoder.h"
#include "session/wireshark.h"

enum { CLIENT = 1, SERVER = 2 };
enum { QUERY = 0x0100, RESPONSE = 0x8180, NAME_ERROR = 0x8183 };

static const struct decoder dns = { .name = "dns" }, mdns = { .name = "mdns" };

struct bench {                   /* one packet, and what it points to */
	struct wireshark_counter *counter;
	struct packet packet;
	struct record record;
	struct ip_header ip;
	struct tcp_header tcp;
	struct udp_header udp;
	struct dns_header dns;
	struct icmp_header icmp;
};

static int set_up(void **state)
{
	static struct bench bench;
	memset(&bench, 0, sizeof bench);
	bench.counter = wireshark_counter_create();
	bench.packet.record = &bench.record;
	bench.packet.ip = &bench.ip;
	bench.record.time = NANOSECONDS;
	*state = &bench;
	return 0;
}

static int tear_down(void **state)
{
	wireshark_counter_destroy(((struct bench *)*state)->counter);
	return 0;
}

static const struct wireshark_counts *observe(struct bench *bench, uint32_t analysis)
{
	wireshark_counter_observe(bench->counter, &bench->packet, analysis);
	return wireshark_counter_finish(bench->counter);
}

static void address_from(struct bench *bench, int from)
{
	bench->ip.version = 4;
	bench->ip.source = address_ipv4((const uint8_t[]){ 10, 0, 0, (uint8_t)from });
	bench->ip.destination = address_ipv4((const uint8_t[]){ 10, 0, 0, (uint8_t)(3 - from) });
}

static const struct wireshark_counts *udp_message(struct bench *bench, int from, uint16_t port,
						  uint16_t id, uint16_t flags)
{
	address_from(bench, from);
	bench->ip.protocol = 17;
	bench->udp.source_port = from == CLIENT ? port : 53;
	bench->udp.destination_port = from == CLIENT ? 53 : port;
	bench->dns = (struct dns_header){ .id = id, .flags = flags };
	bench->packet.udp = &bench->udp;
	bench->packet.dns = &bench->dns;
	bench->packet.layer_count = 1;
	bench->packet.layers[0] = (struct layer){ .decoder = &dns, .facts = &bench->dns };
	return observe(bench, 0);
}

static const struct wireshark_counts *tcp_bytes(struct bench *bench, int from, uint32_t sequence,
						const uint8_t *bytes, size_t length,
						uint32_t analysis)
{
	address_from(bench, from);
	bench->ip.protocol = 6;
	bench->tcp = (struct tcp_header){ .source_port = from == CLIENT ? 999 : 53,
		.destination_port = from == CLIENT ? 53 : 999, .sequence_number = sequence,
		.payload_length = (uint32_t)length };
	bench->packet.tcp = &bench->tcp;
	bench->packet.payload = cursor_make(bytes, length, length);
	return observe(bench, analysis);
}

static void answered_by_ports_and_identifier(void **state)
{
	struct bench *bench = *state;
	udp_message(bench, CLIENT, 1000, 7, QUERY);
	udp_message(bench, CLIENT, 1001, 7, QUERY);
	udp_message(bench, CLIENT, 1000, 8, QUERY);
	assert_int_equal(udp_message(bench, SERVER, 1000, 9, RESPONSE)->dns_unanswered, 3);
	assert_int_equal(udp_message(bench, SERVER, 1000, 7, RESPONSE)->dns_unanswered, 2);
	const struct wireshark_counts *counts = udp_message(bench, SERVER, 1000, 7, NAME_ERROR);
	assert_int_equal(counts->dns_unanswered, 2);
	assert_int_equal(counts->dns_query, 3);
	assert_int_equal(counts->dns_response, 3);
	assert_int_equal(counts->dns_error, 1);
}

static void asked_again_within_five_seconds_is_the_same_query(void **state)
{
	struct bench *bench = *state;
	udp_message(bench, CLIENT, 1000, 7, QUERY);
	bench->record.time += 5 * NANOSECONDS - 1;
	assert_int_equal(udp_message(bench, CLIENT, 1000, 7, QUERY)->dns_unanswered, 1);
	bench->record.time += 1;
	assert_int_equal(udp_message(bench, CLIENT, 1000, 7, QUERY)->dns_unanswered, 2);
	assert_int_equal(udp_message(bench, SERVER, 1000, 7, RESPONSE)->dns_unanswered, 1);
	assert_int_equal(udp_message(bench, CLIENT, 1000, 7, QUERY)->dns_unanswered, 2);
}

static void cut_response_names_no_query(void **state)
{
	struct bench *bench = *state;
	udp_message(bench, CLIENT, 1000, 7, QUERY);
	bench->packet.truncated = true;
	assert_int_equal(udp_message(bench, SERVER, 1000, 7, RESPONSE)->dns_unanswered, 1);
	bench->packet.truncated = false;
	assert_int_equal(udp_message(bench, SERVER, 1000, 7, RESPONSE)->dns_unanswered, 1);
}

static void other_name_services_do_not_count(void **state)
{
	struct bench *bench = *state;
	udp_message(bench, CLIENT, 1000, 7, QUERY);
	bench->packet.layers[0].decoder = &mdns;
	assert_int_equal(observe(bench, 0)->dns_query, 1);
}

static void flood_of_queries_keeps_counting(void **state)
{
	struct bench *bench = *state;
	const struct wireshark_counts *counts = NULL;
	for (unsigned i = 0; i < 200000; i++)
		counts = udp_message(bench, CLIENT, (uint16_t)(i / 1000), (uint16_t)i, QUERY);
	assert_int_equal(counts->dns_unanswered, 200000);
	/* The last one is remembered, the first one was forgotten. */
	const uint16_t last = (uint16_t)199999;
	assert_int_equal(udp_message(bench, SERVER, 199, last, RESPONSE)->dns_unanswered, 199999);
	assert_int_equal(udp_message(bench, SERVER, 0, 0, RESPONSE)->dns_unanswered, 199999);
}

static void many_open_queries_are_all_found_again(void **state)
{
	struct bench *bench = *state;
	const struct wireshark_counts *counts = NULL;
	for (unsigned i = 0; i < 60000; i++)
		udp_message(bench, CLIENT, (uint16_t)(i % 7), (uint16_t)i, QUERY);
	for (unsigned i = 0; i < 60000; i += 2)
		counts = udp_message(bench, SERVER, (uint16_t)(i % 7), (uint16_t)i, RESPONSE);
	assert_int_equal(counts->dns_unanswered, 30000);
	for (unsigned i = 1; i < 60000; i += 2)
		counts = udp_message(bench, SERVER, (uint16_t)(i % 7), (uint16_t)i, RESPONSE);
	assert_int_equal(counts->dns_unanswered, 0);
}

/* Two messages of 12 bytes each, with their lengths before them: identifiers 1 and 2. */
static const uint8_t two_queries[28] = { [1] = 12, [3] = 1, [4] = 1,
					 [15] = 12, [17] = 2, [18] = 1 };
static const uint8_t two_responses[28] = { [1] = 12, [3] = 1, [4] = 0x81, [5] = 3,
					   [15] = 12, [17] = 2, [18] = 0x81 };

static void tcp_messages_begin_and_end_anywhere(void **state)
{
	struct bench *bench = *state;
	const struct wireshark_counts *counts = NULL;
	for (uint32_t i = 0; i < sizeof two_queries; i++)
		tcp_bytes(bench, CLIENT, 0xfffffff0u + i, two_queries + i, 1, 0);
	counts = tcp_bytes(bench, SERVER, 1, two_responses, sizeof two_responses, 0);
	assert_int_equal(counts->dns_query, 2);
	assert_int_equal(counts->dns_response, 1); /* packets, not messages */
	assert_int_equal(counts->dns_error, 1);
	assert_int_equal(counts->dns_unanswered, 0);
}

static void tcp_repetitions_are_read_once(void **state)
{
	struct bench *bench = *state;
	tcp_bytes(bench, CLIENT, 1, two_queries, 10, 0);
	tcp_bytes(bench, CLIENT, 1, two_queries, 10, ANALYSIS_RETRANSMISSION);
	assert_int_equal(tcp_bytes(bench, CLIENT, 6, two_queries + 5, 9, 0)->dns_query, 1);
	assert_int_equal(tcp_bytes(bench, CLIENT, 1, two_queries, 14, 0)->dns_query, 1);
}

static void tcp_gap_spoils_its_message_only(void **state)
{
	struct bench *bench = *state;
	tcp_bytes(bench, CLIENT, 1, two_queries, 8, 0);
	/* bytes 9 and 10 of the stream are missing */
	assert_int_equal(tcp_bytes(bench, CLIENT, 11, two_queries + 10, 18, 0)->dns_query, 1);
	assert_int_equal(tcp_bytes(bench, SERVER, 1, two_responses + 14, 14, 0)->dns_unanswered, 0);
}

static void flags_of_a_quoted_packet_count(void **state)
{
	struct bench *bench = *state;
	static const uint8_t quoted[20] = { 0x45 };
	bench->icmp = (struct icmp_header){ .version = 4, .type = 3, .is_error = true,
		.quote = { .version = 4, .tcp_flags = TCP_SYN } };
	bench->packet.icmp = &bench->icmp;
	bench->packet.payload = cursor_make(quoted, sizeof quoted, sizeof quoted);
	const struct wireshark_counts *counts = observe(bench, 0);
	assert_int_equal(counts->syn, 1);
	assert_int_equal(counts->synack, 0);
	assert_int_equal(counts->icmp_unreachable, 1);
	assert_int_equal(counts->ip_checksum_bad, 1); /* the quoted header's */
}

static void flags_and_lengths(void **state)
{
	struct bench *bench = *state;
	bench->tcp.flags = TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK;
	bench->packet.tcp = &bench->tcp;
	bench->record.original_length = 1;
	const struct wireshark_counts *counts =
		observe(bench, ANALYSIS_KEEP_ALIVE | ANALYSIS_REUSED_PORTS);
	assert_int_equal(counts->synack, 1);
	assert_int_equal(counts->syn, 0);
	assert_int_equal(counts->fin, 1);
	assert_int_equal(counts->reset, 1);
	assert_int_equal(counts->truncated, 1);
	assert_int_equal(counts->analysis[7], 1);
	assert_int_equal(counts->analysis[14], 1);
}

#define BENCH_TEST(TEST) cmocka_unit_test_setup_teardown(TEST, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		BENCH_TEST(answered_by_ports_and_identifier),
		BENCH_TEST(asked_again_within_five_seconds_is_the_same_query),
		BENCH_TEST(cut_response_names_no_query),
		BENCH_TEST(other_name_services_do_not_count),
		BENCH_TEST(flood_of_queries_keeps_counting),
		BENCH_TEST(many_open_queries_are_all_found_again),
		BENCH_TEST(tcp_messages_begin_and_end_anywhere),
		BENCH_TEST(tcp_repetitions_are_read_once),
		BENCH_TEST(tcp_gap_spoils_its_message_only),
		BENCH_TEST(flags_of_a_quoted_packet_count),
		BENCH_TEST(flags_and_lengths),
	};
	return cmocka_run_group_tests_name("wireshark_counts", tests, NULL, NULL);
}
