#include "source/write/pcapng.h"

#include <stdlib.h>
#include <string.h>

#include "core/address.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/text.h"
#include "source/linktype.h"
#include "source/write/little.h"
#include "source/zos_words.h"

enum {
	BLOCK_INTERFACE = 1, BLOCK_SIMPLE_PACKET = 3, BLOCK_NAMES = 4, BLOCK_STATISTICS = 5,
	BLOCK_PACKET = 6, BLOCK_SECRETS = 10, BLOCK_SECTION = 0x0a0d0d0a,
};
enum { OPTION_END = 0, OPTION_COMMENT = 1 };
#define PACKET_HEADER 28             /* of an enhanced packet block, up to the bytes */
#define OPTION_LONGEST 65535
#define NONE UINT32_MAX
#define NAMES_BLOCK ((size_t)64 * 1024)
#define NAME_LONGEST 256             /* RFC 1035, 2.3.4, and a NUL */

/* One interface of the file. A source may deliver several link types from one of its interfaces; each
 * becomes an interface of its own. */
struct described {
	uint32_t link_type;
	uint32_t next;               /* the next one of the same source interface, or NONE */
	uint32_t snap_length;
	uint64_t ticks_per_second;
};

struct pcapng_writer {
	struct writer writer;
	struct pcapng_writer_options options;
	struct described *described;
	size_t described_count, described_capacity;
	uint32_t *first;             /* by source interface: the first one described for it */
	size_t first_count, first_capacity;
	size_t secrets_written;
	bool begun;
	int64_t now;                 /* time of the last record that had one */
	struct text block;           /* in the making; used again and again */
	struct text words;
};

static void add_le16(struct text *block, uint32_t value)
{
	uint8_t bytes[2];
	store_le16(bytes, value);
	text_add_bytes(block, bytes, sizeof bytes);
}

static void add_le32(struct text *block, uint32_t value)
{
	uint8_t bytes[4];
	store_le32(bytes, value);
	text_add_bytes(block, bytes, sizeof bytes);
}

static void add_le64(struct text *block, uint64_t value)
{
	add_le32(block, (uint32_t)value);
	add_le32(block, (uint32_t)(value >> 32));
}

/* Lengths in blocks count from their start, which is a multiple of four. */
static void add_padding(struct text *block, size_t length)
{
	static const uint8_t zeros[4];
	text_add_bytes(block, zeros, (4 - length % 4) % 4);
}

static void add_option(struct text *block, uint16_t code, const void *value, size_t length)
{
	if (length > OPTION_LONGEST)
		length = OPTION_LONGEST;
	add_le16(block, code);
	add_le16(block, (uint32_t)length);
	text_add_bytes(block, value, length);
	add_padding(block, length);
}

static void add_words(struct text *block, uint16_t code, const char *words)
{
	if (*words)
		add_option(block, code, words, strlen(words));
}

static void begin_block(struct text *block, uint32_t type)
{
	text_clear(block);
	add_le32(block, type);
	add_le32(block, 0);
}

static bool end_block(struct pcapng_writer *writer, struct error *error)
{
	struct text *block = &writer->block;
	uint32_t length = (uint32_t)block->length + 4;
	add_le32(block, length);
	store_le32((uint8_t *)block->bytes + 4, length);
	return writer->writer.sink->write(writer->writer.sink, block->bytes, block->length, error);
}

static bool put_section(struct pcapng_writer *writer, struct error *error)
{
	enum { HARDWARE = 2, OPERATING_SYSTEM = 3, APPLICATION = 4 };
	static const struct source_report nothing;
	const struct source_report *source = writer->writer.source ? writer->writer.source : &nothing;
	const char *application = source->application;
	struct text *block = &writer->block;
	if (!*application && writer->options.application)
		application = writer->options.application;
	begin_block(block, BLOCK_SECTION);
	add_le32(block, 0x1a2b3c4d);
	add_le16(block, 1);
	add_le16(block, 0);
	add_le64(block, UINT64_MAX);         /* the section's length is not said */
	add_words(block, HARDWARE, source->hardware);
	add_words(block, OPERATING_SYSTEM, source->operating_system);
	add_words(block, APPLICATION, application);
	add_le32(block, OPTION_END);
	return end_block(writer, error);
}

/* if_tsresol for a clock, which is made as fine as it has to be. */
static uint8_t resolution(uint64_t *ticks_per_second, int64_t time_step)
{
	uint64_t ticks = 1;
	for (uint8_t digits = 0; digits <= 9; digits++, ticks *= 10)
		if (ticks == *ticks_per_second && time_step % (int64_t)(NANOSECONDS / (int64_t)ticks) == 0)
			return digits;
	/* Finer binary clocks than this tick faster than the nanoseconds that records have. */
	for (uint8_t power = 1; power < 30 && time_step == 0; power++)
		if ((uint64_t)1 << power == *ticks_per_second)
			return 0x80 | power;
	*ticks_per_second = NANOSECONDS;
	return 9;
}

