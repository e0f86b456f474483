#include "decode/dns.h"

#include "core/hash.h"
#include "decode/decoder.h"
#include "decode/dns_name.h"

#define HEADER_LENGTH 12
#define STREAM_PREFIX 2      /* over TCP the length comes first (4.2.2) */
#define MAX_OPCODE 6
#define UNICAST_RESPONSE 0x8000      /* of a class: multicast DNS uses the bit for itself (RFC 6762, 18) */
#define OPTION_EXTENDED_ERROR 15
#define HASH_SEED 0x646e73

struct record_head {
	struct dns_name owner;
	uint16_t type, class;
	uint32_t ttl;
	struct cursor data;
};

static void read_header(struct cursor *in, struct dns_header *dns)
{
	dns->id = cursor_be16(in);
	dns->flags = cursor_be16(in);
	dns->questions = cursor_be16(in);
	dns->answers = cursor_be16(in);
	dns->authorities = cursor_be16(in);
	dns->additionals = cursor_be16(in);
	dns->response = dns->flags >> 15;
	dns->opcode = dns->flags >> 11 & 15;
	dns->rcode = dns->flags & 15;
	dns->extended_error = DNS_NO_EXTENDED_ERROR;
}

static void keep_question(struct dns_header *dns, struct dns_name *name, uint16_t type, uint16_t class)
{
	dns_name_lower(name);
	dns->query_type = type;
	dns->query_class = dns->flavour == DNS_MULTICAST ? class & ~UNICAST_RESPONSE & 0xffff : class;
	if (name->length) {
		memcpy(dns->name, name->text, name->length + 1u);
		dns->name_length = name->length;
	} else {
		memcpy(dns->name, ".", 2);
		dns->name_length = 1;
	}
}

static void read_questions(struct cursor *in, struct cursor message, struct dns_header *dns)
{
	for (unsigned i = 0; i < dns->questions && cursor_ok(in); i++) {
		struct dns_name name;
		if (i > 0) {
			dns_name_skip(in);
			cursor_skip(in, 4); /* type, class */
			continue;
		}
		dns_name_read(in, message, &name);
		uint16_t type = cursor_be16(in);
		uint16_t class = cursor_be16(in);
		if (cursor_ok(in))
			keep_question(dns, &name, type, class);
	}
}

/* The owner is read only where somebody needs it. */
static bool read_record(struct cursor *in, struct cursor message, bool with_owner, struct record_head *record)
{
	record->owner.length = 0;
	if (with_owner)
		dns_name_read(in, message, &record->owner);
	else
		dns_name_skip(in);
	record->type = cursor_be16(in);
	record->class = cursor_be16(in);
	record->ttl = cursor_be32(in);
	record->data = cursor_split(in, cursor_be16(in));
	/* What the trace cut off is missing here already, not only behind. */
	if (cursor_ok(in) && record->data.captured < record->data.declared)
		cursor_fail(in, CURSOR_TRUNCATED, "the trace holds only part of the packet");
	return cursor_ok(in);
}

/* Names may be compressed in one answer and not in the next. */
static uint64_t hash_data(const struct record_head *record, struct cursor message)
{
	struct cursor data = record->data;
	struct dns_name name;
	switch (record->type) {
	case DNS_TYPE_NS:
	case DNS_TYPE_CNAME:
	case DNS_TYPE_PTR:
		dns_name_read(&data, message, &name);
		dns_name_lower(&name);
		return hash_bytes(name.text, name.length, record->type);
	case DNS_TYPE_A:
	case DNS_TYPE_AAAA:
	case DNS_TYPE_TXT:
		return hash_bytes(data.next, data.captured, record->type);
	default:
		return hash_bytes(&record->type, sizeof record->type, HASH_SEED);
	}
}

static void keep_address(const struct record_head *record, struct address list[DNS_MAX_ADDRESSES], uint8_t *count)
{
	size_t length = record->data.captured;
	if (*count == DNS_MAX_ADDRESSES)
		return;
	if (record->type == DNS_TYPE_A && length == 4)
		list[(*count)++] = address_ipv4(record->data.next);
	else if (record->type == DNS_TYPE_AAAA && length == 16)
		list[(*count)++] = address_ipv6(record->data.next);
}

