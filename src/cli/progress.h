/* A line on standard error that says how far the reading is. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include "cli/options.h"

struct progress {
	int64_t started, shown;      /* milliseconds of the monotonic clock; shown 0: not yet */
};

/* Shows progress of `analysis` if standard error is a terminal and nobody asked for quiet. */
void progress_begin(struct progress *progress, const struct options *options,
		    struct culprit_analysis *analysis);
/* Wipes the line. */
void progress_end(struct progress *progress);

#endif
