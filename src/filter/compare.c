/* Values against values. */
#include <string.h>

#include "filter/program.h"
#include "filter/regex.h"

static int order_bytes(const uint8_t *a, size_t a_length, const uint8_t *b, size_t b_length)
{
	size_t shorter = a_length < b_length ? a_length : b_length;
	int order = shorter ? memcmp(a, b, shorter) : 0;
	if (order)
		return order;
	return a_length < b_length ? -1 : a_length > b_length;
}

/* By the first `prefix` bits. */
static int order_addresses(const struct address *a, const struct address *b, unsigned prefix)
{
	unsigned whole = prefix / 8, rest = prefix % 8;
	int order = memcmp(a->bytes, b->bytes, whole);
	if (order || !rest)
		return order;
	uint8_t mask = (uint8_t)(0xff << (8 - rest));
	return (a->bytes[whole] & mask) - (b->bytes[whole] & mask);
}

static bool is_unsigned(enum field_type type)
{
	return type == FIELD_UINT || type == FIELD_FLAG;
}

static int order_numbers(const struct item *a, const struct item *b)
{
	if (is_unsigned(a->type) && is_unsigned(b->type)) {
		uint64_t x = (uint64_t)a->number, y = (uint64_t)b->number;
		return x < y ? -1 : x > y;
	}
	return a->number < b->number ? -1 : a->number > b->number;
}

static int order(const struct item *a, const struct item *b, unsigned prefix)
{
	switch (a->type) {
	case FIELD_FLAG:
	case FIELD_UINT:
	case FIELD_INT:
	case FIELD_TIME:
	case FIELD_DURATION:
		return order_numbers(a, b);
	case FIELD_DOUBLE:
		return a->real < b->real ? -1 : a->real > b->real;
	case FIELD_IPV4:
	case FIELD_IPV6:
		return order_addresses(&a->address, &b->address, prefix);
	case FIELD_MAC:
		return memcmp(a->address.bytes, b->address.bytes, 6);
	case FIELD_TEXT:
	case FIELD_BYTES:
	case FIELD_GROUP:
		break;
	}
	return order_bytes(a->bytes, a->length, b->bytes, b->length);
}

/* * stands for anything, ? for one byte. The last * is gone back to: linear in practice, never recursive. */
static bool fits_pattern(const struct item *item, const struct item *pattern)
{
	size_t i = 0, p = 0, star = SIZE_MAX, kept = 0;
	while (i < item->length) {
		if (p < pattern->length && (pattern->bytes[p] == '?' || pattern->bytes[p] == item->bytes[i])) {
			i++, p++;
		} else if (p < pattern->length && pattern->bytes[p] == '*') {
			star = p++;
			kept = i;
		} else if (star != SIZE_MAX) {
			p = star + 1;
			i = ++kept;
		} else {
			return false;
		}
	}
	while (p < pattern->length && pattern->bytes[p] == '*')
		p++;
	return p == pattern->length;
}

static bool equal(const struct item *a, const struct item *b, unsigned prefix)
{
	return a->pattern ? fits_pattern(a, b) : order(a, b, prefix) == 0;
}

static bool contains(const struct item *item, const struct item *part)
{
	const uint8_t *bytes = item->type == FIELD_MAC || item->type == FIELD_IPV6 ? item->address.bytes
										   : item->bytes;
	size_t length = item->type == FIELD_MAC ? 6 : item->type == FIELD_IPV6 ? 16 : item->length;
	return !part->length || (length && memmem(bytes, length, part->bytes, part->length));
}

static bool fulfils(enum relation relation, const struct item *left, const struct item *right, unsigned prefix)
{
	switch (relation) {
	case RELATION_EQUAL:
		return equal(left, right, prefix);
	case RELATION_NOT_EQUAL:
		return !equal(left, right, prefix);
	case RELATION_GREATER:
		return order(left, right, prefix) > 0;
	case RELATION_LESS:
		return order(left, right, prefix) < 0;
	case RELATION_GREATER_EQUAL:
		return order(left, right, prefix) >= 0;
	case RELATION_LESS_EQUAL:
		return order(left, right, prefix) <= 0;
	case RELATION_CONTAINS:
		return contains(left, right);
	case RELATION_EXISTS:
	case RELATION_MATCHES:
	case RELATION_IN:
		break;
	}
	return false;
}

bool constant_fulfils(enum relation relation, const struct item *item, const struct constant *constant)
{
	if (relation == RELATION_MATCHES)
		return regex_matches(constant->regex, item->bytes, item->length);
	if (relation != RELATION_IN)
		return fulfils(relation, item, &constant->low, constant->prefix);
	if (!constant->range)
		return equal(item, &constant->low, constant->prefix);
	return order(item, &constant->low, constant->prefix) >= 0 &&
	       order(item, &constant->high, constant->prefix) <= 0;
}

bool items_fulfil(enum relation relation, const struct item *left, const struct item *right)
{
	unsigned prefix = left->type == FIELD_IPV4 ? 32 : 128;
	return fulfils(relation, left, right, prefix);
}
