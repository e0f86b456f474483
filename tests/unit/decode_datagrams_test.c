/* Applications over UDP: what their messages say, and what lies about its length. Bytes are written in
 * hexadecimal, as they stand on the wire. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "decode/decoder.h"
#include "decode/dhcp.h"
#include "decode/dhcpv6.h"
#include "decode/dns.h"
#include "decode/nbns.h"
#include "decode/snmp.h"

extern const struct decoder tftp_decoder;

static struct packet packet;

/* Decodes `hex`, of which the trace holds all but the last `cut` bytes. NULL: malformed. */
static const void *decode(const struct decoder *decoder, const char *hex, size_t cut)
{
	static uint8_t bytes[512];
	static const struct record record = { .bytes = bytes };
	size_t length = 0;
	for (unsigned byte; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		bytes[length++] = (uint8_t)byte;
	packet_decode(&packet, &record);
	packet_decode_message(&packet, decoder, NULL, cursor_make(bytes, length - cut, length));
	const struct layer *layer = &packet.layers[packet.layer_count - 1];
	return layer->status == CURSOR_MALFORMED ? NULL : layer->facts;
}

#define V1_GET "302902010004067075626c6963a01c02044e1b2a3c020100020100300e300c06082b060102010103000500"
#define DHCP_HEAD "0101060012345678000080000000000000000000000000000000000002000000000100000000000000000000"
#define ZEROS_64 "00000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000" \
	"000000000000000000000000000000"

static void messages_are_told_in_words(void **state)
{
	static const struct {
		const struct decoder *decoder;
		const char *what, *hex, *words;      /* words NULL: malformed */
	} cases[] = {
		{ &dns_decoder, "a name error with authority",
		  "001f8583000100000000000003313039013103313638033139320769" "6e2d61646472046172706100000c0001",
		  "dns : server response (Name Error) : PTR 109.1.168.192.in-addr.arpa" },
		{ &dns_decoder, "an extended code: BADVERS",
		  "00018180000100000000000101610000010001" "00002904d0010000000000",
		  "dns : server response (Bad EDNS Version) : A a" },
		{ &mdns_decoder, "an answer without a question",
		  "000084000000000100000000" "0161056c6f63616c00" "00018001" "00000078" "0004" "c0000201",
		  "mdns : server response (No Error) : A a.local" },
		{ &nbns_decoder, "a query for WPAD",
		  "bc25011000010000000000002046484641454245454341434143414341434143414341434143414341434141410000200001",
		  "nbns : query (Name query) : NB WPAD<00>" },
		{ &snmp_decoder, "a Get of version 1", V1_GET,
		  "SNMP : Community - public(v1) : pdu - GetRequest 1.3.6.1.2.1.1.3.0" },
		{ &snmp_decoder, "another community is a secret",
		  "3029020101040673656372" "6574a21c02044e1b2a3c020105020101300e300c06082b060102010103000500",
		  "SNMP : Community - ***(v2c) : pdu - GetResponse 1.3.6.1.2.1.1.3.0 (genErr)" },
		{ &snmp_decoder, "a length of a length that is too long", "308500000000000201", NULL },
		{ &snmp_decoder, "not a PDU", "300d02010004067075626c69630400", NULL },
		{ &snmp_decoder, "a PDU longer than the message", "300f02010004067075626c6963a0500201", NULL },
		{ &tftp_decoder, "a read request", "0001626f6f74006f6374657400", "tftp : Read Request boot" },
		{ &tftp_decoder, "an error", "000500016e6f2066696c6500", "tftp : Error Code 1 no file" },
		{ &tftp_decoder, "no operation", "0009", NULL },
		{ &dhcp_decoder, "a discover", DHCP_HEAD ZEROS_64 ZEROS_64 ZEROS_64 "63825363350101ff",
		  "dhcp : client request: discover find DHCP servers" },
		{ &dhcp_decoder, "a decline, whose address is an option",
		  DHCP_HEAD ZEROS_64 ZEROS_64 ZEROS_64 "638253633501043204c0a80068ff",
		  "dhcp : client request: decline use of 192.168.0.104 (already in use)" },
		{ &dhcp_decoder, "BOOTP", DHCP_HEAD ZEROS_64 ZEROS_64 ZEROS_64 "00000000", "bootp : client request" },
		{ &dhcp_decoder, "too short", "01010600", NULL },
		{ &dhcpv6_decoder, "a solicit", "011234560001000a00030001020000000001000800020000",
		  "dhcpv6 : client request: Solicit" },
		{ &dhcpv6_decoder, "no addresses, through a relay",
		  "0d00" "20010db8000000000000000000000001" "fe800000000000000000000000000001"
		  "0009000a" "07123456" "000d00020002",
		  "dhcpv6 : server reply: Reply (NoAddrsAvail) through a relay" },
	};
	struct text words = { 0 };
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const void *facts = decode(cases[i].decoder, cases[i].hex, 0);
		if ((facts != NULL) != (cases[i].words != NULL))
			fail_msg("%s", cases[i].what);
		if (!facts)
			continue;
		text_clear(&words);
		cases[i].decoder->words(&words, facts);
		assert_string_equal(words.bytes, cases[i].words);
	}
	text_finish(&words);
}

