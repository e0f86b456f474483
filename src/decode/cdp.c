/* Cisco Discovery Protocol: what a Cisco device says of itself. Not published; as Cisco's devices send it. */
#include "decode/decoder.h"

#define NAME 48

enum { DEVICE = 1, ADDRESSES, PORT, CAPABILITIES, SOFTWARE, PLATFORM, VTP_DOMAIN = 9, NATIVE_VLAN, DUPLEX,
	VOICE_VLAN = 14, POWER = 16, MTU = 17, SYSTEM_NAME = 20, MANAGEMENT = 22 };
enum { TLV_HEADER = 4, PROTOCOL_NLPID = 1, NLPID_IP = 0xcc };

struct cdp_message {
	uint8_t version, ttl;
	uint16_t vlan;               /* native; 0: not said */
	uint8_t duplex;              /* 1 half, 2 full; 0: not said */
	char device[NAME], port[NAME];
};

static void read_tlv(struct cdp_message *cdp, uint16_t type, struct cursor value)
{
	switch (type) {
	case DEVICE:
		cursor_words(value, cdp->device, NAME);
		break;
	case PORT:
		cursor_words(value, cdp->port, NAME);
		break;
	case NATIVE_VLAN:
		cdp->vlan = cursor_be16(&value);
		break;
	case DUPLEX:
		cdp->duplex = cursor_u8(&value) ? 2 : 1;
		break;
	default:
		break;
	}
}

/* The next TLV, whose length counts its header. */
static bool next_tlv(struct cursor *in, uint16_t *type, uint16_t *length, struct cursor *value)
{
	*type = cursor_be16(in);
	*length = cursor_be16(in);
	if (cursor_ok(in) && *length < TLV_HEADER)
		cursor_reject(in, "a CDP TLV is shorter than its header");
	if (!cursor_ok(in))
		return false;
	*value = cursor_split(in, (size_t)*length - TLV_HEADER);
	return cursor_ok(in);
}

static struct next decode_cdp(struct cursor *in, struct packet *packet, void *facts)
{
	struct cdp_message *cdp = facts;
	struct cursor value;
	uint16_t type, length;
	(void)packet;
	cdp->version = cursor_u8(in);
	cdp->ttl = cursor_u8(in);
	cursor_skip(in, 2); /* checksum */
	while (cursor_more(in) && in->declared >= TLV_HEADER && next_tlv(in, &type, &length, &value))
		read_tlv(cdp, type, value);
	return next_payload(cursor_rest(in));
}

static void say_cdp(struct text *to, const void *facts)
{
	const struct cdp_message *cdp = facts;
	text_addf(to, "cdp : %s port %s", cdp->device[0] ? cdp->device : "?", cdp->port[0] ? cdp->port : "?");
	if (cdp->vlan)
		text_addf(to, ", native VLAN %u", cdp->vlan);
	if (cdp->duplex)
		text_addf(to, ", %s duplex", cdp->duplex == 2 ? "full" : "half");
	text_addf(to, ", valid for %u s", cdp->ttl);
}

enum { VERSION, TIME_TO_LIVE, CHECKSUM, TYPE, LENGTH, DEVICE_ID, PLATFORM_WORDS, PORT_ID, CAPABILITY,
	SOFTWARE_WORDS, ADDRESS_COUNT, PROTOCOL_TYPE, PROTOCOL_LENGTH, PROTOCOL, ADDRESS_LENGTH, ADDRESS,
	ADDRESS_BYTES, DOMAIN, VLAN, DUPLEX_FLAG, VOICE, CONSUMPTION, MTU_FIELD, SYSTEM, FIELDS };

static const struct field_name types[] = { { DEVICE, "Device ID" }, { ADDRESSES, "Addresses" }, { PORT, "Port ID" },
	{ CAPABILITIES, "Capabilities" }, { SOFTWARE, "Software version" }, { PLATFORM, "Platform" },
	{ 7, "IP Prefix/Gateway (used for ODR)" }, { 8, "Protocol Hello" }, { VTP_DOMAIN, "VTP Management Domain" },
	{ NATIVE_VLAN, "Native VLAN" }, { DUPLEX, "Duplex" }, { VOICE_VLAN, "VoIP VLAN Reply" },
	{ 15, "VoIP VLAN Query" }, { POWER, "Power consumption" }, { MTU, "MTU" }, { 18, "Trust Bitmap" },
	{ 19, "Untrusted Port CoS" }, { SYSTEM_NAME, "System Name" }, { 21, "System Object ID" },
	{ MANAGEMENT, "Management Address" }, { 23, "Location" }, { 25, "Power Request" },
	{ 26, "Power Available" }, { 0, NULL } };
static const struct field_name duplex[] = { { 0, "Half" }, { 1, "Full" }, { 0, NULL } };

