/* DOS Sniffer: what its header says, and its compression. */
#include "source_samples.h"

#include "source/file/sniffer.h"

static struct source *open_good(const struct image *image)
{
	struct error error = ERROR_INIT;
	struct source *source = open_image(image, &error);
	assert_non_null(source);
	return source;
}

static struct record next(struct source *source)
{
	struct record record;
	struct error error = ERROR_INIT;
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	return record;
}

/* A frame with 1000 ticks on day `days`. */
static void put_frame(struct image *image, uint8_t days, const void *bytes, uint16_t length,
		      uint16_t original)
{
	put(image, 4, 2);
	put(image, 14 + length, 4);
	put(image, 1000, 5);
	put(image, days, 1);
	put(image, length, 2);
	put(image, 0, 2);
	put(image, original, 4);
	put_bytes(image, bytes, length);
}

static void test_time_units(void **state)
{
	(void)state;
	static const int64_t nanoseconds[] = { 15000000, 838096, 15000000, 500000, 2000000, 1000000,
					       100000 };
	for (uint8_t unit = 0; unit < 7; unit++) {
		struct image image = { .big_endian = false };
		sniffer_begin(&image, 4, 1, 1, unit);
		put_frame(&image, 1, "frame", 5, 0);
		struct source *source = open_good(&image);
		assert_int_equal(next(source).time,
				 (SAMPLE_START - SAMPLE_MIDNIGHT_SECONDS + 86400) * SAMPLE_SECOND +
					 nanoseconds[unit]);
		source_close(source);
		text_finish(&image.text);
	}
	struct image image = { .big_endian = false };
	struct error error = ERROR_INIT;
	sniffer_begin(&image, 4, 1, 1, 7);
	assert_null(open_image(&image, &error));
	assert_int_equal(error.code, ERROR_UNSUPPORTED);
	text_finish(&image.text);
}

static const struct {
	uint8_t network, wan;
	const char *frame;
	uint32_t link_type;
} links[] = {
	{ 0, 0, "token ring", 6 }, { 1, 0, "Ethernet", 1 }, { 9, 0, "FDDI ring", 10 },
	{ 7, 2, "frame relay", 107 }, { 7, 3, "\xff\x03 PPP", 50 }, { 7, 3, "\x0f\x00 HDLC", 104 },
	{ 7, 1, "\x01 X.25 ", 147 }, { 8, 4, "\x21 a PPP", 9 }, { 5, 0, "LocalTalk", 147 },
};

/* With the header records of an Internetwork analyzer, which say what the WAN speaks. */
static void test_link_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		struct image image = { .big_endian = false };
		sniffer_begin(&image, 4, links[i].network, 1, 5);
		put(&image, 6, 2);
		put(&image, 9, 4);
		put_bytes(&image, "something", 9);
		put(&image, 7, 2);
		put(&image, 8, 4);
		put(&image, (uint64_t)links[i].wan << 32, 8);
		put_frame(&image, 0, links[i].frame, 6, 0);
		struct source *source = open_good(&image);
		assert_int_equal(next(source).link_type, links[i].link_type);
		source_close(source);
		text_finish(&image.text);
	}
}

static void test_cut_frames(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	sniffer_header(&image);
	put_frame(&image, 0, "frame", 5, 1514);
	put_frame(&image, 0, "frame", 5, 0);
	put(&image, 3, 6);
	put_bytes(&image, "what follows the end", 20);
	struct source *source = open_good(&image);
	assert_int_equal(next(source).original_length, 1514);
	assert_int_equal(next(source).original_length, 5);
	assert_int_equal(count_records(source), 0);
	assert_int_equal(source_report(source)->damage_total, 0);
	source_close(source);
	text_finish(&image.text);
}

/* Version 2 has a description where version 4 has ATM frames. */
static void test_description(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	sniffer_begin(&image, 2, 1, 1, 5);
	put(&image, 8, 2);
	put(&image, 4, 4);
	put_bytes(&image, "text", 4);
	sniffer_packet(&image, 0);
	assert_int_equal(count_image(&image), 1);
	text_finish(&image.text);
}

