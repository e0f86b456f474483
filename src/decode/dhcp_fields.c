/* Every field of a DHCP message. What an option holds is a row of `options` (RFC 2132 and later); some of them
 * have parts and a function. */
#include <stdio.h>
#include <string.h>

#include "decode/decoder.h"
#include "decode/dhcp.h"

#define COOKIE 0x63825363

enum { BOOTP, TYPE, HARDWARE_TYPE, HARDWARE_LENGTH, HOPS, ID, SECONDS, FLAGS, BROADCAST, RESERVED, CLIENT, YOURS,
	SERVER, RELAY, MAC, HARDWARE, HARDWARE_PADDING, SERVER_NAME, FILE_NAME, COOKIE_FIELD, VENDOR, OPTION,
	OPTION_LENGTH, PADDING, END, VALUE, MASK, TIME_OFFSET, ROUTER, TIME_SERVER, NAME_SERVER, DNS_SERVER, LOG_SERVER,
	HOST_NAME, BOOT_FILE_SIZE, DOMAIN_NAME, ROOT_PATH, FORWARDING, DEFAULT_TTL, MTU, BROADCAST_ADDRESS,
	ROUTER_DISCOVERY, STATIC_ADDRESS, STATIC_ROUTER, NIS_DOMAIN, NIS_SERVER, NTP_SERVER, VENDOR_VALUE,
	NETBIOS_SERVER, NETBIOS_NODE, NETBIOS_SCOPE, REQUESTED, LEASE, OVERLOAD, MESSAGE_TYPE, SERVER_ID, REQUEST_ITEM,
	MESSAGE, MAXIMUM_SIZE, RENEWAL, REBINDING, VENDOR_CLASS, CLIENT_ID, CLIENT_ID_TYPE, CLIENT_ID_TEXT, TFTP_NAME,
	BOOT_FILE, FQDN_FLAGS, FQDN_S, FQDN_O, FQDN_E, FQDN_N, FQDN_MBZ, FQDN_CODE_1, FQDN_CODE_2, FQDN_NAME, AGENT,
	AGENT_LENGTH, AGENT_CIRCUIT, AGENT_REMOTE, AGENT_LINK, AGENT_SUBSCRIBER, AGENT_OVERRIDE, AGENT_VALUE, AUTO,
	DOMAIN_SEARCH, CLASSLESS, TFTP_ADDRESS, PROXY, USER_CLASS, FIELDS };

const struct field_name dhcp_types[] = { { 1, "Discover" }, { 2, "Offer" }, { 3, "Request" }, { 4, "Decline" },
	{ 5, "ACK" }, { 6, "NAK" }, { 7, "Release" }, { 8, "Inform" }, { 9, "Force Renew" }, { 10, "Lease query" },
	{ 11, "Lease Unassigned" }, { 12, "Lease Unknown" }, { 13, "Lease Active" }, { 0, NULL } };
static const struct field_name operations[] = { { 1, "CLIENT REQUEST" }, { 2, "SERVER REPLY" }, { 0, NULL } };
static const struct field_name hardware[] = { { 1, "Ethernet" }, { 6, "IEEE 802" }, { 32, "InfiniBand" },
	{ 0, NULL } };
static const struct field_name nodes[] = { { 1, "B-node" }, { 2, "P-node" }, { 4, "M-node" }, { 8, "H-node" },
	{ 0, NULL } };
static const struct field_name overloads[] = { { 1, "Boot file name holds options" },
	{ 2, "Server host name holds options" }, { 3, "Boot file and server host names hold options" }, { 0, NULL } };
