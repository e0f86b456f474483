#include "config.h"

#include "decode/tls_keys.h"

#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"
#include "source/source.h"

#ifdef HAVE_CRYPTO
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "decode/tls_library.h"
#endif

enum {
	MAX_ENTRIES = 1 << 20,       /* lines; a hostile trace may bring 64 MiB of them */
	MAX_PRIVATE = 16,            /* private keys: each one is tried */
	MAX_ID = 32,
	SECRETS_TLS_KEY_LOG = 0x544c534b,    /* pcapng: "TLSK" */
};

struct entry {
	uint32_t next;               /* index + 1 of the next one in the bucket; 0: none */
	uint8_t label, id_length, length;
	uint8_t id[MAX_ID], secret[TLS_MAX_SECRET];
};

struct tls_keys {
	struct entry *entries;
	size_t count, capacity;
	uint32_t *buckets;
	size_t bucket_count;         /* a power of two */
	const struct source_report *report;
	size_t seen;                 /* of the report's secrets */
	void *private[MAX_PRIVATE];  /* EVP_PKEY */
	size_t private_count;
	uint64_t tried, opened;      /* conversations */
};

struct tls_keys *tls_keys_create(void)
{
	return memory_zeroed(1, sizeof(struct tls_keys));
}

void tls_keys_destroy(struct tls_keys *keys)
{
	if (!keys)
		return;
#ifdef HAVE_CRYPTO
	for (size_t i = 0; i < keys->private_count; i++)
		EVP_PKEY_free(keys->private[i]);
#endif
	free(keys->entries);
	free(keys->buckets);
	free(keys);
}

void tls_keys_tally(struct tls_keys *keys, bool opened)
{
	keys->tried++;
	keys->opened += opened;
}

uint64_t tls_keys_tried(const struct tls_keys *keys, uint64_t *opened)
{
	*opened = keys->opened;
	return keys->tried;
}

static size_t bucket_of(const struct tls_keys *keys, enum tls_label label, const uint8_t *id, size_t length)
{
	return hash_bytes(id, length, label) & (keys->bucket_count - 1);
}

static void enter(struct tls_keys *keys, size_t index)
{
	struct entry *entry = &keys->entries[index];
	uint32_t *bucket = &keys->buckets[bucket_of(keys, (enum tls_label)entry->label, entry->id,
						    entry->id_length)];
	entry->next = *bucket;
	*bucket = (uint32_t)index + 1;
}

static void grow(struct tls_keys *keys)
{
	keys->bucket_count = keys->bucket_count ? 2 * keys->bucket_count : 64;
	free(keys->buckets);
	keys->buckets = memory_zeroed(keys->bucket_count, sizeof *keys->buckets);
	for (size_t i = 0; i < keys->count; i++)
		enter(keys, i);
}

static struct entry *look_up(const struct tls_keys *keys, enum tls_label label, const uint8_t *id, size_t length)
{
	if (!keys->bucket_count || length > MAX_ID)
		return NULL;
	uint32_t at = keys->buckets[bucket_of(keys, label, id, length)];
	for (; at; at = keys->entries[at - 1].next) {
		struct entry *entry = &keys->entries[at - 1];
		if (entry->label == label && entry->id_length == length && memcmp(entry->id, id, length) == 0)
			return entry;
	}
	return NULL;
}

void tls_keys_remember(struct tls_keys *keys, enum tls_label label, const uint8_t *id, size_t id_length,
		       const uint8_t *secret, size_t length)
{
	if (!id_length || id_length > MAX_ID || !length || length > TLS_MAX_SECRET)
		return;
	struct entry *entry = look_up(keys, label, id, id_length);
	if (!entry) {
		if (keys->count == MAX_ENTRIES)
			return;
		if (keys->count >= keys->bucket_count)
			grow(keys);
		keys->entries = memory_grow(keys->entries, &keys->capacity, keys->count + 1, sizeof *entry);
		entry = &keys->entries[keys->count++];
		*entry = (struct entry){ .label = (uint8_t)label, .id_length = (uint8_t)id_length };
		memcpy(entry->id, id, id_length);
		enter(keys, keys->count - 1);
	}
	entry->length = (uint8_t)length;
	memcpy(entry->secret, secret, length);
}