/* Link types of our own have no number in files: they go by one of those that are free for everybody. */
static uint32_t number_in_file(uint32_t link_type)
{
	return link_type <= UINT16_MAX ? link_type : LINKTYPE_USER0 + (link_type & 15);
}

static uint32_t snap_length(const struct pcapng_writer *writer, const struct source_interface *interface)
{
	uint32_t own = interface->snap_length, cut = writer->options.snap_length;
	return cut && (!own || own > cut) ? cut : own;
}

static bool put_interface(struct pcapng_writer *writer, const struct source_interface *interface,
			  uint32_t link_type, uint32_t *number, struct error *error)
{
	enum { NAME = 2, DESCRIPTION = 3, RESOLUTION = 9, FILTER = 11 };
	struct text *block = &writer->block;
	struct described described = { .link_type = link_type, .next = NONE,
		.snap_length = snap_length(writer, interface),
		.ticks_per_second = writer_ticks(writer->writer.source, interface) };
	uint8_t code = resolution(&described.ticks_per_second, writer->options.time_step);
	begin_block(block, BLOCK_INTERFACE);
	add_le16(block, number_in_file(link_type));
	add_le16(block, 0);
	add_le32(block, described.snap_length);
	add_words(block, NAME, interface->name);
	add_words(block, DESCRIPTION, interface->description);
	add_option(block, RESOLUTION, &code, 1);
	if (*interface->filter) {
		char filter[1 + sizeof interface->filter] = { 0 };   /* 0: the text of a libpcap filter */
		memcpy(filter + 1, interface->filter, sizeof interface->filter);
		add_option(block, FILTER, filter, 1 + strlen(filter + 1));
	}
	add_le32(block, OPTION_END);
	writer->described = memory_grow(writer->described, &writer->described_capacity,
					writer->described_count + 1, sizeof *writer->described);
	*number = (uint32_t)writer->described_count;
	writer->described[writer->described_count++] = described;
	return end_block(writer, error);
}

/* Describes all interfaces that the source knows by now and the file does not. */
static bool put_interfaces(struct pcapng_writer *writer, struct error *error)
{
	const struct source_report *source = writer->writer.source;
	size_t count = source ? source->interface_count : 0;
	if (writer->first_count >= count)
		return true;
	writer->first = memory_grow(writer->first, &writer->first_capacity, count, sizeof *writer->first);
	while (writer->first_count < count) {
		const struct source_interface *interface = &source->interfaces[writer->first_count];
		uint32_t *first = &writer->first[writer->first_count++];
		*first = NONE;
		/* One that only stands for blocks that are no packets is none. */
		if (interface->link_type == LINKTYPE_NOT_A_PACKET)
			continue;
		if (!put_interface(writer, interface, interface->link_type, first, error))
			return false;
	}
	return true;
}

/* The number in the file of the interface that delivered a record. */
static bool find_interface(struct pcapng_writer *writer, const struct record *record, uint32_t *number,
			   struct error *error)
{
	static const struct source_interface unknown = { .ticks_per_second = NANOSECONDS };
	const struct source_interface *interface = &unknown;
	uint32_t last = NONE;
	*number = NONE;
	if (record->interface < writer->first_count) {
		interface = &writer->writer.source->interfaces[record->interface];
		*number = writer->first[record->interface];
	} else if (writer->described_count) {
		*number = 0;         /* there is no report: one interface a link type */
	}
	while (*number != NONE && writer->described[*number].link_type != record->link_type) {
		last = *number;
		*number = writer->described[last].next;
	}
	if (*number != NONE)
		return true;
	if (!put_interface(writer, interface, record->link_type, number, error))
		return false;
	if (last != NONE)
		writer->described[last].next = *number;
	else if (record->interface < writer->first_count)
		writer->first[record->interface] = *number;
	return true;
}

/* Secrets have to stand before the packets that they open. */
static bool put_secrets(struct pcapng_writer *writer, struct error *error)
{
	const struct source_report *source = writer->writer.source;
	struct text *block = &writer->block;
	for (; source && writer->secrets_written < source->secret_count; writer->secrets_written++) {
		const struct source_secret *secret = &source->secrets[writer->secrets_written];
		if (!writer->options.secrets) {
			writer->writer.report.secrets_lost++;
			continue;
		}
		begin_block(block, BLOCK_SECRETS);
		add_le32(block, secret->type);
		add_le32(block, (uint32_t)secret->length);
		text_add_bytes(block, secret->bytes, secret->length);
		add_padding(block, secret->length);
		if (!end_block(writer, error))
			return false;
	}
	return true;
}

