/* Which keys open which record of a connection: RFC 8446, 7 and 4.6.3; RFC 5246, 8.1; RFC 7627. */
#include "config.h"

#include <stdlib.h>

#include "core/memory.h"
#include "decode/tls_crypt.h"
#include "decode/tls_handshake.h"
#include "decode/tls_keys.h"
#include "decode/tls_names.h"
#include "decode/tls_state.h"

enum { MAX_TRANSCRIPT = 64 << 10 };

#ifdef HAVE_CRYPTO
static const bool can_decrypt = true;
#else
static const bool can_decrypt = false;
#endif

struct tls_decryption {
	struct tls_cipher *cipher[2];
	bool trying[2];              /* only the keys of a later part are there: until one fits */
	bool early;                  /* the client's records are early data (0-RTT) */
	bool has_master, extended;
	uint8_t client_random[32], server_random[32], master[TLS_MASTER_LENGTH];
	uint8_t *transcript;         /* handshake messages, where a private key may need them */
	size_t length, capacity;
	bool too_long;
	struct tls_keys *keys;       /* from the server's hello on */
};

bool tls_decrypt_ready(const struct tls_state *state, unsigned index)
{
	return state->decryption && state->decryption->cipher[index];
}

size_t tls_decrypt_held(const struct tls_state *state)
{
	return state->decryption ? sizeof *state->decryption + state->decryption->capacity : 0;
}

static void set_cipher(struct tls_decryption *own, unsigned index, struct tls_cipher *cipher)
{
	tls_cipher_destroy(own->cipher[index]);
	own->cipher[index] = cipher;
	own->trying[index] = false;
}

void tls_decrypt_finish(struct tls_state *state)
{
	struct tls_decryption *own = state->decryption;
	if (!own)
		return;
	if (own->keys)
		tls_keys_tally(own->keys, state->connection.secrets == TLS_SECRETS_USED);
	set_cipher(own, 0, NULL);
	set_cipher(own, 1, NULL);
	free(own->transcript);
	free(own);
	state->decryption = NULL;
}

void tls_decrypt_lost(struct tls_state *state, unsigned index)
{
	if (!tls_decrypt_ready(state, index))
		return;
	set_cipher(state->decryption, index, NULL);
	state->connection.secrets = TLS_SECRETS_LOST;
}

/* ---- TLS 1.3 ----------------------------------------------------------------------------------- */

static struct tls_cipher *cipher_of(const struct tls_state *state, struct stream *stream, enum tls_label label)
{
	uint8_t secret[TLS_MAX_SECRET];
	const struct tls_decryption *own = state->decryption;
	size_t length = tls_keys_find(stream->keys, label, own->client_random, 32, secret);
	return length ? tls_cipher_create13(state->connection.cipher, secret, length) : NULL;
}

/* The suite of early data is that of the session it belongs to, which nobody says. The secret's length tells
 * the hash; which of the suites it is shows when a record fits. */
static void begin_early(struct tls_state *state, struct stream *stream, unsigned index)
{
	uint8_t secret[TLS_MAX_SECRET];
	struct tls_decryption *own = state->decryption;
	size_t length = tls_keys_find(stream->keys, TLS_LABEL_EARLY, own->client_random, 32, secret);
	if (!length)
		return;
	for (unsigned i = 0; i < state->client_hello->cipher_count && !own->cipher[index]; i++)
		set_cipher(own, index, tls_cipher_create13(state->client_hello->ciphers[i], secret, length));
	own->early = own->cipher[index] != NULL;
}

static void begin_handshake_keys(struct tls_state *state, struct stream *stream)
{
	struct tls_decryption *own = state->decryption;
	for (unsigned index = 0; index < 2; index++) {
		bool by_client = index == state->client;
		if (by_client && own->early)
			continue;
		struct tls_cipher *cipher = cipher_of(state, stream, by_client ? TLS_LABEL_CLIENT_HANDSHAKE
									      : TLS_LABEL_SERVER_HANDSHAKE);
		bool trying = !cipher;
		if (!cipher)
			cipher = cipher_of(state, stream, by_client ? TLS_LABEL_CLIENT_TRAFFIC
								    : TLS_LABEL_SERVER_TRAFFIC);
		set_cipher(own, index, cipher);
		own->trying[index] = trying && cipher;
	}
}

