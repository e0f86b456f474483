/* Folds findings: each gets the best of the findings that explain it by the cause graph. */
#include "finding/causes.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/hash.h"
#include "core/memory.h"
#include "finding/merge.h"
#include "finding/store.h"

/* A cause that has passed may still have effects: time-outs back off for minutes. */
#define EFFECT_DELAY (120 * NANOSECONDS)

struct cause_node {              /* a cause under one of its keys */
	struct entry *cause;
	uint32_t next;           /* node + 1 of the same key, 0 at the end */
};

struct cause_index {             /* the causes of one rule by what the effect must share */
	struct lookup heads;     /* key to node + 1 */
	struct cause_node *nodes;
	size_t count, capacity;
};

static void index_add(struct cause_index *index, uint64_t key, struct entry *cause)
{
	index->nodes = memory_grow(index->nodes, &index->capacity, index->count + 1,
				   sizeof *index->nodes);
	index->nodes[index->count++] = (struct cause_node){ cause, lookup_find(&index->heads, key) };
	lookup_set(&index->heads, key, (uint32_t)index->count);
}

static uint64_t address_key(const struct address *address)
{
	return hash_bytes(address, sizeof *address, 0);
}

/* The keys of a finding under a relation: what it shares with others. Calls `use` with each. */
typedef void key_user(void *user, uint64_t key, struct entry *entry);

static void each_key(const struct finding_store *store, struct entry *entry, enum relation relation,
		     key_user *use, void *user)
{
	const struct subject *subject = &entry->finding.subject;
	bool client = subject->client.family != ADDRESS_NONE;
	bool server = subject->server.family != ADDRESS_NONE;
	uint64_t client_key = address_key(&subject->client), server_key = address_key(&subject->server);
	switch (relation) {
	case RELATION_SESSION: {
		size_t count;
		const struct session_link *links = entry_sessions(store, entry, &count);
		for (size_t i = 0; i < count; i++)
			use(user, links[i].session, entry);
		break;
	}
	case RELATION_SERVICE:
		if (server)
			use(user, hash_mix(server_key, subject->server_port), entry);
		break;
	case RELATION_PAIR:
		if (client && server)
			use(user, client_key ^ server_key, entry);
		break;
	case RELATION_CLIENT:
		if (client)
			use(user, client_key, entry);
		break;
	case RELATION_HOST:
		if (client)
			use(user, client_key, entry);
		if (server)
			use(user, server_key, entry);
		break;
	case RELATION_TRACE:
	case RELATIONS:
		use(user, 0, entry);
		break;
	}
}

static void use_cause(void *user, uint64_t key, struct entry *entry)
{
	index_add(user, key, entry);
}

static bool is_capture(const struct finding *finding)
{
	return strncmp(finding->kind->id, "capture/", 8) == 0;
}

struct search {                  /* for the best cause of one effect */
	const struct cause_index *index;
	const struct cause_rule *rule;
	struct entry *effect;
	enum relation *relation;     /* of the best so far, by entry.index */
};

static bool times_fit(const struct finding *cause, const struct finding *effect)
{
	return cause->first_time <= effect->last_time &&
	       effect->first_time - cause->last_time <= EFFECT_DELAY;
}

static bool parties_fit(const struct finding *cause, const struct finding *effect)
{
	enum party one = cause->blame.party, two = effect->blame.party;
	return one == two || one == PARTY_UNKNOWN || two == PARTY_UNKNOWN;
}

/* Chains are short: the rules have no cycles. */
bool cause_explains_already(const struct entry *effect, const struct entry *cause)
{
	for (; cause; cause = cause->cause)
		if (cause == effect)
			return true;
	return false;
}

unsigned cause_conditions_missing(const struct cause_rule *rule, const struct entry *cause,
				  const struct entry *effect)
{
	const struct finding *c = &cause->finding, *e = &effect->finding;
	unsigned missing = 0;
	if (c->severity < e->severity || c->severity < SEVERITY_WARNING)
		missing |= NOT_ABOVE;
	if (!times_fit(c, e))
		missing |= SAME_TIME;
	if (!parties_fit(c, e))
		missing |= SAME_PARTY;
	if (c->sub_kind && strcmp(c->sub_kind, "transport") == 0)
		missing |= AT_ARRIVAL;
	return missing & rule->conditions;
}

static bool may_explain(const struct cause_rule *rule, const struct entry *cause,
			const struct entry *effect)
{
	if (cause == effect || cause->finding.severity == SEVERITY_INFO)
		return false;
	return !cause_conditions_missing(rule, cause, effect) && !cause_explains_already(effect, cause);
}

