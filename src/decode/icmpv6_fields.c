/* The fields of ICMPv6 with neighbour discovery (RFC 4861) and multicast listeners (RFC 2710, RFC 3810). */
#include "decode/tells.h"

enum {
	TYPE, CODE, CHECKSUM, CALCULATED, STATUS, MTU, POINTER, RESERVED, IDENTIFIER, SEQUENCE,
	HOP_LIMIT, RA_FLAGS, RA_MANAGED, RA_OTHER, RA_HOME, RA_PREFERENCE, ROUTER_LIFETIME, REACHABLE, RETRANSMIT,
	NS_TARGET, NA_FLAGS, NA_ROUTER, NA_SOLICITED, NA_OVERRIDE, NA_TARGET, RD_TARGET, RD_DESTINATION,
	OPTION, OPTION_TYPE, OPTION_LENGTH, LINK_ADDRESS, SOURCE_LINK, TARGET_LINK, PREFIX_LENGTH, PREFIX_FLAGS,
	PREFIX_ON_LINK, PREFIX_AUTONOMOUS, PREFIX_VALID, PREFIX_PREFERRED, PREFIX, OPTION_MTU, REDIRECTED,
	SERVER_LIFETIME, SERVER, ROUTE_PREFERENCE, ROUTE_LIFETIME,
	MLD_DELAY, MLD_ADDRESS, MLD_CODE, MLD_FLAGS, MLD_SUPPRESS, MLD_ROBUSTNESS, MLD_INTERVAL, MLD_SOURCES,
	MLD_SOURCE, MLDR_RECORDS, MLDR_RECORD, MLDR_TYPE, MLDR_AUXILIARY, MLDR_SOURCES, MLDR_ADDRESS,
	MLDR_SOURCE, FIELDS_END,
};
enum {
	PACKET_TOO_BIG = 2, PARAMETER_PROBLEM = 4, LAST_ERROR = 127, ECHO_REQUEST = 128, ECHO_REPLY = 129,
	LISTENER_QUERY = 130, LISTENER_REPORT = 131, LISTENER_DONE = 132, ROUTER_SOLICITATION = 133,
	ROUTER_ADVERTISEMENT = 134, NEIGHBOR_SOLICITATION = 135, NEIGHBOR_ADVERTISEMENT = 136, REDIRECT = 137,
	LISTENER_REPORT_2 = 143,
};
enum { OPTION_SOURCE_LINK = 1, OPTION_TARGET_LINK = 2, OPTION_PREFIX_INFORMATION = 3, OPTION_REDIRECTED = 4,
	OPTION_LINK_MTU = 5, OPTION_ROUTE_INFORMATION = 24, OPTION_DNS_SERVER = 25 };
#define QUERY_2_LENGTH 24        /* with the header */

static const struct field_name types[] = {
	{ 1, "Destination Unreachable" }, { PACKET_TOO_BIG, "Packet Too Big" }, { 3, "Time Exceeded" },
	{ PARAMETER_PROBLEM, "Parameter Problem" }, { ECHO_REQUEST, "Echo (ping) request" },
	{ ECHO_REPLY, "Echo (ping) reply" }, { LISTENER_QUERY, "Multicast Listener Query" },
	{ LISTENER_REPORT, "Multicast Listener Report" }, { LISTENER_DONE, "Multicast Listener Done" },
	{ ROUTER_SOLICITATION, "Router Solicitation" }, { ROUTER_ADVERTISEMENT, "Router Advertisement" },
	{ NEIGHBOR_SOLICITATION, "Neighbor Solicitation" },
	{ NEIGHBOR_ADVERTISEMENT, "Neighbor Advertisement" }, { REDIRECT, "Redirect" },
	{ LISTENER_REPORT_2, "Multicast Listener Report Message v2" }, { 0 },
};
static const struct field_name unreachable_codes[] = {
	{ 0, "no route to destination" }, { 1, "Administratively prohibited" },
	{ 2, "Beyond scope of source address" }, { 3, "Address unreachable" }, { 4, "Port unreachable" },
	{ 5, "Source address failed ingress/egress policy" }, { 6, "Reject route to destination" }, { 0 },
};
static const struct field_name exceeded_codes[] = { { 0, "hop limit exceeded in transit" },
	{ 1, "fragment reassembly time exceeded" }, { 0 } };
