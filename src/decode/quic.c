#include "decode/quic.h"

#include "core/text.h"
#include "decode/quic_open.h"
#include "decode/tls_fields.h"
#include "decode/tls_handshake.h"

enum { LONG_HEADER = 0x80, FIXED_BIT = 0x40, HTTPS = 443, INITIAL_LEAST = 1200, SHORT_LEAST = 21,
	MESSAGE_HEADER = 4 };
enum { FRAME_PADDING = 0, FRAME_PING = 1, FRAME_ACK = 2, FRAME_ACK_ECN = 3, FRAME_CRYPTO = 6,
	FRAME_CLOSE = 0x1c };

#define VERSION_2 0x6b3343cfu

/* The variable-length integers of RFC 9000, 16. */
static uint64_t read_number(struct cursor *in)
{
	uint8_t first = cursor_u8(in);
	uint64_t value = first & 0x3f;
	for (unsigned more = (1u << (first >> 6)) - 1; more > 0; more--)
		value = value << 8 | cursor_u8(in);
	return value;
}

struct header {                  /* of one packet in a datagram */
	uint8_t first, type;
	uint32_t version;
	uint8_t destination_length, source_length;
	const uint8_t *destination, *source, *token;
	uint64_t token_length, length;
	size_t size;                 /* of the header, up to the packet number */
	size_t whole;                /* of the packet */
};

static uint8_t type_of(uint8_t first, uint32_t version)
{
	static const uint8_t second[] = { QUIC_RETRY, QUIC_INITIAL, QUIC_ZERO_RTT, QUIC_HANDSHAKE };
	uint8_t type = first >> 4 & 3;
	if (!version)
		return QUIC_NEGOTIATION;
	return version == VERSION_2 ? second[type] : type;
}

/* False: it makes no sense, or the trace does not hold it. */
static bool read_header(struct cursor in, struct header *to)
{
	const uint8_t *start = in.next;
	size_t all = in.captured;
	*to = (struct header){ .first = cursor_u8(&in), .whole = in.declared + 1 };
	if (!(to->first & LONG_HEADER)) {
		to->type = QUIC_SHORT;
		return cursor_ok(&in);
	}
	to->version = cursor_be32(&in);
	to->type = type_of(to->first, to->version);
	to->destination_length = cursor_u8(&in);
	to->destination = cursor_take(&in, to->destination_length);
	to->source_length = cursor_u8(&in);
	to->source = cursor_take(&in, to->source_length);
	if (!cursor_ok(&in) || to->destination_length > QUIC_MAX_ID || to->source_length > QUIC_MAX_ID)
		return false;
	/* Only what is known of its version may be read on. */
	if (to->type == QUIC_NEGOTIATION || to->type == QUIC_RETRY || !quic_knows(to->version))
		return true;
	if (to->type == QUIC_INITIAL) {
		to->token_length = read_number(&in);
		to->token = to->token_length <= in.captured ? cursor_take(&in, (size_t)to->token_length) : NULL;
		if (!to->token)
			return false;
	}
	to->length = read_number(&in);
	if (!cursor_ok(&in) || to->length > in.declared)
		return false;
	to->size = (size_t)(in.next - start);
	to->whole = to->size + (size_t)to->length;
	return to->whole <= all;
}

static bool is_known_version(uint32_t version)
{
	/* Those of Google before the standard: "Q043" to "Q050", "T051". */
	bool google = (version >> 24 == 'Q' || version >> 24 == 'T') && (version >> 16 & 0xff) == '0';
	return quic_knows(version) || google;
}

bool quic_recognise(struct cursor in, uint16_t source_port, uint16_t destination_port)
{
	bool https = source_port == HTTPS || destination_port == HTTPS;
	if (in.captured < 7)
		return false;
	uint8_t first = in.next[0];
	if (first & LONG_HEADER) {
		uint32_t version = load_be32(in.next + 1);
		return in.next[5] <= QUIC_MAX_ID && ((first & FIXED_BIT && is_known_version(version)) ||
						     (!version && https));
	}
	return https && (first & FIXED_BIT) && in.declared >= SHORT_LEAST;
}

/* ---- Inside an Initial ------------------------------------------------------------------------- */

struct crypto {                  /* what CRYPTO frames bring; they may come in any order */
	uint8_t bytes[QUIC_MAX_PACKET];
	bool present[QUIC_MAX_PACKET];
	size_t length;               /* from the start, without a gap */
};

static void add_crypto(struct crypto *crypto, uint64_t offset, struct cursor data)
{
	for (size_t i = 0; i < data.captured && offset + i < QUIC_MAX_PACKET; i++) {
		crypto->bytes[offset + i] = data.next[i];
		crypto->present[offset + i] = true;
	}
}

