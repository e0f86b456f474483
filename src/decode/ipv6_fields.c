/* The fields of IPv6 and of its extension headers. */
#include "decode/ip.h"
#include "decode/tells.h"

enum {
	VERSION, TRAFFIC_CLASS, DSCP, ECN, FLOW, PAYLOAD_LENGTH, NEXT_HEADER, HOP_LIMIT, SOURCE, DESTINATION,
	HOP_BY_HOP, HOP_BY_HOP_NEXT, HOP_BY_HOP_LENGTH, DESTINATION_OPTIONS, DESTINATION_NEXT,
	DESTINATION_LENGTH, ROUTING, ROUTING_NEXT, ROUTING_LENGTH, ROUTING_TYPE, ROUTING_LEFT,
	ROUTING_ADDRESS, FRAGMENT, FRAGMENT_NEXT, FRAGMENT_OFFSET, FRAGMENT_MORE, FRAGMENT_ID, AUTHENTICATION,
	OPTION, OPTION_TYPE, OPTION_LENGTH, OPTION_PADN, OPTION_ROUTER_ALERT, OPTION_JUMBO, OPTION_UNKNOWN,
	FIELDS_END,
};
enum { PAD1 = 0, PADN = 1, ROUTER_ALERT = 5, JUMBO = 0xc2 };
#define MAX_EXTENSIONS 16        /* as the decoder follows */

static const struct field_name option_types[] = {
	{ PAD1, "Pad1" }, { PADN, "PadN" }, { 4, "Tunnel Encapsulation Limit" }, { ROUTER_ALERT, "Router Alert" },
	{ 0x26, "Quick-Start" }, { 0x63, "RPL Option" }, { 0x6d, "MPL Option" }, { JUMBO, "Jumbo" },
	{ 0xc9, "Home Address" }, { 0 },
};
static const struct field_name alerts[] = { { 0, "MLD" }, { 1, "RSVP" }, { 2, "Active Networks" }, { 0 } };
static const struct field_name routing_types[] = { { 0, "Source Route" }, { 1, "Nimrod" },
	{ 2, "Type 2 Routing" }, { 3, "RPL Source Route" }, { 4, "Segment Routing" }, { 0 } };

static const struct ip_header *ipv6_of(const struct packet *packet)
{
	return packet->ip && packet->ip->version == 6 ? packet->ip : NULL;
}

static bool get_source(const struct packet *packet, struct field_value *to)
{
	const struct ip_header *ip = ipv6_of(packet);
	if (ip)
		to->address = ip->source;
	return ip;
}

static bool get_destination(const struct packet *packet, struct field_value *to)
{
	const struct ip_header *ip = ipv6_of(packet);
	if (ip)
		to->address = ip->destination;
	return ip;
}

static bool get_hop_limit(const struct packet *packet, struct field_value *to)
{
	const struct ip_header *ip = ipv6_of(packet);
	if (ip)
		to->number = ip->time_to_live;
	return ip;
}

