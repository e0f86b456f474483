/* The bytes of one file, looked at in place: a window that slides over a stream, or over memory. */
#ifndef SOURCE_INPUT_H
#define SOURCE_INPUT_H

#include <assert.h>

#include "core/cursor.h"
#include "source/stream.h"

/* The longest stretch that can be looked at in one piece. Secrets blocks of 17 MiB exist; a
 * length field that says more than this is a lie or nothing we want. */
#define INPUT_MAX_PEEK ((size_t)64 * 1024 * 1024)

struct input {
	const uint8_t *next;     /* next unread byte */
	size_t available;        /* unread bytes that lie there in one piece */
	uint64_t offset;         /* of `next` in the (decompressed) file */
	struct stream *stream;   /* owned; NULL when all bytes are in memory */
	uint8_t *buffer;
	size_t capacity;
	const char *failure;     /* constant text once the stream ended early */
	bool cut;                /* the failure is that the bytes just stop */
	bool borrows;            /* `next` points into blocks that the stream lends */
	bool ended;              /* no byte will come after the available ones */
};

/* `block` is how much is read at once. */
void input_init_stream(struct input *input, struct stream *stream, size_t block);
/* Lets a thread read the stream from now on, and works in its blocks instead of copying them. Not for
 * streams that can block for ever. */
void input_run_ahead(struct input *input);
void input_init_memory(struct input *input, const void *bytes, size_t length);
void input_finish(struct input *input);
/* Reads until `want` bytes are available or the end comes; what input_peek does on its slow
 * path. */
void input_fill(struct input *input, size_t want);

/* A cursor over the next `want` bytes without moving past them. It captured fewer only where the
 * file ends; asking for more than INPUT_MAX_PEEK is the caller's mistake. Looking again may move
 * the bytes. */
static inline struct cursor input_peek(struct input *input, size_t want)
{
	if (__builtin_expect(input->available < want, 0))
		input_fill(input, want);
	return cursor_make(input->next, input->available, want);
}

/* Moves past bytes that were peeked at. */
static inline void input_skip(struct input *input, size_t count)
{
	assert(count <= input->available);
	input->next += count;
	input->available -= count;
	input->offset += count;
}

#endif
