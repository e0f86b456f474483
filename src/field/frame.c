/* What is known of a packet before it is decoded: its record. */
#include <string.h>

#include "decode/decoder.h"
#include "field/groups.h"
#include "source/linktype.h"

enum {
	INTERFACE_ID, INTERFACE_NAME, INTERFACE_DESCRIPTION, LINK_TYPE, TIME, TIME_EPOCH, TIME_DELTA,
	TIME_RELATIVE, NUMBER, LENGTH, CAPTURED_LENGTH, DIRECTION, PROTOCOLS, COMMENT, DROP_COUNT, FILE_NUMBER,
};

static const struct field_name directions[] = { { 0, "Unknown" }, { 1, "Inbound" }, { 2, "Outbound" }, { 0 } };

static bool get_number(const struct packet *packet, struct field_value *to)
{
	to->number = (int64_t)packet->record->number;
	return true;
}

static bool get_time(const struct packet *packet, struct field_value *to)
{
	to->number = packet->record->time;
	return !packet->record->timeless;
}

static bool get_length(const struct packet *packet, struct field_value *to)
{
	to->number = packet->record->original_length;
	return true;
}

static bool get_captured(const struct packet *packet, struct field_value *to)
{
	to->number = packet->record->captured_length;
	return true;
}

static const struct field fields[] = {
	[INTERFACE_ID] = { "frame.interface_id", "Interface id", FIELD_UINT },
	[INTERFACE_NAME] = { "frame.interface_name", "Interface name", FIELD_TEXT },
	[INTERFACE_DESCRIPTION] = { "frame.interface_description", "Interface description", FIELD_TEXT },
	[LINK_TYPE] = { "frame.link_type", "Link type", FIELD_UINT,
		.description = "LINKTYPE_ of tcpdump.org, as in pcap files" },
	[TIME] = { "frame.time", "Arrival Time", FIELD_TIME, .get = get_time },
	[TIME_EPOCH] = { "frame.time_epoch", "Epoch Time", FIELD_DURATION, .unit = "s", .get = get_time },
	[TIME_DELTA] = { "frame.time_delta", "Time delta from previous captured frame", FIELD_DURATION,
		.unit = "s" },
	[TIME_RELATIVE] = { "frame.time_relative", "Time since reference or first frame", FIELD_DURATION,
		.unit = "s" },
	[NUMBER] = { "frame.number", "Frame Number", FIELD_UINT, .get = get_number },
	[LENGTH] = { "frame.len", "Frame length on the wire", FIELD_UINT, .unit = "bytes", .get = get_length },
	[CAPTURED_LENGTH] = { "frame.cap_len", "Frame length stored into the capture file", FIELD_UINT,
		.unit = "bytes", .get = get_captured },
	[DIRECTION] = { "frame.packet_flags_direction", "Direction", FIELD_UINT, FORM_HEX, 4,
		.names = directions },
	[PROTOCOLS] = { "frame.protocols", "Protocols in frame", FIELD_TEXT },
	[COMMENT] = { "frame.comment", "Comment", FIELD_TEXT },
	[DROP_COUNT] = { "frame.drop_count", "Drop Count", FIELD_UINT,
		.description = "Packets that the recorder says it lost before this one" },
	[FILE_NUMBER] = { "frame.file_number", "File", FIELD_UINT,
		.description = "Of several files read as one: which one, from 1" },
	{ 0 },
};

static void tell_words(struct teller *teller, int index, const char *words)
{
	if (*words)
		tell_text(teller, &fields[index], NULL, 0, words, strlen(words));
}

/* Only pcapng knows more of an interface than its link type. */
static bool tells_interfaces(const struct source_report *report, const struct record *record)
{
	return report && record->file < report->file_count && report->files[record->file].format &&
	       strcmp(report->files[record->file].format, "pcapng") == 0 &&
	       record->interface < report->interface_count;
}

static void tell_interface(struct teller *teller, const struct source_report *report, uint32_t index)
{
	const struct source_interface *interface = &report->interfaces[index];
	tell_number(teller, &fields[INTERFACE_ID], NULL, 0, index);
	tell_words(teller, INTERFACE_NAME, interface->name);
	tell_words(teller, INTERFACE_DESCRIPTION, interface->description);
}

static void tell_times(struct teller *teller, const struct fields *context, const struct record *record)
{
	if (record->timeless)
		return;
	bool first = context->first_time == INT64_MIN;
	tell_number(teller, &fields[TIME], NULL, 0, record->time);
	tell_number(teller, &fields[TIME_EPOCH], NULL, 0, record->time);
	tell_number(teller, &fields[TIME_DELTA], NULL, 0, first ? 0 : record->time - context->previous_time);
	tell_number(teller, &fields[TIME_RELATIVE], NULL, 0, first ? 0 : record->time - context->first_time);
}

static size_t add_name(char *to, size_t used, size_t size, const char *name)
{
	size_t length = strlen(name);
	if (used + length + 2 > size)
		return used;
	if (used)
		to[used++] = ':';
	memcpy(to + used, name, length);
	return used + length;
}

/* Names with colons between, as Wireshark writes them: EtherTypes count as a protocol of their own. */
static void tell_protocols(struct teller *teller, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	char names[256];
	size_t used = 0;
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const struct decoder *decoder = packet->layers[i].decoder;
		const struct decoder *next = i + 1 < packet->layer_count ? packet->layers[i + 1].decoder : NULL;
		used = add_name(names, used, sizeof names, decoder->name);
		const struct ip_header *ip = packet->ip;
		if (packet->layers[i].facts && packet->layers[i].facts == ip && ip->fragmented && !ip->reassembled)
			break;
		bool by_ethertype = next && strcmp(next->name, "llc") != 0 &&
				    (strcmp(decoder->name, "eth") == 0 || strcmp(decoder->name, "vlan") == 0 ||
				     strcmp(decoder->name, "sll") == 0);
		if (by_ethertype)
			used = add_name(names, used, sizeof names, "ethertype");
	}
	tell_text(teller, &fields[PROTOCOLS], NULL, 0, names, used);
}

static void tell(struct teller *teller, const struct fields *context, const struct observation *observation)
{
	const struct record *record = observation->packet->record;
	bool interfaces = tells_interfaces(context->report, record);
	if (interfaces)
		tell_interface(teller, context->report, record->interface);
	tell_number(teller, &fields[LINK_TYPE], NULL, 0, record->link_type);
	tell_times(teller, context, record);
	tell_number(teller, &fields[NUMBER], NULL, 0, (int64_t)record->number);
	tell_number(teller, &fields[LENGTH], NULL, 0, record->original_length);
	tell_number(teller, &fields[CAPTURED_LENGTH], NULL, 0, record->captured_length);
	if ((record->direction != DIRECTION_UNKNOWN || record->has_flags) && interfaces)
		tell_number(teller, &fields[DIRECTION], NULL, 0, record->direction);
	tell_protocols(teller, observation);
	if (record->comment)
		tell_text(teller, &fields[COMMENT], NULL, 0, record->comment, record->comment_length);
	if (record->drop_count)
		tell_number(teller, &fields[DROP_COUNT], NULL, 0, record->drop_count);
	if (context->report && context->report->file_count > 1)
		tell_number(teller, &fields[FILE_NUMBER], NULL, 0, record->file + 1);
}

const struct field_group frame_group = { "frame", "Frame", .first = true, .record = true, .fields = fields, .tell = tell };

