/* Fuzz target: bytes as a whole trace, through every stage to the report. The first byte chooses
 * the link type; then come packets, each behind two bytes of length and two of time. */
#include <stdlib.h>
#include <string.h>

#include <culprit.h>

#include "core/clock.h"
#include "core/cursor.h"
#include "image.h"

static bool swallow(void *user, const void *bytes, size_t count)
{
	(void)bytes;
	*(size_t *)user += count;
	return true;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint32_t link_types[] = { 1, 101, 113, 276, 0, 9, 105, 127 };
	struct cursor in = cursor_make(data, size, size);
	struct image_options options = IMAGE_DEFAULT;
	struct trace trace = { 0 };
	struct text image = { 0 };
	int64_t time = TRACE_EPOCH;
	size_t written = 0;
	options.link_type = link_types[cursor_u8(&in) % 8];
	while (cursor_more(&in)) {
		size_t length = cursor_be16(&in);
		time += cursor_be16(&in) * 100 * MICROSECOND;
		struct cursor packet =
			length < in.declared ? cursor_split(&in, length) : cursor_rest(&in);
		trace_add(&trace, time, packet.next, packet.captured);
	}
	image_write(&trace, &options, &image);
	struct culprit_analysis *analysis = culprit_create();
	const struct culprit_output json = { .write = swallow,
					     .user = &written,
					     .format = CULPRIT_JSON };
	culprit_keep_sessions(analysis);
	if (!culprit_read_memory(analysis, image.bytes, image.length, "fuzz", NULL) ||
	    !culprit_report_diagnosis(analysis, &json) || written == 0)
		abort();
	culprit_report_sessions(analysis, &json);
	culprit_destroy(analysis);
	text_finish(&image);
	trace_finish(&trace);
	return 0;
}