static void skip_ack(struct cursor *in, bool ecn)
{
	read_number(in);             /* largest acknowledged */
	read_number(in);             /* delay */
	uint64_t ranges = read_number(in);
	read_number(in);             /* first range */
	for (uint64_t i = 0; i < ranges && cursor_ok(in); i++) {
		read_number(in);
		read_number(in);
	}
	for (int i = 0; ecn && i < 3; i++)
		read_number(in);
}

static void tell_crypto(struct teller *teller, uint64_t offset, uint64_t length, const uint8_t *at)
{
	if (!teller)
		return;
	tell_number(teller, &tls_fields[QUIC_F_FRAME_TYPE], at, 1, FRAME_CRYPTO);
	tell_number(teller, &tls_fields[QUIC_F_CRYPTO_OFFSET], NULL, 0, (int64_t)offset);
	tell_number(teller, &tls_fields[QUIC_F_CRYPTO_LENGTH], NULL, 0, (int64_t)length);
}

/* Reads the frames; NULL `teller`: only for what they carry. */
static void read_frames(const struct quic_payload *payload, struct crypto *crypto, struct teller *teller)
{
	struct cursor in = cursor_make(payload->bytes, payload->length, payload->length);
	while (cursor_more(&in)) {
		const uint8_t *at = in.next;
		uint64_t type = read_number(&in);
		if (type == FRAME_CRYPTO) {
			uint64_t offset = read_number(&in), length = read_number(&in);
			if (length > in.declared)
				break;
			tell_crypto(teller, offset, length, at);
			add_crypto(crypto, offset, cursor_split(&in, (size_t)length));
		} else if (type == FRAME_ACK || type == FRAME_ACK_ECN) {
			skip_ack(&in, type == FRAME_ACK_ECN);
		} else if (type != FRAME_PADDING && type != FRAME_PING) {
			break;       /* nothing else that matters stands in an Initial */
		}
	}
	while (crypto->length < QUIC_MAX_PACKET && crypto->present[crypto->length])
		crypto->length++;
}

static bool open_initial(const struct header *header, struct cursor in, struct quic_payload *to)
{
	const struct quic_initial initial = { header->version, header->destination, header->destination_length,
		in.next, header->size, header->whole };
	return header->type == QUIC_INITIAL && header->size && quic_open(&initial, to);
}

static void take_hello(const struct crypto *crypto, struct quic_facts *facts)
{
	struct tls_client_hello hello = { 0 };
	struct cursor in = cursor_make(crypto->bytes, crypto->length, crypto->length);
	if (crypto->length <= MESSAGE_HEADER || cursor_u8(&in) != TLS_CLIENT_HELLO)
		return;
	size_t length = cursor_be24(&in);
	facts->hello = true;
	facts->hello_complete = length <= in.captured;
	/* What is not in this packet is missing, not wrong. */
	tls_read_client_hello(cursor_make(in.next, in.captured, length), &hello);
	memcpy(facts->server_name, hello.server_name, sizeof facts->server_name);
	memcpy(facts->protocols, hello.protocols, sizeof facts->protocols);
}

static void take_first(const struct header *header, struct cursor in, struct quic_facts *facts)
{
	struct quic_payload payload;
	facts->version = header->version;
	facts->destination_length = header->destination_length;
	facts->source_length = header->source_length;
	if (header->destination_length)
		memcpy(facts->destination, header->destination, header->destination_length);
	if (header->source_length)
		memcpy(facts->source, header->source, header->source_length);
	facts->opened = open_initial(header, in, &payload);
	if (!facts->opened)
		return;
	struct crypto crypto = { .length = 0 };
	read_frames(&payload, &crypto, NULL);
	take_hello(&crypto, facts);
}

static struct next decode_quic(struct cursor *in, struct packet *packet, void *to)
{
	struct quic_facts *facts = to;
	struct cursor rest = *in;
	struct header header;
	(void)packet;
	while (cursor_more(&rest) && rest.captured && facts->packet_count < QUIC_MAX_PACKETS) {
		bool first = facts->packet_count == 0;
		/* Padding behind the last packet is no packet. */
		if ((!first && !(*rest.next & LONG_HEADER) && !(*rest.next & FIXED_BIT)) ||
		    !read_header(rest, &header))
			break;
		facts->types[facts->packet_count++] = header.type;
		if (first)
			take_first(&header, rest, facts);
		if (header.whole >= rest.declared)
			break;
		(void)cursor_split(&rest, header.whole);
	}
	return next_payload(cursor_rest(in));
}

static const char *const type_names[] = { "Initial", "0-RTT", "Handshake", "Retry", "Version Negotiation",
	"Protected Payload" };

