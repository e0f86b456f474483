/* Ethernet II, IEEE 802.3 and the VLAN tags of IEEE 802.1Q. */
#include "decode/ethernet.h"
#include "decode/tells.h"

#include "source/linktype.h"

#define NETANALYZER_HEADER_LENGTH 4
#define FCS_LENGTH 4
#define FRAME_MINIMUM 60     /* without the check sequence */
#define LENGTH_MAX 1500      /* type-or-length values up to here are lengths */
#define ETHERTYPE_MIN 0x600  /* and from here on types; nobody uses what is between */

struct next ethernet_payload(struct cursor *in, struct packet *packet, uint16_t type_or_length)
{
	if (type_or_length >= ETHERTYPE_MIN) {
		packet->link.ethertype = type_or_length;
		return next_lookup(BY_ETHERTYPE, type_or_length, cursor_rest(in));
	}
	packet->link.length_field = type_or_length;
	if (type_or_length > LENGTH_MAX)
		return next_payload(cursor_rest(in));
	/* A length that promises more than the frame holds is worth nothing. */
	size_t length = type_or_length < in->declared ? type_or_length : in->declared;
	return next_decoder(&llc_decoder, cursor_split(in, length));
}

/* In a tunnel the inner frame replaces what was known of the outer one, but for the recorder's
 * words. */
static void link_start(struct link_facts *link)
{
	*link = (struct link_facts){ .packet_type = link->packet_type,
		.interface_index = link->interface_index, .is_ethernet = true };
}

static struct next decode_ethernet(struct cursor *in, struct packet *packet, void *facts)
{
	struct link_facts *link = &packet->link;
	(void)facts;
	if (link->is_ethernet)
		link_start(link);
	link->is_ethernet = true;
	cursor_bytes(in, link->destination, sizeof link->destination);
	link->has_destination = cursor_ok(in);
	cursor_bytes(in, link->source, sizeof link->source);
	link->has_source = cursor_ok(in);
	uint16_t type_or_length = cursor_be16(in);
	if (!cursor_ok(in))
		return next_none();
	return ethernet_payload(in, packet, type_or_length);
}

static struct next decode_vlan(struct cursor *in, struct packet *packet, void *facts)
{
	struct link_facts *link = &packet->link;
	(void)facts;
	uint16_t tag = cursor_be16(in);
	uint16_t type_or_length = cursor_be16(in);
	if (!cursor_ok(in))
		return next_none();
	if (link->vlan_count < PACKET_MAX_VLANS)
		link->vlan[link->vlan_count++] = tag & 0xfff;
	return ethernet_payload(in, packet, type_or_length);
}

/* Hilscher's recorders put four bytes of status before the frame and keep its check sequence. */
static struct next decode_netanalyzer(struct cursor *in, struct packet *packet, void *facts)
{
	(void)packet;
	(void)facts;
	cursor_skip(in, NETANALYZER_HEADER_LENGTH);
	size_t frame = in->declared > FCS_LENGTH ? in->declared - FCS_LENGTH : in->declared;
	return next_decoder(&ethernet_decoder, cursor_split(in, frame));
}

enum { DESTINATION, DESTINATION_LOCAL, DESTINATION_GROUP, SOURCE, SOURCE_LOCAL, SOURCE_GROUP, TYPE, LENGTH,
	PADDING, TRAILER };

static const struct field_name local_bits[] = { { 0, "Globally unique address (factory default)" },
	{ 1, "Locally administered address (this is NOT the factory default)" }, { 0 } };
static const struct field_name group_bits[] = { { 0, "Individual address (unicast)" },
	{ 1, "Group address (multicast/broadcast)" }, { 0 } };

static const struct field ethernet_fields[] = {
	[DESTINATION] = { "eth.dst", "Destination", FIELD_MAC, .also = "eth.addr" },
	[DESTINATION_LOCAL] = { "eth.dst.lg", "LG bit", FIELD_FLAG, .names = local_bits, .also = "eth.lg" },
	[DESTINATION_GROUP] = { "eth.dst.ig", "IG bit", FIELD_FLAG, .names = group_bits, .also = "eth.ig" },
	[SOURCE] = { "eth.src", "Source", FIELD_MAC, .also = "eth.addr" },
	[SOURCE_LOCAL] = { "eth.src.lg", "LG bit", FIELD_FLAG, .names = local_bits, .also = "eth.lg" },
	[SOURCE_GROUP] = { "eth.src.ig", "IG bit", FIELD_FLAG, .names = group_bits, .also = "eth.ig" },
	[TYPE] = { "eth.type", "Type", FIELD_UINT, FORM_HEX, 2 },
	[LENGTH] = { "eth.len", "Length", FIELD_UINT, .unit = "bytes" },
	[PADDING] = { "eth.padding", "Padding", FIELD_BYTES },
	[TRAILER] = { "eth.trailer", "Trailer", FIELD_BYTES },
	{ 0 },
};

