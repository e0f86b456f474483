/* Fields of certificates, RFC 5280, read from their DER (X.690). What decides about findings is read by
 * libcrypto; this only shows. */
#include "decode/tls_fields.h"

#include <stdio.h>

#include "decode/der.h"

#define OID_SIZE 64

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

static void tell_oid(struct teller *teller, enum tls_field field, const struct der_element *oid)
{
	char words[OID_SIZE];
	size_t length = oid_text(oid->body, words);
	tell_text(teller, &tls_fields[field], oid->body.next, oid->body.captured, words, length);
}

static void tell_whole(struct teller *teller, enum tls_field field, struct cursor body)
{
	tell_bytes(teller, &tls_fields[field], &body, body.declared);
}

static void open_at(struct teller *teller, enum tls_field field, const struct der_element *element)
{
	tell_open(teller, &tls_fields[field], element->at, element->length, 0, NULL);
}

static void tell_algorithm(struct teller *teller, struct cursor in)
{
	struct der_element oid;
	if (der_next_of(&in, DER_OID, &oid))
		tell_oid(teller, TLS_X_ALGORITHM_ID, &oid);
}

static const uint8_t country[] = { 0x55, 4, 6 };

static void tell_attribute(struct teller *teller, struct cursor in)
{
	struct der_element oid, value;
	if (!der_next_of(&in, DER_OID, &oid) || !der_next(&in, &value))
		return;
	tell_oid(teller, TLS_X_OID, &oid);
	if (oid.body.captured == sizeof country && memcmp(oid.body.next, country, sizeof country) == 0)
		tell_whole(teller, TLS_X_COUNTRY, value.body);
	else if (value.tag == DER_UTF8)
		tell_whole(teller, TLS_X_UTF8, value.body);
	else if (value.tag == DER_PRINTABLE)
		tell_whole(teller, TLS_X_PRINTABLE, value.body);
	else if (value.tag == DER_TELETEX)
		tell_whole(teller, TLS_X_TELETEX, value.body);
	else if (value.tag == DER_IA5)
		tell_whole(teller, TLS_X_IA5, value.body);
}

static void tell_name(struct teller *teller, enum tls_field field, const struct der_element *name)
{
	struct cursor sets = name->body;
	struct der_element set, attribute;
	open_at(teller, field, name);
	while (der_next_of(&sets, DER_SET, &set)) {
		while (der_next_of(&set.body, DER_SEQUENCE, &attribute)) {
			open_at(teller, TLS_X_RDN, &attribute);
			tell_attribute(teller, attribute.body);
			tell_close(teller);
		}
	}
	tell_close(teller);
}

/* "200101000000Z" as Wireshark shows it: "2020-01-01 00:00:00 (UTC)". */
static void tell_time(struct teller *teller, enum tls_field field, const struct der_element *time)
{
	const char *digits = (const char *)time->body.next;
	size_t length = time->body.captured, year = time->tag == DER_UTC_TIME ? 2 : 4;
	char words[40];
	bool old = digits[0] >= '5';
	tell_number(teller, &tls_fields[field], time->at, 1, time->tag != DER_UTC_TIME);
	if (length < year + 10)
		return;
	const char *rest = digits + year;
	int used = snprintf(words, sizeof words, "%s%.*s-%.2s-%.2s %.2s:%.2s:%.2s (UTC)",
			    year == 4 ? "" : old ? "19" : "20", (int)year, digits, rest, rest + 2, rest + 4,
			    rest + 6, rest + 8);
	tell_text(teller, &tls_fields[year == 2 ? TLS_X_UTC_TIME : TLS_X_GENERALIZED_TIME],
		  time->body.next, length, words, (size_t)used);
}

static void tell_validity(struct teller *teller, const struct der_element *validity)
{
	struct cursor in = validity->body;
	struct der_element time;
	open_at(teller, TLS_X_VALIDITY, validity);
	if (der_next(&in, &time) && time.body.captured)
		tell_time(teller, TLS_X_NOT_BEFORE, &time);
	if (der_next(&in, &time) && time.body.captured)
		tell_time(teller, TLS_X_NOT_AFTER, &time);
	tell_close(teller);
}

static void tell_key(struct teller *teller, const struct der_element *info)
{
	struct cursor in = info->body;
	struct der_element algorithm, key;
	open_at(teller, TLS_X_KEY_INFO, info);
	if (der_next_of(&in, DER_SEQUENCE, &algorithm))
		tell_algorithm(teller, algorithm.body);
	if (der_next_of(&in, DER_BIT_STRING, &key) && key.body.captured) {
		cursor_skip(&key.body, 1);
		tell_whole(teller, TLS_X_KEY, key.body);
	}
	tell_close(teller);
}

