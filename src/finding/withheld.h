/* What was seen but is not told, because the trace cannot prove it (A4): kept by kind, so that a report can
 * say what the trace could not tell. */
#ifndef FINDING_WITHHELD_H
#define FINDING_WITHHELD_H

#include "finding/finding.h"

struct withheld {
	struct finding first;        /* the first of the trace, as it would have been told */
	uint32_t flags;              /* QUALITY_* that stood in the way of any of them */
	uint64_t count;
};

struct withheld_list {           /* one for each kind, few hundred at most */
	struct withheld *list;
	size_t count, capacity;
};

void withheld_add(struct withheld_list *list, const struct finding *finding, uint32_t flags);
void withheld_finish(struct withheld_list *list);
/* By severity, then in the order of the trace. */
void withheld_sort(struct withheld_list *list);

#endif
