/* The store: takes findings, keeps one for each merge key, and hands them out in report order. */
#include "finding/store.h"

#include <assert.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"
#include "finding/merge.h"

struct finding_store *finding_store_create(void)
{
	return memory_zeroed(1, sizeof(struct finding_store));
}

void finding_store_destroy(struct finding_store *store)
{
	if (!store)
		return;
	for (size_t i = 0; i < store->count; i++)
		free(store->entries[i]);
	for (size_t i = 0; i < store->ignored_count; i++)
		free(store->ignored[i]);
	lookup_finish(&store->by_key);
	lookup_finish(&store->folds);
	lookup_finish(&store->targets);
	lookup_finish(&store->links);
	free(store->entries);
	free(store->ignored);
	free(store->linked);
	free(store->ranked);
	withheld_finish(&store->withheld);
	free(store);
}

void finding_ignore(struct finding_store *store, const char *pattern)
{
	store->ignored = memory_grow(store->ignored, &store->ignored_capacity,
				     store->ignored_count + 1, sizeof *store->ignored);
	store->ignored[store->ignored_count++] = memory_copy_text(pattern);
}

static bool is_ignored(const struct finding_store *store, const char *id)
{
	for (size_t i = 0; i < store->ignored_count; i++)
		if (fnmatch(store->ignored[i], id, 0) == 0)
			return true;
	return false;
}

/* What findings share that become one. Compared and hashed as bytes: zeroed before it is filled. */
struct merge_key {
	const struct finding_kind *kind;
	uint64_t sub_kind, blame;            /* hashes of the words */
	uint64_t merge_key;
	struct address first, second;
	uint32_t session;
	uint16_t port;
	uint8_t protocol;
	uint8_t level;                       /* enum key_level */
	uint8_t severity;                    /* of groups: a mere notice is not told as an error */
};

enum key_level { KEY_OWN, KEY_CLIENT, KEY_SERVER, KEY_KIND };

static uint64_t hash_text(const char *words)
{
	return words ? hash_bytes(words, strlen(words), 0) : 0;
}

static void key_begin(struct merge_key *key, const struct finding *finding, enum key_level level)
{
	memset(key, 0, sizeof *key);
	key->kind = finding->kind;
	key->level = (uint8_t)level;
	if (level == KEY_CLIENT || level == KEY_SERVER)
		key->severity = (uint8_t)finding->severity;
	key->sub_kind = hash_text(finding->sub_kind);
	if (finding->kind->merge != MERGE_TRACE)
		key->blame = hash_text(finding->blame.word);
}

static void key_service(struct merge_key *key, const struct subject *subject)
{
	key->second = subject->server;
	key->port = subject->server_port;
	key->protocol = subject->protocol;
}

static void key_own(struct merge_key *key, const struct finding *finding)
{
	const struct subject *subject = &finding->subject;
	key_begin(key, finding, KEY_OWN);
	key->merge_key = finding->merge_key;
	switch (finding->kind->merge) {
	case MERGE_SESSION:
		if (finding->session_number) {
			key->session = session_pack(finding->session_kind, finding->session_number);
			break;
		}
		key->first = subject->client;
		key_service(key, subject);
		break;
	case MERGE_SERVICE:
		key->first = subject->client;
		key_service(key, subject);
		break;
	case MERGE_SERVER:
		key_service(key, subject);
		break;
	case MERGE_PAIR: {
		bool swap = address_compare(&subject->client, &subject->server) > 0;
		key->first = swap ? subject->server : subject->client;
		key->second = swap ? subject->client : subject->server;
		break;
	}
	case MERGE_HOST:
		key->first = subject->client;
		break;
	case MERGE_TRACE:
		break;
	}
}

static uint64_t key_hash(const struct merge_key *key)
{
	return hash_bytes(key, sizeof *key, 0);
}

uint64_t entry_client_key(const struct finding *finding)
{
	struct merge_key key;
	key_begin(&key, finding, KEY_CLIENT);
	key.first = finding->subject.client;
	return key_hash(&key);
}