/* ---- Extensions -------------------------------------------------------------------------------- */

static void tell_alternative_names(struct teller *teller, struct cursor in)
{
	struct der_element list, name;
	if (!der_next_of(&in, DER_SEQUENCE, &list))
		return;
	while (der_next(&list.body, &name)) {
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
	struct der_element list, authority;
	if (der_next_of(&in, DER_SEQUENCE, &list) && der_next_of(&list.body, DER_BOOLEAN, &authority) &&
	    authority.body.captured)
		tell_number(teller, &tls_fields[TLS_X_CA], authority.at, authority.length,
			    *authority.body.next != 0);
}

static void tell_extension_value(struct teller *teller, const struct der_element *oid, struct cursor value)
{
	struct der_element element;
	/* id-ce: 2.5.29 */
	if (oid->body.captured != 3 || oid->body.next[0] != 0x55 || oid->body.next[1] != 0x1d)
		return;
	switch (oid->body.next[2]) {
	case 14:
		if (der_next_of(&value, DER_OCTET_STRING, &element))
			tell_whole(teller, TLS_X_SUBJECT_KEY, element.body);
		break;
	case 17:
		tell_alternative_names(teller, value);
		break;
	case 19:
		tell_constraints(teller, value);
		break;
	case 35:
		if (der_next_of(&value, DER_SEQUENCE, &element) && der_next_of(&element.body, 0x80, &element))
			tell_whole(teller, TLS_X_AUTHORITY_KEY, element.body);
		break;
	default:
		break;
	}
}

static void tell_extension(struct teller *teller, const struct der_element *extension)
{
	struct cursor in = extension->body;
	struct der_element oid, value;
	if (!der_next_of(&in, DER_OID, &oid) || !der_next(&in, &value))
		return;
	open_at(teller, TLS_X_EXTENSION, extension);
	tell_oid(teller, TLS_X_EXTENSION_ID, &oid);
	if (value.tag == DER_BOOLEAN && value.body.captured) {
		tell_number(teller, &tls_fields[TLS_X_CRITICAL], value.at, value.length,
			    *value.body.next != 0);
		if (!der_next(&in, &value))
			value.tag = 0;
	}
	if (value.tag == DER_OCTET_STRING)
		tell_extension_value(teller, &oid, value.body);
	tell_close(teller);
}

static void tell_body(struct teller *teller, struct cursor in)
{
	struct der_element element, inner;
	bool more = der_next(&in, &element);
	if (more && element.tag == 0xa0) {
		if (der_next_of(&element.body, DER_INTEGER, &inner) && inner.body.captured)
			tell_number(teller, &tls_fields[TLS_X_VERSION], inner.body.next, 1,
				    *inner.body.next);
		more = der_next(&in, &element);
	}
	if (!more || element.tag != DER_INTEGER)
		return;
	tell_whole(teller, TLS_X_SERIAL, element.body);
	if (!der_next_of(&in, DER_SEQUENCE, &element))
		return;
	open_at(teller, TLS_X_SIGNATURE, &element);
	tell_algorithm(teller, element.body);
	tell_close(teller);
	if (der_next_of(&in, DER_SEQUENCE, &element))
		tell_name(teller, TLS_X_ISSUER, &element);
	if (der_next_of(&in, DER_SEQUENCE, &element))
		tell_validity(teller, &element);
	if (der_next_of(&in, DER_SEQUENCE, &element))
		tell_name(teller, TLS_X_SUBJECT, &element);
	if (der_next_of(&in, DER_SEQUENCE, &element))
		tell_key(teller, &element);
	while (der_next(&in, &element))
		if (element.tag == 0xa3 && der_next_of(&element.body, DER_SEQUENCE, &inner))
			while (der_next_of(&inner.body, DER_SEQUENCE, &element))
				tell_extension(teller, &element);
}

void x509_tell(struct teller *teller, struct cursor in)
{
	struct der_element whole, part;
	if (!der_next_of(&in, DER_SEQUENCE, &whole) || !der_next_of(&whole.body, DER_SEQUENCE, &part))
		return;
	open_at(teller, TLS_X_CERTIFICATE, &part);
	tell_body(teller, part.body);
	tell_close(teller);
	if (der_next_of(&whole.body, DER_SEQUENCE, &part))
		tell_algorithm(teller, part.body);
	if (der_next_of(&whole.body, DER_BIT_STRING, &part) && part.body.captured) {
		cursor_skip(&part.body, 1);
		tell_whole(teller, TLS_X_ENCRYPTED, part.body);
	}
}
