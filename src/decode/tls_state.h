/* What is remembered of one TLS connection. Internal to the decoder's files. */
#ifndef DECODE_TLS_STATE_H
#define DECODE_TLS_STATE_H

#include "decode/tls.h"

struct tls_kept;                 /* bytes that facts point to, until the next packet */

struct tls_direction {           /* what one end sent */
	uint8_t *begun;              /* handshake bytes whose message has not ended */
	size_t length, capacity;
	uint64_t body;               /* bytes of the record behind a header that was told */
	uint64_t skipping;           /* of those that are being passed over */
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
	uint64_t packet;             /* which the facts told last belong to */
	uint8_t last_type;           /* of the record before, within the same packet */
	uint16_t first_port;         /* of the end whose bytes came first */
	bool begun;
	bool hellos;                 /* a hello told who is the client */
	uint8_t client;              /* index into direction */
	bool ssl2;                   /* records of SSL 2.0 follow */
};

#endif
