/* Generic Routing Encapsulation (RFC 2784, RFC 2890), its PPTP variant (RFC 2637), and the mirrored
 * frames that switches send in it (ERSPAN, draft-foschiano-erspan). */
#include "decode/ethernet.h"
#include "decode/ip.h"
#include "decode/tells.h"

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

enum { FLAGS, CHECKSUM_BIT, ROUTING_BIT, KEY_BIT, SEQUENCE_BIT, STRICT_BIT, RECURSION, ACKNOWLEDGMENT_BIT, RESERVED,
	VERSION, PROTOCOL, CHECKSUM, OFFSET, KEY, PAYLOAD_LENGTH, CALL, SEQUENCE, ACKNOWLEDGMENT };

static const struct field_name versions[] = { { 0, "GRE" }, { 1, "Enhanced GRE" }, { 0 } };

static const struct field fields[] = {
	[FLAGS] = { "gre.flags_and_version", "Flags and Version", FIELD_UINT, FORM_HEX, 2 },
	[CHECKSUM_BIT] = { "gre.flags.checksum", "Checksum Bit", FIELD_FLAG, .mask = 0x8000, .names = field_yes },
	[ROUTING_BIT] = { "gre.flags.routing", "Routing Bit", FIELD_FLAG, .mask = 0x4000, .names = field_yes },
	[KEY_BIT] = { "gre.flags.key", "Key Bit", FIELD_FLAG, .mask = 0x2000, .names = field_yes },
	[SEQUENCE_BIT] = { "gre.flags.sequence_number", "Sequence Number Bit", FIELD_FLAG, .mask = 0x1000,
		.names = field_yes },
	[STRICT_BIT] = { "gre.flags.strict_source_route", "Strict Source Route Bit", FIELD_FLAG, .mask = 0x800,
		.names = field_yes },
	[RECURSION] = { "gre.flags.recursion_control", "Recursion control", FIELD_UINT, .mask = 0x700 },
	[ACKNOWLEDGMENT_BIT] = { "gre.flags.ack", "Acknowledgment", FIELD_FLAG, .mask = 0x80,
		.names = field_yes },
	[RESERVED] = { "gre.flags.reserved", "Flags (Reserved)", FIELD_UINT, .mask = 0xf8 },
	[VERSION] = { "gre.flags.version", "Version", FIELD_UINT, .mask = 7, .names = versions },
	[PROTOCOL] = { "gre.proto", "Protocol Type", FIELD_UINT, FORM_HEX, 2 },
	[CHECKSUM] = { "gre.checksum", "Checksum", FIELD_UINT, FORM_HEX, 2 },
	[OFFSET] = { "gre.offset", "Offset", FIELD_UINT },
	[KEY] = { "gre.key", "Key", FIELD_UINT, FORM_HEX, 4 },
	[PAYLOAD_LENGTH] = { "gre.key.payload_length", "Payload Length", FIELD_UINT },
	[CALL] = { "gre.key.call_id", "Call ID", FIELD_UINT },
	[SEQUENCE] = { "gre.sequence_number", "Sequence Number", FIELD_UINT },
	[ACKNOWLEDGMENT] = { "gre.ack_number", "Acknowledgment Number", FIELD_UINT },
	{ 0 },
};

static void tell_flags(struct teller *teller, const uint8_t *at, uint16_t flags, bool pptp)
{
	tell_open(teller, &fields[FLAGS], at, 2, flags, NULL);
	for (int i = CHECKSUM_BIT; i <= VERSION; i++) {
		if (i == (pptp ? RESERVED : ACKNOWLEDGMENT_BIT))
			continue;
		const struct field *field = &fields[i];
		tell_number(teller, field, at, 2, (flags & field->mask) >> __builtin_ctzll(field->mask));
	}
	tell_close(teller);
}

static void tell_gre(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const uint8_t *at = in.next;
	uint16_t flags = cursor_be16(&in);
	bool pptp = (flags & VERSION_MASK) == VERSION_PPTP;
	(void)packet, (void)facts;
	if (!cursor_ok(&in))
		return;
	tell_flags(teller, at, flags, pptp);
	tell_ethertype(teller, &fields[PROTOCOL], &in);
	if (flags & (FLAG_CHECKSUM | FLAG_ROUTING)) {
		tell_be16(teller, &fields[CHECKSUM], &in);
		tell_be16(teller, &fields[OFFSET], &in);
	}
	if (flags & FLAG_KEY && pptp) {
		tell_be16(teller, &fields[PAYLOAD_LENGTH], &in);
		tell_be16(teller, &fields[CALL], &in);
	} else if (flags & FLAG_KEY) {
		tell_be32(teller, &fields[KEY], &in);
	}
	if (flags & FLAG_SEQUENCE)
		tell_be32(teller, &fields[SEQUENCE], &in);
	if (pptp && flags & FLAG_ACKNOWLEDGMENT)
		tell_be32(teller, &fields[ACKNOWLEDGMENT], &in);
}

const struct decoder gre_decoder = {
	.name = "gre",
	.protocol = "GRE",
	.title = "Generic Routing Encapsulation",
	.bindings = { { BY_IP_PROTOCOL, IP_PROTOCOL_GRE } },
	.decode = decode_gre,
	.fields = fields,
	.tell = tell_gre,
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
