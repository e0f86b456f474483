/* Errors and notes for people, on standard error. */
#ifndef CLI_COMPLAIN_H
#define CLI_COMPLAIN_H

#include <culprit.h>

/* "culprit: " and the words: what is wrong: what to do. */
void complain(const char *format, ...) __attribute__((format(printf, 1, 2)));
/* The same for what the library says: "culprit: FILE: what is wrong: what to do". */
/* A wrong filter: why, and where in the expression. */
void complain_filter(const char *expression, const struct culprit_error *error);
void complain_error(const struct culprit_error *error);

#endif
