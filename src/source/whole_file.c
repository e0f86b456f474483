#include "source/whole_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

#define PIECE 65536

static char *fail(const char *path, char *bytes, enum error_code code, const char *remedy, const char *words,
		  struct error *error)
{
	free(bytes);
	error_set(error, code, remedy, "%s", words);
	error_name_file(error, path);
	return NULL;
}

char *whole_file_read(const char *path, size_t most, size_t *length, struct error *error)
{
	FILE *file = fopen(path, "rb");
	char *bytes = NULL;
	size_t capacity = 0, got = 1;
	*length = 0;
	if (!file)
		return fail(path, NULL, ERROR_OPEN, "check the name and who may read it", strerror(errno), error);
	while (got && *length <= most) {
		bytes = memory_grow(bytes, &capacity, *length + PIECE, 1);
		got = fread(bytes + *length, 1, PIECE, file);
		*length += got;
	}
	bool failed = ferror(file) != 0;
	fclose(file);
	if (failed)
		return fail(path, bytes, ERROR_READ, "", "it cannot be read", error);
	if (*length > most)
		return fail(path, bytes, ERROR_USAGE, "give a smaller one", "it is too large", error);
	return bytes;
}
