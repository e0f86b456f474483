#include "source_image.h"

#include "source/linktype.h"

#define SECOND 1000000000LL

struct flavour {
	const char *name;
	uint32_t magic, major, minor;
	unsigned extra;          /* bytes behind the file header */
	unsigned record_header;
	bool nanoseconds, lengths_swapped;
	uint32_t network, link_type;
};

static const struct flavour flavours[] = {
	{ "libpcap", 0xa1b2c3d4, 2, 4, 0, 16, false, false, 1, 1 },
	{ "nanoseconds", 0xa1b23c4d, 2, 4, 0, 16, true, false, 1, 1 },
	{ "before 2.3", 0xa1b2c3d4, 2, 2, 0, 16, false, true, 1, 1 },
	{ "2.3, new order", 0xa1b2c3d4, 2, 3, 0, 16, false, false, 1, 1 },
	{ "2.3, old order", 0xa1b2c3d4, 2, 3, 0, 16, false, true, 1, 1 },
	{ "DG/UX", 0xa1b2c3d4, 543, 0, 0, 16, false, true, 1, 1 },
	{ "AIX Ethernet", 0xa1b2c3d4, 2, 2, 0, 16, true, true, 6, 1 },
	{ "AIX loopback", 0xa1b2c3d4, 2, 2, 0, 16, true, true, 24, 0 },
	{ "Kuznetsov, 1999-04-17", 0xa1b2c3d4, 2, 4, 0, 24, false, false, 1, 1 },
	{ "Kuznetsov, 1999-10-29", 0xa1b2cd34, 2, 4, 0, 24, false, false, 1, 1 },
	{ "Kuznetsov, 1999-09-15", 0xa1b2cd34, 2, 4, 0, 28, false, false, 1, 1 },
	{ "Nokia", 0xa1b2c3d4, 2, 4, 0, 20, false, false, 1, 1 },
	{ "Ixia hardware", 0x1c0001ac, 2, 4, 4, 16, true, false, 1, 1 },
	{ "Ixia software", 0x1c0001ab, 2, 4, 4, 16, false, false, 1, 1 },
	{ "raw IP of BSD", 0xa1b2c3d4, 2, 4, 0, 16, false, false, 12, 101 },
	{ "raw IP of OpenBSD", 0xa1b2c3d4, 2, 4, 0, 16, false, false, 14, 101 },
	{ "reserved bits set", 0xa1b2c3d4, 2, 4, 0, 16, false, false, 0x30000008, 8 },
};

static void put_flavour(struct image *image, const struct flavour *flavour, uint32_t seconds,
			uint32_t fraction, uint32_t captured, uint32_t original)
{
	put(image, seconds, 4);
	put(image, fraction, 4);
	put(image, flavour->lengths_swapped ? original : captured, 4);
	put(image, flavour->lengths_swapped ? captured : original, 4);
	if (flavour->record_header >= 24) {
		put(image, 2, 4);          /* interface */
		put(image, 0x0800, 2);     /* protocol */
		put(image, 4, 1);          /* PACKET_OUTGOING */
	}
	size_t written = flavour->record_header >= 24 ? 23 : 16;
	put_fill(image, 0, flavour->record_header - written);
	put_fill(image, 0xab, captured);
}

static void check_flavour(const struct flavour *flavour, bool big_endian, uint32_t count)
{
	struct image image = { .big_endian = big_endian };
	put_pcap_header(&image, flavour->magic, flavour->major, flavour->minor, 65535,
			flavour->network);
	put_fill(&image, 0, flavour->extra);
	for (uint32_t i = 0; i < count; i++)
		put_flavour(&image, flavour, 1000000000 + i, 7, 60 + i, 1000 + i);
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	assert_non_null(source);
	struct record record;
	for (uint32_t i = 0; i < count; i++) {
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		assert_int_equal(record.number, i + 1);
		assert_int_equal(record.time, (1000000000 + i) * SECOND +
						      (flavour->nanoseconds ? 7 : 7000));
		assert_int_equal(record.captured_length, 60 + i);
		assert_int_equal(record.original_length, 1000 + i);
		assert_int_equal(record.link_type, flavour->link_type);
		assert_int_equal(record.bytes[0], 0xab);
		assert_int_equal(record.bytes[59 + i], 0xab);
		assert_int_equal(record.direction, flavour->record_header >= 24
							   ? DIRECTION_OUTBOUND
							   : DIRECTION_UNKNOWN);
	}
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	const struct source_report *report = source_report(source);
	assert_int_equal(report->damage_total, 0);
	assert_string_equal(report->files[0].format, "pcap");
	assert_int_equal(report->files[0].packets, count);
	assert_int_equal(report->files[0].bytes, image.text.length);
	assert_int_equal(report->files[0].first_time / SECOND, 1000000000);
	assert_int_equal(report->files[0].last_time / SECOND, 1000000000 + count - 1);
	assert_int_equal(report->interface_count, 1);
	assert_int_equal(report->interfaces[0].packets, count);
	assert_int_equal(report->interfaces[0].snap_length, 65535);
	source_close(source);
	text_finish(&image.text);
}

