/* Writes the trace of each scenario beside it: NAME.scn to NAME.pcapng.
 *
 *	make_examples [--check] FILE.scn…      --check: only tells whether the traces are up to date */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "scenario.h"

static bool same_as_file(const char *path, const struct text *image)
{
	FILE *file = fopen(path, "rb");
	char *bytes = malloc(image->length + 1);
	bool same = file && bytes && fread(bytes, 1, image->length + 1, file) == image->length &&
		    memcmp(bytes, image->bytes, image->length) == 0;
	free(bytes);
	if (file)
		fclose(file);
	return same;
}

static bool write_file(const char *path, const struct text *image)
{
	FILE *file = fopen(path, "wb");
	bool written = file && fwrite(image->bytes, 1, image->length, file) == image->length;
	if (file)
		written &= fclose(file) == 0;
	return written;
}

static bool make(const char *source, bool check)
{
	struct scenario scenario;
	struct text image = { 0 };
	char message[512], path[4096];
	bool good = scenario_load(&scenario, source, message);
	if (good) {
		const char *extension = scenario.image.format == IMAGE_PCAP ? "pcap" : "pcapng";
		snprintf(path, sizeof path, "%.*s%s", (int)(strlen(source) - 3), source, extension);
		scenario_write(&scenario, &image);
		good = check ? same_as_file(path, &image) : write_file(path, &image);
		if (!good)
			snprintf(message, sizeof message, "%.400s: %s", path,
				 check ? "is out of date; run: ninja examples"
				       : "cannot be written");
	}
	if (!good)
		fprintf(stderr, "%s\n", message);
	text_finish(&image);
	scenario_finish(&scenario);
	return good;
}

int main(int argc, char **argv)
{
	bool check = argc > 1 && strcmp(argv[1], "--check") == 0, good = argc > 1;
	for (int i = check ? 2 : 1; i < argc; i++)
		good &= make(argv[i], check);
	return good ? 0 : 1;
}
