/* The fields of IPv4. */
#include "decode/ip.h"
#include "decode/tells.h"

enum {
	VERSION, HEADER_LENGTH, SERVICE, DSCP, ECN, LENGTH, IDENTIFICATION, FLAGS, RESERVED, DONT_FRAGMENT,
	MORE_FRAGMENTS, FRAGMENT_OFFSET, TIME_TO_LIVE, PROTOCOL, CHECKSUM, CHECKSUM_CALCULATED,
	CHECKSUM_STATUS, SOURCE, DESTINATION, OPTION_TYPE, OPTION_COPY, OPTION_CLASS, OPTION_NUMBER,
	OPTION_LENGTH, OPTION_POINTER, OPTION_ROUTER_ALERT, OPTION_ADDRESS, FIELDS_END,
};
enum { RECORD_ROUTE = 7, LOOSE_ROUTE = 131, STRICT_ROUTE = 137, ROUTER_ALERT = 148 };

/* RFC 2474, 2597, 3246 */
static const struct field_name code_points[] = {
	{ 0, "Default" }, { 8, "Class Selector 1" }, { 10, "Assured Forwarding 11" },
	{ 12, "Assured Forwarding 12" }, { 14, "Assured Forwarding 13" }, { 16, "Class Selector 2" },
	{ 18, "Assured Forwarding 21" }, { 20, "Assured Forwarding 22" }, { 22, "Assured Forwarding 23" },
	{ 24, "Class Selector 3" }, { 26, "Assured Forwarding 31" }, { 28, "Assured Forwarding 32" },
	{ 30, "Assured Forwarding 33" }, { 32, "Class Selector 4" }, { 34, "Assured Forwarding 41" },
	{ 36, "Assured Forwarding 42" }, { 38, "Assured Forwarding 43" }, { 40, "Class Selector 5" },
	{ 44, "Voice Admit" }, { 46, "Expedited Forwarding" }, { 48, "Class Selector 6" },
	{ 56, "Class Selector 7" }, { 0 },
};
/* RFC 3168, 5 */
static const struct field_name congestion[] = {
	{ 0, "Not ECN-Capable Transport" }, { 1, "ECN-Capable Transport codepoint '01'" },
	{ 2, "ECN-Capable Transport codepoint '10'" }, { 3, "Congestion Experienced" }, { 0 },
};
static const struct field_name option_classes[] = {
	{ 0, "Control" }, { 1, "Reserved for future use" }, { 2, "Debugging and measurement" }, { 0 },
};
static const struct field_name option_numbers[] = {
	{ 0, "End of Option List (EOL)" }, { 1, "No-Operation (NOP)" }, { 2, "Security" },
	{ 3, "Loose Source Route" }, { 4, "Time Stamp" }, { 5, "Extended Security" },
	{ 6, "Commercial IP Security" }, { 7, "Record Route" }, { 8, "Stream Identifier" },
	{ 9, "Strict Source Route" }, { 11, "MTU Probe" }, { 12, "MTU Reply" }, { 18, "Traceroute" },
	{ 20, "Router Alert" }, { 25, "Quick-Start" }, { 0 },
};

static const struct ip_header *ipv4_of(const struct packet *packet)
{
	return packet->ip && packet->ip->version == 4 ? packet->ip : NULL;
}

static bool get_source(const struct packet *packet, struct field_value *to)
{
	const struct ip_header *ip = ipv4_of(packet);
	if (ip)
		to->address = ip->source;
	return ip;
}

static bool get_destination(const struct packet *packet, struct field_value *to)
{
	const struct ip_header *ip = ipv4_of(packet);
	if (ip)
		to->address = ip->destination;
	return ip;
}

static bool get_protocol(const struct packet *packet, struct field_value *to)
{
	const struct ip_header *ip = ipv4_of(packet);
	if (ip)
		to->number = ip->protocol;
	return ip;
}

static bool get_time_to_live(const struct packet *packet, struct field_value *to)
{
	const struct ip_header *ip = ipv4_of(packet);
	if (ip)
		to->number = ip->time_to_live;
	return ip;
}

