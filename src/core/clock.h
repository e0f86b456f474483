/* Times of records: nanoseconds since 1970-01-01 UTC, without leap seconds. No clock is ever read. */
#ifndef CORE_CLOCK_H
#define CORE_CLOCK_H

#include <stdbool.h>
#include <stdint.h>

#define NANOSECONDS 1000000000LL
#define MILLISECOND 1000000LL
#define MICROSECOND 1000LL

/* Midnight, UTC, of the day in the years 1970 to 2199 that is nearest to what is given; months and
 * days count from 1, and what is left of the 64 bits holds 60 years more. */
int64_t time_from_date(unsigned year, unsigned month, unsigned day);

enum time_style { TIME_STYLE_UTC, TIME_STYLE_LOCAL, TIME_STYLE_RELATIVE, TIME_STYLE_EPOCH };

#define TIME_TEXT_SIZE 64
/* RFC 3339 in UTC with `digits` (0 to 9) of fraction: "2012-08-08T16:30:00.123456789Z". */
const char *time_rfc3339(int64_t nanoseconds, unsigned digits, char to[static TIME_TEXT_SIZE]);
/* In the style a user chose; `origin` is the trace's first time, for TIME_STYLE_RELATIVE. */
const char *time_text(int64_t nanoseconds, int64_t origin, enum time_style style, unsigned digits,
		      char to[static TIME_TEXT_SIZE]);
/* Only the date, "2012-08-08", and only the time of day with its zone, "16:30:00.1234 EST", in UTC or where
 * the user is. */
const char *date_text(int64_t nanoseconds, bool local, char to[static TIME_TEXT_SIZE]);
const char *time_of_day_text(int64_t nanoseconds, bool local, unsigned digits, char to[static TIME_TEXT_SIZE]);
/* "01:02:03.4567"; a minus sign before it when negative. */
const char *elapsed_text(int64_t nanoseconds, unsigned digits, char to[static TIME_TEXT_SIZE]);

#endif
