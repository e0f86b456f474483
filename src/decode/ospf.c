/* Open Shortest Path First, versions 2 (RFC 2328) and 3 (RFC 5340): all headers, what neighbours tell each other in
 * hellos and database descriptions, and the heads of what they advertise. */
#include "decode/decoder.h"
#include "decode/ip.h"

enum { HELLO = 1, DESCRIPTION, REQUEST, UPDATE, ACKNOWLEDGEMENT };
enum {
	HEADER_2 = 24, HEADER_3 = 16, LSA_HEADER = 20,
	AUTHENTICATION_NONE = 0, AUTHENTICATION_PASSWORD = 1, AUTHENTICATION_CRYPT = 2,
	DESCRIPTION_INIT = 4, DESCRIPTION_MORE = 2, DESCRIPTION_MASTER = 1,
	DO_NOT_AGE = 0x8000, MAX_AGE = 3600,
};

struct ospf_message {
	uint8_t version, type;
	uint8_t flags;               /* of a description */
	uint8_t router[4], area[4];
	uint8_t designated[4];       /* of a hello */
	uint16_t mtu;                /* of a description */
	uint32_t count;              /* neighbours, requests or advertisements */
	uint32_t withdrawn;          /* advertisements at their maximum age */
};

static const struct field_name types[] = { { HELLO, "Hello Packet" }, { DESCRIPTION, "DB Description" },
	{ REQUEST, "LS Request" }, { UPDATE, "LS Update" }, { ACKNOWLEDGEMENT, "LS Acknowledge" }, { 0, NULL } };
static const struct field_name authentications[] = { { AUTHENTICATION_NONE, "Null" },
	{ AUTHENTICATION_PASSWORD, "Simple password" }, { AUTHENTICATION_CRYPT, "Cryptographic" }, { 0, NULL } };
static const struct field_name lsa_types[] = { { 1, "Router-LSA" }, { 2, "Network-LSA" },
	{ 3, "Summary-LSA (IP network)" }, { 4, "Summary-LSA (ASBR)" }, { 5, "AS-External-LSA (ASBR)" },
	{ 6, "Group Membership LSA" }, { 7, "NSSA AS-External-LSA" }, { 8, "External Attributes LSA" },
	{ 9, "Opaque LSA, Link-local scope" }, { 10, "Opaque LSA, Area-local scope" },
	{ 11, "Opaque LSA, AS-local scope" }, { 0, NULL } };
static const struct field_name lsa_types_3[] = { { 0x2001, "Router-LSA" }, { 0x2002, "Network-LSA" },
	{ 0x2003, "Inter-Area-Prefix-LSA" }, { 0x2004, "Inter-Area-Router-LSA" }, { 0x4005, "AS-External-LSA" },
	{ 0x2006, "Group-Membership-LSA" }, { 0x2007, "NSSA-LSA" }, { 0x0008, "Link-LSA" },
	{ 0x2009, "Intra-Area-Prefix-LSA" }, { 0, NULL } };

static void count_lsa(struct cursor lsa, struct ospf_message *ospf)
{
	ospf->count++;
	ospf->withdrawn += (cursor_be16(&lsa) & (DO_NOT_AGE - 1)) == MAX_AGE;
}

static void read_body(struct cursor *in, struct ospf_message *ospf)
{
	bool third = ospf->version == 3;
	switch (ospf->type) {
	case HELLO:
		cursor_skip(in, 12);
		cursor_bytes(in, ospf->designated, 4);
		cursor_skip(in, 4);
		ospf->count = (uint32_t)(in->declared / 4);
		break;
	case DESCRIPTION:
		cursor_skip(in, third ? 4 : 0);
		ospf->mtu = cursor_be16(in);
		cursor_skip(in, 1);
		ospf->flags = cursor_u8(in) & 7;
		cursor_skip(in, 4);
		while (cursor_more(in))
			count_lsa(cursor_split(in, LSA_HEADER), ospf);
		break;
	case REQUEST:
		ospf->count = (uint32_t)(in->declared / 12);
		break;
	case UPDATE: {
		uint32_t count = cursor_be32(in);
		/* Each has at least a header, so that a wrong number does no harm. */
		while (count-- && cursor_more(in)) {
			struct cursor look = *in;
			cursor_skip(&look, 18);
			uint16_t length = cursor_be16(&look);
			if (cursor_ok(&look) && length < LSA_HEADER)
				cursor_reject(in, "an advertisement is shorter than its header");
			else if (cursor_ok(&look))
				count_lsa(cursor_split(in, length), ospf);
			else
				cursor_skip(in, LSA_HEADER);
		}
		break;
	}
	case ACKNOWLEDGEMENT:
		while (cursor_more(in))
			count_lsa(cursor_split(in, LSA_HEADER), ospf);
		break;
	default:
		break;
	}
}

