#include "kept.h"

bool kept_next(FILE *file, char name[static KEPT_NAME], struct text *bytes)
{
	unsigned byte;
	name[0] = '\0';
	text_clear(bytes);
	if (fscanf(file, "%31s ", name) != 1)
		return false;
	while (fscanf(file, "%2x", &byte) == 1) {
		text_add_char(bytes, (char)byte);
		int next = fgetc(file);
		if (next == '\n')
			return true;
		ungetc(next, file);
	}
	return false;
}
