#include "decode/dhcpv6.h"

#include <stdio.h>

#include "core/hash.h"
#include "decode/decoder.h"
#include "decode/dns_name.h"

enum { CLIENT_ID = 1, SERVER_ID = 2, IA_NA = 3, IA_TA = 4, IA_ADDRESS = 5, OPTION_REQUEST = 6, PREFERENCE = 7,
	ELAPSED_TIME = 8, RELAY_MESSAGE = 9, UNICAST = 12, STATUS = 13, RAPID_COMMIT = 14, VENDOR_CLASS = 16,
	INTERFACE_ID = 18, DNS_SERVERS = 23, DOMAIN_LIST = 24, IA_PD = 25, IA_PREFIX = 26, SNTP_SERVERS = 31,
	INFORMATION_REFRESH = 32, REMOTE_ID = 37, CLIENT_FQDN = 39 };

#define DUID_SEED 0x64756964
#define MAX_RELAYS 8             /* a relay message inside a relay message: RFC 8415, 7.6, HOP_COUNT_LIMIT */
#define MAX_NESTING 3            /* options inside options: an address or status in an IA */

enum { TYPE, HOP_COUNT, LINK, PEER, XID, OPTION, OPTION_LENGTH, DUID, DUID_TYPE, DUID_LLT_HARDWARE, DUID_LLT_TIME,
	DUID_LLT_ADDRESS, DUID_LL_HARDWARE, DUID_LL_ADDRESS, DUID_ENTERPRISE, DUID_IDENTIFIER, DUID_UUID, IAID, T1, T2,
	IATA, IA_IP, IA_PREFERRED, IA_VALID, REQUESTED, PREFERENCE_FIELD, ELAPSED, UNICAST_FIELD, STATUS_CODE,
	STATUS_TEXT, VENDOR_ENTERPRISE, INTERFACE, DNS_SERVER, SEARCH, PREFIX_PREFERRED, PREFIX_VALID, PREFIX_LENGTH,
	PREFIX, SNTP, LIFETIME, REMOTE_ENTERPRISE, REMOTE, FQDN_FLAGS, FQDN, VALUE, FIELDS };

static const struct field_name types[] = { { 1, "Solicit" }, { 2, "Advertise" }, { 3, "Request" }, { 4, "Confirm" },
	{ 5, "Renew" }, { 6, "Rebind" }, { 7, "Reply" }, { 8, "Release" }, { 9, "Decline" }, { 10, "Reconfigure" },
	{ 11, "Information-request" }, { 12, "Relay-forw" }, { 13, "Relay-reply" }, { 0, NULL } };
static const struct field_name option_names[] = { { 1, "Client Identifier" }, { 2, "Server Identifier" },
	{ 3, "Identity Association for Non-temporary Address" }, { 4, "Identity Association for Temporary Address" },
	{ 5, "IA Address" }, { 6, "Option Request" }, { 7, "Preference" }, { 8, "Elapsed time" },
	{ 9, "Relay Message" }, { 11, "Authentication" }, { 12, "Server unicast" }, { 13, "Status code" },
	{ 14, "Rapid Commit" }, { 15, "User Class" }, { 16, "Vendor Class" }, { 17, "Vendor-specific Information" },
	{ 18, "Interface-Id" }, { 19, "Reconfigure Message" }, { 20, "Reconfigure Accept" },
	{ 23, "DNS recursive name server" }, { 24, "Domain Search List" },
	{ 25, "Identity Association for Prefix Delegation" }, { 26, "IA Prefix" },
	{ 31, "Simple Network Time Protocol Server" }, { 32, "Lifetime" }, { 37, "Remote Identifier" },
	{ 39, "Fully Qualified Domain Name" }, { 59, "Boot File URL" }, { 82, "SOL_MAX_RT" }, { 0, NULL } };
static const struct field_name duid_types[] = { { 1, "link-layer address plus time" },
	{ 2, "assigned by vendor based on Enterprise number" }, { 3, "link-layer address" },
	{ 4, "Universally Unique IDentifier (UUID)" }, { 0, NULL } };
static const struct field_name statuses[] = { { 0, "Success" }, { 1, "UnspecFail" }, { 2, "NoAddrsAvail" },
	{ 3, "NoBinding" }, { 4, "NotOnLink" }, { 5, "UseMulticast" }, { 6, "NoPrefixAvail" }, { 0, NULL } };

