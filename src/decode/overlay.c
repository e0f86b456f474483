/* Ethernet over UDP between hypervisors: VXLAN (RFC 7348) and Geneve (RFC 8926). */
#include "decode/ethernet.h"
#include "decode/ip.h"
#include "decode/tells.h"

#define VXLAN_HAS_NETWORK 0x08

static struct next decode_vxlan(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	uint8_t flags = cursor_u8(in);
	cursor_skip(in, 3);
	uint32_t network = cursor_be24(in);
	cursor_skip(in, 1);
	if (!cursor_ok(in))
		return next_none();
	if (!(flags & VXLAN_HAS_NETWORK))
		return next_payload(cursor_rest(in));
	tunnel_enter(packet, TUNNEL_VXLAN, network);
	return next_decoder(&ethernet_decoder, cursor_rest(in));
}

static struct next decode_geneve(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	uint8_t version_and_length = cursor_u8(in);
	cursor_skip(in, 1);
	uint16_t ethertype = cursor_be16(in);
	uint32_t network = cursor_be24(in);
	cursor_skip(in, 1);
	cursor_skip(in, (version_and_length & 0x3fu) * 4); /* options */
	if (!cursor_ok(in))
		return next_none();
	tunnel_enter(packet, TUNNEL_GENEVE, network);
	return next_lookup(BY_ETHERTYPE, ethertype, cursor_rest(in));
}

enum { VXLAN_FLAGS, VXLAN_GROUP_POLICY, VXLAN_NETWORK, VXLAN_RESERVED };

static const struct field vxlan_fields[] = {
	[VXLAN_FLAGS] = { "vxlan.flags", "Flags", FIELD_UINT, FORM_HEX, 2 },
	[VXLAN_GROUP_POLICY] = { "vxlan.gbp", "Group Policy ID", FIELD_UINT },
	[VXLAN_NETWORK] = { "vxlan.vni", "VXLAN Network Identifier (VNI)", FIELD_UINT },
	[VXLAN_RESERVED] = { "vxlan.reserved8", "Reserved", FIELD_UINT },
	{ 0 },
};

static void tell_vxlan(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	tell_be16(teller, &vxlan_fields[VXLAN_FLAGS], &in);
	tell_be16(teller, &vxlan_fields[VXLAN_GROUP_POLICY], &in);
	tell_be24(teller, &vxlan_fields[VXLAN_NETWORK], &in);
	tell_u8(teller, &vxlan_fields[VXLAN_RESERVED], &in);
}

enum { GENEVE_VERSION, GENEVE_OPTIONS_LENGTH, GENEVE_FLAGS, GENEVE_MANAGEMENT, GENEVE_CRITICAL, GENEVE_PROTOCOL,
	GENEVE_NETWORK, GENEVE_OPTIONS };

static const struct field geneve_fields[] = {
	[GENEVE_VERSION] = { "geneve.version", "Version", FIELD_UINT, .mask = 0xc0 },
	[GENEVE_OPTIONS_LENGTH] = { "geneve.opt_len", "Length of options", FIELD_UINT, .unit = "bytes" },
	[GENEVE_FLAGS] = { "geneve.flags", "Flags", FIELD_UINT, FORM_HEX, 1 },
	[GENEVE_MANAGEMENT] = { "geneve.flags.oam", "Operations, Administration and Management Frame",
		FIELD_FLAG, .mask = 0x80, .names = field_yes },
	[GENEVE_CRITICAL] = { "geneve.flags.critical", "Critical Options Present", FIELD_FLAG, .mask = 0x40,
		.names = field_yes },
	[GENEVE_PROTOCOL] = { "geneve.proto_type", "Protocol Type", FIELD_UINT, FORM_HEX, 2 },
	[GENEVE_NETWORK] = { "geneve.vni", "Virtual Network Identifier (VNI)", FIELD_UINT, FORM_HEX_DECIMAL, 3 },
	[GENEVE_OPTIONS] = { "geneve.options", "Geneve Options", FIELD_BYTES },
	{ 0 },
};

static void tell_geneve(struct teller *teller, struct cursor in, const struct packet *packet,
			const void *facts)
{
	const uint8_t *at = in.next;
	uint8_t first = cursor_u8(&in), flags = cursor_u8(&in);
	size_t options = (first & 0x3fu) * 4;
	(void)packet, (void)facts;
	if (!cursor_ok(&in))
		return;
	tell_number(teller, &geneve_fields[GENEVE_VERSION], at, 1, first >> 6);
	tell_number(teller, &geneve_fields[GENEVE_OPTIONS_LENGTH], at, 1, (int64_t)options);
	tell_open(teller, &geneve_fields[GENEVE_FLAGS], at + 1, 1, flags, NULL);
	tell_number(teller, &geneve_fields[GENEVE_MANAGEMENT], at + 1, 1, flags >> 7);
	tell_number(teller, &geneve_fields[GENEVE_CRITICAL], at + 1, 1, flags >> 6 & 1);
	tell_close(teller);
	tell_ethertype(teller, &geneve_fields[GENEVE_PROTOCOL], &in);
	tell_be24(teller, &geneve_fields[GENEVE_NETWORK], &in);
	cursor_skip(&in, 1);
	if (options)
		tell_bytes(teller, &geneve_fields[GENEVE_OPTIONS], &in, options);
}

const struct decoder vxlan_decoder = {
	.name = "vxlan",
	.protocol = "VXLAN",
	.title = "Virtual eXtensible Local Area Network",
	.bindings = { { BY_UDP_PORT, 4789 }, { BY_UDP_PORT, 8472 } }, /* IANA's, and Linux's old one */
	.decode = decode_vxlan,
	.fields = vxlan_fields,
	.tell = tell_vxlan,
};

const struct decoder geneve_decoder = {
	.name = "geneve",
	.protocol = "Geneve",
	.title = "Generic Network Virtualization Encapsulation",
	.bindings = { { BY_UDP_PORT, 6081 } },
	.decode = decode_geneve,
	.fields = geneve_fields,
	.tell = tell_geneve,
};
