/* Filters: what they select, and what is said about wrong ones. */
#include "decode_samples.h"

#include <stdlib.h>

#include "config.h"
#include "filter/filter.h"
#include "filter/moment.h"

static struct packet packet;

static bool selects(const char *expression, const char *sample)
{
	struct error error = ERROR_INIT;
	struct filter *filter = filter_compile(expression, &error);
	struct fields *fields = fields_create(NULL);
	struct observation observation = { .packet = &packet };
	if (!filter)
		fail_msg("%s: %s at %llu", expression, error.message, (unsigned long long)error.offset);
	sample_decode(&packet, sample);
	bool selected = filter_matches(filter, fields, &observation);
	/* A filter keeps nothing from packet to packet. */
	assert_int_equal(filter_matches(filter, fields, &observation), selected);
	fields_destroy(fields);
	filter_destroy(filter);
	return selected;
}

struct choice { const char *expression; bool selected; };

static void check(const char *sample, const struct choice *choices, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (selects(choices[i].expression, sample) != choices[i].selected)
			fail_msg("%s on %s", choices[i].expression, sample);
}
#define CHECK(sample, ...) do { \
	static const struct choice choices[] = { __VA_ARGS__ }; \
	check(sample, choices, sizeof choices / sizeof choices[0]); \
} while (0)

/* 10.0.0.1:40000 > 10.0.0.2:443, SYN, MSS 1460, window scale 7, TTL 64 */
static void comparisons(void **state)
{
	(void)state;
	CHECK("tcp_syn", { "tcp.port == 443", true }, { "tcp.port == 444", false }, { "tcp.port != 443", false },
	      { "tcp.port != 444", true }, { "tcp.port ~= 443", true }, { "tcp.port !== 443", true },
	      { "tcp.port === 443", false }, { "tcp.port > 443", true }, { "all tcp.port > 443", false },
	      { "all tcp.port >= 443", true }, { "any tcp.port < 444", true }, { "443 == tcp.port", true },
	      { "500 > tcp.dstport", true }, { "500 < tcp.dstport", false }, { "tcp.dstport eq 0x1bb", true },
	      { "tcp.dstport == 0673", true }, { "tcp.dstport == 0b110111011", true }, { "udp.port == 443", false },
	      { "udp.port != 443", false }, { "!(udp.port == 443)", true }, { "400 < tcp.dstport < 500", true },
	      { "400 < tcp.dstport < 443", false }, { "tcp.seq_raw == 0x11223344", true },
	      { "tcp.seq_raw >= 0x80000000", false }, { "ip.ttl == 64", true }, { "ip.ttl lt 64", false });
}

static void sets_and_ranges(void **state)
{
	(void)state;
	CHECK("tcp_syn", { "tcp.port in {80, 443}", true }, { "tcp.port in {80 443}", true },
	      { "tcp.port in {80..442}", false }, { "tcp.port in {80..443}", true }, { "tcp.port in {}", false },
	      { "tcp.port not in {80, 443}", false }, { "any tcp.port not in {80, 443}", true },
	      { "tcp.dstport not in {443}", false }, { "ip.src in {10.0.0.0/24, 192.168.0.1}", true },
	      { "ip.src in {10.0.0.2..10.0.0.9}", false }, { "frame.number in {1..10}", true },
	      { "tcp.dstport in {440..441, 443..444,500}", true });
}

static void logic(void **state)
{
	(void)state;
	CHECK("tcp_syn", { "tcp && ip", true }, { "tcp and udp", false }, { "tcp or udp", true },
	      { "udp || icmp || tcp", true }, { "tcp xor ip", false }, { "tcp ^^ udp", true }, { "!tcp", false },
	      { "not udp", true }, { "not not tcp", true }, { "!(!tcp)", true }, { "udp or tcp and ip", true },
	      { "tcp or ip and udp", true }, { "(tcp or ip) and udp", false },
	      { "tcp.port == 1 or tcp.port == 443 and tcp.len > 0", false });
}

static void flags_and_names(void **state)
{
	(void)state;
	CHECK("tcp_syn", { "tcp.flags.syn", true }, { "tcp.flags.ack", true }, { "tcp.flags.ack == 1", false },
	      { "tcp.flags.syn == True", true }, { "tcp.flags.syn == \"Set\"", true },
	      { "tcp.flags.syn == false", false }, { "tcp.flags & 2", true }, { "tcp.flags & 0x10", false },
	      { "tcp.flags & 0x12 == 2", true }, { "ip.checksum.status == \"Good\"", true },
	      { "tcp.checksum.status == Bad", false }, { "tcp.flags == 0x002", true });
	CHECK("arp_request", { "arp.opcode == request", true }, { "arp.opcode == \"reply\"", false },
	      { "arp", true }, { "arp.opcode in {request, reply}", true });
}

