#include "filter/literal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"
#include "filter/moment.h"

#define WORD_SIZE 128            /* of numbers, addresses and times; longer ones are none */

static bool is_quoted(const struct literal *literal)
{
	return literal->kind == TOKEN_STRING || literal->kind == TOKEN_RAW_STRING;
}

static bool copy_word(const struct literal *literal, char to[static WORD_SIZE])
{
	if (!literal->length || literal->length >= WORD_SIZE || memchr(literal->text, '\0', literal->length))
		return false;
	memcpy(to, literal->text, literal->length);
	to[literal->length] = '\0';
	return true;
}

static bool read_unsigned(const char *word, uint64_t *to)
{
	bool binary = word[0] == '0' && (word[1] | 0x20) == 'b';
	char *end;
	errno = 0;
	if (word[0] < '0' || word[0] > '9')
		return false;
	*to = strtoull(binary ? word + 2 : word, &end, binary ? 2 : 0);
	return !*end && !errno && end != word && (!binary || word[2] != '\0');
}

bool literal_integer(const struct literal *literal, int64_t *to)
{
	char word[WORD_SIZE];
	uint64_t magnitude;
	if (literal->kind == TOKEN_CHARACTER && literal->length == 1) {
		*to = (uint8_t)literal->text[0];
		return true;
	}
	if (is_quoted(literal) || !copy_word(literal, word) || !read_unsigned(word, &magnitude))
		return false;
	*to = (int64_t)(literal->negative ? 0 - magnitude : magnitude);
	return !literal->negative || magnitude <= (uint64_t)INT64_MAX + 1;
}

/* "SYN", "Set", "Echo (ping) request": the first value that is called so. */
static bool read_name(const struct literal *literal, const struct field *field, int64_t *to)
{
	for (const struct field_name *name = field ? field->names : NULL; name && name->words; name++)
		if (strlen(name->words) == literal->length &&
		    strncasecmp(name->words, literal->text, literal->length) == 0) {
			*to = (int64_t)name->value;
			return true;
		}
	return false;
}

static bool is_word(const struct literal *literal, const char *word)
{
	return literal->length == strlen(word) && strncasecmp(literal->text, word, literal->length) == 0;
}

static bool read_number(const struct literal *literal, enum field_type type, const struct field *field,
			int64_t *to, const char **why)
{
	if (literal_integer(literal, to)) {
		*why = "the field is never negative";
		return !literal->negative || type == FIELD_INT || *to == 0;
	}
	if (type == FIELD_FLAG && (is_word(literal, "true") || is_word(literal, "false"))) {
		*to = is_word(literal, "true");
		return true;
	}
	*why = field && field->names ? "it is no number and no name of a value" : "it is no number";
	return read_name(literal, field, to);
}

/* Seconds, or with a unit. */
static bool read_duration(const struct literal *literal, int64_t *to)
{
	static const struct { const char *unit; double nanoseconds; } units[] = { { "", 1e9 }, { "s", 1e9 },
		{ "ms", 1e6 }, { "us", 1e3 }, { "\xc2\xb5s", 1e3 }, { "ns", 1 }, { "min", 60e9 }, { "h", 3600e9 },
		{ "d", 86400e9 } };
	char word[WORD_SIZE], *end;
	if (!copy_word(literal, word) || ((word[0] < '0' || word[0] > '9') && word[0] != '.'))
		return false;
	int64_t seconds, nanoseconds;
	if (moment_seconds(word, &seconds, &nanoseconds)) {
		*to = seconds * NANOSECONDS + nanoseconds;
		*to = literal->negative ? -*to : *to;
		return true;
	}
	double value = strtod(word, &end);
	for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
		if (strcmp(end, units[i].unit) == 0 && value * units[i].nanoseconds < 9e18) {
			*to = (int64_t)(value * units[i].nanoseconds + 0.5);
			*to = literal->negative ? -*to : *to;
			return true;
		}
	return false;
}

/* "1%" is 1 of a field in percent, and 0.01 of any other. */
static bool read_real(const struct literal *literal, const struct field *field, double *to)
{
	char word[WORD_SIZE], *end;
	if (!copy_word(literal, word) || ((word[0] < '0' || word[0] > '9') && word[0] != '.'))
		return false;
	*to = strtod(word, &end);
	if (strcmp(end, "%") == 0) {
		if (!field || !field->unit || strcmp(field->unit, "%") != 0)
			*to /= 100;
		end++;
	}
	if (literal->negative)
		*to = -*to;
	return !*end;
}

