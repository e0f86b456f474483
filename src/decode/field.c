#include "decode/field.h"

#include <stdarg.h>
#include <stdio.h>

#define WORDS_SIZE 512           /* of one line; longer ones are cut */

const char *field_words(const struct field_name *names, uint64_t value)
{
	for (; names && names->words; names++)
		if (names->value == value)
			return names->words;
	return NULL;
}

const struct field_name field_set[] = { { 0, "Not set" }, { 1, "Set" }, { 0 } };
const struct field_name field_yes[] = { { 0, "No" }, { 1, "Yes" }, { 0 } };
const struct field_name field_true[] = { { 0, "False" }, { 1, "True" }, { 0 } };
const struct field_name field_checksum[] = { { 0, "Bad" }, { 1, "Good" }, { 2, "Unverified" },
	{ 3, "Not present" }, { 0 } };

static void tell(struct teller *teller, const struct field *field, const uint8_t *at, size_t length,
		 const struct field_value *value)
{
	const struct told told = { field, *value, at, length, .generated = !at };
	teller->value(teller, &told);
}

void tell_number(struct teller *teller, const struct field *field, const uint8_t *at, size_t length,
		 int64_t value)
{
	tell(teller, field, at, length, &(struct field_value){ .number = value });
}

enum byte_order { BIG_ENDIAN_BYTES, LITTLE_ENDIAN_BYTES };

/* Tells the next `length` bytes as a number, unless they do not fit. */
static uint64_t tell_integer(struct teller *teller, const struct field *field, struct cursor *in, size_t length,
			     enum byte_order order)
{
	const uint8_t *bytes = cursor_take(in, length);
	uint64_t value = 0;
	if (!bytes)
		return 0;
	for (size_t i = 0; i < length; i++)
		value = value << 8 | bytes[order == BIG_ENDIAN_BYTES ? i : length - 1 - i];
	tell_number(teller, field, bytes, length, (int64_t)value);
	return value;
}

uint8_t tell_u8(struct teller *teller, const struct field *field, struct cursor *in)
{
	return (uint8_t)tell_integer(teller, field, in, 1, BIG_ENDIAN_BYTES);
}

uint16_t tell_be16(struct teller *teller, const struct field *field, struct cursor *in)
{
	return (uint16_t)tell_integer(teller, field, in, 2, BIG_ENDIAN_BYTES);
}

uint32_t tell_be24(struct teller *teller, const struct field *field, struct cursor *in)
{
	return (uint32_t)tell_integer(teller, field, in, 3, BIG_ENDIAN_BYTES);
}

uint32_t tell_be32(struct teller *teller, const struct field *field, struct cursor *in)
{
	return (uint32_t)tell_integer(teller, field, in, 4, BIG_ENDIAN_BYTES);
}

uint64_t tell_be64(struct teller *teller, const struct field *field, struct cursor *in)
{
	return tell_integer(teller, field, in, 8, BIG_ENDIAN_BYTES);
}

uint16_t tell_le16(struct teller *teller, const struct field *field, struct cursor *in)
{
	return (uint16_t)tell_integer(teller, field, in, 2, LITTLE_ENDIAN_BYTES);
}

uint32_t tell_le32(struct teller *teller, const struct field *field, struct cursor *in)
{
	return (uint32_t)tell_integer(teller, field, in, 4, LITTLE_ENDIAN_BYTES);
}

uint64_t tell_le64(struct teller *teller, const struct field *field, struct cursor *in)
{
	return tell_integer(teller, field, in, 8, LITTLE_ENDIAN_BYTES);
}

void tell_address(struct teller *teller, const struct field *field, const uint8_t *at, size_t length,
		  const struct address *address)
{
	tell(teller, field, at, length, &(struct field_value){ .address = *address });
}

void tell_ipv4(struct teller *teller, const struct field *field, struct cursor *in)
{
	const uint8_t *at = cursor_take(in, 4);
	if (!at)
		return;
	struct address address = address_ipv4(at);
	tell_address(teller, field, at, 4, &address);
}

void tell_ipv6(struct teller *teller, const struct field *field, struct cursor *in)
{
	const uint8_t *at = cursor_take(in, 16);
	if (!at)
		return;
	struct address address = address_ipv6(at);
	tell_address(teller, field, at, 16, &address);
}

void tell_mac(struct teller *teller, const struct field *field, struct cursor *in)
{
	const uint8_t *at = cursor_take(in, 6);
	if (!at)
		return;
	struct address address = address_mac(at);
	tell_address(teller, field, at, 6, &address);
}

void tell_bytes(struct teller *teller, const struct field *field, struct cursor *in, size_t length)
{
	struct cursor part = cursor_split(in, length);
	if (cursor_ok(&part))
		tell(teller, field, part.next, part.captured,
		     &(struct field_value){ .bytes = part.next, .length = part.captured });
}

void tell_real(struct teller *teller, const struct field *field, double value)
{
	tell(teller, field, NULL, 0, &(struct field_value){ .real = value });
}

void tell_text(struct teller *teller, const struct field *field, const uint8_t *at, size_t length,
	       const char *text, size_t text_length)
{
	tell(teller, field, at, length,
	     &(struct field_value){ .bytes = (const uint8_t *)text, .length = text_length });
}

void tell_secret(struct teller *teller, const struct field *field, const uint8_t *at, size_t length)
{
	const struct told told = { field, { .bytes = at, .length = length }, at, length, .secret = true };
	teller->value(teller, &told);
}

void tell_bits(struct teller *teller, const struct field *field, const uint8_t *at, size_t length,
	       uint64_t whole)
{
	for (; field->name; field++) {
		uint64_t part = field->mask ? (whole & field->mask) >> __builtin_ctzll(field->mask) : whole;
		tell_number(teller, field, at, length, (int64_t)part);
	}
}

/* The line of `format`, made in `to`; NULL when there is none or nobody wants it. */
static const char *make_words(const struct teller *teller, char to[static WORDS_SIZE],
			      const char *format, va_list arguments)
{
	if (!format || !teller->wants_words)
		return NULL;
	vsnprintf(to, WORDS_SIZE, format, arguments);
	return to;
}

void tell_worded(struct teller *teller, const struct field *field, const uint8_t *at, size_t length,
		 int64_t value, const char *format, ...)
{
	char words[WORDS_SIZE];
	va_list arguments;
	va_start(arguments, format);
	const struct told told = { field, { .number = value, .bytes = at, .length = length }, at, length,
		.generated = !at, .words = make_words(teller, words, format, arguments) };
	va_end(arguments);
	teller->value(teller, &told);
}

void tell_open(struct teller *teller, const struct field *field, const uint8_t *at, size_t length,
	       int64_t value, const char *format, ...)
{
	char words[WORDS_SIZE];
	va_list arguments;
	va_start(arguments, format);
	const struct told told = { field, { .number = value, .bytes = at, .length = length }, at, length,
		.generated = !at, .words = make_words(teller, words, format, arguments) };
	va_end(arguments);
	teller->open(teller, &told);
}

void tell_close(struct teller *teller)
{
	teller->close(teller);
}
