#include "source_files.h"

#include "config.h"

#define RECORDS 20000

#ifdef HAVE_ZLIB
#include <zlib.h>

static void with_gzip(const struct text *from, struct text *to)
{
	z_stream z = { .next_in = (Bytef *)from->bytes, .avail_in = (uInt)from->length };
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	size_t room = deflateBound(&z, from->length);
	uint8_t *out = malloc(room);
	z.next_out = out;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	text_add_bytes(to, out, room - z.avail_out);
	deflateEnd(&z);
	free(out);
}
#endif

#ifdef HAVE_ZSTD
#include <zstd.h>

static void with_zstd(const struct text *from, struct text *to)
{
	size_t room = ZSTD_compressBound(from->length);
	uint8_t *out = malloc(room);
	ZSTD_CCtx *context = ZSTD_createCCtx();
	ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
	text_add_bytes(to, out, ZSTD_compress2(context, out, room, from->bytes, from->length));
	ZSTD_freeCCtx(context);
	free(out);
}
#endif

#ifdef HAVE_LZ4
#include <lz4frame.h>

static void with_lz4(const struct text *from, struct text *to)
{
	LZ4F_preferences_t preferences = {
		.frameInfo = { .contentChecksumFlag = LZ4F_contentChecksumEnabled },
	};
	size_t room = LZ4F_compressFrameBound(from->length, &preferences);
	uint8_t *out = malloc(room);
	text_add_bytes(to, out,
		       LZ4F_compressFrame(out, room, from->bytes, from->length, &preferences));
	free(out);
}
#endif

#ifdef HAVE_LZMA
#include <lzma.h>

static void with_xz(const struct text *from, struct text *to)
{
	size_t room = lzma_stream_buffer_bound(from->length), used = 0;
	uint8_t *out = malloc(room);
	assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL,
						 (const uint8_t *)from->bytes, from->length, out,
						 &used, room), LZMA_OK);
	text_add_bytes(to, out, used);
	free(out);
}
#endif

static const struct {
	const char *name;
	void (*pack)(const struct text *from, struct text *to);
} compressions[] = {
#ifdef HAVE_ZLIB
	{ "gzip", with_gzip },
#endif
#ifdef HAVE_ZSTD
	{ "zstd", with_zstd },
#endif
#ifdef HAVE_LZ4
	{ "lz4", with_lz4 },
#endif
#ifdef HAVE_LZMA
	{ "xz", with_xz },
#endif
	{ "none", NULL },
};

#define COMPRESSIONS (sizeof compressions / sizeof *compressions - 1)

/* A trace that does not compress away: lengths and bytes vary. */
static void make_trace(struct image *image)
{
	uint32_t noise = 1;
	put_pcap_header(image, 0xa1b2c3d4, 2, 4, 262144, 1);
	for (uint32_t i = 0; i < RECORDS; i++) {
		uint32_t length = 60 + i % 100;
		put(image, 1000000000 + i, 4);
		put(image, i, 4);
		put(image, length, 4);
		put(image, length, 4);
		for (uint32_t j = 0; j < length; j++) {
			noise = noise * 1664525 + 1013904223;
			put(image, j % 4 ? noise >> 24 : 0, 1);
		}
	}
}

static struct source *open_text(const struct text *text, const struct source_options *options)
{
	struct error error = ERROR_INIT;
	struct source *source = source_open_memory(text->bytes, text->length, "image", options,
						   &error);
	assert_non_null(source);
	return source;
}

