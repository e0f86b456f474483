/* What feeds of programs in the kernel have in common: a ring of events, which become records in a queue. */
#ifndef CAPTURE_EVENTS_H
#define CAPTURE_EVENTS_H

#include "capture/feed.h"
#include "capture/rolling.h"

struct ring_buffer;                  /* libbpf's */

struct events {                      /* the first member of a feed */
	struct feed feed;
	struct ring_buffer *ring;    /* NULL until events_listen */
	struct source_report *report;
	struct rolling *queue;       /* of events that were read and not yet asked for */
	struct record record;
	bool ready;                  /* `record` is the next one */
	int64_t clock;               /* of the day, less the monotonic one of the events */
	const unsigned long long *lost_there;    /* events for which the ring had no room */
	uint64_t received, lost;     /* lost: told already */
};

/* Without the means to destroy it, which is the feed's own. Adds an interface of that name to the report. */
void events_init(struct events *events, struct source_report *report, const char *name, const char *description,
		 uint32_t link_type, size_t queue);
/* Calls `handle(user, event, length)` for the events of a map. False when libbpf cannot. */
bool events_listen(struct events *events, int map, int (*handle)(void *user, void *event, size_t length), void *user,
		   const unsigned long long *lost_there);
/* From `handle`: a record, which is copied. Its interface is filled in. */
void events_add(struct events *events, struct record *record);
void events_finish(struct events *events);

#endif
