/* z/OS CTRACE: what the writer writes is read again, from every container and after every kind of damage. */
#include "source_files.h"

#include "core/cursor.h"
#include "source/linktype.h"
#include "source/write/ctrace.h"
#include "source/write/pcapng.h"
#include "source/zos.h"

/* The worked examples of the format's description (../shared/docs/zos-ctrace.md, 9.1 and 9.2). */
static const char discarded_hex[] =
	"00bc001000000004c73bc996ddb95000005c00002700004ed6e2c4d340404040"
	"4040404040404040c73bc996ddb9500000000000000000000000ffffac1d6009"
	"00000000000000000000ffffac1dbfff00890089034061b20011000000000000"
	"004f004e00000009101200004500004e78b70000521177a4ac1d6009ac1dbfff"
	"00890089003a000084e201100001000000000000204649464146474 54a464345"
	"48454a454f434143414341434143414341434141410000 20000100bc";
static const char data_hex[] =
	"0074001000000005c45ffffe509e0000005c000100000005e4e2c5d9f1f24040"
	"0201060100000058c45ffffe509e000000000000000000000000ffff0a010102"
	"00000000000000000000ffff0a0100022263a1c80000000700060000007aee88"
	"01f60005000000000000000068656c6c6f000074";

static size_t from_hex(const char *hex, uint8_t *to)
{
	size_t digits = 0;
	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		uint8_t value = (uint8_t)(*hex <= '9' ? *hex - '0' : *hex - 'a' + 10);
		to[digits / 2] = (uint8_t)(digits % 2 ? to[digits / 2] << 4 | value : value);
		digits++;
	}
	return digits / 2;
}

static struct source *open_bytes(const void *bytes, size_t length)
{
	struct error error = ERROR_INIT;
	struct source *source = source_open_memory(bytes, length, "trace", NULL, &error);
	if (!source)
		print_error("%s\n", error.message);
	return source;
}

/* Any packets: IPv4 and IPv6, odd and even lengths, 40 bytes to 9 KB, and a few that need segments. */
struct sample {
	struct record record;
	struct zos_record zos;
	uint8_t *bytes;
};

