/* Names of what IANA registers for TLS, and what they say about security. */
#ifndef DECODE_TLS_NAMES_H
#define DECODE_TLS_NAMES_H

#include "decode/field.h"

extern const struct field_name tls_versions[], tls_content_types[], tls_handshake_types[],
	tls_ssl2_types[], tls_alert_levels[], tls_alerts[], tls_extensions[], tls_groups[],
	tls_signatures[], tls_compressions[], tls_point_formats[], tls_curve_types[], tls_psk_modes[],
	tls_certificate_types[], tls_certificate_compressions[], tls_hashes[], tls_signers[],
	tls_cipher_suites[], tls_ssl2_ciphers[];

#define TLS_NAME_SIZE 40
/* They write "0x1234" where there is no name. */
/* The same for DTLS, too, whose version is that of TLS that it goes with (tls_connection). */
const char *tls_version_words(uint16_t version, bool datagram, char to[static TLS_NAME_SIZE]);
const char *tls_version_name(uint16_t version, char to[static TLS_NAME_SIZE]);
const char *tls_group_name(uint16_t group, char to[static TLS_NAME_SIZE]);
const char *tls_suite_name(uint16_t suite, char to[static TLS_NAME_SIZE]);
/* "unknown CA"; "alert 99" where there is no name. */
const char *tls_alert_name(uint8_t alert, char to[static TLS_NAME_SIZE]);

/* Values that clients add to keep servers tolerant mean nothing (RFC 8701). */
static inline bool tls_is_grease(uint16_t value)
{
	return (value & 0x0f0f) == 0x0a0a && value >> 8 == (value & 0xff);
}

/* Signalling values are no cipher suites (RFC 5746, RFC 7507). */
static inline bool tls_is_signal(uint16_t suite)
{
	return suite == 0x00ff || suite == 0x5600;
}

/* What is weak about a suite, constant text: "RC4", "NULL encryption"; NULL: nothing. */
const char *tls_suite_weakness(uint16_t suite);

/* What a suite is made of. */
enum tls_cipher_kind { TLS_CIPHER_UNKNOWN, TLS_CIPHER_NULL, TLS_CIPHER_STREAM, TLS_CIPHER_CBC,
	TLS_CIPHER_GCM, TLS_CIPHER_CCM, TLS_CIPHER_CHACHA };
struct tls_suite {
	const char *cipher;          /* as libcrypto names it: "AES-128-GCM"; NULL for NULL ciphers */
	const char *digest;          /* of the MAC, with AEAD of the PRF: "SHA256" */
	uint8_t kind;                /* enum tls_cipher_kind */
	uint8_t key_length, block_length, tag_length, mac_length;    /* bytes */
	bool export, rsa_exchange;   /* rsa_exchange: the client encrypts the secret with the server's key */
};
/* False when the suite is not known or nobody can decrypt it. */
bool tls_suite_parts(uint16_t suite, struct tls_suite *to);

#endif