static bool begin(struct pcapng_writer *writer, struct error *error)
{
	bool begun = writer->begun;
	writer->begun = true;
	return (begun || put_section(writer, error)) && put_interfaces(writer, error) &&
	       put_secrets(writer, error);
}

/* A binary clock's time was rounded down to nanoseconds when it was read, and is rounded up again. */
static uint64_t ticks_of(uint64_t time, uint64_t per_second)
{
	uint64_t second = (uint64_t)NANOSECONDS;
	uint64_t up = second % per_second ? second - 1 : 0;
	return time / second * per_second + (time % second * per_second + up) / second;
}

/* The time that readers make of these ticks. */
static bool is_exact(uint64_t time, uint64_t ticks, uint64_t per_second)
{
	uint64_t second = (uint64_t)NANOSECONDS;
	return ticks / per_second * second + ticks % per_second * second / per_second == time;
}

/* The time of a record that has none, or one that the file cannot hold, is that of the one before it. */
static uint64_t time_of(struct pcapng_writer *writer, const struct record *record)
{
	if (record->time == INT64_MIN)
		writer->writer.report.without_time++;
	else if (record->time < 0)
		writer->writer.report.times_lost++;
	else
		writer->now = record->time;
	return (uint64_t)writer->now;
}

static uint32_t captured_length(struct pcapng_writer *writer, const struct record *record)
{
	if (record->captured_length <= WRITER_LONGEST_PACKET)
		return record->captured_length;
	writer->writer.report.cut++;
	return WRITER_LONGEST_PACKET;
}

static void add_packet_options(struct pcapng_writer *writer, const struct record *record)
{
	enum { FLAGS = 2, DROP_COUNT = 4 };
	struct text *block = &writer->block;
	size_t start = block->length;
	uint32_t flags = record->direction == DIRECTION_INBOUND ? 1u
		       : record->direction == DIRECTION_OUTBOUND ? 2u : 0u;
	flags |= (record->fcs_length & 15u) << 5;
	if (record->comment && record->comment_length)
		add_option(block, OPTION_COMMENT, record->comment, record->comment_length);
	if (record->zos) {
		text_clear(&writer->words);
		zos_words_add(&writer->words, record->zos);
		add_option(block, OPTION_COMMENT, writer->words.bytes, writer->words.length);
	}
	if (flags) {
		uint8_t bytes[4];
		store_le32(bytes, flags);
		add_option(block, FLAGS, bytes, sizeof bytes);
	}
	if (record->drop_count) {
		uint8_t bytes[8];
		store_le64(bytes, record->drop_count);
		add_option(block, DROP_COUNT, bytes, sizeof bytes);
	}
	if (block->length > start)
		add_le32(block, OPTION_END);
}

/* Simple packet blocks have no time, as the record has none, but nothing else either: no interface but
 * the first and no captured length. */
static bool fits_simple(const struct pcapng_writer *writer, const struct record *record, uint32_t number)
{
	uint32_t snap = writer->described[number].snap_length;
	uint32_t implied = snap && snap < record->original_length ? snap : record->original_length;
	return record->time == INT64_MIN && number == 0 && record->captured_length == implied &&
	       implied <= WRITER_LONGEST_PACKET && !record->comment && !record->zos &&
	       !record->direction && !record->drop_count && !record->fcs_length;
}

static bool put_simple(struct pcapng_writer *writer, const struct record *record, struct error *error)
{
	struct text *block = &writer->block;
	begin_block(block, BLOCK_SIMPLE_PACKET);
	add_le32(block, record->original_length);
	text_add_bytes(block, record->bytes, record->captured_length);
	add_padding(block, record->captured_length);
	return end_block(writer, error);
}

static bool put_packet(struct pcapng_writer *writer, const struct record *record, uint32_t number,
		       struct error *error)
{
	struct text *block = &writer->block;
	uint32_t captured = captured_length(writer, record);
	uint64_t time = time_of(writer, record), per_second = writer->described[number].ticks_per_second;
	uint64_t ticks = ticks_of(time, per_second);
	writer->writer.report.times_rounded += !is_exact(time, ticks, per_second);
	uint8_t header[PACKET_HEADER] = { 0 };
	store_le32(header, BLOCK_PACKET);
	store_le32(header + 8, number);
	store_le32(header + 12, (uint32_t)(ticks >> 32));
	store_le32(header + 16, (uint32_t)ticks);
	store_le32(header + 20, captured);
	store_le32(header + 24, record->original_length);
	text_clear(block);
	text_add_bytes(block, header, sizeof header);
	text_add_bytes(block, record->bytes, captured);
	add_padding(block, captured);
	add_packet_options(writer, record);
	return end_block(writer, error);
}

