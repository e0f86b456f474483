/* Generic Routing Encapsulation (RFC 2784, RFC 2890), its PPTP variant (RFC 2637), and the mirrored
 * frames that switches send in it (ERSPAN, draft-foschiano-erspan). */
#include "decode/ethernet.h"
#include "decode/ip.h"

enum {
	FLAG_CHECKSUM = 0x8000, FLAG_ROUTING = 0x4000, FLAG_KEY = 0x2000, FLAG_SEQUENCE = 0x1000,
	FLAG_ACKNOWLEDGMENT = 0x0080, VERSION_MASK = 0x0007, VERSION_PPTP = 1,
};
enum { PROTOCOL_WCCP = 0x883e, PROTOCOL_ERSPAN_2 = 0x88be, PROTOCOL_ERSPAN_3 = 0x22eb };

static struct next gre_payload(struct cursor *in, uint16_t flags, uint16_t protocol)
{
	struct cursor payload = cursor_rest(in);
	/* Without sequence numbers it is the first version, which has no header of its own. */
	if (protocol == PROTOCOL_ERSPAN_2 && !(flags & FLAG_SEQUENCE))
		return next_decoder(&ethernet_decoder, payload);
	if (protocol == PROTOCOL_WCCP) {
		/* Version 2 puts four bytes before the packet, and no version number anywhere. */
		struct cursor look = payload;
		if (cursor_u8(&look) >> 4 != 4)
			cursor_skip(&payload, 4);
		return ip_by_version(payload);
	}
	if (decoder_find(BY_GRE_PROTOCOL, protocol))
		return next_lookup(BY_GRE_PROTOCOL, protocol, payload);
	return next_lookup(BY_ETHERTYPE, protocol, payload);
}

static struct next decode_gre(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	uint16_t flags = cursor_be16(in);
	uint16_t protocol = cursor_be16(in);
	bool pptp = (flags & VERSION_MASK) == VERSION_PPTP;
	uint32_t key = 0;
	if (flags & (FLAG_CHECKSUM | FLAG_ROUTING))
		cursor_skip(in, 4);
	if (flags & FLAG_KEY)
		key = cursor_be32(in);
	if (flags & FLAG_SEQUENCE)
		cursor_skip(in, 4);
	if (pptp && flags & FLAG_ACKNOWLEDGMENT)
		cursor_skip(in, 4);
	if (!cursor_ok(in))
		return next_none();
	/* In PPTP the key is the length and the receiver's call number: each direction has its
	 * own. */
	tunnel_enter(packet, TUNNEL_GRE, pptp ? 0 : key);
	if (flags & FLAG_ROUTING)
		return next_payload(cursor_rest(in));
	return gre_payload(in, flags, protocol);
}

static struct next decode_erspan_2(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	cursor_skip(in, 8); /* version, VLAN, session, port */
	tunnel_enter(packet, TUNNEL_ERSPAN, 0);
	return next_decoder(&ethernet_decoder, cursor_rest(in));
}

static struct next decode_erspan_3(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	cursor_skip(in, 10); /* version, VLAN, session, time, security group */
	if (cursor_be16(in) & 1)
		cursor_skip(in, 8); /* platform specific subheader */
	tunnel_enter(packet, TUNNEL_ERSPAN, 0);
	return next_decoder(&ethernet_decoder, cursor_rest(in));
}

const struct decoder gre_decoder = {
	.name = "gre",
	.protocol = "GRE",
	.title = "Generic Routing Encapsulation",
	.bindings = { { BY_IP_PROTOCOL, IP_PROTOCOL_GRE } },
	.decode = decode_gre,
};

const struct decoder erspan_decoder = {
	.name = "erspan",
	.protocol = "ERSPAN",
	.title = "Encapsulated Remote Switched Port Analyzer II",
	.bindings = { { BY_GRE_PROTOCOL, PROTOCOL_ERSPAN_2 } },
	.decode = decode_erspan_2,
};

const struct decoder erspan_3_decoder = {
	.name = "erspan3",
	.protocol = "ERSPAN",
	.title = "Encapsulated Remote Switched Port Analyzer III",
	.bindings = { { BY_GRE_PROTOCOL, PROTOCOL_ERSPAN_3 } },
	.decode = decode_erspan_3,
};
