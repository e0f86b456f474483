/* Finds the packets of a trace that may belong to the proof of a finding, the nearest first. */
#ifndef TRIAL_COLLECT_H
#define TRIAL_COLLECT_H

#include "finding/finding.h"
#include "trial/kept.h"

enum collect_role {
	COLLECT_CITED,               /* the finding cites it */
	COLLECT_OPENING,             /* opens one of its sessions: the first packets, which tell roles and options */
	COLLECT_SESSION,             /* of one of its sessions */
	COLLECT_HOSTS,               /* of the hosts that it is about */
	COLLECT_OTHER,
	COLLECT_ROLES
};

/* What is kept in memory at most; what is farther away is left out, from the farthest on. */
#define COLLECT_MAX_BYTES ((uint64_t)64 << 20)
#define COLLECT_MAX_RECORDS 200000

struct collection {
	struct kept_list records;    /* in the order of the trace */
	enum collect_role complete;  /* roles below it are all there */
};

/* Reads the source, which must deliver the trace of `findings` again. `index` is the finding's place in report
 * order, `max_sessions` that of the analysis, so that sessions get the same numbers. */
bool collect(struct collection *to, struct source *source, const struct finding_store *findings, size_t index,
	     size_t max_sessions, struct error *error);
void collect_finish(struct collection *collection);

#endif
