/* A file from its middle to its end, and then from its start to the middle. */
#include <stdlib.h>

#include "core/memory.h"
#include "source/stream.h"

struct rotated {
	struct stream stream;
	struct stream *inner;
	uint64_t pivot, done;
};

static size_t rotated_read(struct stream *stream, uint8_t *to, size_t room)
{
	struct rotated *rotated = (struct rotated *)stream;
	struct stream *inner = rotated->inner;
	uint64_t size = inner->size, at = (rotated->pivot + rotated->done) % size;
	uint64_t left = at < rotated->pivot ? rotated->pivot - at : size - at;
	if (rotated->done == size)
		return 0;
	size_t got = inner->read_at(inner, at, to, room < left ? room : (size_t)left);
	rotated->done += got;
	stream->failure = inner->failure;
	return got;
}

static void rotated_close(struct stream *stream)
{
	struct rotated *rotated = (struct rotated *)stream;
	rotated->inner->close(rotated->inner);
	free(rotated);
}

struct stream *stream_rotated(struct stream *inner, uint64_t pivot)
{
	struct rotated *rotated = memory_zeroed(1, sizeof *rotated);
	rotated->stream.read = rotated_read;
	rotated->stream.close = rotated_close;
	rotated->inner = inner;
	rotated->pivot = pivot;
	return &rotated->stream;
}
