/* Ethernet over UDP between hypervisors: VXLAN (RFC 7348) and Geneve (RFC 8926). */
#include "decode/ethernet.h"
#include "decode/ip.h"

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

const struct decoder vxlan_decoder = {
	.name = "vxlan",
	.protocol = "VXLAN",
	.title = "Virtual eXtensible Local Area Network",
	.bindings = { { BY_UDP_PORT, 4789 }, { BY_UDP_PORT, 8472 } }, /* IANA's, and Linux's old one */
	.decode = decode_vxlan,
};

const struct decoder geneve_decoder = {
	.name = "geneve",
	.protocol = "Geneve",
	.title = "Generic Network Virtualization Encapsulation",
	.bindings = { { BY_UDP_PORT, 6081 } },
	.decode = decode_geneve,
};
