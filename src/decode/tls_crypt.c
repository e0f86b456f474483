/* RFC 8446, 5 and 7; RFC 5246, 6; RFC 7366; RFC 5288, 6655, 7905 (AEAD suites before TLS 1.3). */
#include "config.h"

#include "decode/tls_crypt.h"

#ifdef HAVE_CRYPTO
#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "decode/tls.h"
#include "decode/tls_library.h"
#include "decode/tls_names.h"

enum {
	IV_LENGTH = 12,              /* of AEADs */
	FIXED_IV = 4,                /* of it, in TLS 1.2, what the keys give; the rest is in the record */
	EXPLICIT_IV = 8,
	HEADER_LENGTH = 5,
	MAX_KEY = 32, MAX_BLOCK = 16, MAX_MAC = 48, MAX_HASH = 64,
	KEY_BLOCK = 2 * (MAX_MAC + MAX_KEY + MAX_BLOCK),
};

struct tls_cipher {
	struct tls_suite suite;
	uint16_t version;
	bool encrypt_then_mac;
	uint64_t number;             /* of the next record */
	EVP_CIPHER_CTX *context;
	uint8_t key[MAX_KEY], mac_key[MAX_MAC], iv[MAX_BLOCK];
	uint8_t secret[MAX_HASH];    /* TLS 1.3: the traffic secret, for KeyUpdate */
	size_t secret_length;
};

/* ---- Keys -------------------------------------------------------------------------------------- */

static bool derive(const char *function, OSSL_PARAM *parameters, uint8_t *to, size_t size)
{
	EVP_KDF *kdf = EVP_KDF_fetch(tls_library(), function, NULL);
	EVP_KDF_CTX *context = kdf ? EVP_KDF_CTX_new(kdf) : NULL;
	bool done = context && EVP_KDF_derive(context, to, size, parameters) == 1;
	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return done;
}

static OSSL_PARAM octets(const char *name, const void *bytes, size_t length)
{
	return OSSL_PARAM_construct_octet_string(name, (void *)(uintptr_t)bytes, length);
}

static OSSL_PARAM word(const char *name, const char *value)
{
	return OSSL_PARAM_construct_utf8_string(name, (char *)(uintptr_t)value, 0);
}

struct seed { const char *label; const uint8_t *first, *second; size_t first_length, second_length; };

static bool expand(uint16_t version, const char *digest, const uint8_t *secret, size_t length,
		   const struct seed *seed, uint8_t *to, size_t size)
{
	/* TLS 1.2 uses the suite's digest, but never a weaker one than SHA-256. */
	bool strong = strcmp(digest, "SHA384") == 0;
	OSSL_PARAM parameters[] = {
		word(OSSL_KDF_PARAM_DIGEST, version < TLS_1_2 ? "MD5-SHA1" : strong ? "SHA384" : "SHA256"),
		octets(OSSL_KDF_PARAM_SECRET, secret, length),
		octets(OSSL_KDF_PARAM_SEED, seed->label, strlen(seed->label)),
		octets(OSSL_KDF_PARAM_SEED, seed->first, seed->first_length),
		octets(OSSL_KDF_PARAM_SEED, seed->second, seed->second_length),
		OSSL_PARAM_construct_end(),
	};
	if (!seed->second_length)
		parameters[4] = OSSL_PARAM_construct_end();
	return derive("TLS1-PRF", parameters, to, size);
}

bool tls_expand_label(const char *digest, const uint8_t *secret, size_t length, const char *label, uint8_t *to,
		      size_t size)
{
	int mode = EVP_KDF_HKDF_MODE_EXPAND_ONLY;
	OSSL_PARAM parameters[] = {
		OSSL_PARAM_construct_int(OSSL_KDF_PARAM_MODE, &mode),
		word(OSSL_KDF_PARAM_DIGEST, digest),
		octets(OSSL_KDF_PARAM_KEY, secret, length),
		octets(OSSL_KDF_PARAM_PREFIX, "tls13 ", 6),
		octets(OSSL_KDF_PARAM_LABEL, label, strlen(label)),
		OSSL_PARAM_construct_end(),
	};
	return derive("TLS13-KDF", parameters, to, size);
}

bool tls_make_master(uint16_t version, uint16_t suite, const uint8_t *premaster, size_t premaster_length,
		     const uint8_t *client_random, const uint8_t *server_random, const uint8_t *handshake,
		     size_t handshake_length, bool extended, uint8_t master[static 48])
{
	struct tls_suite parts;
	uint8_t hash[MAX_HASH];
	size_t hash_length = 0;
	if (version < TLS_1_0 || version > TLS_1_2 || !tls_suite_parts(suite, &parts))
		return false;
	if (!extended)
		return expand(version, parts.digest, premaster, premaster_length,
			      &(struct seed){ "master secret", client_random, server_random, 32, 32 }, master, 48);
	const char *digest = version < TLS_1_2 ? "MD5-SHA1" : strcmp(parts.digest, "SHA384") == 0 ? "SHA384"
											     : "SHA256";
	if (EVP_Q_digest(tls_library(), digest, NULL, handshake, handshake_length, hash, &hash_length) != 1)
		return false;
	return expand(version, parts.digest, premaster, premaster_length,
		      &(struct seed){ "extended master secret", hash, NULL, hash_length, 0 }, master, 48);
}

