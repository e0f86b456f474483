/* Internet Protocol version 4, RFC 791. */
#include "core/checksum.h"
#include "decode/ethernet.h"
#include "decode/ip.h"
#include "decode/tells.h"
#include "decode/verify.h"

#define HEADER_LENGTH 20

enum {
	OPTION_END = 0, OPTION_NO_OPERATION = 1, OPTION_LOOSE_ROUTE = 131, OPTION_STRICT_ROUTE = 137,
	OPTION_ROUTER_ALERT = 148,
};

/* The rest of a source route that was not yet travelled: its last address is where the packet
 * goes, and what checksums and conversations are about. */
static void read_source_route(struct cursor *option, struct ip_header *ip)
{
	ip->has_source_route = true;
	size_t pointer = cursor_u8(option); /* from 1 at the option's kind: 4 is the first address */
	size_t length = option->declared;
	const uint8_t *route = cursor_take(option, length);
	if (route && length >= 4 && pointer <= length)
		ip->destination = address_ipv4(route + length / 4 * 4 - 4);
}

/* A bad option ends the list; the fixed header before it is as good as ever. */
static void read_options(struct cursor *options, struct ip_header *ip)
{
	while (cursor_more(options)) {
		uint8_t kind = cursor_u8(options);
		if (kind == OPTION_END)
			break;
		if (kind == OPTION_NO_OPERATION)
			continue;
		uint8_t length = cursor_u8(options);
		if (length < 2)
			break;
		struct cursor option = cursor_split(options, length - 2u);
		if (!cursor_ok(&option))
			break;
		ip->option_count++;
		if (kind == OPTION_ROUTER_ALERT)
			ip->has_router_alert = true;
		else if (kind == OPTION_LOOSE_ROUTE || kind == OPTION_STRICT_ROUTE)
			read_source_route(&option, ip);
	}
}

static void verify_header(struct ip_header *ip, struct cursor header)
{
	const uint8_t *bytes = cursor_take(&header, ip->header_length);
	if (bytes)
		ip->checksum_state = verify_sum(checksum_add(0, bytes, ip->header_length), ip->checksum,
						&ip->checksum_expected);
}

static struct next decode_ipv4(struct cursor *in, struct packet *packet, void *facts)
{
	struct ip_header *ip = facts;
	struct cursor whole = *in;
	uint8_t version_and_length = cursor_u8(in);
	uint8_t type_of_service = cursor_u8(in);
	uint32_t total_length = cursor_be16(in);
	ip->identification = cursor_be16(in);
	uint16_t fragment = cursor_be16(in);
	ip->time_to_live = cursor_u8(in);
	ip->protocol = cursor_u8(in);
	ip->checksum = cursor_be16(in);
	const uint8_t *addresses = cursor_take(in, 8);
	if (!addresses)
		return next_none();

	ip->version = version_and_length >> 4;
	ip->header_length = (version_and_length & 15u) * 4;
	ip->dscp = type_of_service >> 2;
	ip->ecn = type_of_service & 3;
	ip->dont_fragment = fragment & 0x4000;
	ip->more_fragments = fragment & 0x2000;
	ip->fragment_offset = (fragment & 0x1fffu) * 8;
	ip->fragmented = ip->more_fragments || ip->fragment_offset > 0;
	memcpy(ip->source.bytes, addresses, 4);
	memcpy(ip->destination.bytes, addresses + 4, 4);
	ip->source.family = ip->destination.family = ADDRESS_IPV4;
	ip->length_zero = total_length == 0;
	/* Zero: longer than 16 bits can say, or not yet known. The frame's end is the packet's
	 * end. */
	if (ip->length_zero)
		total_length = (uint32_t)whole.declared;
	if (ip->version != 4)
		cursor_reject(in, "an IPv4 header with another version");
	else if (ip->header_length < HEADER_LENGTH)
		cursor_reject(in, "the IPv4 header length is shorter than the shortest header");
	else if (total_length < ip->header_length)
		cursor_reject(in, "the IPv4 total length is shorter than its header");
	if (!cursor_ok(in))
		return next_none();
	ip->payload_length = total_length - ip->header_length;
	ip_claim(packet, ip);

	struct cursor options = cursor_split(in, ip->header_length - HEADER_LENGTH);
	read_options(&options, ip);
	verify_header(ip, whole);
	if (options.status == CURSOR_TRUNCATED)
		cursor_fail(in, options.status, options.reason);
	if (!cursor_ok(in))
		return next_none();
	/* A packet that promises more than its frame has room for holds what the frame holds. */
	size_t length = ip->payload_length < in->declared ? ip->payload_length : in->declared;
	struct cursor payload = cursor_split(in, length);
	ip_note_padding(packet, in->declared);
	return ip_payload(ip, payload);
}

const struct decoder ipv4_decoder = {
	.name = "ip",
	.protocol = "IPv4",
	.title = "Internet Protocol Version 4",
	.bindings = { { BY_ETHERTYPE, ETHERTYPE_IPV4 }, { BY_IP_PROTOCOL, IP_PROTOCOL_IPV4 },
		{ BY_LLC_SAP, 0x06 }, { BY_PPP_PROTOCOL, 0x0021 } },
	.facts_size = sizeof(struct ip_header),
	.decode = decode_ipv4,
	.fields = ipv4_fields,
	.tell = ipv4_tell,
};
