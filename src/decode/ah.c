/* IP Authentication Header, RFC 4302, over IPv4. Over IPv6 it is one of the extension headers. */
#include "decode/ip.h"

static struct next decode_ah(struct cursor *in, struct packet *packet, void *facts)
{
	(void)packet;
	(void)facts;
	uint8_t protocol = cursor_u8(in);
	size_t units = cursor_u8(in); /* of four bytes, without the first two units */
	cursor_skip(in, units * 4 + 6);
	return next_lookup(BY_IP_PROTOCOL, protocol, cursor_rest(in));
}

const struct decoder ah_decoder = {
	.name = "ah",
	.protocol = "AH",
	.title = "Authentication Header",
	.bindings = { { BY_IP_PROTOCOL, IP_PROTOCOL_AH } },
	.decode = decode_ah,
};
