/* Records to component trace entries: what is known becomes a field, the rest stays zero. */
#include "source/write/ctrace.h"

#include <stdlib.h>
#include <string.h>

#include "core/cursor.h"
#include "core/memory.h"
#include "source/linktype.h"
#include "source/write/ctrace_pack.h"
#include "source/zos.h"

#define CTE_HEADER 16
#define CTE_TRAILER 2
#define LONGEST_ENTRY 65534          /* then the packet is cut into segments */
#define HEADER_SHORTEST 84
#define HEADER_LONGEST 1024
#define LONGEST_PACKET 0xffffff      /* PTH_Tlen has 24 bits */

struct ctrace_writer {
	struct writer writer;
	struct ctrace_writer_options options;
	struct ctrace_pack pack;
	uint32_t trace_count;
	int64_t now;                 /* time of the last record; 1970 before the first */
	uint8_t entry[LONGEST_ENTRY + 2];
};

struct span { const uint8_t *bytes; size_t length; };

static void store16(uint8_t *to, uint32_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void store32(uint8_t *to, uint32_t value)
{
	store16(to, value >> 16);
	store16(to + 2, value & 0xffff);
}

static void store64(uint8_t *to, uint64_t value)
{
	store32(to, (uint32_t)(value >> 32));
	store32(to + 4, (uint32_t)value);
}

static void store_address(uint8_t *to, const struct address *address)
{
	memset(to, 0, 16);
	if (address->family == ADDRESS_IPV4) {
		store16(to + 10, 0xffff);
		memcpy(to + 12, address->bytes, 4);
	} else if (address->family == ADDRESS_IPV6) {
		memcpy(to, address->bytes, 16);
	}
}

/* How many bytes of link header are in front of the IP packet of a record; SIZE_MAX when it is not known or
 * there is none. Only the simple ones: a conversion drops the link layer, it does not analyse it. */
static size_t link_header(const struct record *record)
{
	const uint8_t *bytes = record->bytes;
	size_t at, length = record->captured_length;
	uint16_t type;
	switch (record->link_type) {
	case LINKTYPE_RAW:
	case LINKTYPE_IPV4:
	case LINKTYPE_IPV6:
		return 0;
	case LINKTYPE_NULL:
	case LINKTYPE_LOOP:
		return 4;
	case LINKTYPE_ETHERNET:
		at = 12;
		break;
	case LINKTYPE_LINUX_SLL:
		at = 14;
		break;
	case LINKTYPE_LINUX_SLL2:
		return length > 20 && (load_be16(bytes) == 0x0800 || load_be16(bytes) == 0x86dd) ? 20 : SIZE_MAX;
	default:
		return SIZE_MAX;
	}
	do {
		if (at + 2 > length)
			return SIZE_MAX;
		type = load_be16(bytes + at);
		at += type == 0x8100 || type == 0x88a8 ? 4 : 2;
	} while (type == 0x8100 || type == 0x88a8);
	return type == 0x0800 || type == 0x86dd ? at : SIZE_MAX;
}

/* What the trace header repeats of an IP packet, and how long its headers are. */
static size_t read_packet(struct span packet, struct zos_record *zos)
{
	const uint8_t *bytes = packet.bytes;
	size_t transport;
	bool first = true;
	if (packet.length >= 20 && bytes[0] >> 4 == 4) {
		transport = (size_t)(bytes[0] & 0x0f) * 4;
		zos->source = address_ipv4(bytes + 12);
		zos->destination = address_ipv4(bytes + 16);
		zos->protocol = bytes[9];
		first = (load_be16(bytes + 6) & 0x1fff) == 0;
	} else if (packet.length >= 40 && bytes[0] >> 4 == 6) {
		transport = 40;
		zos->source = address_ipv6(bytes + 8);
		zos->destination = address_ipv6(bytes + 24);
		zos->protocol = bytes[6];
	} else {
		return packet.length;
	}
	bool has_ports = first && (zos->protocol == 6 || zos->protocol == 17 || zos->protocol == 132);
	if (!has_ports || packet.length < transport + 4)
		return transport;
	zos->source_port = load_be16(bytes + transport);
	zos->destination_port = load_be16(bytes + transport + 2);
	if (zos->protocol == 6 && packet.length > transport + 12)
		return transport + (size_t)(bytes[transport + 12] >> 4) * 4;
	return transport + 8;
}

static const char *interface_name(const struct ctrace_writer *writer, const struct record *record)
{
	const struct source_report *source = writer->writer.source;
	if (source && record->interface < source->interface_count &&
	    source->interfaces[record->interface].name[0])
		return source->interfaces[record->interface].name;
	return writer->options.interface ? writer->options.interface : "CULPRIT";
}

static uint8_t flags_of(const struct record *record)
{
	return record->direction == DIRECTION_OUTBOUND ? ZOS_OUTBOUND : 0;
}

/* Makes up a header for a record that did not come from z/OS. False when it holds nothing that z/OS
 * would trace. */
static bool invent(struct ctrace_writer *writer, const struct record *record, struct span *data,
		   struct zos_record *zos)
{
	size_t link = link_header(record), headers = 0;
	*zos = (struct zos_record){ .flags = flags_of(record), .trace_count = ++writer->trace_count,
		.interface_index = record->interface + 1 };
	*data = (struct span){ record->bytes, record->captured_length };
	if (record->link_type == LINKTYPE_ETHERNET && (writer->options.frames || link == SIZE_MAX)) {
		zos->format = ZOS_FRAME;
		headers = writer->options.abbreviate;
	} else if (link == SIZE_MAX || link >= record->captured_length) {
		return false;
	} else {
		zos->format = ZOS_PACKET;
		zos->device_type = 39;
		writer->writer.report.links_lost += link > 0;
		data->bytes += link;
		data->length -= link;
		headers = read_packet(*data, zos);
	}
	size_t original = record->original_length - (record->captured_length - data->length);
	zos->packet_length = (uint16_t)(original < UINT16_MAX ? original : UINT16_MAX);
	size_t keep = writer->options.abbreviate > headers ? writer->options.abbreviate : headers;
	if (writer->options.abbreviate && keep < data->length)
		data->length = keep;
	zos->traced_length = (uint32_t)data->length;
	zos_text_to_ebcdic(interface_name(writer, record), zos->raw_name, sizeof zos->raw_name);
	return true;
}

/* What a z/OS record said, for the data that it has now. */
static void repeat(struct ctrace_writer *writer, const struct record *record, struct span *data,
		   struct zos_record *zos)
{
	*zos = *record->zos;
	*data = (struct span){ record->bytes, record->captured_length };
	if (!zos->confidential)
		zos->traced_length = (uint32_t)data->length;
	if (!zos->packet_length && zos->format == ZOS_PACKET && record->original_length <= UINT16_MAX)
		zos->packet_length = (uint16_t)record->original_length;
	size_t keep = writer->options.abbreviate;
	if (!keep || zos->format != ZOS_PACKET)
		return;
	struct zos_record scratch;
	size_t headers = read_packet(*data, &scratch);
	if (keep < headers)
		keep = headers;
	if (keep < data->length)
		data->length = keep;
	zos->traced_length = (uint32_t)data->length;
}

/* Times as they were recorded, unless the record was given another one. */
static void set_times(struct ctrace_writer *writer, const struct record *record, struct zos_record *zos)
{
	int leap = writer->options.leap_seconds;
	int64_t time = record->time;
	/* What has no time, or one that the reader would not believe, gets that of the record before. */
	if (time == INT64_MIN || time < 0) {
		writer->writer.report.without_time += time == INT64_MIN;
		writer->writer.report.times_lost += time != INT64_MIN;
		time = writer->now;
	}
	writer->now = time;
	if (record->zos && zos_time_from_tod(zos->capture_tod, leap) == time)
		return;
	uint64_t delay = zos->buffer_tod > zos->capture_tod ? zos->buffer_tod - zos->capture_tod : 0;
	zos->capture_tod = zos_tod_from_time(time, leap);
	zos->buffer_tod = zos->capture_tod + delay;
}

static void fill_header(uint8_t *header, size_t length, const struct zos_record *zos, unsigned segment)
{
	memset(header, 0, length);
	/* What later versions of z/OS added behind the published fields goes along. */
	if (zos->header && zos->header_length >= length)
		memcpy(header, zos->header, length);
	store16(header, (uint32_t)length);
	header[2] = (uint8_t)segment;
	header[3] = zos->flags;
	header[4] = zos->device_type;
	header[5] = (uint8_t)(zos->traced_length >> 16);
	store16(header + 6, zos->traced_length & 0xffff);
	memcpy(header + 8, zos->raw_name, 16);
	store64(header + 24, zos->capture_tod);
	store_address(header + 32, &zos->source);
	store_address(header + 48, &zos->destination);
	store16(header + 64, zos->source_port);
	store16(header + 66, zos->destination_port);
	store32(header + 68, zos->trace_count);
	header[73] = zos->protocol;
	store16(header + 74, zos->vlan);
	store32(header + 76, zos->tcb);
	store16(header + 80, zos->asid);
	store16(header + 82, zos->packet_length);
	uint8_t rest[8];
	store32(rest, zos->interface_index);
	store16(rest + 4, zos->discard);
	store16(rest + 6, zos->offload_segment_length);
	memcpy(header + HEADER_SHORTEST, rest, length < ZOS_PACKET_HEADER ? length - HEADER_SHORTEST : 8);
}

static size_t header_length(const struct ctrace_writer *writer, const struct zos_record *zos)
{
	if (writer->options.header_length)
		return writer->options.header_length;
	return zos->header_length ? zos->header_length : ZOS_PACKET_HEADER;
}

static bool put_entry(struct ctrace_writer *writer, const struct zos_record *zos, struct span data,
		      unsigned segment, struct error *error)
{
	uint8_t *entry = writer->entry;
	size_t header = header_length(writer, zos);
	size_t pad = (header + data.length) & 1;
	size_t length = CTE_HEADER + header + data.length + pad + CTE_TRAILER;
	store16(entry, (uint32_t)length);
	store16(entry + 2, CTE_HEADER);
	store32(entry + 4, zos->format);
	store64(entry + 8, zos->buffer_tod);
	fill_header(entry + CTE_HEADER, header, zos, segment);
	if (data.length)
		memcpy(entry + CTE_HEADER + header, data.bytes, data.length);
	memset(entry + CTE_HEADER + header + data.length, 0, pad);
	store16(entry + length - CTE_TRAILER, (uint32_t)length);
	return ctrace_pack_entry(&writer->pack, entry, length, error);
}

/* The SMC extension may be part of the header, as PTH_Len says: then it is there already. */
static void skip_extension(const struct zos_record *zos, size_t header, struct span *data)
{
	if (zos->format != ZOS_SMC || header <= ZOS_PACKET_HEADER)
		return;
	size_t count = header - ZOS_PACKET_HEADER < data->length ? header - ZOS_PACKET_HEADER : data->length;
	data->bytes += count;
	data->length -= count;
}

static bool ctrace_write(struct writer *base, const struct record *record, struct error *error)
{
	struct ctrace_writer *writer = (struct ctrace_writer *)base;
	struct zos_record zos;
	struct span data;
	bool good = record->link_type != LINKTYPE_NOT_A_PACKET && record->captured_length <= LONGEST_PACKET;
	if (good && record->zos)
		repeat(writer, record, &data, &zos);
	else if (good)
		good = invent(writer, record, &data, &zos);
	if (!good) {
		base->report.skipped++;
		return true;
	}
	base->report.comments_lost += record->comment != NULL;
	set_times(writer, record, &zos);
	skip_extension(&zos, writer->options.header_length ? 0 : zos.header_length, &data);
	if (zos.format == ZOS_SMC && !zos.confidential)
		zos.traced_length = (uint32_t)data.length;
	size_t header = header_length(writer, &zos);
	/* Only the last segment may have a pad byte: nothing says how much of the others is data. */
	size_t room = LONGEST_ENTRY - CTE_HEADER - CTE_TRAILER - header;
	room -= (header + room) & 1;
	/* 0, 1, 2 … 255, 1, 2 … */
	for (unsigned segment = 0; ; segment = segment == UINT8_MAX ? 1 : segment + 1) {
		struct span part = { data.bytes, data.length < room ? data.length : room };
		if (!put_entry(writer, &zos, part, segment, error))
			return false;
		data.bytes += part.length;
		data.length -= part.length;
		if (!data.length)
			break;
	}
	base->report.written++;
	return true;
}

bool ctrace_writer_entry(struct writer *base, const uint8_t *entry, size_t length, struct error *error)
{
	return ctrace_pack_entry(&((struct ctrace_writer *)base)->pack, entry, length, error);
}

static bool ctrace_finish(struct writer *base, struct error *error)
{
	return ctrace_pack_flush(&((struct ctrace_writer *)base)->pack, error);
}

static void ctrace_destroy(struct writer *base)
{
	struct ctrace_writer *writer = (struct ctrace_writer *)base;
	ctrace_pack_finish(&writer->pack);
	free(writer);
}

const char *ctrace_container_name(unsigned container)
{
	static const char *const names[CTRACE_CONTAINERS] = { "raw", "rdw", "bdw", "large", "stripped", "vbs" };
	return container < CTRACE_CONTAINERS ? names[container] : NULL;
}

static void put_in_range(struct ctrace_writer_options *options)
{
	if (options->writer_header > WRITER_HEADER_MOST)
		options->writer_header = WRITER_HEADER_MOST;
	options->writer_header &= ~1u;
	if (options->header_length && options->header_length < HEADER_SHORTEST)
		options->header_length = HEADER_SHORTEST;
	if (options->header_length > HEADER_LONGEST)
		options->header_length = HEADER_LONGEST;
	/* A record holds more than its header, and fits into a block. */
	if (options->payload && options->payload < 2 * WRITER_HEADER_MOST)
		options->payload = 2 * WRITER_HEADER_MOST;
	if (options->payload > 27990)
		options->payload = 27990;
	options->payload &= ~1u;
}

struct writer *ctrace_writer_create(struct sink *sink, const struct source_report *source,
				    const struct ctrace_writer_options *options)
{
	struct ctrace_writer *writer = memory_zeroed(1, sizeof *writer);
	writer->writer = (struct writer){ .write = ctrace_write, .finish = ctrace_finish,
		.destroy = ctrace_destroy, .sink = sink, .source = source };
	writer->options = *options;
	put_in_range(&writer->options);
	ctrace_pack_init(&writer->pack, sink, &writer->options);
	return &writer->writer;
}
