/* TCP, UDP and SCTP: fields, options, checksums. */
#include "decode_samples.h"

static struct packet packet;

enum { IP = 14, TCP = 34, UDP = 34, OPTIONS = TCP + 20 }; /* offsets in an untagged IPv4 frame */

static void a_syn_is_read(void **state)
{
	(void)state;
	sample_decode(&packet, "tcp_syn");
	const struct tcp_header *tcp = packet.tcp;
	assert_int_equal(tcp->source_port, 40000);
	assert_int_equal(tcp->destination_port, 443);
	assert_int_equal(tcp->sequence_number, 0x11223344);
	assert_int_equal(tcp->flags, TCP_SYN);
	assert_int_equal(tcp->window, 64240);
	assert_int_equal(tcp->header_length, 40);
	assert_int_equal(tcp->payload_length, 0);
	assert_int_equal(tcp->options, TCP_OPTION_MSS | TCP_OPTION_SACK_PERMITTED | TCP_OPTION_TIMESTAMPS |
					       TCP_OPTION_WINDOW_SCALE);
	assert_int_equal(tcp->maximum_segment_size, 1460);
	assert_int_equal(tcp->window_scale, 7);
	assert_int_equal(tcp->timestamp_value, 1000);
	assert_int_equal(tcp->timestamp_echo, 0);
	assert_int_equal(tcp->nop_run, 1);
	assert_false(tcp->options_malformed);
	assert_int_equal(tcp->checksum, tcp->checksum_expected);
}

static void sack_blocks_keep_their_order(void **state)
{
	(void)state;
	sample_decode(&packet, "tcp_sack_double_tagged");
	const struct tcp_header *tcp = packet.tcp;
	assert_int_equal(tcp->sack_count, 2);
	assert_int_equal(tcp->sack[0][0], 0x112238f9);
	assert_int_equal(tcp->sack[0][1], 0x11223ead);
	assert_int_equal(tcp->sack[1][0], 0x11224461);
	assert_int_equal(tcp->sack[1][1], 0x11224a15);
	assert_int_equal(tcp->timestamp_echo, 1000);
	assert_int_equal(tcp->nop_run, 2);
	assert_int_equal(tcp->acknowledgment_number, 0x11223345);
}

static void data_is_the_payload(void **state)
{
	(void)state;
	sample_decode(&packet, "tcp_data_ipv6");
	assert_int_equal(packet.tcp->payload_length, 18);
	assert_int_equal(packet.payload.captured, 18);
	assert_memory_equal(packet.payload.next, "GET / HTTP/1.0", 14);

	/* Cut by the snap length: the payload keeps its length, nothing was wanted in vain. */
	struct sample_copy copy;
	sample_copy(&copy, "tcp_data_ipv6");
	copy.record.captured_length -= 10;
	packet_decode(&packet, &copy.record);
	assert_true(packet.truncated);
	assert_null(packet.problem);
	assert_int_equal(packet.tcp->payload_length, 18);
	assert_int_equal(packet.payload.captured, 8);
	assert_int_equal(packet.payload.declared, 18);
	assert_int_equal(packet.tcp->checksum_state, CHECKSUM_UNVERIFIED);
}

/* Each row replaces the options of the SYN, 20 bytes. */
static void options_good_and_bad(void **state)
{
	static const struct {
		const char *what;
		uint8_t bytes[20];
		uint16_t options;
		bool malformed;
		uint8_t nop_run;
	} rows[] = {
		{ "ended at once", { 0 }, 0, false, 0 },
		{ "stripped by a firewall", { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 2, 4, 5, 0xb4 },
		  TCP_OPTION_MSS, false, 16 },
		{ "length 0", { 2, 0, 5, 0xb4 }, 0, true, 0 },
		{ "length 1", { 2, 4, 5, 0xb4, 8, 1 }, TCP_OPTION_MSS, true, 0 },
		{ "longer than the header", { 8, 30 }, 0, true, 0 },
		{ "too short for its kind", { 2, 3, 5, 3, 3, 7 }, 0, true, 0 },
		{ "a length without its kind", { 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 8 },
		  0, true, 19 },
		{ "fast open, empty cookie", { 34, 2, 0 }, TCP_OPTION_FAST_OPEN, false, 0 },
		{ "experimental fast open", { 254, 4, 0xf9, 0x89, 0 }, TCP_OPTION_FAST_OPEN, false, 0 },
		{ "another experiment", { 253, 4, 0x12, 0x34, 0 }, TCP_OPTION_OTHER, false, 0 },
		{ "MPTCP", { 30, 12, 0x10, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0 }, TCP_OPTION_MPTCP, false, 0 },
		{ "MD5", { 19, 18, 0 }, TCP_OPTION_MD5, false, 0 },
		{ "authentication", { 29, 16, 1, 2, 0 }, TCP_OPTION_AO, false, 0 },
		{ "user timeout", { 28, 4, 0x80, 0x1e, 0 }, TCP_OPTION_USER_TIMEOUT, false, 0 },
		{ "unknown", { 77, 3, 9, 0 }, TCP_OPTION_OTHER, false, 0 },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sample_copy copy;
		sample_copy(&copy, "tcp_syn");
		memcpy(copy.bytes + OPTIONS, rows[i].bytes, 20);
		packet_decode(&packet, &copy.record);
		if (packet.tcp->options != rows[i].options)
			fail_msg("%s: options %x", rows[i].what, packet.tcp->options);
		assert_int_equal(packet.tcp->options_malformed, rows[i].malformed);
		assert_int_equal(packet.tcp->nop_run, rows[i].nop_run);
		assert_false(packet.malformed); /* the segment itself is good */
	}
}

