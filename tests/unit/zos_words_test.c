/* What z/OS knows, as words and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "source/zos_words.h"

static const uint8_t mapped[4] = { 10, 1, 1, 2 };
static const uint8_t long_one[16] = { 0x20, 1, 0xd, 0xb8, [15] = 7 };

static struct zos_record packet(void)
{
	return (struct zos_record){ .format = ZOS_PACKET, .name = "OSDL", .interface_index = 9,
		.device_type = 39, .flags = 0x81, .local = true, .discard = 4114, .trace_count = 54550962,
		.capture_time = 1295964785687445000, .buffer_time = 1295964785687445123, .asid = 0x4f,
		.tcb = 0x7aee88, .protocol = 17, .source = address_ipv4(mapped), .source_port = 137,
		.destination = address_ipv6(long_one), .destination_port = 65535, .packet_length = 78,
		.traced_length = 70, .vlan = 77, .offload_segment_length = 1460, .segments = 3,
		.incomplete = true };
}

static struct zos_record data(void)
{
	return (struct zos_record){ .format = ZOS_DATA, .name = "USER12", .flags = 0x60, .confidential = true,
		.clear_text = true, .capture_time = -5, .connection = 0x01020304, .family = 19,
		.socket_type = 1, .state = 7, .protocol = 6, .source = address_ipv6(long_one),
		.traced_length = 0xffffff, .segments = 1 };
}

static void same(const struct zos_record *got, const struct zos_record *want)
{
	assert_int_equal(got->format, want->format);
	assert_string_equal(got->name, want->name);
	assert_int_equal(got->interface_index, want->interface_index);
	assert_int_equal(got->device_type, want->device_type);
	assert_int_equal(got->flags, want->flags);
	assert_int_equal(got->local, want->local);
	assert_int_equal(got->confidential, want->confidential);
	assert_int_equal(got->clear_text, want->clear_text);
	assert_int_equal(got->discard, want->discard);
	assert_int_equal(got->trace_count, want->trace_count);
	assert_int_equal(got->capture_time, want->capture_time);
	assert_int_equal(got->buffer_time, want->buffer_time);
	assert_int_equal(got->asid, want->asid);
	assert_int_equal(got->tcb, want->tcb);
	assert_int_equal(got->connection, want->connection);
	assert_int_equal(got->family, want->family);
	assert_int_equal(got->socket_type, want->socket_type);
	assert_int_equal(got->state, want->state);
	assert_int_equal(got->protocol, want->protocol);
	assert_true(address_equal(&got->source, &want->source));
	assert_true(address_equal(&got->destination, &want->destination));
	assert_int_equal(got->source_port, want->source_port);
	assert_int_equal(got->destination_port, want->destination_port);
	assert_int_equal(got->packet_length, want->packet_length);
	assert_int_equal(got->traced_length, want->traced_length);
	assert_int_equal(got->vlan, want->vlan);
	assert_int_equal(got->offload_segment_length, want->offload_segment_length);
	assert_int_equal(got->segments, want->segments);
	assert_int_equal(got->incomplete, want->incomplete);
}

static void test_there_and_back(void **state)
{
	(void)state;
	const struct zos_record records[] = { packet(), data() };
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		struct text words = { 0 };
		struct zos_words read;
		zos_words_add(&words, &records[i]);
		assert_true(zos_words_read(words.bytes, words.length, &read));
		same(&read.zos, &records[i]);
		assert_int_equal(zos_time_from_tod(read.zos.capture_tod, 0), records[i].capture_time);
		text_finish(&words);
	}
	struct zos_record zos = data();
	struct text words = { 0 };
	struct zos_words read;
	zos_words_add(&words, &zos);
	assert_true(zos_words_read(words.bytes, words.length, &read));
	/* User name, AF_INET6, stream, TCP, state, connection: as in PTHDR_T. */
	assert_memory_equal(read.zos.raw_name, "\xe4\xe2\xc5\xd9\xf1\xf2\x40\x40\x13\x01\x06\x07\x01\x02\x03\x04", 16);
	text_finish(&words);
}

static void test_what_people_write(void **state)
{
	(void)state;
	static const struct { const char *words; bool good; uint32_t asid; const char *name, *discard; } rows[] = {
		{ "zos.format=4", true, 0, "", NULL },
		{ "zos.format=4 zos.asid=12 more words", true, 12, "", NULL },
		{ "zos.format=4  zos.asid=0x1f", true, 31, "", NULL },
		{ "zos.format=4 zos.asid=twelve", true, 0, "", NULL },
		{ "zos.format=4 zos.new=1 zos.asid=5", true, 5, "", NULL },
		{ "zos.format=4 zos.interface=\"A B\" zos.asid=5", true, 5, "A B", NULL },
		{ "zos.format=4 zos.interface=\"never ends zos.asid=5", true, 0, "never ends zos.a", NULL },
		{ "zos.format=4 zos.interface=\x1b[31m", true, 0, ".[31m", NULL },
		{ "zos.format=4 zos.discard_name=IP_NEW", true, 0, "", "IP_NEW" },
		{ "zos.format=4 zos.source=", true, 0, "", NULL },
		{ "zos.format=4 zos.source=[", true, 0, "", NULL },
		{ "zos.format=4 zos.asid=", true, 0, "", NULL },
		{ "zos.format=0", false, 0, "", NULL },
		{ "zos.format=9", false, 0, "", NULL },
		{ "zos.form", false, 0, "", NULL },
		{ "", false, 0, "", NULL },
		{ "retransmission of packet 4", false, 0, "", NULL },
		{ "see zos.format=4", false, 0, "", NULL },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct zos_words read;
		if (zos_words_read(rows[i].words, strlen(rows[i].words), &read) != rows[i].good)
			fail_msg("%s", rows[i].words);
		if (!rows[i].good)
			continue;
		assert_int_equal(read.zos.asid, rows[i].asid);
		assert_string_equal(read.zos.name, rows[i].name);
		if (rows[i].discard)
			assert_string_equal(read.zos.discard_name, rows[i].discard);
		else
			assert_null(read.zos.discard_name);
	}
}

/* Cut anywhere, in memory that ends there. */
static void test_every_cut(void **state)
{
	(void)state;
	struct zos_record zos = packet();
	struct text words = { 0 };
	zos_words_add(&words, &zos);
	for (size_t length = 0; length <= words.length; length++) {
		char *copy = malloc(length + !length);
		struct zos_words read;
		memcpy(copy, words.bytes, length);
		assert_int_equal(zos_words_read(copy, length, &read), length > strlen("zos.format="));
		free(copy);
	}
	text_finish(&words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_there_and_back),
		cmocka_unit_test(test_what_people_write),
		cmocka_unit_test(test_every_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
