/* A memory of things seen lately that cannot grow beyond its size: keys to values, both of a fixed size.
 *
 * Eight entries share a bucket; a ninth takes the place of the one that was used longest ago. So no
 * trace can make it larger, and no look-up costs more than eight comparisons. What is forgotten is
 * told to `forget`, for analyzers that have to draw their conclusion before it is gone. Short traces
 * are most traces: the buckets double from one on and the entries come in blocks, as they are needed. */
#ifndef ANALYZE_CACHE_H
#define ANALYZE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache_tag;

struct cache {
	struct cache_tag *tags;  /* of the buckets. Side by side: a search for what is not there ends with them */
	uint8_t **blocks;        /* of entries: key and value */
	size_t key_size, value_size, entry_size;
	size_t buckets, most_buckets;
	size_t block_capacity;   /* of the array `blocks` */
	unsigned block_shift;    /* 1 << block_shift entries a block */
	size_t count;            /* entries held */
	uint64_t uses;           /* the cache's idea of time */
	uint64_t forgotten;      /* entries that had to go */
	void (*forget)(void *user, const void *key, void *value);   /* NULL: nobody minds */
	void *user;
};

/* For at most about `entries` entries (rounded up to a power of two). Keys compare with memcmp: structs
 * without padding, or cleared before they are filled. */
void cache_init(struct cache *cache, size_t entries, size_t key_size, size_t value_size);
void cache_finish(struct cache *cache);        /* frees; forget is not called */

/* The value of `key`, or NULL. Counts as a use. */
void *cache_find(struct cache *cache, const void *key);
/* The value of `key`, zeroed when it is new. `fresh` (may be NULL) tells. Never NULL; the pointer holds
 * until the entry is forgotten, which the next cache_enter may do. */
void *cache_enter(struct cache *cache, const void *key, bool *fresh);

/* Walks over all entries, those that took no other's place in the order of their first use:
 * `size_t at = 0; while ((value = cache_next(cache, &at, &key)))`. */
void *cache_next(const struct cache *cache, size_t *at, const void **key);

#endif