static void the_options_hash_tells_orders_apart(void **state)
{
	(void)state;
	struct sample_copy copy;
	sample_copy(&copy, "tcp_syn");
	packet_decode(&packet, &copy.record);
	uint32_t hash = packet.tcp->options_hash;

	copy.bytes[OPTIONS + 3] ^= 1; /* another MSS: the same stack */
	packet_decode(&packet, &copy.record);
	assert_int_equal(packet.tcp->options_hash, hash);

	static const uint8_t swapped[6] = { 4, 2, 2, 4, 5, 0xb4 };
	memcpy(copy.bytes + OPTIONS, swapped, sizeof swapped);
	packet_decode(&packet, &copy.record);
	assert_int_not_equal(packet.tcp->options_hash, hash);
}

static void bad_data_offsets_are_malformed(void **state)
{
	(void)state;
	struct sample_copy copy;
	sample_copy(&copy, "tcp_syn");
	copy.bytes[TCP + 12] = 0x40;
	packet_decode(&packet, &copy.record);
	assert_true(packet.malformed);
	assert_null(packet.tcp);
	assert_non_null(packet.ip);
	copy.bytes[TCP + 12] = 0xf0;
	packet_decode(&packet, &copy.record);
	assert_true(packet.malformed);
	assert_null(packet.tcp);
}

static void set16(uint8_t *at, unsigned value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

static void checksums_are_judged(void **state)
{
	/* The sum of the pseudo-header 10.0.0.1, 10.0.0.2, 6, and the same with the length 40. */
	enum { PSEUDO = 0x0a00 + 0x0001 + 0x0a00 + 0x0002 + 6, WITH_LENGTH = PSEUDO + 40 };
	static const struct { unsigned checksum; int state; } rows[] = {
		{ 0x52c3, CHECKSUM_GOOD },
		{ 0x52c4, CHECKSUM_BAD },
		{ 0x0000, CHECKSUM_ZERO },
		{ PSEUDO, CHECKSUM_PARTIAL },
		{ WITH_LENGTH, CHECKSUM_PARTIAL },
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sample_copy copy;
		sample_copy(&copy, "tcp_syn");
		set16(copy.bytes + TCP + 16, rows[i].checksum);
		packet_decode(&packet, &copy.record);
		assert_int_equal(packet.tcp->checksum_state, rows[i].state);
		assert_int_equal(packet.tcp->checksum, rows[i].checksum);
		assert_int_equal(packet.tcp->checksum_expected, 0x52c3);
	}
}

static void udp_checksums_are_judged(void **state)
{
	(void)state;
	sample_decode(&packet, "dns_query");
	assert_int_equal(packet.udp->checksum_state, CHECKSUM_GOOD);
	sample_decode(&packet, "udp_no_checksum");
	assert_int_equal(packet.udp->checksum_state, CHECKSUM_ABSENT);

	/* Over IPv6 it is required: this turns the TCP sample into UDP without one. */
	struct sample_copy copy;
	sample_copy(&copy, "tcp_data_ipv6");
	copy.bytes[IP + 6] = 17;
	set16(copy.bytes + IP + 40 + 4, 38);
	set16(copy.bytes + IP + 40 + 6, 0);
	packet_decode(&packet, &copy.record);
	assert_int_equal(packet.udp->checksum_state, CHECKSUM_ZERO);
}

static void udp_lengths_good_and_bad(void **state)
{
	static const struct { unsigned length; bool malformed; uint32_t payload; int state; } rows[] = {
		{ 13, false, 5, CHECKSUM_ABSENT },
		{ 8, false, 0, CHECKSUM_ABSENT },
		{ 7, true, 0, 0 },
		{ 1, true, 0, 0 },
		{ 0, false, 5, CHECKSUM_ABSENT },    /* a jumbogram's */
		{ 500, false, 5, CHECKSUM_ABSENT },  /* more than there is */
	};
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct sample_copy copy;
		sample_copy(&copy, "udp_no_checksum");
		set16(copy.bytes + UDP + 4, rows[i].length);
		packet_decode(&packet, &copy.record);
		assert_int_equal(packet.malformed, rows[i].malformed);
		if (rows[i].malformed)
			continue;
		assert_int_equal(packet.udp->payload_length, rows[i].payload);
		assert_int_equal(packet.payload.captured, rows[i].payload);
		assert_int_equal(packet.udp->checksum_state, rows[i].state);
	}
	/* A checksum over bytes that are not there cannot be judged. */
	struct sample_copy copy;
	sample_copy(&copy, "dns_query");
	set16(copy.bytes + UDP + 4, 500);
	packet_decode(&packet, &copy.record);
	assert_int_equal(packet.udp->checksum_state, CHECKSUM_UNVERIFIED);
}

static void sctp_chunks_are_counted(void **state)
{
	(void)state;
	sample_decode(&packet, "sctp_init");
	assert_int_equal(packet.sctp->source_port, 2905);
	assert_int_equal(packet.sctp->destination_port, 2906);
	assert_int_equal(packet.sctp->checksum, 0x12345678);
	assert_int_equal(packet.sctp->first_chunk_type, 1);
	assert_int_equal(packet.sctp->chunk_count, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_syn_is_read),
		cmocka_unit_test(sack_blocks_keep_their_order),
		cmocka_unit_test(data_is_the_payload),
		cmocka_unit_test(options_good_and_bad),
		cmocka_unit_test(the_options_hash_tells_orders_apart),
		cmocka_unit_test(bad_data_offsets_are_malformed),
		cmocka_unit_test(checksums_are_judged),
		cmocka_unit_test(udp_checksums_are_judged),
		cmocka_unit_test(udp_lengths_good_and_bad),
		cmocka_unit_test(sctp_chunks_are_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