static struct next decode_ospf(struct cursor *in, struct packet *packet, void *facts)
{
	struct ospf_message *ospf = facts;
	(void)packet;
	ospf->version = cursor_u8(in);
	ospf->type = cursor_u8(in);
	uint16_t length = cursor_be16(in);
	cursor_bytes(in, ospf->router, 4);
	cursor_bytes(in, ospf->area, 4);
	if (!cursor_ok(in) || (ospf->version != 2 && ospf->version != 3))
		return next_payload(cursor_rest(in));
	size_t header = ospf->version == 2 ? HEADER_2 : HEADER_3;
	cursor_skip(in, header - 12);
	if (cursor_ok(in) && length < header)
		cursor_reject(in, "the OSPF length is shorter than its header");
	struct cursor body = cursor_split(in, length - header);
	if (cursor_ok(in)) {
		read_body(&body, ospf);
		if (body.status == CURSOR_MALFORMED)
			cursor_reject(in, body.reason);
	}
	/* Behind the message stand a digest, or blocks for the link alone (RFC 5613). */
	return next_payload(cursor_rest(in));
}

static void say_router(struct text *to, const char *before, const uint8_t router[4])
{
	text_addf(to, "%s%u.%u.%u.%u", before, router[0], router[1], router[2], router[3]);
}

static void say_ospf(struct text *to, const void *facts)
{
	const struct ospf_message *ospf = facts;
	const char *type = field_words(types, ospf->type);
	text_addf(to, "ospf v%u : %s", ospf->version, type ? type : "unknown");
	say_router(to, " of ", ospf->router);
	say_router(to, ", area ", ospf->area);
	switch (ospf->type) {
	case HELLO:
		text_addf(to, " : %u neighbor%s", ospf->count, ospf->count == 1 ? "" : "s");
		break;
	case DESCRIPTION:
		text_addf(to, " : %s%s%u header%s, MTU %u", ospf->flags & DESCRIPTION_INIT ? "initial, " : "",
			  ospf->flags & DESCRIPTION_MASTER ? "master, " : "", ospf->count,
			  ospf->count == 1 ? "" : "s", ospf->mtu);
		break;
	default:
		text_addf(to, " : %u LSA%s", ospf->count, ospf->count == 1 ? "" : "s");
	}
	if (ospf->withdrawn)
		text_addf(to, ", %u at MaxAge", ospf->withdrawn);
}

enum { VERSION, TYPE, LENGTH, ROUTER, AREA, CHECKSUM, AUTHENTICATION, NO_PASSWORD, PASSWORD, KEY, DIGEST_LENGTH,
	SEQUENCE, INSTANCE, MASK, INTERFACE, HELLO_INTERVAL, PRIORITY, DEAD_INTERVAL, DESIGNATED, BACKUP, NEIGHBOR,
	MTU, DESCRIPTION_FLAGS, FLAG_INIT, FLAG_MORE, FLAG_MASTER, DESCRIPTION_SEQUENCE, LSA_COUNT, LSA_AGE,
	LSA_KEEPS, LSA_TYPE, LSA_TYPE_3, LSA_ID, ADVERTISER, LSA_SEQUENCE, LSA_CHECKSUM, LSA_LENGTH, FIELDS };

