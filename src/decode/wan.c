/* Router links: Cisco HDLC, Frame Relay (ITU-T Q.922, RFC 2427) and MPLS (RFC 3032). */
#include "decode/ethernet.h"
#include "decode/ip.h"
#include "decode/tells.h"
#include "source/linktype.h"

#define BOTTOM_OF_STACK 0x100

/* Network layer protocol identifiers, ISO/IEC TR 9577. */
enum { NLPID_PADDING = 0x00, NLPID_SNAP = 0x80, NLPID_IPV6 = 0x8e, NLPID_IPV4 = 0xcc };
#define CONTROL_UNNUMBERED 0x03

/* Cisco's own numbers, like that of CDP, are those that it uses in SNAP as well. */
static struct next cisco_payload(struct cursor *in, struct packet *packet)
{
	uint16_t protocol = cursor_be16(in);
	if (decoder_find(BY_CISCO_PROTOCOL, protocol))
		return next_lookup(BY_CISCO_PROTOCOL, protocol, cursor_rest(in));
	packet->link.ethertype = protocol;
	return next_lookup(BY_ETHERTYPE, protocol, cursor_rest(in));
}

static struct next decode_cisco_hdlc(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	cursor_skip(in, 2); /* address, control */
	return cisco_payload(in, packet);
}

static struct next frame_relay_payload(struct cursor *in, struct packet *packet)
{
	struct cursor look = *in;
	if (cursor_u8(&look) != CONTROL_UNNUMBERED)
		return cisco_payload(in, packet);
	cursor_skip(in, 1);
	uint8_t protocol = cursor_u8(in);
	if (protocol == NLPID_PADDING)
		protocol = cursor_u8(in);
	switch (protocol) {
	case NLPID_IPV4:
		return next_decoder(&ipv4_decoder, cursor_rest(in));
	case NLPID_IPV6:
		return next_decoder(&ipv6_decoder, cursor_rest(in));
	case NLPID_SNAP:
		cursor_skip(in, 3); /* organisation: EtherTypes, for all that matters here */
		packet->link.ethertype = cursor_be16(in);
		return next_lookup(BY_ETHERTYPE, packet->link.ethertype, cursor_rest(in));
	default:
		return next_payload(cursor_rest(in));
	}
}

static struct next decode_frame_relay(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	/* The last bit says whether the address ends here; it has two to four bytes. */
	uint8_t last = cursor_u8(in);
	for (int i = 1; i < 4 && !(last & 1); i++)
		last = cursor_u8(in);
	return frame_relay_payload(in, packet);
}

/* MPLS does not say what it carries. Everybody guesses from the first four bits (RFC 4928, 3). */
static struct next mpls_payload(struct cursor *in)
{
	struct cursor look = *in;
	switch (cursor_u8(&look) >> 4) {
	case 4:
	case 6:
		return ip_by_version(cursor_rest(in));
	case 0: /* the control word of a pseudowire (RFC 4448, 4.6) */
		cursor_skip(in, 4);
		return next_decoder(&ethernet_decoder, cursor_rest(in));
	case 1: /* its associated channel (RFC 4385, 5) */
		return next_payload(cursor_rest(in));
	default:
		return next_decoder(&ethernet_decoder, cursor_rest(in));
	}
}

static struct next decode_mpls(struct cursor *in, struct packet *packet, void *facts)
{
	(void)packet;
	(void)facts;
	while (cursor_more(in))
		if (cursor_be32(in) & BOTTOM_OF_STACK)
			return mpls_payload(in);
	return next_none();
}

enum { HDLC_ADDRESS, HDLC_CONTROL, HDLC_PROTOCOL };

static const struct field_name hdlc_addresses[] = { { 0x0f, "Unicast" }, { 0x8f, "Multicast" }, { 0 } };

static const struct field hdlc_fields[] = {
	[HDLC_ADDRESS] = { "chdlc.address", "Address", FIELD_UINT, FORM_HEX, 1, .names = hdlc_addresses },
	[HDLC_CONTROL] = { "chdlc.control", "Control", FIELD_UINT, FORM_HEX, 1 },
	[HDLC_PROTOCOL] = { "chdlc.protocol", "Protocol", FIELD_UINT, FORM_HEX, 2 },
	{ 0 },
};

static void tell_hdlc(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	tell_u8(teller, &hdlc_fields[HDLC_ADDRESS], &in);
	tell_u8(teller, &hdlc_fields[HDLC_CONTROL], &in);
	tell_ethertype(teller, &hdlc_fields[HDLC_PROTOCOL], &in);
}

enum { MPLS_LABEL, MPLS_EXPERIMENTAL, MPLS_BOTTOM, MPLS_TIME_TO_LIVE };

static const struct field mpls_fields[] = {
	[MPLS_LABEL] = { "mpls.label", "MPLS Label", FIELD_UINT, .mask = 0xfffff000 },
	[MPLS_EXPERIMENTAL] = { "mpls.exp", "MPLS Experimental Bits", FIELD_UINT, .mask = 0xe00 },
	[MPLS_BOTTOM] = { "mpls.bottom", "MPLS Bottom Of Label Stack", FIELD_UINT, .mask = BOTTOM_OF_STACK },
	[MPLS_TIME_TO_LIVE] = { "mpls.ttl", "MPLS TTL", FIELD_UINT, .mask = 0xff },
	{ 0 },
};

static void tell_mpls(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	while (cursor_more(&in)) {
		const uint8_t *at = in.next;
		uint32_t entry = cursor_be32(&in);
		if (!cursor_ok(&in))
			return;
		tell_bits(teller, mpls_fields, at, 4, entry);
		if (entry & BOTTOM_OF_STACK)
			return;
	}
}

const struct decoder cisco_hdlc_decoder = {
	.name = "chdlc",
	.protocol = "CHDLC",
	.title = "Cisco HDLC",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_C_HDLC } },
	.decode = decode_cisco_hdlc,
	.fields = hdlc_fields,
	.tell = tell_hdlc,
};

const struct decoder frame_relay_decoder = {
	.name = "fr",
	.protocol = "FR",
	.title = "Frame Relay",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_FRAME_RELAY } },
	.decode = decode_frame_relay,
};

const struct decoder mpls_decoder = {
	.name = "mpls",
	.protocol = "MPLS",
	.title = "Multiprotocol Label Switching",
	.bindings = { { BY_ETHERTYPE, 0x8847 }, { BY_ETHERTYPE, 0x8848 }, { BY_IP_PROTOCOL, 137 },
		{ BY_PPP_PROTOCOL, 0x0281 } },
	.decode = decode_mpls,
	.fields = mpls_fields,
	.tell = tell_mpls,
};
