/* Several files as one trace. */
#include "source_files.h"

#include <sys/resource.h>
#include <sys/stat.h>

#define SECOND 1000000000LL

/* A pcap file with one record at each of the seconds, its length telling which file it is. */
static char *write_seconds(struct folder *folder, unsigned number, const uint32_t *seconds,
			   size_t count)
{
	struct image image = { .big_endian = number % 2 };
	char name[32];
	put_pcap_header(&image, 0xa1b2c3d4, 2, 4, 65535, 1);
	for (size_t i = 0; i < count; i++)
		put_pcap_record(&image, seconds[i], 0, 60 + number);
	snprintf(name, sizeof name, "trace%u", number);
	char *path = strdup(folder_write(folder, name, image.text.bytes, image.text.length));
	text_finish(&image.text);
	return path;
}

struct expected {
	uint32_t seconds;
	uint16_t file;
};

static void check(char *const *paths, size_t files, const struct expected *expected, size_t count)
{
	struct error error = ERROR_INIT;
	struct source *source = source_open((const char *const *)paths, files, NULL, &error);
	struct record record;
	assert_non_null(source);
	for (size_t i = 0; i < count; i++) {
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		assert_int_equal(record.number, i + 1);
		assert_int_equal(record.time, expected[i].seconds * SECOND);
		assert_int_equal(record.file, expected[i].file);
		assert_int_equal(record.captured_length, 60 + expected[i].file);
		assert_int_equal(record.bytes[0], 60 + expected[i].file);
		const struct source_report *report = source_report(source);
		assert_int_equal(report->interfaces[record.interface].file, expected[i].file);
	}
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	for (size_t i = 0; i < files; i++)
		assert_string_equal(source_report(source)->files[i].path, paths[i]);
	uint64_t read, total;
	source_progress(source, &read, &total);
	assert_int_equal(read, total);
	source_close(source);
}

static void test_order(void **state)
{
	(void)state;
	struct folder folder;
	folder_make(&folder);
	char *paths[] = {
		write_seconds(&folder, 0, (uint32_t[]){ 20, 21, 30, 30 }, 4),
		write_seconds(&folder, 1, (uint32_t[]){ 10, 20, 29, 28 /* back */, 40 }, 5),
		write_seconds(&folder, 2, NULL, 0),
		write_seconds(&folder, 3, (uint32_t[]){ 30, 50 }, 2),
	};
	static const struct expected expected[] = {
		{ 10, 1 }, { 20, 0 }, { 20, 1 }, { 21, 0 }, { 29, 1 }, { 28, 1 },
		{ 30, 0 }, { 30, 0 }, { 30, 3 }, { 40, 1 }, { 50, 3 },
	};
	check(paths, 4, expected, sizeof expected / sizeof *expected);
	for (size_t i = 0; i < 4; i++)
		free(paths[i]);
	folder_remove(&folder);
}

/* A single file is delivered as it is, whatever its times. */
static void test_single_file_keeps_its_order(void **state)
{
	(void)state;
	struct folder folder;
	folder_make(&folder);
	char *path = write_seconds(&folder, 0, (uint32_t[]){ 20, 10, 30 }, 3);
	static const struct expected expected[] = { { 20, 0 }, { 10, 0 }, { 30, 0 } };
	check(&path, 1, expected, 3);
	free(path);
	folder_remove(&folder);
}

