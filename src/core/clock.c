#include "core/clock.h"

#include <stdio.h>
#include <time.h>

/* Days since 1970 to a civil date, for any year that 64-bit nanoseconds reach. */
static void civil(int64_t days, int *year, unsigned *month, unsigned *day)
{
	days += 719468;
	int64_t era = (days >= 0 ? days : days - 146096) / 146097;
	unsigned doe = (unsigned)(days - era * 146097);
	unsigned yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	unsigned doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	unsigned mp = (5 * doy + 2) / 153;
	*day = doy - (153 * mp + 2) / 5 + 1;
	*month = mp < 10 ? mp + 3 : mp - 9;
	*year = (int)(yoe + era * 400) + (*month <= 2);
}

int64_t time_from_date(unsigned year, unsigned month, unsigned day)
{
	static const unsigned before[] = { 0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334 };
	year = year < 1970 ? 1970 : year > 2199 ? 2199 : year;
	month = month < 1 ? 1 : month > 12 ? 12 : month;
	day = day > 31 ? 31 : day;
	unsigned past = month > 2 ? year : year - 1;   /* the last year whose leap day is over */
	int64_t leap_days = (int64_t)(past / 4 - past / 100 + past / 400) - 477;
	int64_t days = (int64_t)(year - 1970) * 365 + leap_days + before[month - 1] + day - 1;
	return days * 86400 * NANOSECONDS;
}

static void split(int64_t nanoseconds, int64_t *seconds, unsigned *fraction)
{
	*seconds = nanoseconds / NANOSECONDS;
	int64_t rest = nanoseconds % NANOSECONDS;
	if (rest < 0) {
		rest += NANOSECONDS;
		(*seconds)--;
	}
	*fraction = (unsigned)rest;
}

static void add_fraction(char *to, unsigned fraction, unsigned digits)
{
	if (!digits)
		return;
	if (digits > 9)
		digits = 9;
	for (unsigned i = digits; i < 9; i++)
		fraction /= 10;
	snprintf(to, 12, ".%0*u", (int)digits, fraction);
}

const char *time_rfc3339(int64_t nanoseconds, unsigned digits, char to[static TIME_TEXT_SIZE])
{
	int64_t seconds;
	unsigned fraction, month, day;
	int year;
	char part[16] = "";
	split(nanoseconds, &seconds, &fraction);
	int64_t days = seconds / 86400, rest = seconds % 86400;
	if (rest < 0) {
		rest += 86400;
		days--;
	}
	civil(days, &year, &month, &day);
	add_fraction(part, fraction, digits);
	snprintf(to, TIME_TEXT_SIZE, "%04d-%02u-%02uT%02d:%02d:%02d%sZ", year, month, day,
		 (int)(rest / 3600), (int)(rest / 60 % 60), (int)(rest % 60), part);
	return to;
}

const char *time_text(int64_t nanoseconds, int64_t origin, enum time_style style, unsigned digits,
		      char to[static TIME_TEXT_SIZE])
{
	int64_t seconds;
	unsigned fraction;
	char part[16] = "";
	switch (style) {
	case TIME_STYLE_UTC:
		return time_rfc3339(nanoseconds, digits, to);
	case TIME_STYLE_RELATIVE: {
		int64_t difference = nanoseconds - origin;
		split(difference < 0 ? -difference : difference, &seconds, &fraction);
		add_fraction(part, fraction, digits);
		snprintf(to, TIME_TEXT_SIZE, "%s%lld%s", difference < 0 ? "-" : "", (long long)seconds,
			 part);
		return to;
	}
	case TIME_STYLE_EPOCH:
		split(nanoseconds, &seconds, &fraction);
		add_fraction(part, fraction, digits);
		snprintf(to, TIME_TEXT_SIZE, "%lld%s", (long long)seconds, part);
		return to;
	case TIME_STYLE_LOCAL:
		break;
	}
	split(nanoseconds, &seconds, &fraction);
	time_t when = (time_t)seconds;
	struct tm local;
	char zone[8] = "", date[24] = "";
	localtime_r(&when, &local);
	strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &local);
	strftime(zone, sizeof zone, "%z", &local);
	add_fraction(part, fraction, digits);
	snprintf(to, TIME_TEXT_SIZE, "%s%s%.3s:%.2s", date, part, zone, zone + 3);
	return to;
}

const char *date_text(int64_t nanoseconds, bool local, char to[static TIME_TEXT_SIZE])
{
	int64_t seconds;
	unsigned fraction;
	struct tm parts;
	split(nanoseconds, &seconds, &fraction);
	time_t when = (time_t)seconds;
	if (local)
		localtime_r(&when, &parts);
	else
		gmtime_r(&when, &parts);
	strftime(to, TIME_TEXT_SIZE, "%Y-%m-%d", &parts);
	return to;
}

const char *time_of_day_text(int64_t nanoseconds, bool local, unsigned digits, char to[static TIME_TEXT_SIZE])
{
	int64_t seconds;
	unsigned fraction;
	struct tm parts;
	char part[16] = "", clock[16] = "", zone[16] = "UTC";
	split(nanoseconds, &seconds, &fraction);
	time_t when = (time_t)seconds;
	if (local)
		localtime_r(&when, &parts);
	else
		gmtime_r(&when, &parts);
	strftime(clock, sizeof clock, "%H:%M:%S", &parts);
	if (local)
		strftime(zone, sizeof zone, "%Z", &parts);
	add_fraction(part, fraction, digits);
	snprintf(to, TIME_TEXT_SIZE, "%s%s %s", clock, part, zone);
	return to;
}

const char *elapsed_text(int64_t nanoseconds, unsigned digits, char to[static TIME_TEXT_SIZE])
{
	int64_t seconds;
	unsigned fraction;
	char part[16] = "";
	bool negative = nanoseconds < 0;
	split(negative && nanoseconds > INT64_MIN ? -nanoseconds : nanoseconds, &seconds, &fraction);
	add_fraction(part, fraction, digits);
	snprintf(to, TIME_TEXT_SIZE, "%s%02lld:%02d:%02d%s", negative ? "-" : "", (long long)(seconds / 3600),
		 (int)(seconds / 60 % 60), (int)(seconds % 60), part);
	return to;
}
