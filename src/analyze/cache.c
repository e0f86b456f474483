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

struct slot {                    /* followed by the key, then, aligned, by the value */
	uint64_t used;           /* value of cache.uses at the last use; 0: empty */
	uint64_t hash;
};

static size_t align(size_t size)
{
	return (size + SLOT_ALIGNMENT - 1) / SLOT_ALIGNMENT * SLOT_ALIGNMENT;
}

static uint8_t *slot_key(struct slot *slot)
{
	return (uint8_t *)(slot + 1);
}

static void *slot_value(const struct cache *cache, struct slot *slot)
{
	return slot_key(slot) + align(cache->key_size);
}

static struct slot *slot_at(const struct cache *cache, size_t index)
{
	return (struct slot *)(void *)(cache->slots + index * cache->slot_size);
}

void cache_init(struct cache *cache, size_t entries, size_t key_size, size_t value_size)
{
	size_t buckets = 1;
	while (buckets * BUCKET_SLOTS < entries)
		buckets *= 2;
	*cache = (struct cache){
		.key_size = key_size,
		.value_size = value_size,
		.slot_size = sizeof(struct slot) + align(key_size) + align(value_size),
		.buckets = buckets,
	};
}

void cache_finish(struct cache *cache)
{
	free(cache->slots);
	cache->slots = NULL;
	cache->count = 0;
}

static size_t bucket_of(const struct cache *cache, uint64_t hash)
{
	return (size_t)(hash & (cache->buckets - 1)) * BUCKET_SLOTS;
}

static struct slot *search(const struct cache *cache, const void *key, uint64_t hash)
{
	size_t first = bucket_of(cache, hash);
	for (size_t i = 0; i < BUCKET_SLOTS; i++) {
		struct slot *slot = slot_at(cache, first + i);
		if (slot->used && slot->hash == hash &&
		    memcmp(slot_key(slot), key, cache->key_size) == 0)
			return slot;
	}
	return NULL;
}

static struct slot *oldest(const struct cache *cache, uint64_t hash)
{
	size_t first = bucket_of(cache, hash);
	struct slot *found = slot_at(cache, first);
	for (size_t i = 1; i < BUCKET_SLOTS; i++) {
		struct slot *slot = slot_at(cache, first + i);
		if (slot->used < found->used)
			found = slot;
	}
	return found;
}

void *cache_find(struct cache *cache, const void *key)
{
	if (!cache->slots)
		return NULL;
	struct slot *slot = search(cache, key, hash_bytes(key, cache->key_size, CACHE_SEED));
	if (!slot)
		return NULL;
	slot->used = ++cache->uses;
	return slot_value(cache, slot);
}

void *cache_enter(struct cache *cache, const void *key, bool *fresh)
{
	if (!cache->slots)
		cache->slots = memory_zeroed(cache->buckets * BUCKET_SLOTS, cache->slot_size);
	uint64_t hash = hash_bytes(key, cache->key_size, CACHE_SEED);
	struct slot *slot = search(cache, key, hash);
	if (fresh)
		*fresh = !slot;
	if (!slot) {
		slot = oldest(cache, hash);
		if (!slot->used) {
			cache->count++;
		} else {
			cache->forgotten++;
			if (cache->forget)
				cache->forget(cache->user, slot_key(slot), slot_value(cache, slot));
		}
		memset(slot, 0, cache->slot_size);
		slot->hash = hash;
		memcpy(slot_key(slot), key, cache->key_size);
	}
	slot->used = ++cache->uses;
	return slot_value(cache, slot);
}

void *cache_next(const struct cache *cache, size_t *at, const void **key)
{
	if (!cache->slots)
		return NULL;
	while (*at < cache->buckets * BUCKET_SLOTS) {
		struct slot *slot = slot_at(cache, (*at)++);
		if (!slot->used)
			continue;
		*key = slot_key(slot);
		return slot_value(cache, slot);
	}
	return NULL;
}
