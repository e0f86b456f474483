/* TLS records and handshake messages, RFC 5246 and 8446; certificates in DER, RFC 5280. Good enough
 * to be read, not to be verified: randoms, keys and signatures are constant bytes. */
#include <stdio.h>
#include <string.h>

#include "builders.h"

enum { RECORD_CHANGE = 20, RECORD_ALERT = 21, RECORD_HANDSHAKE = 22, RECORD_DATA = 23 };

static uint16_t version_take(struct words *words)
{
	static const struct { const char *name; uint16_t value;
	} versions[] = {
		{ "ssl3", 0x0300 }, { "1.0", 0x0301 }, { "1.1", 0x0302 },
		{ "1.2", 0x0303 },  { "1.3", 0x0304 },
	};
	const char *text = words_take(words, "the version");
	for (size_t i = 0; i < sizeof versions / sizeof *versions; i++)
		if (strcmp(versions[i].name, text) == 0)
			return versions[i].value;
	words_fail(words, "\"%s\" is no version of TLS (ssl3, 1.0, 1.1, 1.2, 1.3)", text);
	return 0;
}

static uint16_t legacy(uint16_t version)
{
	return version > 0x0303 ? 0x0303 : version;
}

static size_t record_begin(struct text *to, unsigned type, uint16_t version)
{
	put8(to, type);
	put16(to, legacy(version));
	put16(to, 0);
	return to->length - 2;
}

static size_t handshake_begin(struct text *to, unsigned type)
{
	put8(to, type);
	put24(to, 0);
	return to->length - 3;
}

static void fill(struct text *to, unsigned byte, size_t count)
{
	while (count-- > 0)
		put8(to, byte);
}

static size_t extension_begin(struct text *to, unsigned type)
{
	put16(to, type);
	put16(to, 0);
	return to->length - 2;
}

struct hello {
	uint16_t version, minimum;   /* highest and lowest offered; server: chosen */
	const char *name, *protocol;
	struct text ciphers, groups;
	bool ticket, psk, early, retry, no_extensions, has_groups;
	unsigned session;            /* bytes of session identifier */
	unsigned session_byte;       /* what they are: equal ones resume */
	unsigned size;               /* padded to so many bytes of message */
};

static void ciphers_take(struct words *words, struct text *to)
{
	text_clear(to);
	if (!text_add_hex(to, words_take(words, "the cipher suites")) || to->length % 2)
		words_fail(words,
			   "cipher suites and groups are hexadecimal, four digits each: c02f:009c");
}

static void hello_word(struct words *words, struct hello *hello)
{
	if (words_accept(words, "version"))
		hello->version = version_take(words);
	else if (words_accept(words, "from"))
		hello->minimum = version_take(words);
	else if (words_accept(words, "sni"))
		hello->name = words_take(words, "the server's name");
	else if (words_accept(words, "alpn"))
		hello->protocol = words_take(words, "the protocol");
	else if (words_accept(words, "ciphers") || words_accept(words, "cipher"))
		ciphers_take(words, &hello->ciphers);
	else if (words_accept(words, "groups"))
		ciphers_take(words, &hello->groups);
	else if (words_accept(words, "ticket"))
		hello->ticket = true;
	else if (words_accept(words, "psk"))
		hello->psk = true;
	else if (words_accept(words, "early"))
		hello->early = true;
	else if (words_accept(words, "retry"))
		hello->retry = true;
	else if (words_accept(words, "noext"))
		hello->no_extensions = true;
	else if (words_accept(words, "session")) {
		hello->session = 32;
		hello->session_byte = (unsigned)words_integer(words, "the session", 0, 255);
	} else if (words_accept(words, "size")) {
		hello->size = (unsigned)words_integer(words, "the size", 1, 16000);
	} else {
		words_end(words);
	}
}

static void put_bytes_extension(struct text *to, unsigned type, const void *bytes, size_t length)
{
	size_t start = extension_begin(to, type);
	text_add_bytes(to, bytes, length);
	patch_length(to, start, 2);
}

