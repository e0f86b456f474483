/* Ethernet II, IEEE 802.3 and the VLAN tags of IEEE 802.1Q. */
#include "decode/ethernet.h"

#include "source/linktype.h"

#define NETANALYZER_HEADER_LENGTH 4
#define FCS_LENGTH 4
#define LENGTH_MAX 1500      /* type-or-length values up to here are lengths */
#define ETHERTYPE_MIN 0x600  /* and from here on types; nobody uses what is between */

struct next ethernet_payload(struct cursor *in, struct packet *packet, uint16_t type_or_length)
{
	if (type_or_length >= ETHERTYPE_MIN) {
		packet->link.ethertype = type_or_length;
		return next_lookup(BY_ETHERTYPE, type_or_length, cursor_rest(in));
	}
	packet->link.length_field = type_or_length;
	if (type_or_length > LENGTH_MAX)
		return next_payload(cursor_rest(in));
	/* A length that promises more than the frame holds is worth nothing. */
	size_t length = type_or_length < in->declared ? type_or_length : in->declared;
	return next_decoder(&llc_decoder, cursor_split(in, length));
}

/* In a tunnel the inner frame replaces what was known of the outer one, but for the recorder's
 * words. */
static void link_start(struct link_facts *link)
{
	*link = (struct link_facts){ .packet_type = link->packet_type,
		.interface_index = link->interface_index, .is_ethernet = true };
}

static struct next decode_ethernet(struct cursor *in, struct packet *packet, void *facts)
{
	struct link_facts *link = &packet->link;
	(void)facts;
	if (link->is_ethernet)
		link_start(link);
	link->is_ethernet = true;
	cursor_bytes(in, link->destination, sizeof link->destination);
	link->has_destination = cursor_ok(in);
	cursor_bytes(in, link->source, sizeof link->source);
	link->has_source = cursor_ok(in);
	uint16_t type_or_length = cursor_be16(in);
	if (!cursor_ok(in))
		return next_none();
	return ethernet_payload(in, packet, type_or_length);
}

static struct next decode_vlan(struct cursor *in, struct packet *packet, void *facts)
{
	struct link_facts *link = &packet->link;
	(void)facts;
	uint16_t tag = cursor_be16(in);
	uint16_t type_or_length = cursor_be16(in);
	if (!cursor_ok(in))
		return next_none();
	if (link->vlan_count < PACKET_MAX_VLANS)
		link->vlan[link->vlan_count++] = tag & 0xfff;
	return ethernet_payload(in, packet, type_or_length);
}

/* Hilscher's recorders put four bytes of status before the frame and keep its check sequence. */
static struct next decode_netanalyzer(struct cursor *in, struct packet *packet, void *facts)
{
	(void)packet;
	(void)facts;
	cursor_skip(in, NETANALYZER_HEADER_LENGTH);
	size_t frame = in->declared > FCS_LENGTH ? in->declared - FCS_LENGTH : in->declared;
	return next_decoder(&ethernet_decoder, cursor_split(in, frame));
}

const struct decoder ethernet_decoder = {
	.name = "eth",
	.protocol = "Ethernet",
	.title = "Ethernet II or IEEE 802.3",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_ETHERNET },
		{ BY_ETHERTYPE, ETHERTYPE_TRANSPARENT_BRIDGING } },
	.decode = decode_ethernet,
};

const struct decoder vlan_decoder = {
	.name = "vlan",
	.protocol = "VLAN",
	.title = "IEEE 802.1Q VLAN tag",
	.bindings = { { BY_ETHERTYPE, ETHERTYPE_VLAN }, { BY_ETHERTYPE, ETHERTYPE_SERVICE_VLAN },
		{ BY_ETHERTYPE, ETHERTYPE_OLD_SERVICE_VLAN } },
	.decode = decode_vlan,
};

const struct decoder netanalyzer_decoder = {
	.name = "netanalyzer",
	.protocol = "netANALYZER",
	.title = "netANALYZER capture header",
	.bindings = { { BY_LINK_TYPE, LINKTYPE_NETANALYZER } },
	.decode = decode_netanalyzer,
};
