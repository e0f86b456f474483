/* What the link layers tell: addresses, tags, direction, padding; spanning tree and pause
 * frames. */
#include "decode_samples.h"

static struct packet packet;

static const uint8_t one[6] = { 0x02, 0, 0, 0, 0, 1 }, two[6] = { 0x02, 0, 0, 0, 0, 2 };

static void ethernet_tells_addresses_and_padding(void **state)
{
	(void)state;
	sample_decode(&packet, "udp_no_checksum");
	assert_true(packet.link.is_ethernet);
	assert_true(packet.link.has_source && packet.link.has_destination);
	assert_memory_equal(packet.link.source, one, 6);
	assert_memory_equal(packet.link.destination, two, 6);
	assert_int_equal(packet.link.ethertype, 0x0800);
	assert_int_equal(packet.link.padding, 13);
	assert_int_equal(packet.link.packet_type, LINK_TYPE_UNKNOWN);
	assert_int_equal(packet.udp->payload_length, 5);

	sample_decode(&packet, "arp_request");
	assert_int_equal(packet.link.padding, 18);
	sample_decode(&packet, "tcp_syn");
	assert_int_equal(packet.link.padding, 0);
}

static void frame_check_sequences_are_no_padding(void **state)
{
	(void)state;
	struct sample_copy copy;
	sample_copy(&copy, "udp_no_checksum");
	copy.record.fcs_length = 4;
	packet_decode(&packet, &copy.record);
	assert_int_equal(packet.link.padding, 9);
}

static void tags_are_told_outermost_first(void **state)
{
	(void)state;
	sample_decode(&packet, "tcp_sack_double_tagged");
	assert_int_equal(packet.link.vlan_count, 2);
	assert_int_equal(packet.link.vlan[0], 100);
	assert_int_equal(packet.link.vlan[1], 200);
	assert_int_equal(packet.link.ethertype, 0x0800);
}

static void a_length_instead_of_a_type_leads_to_llc(void **state)
{
	(void)state;
	sample_decode(&packet, "snap_ip");
	assert_int_equal(packet.link.length_field, 8 + 20 + 16);
	assert_int_equal(packet.link.ethertype, 0x0800);

	/* A length that the frame does not have is worth nothing; one of nobody's types leads
	 * nowhere. */
	struct sample_copy copy;
	char layers[SAMPLE_LAYERS_SIZE];
	sample_copy(&copy, "snap_ip");
	copy.bytes[12] = 0x05;
	packet_decode(&packet, &copy.record);
	assert_string_equal(sample_layers(&packet, layers), "eth:llc:ip:icmp");
	copy.bytes[13] = 0xf0;
	packet_decode(&packet, &copy.record);
	assert_string_equal(sample_layers(&packet, layers), "eth");
	assert_false(packet.malformed);
}

static void recorders_tell_the_direction(void **state)
{
	static const struct { const char *sample; int packet_type; uint32_t interface_index; } rows[] = {
		{ "sll_ip", LINK_SENT_BY_US, 0 },
		{ "sll2_ip", LINK_BROADCAST, 3 },
		{ "pppd_sent", LINK_SENT_BY_US, 0 },
		{ "ppp_received", LINK_TO_US, 0 },
		{ "null_little", LINK_TYPE_UNKNOWN, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		sample_decode(&packet, rows[i].sample);
		assert_int_equal(packet.link.packet_type, rows[i].packet_type);
		assert_int_equal(packet.link.interface_index, rows[i].interface_index);
		assert_false(packet.link.is_ethernet);
	}
	sample_decode(&packet, "sll2_ip");
	assert_true(packet.link.has_source);
	assert_false(packet.link.has_destination);
	assert_memory_equal(packet.link.source, one, 6);
}

static void rings_and_wireless_tell_addresses(void **state)
{
	static const char *const names[] = { "token_ring_routed", "fddi_ip", "wlan_data", "radiotap_data",
		"prism_data" };
	(void)state;
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		sample_decode(&packet, names[i]);
		assert_memory_equal(packet.link.source, one, 6);
		assert_memory_equal(packet.link.destination, two, 6);
		assert_int_equal(packet.link.padding, 0);
	}
	sample_decode(&packet, "wlan_protected"); /* from the distribution system: the other way round */
	assert_memory_equal(packet.link.source, two, 6);
	assert_memory_equal(packet.link.destination, one, 6);
}

