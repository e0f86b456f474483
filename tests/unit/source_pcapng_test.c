#include "source_image.h"

#define SECOND 1000000000LL

static struct image begin(bool big_endian)
{
	struct image image = { .big_endian = big_endian };
	put_section(&image);
	return image;
}

static const struct source_report *read_all(const struct image *image, struct source **source,
					    uint64_t *count)
{
	struct error error = ERROR_INIT;
	*source = open_image(image, &error);
	assert_non_null(*source);
	*count = count_records(*source);
	return source_report(*source);
}

/* Two sections of different byte order, each with its own interfaces and clocks. */
static void test_sections_and_clocks(void **state)
{
	(void)state;
	struct image image = begin(false);
	put_interface(&image, 1, 96, 6, 0);
	put_interface(&image, 101, 0, 9, 0);
	put_packet(&image, 0, 1000000 * 1000000ULL + 5, 60, NULL);
	put_packet(&image, 1, 1000000 * 1000000000ULL + 5, 61, NULL);
	image.big_endian = true;
	put_section(&image);
	put_interface(&image, 113, 0, 0, 500);             /* whole seconds, offset 500 s */
	put_interface(&image, 1, 0, 0x80 | 10, 0);         /* 1/1024 s */
	put_interface(&image, 1, 0, 127, 0);               /* nothing can tick so fast */
	put_packet(&image, 0, 1000000, 62, NULL);
	put_packet(&image, 1, 1000000 * 1024ULL + 512, 63, NULL);
	put_packet(&image, 2, UINT64_MAX, 64, NULL);
	static const struct { int64_t time; uint32_t link_type, interface, length; } expected[] = {
		{ 1000000 * SECOND + 5000, 1, 0, 60 },
		{ 1000000 * SECOND + 5, 101, 1, 61 },
		{ 1000500 * SECOND, 113, 2, 62 },
		{ 1000000 * SECOND + SECOND / 2, 1, 3, 63 },
		{ 0, 1, 4, 64 },
	};
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	struct record record;
	for (size_t i = 0; i < sizeof expected / sizeof *expected; i++) {
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		assert_int_equal(record.time, expected[i].time);
		assert_int_equal(record.link_type, expected[i].link_type);
		assert_int_equal(record.interface, expected[i].interface);
		assert_int_equal(record.captured_length, expected[i].length);
		assert_int_equal(record.bytes[59], expected[i].length);
	}
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	const struct source_report *report = source_report(source);
	assert_int_equal(report->damage_total, 0);
	assert_int_equal(report->interface_count, 5);
	assert_int_equal(report->interfaces[0].snap_length, 96);
	assert_int_equal(report->interfaces[3].ticks_per_second, 1024);
	assert_int_equal(report->files[0].link_type_count, 3);
	source_close(source);
	text_finish(&image.text);
}

static void test_packet_options(void **state)
{
	(void)state;
	for (int big_endian = 0; big_endian < 2; big_endian++) {
		struct image image = begin(big_endian), options = { .big_endian = big_endian };
		put_interface(&image, 1, 0, 6, 0);
		put_option(&options, 1, "look here", 9);
		put_option(&options, 1, "and here", 8);
		put(&options, 2, 2);
		put(&options, 4, 2);
		put(&options, 2 | 4 << 5, 4);            /* outbound, 4 bytes of FCS */
		put(&options, 4, 2);
		put(&options, 8, 2);
		put(&options, 17, 8);                    /* packets dropped before this one */
		put(&options, 0, 4);
		put_packet(&image, 0, 1, 61, &options);
		put_packet(&image, 0, 2, 61, NULL);
		struct error error = ERROR_INIT;
		struct source *source = open_image(&image, &error);
		struct record record;
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		assert_int_equal(record.direction, DIRECTION_OUTBOUND);
		assert_int_equal(record.fcs_length, 4);
		assert_int_equal(record.drop_count, 17);
		assert_int_equal(record.comment_length, 18);
		assert_memory_equal(record.comment, "look here\nand here", 18);
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		assert_int_equal(record.direction, DIRECTION_UNKNOWN);
		assert_null(record.comment);
		assert_int_equal(record.drop_count, 0);
		source_close(source);
		text_finish(&image.text);
		text_finish(&options.text);
	}
}