static EVP_CIPHER_CTX *make_context(const char *name)
{
	EVP_CIPHER *cipher = name ? EVP_CIPHER_fetch(tls_library(), name, NULL) : NULL;
	EVP_CIPHER_CTX *context = cipher ? EVP_CIPHER_CTX_new() : NULL;
	if (context && EVP_DecryptInit_ex2(context, cipher, NULL, NULL, NULL) != 1) {
		EVP_CIPHER_CTX_free(context);
		context = NULL;
	}
	EVP_CIPHER_free(cipher);
	return context;
}

/* The parts of the key block (RFC 5246, 6.3) that belong to this end. */
static void take_keys(struct tls_cipher *cipher, const uint8_t *block, bool of_client)
{
	size_t mac = cipher->suite.mac_length, key = cipher->suite.key_length;
	size_t iv = cipher->suite.kind == TLS_CIPHER_CHACHA ? IV_LENGTH
		: cipher->suite.tag_length ? FIXED_IV
		: cipher->version < TLS_1_1 ? cipher->suite.block_length : 0;
	size_t other = of_client ? 0 : 1;
	memcpy(cipher->mac_key, block + other * mac, mac);
	memcpy(cipher->key, block + 2 * mac + other * key, key);
	memcpy(cipher->iv, block + 2 * mac + 2 * key + other * iv, iv);
}

/* What stays the same for all records. */
static bool prepare(struct tls_cipher *cipher)
{
	if (cipher->suite.kind == TLS_CIPHER_NULL)
		return true;
	cipher->context = make_context(cipher->suite.cipher);
	if (!cipher->context)
		return false;
	EVP_CIPHER_CTX_set_padding(cipher->context, 0);
	if (cipher->suite.kind == TLS_CIPHER_STREAM)
		return EVP_DecryptInit_ex2(cipher->context, NULL, cipher->key, NULL, NULL) == 1;
	if (cipher->suite.kind == TLS_CIPHER_CBC)
		return EVP_DecryptInit_ex2(cipher->context, NULL, cipher->key,
					   cipher->version < TLS_1_1 ? cipher->iv : NULL, NULL) == 1;
	/* CCM takes its key only once the lengths of nonce and tag are known. */
	return EVP_CIPHER_CTX_ctrl(cipher->context, EVP_CTRL_AEAD_SET_IVLEN, IV_LENGTH, NULL) == 1;
}

struct tls_cipher *tls_cipher_create(const struct tls_session_keys *keys, bool of_client)
{
	struct tls_cipher *cipher = memory_zeroed(1, sizeof *cipher);
	uint8_t block[KEY_BLOCK];
	cipher->version = keys->version;
	cipher->encrypt_then_mac = keys->encrypt_then_mac;
	bool made = keys->version >= TLS_1_0 && keys->version <= TLS_1_2 &&
		tls_suite_parts(keys->suite, &cipher->suite) &&
		expand(keys->version, cipher->suite.digest, keys->master, 48,
		       &(struct seed){ "key expansion", keys->server_random, keys->client_random, 32, 32 }, block,
		       sizeof block);
	if (made) {
		take_keys(cipher, block, of_client);
		made = prepare(cipher);
	}
	if (made)
		return cipher;
	tls_cipher_destroy(cipher);
	return NULL;
}

static bool keys_of_secret(struct tls_cipher *cipher)
{
	const char *digest = cipher->suite.digest;
	return tls_expand_label(digest, cipher->secret, cipher->secret_length, "key", cipher->key,
				cipher->suite.key_length) &&
	       tls_expand_label(digest, cipher->secret, cipher->secret_length, "iv", cipher->iv, IV_LENGTH);
}

struct tls_cipher *tls_cipher_create13(uint16_t suite, const uint8_t *secret, size_t length)
{
	struct tls_cipher *cipher = memory_zeroed(1, sizeof *cipher);
	cipher->version = TLS_1_3;
	if (tls_suite_parts(suite, &cipher->suite) && cipher->suite.tag_length && length <= MAX_HASH &&
	    length == (strcmp(cipher->suite.digest, "SHA384") == 0 ? 48 : 32)) {
		memcpy(cipher->secret, secret, length);
		cipher->secret_length = length;
		if (keys_of_secret(cipher) && prepare(cipher))
			return cipher;
	}
	tls_cipher_destroy(cipher);
	return NULL;
}