static const struct field_name option_types[] = {
	{ OPTION_SOURCE_LINK, "Source link-layer address" }, { OPTION_TARGET_LINK, "Target link-layer address" },
	{ OPTION_PREFIX_INFORMATION, "Prefix information" }, { OPTION_REDIRECTED, "Redirected header" },
	{ OPTION_LINK_MTU, "MTU" }, { 7, "Advertisement Interval" }, { 8, "Home Agent Information" },
	{ 14, "Nonce" }, { OPTION_ROUTE_INFORMATION, "Route Information" }, { OPTION_DNS_SERVER, "Recursive DNS Server" },
	{ 31, "DNS Search List Option" }, { 37, "DHCP Captive-Portal" }, { 38, "PREF64 Option" }, { 0 },
};
static const struct field_name preferences[] = { { 0, "Medium" }, { 1, "High" }, { 2, "Reserved" },
	{ 3, "Low" }, { 0 } };
static const struct field_name record_types[] = { { 1, "Include" }, { 2, "Exclude" },
	{ 3, "Changed to include" }, { 4, "Changed to exclude" }, { 5, "Allow new sources" },
	{ 6, "Block old sources" }, { 0 } };

static bool get_type(const struct packet *packet, struct field_value *to)
{
	bool there = packet->icmp && packet->icmp->version == 6;
	if (there)
		to->number = packet->icmp->type;
	return there;
}