static void test_old_and_simple_packets(void **state)
{
	(void)state;
	struct image image = begin(false), old = { .big_endian = false },
		     simple = { .big_endian = false };
	put_interface(&image, 1, 80, 6, 0);
	put(&old, 0, 2);            /* interface */
	put(&old, 3, 2);            /* drops */
	put(&old, 0, 4);
	put(&old, 77, 4);           /* microseconds */
	put(&old, 64, 4);
	put(&old, 1500, 4);
	put_fill(&old, 9, 64);
	put_block(&image, 2, &old);
	put(&simple, 1500, 4);      /* cut to the snap length */
	put_fill(&simple, 8, 80);
	put_block(&image, 3, &simple);
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	struct record record;
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.time, 77000);
	assert_int_equal(record.drop_count, 3);
	assert_int_equal(record.captured_length, 64);
	assert_int_equal(record.original_length, 1500);
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_true(record.time == INT64_MIN);
	assert_int_equal(record.captured_length, 80);
	assert_int_equal(record.original_length, 1500);
	assert_int_equal(record.bytes[79], 8);
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	assert_int_equal(source_report(source)->files[0].last_time, 77000);
	source_close(source);
	text_finish(&image.text);
	text_finish(&old.text);
	text_finish(&simple.text);
}

static void put_words(struct image *image, uint16_t code, const char *words)
{
	put_option(image, code, words, (uint16_t)strlen(words));
}

static void test_what_describes(void **state)
{
	(void)state;
	struct image image = { .big_endian = true }, body = { .big_endian = true };
	put(&body, 0x1a2b3c4d, 4);
	put(&body, 1, 2);
	put(&body, 0, 2);
	put(&body, UINT64_MAX, 8);
	put_words(&body, 2, "z15");
	put_words(&body, 3, "Linux 6.1");
	put_words(&body, 4, "dumpcap");
	put(&body, 0, 4);
	put_block(&image, 0x0a0d0d0a, &body);
	text_clear(&body.text);
	put(&body, 1, 2);
	put(&body, 0, 2);
	put(&body, 262144, 4);
	put_words(&body, 2, "eth0");
	put_words(&body, 3, "the left port");
	put_option(&body, 11, "\0tcp port 80", 12);
	put_option(&body, 13, "\4", 1);
	put_block(&image, 1, &body);
	text_clear(&body.text);
	put_option(&body, 1, "\xc0\x00\x02\x01" "one\0two", 12);   /* 192.0.2.1 */
	put_option(&body, 2, "\x20\x01\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\1six", 20);
	put(&body, 0, 4);
	put_block(&image, 4, &body);
	text_clear(&body.text);
	put(&body, 0x544c534b, 4);                                  /* TLSK */
	put(&body, 5, 4);
	put_bytes(&body, "keys\n\0\0\0", 8);
	put_block(&image, 10, &body);
	put_packet(&image, 0, 1, 64, NULL);
	for (uint64_t i = 1; i <= 2; i++) {
		text_clear(&body.text);
		put(&body, 0, 4);
		put(&body, 0, 8);
		put(&body, 4, 2);
		put(&body, 8, 2);
		put(&body, 1000 * i, 8);
		put(&body, 5, 2);
		put(&body, 8, 2);
		put(&body, 10 * i, 8);
		put(&body, 7, 2);
		put(&body, 8, 2);
		put(&body, i, 8);
		put_block(&image, 5, &body);
	}
	text_clear(&body.text);
	put(&body, 0x12345678, 4);
	put_block(&image, 0x7777, &body);                           /* of a future version */
	struct source *source;
	uint64_t count;
	const struct source_report *report = read_all(&image, &source, &count);
	assert_int_equal(count, 1);
	assert_int_equal(report->damage_total, 0);
	assert_string_equal(report->hardware, "z15");
	assert_string_equal(report->operating_system, "Linux 6.1");
	assert_string_equal(report->application, "dumpcap");
	assert_string_equal(report->interfaces[0].name, "eth0");
	assert_string_equal(report->interfaces[0].description, "the left port");
	assert_string_equal(report->interfaces[0].filter, "tcp port 80");
	assert_int_equal(report->interfaces[0].ticks_per_second, 1000000);
	assert_true(report->interfaces[0].has_statistics);
	assert_int_equal(report->interfaces[0].received, 2000);
	assert_int_equal(report->interfaces[0].dropped_by_interface, 20);
	assert_int_equal(report->interfaces[0].dropped_by_system, 2);
	assert_int_equal(report->name_count, 3);
	assert_string_equal(report->names[0].address, "192.0.2.1");
	assert_string_equal(report->names[1].name, "two");
	assert_string_equal(report->names[2].address, "2001:db8::1");
	assert_string_equal(report->names[2].name, "six");
	assert_int_equal(report->secret_count, 1);
	assert_int_equal(report->secrets[0].type, 0x544c534b);
	assert_int_equal(report->secrets[0].length, 5);
	assert_memory_equal(report->secrets[0].bytes, "keys\n", 5);
	assert_int_equal(report->unknown_blocks, 1);
	source_close(source);
	text_finish(&image.text);
	text_finish(&body.text);
}

