/* What the options of a capture become: the panels' values and display filters as libpcap's expressions. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "capture/bpf.h"
#include "capture/panel.h"
#include "capture/translate.h"

#define MOST_TERMS 4

static void panels_become_expressions(void **state)
{
	static const struct {
		struct culprit_capture_term terms[MOST_TERMS];
		const char *expression;      /* NULL: refused */
	} cases[] = {
		{ { { "protocol", "*" }, { "ip", "*" } }, "" },
		{ { { "protocol", "TCP" } }, "(tcp)" },
		{ { { "protocol", "icmpv6" }, { "protocol", "17" } }, "(icmp6 or (ip proto 17 or ip6 proto 17))" },
		{ { { "protocol", "256" } }, NULL },
		{ { { "protocol", "-1" } }, NULL },
		{ { { "protocol", "ipx" } }, NULL },
		{ { { "port", "21" }, { "ip", "10.1.2.3" } }, "(host 10.1.2.3) and (port 21)" },
		{ { { "port", "0" } }, NULL },
		{ { { "port", "65536" } }, NULL },
		{ { { "port", "21x" } }, NULL },
		{ { { "source-port", "20" }, { "destination-port", "21" } }, "(src port 20) and (dst port 21)" },
		{ { { "source-port", "20" }, { "port", "21" } }, NULL },
		{ { { "ip", "10.1.2.3" }, { "subnet", "255.255.0.0" } }, "(net 10.1.0.0/16)" },
		{ { { "ip", "10.1.2.3" }, { "subnet", "255.255.255.255" } }, "(host 10.1.2.3)" },
		{ { { "ip", "10.1.2.3" }, { "subnet", "0.0.0.0" } }, "(net 0.0.0.0/0)" },
		{ { { "ip", "10.1.2.3" }, { "subnet", "255.0.255.0" } }, NULL },
		{ { { "ip", "2001:db8::77" }, { "subnet", "32" } }, "(net 2001:db8::/32)" },
		{ { { "ip", "10.1.2.3" }, { "subnet", "33" } }, NULL },
		{ { { "ip", "10.1.2.3/8" }, { "ip", "::1" } }, "(net 10.0.0.0/8 or host ::1)" },
		{ { { "ip", "10.1.2.3/33" } }, NULL },
		{ { { "ip", "10.1.2" } }, NULL },
		{ { { "subnet", "8" } }, NULL },
		{ { { "mac", "0011.2233.4455" } }, "(ether host 00:11:22:33:44:55)" },
		{ { { "mac", "00112233445" } }, NULL },
		{ { { "mac", "0011223344556" } }, NULL },
		{ { { "mac", "00112233445g" } }, NULL },
		{ { { "ethertype", "SNA" } }, "(ether proto 0x80d5)" },
		{ { { "ethertype", "0600" } }, "(ether proto 0x600)" },
		{ { { "ethertype", "05ff" } }, NULL },
		{ { { "ethertype", "10000" } }, NULL },
		{ { { "protocol", "udp" }, { "vlan", "4094" } }, "(vlan 4094) and (udp)" },
		{ { { "vlan", "ALL" } }, "(vlan)" },
		{ { { "vlan", "4095" } }, NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text text = { .bytes = NULL };
		size_t count = 0;
		while (count < MOST_TERMS && cases[i].terms[count].name)
			count++;
		bool good = panel_expression(cases[i].terms, count, &text, NULL);
		assert_int_equal(good, cases[i].expression != NULL);
		if (good)
			assert_string_equal(text.bytes ? text.bytes : "", cases[i].expression);
		text_finish(&text);
	}
}

static void display_filters_are_translated_or_left_alone(void **state)
{
	static const char *const cases[][2] = {
		{ "tcp", "(tcp)" },
		{ "ipv6 && icmpv6", "(ip6 and icmp6)" },
		{ "ip.addr == 10.0.0.1", "(ip host 10.0.0.1)" },
		{ "ip.src==10.0.0.0/8", "(ip src net 10.0.0.0/8)" },
		{ "ip.src == 10.0.0.1/8", NULL },
		{ "tcp.port == 80 or udp.dstport eq 53", "(tcp port 80) or (udp dst port 53)" },
		{ "tcp.port != 80", "((tcp and not tcp port 80))" },
		{ "not (ip.proto == 6) and frame.len >= 100", "(not ((ip proto 6)) and len >= 100)" },
		{ "!arp", "(not arp)" },
		{ "eth.addr == 00:11:22:33:44:55", "(ether host 00:11:22:33:44:55)" },
		{ "tcp.port > 80", NULL },
		{ "tcp.port in {80, 443}", NULL },
		{ "tcp.flags.syn == 1", NULL },
		{ "vlan.id == 5", NULL },
		{ "session.rtt_server > 50ms", NULL },
		{ "tcp.port == 80 &&", NULL },
		{ "(tcp", NULL },
		{ "tcp )", NULL },
		{ "", NULL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct text text = { .bytes = NULL };
		bool good = translate_filter(cases[i][0], &text);
		assert_int_equal(good, cases[i][1] != NULL);
		if (good)
			assert_string_equal(text.bytes, cases[i][1]);
		else
			assert_int_equal(text.length, 0);
		text_finish(&text);
	}
}

static void names_of_hosts_are_seen(void **state)
{
	static const struct { const char *expression; bool names; } cases[] = {
		{ "host 10.0.0.1 and port http", false },
		{ "host www.example.org", true },
		{ "src fileserver", true },
		{ "src host fe80::1", false },
		{ "src port ftp or dst net 10", false },
		{ "dst net 10.0.0.0/8", false },
		{ "tcp and www.example.org", true },
		{ "net private", true },
		{ "tcp[tcpflags] & tcp-syn != 0", false },
		{ "ether host 00:11:22:33:44:55", false },
		{ "not (host a or host 10.0.0.1)", true },
		{ "", false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_int_equal(bpf_names_host(cases[i].expression), cases[i].names);
	assert_true(bpf_needs_record("tcp and (vlan 5)"));
	assert_false(bpf_needs_record("host vlan5"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(panels_become_expressions),
		cmocka_unit_test(display_filters_are_translated_or_left_alone),
		cmocka_unit_test(names_of_hosts_are_seen),
	};
	cmocka_set_message_output(CM_OUTPUT_STDOUT);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
