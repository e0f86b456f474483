/* Fingerprints of hellos: JA3 and JA3S (github.com/salesforce/ja3), JA4 (github.com/FoxIO-LLC/ja4). They name
 * the program that speaks, since nearly every TLS library offers another list in another order. */
#include "config.h"

#include "decode/tls_fields.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/text.h"
#include "decode/tls_names.h"

#ifdef HAVE_CRYPTO
#include <openssl/evp.h>

#include "decode/tls_library.h"

static bool digest(const char *algorithm, const char *words, size_t length, uint8_t *to)
{
	size_t size;
	return EVP_Q_digest(tls_library(), algorithm, NULL, words, length, to, &size) == 1;
}
#else
static bool digest(const char *algorithm, const char *words, size_t length, uint8_t *to)
{
	(void)algorithm, (void)words, (void)length, (void)to;
	return false;
}
#endif

#define DIGEST_MOST 64
#define PRINT_MOST 256           /* values of one list that are looked at */

struct values { uint16_t list[PRINT_MOST]; size_t count; };

struct hello_parts {
	uint16_t version;
	struct values ciphers, extensions, groups, signatures, points;
	uint16_t highest;            /* of supported_versions; 0: none */
	bool server_name;
	char protocol[2];            /* first and last letter of the first one; zeros: none */
};

static void add_value(struct values *to, uint16_t value)
{
	if (!tls_is_grease(value) && to->count < PRINT_MOST)
		to->list[to->count++] = value;
}

static void add_values(struct values *to, struct cursor list)
{
	while (cursor_more(&list))
		add_value(to, cursor_be16(&list));
}

static void read_protocol(struct cursor in, struct hello_parts *to)
{
	struct cursor list = cursor_split(&in, cursor_be16(&in));
	size_t length = cursor_u8(&list);
	const uint8_t *name = cursor_take(&list, length);
	if (!name || !length)
		return;
	to->protocol[0] = (char)name[0];
	to->protocol[1] = (char)name[length - 1];
}

static void read_extension(uint16_t type, struct cursor in, struct hello_parts *to)
{
	struct cursor list;
	switch (type) {
	case TLS_EXTENSION_SERVER_NAME:
		to->server_name = true;
		break;
	case TLS_EXTENSION_GROUPS:
		add_values(&to->groups, cursor_split(&in, cursor_be16(&in)));
		break;
	case TLS_EXTENSION_POINT_FORMATS:
		list = cursor_split(&in, cursor_u8(&in));
		while (cursor_more(&list))
			add_value(&to->points, cursor_u8(&list));
		break;
	case TLS_EXTENSION_SIGNATURES:
		add_values(&to->signatures, cursor_split(&in, cursor_be16(&in)));
		break;
	case TLS_EXTENSION_ALPN:
		read_protocol(in, to);
		break;
	case TLS_EXTENSION_VERSIONS:
		list = cursor_split(&in, cursor_u8(&in));
		while (cursor_more(&list)) {
			uint16_t version = tls_version_of(cursor_be16(&list));
			if (!tls_is_grease(version) && version > to->highest)
				to->highest = version;
		}
		break;
	default:
		break;
	}
}

static void read_extensions(struct cursor in, struct hello_parts *to)
{
	struct cursor list = cursor_split(&in, cursor_be16(&in));
	while (cursor_more(&list)) {
		uint16_t type = cursor_be16(&list);
		struct cursor body = cursor_split(&list, cursor_be16(&list));
		if (!cursor_ok(&list))
			return;
		add_value(&to->extensions, type);
		read_extension(type, body, to);
	}
}

static void add_decimal(struct text *to, const struct values *values, const char *before)
{
	text_add(to, before);
	for (size_t i = 0; i < values->count; i++)
		text_addf(to, i ? "-%u" : "%u", values->list[i]);
}

static void tell_words(struct teller *teller, enum tls_field field, const struct text *words)
{
	tell_text(teller, &tls_fields[field], NULL, 0, words->bytes ? words->bytes : "", words->length);
}

static void tell_with_md5(struct teller *teller, enum tls_field full, enum tls_field hash,
			  const struct text *words)
{
	uint8_t bytes[DIGEST_MOST];
	char hex[2 * 16 + 1];
	tell_words(teller, full, words);
	if (!digest("MD5", words->bytes, words->length, bytes))
		return;
	for (int i = 0; i < 16; i++)
		snprintf(hex + 2 * i, 3, "%02x", bytes[i]);
	tell_text(teller, &tls_fields[hash], NULL, 0, hex, 32);
}

static int by_value(const void *a, const void *b)
{
	uint16_t one = *(const uint16_t *)a, other = *(const uint16_t *)b;
	return one < other ? -1 : one > other;
}

static void add_hex(struct text *to, const struct values *values, bool without_names)
{
	const char *between = "";
	for (size_t i = 0; i < values->count; i++) {
		uint16_t value = values->list[i];
		if (without_names && (value == TLS_EXTENSION_SERVER_NAME || value == TLS_EXTENSION_ALPN))
			continue;
		text_addf(to, "%s%04x", between, value);
		between = ",";
	}
}

