#include "config.h"

#include "decode/quic_open.h"

#include "decode/tls_crypt.h"

enum { SALT_LENGTH = 20, SECRET_LENGTH = 32, KEY_LENGTH = 16, IV_LENGTH = 12, TAG_LENGTH = 16,
	SAMPLE_LENGTH = 16, MAX_NUMBER = 4 };

#define DRAFT 0xff000000u
/* RFC 9369, and what it was before it was one: draft-ietf-quic-v2. */
#define VERSION_2 0x6b3343cfu
#define VERSION_2_DRAFT 0x709a50c4u

static const struct salt { uint32_t first, last; uint8_t bytes[SALT_LENGTH]; } salts[] = {
	{ 1, 1, { 0x38, 0x76, 0x2c, 0xf7, 0xf5, 0x59, 0x34, 0xb3, 0x4d, 0x17, 0x9a, 0xe6, 0xa4, 0xc8, 0x0c, 0xad,
		  0xcc, 0xbb, 0x7f, 0x0a } },
	{ VERSION_2, VERSION_2, { 0x0d, 0xed, 0xe3, 0xde, 0xf7, 0x00, 0xa6, 0xdb, 0x81, 0x93, 0x81, 0xbe, 0x6e,
		  0x26, 0x9d, 0xcb, 0xf9, 0xbd, 0x2e, 0xd9 } },
	{ VERSION_2_DRAFT, VERSION_2_DRAFT, { 0xa7, 0x07, 0xc2, 0x03, 0xa5, 0x9b, 0x47, 0x18, 0x4a, 0x1d, 0x62, 0xca,
		  0x57, 0x04, 0x06, 0xea, 0x7a, 0xe3, 0xe5, 0xd3 } },
	{ DRAFT + 29, DRAFT + 34, { 0xaf, 0xbf, 0xec, 0x28, 0x99, 0x93, 0xd2, 0x4c, 0x9e, 0x97, 0x86, 0xf1, 0x9c,
		  0x61, 0x11, 0xe0, 0x43, 0x90, 0xa8, 0x99 } },
	{ DRAFT + 23, DRAFT + 28, { 0xc3, 0xee, 0xf7, 0x12, 0xc7, 0x2e, 0xbb, 0x5a, 0x11, 0xa7, 0xd2, 0x43, 0x2b,
		  0xb4, 0x63, 0x65, 0xbe, 0xf9, 0xf5, 0x02 } },
};

static const uint8_t *salt_of(uint32_t version)
{
	for (size_t i = 0; i < sizeof salts / sizeof *salts; i++)
		if (version >= salts[i].first && version <= salts[i].last)
			return salts[i].bytes;
	return NULL;
}

bool quic_knows(uint32_t version)
{
	return salt_of(version) != NULL;
}

bool quic_is_second(uint32_t version)
{
	return version == VERSION_2 || version == VERSION_2_DRAFT;
}

#ifdef HAVE_CRYPTO
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "decode/tls_library.h"

struct keys { uint8_t key[KEY_LENGTH], iv[IV_LENGTH], mask[KEY_LENGTH]; };

/* HKDF-Extract is HMAC with the salt as its key (RFC 5869, 2.2). */
static bool make_keys(const struct quic_initial *initial, struct keys *to)
{
	uint8_t first[SECRET_LENGTH], secret[SECRET_LENGTH];
	size_t length = 0;
	bool second = quic_is_second(initial->version);
	return EVP_Q_mac(tls_library(), "HMAC", NULL, "SHA256", NULL, salt_of(initial->version), SALT_LENGTH,
			 initial->destination, initial->destination_length, first, sizeof first, &length) &&
	       tls_expand_label("SHA256", first, length, initial->from_server ? "server in" : "client in", secret,
				sizeof secret) &&
	       tls_expand_label("SHA256", secret, sizeof secret, second ? "quicv2 key" : "quic key", to->key,
				sizeof to->key) &&
	       tls_expand_label("SHA256", secret, sizeof secret, second ? "quicv2 iv" : "quic iv", to->iv,
				sizeof to->iv) &&
	       tls_expand_label("SHA256", secret, sizeof secret, second ? "quicv2 hp" : "quic hp", to->mask,
				sizeof to->mask);
}

static EVP_CIPHER_CTX *begin(const char *name)
{
	EVP_CIPHER *cipher = EVP_CIPHER_fetch(tls_library(), name, NULL);
	EVP_CIPHER_CTX *context = cipher ? EVP_CIPHER_CTX_new() : NULL;
	if (context && EVP_CipherInit_ex2(context, cipher, NULL, NULL, -1, NULL) != 1) {
		EVP_CIPHER_CTX_free(context);
		context = NULL;
	}
	EVP_CIPHER_free(cipher);
	return context;
}

static bool make_mask(const uint8_t *key, const uint8_t *sample, uint8_t to[static SAMPLE_LENGTH])
{
	EVP_CIPHER_CTX *context = begin("AES-128-ECB");
	int length = 0;
	bool done = context && EVP_EncryptInit_ex2(context, NULL, key, NULL, NULL) == 1 &&
		EVP_EncryptUpdate(context, to, &length, sample, SAMPLE_LENGTH) == 1;
	EVP_CIPHER_CTX_free(context);
	return done;
}

static bool decrypt(const struct keys *keys, const uint8_t *header, size_t header_length, const uint8_t *bytes,
		    size_t length, struct quic_payload *to)
{
	uint8_t nonce[IV_LENGTH];
	EVP_CIPHER_CTX *context = begin("AES-128-GCM");
	int done = 0, rest = 0;
	memcpy(nonce, keys->iv, IV_LENGTH);
	for (unsigned i = 0; i < 8; i++)
		nonce[IV_LENGTH - 1 - i] ^= (uint8_t)(to->number >> 8 * i);
	length -= TAG_LENGTH;
	bool opened = context && EVP_DecryptInit_ex2(context, NULL, keys->key, nonce, NULL) == 1 &&
		EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LENGTH,
				    (void *)(uintptr_t)(bytes + length)) == 1 &&
		EVP_DecryptUpdate(context, NULL, &rest, header, (int)header_length) == 1 &&
		EVP_DecryptUpdate(context, to->bytes, &done, bytes, (int)length) == 1 &&
		EVP_DecryptFinal_ex(context, to->bytes + done, &rest) == 1;
	EVP_CIPHER_CTX_free(context);
	to->length = length;
	return opened;
}

/* Header protection hides the packet number and how long it is (RFC 9001, 5.4). */
bool quic_open(const struct quic_initial *initial, struct quic_payload *to)
{
	uint8_t mask[SAMPLE_LENGTH], header[QUIC_MAX_PACKET];
	struct keys keys;
	size_t at = initial->header_length;
	if (!quic_knows(initial->version) || initial->length > QUIC_MAX_PACKET ||
	    initial->length < at + MAX_NUMBER + SAMPLE_LENGTH || !make_keys(initial, &keys) ||
	    !make_mask(keys.mask, initial->packet + at + MAX_NUMBER, mask))
		return false;
	memcpy(header, initial->packet, at + MAX_NUMBER);
	header[0] ^= mask[0] & 0x0f;
	to->number_length = (header[0] & 3) + 1;
	to->number = 0;
	for (size_t i = 0; i < to->number_length; i++) {
		header[at + i] ^= mask[1 + i];
		to->number = to->number << 8 | header[at + i];
	}
	at += to->number_length;
	return decrypt(&keys, header, at, initial->packet + at, initial->length - at, to);
}
#else
bool quic_open(const struct quic_initial *initial, struct quic_payload *to)
{
	(void)initial, (void)to;
	return false;
}
#endif