static const struct {
	const char *blob;
	size_t length;
	const char *out;
	bool whole;
} blobs[] = {
	/* sixteen bits of what is a code (the first item is the top bit), then the items */
	{ "\0\0abc", 5, "abc", true },
	{ "\0\x80\x02x", 4, "xxxxx", true },                       /* 3 + 2 times x */
	{ "\0\x80\x11\0x", 5, "xxxxxxxxxxxxxxxxxxxx", true },      /* 19 + 1 times x */
	{ "\0\x10" "abc\x30\0", 7, "abcabc", true },               /* 3 bytes, 3 back */
	{ "\0\x04" "abcde\x31\0", 9, "abcdebcd", true },           /* 3 bytes, 4 back */
	{ "\0\xc0\x0dx\x2d\0\0", 7, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", true },  /* 16, 16 back */
	{ "\0\x10" "abc\x31\0", 7, "abc", false },                 /* from before the beginning */
	{ "\0\x10" "abc\x40\0", 7, "abc", false },                 /* reaches into itself */
	{ "\0\x80\x02", 3, "", false },
	{ "\0", 1, "", false },
	{ "", 0, "", true },
};

static void test_codes(void **state)
{
	(void)state;
	static uint8_t out[SNIFFER_BLOB];
	for (size_t i = 0; i < sizeof blobs / sizeof *blobs; i++) {
		bool whole;
		size_t length = sniffer_expand_blob(
			cursor_make(blobs[i].blob, blobs[i].length, blobs[i].length), out, &whole);
		assert_int_equal(whole, blobs[i].whole);
		assert_int_equal(length, strlen(blobs[i].out));
		assert_memory_equal(out, blobs[i].out, length);
	}
}

/* A blob never becomes longer than its room. */
static void test_bomb(void **state)
{
	(void)state;
	struct image blob = { .big_endian = false };
	for (unsigned i = 0; i < 40; i++) {
		if (i % 16 == 0)
			put(&blob, 0xffff, 2);
		put_bytes(&blob, "\x1f\xff\0", 3);                 /* 4113 zeros */
	}
	static uint8_t out[SNIFFER_BLOB];
	bool whole;
	size_t length = sniffer_expand_blob(
		cursor_make(blob.text.bytes, blob.text.length, blob.text.length), out, &whole);
	assert_false(whole);
	assert_in_range(length, SNIFFER_BLOB - 4113, SNIFFER_BLOB);
	text_finish(&blob.text);
}

/* The records of `plain` from the offset on as blobs: stored ones, and ones without any code. */
static void put_blobs(struct image *image, const struct image *plain, size_t offset, size_t blob)
{
	for (unsigned i = 0; offset < plain->text.length; i++) {
		size_t left = plain->text.length - offset, length = left < blob ? left : blob;
		const char *bytes = plain->text.bytes + offset;
		if (i % 2) {
			put(image, 0x10000 - length, 2);
			put_bytes(image, bytes, length);
		} else {
			put(image, length + (length + 15) / 16 * 2, 2);
			for (size_t at = 0; at < length; at += 16) {
				put(image, 0, 2);
				put_bytes(image, bytes + at, length - at < 16 ? length - at : 16);
			}
		}
		offset += length;
	}
}

static void make_compressed(struct image *image, size_t blob)
{
	struct image plain = { .big_endian = false };
	sniffer_begin(&plain, 4, 1, 2, 5);
	size_t header = plain.text.length;
	for (unsigned i = 0; i < 40; i++)
		sniffer_packet(&plain, i);
	sniffer_end(&plain, NULL);
	put_bytes(image, plain.text.bytes, header);
	put_blobs(image, &plain, header, blob);
	text_finish(&plain.text);
}

/* Records may reach over the ends of blobs. */
static void test_compressed(void **state)
{
	(void)state;
	/* Very small first blobs would look like header records. */
	for (size_t blob = 20; blob < 300; blob += 7) {
		struct image image = { .big_endian = false };
		make_compressed(&image, blob);
		struct source *source = open_good(&image);
		for (unsigned i = 0; i < 40; i++) {
			struct record record = next(source);
			assert_int_equal(record.time, (SAMPLE_START + i) * SAMPLE_SECOND);
			assert_int_equal(record.captured_length, sample_length(i));
			assert_int_equal(record.bytes[59], i);
		}
		assert_int_equal(count_records(source), 0);
		assert_int_equal(source_report(source)->damage_total, 0);
		source_close(source);
		text_finish(&image.text);
	}
}

static void test_compressed_cut(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	make_compressed(&image, 200);
	uint64_t before = 0;
	for (size_t length = 41; length < image.text.length - 20; length++) {
		struct error error = ERROR_INIT;
		struct source *source = source_open_memory(image.text.bytes, length, "cut", NULL,
							   &error);
		assert_non_null(source);
		uint64_t count = count_records(source);
		assert_in_range(count, before, before + 2);
		before = count > before ? count : before;
		source_close(source);
	}
	text_finish(&image.text);
}

/* A broken block costs the packets in it, and is told. */
static void test_compressed_broken(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	make_compressed(&image, 200);
	size_t third = 41 + (2 + 200 + 26) + (2 + 200);
	image.text.bytes[third + 3] = (char)0xff;   /* the first eight items become codes */
	struct source *source = open_good(&image);
	assert_in_range(count_records(source), 34, 39);
	assert_true(source_report(source)->damage_total > 0);
	assert_true(source_report(source)->damages[0].resynchronised);
	source_close(source);
	text_finish(&image.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_time_units),
		cmocka_unit_test(test_link_types),
		cmocka_unit_test(test_cut_frames),
		cmocka_unit_test(test_description),
		cmocka_unit_test(test_codes),
		cmocka_unit_test(test_bomb),
		cmocka_unit_test(test_compressed),
		cmocka_unit_test(test_compressed_cut),
		cmocka_unit_test(test_compressed_broken),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
