/* Certificates: RFC 5280, read by libcrypto, a part at a time: d2i_X509 would look for a decoder of the
 * public key in all providers, which takes ten times as long as all the rest. */
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
#include "decode/der.h"

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
	int at = X509_NAME_get_index_by_NID(name, NID_commonName, -1);
	if (at < 0)
		at = X509_NAME_get_index_by_NID(name, NID_organizationName, -1);
	if (at >= 0) {
		ASN1_STRING *text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
		copy_printable(to, size, ASN1_STRING_get0_data(text), (size_t)ASN1_STRING_length(text));
		return;
	}
	char line[256] = "";
	X509_NAME_oneline(name, line, sizeof line);
	copy_printable(to, size, (const unsigned char *)line, strlen(line));
}

/* The parts of one. */
struct certificate {
	X509_NAME *issuer, *subject;
	ASN1_TIME *not_before, *not_after;
	X509_ALGOR *signature, *key_algorithm;
	struct cursor key;
	X509_EXTENSIONS *extensions;         /* NULL: none */
};

static void certificate_free(struct certificate *certificate)
{
	X509_NAME_free(certificate->issuer);
	X509_NAME_free(certificate->subject);
	ASN1_TIME_free(certificate->not_before);
	ASN1_TIME_free(certificate->not_after);
	X509_ALGOR_free(certificate->signature);
	X509_ALGOR_free(certificate->key_algorithm);
	sk_X509_EXTENSION_pop_free(certificate->extensions, X509_EXTENSION_free);
	*certificate = (struct certificate){ 0 };
}

static X509_NAME *take_distinguished(struct cursor *in)
{
	struct der_element name;
	if (!der_next_of(in, DER_SEQUENCE, &name))
		return NULL;
	const unsigned char *at = name.at;
	return d2i_X509_NAME(NULL, &at, (long)name.length);
}

static X509_ALGOR *take_algorithm(struct cursor *in)
{
	struct der_element algorithm;
	if (!der_next_of(in, DER_SEQUENCE, &algorithm))
		return NULL;
	const unsigned char *at = algorithm.at;
	return d2i_X509_ALGOR(NULL, &at, (long)algorithm.length);
}

static ASN1_TIME *take_time(struct cursor *in)
{
	struct der_element time;
	if (!der_next(in, &time))
		return NULL;
	const unsigned char *at = time.at;
	return d2i_ASN1_TIME(NULL, &at, (long)time.length);
}

static bool read_public_key(struct cursor *in, struct certificate *to)
{
	struct der_element info, bits;
	if (!der_next_of(in, DER_SEQUENCE, &info))
		return false;
	to->key_algorithm = take_algorithm(&info.body);
	if (!to->key_algorithm || !der_next_of(&info.body, DER_BIT_STRING, &bits))
		return false;
	cursor_skip(&bits.body, 1);          /* unused bits: 0 */
	to->key = bits.body;
	return cursor_ok(&bits.body);
}

static bool read_extensions(struct cursor *in, struct certificate *to)
{
	struct der_element part;
	while (der_next(in, &part)) {
		const unsigned char *at = part.body.next;
		if (part.tag != 0xa3)        /* unique ids */
			continue;
		to->extensions = d2i_X509_EXTENSIONS(NULL, &at, (long)part.body.captured);
		return to->extensions;
	}
	return true;
}

/* False when a part makes no sense; those before it are there. */
static bool certificate_read(struct cursor der, struct certificate *to)
{
	struct der_element whole, body, part, validity;
	*to = (struct certificate){ 0 };
	if (!der_next_of(&der, DER_SEQUENCE, &whole) || !der_next_of(&whole.body, DER_SEQUENCE, &body))
		return false;
	to->signature = take_algorithm(&whole.body);
	struct cursor *in = &body.body;
	if (!to->signature || !der_next(in, &part) || (part.tag == 0xa0 && !der_next(in, &part)) ||
	    part.tag != DER_INTEGER || !der_next_of(in, DER_SEQUENCE, &part))
		return false;
	to->issuer = take_distinguished(in);
	if (!to->issuer || !der_next_of(in, DER_SEQUENCE, &validity))
		return false;
	to->not_before = take_time(&validity.body);
	to->not_after = take_time(&validity.body);
	to->subject = take_distinguished(in);
	return to->not_before && to->not_after && to->subject && read_public_key(in, to) &&
	       read_extensions(in, to);
}