const struct field icmpv6_fields[] = {
	[TYPE] = { "icmpv6.type", "Type", FIELD_UINT, .names = types, .get = get_type },
	[CODE] = { "icmpv6.code", "Code", FIELD_UINT },
	[CHECKSUM] = { "icmpv6.checksum", "Checksum", FIELD_UINT, FORM_HEX, 2 },
	[CALCULATED] = { "icmpv6.checksum_calculated", "Calculated Checksum", FIELD_UINT, FORM_HEX, 2 },
	[STATUS] = { "icmpv6.checksum.status", "Checksum Status", FIELD_UINT, .names = field_checksum },
	[MTU] = { "icmpv6.mtu", "MTU", FIELD_UINT, .unit = "bytes" },
	[POINTER] = { "icmpv6.pointer", "Pointer", FIELD_UINT },
	[RESERVED] = { "icmpv6.reserved", "Reserved", FIELD_BYTES },
	[IDENTIFIER] = { "icmpv6.echo.identifier", "Identifier", FIELD_UINT, FORM_HEX, 2 },
	[SEQUENCE] = { "icmpv6.echo.sequence_number", "Sequence", FIELD_UINT },
	[HOP_LIMIT] = { "icmpv6.nd.ra.cur_hop_limit", "Cur hop limit", FIELD_UINT },
	[RA_FLAGS] = { "icmpv6.nd.ra.flag", "Flags", FIELD_UINT, FORM_HEX, 1 },
	[RA_MANAGED] = { "icmpv6.nd.ra.flag.m", "Managed address configuration", FIELD_FLAG, .mask = 0x80,
		.names = field_set },
	[RA_OTHER] = { "icmpv6.nd.ra.flag.o", "Other configuration", FIELD_FLAG, .mask = 0x40,
		.names = field_set },
	[RA_HOME] = { "icmpv6.nd.ra.flag.h", "Home Agent", FIELD_FLAG, .mask = 0x20, .names = field_set },
	[RA_PREFERENCE] = { "icmpv6.nd.ra.flag.prf", "Prf (Default Router Preference)", FIELD_UINT, .mask = 0x18,
		.names = preferences },
	[ROUTER_LIFETIME] = { "icmpv6.nd.ra.router_lifetime", "Router lifetime (s)", FIELD_UINT },
	[REACHABLE] = { "icmpv6.nd.ra.reachable_time", "Reachable time (ms)", FIELD_UINT },
	[RETRANSMIT] = { "icmpv6.nd.ra.retrans_timer", "Retrans timer (ms)", FIELD_UINT },
	[NS_TARGET] = { "icmpv6.nd.ns.target_address", "Target Address", FIELD_IPV6 },
	[NA_FLAGS] = { "icmpv6.nd.na.flag", "Flags", FIELD_UINT, FORM_HEX, 4 },
	[NA_ROUTER] = { "icmpv6.nd.na.flag.r", "Router", FIELD_FLAG, .mask = 0x80000000, .names = field_set },
	[NA_SOLICITED] = { "icmpv6.nd.na.flag.s", "Solicited", FIELD_FLAG, .mask = 0x40000000,
		.names = field_set },
	[NA_OVERRIDE] = { "icmpv6.nd.na.flag.o", "Override", FIELD_FLAG, .mask = 0x20000000,
		.names = field_set },
	[NA_TARGET] = { "icmpv6.nd.na.target_address", "Target Address", FIELD_IPV6 },
	[RD_TARGET] = { "icmpv6.nd.rd.target_address", "Target Address", FIELD_IPV6 },
	[RD_DESTINATION] = { "icmpv6.rd.na.destination_address", "Destination Address", FIELD_IPV6 },
	[OPTION] = { "icmpv6.opt", "ICMPv6 Option", FIELD_GROUP },
	[OPTION_TYPE] = { "icmpv6.opt.type", "Type", FIELD_UINT, .names = option_types },
	[OPTION_LENGTH] = { "icmpv6.opt.length", "Length", FIELD_UINT, .description = "In units of 8 bytes" },
	[LINK_ADDRESS] = { "icmpv6.opt.linkaddr", "Link-layer address", FIELD_BYTES },
	[SOURCE_LINK] = { "icmpv6.opt.src_linkaddr", "Source Link-layer address", FIELD_BYTES },
	[TARGET_LINK] = { "icmpv6.opt.target_linkaddr", "Target Link-layer address", FIELD_BYTES },
	[PREFIX_LENGTH] = { "icmpv6.opt.prefix.length", "Prefix Length", FIELD_UINT },
	[PREFIX_FLAGS] = { "icmpv6.opt.prefix.flag", "Flag", FIELD_UINT, FORM_HEX, 1 },
	[PREFIX_ON_LINK] = { "icmpv6.opt.prefix.flag.l", "On-link flag(L)", FIELD_FLAG, .mask = 0x80,
		.names = field_set },
	[PREFIX_AUTONOMOUS] = { "icmpv6.opt.prefix.flag.a", "Autonomous address-configuration flag(A)",
		FIELD_FLAG, .mask = 0x40, .names = field_set },
	[PREFIX_VALID] = { "icmpv6.opt.prefix.valid_lifetime", "Valid Lifetime", FIELD_UINT, .unit = "s" },
	[PREFIX_PREFERRED] = { "icmpv6.opt.prefix.preferred_lifetime", "Preferred Lifetime", FIELD_UINT,
		.unit = "s" },
	[PREFIX] = { "icmpv6.opt.prefix", "Prefix", FIELD_IPV6 },
	[OPTION_MTU] = { "icmpv6.opt.mtu", "MTU", FIELD_UINT },
	[REDIRECTED] = { "icmpv6.opt.redirected_packet", "Redirected Packet", FIELD_BYTES },
	[SERVER_LIFETIME] = { "icmpv6.opt.rdnss.lifetime", "Lifetime", FIELD_UINT, .unit = "s" },
	[SERVER] = { "icmpv6.opt.rdnss", "Recursive DNS Servers", FIELD_IPV6 },
	[ROUTE_PREFERENCE] = { "icmpv6.opt.route_info.flag.route_preference", "Route Preference", FIELD_UINT,
		.mask = 0x18, .names = preferences },
	[ROUTE_LIFETIME] = { "icmpv6.opt.route_lifetime", "Route Lifetime", FIELD_UINT, .unit = "s" },
	[MLD_DELAY] = { "icmpv6.mld.maximum_response_delay", "Maximum Response Delay [ms]", FIELD_UINT },
	[MLD_ADDRESS] = { "icmpv6.mld.multicast_address", "Multicast Address", FIELD_IPV6 },
	[MLD_CODE] = { "icmpv6.mld.maximum_response_code", "Maximum Response Code", FIELD_UINT },
	[MLD_FLAGS] = { "icmpv6.mld.flag", "Flags", FIELD_UINT, FORM_HEX, 1 },
	[MLD_SUPPRESS] = { "icmpv6.mld.flag.s", "Suppress Router-Side Processing", FIELD_FLAG, .mask = 8 },
	[MLD_ROBUSTNESS] = { "icmpv6.mld.flag.qrv", "QRV (Querier's Robustness Variable)", FIELD_UINT,
		.mask = 7 },
	[MLD_INTERVAL] = { "icmpv6.mld.qqi", "QQIC (Querier's Query Interval Code)", FIELD_UINT },
	[MLD_SOURCES] = { "icmpv6.mld.nb_sources", "Number of Sources", FIELD_UINT },
	[MLD_SOURCE] = { "icmpv6.mld.source_address", "Source Address", FIELD_IPV6 },
	[MLDR_RECORDS] = { "icmpv6.mldr.nb_mcast_records", "Number of Multicast Address Records", FIELD_UINT },
	[MLDR_RECORD] = { "icmpv6.mldr.mar", "Multicast Address Record", FIELD_GROUP },
	[MLDR_TYPE] = { "icmpv6.mldr.mar.record_type", "Record Type", FIELD_UINT, .names = record_types },
	[MLDR_AUXILIARY] = { "icmpv6.mldr.mar.aux_data_len", "Aux Data Len", FIELD_UINT },
	[MLDR_SOURCES] = { "icmpv6.mldr.mar.nb_sources", "Number of Sources", FIELD_UINT },
	[MLDR_ADDRESS] = { "icmpv6.mldr.mar.multicast_address", "Multicast Address", FIELD_IPV6 },
	[MLDR_SOURCE] = { "icmpv6.mldr.mar.source_address", "Source Address", FIELD_IPV6 },
	[FIELDS_END] = { 0 },
};

