/* Fields of certificates, RFC 5280, read from their DER (X.690). What decides about findings is read by
 * libcrypto; this only shows. */
#include "decode/tls_fields.h"

#include <stdio.h>

enum { TAG_BOOLEAN = 1, TAG_INTEGER = 2, TAG_BIT_STRING = 3, TAG_OCTET_STRING = 4, TAG_OID = 6,
	TAG_UTF8 = 12, TAG_PRINTABLE = 19, TAG_TELETEX = 20, TAG_IA5 = 22, TAG_UTC_TIME = 23,
	TAG_GENERALIZED_TIME = 24, TAG_SEQUENCE = 0x30, TAG_SET = 0x31 };

#define OID_SIZE 64

struct element {
	uint8_t tag;
	const uint8_t *at;           /* of the tag */
	size_t length;               /* with tag and length */
	struct cursor body;
};

/* The next element; false at the end, or when it makes no sense. */
static bool next_element(struct cursor *in, struct element *to)
{
	if (!cursor_more(in))
		return false;
	const uint8_t *at = in->next;
	uint8_t tag = cursor_u8(in);
	size_t length = cursor_u8(in);
	if (length > 0x80) {
		size_t more = length & 0x7f;
		if (more > 4)
			return false;
		for (length = 0; more > 0; more--)
			length = length << 8 | cursor_u8(in);
	}
	struct cursor body = cursor_split(in, length);
	if (!cursor_ok(in) || body.captured < length)
		return false;
	*to = (struct element){ tag, at, (size_t)(body.next - at) + length, body };
	return true;
}

static bool next_of(struct cursor *in, uint8_t tag, struct element *to)
{
	return next_element(in, to) && to->tag == tag;
}

/* "2.5.4.3" */
static size_t oid_text(struct cursor in, char to[static OID_SIZE])
{
	size_t used = 0;
	uint64_t number = 0;
	bool first = true;
	to[0] = '\0';
	while (cursor_more(&in) && used < OID_SIZE - 24) {
		uint8_t part = cursor_u8(&in);
		number = number << 7 | (part & 0x7f);
		if (part & 0x80)
			continue;
		if (first) {
			unsigned root = number < 40 ? 0 : number < 80 ? 1 : 2;
			used += (size_t)snprintf(to, OID_SIZE, "%u.%llu", root,
						 (unsigned long long)(number - 40ull * root));
		} else {
			used += (size_t)snprintf(to + used, OID_SIZE - used, ".%llu",
						 (unsigned long long)number);
		}
		first = false;
		number = 0;
	}
	return used;
}

static void tell_oid(struct teller *teller, enum tls_field field, const struct element *oid)
{
	char words[OID_SIZE];
	size_t length = oid_text(oid->body, words);
	tell_text(teller, &tls_fields[field], oid->body.next, oid->body.captured, words, length);
}

static void tell_whole(struct teller *teller, enum tls_field field, struct cursor body)
{
	tell_bytes(teller, &tls_fields[field], &body, body.declared);
}

static void open_at(struct teller *teller, enum tls_field field, const struct element *element)
{
	tell_open(teller, &tls_fields[field], element->at, element->length, 0, NULL);
}

static void tell_algorithm(struct teller *teller, struct cursor in)
{
	struct element oid;
	if (next_of(&in, TAG_OID, &oid))
		tell_oid(teller, TLS_X_ALGORITHM_ID, &oid);
}

static const uint8_t country[] = { 0x55, 4, 6 };

static void tell_attribute(struct teller *teller, struct cursor in)
{
	struct element oid, value;
	if (!next_of(&in, TAG_OID, &oid) || !next_element(&in, &value))
		return;
	tell_oid(teller, TLS_X_OID, &oid);
	if (oid.body.captured == sizeof country && memcmp(oid.body.next, country, sizeof country) == 0)
		tell_whole(teller, TLS_X_COUNTRY, value.body);
	else if (value.tag == TAG_UTF8)
		tell_whole(teller, TLS_X_UTF8, value.body);
	else if (value.tag == TAG_PRINTABLE)
		tell_whole(teller, TLS_X_PRINTABLE, value.body);
	else if (value.tag == TAG_TELETEX)
		tell_whole(teller, TLS_X_TELETEX, value.body);
	else if (value.tag == TAG_IA5)
		tell_whole(teller, TLS_X_IA5, value.body);
}

