#include "core/error.h"

#include <stdio.h>
#include <string.h>

bool error_set(struct error *error, enum error_code code, const char *remedy, const char *format, ...)
{
	if (!error)
		return false;
	error->code = code;
	error->offset = UINT64_MAX;
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(error->message, sizeof error->message, format, arguments);
	va_end(arguments);
	snprintf(error->remedy, sizeof error->remedy, "%s", remedy ? remedy : "");
	return false;
}

void error_name_file(struct error *error, const char *path)
{
	if (!error || error->file[0] || !path)
		return;
	size_t length = strlen(path);
	const char *tail = length < sizeof error->file ? path : path + length - sizeof error->file + 1;
	snprintf(error->file, sizeof error->file, "%s", tail);
}
