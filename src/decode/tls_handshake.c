/* Hellos and key exchanges: RFC 8446, 4; RFC 5246, 7.4; extensions of RFC 6066, 7301 and others. */
#include "decode/tls_handshake.h"

#include "core/hash.h"
#include "decode/tls_names.h"

#define RANDOM_LENGTH 32

/* Puts a value at the end of a list that has room for `most`. */
static void keep(uint16_t *list, uint16_t *count, size_t most, uint16_t value)
{
	if (!tls_is_grease(value) && *count < most)
		list[(*count)++] = value;
}

static void keep_all(struct cursor *in, uint16_t *list, uint16_t *count, size_t most)
{
	while (cursor_more(in))
		keep(list, count, most, cursor_be16(in));
}

/* A list of names, each with its length before it, as "a,b". */
static void keep_protocols(struct cursor in, char *to, size_t size)
{
	struct cursor list = cursor_split(&in, cursor_be16(&in));
	size_t used = 0;
	while (cursor_more(&list)) {
		size_t length = cursor_u8(&list);
		const uint8_t *name = cursor_take(&list, length);
		/* GREASE has protocols, too: two bytes that nobody can print. */
		if (!name || !length || name[0] < ' ' || name[0] > '~' || used + length + 2 > size)
			continue;
		if (used)
			to[used++] = ',';
		for (size_t i = 0; i < length; i++)
			to[used++] = name[i] < ' ' || name[i] > '~' ? '?' : (char)name[i];
		to[used] = '\0';
	}
}

/* The first host name of the list (RFC 6066, 3), in lower case. */
static void keep_server_name(struct cursor in, struct tls_client_hello *to)
{
	struct cursor list = cursor_split(&in, cursor_be16(&in));
	while (cursor_more(&list)) {
		uint8_t type = cursor_u8(&list);
		size_t length = cursor_be16(&list);
		const uint8_t *name = cursor_take(&list, length);
		if (!name || type != 0 || to->server_name[0])
			continue;
		if (length >= sizeof to->server_name)
			length = sizeof to->server_name - 1;
		for (size_t i = 0; i < length; i++)
			to->server_name[i] = name[i] >= 'A' && name[i] <= 'Z' ? (char)(name[i] | 0x20)
				: name[i] <= ' ' || name[i] > '~' ? '?' : (char)name[i];
	}
}

static void keep_versions(struct cursor in, struct tls_client_hello *to)
{
	struct cursor list = cursor_split(&in, cursor_u8(&in));
	while (cursor_more(&list))
		keep(to->versions, &to->version_count, TLS_MAX_VERSIONS, tls_version_of(cursor_be16(&list)));
}

static void keep_shares(struct cursor in, struct tls_client_hello *to)
{
	struct cursor list = cursor_split(&in, cursor_be16(&in));
	while (cursor_more(&list)) {
		keep(to->shares, &to->share_count, TLS_MAX_SHARES, cursor_be16(&list));
		cursor_skip(&list, cursor_be16(&list));
	}
}

void tls_ticket_id(struct cursor ticket, uint8_t to[static TLS_TICKET_ID])
{
	uint64_t parts[2] = { hash_bytes(ticket.next, ticket.captured, 1),
		hash_bytes(ticket.next, ticket.captured, 2) };
	memcpy(to, parts, TLS_TICKET_ID);
}

static void client_extension(uint16_t type, struct cursor in, struct tls_client_hello *to)
{
	struct cursor list;
	switch (type) {
	case TLS_EXTENSION_SERVER_NAME:
		keep_server_name(in, to);
		break;
	case TLS_EXTENSION_GROUPS:
		list = cursor_split(&in, cursor_be16(&in));
		keep_all(&list, to->groups, &to->group_count, TLS_MAX_GROUPS);
		break;
	case TLS_EXTENSION_SIGNATURES:
		list = cursor_split(&in, cursor_be16(&in));
		keep_all(&list, to->signatures, &to->signature_count, TLS_MAX_SIGNATURES);
		break;
	case TLS_EXTENSION_ALPN:
		keep_protocols(in, to->protocols, sizeof to->protocols);
		break;
	case TLS_EXTENSION_ENCRYPT_THEN_MAC:
		to->encrypt_then_mac = true;
		break;
	case TLS_EXTENSION_MASTER_SECRET:
		to->extended_master_secret = true;
		break;
	case TLS_EXTENSION_TICKET:
		to->ticket = in.declared > 0;
		tls_ticket_id(in, to->ticket_id);
		break;
	case TLS_EXTENSION_PSK:
		to->psk = true;
		break;
	case TLS_EXTENSION_EARLY_DATA:
		to->early_data = true;
		break;
	case TLS_EXTENSION_VERSIONS:
		keep_versions(in, to);
		break;
	case TLS_EXTENSION_KEY_SHARE:
	case TLS_EXTENSION_KEY_SHARE_DRAFT:
		keep_shares(in, to);
		break;
	case TLS_EXTENSION_ECH:
		to->encrypted_hello = true;
		break;
	case TLS_EXTENSION_CONNECTION_ID:
		to->connection_id_length = cursor_u8(&in);
		to->connection_id = cursor_ok(&in);
		break;
	default:
		break;
	}
}