static void keep_answer(struct dns_header *dns, const struct record_head *record, struct cursor message)
{
	enum { DNAME = 39 };
	if (!dns->data_hash || record->ttl < dns->ttl)
		dns->ttl = record->ttl;
	dns->data_hash += hash_data(record, message) | 1;
	dns->has_alias |= record->type == DNS_TYPE_CNAME || record->type == DNAME;
	dns->has_type |= record->type == dns->query_type || dns->query_type == DNS_TYPE_ANY;
	keep_address(record, dns->addresses, &dns->address_count);
}

static void keep_authority(struct dns_header *dns, struct record_head *record)
{
	bool soa = record->type == DNS_TYPE_SOA, ns = record->type == DNS_TYPE_NS;
	if ((soa || ns) && !dns->has_soa && !dns->has_ns) {
		dns_name_lower(&record->owner);
		size_t length = record->owner.length;
		if (length > sizeof dns->zone - 1)
			length = sizeof dns->zone - 1;
		memcpy(dns->zone, length ? record->owner.text : ".", length ? length : 1);
	}
	dns->has_soa |= soa;
	dns->has_ns |= ns;
}

static void keep_extended_error(struct dns_header *dns, struct cursor option)
{
	dns->extended_error = cursor_be16(&option);
	size_t length = 0;
	for (; length < option.captured && length < sizeof dns->extended_text - 1; length++)
		dns->extended_text[length] = option.next[length] >= ' ' && option.next[length] < 0x7f
			? (char)option.next[length] : '?';
	dns->extended_text[length] = '\0';
}

static void keep_edns(struct dns_header *dns, const struct record_head *record)
{
	struct cursor data = record->data;
	dns->has_edns = true;
	dns->edns_size = record->class;
	dns->rcode = (uint16_t)(dns->rcode | record->ttl >> 24 << 4);
	dns->dnssec_ok = record->ttl & 0x8000;
	while (cursor_more(&data)) {
		uint16_t code = cursor_be16(&data);
		struct cursor option = cursor_split(&data, cursor_be16(&data));
		if (cursor_ok(&data) && code == OPTION_EXTENDED_ERROR)
			keep_extended_error(dns, option);
	}
}

static void read_answers(struct cursor *in, struct cursor message, struct dns_header *dns)
{
	struct record_head record;
	for (unsigned i = 0; i < dns->answers; i++) {
		bool names = i == 0 && !dns->questions;
		if (!read_record(in, message, names, &record))
			return;
		if (names)
			keep_question(dns, &record.owner, record.type, record.class);
		keep_answer(dns, &record, message);
	}
}

static void read_records(struct cursor *in, struct cursor message, struct dns_header *dns)
{
	struct record_head record;
	read_answers(in, message, dns);
	for (unsigned i = 0; i < dns->authorities && cursor_ok(in); i++)
		if (read_record(in, message, !dns->has_soa && !dns->has_ns, &record))
			keep_authority(dns, &record);
	for (unsigned i = 0; i < dns->additionals && cursor_ok(in); i++) {
		if (!read_record(in, message, false, &record))
			break;
		if (record.type == DNS_TYPE_OPT)
			keep_edns(dns, &record);
		else
			keep_address(&record, dns->glue, &dns->glue_count);
	}
	dns->whole = cursor_ok(in);
	if (dns->whole)
		cursor_rest(in);
}

static struct next decode_message(struct cursor *in, struct packet *packet, struct dns_header *dns)
{
	if (packet->stream)
		cursor_skip(in, STREAM_PREFIX);
	struct cursor message = *in;
	read_header(in, dns);
	if (!cursor_ok(in))
		return next_none();
	packet->dns = dns;
	read_questions(in, message, dns);
	read_records(in, message, dns);
	/* Names point backwards, so whoever reads the records needs the message from its start. */
	return next_payload(message);
}

static struct next decode_dns(struct cursor *in, struct packet *packet, void *facts)
{
	return decode_message(in, packet, facts);
}

static struct next decode_mdns(struct cursor *in, struct packet *packet, void *facts)
{
	struct dns_header *dns = facts;
	dns->flavour = DNS_MULTICAST;
	return decode_message(in, packet, dns);
}

