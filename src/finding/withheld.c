#include "finding/withheld.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "finding/merge.h"

void withheld_add(struct withheld_list *list, const struct finding *finding, uint32_t flags)
{
	for (size_t i = 0; i < list->count; i++) {
		struct withheld *known = &list->list[i];
		if (known->first.kind != finding->kind)
			continue;
		known->flags |= flags;
		known->count += finding->count;
		if (finding_order(finding, &known->first) < 0)
			known->first = *finding;
		return;
	}
	list->list = memory_grow(list->list, &list->capacity, list->count + 1, sizeof *list->list);
	list->list[list->count++] = (struct withheld){ *finding, flags, finding->count };
}

void withheld_finish(struct withheld_list *list)
{
	free(list->list);
}

static int by_weight(const void *a, const void *b)
{
	const struct withheld *one = a, *two = b;
	int order = (int)two->first.kind->severity - (int)one->first.kind->severity;
	if (!order)
		order = finding_order(&one->first, &two->first);
	return order ? order : strcmp(one->first.kind->id, two->first.kind->id);
}

void withheld_sort(struct withheld_list *list)
{
	if (list->count)
		qsort(list->list, list->count, sizeof *list->list, by_weight);
}
