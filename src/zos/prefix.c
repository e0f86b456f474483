/* What logs put in front of lines: record types of SYSLOG, system, date, time, job, flags; quotes of mail.
 * SYSLOG's columns are in "z/OS MVS System Codes, hardcopy log"; they are read as words, since copies lose them. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "zos/reader.h"

static size_t digits(const char *words)
{
	return strspn(words, "0123456789");
}

static size_t hex_digits(const char *words)
{
	return strspn(words, "0123456789ABCDEF");
}

static bool ends_word(char c)
{
	return c == ' ' || c == '\0';
}

static unsigned two(const char *words)
{
	return (unsigned)(words[0] - '0') * 10 + (unsigned)(words[1] - '0');
}

/* The length of a time of day, 0 when there is none. */
static size_t time_length(const char *words, int64_t *to)
{
	if (digits(words) != 2 || (words[2] != ':' && words[2] != '.') || digits(words + 3) != 2 ||
	    words[5] != words[2] || digits(words + 6) != 2)
		return 0;
	unsigned hour = two(words), minute = two(words + 3), second = two(words + 6);
	if (hour > 23 || minute > 59 || second > 60)
		return 0;
	*to = ((int64_t)hour * 3600 + minute * 60 + second) * NANOSECONDS;
	size_t length = 8;
	if (words[8] == '.' || words[8] == ',') {
		int64_t unit = NANOSECONDS / 10;
		for (length = 9; isdigit((unsigned char)words[length]); length++, unit /= 10)
			*to += (words[length] - '0') * unit;
	}
	length += words[length] == 'Z';
	if ((words[length] == '+' || words[length] == '-') && digits(words + length + 1) >= 2)
		length += 1 + strspn(words + length + 1, "0123456789:");
	return length;
}

bool zos_read_time(const char *words, int64_t *to)
{
	return time_length(words, to) > 0;
}

/* yyddd or yyyyddd: the day of the year. */
static size_t julian_length(const char *words, int64_t *date)
{
	size_t length = digits(words);
	if ((length != 5 && length != 7) || words[length] != ' ')
		return 0;
	unsigned long number = strtoul(words, NULL, 10);
	unsigned year = (unsigned)(number / 1000), day = (unsigned)(number % 1000);
	if (day < 1 || day > 366 || (length == 7 && (year < 1970 || year > 2199)))
		return 0;
	*date = time_from_date(length == 5 ? 2000 + year : year, 1, 1) + (int64_t)(day - 1) * 86400 * NANOSECONDS;
	return length;
}

/* 2012-08-08 or 2012/08/08, also with a T behind it. */
static size_t calendar_length(const char *words, int64_t *date)
{
	if (digits(words) != 4 || (words[4] != '-' && words[4] != '/') || digits(words + 5) != 2 ||
	    words[7] != words[4] || digits(words + 8) != 2)
		return 0;
	*date = time_from_date((unsigned)strtoul(words, NULL, 10), two(words + 5), two(words + 8));
	return words[10] == 'T' || words[10] == ' ' ? 11 : 0;
}

/* "N 4020000 ", "M 0000000 ", "NC0000000 ": the record type of SYSLOG and routing codes. */
static size_t record_length(const char *line)
{
	if (!line[0] || !strchr("NWMXCRIT", line[0]))
		return 0;
	size_t at = 1;
	if (isupper((unsigned char)line[at]))
		at++;
	at += strspn(line + at, " ");
	return hex_digits(line + at) == 7 && line[at + 7] == ' ' ? at + 8 : 0;
}

/* "D         789 00000090 ", "E   789 ", and "S" far before the rest of a long line. */
static size_t continued_length(const char *line)
{
	if (!line[0] || !strchr("LDES", line[0]))
		return 0;
	size_t at = 1 + (isupper((unsigned char)line[1]) != 0);
	size_t blanks = strspn(line + at, " ");
	if (digits(line + at + blanks) == 3 && line[at + blanks + 3] == ' ' && blanks > 1) {
		at += blanks + 4;
		at += strspn(line + at, " ");
		return hex_digits(line + at) == 8 && ends_word(line[at + 8]) ? at + 8 : at;
	}
	return line[0] == 'S' && blanks > 9 ? at + blanks : 0;
}

static size_t job_length(const char *words)
{
	size_t kind = strncmp(words, "STC", 3) == 0 || strncmp(words, "JOB", 3) == 0 || strncmp(words, "TSU", 3) == 0
		? 3 : 0;
	size_t count = digits(words + kind);
	return kind && count >= 4 && count <= 5 && ends_word(words[kind + count]) ? kind + count : 0;
}

/* "S0W1     2012221 00:27:10.12": a system's name counts only with a date behind it. */
static size_t system_length(const char *words)
{
	int64_t date, time;
	size_t name = strcspn(words, " ");
	if (name == 0 || name > 8)
		return 0;
	const char *rest = words + name + strspn(words + name, " ");
	size_t length = julian_length(rest, &date);
	if (!length)
		return 0;
	rest += length + strspn(rest + length, " ");
	return time_length(rest, &time) ? name : 0;
}

/* "Aug  8 " of syslog. */
static size_t month_length(const char *words)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	for (size_t i = 0; i < sizeof months - 1; i += 3) {
		if (strncmp(words, months + i, 3) != 0 || words[3] != ' ')
			continue;
		size_t at = 3 + strspn(words + 3, " ");
		size_t count = digits(words + at);
		return count >= 1 && count <= 2 && words[at + count] == ' ' ? at + count : 0;
	}
	return 0;
}

/* "host tag: ", which follows the time there. */
static const char *skip_sender(const char *line)
{
	const char *tag = line + strcspn(line, " ");
	tag += strspn(tag, " ");
	size_t length = strcspn(tag, " ");
	if (length < 2 || tag[length - 1] != ':')
		return line;
	return tag + length + strspn(tag + length, " ");
}

/* One of them; 0 when there is none. `dated`: a date or time stood before. */
static size_t piece_length(const char *words, struct zos_stamp *stamp, bool dated)
{
	int64_t time = INT64_MIN, date = INT64_MIN;
	size_t length;
	if ((words[0] == '>' || words[0] == '|') && words[1] == ' ')
		return 1;
	if ((length = julian_length(words, &date)) || (length = calendar_length(words, &date))) {
		stamp->date = date;
		return length;
	}
	if ((length = time_length(words, &time)) && ends_word(words[length])) {
		stamp->time = time;
		return length;
	}
	if ((length = system_length(words)) || (length = job_length(words)))
		return length;
	/* Flags of the message, and numbers that an editor showed. */
	if (dated && hex_digits(words) == 8 && words[8] == ' ')
		return 8;
	return !dated && digits(words) == 6 && words[6] == ' ' ? 6 : 0;
}

const char *zos_skip_prefix(const char *line, struct zos_stamp *stamp)
{
	bool dated = false, sent = false;
	size_t length;
	stamp->date = stamp->time = INT64_MIN;
	if ((length = record_length(line)) || (length = continued_length(line))) {
		line += length;
		dated = true;
	}
	for (;;) {
		line += strspn(line, " ");
		if (!dated && (length = month_length(line)) != 0) {
			line += length;
			dated = sent = true;
			continue;
		}
		if (!(length = piece_length(line, stamp, dated)))
			return sent ? skip_sender(line) : line;
		dated |= length > 1;
		line += length;
	}
}
