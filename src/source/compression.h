/* Compressions, known by their first bytes. One file each under compress/, listed in
 * compressions.c. */
#ifndef SOURCE_COMPRESSION_H
#define SOURCE_COMPRESSION_H

#include "core/cursor.h"
#include "source/input.h"
#include "source/stream.h"

enum expand_status {
	EXPAND_MORE,      /* goes on: give it input, or room */
	EXPAND_END,       /* this member or frame is complete; another one may follow */
	EXPAND_DAMAGED,   /* nothing more can be had */
};

/* What one call may use, and what it used. */
struct expand_step {
	const uint8_t *in;
	size_t in_length, in_used;
	uint8_t *out;
	size_t out_room, out_made;
	const char *reason;  /* constant text when DAMAGED */
};

struct compression {
	const char *name;    /* "gzip" */
	const char *title;
	const char *option;  /* of meson, that builds it in */
	const char *remedy;  /* how to decompress without us */
	bool (*probe)(struct cursor head); /* do these first bytes (COMPRESSION_PROBE) begin one? */
	void *(*create)(void);                  /* NULL when this build lacks the library */
	enum expand_status (*run)(void *state, struct expand_step *step);
	bool (*restart)(void *state);           /* after END, for the next member */
	void (*destroy)(void *state);
};

/* Bytes that a probe wants to see: skippable zstd and lz4 frames put their content first. */
#define COMPRESSION_PROBE 512

/* The compression of these first bytes, or NULL. */
const struct compression *compression_find(struct cursor head);
const struct compression *const *compressions(size_t *count);

/* What comes out of `raw`, which it takes over and empties. Ends with a failure past `limit`
 * bytes. */
struct stream *stream_expand(struct input *raw, const struct compression *compression,
			     uint64_t limit);

#endif
