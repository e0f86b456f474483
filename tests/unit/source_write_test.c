#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/text.h"
#include "source/linktype.h"
#include "source/source.h"
#include "source/write/pcap.h"
#include "source/write/pcapng.h"
#include "source/write/writers.h"
#include "source/zos.h"

#define SECOND 1000000000LL

struct file {                /* in the making, and then read */
	struct text bytes;
	struct sink_memory sink;
	struct writer *writer;
	struct source *source;
};

static const uint8_t frame[64] = { [0] = 2, [12] = 8, [14] = 0x45, [63] = 0xee };

static struct record make(int64_t time, uint32_t link_type, uint32_t interface)
{
	return (struct record){ .time = time, .link_type = link_type, .interface = interface, .bytes = frame,
		.captured_length = sizeof frame, .original_length = 1500 };
}

static void begin_pcapng(struct file *file, const struct source_report *report, int64_t time_step)
{
	const struct pcapng_writer_options options = { .time_step = time_step };
	*file = (struct file){ 0 };
	sink_memory_init(&file->sink, &file->bytes);
	file->writer = pcapng_writer_create(&file->sink.sink, report, &options);
}

static void put(struct file *file, const struct record *record)
{
	struct error error = ERROR_INIT;
	assert_true(writer_write(file->writer, record, &error));
}

static void read_back(struct file *file)
{
	const struct source_options options = { .keep_comments = true };
	struct error error = ERROR_INIT;
	assert_true(writer_finish(file->writer, &error));
	file->source = source_open_memory(file->bytes.bytes, file->bytes.length, "written", &options, &error);
	assert_non_null(file->source);
}

static void next(struct file *file, struct record *record)
{
	struct error error = ERROR_INIT;
	assert_int_equal(source_next(file->source, record, &error), SOURCE_RECORD);
	assert_int_equal(record->captured_length, sizeof frame);
	assert_memory_equal(record->bytes, frame, sizeof frame);
}

static void end(struct file *file)
{
	struct error error = ERROR_INIT;
	struct record record;
	assert_int_equal(source_next(file->source, &record, &error), SOURCE_END);
	assert_int_equal(source_report(file->source)->damage_total, 0);
	source_close(file->source);
	writer_destroy(file->writer);
	text_finish(&file->bytes);
}

static void test_pcapng_keeps_what_it_is_told(void **state)
{
	(void)state;
	static struct source_interface interfaces[] = {
		{ .link_type = 1, .snap_length = 96, .ticks_per_second = SECOND, .name = "eth0",
		  .description = "the left one", .filter = "tcp port 21", .received = 7,
		  .dropped_by_interface = 2, .dropped_by_system = 3, .has_statistics = true },
		{ .link_type = 101, .ticks_per_second = 1000000, .name = "tun0" },
	};
	static struct source_name names[] = { { "10.0.0.1", "one.example" }, { "2001:db8::1", "six.example" } };
	const struct source_report report = { .interfaces = interfaces, .interface_count = 2, .names = names,
		.name_count = 2, .hardware = "a box", .operating_system = "an OS", .application = "dumpcap" };
	struct file file;
	struct record record = make(1700000000 * SECOND + 123456789, 1, 0), read;
	record.comment = "first";
	record.comment_length = 5;
	record.direction = DIRECTION_OUTBOUND;
	record.drop_count = 9;
	record.fcs_length = 4;
	begin_pcapng(&file, &report, 0);
	put(&file, &record);
	record = make(1700000000 * SECOND + 5000, 101, 1);
	put(&file, &record);
	read_back(&file);
	next(&file, &read);
	assert_int_equal(read.time, 1700000000 * SECOND + 123456789);
	assert_int_equal(read.original_length, 1500);
	assert_int_equal(read.comment_length, 5);
	assert_memory_equal(read.comment, "first", 5);
	assert_int_equal(read.direction, DIRECTION_OUTBOUND);
	assert_int_equal(read.drop_count, 9);
	assert_int_equal(read.fcs_length, 4);
	next(&file, &read);
	assert_int_equal(read.interface, 1);
	assert_int_equal(read.link_type, 101);
	const struct source_report *again = source_report(file.source);
	struct error error = ERROR_INIT;
	assert_int_equal(source_next(file.source, &read, &error), SOURCE_END);
	assert_int_equal(again->interface_count, 2);
	for (int i = 0; i < 2; i++) {
		assert_string_equal(again->interfaces[i].name, interfaces[i].name);
		assert_string_equal(again->interfaces[i].description, interfaces[i].description);
		assert_string_equal(again->interfaces[i].filter, interfaces[i].filter);
		assert_int_equal(again->interfaces[i].snap_length, interfaces[i].snap_length);
		assert_int_equal(again->interfaces[i].ticks_per_second, interfaces[i].ticks_per_second);
	}
	assert_true(again->interfaces[0].has_statistics);
	assert_int_equal(again->interfaces[0].dropped_by_system, 3);
	assert_false(again->interfaces[1].has_statistics);
	assert_int_equal(again->name_count, 2);
	assert_string_equal(again->names[1].address, "2001:db8::1");
	assert_string_equal(again->hardware, "a box");
	assert_string_equal(again->operating_system, "an OS");
	assert_string_equal(again->application, "dumpcap");
	end(&file);
}

