/* STUN messages over UDP. Those before RFC 5389 have no cookie to know them by, and are left out. */
#include "decode/stun.h"

#include "core/hash.h"
#include "core/text.h"

enum { HEADER_LENGTH = 20, CLASS_BITS = 0x110, COOKIE = 0x2112a442, ID_LENGTH = 12, FAMILY_IPV4 = 1, FAMILY_IPV6 = 2 };
enum {
	MAPPED_ADDRESS = 0x0001, USERNAME = 0x0006, ERROR_CODE = 0x0009, CHANNEL_NUMBER = 0x000c, LIFETIME = 0x000d,
	XOR_PEER_ADDRESS = 0x0012, REALM = 0x0014, NONCE = 0x0015, XOR_RELAYED_ADDRESS = 0x0016,
	REQUESTED_TRANSPORT = 0x0019, XOR_MAPPED_ADDRESS = 0x0020, PRIORITY = 0x0024, SOFTWARE = 0x8022,
	ALTERNATE_SERVER = 0x8023, RESPONSE_ORIGIN = 0x802b, OTHER_ADDRESS = 0x802c, MESSAGE_INTEGRITY = 0x0008,
	FINGERPRINT = 0x8028,
};

static const struct field_name methods[] = {
	{ 0x001, "Binding" }, { 0x003, "Allocate" }, { 0x004, "Refresh" }, { 0x006, "Send" }, { 0x007, "Data" },
	{ 0x008, "CreatePermission" }, { 0x009, "ChannelBind" }, { 0x00a, "Connect" }, { 0x00b, "ConnectionBind" },
	{ 0x00c, "ConnectionAttempt" }, { 0, NULL },
};
static const struct field_name classes[] = {
	{ 0x00, "Request" }, { 0x01, "Indication" }, { 0x10, "Success Response" }, { 0x11, "Error Response" }, { 0, NULL } };
static const struct field_name attributes[] = {
	{ MAPPED_ADDRESS, "MAPPED-ADDRESS" }, { USERNAME, "USERNAME" }, { MESSAGE_INTEGRITY, "MESSAGE-INTEGRITY" },
	{ ERROR_CODE, "ERROR-CODE" }, { 0x000a, "UNKNOWN-ATTRIBUTES" }, { CHANNEL_NUMBER, "CHANNEL-NUMBER" },
	{ LIFETIME, "LIFETIME" }, { XOR_PEER_ADDRESS, "XOR-PEER-ADDRESS" }, { 0x0013, "DATA" }, { REALM, "REALM" },
	{ NONCE, "NONCE" }, { XOR_RELAYED_ADDRESS, "XOR-RELAYED-ADDRESS" }, { 0x0017, "REQUESTED-ADDRESS-FAMILY" },
	{ 0x0018, "EVEN-PORT" }, { REQUESTED_TRANSPORT, "REQUESTED-TRANSPORT" }, { 0x001a, "DONT-FRAGMENT" },
	{ 0x001c, "MESSAGE-INTEGRITY-SHA256" }, { 0x001d, "PASSWORD-ALGORITHM" }, { 0x001e, "USERHASH" },
	{ XOR_MAPPED_ADDRESS, "XOR-MAPPED-ADDRESS" }, { 0x0022, "RESERVATION-TOKEN" }, { PRIORITY, "PRIORITY" },
	{ 0x0025, "USE-CANDIDATE" }, { 0x8002, "PASSWORD-ALGORITHMS" }, { SOFTWARE, "SOFTWARE" },
	{ ALTERNATE_SERVER, "ALTERNATE-SERVER" }, { FINGERPRINT, "FINGERPRINT" }, { 0x8029, "ICE-CONTROLLED" },
	{ 0x802a, "ICE-CONTROLLING" }, { RESPONSE_ORIGIN, "RESPONSE-ORIGIN" }, { OTHER_ADDRESS, "OTHER-ADDRESS" },
	{ 0, NULL },
};
static const struct field_name families[] = { { FAMILY_IPV4, "IPv4" }, { FAMILY_IPV6, "IPv6" }, { 0, NULL } };

/* The class stands in two bits among those of the method: RFC 8489, 5. */
static uint16_t method_of(uint16_t type)
{
	return (uint16_t)((type & 0x000f) | (type & 0x00e0) >> 1 | (type & 0x3e00) >> 2);
}

static uint8_t class_of(uint16_t type)
{
	return (uint8_t)((type >> 4 & 1) | (type >> 7 & 2));
}

