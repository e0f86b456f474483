#include "finding/lookup.h"

#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"

#define FIRST_CAPACITY 64        /* most traces have fewer findings than fill this */

void lookup_finish(struct lookup *lookup)
{
	free(lookup->keys);
	free(lookup->values);
	memset(lookup, 0, sizeof *lookup);
}

/* Where `key` is, or the free place where it belongs. */
static size_t place_of(const struct lookup *lookup, uint64_t key)
{
	size_t mask = lookup->capacity - 1;
	size_t place = (size_t)hash_mix(key, lookup->capacity) & mask;
	while (lookup->values[place] && lookup->keys[place] != key)
		place = (place + 1) & mask;
	return place;
}

static void grow(struct lookup *lookup)
{
	struct lookup old = *lookup;
	lookup->capacity = old.capacity ? old.capacity * 2 : FIRST_CAPACITY;
	lookup->keys = memory_zeroed(lookup->capacity, sizeof *lookup->keys);
	lookup->values = memory_zeroed(lookup->capacity, sizeof *lookup->values);
	for (size_t i = 0; i < old.capacity; i++) {
		if (!old.values[i])
			continue;
		size_t place = place_of(lookup, old.keys[i]);
		lookup->keys[place] = old.keys[i];
		lookup->values[place] = old.values[i];
	}
	free(old.keys);
	free(old.values);
}

uint32_t lookup_find(const struct lookup *lookup, uint64_t key)
{
	return lookup->capacity ? lookup->values[place_of(lookup, key)] : 0;
}

void lookup_set(struct lookup *lookup, uint64_t key, uint32_t value)
{
	if (2 * (lookup->count + 1) > lookup->capacity)
		grow(lookup);
	size_t place = place_of(lookup, key);
	if (!lookup->values[place])
		lookup->count++;
	lookup->keys[place] = key;
	lookup->values[place] = value;
}
