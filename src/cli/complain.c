#include "cli/complain.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* File names can hold anything; what could drive a terminal is shown as a question mark. */
static void put_line(char *line)
{
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = '?';
	fprintf(stderr, "culprit: %s\n", line);
}

void complain(const char *format, ...)
{
	char line[2048];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(line, sizeof line, format, arguments);
	va_end(arguments);
	put_line(line);
}

void complain_error(const struct culprit_error *error)
{
	char at[40] = "";
	if (error->offset != UINT64_MAX)
		snprintf(at, sizeof at, " at byte %llu", (unsigned long long)error->offset);
	complain("%s%s%s%s%s%s", error->file, *error->file ? ": " : "", error->message, at,
		 *error->remedy ? ": " : "", error->remedy);
}

/* The part of the expression around the place, on one line, and a caret below it. */
void complain_filter(const char *expression, const struct culprit_error *error)
{
	enum { BEFORE = 60, AROUND = 76 };
	size_t length = strlen(expression), at = error->offset < length ? (size_t)error->offset : length;
	size_t from = at > BEFORE ? at - BEFORE : 0;
	char line[AROUND + 1], mark[AROUND + 2];
	snprintf(line, sizeof line, "%s", expression + from);
	for (char *c = line; *c; c++)
		if ((unsigned char)*c < 0x20 || *c == 0x7f)
			*c = ' ';
	memset(mark, ' ', at - from);
	mark[at - from] = '^';
	mark[at - from + 1] = '\0';
	complain("the filter is wrong: %s%s%s", error->message, *error->remedy ? ": " : "", error->remedy);
	fprintf(stderr, "    %s\n    %s\n", line, mark);
}
