/* ICMP and ICMPv6: their own addresses, and those of the packets that they quote. */
#include "convert/edit.h"

#include "core/cursor.h"

enum { PROTOCOL_ICMP = 1, PROTOCOL_TCP = 6, PROTOCOL_UDP = 17, PROTOCOL_ICMPV6 = 58 };

static void know(struct edit *edit, size_t up_to)
{
	edit->known = up_to < edit->length ? up_to : edit->length;
}

/* The header behind a quoted IP header, as much of it as there is. The quoted datagram ends at `end`, or before: what
 * is not there cannot be summed, but what changes can. */
static size_t edit_quoted_transport(struct edit *edit, size_t at, size_t end, uint8_t protocol)
{
	switch (protocol) {
	case PROTOCOL_TCP:
		edit_checksum(edit, at + 16, at, end, true, CHECKSUM_UNVERIFIED);
		return at + 20;
	case PROTOCOL_UDP:
		edit_checksum(edit, at + 6, at, end, true, CHECKSUM_UNVERIFIED);
		return at + 8;
	case PROTOCOL_ICMP:
		return at + 8;
	case PROTOCOL_ICMPV6:
		edit_checksum(edit, at + 2, at, end, true, CHECKSUM_UNVERIFIED);
		return at + 8;
	default:
		return at;
	}
}

static void edit_quote(struct edit *edit, size_t at)
{
	if (!edit_has(edit, at, 20))
		return;
	bool is_v6 = edit->bytes[at] >> 4 == 6;
	uint8_t protocol = edit->bytes[at + (is_v6 ? 6 : 9)];
	bool later = !is_v6 && (load_be16(edit->bytes + at + 6) & 0x1fff);
	size_t payload = edit_ip_header(edit, at, CHECKSUM_UNVERIFIED);
	if (!payload)
		return;
	/* Options can hold addresses. */
	if (!is_v6)
		edit_wipe(edit, at + 20, payload - at - 20);
	size_t end = at + (is_v6 ? 40 : 0) + load_be16(edit->bytes + at + (is_v6 ? 4 : 2));
	if (end < payload)
		end = payload;
	know(edit, later ? payload : edit_quoted_transport(edit, payload, end, protocol));
}

/* RFC 1256: each router with its preference. */
static void edit_routers(struct edit *edit, size_t at)
{
	size_t count = edit_has(edit, at, 8) ? edit->bytes[at + 4] : 0;
	for (size_t i = 0; i < count; i++)
		edit_ipv4(edit, at + 8 + i * 8);
	know(edit, at + 8 + count * 8);
}

void edit_icmp(struct edit *edit, size_t at, const struct icmp_header *icmp)
{
	enum { REDIRECT = 5, ROUTER_ADVERTISEMENT = 9, TIMESTAMP = 13, TIMESTAMP_REPLY = 14,
		MASK = 17, MASK_REPLY = 18 };
	know(edit, at + 8);
	switch (icmp->type) {
	case REDIRECT:
		edit_ipv4(edit, at + 4);
		break;
	case ROUTER_ADVERTISEMENT:
		edit_routers(edit, at);
		break;
	case TIMESTAMP:
	case TIMESTAMP_REPLY:
		know(edit, at + 20);
		break;
	case MASK:
	case MASK_REPLY:
		know(edit, at + 12);
		break;
	}
	if (icmp->is_error)
		edit_quote(edit, at + 8);
}

/* The bits behind a prefix are zero, and stay so. */
static void edit_prefix(struct edit *edit, size_t option)
{
	unsigned length = edit->bytes[option + 2];
	edit_ipv6(edit, option + 16);
	for (unsigned bit = length; bit < 128; bit++)
		edit->bytes[option + 16 + bit / 8] &= (uint8_t)~(0x80 >> bit % 8);
}

/* Options of neighbour discovery, RFC 4861 4.6. Those that are not known are wiped but for their frame. */
static void edit_options(struct edit *edit, size_t at)
{
	enum { SOURCE_LINK = 1, TARGET_LINK = 2, PREFIX = 3, MTU = 5, DNS_SERVERS = 25 };
	while (at < edit->end && edit_has(edit, at, 8)) {
		size_t length = (size_t)edit->bytes[at + 1] * 8;
		if (!length || !edit_has(edit, at, length))
			break;
		switch (edit->bytes[at]) {
		case SOURCE_LINK:
		case TARGET_LINK:
			edit_mac(edit, at + 2);
			edit_wipe(edit, at + 8, length - 8);
			break;
		case PREFIX:
			if (length == 32)
				edit_prefix(edit, at);
			else
				edit_wipe(edit, at + 2, length - 2);
			break;
		case MTU:
			break;
		case DNS_SERVERS:
			for (size_t server = 8; server + 16 <= length; server += 16)
				edit_ipv6(edit, at + server);
			break;
		default:
			edit_wipe(edit, at + 2, length - 2);
		}
		at += length;
	}
	know(edit, at);
}

/* RFC 3810, 5.2. */
static void edit_group_records(struct edit *edit, size_t at)
{
	size_t count = edit_has(edit, at, 8) ? load_be16(edit->bytes + at + 6) : 0;
	at += 8;
	for (; count && edit_has(edit, at, 20); count--) {
		size_t auxiliary = edit->bytes[at + 1] * (size_t)4;
		size_t sources = load_be16(edit->bytes + at + 2);
		edit_ipv6(edit, at + 4);
		at += 20;
		for (; sources && edit_has(edit, at, 16); sources--, at += 16)
			edit_ipv6(edit, at);
		edit_wipe(edit, at, auxiliary);
		at += auxiliary;
	}
	know(edit, at);
}

void edit_icmpv6(struct edit *edit, size_t at, const struct icmp_header *icmp)
{
	enum { LISTENER_QUERY = 130, LISTENER_DONE = 132, ROUTER_SOLICITATION = 133,
		ROUTER_ADVERTISEMENT = 134, NEIGHBOR_SOLICITATION = 135, NEIGHBOR_ADVERTISEMENT = 136,
		REDIRECT = 137, LISTENER_REPORT_2 = 143 };
	know(edit, at + 8);
	if (icmp->is_error) {
		edit_quote(edit, at + 8);
		return;
	}
	if (icmp->type >= LISTENER_QUERY && icmp->type <= LISTENER_DONE) {
		edit_ipv6(edit, at + 8);
		know(edit, at + 24);
	} else if (icmp->type == ROUTER_SOLICITATION) {
		edit_options(edit, at + 8);
	} else if (icmp->type == ROUTER_ADVERTISEMENT) {
		edit_options(edit, at + 16);
	} else if (icmp->type == NEIGHBOR_SOLICITATION || icmp->type == NEIGHBOR_ADVERTISEMENT) {
		edit_ipv6(edit, at + 8);
		edit_options(edit, at + 24);
	} else if (icmp->type == REDIRECT) {
		edit_ipv6(edit, at + 8);
		edit_ipv6(edit, at + 24);
		edit_options(edit, at + 40);
	} else if (icmp->type == LISTENER_REPORT_2) {
		edit_group_records(edit, at);
	}
}
