#include "capture/events.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include <bpf/libbpf.h>

#include "core/clock.h"
#include "core/memory.h"

static int64_t now(clockid_t clock)
{
	struct timespec time;
	clock_gettime(clock, &time);
	return (int64_t)time.tv_sec * NANOSECONDS + time.tv_nsec;
}

static enum feed_state events_peek(struct feed *feed, struct record *record)
{
	struct events *events = (struct events *)feed;
	if (!events->ready && !(events->ready = rolling_take(events->queue, &events->record))) {
		events->clock = now(CLOCK_REALTIME) - now(CLOCK_MONOTONIC);
		(void)ring_buffer__consume(events->ring);
		events->ready = rolling_take(events->queue, &events->record);
	}
	if (!events->ready)
		return FEED_EMPTY;
	*record = events->record;
	return FEED_RECORD;
}

static void events_take(struct feed *feed)
{
	((struct events *)feed)->ready = false;
}

static bool events_are_crowded(struct feed *feed)
{
	return rolling_lost(((struct events *)feed)->queue) > 0;
}

static void events_count(struct feed *feed)
{
	struct events *events = (struct events *)feed;
	uint64_t lost = __atomic_load_n(events->lost_there, __ATOMIC_RELAXED) + rolling_lost(events->queue);
	struct source_interface *interface = &events->report->interfaces[feed->interface];
	interface->received += events->received + lost - events->lost;
	interface->dropped_by_system += lost - events->lost;
	interface->has_statistics = true;
	events->lost = lost;
	events->received = 0;
}

void events_init(struct events *events, struct source_report *report, const char *name, const char *description,
		 uint32_t link_type, size_t queue)
{
	*events = (struct events){ .feed = { .peek = events_peek, .take = events_take,
		.is_crowded = events_are_crowded, .count = events_count }, .report = report };
	/* Nothing is too old for a queue. */
	events->queue = rolling_create(INT64_MAX / 2, queue);
	report->interfaces = memory_resize(report->interfaces, report->interface_count + 1,
					   sizeof *report->interfaces);
	struct source_interface *interface = &report->interfaces[report->interface_count];
	*interface = (struct source_interface){ .link_type = link_type, .ticks_per_second = NANOSECONDS };
	snprintf(interface->name, sizeof interface->name, "%s", name);
	snprintf(interface->description, sizeof interface->description, "%s", description);
	events->feed.interface = (uint32_t)report->interface_count++;
}

bool events_listen(struct events *events, int map, int (*handle)(void *user, void *event, size_t length), void *user,
		   const unsigned long long *lost_there)
{
	events->lost_there = lost_there;
	events->ring = ring_buffer__new(map, handle, user, NULL);
	if (!events->ring)
		return false;
	events->feed.descriptor = ring_buffer__epoll_fd(events->ring);
	return true;
}

void events_add(struct events *events, struct record *record)
{
	record->interface = events->feed.interface;
	events->received++;
	rolling_add(events->queue, record);
}

void events_finish(struct events *events)
{
	ring_buffer__free(events->ring);
	rolling_destroy(events->queue);
}