/* The first twelve digits of the digest of what was added behind `start`. */
static bool add_short_digest(struct text *to, const char *words, size_t length)
{
	uint8_t bytes[DIGEST_MOST];
	if (!length) {
		text_add(to, "000000000000");
		return true;
	}
	if (!digest("SHA256", words, length, bytes))
		return false;
	for (int i = 0; i < 6; i++)
		text_addf(to, "%02x", bytes[i]);
	return true;
}

static const char *short_version(uint16_t version, bool datagram)
{
	switch (version) {
	case TLS_1_3: return datagram ? "d3" : "13";
	case TLS_1_2: return datagram ? "d2" : "12";
	case TLS_1_1: return datagram ? "d1" : "11";
	case TLS_1_0: return "10";
	case SSL_3_0: return "s3";
	case SSL_2_0: return "s2";
	default: return "00";
	}
}

static bool is_alphanumeric(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static void add_overview(struct text *to, const struct hello_parts *hello, char carrier)
{
	static const char digits[] = "0123456789abcdef";
	char first = hello->protocol[0], last = hello->protocol[1];
	if (!first) {
		first = last = '0';
	} else if (!is_alphanumeric(first) || !is_alphanumeric(last)) {
		first = digits[(uint8_t)first >> 4];
		last = digits[(uint8_t)last & 15];
	}
	text_addf(to, "%c%s%c%02zu%02zu%c%c", carrier,
		  short_version(hello->highest ? hello->highest : tls_version_of(hello->version), carrier == 'd'),
		  hello->server_name ? 'd' : 'i', hello->ciphers.count > 99 ? 99 : hello->ciphers.count,
		  hello->extensions.count > 99 ? 99 : hello->extensions.count, first, last);
}

static void tell_ja4(struct teller *teller, struct hello_parts *hello, char carrier)
{
	struct text overview = { 0 }, ciphers = { 0 }, rest = { 0 }, words = { 0 };
	add_overview(&overview, hello, carrier);
	qsort(hello->ciphers.list, hello->ciphers.count, sizeof hello->ciphers.list[0], by_value);
	qsort(hello->extensions.list, hello->extensions.count, sizeof hello->extensions.list[0], by_value);
	add_hex(&ciphers, &hello->ciphers, false);
	add_hex(&rest, &hello->extensions, true);
	if (hello->signatures.count) {
		text_add_char(&rest, '_');
		add_hex(&rest, &hello->signatures, false);
	}
	text_addf(&words, "%s_%s_%s", overview.bytes, ciphers.bytes ? ciphers.bytes : "",
		  rest.bytes ? rest.bytes : "");
	tell_words(teller, TLS_F_JA4_R, &words);
	text_clear(&words);
	text_addf(&words, "%s_", overview.bytes);
	bool made = add_short_digest(&words, ciphers.bytes, ciphers.length);
	text_add_char(&words, '_');
	made = made && add_short_digest(&words, rest.bytes, rest.length);
	if (made)
		tell_words(teller, TLS_F_JA4, &words);
	text_finish(&overview);
	text_finish(&ciphers);
	text_finish(&rest);
	text_finish(&words);
}

void tls_tell_client_print(struct teller *teller, struct cursor in, char carrier)
{
	struct hello_parts hello = { 0 };
	struct text words = { 0 };
	hello.version = cursor_be16(&in);
	cursor_skip(&in, 32);
	cursor_skip(&in, cursor_u8(&in));
	if (carrier == 'd')
		cursor_skip(&in, cursor_u8(&in));    /* cookie */
	add_values(&hello.ciphers, cursor_split(&in, cursor_be16(&in)));
	cursor_skip(&in, cursor_u8(&in));
	if (cursor_more(&in))
		read_extensions(in, &hello);
	text_addf(&words, "%u,", hello.version);
	add_decimal(&words, &hello.ciphers, "");
	add_decimal(&words, &hello.extensions, ",");
	add_decimal(&words, &hello.groups, ",");
	add_decimal(&words, &hello.points, ",");
	tell_with_md5(teller, TLS_F_JA3_FULL, TLS_F_JA3, &words);
	text_finish(&words);
	tell_ja4(teller, &hello, carrier);
}

void tls_tell_server_print(struct teller *teller, struct cursor in)
{
	struct hello_parts hello = { 0 };
	struct text words = { 0 };
	hello.version = cursor_be16(&in);
	bool draft = tls_is_early_draft(hello.version);
	cursor_skip(&in, 32);
	if (!draft)
		cursor_skip(&in, cursor_u8(&in));
	uint16_t cipher = cursor_be16(&in);
	if (!draft)
		cursor_skip(&in, 1);
	if (!cursor_ok(&in))
		return;
	if (cursor_more(&in))
		read_extensions(in, &hello);
	text_addf(&words, "%u,%u", hello.version, cipher);
	add_decimal(&words, &hello.extensions, ",");
	tell_with_md5(teller, TLS_F_JA3S_FULL, TLS_F_JA3S, &words);
	text_finish(&words);
}
