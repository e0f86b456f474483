/* Linux cooked captures: what tcpdump writes for "any" and for devices without a link layer of
 * their own. https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and …_SLL2.html */
#include "decode/ethernet.h"
#include "decode/tells.h"
#include "source/linktype.h"

/* Values of the protocol field that are no EtherTypes. */
enum { PROTOCOL_802_3 = 0x0001, PROTOCOL_802_2 = 0x0004 };
#define ADDRESS_SIZE 8

static void read_address(struct cursor *in, struct link_facts *link, size_t length)
{
	uint8_t address[ADDRESS_SIZE];
	cursor_bytes(in, address, sizeof address);
	if (length != sizeof link->source || !cursor_ok(in))
		return;
	memcpy(link->source, address, sizeof link->source);
	link->has_source = true;
}

static void set_packet_type(struct link_facts *link, unsigned type)
{
	link->packet_type = type < LINK_TYPE_UNKNOWN ? (uint8_t)type : LINK_TYPE_UNKNOWN;
}

static struct next cooked_payload(struct cursor *in, struct packet *packet, uint16_t protocol)
{
	if (protocol == PROTOCOL_802_2)
		return next_decoder(&llc_decoder, cursor_rest(in));
	if (protocol == PROTOCOL_802_3)
		return next_payload(cursor_rest(in));
	packet->link.ethertype = protocol;
	return next_lookup(BY_ETHERTYPE, protocol, cursor_rest(in));
}

static struct next decode_sll(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	uint16_t type = cursor_be16(in);
	cursor_skip(in, 2); /* ARPHRD_ type of the device */
	uint16_t address_length = cursor_be16(in);
	read_address(in, &packet->link, address_length);
	uint16_t protocol = cursor_be16(in);
	if (!cursor_ok(in))
		return next_none();
	set_packet_type(&packet->link, type);
	return cooked_payload(in, packet, protocol);
}

static struct next decode_sll2(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	uint16_t protocol = cursor_be16(in);
	cursor_skip(in, 2); /* reserved */
	uint32_t interface_index = cursor_be32(in);
	cursor_skip(in, 2); /* ARPHRD_ type of the device */
	uint8_t type = cursor_u8(in);
	uint8_t address_length = cursor_u8(in);
	read_address(in, &packet->link, address_length);
	if (!cursor_ok(in))
		return next_none();
	packet->link.interface_index = interface_index;
	set_packet_type(&packet->link, type);
	return cooked_payload(in, packet, protocol);
}

enum { PACKET_TYPE, DEVICE_TYPE, ADDRESS_LENGTH, SOURCE_MAC, SOURCE_OTHER, UNUSED, ETHERTYPE, LINUX_TYPE,
	INTERFACE, EITHER };

static const struct field_name packet_types[] = { { 0, "Unicast to us" }, { 1, "Broadcast" },
	{ 2, "Multicast" }, { 3, "Unicast to another host" }, { 4, "Sent by us" }, { 0 } };
/* https://www.iana.org/assignments/arp-parameters, and Linux's if_arp.h */
static const struct field_name device_types[] = { { 1, "Ethernet" }, { 512, "PPP" }, { 768, "IPIP tunnel" },
	{ 769, "IPv6 tunnel" }, { 772, "Loopback" }, { 776, "sit tunnel" }, { 778, "GRE over IP" },
	{ 801, "IEEE 802.11" }, { 803, "IEEE 802.11 with radiotap" }, { 0 } };

static const struct field cooked_fields[] = {
	[PACKET_TYPE] = { "sll.pkttype", "Packet type", FIELD_UINT, .names = packet_types },
	[DEVICE_TYPE] = { "sll.hatype", "Link-layer address type", FIELD_UINT, .names = device_types },
	[ADDRESS_LENGTH] = { "sll.halen", "Link-layer address length", FIELD_UINT },
	[SOURCE_MAC] = { "sll.src.eth", "Source", FIELD_MAC },
	[SOURCE_OTHER] = { "sll.src.other", "Source", FIELD_BYTES },
	[UNUSED] = { "sll.unused", "Unused", FIELD_BYTES },
	[ETHERTYPE] = { "sll.etype", "Protocol", FIELD_UINT, FORM_HEX, 2 },
	[LINUX_TYPE] = { "sll.ltype", "Protocol", FIELD_UINT, FORM_HEX, 2 },
	[INTERFACE] = { "sll.ifindex", "Interface index", FIELD_UINT },
	[EITHER] = { "sll", "Linux cooked capture", FIELD_GROUP },      /* Wireshark has one name for both */
	{ 0 },
};

static void tell_cooked_address(struct teller *teller, struct cursor *in, size_t length)
{
	struct cursor address = cursor_split(in, ADDRESS_SIZE);
	if (length > ADDRESS_SIZE)
		length = ADDRESS_SIZE;
	if (length == 6)
		tell_mac(teller, &cooked_fields[SOURCE_MAC], &address);
	else if (length)
		tell_bytes(teller, &cooked_fields[SOURCE_OTHER], &address, length);
	if (address.declared)
		tell_bytes(teller, &cooked_fields[UNUSED], &address, address.declared);
}

static void tell_cooked_protocol(struct teller *teller, struct cursor *in)
{
	struct cursor look = *in;
	if (cursor_be16(&look) >= 0x600)
		tell_ethertype(teller, &cooked_fields[ETHERTYPE], in);
	else
		tell_be16(teller, &cooked_fields[LINUX_TYPE], in);
}

static void tell_sll(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	tell_be16(teller, &cooked_fields[PACKET_TYPE], &in);
	tell_be16(teller, &cooked_fields[DEVICE_TYPE], &in);
	size_t length = tell_be16(teller, &cooked_fields[ADDRESS_LENGTH], &in);
	tell_cooked_address(teller, &in, length);
	tell_cooked_protocol(teller, &in);
}

static void tell_sll2(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	tell_open(teller, &cooked_fields[EITHER], in.next, in.captured, 0, NULL);
	tell_close(teller);
	tell_cooked_protocol(teller, &in);
	cursor_skip(&in, 2);
	tell_be32(teller, &cooked_fields[INTERFACE], &in);
	tell_be16(teller, &cooked_fields[DEVICE_TYPE], &in);
	tell_u8(teller, &cooked_fields[PACKET_TYPE], &in);
	size_t length = tell_u8(teller, &cooked_fields[ADDRESS_LENGTH], &in);
	tell_cooked_address(teller, &in, length);
}

const struct decoder sll_decoder = {
	.name = "sll",
	.protocol = "SLL",
	.title = "Linux cooked capture v1",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_LINUX_SLL } },
	.decode = decode_sll,
	.fields = cooked_fields,
	.tell = tell_sll,
};

const struct decoder sll2_decoder = {
	.name = "sll2",
	.protocol = "SLL2",
	.title = "Linux cooked capture v2",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_LINUX_SLL2 } },
	.decode = decode_sll2,
	.fields = cooked_fields,
	.tell = tell_sll2,
};