#define U8(name, title) { name, title, FIELD_UINT, .width = 1 }
#define U16(name, title) { name, title, FIELD_UINT, .width = 2 }
#define U32(name, title) { name, title, FIELD_UINT, .width = 4 }
#define SPAN(name, title) { name, title, FIELD_UINT, .width = 4, .unit = "s" }
#define TEXT(name, title) { name, title, FIELD_TEXT }
#define BYTES(name, title) { name, title, FIELD_BYTES }
#define IP(name, title) { name, title, FIELD_IPV6 }

static const struct field fields[FIELDS + 1] = {
	[TYPE] = { "dhcpv6.msgtype", "Message type", FIELD_UINT, .width = 1, .names = types },
	[HOP_COUNT] = U8("dhcpv6.hopcount", "Hopcount"),
	[LINK] = IP("dhcpv6.linkaddr", "Link address"),
	[PEER] = IP("dhcpv6.peeraddr", "Peer address"),
	[XID] = { "dhcpv6.xid", "Transaction ID", FIELD_UINT, FORM_HEX, 3 },
	[OPTION] = { "dhcpv6.option.type", "Option", FIELD_UINT, .width = 2, .names = option_names },
	[OPTION_LENGTH] = U16("dhcpv6.option.length", "Length"),
	[DUID] = BYTES("dhcpv6.duid.bytes", "DUID"),
	[DUID_TYPE] = { "dhcpv6.duid.type", "DUID Type", FIELD_UINT, .width = 2, .names = duid_types },
	[DUID_LLT_HARDWARE] = U16("dhcpv6.duidllt.hwtype", "Hardware type"),
	[DUID_LLT_TIME] = { "dhcpv6.duidllt.time", "DUID Time", FIELD_TIME },
	[DUID_LLT_ADDRESS] = TEXT("dhcpv6.duidllt.link_layer_addr", "Link-layer address"),
	[DUID_LL_HARDWARE] = U16("dhcpv6.duidll.hwtype", "Hardware type"),
	[DUID_LL_ADDRESS] = TEXT("dhcpv6.duidll.link_layer_addr", "Link-layer address"),
	[DUID_ENTERPRISE] = U32("dhcpv6.duiden.enterprise", "Enterprise ID"),
	[DUID_IDENTIFIER] = BYTES("dhcpv6.duiden.identifier", "Identifier"),
	[DUID_UUID] = BYTES("dhcpv6.duiduuid.bytes", "UUID"),
	[IAID] = TEXT("dhcpv6.iaid", "IAID"),
	[T1] = SPAN("dhcpv6.iaid.t1", "T1"),
	[T2] = SPAN("dhcpv6.iaid.t2", "T2"),
	[IATA] = TEXT("dhcpv6.iata", "IATA"),
	[IA_IP] = IP("dhcpv6.iaaddr.ip", "IPv6 address"),
	[IA_PREFERRED] = SPAN("dhcpv6.iaaddr.pref_lifetime", "Preferred lifetime"),
	[IA_VALID] = SPAN("dhcpv6.iaaddr.valid_lifetime", "Valid lifetime"),
	[REQUESTED] = { "dhcpv6.requested_option_code", "Requested Option code", FIELD_UINT, .width = 2,
			.names = option_names },
	[PREFERENCE_FIELD] = U8("dhcpv6.option_preference", "Pref-value"),
	[ELAPSED] = { "dhcpv6.elapsed_time", "Elapsed time", FIELD_UINT, .width = 2, .unit = "ms" },
	[UNICAST_FIELD] = IP("dhcpv6.unicast", "IPv6 address"),
	[STATUS_CODE] = { "dhcpv6.status_code", "Status Code", FIELD_UINT, .width = 2, .names = statuses },
	[STATUS_TEXT] = TEXT("dhcpv6.status_msg", "Status Message"),
	[VENDOR_ENTERPRISE] = U32("dhcpv6.vendorclass.enterprise", "Enterprise ID"),
	[INTERFACE] = BYTES("dhcpv6.interface_id", "Interface-ID"),
	[DNS_SERVER] = IP("dhcpv6.dns_server", "DNS server address"),
	[SEARCH] = TEXT("dhcpv6.search_list_entry", "List entry"),
	[PREFIX_PREFERRED] = SPAN("dhcpv6.iaprefix.pref_lifetime", "Preferred lifetime"),
	[PREFIX_VALID] = SPAN("dhcpv6.iaprefix.valid_lifetime", "Valid lifetime"),
	[PREFIX_LENGTH] = U8("dhcpv6.iaprefix.pref_len", "Prefix length"),
	[PREFIX] = IP("dhcpv6.iaprefix.pref_addr", "Prefix address"),
	[SNTP] = IP("dhcpv6.sntp_server", "SNTP server address"),
	[LIFETIME] = SPAN("dhcpv6.lifetime", "Lifetime"),
	[REMOTE_ENTERPRISE] = U32("dhcpv6.remoteid.enterprise", "Enterprise ID"),
	[REMOTE] = BYTES("dhcpv6.remoteid_enterprise_id", "Remote-ID"),
	[FQDN_FLAGS] = { "dhcpv6.client_fqdn_flags", "Flags", FIELD_UINT, FORM_HEX, 1 },
	[FQDN] = TEXT("dhcpv6.client_domain", "Client Domain Name"),
	[VALUE] = BYTES("dhcpv6.option.value", "Option data"),
};

