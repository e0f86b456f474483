#include "report/tally.h"

#include <stdlib.h>
#include <string.h>

#include "core/hash.h"
#include "core/memory.h"

#define FIRST_SLOTS 256          /* a power of two */

struct tally {
	struct tally_row *rows, others;
	size_t count, capacity, limit;
	uint32_t *slots;             /* row + 1, 0 is free; open addressing, at most half full */
	size_t slot_count;
	uint64_t seed;
	size_t last;                 /* row of the key before: packets come in runs */
};

struct tally *tally_create(size_t limit)
{
	struct tally *tally = memory_zeroed(1, sizeof *tally);
	tally->limit = limit;
	tally->others.first = tally->others.last = INT64_MIN;
	/* Differs from run to run, so that no trace can aim its keys at one place; nothing shows it. */
	tally->seed = (uint64_t)(uintptr_t)tally * 0x9e3779b97f4a7c15ULL;
	return tally;
}

void tally_destroy(struct tally *tally)
{
	if (!tally)
		return;
	free(tally->rows);
	free(tally->slots);
	free(tally);
}

static bool same_key(const union tally_key *a, const union tally_key *b)
{
	return memcmp(a, b, sizeof *a) == 0;
}

/* The slot of a key, or the free one where it would be. */
static uint32_t *find_slot(const struct tally *tally, const union tally_key *key)
{
	size_t at = hash_words(key->words, TALLY_KEY_WORDS, tally->seed) & (tally->slot_count - 1);
	while (tally->slots[at] && !same_key(&tally->rows[tally->slots[at] - 1].key, key))
		at = (at + 1) & (tally->slot_count - 1);
	return &tally->slots[at];
}

static void make_slots(struct tally *tally, size_t count)
{
	free(tally->slots);
	tally->slots = memory_zeroed(count, sizeof *tally->slots);
	tally->slot_count = count;
	for (size_t i = 0; i < tally->count; i++)
		*find_slot(tally, &tally->rows[i].key) = (uint32_t)i + 1;
}

struct tally_row *tally_row(struct tally *tally, const union tally_key *key)
{
	if (tally->last < tally->count && same_key(&tally->rows[tally->last].key, key))
		return &tally->rows[tally->last];
	if (tally->count * 2 >= tally->slot_count)
		make_slots(tally, tally->slot_count ? tally->slot_count * 2 : FIRST_SLOTS);
	uint32_t *slot = find_slot(tally, key);
	if (!*slot) {
		if (tally->count == tally->limit)
			return &tally->others;
		tally->rows = memory_grow(tally->rows, &tally->capacity, tally->count + 1,
					  sizeof *tally->rows);
		tally->rows[tally->count] = (struct tally_row){ .key = *key, .first = INT64_MIN,
			.last = INT64_MIN };
		*slot = (uint32_t)++tally->count;
	}
	tally->last = *slot - 1;
	return &tally->rows[tally->last];
}

void tally_count(struct tally_row *row, unsigned direction, uint64_t bytes, int64_t time)
{
	row->packets[direction]++;
	row->bytes[direction] += bytes;
	if (time == INT64_MIN)
		return;
	if (row->first == INT64_MIN || time < row->first)
		row->first = time;
	if (row->last == INT64_MIN || time > row->last)
		row->last = time;
}

size_t tally_size(const struct tally *tally)
{
	return tally->count;
}

static int by_packets(const void *left, const void *right)
{
	const struct tally_row *a = left, *b = right;
	if (tally_packets(a) != tally_packets(b))
		return tally_packets(a) > tally_packets(b) ? -1 : 1;
	if (tally_bytes(a) != tally_bytes(b))
		return tally_bytes(a) > tally_bytes(b) ? -1 : 1;
	return memcmp(&a->key, &b->key, sizeof a->key);
}

void tally_sort(struct tally *tally)
{
	if (tally->count)
		qsort(tally->rows, tally->count, sizeof *tally->rows, by_packets);
	tally->last = 0;
	if (tally->slot_count)
		make_slots(tally, tally->slot_count);
}

const struct tally_row *tally_get(const struct tally *tally, size_t index)
{
	return &tally->rows[index];
}

const struct tally_row *tally_others(const struct tally *tally)
{
	return &tally->others;
}