static void client_extensions(struct text *to, const struct hello *hello)
{
	if (hello->name) {
		size_t start = extension_begin(to, 0), list = to->length;
		put16(to, 0);
		put8(to, 0);
		put16(to, strlen(hello->name));
		text_add(to, hello->name);
		patch_length(to, list, 2);
		patch_length(to, start, 2);
	}
	size_t start = extension_begin(to, 10);
	put16(to, hello->groups.length);
	text_add_bytes(to, hello->groups.bytes, hello->groups.length);
	patch_length(to, start, 2);
	put_bytes_extension(to, 13, "\x00\x08\x04\x03\x08\x04\x04\x01\x02\x01", 10);
	if (hello->protocol) {
		start = extension_begin(to, 16);
		put16(to, strlen(hello->protocol) + 1);
		put8(to, strlen(hello->protocol));
		text_add(to, hello->protocol);
		patch_length(to, start, 2);
	}
	put_bytes_extension(to, 35, "TICKET0123456789", hello->ticket ? 16 : 0);
	if (hello->version < 0x0304)
		return;
	start = extension_begin(to, 43);
	size_t list = to->length;
	put8(to, 0);
	for (uint16_t version = hello->version; version >= hello->minimum; version--)
		put16(to, version);
	patch_length(to, list, 1);
	patch_length(to, start, 2);
	start = extension_begin(to, 51);
	put16(to, 36);
	put16(to, 0x001d);
	put16(to, 32);
	fill(to, 0x4b, 32);
	patch_length(to, start, 2);
	if (hello->early)
		put_bytes_extension(to, 42, "", 0);
	if (hello->psk) {
		put_bytes_extension(to, 45, "\x01\x01", 2);
		start = extension_begin(to, 41);
		put16(to, 6 + 16);
		put16(to, 16);
		text_add(to, "TICKET0123456789");
		put32(to, 0);
		put16(to, 33);
		put8(to, 32);
		fill(to, 0xbb, 32);
		patch_length(to, start, 2);
	}
}

/* The random of a HelloRetryRequest (RFC 8446, 4.1.3) */
static const char retry_random[] = "\xcf\x21\xad\x74\xe5\x9a\x61\x11\xbe\x1d\x8c\x02\x1e\x65\xb8\x91"
	"\xc2\xa2\x11\x16\x7a\xbb\x8c\x5e\x07\x9e\x09\xe2\xc8\xa8\x33\x9c";

static void put_hello(struct text *to, const struct hello *hello, bool client)
{
	put16(to, legacy(hello->version));
	if (hello->retry)
		text_add_bytes(to, retry_random, 32);
	else
		fill(to, client ? 0xc1 : 0x5e, 32);
	put8(to, hello->session);
	fill(to, hello->session_byte, hello->session);
	if (client) {
		put16(to, hello->ciphers.length);
		text_add_bytes(to, hello->ciphers.bytes, hello->ciphers.length);
		put8(to, 1);
	} else {
		text_add_bytes(to, hello->ciphers.bytes, 2);
	}
	put8(to, 0);
	if (hello->no_extensions)
		return;
	size_t start = to->length;
	put16(to, 0);
	if (client) {
		client_extensions(to, hello);
	} else if (hello->version >= 0x0304) {
		put_bytes_extension(to, 43, "\x03\x04", 2);
		size_t share = extension_begin(to, 51);
		put16(to, 0x001d);
		put16(to, 32);
		fill(to, 0x5b, 32);
		patch_length(to, share, 2);
		if (hello->psk)
			put_bytes_extension(to, 41, "\0\0", 2);
	} else {
		put_bytes_extension(to, 0xff01, "\0", 1);
		put_bytes_extension(to, 35, "", 0);
	}
	if (hello->size > to->length - start + 100) {
		size_t padding = extension_begin(to, 21);
		put_zeros(to, hello->size - (to->length - start) - 80);
		patch_length(to, padding, 2);
	}
	patch_length(to, start, 2);
}

static void build_hello(struct words *words, struct text *to, bool client)
{
	struct hello hello = { .version = client ? 0x0304 : 0x0303, .minimum = 0x0303 };
	text_add_hex(&hello.ciphers, client ? "1301 1302 c02f c030 009c 00ff" : "c02f");
	text_add_hex(&hello.groups, "001d 0017");
	while (words_more(words))
		hello_word(words, &hello);
	if (hello.minimum > hello.version)
		hello.minimum = hello.version;
	size_t record = record_begin(to, RECORD_HANDSHAKE, client ? 0x0301 : hello.version);
	size_t message = handshake_begin(to, client ? 1 : 2);
	put_hello(to, &hello, client);
	patch_length(to, message, 3);
	patch_length(to, record, 2);
	text_finish(&hello.ciphers);
	text_finish(&hello.groups);
}

/* Certificates */

static size_t der_begin(struct text *to, unsigned tag)
{
	put8(to, tag);
	put8(to, 0x82);
	put16(to, 0);
	return to->length - 2;
}

static void der_bytes(struct text *to, unsigned tag, const void *bytes, size_t length)
{
	put8(to, tag);
	if (length > 127) {
		put8(to, 0x82);
		put16(to, length);
	} else {
		put8(to, length);
	}
	text_add_bytes(to, bytes, length);
}