static void test_flavours(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof flavours / sizeof *flavours; i++) {
		/* One or two packets must do to tell which flavour it is. */
		for (uint32_t count = 1; count <= 5; count += count == 2 ? 3 : 1) {
			check_flavour(&flavours[i], false, count);
			check_flavour(&flavours[i], true, count);
		}
	}
}

/* A file of the usual flavour that ends where the first packet of another would. */
static void test_cut_like_another_flavour(void **state)
{
	(void)state;
	for (unsigned left = 4; left <= 12; left += 4) {
		struct image image = { 0 };
		put_pcap_header(&image, 0xa1b2c3d4, 2, 4, 65535, 1);
		for (uint32_t i = 0; i < 2; i++)
			put_flavour(&image, &flavours[0], 1000000000 + i, 7, 60, 60);
		image.text.length -= 60 + 16 - left;
		struct error error = ERROR_INIT;
		struct source *source = open_image(&image, &error);
		struct record record;
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		assert_int_equal(record.offset, 24);
		assert_ptr_equal(record.bytes, image.text.bytes + 24 + 16);
		assert_int_equal(source_next(source, &record, &error), SOURCE_END);
		assert_int_equal(source_report(source)->damage_total, 1);
		source_close(source);
		text_finish(&image.text);
	}
}

static void make_plain(struct image *image, unsigned records)
{
	put_pcap_header(image, 0xa1b2c3d4, 2, 4, 262144, 1);
	for (uint32_t i = 0; i < records; i++)
		put_pcap_record(image, 1000000000 + i, i, 60 + i % 40);
}

static size_t plain_offset(unsigned record)
{
	size_t offset = 24;
	for (uint32_t i = 0; i < record; i++)
		offset += 16 + 60 + i % 40;
	return offset;
}

static void test_fcs_length(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	put_pcap_header(&image, 0xa1b2c3d4, 2, 4, 65535, 0x24000001);   /* 2 x 16 bits of FCS */
	put_pcap_record(&image, 1, 0, 64);
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	struct record record;
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.fcs_length, 4);
	assert_int_equal(record.link_type, LINKTYPE_ETHERNET);
	source_close(source);
	text_finish(&image.text);
}

/* Whatever the length of the file, exactly the whole records come out, and what is left is told. */
static void test_cut_anywhere(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	make_plain(&image, 8);
	unsigned whole = 0;
	for (size_t length = 24; length <= image.text.length; length++) {
		while (plain_offset(whole + 1) <= length)
			whole++;
		struct error error = ERROR_INIT;
		struct source *source = source_open_memory(image.text.bytes, length, "cut", NULL,
							   &error);
		assert_non_null(source);
		assert_int_equal(count_records(source), whole);
		const struct source_report *report = source_report(source);
		bool at_record = length == plain_offset(whole);
		assert_int_equal(report->damage_total, at_record ? 0 : 1);
		if (!at_record) {
			assert_true(report->damages[0].at_end);
			assert_false(report->damages[0].resynchronised);
			assert_int_equal(report->damages[0].offset, plain_offset(whole));
			assert_int_equal(report->damages[0].bytes_lost,
					 length - plain_offset(whole));
			assert_int_equal(report->damages[0].record_before, whole);
		}
		source_close(source);
	}
	for (size_t length = 4; length < 24; length++) {
		struct error error = ERROR_INIT;
		assert_null(source_open_memory(image.text.bytes, length, "cut", NULL, &error));
		assert_int_equal(error.code, ERROR_DAMAGED);
		assert_string_equal(error.file, "cut");
		assert_true(error.remedy[0] != '\0');
	}
	text_finish(&image.text);
}

struct spoil {
	const char *name;
	size_t from;              /* in record 10 */
	const char *bytes;
	size_t length;
	unsigned lost;            /* records */
};

/* Reads 30 records of which the bytes of record 10 were overwritten. */
static const struct spoil spoils[] = {
	{ "captured length absurd", 8, "\xff\xff\xff\xff", 4, 1 },
	{ "captured length 300000", 8, "\xe0\x93\x04\x00", 4, 1 },
	{ "captured length past the end of the file", 8, "\xff\xff\x00\x00", 4, 1 },
	{ "the whole header", 0, "\xde\xad\xbe\xef\xde\xad\xbe\xef\xde\xad\xbe\xef\xde\xad\xbe\xef",
	  16, 1 },
	{ "an empty packet of 1970", 0, "\0\x42\0\0\0\x42\0\0\0\0\0\0\0\0\0\0", 16, 1 },
	{ "a hole of zeros", 0, "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, 1 },
};

static void test_resynchronises(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof spoils / sizeof *spoils; i++) {
		struct image image = { .big_endian = false };
		make_plain(&image, 30);
		memcpy(image.text.bytes + plain_offset(10) + spoils[i].from, spoils[i].bytes,
		       spoils[i].length);
		struct error error = ERROR_INIT;
		struct source *source = open_image(&image, &error);
		assert_int_equal(count_records(source), 30 - spoils[i].lost);
		const struct source_report *report = source_report(source);
		assert_int_equal(report->damage_total, 1);
		assert_int_equal(report->damages[0].offset, plain_offset(10));
		assert_int_equal(report->damages[0].bytes_lost,
				 plain_offset(11) - plain_offset(10));
		assert_int_equal(report->damages[0].record_before, 10);
		assert_true(report->damages[0].resynchronised);
		assert_false(report->damages[0].at_end);
		assert_false(report->files[0].text_mode_damage);
		source_close(source);
		text_finish(&image.text);
	}
}

