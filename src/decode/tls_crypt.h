/* Keys and records of TLS 1.0 to 1.3. Without libcrypto nothing can be opened. */
#ifndef DECODE_TLS_CRYPT_H
#define DECODE_TLS_CRYPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One direction's keys. */
struct tls_cipher;

/* Where keys of TLS 1.0 to 1.2 come from. */
struct tls_session_keys {
	uint16_t version, suite;
	const uint8_t *master;       /* 48 bytes */
	const uint8_t *client_random, *server_random;        /* 32 bytes each */
	bool encrypt_then_mac;
};

/* NULL: the suite or the version cannot be decrypted. Free with tls_cipher_destroy. */
struct tls_cipher *tls_cipher_create(const struct tls_session_keys *keys, bool of_client);
/* TLS 1.3: from a traffic secret. */
struct tls_cipher *tls_cipher_create13(uint16_t suite, const uint8_t *secret, size_t length);
void tls_cipher_destroy(struct tls_cipher *cipher);     /* NULL is fine */

/* Opens the next record. `header` are its five bytes. What is inside goes to `to`, which has room for `length`
 * bytes; its length to `*opened` and, with TLS 1.3, its true type to `*type`. False: it does not fit the keys; then
 * the cipher still waits for a record of this number. */
bool tls_cipher_open(struct tls_cipher *cipher, const uint8_t *header, const uint8_t *bytes, size_t length,
		     uint8_t *to, size_t *opened, uint8_t *type);
/* The keys behind a KeyUpdate (RFC 8446, 7.2). */
bool tls_cipher_update(struct tls_cipher *cipher);

/* The master secret from a premaster secret; the extended one (RFC 7627) hangs on all messages of the handshake up
 * to the Client Key Exchange. */
bool tls_make_master(uint16_t version, uint16_t suite, const uint8_t *premaster, size_t premaster_length,
		     const uint8_t *client_random, const uint8_t *server_random, const uint8_t *handshake,
		     size_t handshake_length, bool extended, uint8_t master[static 48]);

/* HKDF-Expand-Label of RFC 8446, 7.1, without context. */
bool tls_expand_label(const char *digest, const uint8_t *secret, size_t length, const char *label, uint8_t *to,
		      size_t size);

#endif
