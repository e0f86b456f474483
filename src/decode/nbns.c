#include "decode/nbns.h"

#include <stdio.h>

#include "decode/decoder.h"
#include "decode/dns_name.h"

enum {
	ENCODED_LENGTH = 32,         /* two letters for each of 16 bytes (RFC 1001, 14.1) */
	NAME_LENGTH = 16,
	TYPE_NB = 0x20, TYPE_NBSTAT = 0x21,
	NB_ENTRY = 6,                /* flags and address */
	STATUS_ENTRY = 18,           /* name and flags */
};

enum { ID, FLAGS, RESPONSE, OPCODE, AUTHORITATIVE, TRUNCATED, RECURSION_DESIRED, RECURSION_AVAILABLE, BROADCAST,
	RCODE, QUERIES, ANSWERS, AUTHORITIES, ADDITIONALS, QUESTION, RECORD, NAME, TYPE, CLASS, TTL, DATA_LENGTH,
	DATA, NB_FLAGS, NB_GROUP, NB_OWNER, ADDRESS, NUMBER_OF_NAMES, NETBIOS_NAME, NAME_FLAGS, NAME_GROUP,
	NAME_OWNER, NAME_LEAVING, NAME_CONFLICT, NAME_ACTIVE, NAME_PERMANENT, UNIT_ID, FIELDS };

static const struct field_name opcodes[] = { { 0, "Name query" }, { 5, "Registration" }, { 6, "Release" },
	{ 7, "WACK" }, { 8, "Refresh" }, { 9, "Refresh (altcode)" }, { 15, "Multi-homed registration" },
	{ 0, NULL } };
static const struct field_name rcodes[] = { { 0, "No error" }, { 1, "Format error" }, { 2, "Server failure" },
	{ 3, "Name does not exist" }, { 4, "Not implemented" }, { 5, "Refused" }, { 6, "Name is owned by another node" },
	{ 7, "Name is in conflict" }, { 0, NULL } };
static const struct field_name types[] = { { 1, "A" }, { 2, "NS" }, { 10, "NULL" }, { TYPE_NB, "NB" },
	{ TYPE_NBSTAT, "NBSTAT" }, { 0, NULL } };
static const struct field_name classes[] = { { 1, "IN" }, { 0, NULL } };
static const struct field_name owners[] = { { 0, "B-node" }, { 1, "P-node" }, { 2, "M-node" }, { 3, "H-node" },
	{ 0, NULL } };
/* The last byte of a name says what it is for. */
static const struct field_name suffixes[] = { { 0x00, "Workstation/Redirector" }, { 0x01, "Browser" },
	{ 0x03, "Messenger service/Main name" }, { 0x06, "RAS server service" }, { 0x1b, "Domain Master Browser" },
	{ 0x1c, "Domain Controllers" }, { 0x1d, "Local Master Browser" }, { 0x1e, "Browser Election Service" },
	{ 0x1f, "Net DDE Service" }, { 0x20, "Server service" }, { 0x21, "RAS client service" },
	{ 0xbe, "Network Monitor agent" }, { 0xbf, "Network Monitor analyzer" }, { 0, NULL } };

#define U16(name, title) { name, title, FIELD_UINT, .width = 2 }
#define HEX16(name, title) { name, title, FIELD_UINT, FORM_HEX, 2 }
#define BIT(name, title, bits) { name, title, FIELD_FLAG, .width = 2, .mask = bits }

