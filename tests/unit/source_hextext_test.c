/* Hexadecimal dumps as text, in the layouts of the programs that print them. */
#include <stdio.h>

#include "source_image.h"

#include "source/linktype.h"

/* An ARP request: an Ethernet frame of 42 bytes. */
#define ARP_BYTES 42
static const uint8_t arp[ARP_BYTES] = {
	0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00, 0x0e, 0xb6, 0x00, 0x00, 0x02, 0x08, 0x06,
	0x00, 0x01, 0x08, 0x00, 0x06, 0x04, 0x00, 0x01, 0x00, 0x0e, 0xb6, 0x00, 0x00, 0x02,
	0xc0, 0x00, 0x02, 0x01, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0xc0, 0x00, 0x02, 0x61,
};
#define TEXT2PCAP \
	"000000 ff ff ff ff ff ff 00 0e b6 00 00 02 08 06 00 01\n" \
	"000010 08 00 06 04 00 01 00 0e b6 00 00 02 c0 00 02 01\n" \
	"000020 00 00 00 00 00 00 c0 00 02 61\n"

static const struct layout { const char *text; unsigned packets; uint32_t link_type;
} layouts[] = {
	{TEXT2PCAP, 1, LINKTYPE_ETHERNET},
	{TEXT2PCAP "00002a\n" TEXT2PCAP "00002a\n", 2, LINKTYPE_ETHERNET},
	/* tshark -x: the text may look like bytes. */
	{"0000  ff ff ff ff ff ff 00 0e b6 00 00 02 08 06 00 01   ................\n"
	 "0010  08 00 06 04 00 01 00 0e b6 00 00 02 c0 00 02 01   ab cd ef........\n"
	 "0020  00 00 00 00 00 00 c0 00 02 61                     .........a\n\n"
	 "0000  ff ff ff ff ff ff 00 0e b6 00 00 02 08 06 00 01   ................\n"
	 "0010  08 00 06 04 00 01 00 0e b6 00 00 02 c0 00 02 01 12 34 56\n"
	 "0020  00 00 00 00 00 00 c0 00 02 61                     .........a\n",
	 2, LINKTYPE_ETHERNET},
	/* hexdump -C */
	{"00000000  ff ff ff ff ff ff 00 0e  b6 00 00 02 08 06 00 01  |................|\n"
	 "00000010  08 00 06 04 00 01 00 0e  b6 00 00 02 c0 00 02 01  |................|\n"
	 "00000020  00 00 00 00 00 00 c0 00  02 61                    |.........a|\n"
	 "0000002a\n",
	 1, LINKTYPE_ETHERNET},
	/* xxd */
	{"00000000: ffff ffff ffff 000e b600 0002 0806 0001  ................\n"
	 "00000010: 0800 0604 0001 000e b600 0002 c000 0201  ................\n"
	 "00000020: 0000 0000 0000 c000 0261                 .........a\n",
	 1, LINKTYPE_ETHERNET},
	/* od, in a mail that was answered, with a comment */
	{"# the frame\r\n"
	 "> 0000000 ff ff ff ff ff ff 00 0e b6 00 00 02 08 06 00 01\r\n"
	 "> 0000010 08 00 06 04 00 01 00 0e b6 00 00 02 c0 00 02 01\r\n"
	 "> 0000020 00 00 00 00 00 00 c0 00 02 61\r\n> 000002a\r\n",
	 1, LINKTYPE_ETHERNET},
};

static struct source *open_text(const char *text)
{
	struct error error = ERROR_INIT;
	struct source *source = source_open_memory(text, strlen(text), "dump", NULL, &error);
	if (!source)
		print_error("%s\n", error.message);
	return source;
}

static void test_layouts(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
		struct source *source = open_text(layouts[i].text);
		struct record record;
		struct error error = ERROR_INIT;
		assert_non_null(source);
		for (unsigned number = 0; number < layouts[i].packets; number++) {
			assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
			assert_int_equal(record.link_type, layouts[i].link_type);
			assert_int_equal(record.captured_length, ARP_BYTES);
			assert_int_equal(record.original_length, ARP_BYTES);
			assert_memory_equal(record.bytes, arp, ARP_BYTES);
			assert_true(record.time == INT64_MIN);
		}
		assert_int_equal(source_next(source, &record, &error), SOURCE_END);
		assert_int_equal(source_report(source)->damage_total, 0);
		assert_string_equal(source_report(source)->files[0].format, "hextext");
		source_close(source);
	}
}