static void read_options(struct cursor in, struct dhcpv6_message *dhcp, unsigned depth)
{
	enum { BEFORE_IA_OPTIONS = 12, BEFORE_TA_OPTIONS = 4 };
	while (cursor_more(&in)) {
		uint16_t code = cursor_be16(&in);
		struct cursor value = cursor_split(&in, cursor_be16(&in));
		const uint8_t *address;
		if (!cursor_ok(&in) || value.captured < value.declared)
			return;
		switch (code) {
		case CLIENT_ID:
			dhcp->client = hash_bytes(value.next, value.captured, DUID_SEED) | 1;
			break;
		case SERVER_ID:
			dhcp->server = hash_bytes(value.next, value.captured, DUID_SEED) | 1;
			break;
		case IA_NA:
		case IA_TA:
			cursor_skip(&value, code == IA_NA ? BEFORE_IA_OPTIONS : BEFORE_TA_OPTIONS);
			if (depth < MAX_NESTING)
				read_options(value, dhcp, depth + 1);
			break;
		case IA_ADDRESS:
			address = cursor_take(&value, 16);
			if (address && !dhcp->address.family)
				dhcp->address = address_ipv6(address);
			break;
		case STATUS:
			if (!dhcp->has_status || !dhcp->status)
				dhcp->status = cursor_be16(&value);
			dhcp->has_status = true;
			break;
		case RAPID_COMMIT:
			dhcp->rapid_commit = true;
			break;
		default:
			break;
		}
	}
}

/* The message that a relay carries, as the rest of `in`. False: it carries none. */
static bool unwrap(struct cursor *in)
{
	cursor_skip(in, 1 + 16 + 16); /* hop count, link and peer address */
	while (cursor_more(in)) {
		uint16_t code = cursor_be16(in);
		struct cursor value = cursor_split(in, cursor_be16(in));
		if (cursor_ok(in) && code == RELAY_MESSAGE) {
			*in = value;
			return true;
		}
	}
	return false;
}

static struct next decode_dhcpv6(struct cursor *in, struct packet *packet, void *facts)
{
	struct dhcpv6_message *dhcp = facts;
	struct cursor message = *in, at = *in;
	(void)packet;
	dhcp->type = cursor_u8(&at);
	while ((dhcp->type == DHCPV6_RELAY_FORWARD || dhcp->type == DHCPV6_RELAY_REPLY) &&
	       dhcp->relays < MAX_RELAYS && unwrap(&at)) {
		dhcp->relays++;
		dhcp->type = cursor_u8(&at);
	}
	dhcp->transaction = cursor_be24(&at);
	if (cursor_ok(&at))
		read_options(at, dhcp, 0);
	cursor_skip(in, in->declared);
	return next_payload(message);
}

