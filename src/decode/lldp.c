/* Link Layer Discovery Protocol, IEEE 802.1AB: what a neighbour says of itself. */
#include <stdio.h>

#include "decode/decoder.h"

#define NAME 48

enum { END = 0, CHASSIS, PORT, TTL, PORT_DESCRIPTION, SYSTEM_NAME, SYSTEM_DESCRIPTION, CAPABILITIES, MANAGEMENT,
	ORGANISATION = 127 };
/* Subtypes of identifiers: those of ports for these are one less than those of a chassis. */
enum { CHASSIS_MAC = 4, CHASSIS_NETWORK = 5, PORT_MAC = 3, PORT_NETWORK = 4 };
enum { FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 };
#define IEEE_802_1 0x0080c2
#define IEEE_802_3 0x00120f

struct lldp_message {
	uint16_t ttl;
	uint16_t vlan;               /* of the port; 0: not said */
	char system[NAME], port[NAME];
};

static void read_identifier(struct cursor value, uint8_t mac_subtype, char to[static NAME])
{
	uint8_t subtype = cursor_u8(&value);
	if (subtype == mac_subtype && value.captured == 6)
		mac_text(value.next, to);
	else if (subtype == mac_subtype + 1 && value.captured == 5 && *value.next == FAMILY_IPV4)
		snprintf(to, NAME, "%u.%u.%u.%u", value.next[1], value.next[2], value.next[3], value.next[4]);
	else
		cursor_words(value, to, NAME);
}

static void read_tlv(struct lldp_message *lldp, uint8_t type, struct cursor value)
{
	switch (type) {
	case CHASSIS:
		read_identifier(value, CHASSIS_MAC, lldp->system);
		break;
	case PORT:
		read_identifier(value, PORT_MAC, lldp->port);
		break;
	case TTL:
		lldp->ttl = cursor_be16(&value);
		break;
	case SYSTEM_NAME:
		cursor_words(value, lldp->system, NAME);
		break;
	case ORGANISATION:
		if (cursor_be24(&value) == IEEE_802_1 && cursor_u8(&value) == 1)
			lldp->vlan = cursor_be16(&value);
		break;
	default:
		break;
	}
}

static struct next decode_lldp(struct cursor *in, struct packet *packet, void *facts)
{
	struct lldp_message *lldp = facts;
	(void)packet;
	while (cursor_more(in)) {
		uint16_t head = cursor_be16(in);
		struct cursor value = cursor_split(in, head & 0x1ff);
		if (!cursor_ok(in) || head >> 9 == END)
			break;
		read_tlv(lldp, (uint8_t)(head >> 9), value);
	}
	return next_payload(cursor_rest(in));
}

static void say_lldp(struct text *to, const void *facts)
{
	const struct lldp_message *lldp = facts;
	text_addf(to, "lldp : %s port %s", lldp->system[0] ? lldp->system : "?", lldp->port[0] ? lldp->port : "?");
	if (lldp->vlan)
		text_addf(to, ", VLAN %u", lldp->vlan);
	if (lldp->ttl)
		text_addf(to, ", valid for %u s", lldp->ttl);
	else
		text_add(to, ", shuts down");
}

enum { TYPE, LENGTH, CHASSIS_SUBTYPE, CHASSIS_ID, CHASSIS_ID_MAC, CHASSIS_ID4, CHASSIS_ID6, PORT_SUBTYPE, PORT_ID,
	PORT_ID_MAC, PORT_ID4, PORT_ID6, TIME_TO_LIVE, PORT_WORDS, SYSTEM_WORDS, SYSTEM_LONG, CAPABILITY, ENABLED,
	ADDRESS_LENGTH, ADDRESS_SUBTYPE, ADDRESS4, ADDRESS6, ADDRESS_HEX, INTERFACE_SUBTYPE, INTERFACE, OUI,
	SUBTYPE_1, PORT_VLAN, SUBTYPE_3, MAXIMUM_FRAME, FIELDS };

static const struct field_name tlv_names[] = { { END, "End of LLDPDU" }, { CHASSIS, "Chassis Id" },
	{ PORT, "Port Id" }, { TTL, "Time to Live" }, { PORT_DESCRIPTION, "Port Description" },
	{ SYSTEM_NAME, "System Name" }, { SYSTEM_DESCRIPTION, "System Description" },
	{ CAPABILITIES, "System Capabilities" }, { MANAGEMENT, "Management Address" },
	{ ORGANISATION, "Organization Specific" }, { 0, NULL } };
static const struct field_name chassis_subtypes[] = { { 0, "Reserved" }, { 1, "Chassis component" },
	{ 2, "Interface alias" }, { 3, "Port component" }, { CHASSIS_MAC, "MAC address" },
	{ CHASSIS_NETWORK, "Network address" }, { 6, "Interface name" }, { 7, "Locally assigned" }, { 0, NULL } };