/* What it speaks at the least and at the most. Before TLS 1.3 only the latter was said. */
static void settle_versions(struct tls_client_hello *to)
{
	to->maximum = to->version;
	for (unsigned i = 0; i < to->version_count; i++) {
		uint16_t version = to->versions[i];
		/* Drafts of TLS 1.3 stand for it. */
		if (version >> 8 == 0x7f || version >> 8 == 0xfb)
			version = TLS_1_3;
		if (i == 0 || version > to->maximum)
			to->maximum = version;
		if (i == 0 || version < to->minimum)
			to->minimum = version;
	}
}

static void keep_cipher(struct tls_client_hello *to, uint16_t cipher)
{
	to->fallback |= cipher == 0x5600;
	keep(to->ciphers, &to->cipher_count, TLS_MAX_CIPHERS, cipher);
}

static void read_session_id(struct cursor *in, struct tls_client_hello *to)
{
	uint8_t length = cursor_u8(in);
	const uint8_t *id = cursor_take(in, length);
	if (id && length <= sizeof to->session_id)
		memcpy(to->session_id, id, length);
	to->session_id_length = id && length <= sizeof to->session_id ? length : 0;
}

bool tls_read_client_hello(struct cursor in, struct tls_client_hello *to)
{
	to->length = (uint32_t)in.declared;
	uint16_t version = cursor_be16(&in);
	to->version = tls_version_of(version);
	cursor_bytes(&in, to->random, RANDOM_LENGTH);
	read_session_id(&in, to);
	if (to->version != version)
		cursor_skip(&in, cursor_u8(&in));    /* the cookie of DTLS */
	struct cursor ciphers = cursor_split(&in, cursor_be16(&in));
	while (cursor_more(&ciphers))
		keep_cipher(to, cursor_be16(&ciphers));
	cursor_skip(&in, cursor_u8(&in));    /* compression methods */
	if (cursor_more(&in)) {
		struct cursor extensions = cursor_split(&in, cursor_be16(&in));
		while (cursor_more(&extensions)) {
			uint16_t type = cursor_be16(&extensions);
			struct cursor body = cursor_split(&extensions, cursor_be16(&extensions));
			if (!cursor_ok(&extensions))
				return false;
			to->extensions++;
			client_extension(type, body, to);
		}
	}
	settle_versions(to);
	return cursor_ok(&in) && cursor_ok(&ciphers);
}

bool tls_read_ssl2_hello(struct cursor in, struct tls_client_hello *to)
{
	to->length = (uint32_t)in.declared;
	cursor_skip(&in, 1);                 /* message type */
	to->version = cursor_be16(&in);
	size_t ciphers_length = cursor_be16(&in), session_length = cursor_be16(&in);
	size_t challenge_length = cursor_be16(&in);
	struct cursor ciphers = cursor_split(&in, ciphers_length);
	while (cursor_more(&ciphers)) {
		uint32_t cipher = cursor_be24(&ciphers);
		if (cipher <= UINT16_MAX)
			keep_cipher(to, (uint16_t)cipher);
	}
	cursor_skip(&in, session_length);
	if (challenge_length <= RANDOM_LENGTH)
		cursor_bytes(&in, to->random + RANDOM_LENGTH - challenge_length, challenge_length);
	to->maximum = to->version;
	to->minimum = to->version == SSL_2_0 ? SSL_2_0 : 0;
	return cursor_ok(&in) && cursor_ok(&ciphers);
}

struct choice { bool session_equal, psk; };