bool stun_recognise(struct cursor in)
{
	return in.captured >= HEADER_LENGTH && *in.next < 0x40 && load_be32(in.next + 4) == COOKIE &&
	       load_be16(in.next + 2) % 4 == 0 && (size_t)load_be16(in.next + 2) + HEADER_LENGTH == in.declared;
}

struct attribute { uint16_t type, length; const uint8_t *at; struct cursor value; };

/* Each is padded to four bytes. */
static bool next_attribute(struct cursor *in, struct attribute *to)
{
	if (!cursor_more(in))
		return false;
	to->at = in->next;
	to->type = cursor_be16(in);
	to->length = cursor_be16(in);
	to->value = cursor_split(in, to->length);
	if (in->declared)
		cursor_skip(in, (4 - to->length % 4) % 4);
	return cursor_ok(in);
}

static bool is_xored(uint16_t type)
{
	return type == XOR_MAPPED_ADDRESS || type == XOR_PEER_ADDRESS || type == XOR_RELAYED_ADDRESS;
}

static bool is_address(uint16_t type)
{
	return is_xored(type) || type == MAPPED_ADDRESS || type == ALTERNATE_SERVER || type == RESPONSE_ORIGIN ||
	       type == OTHER_ADDRESS;
}

/* The key hides the address from boxes that rewrite addresses wherever they see one: RFC 8489, 14.2. */
static bool read_address(struct cursor in, bool xored, const uint8_t *cookie, struct endpoint *to)
{
	uint8_t bytes[16];
	cursor_skip(&in, 1);
	uint8_t family = cursor_u8(&in);
	uint16_t port = cursor_be16(&in);
	size_t length = family == FAMILY_IPV4 ? 4 : family == FAMILY_IPV6 ? 16 : 0;
	if (!length || in.declared != length)
		return false;
	cursor_bytes(&in, bytes, length);
	for (size_t i = 0; xored && i < length; i++)
		bytes[i] ^= cookie[i];
	to->port = xored ? port ^ (COOKIE >> 16) : port;
	to->address = length == 4 ? address_ipv4(bytes) : address_ipv6(bytes);
	return cursor_ok(&in);
}

static uint16_t read_error(struct cursor *in)
{
	cursor_skip(in, 2);
	uint8_t class = cursor_u8(in) & 7, number = cursor_u8(in);
	return (uint16_t)(class * 100 + number);
}

static struct next decode_stun(struct cursor *in, struct packet *packet, void *to)
{
	struct stun_message *stun = to;
	const uint8_t *start = in->next;
	(void)packet;
	uint16_t type = cursor_be16(in);
	size_t length = cursor_be16(in);
	cursor_skip(in, 4);
	const uint8_t *id = cursor_take(in, ID_LENGTH);
	struct cursor list = cursor_split(in, length);
	if (!id || !cursor_ok(in))
		return next_none();
	stun->method = method_of(type);
	stun->class = class_of(type);
	stun->transaction = hash_bytes(id, ID_LENGTH, 1) | 1;
	struct attribute attribute;
	while (next_attribute(&list, &attribute)) {
		bool mapped = attribute.type == XOR_MAPPED_ADDRESS || (attribute.type == MAPPED_ADDRESS &&
								       stun->mapped.address.family == ADDRESS_NONE);
		struct endpoint end;
		if (mapped && read_address(attribute.value, is_xored(attribute.type), start + 4, &end))
			stun->mapped = end;
		if (attribute.type == ERROR_CODE) {
			stun->code = read_error(&attribute.value);
			cursor_words(attribute.value, stun->reason, sizeof stun->reason);
		}
	}
	return next_payload(cursor_rest(in));
}

static void say_stun(struct text *to, const void *facts)
{
	static const char *const what[] = { "request", "indication", "success", "error" };
	const struct stun_message *stun = facts;
	const char *method = field_words(methods, stun->method);
	char end[ENDPOINT_TEXT_SIZE];
	text_addf(to, "stun : %s %s", method ? method : "unknown method", what[stun->class]);
	if (stun->code)
		text_addf(to, " %u", stun->code);
	if (stun->reason[0])
		text_addf(to, " (%s)", stun->reason);
	if (stun->mapped.address.family != ADDRESS_NONE)
		text_addf(to, ", the client is %s", endpoint_text(&stun->mapped, end));
}