/* Bits of the modulus of an RSA key, RFC 8017 A.1.1. */
static unsigned rsa_bits(struct cursor in)
{
	struct der_element key, modulus;
	if (!der_next_of(&in, DER_SEQUENCE, &key) || !der_next_of(&key.body, DER_INTEGER, &modulus))
		return 0;
	struct cursor *bytes = &modulus.body;
	while (bytes->captured && *bytes->next == 0)
		cursor_skip(bytes, 1);
	return bytes->captured ? (unsigned)(bytes->captured * 8) -
				 (unsigned)(__builtin_clz(*bytes->next) - 24) : 0;
}

#define POINT_521 133            /* bytes of a point of the one curve that does not end at a byte */

static void read_key(const struct certificate *certificate, struct tls_certificate *to)
{
	const ASN1_OBJECT *algorithm = NULL;
	size_t length = certificate->key.captured;
	unsigned bits = 0;
	X509_ALGOR_get0(&algorithm, NULL, NULL, certificate->key_algorithm);
	if (!length)
		return;
	switch (OBJ_obj2nid(algorithm)) {
	case NID_rsaEncryption:
	case NID_rsassaPss:
		to->key_type = TLS_KEY_RSA;
		bits = rsa_bits(certificate->key);
		break;
	case NID_dsa:
		to->key_type = TLS_KEY_DSA;
		break;
	case NID_X9_62_id_ecPublicKey:
		to->key_type = TLS_KEY_EC;
		bits = length == POINT_521 ? 521
			: (unsigned)(*certificate->key.next == 4 ? (length - 1) / 2 : length - 1) * 8;
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

static void read_one(const struct certificate *certificate, struct tls_certificate *to)
{
	to->readable = true;
	copy_name(to->subject, sizeof to->subject, certificate->subject);
	copy_name(to->issuer, sizeof to->issuer, certificate->issuer);
	to->self_issued = X509_NAME_cmp(certificate->subject, certificate->issuer) == 0;
	to->not_before = time_of(certificate->not_before);
	to->not_after = time_of(certificate->not_after);
	const ASN1_OBJECT *name = NULL;
	X509_ALGOR_get0(&name, NULL, NULL, certificate->signature);
	int algorithm = OBJ_obj2nid(name), digest = NID_undef;
	to->signature = algorithm != NID_undef ? OBJ_nid2ln(algorithm) : NULL;
	OBJ_find_sigid_algs(algorithm, &digest, NULL);
	to->weak_signature = digest == NID_sha1 || digest == NID_md5 || digest == NID_md2;
	read_key(certificate, to);
	BASIC_CONSTRAINTS *basic =
		X509V3_get_d2i(certificate->extensions, NID_basic_constraints, NULL, NULL);
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
static void read_names(const struct certificate *leaf, const char *asked,
		       struct tls_certificates *to)
{
	bool any = false;
	GENERAL_NAMES *names = X509V3_get_d2i(leaf->extensions, NID_subject_alt_name, NULL, NULL);
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
	int at = any ? -1 : X509_NAME_get_index_by_NID(leaf->subject, NID_commonName, -1);
	if (at >= 0) {
		ASN1_STRING *text = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(leaf->subject, at));
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
	struct certificate before = { 0 }, certificate;
	to->supported = to->in_order = true;
	while (tls_certificate_next(&walk, &der)) {
		to->count++;
		if (to->kept == TLS_MAX_CERTIFICATES)
			continue;
		struct tls_certificate *kept = &to->list[to->kept++];
		if (!certificate_read(der, &certificate))
			certificate_free(&certificate);
		if (certificate.subject)
			read_one(&certificate, kept);
		if (certificate.subject && to->kept == 1)
			read_names(&certificate, server_name, to);
		if (to->kept > 1)
			to->in_order = to->in_order && before.issuer && certificate.subject &&
				X509_NAME_cmp(before.issuer, certificate.subject) == 0;
		certificate_free(&before);
		before = certificate;
	}
	certificate_free(&before);
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
