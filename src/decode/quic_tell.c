/* Telling what a datagram of QUIC holds, by Wireshark's names. */
#include "decode/quic_packet.h"

static void tell_id(struct teller *teller, enum tls_field length, enum tls_field id, const uint8_t *at, uint8_t size)
{
	tell_number(teller, &tls_fields[length], at - 1, 1, size);
	if (size) {
		struct cursor bytes = cursor_make(at, size, size);
		tell_bytes(teller, &tls_fields[id], &bytes, size);
	}
}

static void tell_inside(struct teller *teller, const struct quic_header *header, struct cursor in,
			const struct quic_facts *quic)
{
	struct quic_payload payload;
	if (!quic->opened || !quic_open_initial(header, in, &quic->origin, quic->from_server, &payload))
		return;
	tell_number(teller, &tls_fields[QUIC_F_NUMBER_LENGTH], NULL, 0, payload.number_length - 1);
	tell_number(teller, &tls_fields[QUIC_F_NUMBER], NULL, 0, (int64_t)payload.number);
	quic_read_frames(&payload, &(struct quic_listener){ .teller = teller });
}

static void tell_versions(struct teller *teller, const struct quic_header *header, struct cursor in)
{
	cursor_skip(&in, 7u + header->destination_length + header->source_length);
	while (cursor_more(&in))
		tell_be32(teller, &tls_fields[QUIC_F_SUPPORTED_VERSION], &in);
}

/* A token that the client must send back, and what proves that the server saw its Initial: RFC 9000, 17.2.5. */
static void tell_retry(struct teller *teller, const struct quic_header *header, struct cursor in)
{
	enum { TAG_LENGTH = 16 };
	cursor_skip(&in, 7u + header->destination_length + header->source_length);
	if (!cursor_ok(&in) || in.declared <= TAG_LENGTH)
		return;
	tell_bytes(teller, &tls_fields[QUIC_F_RETRY_TOKEN], &in, in.declared - TAG_LENGTH);
	tell_bytes(teller, &tls_fields[QUIC_F_RETRY_TAG], &in, TAG_LENGTH);
}

static void tell_packet(struct teller *teller, const struct quic_header *header, struct cursor in,
			const struct quic_facts *quic)
{
	tell_number(teller, &tls_fields[QUIC_F_PACKET_LENGTH], NULL, 0, (int64_t)header->whole);
	tell_number(teller, &tls_fields[QUIC_F_HEADER_FORM], in.next, 1, header->first >> 7);
	if (header->type != QUIC_NEGOTIATION)
		tell_number(teller, &tls_fields[QUIC_F_FIXED_BIT], in.next, 1, header->first >> 6 & 1);
	if (header->type == QUIC_SHORT) {
		tell_number(teller, &tls_fields[QUIC_F_SPIN_BIT], in.next, 1, header->first >> 5 & 1);
		cursor_skip(&in, 1);
		if (quic->short_id_length)
			tell_bytes(teller, &tls_fields[QUIC_F_DCID], &in, quic->short_id_length);
		return;
	}
	if (header->type != QUIC_NEGOTIATION)
		tell_number(teller, &tls_fields[quic_is_second(header->version) ? QUIC_F_TYPE_2 : QUIC_F_TYPE],
			    in.next, 1, header->first >> 4 & 3);
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

/* Messages of the handshake are told behind the packets, the last of which ended them. */
void quic_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct quic_facts *quic = facts;
	struct quic_header header;
	(void)packet;
	for (unsigned i = 0; i < quic->packet_count && quic_read_header(in, &header); i++) {
		tell_packet(teller, &header, in, quic);
		if (!quic_next_packet(&in, &header))
			break;
	}
	if (quic->tls.inside)
		tls_tell_messages(teller, cursor_make(quic->tls.inside, quic->tls.inside_length,
						      quic->tls.inside_length), &quic->tls);
}
