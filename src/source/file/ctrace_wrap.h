/* A data set that was full and was written again from its start holds its newest records first. Where the
 * oldest one is can be found by looking at a few places, so that the file can be read in order of time. */
#ifndef SOURCE_FILE_CTRACE_WRAP_H
#define SOURCE_FILE_CTRACE_WRAP_H

#include "source/file/ctrace_content.h"

/* What can be read only once (a pipe, a compressed file) is held in memory for this, up to here. Longer ones
 * are read as they come. */
#define WRAP_HELD ((size_t)32 * 1024 * 1024)

struct wrap {
	uint64_t pivot;              /* where the oldest record begins */
	uint64_t size;               /* of the file */
};

/* False when the data set did not wrap, or is too long to be held. Does not move the input. */
bool wrap_find(struct input *input, enum ctrace_framing framing, struct wrap *wrap);
/* Makes the input, of which nothing was skipped, begin at the pivot and end before it. */
void wrap_turn(struct input *input, const struct wrap *wrap);

#endif
