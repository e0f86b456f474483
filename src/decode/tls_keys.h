/* Secrets to decrypt TLS with: key logs (SSLKEYLOGFILE, as browsers and OpenSSL write them), the decryption
 * secrets blocks of pcapng, and private RSA keys. Nothing of them is ever written out. */
#ifndef DECODE_TLS_KEYS_H
#define DECODE_TLS_KEYS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/error.h"

struct source_report;

#define TLS_MAX_SECRET 64        /* bytes; a master secret has 48, a traffic secret as many as its hash */
#define TLS_MASTER_LENGTH 48

enum tls_label {                 /* of the lines of a key log */
	TLS_LABEL_MASTER,            /* CLIENT_RANDOM: before TLS 1.3 */
	TLS_LABEL_EARLY, TLS_LABEL_CLIENT_HANDSHAKE, TLS_LABEL_SERVER_HANDSHAKE, TLS_LABEL_CLIENT_TRAFFIC,
	TLS_LABEL_SERVER_TRAFFIC,
	TLS_LABEL_PREMASTER,         /* RSA: found by the first bytes of the encrypted premaster secret */
	TLS_LABEL_SESSION,           /* master secret of a session that can be resumed, by what names it */
};

struct tls_keys;

struct tls_keys *tls_keys_create(void);
void tls_keys_destroy(struct tls_keys *keys);       /* NULL is fine */

/* Text of a key log. Lines that are none are passed over. Returns how many were understood. */
size_t tls_keys_add_log(struct tls_keys *keys, const char *bytes, size_t length);
/* A private RSA key in PEM or DER. False, with `error`: it is none, or this build cannot. */
bool tls_keys_add_private(struct tls_keys *keys, const void *bytes, size_t length, struct error *error);
/* Also takes the secrets that the trace brings, as they come. `report` must outlive the keys. */
void tls_keys_follow(struct tls_keys *keys, const struct source_report *report);

/* False: there are none at all. */
bool tls_keys_any(struct tls_keys *keys);
bool tls_keys_has_private(const struct tls_keys *keys);
/* The secret of `label` for `id` (a client random, of 32 bytes): its length, 0: unknown. */
size_t tls_keys_find(struct tls_keys *keys, enum tls_label label, const uint8_t *id, size_t id_length,
		     uint8_t to[static TLS_MAX_SECRET]);
/* Remembers one that was worked out. */
void tls_keys_remember(struct tls_keys *keys, enum tls_label label, const uint8_t *id, size_t id_length,
		       const uint8_t *secret, size_t length);
/* A conversation is over whose records could be read with them, or not. */
void tls_keys_tally(struct tls_keys *keys, bool opened);
/* How many conversations that was, and how many were opened. */
uint64_t tls_keys_tried(const struct tls_keys *keys, uint64_t *opened);
/* Decrypts a premaster secret with whichever private key fits: 48 bytes. */
bool tls_keys_decrypt(struct tls_keys *keys, const uint8_t *encrypted, size_t length,
		      uint8_t to[static TLS_MASTER_LENGTH]);

#endif