static void add_words(struct text *to, const void *facts)
{
	const struct dhcpv6_message *dhcp = facts;
	const char *type = field_words(types, dhcp->type), *status = field_words(statuses, dhcp->status);
	bool of_server = dhcp->type == DHCPV6_ADVERTISE || dhcp->type == DHCPV6_REPLY ||
			 dhcp->type == DHCPV6_RECONFIGURE || dhcp->type == DHCPV6_RELAY_REPLY;
	char address[ADDRESS_TEXT_SIZE];
	text_addf(to, "dhcpv6 : %s: ", of_server ? "server reply" : "client request");
	if (type)
		text_add(to, type);
	else
		text_addf(to, "message type %u", dhcp->type);
	if (dhcp->address.family)
		text_addf(to, " %s", address_text(&dhcp->address, address));
	if (dhcp->has_status && dhcp->status)
		text_addf(to, " (%s)", status ? status : "failed");
	if (dhcp->relays)
		text_add(to, " through a relay");
}

/* RFC 8415, 11: the kinds of DUIDs */
static void tell_duid(struct teller *teller, struct cursor in)
{
	enum { LLT = 1, EN, LL, UUID };
	static const int64_t since_2000 = 946684800;
	struct cursor whole = in;
	tell_bytes(teller, &fields[DUID], &whole, whole.declared);
	uint16_t type = tell_be16(teller, &fields[DUID_TYPE], &in);
	char mac[MAC_TEXT_SIZE];
	if (type == LLT || type == LL)
		tell_be16(teller, &fields[type == LLT ? DUID_LLT_HARDWARE : DUID_LL_HARDWARE], &in);
	if (type == LLT) {
		const uint8_t *at = in.next;
		uint32_t time = cursor_be32(&in);
		if (cursor_ok(&in))
			tell_number(teller, &fields[DUID_LLT_TIME], at, 4, (since_2000 + time) * 1000000000);
	}
	if ((type == LLT || type == LL) && in.captured == 6) {
		mac_text(in.next, mac);
		tell_text(teller, &fields[type == LLT ? DUID_LLT_ADDRESS : DUID_LL_ADDRESS], in.next, 6, mac,
			  MAC_TEXT_SIZE - 1);
	} else if (type == EN) {
		tell_be32(teller, &fields[DUID_ENTERPRISE], &in);
		tell_bytes(teller, &fields[DUID_IDENTIFIER], &in, in.declared);
	} else if (type == UUID) {
		tell_bytes(teller, &fields[DUID_UUID], &in, in.declared);
	}
}

static void tell_names(struct teller *teller, unsigned field, struct cursor in)
{
	while (cursor_more(&in)) {
		struct dns_name name;
		const uint8_t *at = in.next;
		dns_name_read(&in, in, &name);
		if (cursor_ok(&in))
			tell_text(teller, &fields[field], at, (size_t)(in.next - at), name.text, name.length);
	}
}

static void tell_options(struct teller *teller, struct cursor in, unsigned depth);
static void tell_message(struct teller *teller, struct cursor in, unsigned depth);

/* Wireshark writes an IAID as eight hexadecimal digits. */
static void tell_association(struct teller *teller, uint16_t code, struct cursor in, unsigned depth)
{
	char text[9];
	const uint8_t *at = in.next;
	uint32_t iaid = cursor_be32(&in);
	if (!cursor_ok(&in))
		return;
	snprintf(text, sizeof text, "%08x", iaid);
	tell_text(teller, &fields[code == IA_TA ? IATA : IAID], at, 4, text, 8);
	if (code != IA_TA) {
		tell_be32(teller, &fields[T1], &in);
		tell_be32(teller, &fields[T2], &in);
	}
	tell_options(teller, in, depth + 1);
}

static void tell_addresses(struct teller *teller, unsigned field, struct cursor in)
{
	while (cursor_more(&in))
		tell_ipv6(teller, &fields[field], &in);
}