const struct field ipv6_fields[] = {
	[VERSION] = { "ipv6.version", "Version", FIELD_UINT, .also = "ip.version" },
	[TRAFFIC_CLASS] = { "ipv6.tclass", "Traffic Class", FIELD_UINT, FORM_HEX, 4 },
	[DSCP] = { "ipv6.tclass.dscp", "Differentiated Services Codepoint", FIELD_UINT },
	[ECN] = { "ipv6.tclass.ecn", "Explicit Congestion Notification", FIELD_UINT },
	[FLOW] = { "ipv6.flow", "Flow Label", FIELD_UINT, FORM_HEX, 3 },
	[PAYLOAD_LENGTH] = { "ipv6.plen", "Payload Length", FIELD_UINT, .unit = "bytes" },
	[NEXT_HEADER] = { "ipv6.nxt", "Next Header", FIELD_UINT },
	[HOP_LIMIT] = { "ipv6.hlim", "Hop Limit", FIELD_UINT, .get = get_hop_limit },
	[SOURCE] = { "ipv6.src", "Source Address", FIELD_IPV6, .also = "ipv6.addr", .get = get_source },
	[DESTINATION] = { "ipv6.dst", "Destination Address", FIELD_IPV6, .also = "ipv6.addr",
		.get = get_destination },
	[HOP_BY_HOP] = { "ipv6.hopopts", "IPv6 Hop-by-Hop Option", FIELD_GROUP },
	[HOP_BY_HOP_NEXT] = { "ipv6.hopopts.nxt", "Next Header", FIELD_UINT },
	[HOP_BY_HOP_LENGTH] = { "ipv6.hopopts.len", "Length", FIELD_UINT,
		.description = "In units of 8 bytes, without the first" },
	[DESTINATION_OPTIONS] = { "ipv6.dstopts", "Destination Options for IPv6", FIELD_GROUP },
	[DESTINATION_NEXT] = { "ipv6.dstopts.nxt", "Next Header", FIELD_UINT },
	[DESTINATION_LENGTH] = { "ipv6.dstopts.len", "Length", FIELD_UINT },
	[ROUTING] = { "ipv6.routing", "Routing Header for IPv6", FIELD_GROUP },
	[ROUTING_NEXT] = { "ipv6.routing.nxt", "Next Header", FIELD_UINT },
	[ROUTING_LENGTH] = { "ipv6.routing.len", "Length", FIELD_UINT },
	[ROUTING_TYPE] = { "ipv6.routing.type", "Type", FIELD_UINT, .names = routing_types },
	[ROUTING_LEFT] = { "ipv6.routing.segleft", "Segments Left", FIELD_UINT },
	[ROUTING_ADDRESS] = { "ipv6.routing.src.addr", "Address", FIELD_IPV6 },
	[FRAGMENT] = { "ipv6.fraghdr", "Fragment Header for IPv6", FIELD_GROUP },
	[FRAGMENT_NEXT] = { "ipv6.fraghdr.nxt", "Next header", FIELD_UINT },
	[FRAGMENT_OFFSET] = { "ipv6.fraghdr.offset", "Offset", FIELD_UINT,
		.description = "In units of 8 bytes" },
	[FRAGMENT_MORE] = { "ipv6.fraghdr.more", "More Fragments", FIELD_FLAG, .names = field_yes },
	[FRAGMENT_ID] = { "ipv6.fraghdr.ident", "Identification", FIELD_UINT, FORM_HEX, 4 },
	[AUTHENTICATION] = { "ipv6.ah", "Authentication Header", FIELD_GROUP },
	[OPTION] = { "ipv6.opt", "IPv6 Option", FIELD_GROUP },
	[OPTION_TYPE] = { "ipv6.opt.type", "Type", FIELD_UINT, FORM_HEX, 1, .names = option_types },
	[OPTION_LENGTH] = { "ipv6.opt.length", "Length", FIELD_UINT },
	[OPTION_PADN] = { "ipv6.opt.padn", "PadN", FIELD_BYTES },
	[OPTION_ROUTER_ALERT] = { "ipv6.opt.router_alert", "Router Alert", FIELD_UINT, .names = alerts },
	[OPTION_JUMBO] = { "ipv6.opt.jumbo", "Payload Length", FIELD_UINT },
	[OPTION_UNKNOWN] = { "ipv6.opt.unknown", "Unknown Option Payload", FIELD_BYTES },
	[FIELDS_END] = { 0 },
};

static const struct field *field(int index)
{
	return &ipv6_fields[index];
}

static uint8_t tell_next(struct teller *teller, int index, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint8_t protocol = cursor_u8(in);
	const char *name = ip_protocol_name(protocol);
	if (cursor_ok(in))
		tell_worded(teller, field(index), at, 1, protocol, "%s (%u)", name ? name : "Unknown", protocol);
	return protocol;
}

static void tell_option(struct teller *teller, struct cursor *options)
{
	const uint8_t *at = options->next;
	uint8_t type = cursor_u8(options);
	size_t length = type == PAD1 ? 0 : cursor_u8(options);
	if (!cursor_ok(options))
		return;
	struct cursor value = cursor_split(options, length);
	size_t whole = (type == PAD1 ? 1 : 2) + value.captured;
	const char *name = field_words(option_types, type);
	tell_open(teller, field(OPTION), at, whole, 0, "%s", name ? name : "Unknown");
	tell_number(teller, field(OPTION_TYPE), at, 1, type);
	if (type != PAD1)
		tell_number(teller, field(OPTION_LENGTH), at + 1, 1, (int64_t)length);
	if (type == PADN)
		tell_bytes(teller, field(OPTION_PADN), &value, value.declared);
	else if (type == ROUTER_ALERT)
		tell_be16(teller, field(OPTION_ROUTER_ALERT), &value);
	else if (type == JUMBO)
		tell_be32(teller, field(OPTION_JUMBO), &value);
	else if (type != PAD1)
		tell_bytes(teller, field(OPTION_UNKNOWN), &value, value.declared);
	tell_close(teller);
}