static void tell_name(struct teller *teller, enum tls_field field, const struct element *name)
{
	struct cursor sets = name->body;
	struct element set, attribute;
	open_at(teller, field, name);
	while (next_of(&sets, TAG_SET, &set)) {
		while (next_of(&set.body, TAG_SEQUENCE, &attribute)) {
			open_at(teller, TLS_X_RDN, &attribute);
			tell_attribute(teller, attribute.body);
			tell_close(teller);
		}
	}
	tell_close(teller);
}

/* "200101000000Z" as Wireshark shows it: "2020-01-01 00:00:00 (UTC)". */
static void tell_time(struct teller *teller, enum tls_field field, const struct element *time)
{
	const char *digits = (const char *)time->body.next;
	size_t length = time->body.captured, year = time->tag == TAG_UTC_TIME ? 2 : 4;
	char words[40];
	bool old = digits[0] >= '5';
	tell_number(teller, &tls_fields[field], time->at, 1, time->tag != TAG_UTC_TIME);
	if (length < year + 10)
		return;
	const char *rest = digits + year;
	int used = snprintf(words, sizeof words, "%s%.*s-%.2s-%.2s %.2s:%.2s:%.2s (UTC)",
			    year == 4 ? "" : old ? "19" : "20", (int)year, digits, rest, rest + 2, rest + 4,
			    rest + 6, rest + 8);
	tell_text(teller, &tls_fields[year == 2 ? TLS_X_UTC_TIME : TLS_X_GENERALIZED_TIME],
		  time->body.next, length, words, (size_t)used);
}

static void tell_validity(struct teller *teller, const struct element *validity)
{
	struct cursor in = validity->body;
	struct element time;
	open_at(teller, TLS_X_VALIDITY, validity);
	if (next_element(&in, &time) && time.body.captured)
		tell_time(teller, TLS_X_NOT_BEFORE, &time);
	if (next_element(&in, &time) && time.body.captured)
		tell_time(teller, TLS_X_NOT_AFTER, &time);
	tell_close(teller);
}

static void tell_key(struct teller *teller, const struct element *info)
{
	struct cursor in = info->body;
	struct element algorithm, key;
	open_at(teller, TLS_X_KEY_INFO, info);
	if (next_of(&in, TAG_SEQUENCE, &algorithm))
		tell_algorithm(teller, algorithm.body);
	if (next_of(&in, TAG_BIT_STRING, &key) && key.body.captured) {
		cursor_skip(&key.body, 1);
		tell_whole(teller, TLS_X_KEY, key.body);
	}
	tell_close(teller);
}

/* ---- Extensions -------------------------------------------------------------------------------- */

static void tell_alternative_names(struct teller *teller, struct cursor in)
{
	struct element list, name;
	if (!next_of(&in, TAG_SEQUENCE, &list))
		return;
	while (next_element(&list.body, &name)) {
		uint8_t type = name.tag & 0x1f;
		tell_number(teller, &tls_fields[TLS_X_GENERAL_NAME], name.at, 1, type);
		if (type == 2)
			tell_whole(teller, TLS_X_DNS_NAME, name.body);
		else if (type == 7)
			tell_whole(teller, TLS_X_IP_ADDRESS, name.body);
		else if (type == 6)
			tell_whole(teller, TLS_X_URI, name.body);
		else if (type == 1)
			tell_whole(teller, TLS_X_MAIL, name.body);
	}
}

static void tell_constraints(struct teller *teller, struct cursor in)
{
	struct element list, authority;
	if (next_of(&in, TAG_SEQUENCE, &list) && next_of(&list.body, TAG_BOOLEAN, &authority) &&
	    authority.body.captured)
		tell_number(teller, &tls_fields[TLS_X_CA], authority.at, authority.length,
			    *authority.body.next != 0);
}

