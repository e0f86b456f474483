/* A data set that was full and was written again from its start holds its newest records first. Where the
 * oldest one is can be found by looking at a few places, so that the file can be read in order of time. */
#ifndef SOURCE_FILE_CTRACE_WRAP_H
#define SOURCE_FILE_CTRACE_WRAP_H

#include "source/file/ctrace_content.h"

/* False when the data set did not wrap, or the input cannot be read at any place (pipe, compressed file,
 * memory). Does not move the input. */
bool wrap_find(struct input *input, enum ctrace_framing framing, uint64_t *pivot);
/* Makes the input, of which nothing was skipped, begin at the pivot and end before it. */
void wrap_turn(struct input *input, uint64_t pivot);

#endif
