/* The cause graph (catalogue C4): which finding explains which. */
#ifndef FINDING_CAUSES_H
#define FINDING_CAUSES_H

#include <stdbool.h>
#include <stddef.h>

/* What cause and effect must share, the closest first: the closer relation wins. */
enum relation {
	RELATION_SESSION,            /* a session; a cause about the whole trace shares all of them */
	RELATION_SERVICE,            /* server and server port */
	RELATION_PAIR,               /* both addresses */
	RELATION_CLIENT,             /* the client (or the host that the cause is about) */
	RELATION_HOST,               /* one address, whichever role it plays */
	RELATION_TRACE,              /* nothing but the trace */
	RELATIONS
};

enum condition {                 /* what else must hold */
	SAME_TIME = 1u << 0,         /* the effect begins while the cause lasts, or shortly after */
	SAME_PARTY = 1u << 1,        /* both blame the same party, or one does not know */
	NOT_ABOVE = 1u << 2,         /* the cause is a warning at least, and the effect is no more severe:
				      * a flaw of the trace must not hide a fault */
	AT_ARRIVAL = 1u << 3,        /* the cause is not of the kind "transport": what TCP or UDP does comes
				      * after an interface has counted a packet */
};

struct cause_rule {
	const char *cause, *effect;  /* identifiers, separated by blanks; * as in file names */
	enum relation relation;
	unsigned conditions;         /* enum condition */
};

extern const struct cause_rule cause_rules[];
extern const size_t cause_rule_count;

/* Does the list of patterns name `id`? */
bool cause_pattern_matches(const char *patterns, const char *id);

/* For weigh.c, once the store was folded. Does the cause have `effect` for its own cause, directly or not? */
struct entry;
struct finding_store;
bool cause_explains_already(const struct entry *effect, const struct entry *cause);
/* The conditions of the rule that the two do not meet: enum condition. */
unsigned cause_conditions_missing(const struct cause_rule *rule, const struct entry *cause,
				  const struct entry *effect);
/* Do they share what the relation asks for? */
bool cause_shares(const struct finding_store *store, const struct entry *cause, const struct entry *effect,
		  enum relation relation);

#endif
