/* What only a z/OS trace record says about a packet: its trace header (PTHDR_T), in the words of the IPCS formatter.
 * source/zos.h has the fields; what the header was too short to hold is left out. */
#include <string.h>

#include "field/groups.h"
#include "source/zos.h"

enum {
	FORMAT, DEVICE_TYPE, LINK_NAME, FLAGS, SENT, LOCAL, CONFIDENTIAL, CLEAR_TEXT, PACKET_LENGTH, TRACED_LENGTH,
	HEADER_LENGTH, SOURCE_4, SOURCE_6, DESTINATION_4, DESTINATION_6, SOURCE_PORT, DESTINATION_PORT, PROTOCOL, TCB,
	ASID, TRACE_COUNT, VLAN, INTERFACE, DISCARD, DISCARD_NAME, SEGMENT_LENGTH, SEGMENTS, INCOMPLETE, CAPTURE_TIME,
	BUFFER_TIME, FAMILY, SOCKET_TYPE, STATE, CONNECTION,
};

static const struct field_name families[] = { { 2, "AF_INET" }, { 19, "AF_INET6" }, { 0 } };
static const struct field_name socket_types[] = { { 1, "stream" }, { 2, "datagram" }, { 3, "raw" }, { 0 } };

static const struct field fields[] = {
	[FORMAT] = { "zos.format", "CTE Format ID", FIELD_UINT },
	[DEVICE_TYPE] = { "zos.device", "Device Type", FIELD_UINT },
	[LINK_NAME] = { "zos.link", "Link Name", FIELD_TEXT,
		.description = "Interface, link or OSA; in a data trace the job" },
	[FLAGS] = { "zos.flags", "Flags", FIELD_UINT, FORM_HEX, 1 },
	[SENT] = { "zos.flags.out", "IP packet was sent", FIELD_FLAG, .mask = ZOS_OUTBOUND, .names = field_yes },
	[LOCAL] = { "zos.flags.local", "Both addresses are of this stack", FIELD_FLAG, .mask = ZOS_LOCAL,
		.names = field_yes },
	[CONFIDENTIAL] = { "zos.flags.confidential", "AT-TLS confidential", FIELD_FLAG,
		.mask = ZOS_CONFIDENTIAL, .names = field_yes },
	[CLEAR_TEXT] = { "zos.flags.cleartext", "AT-TLS clear text", FIELD_FLAG, .mask = ZOS_CLEAR_TEXT,
		.names = field_yes },
	[PACKET_LENGTH] = { "zos.len", "IP Packet Length", FIELD_UINT, .unit = "bytes" },
	[TRACED_LENGTH] = { "zos.traced_len", "Traced Length", FIELD_UINT, .unit = "bytes" },
	[HEADER_LENGTH] = { "zos.hdr_len", "Header Length", FIELD_UINT, .unit = "bytes" },
	[SOURCE_4] = { "zos.src", "IP Source", FIELD_IPV4, .also = "zos.addr" },
	[SOURCE_6] = { "zos.src", "IP Source", FIELD_IPV6, .also = "zos.addr" },
	[DESTINATION_4] = { "zos.dst", "IP Remote", FIELD_IPV4, .also = "zos.addr" },
	[DESTINATION_6] = { "zos.dst", "IP Remote", FIELD_IPV6, .also = "zos.addr" },
	[SOURCE_PORT] = { "zos.srcport", "Source Port", FIELD_UINT, .also = "zos.port" },
	[DESTINATION_PORT] = { "zos.dstport", "Remote Port", FIELD_UINT, .also = "zos.port" },
	[PROTOCOL] = { "zos.proto", "Protocol", FIELD_UINT },
	[TCB] = { "zos.tcb", "TCB Address", FIELD_UINT, FORM_HEX },
	[ASID] = { "zos.asid", "ASID", FIELD_UINT, FORM_HEX },
	[TRACE_COUNT] = { "zos.trace_count", "Trace Count", FIELD_UINT,
		.description = "Running number of the record in its stack" },
	[VLAN] = { "zos.vlan", "VLAN", FIELD_UINT },
	[INTERFACE] = { "zos.interface", "Interface Index", FIELD_UINT },
	[DISCARD] = { "zos.discard", "Discard Reason Code", FIELD_UINT,
		.description = "Why the stack or the OSA threw the packet away" },
	[DISCARD_NAME] = { "zos.discard_name", "Discard Reason", FIELD_TEXT },
	[SEGMENT_LENGTH] = { "zos.segment_len", "Offload Segment Length", FIELD_UINT, .unit = "bytes" },
	[SEGMENTS] = { "zos.segments", "Trace Records", FIELD_UINT,
		.description = "How many this packet was put together from" },
	[INCOMPLETE] = { "zos.incomplete", "Trace Records Missing", FIELD_FLAG, .names = field_yes },
	[CAPTURE_TIME] = { "zos.time", "Time", FIELD_TIME },
	[BUFFER_TIME] = { "zos.buffer_time", "Time of the entry", FIELD_TIME },
	[FAMILY] = { "zos.family", "Address Family", FIELD_UINT, .names = families },
	[SOCKET_TYPE] = { "zos.socket_type", "Socket Type", FIELD_UINT, .names = socket_types },
	[STATE] = { "zos.state", "State", FIELD_UINT },
	[CONNECTION] = { "zos.cid", "Connection", FIELD_UINT, FORM_HEX, 4 },
	{ 0 },
};

