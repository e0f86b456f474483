/* Bits in 64-bit words, set and counted by ranges [start, end). */
#ifndef SESSION_BITMAP_H
#define SESSION_BITMAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

static inline size_t bitmap_words(uint32_t bits)
{
	return (bits + 63) / 64;
}

static inline bool bitmap_has(const uint64_t *map, uint32_t bit)
{
	return map[bit / 64] >> bit % 64 & 1;
}

/* The bits of word `word` that lie in the range. */
static inline uint64_t bitmap_mask(size_t word, uint32_t start, uint32_t end)
{
	uint64_t mask = ~(uint64_t)0;
	if (word == start / 64)
		mask <<= start % 64;
	if (word == end / 64)
		mask &= ((uint64_t)1 << end % 64) - 1;
	return mask;
}

static inline void bitmap_set(uint64_t *map, uint32_t start, uint32_t end)
{
	for (size_t word = start / 64; word < bitmap_words(end); word++)
		map[word] |= bitmap_mask(word, start, end);
}

static inline void bitmap_clear(uint64_t *map, uint32_t start, uint32_t end)
{
	for (size_t word = start / 64; word < bitmap_words(end); word++)
		map[word] &= ~bitmap_mask(word, start, end);
}

static inline uint32_t bitmap_count(const uint64_t *map, uint32_t start, uint32_t end)
{
	uint32_t count = 0;
	for (size_t word = start / 64; word < bitmap_words(end); word++)
		count += (uint32_t)__builtin_popcountll(map[word] & bitmap_mask(word, start, end));
	return count;
}

#endif