/* The first answer to Allocate says no, and with which realm and nonce to try again: RFC 8489, 9.2. */
static void mark_stun(const void *facts, struct exchange_mark *mark)
{
	enum { UNAUTHENTICATED = 401, STALE_NONCE = 438 };
	const struct stun_message *stun = facts;
	if (stun->class == STUN_INDICATION)
		return;
	mark->id = stun->transaction;
	mark->role = stun->class == STUN_REQUEST ? EXCHANGE_REQUEST : EXCHANGE_RESPONSE;
	mark->code = stun->code;
	mark->failed = stun->class == STUN_ERROR && stun->code != UNAUTHENTICATED && stun->code != STALE_NONCE;
}

enum { TYPE, CLASS, METHOD, LENGTH, COOKIE_FIELD, ID, ATTRIBUTE, ATTRIBUTE_TYPE, ATTRIBUTE_LENGTH, FAMILY, IPV4, IPV6,
	PORT, IPV4_XORED, IPV6_XORED, PORT_XORED, USER, ERROR_CLASS, ERROR_NUMBER, REASON, REALM_FIELD, NONCE_FIELD,
	SOFTWARE_FIELD, PRIORITY_FIELD, LIFETIME_FIELD, TRANSPORT, CHANNEL, HMAC, CRC, VALUE };

static const struct field fields[] = {
	[TYPE] = { "stun.type", "Message Type", FIELD_UINT, FORM_HEX, 2 },
	[CLASS] = { "stun.type.class", "Message Class", FIELD_UINT, FORM_HEX, 2, .names = classes },
	[METHOD] = { "stun.type.method", "Message Method", FIELD_UINT, FORM_HEX, 2, .names = methods },
	[LENGTH] = { "stun.length", "Message Length", FIELD_UINT, .unit = "bytes" },
	[COOKIE_FIELD] = { "stun.cookie", "Message Cookie", FIELD_BYTES },
	[ID] = { "stun.id", "Message Transaction ID", FIELD_BYTES },
	[ATTRIBUTE] = { "stun.attribute", "Attribute", FIELD_UINT, FORM_HEX, 2, .names = attributes },
	[ATTRIBUTE_TYPE] = { "stun.att.type", "Attribute Type", FIELD_UINT, FORM_HEX, 2, .names = attributes },
	[ATTRIBUTE_LENGTH] = { "stun.att.length", "Attribute Length", FIELD_UINT, .unit = "bytes" },
	[FAMILY] = { "stun.att.family", "Protocol Family", FIELD_UINT, FORM_HEX, 1, .names = families },
	[IPV4] = { "stun.att.ipv4", "IP", FIELD_IPV4 },
	[IPV6] = { "stun.att.ipv6", "IP", FIELD_IPV6 },
	[PORT] = { "stun.att.port", "Port", FIELD_UINT },
	[IPV4_XORED] = { "stun.att.ipv4-xord", "IP (XOR-d)", FIELD_BYTES },
	[IPV6_XORED] = { "stun.att.ipv6-xord", "IP (XOR-d)", FIELD_BYTES },
	[PORT_XORED] = { "stun.att.port-xord", "Port (XOR-d)", FIELD_BYTES },
	[USER] = { "stun.att.username", "Username", FIELD_TEXT },
	[ERROR_CLASS] = { "stun.att.error.class", "Error Class", FIELD_UINT },
	[ERROR_NUMBER] = { "stun.att.error", "Error Code", FIELD_UINT },
	[REASON] = { "stun.att.error.reason", "Error Reason Phrase", FIELD_TEXT },
	[REALM_FIELD] = { "stun.att.realm", "Realm", FIELD_TEXT },
	[NONCE_FIELD] = { "stun.att.nonce", "Nonce", FIELD_TEXT },
	[SOFTWARE_FIELD] = { "stun.att.software", "Software", FIELD_TEXT },
	[PRIORITY_FIELD] = { "stun.att.priority", "Priority", FIELD_UINT },
	[LIFETIME_FIELD] = { "stun.att.lifetime", "Lifetime", FIELD_UINT, .unit = "s" },
	[TRANSPORT] = { "stun.att.transp", "Transport", FIELD_UINT, FORM_HEX, 1 },
	[CHANNEL] = { "stun.att.channelnum", "Channel-Number", FIELD_UINT, FORM_HEX, 2 },
	[HMAC] = { "stun.att.hmac", "HMAC-SHA1", FIELD_BYTES },
	[CRC] = { "stun.att.crc32", "CRC-32", FIELD_UINT, FORM_HEX, 4 },
	[VALUE] = { "stun.value", "Value", FIELD_BYTES },
	{ NULL },
};

