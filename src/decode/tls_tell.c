/* Fields of TLS records and handshake messages, by Wireshark's names. */
#include "decode/tls_fields.h"

#include "decode/tls_names.h"

static void tell_length_of(struct teller *teller, struct cursor *in, enum tls_field field, unsigned width,
			   size_t *length)
{
	*length = width == 1 ? tell_u8(teller, &tls_fields[field], in)
		: width == 2 ? tell_be16(teller, &tls_fields[field], in)
		: tell_be24(teller, &tls_fields[field], in);
}

void tls_tell_vector(struct teller *teller, struct cursor *in, enum tls_field length, unsigned width,
		     enum tls_field bytes)
{
	size_t size;
	tell_length_of(teller, in, length, width, &size);
	if (size && cursor_ok(in))
		tell_bytes(teller, &tls_fields[bytes], in, size);
}

void tls_tell_list(struct teller *teller, struct cursor *in, enum tls_field length, bool wide,
		   enum tls_field group, enum tls_field item)
{
	size_t size;
	tell_length_of(teller, in, length, wide ? 2 : 1, &size);
	struct cursor list = cursor_split(in, size);
	if (!cursor_ok(&list))
		return;
	bool pairs = tls_fields[item].width == 2;
	tell_open(teller, &tls_fields[group], list.next, list.captured, 0, NULL);
	while (cursor_more(&list)) {
		if (pairs)
			tell_be16(teller, &tls_fields[item], &list);
		else
			tell_u8(teller, &tls_fields[item], &list);
	}
	tell_close(teller);
}

/* ---- Messages ---------------------------------------------------------------------------------- */

/* It begins with a time, but not in TLS 1.3 any more. */
static void tell_random(struct teller *teller, struct cursor *in, bool timed)
{
	const uint8_t *at = in->next;
	bool there = in->captured >= 32;
	tell_bytes(teller, &tls_fields[TLS_F_RANDOM], in, 32);
	if (!there || !timed)
		return;
	tell_number(teller, &tls_fields[TLS_F_RANDOM_TIME], at, 4, (int64_t)load_be32(at) * 1000000000);
	struct cursor rest = cursor_make(at + 4, 28, 28);
	tell_bytes(teller, &tls_fields[TLS_F_RANDOM_BYTES], &rest, 28);
}

/* What the server wants to see again before it believes the client's address: RFC 6347, 4.2.1. */
static void tell_cookie(struct teller *teller, struct cursor *in)
{
	size_t length = tell_u8(teller, &dtls_fields[DTLS_F_COOKIE_LENGTH], in);
	if (length && cursor_ok(in))
		tell_bytes(teller, &dtls_fields[DTLS_F_COOKIE], in, length);
}

static void tell_client_hello(struct teller *teller, struct cursor in, const struct tls_facts *tls)
{
	struct cursor whole = in;
	tell_be16(teller, &tls_fields[TLS_F_VERSION], &in);
	tell_random(teller, &in, !tls->quic && (!tls->connection->retry || tls->connection->server));
	tls_tell_vector(teller, &in, TLS_F_SESSION_ID_LENGTH, 1, TLS_F_SESSION_ID);
	if (tls->connection->datagram)
		tell_cookie(teller, &in);
	tls_tell_list(teller, &in, TLS_F_CIPHER_SUITES_LENGTH, true, TLS_F_CIPHER_SUITES,
		      TLS_F_CIPHER_SUITE);
	tls_tell_list(teller, &in, TLS_F_COMP_METHODS_LENGTH, false, TLS_F_COMP_METHODS, TLS_F_COMP_METHOD);
	if (cursor_more(&in))
		tls_tell_extensions(teller, &in, TLS_CLIENT_HELLO);
	tls_tell_client_print(teller, whole, tls->quic ? 'q' : tls->connection->datagram ? 'd' : 't');
}

static void tell_server_hello(struct teller *teller, struct cursor in, const struct tls_facts *tls)
{
	struct cursor whole = in;
	bool draft = tls_is_early_draft(tell_be16(teller, &tls_fields[TLS_F_VERSION], &in));
	tell_random(teller, &in, !tls->quic && tls->connection->version < TLS_1_3);
	if (!draft)
		tls_tell_vector(teller, &in, TLS_F_SESSION_ID_LENGTH, 1, TLS_F_SESSION_ID);
	tell_be16(teller, &tls_fields[TLS_F_CIPHER_SUITE], &in);
	if (!draft)
		tell_u8(teller, &tls_fields[TLS_F_COMP_METHOD], &in);
	if (cursor_more(&in))
		tls_tell_extensions(teller, &in, TLS_SERVER_HELLO);
	tls_tell_server_print(teller, whole);
	if (tls->connection->server && tls->connection->server->resumed)
		tell_number(teller, &tls_fields[TLS_F_RESUMED], NULL, 0, 1);
}