/* Every clock gives back the time that it gave; one that cannot hold a shifted time becomes finer. */
static void test_pcapng_clocks(void **state)
{
	(void)state;
	static const struct { uint64_t ticks; int64_t time, step; uint64_t written; } cases[] = {
		{ 1, 1700000000 * SECOND, 0, 1 },
		{ 1000, 1700000000 * SECOND + 123000000, 0, 1000 },
		{ 1000, 1700000000 * SECOND + 123000000, SECOND, 1000 },
		{ 1000, 1700000000 * SECOND + 123400000, 400000, SECOND },
		{ 1024, 1700000000 * SECOND + 976562, 0, 1024 },     /* one tick, rounded down */
		{ 1u << 20, 1700000000 * SECOND + 953, 0, 1u << 20 },
		{ (uint64_t)1 << 32, 1700000000 * SECOND + 7, 0, SECOND },
		{ 3, 1700000000 * SECOND + 7, 0, SECOND },
		{ 0, 1700000000 * SECOND + 7, 0, SECOND },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct source_interface interface = { .link_type = 1, .ticks_per_second = cases[i].ticks };
		const struct source_report report = { .interfaces = &interface, .interface_count = 1 };
		struct record record = make(cases[i].time, 1, 0), read;
		struct file file;
		begin_pcapng(&file, &report, cases[i].step);
		put(&file, &record);
		read_back(&file);
		next(&file, &read);
		assert_int_equal(read.time, cases[i].time);
		assert_int_equal(source_report(file.source)->interfaces[0].ticks_per_second,
				 cases[i].written);
		end(&file);
	}
}

static void test_pcapng_times_that_are_none(void **state)
{
	(void)state;
	struct source_interface interface = { .link_type = 1, .ticks_per_second = SECOND };
	const struct source_report report = { .interfaces = &interface, .interface_count = 1 };
	struct file file;
	struct record read, record = make(5 * SECOND, 1, 0);
	begin_pcapng(&file, &report, 0);
	put(&file, &record);
	record.time = INT64_MIN;
	put(&file, &record);                 /* cut: only an enhanced block can say so */
	record.time = -SECOND;
	put(&file, &record);
	record.time = INT64_MIN;
	record.original_length = sizeof frame;
	put(&file, &record);                 /* a simple block says all that there is */
	assert_int_equal(file.writer->report.without_time, 1);
	assert_int_equal(file.writer->report.times_lost, 1);
	read_back(&file);
	for (int i = 0; i < 3; i++) {
		next(&file, &read);
		assert_int_equal(read.time, 5 * SECOND);
	}
	next(&file, &read);
	assert_int_equal(read.time, INT64_MIN);
	end(&file);
}

/* z/OS delivers packets and socket data from one interface. */
static void test_pcapng_link_types_of_one_interface(void **state)
{
	(void)state;
	struct source_interface interface = { .link_type = LINKTYPE_RAW, .ticks_per_second = SECOND };
	const struct source_report report = { .interfaces = &interface, .interface_count = 1 };
	const uint32_t types[] = { LINKTYPE_RAW, LINKTYPE_ZOS_DATA, LINKTYPE_ETHERNET, LINKTYPE_ZOS_DATA,
		LINKTYPE_RAW, LINKTYPE_ETHERNET };
	const uint32_t expected[] = { LINKTYPE_RAW, LINKTYPE_USER0 + 5, LINKTYPE_ETHERNET, LINKTYPE_USER0 + 5,
		LINKTYPE_RAW, LINKTYPE_ETHERNET };
	struct file file;
	struct record read;
	begin_pcapng(&file, &report, 0);
	for (int i = 0; i < 6; i++) {
		struct record record = make(i * SECOND, types[i], 0);
		put(&file, &record);
	}
	read_back(&file);
	for (int i = 0; i < 6; i++) {
		next(&file, &read);
		assert_int_equal(read.link_type, expected[i]);
	}
	assert_int_equal(source_report(file.source)->interface_count, 3);
	end(&file);
}

