#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/message.h"
#include "decode/dns.h"

static const char *message(struct text *to, const struct packet *packet)
{
	text_clear(to);
	text_add(to, "");
	message_add(to, packet);
	return to->bytes;
}

static void tcp_says_its_flags_as_the_seed_does(void **state)
{
	(void)state;
	static const struct { uint16_t flags; const char *words; } cases[] = {
		{ TCP_SYN, "SYN" }, { TCP_SYN | TCP_ACK, "ACK SYN" }, { TCP_ACK, "ACK" },
		{ TCP_PSH | TCP_ACK, "ACK PSH" }, { TCP_PSH | TCP_ACK | TCP_FIN, "ACK PSH FIN" },
		{ TCP_FIN | TCP_ACK, "ACK FIN" }, { TCP_RST | TCP_ACK, "ACK RST" }, { 0, "" },
		{ TCP_SYN | TCP_ECE | TCP_CWR, "SYN ECE CWR" },
	};
	struct text to = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct tcp_header tcp = { .flags = cases[i].flags };
		const struct packet packet = { .tcp = &tcp };
		assert_string_equal(message(&to, &packet), cases[i].words);
	}
	text_finish(&to);
}

static void icmp_says_what_happened_to_whom(void **state)
{
	(void)state;
	static const uint8_t host[4] = { 10, 0, 0, 9 };
	const struct icmp_quote quote = { .present = true, .has_ports = true, .destination_port = 53,
		.destination = address_ipv4(host) };
	const struct { struct icmp_header icmp; const char *words; } cases[] = {
		{ { .version = 4, .type = 8 }, "Echo request" },
		{ { .version = 6, .type = 129 }, "Echo reply" },
		{ { .version = 4, .type = 3, .code = 3, .quote = quote }, "Destination Unreachable : Port unreachable: 10.0.0.9 port 53" },
		{ { .version = 4, .type = 3, .code = 4, .mtu = 1400 }, "Destination Unreachable : Fragmentation needed, MTU 1400" },
		{ { .version = 4, .type = 3, .code = 99 }, "Destination Unreachable" },
		{ { .version = 4, .type = 5, .gateway = address_ipv4(host) }, "Redirect to 10.0.0.9" },
		{ { .version = 4, .type = 200, .code = 7 }, "Type 200 code 7" },
	};
	struct text to = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct packet packet = { .icmp = &cases[i].icmp };
		assert_string_equal(message(&to, &packet), cases[i].words);
	}
	text_finish(&to);
}

static void arp_asks_and_tells(void **state)
{
	(void)state;
	static const uint8_t one[4] = { 10, 0, 0, 1 }, two[4] = { 10, 0, 0, 2 };
	const struct address a = address_ipv4(one), b = address_ipv4(two);
	const struct { struct arp_header arp; const char *words; } cases[] = {
		{ { .operation = ARP_REQUEST, .sender = a, .target = b }, "Who has 10.0.0.2? Tell 10.0.0.1" },
		{ { .operation = ARP_REQUEST, .target = b, .probe = true }, "Who has 10.0.0.2?" },
		{ { .operation = ARP_REQUEST, .sender = a, .target = a, .gratuitous = true },
		  "Announcement of 10.0.0.1" },
		{ { .operation = ARP_REPLY, .sender = b, .target = a, .sender_mac = { 2, 0, 0, 0, 0, 9 } },
		  "10.0.0.2 is at 02:00:00:00:00:09" },
	};
	struct text to = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct packet packet = { .arp = &cases[i].arp };
		assert_string_equal(message(&to, &packet), cases[i].words);
	}
	text_finish(&to);
}

static void dns_says_question_and_outcome(void **state)
{
	(void)state;
	const struct { struct dns_header dns; const char *words; } cases[] = {
		{ { .questions = 1, .query_type = 1, .name = "a.example", .name_length = 9 },
		  "dns : client query (Standard) : A a.example" },
		{ { .questions = 1, .query_type = 28, .name = "a.example", .name_length = 9, .response = true,
		    .answers = 1 }, "dns : server response (No Error) : AAAA a.example, 1 answer" },
		{ { .questions = 1, .query_type = 777, .name = "a.example", .name_length = 9,
		    .response = true, .rcode = 3 }, "dns : server response (Name Error) : TYPE777 a.example" },
		{ { .response = true, .rcode = 2 }, "dns : server response (Server Failure)" },
		{ { .response = true, .rcode = 15 }, "dns : server response (15)" },
		{ { .opcode = 5 }, "dns : client query (Update)" },
		{ { .flavour = DNS_MULTICAST, .query_type = 12, .name = "x.local", .name_length = 7 },
		  "mdns : client query (Standard) : PTR x.local" },
	};
	struct text to = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct packet packet = { .dns = &cases[i].dns, .layer_count = 1 };
		packet.layers[0] = (struct layer){ .decoder = &dns_decoder, .facts = &cases[i].dns };
		assert_string_equal(message(&to, &packet), cases[i].words);
	}
	text_finish(&to);
}

static void damage_is_told(void **state)
{
	(void)state;
	const struct tcp_header tcp = { .flags = TCP_ACK };
	const struct packet segment = { .tcp = &tcp, .malformed = true }, other = { .malformed = true };
	const struct ip_header ip = { .fragmented = true, .more_fragments = true, .fragment_offset = 1480 };
	const struct packet fragment = { .ip = &ip };
	struct text to = { 0 };
	assert_string_equal(message(&to, &segment), "ACK [malformed]");
	assert_string_equal(message(&to, &other), "[malformed]");
	assert_string_equal(message(&to, &fragment), "Fragment at 1480, more");
	text_finish(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tcp_says_its_flags_as_the_seed_does),
		cmocka_unit_test(icmp_says_what_happened_to_whom),
		cmocka_unit_test(arp_asks_and_tells),
		cmocka_unit_test(dns_says_question_and_outcome),
		cmocka_unit_test(damage_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
