/* Routing Information Protocol: RFC 1058, RFC 2453 (version 2), RFC 2082 (its authentication), RFC 2080 (RIPng). */
#include "decode/decoder.h"

enum {
	REQUEST = 1, RESPONSE = 2,
	HEADER = 4, ENTRY = 20, ENTRIES = 25,
	FAMILY_NONE = 0, FAMILY_IP = 2, AUTHENTICATION = 0xffff,
	PASSWORD = 2, DIGEST = 3,
	INFINITE = 16,               /* metric of what cannot be reached */
	NEXT_HOP = 0xff,             /* RIPng: metric of an entry that names one */
};

struct rip_message {
	uint8_t command, version;    /* version 0: RIPng */
	uint16_t routes, unreachable;
	bool whole_table;            /* a request for all */
};

static const struct field_name commands[] = { { REQUEST, "Request" }, { RESPONSE, "Response" },
	{ 3, "Traceon" }, { 4, "Traceoff" }, { 5, "Vendor specific (Sun)" }, { 0, NULL } };
static const struct field_name versions[] = { { 1, "RIPv1" }, { 2, "RIPv2" }, { 0, NULL } };
static const struct field_name families[] = { { FAMILY_NONE, "Unspecified" }, { FAMILY_IP, "IP" },
	{ AUTHENTICATION, "Authentication" }, { 0, NULL } };
static const struct field_name authentications[] = { { 1, "IP Route" }, { PASSWORD, "Simple Password" },
	{ DIGEST, "Keyed Message Digest" }, { 0, NULL } };

static void count_route(struct rip_message *rip, uint32_t metric)
{
	rip->routes++;
	if (metric >= INFINITE)
		rip->unreachable++;
}

static struct next decode_rip(struct cursor *in, struct packet *packet, void *facts)
{
	struct rip_message *rip = facts;
	(void)packet;
	rip->command = cursor_u8(in);
	rip->version = cursor_u8(in);
	cursor_skip(in, 2);
	if (cursor_ok(in) && (rip->version == 0 || !field_words(commands, rip->command)))
		return next_payload(cursor_rest(in));
	for (unsigned i = 0; i < ENTRIES && cursor_more(in) && in->declared >= ENTRY; i++) {
		uint16_t family = cursor_be16(in);
		cursor_skip(in, 14);
		uint32_t metric = cursor_be32(in);
		if (!cursor_ok(in) || family == AUTHENTICATION)
			continue;
		/* One entry of no family asks for all. */
		if (rip->command == REQUEST && family == FAMILY_NONE && metric == INFINITE)
			rip->whole_table = true;
		else
			count_route(rip, metric);
	}
	return next_payload(cursor_rest(in));
}

static struct next decode_ripng(struct cursor *in, struct packet *packet, void *facts)
{
	struct rip_message *rip = facts;
	(void)packet;
	rip->command = cursor_u8(in);
	uint8_t version = cursor_u8(in);
	cursor_skip(in, 2);
	if (cursor_ok(in) && version != 1)
		return next_payload(cursor_rest(in));
	while (cursor_more(in) && in->declared >= ENTRY) {
		cursor_skip(in, 18);
		uint8_t length = cursor_u8(in), metric = cursor_u8(in);
		if (!cursor_ok(in) || metric == NEXT_HOP)
			continue;
		if (rip->command == REQUEST && length == 0 && metric == INFINITE)
			rip->whole_table = true;
		else
			count_route(rip, metric);
	}
	return next_payload(cursor_rest(in));
}

static void say(struct text *to, const struct rip_message *rip)
{
	const char *command = field_words(commands, rip->command);
	text_addf(to, " : %s", command ? command : "unknown command");
	if (rip->whole_table)
		text_add(to, " (whole table)");
	if (rip->routes)
		text_addf(to, " : %u route%s", rip->routes, rip->routes == 1 ? "" : "s");
	if (rip->unreachable && rip->command == RESPONSE)
		text_addf(to, ", %u unreachable", rip->unreachable);
}

static void say_rip(struct text *to, const void *facts)
{
	const struct rip_message *rip = facts;
	text_addf(to, "rip v%u", rip->version);
	say(to, rip);
}

static void say_ripng(struct text *to, const void *facts)
{
	text_add(to, "ripng");
	say(to, facts);
}

enum { COMMAND, VERSION, FAMILY, TAG, ADDRESS, MASK, NEXT, METRIC, AUTHENTICATION_TYPE, PASSWORD_FIELD,
	DIGEST_OFFSET, KEY, DIGEST_LENGTH, SEQUENCE, FIELDS };

