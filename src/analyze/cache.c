/* Set-associative memory with least-recently-used replacement inside a bucket. */
#include "analyze/cache.h"

#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"

#define BUCKET_TAGS 8
#define ENTRY_ALIGNMENT 8
#define BLOCK_BYTES 4096
/* Any constant: a trace that aims at one bucket only makes the analyzer forget, never slow. */
#define CACHE_SEED 0x63756c70726974ULL

struct cache_tag {
	uint64_t used;           /* value of cache.uses at the last use; 0: the tag is empty */
	uint32_t hash;
	uint32_t entry;
};

static size_t align(size_t size)
{
	return (size + ENTRY_ALIGNMENT - 1) / ENTRY_ALIGNMENT * ENTRY_ALIGNMENT;
}

static uint8_t *entry_key(const struct cache *cache, size_t entry)
{
	size_t within = entry & ((1U << cache->block_shift) - 1);
	return cache->blocks[entry >> cache->block_shift] + within * cache->entry_size;
}

static void *entry_value(const struct cache *cache, size_t entry)
{
	return entry_key(cache, entry) + align(cache->key_size);
}

void cache_init(struct cache *cache, size_t entries, size_t key_size, size_t value_size)
{
	size_t buckets = 1;
	while (buckets * BUCKET_TAGS < entries)
		buckets *= 2;
	*cache = (struct cache){
		.key_size = key_size,
		.value_size = value_size,
		.entry_size = align(key_size) + align(value_size),
		.most_buckets = buckets,
	};
	while ((cache->entry_size << (cache->block_shift + 1)) <= BLOCK_BYTES)
		cache->block_shift++;
}

void cache_finish(struct cache *cache)
{
	for (size_t i = 0; i < cache->count; i += (size_t)1 << cache->block_shift)
		free(cache->blocks[i >> cache->block_shift]);
	free(cache->tags);
	free(cache->blocks);
	cache->tags = NULL;
	cache->blocks = NULL;
	cache->buckets = 0;
	cache->block_capacity = 0;
	cache->count = 0;
}

static struct cache_tag *bucket_of(const struct cache *cache, uint32_t hash)
{
	return cache->tags + (hash & (cache->buckets - 1)) * BUCKET_TAGS;
}

static uint32_t hash_of(const struct cache *cache, const void *key)
{
	return (uint32_t)hash_bytes(key, cache->key_size, CACHE_SEED);
}

/* NULL when it is not there. */
static struct cache_tag *search(const struct cache *cache, const void *key, uint32_t hash)
{
	if (!cache->buckets)
		return NULL;
	struct cache_tag *tag = bucket_of(cache, hash);
	for (struct cache_tag *end = tag + BUCKET_TAGS; tag < end; tag++)
		if (tag->used && tag->hash == hash &&
		    memcmp(entry_key(cache, tag->entry), key, cache->key_size) == 0)
			return tag;
	return NULL;
}

/* An empty one when there is any. */
static struct cache_tag *oldest(const struct cache *cache, uint32_t hash)
{
	struct cache_tag *tag = bucket_of(cache, hash), *found = tag;
	for (struct cache_tag *end = tag + BUCKET_TAGS; tag < end; tag++)
		if (tag->used < found->used)
			found = tag;
	return found;
}

/* Twice the buckets: the tags of one part over two, so none overflows. */
static void grow(struct cache *cache)
{
	size_t count = cache->buckets * BUCKET_TAGS;
	struct cache_tag *tags = cache->tags;
	cache->buckets = cache->buckets ? cache->buckets * 2 : 1;
	cache->tags = memory_zeroed(cache->buckets * BUCKET_TAGS, sizeof *cache->tags);
	for (size_t i = 0; i < count; i++)
		if (tags[i].used)
			*oldest(cache, tags[i].hash) = tags[i];
	free(tags);
}

void *cache_find(struct cache *cache, const void *key)
{
	struct cache_tag *tag = cache->count ? search(cache, key, hash_of(cache, key)) : NULL;
	if (!tag)
		return NULL;
	tag->used = ++cache->uses;
	return entry_value(cache, tag->entry);
}

static uint32_t new_entry(struct cache *cache)
{
	size_t block = cache->count >> cache->block_shift;
	if (cache->count == block << cache->block_shift) {
		cache->blocks = memory_grow(cache->blocks, &cache->block_capacity, block + 1,
					    sizeof *cache->blocks);
		cache->blocks[block] = memory_allocate(cache->entry_size << cache->block_shift);
	}
	return (uint32_t)cache->count++;
}

/* A tag and an entry for a new key. */
static struct cache_tag *take(struct cache *cache, const void *key, uint32_t hash)
{
	struct cache_tag *tag = cache->buckets ? oldest(cache, hash) : NULL;
	while ((!tag || tag->used) && cache->buckets < cache->most_buckets) {
		grow(cache);
		tag = oldest(cache, hash);
	}
	if (!tag->used) {
		tag->entry = new_entry(cache);
	} else {
		cache->forgotten++;
		if (cache->forget)
			cache->forget(cache->user, entry_key(cache, tag->entry), entry_value(cache, tag->entry));
	}
	uint8_t *entry = entry_key(cache, tag->entry);
	memset(entry, 0, cache->entry_size);
	memcpy(entry, key, cache->key_size);
	tag->hash = hash;
	return tag;
}

void *cache_enter(struct cache *cache, const void *key, bool *fresh)
{
	uint32_t hash = hash_of(cache, key);
	struct cache_tag *tag = search(cache, key, hash);
	if (fresh)
		*fresh = !tag;
	if (!tag)
		tag = take(cache, key, hash);
	tag->used = ++cache->uses;
	return entry_value(cache, tag->entry);
}

void *cache_next(const struct cache *cache, size_t *at, const void **key)
{
	if (*at >= cache->count)
		return NULL;
	size_t entry = (*at)++;
	*key = entry_key(cache, entry);
	return entry_value(cache, entry);
}