static bool get_identification(const struct packet *packet, struct field_value *to)
{
	const struct ip_header *ip = ipv4_of(packet);
	if (ip)
		to->number = ip->identification;
	return ip;
}

static bool get_dont_fragment(const struct packet *packet, struct field_value *to)
{
	const struct ip_header *ip = ipv4_of(packet);
	if (ip)
		to->number = ip->dont_fragment;
	return ip;
}

const struct field ipv4_fields[] = {
	[VERSION] = { "ip.version", "Version", FIELD_UINT },
	[HEADER_LENGTH] = { "ip.hdr_len", "Header Length", FIELD_UINT, .unit = "bytes" },
	[SERVICE] = { "ip.dsfield", "Differentiated Services Field", FIELD_UINT, FORM_HEX, 1 },
	[DSCP] = { "ip.dsfield.dscp", "Differentiated Services Codepoint", FIELD_UINT, .mask = 0xfc,
		.names = code_points },
	[ECN] = { "ip.dsfield.ecn", "Explicit Congestion Notification", FIELD_UINT, .mask = 3,
		.names = congestion },
	[LENGTH] = { "ip.len", "Total Length", FIELD_UINT, .unit = "bytes" },
	[IDENTIFICATION] = { "ip.id", "Identification", FIELD_UINT, FORM_HEX_DECIMAL, 2,
		.get = get_identification },
	[FLAGS] = { "ip.flags", "Flags", FIELD_UINT, FORM_HEX, 1 },
	[RESERVED] = { "ip.flags.rb", "Reserved bit", FIELD_FLAG, .mask = 0x80, .names = field_set },
	[DONT_FRAGMENT] = { "ip.flags.df", "Don't fragment", FIELD_FLAG, .mask = 0x40, .names = field_set,
		.get = get_dont_fragment },
	[MORE_FRAGMENTS] = { "ip.flags.mf", "More fragments", FIELD_FLAG, .mask = 0x20, .names = field_set },
	[FRAGMENT_OFFSET] = { "ip.frag_offset", "Fragment Offset", FIELD_UINT,
		.description = "In units of 8 bytes" },
	[TIME_TO_LIVE] = { "ip.ttl", "Time to Live", FIELD_UINT, .get = get_time_to_live },
	[PROTOCOL] = { "ip.proto", "Protocol", FIELD_UINT, .get = get_protocol },
	[CHECKSUM] = { "ip.checksum", "Header Checksum", FIELD_UINT, FORM_HEX, 2 },
	[CHECKSUM_CALCULATED] = { "ip.checksum_calculated", "Calculated Checksum", FIELD_UINT, FORM_HEX, 2 },
	[CHECKSUM_STATUS] = { "ip.checksum.status", "Header checksum status", FIELD_UINT,
		.names = field_checksum },
	[SOURCE] = { "ip.src", "Source Address", FIELD_IPV4, .also = "ip.addr", .get = get_source },
	[DESTINATION] = { "ip.dst", "Destination Address", FIELD_IPV4, .also = "ip.addr",
		.get = get_destination },
	[OPTION_TYPE] = { "ip.opt.type", "Type", FIELD_UINT },
	[OPTION_COPY] = { "ip.opt.type.copy", "Copy on fragmentation", FIELD_FLAG, .mask = 0x80,
		.names = field_yes },
	[OPTION_CLASS] = { "ip.opt.type.class", "Class", FIELD_UINT, .mask = 0x60, .names = option_classes },
	[OPTION_NUMBER] = { "ip.opt.type.number", "Number", FIELD_UINT, .mask = 0x1f,
		.names = option_numbers },
	[OPTION_LENGTH] = { "ip.opt.len", "Length", FIELD_UINT },
	[OPTION_POINTER] = { "ip.opt.ptr", "Pointer", FIELD_UINT },
	[OPTION_ROUTER_ALERT] = { "ip.opt.ra", "Router Alert", FIELD_UINT },
	[OPTION_ADDRESS] = { "ip.opt.addr", "IP Address", FIELD_IPV4, .description = "Of a recorded or given route" },
	[FIELDS_END] = { 0 },
};

static const struct field *field(int index)
{
	return &ipv4_fields[index];
}

