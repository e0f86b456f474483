/* Address resolution: ARP (RFC 826, RFC 5227) and RARP (RFC 903). */
#include "decode/ethernet.h"
#include "decode/ip.h"
#include "decode/tells.h"

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

enum { HARDWARE_TYPE, PROTOCOL_TYPE, HARDWARE_SIZE, PROTOCOL_SIZE, OPERATION, GRATUITOUS, PROBE, ANNOUNCEMENT,
	SENDER_MAC, SENDER_HARDWARE, SENDER_IP, SENDER_PROTOCOL, TARGET_MAC, TARGET_HARDWARE, TARGET_IP,
	TARGET_PROTOCOL };

static const struct field_name hardware_types[] = { { 1, "Ethernet" }, { 6, "IEEE 802" }, { 7, "ARCNET" },
	{ 15, "Frame Relay" }, { 16, "ATM" }, { 17, "HDLC" }, { 18, "Fibre Channel" }, { 24, "IEEE 1394.1995" },
	{ 32, "Infiniband" }, { 0 } };
static const struct field_name operations[] = { { 1, "request" }, { 2, "reply" }, { 3, "reverse request" },
	{ 4, "reverse reply" }, { 8, "inverse request" }, { 9, "inverse reply" }, { 10, "NAK" }, { 0 } };

static bool get_operation(const struct packet *packet, struct field_value *to)
{
	if (packet->arp)
		to->number = packet->arp->operation;
	return packet->arp;
}

static const struct field fields[] = {
	[HARDWARE_TYPE] = { "arp.hw.type", "Hardware type", FIELD_UINT, .names = hardware_types },
	[PROTOCOL_TYPE] = { "arp.proto.type", "Protocol type", FIELD_UINT, FORM_HEX, 2 },
	[HARDWARE_SIZE] = { "arp.hw.size", "Hardware size", FIELD_UINT },
	[PROTOCOL_SIZE] = { "arp.proto.size", "Protocol size", FIELD_UINT },
	[OPERATION] = { "arp.opcode", "Opcode", FIELD_UINT, .names = operations, .get = get_operation },
	[GRATUITOUS] = { "arp.isgratuitous", "Is gratuitous", FIELD_FLAG, .names = field_true },
	[PROBE] = { "arp.isprobe", "Is probe", FIELD_FLAG, .names = field_true },
	[ANNOUNCEMENT] = { "arp.isannouncement", "Is announcement", FIELD_FLAG, .names = field_true },
	[SENDER_MAC] = { "arp.src.hw_mac", "Sender MAC address", FIELD_MAC },
	[SENDER_HARDWARE] = { "arp.src.hw", "Sender hardware address", FIELD_BYTES },
	[SENDER_IP] = { "arp.src.proto_ipv4", "Sender IP address", FIELD_IPV4 },
	[SENDER_PROTOCOL] = { "arp.src.proto", "Sender protocol address", FIELD_BYTES },
	[TARGET_MAC] = { "arp.dst.hw_mac", "Target MAC address", FIELD_MAC },
	[TARGET_HARDWARE] = { "arp.dst.hw", "Target hardware address", FIELD_BYTES },
	[TARGET_IP] = { "arp.dst.proto_ipv4", "Target IP address", FIELD_IPV4 },
	[TARGET_PROTOCOL] = { "arp.dst.proto", "Target protocol address", FIELD_BYTES },
	{ 0 },
};

static void tell_hardware_address(struct teller *teller, int index, struct cursor *in, size_t length)
{
	if (length == 6)
		tell_mac(teller, &fields[index], in);
	else if (length)
		tell_bytes(teller, &fields[index + 1], in, length);
}

static void tell_protocol_address(struct teller *teller, int index, struct cursor *in, size_t length,
				  bool is_ipv4)
{
	if (is_ipv4)
		tell_ipv4(teller, &fields[index], in);
	else if (length)
		tell_bytes(teller, &fields[index + 1], in, length);
}

/* What it is for: Wireshark tells these only when they are true. RFC 5227. */
static void tell_purpose(struct teller *teller, const struct arp_header *arp)
{
	if (arp->gratuitous && arp->operation <= ARP_REPLY)
		tell_number(teller, &fields[GRATUITOUS], NULL, 0, 1);
	if (arp->probe && !arp->gratuitous)
		tell_number(teller, &fields[PROBE], NULL, 0, 1);
	if (arp->gratuitous && arp->operation == ARP_REQUEST)
		tell_number(teller, &fields[ANNOUNCEMENT], NULL, 0, 1);
}

static void tell_arp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet;
	tell_be16(teller, &fields[HARDWARE_TYPE], &in);
	struct cursor look = in;
	bool is_ipv4 = cursor_be16(&look) == ETHERTYPE_IPV4;
	tell_ethertype(teller, &fields[PROTOCOL_TYPE], &in);
	size_t hardware = tell_u8(teller, &fields[HARDWARE_SIZE], &in);
	size_t protocol = tell_u8(teller, &fields[PROTOCOL_SIZE], &in);
	is_ipv4 = is_ipv4 && protocol == 4;
	tell_be16(teller, &fields[OPERATION], &in);
	tell_purpose(teller, facts);
	tell_hardware_address(teller, SENDER_MAC, &in, hardware);
	tell_protocol_address(teller, SENDER_IP, &in, protocol, is_ipv4);
	tell_hardware_address(teller, TARGET_MAC, &in, hardware);
	tell_protocol_address(teller, TARGET_IP, &in, protocol, is_ipv4);
}

const struct decoder arp_decoder = {
	.name = "arp",
	.protocol = "ARP",
	.title = "Address Resolution Protocol",
	.bindings = { { BY_ETHERTYPE, ETHERTYPE_ARP } },
	.facts_size = sizeof(struct arp_header),
	.decode = decode_arp,
	.fields = fields,
	.tell = tell_arp,
};

const struct decoder rarp_decoder = {
	.name = "rarp",
	.protocol = "RARP",
	.title = "Reverse Address Resolution Protocol",
	.bindings = { { BY_ETHERTYPE, ETHERTYPE_RARP } },
	.facts_size = sizeof(struct arp_header),
	.decode = decode_arp,
	.fields = fields,
	.tell = tell_arp,
};
