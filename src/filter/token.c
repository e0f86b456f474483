#include "filter/token.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

struct spelling { const char *words; enum token_kind kind; };

/* Longer ones before those that they begin with. */
static const struct spelling signs[] = {
	{ "===", TOKEN_ALL_EQUAL }, { "!==", TOKEN_ANY_NOT_EQUAL }, { "==", TOKEN_EQUAL }, { "!=", TOKEN_NOT_EQUAL },
	{ "~=", TOKEN_ANY_NOT_EQUAL }, { ">=", TOKEN_GREATER_EQUAL }, { "<=", TOKEN_LESS_EQUAL }, { "&&", TOKEN_AND },
	{ "||", TOKEN_OR }, { "^^", TOKEN_XOR }, { "..", TOKEN_RANGE }, { ">", TOKEN_GREATER }, { "<", TOKEN_LESS },
	{ "!", TOKEN_NOT }, { "~", TOKEN_MATCHES }, { "&", TOKEN_BIT_AND }, { "+", TOKEN_PLUS }, { "*", TOKEN_TIMES },
	{ "/", TOKEN_DIVIDE }, { "%", TOKEN_REMAINDER }, { "(", TOKEN_OPEN }, { ")", TOKEN_CLOSE },
	{ "{", TOKEN_OPEN_SET }, { "}", TOKEN_CLOSE_SET }, { "[", TOKEN_OPEN_SLICE }, { ",", TOKEN_COMMA },
	{ "#", TOKEN_LAYER },
};

static const struct spelling names[] = {
	{ "eq", TOKEN_EQUAL }, { "any_eq", TOKEN_EQUAL }, { "ne", TOKEN_NOT_EQUAL }, { "all_ne", TOKEN_NOT_EQUAL },
	{ "all_eq", TOKEN_ALL_EQUAL }, { "any_ne", TOKEN_ANY_NOT_EQUAL }, { "gt", TOKEN_GREATER },
	{ "lt", TOKEN_LESS }, { "ge", TOKEN_GREATER_EQUAL }, { "le", TOKEN_LESS_EQUAL },
	{ "contains", TOKEN_CONTAINS }, { "matches", TOKEN_MATCHES }, { "in", TOKEN_IN }, { "and", TOKEN_AND },
	{ "or", TOKEN_OR }, { "xor", TOKEN_XOR }, { "not", TOKEN_NOT }, { "any", TOKEN_ANY }, { "all", TOKEN_ALL },
	{ "bitand", TOKEN_BIT_AND }, { "bitwise_and", TOKEN_BIT_AND },
};

static bool is_word_character(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '.' || c == ':' || c == '-' || c == '/' || c == '*' ||
	       c == '?' || (unsigned char)c >= 0x80;
}

static bool begins_word(const char *at)
{
	return isalnum((unsigned char)*at) || *at == '_' || *at == '.' || *at == ':' ||
	       (unsigned char)*at >= 0x80;
}

static size_t word_length(const char *at)
{
	size_t length = 0;
	while (is_word_character(at[length]) && strncmp(at + length, "..", 2) != 0)
		length++;
	/* "1%", but not "a % b" */
	if (length && at[length] == '%' && isdigit((unsigned char)at[length - 1]) &&
	    !is_word_character(at[length + 1]))
		length++;
	return length;
}

static struct token quoted(const char *text, size_t at, size_t prefix, enum token_kind kind)
{
	char quote = text[at + prefix];
	size_t end = at + prefix + 1;
	while (text[end] && text[end] != quote)
		end += text[end] == '\\' && text[end + 1] && kind != TOKEN_RAW_STRING ? 2 : 1;
	if (!text[end])
		return (struct token){ TOKEN_WRONG, at, end - at };
	return (struct token){ kind, at, end + 1 - at };
}

static enum token_kind word_kind(const char *word, size_t length)
{
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
		if (strlen(names[i].words) == length && strncasecmp(names[i].words, word, length) == 0)
			return names[i].kind;
	return TOKEN_WORD;
}

struct token token_next(const char *text, size_t from)
{
	size_t at = from;
	while (text[at] == ' ' || text[at] == '\t' || text[at] == '\n' || text[at] == '\r')
		at++;
	if (!text[at])
		return (struct token){ TOKEN_END, at, 0 };
	if (text[at] == '"')
		return quoted(text, at, 0, TOKEN_STRING);
	if (text[at] == '\'')
		return quoted(text, at, 0, TOKEN_CHARACTER);
	if ((text[at] == 'r' || text[at] == 'R') && text[at + 1] == '"')
		return quoted(text, at, 1, TOKEN_RAW_STRING);
	size_t length = strncmp(text + at, "..", 2) != 0 && begins_word(text + at) ? word_length(text + at) : 0;
	if (length)
		return (struct token){ word_kind(text + at, length), at, length };
	for (size_t i = 0; i < sizeof signs / sizeof signs[0]; i++) {
		length = strlen(signs[i].words);
		if (strncmp(text + at, signs[i].words, length) == 0)
			return (struct token){ signs[i].kind, at, length };
	}
	if (text[at] == '-')
		return (struct token){ TOKEN_MINUS, at, 1 };
	return (struct token){ TOKEN_WRONG, at, 1 };
}

static int hexadecimal(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)(c | 0x20);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* What stands behind a backslash at `*at`, which is moved to its last character. -1: nothing known. */
static int escaped(const char *text, size_t *at)
{
	static const char letters[] = "abfnrtv\"'\\?", values[] = "\a\b\f\n\r\t\v\"'\\?";
	char c = text[*at];
	const char *letter = c ? strchr(letters, c) : NULL;
	if (letter)
		return (unsigned char)values[letter - letters];
	if (c == 'x' && hexadecimal(text[*at + 1]) >= 0) {
		int value = hexadecimal(text[++*at]);
		if (hexadecimal(text[*at + 1]) >= 0)
			value = value * 16 + hexadecimal(text[++*at]);
		return value;
	}
	if (c < '0' || c > '7')
		return -1;
	int value = c - '0';
	for (int i = 0; i < 2 && text[*at + 1] >= '0' && text[*at + 1] <= '7'; i++)
		value = value * 8 + (text[++*at] - '0');
	return value & 0xff;
}

bool token_unquote(const char *text, struct token token, char *to, size_t *length, size_t *wrong)
{
	bool raw = token.kind == TOKEN_RAW_STRING;
	size_t end = token.at + token.length - 1;
	*length = 0;
	for (size_t at = token.at + (raw ? 2 : 1); at < end; at++) {
		int c = (unsigned char)text[at];
		if (c == '\\' && !raw) {
			*wrong = at++;
			c = escaped(text, &at);
			if (c < 0)
				return false;
		}
		to[(*length)++] = (char)c;
	}
	return true;
}