static uint64_t random_of(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static void fill_ip(uint8_t *bytes, size_t length, bool version6, uint64_t *seed)
{
	for (size_t i = 0; i < length; i++)
		bytes[i] = (uint8_t)random_of(seed);
	if (version6) {
		bytes[0] = 0x60;
		bytes[6] = 17;
		return;
	}
	bytes[0] = 0x45;
	bytes[2] = (uint8_t)(length >> 8);
	bytes[3] = (uint8_t)length;
	bytes[6] = bytes[7] = 0;
	bytes[9] = 6;
	bytes[32] = 0x50;
}

static const char *const names[] = { "OSDL", "OSDB", "LOOPBACK", "IQDIOLNKAC1D6009", "EZASAMEMVS" };

static void make_sample(struct sample *sample, unsigned number, uint64_t *seed)
{
	size_t length = number % 50 == 17 ? 66000 + random_of(seed) % 70000
					  : 40 + random_of(seed) % (number % 7 ? 1500 : 9000);
	bool version6 = number % 5 == 3;
	struct zos_record *zos = &sample->zos;
	sample->bytes = calloc(1, length);
	*zos = (struct zos_record){ .format = ZOS_PACKET, .segments = 1, .device_type = 39 };
	zos->format = number % 11 == 4 ? ZOS_DATA : ZOS_PACKET;
	zos->flags = number % 2 ? ZOS_OUTBOUND : 0;
	zos->capture_tod = zos_tod_from_time(1700000000000000000 + number * 1000003LL, 0);
	zos->buffer_tod = zos->capture_tod + 4096 * 7;
	zos->traced_length = (uint32_t)length;
	zos->packet_length = (uint16_t)(length < 65535 ? length : 65535);
	zos_text_to_ebcdic(names[number % 5], zos->raw_name, 16);
	if (zos->format == ZOS_DATA) {
		uint8_t rest[8] = { 2, 1, 6, (uint8_t)(number % 3), 0, 0, 1, (uint8_t)number };
		memcpy(zos->raw_name + 8, rest, 8);
		random_of(seed);
		memset(sample->bytes, (int)number, length);
	} else {
		fill_ip(sample->bytes, length, version6, seed);
	}
	zos->source = version6 ? address_ipv6(sample->bytes + 8) : address_ipv4(sample->bytes + 12);
	zos->destination = version6 ? address_ipv6(sample->bytes + 24) : address_ipv4(sample->bytes + 16);
	zos->source_port = (uint16_t)number;
	zos->destination_port = 443;
	zos->trace_count = 191128 + number;
	zos->protocol = 6;
	zos->vlan = (uint16_t)(number % 3 ? 0 : 77);
	zos->tcb = 0x7aee88;
	zos->asid = 0x4f;
	zos->interface_index = number % 5 + 1;
	zos->discard = (uint16_t)(number % 13 ? 0 : 4114);
	zos->offload_segment_length = (uint16_t)(number % 4 ? 0 : 1460);
	sample->record = (struct record){
		.time = zos_time_from_tod(zos->capture_tod, 0),
		.link_type = zos->format == ZOS_DATA ? LINKTYPE_ZOS_DATA : LINKTYPE_RAW,
		.captured_length = (uint32_t)length, .original_length = (uint32_t)length,
		.bytes = sample->bytes, .zos = zos,
		.direction = number % 2 ? DIRECTION_OUTBOUND : DIRECTION_INBOUND,
	};
}

struct samples { struct sample *list; unsigned count; };

static void make_samples(struct samples *samples, unsigned count)
{
	uint64_t seed = 42;
	samples->list = calloc(count, sizeof *samples->list);
	samples->count = count;
	for (unsigned i = 0; i < count; i++)
		make_sample(&samples->list[i], i, &seed);
}

static void free_samples(struct samples *samples)
{
	for (unsigned i = 0; i < samples->count; i++)
		free(samples->list[i].bytes);
	free(samples->list);
}

static void write_samples(const struct samples *samples, const struct ctrace_writer_options *options,
			  struct text *to)
{
	struct sink_memory sink;
	struct error error = ERROR_INIT;
	sink_memory_init(&sink, to);
	struct writer *writer = ctrace_writer_create(&sink.sink, NULL, options);
	for (unsigned i = 0; i < samples->count; i++)
		assert_true(writer_write(writer, &samples->list[i].record, &error));
	assert_true(writer_finish(writer, &error));
	assert_int_equal(writer->report.written, samples->count);
	writer_destroy(writer);
}

static void compare(const struct record *got, const struct sample *sample)
{
	const struct record *want = &sample->record;
	const struct zos_record *zos = got->zos, *said = &sample->zos;
	assert_non_null(zos);
	assert_int_equal(got->time, want->time);
	assert_int_equal(got->captured_length, want->captured_length);
	assert_int_equal(got->original_length, want->original_length);
	assert_memory_equal(got->bytes, want->bytes, want->captured_length);
	assert_int_equal(got->direction, want->direction);
	assert_int_equal(zos->format, said->format);
	assert_int_equal(zos->buffer_tod, said->buffer_tod);
	assert_int_equal(zos->capture_tod, said->capture_tod);
	assert_int_equal(zos->device_type, said->device_type);
	assert_int_equal(zos->flags, said->flags);
	assert_int_equal(got->link_type, want->link_type);
	assert_memory_equal(zos->raw_name, said->raw_name, 16);
	assert_true(address_equal(&zos->source, &said->source));
	assert_true(address_equal(&zos->destination, &said->destination));
	assert_int_equal(zos->source_port, said->source_port);
	assert_int_equal(zos->destination_port, said->destination_port);
	assert_int_equal(zos->trace_count, said->trace_count);
	assert_int_equal(zos->protocol, said->protocol);
	assert_int_equal(zos->vlan, said->vlan);
	assert_int_equal(zos->tcb, said->tcb);
	assert_int_equal(zos->asid, said->asid);
	assert_int_equal(zos->packet_length, said->packet_length);
	assert_int_equal(zos->interface_index, said->interface_index);
	assert_int_equal(zos->discard, said->discard);
	assert_int_equal(zos->offload_segment_length, said->offload_segment_length);
	assert_false(zos->incomplete);
}

/* Segmented packets come when their last segment does, all others in the order of the file: as nothing
 * else is between segments here, that is the order of writing. */
static void check_samples(const struct samples *samples, const struct text *file, const char *container)
{
	struct source *source = open_bytes(file->bytes, file->length);
	assert_non_null(source);
	struct record record;
	struct error error = ERROR_INIT;
	for (unsigned i = 0; i < samples->count; i++) {
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		compare(&record, &samples->list[i]);
	}
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	const struct source_report *report = source_report(source);
	assert_string_equal(report->files[0].format, "ctrace");
	assert_string_equal(report->zos.container, container);
	assert_int_equal(report->damage_total, 0);
	assert_int_equal(report->zos.orphans, 0);
	assert_int_equal(report->zos.segments_lost, 0);
	assert_false(report->zos.wrapped);
	source_close(source);
}

static const char *const container_names[CTRACE_CONTAINERS] = {
	"entries without record lengths", "records with RDWs", "blocks (BDW and RDW)",
	"large blocks (extended BDW and RDW)", "entries without record lengths",
	"blocks of spanned records (BDW and RDW)",
};

static void test_containers(void **state)
{
	(void)state;
	static const uint32_t headers[] = { 0, 8, 28, 64, 256 };
	struct samples samples;
	make_samples(&samples, 400);
	for (unsigned container = 0; container < CTRACE_CONTAINERS; container++) {
		for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
			struct text file = { 0 };
			write_samples(&samples, &(struct ctrace_writer_options){
				.container = (enum ctrace_container)container, .writer_header = headers[i] },
				&file);
			check_samples(&samples, &file, container_names[container]);
			text_finish(&file);
		}
	}
	free_samples(&samples);
}

