/* Network General Sniffer for DOS, which Windows Sniffers and IPCS' SNIFFER write too. Everything
 * is little-endian; a record is a type, a length, two bytes of nothing, and so many bytes.
 * doc/formats/sniffer.md draws the records and names the sources. */
#include "source/file/sniffer.h"

#include "core/clock.h"
#include "source/file/frames.h"
#include "source/linktype.h"

#define MAGIC "TRSNIFF data    \x1a"
#define MAGIC_LENGTH 17
#define RECORD_HEADER 6
#define VERSION_LENGTH 18
#define LARGEST_RECORD_HEADER (RECORD_HEADER + 48)
#define MORE_LENGTH (48 - 14)        /* what a frame of type 4 has before a frame of type 2's end */

/* Behind the packet; no recorder is known to leave more. */
#define LARGEST_PAD 16

enum record_type {
	RECORD_VERSION = 1, RECORD_END = 3, RECORD_FRAME = 4, RECORD_NETWORK = 7,
	RECORD_ATM_FRAME = 8,        /* up to major version 2: a description */
	RECORD_LONG_FRAME = 12,
	RECORD_LAST_KNOWN = 17,
};

enum network {
	NETWORK_TOKEN_RING, NETWORK_ETHERNET, NETWORK_ARCNET, NETWORK_SYNCHRONOUS = 7,
	NETWORK_ASYNCHRONOUS, NETWORK_FDDI, NETWORK_ATM,
};

/* What the Internetwork analyzer says that a WAN speaks, in a RECORD_NETWORK. */
enum wan { WAN_UNKNOWN = -1, WAN_FRAME_RELAY = 2, WAN_ASYNCHRONOUS = 4 };

struct sniffer {
	struct frames frames;
	int64_t midnight;            /* of the day when recording began; times count from there */
	uint32_t picoseconds;        /* in a tick */
	uint16_t major, minor;
	uint8_t network;
	int wan;
	uint32_t link_type;          /* LINKTYPE_USER0: see each frame */
	uint32_t interface;
};

static enum probe sniffer_probe(struct cursor head)
{
	return frames_probe(head, MAGIC, MAGIC_LENGTH);
}

/* Bytes between the record header and the packet, or 0 when the record holds none. */
static uint32_t frame_header(const struct sniffer *sniffer, uint16_t type)
{
	switch (type) {
	case RECORD_FRAME:
		return 14;
	case RECORD_LONG_FRAME:
		return 34;
	case RECORD_ATM_FRAME:
		return sniffer->network == NETWORK_ATM && sniffer->major > 2 ? 48 : 0;
	default:
		return 0;
	}
}

static enum frame_sense read_other(uint16_t type, struct frame *frame)
{
	frame->kind = type == RECORD_END ? FRAME_LAST : FRAME_OTHER;
	if (!type || type > RECORD_LAST_KNOWN || (type == RECORD_END && frame->length > 1024))
		return FRAME_IMPOSSIBLE;
	return type == RECORD_END ? FRAME_REGULAR : FRAME_ODD;
}

static int64_t frame_time(const struct sniffer *sniffer, uint64_t ticks, uint8_t days)
{
	uint64_t picoseconds = ticks * sniffer->picoseconds;   /* 40 and 24 bits */
	return sniffer->midnight + days * 86400 * NANOSECONDS + (int64_t)(picoseconds / 1000);
}

