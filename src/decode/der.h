/* Elements of DER, X.690: a tag, a length, and what it holds. */
#ifndef DECODE_DER_H
#define DECODE_DER_H

#include "core/cursor.h"

enum der_tag { DER_BOOLEAN = 1, DER_INTEGER = 2, DER_BIT_STRING = 3, DER_OCTET_STRING = 4, DER_OID = 6,
	DER_UTF8 = 12, DER_PRINTABLE = 19, DER_TELETEX = 20, DER_IA5 = 22, DER_UTC_TIME = 23,
	DER_GENERALIZED_TIME = 24, DER_SEQUENCE = 0x30, DER_SET = 0x31 };

struct der_element {
	uint8_t tag;
	const uint8_t *at;           /* of the tag */
	size_t length;               /* with tag and length */
	struct cursor body;
};

/* The next element; false at the end, or when it makes no sense. */
static inline bool der_next(struct cursor *in, struct der_element *to)
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
	*to = (struct der_element){ tag, at, (size_t)(body.next - at) + length, body };
	return true;
}

static inline bool der_next_of(struct cursor *in, uint8_t tag, struct der_element *to)
{
	return der_next(in, to) && to->tag == tag;
}

#endif
