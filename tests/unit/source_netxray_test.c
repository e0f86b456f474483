/* NetXRay and Windows Sniffer: versions, clocks, trailers, and buffers that went round. */
#include "source_samples.h"

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

static const struct {
	const char *version;
	uint8_t recorder, unit;
	uint32_t real_ticks;
	unsigned more;            /* bytes of a record's header behind the lengths */
	uint32_t ticks;           /* in a second; 0: not known */
	bool from_zero;           /* ignores where the header says that ticks began */
} clocks[] = {
	{ "001.000", 0, 0, 0, 16, 1000, false },
	{ "001.100", 0, 0, 0, 16, 1000000, false },
	{ "002.000", 0, 0, 0, 28, 1000000, false },
	{ "002.001", 0, 1, 0, 28, 1193000, false },
	{ "002.001", 0, 2, 3579545, 28, 3579545, false },
	{ "002.001", 2, 2, 0, 28, 31250000, false },
	{ "002.002", 2, 0, 0, 28, 1000000000, true },
	{ "002.002", 3, 2, 0, 28, 1250000, true },
	{ "002.003", 6, 2, 0, 28, 20000000, true },
	{ "002.003", 0, 0, 0, 28, 1000000, false },
	{ "002.001", 0, 2, 0, 28, 0, false },
	{ "002.001", 0, 3, 0, 28, 0, false },
	{ "002.001", 5, 1, 0, 28, 0, false },
	{ "002.001", 9, 0, 0, 28, 0, false },
	{ "002.009", 0, 0, 0, 28, 0, false },
};

static void test_clocks(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof clocks / sizeof *clocks; i++) {
		struct image image = { .big_endian = false };
		netxray_begin(&image, clocks[i].version, clocks[i].recorder, clocks[i].unit);
		put_at(&image, 0x4c, clocks[i].real_ticks, 4);
		put_at(&image, 0x34, 5000, 8);
		uint64_t begin = clocks[i].from_zero ? 0 : 5000;
		put_netxray(&image, begin + 3ULL * clocks[i].ticks, 0, clocks[i].more);
		struct error error = ERROR_INIT;
		if (clocks[i].ticks) {
			struct source *source = open_good(&image);
			assert_int_equal(next(source).time, (SAMPLE_START + 3) * SAMPLE_SECOND);
			assert_int_equal(source_report(source)->interfaces[0].ticks_per_second,
					 clocks[i].ticks);
			source_close(source);
		} else {
			assert_null(open_image(&image, &error));
			assert_int_equal(error.code, ERROR_UNSUPPORTED);
		}
		text_finish(&image.text);
	}
}

/* Before version 1: another magic number and shorter record headers, without a captured length. */
static void test_oldest(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	netxray_begin(&image, "\0\0\0\0\0\0\0", 0, 0);
	memcpy(image.text.bytes, "VL\0\0", 4);
	put(&image, 2000, 8);
	put(&image, 60, 2);
	put_fill(&image, 0, 8);
	put_fill(&image, 7, 60);
	struct source *source = open_good(&image);
	struct record record = next(source);
	assert_int_equal(record.time, (SAMPLE_START + 2) * SAMPLE_SECOND);
	assert_int_equal(record.captured_length, 60);
	assert_int_equal(record.bytes[0], 7);
	source_close(source);
	text_finish(&image.text);
}

static const struct {
	uint8_t network, scale, recorder;
	uint32_t link_type;
} links[] = {
	{ 0, 0, 0, 1 }, { 1, 2, 0, 1 }, { 1, 0, 0, 6 }, { 2, 0, 0, 10 }, { 9, 0, 0, 105 },
	{ 3, 0, 3, 9 }, { 3, 0, 4, 107 }, { 3, 0, 19, 104 }, { 3, 0, 6, 147 }, { 77, 0, 0, 147 },
};

static void test_link_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof links / sizeof *links; i++) {
		struct image image = { .big_endian = false };
		netxray_begin(&image, "002.001", links[i].recorder, 0);
		put_at(&image, 0x2c, links[i].network, 1);
		put_at(&image, 0x2d, links[i].scale, 1);
		netxray_packet(&image, 0);
		struct source *source = open_good(&image);
		assert_int_equal(next(source).link_type, links[i].link_type);
		source_close(source);
		text_finish(&image.text);
	}
}

/* Two bytes of ones in a record's header: four bytes follow the frame. */
static void test_trailers(void **state)
{
	(void)state;
	for (unsigned fcs = 0; fcs < 2; fcs++) {
		struct image image = { .big_endian = false };
		netxray_header(&image);
		put_at(&image, 0x4d, fcs ? 0x1234 : 0, 2);
		netxray_packet(&image, 0);
		put_at(&image, 128 + 14, 0xffff, 2);
		netxray_packet(&image, 1);
		struct source *source = open_good(&image);
		struct record record = next(source);
		assert_int_equal(record.fcs_length, fcs ? 4 : 0);
		assert_int_equal(record.captured_length, fcs ? 60 : 56);
		assert_int_equal(record.original_length, fcs ? 60 : 56);
		record = next(source);
		assert_int_equal(record.fcs_length, 0);
		assert_int_equal(record.captured_length, 61);
		source_close(source);
		text_finish(&image.text);
	}
}

/* Packets 3 to 5 are the oldest and lie behind what is left of packet 2. */
static void test_round(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	netxray_header(&image);
	for (unsigned i = 3; i < 6; i++)
		netxray_packet(&image, i);
	size_t end = image.text.length;
	put_fill(&image, 0x55, 33);
	size_t first = image.text.length;
	for (unsigned i = 0; i < 3; i++)
		netxray_packet(&image, i);
	put_at(&image, 24, first, 4);
	put_at(&image, 28, end, 4);
	struct source *source = open_good(&image);
	for (unsigned i = 0; i < 6; i++) {
		struct record record = next(source);
		assert_int_equal(record.time, (SAMPLE_START + i) * SAMPLE_SECOND);
		assert_int_equal(record.bytes[59], i);
	}
	assert_int_equal(count_records(source), 0);
	assert_int_equal(source_report(source)->damage_total, 0);
	source_close(source);
	text_finish(&image.text);
}

static void test_left_overs(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	netxray_header(&image);
	netxray_packet(&image, 0);
	put_at(&image, 28, image.text.length, 4);
	netxray_packet(&image, 1);
	put_fill(&image, 0xaa, 77);
	struct source *source = open_good(&image);
	assert_int_equal(count_records(source), 1);
	assert_int_equal(source_report(source)->damage_total, 0);
	source_close(source);
	text_finish(&image.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clocks),
		cmocka_unit_test(test_oldest),
		cmocka_unit_test(test_link_types),
		cmocka_unit_test(test_trailers),
		cmocka_unit_test(test_round),
		cmocka_unit_test(test_left_overs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