static bool read_address(const struct literal *literal, enum field_type type, struct constant *to,
			 const char **why)
{
	unsigned family = type == FIELD_IPV4 ? ADDRESS_IPV4 : ADDRESS_IPV6, most = type == FIELD_IPV4 ? 32 : 128;
	char word[WORD_SIZE];
	*why = type == FIELD_IPV4 ? "it is no IPv4 address" : "it is no IPv6 address";
	if (!copy_word(literal, word))
		return false;
	char *slash = strchr(word, '/');
	uint64_t prefix = most;
	if (slash) {
		*slash = '\0';
		if (!read_unsigned(slash + 1, &prefix) || prefix > most) {
			*why = "the prefix is longer than an address";
			return false;
		}
	}
	to->prefix = (uint8_t)prefix;
	return address_parse(word, &to->low.address) && to->low.address.family == family;
}

static int hexadecimal(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "00:1a:2b", "00-1a-2b", "001a.2b3c" or "001a2b". */
static bool read_hexadecimal(const struct literal *literal, uint8_t *room, size_t *length)
{
	size_t digits = 0;
	*length = 0;
	for (size_t i = 0; i < literal->length; i++) {
		int digit = hexadecimal(literal->text[i]);
		if (digit < 0) {
			char c = literal->text[i];
			if (!i || i + 1 == literal->length || (c != ':' && c != '-' && c != '.'))
				return false;
			/* A digit alone between two colons is a byte. */
			if (digits % 2) {
				digits++;
				(*length)++;
			}
			continue;
		}
		room[*length] = (uint8_t)(digits % 2 ? room[*length] << 4 | digit : digit);
		if (digits++ % 2)
			(*length)++;
	}
	if (digits % 2)
		(*length)++;
	return *length > 0;
}

static bool read_bytes(const struct literal *literal, uint8_t *room, struct item *to)
{
	if (literal->kind != TOKEN_WORD) {
		to->bytes = (const uint8_t *)literal->text;
		to->length = literal->length;
		return true;
	}
	int64_t number;
	to->bytes = room;
	/* "0x02" is a number, and one byte. */
	if (literal->length > 2 && literal->text[0] == '0' && (literal->text[1] | 0x20) == 'x') {
		room[0] = literal_integer(literal, &number) ? (uint8_t)number : 0;
		to->length = 1;
		return literal_integer(literal, &number) && number >= 0 && number <= UINT8_MAX;
	}
	return read_hexadecimal(literal, room, &to->length);
}

static bool read_mac(const struct literal *literal, uint8_t *room, struct item *to)
{
	size_t length;
	if (literal->length > 17 || !read_hexadecimal(literal, room, &length) || length != 6)
		return false;
	to->address = address_mac(room);
	return true;
}

bool literal_read(const struct literal *literal, enum field_type type, const struct field *field, uint8_t *room,
		  struct constant *to, const char **why)
{
	char word[WORD_SIZE];
	*to = (struct constant){ .low.type = type, .prefix = 128 };
	switch (type) {
	case FIELD_FLAG:
	case FIELD_UINT:
	case FIELD_INT:
		return read_number(literal, type, field, &to->low.number, why);
	case FIELD_DOUBLE:
		*why = "it is no number";
		return read_real(literal, field, &to->low.real);
	case FIELD_TEXT:
		to->low.bytes = (const uint8_t *)literal->text;
		to->low.length = literal->length;
		to->low.pattern = field && field->pattern;
		return true;
	case FIELD_BYTES:
	case FIELD_GROUP:
		*why = "it is no string of bytes: write 0d:0a or \"text\"";
		return read_bytes(literal, room, &to->low);
	case FIELD_IPV4:
	case FIELD_IPV6:
		return read_address(literal, type, to, why);
	case FIELD_MAC:
		*why = "it is no hardware address";
		return read_mac(literal, room, &to->low);
	case FIELD_TIME:
		*why = "it is no time: write \"2012-08-08 16:30:00\"";
		return copy_word(literal, word) && moment_read(word, &to->low.number);
	case FIELD_DURATION:
		*why = "it is no duration: write 0.05, 50ms or 2min";
		return read_duration(literal, &to->low.number);
	}
	return false;
}