static bool pcapng_write(struct writer *base, const struct record *record, struct error *error)
{
	struct pcapng_writer *writer = (struct pcapng_writer *)base;
	uint32_t number;
	if (!begin(writer, error))
		return false;
	if (record->link_type == LINKTYPE_NOT_A_PACKET) {
		base->report.skipped++;
		return true;
	}
	if (!find_interface(writer, record, &number, error))
		return false;
	bool simple = fits_simple(writer, record, number);
	if (!(simple ? put_simple(writer, record, error) : put_packet(writer, record, number, error)))
		return false;
	base->report.written++;
	return true;
}

/* The same address may come many times, each with one of its names. Readers hold a block in memory, so
 * many names are several blocks. */
static bool put_names(struct pcapng_writer *writer, struct error *error)
{
	enum { END = 0, IPV4 = 1, IPV6 = 2 };
	const struct source_report *source = writer->writer.source;
	struct text *block = &writer->block;
	size_t count = source ? source->name_count : 0;
	for (size_t i = 0; i < count; ) {
		begin_block(block, BLOCK_NAMES);
		for (; i < count && block->length < NAMES_BLOCK; i++) {
			struct address address;
			uint8_t record[16 + NAME_LONGEST];
			size_t name = strlen(source->names[i].name) + 1;
			if (!address_parse(source->names[i].address, &address) || name > NAME_LONGEST)
				continue;
			size_t length = address.family == ADDRESS_IPV4 ? 4 : 16;
			memcpy(record, address.bytes, length);
			memcpy(record + length, source->names[i].name, name);
			add_option(block, address.family == ADDRESS_IPV4 ? IPV4 : IPV6, record,
				   length + name);
		}
		add_le32(block, END);
		if (!end_block(writer, error))
			return false;
	}
	return true;
}

static bool put_statistics(struct pcapng_writer *writer, const struct source_interface *interface,
			   uint32_t number, struct error *error)
{
	enum { RECEIVED = 4, DROPPED = 5, DROPPED_BY_SYSTEM = 7 };
	struct text *block = &writer->block;
	const struct { uint16_t code; uint64_t count; } counts[] = {
		{ RECEIVED, interface->received }, { DROPPED, interface->dropped_by_interface },
		{ DROPPED_BY_SYSTEM, interface->dropped_by_system },
	};
	uint64_t ticks = ticks_of((uint64_t)writer->now, writer->described[number].ticks_per_second);
	begin_block(block, BLOCK_STATISTICS);
	add_le32(block, number);
	add_le32(block, (uint32_t)(ticks >> 32));
	add_le32(block, (uint32_t)ticks);
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		uint8_t value[8];
		store_le64(value, counts[i].count);
		add_option(block, counts[i].code, value, sizeof value);
	}
	add_le32(block, OPTION_END);
	return end_block(writer, error);
}

bool pcapng_writer_counters(struct writer *base, struct error *error)
{
	struct pcapng_writer *writer = (struct pcapng_writer *)base;
	const struct source_report *source = base->source;
	if (!begin(writer, error))
		return false;
	for (size_t i = 0; source && i < source->interface_count; i++)
		if (source->interfaces[i].has_statistics && writer->first[i] != NONE &&
		    !put_statistics(writer, &source->interfaces[i], writer->first[i], error))
			return false;
	return true;
}

static bool pcapng_finish(struct writer *base, struct error *error)
{
	struct pcapng_writer *writer = (struct pcapng_writer *)base;
	return begin(writer, error) && put_names(writer, error) && pcapng_writer_counters(base, error);
}

static void pcapng_destroy(struct writer *base)
{
	struct pcapng_writer *writer = (struct pcapng_writer *)base;
	free(writer->described);
	free(writer->first);
	text_finish(&writer->block);
	text_finish(&writer->words);
	free(writer);
}

struct writer *pcapng_writer_create(struct sink *sink, const struct source_report *source,
				    const struct pcapng_writer_options *options)
{
	struct pcapng_writer *writer = memory_zeroed(1, sizeof *writer);
	writer->writer = (struct writer){ .write = pcapng_write, .finish = pcapng_finish,
		.destroy = pcapng_destroy, .sink = sink, .source = source };
	writer->options = *options;
	return &writer->writer;
}