static void der_name(struct text *to, const char *common_name)
{
	size_t name = der_begin(to, 0x30), set = der_begin(to, 0x31), pair = der_begin(to, 0x30);
	der_bytes(to, 6, "\x55\x04\x03", 3);
	der_bytes(to, 0x0c, common_name, strlen(common_name));
	patch_length(to, pair, 2);
	patch_length(to, set, 2);
	patch_length(to, name, 2);
}

static void der_algorithm(struct text *to, const char *object, size_t length)
{
	size_t start = der_begin(to, 0x30);
	der_bytes(to, 6, object, length);
	der_bytes(to, 5, "", 0);
	patch_length(to, start, 2);
}

#define SHA256_WITH_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
#define SHA1_WITH_RSA "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"
#define RSA_KEY "\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"

struct certificate {
	const char *subject, *issuer, *from, *to;
	const char *names[8];
	unsigned name_count, bits;
	bool sha1;
};

static void der_key(struct text *to, unsigned bits)
{
	size_t key = der_begin(to, 0x30);
	der_algorithm(to, RSA_KEY, 9);
	size_t string = der_begin(to, 3);
	put8(to, 0);
	size_t pair = der_begin(to, 0x30), modulus = der_begin(to, 2);
	put8(to, 0);
	fill(to, 0xd7, bits / 8);
	patch_length(to, modulus, 2);
	der_bytes(to, 2, "\1\0\1", 3);
	patch_length(to, pair, 2);
	patch_length(to, string, 2);
	patch_length(to, key, 2);
}

static void der_alternative_names(struct text *to, const struct certificate *certificate)
{
	size_t outer = der_begin(to, 0xa3), list = der_begin(to, 0x30),
	       extension = der_begin(to, 0x30);
	der_bytes(to, 6, "\x55\x1d\x11", 3);
	size_t string = der_begin(to, 4), names = der_begin(to, 0x30);
	for (unsigned i = 0; i < certificate->name_count; i++)
		der_bytes(to, 0x82, certificate->names[i], strlen(certificate->names[i]));
	patch_length(to, names, 2);
	patch_length(to, string, 2);
	patch_length(to, extension, 2);
	patch_length(to, list, 2);
	patch_length(to, outer, 2);
}

static void der_date(struct text *to, const char *date)
{
	char text[32];
	snprintf(text, sizeof text, "%.4s%.2s%.2s000000Z", date, date + 5, date + 8);
	der_bytes(to, 0x18, text, 15);
}

static void put_certificate(struct text *to, const struct certificate *certificate)
{
	const char *algorithm = certificate->sha1 ? SHA1_WITH_RSA : SHA256_WITH_RSA;
	size_t whole = der_begin(to, 0x30), body = der_begin(to, 0x30);
	der_bytes(to, 0xa0, "\x02\x01\x02", 3);
	der_bytes(to, 2, "\x01\x23\x45", 3);
	der_algorithm(to, algorithm, 9);
	der_name(to, certificate->issuer);
	size_t validity = der_begin(to, 0x30);
	der_date(to, certificate->from);
	der_date(to, certificate->to);
	patch_length(to, validity, 2);
	der_name(to, certificate->subject);
	der_key(to, certificate->bits);
	if (certificate->name_count)
		der_alternative_names(to, certificate);
	patch_length(to, body, 2);
	der_algorithm(to, algorithm, 9);
	size_t signature = der_begin(to, 3);
	put8(to, 0);
	fill(to, 0x51, certificate->bits / 8);
	patch_length(to, signature, 2);
	patch_length(to, whole, 2);
}

static void build_certificate(struct words *words, struct text *to, uint16_t version)
{
	struct certificate certificate = { .subject = "www.example.com", .issuer = "Example CA",
		.from = "2024-01-01", .to = "2025-01-01", .bits = 2048 };
	bool empty = false, chain = false;
	while (words_more(words)) {
		if (words_accept(words, "cn")) {
			certificate.subject = words_take(words, "the common name");
		} else if (words_accept(words, "issuer")) {
			certificate.issuer = words_take(words, "the issuer");
		} else if (words_accept(words, "san") && certificate.name_count < 8) {
			certificate.names[certificate.name_count++] = words_take(words, "the name");
		} else if (words_accept(words, "from") || words_accept(words, "to")) {
			bool end = strcmp(words->at[words->next - 1].text, "to") == 0;
			const char *date = words_take(words, "the date");
			if (strlen(date) != 10)
				words_fail(words, "a date is written 2024-12-31");
			else
				*(end ? &certificate.to : &certificate.from) = date;
		} else if (words_accept(words, "bits")) {
			certificate.bits =
				(unsigned)words_integer(words, "the key's bits", 512, 8192);
		} else if (words_accept(words, "sha1")) {
			certificate.sha1 = true;
		} else if (words_accept(words, "empty")) {
			empty = true;
		} else if (words_accept(words, "chain")) {
			chain = true;
		} else {
			words_end(words);
		}
	}
	size_t record = record_begin(to, RECORD_HANDSHAKE, version),
	       message = handshake_begin(to, 11);
	size_t list = to->length;
	put24(to, 0);
	for (unsigned i = 0; !empty && i < (chain ? 2 : 1); i++) {
		size_t one = to->length;
		put24(to, 0);
		put_certificate(to, &certificate);
		patch_length(to, one, 3);
		certificate.subject = certificate.issuer;
		certificate.issuer = "Example Root";
		certificate.name_count = 0;
	}
	patch_length(to, list, 3);
	patch_length(to, message, 3);
	patch_length(to, record, 2);
}