/* ---- Key logs ---------------------------------------------------------------------------------- */

struct words { const char *next, *end; };

/* The next word of the line; its length, 0: none. */
static size_t next_word(struct words *line, const char **word)
{
	while (line->next < line->end && (*line->next == ' ' || *line->next == '\t'))
		line->next++;
	*word = line->next;
	while (line->next < line->end && *line->next != ' ' && *line->next != '\t' && *line->next != '\r')
		line->next++;
	return (size_t)(line->next - *word);
}

static int digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Bytes of a word of hexadecimal digits, 0: it is none, or too long. */
static size_t hex_word(struct words *line, const char *before, uint8_t *to, size_t size)
{
	const char *word;
	size_t length = next_word(line, &word), skip = strlen(before);
	if (length < skip || memcmp(word, before, skip) != 0)
		return 0;
	word += skip;
	length -= skip;
	if (length % 2 || length / 2 > size)
		return 0;
	for (size_t i = 0; i < length; i += 2) {
		int high = digit(word[i]), low = digit(word[i + 1]);
		if (high < 0 || low < 0)
			return 0;
		to[i / 2] = (uint8_t)(high << 4 | low);
	}
	return length / 2;
}

static const struct { const char *word; enum tls_label label; } labels[] = {
	{ "CLIENT_RANDOM", TLS_LABEL_MASTER },
	{ "CLIENT_EARLY_TRAFFIC_SECRET", TLS_LABEL_EARLY },
	{ "CLIENT_HANDSHAKE_TRAFFIC_SECRET", TLS_LABEL_CLIENT_HANDSHAKE },
	{ "SERVER_HANDSHAKE_TRAFFIC_SECRET", TLS_LABEL_SERVER_HANDSHAKE },
	{ "CLIENT_TRAFFIC_SECRET_0", TLS_LABEL_CLIENT_TRAFFIC },
	{ "SERVER_TRAFFIC_SECRET_0", TLS_LABEL_SERVER_TRAFFIC },
};

/* "RSA xxxx yyyy" and "RSA Session-ID:xxxx Master-Key:yyyy" */
static bool read_rsa(struct tls_keys *keys, struct words line)
{
	struct words again = line;
	uint8_t id[MAX_ID], secret[TLS_MAX_SECRET];
	size_t id_length = hex_word(&line, "Session-ID:", id, sizeof id);
	size_t length = id_length ? hex_word(&line, "Master-Key:", secret, sizeof secret) : 0;
	if (length == TLS_MASTER_LENGTH) {
		tls_keys_remember(keys, TLS_LABEL_SESSION, id, id_length, secret, length);
		return true;
	}
	id_length = hex_word(&again, "", id, sizeof id);
	length = id_length ? hex_word(&again, "", secret, sizeof secret) : 0;
	if (length != TLS_MASTER_LENGTH)
		return false;
	tls_keys_remember(keys, TLS_LABEL_PREMASTER, id, id_length, secret, length);
	return true;
}

static bool read_line(struct tls_keys *keys, struct words line)
{
	const char *word;
	uint8_t id[MAX_ID], secret[TLS_MAX_SECRET];
	size_t length = next_word(&line, &word);
	if (length == 3 && memcmp(word, "RSA", 3) == 0)
		return read_rsa(keys, line);
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		if (strlen(labels[i].word) != length || memcmp(labels[i].word, word, length) != 0)
			continue;
		size_t id_length = hex_word(&line, "", id, sizeof id);
		size_t secret_length = hex_word(&line, "", secret, sizeof secret);
		if (id_length != MAX_ID || !secret_length)
			return false;
		tls_keys_remember(keys, labels[i].label, id, id_length, secret, secret_length);
		return true;
	}
	return false;
}

size_t tls_keys_add_log(struct tls_keys *keys, const char *bytes, size_t length)
{
	const char *end = bytes + length;
	size_t understood = 0;
	while (bytes < end) {
		const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
		const char *stop = newline ? newline : end;
		understood += read_line(keys, (struct words){ bytes, stop });
		bytes = newline ? newline + 1 : end;
	}
	return understood;
}

