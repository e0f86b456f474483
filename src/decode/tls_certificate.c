/* Certificates: RFC 5280, read by libcrypto. */
#include "config.h"

#include "decode/tls_handshake.h"

struct tls_certificate_walk tls_certificate_walk(struct cursor in, bool tls13)
{
	if (tls13)
		cursor_skip(&in, cursor_u8(&in));    /* certificate_request_context */
	struct cursor list = cursor_split(&in, cursor_be24(&in));
	return (struct tls_certificate_walk){ list, tls13 };
}

bool tls_certificate_next(struct tls_certificate_walk *walk, struct cursor *der)
{
	if (!cursor_more(&walk->in))
		return false;
	*der = cursor_split(&walk->in, cursor_be24(&walk->in));
	if (walk->tls13)
		cursor_skip(&walk->in, cursor_be16(&walk->in));      /* extensions */
	return cursor_ok(&walk->in);
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

static bool same_words(const char *a, size_t length, const char *b)
{
	for (size_t i = 0; i < length; i++)
		if (!b[i] || lower(a[i]) != lower(b[i]))
			return false;
	return b[length] == '\0' || (b[length] == '.' && b[length + 1] == '\0');
}

bool tls_name_matches(const char *pattern, size_t length, const char *host)
{
	if (length > 2 && pattern[0] == '*' && pattern[1] == '.') {
		const char *dot = strchr(host, '.');
		return dot && dot > host && same_words(pattern + 1, length - 1, dot);
	}
	return length > 0 && same_words(pattern, length, host);
}

#ifdef HAVE_CRYPTO
#include <openssl/objects.h>
#include <openssl/x509v3.h>
#include <time.h>

#include "core/address.h"
#include "core/clock.h"
#include "decode/tls_library.h"

/* A time of a certificate. Years that 64 bits of nanoseconds cannot hold become the last moment. */
static int64_t time_of(const ASN1_TIME *time)
{
	struct tm parts;
	if (!time || ASN1_TIME_to_tm(time, &parts) != 1)
		return 0;
	if (parts.tm_year > 2199 - 1900)
		return INT64_MAX;
	if (parts.tm_year < 70)
		return 0;
	int64_t seconds = parts.tm_hour * 3600 + parts.tm_min * 60 + parts.tm_sec;
	return time_from_date((unsigned)parts.tm_year + 1900, (unsigned)parts.tm_mon + 1,
			      (unsigned)parts.tm_mday) + seconds * NANOSECONDS;
}

/* Bytes from outside as text that any terminal can show. */
static void copy_printable(char *to, size_t size, const unsigned char *from, size_t length)
{
	size_t used = 0;
	for (size_t i = 0; i < length && used + 1 < size; i++)
		to[used++] = from[i] < ' ' || from[i] > '~' ? '?' : (char)from[i];
	to[used] = '\0';
}

static void copy_name(char *to, size_t size, X509_NAME *name)
{
	int at = name ? X509_NAME_get_index_by_NID(name, NID_commonName, -1) : -1;
	if (name && at < 0)
		at = X509_NAME_get_index_by_NID(name, NID_organizationName, -1);
	if (at >= 0) {
		ASN1_STRING *text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
		copy_printable(to, size, ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
		return;
	}
	char line[256] = "";
	if (name)
		X509_NAME_oneline(name, line, sizeof line);
	copy_printable(to, size, (const unsigned char *)line, strlen(line));
}

/* Bits of the modulus of an RSA key, RFC 8017 A.1.1. Read here since libcrypto is slow at it. */
static unsigned rsa_bits(const unsigned char *bytes, size_t length)
{
	struct cursor in = cursor_make(bytes, length, length);
	for (int i = 0; i < 2; i++) {        /* a sequence that begins with an integer */
		cursor_skip(&in, 1);
		size_t size = cursor_u8(&in);
		if (size > 0x80) {
			size_t more = size & 0x7f;
			for (size = 0; more > 0 && more <= 4; more--)
				size = size << 8 | cursor_u8(&in);
		}
		if (i == 0)
			continue;
		struct cursor integer = cursor_split(&in, size);
		while (cursor_more(&integer) && integer.captured && *integer.next == 0)
			cursor_skip(&integer, 1);
		if (integer.captured)
			return (unsigned)(integer.captured * 8) -
			       (unsigned)(__builtin_clz(*integer.next) - 24);
	}
	return 0;
}

#define POINT_521 133            /* bytes of a point of the one curve that does not end at a byte */

static void read_key(X509 *certificate, struct tls_certificate *to)
{
	X509_PUBKEY *key = X509_get_X509_PUBKEY(certificate);
	ASN1_OBJECT *algorithm = NULL;
	const unsigned char *bytes = NULL;
	int length = 0;
	unsigned bits = 0;
	if (!key || X509_PUBKEY_get0_param(&algorithm, &bytes, &length, NULL, key) != 1 || length < 1)
		return;
	switch (OBJ_obj2nid(algorithm)) {
	case NID_rsaEncryption:
	case NID_rsassaPss:
		to->key_type = TLS_KEY_RSA;
		bits = rsa_bits(bytes, (size_t)length);
		break;
	case NID_dsa:
		to->key_type = TLS_KEY_DSA;
		break;
	case NID_X9_62_id_ecPublicKey:
		to->key_type = TLS_KEY_EC;
		bits = length == POINT_521 ? 521
			: (unsigned)(bytes[0] == 4 ? (length - 1) / 2 : length - 1) * 8;
		break;
	case NID_ED25519:
	case NID_ED448:
		to->key_type = TLS_KEY_EDWARDS;
		bits = (unsigned)length * 8;
		break;
	default:
		break;
	}
	to->key_bits = bits < UINT16_MAX ? (uint16_t)bits : UINT16_MAX;
}

static void read_one(X509 *certificate, struct tls_certificate *to)
{
	X509_NAME *subject = X509_get_subject_name(certificate), *issuer = X509_get_issuer_name(certificate);
	to->readable = true;
	copy_name(to->subject, sizeof to->subject, subject);
	copy_name(to->issuer, sizeof to->issuer, issuer);
	to->self_issued = X509_NAME_cmp(subject, issuer) == 0;
	to->not_before = time_of(X509_get0_notBefore(certificate));
	to->not_after = time_of(X509_get0_notAfter(certificate));
	int algorithm = X509_get_signature_nid(certificate), digest = NID_undef;
	to->signature = algorithm != NID_undef ? OBJ_nid2ln(algorithm) : NULL;
	OBJ_find_sigid_algs(algorithm, &digest, NULL);
	to->weak_signature = digest == NID_sha1 || digest == NID_md5 || digest == NID_md2;
	read_key(certificate, to);
	BASIC_CONSTRAINTS *basic = X509_get_ext_d2i(certificate, NID_basic_constraints, NULL, NULL);
	to->authority = basic && basic->ca;
	BASIC_CONSTRAINTS_free(basic);
}

static void add_name(struct tls_certificates *to, const char *name, size_t length)
{
	size_t used = strlen(to->names);
	if (!length || used + length + 3 > sizeof to->names) {
		to->names_cut = to->names_cut || length;
		return;
	}
	if (used) {
		memcpy(to->names + used, ", ", 2);
		used += 2;
	}
	copy_printable(to->names + used, sizeof to->names - used, (const unsigned char *)name, length);
}

static void take_name(struct tls_certificates *to, const char *name, size_t length, const char *asked)
{
	add_name(to, name, length);
	to->name_matches = to->name_matches || tls_name_matches(name, length, asked);
}

static void take_address(struct tls_certificates *to, const ASN1_OCTET_STRING *bytes, const char *asked)
{
	struct address address = { .family = ADDRESS_NONE };
	const unsigned char *from = ASN1_STRING_get0_data(bytes);
	char words[ADDRESS_TEXT_SIZE];
	if (ASN1_STRING_length(bytes) == 4)
		address = address_ipv4(from);
	else if (ASN1_STRING_length(bytes) == 16)
		address = address_ipv6(from);
	else
		return;
	address_text(&address, words);
	take_name(to, words, strlen(words), asked);
}

/* The names that the leaf is for; the common name only where there are no others. */
static void read_names(X509 *leaf, const char *asked, struct tls_certificates *to)
{
	bool any = false;
	GENERAL_NAMES *names = X509_get_ext_d2i(leaf, NID_subject_alt_name, NULL, NULL);
	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		if (name->type == GEN_DNS) {
			any = true;
			take_name(to, (const char *)ASN1_STRING_get0_data(name->d.dNSName),
				  (size_t)ASN1_STRING_length(name->d.dNSName), asked);
		} else if (name->type == GEN_IPADD) {
			take_address(to, name->d.iPAddress, asked);
		}
	}
	GENERAL_NAMES_free(names);
	X509_NAME *subject = X509_get_subject_name(leaf);
	int at = any || !subject ? -1 : X509_NAME_get_index_by_NID(subject, NID_commonName, -1);
	if (at >= 0) {
		ASN1_STRING *text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, at));
		take_name(to, (const char *)ASN1_STRING_get0_data(text),
			  (size_t)ASN1_STRING_length(text), asked);
	}
	to->name_asked = asked[0] != '\0';
}

