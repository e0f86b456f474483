/* One packet of QUIC from outside: RFC 9000, 17; RFC 9369, 3. */
#include "decode/quic_packet.h"

enum { LONG_HEADER = 0x80, FIXED_BIT = 0x40 };

/* The variable-length integers of RFC 9000, 16. */
uint64_t quic_read_number(struct cursor *in)
{
	uint8_t first = cursor_u8(in);
	uint64_t value = first & 0x3f;
	for (unsigned more = (1u << (first >> 6)) - 1; more > 0; more--)
		value = value << 8 | cursor_u8(in);
	return value;
}

static uint8_t type_of(uint8_t first, uint32_t version)
{
	static const uint8_t second[] = { QUIC_RETRY, QUIC_INITIAL, QUIC_ZERO_RTT, QUIC_HANDSHAKE };
	uint8_t type = first >> 4 & 3;
	if (!version)
		return QUIC_NEGOTIATION;
	return quic_is_second(version) ? second[type] : type;
}

bool quic_read_header(struct cursor in, struct quic_header *to)
{
	const uint8_t *start = in.next;
	size_t all = in.captured;
	*to = (struct quic_header){ .first = cursor_u8(&in), .whole = in.declared + 1 };
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
		to->token_length = quic_read_number(&in);
		to->token = to->token_length <= in.captured ? cursor_take(&in, (size_t)to->token_length) : NULL;
		if (!to->token)
			return false;
	}
	to->length = quic_read_number(&in);
	if (!cursor_ok(&in) || to->length > in.declared)
		return false;
	to->size = (size_t)(in.next - start);
	to->whole = to->size + (size_t)to->length;
	return to->whole <= all;
}

bool quic_next_packet(struct cursor *in, const struct quic_header *header)
{
	if (header->whole >= in->declared)
		return false;
	(void)cursor_split(in, header->whole);
	if (!cursor_more(in) || !in->captured)
		return false;
	/* RFC 9287 allows any value of the fixed bit. Padding that is no packet is zeros. */
	return *in->next & (LONG_HEADER | FIXED_BIT) || (*in->next && in->declared >= QUIC_SHORT_LEAST);
}

bool quic_open_initial(const struct quic_header *header, struct cursor in, const struct quic_origin *origin,
		       bool from_server, struct quic_payload *to)
{
	const struct quic_initial initial = { header->version, origin->id, origin->length, in.next, header->size,
		header->whole, from_server };
	return header->type == QUIC_INITIAL && header->size && quic_open(&initial, to);
}

/* ---- Frames of an Initial ---------------------------------------------------------------------- */

enum { FRAME_PADDING = 0, FRAME_PING = 1, FRAME_ACK = 2, FRAME_ACK_ECN = 3, FRAME_CRYPTO = 6,
	FRAME_CLOSE = 0x1c };

/* Reads the next number of a frame, and tells it where anybody asks. What was decrypted stands nowhere in the
 * packet. */
static uint64_t next_field(struct cursor *in, struct teller *teller, enum tls_field field)
{
	uint64_t value = quic_read_number(in);
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
		next_field(in, teller, (enum tls_field)(QUIC_F_ACK_ECT0 + i));
}

static void keep_reason(struct cursor in, size_t length, struct quic_facts *facts)
{
	size_t kept = 0;
	for (size_t i = 0; i < length && i < in.captured && kept + 1 < sizeof facts->close_reason; i++)
		facts->close_reason[kept++] = in.next[i] < ' ' || in.next[i] > '~' ? '?' : (char)in.next[i];
	facts->close_reason[kept] = '\0';
}

/* Why the sender ends the connection: RFC 9000, 19.19. Of TLS errors the code is an alert: RFC 9001, 4.8. */
static void read_close(struct cursor *in, const struct quic_listener *listener)
{
	struct teller *teller = listener->teller;
	uint64_t code = next_field(in, teller, QUIC_F_CLOSE_CODE);
	bool alert = code >> 8 == QUIC_CRYPTO_ERROR >> 8;
	if (teller && alert)
		tell_number(teller, &tls_fields[QUIC_F_CLOSE_ALERT], NULL, 0, (uint8_t)code);
	next_field(in, teller, QUIC_F_CLOSE_FRAME);
	uint64_t length = next_field(in, teller, QUIC_F_CLOSE_LENGTH);
	if (length > in->declared)
		length = in->declared;
	if (listener->facts && cursor_ok(in)) {
		struct quic_facts *facts = listener->facts;
		facts->closes = true;
		facts->close_code = code;
		facts->tls.has_alert = alert;
		facts->tls.alert_level = alert ? 2 : 0;
		facts->tls.alert = (uint8_t)(alert ? code : 0);
		keep_reason(*in, (size_t)length, facts);
	}
	if (teller && length)
		tell_bytes(teller, &tls_fields[QUIC_F_CLOSE_REASON], in, (size_t)length);
	else
		cursor_skip(in, (size_t)length);
}

/* Bytes of zero are frames of padding; they are told as one. */
static void read_padding(struct cursor *in, struct teller *teller)
{
	size_t length = 0;
	while (length < in->captured && !in->next[length])
		length++;
	cursor_skip(in, length);
	if (teller)
		tell_number(teller, &tls_fields[QUIC_F_PADDING_LENGTH], NULL, 0, (int64_t)length + 1);
}

static bool read_crypto(struct cursor *in, const struct quic_listener *listener)
{
	uint64_t offset = next_field(in, listener->teller, QUIC_F_CRYPTO_OFFSET);
	uint64_t length = next_field(in, listener->teller, QUIC_F_CRYPTO_LENGTH);
	if (!cursor_ok(in) || length > in->declared)
		return false;
	struct cursor data = cursor_split(in, (size_t)length);
	if (listener->facts)
		listener->facts->crypto = true;
	if (!listener->facts || !listener->pieces)
		return true;
	/* What is beyond all that can be held is no repetition. */
	uint64_t most = listener->pieces->base + QUIC_MOST_HELD;
	if (pieces_add(listener->pieces, offset, data, QUIC_MOST_HELD) || offset + length > most)
		listener->facts->crypto_new = true;
	return true;
}

void quic_read_frames(const struct quic_payload *payload, const struct quic_listener *listener)
{
	struct cursor in = cursor_make(payload->bytes, payload->length, payload->length);
	while (cursor_more(&in)) {
		uint64_t type = next_field(&in, listener->teller, QUIC_F_FRAME_TYPE);
		if (type == FRAME_PADDING)
			read_padding(&in, listener->teller);
		else if (type == FRAME_ACK || type == FRAME_ACK_ECN)
			read_ack(&in, listener->teller, type == FRAME_ACK_ECN);
		else if (type == FRAME_CLOSE)
			read_close(&in, listener);
		else if (type == FRAME_CRYPTO ? !read_crypto(&in, listener) : type != FRAME_PING)
			break;       /* nothing else stands in an Initial: RFC 9000, 12.4 */
	}
}