/* ---- Secrets of the trace ---------------------------------------------------------------------- */

void tls_keys_follow(struct tls_keys *keys, const struct source_report *report)
{
	keys->report = report;
	keys->seen = 0;
}

static void catch_up(struct tls_keys *keys)
{
	for (; keys->report && keys->seen < keys->report->secret_count; keys->seen++) {
		const struct source_secret *secret = &keys->report->secrets[keys->seen];
		if (secret->type == SECRETS_TLS_KEY_LOG)
			tls_keys_add_log(keys, (const char *)secret->bytes, secret->length);
	}
}

bool tls_keys_any(struct tls_keys *keys)
{
	catch_up(keys);
	return keys->count || keys->private_count;
}

size_t tls_keys_find(struct tls_keys *keys, enum tls_label label, const uint8_t *id, size_t id_length,
		     uint8_t to[static TLS_MAX_SECRET])
{
	catch_up(keys);
	const struct entry *entry = look_up(keys, label, id, id_length);
	if (!entry)
		return 0;
	memcpy(to, entry->secret, entry->length);
	return entry->length;
}

/* ---- Private keys ------------------------------------------------------------------------------ */

bool tls_keys_has_private(const struct tls_keys *keys)
{
	return keys->private_count > 0;
}

#ifdef HAVE_CRYPTO
static int no_password(char *to, int size, int writing, void *user)
{
	(void)to, (void)size, (void)writing, (void)user;
	return -1;
}

bool tls_keys_add_private(struct tls_keys *keys, const void *bytes, size_t length, struct error *error)
{
	const unsigned char *der = bytes;
	BIO *in = length <= INT32_MAX ? BIO_new_mem_buf(bytes, (int)length) : NULL;
	EVP_PKEY *key = in ? PEM_read_bio_PrivateKey_ex(in, NULL, no_password, NULL, tls_library(), NULL) : NULL;
	BIO_free(in);
	if (!key && length <= INT32_MAX)
		key = d2i_AutoPrivateKey_ex(NULL, &der, (long)length, tls_library(), NULL);
	if (!key || !EVP_PKEY_is_a(key, "RSA")) {
		EVP_PKEY_free(key);
		return error_set(error, ERROR_USAGE, "give a private RSA key in PEM or DER, without a password",
				 "it holds no private RSA key that can be read");
	}
	if (keys->private_count == MAX_PRIVATE) {
		EVP_PKEY_free(key);
		return error_set(error, ERROR_USAGE, "give fewer", "these are too many private keys");
	}
	keys->private[keys->private_count++] = key;
	return true;
}

static bool decrypt_with(EVP_PKEY *key, const uint8_t *encrypted, size_t length, uint8_t *to)
{
	uint8_t plain[1024];
	size_t size = sizeof plain;
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_pkey(tls_library(), key, NULL);
	bool done = context && (size_t)EVP_PKEY_get_size(key) == length && length <= sizeof plain &&
		EVP_PKEY_decrypt_init(context) == 1 &&
		EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) == 1 &&
		EVP_PKEY_decrypt(context, plain, &size, encrypted, length) == 1 && size == TLS_MASTER_LENGTH;
	EVP_PKEY_CTX_free(context);
	if (done)
		memcpy(to, plain, TLS_MASTER_LENGTH);
	return done;
}

bool tls_keys_decrypt(struct tls_keys *keys, const uint8_t *encrypted, size_t length,
		      uint8_t to[static TLS_MASTER_LENGTH])
{
	for (size_t i = 0; i < keys->private_count; i++)
		if (decrypt_with(keys->private[i], encrypted, length, to))
			return true;
	return false;
}
#else
bool tls_keys_add_private(struct tls_keys *keys, const void *bytes, size_t length, struct error *error)
{
	(void)keys, (void)bytes, (void)length;
	return error_set(error, ERROR_UNSUPPORTED, "use a build with libcrypto", "this build cannot decrypt");
}

bool tls_keys_decrypt(struct tls_keys *keys, const uint8_t *encrypted, size_t length,
		      uint8_t to[static TLS_MASTER_LENGTH])
{
	(void)keys, (void)encrypted, (void)length, (void)to;
	return false;
}
#endif