static void test_large_secrets(void **state)
{
	(void)state;
	struct image image = begin(false), body = { .big_endian = false };
	const uint32_t length = 17 * 1024 * 1024;
	put_interface(&image, 1, 0, 6, 0);
	put(&body, 0x544c534b, 4);
	put(&body, length, 4);
	put_fill(&body, 'k', length);
	put_block(&image, 10, &body);
	put_packet(&image, 0, 1, 64, NULL);
	for (unsigned i = 0; i < 4; i++)
		put_block(&image, 10, &body);       /* more than is kept */
	put_packet(&image, 0, 2, 64, NULL);
	struct source *source;
	uint64_t count;
	const struct source_report *report = read_all(&image, &source, &count);
	assert_int_equal(count, 2);
	assert_int_equal(report->damage_total, 0);
	assert_int_equal(report->secret_count, 3);
	assert_int_equal(report->secrets[0].length, length);
	source_close(source);
	text_finish(&image.text);
	text_finish(&body.text);
}

/* Wireshark numbers custom blocks like packets; we must not number differently. */
static void test_custom_blocks_count(void **state)
{
	(void)state;
	struct image image = begin(false), body = { .big_endian = false };
	put_interface(&image, 1, 0, 6, 0);
	put_packet(&image, 0, 1, 64, NULL);
	put(&body, 32473, 4);
	put_bytes(&body, "whatever", 8);
	put_block(&image, 0x00000bad, &body);
	put_packet(&image, 0, 2, 64, NULL);
	struct source *source;
	uint64_t count;
	const struct source_report *report = read_all(&image, &source, &count);
	assert_int_equal(count, 3);
	assert_int_equal(report->unknown_blocks, 1);
	assert_int_equal(report->interfaces[0].packets, 2);
	assert_int_equal(report->files[0].link_type_count, 1);
	source_close(source);
	text_finish(&image.text);
	text_finish(&body.text);
}

#define GOOD_PACKETS 20

/* Where packet `number` of make_plain begins. */
static size_t plain_offset(unsigned number)
{
	size_t offset = 28 + 32;
	for (unsigned i = 0; i < number; i++)
		offset += 32 + (60 + i + 3) / 4 * 4;
	return offset;
}

static struct image make_plain(void)
{
	struct image image = begin(false);
	put_interface(&image, 1, 0, 6, 0);
	for (unsigned i = 0; i < GOOD_PACKETS; i++)
		put_packet(&image, 0, 1000000 + i, 60 + i, NULL);
	assert_int_equal(image.text.length, plain_offset(GOOD_PACKETS));
	return image;
}

static void test_cut_anywhere(void **state)
{
	(void)state;
	struct image image = make_plain();
	unsigned whole = 0;
	for (size_t length = 28; length <= image.text.length; length++) {
		while (plain_offset(whole + 1) <= length)
			whole++;
		struct error error = ERROR_INIT;
		struct source *source = source_open_memory(image.text.bytes, length, "cut", NULL,
							   &error);
		assert_non_null(source);
		assert_int_equal(count_records(source), whole);
		const struct source_report *report = source_report(source);
		bool at_block = length == 28 || length == plain_offset(whole);
		assert_int_equal(report->damage_total, at_block ? 0 : 1);
		if (!at_block)
			assert_true(report->damages[0].at_end);
		source_close(source);
	}
	for (size_t length = 1; length < 28; length++) {
		struct error error = ERROR_INIT;
		assert_null(source_open_memory(image.text.bytes, length, "cut", NULL, &error));
		assert_true(error.code == ERROR_DAMAGED ||
			    (length < 4 && error.code == ERROR_NOT_A_TRACE));
	}
	text_finish(&image.text);
}

struct spoil {
	const char *name;
	size_t from;               /* in packet 10 */
	uint32_t value;
	unsigned lost;             /* packets */
	bool frame_holds;          /* the damage is inside the block */
};

static const struct spoil spoils[] = {
	{ "length not a multiple and too long", 4, 0x10000001, 1, false },
	{ "length 4", 4, 4, 1, false },
	{ "length past the end", 4, 0x8000, 1, false },
	{ "length one packet too long", 4, 32 + 72 + 104, 1, false },
	{ "type and length", 0, 0xdeadbeef, 1, true },
	{ "interface not declared", 8, 1, 1, true },
	{ "captured length longer than the block", 20, 0x100, 1, true },
	{ "second length", 32 - 4 + 72, 99, 1, false },
};

