/* The records of several feeds in the order of time. A feed that is silent for the moment may still hold something
 * older, so records wait a little for it, unless that would cost packets. */
#ifndef CAPTURE_FEEDS_H
#define CAPTURE_FEEDS_H

#include "capture/feed.h"

#define FEEDS_MOST 68

struct feeds {
	struct feed *feeds[FEEDS_MOST];
	size_t count;
	struct feed *last;           /* gave the last record, which is taken with the next call */
};

enum feeds_state { FEEDS_RECORD, FEEDS_EMPTY, FEEDS_YOUNG };

/* The next record. FEEDS_EMPTY: there is none now. FEEDS_YOUNG: there is one, but it has to wait; `now` is the time
 * of the clock. `*ended` is a feed of which nothing more will come, for feeds_leave; else NULL. */
enum feeds_state feeds_next(struct feeds *feeds, int64_t now, struct record *record, struct feed **ended);
void feeds_leave(struct feeds *feeds, struct feed *ended);    /* destroys it */
/* Waits up to `milliseconds` for something to come. */
void feeds_wait(const struct feeds *feeds, int milliseconds);
void feeds_count(struct feeds *feeds);         /* the counters, of all feeds */
void feeds_finish(struct feeds *feeds);

#endif
