#include "cli/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

#define PATIENCE 500             /* ms before the first line: most traces are done by then */
#define INTERVAL 100             /* ms between two lines */

static int64_t now(void)
{
	struct timespec time;
	clock_gettime(CLOCK_MONOTONIC, &time);
	return (int64_t)time.tv_sec * 1000 + time.tv_nsec / 1000000;
}

static bool show(void *user, uint64_t bytes_read, uint64_t total, uint64_t packets)
{
	struct progress *progress = user;
	int64_t time = now();
	if (time - progress->started < PATIENCE || time - progress->shown < INTERVAL)
		return true;
	progress->shown = time;
	fprintf(stderr, "\rculprit: %llu packets", (unsigned long long)packets);
	if (total)
		fprintf(stderr, ", %u %%", (unsigned)(100.0 * (double)bytes_read / (double)total));
	fputs("\033[K", stderr);
	return true;
}

void progress_begin(struct progress *progress, struct culprit_analysis *analysis, bool quiet)
{
	*progress = (struct progress){ .started = now() };
	if (!quiet && isatty(STDERR_FILENO))
		culprit_on_progress(analysis, show, progress);
}

void progress_begin_conversion(struct progress *progress, struct culprit_conversion *conversion, bool quiet)
{
	*progress = (struct progress){ .started = now() };
	if (quiet || !isatty(STDERR_FILENO))
		return;
	conversion->progress = show;
	conversion->user = progress;
}

void progress_end(struct progress *progress)
{
	if (progress->shown)
		fputs("\r\033[K", stderr);
	progress->shown = 0;
}
