#include "convert/cipher.h"

#include "config.h"

#ifdef HAVE_CRYPTO

#include <openssl/evp.h>
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

/* Keys are words of people, so guessing one should cost something: PBKDF2, RFC 8018. */
#define ROUNDS 100000
#define SALT_MOST 256

struct cipher { EVP_CIPHER_CTX *context; };

/* The key, then the salt. */
static bool make_secret(const char *key, uint8_t *secret, size_t length)
{
	static const unsigned char purpose[] = "culprit anonymise 1";
	if (!key)
		return RAND_bytes(secret, (int)length) == 1;
	return PKCS5_PBKDF2_HMAC(key, (int)strlen(key), purpose, sizeof purpose - 1, ROUNDS, EVP_sha256(),
				 (int)length, secret) == 1;
}

struct cipher *cipher_create(const char *key, uint8_t *salt, size_t salt_length, struct error *error)
{
	uint8_t secret[CIPHER_BLOCK + SALT_MOST];
	struct cipher *cipher = memory_zeroed(1, sizeof *cipher);
	cipher->context = EVP_CIPHER_CTX_new();
	if (salt_length <= SALT_MOST && cipher->context &&
	    make_secret(key, secret, CIPHER_BLOCK + salt_length) &&
	    EVP_EncryptInit_ex(cipher->context, EVP_aes_128_ecb(), NULL, secret, NULL) == 1) {
		EVP_CIPHER_CTX_set_padding(cipher->context, 0);
		memcpy(salt, secret + CIPHER_BLOCK, salt_length);
		return cipher;
	}
	cipher_destroy(cipher);
	error_set(error, ERROR_UNSUPPORTED, "see whether OpenSSL is installed as it should be",
		  "libcrypto does not give a key");
	return NULL;
}

void cipher_destroy(struct cipher *cipher)
{
	if (!cipher)
		return;
	EVP_CIPHER_CTX_free(cipher->context);
	free(cipher);
}

void cipher_blocks(struct cipher *cipher, const uint8_t *from, uint8_t *to, size_t count)
{
	int length = 0;
	/* Of whole blocks without padding there is none that it could refuse. */
	if (EVP_EncryptUpdate(cipher->context, to, &length, from, (int)(count * CIPHER_BLOCK)) != 1 ||
	    length != (int)(count * CIPHER_BLOCK))
		abort();
}

#else

struct cipher *cipher_create(const char *key, uint8_t *salt, size_t salt_length, struct error *error)
{
	(void)key;
	(void)salt;
	(void)salt_length;
	error_set(error, ERROR_UNSUPPORTED, "use one with OpenSSL's libcrypto (option tls)",
		  "this build cannot anonymise");
	return NULL;
}

void cipher_destroy(struct cipher *cipher)
{
	(void)cipher;
}

void cipher_blocks(struct cipher *cipher, const uint8_t *from, uint8_t *to, size_t count)
{
	(void)cipher;
	(void)from;
	(void)to;
	(void)count;
}

#endif
