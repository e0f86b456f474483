/* NetXRay and the Sniffers for Windows. Everything is little-endian: a file header of 128 bytes,
 * then records, up to an offset that the header names; what is behind it is not ours. When the
 * recorder's buffer went round, the oldest record lies in the middle of the file.
 * doc/formats/netxray.md draws the headers and names the sources. */
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "source/file/frames.h"
#include "source/linktype.h"

#define FILE_HEADER 128
#define MAGIC_LENGTH 4

/* The newest records of a file that went round have to wait in memory. No recorder's buffer was
 * larger; of a larger one the records come in the order of the file. */
#define LARGEST_ROUND INPUT_MAX_PEEK

/* From the start of recording to any packet: ten years. Clocks that are set back can make packets
 * older than the start. */
#define LONGEST_TRACE (3660 * 86400 * NANOSECONDS)

struct netxray {
	struct frames frames;
	int64_t start;               /* when ticks were at start_ticks; nanoseconds since 1970 */
	uint64_t start_ticks, ticks_per_second;
	uint64_t end;                /* where the records end; 0: with the file */
	uint8_t *newest;             /* waits until the oldest were read */
	size_t newest_length;
	uint32_t link_type, interface;
	bool keeps_fcs;              /* the four bytes more that a frame may have are its FCS */
};

static enum probe netxray_probe(struct cursor head)
{
	enum probe old = frames_probe(head, "VL\0\0", MAGIC_LENGTH);
	return old ? old : frames_probe(head, "XCP\0", MAGIC_LENGTH);
}

/* Multiplied out in 128 bits: the ticks of gigabit pods fill 64. */
static int64_t tick_time(const struct netxray *netxray, uint64_t ticks)
{
	__int128_t past = (__int128_t)ticks - netxray->start_ticks;
	past = past * NANOSECONDS / (__int128_t)netxray->ticks_per_second + netxray->start;
	if (past > INT64_MAX)
		return INT64_MAX;
	return past <= INT64_MIN ? INT64_MIN + 1 : (int64_t)past;
}

static enum frame_sense judge(const struct netxray *netxray, struct frame *frame,
			      uint32_t original)
{
	frame->original = original;
	frame->length = frame->header + frame->captured;
	if (!frame->captured || frame->time < netxray->start - LONGEST_TRACE ||
	    frame->time > netxray->start + LONGEST_TRACE)
		return FRAME_IMPOSSIBLE;
	return frame->captured <= original ? FRAME_REGULAR : FRAME_ODD;
}

static void read_time(const struct netxray *netxray, struct cursor *in, struct frame *frame)
{
	uint64_t ticks = cursor_le32(in);
	ticks |= (uint64_t)cursor_le32(in) << 32;
	frame->time = tick_time(netxray, ticks);
}

#define OLD_HEADER 18
static enum frame_sense read_old(const struct reader *reader, struct cursor *in,
				 struct frame *frame)
{
	read_time(reader->state, in, frame);
	frame->captured = cursor_le16(in);
	cursor_skip(in, 8);
	frame->header = OLD_HEADER;
	return judge(reader->state, frame, frame->captured);
}

#define HEADER_1 28
#define HEADER_2 40
static enum frame_sense read_new(const struct reader *reader, struct cursor *in,
				 struct frame *frame)
{
	const struct netxray *netxray = reader->state;
	read_time(netxray, in, frame);
	uint16_t original = cursor_le16(in);
	frame->captured = cursor_le16(in);
	frame->header = (uint32_t)netxray->frames.framing->header;
	cursor_skip(in, frame->header - 12);
	return judge(netxray, frame, original);
}

static const struct framing framing_old = { OLD_HEADER, read_old };
static const struct framing framing_1 = { HEADER_1, read_new };
static const struct framing framing_2 = { HEADER_2, read_new };

struct version {
	const char *text;
	const struct framing *framing;
	uint32_t ticks_per_second;   /* 0: see the time unit */
	bool pods_count_from_zero;
};

static const struct version versions[] = {
	{ "001.000", &framing_1, 1000, false },
	{ "001.100", &framing_1, 1000000, false },
	{ "002.000", &framing_2, 0, false },
	{ "002.001", &framing_2, 0, false },
	{ "002.002", &framing_2, 0, true },
	{ "002.003", &framing_2, 0, true },
};
static const struct version oldest = { "", &framing_old, 1000, false };

static const struct version *find_version(const uint8_t magic[4], const uint8_t text[8])
{
	if (magic[0] == 'V')
		return &oldest;
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
		if (memcmp(versions[i].text, text, 8) == 0)
			return &versions[i];
	return NULL;
}

