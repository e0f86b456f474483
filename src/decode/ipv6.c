/* Internet Protocol version 6 with its extension headers, RFC 8200. */
#include "decode/ethernet.h"
#include "decode/ip.h"
#include "decode/tells.h"

#define HEADER_LENGTH 40
#define MAX_EXTENSIONS 16    /* a real packet has at most one of each of some six kinds */
#define OPTION_PAD1 0
#define OPTION_ROUTER_ALERT 5
#define ROUTING_SEGMENTS 4   /* RFC 8754: its last segment stands first */

static void read_options(struct cursor *options, struct ip_header *ip)
{
	while (cursor_more(options)) {
		uint8_t kind = cursor_u8(options);
		if (kind == OPTION_PAD1)
			continue;
		uint8_t length = cursor_u8(options);
		cursor_skip(options, length);
		if (kind == OPTION_ROUTER_ALERT)
			ip->has_router_alert = true;
	}
}

/* The last address of a route that is not yet travelled is where the packet goes, and what
 * checksums and conversations are about (RFC 8200, 8.1). */
static void read_routing(struct cursor *header, struct ip_header *ip)
{
	uint8_t type = cursor_u8(header);
	uint8_t segments_left = cursor_u8(header);
	cursor_skip(header, 4);
	size_t length = header->declared;
	const uint8_t *addresses = cursor_take(header, length);
	ip->has_source_route = true;
	if (!addresses || length < 16 || segments_left == 0)
		return;
	if (type == 0 || type == 2)
		ip->destination = address_ipv6(addresses + length / 16 * 16 - 16);
	else if (type == ROUTING_SEGMENTS)
		ip->destination = address_ipv6(addresses);
}

static void read_fragment(struct cursor *in, struct ip_header *ip)
{
	cursor_skip(in, 1);
	uint16_t offset_and_flag = cursor_be16(in);
	ip->identification = cursor_be32(in);
	ip->fragment_offset = offset_and_flag & 0xfff8u;
	ip->more_fragments = offset_and_flag & 1;
	/* RFC 6946: a fragment header over a whole packet makes it no fragment. */
	ip->fragmented = ip->more_fragments || ip->fragment_offset > 0;
}

static bool is_extension(uint8_t protocol)
{
	switch (protocol) {
	case IP_PROTOCOL_HOP_BY_HOP:
	case IP_PROTOCOL_ROUTING:
	case IP_PROTOCOL_FRAGMENT:
	case IP_PROTOCOL_AH:
	case IP_PROTOCOL_DESTINATION_OPTIONS:
		return true;
	default:
		return false;
	}
}

/* Reads the extension header `ip->protocol` and leaves there what comes next. */
static void read_extension(struct cursor *in, struct ip_header *ip)
{
	uint8_t kind = ip->protocol;
	ip->protocol = cursor_u8(in);
	ip->option_count++;
	if (kind == IP_PROTOCOL_FRAGMENT) {
		read_fragment(in, ip);
		return;
	}
	/* Lengths leave out the first unit, and those of AH (RFC 4302, 2.2) count in units of 4
	 * bytes. */
	size_t units = cursor_u8(in);
	size_t length = kind == IP_PROTOCOL_AH ? units * 4 + 8 : units * 8 + 8;
	struct cursor header = cursor_split(in, length - 2);
	if (kind == IP_PROTOCOL_HOP_BY_HOP)
		read_options(&header, ip);
	else if (kind == IP_PROTOCOL_ROUTING)
		read_routing(&header, ip);
	if (cursor_ok(in) && header.captured < header.declared)
		cursor_fail(in, CURSOR_TRUNCATED, "the trace holds only part of an extension header");
}

static struct next decode_ipv6(struct cursor *in, struct packet *packet, void *facts)
{
	struct ip_header *ip = facts;
	uint32_t first_word = cursor_be32(in);
	ip->payload_length = cursor_be16(in);
	ip->protocol = cursor_u8(in);
	ip->time_to_live = cursor_u8(in);
	const uint8_t *addresses = cursor_take(in, 32);
	if (!addresses)
		return next_none();
	ip->version = (uint8_t)(first_word >> 28);
	ip->dscp = first_word >> 22 & 0x3f;
	ip->ecn = first_word >> 20 & 3;
	memcpy(ip->source.bytes, addresses, 16);
	memcpy(ip->destination.bytes, addresses + 16, 16);
	ip->source.family = ip->destination.family = ADDRESS_IPV6;
	ip->dont_fragment = true; /* routers never fragment IPv6 */
	ip->checksum_state = CHECKSUM_GOOD;
	if (ip->version != 6) {
		cursor_reject(in, "an IPv6 header with another version");
		return next_none();
	}
	ip_claim(packet, ip);

	/* Zero: a jumbogram, or handed to the card as one large segment. */
	ip->length_zero = ip->payload_length == 0 && ip->protocol != IP_PROTOCOL_NO_NEXT;
	if (ip->length_zero)
		ip->payload_length = (uint32_t)in->declared;
	size_t length = ip->payload_length < in->declared ? ip->payload_length : in->declared;
	struct cursor rest = cursor_split(in, length);
	ip_note_padding(packet, in->declared);

	ip->header_length = HEADER_LENGTH;
	for (int i = 0; is_extension(ip->protocol) && ip->fragment_offset == 0; i++) {
		if (i == MAX_EXTENSIONS)
			cursor_reject(&rest, "more IPv6 extension headers than any real packet has");
		size_t before = rest.declared;
		read_extension(&rest, ip);
		if (!cursor_ok(&rest)) {
			cursor_fail(in, rest.status, rest.reason);
			return next_none();
		}
		ip->header_length += (uint32_t)(before - rest.declared);
	}
	uint32_t extensions = ip->header_length - HEADER_LENGTH;
	ip->payload_length -= extensions < ip->payload_length ? extensions : ip->payload_length;
	return ip_payload(ip, rest);
}

const struct decoder ipv6_decoder = {
	.name = "ipv6",
	.protocol = "IPv6",
	.title = "Internet Protocol Version 6",
	.bindings = { { BY_ETHERTYPE, ETHERTYPE_IPV6 }, { BY_IP_PROTOCOL, IP_PROTOCOL_IPV6 },
		{ BY_PPP_PROTOCOL, 0x0057 } },
	.facts_size = sizeof(struct ip_header),
	.decode = decode_ipv6,
	.fields = ipv6_fields,
	.tell = ipv6_tell,
};
