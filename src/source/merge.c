#include "source/merge.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

static bool before(struct merge_entry a, struct merge_entry b)
{
	return a.time != b.time ? a.time < b.time : a.file < b.file;
}

int merge_compare(const void *a, const void *b)
{
	const struct merge_entry *left = a, *right = b;
	return before(*left, *right) ? -1 : before(*right, *left);
}

void merge_finish(struct merge *merge)
{
	free(merge->entries);
	memset(merge, 0, sizeof *merge);
}

void merge_add(struct merge *merge, struct merge_entry entry)
{
	merge->entries = memory_grow(merge->entries, &merge->capacity, merge->count + 1,
				     sizeof *merge->entries);
	size_t at = merge->count++;
	while (at && before(entry, merge->entries[(at - 1) / 2])) {
		merge->entries[at] = merge->entries[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	merge->entries[at] = entry;
}

static void sink_first(struct merge *merge)
{
	struct merge_entry entry = merge->entries[0];
	size_t at = 0;
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= merge->count)
			break;
		if (child + 1 < merge->count &&
		    before(merge->entries[child + 1], merge->entries[child]))
			child++;
		if (!before(merge->entries[child], entry))
			break;
		merge->entries[at] = merge->entries[child];
		at = child;
	}
	merge->entries[at] = entry;
}

void merge_remove_first(struct merge *merge)
{
	merge->entries[0] = merge->entries[--merge->count];
	if (merge->count)
		sink_first(merge);
}

void merge_change_first(struct merge *merge, int64_t time)
{
	merge->entries[0].time = time;
	sink_first(merge);
}
