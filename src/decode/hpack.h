/* HPACK, RFC 7541: the headers of HTTP/2, which refer to headers sent before. Each direction of a connection has
 * a table of its own. A header block of a few bytes can stand for megabytes: headers are handed out one by one,
 * and nothing is held but the table, which is bounded. */
#ifndef DECODE_HPACK_H
#define DECODE_HPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cursor.h"

#define HPACK_FIRST_SIZE 4096    /* of a table, before anybody says otherwise: RFC 9113, 6.5.2 */
#define HPACK_MOST_SIZE 65536    /* what browsers ask for; of larger tables the oldest is not known */
#define HPACK_KEPT 4096          /* bytes of a name or value; the rest is only counted */

struct hpack_entry;

struct hpack_table {             /* the dynamic table */
	struct hpack_entry *entries; /* a ring: `first` is the oldest */
	uint32_t first, count, capacity;
	uint8_t *bytes;              /* names and values, the oldest first */
	size_t start, end, room;
	size_t size, most;           /* as RFC 7541, 4.1 counts */
	bool incomplete;             /* it misses entries that the sender knows */
};

struct hpack_scratch { uint8_t name[HPACK_KEPT], value[HPACK_KEPT]; };

struct hpack_header {            /* points into the block, the scratch or the table; valid until the next call */
	const uint8_t *name, *value; /* NULL: they stand in the table, but the trace lacks them */
	size_t name_length, value_length;
	bool cut;                    /* longer than HPACK_KEPT */
};

void hpack_init(struct hpack_table *table);
void hpack_finish(struct hpack_table *table);
/* Header blocks are missing: what the table holds may not be what the sender's holds. */
void hpack_lose(struct hpack_table *table);
/* Bytes that it has allocated. */
size_t hpack_held(const struct hpack_table *table);
/* The next header of a block. False at its end, or when the cursor has failed. */
bool hpack_next(struct hpack_table *table, struct cursor *block, struct hpack_scratch *scratch,
		struct hpack_header *header);

/* A string in the code of RFC 7541, appendix B: writes up to `size` bytes and returns how many it has. Fails
 * `in` when it is none. */
size_t hpack_huffman(struct cursor *in, uint8_t *to, size_t size);

#endif