/* More rotated files than may be open at once, given in the wrong order. */
static void test_many_files_few_descriptors(void **state)
{
	(void)state;
	enum { FILES = 300 };
	struct folder folder;
	char *paths[FILES];
	struct expected expected[2 * FILES];
	struct rlimit before, few = { 24, 24 };
	folder_make(&folder);
	for (unsigned i = 0; i < FILES; i++) {
		uint32_t first = 1000 + 2 * (FILES - i);
		paths[i] = write_seconds(&folder, i, (uint32_t[]){ first, first + 1 }, 2);
		expected[2 * (FILES - 1 - i)] = (struct expected){ first, (uint16_t)i };
		expected[2 * (FILES - 1 - i) + 1] = (struct expected){ first + 1, (uint16_t)i };
	}
	getrlimit(RLIMIT_NOFILE, &before);
	few.rlim_max = before.rlim_max;
	setrlimit(RLIMIT_NOFILE, &few);
	struct error error = ERROR_INIT;
	struct source *source = source_open((const char *const *)paths, FILES, NULL, &error);
	assert_non_null(source);
	struct record record;
	for (size_t i = 0; i < 2 * FILES; i++) {
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		assert_int_equal(record.time, expected[i].seconds * SECOND);
		assert_int_equal(record.file, expected[i].file);
	}
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	assert_int_equal(source_report(source)->interface_count, FILES);
	source_close(source);
	setrlimit(RLIMIT_NOFILE, &before);
	for (unsigned i = 0; i < FILES; i++)
		free(paths[i]);
	folder_remove(&folder);
}

static void test_one_is_unreadable(void **state)
{
	(void)state;
	struct folder folder;
	folder_make(&folder);
	char *good = write_seconds(&folder, 0, (uint32_t[]){ 1, 2 }, 2);
	char *bad = strdup(folder_write(&folder, "notes.txt", "not a trace\n", 12));
	struct error error = ERROR_INIT;
	assert_null(source_open((const char *const[]){ good, bad }, 2, NULL, &error));
	assert_int_equal(error.code, ERROR_NOT_A_TRACE);
	assert_string_equal(error.file, bad);
	assert_null(source_open((const char *const[]){ good, "/nowhere/x.pcap" }, 2, NULL, &error));
	free(good);
	free(bad);
	folder_remove(&folder);
}

/* A file that vanishes between the first look and its turn. */
static void test_one_vanishes(void **state)
{
	(void)state;
	struct folder folder;
	folder_make(&folder);
	char *first = write_seconds(&folder, 0, (uint32_t[]){ 1, 2 }, 2);
	char *second = write_seconds(&folder, 1, (uint32_t[]){ 5, 6 }, 2);
	struct error error = ERROR_INIT;
	struct source *source = source_open((const char *const[]){ first, second }, 2, NULL,
					    &error);
	struct record record;
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	unlink(second);
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(source_next(source, &record, &error), SOURCE_ERROR);
	assert_int_equal(error.code, ERROR_OPEN);
	assert_string_equal(error.file, second);
	source_close(source);
	free(first);
	free(second);
	folder_remove(&folder);
}

/* A named pipe cannot be looked into twice; it takes part all the same. */
static void test_pipe_among_files(void **state)
{
	(void)state;
	struct folder folder;
	folder_make(&folder);
	char *file = write_seconds(&folder, 0, (uint32_t[]){ 2, 4 }, 2);
	struct image image = { .big_endian = false };
	put_pcap_header(&image, 0xa1b2c3d4, 2, 4, 65535, 1);
	put_pcap_record(&image, 1, 0, 61);
	put_pcap_record(&image, 3, 0, 61);
	char *pipe_path = strdup(folder_file(&folder, "pipe"));
	assert_int_equal(mkfifo(pipe_path, 0600), 0);
	FILE *both = fopen(pipe_path, "r+b");   /* keeps the opening from waiting */
	assert_non_null(both);
	assert_int_equal(fwrite(image.text.bytes, 1, image.text.length, both), image.text.length);
	fflush(both);
	struct error error = ERROR_INIT;
	struct source *source = source_open((const char *const[]){ file, pipe_path }, 2, NULL,
					    &error);
	assert_non_null(source);
	fclose(both);
	struct record record;
	for (unsigned i = 1; i <= 4; i++) {
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		assert_int_equal(record.time, i * SECOND);
		assert_int_equal(record.file, i % 2);
	}
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	uint64_t read, total;
	source_progress(source, &read, &total);
	assert_int_equal(total, 0);
	source_close(source);
	text_finish(&image.text);
	free(file);
	free(pipe_path);
	folder_remove(&folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_single_file_keeps_its_order),
		cmocka_unit_test(test_many_files_few_descriptors),
		cmocka_unit_test(test_one_is_unreadable),
		cmocka_unit_test(test_one_vanishes),
		cmocka_unit_test(test_pipe_among_files),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
