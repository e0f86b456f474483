#include "report/times_groups.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"
#include "core/sum.h"

#define SLOTS_FIRST 64               /* a power of two */

struct group {                       /* in a chain of those with the same slot */
	struct times_group sum;
	uint64_t hash;
	struct group *next;
};

struct times_groups {
	enum culprit_times_by by;
	size_t limit, count, slot_count;
	struct group **slots;
	struct group *rest;                      /* NULL while there is room */
	const struct times_group **sorted;
};

struct times_groups *times_groups_create(enum culprit_times_by by, size_t limit)
{
	struct times_groups *groups = memory_zeroed(1, sizeof *groups);
	groups->by = by;
	groups->limit = limit;
	groups->slot_count = SLOTS_FIRST;
	groups->slots = memory_zeroed(SLOTS_FIRST, sizeof(struct group *));
	return groups;
}

static void destroy_group(struct group *group)
{
	if (group)
		histogram_finish(&group->sum.times);
	free(group);
}

void times_groups_destroy(struct times_groups *groups)
{
	if (!groups)
		return;
	for (size_t i = 0; i < groups->slot_count; i++)
		while (groups->slots[i]) {
			struct group *group = groups->slots[i];
			groups->slots[i] = group->next;
			destroy_group(group);
		}
	destroy_group(groups->rest);
	free(groups->slots);
	free(groups->sorted);
	free(groups);
}

static void grow(struct times_groups *groups)
{
	size_t slot_count = groups->slot_count * 2;
	struct group **slots = memory_zeroed(slot_count, sizeof(struct group *));
	for (size_t i = 0; i < groups->slot_count; i++)
		while (groups->slots[i]) {
			struct group *group = groups->slots[i];
			groups->slots[i] = group->next;
			group->next = slots[group->hash & (slot_count - 1)];
			slots[group->hash & (slot_count - 1)] = group;
		}
	free(groups->slots);
	groups->slots = slots;
	groups->slot_count = slot_count;
}

static struct group *make_group(const char *name, const char *role, const char *application, uint64_t hash)
{
	struct group *group = memory_zeroed(1, sizeof *group);
	snprintf(group->sum.name, sizeof group->sum.name, "%s", name);
	group->sum.role = role;
	group->sum.application = application;
	group->hash = hash;
	return group;
}

static struct group *rest_of(struct times_groups *groups)
{
	if (!groups->rest) {
		groups->rest = make_group("others", NULL, NULL, 0);
		groups->rest->sum.is_rest = true;
	}
	return groups->rest;
}

static struct group *find(struct times_groups *groups, const char *name, const char *role,
			  const char *application)
{
	uint64_t hash = hash_bytes(name, strlen(name), role ? (uint8_t)role[0] : 0);
	struct group *group = groups->slots[hash & (groups->slot_count - 1)];
	while (group && (strcmp(group->sum.name, name) != 0 || group->sum.role != role))
		group = group->next;
	if (group)
		return group;
	if (groups->count == groups->limit)
		return rest_of(groups);
	if (groups->count++ == groups->slot_count)
		grow(groups);
	group = make_group(name, role, application, hash);
	group->next = groups->slots[hash & (groups->slot_count - 1)];
	groups->slots[hash & (groups->slot_count - 1)] = group;
	return group;
}

static void add_to(struct times_group *group, const struct culprit_transaction *transaction)
{
	uint64_t before = group->times.count + group->unanswered;
	if (!before || transaction->request_time < group->first_time)
		group->first_time = transaction->request_time;
	if (!transaction->answered) {
		group->unanswered++;
		return;
	}
	if (!group->times.count || transaction->total > group->times.maximum)
		group->slowest_packet = transaction->request_packet;
	histogram_add(&group->times, transaction->total);
	group->slow += transaction->slow;
	for (int i = 0; i < CULPRIT_PARTS; i++)
		group->part[i] = sum_of(group->part[i], transaction->part[i]);
	group->total = sum_of(group->total, transaction->total);
	group->network = sum_of(group->network, transaction->network);
	group->answering = sum_of(group->answering, transaction->answering);
	group->transfer = sum_of(group->transfer, transaction->transfer);
	group->client_think = sum_of(group->client_think, transaction->client_think);
}

