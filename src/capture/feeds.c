#include "capture/feeds.h"

#include <poll.h>

#include "core/clock.h"

/* Longer than any feed keeps a record to itself. */
#define PATIENCE (150 * MILLISECOND)

static void leave_out(struct feeds *feeds, size_t index)
{
	feeds->feeds[index]->destroy(feeds->feeds[index]);
	feeds->feeds[index] = feeds->feeds[--feeds->count];
}

enum feeds_state feeds_next(struct feeds *feeds, int64_t now, struct record *record, struct feed **ended)
{
	struct feed *first = NULL;
	bool silent = false;
	*ended = NULL;
	if (feeds->last)
		feeds->last->take(feeds->last);
	feeds->last = NULL;
	for (size_t i = 0; i < feeds->count; i++) {
		struct record next;
		enum feed_state state = feeds->feeds[i]->peek(feeds->feeds[i], &next);
		if (state == FEED_ENDED && !*ended)
			*ended = feeds->feeds[i];
		silent |= state == FEED_EMPTY;
		if (state != FEED_RECORD || (first && next.time >= record->time))
			continue;
		first = feeds->feeds[i];
		*record = next;
	}
	if (!first)
		return FEEDS_EMPTY;
	if (silent && record->time > now - PATIENCE && !first->is_crowded(first))
		return FEEDS_YOUNG;
	feeds->last = first;
	return FEEDS_RECORD;
}

void feeds_leave(struct feeds *feeds, struct feed *ended)
{
	for (size_t i = 0; i < feeds->count; i++)
		if (feeds->feeds[i] == ended)
			leave_out(feeds, i--);
}

void feeds_wait(const struct feeds *feeds, int milliseconds)
{
	struct pollfd wanted[FEEDS_MOST];
	for (size_t i = 0; i < feeds->count; i++)
		wanted[i] = (struct pollfd){ .fd = feeds->feeds[i]->descriptor, .events = POLLIN };
	(void)poll(wanted, feeds->count, milliseconds);
}

void feeds_count(struct feeds *feeds)
{
	for (size_t i = 0; i < feeds->count; i++)
		feeds->feeds[i]->count(feeds->feeds[i]);
}

void feeds_finish(struct feeds *feeds)
{
	while (feeds->count)
		leave_out(feeds, feeds->count - 1);
}