static const struct field fields[FIELDS + 1] = {
	[COMMAND] = { "rip.command", "Command", FIELD_UINT, .names = commands },
	[VERSION] = { "rip.version", "Version", FIELD_UINT, .names = versions },
	[FAMILY] = { "rip.family", "Address Family", FIELD_UINT, .names = families },
	[TAG] = { "rip.route_tag", "Route Tag", FIELD_UINT },
	[ADDRESS] = { "rip.ip", "IP Address", FIELD_IPV4 },
	[MASK] = { "rip.netmask", "Netmask", FIELD_IPV4 },
	[NEXT] = { "rip.next_hop", "Next Hop", FIELD_IPV4 },
	[METRIC] = { "rip.metric", "Metric", FIELD_UINT },
	[AUTHENTICATION_TYPE] = { "rip.auth.type", "Authentication type", FIELD_UINT, .names = authentications },
	[PASSWORD_FIELD] = { "rip.auth.passwd", "Password", FIELD_TEXT },
	[DIGEST_OFFSET] = { "rip.digest_offset", "Digest Offset", FIELD_UINT },
	[KEY] = { "rip.key_id", "Key ID", FIELD_UINT },
	[DIGEST_LENGTH] = { "rip.auth_data_len", "Auth Data Len", FIELD_UINT },
	[SEQUENCE] = { "rip.seq_num", "Seq num", FIELD_UINT },
};

static void tell_authentication(struct teller *teller, struct cursor *in)
{
	uint16_t type = tell_be16(teller, &fields[AUTHENTICATION_TYPE], in);
	if (type == PASSWORD && in->captured >= 16) {
		tell_secret(teller, &fields[PASSWORD_FIELD], in->next, 16);
	} else if (type == DIGEST) {
		tell_be16(teller, &fields[DIGEST_OFFSET], in);
		tell_u8(teller, &fields[KEY], in);
		tell_u8(teller, &fields[DIGEST_LENGTH], in);
		tell_be32(teller, &fields[SEQUENCE], in);
	}
}

static void tell_entry(struct teller *teller, struct cursor in, uint8_t version)
{
	struct cursor look = in;
	uint16_t family = cursor_be16(&look);
	if (family == AUTHENTICATION) {
		cursor_skip(&in, 2);
		tell_authentication(teller, &in);
		return;
	}
	tell_be16(teller, &fields[FAMILY], &in);
	if (version > 1)
		tell_be16(teller, &fields[TAG], &in);
	else
		cursor_skip(&in, 2);
	if (family == FAMILY_IP) {
		tell_ipv4(teller, &fields[ADDRESS], &in);
		if (version > 1) {
			tell_ipv4(teller, &fields[MASK], &in);
			tell_ipv4(teller, &fields[NEXT], &in);
		} else {
			cursor_skip(&in, 8);
		}
	} else {
		cursor_skip(&in, 12);
	}
	const uint8_t *at = in.next;
	uint32_t metric = cursor_be32(&in);
	if (cursor_ok(&in))
		tell_number(teller, &fields[METRIC], at, 4, metric);
}

static void tell_rip(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	tell_u8(teller, &fields[COMMAND], &in);
	uint8_t version = tell_u8(teller, &fields[VERSION], &in);
	cursor_skip(&in, 2);
	for (unsigned i = 0; i < ENTRIES && cursor_more(&in) && in.declared >= ENTRY; i++)
		tell_entry(teller, cursor_split(&in, ENTRY), version);
}

const struct decoder rip_decoder = {
	.name = "rip",
	.protocol = "RIP",
	.title = "Routing Information Protocol",
	.bindings = { { BY_UDP_PORT, 520 } },
	.facts_size = sizeof(struct rip_message),
	.decode = decode_rip,
	.words = say_rip,
	.fields = fields,
	.tell = tell_rip,
};

enum { NG_COMMAND, NG_VERSION, NG_PREFIX, NG_TAG, NG_LENGTH, NG_METRIC, NG_FIELDS };

static const struct field ng_fields[NG_FIELDS + 1] = {
	[NG_COMMAND] = { "ripng.cmd", "Command", FIELD_UINT, .names = commands },
	[NG_VERSION] = { "ripng.version", "Version", FIELD_UINT },
	[NG_PREFIX] = { "ripng.rte.ipv6_prefix", "IPv6 Prefix", FIELD_IPV6 },
	[NG_TAG] = { "ripng.rte.route_tag", "Route Tag", FIELD_UINT, FORM_HEX, 2 },
	[NG_LENGTH] = { "ripng.rte.prefix_length", "Prefix Length", FIELD_UINT },
	[NG_METRIC] = { "ripng.rte.metric", "Metric", FIELD_UINT },
};

static void tell_ripng(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	(void)packet, (void)facts;
	tell_u8(teller, &ng_fields[NG_COMMAND], &in);
	tell_u8(teller, &ng_fields[NG_VERSION], &in);
	cursor_skip(&in, 2);
	while (cursor_more(&in) && in.declared >= ENTRY) {
		tell_ipv6(teller, &ng_fields[NG_PREFIX], &in);
		tell_be16(teller, &ng_fields[NG_TAG], &in);
		tell_u8(teller, &ng_fields[NG_LENGTH], &in);
		tell_u8(teller, &ng_fields[NG_METRIC], &in);
	}
}

const struct decoder ripng_decoder = {
	.name = "ripng",
	.protocol = "RIPng",
	.title = "Routing Information Protocol for IPv6",
	.bindings = { { BY_UDP_PORT, 521 } },
	.facts_size = sizeof(struct rip_message),
	.decode = decode_ripng,
	.words = say_ripng,
	.fields = ng_fields,
	.tell = tell_ripng,
};