static const struct field_name option_names[] = { { 0, "Padding" }, { 1, "Subnet Mask" }, { 2, "Time Offset" },
	{ 3, "Router" }, { 4, "Time Server" }, { 5, "Name Server" }, { 6, "Domain Name Server" }, { 7, "Log Server" },
	{ 12, "Host Name" }, { 13, "Boot File Size" }, { 15, "Domain Name" }, { 17, "Root Path" },
	{ 19, "IP Forwarding" }, { 23, "Default IP Time-to-Live" }, { 26, "Interface MTU" },
	{ 28, "Broadcast Address" }, { 31, "Perform Router Discover" }, { 33, "Static Route" },
	{ 40, "Network Information Service Domain" }, { 41, "Network Information Service Servers" },
	{ 42, "Network Time Protocol Servers" }, { 43, "Vendor-Specific Information" },
	{ 44, "NetBIOS over TCP/IP Name Server" }, { 46, "NetBIOS over TCP/IP Node Type" },
	{ 47, "NetBIOS over TCP/IP Scope" }, { 50, "Requested IP Address" }, { 51, "IP Address Lease Time" },
	{ 52, "Option Overload" }, { 53, "DHCP Message Type" }, { 54, "DHCP Server Identifier" },
	{ 55, "Parameter Request List" }, { 56, "Message" }, { 57, "Maximum DHCP Message Size" },
	{ 58, "Renewal Time Value" }, { 59, "Rebinding Time Value" }, { 60, "Vendor class identifier" },
	{ 61, "Client identifier" }, { 66, "TFTP Server Name" }, { 67, "Bootfile name" },
	{ 77, "User Class Information" }, { 81, "Client Fully Qualified Domain Name" },
	{ 82, "Agent Information Option" }, { 93, "Client System Architecture" },
	{ 94, "Client Network Device Interface" }, { 97, "UUID/GUID-based Client Identifier" },
	{ 116, "DHCP Auto-Configuration" }, { 119, "Domain Search" }, { 121, "Classless Static Route" },
	{ 125, "V-I Vendor-specific Information" }, { 150, "TFTP Server Address" },
	{ 249, "Private/Classless Static Route (Microsoft)" }, { 252, "Private/Proxy autodiscovery" },
	{ 255, "End" }, { 0, NULL } };

#define U8(name, title) { name, title, FIELD_UINT, .width = 1 }
#define U16(name, title) { name, title, FIELD_UINT, .width = 2 }
#define TEXT(name, title) { name, title, FIELD_TEXT }
#define BYTES(name, title) { name, title, FIELD_BYTES }
#define IP(name, title) { name, title, FIELD_IPV4 }
#define SPAN(name, title) { name, title, FIELD_UINT, .width = 4, .unit = "s" }
#define BIT(name, title, size, bits) { name, title, FIELD_FLAG, .width = size, .mask = bits }

