/* ICMP, ICMPv6 with neighbour discovery, the packets that errors quote, and IGMP. */
#include "decode_samples.h"

static struct packet packet;

enum { ICMP = 34, QUOTE = ICMP + 8 }; /* offsets in an untagged IPv4 frame */

static void echo_is_read(void **state)
{
	(void)state;
	sample_decode(&packet, "icmp_echo");
	assert_int_equal(packet.icmp->version, 4);
	assert_int_equal(packet.icmp->type, 8);
	assert_int_equal(packet.icmp->identifier, 0x1234);
	assert_int_equal(packet.icmp->sequence, 7);
	assert_int_equal(packet.icmp->payload_length, 8);
	assert_int_equal(packet.payload.captured, 8);
	assert_false(packet.icmp->is_error);
	assert_false(packet.icmp->quote.present);

	struct sample_copy copy;
	sample_copy(&copy, "icmp_echo");
	copy.bytes[ICMP + 2] ^= 0x10;
	packet_decode(&packet, &copy.record);
	assert_int_equal(packet.icmp->checksum_state, CHECKSUM_BAD);
}

static void errors_quote_a_packet(void **state)
{
	(void)state;
	sample_decode(&packet, "icmp_fragmentation_needed");
	assert_true(packet.icmp->is_error);
	assert_int_equal(packet.icmp->mtu, 1400);
	const struct icmp_quote *quote = &packet.icmp->quote;
	assert_true(quote->present);
	assert_int_equal(quote->version, 4);
	assert_address(&quote->source, "10.0.0.1");
	assert_address(&quote->destination, "192.0.2.9");
	assert_int_equal(quote->protocol, 6);
	assert_int_equal(quote->time_to_live, 60);
	assert_int_equal(quote->identification, 0x4242);
	assert_int_equal(quote->total_length, 1500);
	assert_true(quote->dont_fragment);
	assert_true(quote->has_ports);
	assert_int_equal(quote->source_port, 40001);
	assert_int_equal(quote->destination_port, 80);
	assert_true(quote->has_sequence);
	assert_int_equal(quote->sequence_number, 0xdeadbeef);
	assert_int_equal(quote->tcp_flags, 0); /* not quoted */

	/* The quote is somebody else's packet: the packet's own layers stay what they are. */
	assert_address(&packet.ip->source, "198.51.100.1");
	assert_null(packet.tcp);
	assert_int_equal(packet.tunnel_count, 0);

	sample_decode(&packet, "icmp_redirect");
	assert_address(&packet.icmp->gateway, "10.0.0.254");
	assert_true(packet.icmp->quote.present);
}

static void quotes_may_end_anywhere(void **state)
{
	static const struct { size_t length; bool present, has_ports, has_sequence; } rows[] = {
		{ 28, true, true, true },
		{ 27, true, true, false },
		{ 24, true, true, false },
		{ 23, true, false, false },
		{ 20, true, false, false },
		{ 19, false, false, false },
		{ 0, false, false, false },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sample_copy copy;
		sample_copy(&copy, "icmp_fragmentation_needed");
		size_t length = QUOTE + rows[i].length;
		copy.bytes[17] = (uint8_t)(length - 14); /* IPv4 total length */
		copy.record.captured_length = copy.record.original_length = (uint32_t)length;
		packet_decode(&packet, &copy.record);
		assert_false(packet.malformed);
		assert_int_equal(packet.icmp->quote.present, rows[i].present);
		assert_int_equal(packet.icmp->quote.has_ports, rows[i].has_ports);
		assert_int_equal(packet.icmp->quote.has_sequence, rows[i].has_sequence);
	}
}

static void a_quoted_fragment_has_no_ports(void **state)
{
	(void)state;
	struct sample_copy copy;
	sample_copy(&copy, "icmp_fragmentation_needed");
	copy.bytes[QUOTE + 7] = 100;
	packet_decode(&packet, &copy.record);
	assert_true(packet.icmp->quote.present);
	assert_false(packet.icmp->quote.has_ports);
}