static void nflog_is_read_in_both_byte_orders(void **state)
{
	(void)state;
	struct sample_copy copy;
	sample_copy(&copy, "nflog_ip");
	for (size_t at = 4; at <= 12; at += 8) { /* two attributes: length, type */
		uint8_t *b = copy.bytes + at, swap;
		swap = b[0], b[0] = b[1], b[1] = swap;
		swap = b[2], b[2] = b[3], b[3] = swap;
	}
	packet_decode(&packet, &copy.record);
	assert_non_null(packet.icmp);
}

static void unknown_link_types_are_told(void **state)
{
	(void)state;
	struct sample_copy copy;
	sample_copy(&copy, "tcp_syn");
	copy.record.link_type = 9999;
	packet_decode(&packet, &copy.record);
	assert_true(packet.unknown_link_type);
	assert_int_equal(packet.layer_count, 0);
	assert_int_equal(packet.payload.captured, copy.record.captured_length);
	assert_string_equal(packet_protocol(&packet), "UNKNOWN");
}

static void spanning_tree_is_read(void **state)
{
	static const uint8_t root[8] = { 0x80, 0, 2, 0, 0, 0, 0, 0xaa };
	static const char *const configurations[] = { "stp_configuration", "pvst" };
	(void)state;
	for (size_t i = 0; i < 2; i++) {
		sample_decode(&packet, configurations[i]);
		assert_non_null(packet.bpdu);
		assert_memory_equal(packet.bpdu->root, root, 8);
		assert_int_equal(packet.bpdu->bridge[7], 0xbb);
		assert_int_equal(packet.bpdu->port, 0x8002);
		assert_int_equal(packet.bpdu->root_path_cost, 4);
		assert_true(packet.bpdu->topology_change);
		assert_int_equal(packet.bpdu->type, 0);
	}
	sample_decode(&packet, "stp_notification");
	assert_true(packet.bpdu->topology_change);
	assert_int_equal(packet.bpdu->type, 0x80);
}

static void pause_frames_are_read(void **state)
{
	(void)state;
	sample_decode(&packet, "pause");
	assert_false(packet.pause->priority);
	assert_int_equal(packet.pause->quanta, 0xffff);
	sample_decode(&packet, "priority_pause");
	assert_true(packet.pause->priority);
	assert_int_equal(packet.pause->quanta, 200);
}

static void arp_tells_announcements_and_probes(void **state)
{
	(void)state;
	sample_decode(&packet, "arp_request");
	assert_int_equal(packet.arp->operation, ARP_REQUEST);
	assert_address(&packet.arp->sender, "10.0.0.1");
	assert_address(&packet.arp->target, "10.0.0.2");
	assert_memory_equal(packet.arp->sender_mac, one, 6);
	assert_false(packet.arp->gratuitous);
	assert_false(packet.arp->probe);

	sample_decode(&packet, "arp_announcement");
	assert_int_equal(packet.arp->operation, ARP_REPLY);
	assert_true(packet.arp->gratuitous);

	struct sample_copy copy;
	sample_copy(&copy, "arp_request");
	memset(copy.bytes + 28, 0, 4); /* sender 0.0.0.0 */
	packet_decode(&packet, &copy.record);
	assert_true(packet.arp->probe);
	assert_false(packet.arp->gratuitous);

	/* Not about IPv4: nothing is said about addresses. */
	sample_copy(&copy, "arp_request");
	copy.bytes[16] = 0x86;
	packet_decode(&packet, &copy.record);
	assert_int_equal(packet.arp->sender.family, ADDRESS_NONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ethernet_tells_addresses_and_padding),
		cmocka_unit_test(frame_check_sequences_are_no_padding),
		cmocka_unit_test(tags_are_told_outermost_first),
		cmocka_unit_test(a_length_instead_of_a_type_leads_to_llc),
		cmocka_unit_test(recorders_tell_the_direction),
		cmocka_unit_test(rings_and_wireless_tell_addresses),
		cmocka_unit_test(nflog_is_read_in_both_byte_orders),
		cmocka_unit_test(unknown_link_types_are_told),
		cmocka_unit_test(spanning_tree_is_read),
		cmocka_unit_test(pause_frames_are_read),
		cmocka_unit_test(arp_tells_announcements_and_probes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
