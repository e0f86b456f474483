/* Text that grows, and the few ways in which numbers become text. */
#ifndef CORE_TEXT_H
#define CORE_TEXT_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct text {
	char *bytes;     /* NUL-terminated once anything was added; NULL before */
	size_t length, capacity;
};

void text_finish(struct text *text);            /* frees; leaves an empty text */
void text_clear(struct text *text);             /* keeps the memory */
void text_cut(struct text *text, size_t length);        /* to at most so many bytes */
void text_add(struct text *text, const char *words);
void text_add_bytes(struct text *text, const void *bytes, size_t count);
/* Room for `count` more bytes behind what is there, and the final NUL; for writers that count themselves. */
char *text_room(struct text *text, size_t count);
/* They were written. */
void text_wrote(struct text *text, const char *end);
void text_add_char(struct text *text, char c);
void text_addf(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
void text_addv(struct text *text, const char *format, va_list arguments);
/* A JSON string with its quotes. Bytes that are not UTF-8 become U+FFFD: the result is always valid. */
void text_add_json(struct text *text, const char *words);
void text_add_json_bytes(struct text *text, const char *bytes, size_t count);
/* A CSV field, quoted only where RFC 4180 asks for it. */
void text_add_csv(struct text *text, const char *words);
/* Words for people: control characters shown as escapes, so that no trace can drive a terminal. */
void text_add_printable(struct text *text, const char *bytes, size_t count);

/* Nanoseconds to the unit a person would choose: "1.24 s", "37 ms", "120 µs", "2 min 5 s". */
#define DURATION_TEXT_SIZE 32
const char *duration_text(int64_t nanoseconds, char to[static DURATION_TEXT_SIZE]);
/* "1.8 MB", "512 bytes". */
const char *size_text(uint64_t bytes, char to[static DURATION_TEXT_SIZE]);

#endif
