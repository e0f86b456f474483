/* What is remembered of one TLS connection. Internal to the decoder's files. */
#ifndef DECODE_TLS_STATE_H
#define DECODE_TLS_STATE_H

#include "decode/tls.h"

struct tls_decryption;           /* tls_decrypt.c */
struct tls_kept;                 /* bytes that facts point to, until the next packet */

struct tls_direction {           /* what one end sent */
	uint8_t *begun;              /* handshake bytes whose message has not ended */
	size_t length, capacity;
	uint64_t body;               /* bytes of the record behind a header that was told */
	uint64_t beyond;             /* bytes still to come of a handshake message that is too long to hold */
	uint64_t records;
	bool encrypted;              /* behind its ChangeCipherSpec (before TLS 1.3) */
	bool plain;                  /* does not speak TLS */
	bool cut_told;
};

struct tls_state {
	struct tls_connection connection;
	struct tls_client_hello *client_hello;
	struct tls_server_hello *server_hello, *retry;
	struct tls_certificates *certificates;
	struct tls_direction direction[2];   /* [0]: of the end whose bytes came first */
	struct tls_kept *kept;
	struct tls_decryption *decryption;   /* NULL: nobody gave secrets */
	char protocol[32];           /* ALPN, chosen by the server; empty: not known */
	uint64_t packet;             /* which the facts told last belong to */
	uint8_t data_records;        /* since the last handshake message, as far as that matters */
	uint8_t last_type;           /* of the record before, within the same packet */
	uint16_t first_port;         /* of the end whose bytes came first */
	bool begun;
	bool hellos;                 /* a hello told who is the client */
	uint8_t client;              /* index into direction */
	bool ssl2;                   /* records of SSL 2.0 follow */
};

/* What the messages say (tls_agree.c). The index of a direction is that of tls_state.direction. */

/* A handshake message that is whole; `in` is its body. */
void tls_take_message(struct tls_state *state, uint8_t type, struct cursor in, unsigned index,
		      struct tls_facts *facts);
/* The same for a hello of which only the first part, or an old form, is at hand. */
void tls_take_client_hello(struct tls_state *state, struct cursor in, bool ssl2);
/* A hello says who is the client. False: that was known. */
bool tls_learn_client(struct tls_state *state, unsigned index);
/* Lets state->connection show what was agreed on. */
void tls_show_parts(struct tls_state *state);
/* A copy that facts may point to until the next packet, which begins with tls_forget_kept. */
uint8_t *tls_keep(struct tls_state *state, const uint8_t *bytes, size_t length);
void tls_forget_kept(struct tls_state *state);
/* Frees the hellos and certificates; the versions and the cipher suite stay known. */
void tls_forget_details(struct tls_state *state);
/* How many bytes those are. */
size_t tls_state_held(const struct tls_state *state);

/* Decryption, where the stream has secrets. The index is that of tls_state.direction. */

/* Can records of that direction be opened, so that they are needed in full? */
bool tls_decrypt_ready(const struct tls_state *state, unsigned index);
/* A handshake message: its keys, or what they come from. `in` is its body, `whole` the message. */
void tls_decrypt_message(struct tls_state *state, struct stream *stream, unsigned index, uint8_t type,
			 struct cursor in, struct cursor whole);
/* The ChangeCipherSpec of TLS 1.0 to 1.2. */
void tls_decrypt_change(struct tls_state *state, struct stream *stream, unsigned index);
/* Opens a record. `to` has room for `length` bytes. */
bool tls_decrypt_record(struct tls_state *state, unsigned index, const uint8_t *header, const uint8_t *bytes,
			size_t length, uint8_t *to, size_t *opened, uint8_t *type);
/* The trace lacks records of that direction. */
void tls_decrypt_lost(struct tls_state *state, unsigned index);
void tls_decrypt_finish(struct tls_state *state);
size_t tls_decrypt_held(const struct tls_state *state);

#endif
