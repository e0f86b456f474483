/* z/OS CTRACE: what the writer writes is read again, from every container and after every kind of damage. */
#include "source_image.h"

#include "source/linktype.h"
#include "source/write/ctrace.h"
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
		to[digits / 2] = digits % 2 ? (uint8_t)(to[digits / 2] << 4 | value) : value;
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
		.time = zos_time_from_tod(zos->capture_tod, 0), .link_type = LINKTYPE_RAW,
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

static void test_containers(void **state)
{
	(void)state;
	static const char *const containers[] = { "entries without record lengths", "records with RDWs",
		"blocks (BDW and RDW)", "large blocks (extended BDW and RDW)",
		"entries without record lengths", "blocks of spanned records (BDW and RDW)" };
	static const uint32_t headers[] = { 0, 8, 28, 64, 256 };
	struct samples samples;
	make_samples(&samples, 400);
	for (unsigned container = 0; container < CTRACE_CONTAINERS; container++) {
		for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
			struct text file = { 0 };
			write_samples(&samples, &(struct ctrace_writer_options){
				.container = (enum ctrace_container)container, .writer_header = headers[i] },
				&file);
			check_samples(&samples, &file, containers[container]);
			text_finish(&file);
		}
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
		CTRACE_STRIPPED };
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_worked_examples),
		cmocka_unit_test(test_containers),
		cmocka_unit_test(test_header_lengths),
		cmocka_unit_test(test_every_cut),
		cmocka_unit_test(test_bit_flips),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
