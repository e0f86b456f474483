/* Hashes for tables. Seeded per table, so that no trace can aim its keys at one bucket. */
#ifndef CORE_HASH_H
#define CORE_HASH_H

#include <stddef.h>
#include <stdint.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

static inline uint64_t hash_bytes(const void *bytes, size_t length, uint64_t seed)
{
	return XXH3_64bits_withSeed(bytes, length, seed);
}

static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	__uint128_t product = (__uint128_t)(a ^ 0x9e3779b97f4a7c15ULL) * (b ^ 0xbf58476d1ce4e5b9ULL);
	return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* A hash of whole 64-bit words. The multiplications do not wait for each other, which makes it several
 * times as fast as hash_bytes for the few words of a key. */
static inline uint64_t hash_words(const uint64_t *words, size_t count, uint64_t seed)
{
	uint64_t hash = seed;
	size_t i = 0;
	for (; i + 1 < count; i += 2)
		hash += hash_mix(words[i] + (i + 1) * 0xd6e8feb86659fd93ULL, words[i + 1] ^ seed);
	if (i < count)
		hash += hash_mix(words[i] + (i + 1) * 0xd6e8feb86659fd93ULL, seed);
	return hash ^ hash >> 29;
}

#endif