bool tls_cipher_update(struct tls_cipher *cipher)
{
	uint8_t next[MAX_HASH];
	if (!tls_expand_label(cipher->suite.digest, cipher->secret, cipher->secret_length, "traffic upd", next,
			      cipher->secret_length))
		return false;
	memcpy(cipher->secret, next, cipher->secret_length);
	cipher->number = 0;
	return keys_of_secret(cipher);
}

void tls_cipher_destroy(struct tls_cipher *cipher)
{
	if (!cipher)
		return;
	EVP_CIPHER_CTX_free(cipher->context);
	free(cipher);
}

/* ---- Records ----------------------------------------------------------------------------------- */

static void put_number(uint8_t to[static 8], uint64_t number)
{
	for (int i = 7; i >= 0; i--) {
		to[i] = (uint8_t)number;
		number >>= 8;
	}
}

static bool open_aead(struct tls_cipher *cipher, const uint8_t *header, const uint8_t *bytes, size_t length,
		      uint8_t *to, size_t *opened)
{
	size_t tag = cipher->suite.tag_length;
	bool tls13 = cipher->version == TLS_1_3;
	bool explicit = !tls13 && cipher->suite.kind != TLS_CIPHER_CHACHA;
	uint8_t nonce[IV_LENGTH], number[8], extra[8 + HEADER_LENGTH];
	size_t extra_length = sizeof extra;
	int done = 0, rest = 0;
	if (length < tag + (explicit ? EXPLICIT_IV : 0))
		return false;
	put_number(number, cipher->number);
	memcpy(nonce, cipher->iv, IV_LENGTH);
	if (explicit) {
		memcpy(nonce + FIXED_IV, bytes, EXPLICIT_IV);
		bytes += EXPLICIT_IV;
		length -= EXPLICIT_IV;
	} else {
		for (int i = 0; i < 8; i++)
			nonce[IV_LENGTH - 8 + i] ^= number[i];
	}
	length -= tag;
	if (tls13) {
		memcpy(extra, header, HEADER_LENGTH);
		extra_length = HEADER_LENGTH;
	} else {
		memcpy(extra, number, 8);
		memcpy(extra + 8, header, 3);
		extra[11] = (uint8_t)(length >> 8);
		extra[12] = (uint8_t)length;
	}
	EVP_CIPHER_CTX *context = cipher->context;
	bool ccm = cipher->suite.kind == TLS_CIPHER_CCM;
	void *tag_bytes = (void *)(uintptr_t)(bytes + length);
	/* CCM wants tag and length before all else. */
	if (ccm && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, (int)tag, tag_bytes) != 1)
		return false;
	if (EVP_DecryptInit_ex2(context, NULL, cipher->key, nonce, NULL) != 1 ||
	    (!ccm && EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, (int)tag, tag_bytes) != 1))
		return false;
	if (ccm && EVP_DecryptUpdate(context, NULL, &rest, NULL, (int)length) != 1)
		return false;
	if (EVP_DecryptUpdate(context, NULL, &rest, extra, (int)extra_length) != 1 ||
	    EVP_DecryptUpdate(context, to, &done, bytes, (int)length) != 1 ||
	    (!ccm && EVP_DecryptFinal_ex(context, to + done, &rest) != 1))
		return false;
	*opened = length;
	return true;
}

/* The code over number, type, version, length and bytes (RFC 5246, 6.2.3.1). */
static bool mac_fits(const struct tls_cipher *cipher, const uint8_t *header, const uint8_t *bytes, size_t length,
		     const uint8_t *mac)
{
	uint8_t start[8 + HEADER_LENGTH], out[MAX_HASH];
	size_t size = 0;
	put_number(start, cipher->number);
	memcpy(start + 8, header, 3);
	start[11] = (uint8_t)(length >> 8);
	start[12] = (uint8_t)length;
	EVP_MAC *hmac = EVP_MAC_fetch(tls_library(), "HMAC", NULL);
	EVP_MAC_CTX *context = hmac ? EVP_MAC_CTX_new(hmac) : NULL;
	OSSL_PARAM parameters[] = { word(OSSL_MAC_PARAM_DIGEST, cipher->suite.digest), OSSL_PARAM_construct_end() };
	bool fits = context && EVP_MAC_init(context, cipher->mac_key, cipher->suite.mac_length, parameters) == 1 &&
		EVP_MAC_update(context, start, sizeof start) == 1 && EVP_MAC_update(context, bytes, length) == 1 &&
		EVP_MAC_final(context, out, &size, sizeof out) == 1 && size >= cipher->suite.mac_length &&
		memcmp(out, mac, cipher->suite.mac_length) == 0;
	EVP_MAC_CTX_free(context);
	EVP_MAC_free(hmac);
	return fits;
}

