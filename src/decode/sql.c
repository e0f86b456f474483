#include "decode/sql.h"

#include <string.h>

struct reader {
	const uint8_t *bytes;
	size_t at, length;
	enum sql_dialect dialect;
};

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* A letter, or part of one in UTF-8. */
static bool is_letter(uint8_t c)
{
	return ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') || c == '_' || c >= 0x80;
}

static bool is_blank(uint8_t c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The byte `ahead` of the next one, 0 behind the end. */
static uint8_t peek(const struct reader *reader, size_t ahead)
{
	return ahead < reader->length - reader->at ? reader->bytes[reader->at + ahead] : 0;
}

static bool passed_comment(struct reader *reader)
{
	uint8_t c = peek(reader, 0), next = peek(reader, 1);
	if ((c == '-' && next == '-') || (c == '#' && reader->dialect == SQL_MYSQL)) {
		while (reader->at < reader->length && peek(reader, 0) != '\n')
			reader->at++;
		return true;
	}
	if (c != '/' || next != '*')
		return false;
	reader->at += 2;
	while (reader->at < reader->length && !(peek(reader, 0) == '*' && peek(reader, 1) == '/'))
		reader->at++;
	reader->at = reader->length - reader->at > 2 ? reader->at + 2 : reader->length;
	return true;
}

/* Behind the quote that ends the literal. Two in a row are one in it. */
static void pass_quoted(struct reader *reader, bool escapes)
{
	uint8_t quote = reader->bytes[reader->at++];
	while (reader->at < reader->length) {
		uint8_t c = reader->bytes[reader->at++];
		if (c == '\\' && escapes && reader->at < reader->length)
			reader->at++;
		else if (c == quote && peek(reader, 0) == quote)
			reader->at++;
		else if (c == quote)
			return;
	}
}

/* $tag$ ... $tag$ of PostgreSQL. A number behind the $ is a parameter. */
static bool passed_dollars(struct reader *reader)
{
	size_t tag = 1;
	if (is_digit(peek(reader, 1)))
		return false;
	while (is_letter(peek(reader, tag)) || is_digit(peek(reader, tag)))
		tag++;
	if (peek(reader, tag) != '$')
		return false;
	const uint8_t *start = reader->bytes + reader->at;
	reader->at += ++tag;
	while (reader->length - reader->at >= tag && memcmp(reader->bytes + reader->at, start, tag) != 0)
		reader->at++;
	reader->at = reader->length - reader->at >= tag ? reader->at + tag : reader->length;
	return true;
}

/* A literal or number, which is passed. */
static bool passed_value(struct reader *reader, uint8_t before)
{
	uint8_t c = peek(reader, 0);
	bool in_word = is_letter(before) || is_digit(before);
	if (c == '\'' || (c == '"' && reader->dialect == SQL_MYSQL)) {
		pass_quoted(reader, reader->dialect == SQL_MYSQL ||
			    (reader->dialect == SQL_POSTGRES && (before | 0x20) == 'e'));
		return true;
	}
	if (c == '$' && reader->dialect == SQL_POSTGRES && !in_word)
		return passed_dollars(reader);
	if (!is_digit(c) || in_word || before == '$')
		return false;
	while (is_digit(peek(reader, 0)) || is_letter(peek(reader, 0)) || peek(reader, 0) == '.')
		reader->at++;
	return true;
}

size_t sql_shape(const uint8_t *statement, size_t length, enum sql_dialect dialect, char to[static SQL_SHAPE])
{
	struct reader reader = { statement, 0, length, dialect };
	size_t used = 0;
	uint8_t before = ' ';
	while (reader.at < length && used < SQL_SHAPE - 1) {
		uint8_t c = peek(&reader, 0);
		if (passed_comment(&reader)) {
			c = ' ';
		} else if (passed_value(&reader, before)) {
			c = '?';
		} else {
			reader.at++;
			if (is_blank(c))
				c = ' ';
		}
		/* No blank at the start, and one where there are many. */
		if (c != ' ' || (used && to[used - 1] != ' '))
			to[used++] = (char)(c >= ' ' && c < 0x7f ? c : '.');
		before = c;
	}
	while (used && (to[used - 1] == ' ' || to[used - 1] == ';'))
		used--;
	to[used] = 0;
	return used;
}

bool sql_is_secret(const uint8_t *statement, size_t length)
{
	static const char *const words[] = { "password", "identified", "encrypt" };
	for (size_t at = 0; at < length; at++)
		for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
			size_t word = strlen(words[i]), same = 0;
			if (word > length - at)
				continue;
			while (same < word && (statement[at + same] | 0x20) == words[i][same])
				same++;
			if (same == word)
				return true;
		}
	return false;
}
