#include "filter/moment.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "core/clock.h"

#define MOST_SECONDS 9223372036LL        /* what 64 bits of nanoseconds hold */

static const char *skip_blanks(const char *at)
{
	while (*at == ' ')
		at++;
	return at;
}

/* A number of `least` to `most` digits. NULL: there is none. */
static const char *read_digits(const char *at, int least, int most, int64_t *to)
{
	int digits = 0;
	*to = 0;
	while (digits < most && isdigit((unsigned char)at[digits]))
		*to = *to * 10 + (at[digits++] - '0');
	return digits >= least ? at + digits : NULL;
}

/* What stands behind the point, as nanoseconds; digits past the ninth are left out. */
static const char *read_fraction(const char *at, int64_t *to)
{
	int64_t unit = NANOSECONDS / 10;
	*to = 0;
	if (*at != '.')
		return at;
	for (at++; isdigit((unsigned char)*at); at++, unit /= 10)
		*to += (*at - '0') * unit;
	return at;
}

bool moment_seconds(const char *words, int64_t *seconds, int64_t *nanoseconds)
{
	const char *at = read_digits(words, 1, 12, seconds);
	if (!at || *seconds > MOST_SECONDS - 1)
		return false;
	return !*read_fraction(at, nanoseconds);
}

struct date { int64_t year, month, day; };

/* "2012-08-08" */
static const char *read_date(const char *at, struct date *to)
{
	at = read_digits(at, 4, 4, &to->year);
	if (!at || (*at != '-' && *at != '/'))
		return NULL;
	at = read_digits(at + 1, 1, 2, &to->month);
	if (!at || (*at != '-' && *at != '/'))
		return NULL;
	return read_digits(at + 1, 1, 2, &to->day);
}

/* "Aug  8, 2012" */
static const char *read_date_in_words(const char *at, struct date *to)
{
	static const char months[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	for (to->month = 1; to->month <= 12; to->month++)
		if (strncasecmp(at, months + 3 * (to->month - 1), 3) == 0)
			break;
	if (to->month > 12)
		return NULL;
	at = read_digits(skip_blanks(at + 3), 1, 2, &to->day);
	if (!at)
		return NULL;
	at = skip_blanks(*at == ',' ? at + 1 : at);
	return read_digits(at, 4, 4, &to->year);
}

/* "16:30", "16:30:00.5"; nothing: midnight. */
static const char *read_time_of_day(const char *at, int64_t *nanoseconds)
{
	int64_t hours, minutes, seconds = 0, rest = 0;
	*nanoseconds = 0;
	at = skip_blanks(*at == 'T' || *at == 't' ? at + 1 : at);
	if (!isdigit((unsigned char)*at))
		return at;
	at = read_digits(at, 1, 2, &hours);
	if (!at || *at != ':' || hours > 24)
		return NULL;
	at = read_digits(at + 1, 2, 2, &minutes);
	if (at && *at == ':')
		at = read_digits(at + 1, 2, 2, &seconds);
	if (!at || minutes > 59 || seconds > 60)
		return NULL;
	at = read_fraction(at, &rest);
	*nanoseconds = ((hours * 60 + minutes) * 60 + seconds) * NANOSECONDS + rest;
	return at;
}

/* "Z", "UTC", "+02:00", "-0500"; nothing: UTC. */
static const char *read_zone(const char *at, int64_t *nanoseconds)
{
	int64_t hours, minutes = 0;
	*nanoseconds = 0;
	at = skip_blanks(at);
	if (strncasecmp(at, "UTC", 3) == 0 || strncasecmp(at, "GMT", 3) == 0)
		return at + 3;
	if (*at == 'Z' || *at == 'z')
		return at + 1;
	if (*at != '+' && *at != '-')
		return at;
	int sign = *at == '-' ? -1 : 1;
	at = read_digits(at + 1, 2, 2, &hours);
	if (at)
		at = read_digits(*at == ':' ? at + 1 : at, 0, 2, &minutes);
	if (!at || hours > 23 || minutes > 59)
		return NULL;
	*nanoseconds = sign * (hours * 60 + minutes) * 60 * NANOSECONDS;
	return at;
}

bool moment_read(const char *words, int64_t *to)
{
	int64_t seconds, rest, zone;
	struct date date;
	if (moment_seconds(words, &seconds, &rest)) {
		*to = seconds * NANOSECONDS + rest;
		return true;
	}
	const char *at = isdigit((unsigned char)*words) ? read_date(words, &date) : read_date_in_words(words, &date);
	if (!at || date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31 || date.year < 1970 ||
	    date.year > 2199)
		return false;
	at = read_time_of_day(at, &rest);
	if (at)
		at = read_zone(at, &zone);
	if (!at || *skip_blanks(at))
		return false;
	*to = time_from_date((unsigned)date.year, (unsigned)date.month, (unsigned)date.day) + rest - zone;
	return true;
}
