#include "source/file/ctrace_entry.h"

#include "core/clock.h"

/* Offsets in the entry. */
enum { AT_LENGTH = 0, AT_OFFSET = 2, AT_FORMAT = 4, AT_TIME = 8 };
/* Offsets in PTHDR_T. */
enum { AT_HEADER_LENGTH = 0, AT_SEQUENCE = 2, AT_FLAGS = 3, AT_DEVICE = 4, AT_TRACED_LENGTH = 5,
	AT_NAME = 8, AT_CAPTURE_TIME = 24, AT_SOURCE = 32, AT_DESTINATION = 48, AT_SOURCE_PORT = 64,
	AT_DESTINATION_PORT = 66, AT_TRACE_COUNT = 68, /* 72: not published */ AT_PROTOCOL = 73,
	AT_VLAN = 74, AT_TCB = 76, AT_ASID = 80, AT_PACKET_LENGTH = 82, AT_INTERFACE_INDEX = 84,
	AT_DISCARD = 88, AT_OFFLOAD_LENGTH = 90 };

#define DATA_OFFSET_MOST 64
#define TOD_1970 0x7d91048bca000000u         /* the first that records can have */
#define TOD_WRAPPED 0x4000000000000000u      /* the clock starts anew in 2042 */
/* How far the times of capture and of the buffer may lie apart: an hour. */
#define HOUR_OF_TOD ((uint64_t)3600 * 1000000 << 12)

static bool plausible_tod(uint64_t tod)
{
	return tod >= TOD_1970 || (tod < TOD_WRAPPED && tod >> 32 != 0);
}

static size_t data_offset(const uint8_t *bytes, size_t length, size_t least)
{
	size_t offset = load_be16(bytes + AT_OFFSET);
	if (offset < CTE_HEADER || offset > DATA_OFFSET_MOST || offset + least + CTE_TRAILER > length)
		return CTE_HEADER;
	return offset;
}

/* The name of the entry before was looked at already. */
static bool plausible_name(const uint8_t *name, bool data, const struct cte *last)
{
	size_t length = data ? 8 : 16;
	return (last && last->named >= length && same_name(name, last->zos.raw_name, data)) ||
	       zos_is_name(name, length);
}

/* Does a packet trace header fit here? In old types its layout is not known. */
static bool plausible_header(const uint8_t *header, size_t room, uint32_t format, uint64_t buffer_tod,
			     const struct cte *last)
{
	size_t length = load_be16(header + AT_HEADER_LENGTH);
	if (length < PTHDR_SHORTEST || length > PTHDR_LONGEST || length > room)
		return false;
	/* A data trace has a job and numbers where the others have a name. */
	if (!plausible_name(header + AT_NAME, format == ZOS_DATA, last))
		return false;
	uint64_t tod = load_be64(header + AT_CAPTURE_TIME);
	uint64_t apart = tod > buffer_tod ? tod - buffer_tod : buffer_tod - tod;
	return format == ZOS_FRAME ? plausible_tod(tod) : apart <= HOUR_OF_TOD;
}

enum cte_check cte_check_behind(const uint8_t *bytes, size_t available, const struct cte *last)
{
	if (available < CTE_HEADER)
		return CTE_NO;
	size_t length = cte_length(bytes);
	if (length < CTE_SHORTEST_LOST)
		return CTE_NO;
	uint32_t format = load_be32(bytes + AT_FORMAT);
	bool lost = format >= ZOS_LOST_RECORDS;
	if (!lost && (format < ZOS_OLD_PACKET || format > ZOS_SMC))
		return CTE_NO;
	uint64_t tod = load_be64(bytes + AT_TIME);
	if (!plausible_tod(tod))
		return CTE_NO;
	if (cte_has_header(format)) {
		if (length < CTE_SHORTEST)
			return CTE_NO;
		size_t offset = data_offset(bytes, length, PTHDR_SHORTEST);
		if (available < offset + PTHDR_SHORTEST)
			return CTE_CUT;
		if (!plausible_header(bytes + offset, length - offset - CTE_TRAILER, format, tod,
				      last))
			return CTE_NO;
	}
	if (available < length)
		return CTE_CUT;
	return load_be16(bytes + length - CTE_TRAILER) == length ? CTE_WHOLE : CTE_HEAD;
}

enum cte_check cte_check(const uint8_t *bytes, size_t available)
{
	return cte_check_behind(bytes, available, NULL);
}

