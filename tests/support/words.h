/* The words of one line of a scenario. The first mistake sticks, so that readers need not check
 * each word: they read on, get zeros, and the mistake is told with its file and line at the end. */
#ifndef SUPPORT_WORDS_H
#define SUPPORT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/text.h"

#define WORDS_MAX 64
#define WORDS_MAX_VARIABLES 16

enum word_kind {
	WORD_PLAIN,
	WORD_STRING,   /* "…" with \r \n \t \0 \xHH \" \\ */
	WORD_OPTIONS,  /* <…>: TCP options */
	WORD_BUILDER,  /* […]: a made payload */
};

struct word {
	enum word_kind kind;
	const char *text;            /* NUL-terminated; strings may hold more NULs */
	size_t length;
};

struct variable { char name[32]; int64_t value; };

struct words {
	struct word at[WORDS_MAX];
	unsigned count, next;
	struct text store;           /* the bytes of all words */

	const char *file;            /* for messages */
	unsigned line;
	const char *usage;           /* of the statement being read, or NULL */
	bool failed;
	char message[512];           /* FILE:LINE: what is wrong */
};

/* Splits a line whose variables are already replaced. A # outside of a string starts a comment. */
void words_split(struct words *words, const char *line, size_t length);
void words_finish(struct words *words);
void words_fail(struct words *words, const char *format, ...) __attribute__((format(printf, 2, 3)));

bool words_more(const struct words *words);             /* something is left and nothing failed */
bool words_next_is(const struct words *words, const char *text);
bool words_accept(struct words *words, const char *text); /* moves past it if it is the next word */
const char *words_take(struct words *words, const char *what);     /* "" at the end of the line */
bool words_is_number(const struct words *words);        /* the next word begins with a digit */
double words_number(struct words *words, const char *what);  /* 12 0x1f 1.5k 3M 2% */
int64_t words_integer(struct words *words, const char *what, int64_t low, int64_t high);
int64_t words_duration(struct words *words,
		       const char *what);		  /* ns: 20ms 3us 1.5s 2min 1h; plain: s */
double words_rate(struct words *words, const char *what); /* bits per second: 10mbit 64kbit 1gbit */
/* The line must end here. */
void words_end(struct words *words);

/* The same for text that is already in hand. */
bool text_to_duration(const char *text, int64_t *nanoseconds);
bool text_to_number(const char *text, double *number);
/* Hexadecimal digits, with spaces or colons between them, appended as bytes. */
bool text_add_hex(struct text *to, const char *digits);

/* Replaces $name and $(expression) of + - * / % and parentheses; $$ is a dollar sign. */
void words_substitute(struct words *words, const char *line, size_t length,
		      const struct variable *variables, unsigned count, struct text *to);

#endif