/* What the trace cut off is missing, not malformed. */
static void messages_that_the_trace_cut_are_not_malformed(void **state)
{
	(void)state;
	for (size_t cut = 1; cut < sizeof V1_GET / 2; cut++)
		assert_non_null(decode(&snmp_decoder, V1_GET, cut));
	const struct dns_header *dns = decode(&dns_decoder,
		"00018180000100010000000001610000010001" "c00c000100010000003c0004c0000201", 2);
	assert_non_null(dns);
	assert_false(dns->whole);
	assert_int_equal(dns->address_count, 0);
}

static void dns_facts_are_those_of_the_answers(void **state)
{
	(void)state;
	/* a CNAME b (ttl 60), b A 192.0.2.1 (ttl 30); OPT 1232 bytes with "DNSKEY Missing: k" */
	const struct dns_header *dns = decode(&dns_decoder,
		"0001818200010002000000010161000001" "0001" "c00c00050001" "0000003c" "0003" "016200"
		"01620000010001" "0000001e" "0004" "c0000201" "00002904d0000080000007" "000f00030009" "6b", 0);
	assert_non_null(dns);
	assert_true(dns->whole && dns->has_alias && dns->has_type && dns->has_edns && dns->dnssec_ok);
	assert_int_equal(dns->ttl, 30);
	assert_int_equal(dns->address_count, 1);
	assert_int_equal(dns->rcode, DNS_SERVFAIL);
	assert_int_equal(dns->edns_size, 1232);
	assert_int_equal(dns->extended_error, 9);
	assert_string_equal(dns->extended_text, "k");
	assert_string_equal(dns_extended_error_words(dns->extended_error), "DNSKEY Missing");
}

/* The same records in another order, or with other compression, are the same answer. */
static void the_hash_of_answers_knows_no_order(void **state)
{
	(void)state;
	static const char *const answers[] = {
		"00018180000100020000000001610000010001" "c00c000100010000003c0004c0000201" "c00c000100010000003c0004c0000202",
		"00018180000100020000000001610000010001" "016100000100010000003c0004c0000202" "c00c000100010000001e0004c0000201",
		"00018180000100020000000001610000010001" "c00c000100010000003c0004c0000201" "c00c000100010000003c0004c0000203",
	};
	uint64_t hash[3];
	for (int i = 0; i < 3; i++)
		hash[i] = ((const struct dns_header *)decode(&dns_decoder, answers[i], 0))->data_hash;
	assert_true(hash[0] == hash[1]);
	assert_true(hash[0] != hash[2]);
}

static void dhcp_options_may_overflow_into_other_fields(void **state)
{
	(void)state;
	/* option 52: the file holds options, too: a lease of 3600 s */
	char hex[1024];
	snprintf(hex, sizeof hex, "%s%s%s%s%s%s", DHCP_HEAD, ZEROS_64, "330400000e10ff", &ZEROS_64[14], ZEROS_64,
		 "63825363350105340101ff");
	const struct dhcp_message *dhcp = decode(&dhcp_decoder, hex, 0);
	assert_non_null(dhcp);
	assert_true(dhcp->has_lease);
	assert_int_equal(dhcp->lease, 3600);
	assert_false(dhcp->bad_option || dhcp->end_missing);

	snprintf(hex, sizeof hex, "%s%s%s%s%s", DHCP_HEAD, ZEROS_64, ZEROS_64, ZEROS_64, "636382536335010112ff41");
	assert_non_null(decode(&dhcp_decoder, hex, 0));
	snprintf(hex, sizeof hex, "%s%s%s%s%s", DHCP_HEAD, ZEROS_64, ZEROS_64, ZEROS_64, "638253633501010cff41");
	dhcp = decode(&dhcp_decoder, hex, 0);
	assert_true(dhcp->bad_option);
	assert_int_equal(dhcp->type, DHCP_DISCOVER);
	snprintf(hex, sizeof hex, "%s%s%s%s%s", DHCP_HEAD, ZEROS_64, ZEROS_64, ZEROS_64, "63825363350101");
	assert_true(((const struct dhcp_message *)decode(&dhcp_decoder, hex, 0))->end_missing);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_are_told_in_words),
		cmocka_unit_test(messages_that_the_trace_cut_are_not_malformed),
		cmocka_unit_test(dns_facts_are_those_of_the_answers),
		cmocka_unit_test(the_hash_of_answers_knows_no_order),
		cmocka_unit_test(dhcp_options_may_overflow_into_other_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
