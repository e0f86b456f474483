/* Fuzz target: bytes as a whole trace (some_packets.h), converted: anonymised, cut, into other formats. What comes of
 * it must be a trace again. Addresses get another key each time: to work out a given one would take longest of all. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <culprit.h>

#include "some_packets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_file(const char *path, const struct text *image)
{
	FILE *file = fopen(path, "wb");
	if (!file || fwrite(image->bytes, 1, image->length, file) != image->length || fclose(file) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = { "pcapng", "pcap", "ctrace" };
	static char from[64], to[64];
	struct text image = { 0 };
	if (!size)
		return 0;
	unsigned choice = data[0] >> 3;
	snprintf(from, sizeof from, "/dev/shm/fuzz_convert.%ld", (long)getpid());
	snprintf(to, sizeof to, "/dev/shm/fuzz_convert.%ld.to", (long)getpid());
	some_packets_image(data, size, &image);
	write_file(from, &image);
	const struct culprit_conversion conversion = { .format = formats[choice % 3], .anonymise = choice & 4,
		.snap_length = choice & 8 ? 60 : 0, .slice = choice & 16 ? "1-3,5-" : NULL };
	struct culprit_conversion_result result;
	const char *const paths[] = { from }, *const converted[] = { to };
	if (culprit_convert(paths, 1, to, &conversion, &result, NULL) && result.written) {
		struct culprit_analysis *analysis = culprit_create();
		if (!culprit_read_files(analysis, converted, 1, NULL))
			abort();
		culprit_destroy(analysis);
	}
	unlink(from);
	unlink(to);
	text_finish(&image);
	return 0;
}
