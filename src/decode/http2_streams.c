#include "decode/http2_streams.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

struct http2_stream *http2_streams_find(const struct http2_streams *streams, uint32_t id)
{
	/* Most frames belong to one of the last. */
	for (size_t i = streams->count; i-- > 0;)
		if (streams->open[i].id == id)
			return &streams->open[i];
	return NULL;
}

void http2_streams_close(struct http2_streams *streams, struct http2_stream *stream)
{
	size_t at = (size_t)(stream - streams->open);
	streams->count--;
	memmove(stream, stream + 1, (streams->count - at) * sizeof *stream);
}

struct http2_stream *http2_streams_enter(struct http2_streams *streams, uint32_t id)
{
	struct http2_stream *stream = http2_streams_find(streams, id);
	if (stream)
		return stream;
	if (streams->count == HTTP2_STREAMS)
		http2_streams_close(streams, streams->open);
	streams->open = memory_grow(streams->open, &streams->capacity, streams->count + 1, sizeof *stream);
	stream = &streams->open[streams->count++];
	*stream = (struct http2_stream){ .id = id };
	return stream;
}

void http2_streams_finish(struct http2_streams *streams)
{
	free(streams->open);
	*streams = (struct http2_streams){ 0 };
}