static enum frame_sense read_header(const struct reader *reader, struct cursor *in,
				    struct frame *frame)
{
	const struct sniffer *sniffer = reader->state;
	uint16_t type = cursor_le16(in), length = cursor_le16(in), nothing = cursor_le16(in);
	frame->length = RECORD_HEADER + (uint32_t)length;
	uint32_t header = frame_header(sniffer, type);
	if (!header)
		return read_other(type, frame);
	uint64_t ticks = cursor_le16(in);
	ticks |= (uint64_t)cursor_le16(in) << 16;
	ticks |= (uint64_t)cursor_u8(in) << 32;
	uint8_t days = cursor_u8(in);
	frame->captured = cursor_le16(in);
	cursor_skip(in, 2);                          /* errors, and flags of the analyzer */
	uint16_t original = cursor_le16(in);
	frame->original = original ? original : frame->captured;   /* 0: not cut */
	frame->time = frame_time(sniffer, ticks, days);
	frame->header = RECORD_HEADER + header;
	/* Some version 4 recorders forgot the longer header when they filled in the length. */
	if (type == RECORD_ATM_FRAME && sniffer->major < 5 && sniffer->minor >= 95)
		frame->length += MORE_LENGTH;
	uint32_t used = frame->header + frame->captured;
	if (used > frame->length || frame->length - used > LARGEST_PAD)
		return FRAME_IMPOSSIBLE;
	return frame->captured && frame->original >= frame->captured && !nothing ? FRAME_REGULAR
										 : FRAME_ODD;
}

static const struct framing framing = { LARGEST_RECORD_HEADER, read_header };

/* Analyzers of major versions 1, 4 and 5 put the kind of network into the fifth byte. */
static void read_network(struct sniffer *sniffer, struct cursor body)
{
	cursor_skip(&body, 4);
	uint8_t wan = cursor_u8(&body);
	if (cursor_ok(&body) && sniffer->major != 2 &&
	    (sniffer->network == NETWORK_SYNCHRONOUS || sniffer->network == NETWORK_ASYNCHRONOUS))
		sniffer->wan = wan;
}

/* The records before the first frame are never compressed. */
static void read_introduction(struct reader *reader, struct sniffer *sniffer)
{
	for (;;) {
		struct cursor in = input_peek(&reader->input, RECORD_HEADER);
		uint16_t type = cursor_le16(&in), length = cursor_le16(&in);
		cursor_skip(&in, 2);
		bool introduces = type == 6 || type == RECORD_NETWORK ||
				  (type >= 13 && type <= RECORD_LAST_KNOWN) ||
				  (type == RECORD_ATM_FRAME && sniffer->major <= 2);
		if (!cursor_ok(&in) || !introduces)
			return;
		in = input_peek(&reader->input, RECORD_HEADER + (size_t)length);
		if (in.captured < in.declared)
			return;
		cursor_skip(&in, RECORD_HEADER);
		if (type == RECORD_NETWORK)
			read_network(sniffer, in);
		input_skip(&reader->input, RECORD_HEADER + (size_t)length);
	}
}

static uint32_t find_link_type(const struct sniffer *sniffer)
{
	static const struct link_name names[] = {
		{ NETWORK_TOKEN_RING, LINKTYPE_TOKEN_RING }, { NETWORK_ETHERNET, LINKTYPE_ETHERNET },
		{ NETWORK_FDDI, LINKTYPE_FDDI },
	};
	/* Major version 3 says nothing; its only known WAN traces are frame relay. */
	if (sniffer->network == NETWORK_SYNCHRONOUS &&
	    (sniffer->wan == WAN_FRAME_RELAY || sniffer->major == 3))
		return LINKTYPE_FRAME_RELAY;
	return link_name_find(names, sizeof names / sizeof *names, sniffer->network,
			      LINKTYPE_USER0);
}

/* DOS: 7 bits of years since 1980, 4 of months, 5 of days. */
static int64_t dos_date(uint16_t date)
{
	return time_from_date(1980u + (date >> 9), date >> 5 & 0x0f, date & 0x1f);
}

static bool set_time_unit(struct sniffer *sniffer, uint8_t unit, struct error *error)
{
	static const uint32_t units[] = { 15000000, 838096, 15000000, 500000, 2000000, 1000000,
					  100000 };
	if (unit >= sizeof units / sizeof *units)
		return error_set(error, ERROR_UNSUPPORTED, format_again_remedy,
				 "the Sniffer trace counts time in unit %u, which nobody knows",
				 unit);
	sniffer->picoseconds = units[unit];
	return true;
}