/* Through pcapng, which has the packets and tells the rest in comments, all comes back. */
static void test_through_pcapng(void **state)
{
	(void)state;
	struct samples samples;
	struct text file = { 0 }, other = { 0 }, back = { 0 };
	struct error error = ERROR_INIT;
	struct record record;
	make_samples(&samples, 100);
	/* What words cannot say: clocks finer than a nanosecond. */
	for (unsigned i = 0; i < samples.count; i++) {
		struct zos_record *zos = &samples.list[i].zos;
		zos->buffer_tod = zos_tod_from_time(zos_time_from_tod(zos->buffer_tod, 0), 0);
	}
	write_samples(&samples, &(struct ctrace_writer_options){ .container = CTRACE_BDW }, &file);
	for (int step = 0; step < 2; step++) {
		const struct text *from = step ? &other : &file;
		struct source *source = open_bytes(from->bytes, from->length);
		struct sink_memory sink;
		sink_memory_init(&sink, step ? &back : &other);
		struct writer *writer = step
			? ctrace_writer_create(&sink.sink, source_report(source),
					       &(struct ctrace_writer_options){ .container = CTRACE_BDW })
			: pcapng_writer_create(&sink.sink, source_report(source),
					       &(struct pcapng_writer_options){ 0 });
		while (source_next(source, &record, &error) == SOURCE_RECORD)
			assert_true(writer_write(writer, &record, &error));
		assert_true(writer_finish(writer, &error));
		assert_int_equal(writer->report.written, samples.count);
		writer_destroy(writer);
		source_close(source);
	}
	check_samples(&samples, &back, container_names[CTRACE_BDW]);
	text_finish(&file);
	text_finish(&other);
	text_finish(&back);
	free_samples(&samples);
}

/* Packets full of little-endian numbers, each of which looks like the length of a record that ends at the
 * next one. */
static void test_numbers_like_lengths(void **state)
{
	(void)state;
	struct samples samples;
	make_samples(&samples, 200);
	for (unsigned i = 0; i < samples.count; i++) {
		struct record *record = &samples.list[i].record;
		for (uint32_t at = 56; at + 4 <= record->captured_length; at += 4)
			memcpy(samples.list[i].bytes + at, "\x01\0\0", 4);
	}
	for (unsigned container = 0; container < CTRACE_CONTAINERS; container++) {
		struct text file = { 0 };
		write_samples(&samples, &(struct ctrace_writer_options){
			.container = (enum ctrace_container)container, .writer_header = 28 }, &file);
		check_samples(&samples, &file, container_names[container]);
		text_finish(&file);
	}
	free_samples(&samples);
}

static void test_header_lengths(void **state)
{
	(void)state;
	struct samples samples;
	make_samples(&samples, 40);
	for (unsigned i = 0; i < samples.count; i++)
		samples.list[i].zos.discard = samples.list[i].zos.offload_segment_length = 0;
	for (uint16_t length = 88; length <= 1024; length = (uint16_t)(length + 39)) {
		struct text file = { 0 };
		write_samples(&samples, &(struct ctrace_writer_options){
			.container = CTRACE_RDW, .writer_header = 28, .header_length = length }, &file);
		check_samples(&samples, &file, "records with RDWs");
		text_finish(&file);
	}
	free_samples(&samples);
}

static void test_worked_examples(void **state)
{
	(void)state;
	uint8_t entry[512];
	struct record record;
	struct error error = ERROR_INIT;
	size_t length = from_hex(discarded_hex, entry);
	assert_int_equal(length, 188);
	struct source *source = open_bytes(entry, length);
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	const struct zos_record *zos = record.zos;
	assert_int_equal(record.time, 1295964785687445000);
	assert_int_equal(record.link_type, LINKTYPE_RAW);
	assert_int_equal(record.captured_length, 78);
	assert_int_equal(record.original_length, 78);
	assert_int_equal(record.direction, DIRECTION_INBOUND);
	assert_string_equal(zos->name, "OSDL");
	assert_string_equal(zos_device_name(zos->device_type), "QDIO Ethernet");
	assert_int_equal(zos->discard, 4114);
	assert_int_equal(zos->asid, 0x4f);
	assert_int_equal(zos->interface_index, 9);
	assert_int_equal(zos->trace_count, 54550962);
	assert_int_equal(zos->source_port, 137);
	assert_string_equal(source_report(source)->interfaces[0].name, "OSDL");
	/* Written again it is the same, byte for byte. */
	struct text file = { 0 };
	struct sink_memory sink;
	sink_memory_init(&sink, &file);
	struct writer *writer = ctrace_writer_create(&sink.sink, NULL, &(struct ctrace_writer_options){ 0 });
	assert_true(writer_write(writer, &record, &error));
	assert_true(writer_finish(writer, &error));
	assert_int_equal(file.length, length);
	assert_memory_equal(file.bytes, entry, length);
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	source_close(source);

	length = from_hex(data_hex, entry);
	assert_int_equal(length, 116);
	source = open_bytes(entry, length);
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	zos = record.zos;
	assert_int_equal(record.time, 1245676732705248000);
	assert_int_equal(record.link_type, LINKTYPE_ZOS_DATA);
	assert_int_equal(record.captured_length, 5);
	assert_memory_equal(record.bytes, "hello", 5);
	assert_string_equal(zos->name, "USER12");
	assert_int_equal(zos->connection, 0x58);
	assert_int_equal(zos->family, 2);
	assert_int_equal(zos->socket_type, 1);
	assert_int_equal(zos->tcb, 0x7aee88);
	assert_int_equal(record.direction, DIRECTION_OUTBOUND);
	text_clear(&file);
	assert_true(writer_write(writer, &record, &error));
	assert_int_equal(file.length, length);
	assert_memory_equal(file.bytes, entry, length);
	writer_destroy(writer);
	source_close(source);
	text_finish(&file);
}