/* A piece of the file is missing, as after a failed copy: the record that was torn keeps its
 * length, the one that lost its header is given up, all behind come back. */
static void test_missing_piece(void **state)
{
	(void)state;
	struct image whole = { .big_endian = false }, image = { .big_endian = false };
	make_plain(&whole, 30);
	size_t from = plain_offset(10) + 30, to = plain_offset(12) + 20;
	put_bytes(&image, whole.text.bytes, from);
	put_bytes(&image, whole.text.bytes + to, whole.text.length - to);
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	uint64_t count = count_records(source);
	assert_in_range(count, 27, 28);
	assert_int_equal(source_report(source)->damage_total, 1);
	assert_true(source_report(source)->damages[0].resynchronised);
	source_close(source);
	text_finish(&whole.text);
	text_finish(&image.text);
}

static void test_odd_but_good(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	put_pcap_header(&image, 0xa1b2c3d4, 2, 4, 68, 1);
	put_pcap_record(&image, 10, 1000000, 60);      /* a second's worth of microseconds */
	put_pcap_record(&image, 10, 1999999, 60);
	put_pcap_record(&image, 12, 0, 1500);          /* longer than the snap length */
	put_pcap_record(&image, 12, 1, 1500);
	put_pcap_record(&image, 13, 0, 0);             /* nothing captured */
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	struct record record;
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.time, 11 * SECOND);
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.time, 11 * SECOND + 999999000);
	for (unsigned i = 0; i < 3; i++)
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.captured_length, 0);
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	assert_int_equal(source_report(source)->damage_total, 0);
	assert_int_equal(source_report(source)->snap_length_exceeded, 2);
	source_close(source);
	text_finish(&image.text);
}

/* FTP in ASCII mode: a carriage return before every line feed. */
static void test_text_mode(void **state)
{
	(void)state;
	struct image image = { .big_endian = false }, sent = { .big_endian = false };
	put_pcap_header(&image, 0xa1b2c3d4, 2, 4, 262144, 1);
	for (uint32_t i = 0; i < 100; i++)
		put_pcap_record(&image, 1000000000 + i, i, i % 20); /* full of line feeds */
	for (size_t i = 0; i < image.text.length; i++) {
		if (image.text.bytes[i] == '\n')
			put(&sent, '\r', 1);
		put(&sent, (uint8_t)image.text.bytes[i], 1);
	}
	struct error error = ERROR_INIT;
	struct source *source = open_image(&sent, &error);
	(void)count_records(source);
	assert_true(source_report(source)->damage_total > 0);
	assert_true(source_report(source)->files[0].text_mode_damage);
	source_close(source);
	assert_int_equal(count_image(&image), 100);
	text_finish(&image.text);
	text_finish(&sent.text);
}

static void test_headers_refused(void **state)
{
	(void)state;
	static const uint32_t versions[][2] = { { 1, 4 }, { 0, 0 }, { 3, 0 }, { 0x400, 0x200 } };
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++) {
		struct image image = { .big_endian = false };
		put_pcap_header(&image, 0xa1b2c3d4, versions[i][0], versions[i][1], 65535, 1);
		struct error error = ERROR_INIT;
		assert_null(open_image(&image, &error));
		assert_int_equal(error.code, ERROR_UNSUPPORTED);
		text_finish(&image.text);
	}
}

static void test_empty_trace(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	make_plain(&image, 0);
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	assert_int_equal(count_records(source), 0);
	assert_int_equal(source_report(source)->damage_total, 0);
	assert_true(source_report(source)->files[0].first_time == INT64_MIN);
	source_close(source);
	text_finish(&image.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flavours),
		cmocka_unit_test(test_cut_like_another_flavour),
		cmocka_unit_test(test_fcs_length),
		cmocka_unit_test(test_cut_anywhere),
		cmocka_unit_test(test_resynchronises),
		cmocka_unit_test(test_missing_piece),
		cmocka_unit_test(test_odd_but_good),
		cmocka_unit_test(test_text_mode),
		cmocka_unit_test(test_headers_refused),
		cmocka_unit_test(test_empty_trace),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
