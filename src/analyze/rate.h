/* Counts of things per stretch of time, and of things that differ, in a few bytes each. */
#ifndef ANALYZE_RATE_H
#define ANALYZE_RATE_H

#include <stdbool.h>
#include <stdint.h>

struct rate {                    /* events in the current window; windows follow each other */
	int64_t start;           /* ns; when the window began */
	uint32_t count;
};

/* Counts one event at `time`. Returns how many the window of `length` ns holds so far, this included. */
static inline uint32_t rate_add(struct rate *rate, int64_t time, int64_t length)
{
	if (rate->count == 0 || time - rate->start >= length || time < rate->start) {
		rate->start = time;
		rate->count = 0;
	}
	return ++rate->count;
}

#define SERVED_PLACES 4096

/* Events that are too ordinary to remember each of whom they concern: counted by hash, so that a count may
 * hold those of others, too. */
struct served { struct rate place[SERVED_PLACES]; };

static inline void served_add(struct served *served, uint64_t hash, int64_t time, int64_t length)
{
	rate_add(&served->place[hash % SERVED_PLACES], time, length);
}

/* How many there were in the window of `time`. */
static inline uint32_t served_count(const struct served *served, uint64_t hash, int64_t time, int64_t length)
{
	const struct rate *rate = &served->place[hash % SERVED_PLACES];
	return time >= rate->start && time - rate->start < length ? rate->count : 0;
}

#define SPREAD_BITS 256

struct spread {                  /* how many different things: exact for few, too low for very many */
	uint64_t bits[SPREAD_BITS / 64];
	uint32_t count;
};

/* Counts the thing with this hash once. True when it is a new one. */
static inline bool spread_add(struct spread *spread, uint64_t hash)
{
	uint64_t bit = hash % SPREAD_BITS;
	uint64_t mask = 1ULL << (bit % 64);
	if (spread->bits[bit / 64] & mask)
		return false;
	spread->bits[bit / 64] |= mask;
	spread->count++;
	return true;
}

#define VARIOUS_EXACT 16

struct various {                 /* the same, exact up to VARIOUS_EXACT: where few decide */
	uint64_t first[VARIOUS_EXACT];
	struct spread rest;
	uint32_t count;
};

static inline void various_add(struct various *various, uint64_t hash)
{
	for (uint32_t i = 0; i < various->count && i < VARIOUS_EXACT; i++)
		if (various->first[i] == hash)
			return;
	if (various->count < VARIOUS_EXACT)
		various->first[various->count++] = hash;
	else if (spread_add(&various->rest, hash))
		various->count++;
}

#endif
