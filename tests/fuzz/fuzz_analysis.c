/* Fuzz target: bytes as a whole trace (some_packets.h), through every stage to the report. */
#include <stdlib.h>

#include <culprit.h>

#include "some_packets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct text image = { 0 };
	size_t written = 0;
	some_packets_image(data, size, &image);
	struct culprit_analysis *analysis = culprit_create();
	const struct culprit_output json = { .write = some_packets_swallow, .user = &written, .format = CULPRIT_JSON };
	culprit_keep_sessions(analysis);
	if (!culprit_read_memory(analysis, image.bytes, image.length, "fuzz", NULL) ||
	    !culprit_report_diagnosis(analysis, &json) || written == 0)
		abort();
	culprit_report_sessions(analysis, &json);
	culprit_destroy(analysis);
	text_finish(&image);
	return 0;
}