const struct field dhcp_fields[FIELDS + 1] = {
	[BOOTP] = { "dhcp.bootp", "Frame is BOOTP", FIELD_FLAG },
	[TYPE] = { "dhcp.type", "Message type", FIELD_UINT, .width = 1, .names = operations },
	[HARDWARE_TYPE] = { "dhcp.hw.type", "Hardware type", FIELD_UINT, FORM_HEX, 1, .names = hardware },
	[HARDWARE_LENGTH] = U8("dhcp.hw.len", "Hardware address length"),
	[HOPS] = U8("dhcp.hops", "Hops"),
	[ID] = { "dhcp.id", "Transaction ID", FIELD_UINT, FORM_HEX, 4 },
	[SECONDS] = U16("dhcp.secs", "Elapse Seconds"),
	[FLAGS] = { "dhcp.flags", "Flags", FIELD_UINT, FORM_HEX, 2 },
	[BROADCAST] = BIT("dhcp.flags.bc", "Broadcast flag", 2, 0x8000),
	[RESERVED] = { "dhcp.flags.reserved", "Reserved flags", FIELD_UINT, FORM_HEX, 2, 0x7fff },
	[CLIENT] = IP("dhcp.ip.client", "Client IP"),
	[YOURS] = IP("dhcp.ip.your", "Your (client) IP"),
	[SERVER] = IP("dhcp.ip.server", "Next server IP"),
	[RELAY] = IP("dhcp.ip.relay", "Relay Agent IP"),
	[MAC] = { "dhcp.hw.mac_addr", "Client MAC Address", FIELD_MAC },
	[HARDWARE] = BYTES("dhcp.hw.addr", "Client hardware address"),
	[HARDWARE_PADDING] = BYTES("dhcp.hw.addr_padding", "Client hardware address padding"),
	[SERVER_NAME] = TEXT("dhcp.server", "Server host name"),
	[FILE_NAME] = TEXT("dhcp.file", "Boot file name"),
	[COOKIE_FIELD] = IP("dhcp.cookie", "Magic cookie"),
	[VENDOR] = BYTES("dhcp.vendor_specific_options", "Bootp vendor specific options"),
	[OPTION] = { "dhcp.option.type", "Option", FIELD_UINT, .width = 1, .names = option_names },
	[OPTION_LENGTH] = U8("dhcp.option.length", "Length"),
	[PADDING] = BYTES("dhcp.option.padding", "Padding"),
	[END] = U8("dhcp.option.end", "Option End"),
	[VALUE] = BYTES("dhcp.option.value", "Value"),
	[MASK] = IP("dhcp.option.subnet_mask", "Subnet Mask"),
	[TIME_OFFSET] = { "dhcp.option.time_offset", "Time Offset", FIELD_INT, .width = 4, .unit = "s" },
	[ROUTER] = IP("dhcp.option.router", "Router"),
	[TIME_SERVER] = IP("dhcp.option.time_server", "Time Server"),
	[NAME_SERVER] = IP("dhcp.option.name_server", "Name Server"),
	[DNS_SERVER] = IP("dhcp.option.domain_name_server", "Domain Name Server"),
	[LOG_SERVER] = IP("dhcp.option.log_server", "Log Server"),
	[HOST_NAME] = TEXT("dhcp.option.hostname", "Host Name"),
	[BOOT_FILE_SIZE] = U16("dhcp.option.boot_file_size", "Boot File Size"),
	[DOMAIN_NAME] = TEXT("dhcp.option.domain_name", "Domain Name"),
	[ROOT_PATH] = TEXT("dhcp.option.root_path", "Root Path"),
	[FORWARDING] = { "dhcp.option.ip_forwarding", "IP Forwarding", FIELD_FLAG },
	[DEFAULT_TTL] = U8("dhcp.option.default_ip_ttl", "Default IP Time-to-Live"),
	[MTU] = U16("dhcp.option.interface_mtu", "Interface MTU"),
	[BROADCAST_ADDRESS] = IP("dhcp.option.broadcast_address", "Broadcast Address"),
	[ROUTER_DISCOVERY] = { "dhcp.option.perform_router_discover", "Perform Router Discover", FIELD_FLAG },
	[STATIC_ADDRESS] = IP("dhcp.option.static_route.ip", "Destination IP Address"),
	[STATIC_ROUTER] = IP("dhcp.option.static_route.router", "Destination Router"),
	[NIS_DOMAIN] = TEXT("dhcp.option.nis_domain", "Network Information Service Domain"),
	[NIS_SERVER] = IP("dhcp.option.nis_server", "Network Information Service Server"),
	[NTP_SERVER] = IP("dhcp.option.ntp_server", "Network Time Protocol Server"),
	[VENDOR_VALUE] = BYTES("dhcp.option.vendor.value", "Value"),
	[NETBIOS_SERVER] = IP("dhcp.option.netbios_over_tcpip_name_server", "NetBIOS over TCP/IP Name Server"),
	[NETBIOS_NODE] = { "dhcp.option.netbios_over_tcpip_node_type", "NetBIOS over TCP/IP Node Type", FIELD_UINT,
			   .width = 1, .names = nodes },
	[NETBIOS_SCOPE] = TEXT("dhcp.option.netbios_over_tcpip_scope", "NetBIOS over TCP/IP Scope"),
	[REQUESTED] = IP("dhcp.option.requested_ip_address", "DHCP requested IP address"),
	[LEASE] = SPAN("dhcp.option.ip_address_lease_time", "IP Address Lease Time"),
	[OVERLOAD] = { "dhcp.option.option_overload", "Option Overload", FIELD_UINT, .width = 1, .names = overloads },
	[MESSAGE_TYPE] = { "dhcp.option.dhcp", "DHCP Message", FIELD_UINT, .width = 1, .names = dhcp_types },
	[SERVER_ID] = IP("dhcp.option.dhcp_server_id", "server identifier"),
	[REQUEST_ITEM] = { "dhcp.option.request_list_item", "Parameter Request List Item", FIELD_UINT, .width = 1,
			   .names = option_names },
	[MESSAGE] = TEXT("dhcp.option.message", "Message"),
	[MAXIMUM_SIZE] = U16("dhcp.option.dhcp_max_message_size", "Maximum DHCP Message Size"),
	[RENEWAL] = SPAN("dhcp.option.renewal_time_value", "Renewal Time Value"),
	[REBINDING] = SPAN("dhcp.option.rebinding_time_value", "Rebinding Time Value"),
	[VENDOR_CLASS] = TEXT("dhcp.option.vendor_class_id", "Vendor class identifier"),
	[CLIENT_ID] = BYTES("dhcp.client_id", "DHCP client-identifier"),
	[CLIENT_ID_TYPE] = { "dhcp.client_id.type", "Type", FIELD_UINT, .width = 1, .names = hardware },
	[CLIENT_ID_TEXT] = TEXT("dhcp.client_id.undef", "Client Identifier"),
	[TFTP_NAME] = TEXT("dhcp.option.tftp_server_name", "TFTP Server Name"),
	[BOOT_FILE] = TEXT("dhcp.option.bootfile_name", "Bootfile name"),
	[FQDN_FLAGS] = { "dhcp.fqdn.flags", "Flags", FIELD_UINT, FORM_HEX, 1 },
	[FQDN_S] = BIT("dhcp.fqdn.s", "Server", 1, 0x01),
	[FQDN_O] = BIT("dhcp.fqdn.o", "Server overrides", 1, 0x02),
	[FQDN_E] = BIT("dhcp.fqdn.e", "Encoding", 1, 0x04),
	[FQDN_N] = BIT("dhcp.fqdn.n", "Server DDNS", 1, 0x08),
	[FQDN_MBZ] = { "dhcp.fqdn.mbz", "Reserved flags", FIELD_UINT, FORM_HEX, 1, 0xf0 },
	[FQDN_CODE_1] = U8("dhcp.fqdn.rcode1", "A-RR result"),
	[FQDN_CODE_2] = U8("dhcp.fqdn.rcode2", "PTR-RR result"),
	[FQDN_NAME] = TEXT("dhcp.fqdn.name", "Client name"),
	[AGENT] = U8("dhcp.option.agent_information_option.suboption", "Option 82 Suboption"),
	[AGENT_LENGTH] = U8("dhcp.option.suboption_length", "Length"),
	[AGENT_CIRCUIT] = BYTES("dhcp.option.agent_information_option.agent_circuit_id", "Agent Circuit ID"),
	[AGENT_REMOTE] = BYTES("dhcp.option.agent_information_option.agent_remote_id", "Agent Remote ID"),
	[AGENT_LINK] = IP("dhcp.option.agent_information_option.link_selection", "Link selection"),
	[AGENT_SUBSCRIBER] = TEXT("dhcp.option.agent_information_option.subscriber_id", "Subscriber ID"),
	[AGENT_OVERRIDE] = IP("dhcp.option.agent_information_option.server_id_override", "Server ID Override"),
	[AGENT_VALUE] = BYTES("dhcp.option.agent_information_option.value", "Value"),
	[AUTO] = U8("dhcp.option.dhcp_auto_configuration", "DHCP Auto-Configuration"),
	[DOMAIN_SEARCH] = TEXT("dhcp.option.dhcp_dns_domain_search_list_fqdn", "FQDN"),
	[CLASSLESS] = BYTES("dhcp.option.classless_static_route", "Subnet/MaskWidth-Router"),
	[TFTP_ADDRESS] = IP("dhcp.option.tftp_server_address", "TFTP Server Address"),
	[PROXY] = TEXT("dhcp.option.private_proxy_autodiscovery", "Private/Proxy autodiscovery"),
	[USER_CLASS] = BYTES("dhcp.option.user_class", "User Class"),
};

