/* The order in which findings are told, and the sessions that each concerns. */
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "finding/merge.h"
#include "finding/store.h"

static int by_entry(const void *a, const void *b)
{
	const struct session_link *one = a, *two = b;
	if (one->entry != two->entry)
		return one->entry < two->entry ? -1 : 1;
	return (one->session > two->session) - (one->session < two->session);
}

static const struct entry *root_of(const struct entry *entry)
{
	while (entry->merged_into)
		entry = entry->merged_into;
	return entry;
}

static void list_sessions(struct entry *entry, const struct session_link *links, size_t count)
{
	struct finding *finding = &entry->finding;
	for (size_t i = 0; i < count && i < sizeof finding->sessions / sizeof *finding->sessions; i++) {
		finding->sessions[i] = links[i].session & 0x3fffffff;
		finding->session_kinds[i] = (uint8_t)(links[i].session >> 30);
		finding->session_count = (unsigned)i + 1;
	}
	finding->session_total = count;
}

void store_link_sessions(struct finding_store *store)
{
	struct session_link *all = memory_allocate(store->links.count * sizeof *all);
	size_t count = 0;
	for (size_t i = 0; i < store->links.capacity; i++) {
		if (!store->links.values[i])
			continue;
		const struct entry *entry = root_of(store->entries[store->links.keys[i] >> 32]);
		if (!entry->dropped)
			all[count++] = (struct session_link){
				.entry = entry->index, .session = (uint32_t)store->links.keys[i] };
	}
	qsort(all, count, sizeof *all, by_entry);
	size_t kept = 0;
	for (size_t i = 0; i < count; i++)
		if (!kept || by_entry(&all[kept - 1], &all[i]) != 0)
			all[kept++] = all[i];
	store->linked = all;
	store->linked_count = kept;
	for (size_t i = 0, end; i < kept; i = end) {
		for (end = i + 1; end < kept && all[end].entry == all[i].entry;)
			end++;
		list_sessions(store->entries[all[i].entry], &all[i], end - i);
	}
}

const struct session_link *entry_sessions(const struct finding_store *store, const struct entry *entry,
					  size_t *count)
{
	size_t low = 0, high = store->linked_count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (store->linked[middle].entry < entry->index)
			low = middle + 1;
		else
			high = middle;
	}
	*count = (size_t)entry->finding.session_total;
	return &store->linked[low];
}

bool finding_store_session(const struct finding_store *store, size_t index, size_t which,
			   enum session_kind *kind, uint32_t *number)
{
	size_t count = 0;
	if (index >= store->ranked_count)
		return false;
	const struct session_link *links = entry_sessions(store, store->ranked[index], &count);
	if (which >= count)
		return false;
	*kind = (enum session_kind)(links[which].session >> 30);
	*number = links[which].session & 0x3fffffff;
	return true;
}

static int compare(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

/* Contract 2: roots, severity, cost, sessions affected, confidence, first packet. The rest makes the
 * order complete. */
static int by_rank(const void *a, const void *b)
{
	const struct entry *one = *(struct entry *const *)a, *two = *(struct entry *const *)b;
	const struct finding *f = &one->finding, *g = &two->finding;
	int order = compare(one->cause != NULL, two->cause != NULL);
	if (!order)
		order = compare(g->severity, f->severity);
	if (!order)
		order = (g->cost > f->cost) - (g->cost < f->cost);
	if (!order)
		order = compare(g->session_total, f->session_total);
	if (!order)
		order = compare(g->confidence, f->confidence);
	if (!order)
		order = compare(f->first_packet, g->first_packet);
	if (!order)
		order = strcmp(f->kind->id, g->kind->id);
	if (!order)
		order = strcmp(f->sub_kind ? f->sub_kind : "", g->sub_kind ? g->sub_kind : "");
	if (!order)
		order = strcmp(f->blame.word, g->blame.word);
	if (!order)
		order = finding_order(f, g);
	return order ? order : compare(one->index, two->index);
}

void store_rank(struct finding_store *store)
{
	store->ranked = memory_allocate(store->count * sizeof(struct entry *));
	for (size_t i = 0; i < store->count; i++)
		if (!store->entries[i]->dropped)
			store->ranked[store->ranked_count++] = store->entries[i];
	qsort(store->ranked, store->ranked_count, sizeof(struct entry *), by_rank);
	for (size_t i = 0; i < store->ranked_count; i++)
		store->ranked[i]->finding.number = (uint32_t)i + 1;
	for (size_t i = 0; i < store->ranked_count; i++)
		if (store->ranked[i]->cause)
			store->ranked[i]->finding.caused_by = store->ranked[i]->cause->finding.number;
}
