/* Fuzz target: bytes as text that somebody pasted from a z/OS console, diagnosed and written as JSON. */
#include <culprit.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

static bool drop(void *user, const void *bytes, size_t count)
{
	(void)bytes;
	*(size_t *)user += count;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
	size_t written = 0;
	struct culprit_output output = { .write = drop, .user = &written, .format = CULPRIT_JSON };
	struct culprit_analysis *analysis = culprit_create();
	/* As two displays of one file and of two: what comes again is compared. */
	culprit_add_displays_memory(analysis, bytes, length, "first");
	culprit_add_displays_memory(analysis, bytes, length, "second");
	if (culprit_read_displays(analysis, NULL)) {
		if (!culprit_report_diagnosis(analysis, &output) || !culprit_report_figures(analysis, &output) || !written)
			abort();
		output.format = CULPRIT_TEXT;
		culprit_report_diagnosis(analysis, &output);
	}
	culprit_destroy(analysis);
	return 0;
}