static bool sniffer_open(struct reader *reader, struct error *error)
{
	struct sniffer *sniffer = reader->state;
	size_t whole = MAGIC_LENGTH + RECORD_HEADER + VERSION_LENGTH;
	struct cursor in = input_peek(&reader->input, whole);
	cursor_skip(&in, MAGIC_LENGTH);
	uint16_t type = cursor_le16(&in), length = cursor_le16(&in);
	cursor_skip(&in, 2);
	sniffer->major = cursor_le16(&in);
	sniffer->minor = cursor_le16(&in);
	cursor_skip(&in, 2);                         /* the time of day: frames count from midnight */
	sniffer->midnight = dos_date(cursor_le16(&in));
	cursor_skip(&in, 1);
	sniffer->network = cursor_u8(&in);
	uint8_t format = cursor_u8(&in), unit = cursor_u8(&in);
	cursor_skip(&in, 6);
	if (!cursor_ok(&in))
		return error_set(error, ERROR_DAMAGED, format_cut_remedy,
				 "the Sniffer trace ends inside its header");
	if (type != RECORD_VERSION || length < VERSION_LENGTH)
		return error_set(error, ERROR_DAMAGED, format_again_remedy,
				 "the Sniffer trace does not begin with its version");
	if (!set_time_unit(sniffer, unit, error))
		return false;
	whole += length - (size_t)VERSION_LENGTH;
	(void)input_peek(&reader->input, whole);
	input_skip(&reader->input,
		   reader->input.available < whole ? reader->input.available : whole);
	sniffer->wan = WAN_UNKNOWN;
	read_introduction(reader, sniffer);
	sniffer->link_type = find_link_type(sniffer);
	sniffer->frames.framing = &framing;
	if (format != 1) {
		uint64_t offset = reader->input.offset;
		input_init_stream(&reader->input, sniffer_expand(&reader->input), SNIFFER_BLOB * 4);
		reader->input.offset = offset;
	}
	struct source_interface *interface = ledger_interface(reader->ledger, reader->file,
							      &sniffer->interface);
	interface->link_type = sniffer->link_type;
	interface->ticks_per_second = 1000000000000 / sniffer->picoseconds;
	return true;
}

/* WAN recorders do not say what protocol they saw; its first bytes do. RFC 1662, 3.1; Cisco HDLC
 * begins with 0f (unicast) or 8f and a zero. */
static uint32_t guess_wan(const struct sniffer *sniffer, const struct record *record)
{
	if (record->captured_length < 2)
		return LINKTYPE_USER0;
	uint16_t first = load_be16(record->bytes);
	if (first == 0xff03)
		return LINKTYPE_PPP_HDLC;
	if (first == 0x0f00 || first == 0x8f00)
		return LINKTYPE_C_HDLC;
	return sniffer->network == NETWORK_ASYNCHRONOUS || sniffer->wan == WAN_ASYNCHRONOUS
		? LINKTYPE_PPP : LINKTYPE_USER0;
}

/* Only routed and bridged traffic behind an LLC header (RFC 2684) has a LINKTYPE_ of its own. */
static uint32_t guess_atm(const struct frame *frame)
{
	const uint8_t *traffic_type = frame->bytes + RECORD_HEADER + 16 + 12;
	return frame->header == RECORD_HEADER + 48 && *traffic_type == 0x13 ? LINKTYPE_ATM_RFC1483
									    : LINKTYPE_USER0;
}

static bool sniffer_next(struct reader *reader, struct record *record)
{
	const struct sniffer *sniffer = reader->state;
	struct frame frame;
	if (!frames_next(reader, record, &frame))
		return false;
	record->interface = sniffer->interface;
	record->link_type = sniffer->link_type;
	if (sniffer->network == NETWORK_ATM)
		record->link_type = guess_atm(&frame);
	else if (sniffer->link_type == LINKTYPE_USER0)
		record->link_type = guess_wan(sniffer, record);
	return true;
}

const struct source_format format_sniffer = {
	.name = "sniffer",
	.title = "Sniffer for DOS: Network General, IPCS SNIFFER; also compressed",
	.probe = sniffer_probe,
	.state_size = sizeof(struct sniffer),
	.open = sniffer_open,
	.next = sniffer_next,
};