/* What the file header says, in its order. */
struct header {
	uint8_t magic[4], version[8];
	uint32_t start, first, end;
	uint8_t network, network_scale, time_unit;
	uint64_t ticks;
	uint32_t real_ticks;
	uint8_t recorder, wan;
};

enum network { NETWORK_ETHERNET = 1, NETWORK_TOKEN_RING, NETWORK_FDDI, NETWORK_WAN, NETWORK_ATM = 9,
	       NETWORK_WIRELESS };

static bool read_file_header(struct reader *reader, struct header *header)
{
	struct cursor in = input_peek(&reader->input, FILE_HEADER);
	cursor_bytes(&in, header->magic, 4);
	cursor_bytes(&in, header->version, 8);
	header->start = cursor_le32(&in);
	cursor_skip(&in, 8);
	header->first = cursor_le32(&in);
	header->end = cursor_le32(&in);
	cursor_skip(&in, 12);
	header->network = cursor_u8(&in);
	header->network_scale = cursor_u8(&in);
	cursor_skip(&in, 2);
	header->time_unit = cursor_u8(&in);
	cursor_skip(&in, 3);
	header->ticks = cursor_le32(&in);
	header->ticks |= (uint64_t)cursor_le32(&in) << 32;
	cursor_skip(&in, 16);
	header->real_ticks = cursor_le32(&in);
	cursor_skip(&in, 4);
	header->recorder = cursor_u8(&in);
	cursor_skip(&in, 7);
	header->wan = cursor_u8(&in);
	cursor_skip(&in, FILE_HEADER - 0x5d);
	/* Some files count networks from 1, as NDIS does, and say so here. */
	if (header->network_scale != 2)
		header->network++;
	return cursor_ok(&in);
}

/* What version 2 recorders count in: by the card or pod that recorded, then by time unit. */
static uint32_t find_ticks(const struct header *header)
{
	static const struct { uint8_t recorder; uint32_t units[3]; } pods[] = {
		{ 2, { 1000000000, 0, 31250000 } }, { 3, { 1000000, 0, 1250000 } },
		{ 5, { 1000000, 0, 0 } }, { 6, { 1000000000, 0, 20000000 } },
	};
	static const uint32_t cards[] = { 1000000, 1193000, 1193182 };
	if (header->time_unit > 2)
		return 0;
	if (header->network != NETWORK_ETHERNET)
		return cards[header->time_unit];
	if (!header->recorder)
		return header->time_unit == 2 ? header->real_ticks : cards[header->time_unit];
	for (size_t i = 0; i < sizeof pods / sizeof *pods; i++)
		if (pods[i].recorder == header->recorder)
			return pods[i].units[header->time_unit];
	return 0;
}

static uint32_t find_link_type(const struct header *header, const struct version *version)
{
	static const struct link_name networks[] = {
		{ NETWORK_ETHERNET, LINKTYPE_ETHERNET }, { NETWORK_TOKEN_RING, LINKTYPE_TOKEN_RING },
		{ NETWORK_FDDI, LINKTYPE_FDDI }, { NETWORK_WIRELESS, LINKTYPE_IEEE802_11 },
		/* NDIS shows WANs as if they were Ethernet. */
		{ NETWORK_WAN, LINKTYPE_ETHERNET },
	};
	static const struct link_name wans[] = {
		{ 3, LINKTYPE_PPP }, { 4, LINKTYPE_FRAME_RELAY }, { 19, LINKTYPE_C_HDLC },
	};
	if (header->network == NETWORK_WAN && version->framing == &framing_2)
		return link_name_find(wans, sizeof wans / sizeof *wans, header->recorder,
				      LINKTYPE_USER0);
	return link_name_find(networks, sizeof networks / sizeof *networks, header->network,
			      LINKTYPE_USER0);
}

static bool set_times(struct netxray *netxray, const struct header *header,
		      const struct version *version, struct error *error)
{
	netxray->start = header->start * NANOSECONDS;
	netxray->ticks_per_second = version->ticks_per_second ? version->ticks_per_second
							      : find_ticks(header);
	if (!netxray->ticks_per_second)
		return error_set(error, ERROR_UNSUPPORTED, "save it again with another Sniffer",
				 "nobody knows the clock of this Sniffer trace (unit %u, pod %u)",
				 header->time_unit, header->recorder);
	bool pod = header->network == NETWORK_ETHERNET && header->recorder;
	netxray->start_ticks = pod && version->pods_count_from_zero ? 0 : header->ticks;
	return true;
}

static void skip_to(struct input *input, uint64_t offset)
{
	while (input->offset < offset && input_peek(input, 1).captured) {
		uint64_t left = offset - input->offset;
		input_skip(input, left < input->available ? (size_t)left : input->available);
	}
}