/* Takes block cipher, IV and padding away; the length of what is left, or SIZE_MAX. */
static size_t open_blocks(struct tls_cipher *cipher, const uint8_t *bytes, size_t length, uint8_t *to)
{
	size_t block = cipher->suite.block_length;
	bool explicit = cipher->version >= TLS_1_1;
	int done = 0;
	if (explicit) {
		if (length < 2 * block || EVP_DecryptInit_ex2(cipher->context, NULL, NULL, bytes, NULL) != 1)
			return SIZE_MAX;
		bytes += block;
		length -= block;
	}
	if (!length || length % block || EVP_DecryptUpdate(cipher->context, to, &done, bytes, (int)length) != 1 ||
	    (size_t)done != length)
		return SIZE_MAX;
	size_t padding = to[length - 1] + 1u;
	if (padding > length)
		return SIZE_MAX;
	for (size_t i = length - padding; i < length; i++)
		if (to[i] != padding - 1)
			return SIZE_MAX;
	return length - padding;
}

static bool open_mac(struct tls_cipher *cipher, const uint8_t *header, const uint8_t *bytes, size_t length,
		     uint8_t *to, size_t *opened)
{
	size_t mac = cipher->suite.mac_length;
	bool blocks = cipher->suite.kind == TLS_CIPHER_CBC;
	int done = 0;
	if (length < mac)
		return false;
	if (blocks && cipher->encrypt_then_mac) {
		length -= mac;
		if (!mac_fits(cipher, header, bytes, length, bytes + length))
			return false;
		*opened = open_blocks(cipher, bytes, length, to);
		return *opened != SIZE_MAX;
	}
	if (blocks) {
		length = open_blocks(cipher, bytes, length, to);
		if (length == SIZE_MAX || length < mac)
			return false;
	} else if (cipher->suite.kind == TLS_CIPHER_NULL) {
		memcpy(to, bytes, length);
	} else if (EVP_DecryptUpdate(cipher->context, to, &done, bytes, (int)length) != 1) {
		return false;
	}
	*opened = length - mac;
	return mac_fits(cipher, header, to, *opened, to + *opened);
}

/* The true type stands behind what is inside, and zeros may follow (RFC 8446, 5.2). */
static bool strip_padding(const uint8_t *bytes, size_t *length, uint8_t *type)
{
	while (*length && !bytes[*length - 1])
		--*length;
	if (!*length)
		return false;
	*type = bytes[--*length];
	return true;
}

bool tls_cipher_open(struct tls_cipher *cipher, const uint8_t *header, const uint8_t *bytes, size_t length,
		     uint8_t *to, size_t *opened, uint8_t *type)
{
	bool done = cipher->suite.tag_length ? open_aead(cipher, header, bytes, length, to, opened)
					     : open_mac(cipher, header, bytes, length, to, opened);
	if (!done)
		return false;
	*type = header[0];
	if (cipher->version == TLS_1_3 && !strip_padding(to, opened, type))
		return false;
	cipher->number++;
	return true;
}
#else
struct tls_cipher *tls_cipher_create(const struct tls_session_keys *keys, bool of_client)
{
	(void)keys, (void)of_client;
	return NULL;
}

struct tls_cipher *tls_cipher_create13(uint16_t suite, const uint8_t *secret, size_t length)
{
	(void)suite, (void)secret, (void)length;
	return NULL;
}

void tls_cipher_destroy(struct tls_cipher *cipher)
{
	(void)cipher;
}

bool tls_cipher_open(struct tls_cipher *cipher, const uint8_t *header, const uint8_t *bytes, size_t length,
		     uint8_t *to, size_t *opened, uint8_t *type)
{
	(void)cipher, (void)header, (void)bytes, (void)length, (void)to, (void)opened, (void)type;
	return false;
}

bool tls_cipher_update(struct tls_cipher *cipher)
{
	(void)cipher;
	return false;
}

bool tls_make_master(uint16_t version, uint16_t suite, const uint8_t *premaster, size_t premaster_length,
		     const uint8_t *client_random, const uint8_t *server_random, const uint8_t *handshake,
		     size_t handshake_length, bool extended, uint8_t master[static 48])
{
	(void)version, (void)suite, (void)premaster, (void)premaster_length, (void)client_random;
	(void)server_random, (void)handshake, (void)handshake_length, (void)extended, (void)master;
	return false;
}

bool tls_expand_label(const char *digest, const uint8_t *secret, size_t length, const char *label, uint8_t *to,
		      size_t size)
{
	(void)digest, (void)secret, (void)length, (void)label, (void)to, (void)size;
	return false;
}
#endif
