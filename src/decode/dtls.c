/* Records of DTLS from outside. What they say takes the conversation: dtls_follow.c. */
#include "decode/dtls_state.h"

#include "core/text.h"
#include "decode/tls_fields.h"
#include "decode/tls_names.h"

enum {
	MOST_CONTENT = 16384 + 2048, /* bytes: RFC 6347, 4.1 */
	SHORT_MASK = 0xe0, SHORT_FORM = 0x20, SHORT_ID = 0x10, SHORT_WIDE = 0x08, SHORT_LENGTH = 0x04,
};

static bool is_type(uint8_t type)
{
	return (type >= TLS_CHANGE_CIPHER_SPEC && type <= TLS_HEARTBEAT) || type == DTLS_CONNECTION_ID || type == DTLS_ACK;
}

static bool is_version(uint16_t version)
{
	return version == DTLS_1_0 || version == DTLS_1_2 || version == DTLS_BEFORE_1_0;
}

/* RFC 9147, 4: everything but the epoch's last bits is encrypted, or left out. */
static bool read_short(struct cursor in, uint8_t id_length, struct dtls_record *to)
{
	uint8_t first = cursor_u8(&in);
	*to = (struct dtls_record){ .short_header = true, .type = TLS_APPLICATION_DATA, .version = DTLS_1_2,
		.epoch = first & 3, .header = 1 };
	size_t fixed = (first & SHORT_ID ? id_length : 0) + (first & SHORT_WIDE ? 2u : 1u);
	cursor_skip(&in, fixed);
	to->header += fixed;
	to->length = in.declared;
	if (first & SHORT_LENGTH) {
		to->length = cursor_be16(&in);
		to->header += 2;
	}
	return cursor_ok(&in) && to->length <= in.declared;
}

bool dtls_read_record(struct cursor in, uint8_t id_length, struct dtls_record *to)
{
	if (in.captured && (*in.next & SHORT_MASK) == SHORT_FORM)
		return read_short(in, id_length, to);
	*to = (struct dtls_record){ .type = cursor_u8(&in), .version = cursor_be16(&in), .header = DTLS_HEADER };
	uint64_t number = cursor_be64(&in);
	to->epoch = (uint16_t)(number >> 48);
	to->sequence = number & 0xffffffffffff;
	if (to->type == DTLS_CONNECTION_ID && !id_length) {
		to->header = DTLS_HEADER - 2;
		to->length = in.declared;
	} else {
		if (to->type == DTLS_CONNECTION_ID) {
			cursor_skip(&in, id_length);
			to->header += id_length;
		}
		to->length = cursor_be16(&in);
	}
	return cursor_ok(&in) && is_type(to->type) && is_version(to->version) && to->length <= in.declared &&
	       to->length <= MOST_CONTENT;
}

bool dtls_recognise(struct cursor in)
{
	struct dtls_record record;
	/* Two bits of the version, and the type, tell it from all that may share its ports: RFC 7983. */
	if (in.captured < DTLS_HEADER || !is_type(*in.next) || *in.next == DTLS_CONNECTION_ID)
		return false;
	if (!dtls_read_record(in, 0, &record) || !record.length)
		return false;
	/* An old version is little to go by. */
	return record.version != DTLS_BEFORE_1_0 || record.type == TLS_HANDSHAKE || record.type == TLS_CHANGE_CIPHER_SPEC;
}

bool dtls_next_fragment(struct cursor *in, struct dtls_fragment *to)
{
	to->type = cursor_u8(in);
	to->length = cursor_be24(in);
	to->sequence = cursor_be16(in);
	to->offset = cursor_be24(in);
	size_t size = cursor_be24(in);
	if (!cursor_ok(in) || size > in->declared || to->offset + size > to->length)
		return false;
	to->bytes = cursor_split(in, size);
	return field_words(tls_handshake_types, to->type) != NULL;
}

static unsigned records_before(const struct packet *packet)
{
	unsigned count = 0;
	for (unsigned i = 0; i + 1 < packet->layer_count; i++)
		count += packet->layers[i].decoder == &dtls_decoder;
	return count;
}

static struct next decode_dtls(struct cursor *in, struct packet *packet, void *to)
{
	static const struct tls_connection nothing = { .datagram = true };
	struct dtls_facts *facts = to;
	struct dtls_record record;
	unsigned before = records_before(packet);
	facts->tls.connection = &nothing;
	facts->tls.first = before == 0;
	if (!dtls_read_record(*in, 0, &record)) {
		facts->tls.cut = true;
		return next_payload(cursor_rest(in));
	}
	facts->tls.content_type = facts->tls.outer_type = record.type;
	facts->tls.version = record.version;
	facts->tls.length = (uint16_t)record.length;
	facts->epoch = record.epoch;
	facts->sequence = record.sequence;
	facts->short_header = record.short_header;
	facts->connection_id = record.type == DTLS_CONNECTION_ID;
	facts->tls.encrypted = record.epoch || record.short_header || facts->connection_id ||
		record.type == TLS_APPLICATION_DATA;
	(void)cursor_split(in, record.header + record.length);
	struct dtls_record next;
	bool more = cursor_more(in) && before + 1 < DTLS_MAX_RECORDS && dtls_read_record(*in, 0, &next);
	return more ? next_decoder(&dtls_decoder, cursor_rest(in)) : next_payload(cursor_rest(in));
}

/* ---- Words ------------------------------------------------------------------------------------- */

static void words_dtls(struct text *to, const void *facts)
{
	const struct dtls_facts *dtls = facts;
	const struct tls_facts *tls = &dtls->tls;
	if (dtls->fragment && !tls->message_count) {
		const char *name = field_words(tls_handshake_types, dtls->fragment_type);
		text_addf(to, "%s%s (%s)", tls->first ? "DTLS: " : "", name ? name : "Handshake",
			  dtls->again ? "again" : "part");
	} else if (dtls->short_header && !tls->repeated) {
		text_addf(to, "%sEncrypted Data", tls->first ? "DTLS: " : "");
	} else if (tls->content_type == DTLS_ACK && !tls->encrypted) {
		text_addf(to, "%sAcknowledgement", tls->first ? "DTLS: " : "");
	} else {
		tls_say(to, tls);
	}
}

const struct decoder dtls_decoder = {
	.name = "dtls",
	.protocol = "DTLS",
	.title = "Datagram Transport Layer Security",
	.facts_size = sizeof(struct dtls_facts),
	.decode = decode_dtls,
	.follow = dtls_follow,
	.follow_size = sizeof(struct dtls_state),
	.continues = dtls_continues,
	.unfollow = dtls_unfollow,
	.words = words_dtls,
	.fields = dtls_fields,
	.tell = dtls_tell,
};