static void tell_end(struct teller *teller, const struct attribute *attribute, const uint8_t *cookie)
{
	struct cursor in = attribute->value;
	struct endpoint end;
	bool xored = is_xored(attribute->type);
	if (!read_address(in, xored, cookie, &end))
		return;
	cursor_skip(&in, 1);
	bool wide = tell_u8(teller, &fields[FAMILY], &in) == FAMILY_IPV6;
	const uint8_t *at = in.next;
	size_t length = wide ? 16 : 4;
	if (xored) {
		tell_bytes(teller, &fields[PORT_XORED], &in, 2);
		tell_number(teller, &fields[PORT], at, 2, end.port);
		tell_bytes(teller, &fields[wide ? IPV6_XORED : IPV4_XORED], &in, length);
	} else {
		tell_number(teller, &fields[PORT], at, 2, end.port);
	}
	tell_address(teller, &fields[wide ? IPV6 : IPV4], at + 2, length, &end.address);
}

static void tell_error(struct teller *teller, struct cursor in)
{
	cursor_skip(&in, 2);
	if (!cursor_need(&in, 2))
		return;
	tell_number(teller, &fields[ERROR_CLASS], in.next, 1, *in.next & 7);
	cursor_skip(&in, 1);
	tell_u8(teller, &fields[ERROR_NUMBER], &in);
	if (in.declared)
		tell_bytes(teller, &fields[REASON], &in, in.declared);
}

static void tell_value(struct teller *teller, const struct attribute *attribute, const uint8_t *cookie)
{
	static const struct { uint16_t type; uint8_t field; } texts[] = { { USERNAME, USER }, { REALM, REALM_FIELD },
		{ NONCE, NONCE_FIELD }, { SOFTWARE, SOFTWARE_FIELD }, { MESSAGE_INTEGRITY, HMAC } };
	struct cursor in = attribute->value;
	if (is_address(attribute->type)) {
		tell_end(teller, attribute, cookie);
		return;
	}
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (texts[i].type == attribute->type) {
			tell_bytes(teller, &fields[texts[i].field], &in, in.declared);
			return;
		}
	switch (attribute->type) {
	case ERROR_CODE:
		tell_error(teller, in);
		break;
	case PRIORITY:
		tell_be32(teller, &fields[PRIORITY_FIELD], &in);
		break;
	case LIFETIME:
		tell_be32(teller, &fields[LIFETIME_FIELD], &in);
		break;
	case REQUESTED_TRANSPORT:
		tell_u8(teller, &fields[TRANSPORT], &in);
		break;
	case CHANNEL_NUMBER:
		tell_be16(teller, &fields[CHANNEL], &in);
		break;
	case FINGERPRINT:
		tell_be32(teller, &fields[CRC], &in);
		break;
	default:
		if (in.declared && !field_words(attributes, attribute->type))
			tell_bytes(teller, &fields[VALUE], &in, in.declared);
		break;
	}
}

static void tell_stun(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct stun_message *stun = facts;
	const uint8_t *start = in.next;
	(void)packet;
	if (!cursor_need(&in, HEADER_LENGTH))
		return;
	uint16_t type = tell_be16(teller, &fields[TYPE], &in);
	tell_number(teller, &fields[CLASS], start, 2, (type & CLASS_BITS) >> 4);
	tell_number(teller, &fields[METHOD], start, 2, stun->method);
	size_t length = tell_be16(teller, &fields[LENGTH], &in);
	tell_bytes(teller, &fields[COOKIE_FIELD], &in, 4);
	tell_bytes(teller, &fields[ID], &in, ID_LENGTH);
	struct cursor list = cursor_split(&in, length);
	struct attribute attribute;
	while (next_attribute(&list, &attribute)) {
		const char *name = field_words(attributes, attribute.type);
		tell_open(teller, &fields[ATTRIBUTE], attribute.at, attribute.value.captured + 4, attribute.type,
			  "%s", name ? name : "Unknown");
		tell_number(teller, &fields[ATTRIBUTE_TYPE], attribute.at, 2, attribute.type);
		tell_number(teller, &fields[ATTRIBUTE_LENGTH], attribute.at + 2, 2, attribute.length);
		tell_value(teller, &attribute, start + 4);
		tell_close(teller);
	}
}

const struct decoder stun_decoder = {
	.name = "stun",
	.protocol = "STUN",
	.title = "Session Traversal Utilities for NAT",
	.facts_size = sizeof(struct stun_message),
	.decode = decode_stun,
	.words = say_stun,
	.exchange = mark_stun,
	.fields = fields,
	.tell = tell_stun,
};
