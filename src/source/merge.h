/* Several files as one trace: which of them has the next record in time. A binary heap of file
 * numbers, ordered by the time of each file's waiting record, then by the order of the files. */
#ifndef SOURCE_MERGE_H
#define SOURCE_MERGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct merge_entry {
	int64_t time;
	uint16_t file;
};

struct merge {
	struct merge_entry *entries;   /* [0] comes first; only while count > 0 */
	size_t count, capacity;
};

/* For qsort too: negative when a comes before b. */
int merge_compare(const void *a, const void *b);
void merge_finish(struct merge *merge);
void merge_add(struct merge *merge, struct merge_entry entry);
void merge_remove_first(struct merge *merge);
/* The first file has a new waiting record, of this time. */
void merge_change_first(struct merge *merge, int64_t time);

#endif
