/* The fields of ICMP. What an error quotes is told as layers of its own (field/walk.c). */
#include "decode/tells.h"

enum {
	TYPE, CODE, CHECKSUM, CALCULATED, STATUS, IDENTIFIER, IDENTIFIER_LE, SEQUENCE, SEQUENCE_LE, MTU, GATEWAY,
	POINTER, UNUSED, ORIGINATE, RECEIVE, TRANSMIT, ADDRESS_MASK, ADVERTISED, ENTRY_SIZE, LIFETIME,
	ROUTER_ADDRESS, PREFERENCE, FIELDS_END,
};
enum {
	ECHO_REPLY = 0, UNREACHABLE = 3, SOURCE_QUENCH = 4, REDIRECT = 5, ECHO_REQUEST = 8, ADVERTISEMENT = 9,
	SOLICITATION = 10, TIME_EXCEEDED = 11, PARAMETER_PROBLEM = 12, TIMESTAMP_REQUEST = 13,
	TIMESTAMP_REPLY = 14, INFORMATION_REQUEST = 15, INFORMATION_REPLY = 16, MASK_REQUEST = 17,
	MASK_REPLY = 18,
};
#define FRAGMENTATION_NEEDED 4

static const struct field_name types[] = {
	{ ECHO_REPLY, "Echo (ping) reply" }, { UNREACHABLE, "Destination unreachable" },
	{ SOURCE_QUENCH, "Source quench (flow control)" }, { REDIRECT, "Redirect" },
	{ 6, "Alternate host address" }, { ECHO_REQUEST, "Echo (ping) request" },
	{ ADVERTISEMENT, "Router advertisement" }, { SOLICITATION, "Router solicitation" },
	{ TIME_EXCEEDED, "Time-to-live exceeded" }, { PARAMETER_PROBLEM, "Parameter problem" },
	{ TIMESTAMP_REQUEST, "Timestamp request" }, { TIMESTAMP_REPLY, "Timestamp reply" },
	{ INFORMATION_REQUEST, "Information request" }, { INFORMATION_REPLY, "Information reply" },
	{ MASK_REQUEST, "Address mask request" }, { MASK_REPLY, "Address mask reply" }, { 30, "Traceroute" },
	{ 42, "Extended Echo request" }, { 43, "Extended Echo reply" }, { 0 },
};
static const struct field_name unreachable_codes[] = {
	{ 0, "Network unreachable" }, { 1, "Host unreachable" }, { 2, "Protocol unreachable" },
	{ 3, "Port unreachable" }, { 4, "Fragmentation needed" }, { 5, "Source route failed" },
	{ 6, "Destination network unknown" }, { 7, "Destination host unknown" }, { 8, "Source host isolated" },
	{ 9, "Network administratively prohibited" }, { 10, "Host administratively prohibited" },
	{ 11, "Network unreachable for TOS" }, { 12, "Host unreachable for TOS" },
	{ 13, "Communication administratively filtered" }, { 14, "Host precedence violation" },
	{ 15, "Precedence cutoff in effect" }, { 0 },
};
static const struct field_name redirect_codes[] = {
	{ 0, "Redirect for network" }, { 1, "Redirect for host" },
	{ 2, "Redirect for type of service and network" }, { 3, "Redirect for type of service and host" }, { 0 },
};
static const struct field_name exceeded_codes[] = {
	{ 0, "Time to live exceeded in transit" }, { 1, "Fragment reassembly time exceeded" }, { 0 },
};

static bool get_type(const struct packet *packet, struct field_value *to)
{
	bool there = packet->icmp && packet->icmp->version == 4;
	if (there)
		to->number = packet->icmp->type;
	return there;
}

static bool get_code(const struct packet *packet, struct field_value *to)
{
	bool there = packet->icmp && packet->icmp->version == 4;
	if (there)
		to->number = packet->icmp->code;
	return there;
}

const struct field icmp_fields[] = {
	[TYPE] = { "icmp.type", "Type", FIELD_UINT, .names = types, .get = get_type },
	[CODE] = { "icmp.code", "Code", FIELD_UINT, .get = get_code },
	[CHECKSUM] = { "icmp.checksum", "Checksum", FIELD_UINT, FORM_HEX, 2 },
	[CALCULATED] = { "icmp.checksum_calculated", "Calculated Checksum", FIELD_UINT, FORM_HEX, 2 },
	[STATUS] = { "icmp.checksum.status", "Checksum Status", FIELD_UINT, .names = field_checksum },
	[IDENTIFIER] = { "icmp.ident", "Identifier (BE)", FIELD_UINT, FORM_DECIMAL_HEX, 2 },
	[IDENTIFIER_LE] = { "icmp.ident_le", "Identifier (LE)", FIELD_UINT, FORM_DECIMAL_HEX, 2 },
	[SEQUENCE] = { "icmp.seq", "Sequence Number (BE)", FIELD_UINT, FORM_DECIMAL_HEX, 2 },
	[SEQUENCE_LE] = { "icmp.seq_le", "Sequence Number (LE)", FIELD_UINT, FORM_DECIMAL_HEX, 2 },
	[MTU] = { "icmp.mtu", "MTU of next hop", FIELD_UINT, .unit = "bytes" },
	[GATEWAY] = { "icmp.redir_gw", "Gateway Address", FIELD_IPV4 },
	[POINTER] = { "icmp.pointer", "Pointer", FIELD_UINT },
	[UNUSED] = { "icmp.unused", "Unused", FIELD_BYTES },
	[ORIGINATE] = { "icmp.originate_timestamp", "Originate Timestamp", FIELD_UINT,
		.description = "Milliseconds after midnight UTC" },
	[RECEIVE] = { "icmp.receive_timestamp", "Receive Timestamp", FIELD_UINT },
	[TRANSMIT] = { "icmp.transmit_timestamp", "Transmit Timestamp", FIELD_UINT },
	[ADDRESS_MASK] = { "icmp.address_mask", "Address Mask", FIELD_IPV4 },
	[ADVERTISED] = { "icmp.num_addrs", "Number of addresses", FIELD_UINT },
	[ENTRY_SIZE] = { "icmp.addr_entry_size", "Address entry size", FIELD_UINT },
	[LIFETIME] = { "icmp.lifetime", "Lifetime", FIELD_UINT, .unit = "s" },
	[ROUTER_ADDRESS] = { "icmp.router_address", "Router address", FIELD_IPV4 },
	[PREFERENCE] = { "icmp.pref_level", "Preference level", FIELD_INT },
	[FIELDS_END] = { 0 },
};