/* A file that ends early gives all whole entries before its end, and no reader reads past it. */
static void test_every_cut(void **state)
{
	(void)state;
	struct samples samples;
	make_samples(&samples, 12);
	for (unsigned container = 0; container < CTRACE_CONTAINERS; container++) {
		struct text file = { 0 };
		write_samples(&samples, &(struct ctrace_writer_options){
			.container = (enum ctrace_container)container, .writer_header = 16 }, &file);
		uint64_t before = 0;
		for (size_t length = 0; length < file.length; length++) {
			char *copy = malloc(length + 1);      /* so that a sanitizer sees its end */
			memcpy(copy, file.bytes, length);
			struct error error = ERROR_INIT;
			struct source *source = source_open_memory(copy, length, "cut", NULL, &error);
			uint64_t count = source ? count_records(source) : 0;
			if (count < before)
				print_error("%s: %u records of %zu bytes, before %u\n",
					    ctrace_container_name(container), (unsigned)count, length,
					    (unsigned)before);
			assert_true(count >= before);
			if (source)
				source_close(source);
			else
				assert_true(error.code == ERROR_NOT_A_TRACE);
			free(copy);
			before = count;
		}
		assert_true(before >= samples.count - 1);
		text_finish(&file);
	}
	free_samples(&samples);
}

/* How many of the samples come out as they were, in their order. */
static unsigned count_intact(const struct samples *samples, const struct text *file)
{
	struct error error = ERROR_INIT;
	struct source *source = source_open_memory(file->bytes, file->length, "flipped", NULL, &error);
	struct record record;
	unsigned intact = 0;
	while (source && source_next(source, &record, &error) == SOURCE_RECORD) {
		for (unsigned i = 0; i < samples->count; i++) {
			const struct record *want = &samples->list[i].record;
			if (record.time == want->time && record.captured_length == want->captured_length &&
			    memcmp(record.bytes, want->bytes, want->captured_length) == 0) {
				intact++;
				break;
			}
		}
	}
	source_close(source);
	return intact;
}

/* One flipped bit costs at most the entry that it is in. */
static void test_bit_flips(void **state)
{
	(void)state;
	struct samples samples;
	make_samples(&samples, 16);
	static const enum ctrace_container containers[] = { CTRACE_RAW, CTRACE_RDW, CTRACE_BDW, CTRACE_VBS,
		CTRACE_STRIPPED, CTRACE_LARGE_BLOCKS };
	for (size_t c = 0; c < sizeof containers / sizeof *containers; c++) {
		struct text file = { 0 };
		uint64_t seed = 7;
		write_samples(&samples, &(struct ctrace_writer_options){ .container = containers[c],
			.payload = 3000 }, &file);
		assert_int_equal(count_intact(&samples, &file), samples.count);
		for (unsigned flip = 0; flip < 3000; flip++) {
			size_t at = flip < 600 ? flip : random_of(&seed) % file.length;
			char bit = (char)(1 << random_of(&seed) % 8);
			file.bytes[at] ^= bit;
			unsigned intact = count_intact(&samples, &file);
			if (intact + 1 < samples.count)
				print_error("%s: %u of %u after %x at %zu\n",
					    ctrace_container_name(containers[c]), intact, samples.count,
					    (uint8_t)bit, at);
			assert_true(intact + 1 >= samples.count);
			file.bytes[at] ^= bit;
		}
		text_finish(&file);
	}
	free_samples(&samples);
}

/* One entry of any kind around `length` bytes of data; the header is the first worked example's. */
static void put_entry(struct image *image, uint32_t format, uint8_t segment, uint8_t flags, uint32_t traced,
		      uint64_t tod, const void *data, size_t length)
{
	uint8_t entry[512];
	from_hex(discarded_hex, entry);
	size_t pad = length % 2, whole = 16 + 92 + length + pad + 2;
	image->big_endian = true;
	put(image, whole, 2);
	put(image, 16, 2);
	put(image, format, 4);
	put(image, tod + 4096, 8);
	put(image, 92, 2);
	put(image, segment, 1);
	put(image, flags, 1);
	put(image, 39, 1);
	put(image, traced, 3);
	put_bytes(image, entry + 24, 16);
	put(image, tod, 8);
	put_bytes(image, entry + 48, 60);
	put_bytes(image, data, length);
	put_fill(image, 0, pad);
	put(image, whole, 2);
}

#define TOD 0xc73bc996ddb95000u
#define SECOND ((uint64_t)1000000 << 12)

static const uint8_t packet[] = { 0x45, 0, 0, 28, 0, 1, 0, 0, 64, 17, 0, 0, 172, 29, 96, 9, 172, 29, 191, 255,
	0, 137, 0, 137, 0, 8, 0, 0 };