static const struct field fields[FIELDS + 1] = {
	[VERSION] = { "cdp.version", "Version", FIELD_UINT },
	[TIME_TO_LIVE] = { "cdp.ttl", "TTL", FIELD_UINT, .unit = "s" },
	[CHECKSUM] = { "cdp.checksum", "Checksum", FIELD_UINT, FORM_HEX, 2 },
	[TYPE] = { "cdp.tlv.type", "Type", FIELD_UINT, FORM_HEX, 2, .names = types },
	[LENGTH] = { "cdp.tlv.len", "Length", FIELD_UINT },
	[DEVICE_ID] = { "cdp.deviceid", "Device ID", FIELD_TEXT },
	[PLATFORM_WORDS] = { "cdp.platform", "Platform", FIELD_TEXT },
	[PORT_ID] = { "cdp.portid", "Sent through Interface", FIELD_TEXT },
	[CAPABILITY] = { "cdp.capabilities", "Capabilities", FIELD_UINT, FORM_HEX, 4 },
	[SOFTWARE_WORDS] = { "cdp.software_version", "Software version", FIELD_TEXT },
	[ADDRESS_COUNT] = { "cdp.number_of_addresses", "Number of addresses", FIELD_UINT },
	[PROTOCOL_TYPE] = { "cdp.protocol_type", "Protocol type", FIELD_UINT },
	[PROTOCOL_LENGTH] = { "cdp.protocol_length", "Protocol length", FIELD_UINT },
	[PROTOCOL] = { "cdp.protocol", "Protocol", FIELD_BYTES },
	[ADDRESS_LENGTH] = { "cdp.address_length", "Address length", FIELD_UINT },
	[ADDRESS] = { "cdp.ip_address", "IP address", FIELD_IPV4 },
	[ADDRESS_BYTES] = { "cdp.address", "Address", FIELD_BYTES },
	[DOMAIN] = { "cdp.vtp_management_domain", "VTP Management Domain", FIELD_TEXT },
	[VLAN] = { "cdp.native_vlan", "Native VLAN", FIELD_UINT },
	[DUPLEX_FLAG] = { "cdp.duplex", "Duplex", FIELD_FLAG, .names = duplex },
	[VOICE] = { "cdp.voice_vlan", "Voice VLAN", FIELD_UINT },
	[CONSUMPTION] = { "cdp.power_consumption", "Power Consumption", FIELD_UINT, .unit = "mW" },
	[MTU_FIELD] = { "cdp.mtu", "MTU", FIELD_UINT },
	[SYSTEM] = { "cdp.system_name", "System Name", FIELD_TEXT },
};

static void tell_words(struct teller *teller, int index, struct cursor text)
{
	tell_text(teller, &fields[index], text.next, text.captured, (const char *)text.next, text.captured);
}

static void tell_addresses(struct teller *teller, struct cursor in)
{
	uint32_t count = tell_be32(teller, &fields[ADDRESS_COUNT], &in);
	while (count-- && cursor_more(&in)) {
		uint8_t type = tell_u8(teller, &fields[PROTOCOL_TYPE], &in);
		uint8_t length = tell_u8(teller, &fields[PROTOCOL_LENGTH], &in);
		bool ip = type == PROTOCOL_NLPID && length == 1 && in.captured && *in.next == NLPID_IP;
		tell_bytes(teller, &fields[PROTOCOL], &in, length);
		uint16_t address = tell_be16(teller, &fields[ADDRESS_LENGTH], &in);
		if (ip && address == 4)
			tell_ipv4(teller, &fields[ADDRESS], &in);
		else
			tell_bytes(teller, &fields[ADDRESS_BYTES], &in, address);
	}
}

static void tell_tlv(struct teller *teller, uint16_t type, struct cursor value)
{
	static const struct { uint16_t type; uint8_t field; } texts[] = { { DEVICE, DEVICE_ID }, { PORT, PORT_ID },
		{ SOFTWARE, SOFTWARE_WORDS }, { PLATFORM, PLATFORM_WORDS }, { VTP_DOMAIN, DOMAIN },
		{ SYSTEM_NAME, SYSTEM } };
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].type == type)
			tell_words(teller, texts[i].field, value);
	switch (type) {
	case ADDRESSES:
	case MANAGEMENT:
		tell_addresses(teller, value);
		break;
	case CAPABILITIES:
		tell_be32(teller, &fields[CAPABILITY], &value);
		break;
	case NATIVE_VLAN:
		tell_be16(teller, &fields[VLAN], &value);
		break;
	case DUPLEX:
		tell_u8(teller, &fields[DUPLEX_FLAG], &value);
		break;
	case VOICE_VLAN:
		cursor_skip(&value, 1);
		tell_be16(teller, &fields[VOICE], &value);
		break;
	case POWER:
		tell_be16(teller, &fields[CONSUMPTION], &value);
		break;
	case MTU:
		tell_be32(teller, &fields[MTU_FIELD], &value);
		break;
	default:
		break;
	}
}

static void tell_cdp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	tell_u8(teller, &fields[VERSION], &in);
	tell_u8(teller, &fields[TIME_TO_LIVE], &in);
	tell_be16(teller, &fields[CHECKSUM], &in);
	while (cursor_more(&in)) {
		uint16_t type = tell_be16(teller, &fields[TYPE], &in);
		uint16_t length = tell_be16(teller, &fields[LENGTH], &in);
		if (!cursor_ok(&in) || length < TLV_HEADER)
			return;
		struct cursor value = cursor_split(&in, (size_t)length - TLV_HEADER);
		if (cursor_ok(&in))
			tell_tlv(teller, type, value);
	}
}

const struct decoder cdp_decoder = {
	.name = "cdp",
	.protocol = "CDP",
	.title = "Cisco Discovery Protocol",
	.bindings = { { BY_CISCO_PROTOCOL, 0x2000 } },
	.facts_size = sizeof(struct cdp_message),
	.decode = decode_cdp,
	.words = say_cdp,
	.fields = fields,
	.tell = tell_cdp,
};
