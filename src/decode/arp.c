/* Address resolution: ARP (RFC 826, RFC 5227) and RARP (RFC 903). */
#include "decode/ethernet.h"
#include "decode/ip.h"

static void read_hardware(struct cursor *in, uint8_t length, uint8_t to[static 6])
{
	const uint8_t *bytes = cursor_take(in, length);
	if (bytes && length == 6)
		memcpy(to, bytes, 6);
}

static void read_protocol(struct cursor *in, uint8_t length, bool is_ipv4, struct address *to)
{
	const uint8_t *bytes = cursor_take(in, length);
	if (bytes && is_ipv4)
		*to = address_ipv4(bytes);
}

static struct next decode_arp(struct cursor *in, struct packet *packet, void *facts)
{
	struct arp_header *arp = facts;
	arp->hardware_type = cursor_be16(in);
	arp->protocol_type = cursor_be16(in);
	uint8_t hardware_length = cursor_u8(in);
	uint8_t protocol_length = cursor_u8(in);
	arp->operation = cursor_be16(in);
	bool is_ipv4 = arp->protocol_type == ETHERTYPE_IPV4 && protocol_length == 4;
	read_hardware(in, hardware_length, arp->sender_mac);
	read_protocol(in, protocol_length, is_ipv4, &arp->sender);
	read_hardware(in, hardware_length, arp->target_mac);
	read_protocol(in, protocol_length, is_ipv4, &arp->target);
	if (!cursor_ok(in))
		return next_none();
	arp->gratuitous = is_ipv4 && address_equal(&arp->sender, &arp->target);
	arp->probe = is_ipv4 && arp->operation == ARP_REQUEST && address_is_unspecified(&arp->sender);
	packet->arp = arp;
	ip_note_padding(packet, in->declared);
	return next_none();
}

const struct decoder arp_decoder = {
	.name = "arp",
	.protocol = "ARP",
	.title = "Address Resolution Protocol",
	.bindings = { { BY_ETHERTYPE, ETHERTYPE_ARP } },
	.facts_size = sizeof(struct arp_header),
	.decode = decode_arp,
};

const struct decoder rarp_decoder = {
	.name = "rarp",
	.protocol = "RARP",
	.title = "Reverse Address Resolution Protocol",
	.bindings = { { BY_ETHERTYPE, ETHERTYPE_RARP } },
	.facts_size = sizeof(struct arp_header),
	.decode = decode_arp,
};