static const struct field *field(int index)
{
	return &icmpv6_fields[index];
}

static void tell_reserved(struct teller *teller, struct cursor *in, size_t length)
{
	tell_bytes(teller, field(RESERVED), in, length);
}

/* The fields from `first` to `last` are parts of a number of up to 32 bits. */
static void tell_flags(struct teller *teller, int group, int first, int last, const uint8_t *at,
		       size_t length, uint32_t flags)
{
	tell_open(teller, field(group), at, length, flags, NULL);
	for (int i = first; i <= last; i++)
		tell_number(teller, field(i), at, length,
			    (int64_t)((flags & field(i)->mask) >> __builtin_ctzll(field(i)->mask)));
	tell_close(teller);
}

static void tell_link_address(struct teller *teller, struct cursor *option, uint8_t kind)
{
	struct cursor look = *option;
	int second = kind == OPTION_SOURCE_LINK ? SOURCE_LINK : TARGET_LINK;
	if (option->declared != 6)       /* longer addresses than those of Ethernet are padded */
		return;
	tell_bytes(teller, field(LINK_ADDRESS), option, 6);
	tell_bytes(teller, field(second), &look, 6);
}

static void tell_prefix(struct teller *teller, struct cursor *option)
{
	tell_u8(teller, field(PREFIX_LENGTH), option);
	const uint8_t *at = option->next;
	uint8_t flags = cursor_u8(option);
	if (cursor_ok(option))
		tell_flags(teller, PREFIX_FLAGS, PREFIX_ON_LINK, PREFIX_AUTONOMOUS, at, 1, flags);
	tell_be32(teller, field(PREFIX_VALID), option);
	tell_be32(teller, field(PREFIX_PREFERRED), option);
	cursor_skip(option, 4);
	tell_ipv6(teller, field(PREFIX), option);
}

