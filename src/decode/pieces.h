/* Bytes that come in pieces, in any order and some of them twice: a stream that QUIC carries, or one message of DTLS.
 * What comes first stays where pieces overlap. Zeroed: nothing yet. Free with pieces_finish. */
#ifndef DECODE_PIECES_H
#define DECODE_PIECES_H

#include "core/cursor.h"

#define PIECES_MOST_RANGES 64    /* with gaps between them; browsers cut a hello into a dozen, to keep boxes honest */

struct pieces {
	uint64_t base;               /* bytes that were taken from the start */
	struct pieces_held *held;    /* NULL: nothing is waiting */
};

/* Takes a copy of the bytes at `offset` from the start of all. At most `most` bytes behind `base` are held. Returns
 * how many of them are new; those that do not fit, or would leave too many gaps, are left out. */
size_t pieces_add(struct pieces *pieces, uint64_t offset, struct cursor bytes, size_t most);
/* The bytes that follow `base` without a gap. Valid until the next call. */
struct cursor pieces_ready(const struct pieces *pieces);
/* The first `length` of them have been read. */
void pieces_take(struct pieces *pieces, size_t length);
/* Bytes of memory. */
size_t pieces_memory(const struct pieces *pieces);
/* Forgets what was not taken. `base` stays. */
void pieces_finish(struct pieces *pieces);

#endif