/* What encrypts behind the Finished. */
static void begin_traffic(struct tls_state *state, struct stream *stream, unsigned index)
{
	bool by_client = index == state->client;
	set_cipher(state->decryption, index,
		   cipher_of(state, stream, by_client ? TLS_LABEL_CLIENT_TRAFFIC : TLS_LABEL_SERVER_TRAFFIC));
}

/* ---- TLS 1.0 to 1.2 ---------------------------------------------------------------------------- */

static void add_to_transcript(struct tls_decryption *own, struct cursor whole)
{
	if (own->too_long || own->length + whole.captured > MAX_TRANSCRIPT) {
		own->too_long = true;
		return;
	}
	own->transcript = memory_grow(own->transcript, &own->capacity, own->length + whole.captured, 1);
	memcpy(own->transcript + own->length, whole.next, whole.captured);
	own->length += whole.captured;
}

/* From the encrypted premaster secret: by the key log, or with the server's private key. */
static void take_premaster(struct tls_state *state, struct stream *stream, struct cursor in)
{
	struct tls_decryption *own = state->decryption;
	uint8_t premaster[TLS_MAX_SECRET];
	struct tls_suite parts;
	tls_suite_parts(state->connection.cipher, &parts);
	if (!parts.rsa_exchange || own->too_long)
		return;
	struct cursor encrypted = cursor_split(&in, cursor_be16(&in));
	if (!cursor_ok(&in) || encrypted.captured < 8)
		return;
	if (tls_keys_find(stream->keys, TLS_LABEL_PREMASTER, encrypted.next, 8, premaster) != TLS_MASTER_LENGTH &&
	    !tls_keys_decrypt(stream->keys, encrypted.next, encrypted.captured, premaster))
		return;
	own->has_master = tls_make_master(state->connection.version, state->connection.cipher, premaster,
					  TLS_MASTER_LENGTH, own->client_random, own->server_random,
					  own->transcript, own->length, own->extended, own->master);
	if (own->has_master && state->server_hello && state->server_hello->session_id_length)
		tls_keys_remember(stream->keys, TLS_LABEL_SESSION, state->server_hello->session_id,
				  state->server_hello->session_id_length, own->master, TLS_MASTER_LENGTH);
}

/* A session that is resumed has the master secret of the one before. */
static void take_resumed(struct tls_state *state, struct stream *stream)
{
	struct tls_decryption *own = state->decryption;
	const struct tls_server_hello *server = state->server_hello;
	uint8_t secret[TLS_MAX_SECRET];
	size_t length = 0;
	if (!server || !server->resumed)
		return;
	if (state->client_hello && state->client_hello->ticket)
		length = tls_keys_find(stream->keys, TLS_LABEL_SESSION, state->client_hello->ticket_id, TLS_TICKET_ID,
				       secret);
	if (!length)
		length = tls_keys_find(stream->keys, TLS_LABEL_SESSION, server->session_id,
				       server->session_id_length, secret);
	if (length != TLS_MASTER_LENGTH)
		return;
	memcpy(own->master, secret, length);
	own->has_master = true;
}

static bool find_master(struct tls_state *state, struct stream *stream)
{
	struct tls_decryption *own = state->decryption;
	uint8_t secret[TLS_MAX_SECRET];
	if (!own->has_master &&
	    tls_keys_find(stream->keys, TLS_LABEL_MASTER, own->client_random, 32, secret) == TLS_MASTER_LENGTH) {
		memcpy(own->master, secret, TLS_MASTER_LENGTH);
		own->has_master = true;
	}
	if (!own->has_master)
		take_resumed(state, stream);
	return own->has_master;
}

void tls_decrypt_change(struct tls_state *state, struct stream *stream, unsigned index)
{
	struct tls_decryption *own = state->decryption;
	struct tls_connection *connection = &state->connection;
	if (!own || !connection->version || connection->version >= TLS_1_3 || !state->server_hello)
		return;
	if (!find_master(state, stream)) {
		set_cipher(own, index, NULL);
		return;
	}
	const struct tls_session_keys keys = { connection->version, connection->cipher, own->master,
		own->client_random, own->server_random, state->server_hello->encrypt_then_mac };
	set_cipher(own, index, tls_cipher_create(&keys, index == state->client));
	connection->secrets = own->cipher[index] ? TLS_SECRETS_USED : TLS_SECRETS_UNSUPPORTED;
}

