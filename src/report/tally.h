/* Packets and bytes counted by keys, for as many different keys as fit a limit. What comes after that is
 * counted together, so that sums stay exact. */
#ifndef REPORT_TALLY_H
#define REPORT_TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define TALLY_KEY_WORDS 6

union tally_key {                /* zeroed before it is filled: all of it is compared */
	uint64_t words[TALLY_KEY_WORDS];
	uint8_t bytes[TALLY_KEY_WORDS * 8];
};

struct tally_row {
	union tally_key key;
	uint64_t packets[2], bytes[2];       /* by direction; what that is depends on the key */
	int64_t first, last;         /* INT64_MIN: no packet had a time */
	uint32_t note;               /* the user's */
};

struct tally;

struct tally *tally_create(size_t limit);
void tally_destroy(struct tally *tally);                     /* NULL is fine */
/* The row of a key, made when it is new; past the limit the row of all others. Valid until the next call. */
struct tally_row *tally_row(struct tally *tally, const union tally_key *key);
/* Counts a packet in a row; `time` INT64_MIN: not known. */
void tally_count(struct tally_row *row, unsigned direction, uint64_t bytes, int64_t time);

size_t tally_size(const struct tally *tally);
/* Rows by packets, then bytes, then key; `index` below tally_size. tally_sort must have been called. */
void tally_sort(struct tally *tally);
const struct tally_row *tally_get(const struct tally *tally, size_t index);
const struct tally_row *tally_others(const struct tally *tally);     /* no packets: the limit was not reached */

static inline uint64_t tally_packets(const struct tally_row *row)
{
	return row->packets[0] + row->packets[1];
}

static inline uint64_t tally_bytes(const struct tally_row *row)
{
	return row->bytes[0] + row->bytes[1];
}

#endif