static void tell_value(struct teller *teller, uint16_t code, struct cursor in, unsigned depth)
{
	switch (code) {
	case CLIENT_ID:
	case SERVER_ID:
		tell_duid(teller, in);
		break;
	case IA_NA:
	case IA_TA:
	case IA_PD:
		tell_association(teller, code, in, depth);
		break;
	case IA_ADDRESS:
		tell_ipv6(teller, &fields[IA_IP], &in);
		tell_be32(teller, &fields[IA_PREFERRED], &in);
		tell_be32(teller, &fields[IA_VALID], &in);
		tell_options(teller, in, depth + 1);
		break;
	case IA_PREFIX:
		tell_be32(teller, &fields[PREFIX_PREFERRED], &in);
		tell_be32(teller, &fields[PREFIX_VALID], &in);
		tell_u8(teller, &fields[PREFIX_LENGTH], &in);
		tell_ipv6(teller, &fields[PREFIX], &in);
		tell_options(teller, in, depth + 1);
		break;
	case OPTION_REQUEST:
		while (cursor_more(&in))
			tell_be16(teller, &fields[REQUESTED], &in);
		break;
	case PREFERENCE:
		tell_u8(teller, &fields[PREFERENCE_FIELD], &in);
		break;
	case ELAPSED_TIME:
		if (in.captured >= 2)
			tell_number(teller, &fields[ELAPSED], in.next, 2, (int64_t)load_be16(in.next) * 10);
		break;
	case RELAY_MESSAGE:
		tell_message(teller, in, depth + 1);
		break;
	case UNICAST:
		tell_ipv6(teller, &fields[UNICAST_FIELD], &in);
		break;
	case STATUS:
		tell_be16(teller, &fields[STATUS_CODE], &in);
		if (cursor_more(&in))
			tell_bytes(teller, &fields[STATUS_TEXT], &in, in.declared);
		break;
	case VENDOR_CLASS:
		tell_be32(teller, &fields[VENDOR_ENTERPRISE], &in);
		break;
	case INTERFACE_ID:
		tell_bytes(teller, &fields[INTERFACE], &in, in.declared);
		break;
	case DNS_SERVERS:
		tell_addresses(teller, DNS_SERVER, in);
		break;
	case SNTP_SERVERS:
		tell_addresses(teller, SNTP, in);
		break;
	case DOMAIN_LIST:
		tell_names(teller, SEARCH, in);
		break;
	case INFORMATION_REFRESH:
		tell_be32(teller, &fields[LIFETIME], &in);
		break;
	case REMOTE_ID:
		tell_be32(teller, &fields[REMOTE_ENTERPRISE], &in);
		tell_bytes(teller, &fields[REMOTE], &in, in.declared);
		break;
	case CLIENT_FQDN:
		tell_u8(teller, &fields[FQDN_FLAGS], &in);
		tell_names(teller, FQDN, in);
		break;
	default:
		tell_bytes(teller, &fields[VALUE], &in, in.declared);
	}
}

static void tell_options(struct teller *teller, struct cursor in, unsigned depth)
{
	while (cursor_more(&in)) {
		const uint8_t *at = in.next;
		uint16_t code = cursor_be16(&in);
		if (!cursor_ok(&in))
			return;
		tell_open(teller, &fields[OPTION], at, 2, code, NULL);
		struct cursor value = cursor_split(&in, tell_be16(teller, &fields[OPTION_LENGTH], &in));
		if (cursor_ok(&in) && value.declared && value.captured == value.declared && depth < MAX_RELAYS)
			tell_value(teller, code, value, depth);
		tell_close(teller);
	}
}

static void tell_message(struct teller *teller, struct cursor in, unsigned depth)
{
	uint8_t type = tell_u8(teller, &fields[TYPE], &in);
	if (type == DHCPV6_RELAY_FORWARD || type == DHCPV6_RELAY_REPLY) {
		tell_u8(teller, &fields[HOP_COUNT], &in);
		tell_ipv6(teller, &fields[LINK], &in);
		tell_ipv6(teller, &fields[PEER], &in);
	} else {
		tell_be24(teller, &fields[XID], &in);
	}
	tell_options(teller, in, depth);
}

static void tell_dhcpv6(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	tell_message(teller, in, 0);
}

const struct decoder dhcpv6_decoder = {
	.name = "dhcpv6",
	.protocol = "DHCPv6",
	.title = "DHCP for IPv6",
	.bindings = { { BY_UDP_PORT, 546 }, { BY_UDP_PORT, 547 } },
	.facts_size = sizeof(struct dhcpv6_message),
	.decode = decode_dhcpv6,
	.words = add_words,
	.fields = fields,
	.tell = tell_dhcpv6,
};
