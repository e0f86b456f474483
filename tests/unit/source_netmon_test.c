/* Network Monitor: the frame table, the versions' trailers, and what is no packet. */
#include "source_samples.h"

#include "source/linktype.h"

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

static void put_table(struct image *image, const size_t *offsets, unsigned count)
{
	put_at(image, 24, image->text.length, 4);
	put_at(image, 28, count * 4, 4);
	for (unsigned i = 0; i < count; i++)
		put(image, offsets[i], 4);
}

/* The table tells the order; what it does not name is no frame. */
static void test_order_and_holes(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	netmon_2_header(&image);
	put_fill(&image, 0x55, 21);
	size_t offsets[3] = { 0 };
	static const unsigned written[3] = { 2, 0, 1 };
	for (unsigned i = 0; i < 3; i++) {
		offsets[written[i]] = image.text.length;
		netmon_2_packet(&image, written[i]);
		put_fill(&image, 0xee, 5 * i);
	}
	put_table(&image, offsets, 3);
	struct source *source = open_good(&image);
	for (unsigned i = 0; i < 3; i++) {
		struct record record = next(source);
		assert_int_equal(record.time, (SAMPLE_START + i) * SAMPLE_SECOND);
		assert_int_equal(record.offset, offsets[i]);
	}
	assert_int_equal(count_records(source), 0);
	assert_int_equal(source_report(source)->damage_total, 0);
	source_close(source);
	text_finish(&image.text);
}

/* Entries outside the file, and more frames than the file has bytes for. */
static void test_table_lies(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	netmon_1_header(&image);
	size_t offsets[200];
	for (size_t i = 0; i < 200; i++)
		offsets[i] = i % 2 ? 128 : 0xfffffff0;
	netmon_1_packet(&image, 0);
	put_table(&image, offsets, 200);
	struct source *source = open_good(&image);
	assert_in_range(count_records(source), 1, image.text.length / 68);
	assert_in_range(source_report(source)->damage_total, 100, 199);
	source_close(source);
	text_finish(&image.text);
}

static const struct {
	uint8_t minor;
	unsigned trailer;
	uint16_t media;
	uint32_t link_type;
	uint32_t length;          /* of the packet that comes out; 0: none does */
} media[] = {
	{ 0, 0, 0, 1, 60 },
	{ 1, 2, 1, 1, 60 },
	{ 1, 2, 2, 6, 60 },
	{ 2, 6, 9, 101, 60 },
	{ 3, 15, 0xe071, 113, 60 },       /* from a pcap file, with its link type */
	{ 3, 15, 6, 105, 60 - 32 },       /* wireless: radio facts come off */
	{ 3, 15, 99, 147, 60 },
	{ 3, 15, 0xfffb, LINKTYPE_NOT_A_PACKET, 60 },
	{ 3, 15, 0xfffd, 0, 0 },
	{ 3, 15, 0xfffe, 0, 0 },
};

static void test_media(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof media / sizeof *media; i++) {
		struct image image = { .big_endian = false };
		netmon_begin(&image, "GMBU", 2, media[i].minor);
		size_t offset = image.text.length;
		put(&image, 1500000, 8);
		put(&image, 60, 4);
		put(&image, 60, 4);
		put(&image, 2, 1);            /* of radio facts: version, length */
		put(&image, 32, 2);
		put_fill(&image, 0, 57);
		if (media[i].trailer) {
			put(&image, media[i].media, 2);
			put_fill(&image, 0, media[i].trailer - 2);
		}
		put_table(&image, &offset, 1);
		struct source *source = open_good(&image);
		if (media[i].length) {
			struct record record = next(source);
			assert_int_equal(record.link_type, media[i].link_type);
			assert_int_equal(record.captured_length, media[i].length);
			assert_int_equal(record.time, SAMPLE_START * SAMPLE_SECOND + 1500000000);
		}
		assert_int_equal(count_records(source), 0);
		assert_int_equal(source_report(source)->damage_total, 0);
		source_close(source);
		text_finish(&image.text);
	}
}

/* From version 2.3 on each frame has a time in UTC; before, they can be older than the start. */
static void test_times(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	netmon_begin(&image, "GMBU", 2, 3);
	size_t offsets[2] = { image.text.length };
	for (unsigned i = 0; i < 2; i++) {
		offsets[i] = image.text.length;
		put(&image, (uint64_t)-2000000, 8);
		put(&image, 60, 4);
		put(&image, 60, 4);
		put_fill(&image, 0, 60);
		put(&image, 1, 2);
		put(&image, 0, 4);
		put(&image, i ? (11644473600ULL + SAMPLE_START) * 10000000 + 7 : 0, 8);
		put(&image, 0, 1);
	}
	put_table(&image, offsets, 2);
	struct source *source = open_good(&image);
	assert_int_equal(next(source).time, (SAMPLE_START - 2) * SAMPLE_SECOND);
	assert_int_equal(next(source).time, SAMPLE_START * SAMPLE_SECOND + 700);
	source_close(source);
	text_finish(&image.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_and_holes),
		cmocka_unit_test(test_table_lies),
		cmocka_unit_test(test_media),
		cmocka_unit_test(test_times),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
