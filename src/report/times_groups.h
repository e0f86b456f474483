/* Transactions summed up by session, service or host. Bounded: past a limit of groups the rest is summed up
 * as one that has no name. */
#ifndef REPORT_TIMES_GROUPS_H
#define REPORT_TIMES_GROUPS_H

#include <culprit.h>

#include "core/histogram.h"

#define TIMES_NAME_SIZE (CULPRIT_ADDRESS_SIZE + 8)   /* "[v6]:port" */

struct times_group {
	char name[TIMES_NAME_SIZE];          /* "tcp:1", "10.0.0.9:80", "10.0.0.9", "others" */
	const char *role;                    /* hosts: "server", "client"; else NULL */
	const char *application;
	uint64_t slow, unanswered;           /* those without an answer count only here */
	struct histogram times;              /* of the totals */
	int64_t part[CULPRIT_PARTS];         /* sums */
	int64_t total, network, answering, transfer, client_think;
	int64_t first_time;                  /* of a request */
	uint64_t slowest_packet;             /* its request */
	bool is_rest;
};

struct times_groups;

/* By session, service or host. */
struct times_groups *times_groups_create(enum culprit_times_by by, size_t limit);
void times_groups_destroy(struct times_groups *groups);      /* NULL is fine */
void times_groups_add(struct times_groups *groups, const struct culprit_transaction *transaction);
/* The groups in order; the rest comes last. The list belongs to `groups`, which takes nothing more. */
const struct times_group *const *times_groups_sorted(struct times_groups *groups,
						     enum culprit_times_sort sort, size_t *count);
/* Transactions in the group without a name. */
uint64_t times_groups_rest(const struct times_groups *groups);

#endif
