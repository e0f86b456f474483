#include "report/timeline.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

struct timeline {
	int64_t origin, width;
	unsigned series, merges;
	size_t limit, used, capacity;
	uint64_t *counts;            /* of slot 0, of slot 1 … */
};

struct timeline *timeline_create(unsigned series, size_t slots, int64_t width)
{
	struct timeline *timeline = memory_zeroed(1, sizeof *timeline);
	timeline->origin = INT64_MIN;
	timeline->width = width;
	timeline->series = series;
	timeline->limit = slots;
	return timeline;
}

void timeline_destroy(struct timeline *timeline)
{
	if (!timeline)
		return;
	free(timeline->counts);
	free(timeline);
}

/* Puts 2 or 5 slots into one, by turns: each width is a round number where the first one is. */
static void widen(struct timeline *timeline)
{
	const size_t factor = timeline->merges++ % 2 ? 5 : 2, series = timeline->series;
	for (size_t slot = 0; slot < timeline->used; slot++) {
		for (size_t i = 0; i < series; i++) {
			uint64_t count = timeline->counts[slot * series + i];
			timeline->counts[slot * series + i] = 0;
			timeline->counts[slot / factor * series + i] += count;
		}
	}
	timeline->used = (timeline->used + factor - 1) / factor;
	timeline->width = timeline->width > INT64_MAX / (int64_t)factor ? INT64_MAX
			: timeline->width * (int64_t)factor;
}

static size_t slot_at(struct timeline *timeline, int64_t time)
{
	if (time <= timeline->origin)
		return 0;
	const uint64_t since = (uint64_t)time - (uint64_t)timeline->origin;
	while (since / (uint64_t)timeline->width >= timeline->limit)
		widen(timeline);
	return (size_t)(since / (uint64_t)timeline->width);
}

void timeline_add(struct timeline *timeline, int64_t time, unsigned series, uint64_t amount)
{
	if (timeline->origin == INT64_MIN)
		timeline->origin = time;
	const size_t slot = slot_at(timeline, time);
	if (slot >= timeline->used) {
		const size_t old = timeline->capacity;
		timeline->counts = memory_grow(timeline->counts, &timeline->capacity,
					       (slot + 1) * timeline->series, sizeof *timeline->counts);
		memset(timeline->counts + old, 0, (timeline->capacity - old) * sizeof *timeline->counts);
		timeline->used = slot + 1;
	}
	timeline->counts[slot * timeline->series + series] += amount;
}

size_t timeline_slots(const struct timeline *timeline)
{
	return timeline->used;
}

int64_t timeline_width(const struct timeline *timeline)
{
	return timeline->width;
}

int64_t timeline_origin(const struct timeline *timeline)
{
	return timeline->origin;
}

int64_t timeline_start(const struct timeline *timeline, size_t slot)
{
	int64_t start;
	/* Clocks of damaged traces reach to the ends of the 64 bits. */
	if (__builtin_mul_overflow((int64_t)slot, timeline->width, &start) ||
	    __builtin_add_overflow(timeline->origin, start, &start))
		return INT64_MAX;
	return start;
}

uint64_t timeline_get(const struct timeline *timeline, size_t slot, unsigned series)
{
	return slot < timeline->used ? timeline->counts[slot * timeline->series + series] : 0;
}
