/* Chained hashing: sessions keep their place in memory, because analyzers and lists point to them. */
#include "session/store.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"

enum {
	FIRST_BUCKETS = 2048,        /* doubles whenever fewer than half are left */
	ENTRIES_PER_CHUNK = 64,
};

struct chunk {
	struct chunk *next;
	_Alignas(16) uint8_t entries[];
};

struct session_store {
	struct session_entry **buckets;
	size_t mask;                 /* number of buckets - 1 */
	size_t count;
	struct session_entry *oldest, *newest;
	struct session_entry *free;
	struct chunk *chunks;
	size_t unused;               /* entries of the newest chunk that were never given out */
	size_t state_size, stride;
	uint64_t seed;
};

struct session_store *session_store_create(size_t state_size)
{
	struct session_store *store = memory_zeroed(1, sizeof *store);
	store->buckets = memory_zeroed(FIRST_BUCKETS, sizeof(struct session_entry *));
	store->mask = FIRST_BUCKETS - 1;
	store->state_size = (state_size + 15) & ~(size_t)15;
	store->stride = ((sizeof(struct session_entry) + 15) & ~(size_t)15) + store->state_size;
	store->seed = hash_mix((uintptr_t)store, (uintptr_t)store->buckets);
	return store;
}

void session_store_destroy(struct session_store *store)
{
	if (!store)
		return;
	while (store->chunks) {
		struct chunk *next = store->chunks->next;
		free(store->chunks);
		store->chunks = next;
	}
	free(store->buckets);
	free(store);
}

uint64_t session_store_hash(const struct session_store *store, const struct flow_key *key)
{
	uint64_t words[sizeof *key / sizeof(uint64_t)];
	static_assert(sizeof words == sizeof *key, "a key is made of whole words");
	memcpy(words, key, sizeof words);
	return hash_words(words, sizeof words / sizeof *words, store->seed);
}

void session_store_prefetch(const struct session_store *store, uint64_t hash)
{
	__builtin_prefetch(&store->buckets[hash & store->mask]);
}

struct session_entry *session_store_find(const struct session_store *store, const struct flow_key *key,
					 uint64_t hash)
{
	struct session_entry *entry = store->buckets[hash & store->mask];
	while (entry && (entry->hash != hash || memcmp(&entry->session.key, key, sizeof *key) != 0))
		entry = entry->next;
	return entry;
}

static void double_buckets(struct session_store *store)
{
	size_t old_count = store->mask + 1;
	struct session_entry **old = store->buckets;
	store->buckets = memory_zeroed(old_count * 2, sizeof(struct session_entry *));
	store->mask = old_count * 2 - 1;
	for (size_t i = 0; i < old_count; i++) {
		for (struct session_entry *entry = old[i], *next; entry; entry = next) {
			struct session_entry **bucket = &store->buckets[entry->hash & store->mask];
			next = entry->next;
			entry->next = *bucket;
			*bucket = entry;
		}
	}
	free(old);
}

static struct session_entry *take_entry(struct session_store *store)
{
	struct session_entry *entry = store->free;
	if (entry) {
		store->free = entry->next;
	} else {
		if (!store->unused) {
			size_t size = sizeof(struct chunk) + ENTRIES_PER_CHUNK * store->stride;
			struct chunk *chunk = memory_allocate(size);
			chunk->next = store->chunks;
			store->chunks = chunk;
			store->unused = ENTRIES_PER_CHUNK;
		}
		entry = (void *)(store->chunks->entries + --store->unused * store->stride);
	}
	memset(entry, 0, store->stride);
	return entry;
}

static void link_newest(struct session_store *store, struct session_entry *entry)
{
	entry->newer = NULL;
	entry->older = store->newest;
	if (store->newest)
		store->newest->newer = entry;
	else
		store->oldest = entry;
	store->newest = entry;
}

static void unlink_use(struct session_store *store, struct session_entry *entry)
{
	if (entry->older)
		entry->older->newer = entry->newer;
	else
		store->oldest = entry->newer;
	if (entry->newer)
		entry->newer->older = entry->older;
	else
		store->newest = entry->older;
}

struct session_entry *session_store_add(struct session_store *store, const struct flow_key *key,
					uint64_t hash)
{
	if (store->count * 2 > store->mask)
		double_buckets(store);
	struct session_entry *entry = take_entry(store);
	struct session_entry **bucket = &store->buckets[hash & store->mask];
	entry->session.key = *key;
	entry->hash = hash;
	if (store->state_size)
		entry->session.analyzer_state = (uint8_t *)entry + store->stride - store->state_size;
	entry->next = *bucket;
	*bucket = entry;
	store->count++;
	link_newest(store, entry);
	return entry;
}

void session_store_touch(struct session_store *store, struct session_entry *entry)
{
	if (store->newest == entry)
		return;
	unlink_use(store, entry);
	link_newest(store, entry);
}

void session_store_remove(struct session_store *store, struct session_entry *entry)
{
	struct session_entry **link = &store->buckets[entry->hash & store->mask];
	while (*link != entry)
		link = &(*link)->next;
	*link = entry->next;
	unlink_use(store, entry);
	store->count--;
}

void session_store_release(struct session_store *store, struct session_entry *entry)
{
	entry->next = store->free;
	store->free = entry;
}

size_t session_store_count(const struct session_store *store)
{
	return store->count;
}

struct session_entry *session_store_oldest(const struct session_store *store)
{
	return store->oldest;
}