static void addresses(void **state)
{
	(void)state;
	CHECK("tcp_syn", { "ip.addr == 10.0.0.1", true }, { "ip.addr == 10.0.0.0/30", true },
	      { "ip.addr == 10.0.0.4/30", false }, { "ip.src != 10.0.0.0/8", false }, { "ip.src < 10.0.0.2", true },
	      { "ip.src == ip.dst", false }, { "ip.src != ip.dst", true }, { "ip.src < ip.dst", true },
	      { "eth.src == 02:00:00:00:00:01", true }, { "eth.src == 02-00-00-00-00-01", true },
	      { "eth.src == 0200.0000.0001", true }, { "eth.addr[0:3] == 02:00:00", true },
	      { "eth.dst[5] == 02", true }, { "eth.dst[-1:] == 02", true }, { "eth.addr contains 00:02", true });
	CHECK("tcp_data_ipv6", { "ipv6.addr == 2001:db8::1", true }, { "ipv6.src == 2001:db8::/32", true },
	      { "ipv6.dst == fe80::/10", false }, { "ipv6.src[0:2] == 20:01", true });
}

static void bytes_and_text(void **state)
{
	(void)state;
	CHECK("tcp_data_ipv6", { "tcp contains \"HTTP/1\"", true }, { "tcp contains \"http/1\"", false },
	      { "tcp contains 48:54:54:50", true }, { "frame contains 0d0a0d0a", true },
	      { "tcp.payload[0:3] == \"GET\"", true }, { "tcp.payload[0-2] == 47:45:54", true },
	      { "tcp.payload[-4:] == 0d:0a:0d:0a", true }, { "tcp.payload[0:3,4:1] == \"GET/\"", true },
	      { "tcp.payload[100:2] == 00:00", false }, { "tcp[13] == 0x18", true }, { "tcp[13] & 8", true },
	      { "tcp[13] & 2 == 2", false }, { "len(tcp.payload) == 18", true }, { "len(tcp.payload) > 18", false },
	      { "tcp.flags.str contains \"AP\"", true }, { "lower(frame.protocols) contains \"tcp\"", true },
	      { "upper(frame.protocols) contains \"TCP\"", true }, { "count(tcp.port) == 2", true },
	      { "count(udp.port) == 0", false }, { "string(tcp.dstport) == \"80\"", true },
	      { "tcp contains \"\\x47\\105T\"", true }, { "frame.protocols == r\"eth:ethertype:ipv6:tcp\"", true },
	      { "tcp.payload contains 'G'", true });
}

static void regular_expressions(void **state)
{
	(void)state;
#ifdef HAVE_PCRE2
	CHECK("tcp_data_ipv6", { "tcp.payload matches \"^get .*HTTP/1\\\\.0\"", true },
	      { "tcp matches \"^GET\"", false }, { "frame.protocols ~ r\"\\bipv6\\b\"", true },
	      { "tcp.payload matches \"(a*)*b\"", false });
#endif
}

static void arithmetic(void **state)
{
	(void)state;
	CHECK("tcp_syn", { "tcp.dstport + 1 == 444", true }, { "tcp.dstport - 443 == 0", true },
	      { "tcp.srcport % 2 == 0", true }, { "ip.ttl * 2 == 128", true }, { "ip.ttl / 0 == 1", false },
	      { "-ip.ttl < 0", true }, { "ip.ttl - 65 == -1", true });
}

static void layers(void **state)
{
	(void)state;
	CHECK("tcp_sack_double_tagged", { "vlan.id == 100", true }, { "vlan.id == 200", true },
	      { "vlan.id#1 == 100", true }, { "vlan.id#2 == 100", false }, { "vlan.id#[1-2] == 200", true },
	      { "vlan.id#3", false }, { "all vlan.id > 150", false }, { "count(vlan.id) == 2", true });
	CHECK("icmp_fragmentation_needed", { "count(ip.src) == 2", true }, { "ip.src#2", true });
}