static void tell_extension_value(struct teller *teller, const struct element *oid, struct cursor value)
{
	struct element element;
	/* id-ce: 2.5.29 */
	if (oid->body.captured != 3 || oid->body.next[0] != 0x55 || oid->body.next[1] != 0x1d)
		return;
	switch (oid->body.next[2]) {
	case 14:
		if (next_of(&value, TAG_OCTET_STRING, &element))
			tell_whole(teller, TLS_X_SUBJECT_KEY, element.body);
		break;
	case 17:
		tell_alternative_names(teller, value);
		break;
	case 19:
		tell_constraints(teller, value);
		break;
	case 35:
		if (next_of(&value, TAG_SEQUENCE, &element) && next_of(&element.body, 0x80, &element))
			tell_whole(teller, TLS_X_AUTHORITY_KEY, element.body);
		break;
	default:
		break;
	}
}

static void tell_extension(struct teller *teller, const struct element *extension)
{
	struct cursor in = extension->body;
	struct element oid, value;
	if (!next_of(&in, TAG_OID, &oid) || !next_element(&in, &value))
		return;
	open_at(teller, TLS_X_EXTENSION, extension);
	tell_oid(teller, TLS_X_EXTENSION_ID, &oid);
	if (value.tag == TAG_BOOLEAN && value.body.captured) {
		tell_number(teller, &tls_fields[TLS_X_CRITICAL], value.at, value.length,
			    *value.body.next != 0);
		if (!next_element(&in, &value))
			value.tag = 0;
	}
	if (value.tag == TAG_OCTET_STRING)
		tell_extension_value(teller, &oid, value.body);
	tell_close(teller);
}

static void tell_body(struct teller *teller, struct cursor in)
{
	struct element element, inner;
	bool more = next_element(&in, &element);
	if (more && element.tag == 0xa0) {
		if (next_of(&element.body, TAG_INTEGER, &inner) && inner.body.captured)
			tell_number(teller, &tls_fields[TLS_X_VERSION], inner.body.next, 1,
				    *inner.body.next);
		more = next_element(&in, &element);
	}
	if (!more || element.tag != TAG_INTEGER)
		return;
	tell_whole(teller, TLS_X_SERIAL, element.body);
	if (!next_of(&in, TAG_SEQUENCE, &element))
		return;
	open_at(teller, TLS_X_SIGNATURE, &element);
	tell_algorithm(teller, element.body);
	tell_close(teller);
	if (next_of(&in, TAG_SEQUENCE, &element))
		tell_name(teller, TLS_X_ISSUER, &element);
	if (next_of(&in, TAG_SEQUENCE, &element))
		tell_validity(teller, &element);
	if (next_of(&in, TAG_SEQUENCE, &element))
		tell_name(teller, TLS_X_SUBJECT, &element);
	if (next_of(&in, TAG_SEQUENCE, &element))
		tell_key(teller, &element);
	while (next_element(&in, &element))
		if (element.tag == 0xa3 && next_of(&element.body, TAG_SEQUENCE, &inner))
			while (next_of(&inner.body, TAG_SEQUENCE, &element))
				tell_extension(teller, &element);
}

void x509_tell(struct teller *teller, struct cursor in)
{
	struct element whole, part;
	if (!next_of(&in, TAG_SEQUENCE, &whole) || !next_of(&whole.body, TAG_SEQUENCE, &part))
		return;
	open_at(teller, TLS_X_CERTIFICATE, &part);
	tell_body(teller, part.body);
	tell_close(teller);
	if (next_of(&whole.body, TAG_SEQUENCE, &part))
		tell_algorithm(teller, part.body);
	if (next_of(&whole.body, TAG_BIT_STRING, &part) && part.body.captured) {
		cursor_skip(&part.body, 1);
		tell_whole(teller, TLS_X_ENCRYPTED, part.body);
	}
}
