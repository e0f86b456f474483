#include "source/file/ctrace_entry.h"

#include "core/clock.h"

/* Offsets in the entry. */
enum { AT_LENGTH = 0, AT_OFFSET = 2, AT_FORMAT = 4, AT_TIME = 8 };
/* Offsets in PTHDR_T. */
enum { AT_HEADER_LENGTH = 0, AT_SEQUENCE = 2, AT_FLAGS = 3, AT_DEVICE = 4, AT_TRACED_LENGTH = 5,
	AT_NAME = 8, AT_CAPTURE_TIME = 24 };

#define DATA_OFFSET_MOST 64
#define TOD_1990 0xa100000000000000u
#define TOD_WRAPPED 0x4000000000000000u      /* the clock starts anew in 2042 */
/* How far the times of capture and of the buffer may lie apart: an hour. */
#define HOUR_OF_TOD ((uint64_t)3600 * 1000000 << 12)

static bool plausible_tod(uint64_t tod)
{
	return tod >= TOD_1990 || (tod < TOD_WRAPPED && tod >> 32 != 0);
}

static size_t data_offset(const uint8_t *bytes, size_t length, size_t least)
{
	size_t offset = load_be16(bytes + AT_OFFSET);
	if (offset < CTE_HEADER || offset > DATA_OFFSET_MOST || offset + least + CTE_TRAILER > length)
		return CTE_HEADER;
	return offset;
}

/* Does a packet trace header fit here? In old types its layout is not known. */
static bool plausible_header(const uint8_t *header, size_t room, uint32_t format, uint64_t buffer_tod)
{
	size_t length = load_be16(header + AT_HEADER_LENGTH);
	if (length < PTHDR_SHORTEST || length > PTHDR_LONGEST || length > room)
		return false;
	/* A data trace has a job and numbers where the others have a name. */
	if (!zos_is_name(header + AT_NAME, format == ZOS_DATA ? 8 : 16))
		return false;
	uint64_t tod = load_be64(header + AT_CAPTURE_TIME);
	uint64_t apart = tod > buffer_tod ? tod - buffer_tod : buffer_tod - tod;
	return format == ZOS_FRAME ? plausible_tod(tod) : apart <= HOUR_OF_TOD;
}

enum cte_check cte_check(const uint8_t *bytes, size_t available)
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
		if (!plausible_header(bytes + offset, length - offset - CTE_TRAILER, format, tod))
			return CTE_NO;
	}
	if (available < length)
		return CTE_CUT;
	return load_be16(bytes + length - CTE_TRAILER) == length ? CTE_WHOLE : CTE_HEAD;
}

/* IPv4 addresses are mapped into IPv6 (::ffff:a.b.c.d); z/OS itself also writes fffe there. */
static void read_address(struct cursor *in, struct address *to)
{
	const uint8_t *bytes = cursor_take(in, 16);
	*to = (struct address){ .family = ADDRESS_NONE };
	if (!bytes)
		return;
	uint64_t high = load_be64(bytes);
	uint32_t middle = load_be32(bytes + 8);
	if (!high && (middle == 0xffff || middle == 0xfffe)) {
		to->family = ADDRESS_IPV4;
		memcpy(to->bytes, bytes + 12, 4);
	} else if (high || middle || load_be32(bytes + 12)) {
		to->family = ADDRESS_IPV6;
		memcpy(to->bytes, bytes, 16);
	}
}

static void read_name(struct cursor *in, struct zos_record *zos)
{
	cursor_bytes(in, zos->raw_name, sizeof zos->raw_name);
	bool data = zos->format == ZOS_DATA;
	zos_ebcdic_to_text(zos->raw_name, data ? 8 : 16, zos->name);
	zos->family = data ? zos->raw_name[8] : 0;
	zos->socket_type = data ? zos->raw_name[9] : 0;
	zos->state = data ? zos->raw_name[11] : 0;
	zos->connection = data ? load_be32(zos->raw_name + 12) : 0;
}

/* Sets every field, those behind the end of a short header to zero: clearing the whole record first would
 * cost as much as reading it. */
static void read_header(struct cursor in, struct cte *cte)
{
	struct zos_record *zos = &cte->zos;
	zos->header_length = cursor_be16(&in);
	cte->segment = cursor_u8(&in);
	zos->flags = cursor_u8(&in);
	zos->local = zos->flags & ZOS_LOCAL;
	zos->confidential = zos->flags & ZOS_CONFIDENTIAL;
	zos->clear_text = zos->flags & ZOS_CLEAR_TEXT;
	zos->device_type = cursor_u8(&in);
	zos->traced_length = cursor_be24(&in);
	read_name(&in, zos);
	zos->capture_tod = cursor_be64(&in);
	read_address(&in, &zos->source);
	read_address(&in, &zos->destination);
	zos->source_port = cursor_be16(&in);
	zos->destination_port = cursor_be16(&in);
	zos->trace_count = cursor_be32(&in);
	cursor_skip(&in, 1);         /* not published */
	zos->protocol = cursor_u8(&in);
	zos->vlan = cursor_be16(&in);
	zos->tcb = cursor_be32(&in);
	zos->asid = cursor_be16(&in);
	zos->packet_length = cursor_be16(&in);
	zos->interface_index = cursor_be32(&in);
	zos->discard = cursor_be16(&in);
	zos->offload_segment_length = cursor_be16(&in);
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
		read_header(cursor_make(bytes + offset, header, header), to);
		zos->capture_time = zos_time_from_tod(zos->capture_tod, leap_seconds);
	}
	to->data = bytes + offset + header;
	to->data_length = end - offset - header;
}
