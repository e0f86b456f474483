/* Which format a file has, and what is said of files that have none. */
#include "source_files.h"
#include "source_samples.h"

#include <sys/stat.h>

#include "source/format.h"

static void make_pcap(struct image *image, uint32_t magic)
{
	put_pcap_header(image, magic, 2, 4, 65535, 1);
	put_pcap_record(image, 1, 0, 60);
}

static void make_pcapng(struct image *image)
{
	put_section(image);
	put_interface(image, 1, 0, 6, 0);
	put_packet(image, 0, 1, 60, NULL);
}

/* How many formats claim the file most surely, and the last of them. */
static unsigned claims(const struct image *image, const char **name)
{
	size_t count;
	const struct source_format *const *all = formats(&count);
	unsigned claimed = 0;
	enum probe surest = PROBE_PERHAPS;
	for (size_t i = 0; i < count; i++) {
		enum probe sure = all[i]->probe(
			cursor_make(image->text.bytes, image->text.length, FORMAT_PROBE));
		if (sure < surest)
			continue;
		claimed = sure > surest ? 1 : claimed + 1;
		surest = sure;
		*name = all[i]->name;
	}
	return claimed;
}

/* Every sample has exactly one format that claims it, also when only its first bytes are there. */
static void test_one_probe_wins(void **state)
{
	(void)state;
	static const uint32_t magics[] = { 0xa1b2c3d4, 0xa1b23c4d, 0xa1b2cd34, 0x1c0001ac,
					   0x1c0001ab };
	for (unsigned i = 0; i < 2 * 6; i++) {
		struct image image = { .big_endian = i % 2 };
		const char *name = "none";
		if (i / 2 < 5)
			make_pcap(&image, magics[i / 2]);
		else
			make_pcapng(&image);
		for (size_t length = 4; length <= image.text.length; length++) {
			struct image cut = image;
			cut.text.length = length;
			assert_int_equal(claims(&cut, &name), 1);
			assert_string_equal(name, i / 2 < 5 ? "pcap" : "pcapng");
		}
		text_finish(&image.text);
	}
}

/* The same for the other formats. What is shorter than their magic number may belong to nobody yet. */
static void test_one_probe_wins_samples(void **state)
{
	(void)state;
	for (size_t i = 0; i < SAMPLE_COUNT; i++) {
		struct image image;
		size_t ends[SAMPLE_PACKETS + 1];
		sample_make(&samples[i], &image, ends);
		size_t known = samples[i].known_after ? ends[1] : 4;
		for (size_t length = 1; length <= image.text.length; length++) {
			struct image cut = image;
			const char *name = samples[i].format;
			cut.text.length = length;
			assert_int_equal(claims(&cut, &name), length >= known);
			assert_string_equal(name, samples[i].format);
		}
		text_finish(&image.text);
	}
}

static void test_nobody_claims_noise(void **state)
{
	(void)state;
	const char *name;
	uint64_t seed = 1;
	for (unsigned i = 0; i < 20000; i++) {
		struct image image = { .big_endian = false };
		for (unsigned j = 0; j < 8; j++) {
			seed = seed * 6364136223846793005u + 1442695040888963407u;
			put(&image, seed >> 24, 4);
		}
		assert_int_equal(claims(&image, &name), 0);
		text_finish(&image.text);
	}
}

static const struct {
	const char *bytes;
	size_t length;
	enum error_code code;
	const char *says;
} strangers[] = {
	{ "", 0, ERROR_NOT_A_TRACE, "empty: nothing was recorded" },
	{ "12:00:01 IP a > b: Flags [S]\n", 29, ERROR_NOT_A_TRACE, "this is text, not a trace" },
	{ "Gr\xc3\xbc\xc3\x9f" "e\r\n", 9, ERROR_NOT_A_TRACE, "this is text, not a trace" },
	{ "PK\3\4 and so on", 14, ERROR_NOT_A_TRACE, "this is a zip archive" },
	{ "snoop\0\0\0\0\0\0\2\0\0\0", 15, ERROR_DAMAGED, "snoop file ends inside its header" },
	{ "snoop\0\0\0\0\0\0\7\0\0\0\4", 16, ERROR_UNSUPPORTED, "snoop version 7" },
	{ "TRSNIFF data    \x1a", 17, ERROR_DAMAGED, "Sniffer trace ends inside its header" },
	{ "\0\0\0\0TRSNIFF data    \x1a", 21, ERROR_NOT_A_TRACE, "record lengths between" },
	{ "XCP\0" "001.100", 12, ERROR_DAMAGED, "ends inside its header" },
	{ "iptrace 2", 9, ERROR_DAMAGED, "iptrace file ends inside its header" },
	{ "GMBU\0\2", 6, ERROR_DAMAGED, "Network Monitor trace ends inside its header" },
	{ "\1\2\3\4\5\6\7", 7, ERROR_NOT_A_TRACE,
		"no trace format begins with the bytes 01 02 03 04 05 06 07" },
	{ "\0", 1, ERROR_NOT_A_TRACE, "no trace format begins with the bytes 00" },
	{ "\xd4\xc3\xb2\xa1\2\0\4", 7, ERROR_DAMAGED, "ends inside its header" },
	{ "\n\r\r\n\x1c\0\0\0\xff\xff\xff\xff\1\0\0\0\0\0\0\0\0\0\0\0\x1c\0\0\0", 28, ERROR_DAMAGED,
		"no byte order" },
};