static void test_segments(void **state)
{
	(void)state;
	struct image image = { .big_endian = true };
	/* Two packets whose parts are mixed, one without its last part, one without its first. */
	put_entry(&image, 4, 0, 1, 30, TOD, packet, 28);
	put_entry(&image, 4, 0, 0, 31, TOD + SECOND, packet, 28);
	put_entry(&image, 4, 1, 0, 31, TOD + SECOND, "xyz", 3);
	put_entry(&image, 4, 1, 1, 30, TOD, "ab", 2);
	put_entry(&image, 4, 0, 0, 99, TOD + 2 * SECOND, packet, 28);
	put_entry(&image, 4, 3, 0, 99, TOD + 3 * SECOND, "cd", 2);
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	struct record record;
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.captured_length, 31);
	assert_memory_equal(record.bytes + 28, "xyz", 3);
	assert_int_equal(record.zos->segments, 2);
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.captured_length, 30);
	assert_memory_equal(record.bytes + 28, "ab", 2);
	assert_int_equal(record.direction, DIRECTION_OUTBOUND);
	assert_false(record.zos->incomplete);
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.captured_length, 28);
	assert_int_equal(record.original_length, 99);
	assert_true(record.zos->incomplete);
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	const struct source_zos *zos = &source_report(source)->zos;
	assert_int_equal(zos->records, 6);
	assert_int_equal(zos->segments, 5);
	assert_int_equal(zos->segments_lost, 1);
	assert_int_equal(zos->orphans, 1);
	source_close(source);
	text_finish(&image.text);
}

/* More packets in the making than are kept: the oldest are told as far as they came. */
static void test_many_open_segments(void **state)
{
	(void)state;
	struct image image = { .big_endian = true };
	for (unsigned i = 0; i < 100; i++)
		put_entry(&image, 4, 0, 0, 30, TOD + i * SECOND, packet, 28);
	for (unsigned i = 0; i < 100; i++)
		put_entry(&image, 4, 1, 0, 30, TOD + i * SECOND, "ab", 2);
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	assert_int_equal(count_records(source), 100);
	assert_int_equal(source_report(source)->zos.segments_lost, 36);
	assert_int_equal(source_report(source)->zos.orphans, 36);
	source_close(source);
	text_finish(&image.text);
}

static void test_kinds_of_records(void **state)
{
	(void)state;
	static const uint8_t arp[64] = { 1, 2, 3, 4,      /* unpublished bytes in front of the frame */
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6, 4, 0, 1 };
	static const uint8_t smc[] = { 0, 8, 0, 1, 9, 9, 9, 9, 'h', 'i' };
	static const uint8_t lost[24] = { [19] = 5, [23] = 2 };
	struct image image = { .big_endian = true };
	put_entry(&image, 1, 0, 0, 28, TOD, packet, 28);
	put_entry(&image, 3, 0, 0, 28, TOD, packet, 28);
	put_entry(&image, 6, 0, 0, 28, TOD, packet, 28);
	put_entry(&image, 6, 0, 1, 3, TOD, "\x04\x04\x03", 3);
	for (unsigned i = 0; i < 3; i++)
		put_entry(&image, 7, 0, 0, 64, TOD, arp, 64);
	put_entry(&image, 8, 0, 1, sizeof smc, TOD, smc, sizeof smc);
	put(&image, 42, 2);
	put(&image, 16, 2);
	put(&image, 0xff000001, 4);
	put(&image, TOD, 8);
	put_bytes(&image, lost, sizeof lost);
	put(&image, 42, 2);
	put_entry(&image, 5, 0, ZOS_CONFIDENTIAL | ZOS_OUTBOUND, 1460, TOD, "", 0);
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	struct record record;
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.link_type, LINKTYPE_RAW);
	assert_int_equal(record.zos->format, ZOS_EE);
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.link_type, LINKTYPE_ZOS_EE);
	assert_int_equal(record.captured_length, 3);
	for (unsigned i = 0; i < 3; i++) {
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		assert_int_equal(record.link_type, LINKTYPE_ETHERNET);
		assert_int_equal(record.captured_length, 60);
		assert_memory_equal(record.bytes, arp + 4, 60);
	}
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.link_type, LINKTYPE_ZOS_SMC);
	assert_memory_equal(record.bytes, smc, sizeof smc);
	assert_int_equal(record.drop_count, 0);
	assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
	assert_int_equal(record.link_type, LINKTYPE_ZOS_DATA);
	assert_true(record.zos->confidential);
	assert_int_equal(record.captured_length, 0);
	assert_int_equal(record.original_length, 1460);
	assert_int_equal(record.drop_count, 7);
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	const struct source_zos *zos = &source_report(source)->zos;
	assert_int_equal(zos->formats[1], 1);
	assert_int_equal(zos->formats[3], 1);
	assert_int_equal(zos->frame_start, 4);
	assert_int_equal(zos->lost_packets, 5);
	assert_int_equal(zos->lost_data, 2);
	assert_int_equal(zos->confidential, 1);
	assert_int_equal(source_report(source)->damage_total, 0);
	source_close(source);
	text_finish(&image.text);
}

