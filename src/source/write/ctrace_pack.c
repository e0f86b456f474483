#include "source/write/ctrace_pack.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "source/zos.h"

#define DESCRIPTOR 4
#define USUAL_PAYLOAD 27990          /* LRECL 27994 less the RDW */
#define USUAL_BLOCK 27998
#define LARGE_BLOCK ((size_t)200 * 1024)
#define LARGE_BLOCK_BIT 0x80000000u
/* Whole records would hardly ever need to be cut: in spanned files blocks are shorter than records. */
#define SPANNED_BLOCK 6144
#define SHORTEST_SEGMENT 16

enum { SEGMENT_WHOLE = 0, SEGMENT_FIRST = 1, SEGMENT_LAST = 2, SEGMENT_MIDDLE = 3 };

void ctrace_pack_init(struct ctrace_pack *pack, struct sink *sink, const struct ctrace_writer_options *options)
{
	*pack = (struct ctrace_pack){
		.sink = sink, .container = options->container,
		.writer_header = options->writer_header,
		.payload = options->payload ? options->payload : USUAL_PAYLOAD,
	};
	pack->block_size = pack->container == CTRACE_VBS ? SPANNED_BLOCK
			 : pack->container == CTRACE_LARGE_BLOCKS ? LARGE_BLOCK : USUAL_BLOCK;
	pack->buffer = memory_allocate(CTRACE_BUFFER);
	pack->block = memory_allocate(LARGE_BLOCK);
	pack->block_used = DESCRIPTOR;
}

void ctrace_pack_finish(struct ctrace_pack *pack)
{
	free(pack->buffer);
	free(pack->block);
}

static void store_be16(uint8_t *to, size_t value)
{
	to[0] = (uint8_t)(value >> 8);
	to[1] = (uint8_t)value;
}

static void store_be32(uint8_t *to, uint32_t value)
{
	store_be16(to, value >> 16);
	store_be16(to + 2, value & 0xffff);
}

static bool put(struct ctrace_pack *pack, const void *bytes, size_t length, struct error *error)
{
	return pack->sink->write(pack->sink, bytes, length, error);
}

static bool flush_block(struct ctrace_pack *pack, struct error *error)
{
	size_t used = pack->block_used;
	if (used == DESCRIPTOR)
		return true;
	store_be32(pack->block, pack->container == CTRACE_LARGE_BLOCKS ? LARGE_BLOCK_BIT | (uint32_t)used
								       : (uint32_t)used << 16);
	pack->block_used = DESCRIPTOR;
	return put(pack, pack->block, used, error);
}

static void add_to_block(struct ctrace_pack *pack, const void *bytes, size_t length)
{
	memcpy(pack->block + pack->block_used, bytes, length);
	pack->block_used += length;
}

/* Writes a logical record, or a part of one, with its descriptor. */
static bool put_segment(struct ctrace_pack *pack, const uint8_t *bytes, size_t length, unsigned segment,
			struct error *error)
{
	uint8_t descriptor[DESCRIPTOR];
	store_be16(descriptor, length + DESCRIPTOR);
	descriptor[2] = (uint8_t)segment;
	descriptor[3] = 0;
	if (pack->container == CTRACE_RDW)
		return put(pack, descriptor, sizeof descriptor, error) && put(pack, bytes, length, error);
	if (pack->block_used + DESCRIPTOR + length > pack->block_size && !flush_block(pack, error))
		return false;
	add_to_block(pack, descriptor, sizeof descriptor);
	add_to_block(pack, bytes, length);
	return true;
}

static bool put_spanned(struct ctrace_pack *pack, const uint8_t *bytes, size_t length, struct error *error)
{
	bool first = true;
	while (length) {
		size_t room = pack->block_size - pack->block_used;
		if (room < DESCRIPTOR + SHORTEST_SEGMENT) {
			if (!flush_block(pack, error))
				return false;
			room = pack->block_size - pack->block_used;
		}
		size_t count = room - DESCRIPTOR < length ? room - DESCRIPTOR : length;
		bool last = count == length;
		unsigned segment = first ? (last ? SEGMENT_WHOLE : SEGMENT_FIRST)
					 : (last ? SEGMENT_LAST : SEGMENT_MIDDLE);
		if (!put_segment(pack, bytes, count, segment, error))
			return false;
		bytes += count;
		length -= count;
		first = false;
	}
	return true;
}

/* The real header is not published; this one has what it surely has: names and numbers. */
static void make_header(struct ctrace_pack *pack, uint8_t *to)
{
	uint8_t header[WRITER_HEADER_MOST];
	memset(header, 0xee, sizeof header);
	zos_text_to_ebcdic("SYSTCPDA", header, 8);
	store_be32(header + 8, pack->buffer_number);
	store_be32(header + 12, ++pack->record_number);
	zos_text_to_ebcdic("TCPIP", header + 16, 8);
	memcpy(to, header, pack->writer_header);
}

static bool put_record(struct ctrace_pack *pack, const uint8_t *bytes, size_t length, struct error *error)
{
	uint8_t record[UINT16_MAX];
	make_header(pack, record);
	memcpy(record + pack->writer_header, bytes, length);
	length += pack->writer_header;
	switch (pack->container) {
	case CTRACE_VBS:
		return put_spanned(pack, record, length, error);
	case CTRACE_RDW:
	case CTRACE_BDW:
	case CTRACE_LARGE_BLOCKS:
		return put_segment(pack, record, length, SEGMENT_WHOLE, error);
	default:
		return put(pack, record, length, error);
	}
}

/* Fills the buffer with zeros and writes it as logical records. The last one ends with its entries. */
static bool flush_buffer(struct ctrace_pack *pack, bool last, struct error *error)
{
	size_t room = pack->payload - pack->writer_header, at = 0;
	size_t length = last ? pack->used : CTRACE_BUFFER;
	memset(pack->buffer + pack->used, 0, CTRACE_BUFFER - pack->used);
	pack->used = 0;
	pack->buffer_number++;
	for (; at < length; at += room) {
		size_t count = length - at < room ? length - at : room;
		if (!put_record(pack, pack->buffer + at, count, error))
			return false;
	}
	return true;
}

bool ctrace_pack_entry(struct ctrace_pack *pack, const uint8_t *entry, size_t length, struct error *error)
{
	if (pack->container == CTRACE_RAW)
		return put(pack, entry, length, error);
	if (length > CTRACE_BUFFER - pack->used && !flush_buffer(pack, false, error))
		return false;
	memcpy(pack->buffer + pack->used, entry, length);
	pack->used += length;
	return true;
}

bool ctrace_pack_flush(struct ctrace_pack *pack, struct error *error)
{
	if (pack->container == CTRACE_RAW)
		return true;
	return (!pack->used || flush_buffer(pack, true, error)) && flush_block(pack, error);
}
