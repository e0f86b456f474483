/* Microsoft Network Monitor 1.x and 2.x. Everything is little-endian: a file header of 128 bytes,
 * frames, and a table of where each frame is, which alone tells their order and leaves holes out.
 * doc/formats/netmon.md draws them and names the sources.
 *
 * The table comes last, so a file that fits into the input's window is read as a whole, and by its
 * table. Without it (the file is cut, or larger) the frames are read as they lie there. */
#include "core/clock.h"
#include "source/file/frames.h"
#include "source/linktype.h"

#define FILE_HEADER 128
#define MAGIC_LENGTH 4
#define LARGEST_ORIGINAL ((uint32_t)16 * 1024 * 1024)
#define LARGEST_FRAME_HEADER 16
/* FILETIME counts 100 ns from 1601. */
#define TICKS_PER_SECOND 10000000
#define SECONDS_BEFORE_1970 11644473600ULL

struct netmon {
	struct frames frames;
	int64_t start;               /* nanoseconds since 1970 */
	uint32_t table, table_end;   /* where the frame table is; both 0 without one */
	uint64_t room;               /* bytes of frames that may still be delivered by table */
	uint64_t end;                /* without a table: where the frames end; 0: with the file */
	uint32_t interface, link_type;
	uint8_t major, minor;
};

enum media {
	MEDIA_UNKNOWN, MEDIA_ETHERNET, MEDIA_TOKEN_RING, MEDIA_FDDI, MEDIA_WIRELESS = 6,
	MEDIA_TUNNEL, MEDIA_WIRELESS_WAN, MEDIA_IP,
	MEDIA_FROM_PCAP = 0xe000,    /* and a LINKTYPE_ value */
	MEDIA_PAYLOAD = 0xfffc, MEDIA_NETWORK_INFO = 0xfffd, MEDIA_DNS_CACHE = 0xfffe,
	MEDIA_FIRST_NOTE = 0xffe0,   /* from here on no packets */
};

static enum probe netmon_probe(struct cursor head)
{
	enum probe one = frames_probe(head, "RTSS", MAGIC_LENGTH);
	return one ? one : frames_probe(head, "GMBU", MAGIC_LENGTH);
}

/* Bytes behind each packet. */
static uint32_t trailer_length(const struct netmon *netmon)
{
	static const uint8_t lengths[] = { 0, 2, 6, 15 };
	if (netmon->major < 2)
		return 0;
	return lengths[netmon->minor < 3 ? netmon->minor : 3];
}

static int64_t add_time(int64_t start, int64_t count, int64_t unit)
{
	int64_t time;
	if (__builtin_mul_overflow(count, unit, &time) ||
	    __builtin_add_overflow(time, start, &time) || time == INT64_MIN)
		return start;
	return time;
}

static enum frame_sense judge(const struct netmon *netmon, struct frame *frame)
{
	if (!frame->captured || frame->captured > FRAMES_LARGEST)
		return FRAME_IMPOSSIBLE;
	frame->trailer = trailer_length(netmon);
	frame->length = frame->header + frame->captured + frame->trailer;
	return frame->captured <= frame->original &&
	       frame->original <= LARGEST_ORIGINAL ? FRAME_REGULAR : FRAME_ODD;
}

static enum frame_sense read_1(const struct reader *reader, struct cursor *in, struct frame *frame)
{
	const struct netmon *netmon = reader->state;
	frame->time = add_time(netmon->start, cursor_le32(in), MILLISECOND);
	frame->original = cursor_le16(in);
	frame->captured = cursor_le16(in);
	frame->header = 8;
	return judge(netmon, frame);
}

static enum frame_sense read_2(const struct reader *reader, struct cursor *in, struct frame *frame)
{
	const struct netmon *netmon = reader->state;
	uint64_t microseconds = cursor_le32(in);
	microseconds |= (uint64_t)cursor_le32(in) << 32;
	frame->original = cursor_le32(in);
	frame->captured = cursor_le32(in);
	frame->header = 16;
	/* Unsigned until it is times ten, then signed: frames can be older than the start. */
	frame->time = add_time(netmon->start, (int64_t)(microseconds * 10), 100);
	return judge(netmon, frame);
}