uint64_t entry_server_key(const struct finding *finding)
{
	struct merge_key key;
	key_begin(&key, finding, KEY_SERVER);
	key_service(&key, &finding->subject);
	return key_hash(&key);
}

static uint64_t own_key(const struct finding *finding)
{
	struct merge_key key;
	key_own(&key, finding);
	return key_hash(&key);
}

static uint64_t kind_key(const struct finding *finding)
{
	struct merge_key key;
	key_begin(&key, finding, KEY_KIND);
	return key_hash(&key);
}

/* Is it about one client and one server, so that many such can be told as one? */
bool finding_is_groupable(const struct finding *finding)
{
	enum merge_scope scope = finding->kind->merge;
	const struct subject *subject = &finding->subject;
	return (scope == MERGE_SESSION || scope == MERGE_SERVICE || scope == MERGE_PAIR) &&
	       !subject->is_host && subject->client.family && subject->server.family;
}

static struct entry *entry_find(const struct finding_store *store, uint64_t key)
{
	uint32_t at = lookup_find(&store->by_key, key);
	return at ? store->entries[at - 1] : NULL;
}

static struct entry *entry_create(struct finding_store *store, uint64_t key,
				  const struct finding *finding, bool weakened)
{
	struct entry *entry = memory_zeroed(1, sizeof *entry);
	entry->finding = *finding;
	entry->index = (uint32_t)store->count;
	entry->weakened = weakened;
	entry->targets = 1;
	store->entries = memory_grow(store->entries, &store->capacity, store->count + 1,
				     sizeof(struct entry *));
	store->entries[store->count++] = entry;
	lookup_set(&store->by_key, key, (uint32_t)store->count);
	return entry;
}

static struct entry *entry_add(struct finding_store *store, uint64_t key,
			       const struct finding *finding, bool weakened)
{
	struct entry *entry = entry_find(store, key);
	if (!entry)
		return entry_create(store, key, finding, weakened);
	finding_absorb(&entry->finding, finding);
	entry->weakened = entry->weakened && weakened;
	return entry;
}

/* As entry_add, for an entry that stands for many keys; `own` is the one that it stands for now. */
static struct entry *entry_add_collective(struct finding_store *store, uint64_t key, uint64_t own,
					  const char *dimension, const struct finding *finding,
					  bool weakened)
{
	bool first = !entry_find(store, key);
	struct entry *entry = entry_add(store, key, finding, weakened);
	bool known = store->targets.count < STORE_MAX_LINKS ? !lookup_add(&store->targets, own)
							     : lookup_find(&store->targets, own) != 0;
	if (!first && !known)
		entry->targets++;
	entry->collective = true;
	entry->dimension = dimension;
	return entry;
}

/* The entry that a finding belongs to, which then holds it. */
static struct entry *entry_place(struct finding_store *store, const struct finding *finding,
				 bool weakened)
{
	uint64_t own = own_key(finding);
	if (entry_find(store, own))
		return entry_add(store, own, finding, weakened);
	if (finding_is_groupable(finding)) {
		uint64_t client = entry_client_key(finding);
		uint32_t entries = lookup_find(&store->folds, client);
		if (entries >= STORE_FOLD_FROM)
			return entry_add_collective(store, client, own, "targets", finding, weakened);
		if (store->count < STORE_MAX_ENTRIES)
			lookup_set(&store->folds, client, entries + 1);
	}
	if (store->count < STORE_MAX_ENTRIES)
		return entry_add(store, own, finding, weakened);
	/* No room: what is left of the limit is for one entry a server, and then for one a kind. */
	uint64_t server = entry_server_key(finding);
	if (store->count < STORE_MAX_ENTRIES + STORE_MAX_ENTRIES / 4 || entry_find(store, server))
		return entry_add_collective(store, server, own, "sources", finding, weakened);
	return entry_add_collective(store, kind_key(finding), own, "others", finding, weakened);
}