/* Where, and a part of what is said. */
static void wrong_expressions_are_explained(void **state)
{
	static const struct { const char *expression; size_t at; const char *message, *remedy; } cases[] = {
		{ "tcp.prot == 80", 0, "no field \"tcp.prot\"", "did you mean tcp.port?" },
		{ "ip && tpc", 6, "no field \"tpc\"", "did you mean tcp?" },
		{ "tcp.port == abc", 12, "it is no number", "" },
		{ "tcp.port == 80 80", 15, "\"&&\" or \"||\" is missing before \"80\"", "join" },
		{ "tcp.port ==", 11, "is missing at the end", "" },
		{ "(tcp", 4, "\")\" is missing", "close" },
		{ "tcp)", 3, "is missing before \")\"", "" },
		{ "", 0, "empty", "" },
		{ "ip.src == 300.1.1.1", 10, "no IPv4 address", "" },
		{ "ip.src == 10.0.0.0/33", 10, "prefix", "" },
		{ "eth.src == 1", 11, "no hardware address", "" },
		{ "tcp contains \"abc", 13, "no end", "quote" },
		{ "tcp contains \"\\q\"", 14, "nothing is known", "" },
		{ "tcp.port contains \"8\"", 18, "holds no text or bytes", "" },
		{ "tcp.port in 80", 12, "\"{\" is missing", "" },
		{ "tcp.port in {80, 443", 20, "is missing at the end", "" },
		{ "tcp.port[0:2] == 80", 0, "no row of bytes", "" },
		{ "tcp[x] == 80", 4, "a number is missing in the slice", "" },
		{ "icmp.type == \"Bogus\"", 13, "no name of a value", "it can be 0 Echo (ping) reply" },
		{ "frame.time > \"yesterday\"", 13, "no time", "" },
		{ "tcp.time_delta > 5parsec", 17, "no duration", "" },
		{ "tcp.len == -1", 11, "never negative", "" },
		{ "upper(ip.src) == \"x\"", 6, "does not work", "" },
		{ "ip.src == tcp.port", 10, "different types", "" },
		{ "\"text\"", 0, "a text alone", "" },
		{ "tcp & ip", 4, "no number before", "" },
		{ "all tcp.port", 12, "a comparison is missing", "" },
		{ "tcp.port == 'ab'", 12, "one character", "" },
		{ "tcp $ ip", 4, "is missing before \"$\"", "" },
#ifdef HAVE_PCRE2
		{ "tcp matches \"(\"", 14, "regular expression is wrong", "" },
#endif
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct error error = ERROR_INIT;
		struct filter *filter = filter_compile(cases[i].expression, &error);
		if (filter)
			fail_msg("%s is accepted", cases[i].expression);
		if (error.offset != cases[i].at || !strstr(error.message, cases[i].message) ||
		    !strstr(error.remedy, cases[i].remedy))
			fail_msg("%s: at %llu: %s: %s", cases[i].expression, (unsigned long long)error.offset,
				 error.message, error.remedy);
	}
}

static char *repeat(const char *before, const char *part, size_t count, const char *after)
{
	size_t length = strlen(part);
	char *text = malloc(strlen(before) + length * count + strlen(after) + 1), *at = text;
	at = stpcpy(at, before);
	for (size_t i = 0; i < count; i++)
		at = stpcpy(at, part);
	strcpy(at, after);
	return text;
}

static bool compiles(char *text)
{
	struct error error = ERROR_INIT;
	struct filter *filter = filter_compile(text, &error);
	bool good = filter;
	filter_destroy(filter);
	free(text);
	return good;
}

static void hostile_expressions_are_refused(void **state)
{
	(void)state;
	assert_true(compiles(repeat("", "(", FILTER_MAX_DEPTH - 1, "tcp)")) == false);   /* not closed */
	assert_true(compiles(repeat("", "!", FILTER_MAX_DEPTH - 1, "tcp")));
	assert_false(compiles(repeat("", "!", FILTER_MAX_DEPTH, "tcp")));
	assert_false(compiles(repeat("", "(", 100000, "tcp")));
	assert_false(compiles(repeat("", "len(", 100000, "tcp")));
	assert_true(compiles(repeat("tcp", " or tcp", FILTER_MAX_TESTS - 1, "")));
	assert_false(compiles(repeat("tcp", " or tcp", FILTER_MAX_TESTS, "")));
	assert_false(compiles(repeat("tcp.port in {", "1 ", FILTER_MAX_LENGTH, "}")));
	assert_false(compiles(repeat("tcp.port in {", "1 ", 5000, "}")));
	assert_true(compiles(repeat("tcp.port in {", "1 ", 4000, "}")));
	assert_false(compiles(repeat("tcp.len ", "+ 1 ", 100, "> 5")));
	assert_false(compiles(repeat("tcp[", "1,", 100, "2] == 00")));
}

static void rows_of_tests_are_evaluated(void **state)
{
	(void)state;
	char *text = repeat("udp", " or udp", FILTER_MAX_TESTS - 2, " or tcp");
	assert_true(selects(text, "tcp_syn"));
	assert_false(selects(text, "arp_request"));
	free(text);
}

