/* A line on standard error that says how far the reading is. */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <culprit.h>

struct progress {
	int64_t started, shown;      /* milliseconds of the monotonic clock; shown 0: not yet */
};

/* Shows the progress of `analysis` if standard error is a terminal, unless `quiet`. */
void progress_begin(struct progress *progress, struct culprit_analysis *analysis, bool quiet);
/* The same for a conversion. */
void progress_begin_conversion(struct progress *progress, struct culprit_conversion *conversion, bool quiet);
/* Wipes the line. */
void progress_end(struct progress *progress);

#endif