static const struct framing framing_1 = { 8, read_1 };
static const struct framing framing_2 = { LARGEST_FRAME_HEADER, read_2 };

/* A SYSTEMTIME in the recorder's time zone, which the file does not tell: read as UTC. */
static int64_t read_start(struct cursor *in)
{
	uint16_t part[8];   /* year, month, day of the week, day, hour, minute, second, ms */
	for (size_t i = 0; i < 8; i++)
		part[i] = cursor_le16(in);
	int64_t seconds = part[4] * 3600 + part[5] * 60 + part[6];
	return time_from_date(part[0], part[1], part[3]) + seconds * NANOSECONDS +
	       part[7] * MILLISECOND;
}

static uint32_t find_link_type(uint32_t media)
{
	static const struct link_name names[] = {
		/* Unknown: seen on VPNs, with Ethernet frames. */
		{ MEDIA_UNKNOWN, LINKTYPE_ETHERNET }, { MEDIA_ETHERNET, LINKTYPE_ETHERNET },
		{ MEDIA_TOKEN_RING, LINKTYPE_TOKEN_RING }, { MEDIA_FDDI, LINKTYPE_FDDI },
		{ MEDIA_WIRELESS, LINKTYPE_IEEE802_11 }, { MEDIA_TUNNEL, LINKTYPE_RAW },
		{ MEDIA_WIRELESS_WAN, LINKTYPE_RAW }, { MEDIA_IP, LINKTYPE_RAW },
	};
	if (media >= MEDIA_FIRST_NOTE)
		return LINKTYPE_NOT_A_PACKET;
	if ((media & 0xf000) == MEDIA_FROM_PCAP)
		return link_type_from_file(media & 0x0fff);
	return link_name_find(names, sizeof names / sizeof *names, media, LINKTYPE_USER0);
}

/* Takes the table if all of the file up to its end can be looked at in one piece. */
static void find_table(struct reader *reader, struct netmon *netmon, uint32_t offset,
		       uint32_t length)
{
	uint64_t end = (uint64_t)offset + length;
	netmon->end = offset > FILE_HEADER ? offset : 0;
	if (offset < FILE_HEADER || length % 4 != 0 || end > INPUT_MAX_PEEK ||
	    input_peek(&reader->input, (size_t)end).captured < end) {
		input_skip(&reader->input, FILE_HEADER);
		return;
	}
	netmon->table = offset;
	netmon->table_end = (uint32_t)end;
	/* Frames behind the table are fine too; each byte is a frame's only once. */
	netmon->room = reader->input.available;
}

static bool netmon_open(struct reader *reader, struct error *error)
{
	struct netmon *netmon = reader->state;
	struct cursor in = input_peek(&reader->input, FILE_HEADER);
	cursor_skip(&in, MAGIC_LENGTH);
	netmon->minor = cursor_u8(&in);
	netmon->major = cursor_u8(&in);
	netmon->link_type = find_link_type(cursor_le16(&in));
	netmon->start = read_start(&in);
	uint32_t table = cursor_le32(&in), length = cursor_le32(&in);
	cursor_skip(&in, 96);
	if (!cursor_ok(&in))
		return error_set(error, ERROR_DAMAGED, format_cut_remedy,
				 "the Network Monitor trace ends inside its header");
	if (netmon->major < 1 || netmon->major > 2)
		return error_set(error, ERROR_UNSUPPORTED, format_again_remedy,
				 "Network Monitor format %u.%u does not exist", netmon->major,
				 netmon->minor);
	netmon->frames.framing = netmon->major == 1 ? &framing_1 : &framing_2;
	struct source_interface *interface = ledger_interface(reader->ledger, reader->file,
							      &netmon->interface);
	interface->link_type = netmon->link_type;
	interface->ticks_per_second = netmon->major == 1 ? 1000
				    : netmon->minor < 3 ? 1000000 : TICKS_PER_SECOND;
	find_table(reader, netmon, table, length);
	return true;
}