enum value_kind { VALUE_BYTES, VALUE_U8, VALUE_U16, VALUE_U32, VALUE_IPV4, VALUE_TEXT };

/* By code; addresses and single numbers may follow each other up to the end of the option. */
static const struct { uint8_t code, kind, field; } options[] = {
	{ 1, VALUE_IPV4, MASK }, { 2, VALUE_U32, TIME_OFFSET }, { 3, VALUE_IPV4, ROUTER },
	{ 4, VALUE_IPV4, TIME_SERVER }, { 5, VALUE_IPV4, NAME_SERVER }, { 6, VALUE_IPV4, DNS_SERVER },
	{ 7, VALUE_IPV4, LOG_SERVER }, { 12, VALUE_TEXT, HOST_NAME }, { 13, VALUE_U16, BOOT_FILE_SIZE },
	{ 15, VALUE_TEXT, DOMAIN_NAME }, { 17, VALUE_TEXT, ROOT_PATH }, { 19, VALUE_U8, FORWARDING },
	{ 23, VALUE_U8, DEFAULT_TTL }, { 26, VALUE_U16, MTU }, { 28, VALUE_IPV4, BROADCAST_ADDRESS },
	{ 31, VALUE_U8, ROUTER_DISCOVERY }, { 40, VALUE_TEXT, NIS_DOMAIN }, { 41, VALUE_IPV4, NIS_SERVER },
	{ 42, VALUE_IPV4, NTP_SERVER }, { 43, VALUE_BYTES, VENDOR_VALUE }, { 44, VALUE_IPV4, NETBIOS_SERVER },
	{ 46, VALUE_U8, NETBIOS_NODE }, { 47, VALUE_TEXT, NETBIOS_SCOPE }, { 50, VALUE_IPV4, REQUESTED },
	{ 51, VALUE_U32, LEASE }, { 52, VALUE_U8, OVERLOAD }, { 53, VALUE_U8, MESSAGE_TYPE },
	{ 54, VALUE_IPV4, SERVER_ID }, { 55, VALUE_U8, REQUEST_ITEM }, { 56, VALUE_TEXT, MESSAGE },
	{ 57, VALUE_U16, MAXIMUM_SIZE }, { 58, VALUE_U32, RENEWAL }, { 59, VALUE_U32, REBINDING },
	{ 60, VALUE_TEXT, VENDOR_CLASS }, { 66, VALUE_TEXT, TFTP_NAME }, { 67, VALUE_TEXT, BOOT_FILE },
	{ 77, VALUE_BYTES, USER_CLASS }, { 116, VALUE_U8, AUTO }, { 150, VALUE_IPV4, TFTP_ADDRESS },
	{ 252, VALUE_TEXT, PROXY },
};

