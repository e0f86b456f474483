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