static void put_handshake(struct text *to, unsigned type, uint16_t version, const void *body,
			  size_t length)
{
	size_t record = record_begin(to, RECORD_HANDSHAKE, version),
	       message = handshake_begin(to, type);
	text_add_bytes(to, body, length);
	patch_length(to, message, 3);
	patch_length(to, record, 2);
}

static void put_filled(struct text *to, unsigned type, uint16_t version, size_t length)
{
	size_t record = record_begin(to, type, version);
	fill(to, 0xe7, length);
	patch_length(to, record, 2);
}

static void build_alert(struct words *words, struct text *to, uint16_t version)
{
	unsigned level = words_accept(words, "warning") ? 1 : 2;
	words_accept(words, "fatal");
	size_t record = record_begin(to, RECORD_ALERT, version);
	put8(to, level);
	put8(to, (uint64_t)words_integer(words, "the alert's number", 0, 255));
	patch_length(to, record, 2);
}

static bool build_fixed(struct words *words, struct text *to, uint16_t version)
{
	static const uint8_t request[] = { 1, 1, 0, 2, 4, 1, 0, 0 };
	static const char ticket[] = "\0\0\x1c\x20\0\x10TICKET0123456789";
	uint8_t exchange[65];
	memset(exchange, 0x41, sizeof exchange);
	if (words_accept(words, "server-hello-done")) {
		put_handshake(to, 14, version, "", 0);
	} else if (words_accept(words, "server-key-exchange")) {
		put_handshake(to, 12, version, exchange, sizeof exchange);
	} else if (words_accept(words, "client-key-exchange")) {
		exchange[0] = 64;
		put_handshake(to, 16, version, exchange, sizeof exchange);
	} else if (words_accept(words, "certificate-request")) {
		put_handshake(to, 13, version, request, sizeof request);
	} else if (words_accept(words, "certificate-verify")) {
		put_handshake(to, 15, version, exchange, sizeof exchange);
	} else if (words_accept(words, "new-session-ticket")) {
		put_handshake(to, 4, version, ticket, sizeof ticket - 1);
	} else if (words_accept(words, "finished")) {
		put_filled(to, RECORD_HANDSHAKE, version, 40);
	} else if (words_accept(words, "encrypted-alert")) {
		put_filled(to, RECORD_ALERT, version, 26);
	} else if (words_accept(words, "ccs")) {
		size_t record = record_begin(to, RECORD_CHANGE, version);
		put8(to, 1);
		patch_length(to, record, 2);
	} else {
		return false;
	}
	return true;
}

static void build(struct words *words, struct text *to)
{
	uint16_t version = 0x0303;
	if (words_accept(words, "record-version"))
		version = version_take(words);
	if (words_accept(words, "client-hello"))
		build_hello(words, to, true);
	else if (words_accept(words, "server-hello"))
		build_hello(words, to, false);
	else if (words_accept(words, "certificate"))
		build_certificate(words, to, version);
	else if (words_accept(words, "alert"))
		build_alert(words, to, version);
	else if (words_accept(words, "data"))
		put_filled(to, RECORD_DATA, version,
			   (size_t)words_integer(words, "the bytes", 1, 16384));
	else if (!build_fixed(words, to, version))
		words_fail(words, "unknown TLS message");
}

const struct payload_builder tls_builder = {
	.name = "tls",
	.usage =
		"[tls client-hello [version V] [from V] [sni X] [alpn X] [ciphers c02f:009c] "
		"[groups 001d] [session "
		"N] [ticket] [psk] [early] [size N] [noext]] [tls server-hello [retry] [version V] [cipher c02f] "
		"[session N] [psk]] "
		"[tls certificate [cn X] [san X]… [issuer X] [from 2024-01-01] [to 2025-01-01] "
		"[bits N] [sha1] [chain] "
		"[empty]] [tls alert fatal|warning N] [tls data BYTES] [tls server-key-exchange | "
		"certificate-request "
		"| server-hello-done | client-key-exchange | certificate-verify | ccs | finished | "
		"new-session-ticket | encrypted-alert]; before all: record-version V",
	.build = build,
};