/* The oldest record is behind the newest: puts the newest aside. */
static void set_newest_aside(struct input *input, struct netxray *netxray, uint32_t first)
{
	size_t length = (size_t)netxray->end - FILE_HEADER;
	struct cursor in = input_peek(input, length);
	if (in.captured < length)
		return;
	netxray->newest = memory_allocate(length);
	netxray->newest_length = length;
	memcpy(netxray->newest, in.next, length);
	netxray->end = 0;
	skip_to(input, first);
}

static void find_records(struct reader *reader, struct netxray *netxray,
			 const struct header *header)
{
	input_skip(&reader->input, FILE_HEADER);
	netxray->end = header->end > FILE_HEADER ? header->end : 0;
	if (!netxray->end || header->first < FILE_HEADER)
		return;
	if (header->first <= netxray->end)
		skip_to(&reader->input, header->first);
	else if (netxray->end - FILE_HEADER <= LARGEST_ROUND)
		set_newest_aside(&reader->input, netxray, header->first);
	else
		netxray->end = 0;
}

static bool netxray_open(struct reader *reader, struct error *error)
{
	struct netxray *netxray = reader->state;
	struct header header = { .magic = "" };
	if (!read_file_header(reader, &header))
		return error_set(error, ERROR_DAMAGED, format_cut_remedy,
				 "the Sniffer trace ends inside its header");
	const struct version *version = find_version(header.magic, header.version);
	if (!version)
		return error_set(error, ERROR_UNSUPPORTED, format_again_remedy,
				 "this version of Sniffer traces for Windows is not known");
	if (!set_times(netxray, &header, version, error))
		return false;
	netxray->frames.framing = version->framing;
	netxray->link_type = find_link_type(&header, version);
	/* Odd, but true of all known files: these two bytes tell an FCS from left-over bytes. */
	netxray->keeps_fcs = (header.real_ticks >> 8 & 0xffff) == 0x1234;
	find_records(reader, netxray, &header);
	struct source_interface *interface = ledger_interface(reader->ledger, reader->file,
							      &netxray->interface);
	interface->link_type = netxray->link_type;
	interface->ticks_per_second = netxray->ticks_per_second;
	return true;
}

static void take_newest(struct reader *reader, struct netxray *netxray)
{
	uint64_t offset = reader->input.offset;
	input_finish(&reader->input);
	input_init_memory(&reader->input, netxray->newest, netxray->newest_length);
	/* Offsets only ever grow: the report counts them as bytes read. */
	reader->input.offset = offset;
	netxray->newest_length = 0;
}

/* Two bytes of ones: four bytes follow the frame that belong to it or to nobody. */
static void treat_trailer(const struct netxray *netxray, const struct frame *frame,
			  struct record *record)
{
	if (netxray->frames.framing != &framing_2 || load_be16(frame->bytes + 14) != 0xffff ||
	    (netxray->link_type != LINKTYPE_ETHERNET && netxray->link_type != LINKTYPE_IEEE802_11 &&
	     netxray->link_type != LINKTYPE_FRAME_RELAY))
		return;
	if (netxray->keeps_fcs && netxray->link_type != LINKTYPE_FRAME_RELAY) {
		record->fcs_length = 4;
	} else if (record->captured_length >= 4 && record->original_length >= 4) {
		record->captured_length -= 4;
		record->original_length -= 4;
	}
}

/* A file that is cut between two records shows it only in its header. */
static bool next_frame(struct reader *reader, struct record *record, struct frame *frame)
{
	const struct netxray *netxray = reader->state;
	uint64_t told = reader->ledger->report.damage_total;
	if (frames_next(reader, record, frame))
		return true;
	struct input *input = &reader->input;
	if (input->offset < netxray->end && !input->failure &&
	    reader->ledger->report.damage_total == told) {
		input->failure = "the file ends before its last records";
		input->cut = true;
	}
	return false;
}

static bool netxray_next(struct reader *reader, struct record *record)
{
	struct netxray *netxray = reader->state;
	if (netxray->end && reader->input.offset >= netxray->end) {
		skip_to(&reader->input, UINT64_MAX);
		return false;
	}
	struct frame frame;
	bool got = next_frame(reader, record, &frame);
	if (!got && netxray->newest_length) {
		take_newest(reader, netxray);
		got = frames_next(reader, record, &frame);
	}
	if (!got)
		return false;
	record->link_type = netxray->link_type;
	record->interface = netxray->interface;
	treat_trailer(netxray, &frame, record);
	return true;
}

static void netxray_close(struct reader *reader)
{
	free(((struct netxray *)reader->state)->newest);
}

const struct source_format format_netxray = {
	.name = "netxray",
	.title = "Sniffer for Windows, NetXRay",
	.probe = netxray_probe,
	.state_size = sizeof(struct netxray),
	.open = netxray_open,
	.next = netxray_next,
	.close = netxray_close,
};
