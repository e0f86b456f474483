/* snoop, RFC 1761, and what Shomiti's (later Finisar's) Surveyor made of it: versions 3 to 5, or 2
 * with at least 16 bytes of their own behind each packet, other link types, and the frame check
 * sequence kept. Everything is big-endian; a record header is
 *
 *     0 original length   4 included length   8 record length   12 cumulative drops
 *     16 seconds   20 microseconds */
#include "core/clock.h"
#include "source/file/frames.h"
#include "source/linktype.h"

#define MAGIC "snoop\0\0\0"
#define MAGIC_LENGTH 8
#define FILE_HEADER 16
#define RECORD_HEADER 24
/* Behind the packet: pads to 4 bytes, some 6 bytes seen, Surveyor's 16. More is a broken length. */
#define LARGEST_PAD 64
#define SURVEYOR_TRAILER 16
#define LARGEST_ORIGINAL ((uint32_t)16 * 1024 * 1024)

struct snoop {
	struct frames frames;
	uint32_t link_type, interface;
	uint32_t drops;          /* cumulative, as the last record said */
	uint8_t fcs_length;
};

/* IANA, "Snoop datalink types", and Solaris' <sys/dlpi.h>. */
static const struct link_name solaris[] = {
	{ 0, LINKTYPE_ETHERNET }, { 2, LINKTYPE_TOKEN_RING }, { 4, LINKTYPE_ETHERNET },
	{ 8, LINKTYPE_FDDI }, { 9, LINKTYPE_NULL }, { 14, LINKTYPE_NULL },
	{ 16, LINKTYPE_IP_OVER_FC }, { 18, LINKTYPE_SUNATM }, { 0x80000005, LINKTYPE_IPNET },
};

static const struct link_name surveyor[] = {
	{ 0, LINKTYPE_ETHERNET }, { 2, LINKTYPE_TOKEN_RING }, { 4, LINKTYPE_ETHERNET },
	{ 8, LINKTYPE_FDDI }, { 10, LINKTYPE_ETHERNET }, { 11, LINKTYPE_TOKEN_RING },
	{ 12, LINKTYPE_ETHERNET }, { 13, LINKTYPE_TOKEN_RING }, { 14, LINKTYPE_TOKEN_RING },
	{ 19, LINKTYPE_ETHERNET },
};

static enum probe snoop_probe(struct cursor head)
{
	return frames_probe(head, MAGIC, MAGIC_LENGTH);
}

static enum frame_sense read_header(const struct reader *reader, struct cursor *in,
				    struct frame *frame)
{
	(void)reader;
	frame->header = RECORD_HEADER;
	frame->original = cursor_be32(in);
	frame->captured = cursor_be32(in);
	frame->length = cursor_be32(in);
	cursor_skip(in, 4);
	int64_t seconds = cursor_be32(in);
	uint32_t microseconds = cursor_be32(in);
	frame->time = seconds * NANOSECONDS + microseconds * MICROSECOND;
	uint32_t least = RECORD_HEADER + frame->captured;
	if (frame->captured > FRAMES_LARGEST || frame->length < least ||
	    frame->length > least + LARGEST_PAD)
		return FRAME_IMPOSSIBLE;
	return frame->captured && frame->captured <= frame->original &&
	       frame->original <= LARGEST_ORIGINAL && microseconds < 1000000 ? FRAME_REGULAR
									     : FRAME_ODD;
}

static const struct framing framing = { RECORD_HEADER, read_header };

/* Version 2 tells nothing; the first record does, if it has been read already. */
static bool is_surveyor(struct reader *reader, uint32_t version)
{
	struct cursor in = cursor_make(reader->input.next, reader->input.available, RECORD_HEADER);
	struct frame first = { FRAME_PACKET };
	return version > 2 ||
	       (read_header(reader, &in, &first) != FRAME_IMPOSSIBLE && cursor_ok(&in) &&
		first.length - RECORD_HEADER - first.captured >= SURVEYOR_TRAILER);
}

static uint32_t find_link_type(uint32_t network, bool of_surveyor)
{
	return of_surveyor ? link_name_find(surveyor, sizeof surveyor / sizeof *surveyor, network,
					    LINKTYPE_USER0)
			   : link_name_find(solaris, sizeof solaris / sizeof *solaris, network,
					    LINKTYPE_USER0);
}

static bool snoop_open(struct reader *reader, struct error *error)
{
	struct snoop *snoop = reader->state;
	struct cursor in = input_peek(&reader->input, FILE_HEADER);
	cursor_skip(&in, MAGIC_LENGTH);
	uint32_t version = cursor_be32(&in), network = cursor_be32(&in);
	if (!cursor_ok(&in))
		return error_set(error, ERROR_DAMAGED, format_cut_remedy,
				 "the snoop file ends inside its header");
	if (version < 2 || version > 5)
		return error_set(error, ERROR_UNSUPPORTED, format_again_remedy,
				 "snoop version %u does not exist", version);
	input_skip(&reader->input, FILE_HEADER);
	bool of_surveyor = is_surveyor(reader, version);
	snoop->link_type = find_link_type(network, of_surveyor);
	if (of_surveyor && snoop->link_type == LINKTYPE_ETHERNET)
		snoop->fcs_length = 4;
	snoop->frames.framing = &framing;
	struct source_interface *interface = ledger_interface(reader->ledger, reader->file,
							      &snoop->interface);
	interface->link_type = snoop->link_type;
	interface->ticks_per_second = 1000000;
	return true;
}

static bool snoop_next(struct reader *reader, struct record *record)
{
	struct snoop *snoop = reader->state;
	struct frame frame;
	if (!frames_next(reader, record, &frame))
		return false;
	uint32_t drops = load_be32(frame.bytes + 12);
	if (drops > snoop->drops)
		record->drop_count = drops - snoop->drops;
	snoop->drops = drops;
	record->link_type = snoop->link_type;
	record->interface = snoop->interface;
	if (record->captured_length == record->original_length)
		record->fcs_length = snoop->fcs_length;
	return true;
}

const struct source_format format_snoop = {
	.name = "snoop",
	.title = "snoop: Solaris (RFC 1761), Shomiti and Finisar Surveyor",
	.probe = snoop_probe,
	.state_size = sizeof(struct snoop),
	.open = snoop_open,
	.next = snoop_next,
};
