/* What protocols of text lines have in common: words, reply codes, bodies that end with a line of a dot. */
#ifndef DECODE_LINES_H
#define DECODE_LINES_H

#include "decode/decoder.h"

/* The line without what ends it. */
struct cursor line_text(struct cursor in);
/* The word before the next blank or the end of the line, in upper case; moves past it and one blank. False: no
 * word of at most `size` - 1 letters, digits and dashes stands there. */
bool line_word(struct cursor *in, char *word, size_t size);
/* "220 " or "220-", of which it moves past the digits: the code, 0 when there is none. */
uint16_t line_code(struct cursor *in, bool *more);
/* Whether `word` stands anywhere in it; letters are as good as their capitals. */
bool line_has(struct cursor in, const char *word);
bool line_starts(struct cursor in, const char *word);
/* The next decimal number of at most `limit`, -1 when there is none. */
int64_t line_number(struct cursor *in, int64_t limit);
/* The first `size` - 1 bytes of the text, with a NUL. Returns how many. */
size_t line_keep(struct cursor text, char *to, size_t size);
/* Whether it is all letters, digits, marks and blanks (or not ASCII at all). */
bool line_printable(struct cursor text);

/* Tells the text; nothing when it is empty. */
void line_tell(struct teller *teller, const struct field *field, struct cursor text, bool secret);

/* A body that ends with a line of nothing but a dot (RFC 5321 4.1.1.4, RFC 1939 3). Its bytes are skipped. */
struct dot_body { bool inside, mid_line; };
/* What starts at `in`, inside a body: bytes to skip, or the line that ends it, as a message. */
struct frame dot_body_frame(struct dot_body *body, const struct stream *stream, struct cursor in);

#endif
