/* AIX iptrace. Everything is big-endian: eleven bytes "iptrace 1.0" or "iptrace 2.0", then
 * records. doc/formats/iptrace.md draws them and names the sources. */
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "source/file/frames.h"
#include "source/linktype.h"

#define FILE_HEADER 11
#define LENGTH_AND_TIME 8       /* before what the record's length counts */
#define DESCRIPTION_1 22
#define DESCRIPTION_2 32
/* In front of each FDDI frame. */
#define FDDI_PAD 3

#define TYPE_FDDI 15

/* A machine has some dozen interfaces; a file that claims more is damaged. The last one then
 * stands for all that follow. */
#define MAX_INTERFACES 256

/* What a record says of its interface: type, unit and four letters, as they are. */
struct port {
	uint8_t type, unit, name[4];
	uint32_t interface, link_type;
};

struct iptrace {
	struct frames frames;
	struct port ports[MAX_INTERFACES];
	unsigned port_count;
	uint32_t ticks_per_second;
};

static enum probe iptrace_probe(struct cursor head)
{
	enum probe one = frames_probe(head, "iptrace 1.0", FILE_HEADER);
	return one ? one : frames_probe(head, "iptrace 2.0", FILE_HEADER);
}

/* The part that both versions share. */
static enum frame_sense read_description(struct cursor *in, struct frame *frame, uint32_t size)
{
	uint32_t length = cursor_be32(in);
	frame->time = cursor_be32(in) * NANOSECONDS;
	cursor_skip(in, 20);
	uint8_t type = cursor_u8(in), sent = cursor_u8(in);
	uint32_t before = size + (type == TYPE_FDDI ? FDDI_PAD : 0);
	if (length < before || length > before + FRAMES_LARGEST)
		return FRAME_IMPOSSIBLE;
	frame->header = LENGTH_AND_TIME + before;
	frame->captured = frame->original = length - before;
	frame->length = LENGTH_AND_TIME + length;
	return frame->captured && frame->time && type && sent <= 1 ? FRAME_REGULAR : FRAME_ODD;
}

static enum frame_sense read_1(const struct reader *reader, struct cursor *in, struct frame *frame)
{
	(void)reader;
	return read_description(in, frame, DESCRIPTION_1);
}

static enum frame_sense read_2(const struct reader *reader, struct cursor *in, struct frame *frame)
{
	(void)reader;
	enum frame_sense sense = read_description(in, frame, DESCRIPTION_2);
	cursor_skip(in, 2);
	frame->time = cursor_be32(in) * NANOSECONDS;
	uint32_t fraction = cursor_be32(in);
	frame->time += fraction;
	return sense == FRAME_REGULAR && fraction >= NANOSECONDS ? FRAME_ODD : sense;
}

static const struct framing framing_1 = { LENGTH_AND_TIME + DESCRIPTION_1, read_1 };
static const struct framing framing_2 = { LENGTH_AND_TIME + DESCRIPTION_2, read_2 };

static bool iptrace_open(struct reader *reader, struct error *error)
{
	struct iptrace *iptrace = reader->state;
	struct cursor in = input_peek(&reader->input, FILE_HEADER);
	const uint8_t *text = cursor_take(&in, FILE_HEADER);
	if (!text)
		return error_set(error, ERROR_DAMAGED, format_cut_remedy,
				 "the iptrace file ends inside its header");
	bool is_2 = text[8] == '2';
	iptrace->frames.framing = is_2 ? &framing_2 : &framing_1;
	iptrace->ticks_per_second = is_2 ? 1000000000 : 1;
	input_skip(&reader->input, FILE_HEADER);
	return true;
}

/* Interface types of RFC 1573 and AIX' own: 12 is the switch of an SP, 61 the host fabric. */
static uint32_t find_link_type(uint8_t type)
{
	static const struct link_name names[] = {
		{ 4, LINKTYPE_RAW }, { 6, LINKTYPE_ETHERNET }, { 7, LINKTYPE_ETHERNET },
		{ 9, LINKTYPE_TOKEN_RING }, { 12, LINKTYPE_RAW }, { TYPE_FDDI, LINKTYPE_FDDI },
		{ 24, LINKTYPE_RAW }, { 61, LINKTYPE_RAW }, { 199, LINKTYPE_INFINIBAND },
	};
	return link_name_find(names, sizeof names / sizeof *names, type, LINKTYPE_USER0);
}

static void name_interface(struct source_interface *interface, const struct port *port)
{
	char letters[5] = "";
	for (size_t i = 0; i < 4 && port->name[i] > ' ' && port->name[i] < 0x7f; i++)
		letters[i] = (char)port->name[i];
	snprintf(interface->name, sizeof interface->name, "%s%u", letters, port->unit);
}

static const struct port *find_port(struct reader *reader, const struct port *wanted)
{
	struct iptrace *iptrace = reader->state;
	for (unsigned i = 0; i < iptrace->port_count; i++) {
		struct port *port = &iptrace->ports[i];
		if (port->type == wanted->type && port->unit == wanted->unit &&
		    memcmp(port->name, wanted->name, sizeof port->name) == 0)
			return port;
	}
	if (iptrace->port_count == MAX_INTERFACES)
		return &iptrace->ports[MAX_INTERFACES - 1];
	struct port *port = &iptrace->ports[iptrace->port_count++];
	*port = *wanted;
	port->link_type = find_link_type(port->type);
	struct source_interface *interface = ledger_interface(reader->ledger, reader->file,
							      &port->interface);
	interface->link_type = port->link_type;
	interface->ticks_per_second = iptrace->ticks_per_second;
	name_interface(interface, port);
	return port;
}

static bool iptrace_next(struct reader *reader, struct record *record)
{
	struct frame frame;
	if (!frames_next(reader, record, &frame))
		return false;
	struct cursor in = cursor_make(frame.bytes, frame.header, frame.header);
	struct port wanted = { 0 };
	cursor_skip(&in, LENGTH_AND_TIME + 3);
	wanted.unit = cursor_u8(&in);
	cursor_bytes(&in, wanted.name, sizeof wanted.name);
	cursor_skip(&in, 12);
	wanted.type = cursor_u8(&in);
	bool sent = cursor_u8(&in);
	const struct port *port = find_port(reader, &wanted);
	record->interface = port->interface;
	record->link_type = wanted.type == port->type ? port->link_type
						      : find_link_type(wanted.type);
	record->direction = sent ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
	return true;
}

const struct source_format format_iptrace = {
	.name = "iptrace",
	.title = "AIX iptrace 1.0 and 2.0",
	.probe = iptrace_probe,
	.state_size = sizeof(struct iptrace),
	.open = iptrace_open,
	.next = iptrace_next,
};
