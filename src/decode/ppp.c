/* Point-to-point links: PPP (RFC 1661, framed as in RFC 1662) and PPP over Ethernet (RFC 2516). */
#include "decode/ppp.h"

#include "decode/decoder.h"
#include "decode/tells.h"
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

enum { DIRECTION, ADDRESS, CONTROL, PROTOCOL };

static const struct field_name directions[] = { { 0, "DCE->DTE" }, { 1, "DTE->DCE" }, { 0 } };
/* https://www.iana.org/assignments/ppp-numbers */
static const struct field_name protocols[] = { { 0x21, "Internet Protocol version 4" },
	{ 0x2b, "Novell IPX" }, { 0x2d, "Van Jacobson Compressed TCP/IP" },
	{ 0x2f, "Van Jacobson Uncompressed TCP/IP" }, { 0x3d, "Multilink" },
	{ 0x57, "Internet Protocol version 6" }, { 0xfd, "Compressed datagram" }, { 0x281, "MPLS Unicast" },
	{ 0x8021, "Internet Protocol Control Protocol" }, { 0x8057, "IPv6 Control Protocol" },
	{ 0x80fd, "Compression Control Protocol" }, { 0xc021, "Link Control Protocol" },
	{ 0xc023, "Password Authentication Protocol" }, { 0xc025, "Link Quality Report" },
	{ 0xc223, "Challenge Handshake Authentication Protocol" },
	{ 0xc227, "Extensible Authentication Protocol" }, { 0 } };

static const struct field ppp_fields[] = {
	[DIRECTION] = { "ppp.direction", "Direction", FIELD_UINT, .names = directions },
	[ADDRESS] = { "ppp.address", "Address", FIELD_UINT, FORM_HEX, 1 },
	[CONTROL] = { "ppp.control", "Control", FIELD_UINT, FORM_HEX, 1 },
	[PROTOCOL] = { "ppp.protocol", "Protocol", FIELD_UINT, FORM_HEX, 2, .names = protocols },
	{ 0 },
};

static void tell_ppp_protocol(struct teller *teller, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint16_t protocol = cursor_u8(in);
	if (!(protocol & 1))
		protocol = (uint16_t)(protocol << 8 | cursor_u8(in));
	if (cursor_ok(in))
		tell_number(teller, &ppp_fields[PROTOCOL], at, (size_t)(in->next - at), protocol);
}

static void tell_ppp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	struct cursor look = in;
	(void)packet, (void)facts;
	if (cursor_u8(&look) == ADDRESS_ALL && cursor_u8(&look) == CONTROL_UNNUMBERED) {
		tell_u8(teller, &ppp_fields[ADDRESS], &in);
		tell_u8(teller, &ppp_fields[CONTROL], &in);
	}
	tell_ppp_protocol(teller, &in);
}

static void tell_directed(struct teller *teller, struct cursor in, const struct packet *packet,
			  const void *facts)
{
	tell_u8(teller, &ppp_fields[DIRECTION], &in);
	struct cursor look = in;
	if (cursor_u8(&look) == CONTROL_UNNUMBERED) {
		tell_u8(teller, &ppp_fields[CONTROL], &in);
		tell_ppp_protocol(teller, &in);
		return;
	}
	tell_ppp(teller, in, packet, facts);
}

enum { PPPOE_VERSION, PPPOE_TYPE, PPPOE_CODE, PPPOE_SESSION, PPPOE_LENGTH };

static const struct field_name pppoe_codes[] = { { 0, "Session Data" }, { 7, "Active Discovery Offer (PADO)" },
	{ 9, "Active Discovery Initiation (PADI)" }, { 0x19, "Active Discovery Request (PADR)" },
	{ 0x65, "Active Discovery Session-confirmation (PADS)" },
	{ 0xa7, "Active Discovery Terminate (PADT)" }, { 0 } };

static const struct field pppoe_fields[] = {
	[PPPOE_VERSION] = { "pppoe.version", "Version", FIELD_UINT, .mask = 0xf0 },
	[PPPOE_TYPE] = { "pppoe.type", "Type", FIELD_UINT, .mask = 0x0f },
	[PPPOE_CODE] = { "pppoe.code", "Code", FIELD_UINT, FORM_HEX, 1, .names = pppoe_codes },
	[PPPOE_SESSION] = { "pppoe.session_id", "Session ID", FIELD_UINT, FORM_HEX, 2 },
	[PPPOE_LENGTH] = { "pppoe.payload_length", "Payload Length", FIELD_UINT },
	{ 0 },
};

static void tell_pppoe(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const uint8_t *at = in.next;
	uint8_t first = cursor_u8(&in);
	(void)packet, (void)facts;
	if (!cursor_ok(&in))
		return;
	tell_number(teller, &pppoe_fields[PPPOE_VERSION], at, 1, first >> 4);
	tell_number(teller, &pppoe_fields[PPPOE_TYPE], at, 1, first & 15);
	uint8_t code = tell_u8(teller, &pppoe_fields[PPPOE_CODE], &in);
	tell_be16(teller, &pppoe_fields[PPPOE_SESSION], &in);
	tell_be16(teller, &pppoe_fields[PPPOE_LENGTH], &in);
	if (cursor_more(&in) && code == 0)
		tell_ppp_protocol(teller, &in);
}

const struct decoder ppp_decoder = {
	.name = "ppp",
	.protocol = "PPP",
	.title = "Point-to-Point Protocol",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_PPP }, { BY_LINK_TYPE, LINKTYPE_PPP_HDLC },
		{ BY_GRE_PROTOCOL, 0x880b } },
	.decode = decode_ppp,
	.fields = ppp_fields,
	.tell = tell_ppp,
};

const struct decoder pppd_decoder = {
	.name = "pppd",
	.protocol = "PPP",
	.title = "Point-to-Point Protocol with direction",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_PPP_PPPD }, { BY_LINK_TYPE, LINKTYPE_PPP_WITH_DIR } },
	.decode = decode_directed,
	.fields = ppp_fields,
	.tell = tell_directed,
};

const struct decoder pppoe_discovery_decoder = {
	.name = "pppoed",
	.protocol = "PPPoED",
	.title = "PPP over Ethernet discovery",
	.bindings = { { BY_ETHERTYPE, 0x8863 } },
	.decode = decode_pppoe,
	.fields = pppoe_fields,
	.tell = tell_pppoe,
};

const struct decoder pppoe_session_decoder = {
	.name = "pppoes",
	.protocol = "PPPoES",
	.title = "PPP over Ethernet session",
	.bindings = { { BY_ETHERTYPE, 0x8864 }, { BY_LINK_TYPE, LINKTYPE_PPP_ETHER } },
	.decode = decode_pppoe,
	.fields = pppoe_fields,
	.tell = tell_pppoe,
};
