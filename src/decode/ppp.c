/* Point-to-point links: PPP (RFC 1661, framed as in RFC 1662) and PPP over Ethernet (RFC 2516). */
#include "decode/decoder.h"
#include "source/linktype.h"

#define ADDRESS_ALL 0xff
#define CONTROL_UNNUMBERED 0x03
#define PPPOE_VERSION_AND_TYPE 0x11

static struct next ppp_payload(struct cursor *in)
{
	uint16_t protocol = cursor_u8(in);
	if (!(protocol & 1)) /* only the last byte is odd; a compressed field has just that one */
		protocol = (uint16_t)(protocol << 8 | cursor_u8(in));
	return next_lookup(BY_PPP_PROTOCOL, protocol, cursor_rest(in));
}

/* Address and control may be left out when both sides agreed on it. */
static void skip_address_and_control(struct cursor *in)
{
	struct cursor look = *in;
	if (cursor_u8(&look) == ADDRESS_ALL && cursor_u8(&look) == CONTROL_UNNUMBERED)
		cursor_skip(in, 2);
}

static struct next decode_ppp(struct cursor *in, struct packet *packet, void *facts)
{
	(void)packet;
	(void)facts;
	skip_address_and_control(in);
	return ppp_payload(in);
}

/* A first byte tells the direction: 0 received, 1 sent. Linux's pppd puts it where the address was, so
 * that only the control byte follows; others put it before both. */
static struct next decode_directed(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	uint8_t direction = cursor_u8(in);
	if (cursor_ok(in) && direction <= 1)
		packet->link.packet_type = direction ? LINK_SENT_BY_US : LINK_TO_US;
	struct cursor look = *in;
	if (cursor_u8(&look) == CONTROL_UNNUMBERED)
		cursor_skip(in, 1);
	else
		skip_address_and_control(in);
	return ppp_payload(in);
}

static struct next decode_pppoe(struct cursor *in, struct packet *packet, void *facts)
{
	(void)packet;
	(void)facts;
	uint8_t version_and_type = cursor_u8(in);
	uint8_t code = cursor_u8(in);
	cursor_skip(in, 2); /* session */
	size_t length = cursor_be16(in);
	if (cursor_ok(in) && version_and_type != PPPOE_VERSION_AND_TYPE)
		cursor_reject(in, "PPPoE of an unknown version");
	if (!cursor_ok(in))
		return next_none();
	struct cursor payload = cursor_split(in, length < in->declared ? length : in->declared);
	if (code != 0)
		return next_payload(payload);
	return ppp_payload(&payload);
}

const struct decoder ppp_decoder = {
	.name = "ppp",
	.protocol = "PPP",
	.title = "Point-to-Point Protocol",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_PPP }, { BY_LINK_TYPE, LINKTYPE_PPP_HDLC },
		{ BY_GRE_PROTOCOL, 0x880b } },
	.decode = decode_ppp,
};

const struct decoder pppd_decoder = {
	.name = "pppd",
	.protocol = "PPP",
	.title = "Point-to-Point Protocol with direction",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_PPP_PPPD }, { BY_LINK_TYPE, LINKTYPE_PPP_WITH_DIR } },
	.decode = decode_directed,
};

const struct decoder pppoe_discovery_decoder = {
	.name = "pppoed",
	.protocol = "PPPoED",
	.title = "PPP over Ethernet discovery",
	.bindings = { { BY_ETHERTYPE, 0x8863 } },
	.decode = decode_pppoe,
};

const struct decoder pppoe_session_decoder = {
	.name = "pppoes",
	.protocol = "PPPoES",
	.title = "PPP over Ethernet session",
	.bindings = { { BY_ETHERTYPE, 0x8864 }, { BY_LINK_TYPE, LINKTYPE_PPP_ETHER } },
	.decode = decode_pppoe,
};