/* From memory, and from a file, where a thread decompresses. */
static void test_round_trip(void **state)
{
	(void)state;
	struct folder folder;
	folder_make(&folder);
	struct image image = { .big_endian = false };
	make_trace(&image);
	for (size_t i = 0; i < COMPRESSIONS; i++) {
		struct text packed = { 0 };
		compressions[i].pack(&image.text, &packed);
		assert_true(packed.length < image.text.length);
		for (int from_file = 0; from_file < 2; from_file++) {
			struct error error = ERROR_INIT;
			const char *path = folder_write(&folder, "trace", packed.bytes,
							packed.length);
			struct source *source = from_file ? source_open(&path, 1, NULL, &error)
							  : open_text(&packed, NULL);
			assert_non_null(source);
			assert_int_equal(count_records(source), RECORDS);
			const struct source_report *report = source_report(source);
			assert_string_equal(report->files[0].compression, compressions[i].name);
			assert_string_equal(report->files[0].format, "pcap");
			assert_int_equal(report->files[0].bytes, image.text.length);
			assert_int_equal(report->damage_total, 0);
			uint64_t read, total;
			source_progress(source, &read, &total);
			assert_int_equal(read, packed.length);
			assert_int_equal(total, packed.length);
			source_close(source);
		}
		text_finish(&packed);
	}
	text_finish(&image.text);
	folder_remove(&folder);
}

/* Closing before the end must not hang or leak, wherever the thread is. */
static void test_close_early(void **state)
{
	(void)state;
	struct folder folder;
	folder_make(&folder);
	struct image image = { .big_endian = false };
	make_trace(&image);
	for (size_t i = 0; i < COMPRESSIONS; i++) {
		struct text packed = { 0 };
		struct error error = ERROR_INIT;
		struct record record;
		compressions[i].pack(&image.text, &packed);
		const char *path = folder_write(&folder, "trace", packed.bytes, packed.length);
		for (unsigned records = 0; records < 20000; records += 4000) {
			struct source *source = source_open(&path, 1, NULL, &error);
			for (unsigned j = 0; j < records; j++)
				assert_int_equal(source_next(source, &record, &error),
						 SOURCE_RECORD);
			source_close(source);
		}
		text_finish(&packed);
	}
	text_finish(&image.text);
	folder_remove(&folder);
}

/* Members and frames in a row, with the padding that tapes and xz leave, are one file. */
static void test_concatenated(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	make_trace(&image);
	for (size_t i = 0; i < COMPRESSIONS; i++) {
		struct text packed = { 0 }, part;
		for (size_t from = 0; from < image.text.length; from += 300001) {
			size_t length = image.text.length - from;
			part = (struct text){ .bytes = image.text.bytes + from,
					      .length = length < 300001 ? length : 300001 };
			compressions[i].pack(&part, &packed);
			text_add_bytes(&packed, "\0\0\0\0", 4);
		}
		struct source *source = open_text(&packed, NULL);
		assert_int_equal(count_records(source), RECORDS);
		assert_int_equal(source_report(source)->damage_total, 0);
		source_close(source);
		text_finish(&packed);
	}
	text_finish(&image.text);
}

static void test_skippable_frame(void **state)
{
	(void)state;
#ifdef HAVE_ZSTD
	struct image image = { .big_endian = false };
	struct text packed = { 0 };
	make_trace(&image);
	text_add_bytes(&packed, "\x5a\x2a\x4d\x18\x08\0\0\0whatever", 16);
	with_zstd(&image.text, &packed);
	struct source *source = open_text(&packed, NULL);
	assert_int_equal(count_records(source), RECORDS);
	assert_string_equal(source_report(source)->files[0].compression, "zstd");
	source_close(source);
	text_finish(&packed);
	text_finish(&image.text);
#endif
}

static void test_cut(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	make_trace(&image);
	for (size_t i = 0; i < COMPRESSIONS; i++) {
		struct text packed = { 0 };
		compressions[i].pack(&image.text, &packed);
		packed.length = packed.length * 2 / 3;
		struct source *source = open_text(&packed, NULL);
		uint64_t count = count_records(source);
		assert_in_range(count, RECORDS / 2, RECORDS * 3 / 4);
		const struct source_report *report = source_report(source);
		assert_int_equal(report->damage_total, 1);
		assert_true(report->damages[0].at_end);
		assert_string_equal(report->damages[0].reason,
				    "the compressed file ends too early");
		assert_int_equal(report->damages[0].record_before, count);
		source_close(source);
		text_finish(&packed);
	}
	text_finish(&image.text);
}