static void server_extension(uint16_t type, struct cursor in, bool retry, struct tls_server_hello *to,
			     struct choice *choice)
{
	switch (type) {
	case TLS_EXTENSION_VERSIONS:
		to->version = tls_version_of(cursor_be16(&in));
		break;
	case TLS_EXTENSION_CONNECTION_ID:
		to->connection_id_length = cursor_u8(&in);
		to->connection_id = cursor_ok(&in);
		break;
	case TLS_EXTENSION_KEY_SHARE:
	case TLS_EXTENSION_KEY_SHARE_DRAFT:
		to->group = cursor_be16(&in);
		break;
	case TLS_EXTENSION_PSK:
		choice->psk = !retry;
		break;
	case TLS_EXTENSION_TICKET:
		to->ticket = true;
		break;
	case TLS_EXTENSION_ENCRYPT_THEN_MAC:
		to->encrypt_then_mac = true;
		break;
	case TLS_EXTENSION_MASTER_SECRET:
		to->extended_master_secret = true;
		break;
	case TLS_EXTENSION_ALPN:
		keep_protocols(in, to->protocol, sizeof to->protocol);
		break;
	default:
		break;
	}
}

/* SHA-256 of "HelloRetryRequest" (RFC 8446, 4.1.3) */
static const uint8_t retry_random[RANDOM_LENGTH] = {
	0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8, 0x91,
	0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8, 0x33, 0x9c,
};

static bool is_tls13(uint16_t version)
{
	return version >= TLS_1_3;       /* drafts are larger still */
}

bool tls_read_server_hello(struct cursor in, const struct tls_client_hello *client,
			   struct tls_server_hello *to, bool *retry)
{
	struct choice choice = { false, false };
	to->version = tls_version_of(cursor_be16(&in));
	cursor_bytes(&in, to->random, RANDOM_LENGTH);
	*retry = memcmp(to->random, retry_random, RANDOM_LENGTH) == 0;
	if (tls_is_early_draft(to->version)) {
		to->cipher = cursor_be16(&in);
	} else {
		uint8_t length = cursor_u8(&in);
		const uint8_t *id = cursor_take(&in, length);
		if (id && length <= sizeof to->session_id) {
			memcpy(to->session_id, id, length);
			to->session_id_length = length;
		}
		choice.session_equal = client && id && length && length == client->session_id_length &&
			memcmp(id, client->session_id, length) == 0;
		to->cipher = cursor_be16(&in);
		to->compression = cursor_u8(&in);
	}
	if (cursor_more(&in)) {
		struct cursor extensions = cursor_split(&in, cursor_be16(&in));
		while (cursor_more(&extensions)) {
			uint16_t type = cursor_be16(&extensions);
			struct cursor body = cursor_split(&extensions, cursor_be16(&extensions));
			if (cursor_ok(&extensions))
				server_extension(type, body, *retry, to, &choice);
		}
	}
	/* In TLS 1.3 the identifier is only sent back, for the sake of middleboxes. */
	to->resumed = is_tls13(to->version) ? choice.psk : choice.session_equal;
	return cursor_ok(&in);
}

bool tls_read_encrypted_extensions(struct cursor in, char *protocol, size_t size)
{
	struct cursor extensions = cursor_split(&in, cursor_be16(&in));
	while (cursor_more(&extensions)) {
		uint16_t type = cursor_be16(&extensions);
		struct cursor body = cursor_split(&extensions, cursor_be16(&extensions));
		if (type == TLS_EXTENSION_ALPN && cursor_ok(&body))
			keep_protocols(body, protocol, size);
	}
	return protocol[0] != '\0';
}

static unsigned bits_of(const uint8_t *number, size_t length)
{
	while (length && !*number) {
		number++;
		length--;
	}
	return length ? (unsigned)(length * 8) - (unsigned)(__builtin_clz(*number) - 24) : 0;
}

uint16_t tls_read_key_bits(struct cursor in, uint16_t cipher)
{
	const char *name = field_words(tls_cipher_suites, cipher);
	if (!name || (strncmp(name, "TLS_DHE_", 8) != 0 && strncmp(name, "TLS_DH_anon", 11) != 0) ||
	    strstr(name, "PSK"))
		return 0;
	size_t length = cursor_be16(&in);
	const uint8_t *prime = cursor_take(&in, length);
	unsigned bits = prime ? bits_of(prime, length) : 0;
	return bits > UINT16_MAX ? UINT16_MAX : (uint16_t)bits;
}