/* IPv4 addresses are mapped into IPv6 (::ffff:a.b.c.d); z/OS itself also writes fffe there. */
static void read_address(const uint8_t *bytes, struct address *to)
{
	uint64_t high = load_be64(bytes);
	uint32_t middle = load_be32(bytes + 8);
	*to = (struct address){ .family = ADDRESS_NONE };
	if (!high && (middle == 0xffff || middle == 0xfffe)) {
		to->family = ADDRESS_IPV4;
		memcpy(to->bytes, bytes + 12, 4);
	} else if (high || middle || load_be32(bytes + 12)) {
		to->family = ADDRESS_IPV6;
		memcpy(to->bytes, bytes, 16);
	}
}

/* Hardly a name differs from the one before, and making text of it costs more than all else here. */
static void read_name(const uint8_t *bytes, bool data, struct cte *cte)
{
	struct zos_record *zos = &cte->zos;
	uint8_t length = data ? 8 : sizeof zos->raw_name;
	if (cte->named != length || !same_name(bytes, zos->raw_name, data)) {
		zos_ebcdic_to_text(bytes, length, zos->name);
		cte->named = length;
	}
	memcpy(zos->raw_name, bytes, sizeof zos->raw_name);
	zos->family = data ? bytes[8] : 0;
	zos->socket_type = data ? bytes[9] : 0;
	zos->state = data ? bytes[11] : 0;
	zos->connection = data ? load_be32(bytes + 12) : 0;
}

/* Sets every field, those behind the end of a short header to zero: clearing the whole record first would
 * cost as much as reading it. */
static void read_header(const uint8_t *header, size_t length, struct cte *cte)
{
	struct zos_record *zos = &cte->zos;
	uint8_t whole[ZOS_PACKET_HEADER];
	if (length < sizeof whole) {
		memset(whole, 0, sizeof whole);
		memcpy(whole, header, length);
		header = whole;
	}
	zos->header_length = (uint16_t)length;
	cte->segment = header[AT_SEQUENCE];
	zos->flags = header[AT_FLAGS];
	zos->local = zos->flags & ZOS_LOCAL;
	zos->confidential = zos->flags & ZOS_CONFIDENTIAL;
	zos->clear_text = zos->flags & ZOS_CLEAR_TEXT;
	zos->device_type = header[AT_DEVICE];
	zos->traced_length = load_be32(header + AT_TRACED_LENGTH - 1) & 0xffffff;
	read_name(header + AT_NAME, zos->format == ZOS_DATA, cte);
	zos->capture_tod = load_be64(header + AT_CAPTURE_TIME);
	read_address(header + AT_SOURCE, &zos->source);
	read_address(header + AT_DESTINATION, &zos->destination);
	zos->source_port = load_be16(header + AT_SOURCE_PORT);
	zos->destination_port = load_be16(header + AT_DESTINATION_PORT);
	zos->trace_count = load_be32(header + AT_TRACE_COUNT);
	zos->protocol = header[AT_PROTOCOL];
	zos->vlan = load_be16(header + AT_VLAN);
	zos->tcb = load_be32(header + AT_TCB);
	zos->asid = load_be16(header + AT_ASID);
	zos->packet_length = load_be16(header + AT_PACKET_LENGTH);
	zos->interface_index = load_be32(header + AT_INTERFACE_INDEX);
	zos->discard = load_be16(header + AT_DISCARD);
	zos->offload_segment_length = load_be16(header + AT_OFFLOAD_LENGTH);
}

void cte_read(const uint8_t *bytes, size_t available, int leap_seconds, struct cte *to)
{
	struct zos_record *zos = &to->zos;
	if (!cte_has_header(load_be32(bytes + AT_FORMAT)) || available < CTE_SHORTEST)
		memset(to, 0, sizeof *to);
	size_t length = cte_length(bytes);
	to->length = (uint16_t)length;
	zos->format = load_be32(bytes + AT_FORMAT);
	zos->segments = 1;
	zos->incomplete = false;
	zos->buffer_tod = load_be64(bytes + AT_TIME);
	zos->buffer_time = zos->capture_time = zos_time_from_tod(zos->buffer_tod, leap_seconds);
	bool has_header = cte_has_header(zos->format);
	size_t offset = data_offset(bytes, length, has_header ? PTHDR_SHORTEST : 0);
	size_t end = length - CTE_TRAILER < available ? length - CTE_TRAILER : available;
	if (offset > end)
		offset = end;
	size_t header = has_header && end - offset >= 2 ? load_be16(bytes + offset) : 0;
	if (header > end - offset)
		header = end - offset;
	if (header) {
		zos->header = bytes + offset;
		read_header(bytes + offset, header, to);
		zos->capture_time = zos_time_from_tod(zos->capture_tod, leap_seconds);
	}
	to->data = bytes + offset + header;
	to->data_length = end - offset - header;
}
