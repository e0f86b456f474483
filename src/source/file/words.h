/* Numbers, dates and addresses in a line of text. Each function reads what stands at *at, after
 * blanks, and moves past it; where it is not there, *at stays and the answer is false. */
#ifndef SOURCE_FILE_WORDS_H
#define SOURCE_FILE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/address.h"

struct word { const char *text; size_t length; };    /* not NUL-terminated */

/* 0 to 15, or -1. */
int hex_digit(char c);
static inline bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}
const char *skip_blanks(const char *at);
/* What stands before the next blank. */
bool words_next(const char **at, struct word *word);
bool word_is(struct word word, const char *text);
/* Is the word made of `least` to `most` hexadecimal digits? */
bool word_is_hex(struct word word, size_t least, size_t most);
/* Up to 18 digits; commas between them are skipped. */
bool words_decimal(const char **at, uint64_t *value);
bool words_hex(const char **at, uint64_t *value);
/* "hh:mm:ss" and up to nine digits after a point, to nanoseconds since midnight. */
bool words_time(const char **at, int64_t *nanoseconds);
/* "yyyy/mm/dd" or "yyyy-mm-dd", to nanoseconds since 1970. */
bool words_date(const char **at, int64_t *nanoseconds);
/* What a socket is called in reports: "address-port". The port may be missing; *port is 0 then. */
bool word_endpoint(struct word word, struct address *address, uint16_t *port);

#endif
