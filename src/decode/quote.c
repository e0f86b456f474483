/* The packet that an ICMP error quotes: RFC 792, RFC 1812 4.3.2.3, RFC 4443 2.4. */
#include "decode/quote.h"

#include "decode/ip.h"

#define MAX_EXTENSIONS 8

static void read_ports(struct cursor *in, struct icmp_quote *quote)
{
	uint16_t source = cursor_be16(in);
	uint16_t destination = cursor_be16(in);
	if (!cursor_ok(in))
		return;
	quote->source_port = source;
	quote->destination_port = destination;
	quote->has_ports = true;
}

static void read_tcp(struct cursor *in, struct icmp_quote *quote)
{
	read_ports(in, quote);
	quote->sequence_number = cursor_be32(in);
	quote->has_sequence = cursor_ok(in);
	cursor_skip(in, 4);
	quote->tcp_flags = cursor_be16(in) & 0x1ff;
}

static bool is_echo(const struct icmp_quote *quote)
{
	unsigned type = quote->icmp_type >> 8;
	return quote->protocol == IP_PROTOCOL_ICMP ? type == 8 || type == 0 : type == 128 || type == 129;
}

static void read_transport(struct cursor *in, struct icmp_quote *quote)
{
	switch (quote->protocol) {
	case IP_PROTOCOL_TCP:
		read_tcp(in, quote);
		break;
	case IP_PROTOCOL_UDP:
	case IP_PROTOCOL_SCTP:
		read_ports(in, quote);
		break;
	case IP_PROTOCOL_ICMP:
	case IP_PROTOCOL_ICMPV6:
		quote->icmp_type = cursor_be16(in);
		cursor_skip(in, 2); /* checksum */
		quote->echo_identifier = cursor_be16(in);
		quote->echo_sequence = cursor_be16(in);
		quote->has_echo = cursor_ok(in) && is_echo(quote);
		break;
	default:
		break;
	}
}

static void read_ipv4(struct cursor *in, struct icmp_quote *quote)
{
	size_t header_length = (cursor_u8(in) & 15u) * 4;
	cursor_skip(in, 1);
	quote->total_length = cursor_be16(in);
	quote->identification = cursor_be16(in);
	uint16_t fragment = cursor_be16(in);
	quote->time_to_live = cursor_u8(in);
	quote->protocol = cursor_u8(in);
	cursor_skip(in, 2);
	const uint8_t *addresses = cursor_take(in, 8);
	if (!addresses)
		return;
	quote->present = true;
	quote->version = 4;
	quote->dont_fragment = fragment & 0x4000;
	quote->source = address_ipv4(addresses);
	quote->destination = address_ipv4(addresses + 4);
	if (header_length < 20 || (fragment & 0x1fff))
		return;
	cursor_skip(in, header_length - 20);
	read_transport(in, quote);
}

static void read_ipv6(struct cursor *in, struct icmp_quote *quote)
{
	cursor_skip(in, 4);
	quote->total_length = cursor_be16(in) + 40u;
	quote->protocol = cursor_u8(in);
	quote->time_to_live = cursor_u8(in);
	const uint8_t *addresses = cursor_take(in, 32);
	if (!addresses)
		return;
	quote->present = true;
	quote->version = 6;
	quote->dont_fragment = true;
	quote->source = address_ipv6(addresses);
	quote->destination = address_ipv6(addresses + 16);
	for (int i = 0; i < MAX_EXTENSIONS && cursor_ok(in); i++) {
		uint8_t kind = quote->protocol;
		if (kind != IP_PROTOCOL_HOP_BY_HOP && kind != IP_PROTOCOL_ROUTING &&
		    kind != IP_PROTOCOL_FRAGMENT && kind != IP_PROTOCOL_DESTINATION_OPTIONS)
			break;
		uint8_t protocol = cursor_u8(in);
		size_t length = cursor_u8(in) * 8u + 6; /* behind these two bytes */
		uint16_t fragment_offset = 0;
		if (kind == IP_PROTOCOL_FRAGMENT) {
			fragment_offset = cursor_be16(in) & 0xfff8;
			length = 4;
		}
		cursor_skip(in, length);
		if (!cursor_ok(in) || fragment_offset)
			return;
		quote->protocol = protocol;
	}
	read_transport(in, quote);
}

struct icmp_quote quote_read(struct cursor in)
{
	struct icmp_quote quote = { 0 };
	struct cursor look = in;
	uint8_t version = cursor_u8(&look) >> 4;
	if (version == 4)
		read_ipv4(&in, &quote);
	else if (version == 6)
		read_ipv6(&in, &quote);
	return quote;
}
