/* A memory of things seen lately that cannot grow: keys to values, both of a fixed size.
 *
 * Eight entries share a bucket; a ninth takes the place of the one that was used longest ago. So no
 * trace can make it larger, and no look-up costs more than eight comparisons. What is forgotten is
 * told to `forget`, for analyzers that have to draw their conclusion before it is gone. */
#ifndef ANALYZE_CACHE_H
#define ANALYZE_CACHE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct cache_tag;

struct cache {
	struct cache_tag *tags;  /* of the slots. Side by side: a search for what is not there ends with them */
	uint8_t *slots;          /* key and value. NULL until the first entry: traces without the protocol pay
				  * nothing */
	size_t key_size, value_size, slot_size;
	size_t buckets;
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
 * until the next cache_enter. */
void *cache_enter(struct cache *cache, const void *key, bool *fresh);

/* Walks over all entries in an order that depends on nothing but the keys and their history:
 * `size_t at = 0; while ((value = cache_next(cache, &at, &key)))`. */
void *cache_next(const struct cache *cache, size_t *at, const void **key);

#endif
