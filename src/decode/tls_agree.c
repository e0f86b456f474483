/* What the messages of a handshake agree on, whoever carries them: records on a stream, datagrams, QUIC. */
#include "decode/tls_state.h"

#include <stdlib.h>

#include "core/memory.h"
#include "decode/dtls.h"
#include "decode/quic.h"
#include "decode/tls_handshake.h"

struct tls_kept {
	struct tls_kept *next;
	uint8_t bytes[];
};

uint8_t *tls_keep(struct tls_state *state, const uint8_t *bytes, size_t length)
{
	struct tls_kept *kept = memory_allocate(sizeof *kept + length);
	memcpy(kept->bytes, bytes, length);
	kept->next = state->kept;
	state->kept = kept;
	return kept->bytes;
}

void tls_forget_kept(struct tls_state *state)
{
	while (state->kept) {
		struct tls_kept *next = state->kept->next;
		free(state->kept);
		state->kept = next;
	}
}

void tls_forget_details(struct tls_state *state)
{
	free(state->client_hello);
	free(state->server_hello);
	free(state->retry);
	free(state->certificates);
	state->client_hello = NULL;
	state->server_hello = state->retry = NULL;
	state->certificates = NULL;
}

size_t tls_state_held(const struct tls_state *state)
{
	return (state->client_hello ? sizeof *state->client_hello : 0) +
		(state->server_hello ? sizeof *state->server_hello : 0) +
		(state->retry ? sizeof *state->retry : 0) +
		(state->certificates ? sizeof *state->certificates : 0);
}

/* The parts are made when they are needed, which keeps an idle connection small. */
void tls_show_parts(struct tls_state *state)
{
	struct tls_connection *connection = &state->connection;
	connection->client = state->client_hello;
	connection->server = state->server_hello;
	connection->retry = state->retry;
	connection->certificates = state->certificates;
}

bool tls_learn_client(struct tls_state *state, unsigned index)
{
	if (state->hellos)
		return false;
	state->hellos = true;
	state->client = (uint8_t)index;
	return true;
}

void tls_take_client_hello(struct tls_state *state, struct cursor in, bool ssl2)
{
	struct tls_client_hello *hello = state->client_hello;
	bool retried = state->retry && !state->server_hello;
	if (!hello)
		hello = state->client_hello = memory_allocate(sizeof *hello);
	*hello = (struct tls_client_hello){ .retried = retried };
	hello->complete = ssl2 ? tls_read_ssl2_hello(in, hello) : tls_read_client_hello(in, hello);
}

static void take_server_hello(struct tls_state *state, struct cursor in)
{
	struct tls_server_hello hello = { 0 };
	bool retry = false;
	if (!tls_read_server_hello(in, state->client_hello, &hello, &retry))
		return;
	struct tls_server_hello **to = retry ? &state->retry : &state->server_hello;
	if (!*to)
		*to = memory_allocate(sizeof **to);
	**to = hello;
	state->connection.version = hello.version;
	state->connection.cipher = hello.cipher;
	memcpy(state->protocol, hello.protocol, sizeof state->protocol);
}

static void take_certificate(struct tls_state *state, struct cursor in, bool by_client,
			     struct tls_facts *facts)
{
	bool tls13 = state->connection.version >= TLS_1_3;
	struct tls_certificates certificates = { 0 };
	const char *asked = state->client_hello ? state->client_hello->server_name : "";
	if (by_client) {
		struct tls_certificate_walk walk = tls_certificate_walk(in, tls13);
		struct cursor der;
		facts->empty_certificate = !tls_certificate_next(&walk, &der);
		return;
	}
	tls_read_certificates(in, tls13, asked, &certificates);
	facts->empty_certificate = !certificates.count;
	if (!state->certificates)
		state->certificates = memory_allocate(sizeof *state->certificates);
	*state->certificates = certificates;
}

void tls_take_message(struct tls_state *state, uint8_t type, struct cursor in, unsigned index,
		      struct tls_facts *facts)
{
	if (facts->message_count < TLS_MAX_MESSAGES)
		facts->messages[facts->message_count++] = type;
	bool by_client = index == state->client;
	switch (type) {
	case TLS_CLIENT_HELLO:
		tls_learn_client(state, index);
		tls_take_client_hello(state, in, false);
		break;
	case TLS_SERVER_HELLO:
	case TLS_HELLO_RETRY_REQUEST:
		tls_learn_client(state, !index);
		take_server_hello(state, in);
		break;
	case TLS_CERTIFICATE:
		take_certificate(state, in, by_client, facts);
		break;
	case TLS_ENCRYPTED_EXTENSIONS:
		tls_read_encrypted_extensions(in, state->protocol, sizeof state->protocol);
		break;
	case TLS_SERVER_KEY_EXCHANGE:
		facts->key_bits = tls_read_key_bits(in, state->connection.cipher);
		break;
	default:
		break;
	}
	facts->by_client = index == state->client;
}

const struct decoder *const tls_carriers[] = { &tls_decoder, &dtls_decoder, &quic_decoder, NULL };

const struct tls_facts *tls_facts_in(const struct decoder *decoder, const void *facts)
{
	for (const struct decoder *const *carrier = tls_carriers; *carrier; carrier++)
		if (*carrier == decoder)
			return facts;
	return NULL;
}
