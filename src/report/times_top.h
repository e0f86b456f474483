/* The first transactions of a trace in some order, of any number of them: a heap of those kept. */
#ifndef REPORT_TIMES_TOP_H
#define REPORT_TIMES_TOP_H

#include <culprit.h>

struct times_top;

/* Keeps at most `limit`, of requests without an answer none unless by time. Any order but
 * CULPRIT_SORT_COUNT and CULPRIT_SORT_P95. */
struct times_top *times_top_create(enum culprit_times_sort sort, size_t limit);
void times_top_destroy(struct times_top *top);       /* NULL is fine */
void times_top_add(struct times_top *top, const struct culprit_transaction *transaction);
/* Those kept, in order. The list belongs to `top`, which takes nothing more. */
const struct culprit_transaction *times_top_sorted(struct times_top *top, size_t *count);
/* How many there were besides. */
uint64_t times_top_left_out(const struct times_top *top);

#endif
