/* Telling records of DTLS. What is the same as in TLS is told by its code, under the names of DTLS. */
#include "decode/dtls_state.h"

#include "decode/tls_fields.h"
#include "decode/tls_names.h"

struct mirror {                  /* hears the fields of TLS and tells those of DTLS */
	struct teller teller;
	struct teller *to;
};

static struct told renamed(const struct told *told)
{
	struct told copy = *told;
	uintptr_t first = (uintptr_t)tls_fields, at = (uintptr_t)told->field;
	if (at >= first && at < (uintptr_t)&tls_fields[QUIC_F_PACKET_LENGTH])
		copy.field = &dtls_fields[(at - first) / sizeof *tls_fields];
	return copy;
}

static void mirror_value(struct teller *teller, const struct told *told)
{
	struct mirror *mirror = (struct mirror *)teller;
	struct told copy = renamed(told);
	mirror->to->value(mirror->to, &copy);
}

static void mirror_open(struct teller *teller, const struct told *told)
{
	struct mirror *mirror = (struct mirror *)teller;
	struct told copy = renamed(told);
	mirror->to->open(mirror->to, &copy);
}

static void mirror_close(struct teller *teller)
{
	struct mirror *mirror = (struct mirror *)teller;
	mirror->to->close(mirror->to);
}

static struct mirror mirror_make(struct teller *to)
{
	return (struct mirror){ { mirror_value, mirror_open, mirror_close, to->wants_words }, to };
}

/* The body is told where the message stands in one piece, or with the fragment that completes it. */
static void tell_fragment(struct teller *teller, const uint8_t *at, const struct dtls_fragment *fragment,
			  const struct dtls_facts *dtls)
{
	const char *name = field_words(tls_handshake_types, fragment->type);
	struct mirror mirror = mirror_make(teller);
	size_t size = fragment->bytes.declared;
	tell_open(teller, &dtls_fields[TLS_F_HANDSHAKE], at, DTLS_MESSAGE_HEADER + fragment->bytes.captured, 0,
		  "Handshake Protocol: %s%s", name ? name : "unknown message", size < fragment->length ? " (fragment)" : "");
	tell_number(teller, &dtls_fields[TLS_F_TYPE], at, 1, fragment->type);
	tell_number(teller, &dtls_fields[TLS_F_LENGTH], at + 1, 3, fragment->length);
	tell_number(teller, &dtls_fields[DTLS_F_MESSAGE_SEQUENCE], at + 4, 2, fragment->sequence);
	tell_number(teller, &dtls_fields[DTLS_F_FRAGMENT_OFFSET], at + 6, 3, fragment->offset);
	tell_number(teller, &dtls_fields[DTLS_F_FRAGMENT_LENGTH], at + 9, 3, (int64_t)size);
	if (size == fragment->length)
		tls_tell_body(&mirror.teller, fragment->bytes, fragment->type, &dtls->tls);
	else if (dtls->tls.inside && dtls->inside_type == fragment->type)
		tls_tell_body(&mirror.teller, cursor_make(dtls->tls.inside, dtls->tls.inside_length,
							  dtls->tls.inside_length), fragment->type, &dtls->tls);
	tell_close(teller);
}

static void tell_alert(struct teller *teller, struct cursor in)
{
	tell_open(teller, &dtls_fields[TLS_F_ALERT], in.next, in.captured, 0, NULL);
	tell_u8(teller, &dtls_fields[TLS_F_ALERT_LEVEL], &in);
	tell_u8(teller, &dtls_fields[TLS_F_ALERT_DESC], &in);
	tell_close(teller);
}

static void tell_content(struct teller *teller, struct cursor in, const struct dtls_facts *dtls)
{
	struct dtls_fragment fragment;
	uint8_t type = dtls->tls.content_type;
	if (dtls->tls.encrypted) {
		bool data = type == TLS_APPLICATION_DATA && !dtls->short_header;
		if (type == TLS_ALERT || type == TLS_HANDSHAKE) {
			tell_open(teller, &dtls_fields[type == TLS_ALERT ? TLS_F_ALERT : TLS_F_HANDSHAKE], in.next,
				  in.captured, 0, type == TLS_ALERT ? "Encrypted Alert" : "Encrypted Handshake Message");
			tell_close(teller);
		} else if (in.captured) {
			tell_bytes(teller, &dtls_fields[data ? TLS_F_APP_DATA : DTLS_F_ENCRYPTED], &in, in.captured);
		}
		return;
	}
	if (type == TLS_ALERT) {
		tell_alert(teller, in);
	} else if (type == TLS_CHANGE_CIPHER_SPEC) {
		tell_open(teller, &dtls_fields[TLS_F_CHANGE_CIPHER_SPEC], in.next, in.captured, 0, NULL);
		tell_close(teller);
	} else if (type == TLS_HANDSHAKE) {
		while (cursor_more(&in)) {
			const uint8_t *at = in.next;
			if (!dtls_next_fragment(&in, &fragment))
				break;
			tell_fragment(teller, at, &fragment, dtls);
		}
	}
}

static void tell_header(struct teller *teller, struct cursor *in, const struct dtls_facts *dtls)
{
	if (dtls->short_header)
		return;
	tell_u8(teller, &dtls_fields[dtls->connection_id ? DTLS_F_SPECIAL_TYPE : TLS_F_CONTENT_TYPE], in);
	tell_be16(teller, &dtls_fields[TLS_F_RECORD_VERSION], in);
	tell_be16(teller, &dtls_fields[DTLS_F_EPOCH], in);
	if (!cursor_need(in, 6))
		return;
	tell_number(teller, &dtls_fields[DTLS_F_SEQUENCE], in->next, 6, (int64_t)dtls->sequence);
	cursor_skip(in, 6);
	if (dtls->connection_id && dtls->connection_id_length)
		tell_bytes(teller, &dtls_fields[DTLS_F_CONNECTION_ID], in, dtls->connection_id_length);
	if (!dtls->connection_id || dtls->connection_id_length)
		tell_be16(teller, &dtls_fields[TLS_F_RECORD_LENGTH], in);
}

void dtls_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct dtls_facts *dtls = facts;
	struct dtls_record record;
	(void)packet;
	if (!dtls_read_record(in, dtls->connection_id_length, &record))
		return;
	const char *name = field_words(tls_content_types, record.type);
	char version[TLS_NAME_SIZE];
	struct cursor header = in;
	size_t whole = record.header + record.length, held = whole < in.captured ? whole : in.captured;
	tell_open(teller, &dtls_fields[TLS_F_RECORD], in.next, held, 0, "%s Record Layer: %s",
		  tls_version_name(record.version, version), record.short_header ? "Encrypted" : name ? name : "unknown");
	tell_header(teller, &header, dtls);
	cursor_skip(&in, record.header);
	tell_content(teller, cursor_split(&in, record.length), dtls);
	tell_close(teller);
}