static struct next decode_llmnr(struct cursor *in, struct packet *packet, void *facts)
{
	struct dns_header *dns = facts;
	dns->flavour = DNS_LINK_LOCAL;
	return decode_message(in, packet, dns);
}

static struct frame frame_dns(struct stream *stream, struct cursor in)
{
	(void)stream;
	size_t length = cursor_be16(&in);
	if (!cursor_ok(&in))
		return frame_more();
	return length < HEADER_LENGTH ? frame_lost() : frame_message(length + STREAM_PREFIX);
}

/* Some send the length in front of a message by itself. */
static enum certainty probe_dns(const struct stream *stream, struct cursor in)
{
	(void)stream;
	struct dns_header dns = { 0 };
	uint16_t length = cursor_be16(&in);
	if (!cursor_ok(&in) || in.captured < HEADER_LENGTH)
		return CERTAINTY_MORE;
	read_header(&in, &dns);
	return length >= HEADER_LENGTH && dns.opcode <= MAX_OPCODE && dns.questions <= 1 &&
	       (dns.questions || dns.response) ? CERTAINTY_PERHAPS : CERTAINTY_NO;
}

/* "dns : server response (Name Error) : A www.example.com", the first half as CleverView words it. */
static void add_words(struct text *to, const void *facts)
{
	static const char *const flavours[] = { "dns", "mdns", "llmnr" };
	const struct dns_header *dns = facts;
	const char *words = dns->response ? dns_rcode_words(dns->rcode) : dns_opcode_words(dns->opcode);
	char type[DNS_TYPE_TEXT_SIZE];
	text_addf(to, "%s : %s (", flavours[dns->flavour], dns->response ? "server response" : "client query");
	if (words)
		text_add(to, words);
	else
		text_addf(to, "%u", dns->response ? dns->rcode : dns->opcode);
	text_add_char(to, ')');
	if (dns->name_length) {
		text_addf(to, " : %s ", dns_type_text(dns->query_type, type));
		text_add_bytes(to, dns->name, dns->name_length);
	}
	if (dns->response && !dns->rcode && dns->questions)
		text_addf(to, ", %u answer%s", dns->answers, dns->answers == 1 ? "" : "s");
}

/* The identifier alone has 16 bits; an answer repeats the question, too. */
static void mark_exchange(const void *facts, struct exchange_mark *mark)
{
	const struct dns_header *dns = facts;
	uint64_t question = hash_bytes(dns->name, dns->name_length, dns->query_type);
	if (!dns->questions)
		question = 0;
	mark->role = dns->response ? EXCHANGE_RESPONSE : EXCHANGE_REQUEST;
	mark->id = 1ULL << 48 | (uint64_t)dns->id << 32 | (question & UINT32_MAX);
	mark->failed = dns->response && dns->rcode != DNS_NOERROR;
	mark->code = dns->rcode;
	mark->status = dns->response ? dns_rcode_name(dns->rcode) : NULL;
}

static const struct streaming dns_streaming = { .probe = probe_dns, .frame = frame_dns };

const struct decoder dns_decoder = {
	.name = "dns",
	.protocol = "DNS",
	.title = "Domain Name System",
	.bindings = { { BY_UDP_PORT, 53 }, { BY_TCP_PORT, 53 } },
	.facts_size = sizeof(struct dns_header),
	.decode = decode_dns,
	.stream = &dns_streaming,
	.words = add_words,
	.exchange = mark_exchange,
	.fields = dns_fields,
	.tell = tell_dns,
};

const struct decoder mdns_decoder = {
	.name = "mdns",
	.protocol = "MDNS",
	.title = "Multicast Domain Name System",
	.bindings = { { BY_UDP_PORT, 5353 } },
	.facts_size = sizeof(struct dns_header),
	.decode = decode_mdns,
	.words = add_words,
	.fields = dns_fields,
	.tell = tell_dns,
};

const struct decoder llmnr_decoder = {
	.name = "llmnr",
	.protocol = "LLMNR",
	.title = "Link-Local Multicast Name Resolution",
	.bindings = { { BY_UDP_PORT, 5355 }, { BY_TCP_PORT, 5355 } },
	.facts_size = sizeof(struct dns_header),
	.decode = decode_llmnr,
	.stream = &dns_streaming,
	.words = add_words,
	.fields = dns_fields,
	.tell = tell_dns,
};
