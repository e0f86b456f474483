/* Which other findings were considered as the cause of one, by the cause graph (C4), and what came of it. */
#ifndef FINDING_WEIGH_H
#define FINDING_WEIGH_H

#include "finding/finding.h"

enum weighing {
	WEIGHING_EXPLAINS,           /* it is the cause */
	WEIGHING_OUTWEIGHED,         /* it could be, but another one explains more */
	WEIGHING_APART,              /* they do not share what cause and effect must share */
	WEIGHING_TIME,               /* it is over long before, or begins after */
	WEIGHING_PARTY,              /* it blames somebody else */
	WEIGHING_LIGHTER,            /* a flaw that is less severe must not hide a fault */
	WEIGHING_EFFECT,             /* it is a consequence of this one */
};

struct weighed {
	const struct finding *other;
	enum weighing outcome;
	const char *shared;          /* constant text: what they would have to share: "a session" */
};

/* Each other finding of the store once, with the outcome that came nearest to explaining; in report order.
 * Returns how many there are; up to `room` of them are filled in. After finish. */
size_t finding_store_weigh(const struct finding_store *store, size_t index, struct weighed *to, size_t room);

/* Calls `use` with the identifiers (and patterns) that the rules name as causes of `id` and of which the
 * store holds nothing. */
void finding_store_absent_causes(const struct finding_store *store, const char *id,
				 void (*use)(void *user, const char *pattern), void *user);

#endif