static void tell_bit(struct teller *teller, unsigned field, const uint8_t *at, size_t length, uint32_t whole)
{
	uint64_t mask = dhcp_fields[field].mask;
	tell_number(teller, &dhcp_fields[field], at, length, (int64_t)((whole & mask) >> __builtin_ctzll(mask)));
}

/* Text up to the first NUL. */
static void tell_string(struct teller *teller, unsigned field, struct cursor in)
{
	size_t length = strnlen((const char *)in.next, in.captured);
	tell_text(teller, &dhcp_fields[field], in.next, in.captured, (const char *)in.next, length);
}

static void tell_one(struct teller *teller, const struct field *field, enum value_kind kind, struct cursor *in)
{
	const uint8_t *at = in->next;
	switch (kind) {
	case VALUE_U8:
		tell_u8(teller, field, in);
		break;
	case VALUE_U16:
		tell_be16(teller, field, in);
		break;
	case VALUE_U32:
		if (field->type == FIELD_INT && in->captured >= 4)
			tell_number(teller, field, at, 4, (int32_t)cursor_be32(in));
		else
			tell_be32(teller, field, in);
		break;
	case VALUE_IPV4:
		tell_ipv4(teller, field, in);
		break;
	default:
		tell_bytes(teller, field, in, in->declared);
	}
}

