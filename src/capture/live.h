/* The diagnosis while packets come in: is there a finding that somebody waits for?
 *
 * Many rules decide at the end of a trace only, when nothing can explain a fact away any more. So the last records
 * are diagnosed as a trace of their own, again and again: by all rules, with the care for what a trace that begins
 * and ends somewhere cannot know. */
#ifndef CAPTURE_LIVE_H
#define CAPTURE_LIVE_H

#include "capture/rolling.h"
#include "core/error.h"

struct live;

/* `patterns` are ids or patterns of fnmatch over them ("ftp/" and a star). The report must outlive it. NULL with
 * `error` when a pattern matches no finding that there is. */
struct live *live_create(const char *const *patterns, size_t count, const struct source_report *report,
			 struct error *error);
void live_destroy(struct live *live);          /* NULL is fine */
/* Diagnoses the records if it is time to (`now` is of any clock that goes on; the more they are, the rarer), or at
 * once if `must`. True when one of the findings is there. */
bool live_check(struct live *live, const struct rolling *rolling, int64_t now, bool must);
/* What was found: "tcp/zero-window: …"; NULL: nothing yet. */
const char *live_words(const struct live *live);

#endif