static void tell_certificate(struct teller *teller, struct cursor in, bool tls13)
{
	if (tls13)
		tls_tell_vector(teller, &in, TLS_F_CONTEXT_LENGTH, 1, TLS_F_CONTEXT);
	size_t length = tell_be24(teller, &tls_fields[TLS_F_CERTIFICATES_LENGTH], &in);
	struct cursor list = cursor_split(&in, length);
	if (!cursor_more(&list))
		return;
	tell_open(teller, &tls_fields[TLS_F_CERTIFICATES], list.next, list.captured, 0, NULL);
	while (cursor_more(&list)) {
		size_t size = tell_be24(teller, &tls_fields[TLS_F_CERTIFICATE_LENGTH], &list);
		struct cursor der = list;
		tell_bytes(teller, &tls_fields[TLS_F_CERTIFICATE], &list, size);
		if (cursor_ok(&list))
			x509_tell(teller, cursor_split(&der, size));
		if (tls13 && cursor_more(&list))
			tls_tell_extensions(teller, &list, TLS_CERTIFICATE);
	}
	tell_close(teller);
}

static void tell_signature(struct teller *teller, struct cursor *in, uint16_t version,
			   enum tls_field length, enum tls_field signature)
{
	if (version >= TLS_1_2) {
		const uint8_t *at = in->next;
		tell_be16(teller, &tls_fields[TLS_F_SIG_ALG], in);
		if (!cursor_ok(in))
			return;
		tell_number(teller, &tls_fields[TLS_F_SIG_HASH], at, 1, at[0]);
		tell_number(teller, &tls_fields[TLS_F_SIG_SIG], at + 1, 1, at[1]);
	}
	tls_tell_vector(teller, in, length, 2, signature);
}

/* What the key exchange looks like, by the first word of the suite's name behind TLS_. */
static bool suite_begins(uint16_t cipher, const char *with)
{
	const char *name = field_words(tls_cipher_suites, cipher);
	return name && strncmp(name + 4, with, strlen(with)) == 0;
}

static void tell_server_key_exchange(struct teller *teller, struct cursor in,
				     const struct tls_connection *connection)
{
	uint16_t cipher = connection->cipher;
	if (suite_begins(cipher, "ECDHE_") && !suite_begins(cipher, "ECDHE_PSK")) {
		tell_u8(teller, &tls_fields[TLS_F_CURVE_TYPE], &in);
		tell_be16(teller, &tls_fields[TLS_F_NAMED_CURVE], &in);
		tls_tell_vector(teller, &in, TLS_F_SERVER_POINT_LEN, 1, TLS_F_SERVER_POINT);
	} else if (suite_begins(cipher, "DHE_") && !suite_begins(cipher, "DHE_PSK")) {
		tls_tell_vector(teller, &in, TLS_F_P_LEN, 2, TLS_F_P);
		tls_tell_vector(teller, &in, TLS_F_G_LEN, 2, TLS_F_G);
		tls_tell_vector(teller, &in, TLS_F_YS_LEN, 2, TLS_F_YS);
	} else {
		return;
	}
	tell_signature(teller, &in, connection->version, TLS_F_SIG_LEN, TLS_F_SIG);
}

static void tell_client_key_exchange(struct teller *teller, struct cursor in,
				     const struct tls_connection *connection)
{
	uint16_t cipher = connection->cipher;
	if (suite_begins(cipher, "ECDH") && !suite_begins(cipher, "ECDHE_PSK"))
		tls_tell_vector(teller, &in, TLS_F_CLIENT_POINT_LEN, 1, TLS_F_CLIENT_POINT);
	else if (suite_begins(cipher, "DH") && !suite_begins(cipher, "DHE_PSK"))
		tls_tell_vector(teller, &in, TLS_F_YC_LEN, 2, TLS_F_YC);
	else if (suite_begins(cipher, "RSA_") && !suite_begins(cipher, "RSA_PSK") &&
		 connection->version >= TLS_1_0)
		tls_tell_vector(teller, &in, TLS_F_EPMS_LEN, 2, TLS_F_EPMS);
	else if (suite_begins(cipher, "RSA_WITH"))
		tell_bytes(teller, &tls_fields[TLS_F_EPMS], &in, in.declared);
}