static const struct field_name port_subtypes[] = { { 0, "Reserved" }, { 1, "Interface alias" },
	{ 2, "Port component" }, { PORT_MAC, "MAC address" }, { PORT_NETWORK, "Network address" },
	{ 5, "Interface name" }, { 6, "Agent circuit Id" }, { 7, "Locally assigned" }, { 0, NULL } };
static const struct field_name interface_subtypes[] = { { 1, "Unknown" }, { 2, "ifIndex" },
	{ 3, "System port number" }, { 0, NULL } };
static const struct field_name families[] = { { FAMILY_IPV4, "IPv4" }, { FAMILY_IPV6, "IPv6" }, { 0, NULL } };

static const struct field fields[FIELDS + 1] = {
	[TYPE] = { "lldp.tlv.type", "TLV Type", FIELD_UINT, .names = tlv_names },
	[LENGTH] = { "lldp.tlv.len", "TLV Length", FIELD_UINT },
	[CHASSIS_SUBTYPE] = { "lldp.chassis.subtype", "Chassis Id Subtype", FIELD_UINT, .names = chassis_subtypes },
	[CHASSIS_ID] = { "lldp.chassis.id", "Chassis Id", FIELD_BYTES },
	[CHASSIS_ID_MAC] = { "lldp.chassis.id.mac", "Chassis Id", FIELD_MAC },
	[CHASSIS_ID4] = { "lldp.chassis.id.ip4", "Chassis Id", FIELD_IPV4 },
	[CHASSIS_ID6] = { "lldp.chassis.id.ip6", "Chassis Id", FIELD_IPV6 },
	[PORT_SUBTYPE] = { "lldp.port.subtype", "Port Id Subtype", FIELD_UINT, .names = port_subtypes },
	[PORT_ID] = { "lldp.port.id", "Port Id", FIELD_TEXT },
	[PORT_ID_MAC] = { "lldp.port.id.mac", "Port Id", FIELD_MAC },
	[PORT_ID4] = { "lldp.port.id.ip4", "Port Id", FIELD_IPV4 },
	[PORT_ID6] = { "lldp.port.id.ip6", "Port Id", FIELD_IPV6 },
	[TIME_TO_LIVE] = { "lldp.time_to_live", "Seconds", FIELD_UINT, .unit = "s" },
	[PORT_WORDS] = { "lldp.port.desc", "Port Description", FIELD_TEXT },
	[SYSTEM_WORDS] = { "lldp.tlv.system.name", "System Name", FIELD_TEXT },
	[SYSTEM_LONG] = { "lldp.tlv.system.desc", "System Description", FIELD_TEXT },
	[CAPABILITY] = { "lldp.tlv.system_cap", "Capabilities", FIELD_UINT, FORM_HEX, 2 },
	[ENABLED] = { "lldp.tlv.enable_system_cap", "Enabled Capabilities", FIELD_UINT, FORM_HEX, 2 },
	[ADDRESS_LENGTH] = { "lldp.mgn.address.len", "Address String Length", FIELD_UINT },
	[ADDRESS_SUBTYPE] = { "lldp.mgn.address.subtype", "Address Subtype", FIELD_UINT, .names = families },
	[ADDRESS4] = { "lldp.mgn.addr.ip4", "Management Address", FIELD_IPV4 },
	[ADDRESS6] = { "lldp.mgn.addr.ip6", "Management Address", FIELD_IPV6 },
	[ADDRESS_HEX] = { "lldp.mgn.addr.hex", "Management Address", FIELD_BYTES },
	[INTERFACE_SUBTYPE] = { "lldp.mgn.interface.subtype", "Interface Subtype", FIELD_UINT,
		.names = interface_subtypes },
	[INTERFACE] = { "lldp.mgn.interface.number", "Interface Number", FIELD_UINT },
	[OUI] = { "lldp.orgtlv.oui", "Organization Unique Code", FIELD_UINT },
	[SUBTYPE_1] = { "lldp.ieee.802_1.subtype", "IEEE 802.1 Subtype", FIELD_UINT, FORM_HEX, 1 },
	[PORT_VLAN] = { "lldp.ieee.802_1.port_vlan.id", "Port VLAN Identifier", FIELD_UINT },
	[SUBTYPE_3] = { "lldp.ieee.802_3.subtype", "IEEE 802.3 Subtype", FIELD_UINT, FORM_HEX, 1 },
	[MAXIMUM_FRAME] = { "lldp.ieee.802_3.max_frame_size", "Maximum Frame Size", FIELD_UINT },
};