static const struct field fields[FIELDS + 1] = {
	[ID] = HEX16("nbns.id", "Transaction ID"),
	[FLAGS] = HEX16("nbns.flags", "Flags"),
	[RESPONSE] = BIT("nbns.flags.response", "Response", 0x8000),
	[OPCODE] = { "nbns.flags.opcode", "Opcode", FIELD_UINT, .width = 2, .mask = 0x7800, .names = opcodes },
	[AUTHORITATIVE] = BIT("nbns.flags.authoritative", "Authoritative", 0x0400),
	[TRUNCATED] = BIT("nbns.flags.truncated", "Truncated", 0x0200),
	[RECURSION_DESIRED] = BIT("nbns.flags.recdesired", "Recursion desired", 0x0100),
	[RECURSION_AVAILABLE] = BIT("nbns.flags.recavail", "Recursion available", 0x0080),
	[BROADCAST] = BIT("nbns.flags.broadcast", "Broadcast", 0x0010),
	[RCODE] = { "nbns.flags.rcode", "Reply code", FIELD_UINT, .width = 2, .mask = 0x000f, .names = rcodes },
	[QUERIES] = U16("nbns.count.queries", "Questions"),
	[ANSWERS] = U16("nbns.count.answers", "Answer RRs"),
	[AUTHORITIES] = U16("nbns.count.auth_rr", "Authority RRs"),
	[ADDITIONALS] = U16("nbns.count.add_rr", "Additional RRs"),
	[QUESTION] = { "nbns.query", "Question", FIELD_GROUP },
	[RECORD] = { "nbns.record", "Record", FIELD_GROUP },
	[NAME] = { "nbns.name", "Name", FIELD_TEXT },
	[TYPE] = { "nbns.type", "Type", FIELD_UINT, .width = 2, .names = types },
	[CLASS] = { "nbns.class", "Class", FIELD_UINT, .width = 2, .names = classes },
	[TTL] = { "nbns.ttl", "Time to live", FIELD_UINT, .width = 4, .unit = "s" },
	[DATA_LENGTH] = U16("nbns.data_length", "Data length"),
	[DATA] = { "nbns.data", "Data", FIELD_BYTES },
	[NB_FLAGS] = HEX16("nbns.nb_flags", "Name flags"),
	[NB_GROUP] = BIT("nbns.nb_flags.group", "Group name", 0x8000),
	[NB_OWNER] = { "nbns.nb_flags.ont", "ONT", FIELD_UINT, .width = 2, .mask = 0x6000, .names = owners },
	[ADDRESS] = { "nbns.addr", "Addr", FIELD_IPV4 },
	[NUMBER_OF_NAMES] = { "nbns.number_of_names", "Number of names", FIELD_UINT, .width = 1 },
	[NETBIOS_NAME] = { "nbns.netbios_name", "Name", FIELD_TEXT },
	[NAME_FLAGS] = HEX16("nbns.name_flags", "Name flags"),
	[NAME_GROUP] = BIT("nbns.name_flags.group", "Group name", 0x8000),
	[NAME_OWNER] = { "nbns.name_flags.ont", "ONT", FIELD_UINT, .width = 2, .mask = 0x6000, .names = owners },
	[NAME_LEAVING] = BIT("nbns.name_flags.drg", "Name is being deregistered", 0x1000),
	[NAME_CONFLICT] = BIT("nbns.name_flags.cnf", "Name is in conflict", 0x0800),
	[NAME_ACTIVE] = BIT("nbns.name_flags.act", "Name is active", 0x0400),
	[NAME_PERMANENT] = BIT("nbns.name_flags.prm", "Permanent node name", 0x0200),
	[UNIT_ID] = { "nbns.unit_id", "Unit ID", FIELD_MAC },
};

/* "WPAD<00>": 16 bytes, padded with blanks or NULs, and the last one in hexadecimal. */
static size_t name_text(const uint8_t bytes[NAME_LENGTH], char to[static NBNS_NAME_SIZE])
{
	size_t length = NAME_LENGTH - 1;
	while (length && (bytes[length - 1] == ' ' || bytes[length - 1] == 0))
		length--;
	for (size_t i = 0; i < length; i++)
		to[i] = bytes[i] >= ' ' && bytes[i] < 0x7f ? (char)bytes[i] : '.';
	return length + (size_t)snprintf(to + length, NBNS_NAME_SIZE - length, "<%02x>", bytes[NAME_LENGTH - 1]);
}