static void tell_certificate_request(struct teller *teller, struct cursor in, uint16_t version)
{
	if (version >= TLS_1_3) {
		tls_tell_vector(teller, &in, TLS_F_CONTEXT_LENGTH, 1, TLS_F_CONTEXT);
		tls_tell_extensions(teller, &in, TLS_CERTIFICATE_REQUEST);
		return;
	}
	struct cursor types = cursor_split(&in, tell_u8(teller, &tls_fields[TLS_F_CERT_TYPES_COUNT], &in));
	while (cursor_more(&types))
		tell_u8(teller, &tls_fields[TLS_F_CERT_TYPE], &types);
	if (version >= TLS_1_2)
		tls_tell_signatures(teller, &in);
	struct cursor names = cursor_split(&in, tell_be16(teller, &tls_fields[TLS_F_DNAMES_LEN], &in));
	while (cursor_more(&names))
		cursor_skip(&names, tell_be16(teller, &tls_fields[TLS_F_DNAME_LEN], &names));
}

static void tell_ticket(struct teller *teller, struct cursor in, uint16_t version)
{
	tell_be32(teller, &tls_fields[TLS_F_TICKET_LIFETIME], &in);
	if (version >= TLS_1_3) {
		tell_be32(teller, &tls_fields[TLS_F_TICKET_AGE_ADD], &in);
		tls_tell_vector(teller, &in, TLS_F_TICKET_NONCE_LENGTH, 1, TLS_F_TICKET_NONCE);
	}
	tls_tell_vector(teller, &in, TLS_F_TICKET_LENGTH, 2, TLS_F_SESSION_TICKET);
	if (version >= TLS_1_3)
		tls_tell_extensions(teller, &in, TLS_NEW_SESSION_TICKET);
}

static void tell_verify_request(struct teller *teller, struct cursor in)
{
	tell_be16(teller, &tls_fields[TLS_F_VERSION], &in);
	tell_cookie(teller, &in);
}

void tls_tell_body(struct teller *teller, struct cursor in, uint8_t type, const struct tls_facts *tls)
{
	const struct tls_connection *connection = tls->connection;
	uint16_t version = connection->version;
	switch (type) {
	case TLS_CLIENT_HELLO:
		tell_client_hello(teller, in, tls);
		break;
	case TLS_HELLO_VERIFY_REQUEST:
		tell_verify_request(teller, in);
		break;
	case TLS_SERVER_HELLO:
		tell_server_hello(teller, in, tls);
		break;
	case TLS_CERTIFICATE:
		tell_certificate(teller, in, version >= TLS_1_3);
		break;
	case TLS_SERVER_KEY_EXCHANGE:
		tell_server_key_exchange(teller, in, connection);
		break;
	case TLS_CLIENT_KEY_EXCHANGE:
		tell_client_key_exchange(teller, in, connection);
		break;
	case TLS_CERTIFICATE_REQUEST:
		tell_certificate_request(teller, in, version);
		break;
	case TLS_CERTIFICATE_VERIFY:
		tell_signature(teller, &in, version, TLS_F_VERIFY_SIG_LEN, TLS_F_VERIFY_SIG);
		break;
	case TLS_CERTIFICATE_STATUS:
		tell_u8(teller, &tls_fields[TLS_F_STATUS_TYPE], &in);
		tell_be24(teller, &tls_fields[TLS_F_OCSP_LENGTH], &in);
		break;
	case TLS_NEW_SESSION_TICKET:
		tell_ticket(teller, in, version);
		break;
	case TLS_ENCRYPTED_EXTENSIONS:
		tls_tell_extensions(teller, &in, TLS_ENCRYPTED_EXTENSIONS);
		break;
	case TLS_KEY_UPDATE:
		tell_u8(teller, &tls_fields[TLS_F_KEY_UPDATE], &in);
		break;
	case TLS_FINISHED:
		tell_bytes(teller, &tls_fields[TLS_F_VERIFY_DATA], &in, in.declared);
		break;
	default:
		break;
	}
}

void tls_tell_messages(struct teller *teller, struct cursor in, const struct tls_facts *tls)
{
	while (in.declared >= 4 && cursor_ok(&in)) {
		struct cursor look = in;
		uint8_t type = cursor_u8(&look);
		size_t size = cursor_be24(&look);
		const char *name = field_words(tls_handshake_types, type);
		if (size > look.declared)
			break;       /* goes on in the next record, which tells it */
		tell_open(teller, &tls_fields[TLS_F_HANDSHAKE], in.next,
			  size + 4 < in.captured ? size + 4 : in.captured, 0, "Handshake Protocol: %s",
			  name ? name : "unknown message");
		tell_u8(teller, &tls_fields[TLS_F_TYPE], &in);
		tell_be24(teller, &tls_fields[TLS_F_LENGTH], &in);
		tls_tell_body(teller, cursor_split(&in, size), type, tls);
		tell_close(teller);
	}
}

/* ---- Records ----------------------------------------------------------------------------------- */

