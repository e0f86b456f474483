/* Handshake messages of TLS to what analysis needs of them. `in` is the body of one message. */
#ifndef DECODE_TLS_HANDSHAKE_H
#define DECODE_TLS_HANDSHAKE_H

#include "decode/tls.h"

/* They fill `to`, which is zeroed; false when the message contradicts itself. */
bool tls_read_client_hello(struct cursor in, struct tls_client_hello *to);
/* `client` NULL: not seen. A HelloRetryRequest is a Server Hello with a random of its own (RFC 8446 4.1.3). */
bool tls_read_server_hello(struct cursor in, const struct tls_client_hello *client,
			   struct tls_server_hello *to, bool *retry);
/* SSL 2.0's form of the hello, behind its length (RFC 5246, E.2). */
bool tls_read_ssl2_hello(struct cursor in, struct tls_client_hello *to);
/* The protocol that EncryptedExtensions name (TLS 1.3). False: none. */
bool tls_read_encrypted_extensions(struct cursor in, char *protocol, size_t size);
/* Stands for the bytes of a session ticket. */
#define TLS_TICKET_ID 16
void tls_ticket_id(struct cursor ticket, uint8_t to[static TLS_TICKET_ID]);
/* Bits of the prime of a ServerKeyExchange with finite-field Diffie-Hellman, 0 for others. */
uint16_t tls_read_key_bits(struct cursor in, uint16_t cipher);

/* The certificates of a message, one after the other. */
struct tls_certificate_walk { struct cursor in; bool tls13; };
struct tls_certificate_walk tls_certificate_walk(struct cursor in, bool tls13);
/* The next certificate's DER; false at the end. */
bool tls_certificate_next(struct tls_certificate_walk *walk, struct cursor *der);

/* Reads a chain. `server_name` is what the client asked for, or empty. */
void tls_read_certificates(struct cursor in, bool tls13, const char *server_name,
			   struct tls_certificates *to);
/* Does a name of a certificate, which may begin with "*.", stand for this host? RFC 9525, 6.3. */
bool tls_name_matches(const char *pattern, size_t length, const char *host);

#endif