/* RFC 4191, 2.3: only as much of the prefix as is needed. */
static void tell_route(struct teller *teller, struct cursor *option)
{
	uint8_t bytes[16] = { 0 };
	tell_u8(teller, field(PREFIX_LENGTH), option);
	const uint8_t *at = option->next;
	uint8_t flags = cursor_u8(option);
	if (cursor_ok(option))
		tell_number(teller, field(ROUTE_PREFERENCE), at, 1, flags >> 3 & 3);
	tell_be32(teller, field(ROUTE_LIFETIME), option);
	size_t length = option->declared < sizeof bytes ? option->declared : sizeof bytes;
	at = cursor_take(option, length);
	if (!at)
		return;
	memcpy(bytes, at, length);
	const struct address prefix = address_ipv6(bytes);
	tell_address(teller, field(PREFIX), at, length, &prefix);
}

static void tell_option(struct teller *teller, struct cursor *option, uint8_t kind)
{
	switch (kind) {
	case OPTION_SOURCE_LINK:
	case OPTION_TARGET_LINK:
		tell_link_address(teller, option, kind);
		break;
	case OPTION_PREFIX_INFORMATION:
		tell_prefix(teller, option);
		break;
	case OPTION_ROUTE_INFORMATION:
		tell_route(teller, option);
		break;
	case OPTION_REDIRECTED:
		cursor_skip(option, 6);
		tell_bytes(teller, field(REDIRECTED), option, option->declared);
		break;
	case OPTION_LINK_MTU:
		cursor_skip(option, 2);
		tell_be32(teller, field(OPTION_MTU), option);
		break;
	case OPTION_DNS_SERVER:
		cursor_skip(option, 2);
		tell_be32(teller, field(SERVER_LIFETIME), option);
		while (cursor_more(option))
			tell_ipv6(teller, field(SERVER), option);
		break;
	default:
		break;
	}
}

static void tell_options(struct teller *teller, struct cursor *in)
{
	while (cursor_more(in)) {
		const uint8_t *at = in->next;
		uint8_t kind = cursor_u8(in), units = cursor_u8(in);
		if (!cursor_ok(in) || !units)
			return;
		struct cursor option = cursor_split(in, units * (size_t)8 - 2);
		if (!cursor_ok(&option))
			return;
		const char *name = field_words(option_types, kind);
		tell_open(teller, field(OPTION), at, option.captured + 2, 0, "%s", name ? name : "Unknown");
		tell_number(teller, field(OPTION_TYPE), at, 1, kind);
		tell_number(teller, field(OPTION_LENGTH), at + 1, 1, units);
		tell_option(teller, &option, kind);
		tell_close(teller);
	}
}

static void tell_router_advertisement(struct teller *teller, struct cursor *in)
{
	tell_u8(teller, field(HOP_LIMIT), in);
	const uint8_t *at = in->next;
	uint8_t flags = cursor_u8(in);
	if (cursor_ok(in))
		tell_flags(teller, RA_FLAGS, RA_MANAGED, RA_PREFERENCE, at, 1, flags);
	tell_be16(teller, field(ROUTER_LIFETIME), in);
	tell_be32(teller, field(REACHABLE), in);
	tell_be32(teller, field(RETRANSMIT), in);
	tell_options(teller, in);
}

static void tell_neighbor_advertisement(struct teller *teller, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint32_t flags = cursor_be32(in);
	if (cursor_ok(in))
		tell_flags(teller, NA_FLAGS, NA_ROUTER, NA_OVERRIDE, at, 4, flags);
	tell_ipv6(teller, field(NA_TARGET), in);
	tell_options(teller, in);
}