static void tell_ssl2_hello(struct teller *teller, struct cursor in)
{
	tell_u8(teller, &tls_fields[TLS_F_TYPE], &in);
	tell_be16(teller, &tls_fields[TLS_F_VERSION], &in);
	size_t ciphers = tell_be16(teller, &tls_fields[TLS_F_CIPHER_SPEC_LEN], &in);
	size_t session = tell_be16(teller, &tls_fields[TLS_F_SESSION_ID_LENGTH], &in);
	size_t challenge = tell_be16(teller, &tls_fields[TLS_F_CHALLENGE_LENGTH], &in);
	struct cursor list = cursor_split(&in, ciphers);
	while (cursor_more(&list))
		tell_be24(teller, &tls_fields[TLS_F_CIPHER_SPEC], &list);
	if (session)
		tell_bytes(teller, &tls_fields[TLS_F_SESSION_ID], &in, session);
	tell_bytes(teller, &tls_fields[TLS_F_CHALLENGE], &in, challenge);
}

static void tell_ssl2(struct teller *teller, struct cursor in, const struct tls_facts *tls)
{
	tell_open(teller, &tls_fields[TLS_F_RECORD], in.next, in.captured, 0, "SSLv2 Record Layer");
	tell_number(teller, &tls_fields[TLS_F_RECORD_LENGTH], in.next, 2, tls->length);
	cursor_skip(&in, 2);
	if (tls_says(tls, TLS_CLIENT_HELLO))
		tell_ssl2_hello(teller, in);
	tell_close(teller);
}

static const char *outer_words(const struct tls_facts *tls)
{
	const char *name = field_words(tls_content_types, tls->content_type);
	return name ? name : "unknown";
}

static void tell_content(struct teller *teller, struct cursor in, const struct tls_facts *tls)
{
	struct cursor inside = tls->inside ? cursor_make(tls->inside, tls->inside_length, tls->inside_length)
					   : in;
	if (tls->encrypted && !tls->decrypted) {
		if (in.captured && tls->content_type == TLS_APPLICATION_DATA) {
			tell_bytes(teller, &tls_fields[TLS_F_APP_DATA], &in, in.captured);
		} else if (tls->content_type == TLS_ALERT) {
			tell_open(teller, &tls_fields[TLS_F_ALERT], in.next, in.captured, 0, "Encrypted Alert");
			tell_close(teller);
		}
		return;
	}
	switch (tls->content_type) {
	case TLS_HANDSHAKE:
		if (tls->message_count)
			tls_tell_messages(teller, inside, tls);
		break;
	case TLS_CHANGE_CIPHER_SPEC:
		tell_open(teller, &tls_fields[TLS_F_CHANGE_CIPHER_SPEC], in.next, in.captured, 0, NULL);
		tell_close(teller);
		break;
	case TLS_ALERT:
		tell_open(teller, &tls_fields[TLS_F_ALERT], inside.next, inside.captured, 0, NULL);
		tell_number(teller, &tls_fields[TLS_F_ALERT_LEVEL], inside.next, 1, tls->alert_level);
		tell_number(teller, &tls_fields[TLS_F_ALERT_DESC], inside.next + 1, 1, tls->alert);
		tell_close(teller);
		break;
	case TLS_HEARTBEAT:
		tell_open(teller, &tls_fields[TLS_F_HEARTBEAT], in.next, in.captured, 0, NULL);
		tell_close(teller);
		break;
	default:
		break;
	}
}

void tell_tls(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts);

void tell_tls(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct tls_facts *tls = facts;
	char version[TLS_NAME_SIZE];
	(void)packet;
	if (tls->cut || tls->part || tls->plain || !in.captured)
		return;
	if (tls->ssl2) {
		tell_ssl2(teller, in, tls);
		return;
	}
	tell_open(teller, &tls_fields[TLS_F_RECORD], in.next, in.captured, 0, "%s Record Layer: %s",
		  tls_version_name(tls->connection->version ? tls->connection->version : tls->version,
				   version), outer_words(tls));
	bool opaque = tls->outer_type == TLS_APPLICATION_DATA && tls->connection->version >= TLS_1_3;
	tell_u8(teller, &tls_fields[opaque ? TLS_F_OPAQUE_TYPE : TLS_F_CONTENT_TYPE], &in);
	if (opaque && tls->decrypted)
		tell_number(teller, &tls_fields[TLS_F_CONTENT_TYPE], NULL, 0, tls->content_type);
	tell_be16(teller, &tls_fields[TLS_F_RECORD_VERSION], &in);
	tell_be16(teller, &tls_fields[TLS_F_RECORD_LENGTH], &in);
	if (tls->decrypted)
		tell_number(teller, &tls_fields[TLS_F_DECRYPTED], NULL, 0, 1);
	else if (tls->encrypted && tls->connection->secrets != TLS_SECRETS_NONE)
		tell_number(teller, &tls_fields[TLS_F_SECRETS], NULL, 0, tls->connection->secrets);
	tell_content(teller, in, tls);
	tell_close(teller);
}
