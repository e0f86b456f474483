/* snoop: what is in its records beside the packet, and Surveyor's variant. */
#include "source_samples.h"

static void put_record(struct image *image, uint32_t captured, uint32_t original, uint32_t pad,
		       uint32_t drops)
{
	put(image, original, 4);
	put(image, captured, 4);
	put(image, 24 + captured + pad, 4);
	put(image, drops, 4);
	put(image, SAMPLE_START, 4);
	put(image, 123456, 4);
	put_fill(image, 7, captured);
	put_fill(image, 0, pad);
}

static struct record next(struct source *source)
{
	struct record record;
	struct error error = ERROR_INIT;
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	return record;
}

static void test_records(void **state)
{
	(void)state;
	struct image image;
	size_t ends[SAMPLE_PACKETS + 1];
	sample_make(&samples[0], &image, ends);
	image.text.length = 16;
	put_record(&image, 60, 1514, 0, 0);
	put_record(&image, 61, 61, 3, 5);
	put_record(&image, 60, 60, 6, 5);
	put_record(&image, 60, 60, 0, 12);
	static const uint32_t drops[] = { 0, 5, 0, 7 };
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	assert_non_null(source);
	for (unsigned i = 0; i < 4; i++) {
		struct record record = next(source);
		assert_int_equal(record.time, SAMPLE_START * SAMPLE_SECOND + 123456000);
		assert_int_equal(record.captured_length, i == 1 ? 61 : 60);
		assert_int_equal(record.original_length, i == 0 ? 1514 : i == 1 ? 61 : 60);
		assert_int_equal(record.drop_count, drops[i]);
		assert_int_equal(record.fcs_length, 0);
	}
	assert_int_equal(count_records(source), 0);
	source_close(source);
	text_finish(&image.text);
}

static const struct {
	uint32_t version, network, pad, link_type, fcs_length;
} links[] = {
	{ 2, 0, 0, 1, 0 }, { 2, 2, 0, 6, 0 }, { 2, 4, 0, 1, 0 }, { 2, 8, 0, 10, 0 },
	{ 2, 14, 0, 0, 0 }, { 2, 0x80000005, 0, 226, 0 }, { 2, 99, 0, 147, 0 },
	/* Surveyor: at least 16 bytes behind the first packet, or its own version */
	{ 2, 4, 16, 1, 4 }, { 2, 14, 16, 6, 0 }, { 3, 10, 0, 1, 4 }, { 5, 12, 16, 1, 4 },
};

static void test_link_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		struct image image = { .big_endian = true };
		put_magic(&image, "snoop\0\0\0", 8);
		put(&image, links[i].version, 4);
		put(&image, links[i].network, 4);
		put_record(&image, 64, 64, links[i].pad, 0);
		struct error error = ERROR_INIT;
		struct source *source = open_image(&image, &error);
		assert_non_null(source);
		struct record record = next(source);
		assert_int_equal(record.link_type, links[i].link_type);
		assert_int_equal(record.fcs_length, links[i].fcs_length);
		source_close(source);
		text_finish(&image.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_records),
		cmocka_unit_test(test_link_types),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