static void tell_option(struct teller *teller, struct tlv *option)
{
	const char *name = field_words(option_numbers, option->kind & 0x1f);
	tell_open(teller, field(OPTION_TYPE), option->at, 1, option->kind, "%s (%u)", name ? name : "Unknown",
		  option->kind);
	tell_number(teller, field(OPTION_COPY), option->at, 1, option->kind >> 7);
	tell_number(teller, field(OPTION_CLASS), option->at, 1, option->kind >> 5 & 3);
	tell_number(teller, field(OPTION_NUMBER), option->at, 1, option->kind & 0x1f);
	if (option->kind > 1)
		tell_number(teller, field(OPTION_LENGTH), option->at + 1, 1, (int64_t)option->length);
	if (option->kind == ROUTER_ALERT) {
		tell_be16(teller, field(OPTION_ROUTER_ALERT), &option->value);
	} else if (option->kind == RECORD_ROUTE || option->kind == LOOSE_ROUTE || option->kind == STRICT_ROUTE) {
		tell_u8(teller, field(OPTION_POINTER), &option->value);
		while (option->value.declared >= 4 && cursor_ok(&option->value))
			tell_ipv4(teller, field(OPTION_ADDRESS), &option->value);
	}
	tell_close(teller);
}

static void tell_options(struct teller *teller, struct cursor options)
{
	struct tlv option;
	while (tlv_next(&options, &option)) {
		tell_option(teller, &option);
		if (option.kind == 0)
			break;
	}
}

static void tell_service(struct teller *teller, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint8_t service = cursor_u8(in);
	if (!cursor_ok(in))
		return;
	tell_open(teller, field(SERVICE), at, 1, service, NULL);
	tell_number(teller, field(DSCP), at, 1, service >> 2);
	tell_number(teller, field(ECN), at, 1, service & 3);
	tell_close(teller);
}

static void tell_fragment(struct teller *teller, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint16_t fragment = cursor_be16(in);
	if (!cursor_ok(in))
		return;
	unsigned flags = fragment >> 8 & 0xe0;
	tell_open(teller, field(FLAGS), at, 1, flags >> 5, "0x%x%s%s", flags >> 5,
		  flags & 0x40 ? ", Don't fragment" : "", flags & 0x20 ? ", More fragments" : "");
	for (int i = RESERVED; i <= MORE_FRAGMENTS; i++)
		tell_number(teller, field(i), at, 1, (flags & field(i)->mask) != 0);
	tell_close(teller);
	unsigned offset = fragment & 0x1fff;
	tell_worded(teller, field(FRAGMENT_OFFSET), at, 2, offset, "%u (%u bytes)", offset, offset * 8);
}

static void tell_header(struct teller *teller, struct cursor *in, const struct ip_header *ip)
{
	const uint8_t *at = in->next;
	uint8_t first = cursor_u8(in);
	if (!cursor_ok(in))
		return;
	tell_number(teller, field(VERSION), at, 1, first >> 4);
	tell_number(teller, field(HEADER_LENGTH), at, 1, (first & 15) * 4);
	tell_service(teller, in);
	tell_be16(teller, field(LENGTH), in);
	tell_be16(teller, field(IDENTIFICATION), in);
	tell_fragment(teller, in);
	tell_u8(teller, field(TIME_TO_LIVE), in);
	at = in->next;
	uint8_t protocol = cursor_u8(in);
	const char *name = ip_protocol_name(protocol);
	if (cursor_ok(in))
		tell_worded(teller, field(PROTOCOL), at, 1, protocol, "%s (%u)", name ? name : "Unknown", protocol);
	tell_checksum(teller, field(CHECKSUM), in, ip->checksum_state, ip->checksum_expected);
	tell_ipv4(teller, field(SOURCE), in);
	/* With a source route the header tells the next hop, and the facts the end of the way. */
	at = cursor_take(in, 4);
	if (at)
		tell_address(teller, field(DESTINATION), at, 4, &ip->destination);
	if (cursor_ok(in) && (first & 15) > 5)
		tell_options(teller, cursor_split(in, (first & 15u) * 4 - 20));
}

void ipv4_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet;
	tell_header(teller, &in, facts);
}