static void service_words(char to[static TIMES_NAME_SIZE], const struct culprit_transaction *transaction)
{
	if (!transaction->has_ports)
		snprintf(to, TIMES_NAME_SIZE, "%s", transaction->server);
	else if (strchr(transaction->server, ':'))
		snprintf(to, TIMES_NAME_SIZE, "[%s]:%u", transaction->server, transaction->server_port);
	else
		snprintf(to, TIMES_NAME_SIZE, "%s:%u", transaction->server, transaction->server_port);
}

void times_groups_add(struct times_groups *groups, const struct culprit_transaction *transaction)
{
	static const char *const as_server = "server", *const as_client = "client";
	char name[TIMES_NAME_SIZE];
	switch (groups->by) {
	case CULPRIT_BY_SESSION:
		add_to(&find(groups, transaction->session, NULL, transaction->application)->sum,
		       transaction);
		break;
	case CULPRIT_BY_HOST:
		add_to(&find(groups, transaction->server, as_server, NULL)->sum, transaction);
		add_to(&find(groups, transaction->client, as_client, NULL)->sum, transaction);
		break;
	case CULPRIT_BY_SERVICE:
	case CULPRIT_BY_SUMMARY:
	case CULPRIT_BY_TRANSACTION:
		service_words(name, transaction);
		add_to(&find(groups, name, NULL, transaction->application)->sum, transaction);
		break;
	}
}

static double sort_value(const struct times_group *group, enum culprit_times_sort sort)
{
	switch (sort) {
	case CULPRIT_SORT_TIME:
		return -(double)group->first_time;
	case CULPRIT_SORT_TOTAL:
		return (double)group->total;
	case CULPRIT_SORT_NETWORK:
		return (double)group->network;
	case CULPRIT_SORT_SERVER:
		return (double)group->answering;
	case CULPRIT_SORT_TRANSFER:
		return (double)group->transfer;
	case CULPRIT_SORT_CLIENT:
		return (double)group->client_think;
	case CULPRIT_SORT_COUNT:
		return (double)group->times.count;
	case CULPRIT_SORT_DEFAULT:
	case CULPRIT_SORT_P95:
		break;
	}
	return (double)histogram_percentile(&group->times, 0.95);
}

struct ranked { const struct times_group *group; double value; };

static int by_rank(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	if (a->value != b->value)
		return a->value > b->value ? -1 : 1;
	int names = strcmp(a->group->name, b->group->name);
	return names || !a->group->role ? names : strcmp(a->group->role, b->group->role);
}

const struct times_group *const *times_groups_sorted(struct times_groups *groups,
						     enum culprit_times_sort sort, size_t *count)
{
	struct ranked *ranked = memory_zeroed(groups->count + 1, sizeof *ranked);
	size_t at = 0;
	for (size_t i = 0; i < groups->slot_count; i++)
		for (const struct group *group = groups->slots[i]; group; group = group->next)
			ranked[at++] = (struct ranked){ &group->sum, sort_value(&group->sum, sort) };
	qsort(ranked, at, sizeof *ranked, by_rank);
	free(groups->sorted);
	groups->sorted = memory_zeroed(at + 1, sizeof *groups->sorted);
	for (size_t i = 0; i < at; i++)
		groups->sorted[i] = ranked[i].group;
	if (groups->rest)
		groups->sorted[at++] = &groups->rest->sum;
	free(ranked);
	*count = at;
	return groups->sorted;
}

uint64_t times_groups_rest(const struct times_groups *groups)
{
	return groups->rest ? groups->rest->sum.times.count + groups->rest->sum.unanswered : 0;
}
