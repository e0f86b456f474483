#include "source/write/pcap.h"

#include <stdlib.h>

#include "core/clock.h"
#include "core/memory.h"
#include "source/linktype.h"
#include "source/write/little.h"
#include "source/write/pcapng.h"

#define FILE_HEADER 24
#define RECORD_HEADER 16
#define MAGIC_MICROSECONDS 0xa1b2c3d4u
#define MAGIC_NANOSECONDS 0xa1b23c4du

struct pcap_writer {
	struct writer writer;
	struct pcap_writer_options options;
	bool begun;
	uint32_t link_type;
	uint8_t fcs_length;
	int64_t tick;                /* ns */
	int64_t now;                 /* time of the last record that had one */
};

static bool needs_nanoseconds(const struct pcap_writer *writer)
{
	const struct source_report *source = writer->writer.source;
	for (size_t i = 0; source && i < source->interface_count; i++)
		if (writer_ticks(source, &source->interfaces[i]) > (uint64_t)NANOSECONDS / MICROSECOND)
			return true;
	return writer->options.time_step % MICROSECOND != 0;
}

static uint32_t snap_length(const struct pcap_writer *writer)
{
	const struct source_report *source = writer->writer.source;
	uint32_t longest = 0, cut = writer->options.snap_length;
	for (size_t i = 0; source && i < source->interface_count; i++) {
		uint32_t own = source->interfaces[i].snap_length;
		if (!own || own > WRITER_LONGEST_PACKET)
			own = WRITER_LONGEST_PACKET;
		if (own > longest)
			longest = own;
	}
	if (!longest)
		longest = WRITER_LONGEST_PACKET;
	return cut && cut < longest ? cut : longest;
}

/* The first record decides on what a file can say only once. */
static bool begin(struct pcap_writer *writer, uint32_t link_type, uint8_t fcs_length, struct error *error)
{
	uint8_t header[FILE_HEADER] = { 0 };
	bool fine = needs_nanoseconds(writer);
	/* The top half of the last field: a length is there, in units of 16 bits. */
	uint32_t fcs = fcs_length ? 0x04000000u | (uint32_t)(fcs_length / 2 & 15) << 28 : 0;
	writer->begun = true;
	writer->link_type = link_type;
	writer->fcs_length = fcs_length;
	writer->tick = fine ? 1 : MICROSECOND;
	store_le32(header, fine ? MAGIC_NANOSECONDS : MAGIC_MICROSECONDS);
	store_le16(header + 4, 2);
	store_le16(header + 6, 4);
	store_le32(header + 16, snap_length(writer));
	store_le32(header + 20, link_type | fcs);
	return writer->writer.sink->write(writer->writer.sink, header, sizeof header, error);
}

static const char *name_of(uint32_t link_type)
{
	const char *name = link_type_name(link_type);
	return name ? name : "a number without a name";
}

static bool check_link_type(struct pcap_writer *writer, const struct record *record, struct error *error)
{
	static const char remedy[] = "write pcapng, or choose packets of one link type with --slice";
	if (record->link_type > UINT16_MAX)
		return error_set(error, ERROR_USAGE, "write pcapng",
				 "pcap has no link type for %s records", name_of(record->link_type));
	if (!writer->begun)
		return begin(writer, record->link_type, record->fcs_length, error);
	if (record->link_type != writer->link_type)
		return error_set(error, ERROR_USAGE, remedy,
				 "the trace has several link types (%s, %s), a pcap file holds only one",
				 name_of(writer->link_type), name_of(record->link_type));
	return true;
}

/* Times that do not fit become that of the record before. */
static int64_t time_of(struct pcap_writer *writer, const struct record *record)
{
	struct writer_report *report = &writer->writer.report;
	if (record->time == INT64_MIN)
		report->without_time++;
	else if (record->time < 0 || record->time / NANOSECONDS > UINT32_MAX)
		report->times_lost++;
	else
		writer->now = record->time;
	report->times_rounded += writer->now % writer->tick != 0;
	return writer->now;
}

static void note_losses(struct pcap_writer *writer, const struct record *record)
{
	struct writer_report *report = &writer->writer.report;
	report->comments_lost += record->comment != NULL;
	report->directions_lost += record->direction != DIRECTION_UNKNOWN;
	report->drops_lost += record->drop_count != 0;
	report->zos_lost += record->zos != NULL;
}

static bool pcap_write(struct writer *base, const struct record *record, struct error *error)
{
	struct pcap_writer *writer = (struct pcap_writer *)base;
	uint32_t captured = record->captured_length;
	if (record->link_type == LINKTYPE_NOT_A_PACKET) {
		base->report.skipped++;
		return true;
	}
	if (!check_link_type(writer, record, error))
		return false;
	if (captured > WRITER_LONGEST_PACKET) {
		captured = WRITER_LONGEST_PACKET;
		base->report.cut++;
	}
	note_losses(writer, record);
	int64_t time = time_of(writer, record);
	uint8_t header[RECORD_HEADER];
	store_le32(header, (uint32_t)(time / NANOSECONDS));
	store_le32(header + 4, (uint32_t)(time % NANOSECONDS / writer->tick));
	store_le32(header + 8, captured);
	store_le32(header + 12, record->original_length);
	if (!base->sink->write(base->sink, header, sizeof header, error) ||
	    !base->sink->write(base->sink, record->bytes, captured, error))
		return false;
	base->report.written++;
	return true;
}

/* What the source knew beside its packets. */
static void note_source(struct writer_report *report, const struct source_report *source)
{
	for (size_t i = 0; i < source->interface_count; i++) {
		const struct source_interface *interface = &source->interfaces[i];
		report->interfaces_lost += interface->name[0] || interface->description[0] ||
			interface->filter[0] || interface->has_statistics;
	}
	report->names_lost = source->name_count;
	report->secrets_lost = source->secret_count;
}

static bool pcap_finish(struct writer *base, struct error *error)
{
	struct pcap_writer *writer = (struct pcap_writer *)base;
	const struct source_report *source = base->source;
	uint32_t link_type = writer->options.link_type;
	if (source)
		note_source(&base->report, source);
	if (writer->begun)
		return true;
	if (source && source->interface_count && source->interfaces[0].link_type <= UINT16_MAX)
		link_type = source->interfaces[0].link_type;
	return begin(writer, link_type, 0, error);
}

static void pcap_destroy(struct writer *base)
{
	free(base);
}

struct writer *pcap_writer_create(struct sink *sink, const struct source_report *source,
				  const struct pcap_writer_options *options)
{
	struct pcap_writer *writer = memory_zeroed(1, sizeof *writer);
	writer->writer = (struct writer){ .write = pcap_write, .finish = pcap_finish,
		.destroy = pcap_destroy, .sink = sink, .source = source };
	writer->options = *options;
	return &writer->writer;
}
