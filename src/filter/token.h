/* The words of a filter expression. */
#ifndef FILTER_TOKEN_H
#define FILTER_TOKEN_H

#include <stdbool.h>
#include <stddef.h>

enum token_kind {
	TOKEN_END, TOKEN_WRONG,
	TOKEN_WORD, TOKEN_STRING, TOKEN_RAW_STRING, TOKEN_CHARACTER,
	TOKEN_OPEN, TOKEN_CLOSE, TOKEN_OPEN_SET, TOKEN_CLOSE_SET, TOKEN_OPEN_SLICE, TOKEN_COMMA, TOKEN_RANGE,
	TOKEN_LAYER,
	TOKEN_EQUAL, TOKEN_NOT_EQUAL, TOKEN_ALL_EQUAL, TOKEN_ANY_NOT_EQUAL, TOKEN_GREATER, TOKEN_LESS,
	TOKEN_GREATER_EQUAL, TOKEN_LESS_EQUAL, TOKEN_CONTAINS, TOKEN_MATCHES, TOKEN_IN,
	TOKEN_AND, TOKEN_OR, TOKEN_XOR, TOKEN_NOT, TOKEN_ANY, TOKEN_ALL,
	TOKEN_BIT_AND, TOKEN_PLUS, TOKEN_MINUS, TOKEN_TIMES, TOKEN_DIVIDE, TOKEN_REMAINDER,
};

struct token {
	enum token_kind kind;
	size_t at, length;           /* in the text, with quotes */
};

/* The token at or behind `from`. TOKEN_WRONG: a character that none begins with, or a string that does not end. */
struct token token_next(const char *text, size_t from);

/* What a string or character in quotes stands for, written to `to` (at least token.length bytes). False: a
 * backslash with something unknown behind it; *wrong is its place. */
bool token_unquote(const char *text, struct token token, char *to, size_t *length, size_t *wrong);

#endif