/* The more severe explains better, then the closer relation, then what came first. */
static bool explains_better(const struct entry *cause, enum relation relation, const struct entry *than,
			    enum relation than_relation)
{
	const struct finding *c = &cause->finding, *t = &than->finding;
	if (c->severity != t->severity)
		return c->severity > t->severity;
	if (relation != than_relation)
		return relation < than_relation;
	int order = finding_order(c, t);
	if (!order)
		order = strcmp(c->kind->id, t->kind->id);
	return order < 0;
}

static void use_effect(void *user, uint64_t key, struct entry *effect)
{
	const struct search *search = user;
	uint32_t at = lookup_find(&search->index->heads, key);
	for (; at; at = search->index->nodes[at - 1].next) {
		struct entry *cause = search->index->nodes[at - 1].cause;
		enum relation *best = &search->relation[effect->index];
		if (!may_explain(search->rule, cause, effect))
			continue;
		if (!effect->cause ||
		    explains_better(cause, search->rule->relation, effect->cause, *best)) {
			effect->cause = cause;
			*best = search->rule->relation;
		}
	}
}

/* A capture finding about no session in particular concerns them all. */
static bool concerns_all(const struct entry *entry, enum relation relation)
{
	return relation == RELATION_SESSION && is_capture(&entry->finding) &&
	       !entry->finding.session_total;
}

#define KEY_OF_ALL UINT64_MAX    /* no session packs to this */

/* Whether the patterns name the kind; `memo` remembers it, for there are more findings than kinds. */
static bool names_kind(struct lookup *memo, const char *patterns, const struct finding_kind *kind)
{
	uint64_t key = (uint64_t)(uintptr_t)kind;
	uint32_t known = lookup_find(memo, key);
	if (!known) {
		known = cause_pattern_matches(patterns, kind->id) ? 2 : 1;
		lookup_set(memo, key, known);
	}
	return known == 2;
}

static void apply(const struct finding_store *store, const struct cause_rule *rule,
		  enum relation *relation)
{
	struct cause_index index = { 0 };
	struct lookup is_cause = { 0 }, is_effect = { 0 };
	for (size_t i = 0; i < store->count; i++) {
		struct entry *entry = store->entries[i];
		if (entry->dropped || !names_kind(&is_cause, rule->cause, entry->finding.kind))
			continue;
		if (concerns_all(entry, rule->relation))
			index_add(&index, KEY_OF_ALL, entry);
		else
			each_key(store, entry, rule->relation, use_cause, &index);
	}
	for (size_t i = 0; i < store->count && index.count; i++) {
		struct entry *entry = store->entries[i];
		if (entry->dropped || !names_kind(&is_effect, rule->effect, entry->finding.kind))
			continue;
		struct search search = { &index, rule, entry, relation };
		each_key(store, entry, rule->relation, use_effect, &search);
		if (rule->relation == RELATION_SESSION)
			use_effect(&search, KEY_OF_ALL, entry);
	}
	lookup_finish(&is_cause);
	lookup_finish(&is_effect);
	lookup_finish(&index.heads);
	free(index.nodes);
}

struct sharing { uint64_t key; bool found; };

static void compare_key(void *user, uint64_t key, struct entry *entry)
{
	struct sharing *sharing = user;
	(void)entry;
	sharing->found |= key == sharing->key;
}

struct meeting { const struct finding_store *store; struct entry *other; enum relation relation; bool found; };

static void look_for_key(void *user, uint64_t key, struct entry *entry)
{
	struct meeting *meeting = user;
	struct sharing sharing = { key, false };
	(void)entry;
	if (!meeting->found)
		each_key(meeting->store, meeting->other, meeting->relation, compare_key, &sharing);
	meeting->found |= sharing.found;
}

bool cause_shares(const struct finding_store *store, const struct entry *cause, const struct entry *effect,
		  enum relation relation)
{
	if (concerns_all(cause, relation))
		return true;
	size_t causes = (size_t)cause->finding.session_total, effects = (size_t)effect->finding.session_total;
	/* The fewer keys are looked for among the many. */
	bool swap = relation == RELATION_SESSION && causes > effects;
	struct meeting meeting = { store, store->entries[swap ? cause->index : effect->index], relation, false };
	each_key(store, store->entries[swap ? effect->index : cause->index], relation, look_for_key, &meeting);
	return meeting.found;
}

void store_fold(struct finding_store *store)
{
	enum relation *relation = memory_zeroed(store->count, sizeof *relation);
	for (size_t i = 0; i < cause_rule_count; i++)
		apply(store, &cause_rules[i], relation);
	/* What explains an error is no mere notice: a cause is as severe as what it brings about. */
	for (size_t i = 0; i < store->count; i++) {
		struct entry *entry = store->entries[i];
		for (struct entry *cause = entry->cause; cause; cause = cause->cause)
			if (cause->finding.severity < entry->finding.severity)
				cause->finding.severity = entry->finding.severity;
	}
	free(relation);
}