/* The next frame that the table names. */
static bool next_of_table(struct reader *reader, struct record *record, struct frame *frame)
{
	struct netmon *netmon = reader->state;
	const struct input *input = &reader->input;
	while (netmon->table < netmon->table_end) {
		size_t offset = load_le32(input->next + netmon->table);
		netmon->table += 4;
		struct cursor in = cursor_make(input->next, input->available, input->available);
		cursor_skip(&in, offset);
		*frame = (struct frame){ FRAME_PACKET };
		struct cursor whole = in;
		enum frame_sense sense = netmon->frames.framing->read(reader, &in, frame);
		if (!cursor_ok(&in) || sense == FRAME_IMPOSSIBLE ||
		    frame->length > whole.captured || frame->length > netmon->room) {
			reader_damage(reader, offset, 0,
				      "the frame table names a place where no frame is");
			continue;
		}
		netmon->room -= frame->length;
		frame->bytes = whole.next;
		record->time = frame->time;
		record->captured_length = frame->captured;
		record->original_length = frame->original;
		record->bytes = frame->bytes + frame->header;
		record->offset = offset;
		return true;
	}
	return false;
}

/* The next frame of a file whose table is missing or too far away. */
static bool next_in_file(struct reader *reader, struct record *record, struct frame *frame)
{
	const struct netmon *netmon = reader->state;
	struct input *input = &reader->input;
	if (netmon->end && input->offset >= netmon->end)
		return false;
	uint64_t told = reader->ledger->report.damage_total;
	if (frames_next(reader, record, frame))
		return true;
	if (!input->failure && reader->ledger->report.damage_total == told) {
		input->failure = "the file ends before its frame table";
		input->cut = true;
	}
	return false;
}

static void skip_rest(struct input *input)
{
	while (input_peek(input, 1).captured)
		input_skip(input, input->available);
}

/* Wireless frames lie behind facts about the radio: a version, then the length of it all. */
static void strip_radio(struct record *record)
{
	struct cursor in = cursor_make(record->bytes, record->captured_length,
				       record->captured_length);
	cursor_skip(&in, 1);
	uint16_t length = cursor_le16(&in);
	if (!cursor_ok(&in) || length > record->captured_length || length > record->original_length)
		return;
	record->bytes += length;
	record->captured_length -= length;
	record->original_length -= length;
}

/* What is said behind the packet. False for notes that nobody numbers. */
static bool read_trailer(const struct frame *frame, struct record *record)
{
	struct cursor in = cursor_make(frame->bytes + frame->header + frame->captured,
				       frame->trailer, frame->trailer);
	if (!frame->trailer)
		return true;
	uint16_t media = cursor_le16(&in);
	record->link_type = find_link_type(media);
	if (media == MEDIA_WIRELESS)
		strip_radio(record);
	if (frame->trailer > 6) {
		cursor_skip(&in, 4);
		uint64_t ticks = cursor_le32(&in);
		ticks |= (uint64_t)cursor_le32(&in) << 32;
		uint64_t before = SECONDS_BEFORE_1970 * TICKS_PER_SECOND;
		if (ticks > before && ticks - before < INT64_MAX / 100)
			record->time = (int64_t)(ticks - before) * 100;
	}
	return media != MEDIA_PAYLOAD && media != MEDIA_NETWORK_INFO && media != MEDIA_DNS_CACHE;
}

static bool netmon_next(struct reader *reader, struct record *record)
{
	struct netmon *netmon = reader->state;
	struct frame frame;
	bool by_table = netmon->table_end, got;
	do {
		got = by_table ? next_of_table(reader, record, &frame)
			       : next_in_file(reader, record, &frame);
		record->link_type = netmon->link_type;
		record->interface = netmon->interface;
	} while (got && !read_trailer(&frame, record));
	if (!got)
		skip_rest(&reader->input);
	else if (record->link_type == LINKTYPE_IEEE802_11 && netmon->major == 2 && !netmon->minor)
		strip_radio(record);
	return got;
}

const struct source_format format_netmon = {
	.name = "netmon",
	.title = "Microsoft Network Monitor 1 and 2",
	.probe = netmon_probe,
	.state_size = sizeof(struct netmon),
	.open = netmon_open,
	.next = netmon_next,
};