/* SMC has its extension in the packet header. Of what is cut off there, nothing may be delivered. */
static void test_cut_header(void **state)
{
	(void)state;
	static const uint8_t smc[] = { 0, 8, 0, 1, 9, 9, 9, 9, 'h', 'i' };
	struct image image = { .big_endian = true };
	put_entry(&image, ZOS_SMC, 0, 1, 1, TOD, smc, sizeof smc);
	image.text.bytes[17] = 92 + 8;
	unsigned delivered = 0;
	for (size_t length = 0; length < image.text.length; length++) {
		uint8_t *copy = malloc(length + 1);
		memcpy(copy, image.text.bytes, length);
		struct error error = ERROR_INIT;
		struct source *source = source_open_memory(copy, length, "cut", NULL, &error);
		struct record record;
		while (source && source_next(source, &record, &error) == SOURCE_RECORD) {
			assert_true(record.bytes + record.captured_length <= copy + length);
			assert_true(record.zos->header + record.zos->header_length <= copy + length);
			delivered++;
		}
		source_close(source);
		free(copy);
	}
	assert_true(delivered > 8);
	text_finish(&image.text);
}

/* One of each kind, again and again: packet, hidden and shown socket data, Enterprise Extender with and
 * without IP, frame, SMC, a long packet in parts. */
static void put_kinds(struct image *image, unsigned turns)
{
	static const uint8_t arp[60] = { 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 2, 0, 0, 0, 0, 1, 8, 6, 0, 1, 8, 0, 6,
		4, 0, 1 };
	static const uint8_t smc[] = { 0, 8, 0, 1, 9, 9, 9, 9, 'h', 'i' };
	uint64_t tod = TOD;
	for (unsigned i = 0; i < turns; i++, tod += SECOND) {
		put_entry(image, ZOS_PACKET, 0, i % 2, sizeof packet, tod, packet, sizeof packet);
		put_entry(image, ZOS_DATA, 0, ZOS_CLEAR_TEXT | ZOS_OUTBOUND, 5, tod, "hello", 5);
		put_entry(image, ZOS_DATA, 0, ZOS_CONFIDENTIAL, 1460, tod, "", 0);
		put_entry(image, ZOS_DATA, 0, 0, 0, tod, "", 0);
		put_entry(image, ZOS_EE, 0, 0, sizeof packet, tod, packet, sizeof packet);
		put_entry(image, ZOS_EE, 0, ZOS_LOCAL, 3, tod, "\x04\x04\x03", 3);
		put_entry(image, ZOS_FRAME, 0, 0, sizeof arp, tod, arp, sizeof arp);
		put_entry(image, ZOS_SMC, 0, 1, sizeof smc, tod, smc, sizeof smc);
		put_entry(image, ZOS_PACKET, 0, 1, sizeof packet + 2, tod + 4096, packet, sizeof packet);
		put_entry(image, ZOS_PACKET, 1, 1, sizeof packet + 2, tod + 4096, "ab", 2);
	}
}

static void read_samples(const struct image *image, struct samples *samples, unsigned most)
{
	struct source *source = open_bytes(image->text.bytes, image->text.length);
	struct error error = ERROR_INIT;
	struct record record;
	*samples = (struct samples){ .list = calloc(most, sizeof *samples->list) };
	while (source_next(source, &record, &error) == SOURCE_RECORD) {
		struct sample *sample = &samples->list[samples->count++];
		assert_true(samples->count <= most);
		sample->bytes = calloc(1, record.captured_length + 1);
		memcpy(sample->bytes, record.bytes, record.captured_length);
		sample->zos = *record.zos;
		sample->zos.header = NULL;
		sample->record = record;
		sample->record.bytes = sample->bytes;
	}
	source_close(source);
}

static void test_kinds_in_containers(void **state)
{
	(void)state;
	enum { TURNS = 150, KINDS = 9 };
	struct image image = { .big_endian = true };
	struct samples samples;
	put_kinds(&image, TURNS);
	read_samples(&image, &samples, TURNS * KINDS);
	assert_int_equal(samples.count, TURNS * KINDS);
	for (unsigned i = 0; i < samples.count; i++)
		samples.list[i].record.zos = &samples.list[i].zos;
	for (unsigned container = 0; container < CTRACE_CONTAINERS; container++) {
		for (uint32_t header = 0; header <= 28; header += 28) {
			struct text file = { 0 };
			write_samples(&samples, &(struct ctrace_writer_options){
				.container = (enum ctrace_container)container, .writer_header = header }, &file);
			check_samples(&samples, &file, container_names[container]);
			text_finish(&file);
		}
	}
	free_samples(&samples);
	text_finish(&image.text);
}

static void test_abbreviated(void **state)
{
	(void)state;
	struct samples samples;
	make_samples(&samples, 10);
	struct text file = { 0 };
	write_samples(&samples, &(struct ctrace_writer_options){ .abbreviate = 64 }, &file);
	struct source *source = open_bytes(file.bytes, file.length);
	struct record record;
	struct error error = ERROR_INIT;
	for (unsigned i = 0; i < samples.count; i++) {
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		bool packet_trace = samples.list[i].zos.format == ZOS_PACKET;
		uint32_t length = samples.list[i].record.captured_length;
		assert_int_equal(record.captured_length, packet_trace && length > 64 ? 64 : length);
		assert_int_equal(record.original_length, length);
	}
	assert_true(source_report(source)->zos.abbreviated > 5);
	source_close(source);
	text_finish(&file);
	free_samples(&samples);
}