static const struct field *field(int index)
{
	return &icmp_fields[index];
}

static const char *code_words(uint8_t type, uint8_t code)
{
	switch (type) {
	case UNREACHABLE:
		return field_words(unreachable_codes, code);
	case REDIRECT:
		return field_words(redirect_codes, code);
	case TIME_EXCEEDED:
		return field_words(exceeded_codes, code);
	default:
		return NULL;
	}
}

static uint16_t swapped(uint16_t number)
{
	return (uint16_t)(number << 8 | number >> 8);
}

/* Identifier and sequence number; Windows counts them with the bytes the other way round. */
static void tell_echo(struct teller *teller, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint16_t identifier = tell_be16(teller, field(IDENTIFIER), in);
	if (cursor_ok(in))
		tell_number(teller, field(IDENTIFIER_LE), at, 2, swapped(identifier));
	at = in->next;
	uint16_t sequence = tell_be16(teller, field(SEQUENCE), in);
	if (cursor_ok(in))
		tell_number(teller, field(SEQUENCE_LE), at, 2, swapped(sequence));
}

static void tell_advertisement(struct teller *teller, struct cursor *in)
{
	unsigned count = tell_u8(teller, field(ADVERTISED), in);
	tell_u8(teller, field(ENTRY_SIZE), in);
	tell_be16(teller, field(LIFETIME), in);
	for (unsigned i = 0; i < count && cursor_more(in); i++) {
		tell_ipv4(teller, field(ROUTER_ADDRESS), in);
		const uint8_t *at = in->next;
		int32_t preference = (int32_t)cursor_be32(in);
		if (cursor_ok(in))
			tell_number(teller, field(PREFERENCE), at, 4, preference);
	}
}

static void tell_unreachable(struct teller *teller, struct cursor *in, uint8_t code)
{
	if (code == FRAGMENTATION_NEEDED) {
		tell_bytes(teller, field(UNUSED), in, 2);
		tell_be16(teller, field(MTU), in);
	} else {
		tell_bytes(teller, field(UNUSED), in, 4);
	}
}

static void tell_body(struct teller *teller, struct cursor *in, uint8_t type, uint8_t code)
{
	switch (type) {
	case ECHO_REPLY:
	case ECHO_REQUEST:
	case INFORMATION_REQUEST:
	case INFORMATION_REPLY:
		tell_echo(teller, in);
		break;
	case MASK_REQUEST:
	case MASK_REPLY:
		tell_echo(teller, in);
		tell_ipv4(teller, field(ADDRESS_MASK), in);
		break;
	case TIMESTAMP_REQUEST:
	case TIMESTAMP_REPLY:
		tell_echo(teller, in);
		tell_be32(teller, field(ORIGINATE), in);
		tell_be32(teller, field(RECEIVE), in);
		tell_be32(teller, field(TRANSMIT), in);
		break;
	case UNREACHABLE:
		tell_unreachable(teller, in, code);
		break;
	case REDIRECT:
		tell_ipv4(teller, field(GATEWAY), in);
		break;
	case PARAMETER_PROBLEM:
		tell_u8(teller, field(POINTER), in);
		break;
	case SOURCE_QUENCH:
	case TIME_EXCEEDED:
		tell_bytes(teller, field(UNUSED), in, 4);
		break;
	case ADVERTISEMENT:
		tell_advertisement(teller, in);
		break;
	default:
		break;
	}
}

void icmp_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct icmp_header *icmp = facts;
	(void)packet;
	uint8_t type = tell_u8(teller, field(TYPE), &in);
	const uint8_t *at = in.next;
	uint8_t code = cursor_u8(&in);
	if (!cursor_ok(&in))
		return;
	tell_code(teller, field(CODE), at, code, code_words(type, code));
	tell_checksum(teller, field(CHECKSUM), &in, icmp->checksum_state, icmp->checksum_expected);
	tell_body(teller, &in, type, code);
}
