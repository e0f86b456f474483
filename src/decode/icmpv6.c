/* ICMPv6, RFC 4443, with neighbour discovery, RFC 4861. */
#include "decode/decoder.h"
#include "decode/ip.h"
#include "decode/quote.h"
#include "decode/tells.h"
#include "decode/verify.h"

enum {
	PACKET_TOO_BIG = 2, LAST_ERROR = 127, ECHO_REQUEST = 128, ECHO_REPLY = 129,
	ROUTER_SOLICITATION = 133, ROUTER_ADVERTISEMENT = 134, NEIGHBOR_SOLICITATION = 135,
	NEIGHBOR_ADVERTISEMENT = 136, REDIRECT = 137,
};

enum { OPTION_SOURCE_LINK = 1, OPTION_TARGET_LINK = 2, OPTION_PREFIX = 3, OPTION_MTU = 5 };
#define OPTION_HEADER_LENGTH 2
#define MAX_PREFIXES (sizeof ((struct icmp_header *)0)->prefix / \
		      sizeof ((struct icmp_header *)0)->prefix[0])

static void read_address(struct cursor *in, struct address *to)
{
	const uint8_t *bytes = cursor_take(in, 16);
	if (bytes)
		*to = address_ipv6(bytes);
}

static void read_prefix(struct cursor *option, struct icmp_header *icmp)
{
	if (icmp->prefix_count == MAX_PREFIXES)
		return;
	uint8_t length = cursor_u8(option);
	uint8_t flags = cursor_u8(option);
	uint32_t valid = cursor_be32(option);
	uint32_t preferred = cursor_be32(option);
	cursor_skip(option, 4);
	struct address prefix = { 0 };
	read_address(option, &prefix);
	if (!cursor_ok(option))
		return;
	uint8_t i = icmp->prefix_count++;
	icmp->prefix[i].prefix = prefix;
	icmp->prefix[i].length = length;
	icmp->prefix[i].on_link = flags & 0x80;
	icmp->prefix[i].autonomous = flags & 0x40;
	icmp->prefix[i].valid = valid;
	icmp->prefix[i].preferred = preferred;
}

static void read_options(struct cursor *in, struct icmp_header *icmp)
{
	while (cursor_more(in)) {
		uint8_t kind = cursor_u8(in);
		size_t length = cursor_u8(in) * (size_t)8;
		if (cursor_ok(in) && length == 0)
			cursor_reject(in, "a neighbour discovery option of length 0");
		struct cursor option = cursor_split(in, length - OPTION_HEADER_LENGTH);
		switch (kind) {
		case OPTION_SOURCE_LINK:
		case OPTION_TARGET_LINK:
			cursor_bytes(&option, icmp->link_address, sizeof icmp->link_address);
			icmp->has_link_address = cursor_ok(&option);
			break;
		case OPTION_PREFIX:
			read_prefix(&option, icmp);
			break;
		case OPTION_MTU:
			cursor_skip(&option, 2);
			icmp->advertised_mtu = cursor_be32(&option);
			break;
		default:
			break;
		}
		if (!cursor_ok(&option))
			cursor_fail(in, option.status, option.reason);
		else if (option.captured < option.declared)
			cursor_fail(in, CURSOR_TRUNCATED, "the trace holds only part of an option");
	}
}

static void read_router_advertisement(struct cursor *in, struct icmp_header *icmp)
{
	cursor_skip(in, 1);
	icmp->router_preference = cursor_u8(in) >> 3 & 3;
	icmp->router_lifetime = cursor_be16(in);
	cursor_skip(in, 8); /* reachable time, retransmission timer */
	read_options(in, icmp);
}

static void read_neighbor_advertisement(struct cursor *in, struct icmp_header *icmp)
{
	uint32_t flags = cursor_be32(in);
	icmp->router_flag = flags >> 31;
	icmp->solicited_flag = flags >> 30 & 1;
	icmp->override_flag = flags >> 29 & 1;
	read_address(in, &icmp->target);
	read_options(in, icmp);
}

static void read_redirect(struct cursor *in, struct icmp_header *icmp)
{
	cursor_skip(in, 4);
	read_address(in, &icmp->gateway);
	read_address(in, &icmp->target);
	read_options(in, icmp);
}

static struct next read_error(struct cursor *in, struct icmp_header *icmp)
{
	uint32_t word = cursor_be32(in);
	icmp->is_error = true;
	if (icmp->type == PACKET_TOO_BIG)
		icmp->mtu = word;
	icmp->quote = quote_read(*in);
	return next_payload(cursor_rest(in));
}

static struct next read_echo(struct cursor *in, struct icmp_header *icmp)
{
	icmp->identifier = cursor_be16(in);
	icmp->sequence = cursor_be16(in);
	icmp->payload_length = (uint32_t)in->declared;
	return next_payload(cursor_rest(in));
}

static struct next decode_icmpv6(struct cursor *in, struct packet *packet, void *facts)
{
	struct icmp_header *icmp = facts;
	struct cursor message = *in;
	icmp->version = 6;
	icmp->type = cursor_u8(in);
	icmp->code = cursor_u8(in);
	icmp->checksum = cursor_be16(in);
	if (!cursor_ok(in))
		return next_none();
	icmp->checksum_state = verify_segment(packet, IP_PROTOCOL_ICMPV6, message, icmp->checksum,
					      &icmp->checksum_expected);
	packet->icmp = icmp;
	if (icmp->type <= LAST_ERROR)
		return read_error(in, icmp);
	switch (icmp->type) {
	case ECHO_REQUEST:
	case ECHO_REPLY:
		return read_echo(in, icmp);
	case ROUTER_SOLICITATION:
		cursor_skip(in, 4);
		read_options(in, icmp);
		break;
	case ROUTER_ADVERTISEMENT:
		read_router_advertisement(in, icmp);
		break;
	case NEIGHBOR_SOLICITATION:
		cursor_skip(in, 4);
		read_address(in, &icmp->target);
		read_options(in, icmp);
		break;
	case NEIGHBOR_ADVERTISEMENT:
		read_neighbor_advertisement(in, icmp);
		break;
	case REDIRECT:
		read_redirect(in, icmp);
		break;
	default:
		break;
	}
	return next_payload(cursor_rest(in));
}

const struct decoder icmpv6_decoder = {
	.name = "icmpv6",
	.protocol = "ICMPv6",
	.title = "Internet Control Message Protocol v6",
	.bindings = { { BY_IP_PROTOCOL, IP_PROTOCOL_ICMPV6 } },
	.facts_size = sizeof(struct icmp_header),
	.decode = decode_icmpv6,
	.exchange = icmp_exchange,
	.fields = icmpv6_fields,
	.tell = icmpv6_tell,
};
