/* Linux cooked captures: what tcpdump writes for "any" and for devices without a link layer of
 * their own. https://www.tcpdump.org/linktypes/LINKTYPE_LINUX_SLL.html and …_SLL2.html */
#include "decode/ethernet.h"
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

const struct decoder sll_decoder = {
	.name = "sll",
	.protocol = "SLL",
	.title = "Linux cooked capture v1",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_LINUX_SLL } },
	.decode = decode_sll,
};

const struct decoder sll2_decoder = {
	.name = "sll2",
	.protocol = "SLL2",
	.title = "Linux cooked capture v2",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_LINUX_SLL2 } },
	.decode = decode_sll2,
};
