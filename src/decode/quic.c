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
	bool closes;                 /* and a CONNECTION_CLOSE came with them */
};

static void add_crypto(struct crypto *crypto, uint64_t offset, struct cursor data)
{
	for (size_t i = 0; i < data.captured && offset + i < QUIC_MAX_PACKET; i++) {
		crypto->bytes[offset + i] = data.next[i];
		crypto->present[offset + i] = true;
	}
}

/* Reads the next number of a frame, and tells it where anybody asks. What was decrypted stands nowhere in the packet. */
static uint64_t next_field(struct cursor *in, struct teller *teller, enum tls_field field)
{
	uint64_t value = read_number(in);
	if (teller && cursor_ok(in))
		tell_number(teller, &tls_fields[field], NULL, 0, (int64_t)value);
	return value;
}

static void read_ack(struct cursor *in, struct teller *teller, bool ecn)
{
	next_field(in, teller, QUIC_F_ACK_LARGEST);
	next_field(in, teller, QUIC_F_ACK_DELAY);
	uint64_t ranges = next_field(in, teller, QUIC_F_ACK_COUNT);
	next_field(in, teller, QUIC_F_ACK_FIRST);
	for (uint64_t i = 0; i < ranges && cursor_ok(in); i++) {
		next_field(in, teller, QUIC_F_ACK_GAP);
		next_field(in, teller, QUIC_F_ACK_RANGE);
	}
	for (int i = 0; ecn && i < 3; i++)
		read_number(in);
}

/* Why the sender ends the connection: RFC 9000, 19.19. */
static void read_close(struct cursor *in, struct teller *teller)
{
	next_field(in, teller, QUIC_F_CLOSE_CODE);
	next_field(in, teller, QUIC_F_CLOSE_FRAME);
	uint64_t length = next_field(in, teller, QUIC_F_CLOSE_LENGTH);
	if (length > in->declared)
		length = in->declared;
	if (teller && length)
		tell_bytes(teller, &tls_fields[QUIC_F_CLOSE_REASON], in, (size_t)length);
	else
		cursor_skip(in, (size_t)length);
}

static void skip_padding(struct cursor *in)
{
	while (in->captured && !*in->next)
		cursor_skip(in, 1);
}

/* Reads the frames; NULL `teller`: only for what they carry. */
static void read_frames(const struct quic_payload *payload, struct crypto *crypto, struct teller *teller)
{
	struct cursor in = cursor_make(payload->bytes, payload->length, payload->length);
	while (cursor_more(&in)) {
		uint64_t type = next_field(&in, teller, QUIC_F_FRAME_TYPE);
		if (type == FRAME_CRYPTO) {
			uint64_t offset = next_field(&in, teller, QUIC_F_CRYPTO_OFFSET);
			uint64_t length = next_field(&in, teller, QUIC_F_CRYPTO_LENGTH);
			if (length > in.declared)
				break;
			add_crypto(crypto, offset, cursor_split(&in, (size_t)length));
		} else if (type == FRAME_ACK || type == FRAME_ACK_ECN) {
			read_ack(&in, teller, type == FRAME_ACK_ECN);
		} else if (type == FRAME_CLOSE) {
			read_close(&in, teller);
			crypto->closes = true;
		} else if (type == FRAME_PADDING) {
			skip_padding(&in);
		} else if (type != FRAME_PING) {
			break;       /* nothing else stands in an Initial: RFC 9000, 12.4 */
		}
	}
	while (crypto->length < QUIC_MAX_PACKET && crypto->present[crypto->length])
		crypto->length++;
}

static bool open_initial(const struct header *header, struct cursor in, const struct quic_facts *facts,
			 struct quic_payload *to)
{
	const struct quic_origin *origin = &facts->origin;
	const struct quic_initial initial = { header->version, origin->known ? origin->id : header->destination,
		origin->known ? origin->length : header->destination_length, in.next, header->size, header->whole,
		facts->from_server };
	return header->type == QUIC_INITIAL && header->size && quic_open(&initial, to);
}

static void take_hello(const struct crypto *crypto, struct quic_facts *facts)
{
	struct tls_client_hello hello = { 0 };
	struct cursor in = cursor_make(crypto->bytes, crypto->length, crypto->length);
	if (crypto->length <= MESSAGE_HEADER)
		return;
	uint8_t type = cursor_u8(&in);
	facts->server_hello = type == TLS_SERVER_HELLO;
	if (type != TLS_CLIENT_HELLO)
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
	facts->opened = open_initial(header, in, facts, &payload);
	if (!facts->opened)
		return;
	struct crypto crypto = { .length = 0 };
	read_frames(&payload, &crypto, NULL);
	facts->closes = crypto.closes;
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

/* The server's Initials, and the client's later ones, are opened with what the client's first one told. */
static void follow_quic(void *memory, uint8_t direction, struct cursor in, void *to)
{
	struct quic_origin *origin = memory;
	struct quic_facts *facts = to;
	struct header header;
	if (facts->opened) {
		*origin = (struct quic_origin){ .version = facts->version, .known = true, .direction = direction,
			.length = facts->destination_length };
		memcpy(origin->id, facts->destination, sizeof origin->id);
	} else if (origin->known && facts->packet_count && facts->types[0] == QUIC_INITIAL &&
		   facts->version == origin->version && read_header(in, &header)) {
		facts->origin = *origin;
		facts->from_server = direction != origin->direction;
		take_first(&header, in, facts);
		facts->origin.known = facts->opened;
	}
}

_Static_assert(sizeof(struct quic_origin) <= DECODER_MEMORY, "what is kept must fit");

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
		if (i == 0 && quic->server_hello)
			text_add(to, ", Server Hello");
		if (i == 0 && quic->closes)
			text_add(to, ", Connection Close");
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

static void tell_inside(struct teller *teller, const struct header *header, struct cursor in,
			const struct quic_facts *quic)
{
	struct quic_payload payload;
	struct crypto crypto = { .length = 0 };
	if (!open_initial(header, in, quic, &payload))
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

/* A token that the client must send back, and what proves that the server saw its Initial: RFC 9000, 17.2.5. */
static void tell_retry(struct teller *teller, const struct header *header, struct cursor in)
{
	enum { TAG_LENGTH = 16 };
	cursor_skip(&in, 7u + header->destination_length + header->source_length);
	if (!cursor_ok(&in) || in.declared <= TAG_LENGTH)
		return;
	tell_bytes(teller, &tls_fields[QUIC_F_RETRY_TOKEN], &in, in.declared - TAG_LENGTH);
	tell_bytes(teller, &tls_fields[QUIC_F_RETRY_TAG], &in, TAG_LENGTH);
}

static void tell_packet(struct teller *teller, const struct header *header, struct cursor in,
			const struct quic_facts *quic)
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
	if (header->type == QUIC_RETRY)
		tell_retry(teller, header, in);
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
	tell_inside(teller, header, in, quic);
}

static void tell_quic(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct quic_facts *quic = facts;
	struct header header;
	(void)packet;
	for (unsigned i = 0; i < quic->packet_count && cursor_more(&in) && read_header(in, &header); i++) {
		tell_packet(teller, &header, in, quic);
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
	.follow = follow_quic,
	.words = words_quic,
	.fields = tls_fields,
	.tell = tell_quic,
};