/* A hardware address behind its type, a text behind 0, or anything (RFC 2132, 9.14). */
static void tell_client_identifier(struct teller *teller, struct cursor in)
{
	enum { TEXT_TYPE, ETHERNET };
	struct cursor whole = in;
	uint8_t type = cursor_u8(&in);
	if (!cursor_ok(&in))
		return;
	if (type == ETHERNET && in.captured == 6) {
		tell_number(teller, &dhcp_fields[HARDWARE_TYPE], whole.next, 1, type);
		tell_mac(teller, &dhcp_fields[MAC], &in);
	} else if (type == TEXT_TYPE && in.captured) {
		tell_number(teller, &dhcp_fields[CLIENT_ID_TYPE], whole.next, 1, type);
		tell_string(teller, CLIENT_ID_TEXT, in);
	} else {
		tell_bytes(teller, &dhcp_fields[CLIENT_ID], &whole, whole.declared);
	}
}

/* RFC 4702; the name is a domain name or, from old clients, plain text. */
static void tell_fqdn(struct teller *teller, struct cursor in)
{
	char name[256];
	size_t length = 0;
	const uint8_t *at = in.next;
	uint8_t flags = cursor_u8(&in);
	if (!cursor_ok(&in))
		return;
	tell_open(teller, &dhcp_fields[FQDN_FLAGS], at, 1, flags, NULL);
	tell_bit(teller, FQDN_MBZ, at, 1, flags);
	for (unsigned field = FQDN_N; field >= FQDN_S; field--)
		tell_bit(teller, field, at, 1, flags);
	tell_close(teller);
	tell_u8(teller, &dhcp_fields[FQDN_CODE_1], &in);
	tell_u8(teller, &dhcp_fields[FQDN_CODE_2], &in);
	if (!cursor_more(&in))
		return;
	if (!(flags & 4)) {
		tell_string(teller, FQDN_NAME, in);
		return;
	}
	at = in.next;
	size_t whole = in.captured;
	while (cursor_more(&in)) {
		size_t label = cursor_u8(&in);
		const uint8_t *bytes = cursor_take(&in, label);
		if (!label || !bytes || length + label + 1 > sizeof name)
			break;
		if (length)
			name[length++] = '.';
		memcpy(name + length, bytes, label);
		length += label;
	}
	tell_text(teller, &dhcp_fields[FQDN_NAME], at, whole, name, length);
}

/* RFC 3046 */
static void tell_agent(struct teller *teller, struct cursor in)
{
	while (cursor_more(&in)) {
		const uint8_t *at = in.next;
		uint8_t code = cursor_u8(&in);
		if (!cursor_ok(&in))
			return;
		tell_open(teller, &dhcp_fields[AGENT], at, 1, code, NULL);
		struct cursor value = cursor_split(&in, tell_u8(teller, &dhcp_fields[AGENT_LENGTH], &in));
		if (cursor_ok(&in) && value.declared) {
			unsigned field = code == 1 ? AGENT_CIRCUIT : code == 2 ? AGENT_REMOTE : code == 6
				? AGENT_SUBSCRIBER : AGENT_VALUE;
			if ((code == 5 || code == 11) && value.captured == 4)
				tell_ipv4(teller, &dhcp_fields[code == 5 ? AGENT_LINK : AGENT_OVERRIDE], &value);
			else
				tell_bytes(teller, &dhcp_fields[field], &value, value.declared);
		}
		tell_close(teller);
	}
}

/* RFC 3442: as many bytes of the destination as its mask needs, then the router. */
static void tell_classless(struct teller *teller, struct cursor in)
{
	while (cursor_more(&in)) {
		struct cursor head = in;
		size_t width = cursor_u8(&head);
		if (width > 32)
			return;
		tell_bytes(teller, &dhcp_fields[CLASSLESS], &in, 1 + (width + 7) / 8 + 4);
	}
}

static void tell_value(struct teller *teller, uint8_t code, struct cursor value)
{
	switch (code) {
	case 33:
		while (cursor_more(&value)) {
			tell_ipv4(teller, &dhcp_fields[STATIC_ADDRESS], &value);
			tell_ipv4(teller, &dhcp_fields[STATIC_ROUTER], &value);
		}
		return;
	case 61:
		tell_client_identifier(teller, value);
		return;
	case 81:
		tell_fqdn(teller, value);
		return;
	case 82:
		tell_agent(teller, value);
		return;
	case 121:
	case 249:
		tell_classless(teller, value);
		return;
	default:
		break;
	}
	for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
		if (options[i].code != code)
			continue;
		if (options[i].kind == VALUE_TEXT)
			tell_string(teller, options[i].field, value);
		while (options[i].kind != VALUE_TEXT && cursor_more(&value))
			tell_one(teller, &dhcp_fields[options[i].field], (enum value_kind)options[i].kind, &value);
		return;
	}
}

