/* What happens to a value before it is compared: slices, functions, arithmetic. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "field/show.h"
#include "filter/program.h"

static bool is_signed(enum field_type type)
{
	return type == FIELD_INT || type == FIELD_TIME || type == FIELD_DURATION;
}

static enum field_type transformed(enum transform_kind kind, enum field_type type)
{
	switch (kind) {
	case TRANSFORM_SLICE:
		return FIELD_BYTES;
	case TRANSFORM_UPPER:
	case TRANSFORM_LOWER:
	case TRANSFORM_STRING:
		return FIELD_TEXT;
	case TRANSFORM_LENGTH:
	case TRANSFORM_COUNT:
		return FIELD_UINT;
	case TRANSFORM_MASK:
		return is_signed(type) ? type : FIELD_UINT;
	case TRANSFORM_ADD:
	case TRANSFORM_SUBTRACT:
	case TRANSFORM_MULTIPLY:
	case TRANSFORM_DIVIDE:
	case TRANSFORM_REMAINDER:
	case TRANSFORM_NEGATE:
		break;
	}
	return is_signed(type) ? type : FIELD_INT;
}

enum field_type operand_type(const struct operand *operand, const struct field *field)
{
	enum field_type type = field->type == FIELD_GROUP ? FIELD_BYTES : field->type;
	for (unsigned i = 0; i < operand->transform_count; i++)
		type = transformed(operand->transforms[i].kind, type);
	return operand->counts ? FIELD_UINT : type;
}

/* Addresses are bytes, too. */
static void as_bytes(struct item *item)
{
	switch (item->type) {
	case FIELD_IPV4:
		item->length = 4;
		break;
	case FIELD_IPV6:
		item->length = 16;
		break;
	case FIELD_MAC:
		item->length = 6;
		break;
	default:
		return;
	}
	item->bytes = item->address.bytes;
	item->own = item->length;
}

/* The bytes of one part of a slice; false when the value does not hold all of them. */
static bool span_of(const struct span *span, const struct item *item, size_t *first, size_t *count)
{
	int64_t length = (int64_t)item->length, own = (int64_t)item->own, start = span->first, end = length;
	if (start < 0) {
		start += own;
		end = own;
	}
	if (span->counted)
		end = start + span->last;
	else if (span->last != INT64_MAX)
		end = span->last + (span->last < 0 ? own : 0) + 1;
	if (start < 0 || start >= end || end > length)
		return false;
	*first = (size_t)start;
	*count = (size_t)(end - start);
	return true;
}

static bool slice(const struct transform *transform, struct item *item, uint8_t *scratch)
{
	size_t first, count, used = 0;
	as_bytes(item);
	item->type = FIELD_BYTES;
	item->pattern = false;
	if (transform->span_count == 1) {
		if (!span_of(&transform->spans[0], item, &first, &count))
			return false;
		item->bytes += first;
		item->length = item->own = count;
		return true;
	}
	for (unsigned i = 0; i < transform->span_count; i++) {
		if (!span_of(&transform->spans[i], item, &first, &count) || used + count > SCRATCH_SIZE)
			return false;
		memcpy(scratch + used, item->bytes + first, count);
		used += count;
	}
	item->bytes = scratch;
	item->length = item->own = used;
	return true;
}

static void change_case(struct item *item, uint8_t *scratch, bool upper)
{
	size_t length = item->length < SCRATCH_SIZE ? item->length : SCRATCH_SIZE;
	for (size_t i = 0; i < length; i++) {
		uint8_t c = item->bytes[i];
		if (c < 0x80)
			c = (uint8_t)(upper ? toupper(c) : tolower(c));
		scratch[i] = c;
	}
	item->bytes = scratch;
	item->length = item->own = length;
	item->type = FIELD_TEXT;
}

static size_t size_of(const struct item *item)
{
	struct item bytes = *item;
	as_bytes(&bytes);
	return bytes.own;
}