static void test_corrupt(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	make_trace(&image);
	for (size_t i = 0; i < COMPRESSIONS; i++) {
		struct text packed = { 0 };
		compressions[i].pack(&image.text, &packed);
		memset(packed.bytes + packed.length / 2, 0xff, 64);
		struct source *source = open_text(&packed, NULL);
		assert_true(count_records(source) < RECORDS);
		const struct source_report *report = source_report(source);
		assert_true(report->damage_total > 0);
		assert_non_null(
			strstr(report->damages[report->damage_count - 1].reason, "corrupt"));
		source_close(source);
		text_finish(&packed);
	}
	text_finish(&image.text);
}

static void test_followed_by_others(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	make_trace(&image);
	for (size_t i = 0; i < COMPRESSIONS; i++) {
		struct text packed = { 0 };
		compressions[i].pack(&image.text, &packed);
		text_add(&packed, "a mail signature");
		struct source *source = open_text(&packed, NULL);
		assert_int_equal(count_records(source), RECORDS);
		assert_int_equal(source_report(source)->damage_total, 1);
		assert_false(source_report(source)->damages[0].at_end);
		source_close(source);
		text_finish(&packed);
	}
	text_finish(&image.text);
}

static void test_limit(void **state)
{
	(void)state;
	struct image image = { .big_endian = false };
	const struct source_options options = { .max_decompressed = 500000 };
	make_trace(&image);
	for (size_t i = 0; i < COMPRESSIONS; i++) {
		struct text packed = { 0 };
		compressions[i].pack(&image.text, &packed);
		struct source *source = open_text(&packed, &options);
		assert_in_range(count_records(source), 3000, 5000);
		const struct source_report *report = source_report(source);
		assert_int_equal(report->files[0].bytes, 500000);
		assert_int_equal(report->damage_total, 1);
		assert_non_null(strstr(report->damages[0].reason, "limit"));
		source_close(source);
		text_finish(&packed);
	}
	text_finish(&image.text);
}

/* Nothing at all can be had: an error, and not an empty trace. */
static void test_nothing_inside(void **state)
{
	(void)state;
	static const struct { const char *bytes; size_t length; } broken[] = {
#ifdef HAVE_ZLIB
		{ "\x1f\x8b\x08", 3 },
		{ "\x1f\x8b\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 16 },
#endif
#ifdef HAVE_ZSTD
		{ "\x28\xb5\x2f\xfd\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 15 },
#endif
#ifdef HAVE_LZ4
		{ "\x04\x22\x4d\x18\xff\xff\xff\xff\xff\xff\xff\xff", 12 },
#endif
#ifdef HAVE_LZMA
		{ "\xfd" "7zXZ\0\xff\xff\xff\xff\xff\xff\xff", 13 },
#endif
		{ "", 0 },
	};
	for (size_t i = 0; i < sizeof broken / sizeof *broken; i++) {
		struct error error = ERROR_INIT;
		assert_null(
			source_open_memory(broken[i].bytes, broken[i].length, "x", NULL, &error));
		assert_int_equal(error.code, broken[i].length ? ERROR_DAMAGED : ERROR_NOT_A_TRACE);
		assert_true(error.remedy[0] != '\0');
	}
}

static void test_offered(void **state)
{
	(void)state;
	size_t count, found = 0;
	const struct source_format_info *infos = source_formats(&count);
	for (size_t i = 0; i < count; i++) {
		assert_true(infos[i].name[0] && infos[i].title[0]);
		found += infos[i].compression;
	}
	assert_int_equal(found, COMPRESSIONS);
	assert_ptr_equal(infos, source_formats(&count));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_close_early),
		cmocka_unit_test(test_concatenated),
		cmocka_unit_test(test_skippable_frame),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_corrupt),
		cmocka_unit_test(test_followed_by_others),
		cmocka_unit_test(test_limit),
		cmocka_unit_test(test_nothing_inside),
		cmocka_unit_test(test_offered),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
