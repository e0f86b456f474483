/* Bytes that come one after the other: from a file, from a decompressor, from a thread that runs
 * ahead of us. Streams stand on each other; each owns the one below it. */
#ifndef SOURCE_STREAM_H
#define SOURCE_STREAM_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define STREAM_HEADROOM ((size_t)64 * 1024)

struct stream {
	/* Up to `room` bytes; fewer than asked for is normal. 0 is the end, good or bad. */
	size_t (*read)(struct stream *stream, uint8_t *to, size_t room);
	/* Lends its next bytes where they lie instead of copying them. The `kept` bytes (at most
	 * STREAM_HEADROOM, often still in the block lent before, which goes back) are put in front.
	 * Returns where they and the new bytes begin, and how many there are; no more than were kept
	 * at the end. NULL when the stream cannot lend. */
	uint8_t *(*lend)(struct stream *stream, const uint8_t *keep, size_t kept, size_t *length);
	void (*close)(struct stream *stream);   /* frees the stream and those below it */
	/* The same from any place, which does not move the next read. NULL where only one way is open. */
	size_t (*read_at)(struct stream *stream, uint64_t offset, uint8_t *to, size_t room);
	uint64_t size;        /* bytes in all, when there is a read_at */
	const char *failure;  /* constant text: why it ended early; NULL when all is well */
	bool cut;             /* the failure is that the bytes just stop, not that they are wrong */
};

/* Reads the open descriptor, which it closes unless it is standard input. Every byte read is
 * added to `progress`, which another thread may look at and which must outlive the stream. */
struct stream *stream_file(int descriptor, _Atomic uint64_t *progress);
/* Reads `inner` in a thread of its own, so that decompression and analysis overlap. `inner` must
 * not be something that can block for ever (a pipe): closing waits for a read under way. Gives
 * `inner` itself back when there are no more threads to be had. */
struct stream *stream_ahead(struct stream *inner);

/* Reads `inner`, which has a read_at, from `pivot` (below its size) to its end and then from its start to
 * `pivot`. */
struct stream *stream_rotated(struct stream *inner, uint64_t pivot);

#endif
