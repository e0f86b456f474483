/* IEEE 802.2 logical link control and its subnetwork access protocol (SNAP, RFC 1042). */
#include "decode/ee.h"
#include "decode/ethernet.h"
#include "decode/tells.h"

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
	if (packet->udp && !ee_read(*in, packet, facts))
		return next_payload(cursor_rest(in));
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

enum { DESTINATION, DESTINATION_GROUP, SOURCE, SOURCE_RESPONSE, CONTROL, FRAME_TYPE, ORGANISATION, TYPE,
	CISCO_PROTOCOL, PROTOCOL };

static const struct field_name sap_names[] = { { 0, "NULL LSAP" }, { 4, "SNA Path Control" }, { 6, "TCP/IP" },
	{ 0x42, "Spanning Tree BPDU" }, { 0x7e, "ISO 8208" }, { 0x98, "ARP" }, { SAP_SNAP, "SNAP" },
	{ 0xbc, "Banyan Vines" }, { 0xe0, "NetWare" }, { 0xf0, "NetBIOS" }, { 0xfe, "ISO Network Layer" },
	{ SAP_NOVELL, "Global LSAP" }, { 0 } };
static const struct field_name frame_types[] = { { 0, "Information frame" }, { 1, "Supervisory frame" },
	{ 3, "Unnumbered frame" }, { 0 } };
static const struct field_name organisations[] = { { ORGANISATION_ETHERTYPE, "Encapsulated Ethernet" },
	{ ORGANISATION_CISCO, "Cisco Systems, Inc" }, { ORGANISATION_BRIDGE_TUNNEL, "802.1H" },
	{ ORGANISATION_IEEE_802_1, "IEEE 802.1" }, { 0 } };

static const struct field fields[] = {
	[DESTINATION] = { "llc.dsap", "DSAP", FIELD_UINT, FORM_HEX, 1, .names = sap_names },
	[DESTINATION_GROUP] = { "llc.dsap.ig", "IG Bit", FIELD_FLAG },
	[SOURCE] = { "llc.ssap", "SSAP", FIELD_UINT, FORM_HEX, 1, .names = sap_names },
	[SOURCE_RESPONSE] = { "llc.ssap.cr", "CR Bit", FIELD_FLAG },
	[CONTROL] = { "llc.control", "Control field", FIELD_UINT, FORM_HEX, 2 },
	[FRAME_TYPE] = { "llc.control.ftype", "Frame type", FIELD_UINT, FORM_HEX, 2, .names = frame_types },
	[ORGANISATION] = { "llc.oui", "Organization Code", FIELD_UINT, FORM_HEX, 3, .names = organisations },
	[TYPE] = { "llc.type", "Type", FIELD_UINT, FORM_HEX, 2 },
	[CISCO_PROTOCOL] = { "llc.cisco_pid", "PID", FIELD_UINT, FORM_HEX, 2 },
	[PROTOCOL] = { "llc.pid", "Protocol ID", FIELD_UINT, FORM_HEX, 2 },
	{ 0 },
};

static void tell_sap(struct teller *teller, int index, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint8_t sap = cursor_u8(in);
	const char *name = field_words(sap_names, sap & 0xfe);
	if (!cursor_ok(in))
		return;
	tell_open(teller, &fields[index], at, 1, sap, "%s (0x%02x)", name ? name : "Unknown", sap);
	tell_number(teller, &fields[index + 1], at, 1, sap & 1);
	tell_close(teller);
}

static void tell_snap(struct teller *teller, struct cursor *in)
{
	uint32_t organisation = tell_be24(teller, &fields[ORGANISATION], in);
	if (organisation == ORGANISATION_ETHERTYPE || organisation == ORGANISATION_BRIDGE_TUNNEL)
		tell_ethertype(teller, &fields[TYPE], in);
	else
		tell_be16(teller, &fields[organisation == ORGANISATION_CISCO ? CISCO_PROTOCOL : PROTOCOL], in);
}

static void tell_llc(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	struct cursor look = in;
	(void)packet, (void)facts;
	uint16_t saps = cursor_be16(&look);
	tell_sap(teller, DESTINATION, &in);
	tell_sap(teller, SOURCE, &in);
	if (saps == (SAP_NOVELL << 8 | SAP_NOVELL))
		return;
	const uint8_t *at = in.next;
	uint16_t control = cursor_u8(&in);
	unsigned type = control & CONTROL_UNNUMBERED;
	if (type != CONTROL_UNNUMBERED)
		control |= (uint16_t)(cursor_u8(&in) << 8);
	if (!cursor_ok(&in))
		return;
	tell_open(teller, &fields[CONTROL], at, (size_t)(in.next - at), control, NULL);
	tell_number(teller, &fields[FRAME_TYPE], at, 1, type & 1 ? type : 0);
	tell_close(teller);
	if (saps == (SAP_SNAP << 8 | SAP_SNAP))
		tell_snap(teller, &in);
}

const struct decoder llc_decoder = {
	.name = "llc",
	.protocol = "LLC",
	.title = "IEEE 802.2 logical link control",
	.bindings = { { BY_UDP_PORT, EE_SIGNALLING }, { BY_UDP_PORT, EE_SIGNALLING + 1 },
		{ BY_UDP_PORT, EE_SIGNALLING + 2 }, { BY_UDP_PORT, EE_SIGNALLING + 3 },
		{ BY_UDP_PORT, EE_SIGNALLING + EE_PRIORITIES } },
	.facts_size = sizeof(struct ee_message),
	.decode = decode_llc,
	.words = ee_say,
	.fields = fields,
	.tell = tell_llc,
};