static void tell_padding(struct teller *teller, struct cursor *in)
{
	size_t length = 0;
	while (length < in->captured && in->next[length] == 0)
		length++;
	tell_bytes(teller, &dhcp_fields[PADDING], in, length);
}

static void tell_options(struct teller *teller, struct cursor *in)
{
	while (cursor_more(in)) {
		const uint8_t *at = in->next;
		struct cursor head = *in;
		uint8_t code = cursor_u8(&head);
		if (cursor_ok(&head) && code == 0) {
			tell_padding(teller, in);
			continue;
		}
		cursor_skip(in, 1);
		if (!cursor_ok(in))
			return;
		tell_open(teller, &dhcp_fields[OPTION], at, 1, code, NULL);
		if (code == 255) {
			tell_number(teller, &dhcp_fields[END], at, 1, code);
			tell_close(teller);
			break;
		}
		struct cursor value = cursor_split(in, tell_u8(teller, &dhcp_fields[OPTION_LENGTH], in));
		if (cursor_ok(in) && value.declared && value.captured == value.declared) {
			struct cursor bytes = value;
			tell_bytes(teller, &dhcp_fields[VALUE], &bytes, bytes.declared);
			tell_value(teller, code, value);
		}
		tell_close(teller);
	}
	if (cursor_more(in))
		tell_bytes(teller, &dhcp_fields[PADDING], in, in->declared);
}

static void tell_hardware(struct teller *teller, const struct dhcp_message *dhcp, struct cursor *in)
{
	size_t length = dhcp->hardware_length;
	if (dhcp->hardware_type == 1 && length == 6)
		tell_mac(teller, &dhcp_fields[MAC], in);
	else if (length)
		tell_bytes(teller, &dhcp_fields[HARDWARE], in, length);
	if (length < 16)
		tell_bytes(teller, &dhcp_fields[HARDWARE_PADDING], in, 16 - length);
}

static void tell_name(struct teller *teller, unsigned field, struct cursor in)
{
	if (in.captured && *in.next)
		tell_string(teller, field, in);
}

void tell_dhcp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct dhcp_message *dhcp = facts;
	(void)packet;
	if (dhcp->type == DHCP_BOOTP)
		tell_number(teller, &dhcp_fields[BOOTP], NULL, 0, 1);
	tell_u8(teller, &dhcp_fields[TYPE], &in);
	tell_u8(teller, &dhcp_fields[HARDWARE_TYPE], &in);
	tell_u8(teller, &dhcp_fields[HARDWARE_LENGTH], &in);
	tell_u8(teller, &dhcp_fields[HOPS], &in);
	tell_be32(teller, &dhcp_fields[ID], &in);
	tell_be16(teller, &dhcp_fields[SECONDS], &in);
	const uint8_t *at = in.next;
	uint16_t flags = cursor_be16(&in);
	if (cursor_ok(&in)) {
		tell_open(teller, &dhcp_fields[FLAGS], at, 2, flags, "Flags - %s",
			  flags & 0x8000 ? "broadcast" : "unicast");
		tell_bit(teller, BROADCAST, at, 2, flags);
		tell_bit(teller, RESERVED, at, 2, flags);
		tell_close(teller);
	}
	for (unsigned field = CLIENT; field <= RELAY; field++)
		tell_ipv4(teller, &dhcp_fields[field], &in);
	tell_hardware(teller, dhcp, &in);
	tell_name(teller, SERVER_NAME, cursor_split(&in, 64));
	tell_name(teller, FILE_NAME, cursor_split(&in, 128));
	struct cursor cookie = in;
	if (cursor_be32(&cookie) != COOKIE) {
		if (cursor_more(&in))
			tell_bytes(teller, &dhcp_fields[VENDOR], &in, in.declared);
		return;
	}
	tell_ipv4(teller, &dhcp_fields[COOKIE_FIELD], &in);
	tell_options(teller, &in);
}
