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