/* tcpdump -x shows the IP packet behind its own line. */
static void test_raw_ip(void **state)
{
	(void)state;
	struct source *source = open_text(
		"23:59:59.900000 IP 192.0.2.1 > 192.0.2.2: ICMP echo request, id 1, seq 1, length "
		"8\n"
		"\t0x0000:  4500 001c 0001 0000 4001 f6dc c000 0201\n"
		"\t0x0010:  c000 0202 0800 f7fd 0001 0001\n"
		"00:00:00.100000 IP 192.0.2.2 > 192.0.2.1: ICMP echo reply, id 1, seq 1, length 8\n"
		"\t0x0000:  4500 001c 0001 0000 4001 f6dc c000 0202\n"
		"\t0x0010:  c000 0201 0000 fffd 0001 0001\n");
	struct record record;
	struct error error = ERROR_INIT;
	assert_non_null(source);
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.link_type, LINKTYPE_RAW);
	assert_int_equal(record.captured_length, 28);
	assert_int_equal(record.time, 86399900000000);
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.bytes[27], 1);
	assert_int_equal(record.time, 86400100000000);
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	source_close(source);
}

static void test_leads(void **state)
{
	(void)state;
	static const struct { const char *lead; int64_t time; uint8_t direction;
	} leads[] = {
		{"I 2019-05-14T19:04:57Z\n", 1557860697000000000, DIRECTION_INBOUND},
		{"O\n2019-05-14 19:04:57.25\n", 1557860697250000000, DIRECTION_OUTBOUND},
		{"    1 2019-05-14 19:04:57.000001 192.0.2.1 -> 192.0.2.2 ARP\n\n",
		 1557860697000001000, 0},
		{"O 1557860697.123456789\n", 1557860697123456789, DIRECTION_OUTBOUND},
		{"I 19:04:57.5\n", 68697500000000, DIRECTION_INBOUND},
		{"Infinite words 12\n", INT64_MIN, DIRECTION_UNKNOWN},
	};
	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
		char text[512];
		snprintf(text, sizeof text, "%s%s", leads[i].lead, TEXT2PCAP);
		struct source *source = open_text(text);
		struct record record;
		struct error error = ERROR_INIT;
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		assert_true(record.time == leads[i].time);
		assert_int_equal(record.direction, leads[i].direction);
		assert_int_equal(record.offset, 0);
		source_close(source);
	}
}

/* tshark also dumps what it joined; that is no packet. */
static void test_joined_bytes(void **state)
{
	(void)state;
	struct source *source = open_text("Frame (42 bytes):\n" TEXT2PCAP
					  "Reassembled TCP (42 bytes):\n" TEXT2PCAP
					  "Frame (42 bytes):\n" TEXT2PCAP);
	assert_int_equal(count_records(source), 2);
	source_close(source);
}

static void test_lost_rows(void **state)
{
	(void)state;
	struct source *source = open_text("000000 ff ff ff ff ff ff 00 0e b6 00 00 02 08 06 00 01\n"
					  "000020 00 00 00 00 00 00 c0 00 02 61\n" TEXT2PCAP);
	struct record record;
	struct error error = ERROR_INIT;
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.captured_length, 16);
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.captured_length, ARP_BYTES);
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	assert_int_equal(source_report(source)->damage_total, 1);
	source_close(source);
}

static uint64_t read_any(const char *bytes, size_t length)
{
	struct error error = ERROR_INIT;
	struct source *source = source_open_memory(bytes, length, "any", NULL, &error);
	uint64_t count = source ? count_records(source) : 0;
	source_close(source);
	return count;
}

static void test_cuts_and_flips(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
		size_t length = strlen(layouts[i].text);
		for (size_t cut = 0; cut <= length; cut++) {
			char *exact = malloc(cut + 1);
			memcpy(exact, layouts[i].text, cut);
			assert_true(read_any(exact, cut) <= layouts[i].packets);
			free(exact);
		}
		char *text = malloc(length);
		memcpy(text, layouts[i].text, length);
		for (size_t bit = 0; bit < length * 8; bit++) {
			text[bit / 8] ^= (char)(1 << bit % 8);
			assert_true(read_any(text, length) <= layouts[i].packets + 1);
			text[bit / 8] ^= (char)(1 << bit % 8);
		}
		free(text);
	}
}

static void test_other_texts(void **state)
{
	(void)state;
	static const char *const texts[] = {
		"1000 ways to leave\n0000 nothing\n",
		"000 12 34\n",
		"0000: 01 02 03 04\n",
		"commit 0000000 4500 001c\n",
	};
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		struct error error = ERROR_INIT;
		assert_null(source_open_memory(texts[i], strlen(texts[i]), "text", NULL, &error));
		assert_string_equal(error.message, "this is text, not a trace");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_layouts),
		cmocka_unit_test(test_raw_ip),
		cmocka_unit_test(test_leads),
		cmocka_unit_test(test_joined_bytes),
		cmocka_unit_test(test_lost_rows),
		cmocka_unit_test(test_cuts_and_flips),
		cmocka_unit_test(test_other_texts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