/* The bytes behind what the network layer says is its own: padding if they bring the frame to the shortest that
 * Ethernet sends. With its check sequence no frame is shorter than 64 bytes, whatever the recorder says. */
static void tell_padding(struct teller *teller, const struct packet *packet, struct cursor frame)
{
	size_t padding = packet->link.padding, check = packet->record->fcs_length;
	size_t behind = padding + check;
	if (!padding || behind > frame.declared || frame.captured < frame.declared || packet->tunnel_count)
		return;
	if (frame.declared < FRAME_MINIMUM + check)
		padding = behind;
	size_t used = frame.declared - behind;
	size_t short_by = used < FRAME_MINIMUM && frame.declared >= FRAME_MINIMUM ? FRAME_MINIMUM - used : 0;
	size_t first = short_by < padding ? short_by : padding;
	cursor_skip(&frame, used);
	/* What is not zero was put there by somebody. */
	for (size_t i = 0; i < first; i++)
		if (frame.next[i])
			first = 0;
	if (first)
		tell_bytes(teller, &ethernet_fields[PADDING], &frame, first);
	if (padding > first)
		tell_bytes(teller, &ethernet_fields[TRAILER], &frame, padding - first);
}

static void tell_type(struct teller *teller, const struct field *type_field, const struct field *length_field,
		      struct cursor *in)
{
	struct cursor look = *in;
	if (cursor_be16(&look) >= ETHERTYPE_MIN)
		tell_ethertype(teller, type_field, in);
	else
		tell_be16(teller, length_field, in);
}

static void tell_ethernet(struct teller *teller, struct cursor in, const struct packet *packet,
			  const void *facts)
{
	struct cursor frame = in;
	(void)facts;
	tell_hardware(teller, &ethernet_fields[DESTINATION], &in);
	tell_hardware(teller, &ethernet_fields[SOURCE], &in);
	tell_type(teller, &ethernet_fields[TYPE], &ethernet_fields[LENGTH], &in);
	tell_padding(teller, packet, frame);
}

enum { PRIORITY, DROP_ELIGIBLE, IDENTIFIER, VLAN_TYPE, VLAN_LENGTH };

static const struct field_name priorities[] = { { 0, "Best Effort (default)" }, { 1, "Background" },
	{ 2, "Excellent Effort" }, { 3, "Critical Applications" }, { 4, "Video, < 100ms latency and jitter" },
	{ 5, "Voice, < 10ms latency and jitter" }, { 6, "Internetwork Control" }, { 7, "Network Control" }, { 0 } };
static const struct field_name eligible[] = { { 0, "Ineligible" }, { 1, "Eligible" }, { 0 } };

static const struct field vlan_fields[] = {
	[PRIORITY] = { "vlan.priority", "Priority", FIELD_UINT, .mask = 0xe000, .names = priorities },
	[DROP_ELIGIBLE] = { "vlan.dei", "DEI", FIELD_FLAG, .mask = 0x1000, .names = eligible },
	[IDENTIFIER] = { "vlan.id", "ID", FIELD_UINT, .mask = 0xfff },
	[VLAN_TYPE] = { "vlan.etype", "Type", FIELD_UINT, FORM_HEX, 2 },
	[VLAN_LENGTH] = { "vlan.len", "Length", FIELD_UINT },
	{ 0 },
};

static void tell_vlan(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const uint8_t *at = in.next;
	uint16_t tag = cursor_be16(&in);
	(void)packet, (void)facts;
	if (!cursor_ok(&in))
		return;
	tell_number(teller, &vlan_fields[PRIORITY], at, 2, tag >> 13);
	tell_number(teller, &vlan_fields[DROP_ELIGIBLE], at, 2, tag >> 12 & 1);
	tell_number(teller, &vlan_fields[IDENTIFIER], at, 2, tag & 0xfff);
	tell_type(teller, &vlan_fields[VLAN_TYPE], &vlan_fields[VLAN_LENGTH], &in);
}

const struct decoder ethernet_decoder = {
	.name = "eth",
	.protocol = "Ethernet",
	.title = "Ethernet II or IEEE 802.3",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_ETHERNET },
		{ BY_ETHERTYPE, ETHERTYPE_TRANSPARENT_BRIDGING } },
	.decode = decode_ethernet,
	.fields = ethernet_fields,
	.tell = tell_ethernet,
};

const struct decoder vlan_decoder = {
	.name = "vlan",
	.protocol = "VLAN",
	.title = "IEEE 802.1Q VLAN tag",
	.bindings = { { BY_ETHERTYPE, ETHERTYPE_VLAN }, { BY_ETHERTYPE, ETHERTYPE_SERVICE_VLAN },
		{ BY_ETHERTYPE, ETHERTYPE_OLD_SERVICE_VLAN } },
	.decode = decode_vlan,
	.fields = vlan_fields,
	.tell = tell_vlan,
};

const struct decoder netanalyzer_decoder = {
	.name = "netanalyzer",
	.protocol = "netANALYZER",
	.title = "netANALYZER capture header",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_NETANALYZER } },
	.decode = decode_netanalyzer,
};