/* What does not come from z/OS becomes packets or frames, as z/OS would have traced them. */
static void test_foreign_records(void **state)
{
	(void)state;
	uint8_t frame[14 + sizeof packet] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0 };
	memcpy(frame + 14, packet, sizeof packet);
	const struct record ethernet = { .time = 1700000000123456789, .link_type = LINKTYPE_ETHERNET,
		.captured_length = sizeof frame, .original_length = sizeof frame, .bytes = frame,
		.direction = DIRECTION_OUTBOUND };
	for (int frames = 0; frames < 2; frames++) {
		struct text file = { 0 };
		struct sink_memory sink;
		struct error error = ERROR_INIT;
		sink_memory_init(&sink, &file);
		struct writer *writer = ctrace_writer_create(&sink.sink, NULL,
			&(struct ctrace_writer_options){ .frames = frames, .leap_seconds = 27 });
		assert_true(writer_write(writer, &ethernet, &error));
		assert_true(writer_finish(writer, &error));
		writer_destroy(writer);
		const struct source_options options = { .leap_seconds = 27 };
		struct source *source = source_open_memory(file.bytes, file.length, "x", &options, &error);
		struct record record;
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		assert_int_equal(record.time, ethernet.time);
		assert_int_equal(record.link_type, frames ? LINKTYPE_ETHERNET : LINKTYPE_RAW);
		assert_int_equal(record.captured_length, frames ? sizeof frame : sizeof packet);
		assert_memory_equal(record.bytes, frames ? frame : packet, record.captured_length);
		assert_string_equal(record.zos->name, "CULPRIT");
		if (!frames)
			assert_int_equal(record.zos->destination_port, 137);
		source_close(source);
		text_finish(&file);
	}
}

/* Traces that begin in 1970, and records without a time, are read again, too. */
static void test_odd_times(void **state)
{
	(void)state;
	static const struct { int64_t written, read; } rows[] = {
		{ INT64_MIN, 0 }, { 0, 0 }, { 1000, 1000 }, { -5, 1000 }, { 315532800000000000, 315532800000000000 },
		{ INT64_MIN, 315532800000000000 }, { 1700000000123456789, 1700000000123456789 },
	};
	enum { ROWS = sizeof rows / sizeof *rows };
	struct text file = { 0 };
	struct sink_memory sink;
	struct error error = ERROR_INIT;
	struct record record;
	sink_memory_init(&sink, &file);
	struct writer *writer = ctrace_writer_create(&sink.sink, NULL, &(struct ctrace_writer_options){ 0 });
	for (int i = 0; i < ROWS; i++) {
		record = (struct record){ .time = rows[i].written, .link_type = LINKTYPE_RAW, .bytes = packet,
			.captured_length = sizeof packet, .original_length = sizeof packet };
		assert_true(writer_write(writer, &record, &error));
	}
	assert_true(writer_finish(writer, &error));
	assert_int_equal(writer->report.without_time, 2);
	assert_int_equal(writer->report.times_lost, 1);
	writer_destroy(writer);
	struct source *source = open_bytes(file.bytes, file.length);
	for (int i = 0; i < ROWS; i++) {
		assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
		assert_int_equal(record.time, rows[i].read);
	}
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	assert_int_equal(source_report(source)->damage_total, 0);
	source_close(source);
	text_finish(&file);
}

static void test_clock(void **state)
{
	(void)state;
	static const struct { uint64_t tod; int64_t time; } rows[] = {
		{ 0x7d91048bca000000u + ((uint64_t)1000000 << 12) * 631152000, 631152000000000000 },
		{ 0xc551f56416000000u, 1262304000000000000 },
		{ 0xde6e758ddc000000u, 1704067200000000000 },
		{ 0xc73bc996ddb95000u, 1295964785687445000 },
		{ 0x0000000000000000u, 2294610827370496000 },      /* the wrap on 2042-09-17 */
		{ 0x0000000001000000u, 2294610827370496000 + 4096000 },
	};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(zos_time_from_tod(rows[i].tod, 0), rows[i].time);
		assert_int_equal(zos_tod_from_time(rows[i].time, 0), rows[i].tod);
	}
	for (int64_t time = 1700000000000000000; time < 1700000000000009999; time++)
		assert_int_equal(zos_time_from_tod(zos_tod_from_time(time, 27), 27), time);
	assert_int_equal(zos_time_from_tod(0xde6e758ddc000000u, 27), 1704067173000000000);
}

static void test_names(void **state)
{
	(void)state;
	uint8_t code[16];
	char text[17];
	zos_text_to_ebcdic("OSDL@#$9-_.zZ", code, 16);
	zos_ebcdic_to_text(code, 16, text);
	assert_string_equal(text, "OSDL@#$9-_.ZZ");
	assert_true(zos_is_name(code, 16));
	assert_memory_equal(code, "\xd6\xe2\xc4\xd3\x7c\x7b\x5b\xf9\x60\x6d\x4b\xe9\xe9\x40\x40\x40", 16);
	for (unsigned i = 0; i < 256; i++) {
		uint8_t one = (uint8_t)i;
		zos_ebcdic_to_text(&one, 1, text);
		assert_true(text[0] == '\0' || (text[0] > ' ' && text[0] < 0x7f));
	}
	assert_false(zos_is_name((const uint8_t *)"\xff", 1));
}