static void words_quic(struct text *to, const void *facts)
{
	const struct quic_facts *quic = facts;
	text_add(to, "QUIC: ");
	for (unsigned i = 0; i < quic->packet_count; i++) {
		if (i && quic->types[i] == quic->types[i - 1])
			continue;
		text_addf(to, "%s%s", i ? ", " : "", type_names[quic->types[i]]);
		if (i == 0 && quic->hello)
			text_add(to, ", Client Hello");
		if (i == 0 && quic->server_name[0])
			text_addf(to, " (%s)", quic->server_name);
	}
}

/* ---- Fields ------------------------------------------------------------------------------------ */

static void tell_id(struct teller *teller, enum tls_field length, enum tls_field id, const uint8_t *at, uint8_t size)
{
	tell_number(teller, &tls_fields[length], at - 1, 1, size);
	if (size) {
		struct cursor bytes = cursor_make(at, size, size);
		tell_bytes(teller, &tls_fields[id], &bytes, size);
	}
}

static void tell_inside(struct teller *teller, const struct header *header, struct cursor in)
{
	struct quic_payload payload;
	struct crypto crypto = { .length = 0 };
	if (!open_initial(header, in, &payload))
		return;
	tell_number(teller, &tls_fields[QUIC_F_NUMBER_LENGTH], NULL, 0, payload.number_length - 1);
	tell_number(teller, &tls_fields[QUIC_F_NUMBER], NULL, 0, (int64_t)payload.number);
	read_frames(&payload, &crypto, teller);
	static const struct tls_connection nothing;
	const struct tls_facts tls = { .connection = &nothing, .message_count = 1, .content_type = TLS_HANDSHAKE,
		.quic = true };
	tls_tell_messages(teller, cursor_make(crypto.bytes, crypto.length, crypto.length), &tls);
}

static void tell_versions(struct teller *teller, const struct header *header, struct cursor in)
{
	cursor_skip(&in, 7u + header->destination_length + header->source_length);
	while (cursor_more(&in))
		tell_be32(teller, &tls_fields[QUIC_F_SUPPORTED_VERSION], &in);
}

static void tell_packet(struct teller *teller, const struct header *header, struct cursor in)
{
	tell_number(teller, &tls_fields[QUIC_F_PACKET_LENGTH], NULL, 0, (int64_t)header->whole);
	tell_number(teller, &tls_fields[QUIC_F_HEADER_FORM], in.next, 1, header->first >> 7);
	if (header->type != QUIC_NEGOTIATION)
		tell_number(teller, &tls_fields[QUIC_F_FIXED_BIT], in.next, 1, header->first >> 6 & 1);
	if (header->type == QUIC_SHORT) {
		tell_number(teller, &tls_fields[QUIC_F_SPIN_BIT], in.next, 1, header->first >> 5 & 1);
		return;
	}
	if (header->type != QUIC_NEGOTIATION)
		tell_number(teller, &tls_fields[QUIC_F_TYPE], in.next, 1, header->first >> 4 & 3);
	tell_number(teller, &tls_fields[QUIC_F_VERSION], in.next + 1, 4, header->version);
	tell_id(teller, QUIC_F_DCIL, QUIC_F_DCID, header->destination, header->destination_length);
	tell_id(teller, QUIC_F_SCIL, QUIC_F_SCID, header->source, header->source_length);
	if (header->type == QUIC_NEGOTIATION)
		tell_versions(teller, header, in);
	if (!header->size)
		return;
	if (header->type == QUIC_INITIAL) {
		tell_number(teller, &tls_fields[QUIC_F_TOKEN_LENGTH], NULL, 0, (int64_t)header->token_length);
		struct cursor token = cursor_make(header->token, (size_t)header->token_length,
						  (size_t)header->token_length);
		if (header->token_length)
			tell_bytes(teller, &tls_fields[QUIC_F_TOKEN], &token, token.declared);
	}
	tell_number(teller, &tls_fields[QUIC_F_LENGTH], NULL, 0, (int64_t)header->length);
	tell_inside(teller, header, in);
}

static void tell_quic(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct quic_facts *quic = facts;
	struct header header;
	(void)packet;
	for (unsigned i = 0; i < quic->packet_count && cursor_more(&in) && read_header(in, &header); i++) {
		tell_packet(teller, &header, in);
		if (header.whole >= in.declared)
			break;
		(void)cursor_split(&in, header.whole);
	}
}

const struct decoder quic_decoder = {
	.name = "quic",
	.protocol = "QUIC",
	.title = "QUIC",
	.facts_size = sizeof(struct quic_facts),
	.decode = decode_quic,
	.words = words_quic,
	.fields = tls_fields,
	.tell = tell_quic,
};
