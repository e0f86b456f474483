/* IPv4 and IPv6: fields, lengths, options, fragments, header checksums, tunnels. */
#include "decode_samples.h"

static struct packet packet;

enum { IP = 14, TRANSPORT = 34 }; /* offsets in an untagged frame without IP options */

static void ipv4_fields_are_read(void **state)
{
	(void)state;
	sample_decode(&packet, "tcp_syn");
	const struct ip_header *ip = packet.ip;
	assert_ptr_equal(packet.outer_ip, ip);
	assert_int_equal(ip->version, 4);
	assert_address(&ip->source, "10.0.0.1");
	assert_address(&ip->destination, "10.0.0.2");
	assert_int_equal(ip->protocol, 6);
	assert_int_equal(ip->time_to_live, 64);
	assert_int_equal(ip->identification, 0x1234);
	assert_true(ip->dont_fragment);
	assert_false(ip->fragmented);
	assert_int_equal(ip->header_length, 20);
	assert_int_equal(ip->payload_length, 40);
	assert_int_equal(ip->checksum, ip->checksum_expected);
	assert_int_equal(packet.context, 0);

	struct sample_copy copy;
	sample_copy(&copy, "tcp_syn");
	copy.bytes[IP + 1] = 46 << 2 | 3; /* expedited forwarding, congestion experienced */
	packet_decode(&packet, &copy.record);
	assert_int_equal(packet.ip->dscp, 46);
	assert_int_equal(packet.ip->ecn, 3);
	assert_int_equal(packet.ip->checksum_state, CHECKSUM_BAD);
	assert_int_equal(packet.ip->checksum_expected, packet.ip->checksum - (46 << 2 | 3));

	copy.bytes[IP + 10] = copy.bytes[IP + 11] = 0;
	packet_decode(&packet, &copy.record);
	assert_int_equal(packet.ip->checksum_state, CHECKSUM_ZERO);
}