static void icmpv6_errors_quote_a_packet(void **state)
{
	(void)state;
	sample_decode(&packet, "icmpv6_packet_too_big");
	assert_int_equal(packet.icmp->version, 6);
	assert_true(packet.icmp->is_error);
	assert_int_equal(packet.icmp->mtu, 1280);
	const struct icmp_quote *quote = &packet.icmp->quote;
	assert_int_equal(quote->version, 6);
	assert_address(&quote->destination, "2001:db8:9::9");
	assert_int_equal(quote->protocol, 17);
	assert_int_equal(quote->time_to_live, 1);
	assert_int_equal(quote->total_length, 40 + 16);
	assert_true(quote->has_ports);
	assert_int_equal(quote->destination_port, 53);
	assert_false(quote->has_sequence);
}

static void neighbor_discovery_is_read(void **state)
{
	static const uint8_t one[6] = { 0x02, 0, 0, 0, 0, 1 };
	(void)state;
	sample_decode(&packet, "icmpv6_neighbor_solicitation");
	assert_address(&packet.icmp->target, "2001:db8::2");
	assert_true(packet.icmp->has_link_address);
	assert_memory_equal(packet.icmp->link_address, one, 6);
	assert_false(packet.icmp->is_error);

	sample_decode(&packet, "icmpv6_neighbor_advertisement");
	assert_true(packet.icmp->router_flag);
	assert_true(packet.icmp->solicited_flag);
	assert_true(packet.icmp->override_flag);
	assert_int_equal(packet.icmp->link_address[5], 2);
}

static void router_advertisements_are_read(void **state)
{
	(void)state;
	sample_decode(&packet, "icmpv6_router_advertisement");
	const struct icmp_header *icmp = packet.icmp;
	assert_int_equal(icmp->router_preference, 1);
	assert_int_equal(icmp->router_lifetime, 1800);
	assert_int_equal(icmp->advertised_mtu, 1492);
	assert_int_equal(icmp->prefix_count, 1);
	assert_address(&icmp->prefix[0].prefix, "2001:db8:1::");
	assert_int_equal(icmp->prefix[0].length, 64);
	assert_true(icmp->prefix[0].on_link);
	assert_true(icmp->prefix[0].autonomous);
	assert_int_equal(icmp->prefix[0].valid, 86400);
	assert_int_equal(icmp->prefix[0].preferred, 14400);
	assert_int_equal(icmp->link_address[5], 0xfe);
}

static void options_of_length_zero_are_malformed(void **state)
{
	(void)state;
	struct sample_copy copy;
	sample_copy(&copy, "icmpv6_neighbor_solicitation");
	copy.bytes[copy.record.captured_length - 7] = 0;
	packet_decode(&packet, &copy.record);
	assert_true(packet.malformed);
	assert_address(&packet.icmp->target, "2001:db8::2");
}

static void igmp_versions_are_told_apart(void **state)
{
	(void)state;
	sample_decode(&packet, "igmp_report_v2");
	assert_int_equal(packet.igmp->version, 2);
	assert_int_equal(packet.igmp->type, 0x16);
	assert_address(&packet.igmp->group, "239.1.2.3");
	sample_decode(&packet, "igmp_report_v3");
	assert_int_equal(packet.igmp->version, 3);
	assert_address(&packet.igmp->group, "239.1.2.3");

	/* A query of eight bytes: version 1 leaves no time to answer. */
	struct sample_copy copy;
	sample_copy(&copy, "igmp_report_v2");
	copy.bytes[38] = 0x11;
	packet_decode(&packet, &copy.record);
	assert_int_equal(packet.igmp->version, 1);
	copy.bytes[39] = 100;
	packet_decode(&packet, &copy.record);
	assert_int_equal(packet.igmp->version, 2);
	assert_int_equal(packet.igmp->checksum_state, CHECKSUM_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(echo_is_read),
		cmocka_unit_test(errors_quote_a_packet),
		cmocka_unit_test(quotes_may_end_anywhere),
		cmocka_unit_test(a_quoted_fragment_has_no_ports),
		cmocka_unit_test(icmpv6_errors_quote_a_packet),
		cmocka_unit_test(neighbor_discovery_is_read),
		cmocka_unit_test(router_advertisements_are_read),
		cmocka_unit_test(options_of_length_zero_are_malformed),
		cmocka_unit_test(igmp_versions_are_told_apart),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
