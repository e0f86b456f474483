#include "capture/rolling.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "source/zos.h"

#define ALIGN ((size_t)8)

/* A record in the ring, with what it points to behind it. No entry goes over the end of the memory. */
struct entry {
	size_t length;               /* with all behind it; 0: the rest of the memory is not used */
	struct record record;
	struct zos_record zos;
	uint8_t behind[];
};

struct rolling {
	int64_t span;
	size_t size;
	uint8_t *memory;
	size_t first, next;          /* the oldest entry, and where the next one goes */
	size_t count;
	uint64_t added, lost;
};

struct rolling *rolling_create(int64_t span, size_t bytes)
{
	struct rolling *rolling = memory_zeroed(1, sizeof *rolling);
	rolling->span = span;
	rolling->size = (bytes + ALIGN - 1) / ALIGN * ALIGN;
	rolling->memory = memory_allocate(rolling->size);
	return rolling;
}

void rolling_destroy(struct rolling *rolling)
{
	if (!rolling)
		return;
	free(rolling->memory);
	free(rolling);
}

static struct entry *entry_at(const struct rolling *rolling, size_t at)
{
	return (struct entry *)(void *)(rolling->memory + at);
}

/* The oldest entry, wherever the ring goes on. */
static struct entry *oldest(struct rolling *rolling)
{
	if (rolling->first + sizeof(struct entry) > rolling->size || !entry_at(rolling, rolling->first)->length)
		rolling->first = 0;
	return entry_at(rolling, rolling->first);
}

static void drop_oldest(struct rolling *rolling)
{
	rolling->first += oldest(rolling)->length;
	if (--rolling->count == 0)
		rolling->first = rolling->next = 0;
}

/* A place for so many bytes, which older entries may have to leave. */
static struct entry *make_room(struct rolling *rolling, size_t length)
{
	while (rolling->count) {
		(void)oldest(rolling);       /* where it really is */
		bool ahead = rolling->next > rolling->first;
		if (rolling->next + length <= (ahead ? rolling->size : rolling->first))
			break;
		if (ahead) {
			/* The rest of the memory is too small: go on at its start. */
			if (rolling->next + sizeof(struct entry) <= rolling->size)
				entry_at(rolling, rolling->next)->length = 0;
			rolling->next = 0;
			continue;
		}
		rolling->lost++;
		drop_oldest(rolling);
	}
	return entry_at(rolling, rolling->next);
}

void rolling_add(struct rolling *rolling, const struct record *record)
{
	size_t length = sizeof(struct entry) + record->captured_length + record->comment_length;
	length = (length + ALIGN - 1) / ALIGN * ALIGN;
	while (rolling->count && oldest(rolling)->record.time < record->time - rolling->span)
		drop_oldest(rolling);
	if (length > rolling->size) {
		rolling->lost++;
		return;
	}
	struct entry *entry = make_room(rolling, length);
	entry->length = length;
	entry->record = *record;
	entry->record.bytes = entry->behind;
	memcpy(entry->behind, record->bytes, record->captured_length);
	if (record->comment_length) {
		entry->record.comment = (char *)entry->behind + record->captured_length;
		memcpy(entry->behind + record->captured_length, record->comment, record->comment_length);
	}
	if (record->zos) {
		entry->zos = *record->zos;
		entry->record.zos = &entry->zos;
	}
	rolling->next += length;
	rolling->count++;
	rolling->added++;
}

bool rolling_take(struct rolling *rolling, struct record *record)
{
	if (!rolling->count)
		return false;
	*record = oldest(rolling)->record;
	drop_oldest(rolling);
	return true;
}

bool rolling_next(const struct rolling *rolling, struct rolling_place *place, struct record *record)
{
	if (place->passed == rolling->count)
		return false;
	if (!place->passed)
		place->at = rolling->first;
	if (place->at + sizeof(struct entry) > rolling->size || !entry_at(rolling, place->at)->length)
		place->at = 0;
	*record = entry_at(rolling, place->at)->record;
	place->at += entry_at(rolling, place->at)->length;
	place->passed++;
	return true;
}

uint64_t rolling_added(const struct rolling *rolling)
{
	return rolling->added;
}

uint64_t rolling_lost(const struct rolling *rolling)
{
	return rolling->lost;
}