/* Takes the name of 16 bytes out of the first label of `name`. */
static bool decode_name(const struct dns_name *name, uint8_t bytes[NAME_LENGTH])
{
	if (name->length < ENCODED_LENGTH || (name->length > ENCODED_LENGTH && name->text[ENCODED_LENGTH] != '.'))
		return false;
	for (size_t i = 0; i < NAME_LENGTH; i++) {
		unsigned high = (unsigned)name->text[2 * i] - 'A', low = (unsigned)name->text[2 * i + 1] - 'A';
		if (high > 15 || low > 15)
			return false;
		bytes[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

/* The text of a name as it is encoded, with its scope. */
static size_t readable(const struct dns_name *name, char to[static NBNS_NAME_SIZE], uint8_t *suffix)
{
	uint8_t bytes[NAME_LENGTH];
	size_t length;
	*suffix = 0xff;
	if (!decode_name(name, bytes)) {
		length = name->length < NBNS_NAME_SIZE ? name->length : NBNS_NAME_SIZE - 1;
		for (size_t i = 0; i < length; i++)
			to[i] = name->text[i] >= ' ' && name->text[i] < 0x7f ? name->text[i] : '.';
		to[length] = '\0';
		return length;
	}
	*suffix = bytes[NAME_LENGTH - 1];
	length = name_text(bytes, to);
	for (size_t i = ENCODED_LENGTH; i < name->length && length < NBNS_NAME_SIZE - 1; i++)
		to[length++] = name->text[i] >= ' ' && name->text[i] < 0x7f ? name->text[i] : '.';
	to[length] = '\0';
	return length;
}

static void read_first(struct cursor *in, struct cursor message, bool question, struct nbns_message *nbns)
{
	struct dns_name name;
	uint8_t suffix;
	dns_name_read(in, message, &name);
	nbns->type = cursor_be16(in);
	cursor_skip(in, 2); /* class */
	if (!cursor_ok(in))
		return;
	readable(&name, nbns->name, &suffix);
	if (question)
		return;
	cursor_skip(in, 4); /* time to live */
	uint16_t length = cursor_be16(in);
	struct cursor data = cursor_split(in, length);
	if (nbns->type != TYPE_NB || length < NB_ENTRY)
		return;
	cursor_skip(&data, 2); /* flags */
	const uint8_t *address = cursor_take(&data, 4);
	if (address)
		nbns->address = address_ipv4(address);
}

static struct next decode_nbns(struct cursor *in, struct packet *packet, void *facts)
{
	struct nbns_message *nbns = facts;
	struct cursor message = *in;
	(void)packet;
	nbns->id = cursor_be16(in);
	uint16_t flags = cursor_be16(in);
	uint16_t questions = cursor_be16(in);
	uint16_t answers = cursor_be16(in);
	cursor_skip(in, 4);
	nbns->response = flags >> 15;
	nbns->opcode = flags >> 11 & 15;
	nbns->rcode = flags & 15;
	nbns->broadcast = flags >> 4 & 1;
	if (cursor_ok(in) && (questions || answers))
		read_first(in, message, questions > 0, nbns);
	if (cursor_ok(in))
		cursor_rest(in);
	return next_payload(message);
}

static void add_words(struct text *to, const void *facts)
{
	const struct nbns_message *nbns = facts;
	const char *opcode = field_words(opcodes, nbns->opcode), *rcode = field_words(rcodes, nbns->rcode);
	const char *type = field_words(types, nbns->type);
	char address[ADDRESS_TEXT_SIZE];
	text_addf(to, "nbns : %s (%s)", nbns->response ? "response" : "query", opcode ? opcode : "unknown");
	if (nbns->response && nbns->rcode)
		text_addf(to, " : %s", rcode ? rcode : "unknown error");
	if (nbns->name[0])
		text_addf(to, " : %s %s", type ? type : "?", nbns->name);
	if (nbns->address.family)
		text_addf(to, " is %s", address_text(&nbns->address, address));
}

static void tell_bit(struct teller *teller, unsigned field, const uint8_t *at, uint16_t whole)
{
	uint64_t mask = fields[field].mask;
	tell_number(teller, &fields[field], at, 2, (int64_t)((whole & mask) >> __builtin_ctzll(mask)));
}

/* A group of bits: the fields from `first` to `last`. */
static uint16_t tell_flags(struct teller *teller, struct cursor *in, unsigned group, unsigned first, unsigned last)
{
	const uint8_t *at = in->next;
	uint16_t flags = cursor_be16(in);
	if (!cursor_ok(in))
		return 0;
	tell_open(teller, &fields[group], at, 2, flags, NULL);
	for (unsigned field = first; field <= last; field++) {
		bool of_responses = field == AUTHORITATIVE || field == RECURSION_AVAILABLE || field == RCODE;
		if (!of_responses || flags & 0x8000)
			tell_bit(teller, field, at, flags);
	}
	tell_close(teller);
	return flags;
}

static void tell_name(struct teller *teller, struct cursor *in, struct cursor message)
{
	struct dns_name name;
	char text[NBNS_NAME_SIZE];
	uint8_t suffix;
	const uint8_t *at = in->next;
	dns_name_read(in, message, &name);
	if (!cursor_ok(in))
		return;
	size_t length = readable(&name, text, &suffix);
	const struct told told = { &fields[NAME], { .bytes = (const uint8_t *)text, .length = length }, at,
		(size_t)(in->next - at), .words = field_words(suffixes, suffix) };
	teller->value(teller, &told);
}

static void tell_addresses(struct teller *teller, struct cursor *in)
{
	while (cursor_more(in)) {
		tell_flags(teller, in, NB_FLAGS, NB_GROUP, NB_OWNER);
		tell_ipv4(teller, &fields[ADDRESS], in);
	}
}

/* RFC 1002, 4.2.18 */
static void tell_status(struct teller *teller, struct cursor *in)
{
	unsigned names = tell_u8(teller, &fields[NUMBER_OF_NAMES], in);
	for (unsigned i = 0; i < names && cursor_more(in); i++) {
		char text[NBNS_NAME_SIZE];
		const uint8_t *at = cursor_take(in, NAME_LENGTH);
		if (!at)
			return;
		size_t length = name_text(at, text);
		tell_text(teller, &fields[NETBIOS_NAME], at, NAME_LENGTH, text, length);
		tell_flags(teller, in, NAME_FLAGS, NAME_GROUP, NAME_PERMANENT);
	}
	if (cursor_more(in))
		tell_mac(teller, &fields[UNIT_ID], in);
}

static void tell_record(struct teller *teller, struct cursor *in, struct cursor message, bool question)
{
	tell_open(teller, &fields[question ? QUESTION : RECORD], in->next, 0, 0, NULL);
	tell_name(teller, in, message);
	uint16_t type = tell_be16(teller, &fields[TYPE], in);
	tell_be16(teller, &fields[CLASS], in);
	if (!question) {
		tell_be32(teller, &fields[TTL], in);
		struct cursor data = cursor_split(in, tell_be16(teller, &fields[DATA_LENGTH], in));
		if (cursor_ok(in) && type == TYPE_NB)
			tell_addresses(teller, &data);
		else if (cursor_ok(in) && type == TYPE_NBSTAT)
			tell_status(teller, &data);
		else if (cursor_ok(in) && data.declared)
			tell_bytes(teller, &fields[DATA], &data, data.declared);
	}
	tell_close(teller);
}

static void tell_nbns(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	struct cursor message = in;
	(void)packet, (void)facts;
	tell_be16(teller, &fields[ID], &in);
	tell_flags(teller, &in, FLAGS, RESPONSE, RCODE);
	unsigned questions = tell_be16(teller, &fields[QUERIES], &in);
	unsigned records = tell_be16(teller, &fields[ANSWERS], &in);
	records += tell_be16(teller, &fields[AUTHORITIES], &in);
	records += tell_be16(teller, &fields[ADDITIONALS], &in);
	for (unsigned i = 0; i < questions + records && cursor_more(&in); i++)
		tell_record(teller, &in, message, i < questions);
}

const struct decoder nbns_decoder = {
	.name = "nbns",
	.protocol = "NBNS",
	.title = "NetBIOS Name Service",
	.bindings = { { BY_UDP_PORT, 137 } },
	.facts_size = sizeof(struct nbns_message),
	.decode = decode_nbns,
	.words = add_words,
	.fields = fields,
	.tell = tell_nbns,
};
