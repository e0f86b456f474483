/* Reads traces and does nothing with their packets: what a format alone costs.
 *
 *	read FILE... */
#include <stdio.h>
#include <stdlib.h>

#include "source/source.h"

int main(int count, char **arguments)
{
	struct error error = { 0 };
	struct source_options options = { 0 };
	struct source *source = source_open((const char *const *)arguments + 1, (size_t)(count - 1),
					    &options, &error);
	if (!source) {
		fprintf(stderr, "read: %s\n", error.message);
		return EXIT_FAILURE;
	}
	struct record record;
	unsigned long long packets = 0, bytes = 0;
	while (source_next(source, &record, &error) == SOURCE_RECORD) {
		packets++;
		bytes += record.captured_length;
	}
	printf("%llu packets, %llu bytes\n", packets, bytes);
	source_close(source);
	return EXIT_SUCCESS;
}
