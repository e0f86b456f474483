/* The streams of one connection of HTTP/2 that are open. */
#ifndef DECODE_HTTP2_STREAMS_H
#define DECODE_HTTP2_STREAMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTTP2_STREAMS 256        /* servers allow 100 to 128; of more the oldest is forgotten */

struct http2_body {
	bool head;                   /* the head came */
	bool ended;
	bool doubtful;               /* bytes of this direction are missing: how long it is is not known */
	bool has_length;
	uint64_t length;             /* as announced */
	uint64_t bytes, missing;     /* so far */
};

struct http2_stream {
	uint32_t id;
	uint16_t status;
	bool grpc;
	bool no_body;                /* the response will have none, whatever it announces: HEAD, 304 */
	char method[16];
	struct http2_body body[2];   /* [from_client] */
};

struct http2_streams {
	struct http2_stream *open;   /* in the order in which they began */
	size_t count, capacity;
};

/* NULL when it is not open. Streams stay where they are until the next http2_streams_enter or _close. */
struct http2_stream *http2_streams_find(const struct http2_streams *streams, uint32_t id);
struct http2_stream *http2_streams_enter(struct http2_streams *streams, uint32_t id);
void http2_streams_close(struct http2_streams *streams, struct http2_stream *stream);
void http2_streams_finish(struct http2_streams *streams);

#endif