/* A data set that began again at its start, and one that holds two stacks in turn. */
static void test_wrapped(void **state)
{
	(void)state;
	struct image image = { .big_endian = true };
	for (unsigned i = 0; i < 20; i++)
		put_entry(&image, 4, 0, 0, 28, TOD + (100 + i) * SECOND, packet, 28);
	for (unsigned i = 0; i < 20; i++)
		put_entry(&image, 4, 0, 0, 28, TOD + i * SECOND, packet, 28);
	struct error error = ERROR_INIT;
	struct source *source = open_image(&image, &error);
	assert_int_equal(count_records(source), 40);
	assert_true(source_report(source)->zos.wrapped);
	source_close(source);
	text_clear(&image.text);
	for (unsigned i = 0; i < 40; i++)
		put_entry(&image, 4, 0, 0, 28, TOD + (i % 10 + i / 20 * 10) * SECOND, packet, 28);
	source = open_image(&image, &error);
	assert_int_equal(count_records(source), 40);
	assert_false(source_report(source)->zos.wrapped);
	source_close(source);
	text_finish(&image.text);
}

/* Where a container may be cut in two: at an entry, a record or a block near the middle. */
static size_t cut_place(const struct text *file)
{
	size_t at = 0;
	while (at < file->length / 2)
		at += load_be16((const uint8_t *)file->bytes + at);
	return at;
}

/* On a disk the oldest record is found, and all come in the order of time. */
static void test_wrapped_on_disk(void **state)
{
	(void)state;
	static const enum ctrace_container containers[] = { CTRACE_RAW, CTRACE_RDW, CTRACE_BDW };
	struct samples samples;
	struct folder folder;
	make_samples(&samples, 400);
	folder_make(&folder);
	for (size_t c = 0; c < sizeof containers / sizeof *containers; c++) {
		struct text file = { 0 }, turned = { 0 };
		write_samples(&samples, &(struct ctrace_writer_options){ .container = containers[c],
			.writer_header = 28 }, &file);
		size_t cut = cut_place(&file);
		text_add_bytes(&turned, file.bytes + cut, file.length - cut);
		text_add_bytes(&turned, file.bytes, cut);
		const char *path = folder_write(&folder, "wrapped", turned.bytes, turned.length);
		struct error error = ERROR_INIT;
		struct source *source = source_open(&path, 1, NULL, &error);
		assert_non_null(source);
		struct record record;
		for (unsigned i = 0; i < samples.count; i++) {
			assert_int_equal(source_next(source, &record, &error), SOURCE_RECORD);
			compare(&record, &samples.list[i]);
			assert_true(record.offset < turned.length);
		}
		assert_int_equal(source_next(source, &record, &error), SOURCE_END);
		assert_true(source_report(source)->zos.wrapped);
		assert_true(source_report(source)->zos.wrap_sorted);
		assert_int_equal(source_report(source)->damage_total, 0);
		source_close(source);
		text_finish(&file);
		text_finish(&turned);
	}
	folder_remove(&folder);
	free_samples(&samples);
}

static void check_refusal(const void *bytes, size_t length, enum error_code code, const char *says)
{
	struct error error = ERROR_INIT;
	struct source *source = source_open_memory(bytes, length, "x", NULL, &error);
	assert_null(source);
	assert_int_equal(error.code, code);
	if (!strstr(error.message, says))
		fail_msg("%s", error.message);
	assert_true(error.remedy[0] != '\0');
}

static void test_refusals(void **state)
{
	(void)state;
	static const uint8_t xmit[80] = { 0x50, 0xe0, 0xc9, 0xd5, 0xd4, 0xd9, 0xf0, 0xf1 };
	static const uint8_t terse[64] = { 5, 1, 0x6d, 0x5a, 0, 0, 0x6d, 0x5e, 0, 0, 0x6d, 0x5a, 0xff };
	static const uint8_t text[] = "\0\1SYSTCPDA\r\n\x80\x81\0\0\r\n";
	check_refusal(xmit, sizeof xmit, ERROR_NOT_A_TRACE, "TRANSMIT");
	check_refusal(terse, sizeof terse, ERROR_NOT_A_TRACE, "AMATERSE");
	check_refusal(text, sizeof text, ERROR_NOT_A_TRACE, "ASCII");
	/* Entries of the TCP/IP event trace: the same frame, other contents. */
	struct image image = { .big_endian = true };
	for (unsigned i = 0; i < 2; i++) {
		put(&image, 60, 2);
		put(&image, 16, 2);
		put(&image, 0x03010021, 4);
		put(&image, TOD, 8);
		put_fill(&image, 7, 42);
		put(&image, 60, 2);
	}
	check_refusal(image.text.bytes, image.text.length, ERROR_UNSUPPORTED, "03010021");
	text_finish(&image.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worked_examples),
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_through_pcapng),
		cmocka_unit_test(test_numbers_like_lengths),
		cmocka_unit_test(test_header_lengths),
		cmocka_unit_test(test_cut_header),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_bit_flips),
		cmocka_unit_test(test_segments),
		cmocka_unit_test(test_many_open_segments),
		cmocka_unit_test(test_kinds_of_records),
		cmocka_unit_test(test_kinds_in_containers),
		cmocka_unit_test(test_abbreviated),
		cmocka_unit_test(test_foreign_records),
		cmocka_unit_test(test_odd_times),
		cmocka_unit_test(test_clock),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_wrapped),
		cmocka_unit_test(test_wrapped_on_disk),
		cmocka_unit_test(test_refusals),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
