/* Text of bounded size: what goes into the char arrays of a finding. */
#ifndef FINDING_WORDS_H
#define FINDING_WORDS_H

#include <stdarg.h>
#include <stddef.h>

/* As vsnprintf, but what is cut is cut between UTF-8 characters, and control characters (they may come
 * from the trace) become spaces. */
void words_format(char *to, size_t size, const char *format, va_list arguments)
	__attribute__((format(printf, 3, 0)));
void words_set(char *to, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

#endif
