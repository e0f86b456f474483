#include "convert/slice.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"

/* Digits, as many as there are; false when there are none or too many for packets and seconds. */
static bool read_digits(const char **at, int64_t *value)
{
	const char *start = *at;
	for (*value = 0; **at >= '0' && **at <= '9' && *at - start < 16; (*at)++)
		*value = *value * 10 + (**at - '0');
	return *at > start && !(**at >= '0' && **at <= '9');
}

static bool read_exactly(const char **at, unsigned digits, unsigned least, unsigned most, unsigned *value)
{
	*value = 0;
	for (unsigned i = 0; i < digits; i++, (*at)++) {
		if (**at < '0' || **at > '9')
			return false;
		*value = *value * 10 + (unsigned)(**at - '0');
	}
	return *value >= least && *value <= most;
}

static bool read_char(const char **at, char c)
{
	bool there = **at == c;
	*at += there;
	return there;
}

/* ".25" in nanoseconds; digits past the ninth do not count. */
static int64_t read_fraction(const char **at)
{
	int64_t value = 0, unit = NANOSECONDS / 10;
	if (!read_char(at, '.'))
		return 0;
	for (; **at >= '0' && **at <= '9'; (*at)++, unit /= 10)
		value += (**at - '0') * unit;
	return value;
}

/* "Z", "+02:00", or nothing, which is Z. A minus sign with two digits and a colon behind is a zone, else
 * it stands between the two ends of a range. */
static bool read_zone(const char **at, int64_t *seconds)
{
	unsigned hours, minutes;
	const char *look = *at + 1;
	*seconds = 0;
	if (read_char(at, 'Z') || (**at != '+' && **at != '-'))
		return true;
	if (!read_exactly(&look, 2, 0, 23, &hours) || !read_char(&look, ':') ||
	    !read_exactly(&look, 2, 0, 59, &minutes))
		return **at == '-';
	*seconds = (int64_t)(hours * 3600 + minutes * 60) * (**at == '-' ? -1 : 1);
	*at = look;
	return true;
}

/* RFC 3339, 5.6. */
static bool read_time(const char **at, int64_t *time)
{
	unsigned year, month, day, hour, minute, second;
	int64_t zone;
	if (!read_exactly(at, 4, 1970, 2261, &year) || !read_char(at, '-') ||
	    !read_exactly(at, 2, 1, 12, &month) || !read_char(at, '-') ||
	    !read_exactly(at, 2, 1, 31, &day) || !(read_char(at, 'T') || read_char(at, ' ')) ||
	    !read_exactly(at, 2, 0, 23, &hour) || !read_char(at, ':') ||
	    !read_exactly(at, 2, 0, 59, &minute) || !read_char(at, ':') ||
	    !read_exactly(at, 2, 0, 60, &second))
		return false;
	*time = time_from_date(year, month, day) +
		(int64_t)(hour * 3600 + minute * 60 + second) * NANOSECONDS + read_fraction(at);
	if (!read_zone(at, &zone))
		return false;
	*time -= zone * NANOSECONDS;
	return true;
}

static bool looks_like_date(const char *at)
{
	return strspn(at, "0123456789") == 4 && at[4] == '-' && strspn(at + 5, "0123456789") == 2 &&
	       at[7] == '-' && strspn(at + 8, "0123456789") == 2 && (at[10] == 'T' || at[10] == ' ');
}

static bool read_bound(const char **at, struct slice_bound *bound)
{
	*bound = (struct slice_bound){ .unit = SLICE_OPEN };
	if (looks_like_date(*at)) {
		bound->unit = SLICE_TIME;
		return read_time(at, &bound->value);
	}
	if (**at < '0' || **at > '9')
		return true;
	if (!read_digits(at, &bound->value))
		return false;
	bool decimal = **at == '.';
	int64_t fraction = read_fraction(at);
	if (!read_char(at, 's')) {
		bound->unit = SLICE_NUMBER;
		return !decimal && bound->value > 0;
	}
	bound->unit = SLICE_ELAPSED;
	if (bound->value > INT64_MAX / NANOSECONDS - 1)
		return false;
	bound->value = bound->value * NANOSECONDS + fraction;
	return true;
}

static bool read_range(const char **at, struct slice_bound *from, struct slice_bound *to)
{
	if (!read_bound(at, from))
		return false;
	if (!read_char(at, '-')) {
		*to = *from;
		return from->unit == SLICE_NUMBER;   /* one instant is hardly what anybody means */
	}
	return read_bound(at, to) && (from->unit != SLICE_OPEN || to->unit != SLICE_OPEN) &&
	       (from->unit != to->unit || from->value <= to->value);
}

bool slice_parse(struct slice *slice, const char *words, struct error *error)
{
	const char *at = words;
	slice->count = 0;
	do {
		const char *start = at;
		if (slice->count == SLICE_MAX_RANGES)
			return error_set(error, ERROR_USAGE, "use fewer of them",
					 "a slice has at most %d ranges", SLICE_MAX_RANGES);
		if (!read_range(&at, &slice->ranges[slice->count].from, &slice->ranges[slice->count].to) ||
		    (*at && *at != ','))
			return error_set(error, ERROR_USAGE, "write packet numbers (1-100), seconds since the "
					 "start (2.5s-10s) or times (2012-08-08T16:30:00Z-)",
					 "\"%.*s\" is no range of packets or times",
					 (int)strcspn(start, ","), start);
		slice->count++;
	} while (*at++ == ',');
	return true;
}

/* Where a packet stands in the unit of a bound; false when nothing is known about that. */
static bool place(const struct slice_bound *bound, uint64_t number, int64_t time, int64_t origin,
		  int64_t *value)
{
	if (bound->unit == SLICE_NUMBER) {
		*value = (int64_t)number;
		return true;
	}
	if (time == INT64_MIN)
		return false;
	*value = bound->unit == SLICE_TIME ? time : time - origin;
	return true;
}

static bool is_within(const struct slice *slice, unsigned range, uint64_t number, int64_t time,
		      int64_t origin)
{
	const struct slice_bound *from = &slice->ranges[range].from, *to = &slice->ranges[range].to;
	int64_t value;
	if (from->unit != SLICE_OPEN &&
	    (!place(from, number, time, origin, &value) || value < from->value))
		return false;
	return to->unit == SLICE_OPEN || (place(to, number, time, origin, &value) && value <= to->value);
}

bool slice_holds(const struct slice *slice, uint64_t number, int64_t time, int64_t origin)
{
	for (unsigned i = 0; i < slice->count; i++)
		if (is_within(slice, i, number, time, origin))
			return true;
	return slice->count == 0;
}

bool slice_is_over(const struct slice *slice, uint64_t number)
{
	/* Times can run back: only numbers tell that nothing more will come. */
	for (unsigned i = 0; i < slice->count; i++)
		if (slice->ranges[i].to.unit != SLICE_NUMBER ||
		    slice->ranges[i].to.value >= (int64_t)number)
			return false;
	return slice->count > 0;
}