static const struct field fields[FIELDS + 1] = {
	[VERSION] = { "ospf.version", "Version", FIELD_UINT },
	[TYPE] = { "ospf.msg", "Message Type", FIELD_UINT, .names = types },
	[LENGTH] = { "ospf.packet_length", "Packet Length", FIELD_UINT },
	[ROUTER] = { "ospf.srcrouter", "Source OSPF Router", FIELD_IPV4 },
	[AREA] = { "ospf.area_id", "Area ID", FIELD_IPV4 },
	[CHECKSUM] = { "ospf.checksum", "Checksum", FIELD_UINT, FORM_HEX, 2 },
	[AUTHENTICATION] = { "ospf.auth.type", "Auth Type", FIELD_UINT, .names = authentications },
	[NO_PASSWORD] = { "ospf.auth.none", "Auth Data (none)", FIELD_BYTES },
	[PASSWORD] = { "ospf.auth.simple", "Auth Data (Simple)", FIELD_TEXT },
	[KEY] = { "ospf.auth.crypt.key_id", "Auth Crypt Key id", FIELD_UINT },
	[DIGEST_LENGTH] = { "ospf.auth.crypt.data_length", "Auth Crypt Data Length", FIELD_UINT },
	[SEQUENCE] = { "ospf.auth.crypt.seq_nbr", "Auth Crypt Sequence Number", FIELD_UINT },
	[INSTANCE] = { "ospf.instance_id", "Instance ID", FIELD_UINT },
	[MASK] = { "ospf.hello.network_mask", "Network Mask", FIELD_IPV4 },
	[INTERFACE] = { "ospf.hello.interface_id", "Interface ID", FIELD_UINT },
	[HELLO_INTERVAL] = { "ospf.hello.hello_interval", "Hello Interval", FIELD_UINT, .unit = "s" },
	[PRIORITY] = { "ospf.hello.router_priority", "Router Priority", FIELD_UINT },
	[DEAD_INTERVAL] = { "ospf.hello.router_dead_interval", "Router Dead Interval", FIELD_UINT, .unit = "s" },
	[DESIGNATED] = { "ospf.hello.designated_router", "Designated Router", FIELD_IPV4 },
	[BACKUP] = { "ospf.hello.backup_designated_router", "Backup Designated Router", FIELD_IPV4 },
	[NEIGHBOR] = { "ospf.hello.active_neighbor", "Active Neighbor", FIELD_IPV4 },
	[MTU] = { "ospf.db.interface_mtu", "Interface MTU", FIELD_UINT },
	[DESCRIPTION_FLAGS] = { "ospf.dbd", "DB Description", FIELD_UINT, FORM_HEX, 1 },
	[FLAG_INIT] = { "ospf.dbd.i", "(I) Init", FIELD_FLAG, .mask = DESCRIPTION_INIT, .names = field_set },
	[FLAG_MORE] = { "ospf.dbd.m", "(M) More", FIELD_FLAG, .mask = DESCRIPTION_MORE, .names = field_set },
	[FLAG_MASTER] = { "ospf.dbd.ms", "(MS) Master", FIELD_FLAG, .mask = DESCRIPTION_MASTER, .names = field_yes },
	[DESCRIPTION_SEQUENCE] = { "ospf.db.dd_sequence", "DD Sequence", FIELD_UINT },
	[LSA_COUNT] = { "ospf.ls.number_of_lsas", "Number of LSAs", FIELD_UINT },
	[LSA_AGE] = { "ospf.lsa.age", "LS Age", FIELD_UINT, .unit = "s" },
	[LSA_KEEPS] = { "ospf.lsa.donotage", "Do Not Age Flag", FIELD_UINT },
	[LSA_TYPE] = { "ospf.lsa", "LS Type", FIELD_UINT, .names = lsa_types },
	[LSA_TYPE_3] = { "ospf.v3.lsa", "LS Type", FIELD_UINT, FORM_HEX, 2, .names = lsa_types_3 },
	[LSA_ID] = { "ospf.lsa.id", "Link State ID", FIELD_IPV4 },
	[ADVERTISER] = { "ospf.advrouter", "Advertising Router", FIELD_IPV4 },
	[LSA_SEQUENCE] = { "ospf.lsa.seqnum", "Sequence Number", FIELD_UINT, FORM_HEX, 4 },
	[LSA_CHECKSUM] = { "ospf.lsa.chksum", "Checksum", FIELD_UINT, FORM_HEX, 2 },
	[LSA_LENGTH] = { "ospf.lsa.length", "Length", FIELD_UINT },
};

static void tell_authentication(struct teller *teller, struct cursor *in)
{
	uint16_t type = tell_be16(teller, &fields[AUTHENTICATION], in);
	switch (type) {
	case AUTHENTICATION_NONE:
		tell_bytes(teller, &fields[NO_PASSWORD], in, 8);
		break;
	case AUTHENTICATION_PASSWORD:
		if (in->captured >= 8)
			tell_secret(teller, &fields[PASSWORD], in->next, 8);
		cursor_skip(in, 8);
		break;
	case AUTHENTICATION_CRYPT:
		cursor_skip(in, 2);
		tell_u8(teller, &fields[KEY], in);
		tell_u8(teller, &fields[DIGEST_LENGTH], in);
		tell_be32(teller, &fields[SEQUENCE], in);
		break;
	default:
		cursor_skip(in, 8);
	}
}

static void tell_hello(struct teller *teller, struct cursor *in, bool third)
{
	if (third) {
		tell_be32(teller, &fields[INTERFACE], in);
		tell_u8(teller, &fields[PRIORITY], in);
		cursor_skip(in, 3);
		tell_be16(teller, &fields[HELLO_INTERVAL], in);
		tell_be16(teller, &fields[DEAD_INTERVAL], in);
	} else {
		tell_ipv4(teller, &fields[MASK], in);
		tell_be16(teller, &fields[HELLO_INTERVAL], in);
		cursor_skip(in, 1);
		tell_u8(teller, &fields[PRIORITY], in);
		tell_be32(teller, &fields[DEAD_INTERVAL], in);
	}
	tell_ipv4(teller, &fields[DESIGNATED], in);
	tell_ipv4(teller, &fields[BACKUP], in);
	while (cursor_more(in))
		tell_ipv4(teller, &fields[NEIGHBOR], in);
}

