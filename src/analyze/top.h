/* The most frequent of very many things, counted in fixed memory (the space-saving method of Metwally,
 * Agrawal and El Abbadi, 2005): a count is never too low, and too high by at most 1/16 of the total. */
#ifndef ANALYZE_TOP_H
#define ANALYZE_TOP_H

#include <stdint.h>

#define TOP_SIZE 16

struct top_entry { uint64_t key, count; };
struct top { struct top_entry entry[TOP_SIZE]; };    /* all zero: empty */

/* Counts one `key`; returns its count. */
static inline uint64_t top_add(struct top *top, uint64_t key)
{
	struct top_entry *least = &top->entry[0];
	for (unsigned i = 0; i < TOP_SIZE; i++) {
		struct top_entry *entry = &top->entry[i];
		if (entry->count && entry->key == key)
			return ++entry->count;
		if (entry->count < least->count)
			least = entry;
	}
	least->key = key;
	return ++least->count;
}

/* Number `rank` (0: the most frequent) by count, then by key; its count is 0 past the last. */
static inline struct top_entry top_rank(const struct top *top, unsigned rank)
{
	for (unsigned i = 0; i < TOP_SIZE; i++) {
		const struct top_entry *entry = &top->entry[i];
		unsigned better = 0;
		for (unsigned j = 0; j < TOP_SIZE; j++) {
			const struct top_entry *other = &top->entry[j];
			if (other->count > entry->count ||
			    (other->count == entry->count &&
			     (other->key < entry->key || (other->key == entry->key && j < i))))
				better++;
		}
		if (better == rank)
			return *entry;
	}
	return (struct top_entry){ 0, 0 };
}

#endif