static void total_length_decides_where_ipv4_ends(void **state)
{
	static const struct {
		uint16_t total_length;
		uint32_t ip_payload, tcp_payload;
		bool length_zero, malformed;
		uint16_t padding;
	} rows[] = {
		{ 60, 40, 0, false, false, 0 },
		{ 0, 40, 0, true, false, 0 },       /* the card will know */
		{ 1000, 980, 0, false, false, 0 },  /* a promise that the frame does not keep */
		{ 50, 30, 0, false, false, 10 },    /* cuts the TCP options: malformed in TCP */
		{ 19, 0, 0, false, true, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sample_copy copy;
		sample_copy(&copy, "tcp_syn");
		copy.bytes[IP + 2] = (uint8_t)(rows[i].total_length >> 8);
		copy.bytes[IP + 3] = (uint8_t)rows[i].total_length;
		packet_decode(&packet, &copy.record);
		if (rows[i].malformed) {
			assert_null(packet.ip);
			assert_true(packet.malformed);
			continue;
		}
		assert_int_equal(packet.ip->payload_length, rows[i].ip_payload);
		assert_int_equal(packet.ip->length_zero, rows[i].length_zero);
		assert_int_equal(packet.link.padding, rows[i].padding);
		if (rows[i].total_length >= 60 || rows[i].length_zero)
			assert_int_equal(packet.tcp->payload_length, rows[i].tcp_payload);
		else
			assert_true(packet.malformed);
	}
}

static void bad_ipv4_headers_are_malformed(void **state)
{
	static const struct { uint8_t first_byte; const char *reason; } rows[] = {
		{ 0x55, "an IPv4 header with another version" },
		{ 0x44, "the IPv4 header length is shorter than the shortest header" },
		{ 0x4f, "a length reaches past its enclosing layer" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sample_copy copy;
		sample_copy(&copy, "icmp_echo");
		copy.bytes[IP] = rows[i].first_byte;
		copy.bytes[IP + 3] = rows[i].first_byte == 0x4f ? 60 : 36;
		packet_decode(&packet, &copy.record);
		assert_true(packet.malformed);
		assert_string_equal(packet.problem, rows[i].reason);
		assert_int_equal(packet.layer_count, 2);
		assert_int_equal(packet.layers[1].status, CURSOR_MALFORMED);
	}
}

static void ipv4_options_are_read(void **state)
{
	(void)state;
	sample_decode(&packet, "igmp_report_v2");
	assert_true(packet.ip->has_router_alert);
	assert_false(packet.ip->has_source_route);
	assert_int_equal(packet.ip->option_count, 1);
	assert_int_equal(packet.ip->header_length, 24);

	sample_decode(&packet, "source_routed");
	assert_true(packet.ip->has_source_route);
	assert_address(&packet.ip->destination, "10.0.0.2"); /* where the route ends */
	assert_int_equal(packet.udp->checksum_state, CHECKSUM_GOOD);

	struct sample_copy copy;
	sample_copy(&copy, "source_routed");
	copy.bytes[IP + 22] = 12; /* travelled to its end */
	packet_decode(&packet, &copy.record);
	assert_address(&packet.ip->destination, "10.0.0.9");
}

static void fragments_are_marked(void **state)
{
	(void)state;
	sample_decode(&packet, "fragment_first");
	assert_true(packet.ip->fragmented && packet.ip->more_fragments);
	assert_int_equal(packet.ip->fragment_offset, 0);
	assert_int_equal(packet.udp->destination_port, 5001);
	assert_int_equal(packet.udp->checksum_state, CHECKSUM_UNVERIFIED);
	assert_int_equal(packet.udp->length, 32);
	assert_int_equal(packet.udp->payload_length, 8);

	sample_decode(&packet, "fragment_last");
	assert_true(packet.ip->fragmented);
	assert_false(packet.ip->more_fragments);
	assert_int_equal(packet.ip->fragment_offset, 16);
	assert_null(packet.udp);
	assert_int_equal(packet.payload.captured, 16);
	assert_string_equal(packet_protocol(&packet), "IPv4");
}

/* What fits of a header into a first fragment is nobody's fault. */
static void a_tiny_first_fragment_is_not_malformed(void **state)
{
	(void)state;
	struct sample_copy copy;
	sample_copy(&copy, "tcp_syn");
	copy.bytes[IP + 3] = 28; /* eight bytes of TCP */
	copy.bytes[IP + 6] = 0x20;
	packet_decode(&packet, &copy.record);
	assert_null(packet.tcp);
	assert_false(packet.malformed);
	assert_null(packet.problem);
	assert_int_equal(packet.layers[2].status, CURSOR_MALFORMED);
}

static void reassembled_payloads_are_decoded(void **state)
{
	(void)state;
	const struct sample *first = sample_find("fragment_first"), *last = sample_find("fragment_last");
	uint8_t payload[32];
	memcpy(payload, first->bytes + TRANSPORT, 16);
	memcpy(payload + 16, last->bytes + TRANSPORT, 16);

	sample_decode(&packet, "fragment_last");
	packet_decode_reassembled(&packet, payload, sizeof payload);
	assert_true(packet.ip->fragmented && packet.ip->reassembled);
	assert_int_equal(packet.udp->payload_length, 24);
	assert_int_equal(packet.udp->checksum_state, CHECKSUM_GOOD);
	assert_int_equal(packet.payload.captured, 24);
	assert_int_equal(packet.layers[2].length, 0); /* those bytes are not in the record */

	/* What the first fragment said before is replaced, not repeated. */
	char layers[SAMPLE_LAYERS_SIZE];
	sample_decode(&packet, "fragment_first");
	size_t used = packet.room.used;
	packet_decode_reassembled(&packet, payload, sizeof payload);
	assert_string_equal(sample_layers(&packet, layers), "eth:ip:udp");
	assert_int_equal(packet.room.used, used);
	assert_int_equal(packet.udp->checksum_state, CHECKSUM_GOOD);
}

/* A tunnel header in a first fragment must not hide which IP layer is in pieces. */
static void fragmented_tunnels_wait_for_the_whole(void **state)
{
	(void)state;
	struct sample_copy copy;
	sample_copy(&copy, "gre_plain");
	copy.bytes[IP + 6] = 0x20;
	packet_decode(&packet, &copy.record);
	assert_address(&packet.ip->source, "10.0.0.1");
	assert_true(packet.ip->fragmented);
	packet_decode_reassembled(&packet, copy.bytes + TRANSPORT,
				  copy.record.captured_length - TRANSPORT);
	assert_address(&packet.ip->source, "192.168.1.1");
	assert_non_null(packet.icmp);
	assert_int_equal(packet.icmp->checksum_state, CHECKSUM_GOOD);
}

static void ipv6_fields_are_read(void **state)
{
	(void)state;
	sample_decode(&packet, "tcp_data_ipv6");
	assert_int_equal(packet.ip->version, 6);
	assert_address(&packet.ip->source, "2001:db8::1");
	assert_address(&packet.ip->destination, "2001:db8::2");
	assert_int_equal(packet.ip->protocol, 6);
	assert_int_equal(packet.ip->header_length, 40);
	assert_int_equal(packet.ip->payload_length, 38);
	assert_int_equal(packet.ip->checksum_state, CHECKSUM_GOOD);
}

static void ipv6_extensions_are_passed(void **state)
{
	(void)state;
	sample_decode(&packet, "ipv6_extensions");
	assert_int_equal(packet.ip->protocol, 6);
	assert_int_equal(packet.ip->option_count, 4);
	assert_int_equal(packet.ip->header_length, 40 + 8 + 8 + 24 + 8);
	assert_int_equal(packet.ip->payload_length, 20);
	assert_int_equal(packet.ip->identification, 0x77);
	assert_true(packet.ip->has_router_alert);
	assert_true(packet.ip->has_source_route);
	assert_false(packet.ip->fragmented);
	/* The route's last segment is where the checksum says that the packet goes. */
	assert_address(&packet.ip->destination, "2001:db8::2");
	assert_int_equal(packet.tcp->checksum_state, CHECKSUM_GOOD);

	struct sample_copy copy;
	sample_copy(&copy, "ipv6_extensions");
	copy.bytes[IP + 40 + 8 + 8 + 24 + 3] = 8 | 1; /* fragment offset 8, more fragments */
	packet_decode(&packet, &copy.record);
	assert_true(packet.ip->fragmented && packet.ip->more_fragments);
	assert_int_equal(packet.ip->fragment_offset, 8);
	assert_null(packet.tcp);
}

static void endless_extensions_are_refused(void **state)
{
	(void)state;
	uint8_t bytes[40 + 17 * 8] = { 0x60, [5] = 17 * 8, [6] = 60, [7] = 64 };
	for (size_t at = 40; at < sizeof bytes; at += 8)
		bytes[at] = 60; /* destination options, again */
	struct record record = sample_record(LINKTYPE_RAW, bytes, sizeof bytes, sizeof bytes);
	packet_decode(&packet, &record);
	assert_true(packet.malformed);
	assert_string_equal(packet.problem, "more IPv6 extension headers than any real packet has");
}

static void tunnels_have_two_ip_layers(void **state)
{
	static const struct { const char *sample, *inner_source; unsigned tunnels; } rows[] = {
		{ "gre_plain", "192.168.1.1", 1 },
		{ "gre_bridged_key", "192.168.1.1", 1 },
		{ "erspan_2", "192.168.1.1", 2 },
		{ "pptp_gre", "192.168.1.1", 1 },
		{ "ip_in_ip", "192.168.1.1", 1 },
		{ "ipv6_in_ipv4", "2001:db8::1", 1 },
		{ "vxlan", "192.168.1.1", 1 },
		{ "geneve", "192.168.1.1", 1 },
		{ "gtp", "192.168.1.1", 1 },
		{ "l2tp", "192.168.1.1", 1 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		sample_decode(&packet, rows[i].sample);
		assert_address(&packet.outer_ip->source, "10.0.0.1");
		assert_address(&packet.ip->source, rows[i].inner_source);
		assert_int_equal(packet.outer_ip->depth, 0);
		assert_int_equal(packet.ip->depth, 1);
		assert_int_equal(packet.tunnel_count, rows[i].tunnels);
		assert_int_not_equal(packet.context, 0);
		assert_null(packet.udp); /* that of VXLAN and Geneve belongs to the tunnel */
	}
	sample_decode(&packet, "vxlan"); /* the inner frame's addresses */
	assert_int_equal(packet.link.source[4], 0x0b);
	sample_decode(&packet, "teredo"); /* one conversation goes through several tunnels */
	assert_address(&packet.ip->source, "2001:0:4136:e378:8000:63bf:3fff:fdd2");
	assert_int_equal(packet.tunnel_count, 1);
	assert_int_equal(packet.context, 0);
}

/* On the ports of tunnels, what is none is payload, and nothing is malformed. */
static void strangers_on_the_ports_of_tunnels(void **state)
{
	static const struct { const char *sample; size_t at; uint8_t byte; } rows[] = {
		{ "gtp", 42, 0x20 },         /* GTP', which charges */
		{ "gtp", 42, 0xf4 },         /* version 7 */
		{ "gtp", 54, 0 },            /* an extension header without a length */
		{ "teredo", 43, 7 },         /* no indication, no IPv6 */
		{ "l2tp", 43, 3 },           /* version 3 */
		{ "l2tp", 42, 0x80 },        /* control without a length */
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sample_copy copy;
		sample_copy(&copy, rows[i].sample);
		copy.bytes[rows[i].at] = rows[i].byte;
		packet_decode(&packet, &copy.record);
		assert_false(packet.malformed);
		assert_int_equal(packet.tunnel_count, 0);
		assert_true(packet.payload.captured > 0);
	}
}

static uint64_t context_of(struct sample_copy *copy)
{
	packet_decode(&packet, &copy->record);
	return packet.context;
}

static void a_tunnel_is_the_same_in_both_directions(void **state)
{
	(void)state;
	struct sample_copy copy;
	sample_copy(&copy, "gre_bridged_key");
	uint64_t forward = context_of(&copy);

	copy.bytes[IP + 15] = 2;
	copy.bytes[IP + 19] = 1;
	assert_true(context_of(&copy) == forward);
	copy.bytes[TRANSPORT + 7] = 0x2b; /* another key */
	assert_true(context_of(&copy) != forward);
	copy.bytes[TRANSPORT + 7] = 0x2a;
	copy.bytes[IP + 19] = 3; /* another end */
	assert_true(context_of(&copy) != forward);
}

static void deep_nesting_ends(void **state)
{
	(void)state;
	uint8_t bytes[20 * 40];
	/* IPv4 in IPv4, total length 0 */
	static const uint8_t header[20] = { 0x45, [8] = 64, 4, [12] = 10, 0, 0, 1, 10, 0, 0, 2 };
	for (size_t at = 0; at < sizeof bytes; at += sizeof header)
		memcpy(bytes + at, header, sizeof header);
	struct record record = sample_record(LINKTYPE_RAW, bytes, sizeof bytes, sizeof bytes);
	packet_decode(&packet, &record);
	assert_true(packet.malformed);
	assert_string_equal(packet.problem, "more layers than any real packet has");
	assert_true(packet.layer_count <= PACKET_MAX_LAYERS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ipv4_fields_are_read),
		cmocka_unit_test(total_length_decides_where_ipv4_ends),
		cmocka_unit_test(bad_ipv4_headers_are_malformed),
		cmocka_unit_test(ipv4_options_are_read),
		cmocka_unit_test(fragments_are_marked),
		cmocka_unit_test(a_tiny_first_fragment_is_not_malformed),
		cmocka_unit_test(reassembled_payloads_are_decoded),
		cmocka_unit_test(fragmented_tunnels_wait_for_the_whole),
		cmocka_unit_test(ipv6_fields_are_read),
		cmocka_unit_test(ipv6_extensions_are_passed),
		cmocka_unit_test(endless_extensions_are_refused),
		cmocka_unit_test(tunnels_have_two_ip_layers),
		cmocka_unit_test(strangers_on_the_ports_of_tunnels),
		cmocka_unit_test(a_tunnel_is_the_same_in_both_directions),
		cmocka_unit_test(deep_nesting_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