/* Returns the length that the header says. */
static uint16_t tell_lsa(struct teller *teller, struct cursor *in, bool third)
{
	const uint8_t *at = in->next;
	uint16_t age = cursor_be16(in);
	if (!cursor_ok(in))
		return 0;
	tell_number(teller, &fields[LSA_AGE], at, 2, age & (DO_NOT_AGE - 1));
	if (!third)
		tell_number(teller, &fields[LSA_KEEPS], at, 2, age >> 15);
	if (third) {
		tell_be16(teller, &fields[LSA_TYPE_3], in);
	} else {
		cursor_skip(in, 1);
		tell_u8(teller, &fields[LSA_TYPE], in);
	}
	tell_ipv4(teller, &fields[LSA_ID], in);
	tell_ipv4(teller, &fields[ADVERTISER], in);
	tell_be32(teller, &fields[LSA_SEQUENCE], in);
	tell_be16(teller, &fields[LSA_CHECKSUM], in);
	return tell_be16(teller, &fields[LSA_LENGTH], in);
}

static void tell_description(struct teller *teller, struct cursor *in, bool third)
{
	cursor_skip(in, third ? 4 : 0);
	tell_be16(teller, &fields[MTU], in);
	cursor_skip(in, 1);
	const uint8_t *at = in->next;
	uint8_t flags = cursor_u8(in);
	if (!cursor_ok(in))
		return;
	tell_open(teller, &fields[DESCRIPTION_FLAGS], at, 1, flags, NULL);
	for (int i = FLAG_INIT; i <= FLAG_MASTER; i++)
		tell_number(teller, &fields[i], at, 1, (flags & fields[i].mask) != 0);
	tell_close(teller);
	tell_be32(teller, &fields[DESCRIPTION_SEQUENCE], in);
	while (cursor_more(in))
		tell_lsa(teller, in, third);
}

static void tell_request(struct teller *teller, struct cursor *in, bool third)
{
	while (cursor_more(in)) {
		cursor_skip(in, third ? 2 : 3);
		if (third)
			tell_be16(teller, &fields[LSA_TYPE_3], in);
		else
			tell_u8(teller, &fields[LSA_TYPE], in);
		tell_ipv4(teller, &fields[LSA_ID], in);
		tell_ipv4(teller, &fields[ADVERTISER], in);
	}
}

static void tell_update(struct teller *teller, struct cursor *in, bool third)
{
	uint32_t count = tell_be32(teller, &fields[LSA_COUNT], in);
	while (count-- && cursor_more(in)) {
		uint16_t length = tell_lsa(teller, in, third);
		if (length < LSA_HEADER)
			return;
		cursor_skip(in, length - LSA_HEADER);
	}
}

static void tell_ospf(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct ospf_message *ospf = facts;
	bool third = ospf->version == 3;
	(void)packet;
	tell_u8(teller, &fields[VERSION], &in);
	tell_u8(teller, &fields[TYPE], &in);
	uint16_t length = tell_be16(teller, &fields[LENGTH], &in);
	tell_ipv4(teller, &fields[ROUTER], &in);
	tell_ipv4(teller, &fields[AREA], &in);
	tell_be16(teller, &fields[CHECKSUM], &in);
	if (third) {
		tell_u8(teller, &fields[INSTANCE], &in);
		cursor_skip(&in, 1);
	} else {
		tell_authentication(teller, &in);
	}
	size_t header = third ? HEADER_3 : HEADER_2;
	if (!cursor_ok(&in) || length < header || length - header > in.declared)
		return;
	struct cursor body = cursor_split(&in, length - header);
	if (ospf->type == HELLO)
		tell_hello(teller, &body, third);
	else if (ospf->type == DESCRIPTION)
		tell_description(teller, &body, third);
	else if (ospf->type == REQUEST)
		tell_request(teller, &body, third);
	else if (ospf->type == UPDATE)
		tell_update(teller, &body, third);
	else if (ospf->type == ACKNOWLEDGEMENT)
		while (cursor_more(&body))
			tell_lsa(teller, &body, third);
}

const struct decoder ospf_decoder = {
	.name = "ospf",
	.protocol = "OSPF",
	.title = "Open Shortest Path First",
	.bindings = { { BY_IP_PROTOCOL, 89 } },
	.facts_size = sizeof(struct ospf_message),
	.decode = decode_ospf,
	.words = say_ospf,
	.fields = fields,
	.tell = tell_ospf,
};
