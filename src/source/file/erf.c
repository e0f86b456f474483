/* ERF, Endace's Extensible Record Format ("ERF Types Reference Guide", endace.com). There is no
 * file header and no magic number: a file is recognised by records that follow each other. Times
 * are little-endian, all else is big-endian:
 *
 *     0 time: seconds since 1970 in 1/2^32   8 type   9 flags   10 record length
 *     12 packets lost before this one, or a colour   14 length on the wire, with FCS
 *
 * Then come 8-byte extension headers, while the top bit of the type (first byte of each) says so,
 * then 2 to 4 bytes that depend on the type, then the packet, padded to 8 bytes. */
#include "core/clock.h"
#include "source/file/frames.h"
#include "source/linktype.h"

#define RECORD_HEADER 16
#define EXTENSION 8
/* Recorders write up to 3; Wireshark reads 16. */
#define MAX_EXTENSIONS 16
#define LARGEST_HEADER (RECORD_HEADER + MAX_EXTENSIONS * EXTENSION + 4)
#define PADDING 8
/* 1995: no Endace card is older. */
#define EARLIEST ((int64_t)788918400)

#define INTERFACES 4            /* two bits of the flags */

enum record_type {
	TYPE_HDLC = 1, TYPE_ETHERNET = 2, TYPE_MC_HDLC = 5, TYPE_MC_AAL5 = 9, TYPE_COLOUR_HDLC = 10,
	TYPE_COLOUR_ETHERNET = 11, TYPE_MC_AAL2 = 12, TYPE_DSM_COLOUR_HDLC = 15,
	TYPE_DSM_COLOUR_ETHERNET = 16, TYPE_COLOUR_MC_HDLC = 17, TYPE_AAL2 = 18,
	TYPE_COLOUR_HASH_HDLC = 19, TYPE_COLOUR_HASH_ETHERNET = 20, TYPE_INFINIBAND = 21,
	TYPE_IPV4 = 22, TYPE_IPV6 = 23, TYPE_META = 27, TYPE_LAST = 29, TYPE_PAD = 48,
};

#define TYPE_BITS 0x7f
#define FLAG_INTERFACE 0x03

struct erf {
	struct frames frames;
	uint32_t interfaces[INTERFACES];   /* in the ledger */
	bool known[INTERFACES];
};

static bool is_ethernet(uint8_t type)
{
	return type == TYPE_ETHERNET || type == TYPE_COLOUR_ETHERNET ||
	       type == TYPE_DSM_COLOUR_ETHERNET || type == TYPE_COLOUR_HASH_ETHERNET;
}

/* Bytes between the headers and the packet. */
static uint32_t before_packet(uint8_t type)
{
	if (is_ethernet(type))
		return 2;
	return (type >= TYPE_MC_HDLC && type <= TYPE_MC_AAL5) || type == TYPE_MC_AAL2 ||
	       type == TYPE_COLOUR_MC_HDLC || type == TYPE_AAL2 ? 4 : 0;
}

static int64_t erf_time(uint64_t stamp)
{
	uint64_t fraction = (stamp & UINT32_MAX) * (uint64_t)NANOSECONDS + 0x80000000u;
	return (int64_t)(stamp >> 32) * NANOSECONDS + (int64_t)(fraction >> 32);
}

static enum frame_sense judge(const struct frame *frame, uint8_t type, uint32_t room)
{
	if (type == TYPE_PAD)
		return FRAME_ODD;
	if (type == TYPE_META)
		return FRAME_REGULAR;
	if (!frame->original || frame->time < EARLIEST * NANOSECONDS)
		return FRAME_ODD;
	return room < frame->original + PADDING ? FRAME_REGULAR : FRAME_ODD;
}

