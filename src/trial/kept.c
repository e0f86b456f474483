#include "trial/kept.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

static const uint8_t *copy(const uint8_t *bytes, size_t length)
{
	uint8_t *own = memory_allocate(length ? length : 1);
	if (length)
		memcpy(own, bytes, length);
	return own;
}

struct kept *kept_add(struct kept_list *list, const struct record *record)
{
	list->list = memory_grow(list->list, &list->capacity, list->count + 1, sizeof *list->list);
	struct kept *kept = &list->list[list->count++];
	*kept = (struct kept){ .record = *record };
	kept->record.bytes = copy(record->bytes, record->captured_length);
	kept->record.comment = NULL;
	kept->record.comment_length = 0;
	list->bytes += record->captured_length;
	if (record->zos) {
		kept->zos = *record->zos;
		kept->zos.header = copy(record->zos->header, record->zos->header ? record->zos->header_length : 0);
	}
	return kept;
}

struct record kept_record(const struct kept_list *list, size_t index)
{
	struct record record = list->list[index].record;
	/* The list moved while it grew. */
	if (record.zos)
		record.zos = &list->list[index].zos;
	return record;
}

static void drop(struct kept *kept)
{
	free((void *)kept->record.bytes);
	if (kept->record.zos)
		free((void *)kept->zos.header);
}

void kept_drop(struct kept_list *list, uint8_t role)
{
	size_t left = 0;
	for (size_t i = 0; i < list->count; i++) {
		struct kept *kept = &list->list[i];
		if (kept->role != role) {
			list->list[left++] = *kept;
			continue;
		}
		list->bytes -= kept->record.captured_length;
		drop(kept);
	}
	list->count = left;
}

void kept_finish(struct kept_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		drop(&list->list[i]);
	free(list->list);
}