static void test_refusals(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++) {
		struct error error = ERROR_INIT;
		assert_null(source_open_memory(strangers[i].bytes, strangers[i].length, "some/file",
					       NULL, &error));
		assert_int_equal(error.code, strangers[i].code);
		assert_non_null(strstr(error.message, strangers[i].says));
		assert_string_equal(error.file, "some/file");
		assert_true(error.remedy[0] != '\0');
	}
}

static void check_path(const char *path, enum error_code code, const char *says)
{
	struct error error = ERROR_INIT;
	assert_null(source_open(&path, 1, NULL, &error));
	assert_int_equal(error.code, code);
	assert_non_null(strstr(error.message, says));
	assert_string_equal(error.file, path);
	assert_true(error.remedy[0] != '\0');
}

static void test_paths(void **state)
{
	(void)state;
	struct folder folder;
	folder_make(&folder);
	check_path(folder.path, ERROR_OPEN, "it is a directory");
	check_path(folder_file(&folder, "nothing.pcap"), ERROR_OPEN, "no such file");
	check_path(folder_write(&folder, "empty", "", 0), ERROR_NOT_A_TRACE, "empty");
	check_path(folder_write(&folder, "text", "hello\n", 6), ERROR_NOT_A_TRACE, "text");
	folder_write(&folder, "secret", "hello\n", 6);
	chmod(folder.file, 0);
	if (geteuid() != 0)   /* root may read everything */
		check_path(folder.file, ERROR_OPEN, "no permission");
	folder_remove(&folder);
	struct error error = ERROR_INIT;
	assert_null(source_open(NULL, 0, NULL, &error));
	assert_int_equal(error.code, ERROR_USAGE);
}

/* Both formats come through a pipe that is written packet by packet: what is there is delivered
 * before more comes. */
static void test_pipe_delivers_at_once(void **state)
{
	(void)state;
	for (int ng = 0; ng < 2; ng++) {
		struct image head = { .big_endian = false }, packet = { .big_endian = false };
		if (ng)
			make_pcapng(&head);
		else
			make_pcap(&head, 0xa1b2c3d4);
		if (ng)
			put_packet(&packet, 0, 2, 70, NULL);
		else
			put_pcap_record(&packet, 2, 0, 70);
		int ends[2];
		assert_int_equal(pipe(ends), 0);
		char path[32];
		snprintf(path, sizeof path, "/dev/fd/%d", ends[0]);
		assert_int_equal(write(ends[1], head.text.bytes, head.text.length),
				 head.text.length);
		struct error error = ERROR_INIT;
		struct record record;
		const char *paths[] = { path };
		struct source *source = source_open(paths, 1, NULL, &error);
		assert_non_null(source);
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		assert_int_equal(record.captured_length, 60);
		for (unsigned i = 0; i < 5; i++) {
			assert_int_equal(write(ends[1], packet.text.bytes, packet.text.length),
					 packet.text.length);
			assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
			assert_int_equal(record.captured_length, 70);
			assert_int_equal(record.bytes[69], 70);
		}
		close(ends[1]);
		assert_int_equal(source_next(source, &record, &error), SOURCE_END);
		source_close(source);
		close(ends[0]);
		text_finish(&head.text);
		text_finish(&packet.text);
	}
}

static void test_link_type_names(void **state)
{
	(void)state;
	assert_string_equal(link_type_name(1), "EN10MB");
	assert_string_equal(link_type_name(101), "RAW");
	assert_string_equal(link_type_name(113), "LINUX_SLL");
	assert_string_equal(link_type_name(127), "IEEE802_11_RADIO");
	assert_string_equal(link_type_name(276), "LINUX_SLL2");
	assert_null(link_type_name(17));
	assert_null(link_type_name(100000));
	assert_null(link_type_name(UINT32_MAX));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_probe_wins),
		cmocka_unit_test(test_one_probe_wins_samples),
		cmocka_unit_test(test_nobody_claims_noise),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_paths),
		cmocka_unit_test(test_pipe_delivers_at_once),
		cmocka_unit_test(test_link_type_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