static void test_pcapng_tells_what_zos_knows(void **state)
{
	(void)state;
	struct zos_record zos = { .format = ZOS_PACKET, .discard = 4114, .asid = 0x45, .name = "OSA\"4",
		.flags = ZOS_OUTBOUND, .trace_count = 17 };
	struct file file;
	struct record read, record = make(SECOND, LINKTYPE_RAW, 0);
	record.comment = "seen";
	record.comment_length = 4;
	record.zos = &zos;
	begin_pcapng(&file, NULL, 0);
	put(&file, &record);
	read_back(&file);
	next(&file, &read);
	/* Its words come back as what they say, and not as a comment. */
	assert_int_equal(read.comment_length, 4);
	assert_memory_equal(read.comment, "seen", 4);
	assert_non_null(read.zos);
	assert_int_equal(read.zos->discard, 4114);
	assert_string_equal(read.zos->discard_name, "IP_MAC_BRDCST");
	assert_string_equal(read.zos->name, "OSA'4");
	assert_int_equal(read.zos->asid, 0x45);
	assert_int_equal(read.zos->trace_count, 17);
	assert_int_equal(read.zos->flags, ZOS_OUTBOUND);
	end(&file);
}

static struct writer *begin_pcap(struct file *file, const struct source_report *report, int64_t time_step)
{
	const struct pcap_writer_options options = { .time_step = time_step };
	*file = (struct file){ 0 };
	sink_memory_init(&file->sink, &file->bytes);
	file->writer = pcap_writer_create(&file->sink.sink, report, &options);
	return file->writer;
}

static void test_pcap_clocks_and_losses(void **state)
{
	(void)state;
	static const struct { uint64_t ticks; int64_t time, step; uint64_t written; } cases[] = {
		{ 1000000, SECOND + 5000, 0, 1000000 }, { SECOND, SECOND + 5001, 0, SECOND },
		{ 1000, SECOND + 5001, 1, SECOND },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct source_interface interface = { .link_type = 1, .ticks_per_second = cases[i].ticks };
		const struct source_report report = { .interfaces = &interface, .interface_count = 1 };
		struct file file;
		struct record read, record = make(cases[i].time, 1, 0);
		record.comment = "lost";
		record.comment_length = 4;
		record.direction = DIRECTION_INBOUND;
		record.fcs_length = 4;
		begin_pcap(&file, &report, cases[i].step);
		put(&file, &record);
		assert_int_equal(file.writer->report.comments_lost, 1);
		assert_int_equal(file.writer->report.directions_lost, 1);
		read_back(&file);
		next(&file, &read);
		assert_int_equal(read.time, cases[i].time);
		assert_int_equal(read.fcs_length, 4);
		assert_int_equal(source_report(file.source)->interfaces[0].ticks_per_second,
				 cases[i].written);
		end(&file);
	}
}

static void test_pcap_refuses_a_second_link_type(void **state)
{
	(void)state;
	struct file file;
	struct error error = ERROR_INIT;
	struct record record = make(SECOND, LINKTYPE_ETHERNET, 0);
	begin_pcap(&file, NULL, 0);
	put(&file, &record);
	record.link_type = LINKTYPE_RAW;
	assert_false(writer_write(file.writer, &record, &error));
	assert_int_equal(error.code, ERROR_USAGE);
	assert_non_null(strstr(error.message, "(EN10MB, RAW)"));
	assert_non_null(strstr(error.remedy, "pcapng"));
	writer_destroy(file.writer);
	text_finish(&file.bytes);
}

static void test_files_without_packets(void **state)
{
	(void)state;
	const struct writer_options options = { .application = "test" };
	for (unsigned i = 0; writer_format(i); i++) {
		struct file file = { 0 };
		struct error error = ERROR_INIT;
		sink_memory_init(&file.sink, &file.bytes);
		file.writer = writer_format(i)->create(&file.sink.sink, NULL, &options);
		assert_true(writer_finish(file.writer, &error));
		if (strcmp(writer_format(i)->name, "ctrace") != 0) {
			file.source = source_open_memory(file.bytes.bytes, file.bytes.length, "empty", NULL,
							 &error);
			assert_non_null(file.source);
			end(&file);
			continue;
		}
		writer_destroy(file.writer);
		text_finish(&file.bytes);
	}
}

static void test_formats_by_name(void **state)
{
	(void)state;
	static const struct { const char *path, *format; } cases[] = {
		{ "a.pcapng", "pcapng" }, { "dir.pcap/a.PCAP", "pcap" }, { "a.cap", "pcap" },
		{ "x.ctrace", "ctrace" }, { "a", NULL }, { "a.pcap.gz", NULL }, { "pcap", NULL },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		const struct writer_format *format = writer_format_of_path(cases[i].path);
		if (cases[i].format)
			assert_string_equal(format->name, cases[i].format);
		else
			assert_null(format);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pcapng_keeps_what_it_is_told),
		cmocka_unit_test(test_pcapng_clocks),
		cmocka_unit_test(test_pcapng_times_that_are_none),
		cmocka_unit_test(test_pcapng_link_types_of_one_interface),
		cmocka_unit_test(test_pcapng_tells_what_zos_knows),
		cmocka_unit_test(test_pcap_clocks_and_losses),
		cmocka_unit_test(test_pcap_refuses_a_second_link_type),
		cmocka_unit_test(test_files_without_packets),
		cmocka_unit_test(test_formats_by_name),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
