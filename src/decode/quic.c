#include "decode/quic_packet.h"

#include "core/text.h"
#include "decode/tls_names.h"

enum { LONG_HEADER = 0x80, FIXED_BIT = 0x40, HTTPS = 443 };

static bool is_known_version(uint32_t version)
{
	/* Those of the form that makes servers negotiate: RFC 9000, 15. */
	if ((version & 0x0f0f0f0f) == 0x0a0a0a0a)
		return true;
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
	return https && (first & FIXED_BIT) && in.declared >= QUIC_SHORT_LEAST;
}

static void take_first(const struct quic_header *header, struct quic_facts *facts)
{
	facts->version = header->version;
	facts->destination_length = header->destination_length;
	facts->source_length = header->source_length;
	if (header->destination_length)
		memcpy(facts->destination, header->destination, header->destination_length);
	if (header->source_length)
		memcpy(facts->source, header->source, header->source_length);
}

/* From outside. What Initials say takes the conversation: quic_follow.c. */
static struct next decode_quic(struct cursor *in, struct packet *packet, void *to)
{
	static const struct tls_connection nothing;
	struct quic_facts *facts = to;
	struct cursor rest = *in;
	struct quic_header header;
	(void)packet;
	facts->tls = (struct tls_facts){ .connection = &nothing, .content_type = TLS_HANDSHAKE, .version = TLS_1_3,
		.quic = true };
	while (facts->packet_count < QUIC_MAX_PACKETS && quic_read_header(rest, &header)) {
		if (!facts->packet_count)
			take_first(&header, facts);
		facts->types[facts->packet_count++] = header.type;
		if (!quic_next_packet(&rest, &header))
			break;
	}
	return next_payload(cursor_rest(in));
}

/* ---- Words ------------------------------------------------------------------------------------- */

static const char *const type_names[] = { "Initial", "0-RTT", "Handshake", "Retry", "Version Negotiation",
	"Protected Payload" };

/* RFC 9000, 20.1. */
static const struct field_name errors[] = {
	{ 0x00, "no error" }, { 0x01, "internal error" }, { 0x02, "connection refused" }, { 0x03, "flow control error" },
	{ 0x04, "stream limit error" }, { 0x05, "stream state error" }, { 0x06, "final size error" },
	{ 0x07, "frame encoding error" }, { 0x08, "transport parameter error" }, { 0x09, "connection id limit error" },
	{ 0x0a, "protocol violation" }, { 0x0b, "invalid token" }, { 0x0c, "application error" },
	{ 0x0d, "crypto buffer exceeded" }, { 0x0e, "key update error" }, { 0x0f, "aead limit reached" },
	{ 0x10, "no viable path" }, { 0x11, "version negotiation error" }, { 0, NULL },
};

static void say_close(struct text *to, const struct quic_facts *quic)
{
	char alert[TLS_NAME_SIZE];
	const char *name = field_words(errors, quic->close_code);
	text_add(to, ", Connection Close: ");
	if (quic->tls.has_alert)
		text_addf(to, "alert %s", tls_alert_name(quic->tls.alert, alert));
	else if (name)
		text_add(to, name);
	else
		text_addf(to, "error 0x%llx", (unsigned long long)quic->close_code);
	if (quic->close_reason[0])
		text_addf(to, " (%s)", quic->close_reason);
}

/* What the Initials of the datagram say together. */
static void say_inside(struct text *to, const struct quic_facts *quic)
{
	const struct tls_facts *tls = &quic->tls;
	for (unsigned i = 0; i < tls->message_count; i++) {
		const char *name = field_words(tls_handshake_types, tls->messages[i]);
		bool retry = tls->messages[i] == TLS_SERVER_HELLO && tls->connection->retry && !tls->connection->server;
		text_addf(to, ", %s", retry ? "Hello Retry Request" : name ? name : "Handshake");
		if (tls->messages[i] == TLS_CLIENT_HELLO && tls->connection->client &&
		    tls->connection->client->server_name[0])
			text_addf(to, " (%s)", tls->connection->client->server_name);
	}
	if (quic->crypto && !tls->message_count)
		text_addf(to, ", %s Hello (%s)", quic->from_server ? "Server" : "Client",
			  quic->crypto_new ? "part" : "again");
	if (quic->closes)
		say_close(to, quic);
}

static void words_quic(struct text *to, const void *facts)
{
	const struct quic_facts *quic = facts;
	bool told = false;
	text_add(to, "QUIC: ");
	for (unsigned i = 0; i < quic->packet_count; i++) {
		if (i && quic->types[i] == quic->types[i - 1])
			continue;
		text_addf(to, "%s%s", i ? ", " : "", type_names[quic->types[i]]);
		if (quic->types[i] == QUIC_INITIAL && quic->opened && !told) {
			say_inside(to, quic);
			told = true;
		}
	}
}

const struct decoder quic_decoder = {
	.name = "quic",
	.protocol = "QUIC",
	.title = "QUIC",
	.facts_size = sizeof(struct quic_facts),
	.decode = decode_quic,
	.follow = quic_follow,
	.follow_size = sizeof(struct quic_state),
	.continues = quic_continues,
	.unfollow = quic_unfollow,
	.words = words_quic,
	.fields = tls_fields,
	.tell = quic_tell,
};