static enum frame_sense read_header(const struct reader *reader, struct cursor *in,
				    struct frame *frame)
{
	(void)reader;
	uint64_t stamp = cursor_le32(in);
	stamp |= (uint64_t)cursor_le32(in) << 32;
	uint8_t more = cursor_u8(in), type = more & TYPE_BITS;
	cursor_skip(in, 1);
	frame->length = cursor_be16(in);
	cursor_skip(in, 2);
	frame->original = cursor_be16(in);
	frame->header = RECORD_HEADER + before_packet(type);
	for (unsigned i = 0; i < MAX_EXTENSIONS && more & 0x80; i++) {
		more = cursor_u8(in);
		cursor_skip(in, EXTENSION - 1);
		frame->header += EXTENSION;
	}
	if (!type || (type > TYPE_LAST && type != TYPE_PAD) || frame->length < RECORD_HEADER)
		return FRAME_IMPOSSIBLE;
	frame->time = erf_time(stamp);
	if (type == TYPE_PAD)
		frame->kind = FRAME_OTHER;
	else if (more & 0x80 || frame->length < frame->header)
		return FRAME_IMPOSSIBLE;
	uint32_t room = type == TYPE_PAD ? 0 : frame->length - frame->header;
	frame->captured = room < frame->original ? room : frame->original;
	return judge(frame, type, room);
}

static const struct framing framing = { LARGEST_HEADER, read_header };

/* A regular record, and another one behind it unless the file ends there. */
static enum probe erf_probe(struct cursor head)
{
	struct cursor in = head, behind = head;
	struct frame first = { FRAME_PACKET }, second = { FRAME_PACKET };
	if (read_header(NULL, &in, &first) != FRAME_REGULAR || !cursor_ok(&in) ||
	    head.captured < first.length)
		return PROBE_NO;
	cursor_skip(&behind, first.length);
	enum frame_sense sense = read_header(NULL, &behind, &second);
	return !cursor_ok(&behind) || sense == FRAME_REGULAR || second.kind == FRAME_OTHER
		? PROBE_PERHAPS : PROBE_NO;
}

static bool erf_open(struct reader *reader, struct error *error)
{
	(void)error;
	((struct erf *)reader->state)->frames.framing = &framing;
	return true;
}

static uint32_t find_link_type(uint8_t type, const struct record *record)
{
	static const struct link_name names[] = {
		{ TYPE_IPV4, LINKTYPE_IPV4 }, { TYPE_IPV6, LINKTYPE_IPV6 },
		{ TYPE_INFINIBAND, LINKTYPE_INFINIBAND }, { TYPE_META, LINKTYPE_NOT_A_PACKET },
	};
	if (is_ethernet(type))
		return LINKTYPE_ETHERNET;
	if (type != TYPE_HDLC && type != TYPE_MC_HDLC && type != TYPE_COLOUR_HDLC &&
	    type != TYPE_DSM_COLOUR_HDLC && type != TYPE_COLOUR_MC_HDLC &&
	    type != TYPE_COLOUR_HASH_HDLC)
		return link_name_find(names, sizeof names / sizeof *names, type, LINKTYPE_USER0);
	/* RFC 1662, 3.1; what else runs over HDLC looks like Cisco's. */
	bool is_ppp = record->captured_length >= 2 && load_be16(record->bytes) == 0xff03;
	return is_ppp ? LINKTYPE_PPP_HDLC : LINKTYPE_C_HDLC;
}

static uint32_t find_interface(struct reader *reader, unsigned number, uint32_t link_type)
{
	struct erf *erf = reader->state;
	if (!erf->known[number]) {
		struct source_interface *interface =
			ledger_interface(reader->ledger, reader->file, &erf->interfaces[number]);
		interface->link_type = link_type;
		interface->ticks_per_second = (uint64_t)1 << 32;
		interface->name[0] = (char)('A' + number);
		erf->known[number] = true;
	}
	return erf->interfaces[number];
}

static bool erf_next(struct reader *reader, struct record *record)
{
	struct frame frame;
	if (!frames_next(reader, record, &frame))
		return false;
	uint8_t type = frame.bytes[8] & TYPE_BITS;
	record->link_type = find_link_type(type, record);
	record->interface = find_interface(reader, frame.bytes[9] & FLAG_INTERFACE,
					   record->link_type);
	if (type == TYPE_META && !record->time)
		record->time = INT64_MIN;
	if (type == TYPE_HDLC || type == TYPE_ETHERNET)   /* others have a colour there */
		record->drop_count = load_be16(frame.bytes + 12);
	if (is_ethernet(type) && record->original_length >= 4)
		record->fcs_length = 4;
	return true;
}

const struct source_format format_erf = {
	.name = "erf",
	.title = "ERF: Endace DAG cards",
	.probe = erf_probe,
	.searches = true,
	.state_size = sizeof(struct erf),
	.open = erf_open,
	.next = erf_next,
};
