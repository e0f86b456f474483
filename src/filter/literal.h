/* What is written in an expression, as a value of the type that it is compared with. */
#ifndef FILTER_LITERAL_H
#define FILTER_LITERAL_H

#include "filter/program.h"
#include "filter/token.h"

struct literal {
	enum token_kind kind;        /* TOKEN_WORD, TOKEN_STRING, TOKEN_RAW_STRING or TOKEN_CHARACTER */
	const char *text;            /* unquoted; not NUL-terminated */
	size_t length;
	bool negative;               /* a minus stood before it */
};

/* Reads it as `type`; `field` (NULL: none) has the names of its values. Bytes of the value point to the literal's text
 * or are written to `room`, which has place for literal.length bytes. False with `why` (constant text, "it is no
 * number") when it is none. */
bool literal_read(const struct literal *literal, enum field_type type, const struct field *field, uint8_t *room,
		  struct constant *to, const char **why);

/* An integer, as in C, with a minus perhaps. */
bool literal_integer(const struct literal *literal, int64_t *to);

#endif
