#include "filter/cited.h"

#include <stdlib.h>

#include "core/memory.h"
#include "finding/store.h"

struct concern { uint64_t key; uint32_t finding; };      /* index in the store */

struct concerns { struct concern *list; size_t count, capacity; };

struct cited {
	const struct finding_store *findings;
	struct concerns sessions, packets;
};

static void add(struct concerns *to, uint64_t key, size_t finding)
{
	to->list = memory_grow(to->list, &to->capacity, to->count + 1, sizeof *to->list);
	to->list[to->count++] = (struct concern){ key, (uint32_t)finding };
}

static int by_key(const void *left, const void *right)
{
	const struct concern *a = left, *b = right;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->finding < b->finding ? -1 : a->finding > b->finding;
}

static uint64_t session_key(enum session_kind kind, uint32_t number)
{
	return (uint64_t)kind << 32 | number;
}

static void sort(struct concerns *concerns)
{
	if (concerns->count)
		qsort(concerns->list, concerns->count, sizeof *concerns->list, by_key);
}

struct cited *cited_create(const struct finding_store *findings)
{
	struct cited *cited = memory_zeroed(1, sizeof *cited);
	cited->findings = findings;
	for (size_t i = 0; i < finding_store_count(findings); i++) {
		const struct finding *finding = finding_store_get(findings, i);
		enum session_kind kind;
		uint32_t number;
		for (size_t j = 0; finding_store_session(findings, i, j, &kind, &number); j++)
			add(&cited->sessions, session_key(kind, number), i);
		for (unsigned j = 0; j < finding->evidence_count; j++)
			add(&cited->packets, finding->evidence[j].packet, i);
	}
	sort(&cited->sessions);
	sort(&cited->packets);
	return cited;
}

void cited_destroy(struct cited *cited)
{
	if (!cited)
		return;
	free(cited->sessions.list);
	free(cited->packets.list);
	free(cited);
}

static bool is_listed(const struct finding **list, unsigned count, const struct finding *finding)
{
	for (unsigned i = 0; i < count; i++)
		if (list[i] == finding)
			return true;
	return false;
}

static unsigned collect(const struct cited *cited, const struct concerns *from, uint64_t key,
			const struct finding **list, unsigned count, unsigned room)
{
	size_t low = 0, high = from->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (from->list[middle].key < key)
			low = middle + 1;
		else
			high = middle;
	}
	for (; low < from->count && from->list[low].key == key && count < room; low++) {
		const struct finding *finding = finding_store_get(cited->findings, from->list[low].finding);
		if (!is_listed(list, count, finding))
			list[count++] = finding;
	}
	return count;
}

unsigned cited_findings(void *user, const struct observation *observation, const struct finding **list,
			unsigned room)
{
	const struct cited *cited = user;
	const struct session *session = observation->session;
	unsigned count = 0;
	if (observation->packet)
		count = collect(cited, &cited->packets, observation->packet->record->number, list, count, room);
	if (session)
		count = collect(cited, &cited->sessions,
				session_key((enum session_kind)session->kind, session->number), list, count, room);
	return count;
}
