/* IEEE 802.2 logical link control and its subnetwork access protocol (SNAP, RFC 1042). */
#include "decode/ethernet.h"

#define SAP_SNAP 0xaa
#define SAP_NOVELL 0xff       /* IPX without LLC: its checksum field is always ffff */
#define CONTROL_UNNUMBERED 3  /* the last two bits; all other control fields have two bytes */

enum {
	ORGANISATION_ETHERTYPE = 0x000000,
	ORGANISATION_CISCO = 0x00000c,
	ORGANISATION_BRIDGE_TUNNEL = 0x0000f8, /* EtherTypes too, IEEE 802.1H */
	ORGANISATION_IEEE_802_1 = 0x0080c2,    /* RFC 2427: whole frames */
};

static struct next snap_payload(struct cursor *in, struct packet *packet)
{
	uint32_t organisation = cursor_be24(in);
	uint16_t protocol = cursor_be16(in);
	if (!cursor_ok(in))
		return next_none();
	switch (organisation) {
	case ORGANISATION_ETHERTYPE:
	case ORGANISATION_BRIDGE_TUNNEL:
		packet->link.ethertype = protocol;
		return next_lookup(BY_ETHERTYPE, protocol, cursor_rest(in));
	case ORGANISATION_CISCO:
		return next_lookup(BY_CISCO_PROTOCOL, protocol, cursor_rest(in));
	case ORGANISATION_IEEE_802_1:
		if (protocol == 1 || protocol == 7) /* with and without frame check sequence */
			return next_decoder(&ethernet_decoder, cursor_rest(in));
		break;
	default:
		break;
	}
	return next_payload(cursor_rest(in));
}

static struct next decode_llc(struct cursor *in, struct packet *packet, void *facts)
{
	(void)facts;
	uint8_t destination_sap = cursor_u8(in);
	uint8_t source_sap = cursor_u8(in);
	if (cursor_ok(in) && destination_sap == SAP_NOVELL && source_sap == SAP_NOVELL)
		return next_payload(cursor_rest(in));
	uint8_t control = cursor_u8(in);
	if ((control & CONTROL_UNNUMBERED) != CONTROL_UNNUMBERED)
		cursor_skip(in, 1);
	if (!cursor_ok(in))
		return next_none();
	if (destination_sap == SAP_SNAP && source_sap == SAP_SNAP)
		return snap_payload(in, packet);
	return next_lookup(BY_LLC_SAP, destination_sap, cursor_rest(in));
}

const struct decoder llc_decoder = {
	.name = "llc",
	.protocol = "LLC",
	.title = "IEEE 802.2 logical link control",
	.decode = decode_llc,
};
