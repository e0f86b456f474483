/* What happened to many is told once: one client with many targets, one server with many clients, and
 * more of one id than anybody reads. */
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"
#include "finding/merge.h"
#include "finding/store.h"

static int by_order(const void *a, const void *b)
{
	const struct entry *one = *(struct entry *const *)a, *two = *(struct entry *const *)b;
	int order = finding_order(&one->finding, &two->finding);
	return order ? order : (one->index > two->index) - (one->index < two->index);
}

/* The entries that are left, first of the trace first. Their number goes to `count`. */
static struct entry **in_order(const struct finding_store *store, size_t *count)
{
	struct entry **list = memory_allocate(store->count * sizeof(struct entry *));
	size_t left = 0;
	for (size_t i = 0; i < store->count; i++)
		if (!store->entries[i]->dropped)
			list[left++] = store->entries[i];
	qsort(list, left, sizeof(struct entry *), by_order);
	*count = left;
	return list;
}

/* The other end of a finding: what must differ so that it counts as one more. */
static uint64_t target_of(const struct finding *finding, uint64_t group, bool of_client)
{
	struct { struct address address; uint16_t port; uint32_t session; } target;
	memset(&target, 0, sizeof target);
	target.address = of_client ? finding->subject.server : finding->subject.client;
	target.port = finding->subject.server_port;
	target.session = session_pack(finding->session_kind, finding->session_number);
	return hash_bytes(&target, sizeof target, group);
}

static bool may_group(const struct entry *entry, bool of_client)
{
	if (entry->dropped || !finding_is_groupable(&entry->finding))
		return false;
	return !entry->collective || (of_client && strcmp(entry->dimension, "targets") == 0);
}

static void group_by(struct entry **list, size_t count, bool of_client)
{
	struct lookup seen = { 0 }, sizes = { 0 }, heads = { 0 };
	for (size_t i = 0; i < count; i++) {
		if (!may_group(list[i], of_client))
			continue;
		const struct finding *finding = &list[i]->finding;
		uint64_t group = of_client ? entry_client_key(finding) : entry_server_key(finding);
		uint32_t size = lookup_find(&sizes, group);
		if (list[i]->collective)
			lookup_set(&sizes, group, STORE_GROUP_FROM);
		else if (lookup_add(&seen, target_of(finding, group, of_client)))
			lookup_set(&sizes, group, size + 1);
	}
	for (size_t i = 0; i < count; i++) {
		if (!may_group(list[i], of_client))
			continue;
		const struct finding *finding = &list[i]->finding;
		uint64_t group = of_client ? entry_client_key(finding) : entry_server_key(finding);
		if (lookup_find(&sizes, group) < STORE_GROUP_FROM)
			continue;
		uint32_t head = lookup_find(&heads, group);
		if (head)
			entry_absorb(list[head - 1], list[i], of_client ? "targets" : "sources");
		else
			lookup_set(&heads, group, (uint32_t)i + 1);
	}
	lookup_finish(&seen);
	lookup_finish(&sizes);
	lookup_finish(&heads);
}

static void cap_ids(struct entry **list, size_t count)
{
	struct lookup sizes = { 0 }, heads = { 0 };
	for (size_t i = 0; i < count; i++) {
		if (list[i]->dropped)
			continue;
		uint64_t kind = (uint64_t)(uintptr_t)list[i]->finding.kind;
		uint32_t size = lookup_find(&sizes, kind) + 1;
		lookup_set(&sizes, kind, size);
		if (size <= STORE_PER_ID_CAP)
			continue;
		uint32_t head = lookup_find(&heads, kind);
		if (head)
			entry_absorb(list[head - 1], list[i], "others");
		else
			lookup_set(&heads, kind, (uint32_t)i + 1);
	}
	lookup_finish(&sizes);
	lookup_finish(&heads);
}

static void tell_size(struct entry *entry)
{
	struct finding *finding = &entry->finding;
	finding->group = entry->dimension;
	finding->group_size = entry->targets;
	for (unsigned i = 0; i < finding->fact_count; i++)
		if (strcmp(finding->facts[i].name, entry->dimension) == 0)
			return;          /* the analyzer has its own, which its words use */
	if (finding->fact_count < FINDING_MAX_FACTS)
		finding_number(finding, entry->dimension, UNIT_COUNT, (double)entry->targets,
			       FACT_FIRST);
}

void store_group(struct finding_store *store)
{
	size_t count;
	struct entry **list = in_order(store, &count);
	group_by(list, count, true);
	group_by(list, count, false);
	cap_ids(list, count);
	for (size_t i = 0; i < count; i++)
		if (!list[i]->dropped && list[i]->dimension && list[i]->targets > 1)
			tell_size(list[i]);
	free(list);
}
