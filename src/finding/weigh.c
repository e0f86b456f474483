#include "finding/weigh.h"

#include <string.h>

#include "core/memory.h"
#include "finding/causes.h"
#include "finding/store.h"

static const char *const shared_words[RELATIONS] = {
	[RELATION_SESSION] = "a session",
	[RELATION_SERVICE] = "server and port",
	[RELATION_PAIR] = "both hosts",
	[RELATION_CLIENT] = "the client",
	[RELATION_HOST] = "a host",
	[RELATION_TRACE] = "the trace",
};

/* Of several rules about the same two, the outcome that came nearest counts. */
static int nearness(enum weighing outcome)
{
	static const int ranks[] = {
		[WEIGHING_EXPLAINS] = 6, [WEIGHING_OUTWEIGHED] = 5, [WEIGHING_LIGHTER] = 4,
		[WEIGHING_PARTY] = 3, [WEIGHING_TIME] = 2, [WEIGHING_APART] = 1, [WEIGHING_EFFECT] = 0,
	};
	return ranks[outcome];
}

static enum weighing outcome_of(const struct finding_store *store, const struct cause_rule *rule,
				const struct entry *cause, const struct entry *effect)
{
	if (effect->cause == cause)
		return WEIGHING_EXPLAINS;
	if (cause_explains_already(effect, cause))
		return WEIGHING_EFFECT;
	if (!cause_shares(store, cause, effect, rule->relation))
		return WEIGHING_APART;
	unsigned missing = cause_conditions_missing(rule, cause, effect);
	if (missing & AT_ARRIVAL)
		return WEIGHING_APART;
	if (missing & SAME_TIME)
		return WEIGHING_TIME;
	if (missing & SAME_PARTY)
		return WEIGHING_PARTY;
	return missing ? WEIGHING_LIGHTER : WEIGHING_OUTWEIGHED;
}

static bool weigh(const struct finding_store *store, const struct entry *cause, const struct entry *effect,
		  struct weighed *to)
{
	bool named = false;
	for (size_t i = 0; i < cause_rule_count; i++) {
		const struct cause_rule *rule = &cause_rules[i];
		if (!cause_pattern_matches(rule->effect, effect->finding.kind->id) ||
		    !cause_pattern_matches(rule->cause, cause->finding.kind->id))
			continue;
		enum weighing outcome = outcome_of(store, rule, cause, effect);
		if (named && nearness(outcome) <= nearness(to->outcome))
			continue;
		*to = (struct weighed){ &cause->finding, outcome, shared_words[rule->relation] };
		named = true;
	}
	return named;
}

size_t finding_store_weigh(const struct finding_store *store, size_t index, struct weighed *to, size_t room)
{
	size_t count = 0;
	if (index >= store->ranked_count)
		return 0;
	for (size_t i = 0; i < store->ranked_count; i++) {
		struct weighed weighed;
		if (i == index || !weigh(store, store->ranked[i], store->ranked[index], &weighed))
			continue;
		if (count < room)
			to[count] = weighed;
		count++;
	}
	return count;
}

static bool store_holds(const struct finding_store *store, const char *pattern)
{
	for (size_t i = 0; i < store->ranked_count; i++)
		if (cause_pattern_matches(pattern, store->ranked[i]->finding.kind->id))
			return true;
	return false;
}

#define MAX_ABSENT 64            /* more names than any kind has causes */

void finding_store_absent_causes(const struct finding_store *store, const char *id,
				 void (*use)(void *user, const char *pattern), void *user)
{
	char told[MAX_ABSENT][64];
	size_t count = 0;
	for (size_t i = 0; i < cause_rule_count; i++) {
		if (!cause_pattern_matches(cause_rules[i].effect, id))
			continue;
		const char *patterns = cause_rules[i].cause;
		while (*patterns && count < MAX_ABSENT) {
			size_t length = strcspn(patterns, " "), same = 0;
			if (length < sizeof told[0]) {
				memcpy(told[count], patterns, length);
				told[count][length] = '\0';
				while (strcmp(told[same], told[count]) != 0)
					same++;
				if (same == count && !store_holds(store, told[count]))
					use(user, told[count++]);
			}
			patterns += length;
			patterns += strspn(patterns, " ");
		}
	}
}
