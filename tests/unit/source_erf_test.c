/* ERF: its record types, headers and counters. */
#include "source_samples.h"

#include "source/linktype.h"

static struct record next(struct source *source)
{
	struct record record;
	struct error error = ERROR_INIT;
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	return record;
}

#define EXTENSIONS "\x83\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0"   /* two; only the first says that more follow */

static const struct {
	uint8_t type;
	const char *lead;         /* between header and packet */
	unsigned lead_length;
	uint32_t link_type, fcs_length;
} types[] = {
	{ 1, "", 0, 104, 0 }, { 2, "\0\0", 2, 1, 4 }, { 5, "\0\0\0\0", 4, 104, 0 },
	{ 10, "", 0, 104, 0 }, { 11, "\0\0", 2, 1, 4 }, { 16, "\0\0", 2, 1, 4 },
	{ 17, "\0\0\0\0", 4, 104, 0 }, { 20, "\0\0", 2, 1, 4 }, { 22, "", 0, 228, 0 },
	{ 23, "", 0, 229, 0 }, { 21, "", 0, 247, 0 }, { 24, "", 0, 147, 0 },
	{ 27, "", 0, LINKTYPE_NOT_A_PACKET, 0 },
	{ 0x82, EXTENSIONS "\0\0", 18, 1, 4 }, { 0x81, EXTENSIONS, 16, 104, 0 },
};

static void test_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		struct image image = { .big_endian = true };
		put_erf(&image, types[i].type, types[i].lead, types[i].lead_length, 1);
		struct error error = ERROR_INIT;
		struct source *source = open_image(&image, &error);
		assert_non_null(source);
		struct record record = next(source);
		assert_int_equal(record.link_type, types[i].link_type);
		assert_int_equal(record.captured_length, 61);
		assert_int_equal(record.original_length, 61);
		assert_int_equal(record.fcs_length, types[i].fcs_length);
		assert_int_equal(record.bytes[0], 1);
		source_close(source);
		text_finish(&image.text);
	}
}

static void put_record(struct image *image, uint8_t type, uint32_t fraction, uint16_t drops,
		       const char *packet)
{
	image->big_endian = false;
	put(image, (uint64_t)SAMPLE_START << 32 | fraction, 8);
	image->big_endian = true;
	put(image, type, 1);
	put(image, 2, 1);                       /* the third interface */
	put(image, 24, 2);
	put(image, drops, 2);
	put(image, 1000, 2);
	put_bytes(image, packet, 8);
}

static void test_fields(void **state)
{
	(void)state;
	struct image image = { .big_endian = true };
	put_record(&image, 1, 0x80000000, 3, "\xff\x03\0\x21PPP ");
	put_record(&image, 10, 1, 3, "\x0f\0\x08\0HDLC");
	put_record(&image, 48, 0, 0, "padding ");
	put_record(&image, 2, 0xffffffff, 9, "Ethernet");
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	assert_non_null(source);
	static const struct { int64_t time; uint32_t link_type, drops; } expected[] = {
		{ 500000000, LINKTYPE_PPP_HDLC, 3 },
		{ 0, LINKTYPE_C_HDLC, 0 },              /* the field holds a colour */
		{ 1000000000, LINKTYPE_ETHERNET, 9 },   /* rounded */
	};
	for (unsigned i = 0; i < 3; i++) {
		struct record record = next(source);
		assert_int_equal(record.time, SAMPLE_START * SAMPLE_SECOND + expected[i].time);
		assert_int_equal(record.link_type, expected[i].link_type);
		assert_int_equal(record.drop_count, expected[i].drops);
		assert_int_equal(record.original_length, 1000);
	}
	assert_int_equal(count_records(source), 0);
	assert_int_equal(source_report(source)->interface_count, 1);
	assert_string_equal(source_report(source)->interfaces[0].name, "C");
	source_close(source);
	text_finish(&image.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_fields),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
