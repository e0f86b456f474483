/* Domain names, RFC 1035: header and first question. The records behind them are only walked
 * over, to see that they are whole. The same messages serve multicast DNS (RFC 6762) and LLMNR
 * (RFC 4795). */
#include "decode/decoder.h"

#define HEADER_LENGTH 12
#define LABEL_MAX 63
#define POINTER 0xc0         /* the first two bits of a length byte: the name goes on elsewhere */
#define MAX_POINTERS 32      /* each can jump anywhere, so only their number ends a loop */
#define STREAM_PREFIX 2      /* over TCP the length comes first (4.2.2) */
#define MAX_OPCODE 6

static char lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

static void append_label(struct dns_header *dns, const uint8_t *label, size_t length)
{
	size_t used = dns->name_length;
	if (used && used < sizeof dns->name - 1)
		dns->name[used++] = '.';
	for (size_t i = 0; i < length && used < sizeof dns->name - 1; i++)
		dns->name[used++] = lower(label[i]);
	dns->name_length = (uint8_t)used;
}

/* Reads the length byte before a label: its value, or 0 when the name ends, by itself or with a
 * pointer whose target goes to `pointer`. */
static size_t read_label_length(struct cursor *in, size_t *pointer)
{
	size_t length = cursor_u8(in);
	if (length <= LABEL_MAX)
		return length;
	if (length < POINTER)
		cursor_reject(in, "a domain name label of an unknown kind");
	*pointer = (length & (POINTER ^ 0xffu)) << 8 | cursor_u8(in);
	return 0;
}

static void skip_name(struct cursor *in)
{
	size_t length, pointer = 0;
	while ((length = read_label_length(in, &pointer)) > 0)
		cursor_skip(in, length);
}

/* The name at `at`; pointers lead from the start of `message` on. */
static void read_name(struct cursor at, struct cursor message, struct dns_header *dns)
{
	for (int i = 0; i < MAX_POINTERS; i++) {
		size_t length, pointer = 0;
		while ((length = read_label_length(&at, &pointer)) > 0) {
			const uint8_t *label = cursor_take(&at, length);
			if (label)
				append_label(dns, label, length);
		}
		if (!pointer || !cursor_ok(&at))
			break;
		at = message;
		cursor_skip(&at, pointer);
	}
	if (!dns->name_length)
		append_label(dns, (const uint8_t *)".", 1);
}

static void read_question(struct cursor *in, struct cursor message, struct dns_header *dns)
{
	struct cursor name = *in;
	skip_name(in);
	dns->query_type = cursor_be16(in);
	dns->query_class = cursor_be16(in);
	if (cursor_ok(in))
		read_name(name, message, dns);
}

static void skip_records(struct cursor *in, const struct dns_header *dns)
{
	for (unsigned i = 1; i < dns->questions && cursor_ok(in); i++) {
		skip_name(in);
		cursor_skip(in, 4); /* type, class */
	}
	unsigned records = (unsigned)dns->answers + dns->authorities + dns->additionals;
	for (unsigned i = 0; i < records && cursor_ok(in); i++) {
		skip_name(in);
		cursor_skip(in, 8); /* type, class, time to live */
		cursor_skip(in, cursor_be16(in));
	}
}

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
}

static struct next decode_dns(struct cursor *in, struct packet *packet, void *facts)
{
	struct dns_header *dns = facts;
	if (packet->stream)
		cursor_skip(in, STREAM_PREFIX);
	struct cursor message = *in;
	read_header(in, dns);
	if (!cursor_ok(in))
		return next_none();
	packet->dns = dns;
	if (dns->questions)
		read_question(in, message, dns);
	skip_records(in, dns);
	/* Names point backwards, so whoever reads the records needs the message from its start. */
	return next_payload(message);
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

static const struct streaming dns_streaming = { .probe = probe_dns, .frame = frame_dns };

const struct decoder dns_decoder = {
	.name = "dns",
	.protocol = "DNS",
	.title = "Domain Name System",
	.bindings = { { BY_UDP_PORT, 53 }, { BY_TCP_PORT, 53 } },
	.facts_size = sizeof(struct dns_header),
	.decode = decode_dns,
	.stream = &dns_streaming,
};

const struct decoder mdns_decoder = {
	.name = "mdns",
	.protocol = "MDNS",
	.title = "Multicast Domain Name System",
	.bindings = { { BY_UDP_PORT, 5353 } },
	.facts_size = sizeof(struct dns_header),
	.decode = decode_dns,
};

const struct decoder llmnr_decoder = {
	.name = "llmnr",
	.protocol = "LLMNR",
	.title = "Link-Local Multicast Name Resolution",
	.bindings = { { BY_UDP_PORT, 5355 } },
	.facts_size = sizeof(struct dns_header),
	.decode = decode_dns,
};