static void tell_words(struct teller *teller, int index, struct cursor text)
{
	tell_text(teller, &fields[index], text.next, text.captured, (const char *)text.next, text.captured);
}

/* Fields in a row: the subtype, as it is, as hardware address, as IPv4, as IPv6. */
static void tell_identifier(struct teller *teller, int first, uint8_t mac_subtype, struct cursor value)
{
	uint8_t subtype = tell_u8(teller, &fields[first], &value);
	bool network = subtype == mac_subtype + 1 && value.captured > 1;
	uint8_t family = network ? *value.next : 0;
	if (subtype == mac_subtype && value.declared == 6) {
		tell_mac(teller, &fields[first + 2], &value);
	} else if (family == FAMILY_IPV4 && value.declared == 5) {
		cursor_skip(&value, 1);
		tell_ipv4(teller, &fields[first + 3], &value);
	} else if (family == FAMILY_IPV6 && value.declared == 17) {
		cursor_skip(&value, 1);
		tell_ipv6(teller, &fields[first + 4], &value);
	} else if (fields[first + 1].type == FIELD_TEXT) {
		tell_words(teller, first + 1, value);
	} else {
		tell_bytes(teller, &fields[first + 1], &value, value.declared);
	}
}

static void tell_management(struct teller *teller, struct cursor value)
{
	uint8_t length = tell_u8(teller, &fields[ADDRESS_LENGTH], &value);
	uint8_t family = tell_u8(teller, &fields[ADDRESS_SUBTYPE], &value);
	if (!cursor_ok(&value) || !length)
		return;
	if (family == FAMILY_IPV4 && length == 5)
		tell_ipv4(teller, &fields[ADDRESS4], &value);
	else if (family == FAMILY_IPV6 && length == 17)
		tell_ipv6(teller, &fields[ADDRESS6], &value);
	else
		tell_bytes(teller, &fields[ADDRESS_HEX], &value, length - 1u);
	tell_u8(teller, &fields[INTERFACE_SUBTYPE], &value);
	tell_be32(teller, &fields[INTERFACE], &value);
}

static void tell_organisation(struct teller *teller, struct cursor value)
{
	uint32_t oui = tell_be24(teller, &fields[OUI], &value);
	if (oui == IEEE_802_1) {
		if (tell_u8(teller, &fields[SUBTYPE_1], &value) == 1)
			tell_be16(teller, &fields[PORT_VLAN], &value);
	} else if (oui == IEEE_802_3) {
		if (tell_u8(teller, &fields[SUBTYPE_3], &value) == 4)
			tell_be16(teller, &fields[MAXIMUM_FRAME], &value);
	}
}

static void tell_tlv(struct teller *teller, unsigned type, struct cursor value)
{
	switch (type) {
	case CHASSIS:
		tell_identifier(teller, CHASSIS_SUBTYPE, CHASSIS_MAC, value);
		break;
	case PORT:
		tell_identifier(teller, PORT_SUBTYPE, PORT_MAC, value);
		break;
	case TTL:
		tell_be16(teller, &fields[TIME_TO_LIVE], &value);
		break;
	case PORT_DESCRIPTION:
		tell_words(teller, PORT_WORDS, value);
		break;
	case SYSTEM_NAME:
		tell_words(teller, SYSTEM_WORDS, value);
		break;
	case SYSTEM_DESCRIPTION:
		tell_words(teller, SYSTEM_LONG, value);
		break;
	case CAPABILITIES:
		tell_be16(teller, &fields[CAPABILITY], &value);
		tell_be16(teller, &fields[ENABLED], &value);
		break;
	case MANAGEMENT:
		tell_management(teller, value);
		break;
	case ORGANISATION:
		tell_organisation(teller, value);
		break;
	default:
		break;
	}
}

static void tell_lldp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	while (cursor_more(&in)) {
		const uint8_t *at = in.next;
		uint16_t head = cursor_be16(&in);
		if (!cursor_ok(&in))
			return;
		tell_number(teller, &fields[TYPE], at, 2, head >> 9);
		tell_number(teller, &fields[LENGTH], at, 2, head & 0x1ff);
		struct cursor value = cursor_split(&in, head & 0x1ff);
		if (!cursor_ok(&in) || head >> 9 == END)
			return;
		tell_tlv(teller, head >> 9, value);
	}
}

const struct decoder lldp_decoder = {
	.name = "lldp",
	.protocol = "LLDP",
	.title = "Link Layer Discovery Protocol",
	.bindings = { { BY_ETHERTYPE, 0x88cc } },
	.facts_size = sizeof(struct lldp_message),
	.decode = decode_lldp,
	.words = say_lldp,
	.fields = fields,
	.tell = tell_lldp,
};
