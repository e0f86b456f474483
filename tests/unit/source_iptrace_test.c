/* AIX iptrace: interfaces, directions, and the bytes before FDDI frames. */
#include "source_samples.h"

static struct record next(struct source *source)
{
	struct record record;
	struct error error = ERROR_INIT;
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	return record;
}

static const struct {
	uint8_t type;
	uint32_t link_type;
	uint32_t lost;            /* bytes before the frame */
} types[] = {
	{ 6, 1, 0 }, { 7, 1, 0 }, { 9, 6, 0 }, { 15, 10, 3 }, { 24, 101, 0 }, { 12, 101, 0 },
	{ 61, 101, 0 }, { 199, 247, 0 }, { 23, 147, 0 },
};

static void test_types(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++) {
		for (unsigned version = 1; version <= 2; version++) {
			struct image image = { .big_endian = true };
			put_magic(&image, version == 1 ? "iptrace 1.0" : "iptrace 2.0", 11);
			put_iptrace(&image, 1, version == 1 ? 22 : 32, types[i].type);
			struct error error = ERROR_INIT;
			struct source *source = open_image(&image, &error);
			assert_non_null(source);
			struct record record = next(source);
			assert_int_equal(record.link_type, types[i].link_type);
			assert_int_equal(record.captured_length, 61 - types[i].lost);
			assert_int_equal(record.direction, DIRECTION_OUTBOUND);
			assert_string_equal(source_report(source)->interfaces[0].name, "en1");
			source_close(source);
			text_finish(&image.text);
		}
	}
}

/* Nanoseconds in version 2, and more interfaces than a machine can have. */
static void test_many_interfaces(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	iptrace_2_header(&image);
	for (unsigned i = 0; i < 300; i++) {
		size_t offset = image.text.length;
		put_iptrace(&image, i % 60, 32, 6);
		image.text.bytes[offset + 11] = (char)i;           /* unit */
		image.text.bytes[offset + 12] = i < 256 ? 'e' : 'f';
		image.text.bytes[offset + 39] = (char)i;           /* nanoseconds */
	}
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	assert_non_null(source);
	for (unsigned i = 0; i < 300; i++) {
		struct record record = next(source);
		assert_int_equal(record.interface, i < 256 ? i : 255);
		assert_int_equal(record.time % SAMPLE_SECOND, i & 0xff);
		assert_int_equal(record.direction, i % 60 % 2 ? DIRECTION_OUTBOUND : DIRECTION_INBOUND);
	}
	assert_int_equal(source_report(source)->interface_count, 256);
	assert_string_equal(source_report(source)->interfaces[17].name, "en17");
	source_close(source);
	text_finish(&image.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_many_interfaces),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