/* ---- Messages ---------------------------------------------------------------------------------- */

static void take_client_hello(struct tls_state *state, struct stream *stream, unsigned index)
{
	struct tls_decryption *own = state->decryption;
	if (!own) {
		own = state->decryption = memory_zeroed(1, sizeof *own);
		state->connection.secrets = TLS_SECRETS_MISSING;
	}
	own->has_master = false;
	own->length = 0;
	own->too_long = !tls_keys_has_private(stream->keys);
	memcpy(own->client_random, state->client_hello->random, 32);
	if (state->client_hello->early_data && !own->cipher[index])
		begin_early(state, stream, index);
}

static void take_server_hello(struct tls_state *state, struct stream *stream)
{
	struct tls_decryption *own = state->decryption;
	struct tls_connection *connection = &state->connection;
	struct tls_suite parts;
	own->keys = stream->keys;
	memcpy(own->server_random, state->server_hello->random, 32);
	own->extended = state->server_hello->extended_master_secret;
	if (connection->version != TLS_1_3)
		return;
	begin_handshake_keys(state, stream);
	if (own->cipher[0] || own->cipher[1])
		connection->secrets = TLS_SECRETS_USED;
	else if (!tls_suite_parts(connection->cipher, &parts) || !can_decrypt)
		connection->secrets = TLS_SECRETS_UNSUPPORTED;
}

static void take_ticket(struct tls_state *state, struct stream *stream, struct cursor in)
{
	uint8_t id[TLS_TICKET_ID];
	cursor_skip(&in, 4);         /* lifetime */
	struct cursor ticket = cursor_split(&in, cursor_be16(&in));
	if (!cursor_ok(&in) || !state->decryption->has_master || !tls_keys_has_private(stream->keys))
		return;
	tls_ticket_id(ticket, id);
	tls_keys_remember(stream->keys, TLS_LABEL_SESSION, id, sizeof id, state->decryption->master,
			  TLS_MASTER_LENGTH);
}

static void message13(struct tls_state *state, struct stream *stream, unsigned index, uint8_t type)
{
	struct tls_decryption *own = state->decryption;
	if (!own->cipher[index])
		return;
	if (type == TLS_FINISHED && !(own->early && index == state->client)) {
		begin_traffic(state, stream, index);
	} else if (type == TLS_END_OF_EARLY_DATA && own->early) {
		own->early = false;
		set_cipher(own, index, cipher_of(state, stream, TLS_LABEL_CLIENT_HANDSHAKE));
	} else if (type == TLS_KEY_UPDATE && !tls_cipher_update(own->cipher[index])) {
		set_cipher(own, index, NULL);
	}
}

void tls_decrypt_message(struct tls_state *state, struct stream *stream, unsigned index, uint8_t type,
			 struct cursor in, struct cursor whole)
{
	if (!stream->keys || (!state->decryption && !tls_keys_any(stream->keys)))
		return;
	if (type == TLS_CLIENT_HELLO && state->client_hello)
		take_client_hello(state, stream, index);
	struct tls_decryption *own = state->decryption;
	if (!own)
		return;
	if (!own->too_long && type != TLS_HELLO_REQUEST)
		add_to_transcript(own, whole);
	if (type == TLS_SERVER_HELLO && state->server_hello)
		take_server_hello(state, stream);
	else if (type == TLS_CLIENT_KEY_EXCHANGE)
		take_premaster(state, stream, in);
	else if (type == TLS_NEW_SESSION_TICKET && state->connection.version < TLS_1_3)
		take_ticket(state, stream, in);
	else if (state->connection.version == TLS_1_3)
		message13(state, stream, index, type);
}

/* ---- Records ----------------------------------------------------------------------------------- */

bool tls_decrypt_record(struct tls_state *state, unsigned index, const uint8_t *header, const uint8_t *bytes,
			size_t length, uint8_t *to, size_t *opened, uint8_t *type)
{
	struct tls_decryption *own = state->decryption;
	if (tls_cipher_open(own->cipher[index], header, bytes, length, to, opened, type)) {
		own->trying[index] = false;
		state->connection.secrets = TLS_SECRETS_USED;
		return true;
	}
	if (own->trying[index] || (own->early && index == state->client))
		return false;        /* the next one may fit */
	state->connection.secrets = TLS_SECRETS_WRONG;
	set_cipher(own, index, NULL);
	return false;
}