void tls_read_certificates(struct cursor in, bool tls13, const char *server_name,
			   struct tls_certificates *to)
{
	struct tls_certificate_walk walk = tls_certificate_walk(in, tls13);
	struct cursor der;
	X509 *before = NULL;
	to->supported = to->in_order = true;
	while (tls_certificate_next(&walk, &der)) {
		to->count++;
		if (to->kept == TLS_MAX_CERTIFICATES)
			continue;
		const unsigned char *at = der.next;
		X509 *certificate = X509_new_ex(tls_library(), NULL);
		d2i_X509(&certificate, &at, (long)der.captured);     /* frees it when it fails */
		struct tls_certificate *kept = &to->list[to->kept++];
		if (certificate)
			read_one(certificate, kept);
		if (certificate && to->kept == 1)
			read_names(certificate, server_name, to);
		if (to->kept > 1)
			to->in_order = to->in_order && before && certificate &&
				X509_NAME_cmp(X509_get_issuer_name(before),
					      X509_get_subject_name(certificate)) == 0;
		X509_free(before);
		before = certificate;
	}
	X509_free(before);
}
#else
void tls_read_certificates(struct cursor in, bool tls13, const char *server_name,
			   struct tls_certificates *to)
{
	struct tls_certificate_walk walk = tls_certificate_walk(in, tls13);
	struct cursor der;
	(void)server_name;
	while (tls_certificate_next(&walk, &der))
		to->count++;
}
#endif
