/* Regular expressions of Perl's kind (PCRE2), case does not matter, as in Wireshark. Bounded in what a match may cost. */
#ifndef FILTER_REGEX_H
#define FILTER_REGEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct regex;

/* False when this build has none. */
bool regex_available(void);
/* NULL with a message in `why` and the place in the pattern when it is wrong. */
struct regex *regex_compile(const char *pattern, size_t length, char *why, size_t why_size, size_t *at);
void regex_destroy(struct regex *regex);       /* NULL is fine */
bool regex_matches(const struct regex *regex, const uint8_t *bytes, size_t length);

#endif