/* The headers that begin alike: next header, length in units without the first, and what is behind. */
static uint8_t tell_sized(struct teller *teller, struct cursor *in, int group, size_t unit, size_t first)
{
	struct cursor look = *in;
	cursor_skip(&look, 1);
	size_t length = cursor_u8(&look) * unit + first;
	struct cursor header = cursor_split(in, length);
	if (!cursor_ok(&header))
		return IP_PROTOCOL_NO_NEXT;
	tell_open(teller, field(group), header.next, header.captured, 0, NULL);
	uint8_t next = 0;
	if (group == AUTHENTICATION) {
		next = cursor_u8(&header);
	} else {
		next = tell_next(teller, group + 1, &header);
		tell_u8(teller, field(group + 2), &header);
	}
	if (group == ROUTING) {
		tell_u8(teller, field(ROUTING_TYPE), &header);
		tell_u8(teller, field(ROUTING_LEFT), &header);
		cursor_skip(&header, 4);
		while (header.declared >= 16 && cursor_ok(&header))
			tell_ipv6(teller, field(ROUTING_ADDRESS), &header);
	} else if (group != AUTHENTICATION) {
		while (cursor_more(&header))
			tell_option(teller, &header);
	}
	tell_close(teller);
	return cursor_ok(&header) ? next : IP_PROTOCOL_NO_NEXT;
}

static uint8_t tell_fragment(struct teller *teller, struct cursor *in)
{
	struct cursor header = cursor_split(in, 8);
	if (!cursor_ok(&header))
		return IP_PROTOCOL_NO_NEXT;
	tell_open(teller, field(FRAGMENT), header.next, header.captured, 0, NULL);
	uint8_t next = tell_next(teller, FRAGMENT_NEXT, &header);
	cursor_skip(&header, 1);
	const uint8_t *at = header.next;
	uint16_t word = cursor_be16(&header);
	if (cursor_ok(&header)) {
		tell_number(teller, field(FRAGMENT_OFFSET), at, 2, word >> 3);
		tell_number(teller, field(FRAGMENT_MORE), at + 1, 1, word & 1);
	}
	tell_be32(teller, field(FRAGMENT_ID), &header);
	tell_close(teller);
	return word >> 3 || !cursor_ok(&header) ? IP_PROTOCOL_NO_NEXT : next;
}

static void tell_extensions(struct teller *teller, struct cursor *in, uint8_t next)
{
	for (int i = 0; i < MAX_EXTENSIONS && cursor_more(in); i++) {
		switch (next) {
		case IP_PROTOCOL_HOP_BY_HOP:
			next = tell_sized(teller, in, HOP_BY_HOP, 8, 8);
			break;
		case IP_PROTOCOL_DESTINATION_OPTIONS:
			next = tell_sized(teller, in, DESTINATION_OPTIONS, 8, 8);
			break;
		case IP_PROTOCOL_ROUTING:
			next = tell_sized(teller, in, ROUTING, 8, 8);
			break;
		case IP_PROTOCOL_AH:
			next = tell_sized(teller, in, AUTHENTICATION, 4, 8);
			break;
		case IP_PROTOCOL_FRAGMENT:
			next = tell_fragment(teller, in);
			break;
		default:
			return;
		}
	}
}

void ipv6_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	const uint8_t *at = in.next;
	uint32_t word = cursor_be32(&in);
	if (!cursor_ok(&in))
		return;
	tell_number(teller, field(VERSION), at, 1, word >> 28);
	tell_open(teller, field(TRAFFIC_CLASS), at, 2, word >> 20 & 0xff, NULL);
	tell_number(teller, field(DSCP), at, 2, word >> 22 & 0x3f);
	tell_number(teller, field(ECN), at + 1, 1, word >> 20 & 3);
	tell_close(teller);
	tell_number(teller, field(FLOW), at + 1, 3, word & 0xfffff);
	size_t length = tell_be16(teller, field(PAYLOAD_LENGTH), &in);
	uint8_t next = tell_next(teller, NEXT_HEADER, &in);
	tell_u8(teller, field(HOP_LIMIT), &in);
	tell_ipv6(teller, field(SOURCE), &in);
	tell_ipv6(teller, field(DESTINATION), &in);
	if (!cursor_ok(&in))
		return;
	struct cursor rest = cursor_split(&in, length && length < in.declared ? length : in.declared);
	tell_extensions(teller, &rest, next);
}
