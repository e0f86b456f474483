/* The list of decoders, the table that finds them, and the names of numbers. */
#include "decode_samples.h"

static struct packet packet;

static void decoders_are_listed_in_order(void **state)
{
	(void)state;
	for (size_t i = 0; decoders[i]; i++) {
		assert_non_null(decoders[i]->name);
		assert_non_null(decoders[i]->protocol);
		assert_non_null(decoders[i]->title);
		assert_true(decoders[i]->facts_size <= PACKET_ROOM_SIZE);
		if (i > 0 && strcmp(decoders[i - 1]->name, decoders[i]->name) >= 0)
			fail_msg("%s is not behind %s", decoders[i]->name, decoders[i - 1]->name);
	}
}

static void each_binding_leads_to_its_decoder(void **state)
{
	(void)state;
	for (size_t i = 0; decoders[i]; i++)
		for (size_t b = 0; b < DECODER_MAX_BINDINGS && decoders[i]->bindings[b].table; b++) {
			const struct binding *binding = &decoders[i]->bindings[b];
			assert_ptr_equal(decoder_find(binding->table, binding->value), decoders[i]);
		}
	assert_null(decoder_find(BY_IP_PROTOCOL, 255));
	assert_null(decoder_find(BY_TCP_PORT, 54321));
	assert_null(decoder_find(BY_LINK_TYPE, 0xffffffff));
}

static void every_decoder_has_a_sample_or_only_a_name(void **state)
{
	(void)state;
	for (size_t i = 0; decoders[i]; i++) {
		/* Streams and what is recognised by several datagrams take more than one packet to show:
		 * each has a test of its own. */
		bool found = !decoders[i]->decode || decoders[i]->stream || decoders[i]->datagram;
		for (size_t s = 0; s < SAMPLE_COUNT && !found; s++) {
			sample_decode(&packet, samples[s].name);
			for (unsigned l = 0; l < packet.layer_count; l++)
				found = found || packet.layers[l].decoder == decoders[i];
		}
		if (!found)
			fail_msg("no sample shows %s", decoders[i]->name);
	}
}

/* One packet is reused for the whole run: nothing of the one before may shine through. */
static void packets_forget_the_one_before(void **state)
{
	(void)state;
	memset(&packet, 0xff, sizeof packet);
	packet.unchecked = false;        /* the one thing that is kept */
	struct record record = sample_record(9999, (const uint8_t *)"", 0, 0);
	packet_decode(&packet, &record);
	for (const void **shortcut = (const void **)&packet.ip; (const uint8_t *)shortcut <
	     (const uint8_t *)&packet.payload; shortcut++)
		assert_null(*shortcut);
	assert_int_equal(packet.layer_count, 0);
	assert_int_equal(packet.context, 0);
	assert_int_equal(packet.tunnel_count, 0);
	assert_int_equal(packet.room.used, 0);
	assert_int_equal(packet.payload.declared, 0);
	assert_false(packet.truncated || packet.malformed || packet.problem);
	assert_false(packet.link.has_source || packet.link.has_destination || packet.link.is_ethernet);
	assert_int_equal(packet.link.vlan_count, 0);
	assert_int_equal(packet.link.packet_type, LINK_TYPE_UNKNOWN);
}

static void protocols_are_named(void **state)
{
	static const struct { const char *sample, *protocol; } rows[] = {
		{ "tcp_syn", "TCP" }, { "udp_no_checksum", "UDP" }, { "arp_request", "ARP" },
		{ "icmp_echo", "ICMP" }, { "icmpv6_packet_too_big", "ICMPv6" }, { "stp_configuration", "STP" },
		{ "wlan_beacon", "802.11" }, { "esp", "ESP" }, { "fragment_last", "IPv4" }, { "cdp", "CDP" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		sample_decode(&packet, rows[i].sample);
		assert_string_equal(packet_protocol(&packet), rows[i].protocol);
	}
}

static void numbers_have_names(void **state)
{
	(void)state;
	assert_string_equal(ip_protocol_name(6), "TCP");
	assert_string_equal(ip_protocol_name(0), "HOPOPT");
	assert_string_equal(ip_protocol_name(89), "OSPF");
	assert_null(ip_protocol_name(200));
	assert_string_equal(ethertype_name(0x0800), "IPv4");
	assert_string_equal(ethertype_name(0x0600), "XNS IDP");
	assert_string_equal(ethertype_name(0xfc0f), "TP-Link loop detection");
	assert_null(ethertype_name(0xffff));
	assert_null(ethertype_name(0x0801));
	assert_string_equal(service_name(6, 23), "telnet");
	assert_string_equal(service_name(17, 53), "domain");
	assert_string_equal(service_name(17, 514), "syslog");
	assert_string_equal(service_name(6, 514), "shell");
	assert_string_equal(service_name(17, 12000), "ee-llc");
	assert_null(service_name(17, 23));
	assert_null(service_name(6, 65535));
	assert_null(service_name(1, 80));
}

/* Both tables are searched by halves. */
static void every_name_is_found(void **state)
{
	(void)state;
	unsigned ethertypes = 0, services = 0;
	for (unsigned i = 0; i <= UINT16_MAX; i++) {
		ethertypes += ethertype_name((uint16_t)i) != NULL;
		services += service_name(6, (uint16_t)i) || service_name(17, (uint16_t)i);
	}
	assert_in_range(ethertypes, 60, 200);
	assert_in_range(services, 150, 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decoders_are_listed_in_order),
		cmocka_unit_test(each_binding_leads_to_its_decoder),
		cmocka_unit_test(every_decoder_has_a_sample_or_only_a_name),
		cmocka_unit_test(packets_forget_the_one_before),
		cmocka_unit_test(protocols_are_named),
		cmocka_unit_test(numbers_have_names),
		cmocka_unit_test(every_name_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
