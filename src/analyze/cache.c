/* Set-associative memory with least-recently-used replacement inside a bucket. */
#include "analyze/cache.h"

#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"

#define BUCKET_SLOTS 8
#define SLOT_ALIGNMENT 8
/* Any constant: a trace that aims at one bucket only makes the analyzer forget, never slow. */
#define CACHE_SEED 0x63756c70726974ULL

struct cache_tag {
	uint64_t used;           /* value of cache.uses at the last use; 0: the slot is empty */
	uint64_t hash;
};

static size_t align(size_t size)
{
	return (size + SLOT_ALIGNMENT - 1) / SLOT_ALIGNMENT * SLOT_ALIGNMENT;
}

static uint8_t *slot_key(const struct cache *cache, size_t slot)
{
	return cache->slots + slot * cache->slot_size;
}

static void *slot_value(const struct cache *cache, size_t slot)
{
	return slot_key(cache, slot) + align(cache->key_size);
}

void cache_init(struct cache *cache, size_t entries, size_t key_size, size_t value_size)
{
	size_t buckets = 1;
	while (buckets * BUCKET_SLOTS < entries)
		buckets *= 2;
	*cache = (struct cache){
		.key_size = key_size,
		.value_size = value_size,
		.slot_size = align(key_size) + align(value_size),
		.buckets = buckets,
	};
}

void cache_finish(struct cache *cache)
{
	free(cache->tags);
	free(cache->slots);
	cache->tags = NULL;
	cache->slots = NULL;
	cache->count = 0;
}

static size_t bucket_of(const struct cache *cache, uint64_t hash)
{
	return (size_t)(hash & (cache->buckets - 1)) * BUCKET_SLOTS;
}

/* SIZE_MAX when it is not there. */
static size_t search(const struct cache *cache, const void *key, uint64_t hash)
{
	size_t first = bucket_of(cache, hash);
	for (size_t slot = first; slot < first + BUCKET_SLOTS; slot++) {
		const struct cache_tag *tag = &cache->tags[slot];
		if (tag->used && tag->hash == hash &&
		    memcmp(slot_key(cache, slot), key, cache->key_size) == 0)
			return slot;
	}
	return SIZE_MAX;
}

static size_t oldest(const struct cache *cache, uint64_t hash)
{
	size_t first = bucket_of(cache, hash), found = first;
	for (size_t slot = first + 1; slot < first + BUCKET_SLOTS; slot++)
		if (cache->tags[slot].used < cache->tags[found].used)
			found = slot;
	return found;
}

void *cache_find(struct cache *cache, const void *key)
{
	if (!cache->slots)
		return NULL;
	size_t slot = search(cache, key, hash_bytes(key, cache->key_size, CACHE_SEED));
	if (slot == SIZE_MAX)
		return NULL;
	cache->tags[slot].used = ++cache->uses;
	return slot_value(cache, slot);
}

static void make_slots(struct cache *cache)
{
	size_t count = cache->buckets * BUCKET_SLOTS;
	cache->tags = memory_zeroed(count, sizeof *cache->tags);
	cache->slots = memory_zeroed(count, cache->slot_size);
}

/* A slot for a new key. */
static size_t take(struct cache *cache, const void *key, uint64_t hash)
{
	size_t slot = oldest(cache, hash);
	if (!cache->tags[slot].used) {
		cache->count++;
	} else {
		cache->forgotten++;
		if (cache->forget)
			cache->forget(cache->user, slot_key(cache, slot), slot_value(cache, slot));
	}
	memset(slot_key(cache, slot), 0, cache->slot_size);
	memcpy(slot_key(cache, slot), key, cache->key_size);
	cache->tags[slot].hash = hash;
	return slot;
}

void *cache_enter(struct cache *cache, const void *key, bool *fresh)
{
	if (!cache->slots)
		make_slots(cache);
	uint64_t hash = hash_bytes(key, cache->key_size, CACHE_SEED);
	size_t slot = search(cache, key, hash);
	if (fresh)
		*fresh = slot == SIZE_MAX;
	if (slot == SIZE_MAX)
		slot = take(cache, key, hash);
	cache->tags[slot].used = ++cache->uses;
	return slot_value(cache, slot);
}

void *cache_next(const struct cache *cache, size_t *at, const void **key)
{
	if (!cache->slots)
		return NULL;
	while (*at < cache->buckets * BUCKET_SLOTS) {
		size_t slot = (*at)++;
		if (!cache->tags[slot].used)
			continue;
		*key = slot_key(cache, slot);
		return slot_value(cache, slot);
	}
	return NULL;
}