static bool calculate(const struct transform *transform, struct item *item)
{
	uint64_t a = (uint64_t)item->number, b = (uint64_t)transform->number;
	switch (transform->kind) {
	case TRANSFORM_MASK:
		item->number = (int64_t)(a & b);
		break;
	case TRANSFORM_ADD:
		item->number = (int64_t)(a + b);
		break;
	case TRANSFORM_SUBTRACT:
		item->number = (int64_t)(a - b);
		break;
	case TRANSFORM_MULTIPLY:
		item->number = (int64_t)(a * b);
		break;
	case TRANSFORM_NEGATE:
		item->number = (int64_t)(0 - a);
		break;
	case TRANSFORM_DIVIDE:
	case TRANSFORM_REMAINDER:
		if (!transform->number || (transform->number == -1 && item->number == INT64_MIN))
			return false;
		item->number = transform->kind == TRANSFORM_DIVIDE ? item->number / transform->number
								   : item->number % transform->number;
		break;
	default:
		return false;
	}
	return true;
}

/* A number as people write it. */
static void as_text(struct item *item, uint8_t *scratch)
{
	int length = 0;
	char *to = (char *)scratch;
	switch (item->type) {
	case FIELD_UINT:
	case FIELD_FLAG:
		length = snprintf(to, SCRATCH_SIZE, "%llu", (unsigned long long)item->number);
		break;
	case FIELD_INT:
		length = snprintf(to, SCRATCH_SIZE, "%lld", (long long)item->number);
		break;
	case FIELD_TIME:
	case FIELD_DURATION:
		length = snprintf(to, SCRATCH_SIZE, "%.9f", (double)item->number / 1e9);
		break;
	case FIELD_DOUBLE:
		length = snprintf(to, SCRATCH_SIZE, "%g", item->real);
		break;
	case FIELD_IPV4:
	case FIELD_IPV6:
		length = (int)strlen(address_text(&item->address, to));
		break;
	case FIELD_MAC:
		length = (int)strlen(mac_text(item->address.bytes, to));
		break;
	case FIELD_BYTES:
		for (size_t i = 0; i < item->length && length < SCRATCH_SIZE - 4; i++)
			length += snprintf(to + length, 3, "%02x", item->bytes[i]);
		break;
	case FIELD_TEXT:
	case FIELD_GROUP:
		item->type = FIELD_TEXT;
		return;
	}
	item->type = FIELD_TEXT;
	item->bytes = scratch;
	item->length = item->own = (size_t)length;
}

/* Up to eight bytes, the most significant first. */
static bool as_number(struct item *item)
{
	uint64_t number = 0;
	if (!item->length || item->length > sizeof number)
		return false;
	for (size_t i = 0; i < item->length; i++)
		number = number << 8 | item->bytes[i];
	item->number = (int64_t)number;
	return true;
}

static bool apply(const struct transform *transform, struct item *item, uint8_t *scratch)
{
	switch (transform->kind) {
	case TRANSFORM_SLICE:
		return slice(transform, item, scratch);
	case TRANSFORM_UPPER:
	case TRANSFORM_LOWER:
		change_case(item, scratch, transform->kind == TRANSFORM_UPPER);
		return true;
	case TRANSFORM_LENGTH:
		item->number = (int64_t)size_of(item);
		item->type = FIELD_UINT;
		return true;
	case TRANSFORM_STRING:
		as_text(item, scratch);
		return true;
	case TRANSFORM_COUNT:
		return true;
	default:
		if (item->type == FIELD_BYTES && !as_number(item))
			return false;
		item->type = transformed(transform->kind, item->type);
		return calculate(transform, item);
	}
}

bool operand_apply(const struct operand *operand, struct item *item, uint8_t *scratch)
{
	for (unsigned i = 0; i < operand->transform_count; i++)
		if (!apply(&operand->transforms[i], item, scratch))
			return false;
	return true;
}
