/* The scenario compiler: what it makes of lines, and what it says about mistakes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "core/checksum.h"
#include "core/cursor.h"
#include "damage.h"
#include "scenario.h"
#include "wire.h"

#define HEAD "host A 10.0.0.5\nhost B 10.0.0.9 hops 4\nflow A:40000 > B:80 isn 1000 5000\n"

static void compile(struct scenario *scenario, const char *text)
{
	char message[512] = "";
	bool good = scenario_compile(scenario, "x.scn", text, strlen(text), message);
	if (!good)
		print_error("%s\n", message);
	assert_true(good);
}

/* The TCP header of a packet, from 0. */
static const uint8_t *tcp_of(const struct scenario *scenario, size_t index)
{
	const struct trace_packet *packet = &scenario->trace.packets[index];
	struct wire_parts parts = wire_find(packet->bytes, packet->length);
	assert_int_equal(parts.protocol, 6);
	return packet->bytes + parts.transport;
}

static void mistakes_name_their_line(void **state)
{
	static const struct { const char *text, *says;
	} cases[] = {
		{ "host A 10.0.0.300\n", "x.scn:1: \"10.0.0.300\" is no IPv4 or IPv6 address" },
		{ HEAD "0 C S\n", "x.scn:4: \"C\" is neither a statement nor an end of the flow" },
		{ HEAD "0 A Q\n", "x.scn:4: \"Q\" are no TCP flags" },
		{ HEAD "0 A S <mss 1460,wscale 7>\n", "unknown TCP option \"wscale 7\"" },
		{ HEAD "+5parsec A S\n", "the time should be a time such as 20ms" },
		{ HEAD "0 A P 0:10 \"hello\"\n",
		  "the range 0:10 holds 10 bytes, the payload has 5" },
		{ HEAD "0 A S\n0 A A frobnicate\n",
		  "x.scn:5: \"frobnicate\" is not understood here" },
		{ HEAD "repeat 3 {\n0 A S\n", "x.scn:4: the block has no closing }" },
		{ HEAD "0 A P bytes $(3*$j)\n", "there is no variable $j here" },
		{ HEAD "0 A P [dns question]\n", "expected query or answer" },
		{ HEAD "0 A P [quic]\n", "there is no payload builder of that name" },
		{ HEAD "0 A S\nexpect tcp/rto colour=red\n", "unknown key in \"colour=red\"" },
		{ HEAD "0 icmp B > A port-unreachable\n", "an ICMP error quotes a packet" },
		{ HEAD "talk A:1 > B:2 {\nA sends 100\n}\n",
		  "x.scn:5: expected send, close, reset" },
		{ HEAD "talk A:1 > B:2 {\nlose B seven upstream\n}\n",
		  "\"seven\" is not understood" },
		{ HEAD "0 A S\nrecord-misses lots\n", "\"lots\" is no packet number" },
		{ "host A 10.0.0.5\n", "the scenario has no packets" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scenario scenario;
		char message[512] = "";
		assert_false(scenario_compile(&scenario, "x.scn", cases[i].text,
					      strlen(cases[i].text), message));
		if (!strstr(message, cases[i].says))
			fail_msg("case %zu says \"%s\" instead of \"%s\"", i, message,
				 cases[i].says);
		scenario_finish(&scenario);
	}
}

static void segments_follow_each_other(void **state)
{
	struct scenario scenario;
	(void)state;
	compile(&scenario, HEAD
		"0 A S <mss 1460>\n+20ms B SA <mss 1460>\n+1ms A A\n+1ms A P \"GET\"\n"
		"+20ms B - bytes 100 lost-after\n+1ms B - bytes 100\n+1ms A A\n+1ms B - 0:100\n"
		"+1ms A A\n+1ms B F\n+1ms A A\n");
	assert_int_equal(scenario.trace.count, 11);
	assert_int_equal(load_be32(tcp_of(&scenario, 0) + 4), 1000);
	assert_int_equal(load_be32(tcp_of(&scenario, 1) + 8), 1001);
	assert_int_equal(load_be32(tcp_of(&scenario, 3) + 4), 1001);
	assert_memory_equal(tcp_of(&scenario, 3) + 20, "GET", 3);
	assert_int_equal(load_be32(tcp_of(&scenario, 4) + 8), 1004);
	/* The first 100 bytes died after the trace point: A asks for them until they come again. */
	assert_int_equal(load_be32(tcp_of(&scenario, 6) + 8), 5001);
	assert_int_equal(load_be32(tcp_of(&scenario, 7) + 4), 5001);
	assert_memory_equal(tcp_of(&scenario, 7) + 20, tcp_of(&scenario, 4) + 20, 100);
	assert_int_equal(load_be32(tcp_of(&scenario, 8) + 8), 5201);
	assert_int_equal(load_be32(tcp_of(&scenario, 10) + 8), 5202);
	scenario_finish(&scenario);
}

static void checksums_are_right(void **state)
{
	struct scenario scenario;
	(void)state;
	compile(&scenario,
		HEAD "0 A P \"odd\"\n0 udp A:1 > B:2 \"hello\"\n0 icmp A > B echo id 1 seq 1\n"
		     "0 A P \"bad\" badsum\n");
	for (size_t i = 0; i < 4; i++) {
		struct trace_packet *packet = &scenario.trace.packets[i];
		struct wire_parts parts = wire_find(packet->bytes, packet->length);
		uint8_t before[2048];
		memcpy(before, packet->bytes, packet->length);
		assert_true(wire_ip_is_sealed(packet->bytes + parts.ip));
		wire_seal_transport(packet->bytes, &parts, WIRE_RIGHT);
		assert_int_equal(memcmp(before, packet->bytes, packet->length) == 0, i < 3);
	}
	scenario_finish(&scenario);
}

static void identifications_count_what_was_sent(void **state)
{
	struct scenario scenario;
	(void)state;
	/* The second packet died before the trace point: its number is missing. */
	compile(&scenario, HEAD "0 A S\n1 A S lost-before\n3 A S\n2 A S id 7\n");
	const uint8_t *ip[3];
	assert_int_equal(scenario.trace.count, 3);
	for (size_t i = 0; i < 3; i++)
		ip[i] = scenario.trace.packets[i].bytes + 14;
	assert_int_equal(load_be16(ip[1] + 4), 7);
	assert_int_equal(load_be16(ip[2] + 4) - load_be16(ip[0] + 4), 2);
	scenario_finish(&scenario);
}

static void repeats_count(void **state)
{
	struct scenario scenario;
	(void)state;
	compile(&scenario, "host A 10.0.0.5\nrepeat 3 as j every 10ms {\nrepeat 2 {\n"
			   "udp A:$(1000+10*$j+$i) > 10.0.1.$($i+1):53 \"cost $$5\"\n+1ms\n}\n}\n");
	assert_int_equal(scenario.trace.count, 6);
	const struct trace_packet *last = &scenario.trace.packets[5];
	assert_int_equal(load_be16(last->bytes + 34), 1021);
	assert_int_equal(last->bytes[33], 2);
	assert_memory_equal(last->bytes + 42, "cost $5", 7);
	assert_int_equal(last->time - TRACE_EPOCH, 21000000);
	scenario_finish(&scenario);
}

static unsigned count_data(const struct scenario *scenario, uint16_t port, uint32_t *highest,
			   uint32_t isn)
{
	unsigned segments = 0;
	*highest = 0;
	for (size_t i = 0; i < scenario->trace.count; i++) {
		const struct trace_packet *packet = &scenario->trace.packets[i];
		struct wire_parts parts = wire_find(packet->bytes, packet->length);
		const uint8_t *tcp = packet->bytes + parts.transport;
		uint32_t end = load_be32(tcp + 4) + (uint32_t)(parts.end - parts.payload) - isn - 1;
		if (load_be16(tcp) != port || parts.end == parts.payload)
			continue;
		segments++;
		if (end > *highest)
			*highest = end;
	}
	return segments;
}

/* All bytes arrive, whatever is lost; what is lost upstream is seen once, downstream twice. */
static void talks_recover(void **state)
{
	static const struct { const char *rule; unsigned segments; } cases[] = {
		{ "", 35 },
		{ "lose B 5,12-14 upstream\n", 35 },
		{ "lose B 5,12-14 downstream\n", 39 },
		{ "lose B 5 capture\n", 34 },
		{ "lose B 35 upstream\n", 35 },
		{ "lose B 35 copies 2 downstream\n", 37 },
		{ "nosack\nlose B 5 downstream\n", 36 },
		{ "copy B 5 by 1ms upstream\n", 36 },
		{ "noscale\nwindow A 8000\n", 0 },      /* as many as the window makes */
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct scenario scenario;
		char text[512];
		uint32_t highest;
		snprintf(text, sizeof text,
			 HEAD "talk A:40001 > B:81 rtt 5ms/25ms {\nA send 100\nB send 50000\n%s}\n",
			 cases[i].rule);
		compile(&scenario, text);
		const uint8_t *synack = tcp_of(&scenario, 1);
		unsigned segments = count_data(&scenario, 81, &highest, load_be32(synack + 4));
		if (cases[i].segments && segments != cases[i].segments)
			fail_msg("case %zu has %u segments instead of %u", i, segments,
				 cases[i].segments);
		assert_int_equal(highest, 50000);
		scenario_finish(&scenario);
	}
}

static void recorders_damage(void **state)
{
	struct scenario scenario;
	const char *text = HEAD "0 A S\n+1ms B SA\n+1ms A A\n+1ms A P bytes 500\n+1ms B A\n%s\n";
	static const struct { const char *line; size_t packets; } cases[] = {
		{ "", 5 }, { "record-duplicates all after 3us", 10 }, { "record-misses 2-3", 3 },
		{ "record-only B", 2 }, { "record-from 3", 3 }, { "record-until 2", 2 },
		{ "record-gap 0.5ms 2.5ms", 3 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char whole[512];
		snprintf(whole, sizeof whole, text, cases[i].line);
		compile(&scenario, whole);
		assert_int_equal(scenario.trace.count, cases[i].packets);
		scenario_finish(&scenario);
	}
}

static void offload_joins_segments(void **state)
{
	struct scenario scenario;
	struct trace copy;
	(void)state;
	compile(&scenario,
		HEAD "0 A P bytes 1460\n+1us A P bytes 1460\n+1us A P bytes 1460\n+1ms B A\n");
	trace_copy(&copy, &scenario.trace);
	struct address a;
	assert_true(address_parse("10.0.0.5", &a));
	damage_offload(&copy, &a, 14600);
	assert_int_equal(copy.count, 2);
	struct wire_parts parts = wire_find(copy.packets[0].bytes, copy.packets[0].length);
	assert_int_equal(parts.end - parts.payload, 3 * 1460);
	assert_true(wire_ip_is_sealed(copy.packets[0].bytes + parts.ip));
	trace_finish(&copy);
	scenario_finish(&scenario);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mistakes_name_their_line),
		cmocka_unit_test(segments_follow_each_other),
		cmocka_unit_test(checksums_are_right),
		cmocka_unit_test(identifications_count_what_was_sent),
		cmocka_unit_test(repeats_count),
		cmocka_unit_test(talks_recover),
		cmocka_unit_test(recorders_damage),
		cmocka_unit_test(offload_joins_segments),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