/* A3: who does not know for sure which end is the client cannot be certain whom to blame. */
static void weaken_guessed_role(struct finding *finding)
{
	const struct blame *blame = &finding->blame;
	bool names_end = blame->party == PARTY_CLIENT || blame->party == PARTY_SERVER ||
			 strstr(blame->word, "-side");
	if (!finding->role_guessed || !names_end || finding->confidence == CONFIDENCE_POSSIBLE)
		return;
	finding->confidence--;
	if (finding->confidence == CONFIDENCE_POSSIBLE)
		finding_alternative(finding, "client and server are the other way round: the trace "
				    "does not hold the start of the conversation", NULL);
}

void finding_submit(struct finding_store *store, const struct finding *finding)
{
	assert(!store->finished);
	struct finding gated = *finding;
	bool weakened = false;
	if (is_ignored(store, finding->kind->id))
		return;
	if (!quality_gate(&gated, finding->quality, &weakened)) {
		withheld_add(&store->withheld, finding, finding->kind->suppressed_by & finding->quality);
		return;
	}
	weaken_guessed_role(&gated);
	struct entry *entry = entry_place(store, &gated, weakened);
	if (gated.session_number && store->links.count < STORE_MAX_LINKS)
		lookup_add(&store->links, (uint64_t)entry->index << 32 |
			   session_pack(gated.session_kind, gated.session_number));
}

void entry_absorb(struct entry *into, struct entry *other, const char *dimension)
{
	finding_absorb(&into->finding, &other->finding);
	into->weakened = into->weakened && other->weakened;
	into->targets += other->targets;
	into->collective = true;
	into->dimension = dimension;
	other->merged_into = into;
	other->dropped = true;
}

void finding_store_sessions(struct finding_store *store, uint64_t sessions)
{
	store->sessions = sessions;
}

void finding_store_displays(struct finding_store *store, uint64_t displays, uint64_t messages)
{
	store->displays = displays;
	store->messages = messages;
}

void finding_store_restrict(struct finding_store *store, finding_wants *wants, void *user)
{
	const struct lookup *links = &store->links;
	for (size_t i = 0; i < store->count; i++)
		store->entries[i]->dropped |= store->entries[i]->finding.session_number != 0;
	for (size_t i = 0; i < links->capacity; i++) {
		uint32_t session = (uint32_t)links->keys[i];
		if (links->values[i] && wants(user, (enum session_kind)(session >> 30), session & 0x3fffffff))
			store->entries[links->keys[i] >> 32]->dropped = false;
	}
}

void finding_store_finish(struct finding_store *store, uint32_t trace_quality)
{
	assert(!store->finished);
	for (size_t i = 0; i < store->count; i++) {
		struct entry *entry = store->entries[i];
		if (entry->dropped || quality_gate(&entry->finding, trace_quality, &entry->weakened))
			continue;
		entry->dropped = true;
		withheld_add(&store->withheld, &entry->finding, entry->finding.kind->suppressed_by & trace_quality);
	}
	withheld_sort(&store->withheld);
	store->trace_quality = trace_quality;
	store_group(store);
	store_link_sessions(store);
	store_fold(store);
	store_rank(store);
	store->finished = true;
}

uint32_t finding_store_quality(const struct finding_store *store)
{
	return store->trace_quality;
}

const struct withheld *finding_store_withheld(const struct finding_store *store, size_t index)
{
	return index < store->withheld.count ? &store->withheld.list[index] : NULL;
}

size_t finding_store_count(const struct finding_store *store)
{
	return store->ranked_count;
}

const struct finding *finding_store_get(const struct finding_store *store, size_t index)
{
	return index < store->ranked_count ? &store->ranked[index]->finding : NULL;
}

bool finding_store_has(const struct finding_store *store, const char *id)
{
	for (size_t i = 0; i < store->count; i++)
		if (!store->entries[i]->dropped &&
		    strcmp(store->entries[i]->finding.kind->id, id) == 0)
			return true;
	return false;
}