static void number(struct teller *teller, int index, uint64_t value)
{
	tell_number(teller, &fields[index], NULL, 0, (int64_t)value);
}

static void number_if(struct teller *teller, int index, uint64_t value)
{
	if (value)
		number(teller, index, value);
}

static void words(struct teller *teller, int index, const char *text)
{
	if (text && *text)
		tell_text(teller, &fields[index], NULL, 0, text, strlen(text));
}

static void tell_address_of(struct teller *teller, int index, const struct address *address)
{
	if (address->family == ADDRESS_IPV4)
		tell_address(teller, &fields[index], NULL, 0, address);
	else if (address->family == ADDRESS_IPV6)
		tell_address(teller, &fields[index + 1], NULL, 0, address);
}

static void tell_flags(struct teller *teller, const struct zos_record *zos)
{
	tell_open(teller, &fields[FLAGS], NULL, 0, zos->flags, "%s",
		  zos->flags & ZOS_OUTBOUND ? "IP packet was sent" : "IP packet was received");
	for (int i = SENT; i <= CLEAR_TEXT; i++)
		number(teller, i, (zos->flags & fields[i].mask) != 0);
	tell_close(teller);
}

static void tell_socket_part(struct teller *teller, const struct zos_record *zos)
{
	number(teller, FAMILY, zos->family);
	number(teller, SOCKET_TYPE, zos->socket_type);
	number(teller, STATE, zos->state);
	number(teller, CONNECTION, zos->connection);
}

static void tell_record(struct teller *teller, const struct zos_record *zos)
{
	const char *device = zos_device_name(zos->device_type);
	tell_worded(teller, &fields[FORMAT], NULL, 0, zos->format, "%s (%u)", zos_format_name(zos->format),
		    zos->format);
	if (device)
		tell_worded(teller, &fields[DEVICE_TYPE], NULL, 0, zos->device_type, "%s (%u)", device,
			    zos->device_type);
	else
		number_if(teller, DEVICE_TYPE, zos->device_type);
	words(teller, LINK_NAME, zos->name);
	tell_flags(teller, zos);
	number(teller, PACKET_LENGTH, zos->packet_length);
	number(teller, TRACED_LENGTH, zos->traced_length);
	number(teller, HEADER_LENGTH, zos->header_length);
	tell_address_of(teller, SOURCE_4, &zos->source);
	tell_address_of(teller, DESTINATION_4, &zos->destination);
	number_if(teller, SOURCE_PORT, zos->source_port);
	number_if(teller, DESTINATION_PORT, zos->destination_port);
	number(teller, PROTOCOL, zos->protocol);
	number_if(teller, TCB, zos->tcb);
	number_if(teller, ASID, zos->asid);
	number_if(teller, TRACE_COUNT, zos->trace_count);
	number_if(teller, VLAN, zos->vlan);
	number_if(teller, INTERFACE, zos->interface_index);
	number_if(teller, DISCARD, zos->discard);
	words(teller, DISCARD_NAME, zos->discard_name);
	number_if(teller, SEGMENT_LENGTH, zos->offload_segment_length);
	number(teller, SEGMENTS, zos->segments);
	if (zos->incomplete)
		number(teller, INCOMPLETE, 1);
	number(teller, CAPTURE_TIME, (uint64_t)zos->capture_time);
	number(teller, BUFFER_TIME, (uint64_t)zos->buffer_time);
	if (zos->format == ZOS_DATA)
		tell_socket_part(teller, zos);
}

static bool there(const struct observation *observation)
{
	return observation->packet->record->zos;
}

static void tell(struct teller *teller, const struct fields *context, const struct observation *observation)
{
	(void)context;
	tell_record(teller, observation->packet->record->zos);
}

const struct field_group zos_group = { "zos", "PTHDR_T Header", .first = true, .there = there, .fields = fields,
	.tell = tell };