static void tell_query(struct teller *teller, struct cursor *in)
{
	bool second = in->declared + 4 > QUERY_2_LENGTH;
	tell_be16(teller, field(second ? MLD_CODE : MLD_DELAY), in);
	tell_reserved(teller, in, 2);
	tell_ipv6(teller, field(MLD_ADDRESS), in);
	if (!second)
		return;
	const uint8_t *at = in->next;
	uint8_t flags = cursor_u8(in);
	if (cursor_ok(in))
		tell_flags(teller, MLD_FLAGS, MLD_SUPPRESS, MLD_ROBUSTNESS, at, 1, flags);
	tell_u8(teller, field(MLD_INTERVAL), in);
	unsigned count = tell_be16(teller, field(MLD_SOURCES), in);
	for (unsigned i = 0; i < count && cursor_more(in); i++)
		tell_ipv6(teller, field(MLD_SOURCE), in);
}

static void tell_record(struct teller *teller, struct cursor *in)
{
	tell_open(teller, field(MLDR_RECORD), in->next, in->captured, 0, NULL);
	tell_u8(teller, field(MLDR_TYPE), in);
	size_t auxiliary = tell_u8(teller, field(MLDR_AUXILIARY), in) * (size_t)4;
	unsigned sources = tell_be16(teller, field(MLDR_SOURCES), in);
	tell_ipv6(teller, field(MLDR_ADDRESS), in);
	for (unsigned i = 0; i < sources && cursor_more(in); i++)
		tell_ipv6(teller, field(MLDR_SOURCE), in);
	cursor_skip(in, auxiliary);
	tell_close(teller);
}

static void tell_report(struct teller *teller, struct cursor *in)
{
	tell_reserved(teller, in, 2);
	unsigned records = tell_be16(teller, field(MLDR_RECORDS), in);
	for (unsigned i = 0; i < records && cursor_more(in); i++)
		tell_record(teller, in);
}

static void tell_error(struct teller *teller, struct cursor *in, uint8_t type)
{
	if (type == PACKET_TOO_BIG)
		tell_be32(teller, field(MTU), in);
	else if (type == PARAMETER_PROBLEM)
		tell_be32(teller, field(POINTER), in);
	else
		tell_reserved(teller, in, 4);
}

static void tell_body(struct teller *teller, struct cursor *in, uint8_t type)
{
	switch (type) {
	case ECHO_REQUEST:
	case ECHO_REPLY:
		tell_be16(teller, field(IDENTIFIER), in);
		tell_be16(teller, field(SEQUENCE), in);
		break;
	case LISTENER_QUERY:
		tell_query(teller, in);
		break;
	case LISTENER_REPORT:
	case LISTENER_DONE:
		tell_be16(teller, field(MLD_DELAY), in);
		tell_reserved(teller, in, 2);
		tell_ipv6(teller, field(MLD_ADDRESS), in);
		break;
	case ROUTER_SOLICITATION:
		tell_reserved(teller, in, 4);
		tell_options(teller, in);
		break;
	case ROUTER_ADVERTISEMENT:
		tell_router_advertisement(teller, in);
		break;
	case NEIGHBOR_SOLICITATION:
		tell_reserved(teller, in, 4);
		tell_ipv6(teller, field(NS_TARGET), in);
		tell_options(teller, in);
		break;
	case NEIGHBOR_ADVERTISEMENT:
		tell_neighbor_advertisement(teller, in);
		break;
	case REDIRECT:
		tell_reserved(teller, in, 4);
		tell_ipv6(teller, field(RD_TARGET), in);
		tell_ipv6(teller, field(RD_DESTINATION), in);
		tell_options(teller, in);
		break;
	case LISTENER_REPORT_2:
		tell_report(teller, in);
		break;
	default:
		break;
	}
}

void icmpv6_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct icmp_header *icmp = facts;
	(void)packet;
	uint8_t type = tell_u8(teller, field(TYPE), &in);
	const uint8_t *at = in.next;
	uint8_t code = cursor_u8(&in);
	if (!cursor_ok(&in))
		return;
	const char *words = type == 1 ? field_words(unreachable_codes, code)
			  : type == 3 ? field_words(exceeded_codes, code) : NULL;
	tell_code(teller, field(CODE), at, code, words);
	tell_checksum(teller, field(CHECKSUM), &in, icmp->checksum_state, icmp->checksum_expected);
	if (type <= LAST_ERROR)
		tell_error(teller, &in, type);
	else
		tell_body(teller, &in, type);
}