static void test_resynchronises(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof spoils / sizeof *spoils; i++) {
		struct image image = make_plain(), word = { .big_endian = false };
		put(&word, spoils[i].value, 4);
		memcpy(image.text.bytes + plain_offset(10) + spoils[i].from, word.text.bytes, 4);
		struct source *source;
		uint64_t count;
		const struct source_report *report = read_all(&image, &source, &count);
		assert_int_equal(count, GOOD_PACKETS - spoils[i].lost);
		if (spoils[i].value == 0xdeadbeef) { /* a block that we do not know is no damage */
			assert_int_equal(report->damage_total, 0);
			assert_int_equal(report->unknown_blocks, 1);
		} else {
			assert_int_equal(report->damage_total, 1);
			assert_true(report->damages[0].resynchronised);
			assert_false(report->damages[0].at_end);
			assert_int_equal(report->damages[0].offset, plain_offset(10));
			assert_int_equal(report->damages[0].bytes_lost,
					 plain_offset(11) - plain_offset(10));
			assert_int_equal(report->damages[0].record_before, 10);
		}
		source_close(source);
		text_finish(&image.text);
		text_finish(&word.text);
	}
}

/* The first header's length is spoiled; the interface behind it is found all the same. */
static void test_broken_first_header(void **state)
{
	(void)state;
	struct image image = make_plain();
	image.text.bytes[4] = 99;
	struct source *source;
	uint64_t count;
	const struct source_report *report = read_all(&image, &source, &count);
	assert_int_equal(count, GOOD_PACKETS);
	assert_int_equal(report->damage_total, 1);
	assert_int_equal(report->damages[0].offset, 0);
	source_close(source);
	text_finish(&image.text);
}

static void test_text_mode(void **state)
{
	(void)state;
	struct image image = make_plain(), more = { .big_endian = false },
		     less = { .big_endian = false };
	for (size_t i = 0; i < image.text.length; i++) {
		if (image.text.bytes[i] == '\n')
			put(&more, '\r', 1);
		put(&more, (uint8_t)image.text.bytes[i], 1);
		if (image.text.bytes[i] != '\r' || image.text.bytes[i + 1] != '\n')
			put(&less, (uint8_t)image.text.bytes[i], 1);
	}
	struct error error = ERROR_INIT;
	assert_null(open_image(&more, &error));
	assert_int_equal(error.code, ERROR_DAMAGED);
	assert_non_null(strstr(error.message, "text mode"));
	error = (struct error)ERROR_INIT;
	assert_null(open_image(&less, &error));
	assert_non_null(strstr(error.message, "text mode"));
	text_finish(&image.text);
	text_finish(&more.text);
	text_finish(&less.text);
}

/* A hostile file declares more than it could ever use; what is kept stays small, packets still
 * come. */
static void test_many_declarations(void **state)
{
	(void)state;
	struct image image = begin(false);
	for (unsigned i = 0; i < 70000; i++)
		put_interface(&image, 1, 0, 6, 0);
	put_packet(&image, 0, 1, 60, NULL);
	put_packet(&image, 60000, 2, 60, NULL);
	put_packet(&image, 69999, 3, 60, NULL);
	struct source *source;
	uint64_t count;
	const struct source_report *report = read_all(&image, &source, &count);
	assert_int_equal(count, 2);
	assert_int_equal(report->interface_count, SOURCE_MAX_INTERFACES);
	assert_int_equal(report->damage_total, 70000 - 65536 + 1);
	assert_int_equal(report->damage_count, SOURCE_MAX_DAMAGES);
	source_close(source);
	text_finish(&image.text);
}

static void test_sloppy_padding(void **state)
{
	(void)state;
	/* A writer that says the unpadded length in both places, but pads. */
	struct image image = begin(false);
	put_interface(&image, 1, 0, 6, 0);
	for (unsigned i = 0; i < 3; i++) {
		put(&image, 6, 4);
		put(&image, 32 + 61, 4);
		put(&image, 0, 4);
		put(&image, 0, 4);
		put(&image, i, 4);
		put(&image, 61, 4);
		put(&image, 61, 4);
		put_fill(&image, 5, 61);
		put_fill(&image, 0, 3);
		put(&image, 32 + 61, 4);
	}
	struct source *source;
	uint64_t count;
	const struct source_report *report = read_all(&image, &source, &count);
	assert_int_equal(count, 3);
	assert_int_equal(report->damage_total, 0);
	source_close(source);
	text_finish(&image.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sections_and_clocks),
		cmocka_unit_test(test_packet_options),
		cmocka_unit_test(test_old_and_simple_packets),
		cmocka_unit_test(test_what_describes),
		cmocka_unit_test(test_large_secrets),
		cmocka_unit_test(test_custom_blocks_count),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_resynchronises),
		cmocka_unit_test(test_broken_first_header),
		cmocka_unit_test(test_text_mode),
		cmocka_unit_test(test_many_declarations),
		cmocka_unit_test(test_sloppy_padding),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
