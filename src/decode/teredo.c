/* IPv6 through the address translators of IPv4: Teredo, RFC 4380. */
#include "decode/decoder.h"
#include "decode/ip.h"

enum { ORIGIN = 0x0000, AUTHENTICATION = 0x0001 };

/* Headers before the IPv6 packet (RFC 4380 5.1.1); false when no IPv6 packet follows. */
static bool skip_indications(struct cursor *in)
{
	for (int i = 0; i < 2; i++) {
		struct cursor look = *in;
		uint16_t kind = cursor_be16(&look);
		if (kind == AUTHENTICATION) {
			uint8_t client = cursor_u8(&look), value = cursor_u8(&look);
			cursor_skip(&look, client + value + 9u);       /* nonce, confirmation */
		} else if (kind == ORIGIN) {
			cursor_skip(&look, 6);
		} else {
			break;
		}
		if (!cursor_ok(&look))
			return false;
		*in = look;
	}
	struct cursor look = *in;
	return cursor_u8(&look) >> 4 == 6 && in->declared >= 40;
}

static struct next decode_teredo(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	struct cursor whole = *in;
	if (!skip_indications(in))
		return next_payload(whole);
	/* No tunnel_enter: one conversation goes by the server first and by relays then, and its addresses are
	 * unique anyhow. */
	packet->tunnel_count++;
	return next_decoder(&ipv6_decoder, cursor_rest(in));
}

const struct decoder teredo_decoder = {
	.name = "teredo",
	.protocol = "Teredo",
	.title = "Teredo IPv6 over UDP tunneling",
	.bindings = { { BY_UDP_PORT, 3544 } },
	.decode = decode_teredo,
};
