/* A hash table from 64-bit keys to small numbers. Keys are hashes or packed numbers of the caller's. */
#ifndef FINDING_LOOKUP_H
#define FINDING_LOOKUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct lookup {                  /* all zero: empty */
	uint64_t *keys;
	uint32_t *values;        /* 0: free place */
	size_t capacity, count;  /* capacity is 0 or a power of two; at most half full */
};

void lookup_finish(struct lookup *lookup);                          /* frees; leaves it empty */
uint32_t lookup_find(const struct lookup *lookup, uint64_t key);    /* 0: not there */
void lookup_set(struct lookup *lookup, uint64_t key, uint32_t value);   /* value is not 0 */
/* Remembers `key`; true if it was not there. */
static inline bool lookup_add(struct lookup *lookup, uint64_t key)
{
	if (lookup_find(lookup, key))
		return false;
	lookup_set(lookup, key, 1);
	return true;
}

#endif