static void what_a_filter_needs_is_known(void **state)
{
	static const struct { const char *expression; bool walk, findings, sessions; } cases[] = {
		{ "tcp.port == 80 && ip.addr == 10.0.0.1 || icmp", false, false, false },
		{ "tcp.flags.syn == 1 && frame.len > 100", false, false, false },
		{ "tcp.analysis.flags", true, false, false },
		{ "tcp contains \"x\"", true, false, false },
		{ "session.rtt_server > 50ms && session.loss > 1%", true, false, true },
		{ "finding == \"ftp/*\"", true, true, true },
		{ "finding == \"ftp/*\" && tcp.port == 21", true, true, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct filter *filter = filter_compile(cases[i].expression, NULL);
		assert_non_null(filter);
		assert_int_equal(filter_needs_walk(filter), cases[i].walk);
		assert_int_equal(filter_needs_findings(filter), cases[i].findings);
		assert_int_equal(filter_is_about_sessions(filter), cases[i].sessions);
		filter_destroy(filter);
	}
}

static void what_a_filter_speaks_of_is_known(void **state)
{
	static const struct { const char *expression; bool ends, connections; } cases[] = {
		{ "tcp.port == 80", true, true }, { "tcp", true, true },
		{ "tcp.port in {80, 443} && ip.addr == 10.0.0.1", true, true },
		{ "tcp.port == 80 || tcp.port == 443", true, true }, { "!udp && tcp.port != 80", true, true },
		/* Not TCP only. */
		{ "ip.addr == 10.0.0.1", true, false }, { "!tcp", true, false }, { "!(tcp.port == 80)", true, false },
		{ "tcp.port == 53 || udp.port == 53", true, false }, { "tcp.port == 80 ^^ ip", true, false },
		/* One direction only. */
		{ "tcp.dstport == 80", true, false }, { "tcp.port == 80 && ip.src == 10.0.0.1", true, false },
		/* More than ends. */
		{ "tcp.port == 80 && frame.len > 100", false, false }, { "tcp.checksum.status == 0", false, false },
		{ "tcp.port == 80 && tcp.analysis.flags", false, false }, { "tcp.port == tcp.srcport", false, false },
		{ "tcp.port == 80 && http", false, false }, { "tcp contains 00", false, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct filter *filter = filter_compile(cases[i].expression, NULL);
		assert_non_null(filter);
		if (filter_is_about_ends(filter) != cases[i].ends ||
		    filter_selects_connections(filter) != cases[i].connections)
			fail_msg("%s", cases[i].expression);
		filter_destroy(filter);
	}
}

static void packets_are_ruled_out_early(void **state)
{
	struct filter *filter = filter_compile("tcp.port == 80", NULL);
	(void)state;
	sample_decode(&packet, "tcp_syn");
	assert_true(filter_rules_out(filter, &packet));
	filter_destroy(filter);
	filter = filter_compile("tcp.port == 443", NULL);
	assert_false(filter_rules_out(filter, &packet));
	filter_destroy(filter);
}

static void times_are_read(void **state)
{
	static const struct { const char *words; int64_t seconds, rest; } good[] = {
		{ "1970-01-01", 0, 0 }, { "2012-08-08", 1344384000, 0 }, { "2012-08-08 16:30", 1344443400, 0 },
		{ "2012-08-08T16:30:01.5Z", 1344443401, 500000000 }, { "2012-08-08 16:30 +02:00", 1344436200, 0 },
		{ "2012-08-08 16:30:00-0500", 1344461400, 0 }, { "Aug  8, 2012 16:30:00.000000001", 1344443400, 1 },
		{ "Aug 8, 2012 16:30:00 UTC", 1344443400, 0 }, { "1344443400.25", 1344443400, 250000000 },
	};
	static const char *const bad[] = { "", "2012-13-01", "2012-08-08 25:00", "2012-08-08 16", "08.08.2012",
		"2012-08-08 16:30 and more", "yesterday", "99999999999999" };
	int64_t time;
	(void)state;
	for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
		if (!moment_read(good[i].words, &time))
			fail_msg("%s is not read", good[i].words);
		assert_int_equal(time, good[i].seconds * 1000000000 + good[i].rest);
	}
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		if (moment_read(bad[i], &time))
			fail_msg("%s is read", bad[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comparisons), cmocka_unit_test(sets_and_ranges), cmocka_unit_test(logic),
		cmocka_unit_test(flags_and_names), cmocka_unit_test(addresses), cmocka_unit_test(bytes_and_text),
		cmocka_unit_test(regular_expressions), cmocka_unit_test(arithmetic), cmocka_unit_test(layers),
		cmocka_unit_test(wrong_expressions_are_explained), cmocka_unit_test(hostile_expressions_are_refused),
		cmocka_unit_test(rows_of_tests_are_evaluated), cmocka_unit_test(what_a_filter_needs_is_known),
		cmocka_unit_test(what_a_filter_speaks_of_is_known), cmocka_unit_test(packets_are_ruled_out_early),
		cmocka_unit_test(times_are_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
