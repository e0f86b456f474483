/* Writes JSON into a text: commas, line breaks and indentation come by themselves.
 *
 * `key` is NULL inside arrays. Keys must be constant ASCII words without quotes. */
#ifndef REPORT_JSON_H
#define REPORT_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "core/text.h"

struct json {
	struct text *to;
	unsigned depth;
	bool filled;         /* the innermost object or array holds something already */
	unsigned flat;       /* depth at which a one-line array began, 0 when none is open */
};

void json_open(struct json *json, const char *key, char bracket);       /* '{' or '[' */
/* The same, but everything in it stays on one line. */
void json_open_flat(struct json *json, const char *key, char bracket);
void json_close(struct json *json, char bracket);                       /* '}' or ']' */
void json_words(struct json *json, const char *key, const char *words); /* NULL becomes null */
void json_number(struct json *json, const char *key, uint64_t number);
void json_number_or_null(struct json *json, const char *key, uint64_t number);  /* 0 becomes null */
void json_double(struct json *json, const char *key, double number);    /* not finite: null */
/* `value` is valid JSON. */
void json_raw(struct json *json, const char *key, const char *value);
void json_boolean(struct json *json, const char *key, bool truth);
void json_seconds(struct json *json, const char *key, int64_t nanoseconds);     /* exact */
void json_time(struct json *json, const char *key, int64_t time, unsigned digits);  /* INT64_MIN: null */

/* Numbers as JSON wants them, whatever the locale says; for rows, which are not built with a struct json. */
void number_add(struct text *to, uint64_t number);
void double_add(struct text *to, double number);
/* "61.2": nanoseconds as decimal seconds, without zeros at the end. */
void seconds_add(struct text *to, int64_t nanoseconds);

#endif
