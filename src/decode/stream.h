/* Protocols on a stream of bytes (TCP, or the socket data of a z/OS trace): how a decoder cuts the stream
 * into messages, what it may remember between them, and how it hands the stream on to another protocol.
 *
 * The session stage owns all memory and keeps both directions in order (session/dialogue.h). For each
 * place where a message may start it asks `frame` how long it is, and hands exactly these bytes to
 * `decode`, with packet->stream set. What a decoder learned that the next message needs (the method that
 * a response answers, the length of a body, keys) stands in its `state`. */
#ifndef DECODE_STREAM_H
#define DECODE_STREAM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/cursor.h"

struct decoder;
struct tls_keys;

/* How sure a decoder is that the first bytes of a direction are its protocol. */
enum certainty {
	CERTAINTY_NO,
	CERTAINTY_MORE,              /* they could be, and more bytes would tell */
	CERTAINTY_PERHAPS,           /* only where the port says so, too */
	CERTAINTY_LIKELY,
	CERTAINTY_CERTAIN,
};

/* What starts at a place of the stream. */
enum frame_kind {
	FRAME_MORE,                  /* more bytes are needed to know */
	FRAME_MESSAGE,               /* a message of `length` bytes, which are held until all have come. 0 is
				      * allowed, for what happens between two bytes; see `frame` */
	FRAME_SKIP,                  /* `length` bytes that nobody needs: counted, never held, gaps do no harm */
	FRAME_LOST,                  /* not this protocol: look for its next message where a segment starts */
};
struct frame { enum frame_kind kind; uint64_t length; };

/* One conversation, as the decoder of its protocol sees it. */
struct stream {
	void *state;                 /* the decoder's own: streaming.state_size bytes, zeroed at the start */
	uint16_t client_port, server_port;
	bool from_client;            /* the client sent the bytes at hand */
	bool ended;                  /* `frame`: nothing comes behind `in` in this direction */
	bool reset;                  /* … because the connection was reset */
	bool cut;                    /* `frame`: the recorder cut off what comes behind `in`. A message that makes
				      * sense without its end may be taken as it is; `lost` is not called */
	bool hole;                   /* … behind `ended`: bytes right before the end are not in the trace, so that
				      * what was under way may have been complete */
	bool found_again;            /* bytes of this direction before `in` are missing, and where a message starts was
				      * found by its looks: lengths may be chance */
	bool middle[2];              /* [from_client]: the start of this direction is not in the trace */
	uint64_t missing;            /* `frame`, behind a FRAME_SKIP: its bytes that the trace does not hold */
	uint64_t never_came;         /* … that were not sent: the direction ended before */
	size_t seen;                 /* `frame`: so many of the bytes at hand were there when it last asked for more.
				      * Who searches them goes on behind, or a slow sender makes it quadratic */
	int64_t time;                /* of the packet that brought the bytes at hand */
	uint64_t packet;             /* its number */
	const struct decoder *before;/* the protocol that handed the stream on (`then`), or NULL */
	struct tls_keys *keys;       /* secrets that users or the trace gave (decode/tls_keys.h); NULL: none */
	const struct decoder *around;/* the protocol that this one is spoken inside of (TLS), or NULL */

	/* Orders of `decode`, carried out when it returns and cleared again: */
	const struct decoder *then;  /* behind this message both directions speak this (STARTTLS, Upgrade) */
	struct cursor inner;         /* the next bytes of this direction inside, as far as they could be
				      * decrypted or unwrapped; they must stay valid until the next call */
	const struct decoder *inner_decoder; /* who reads them; NULL: their first bytes tell */
	bool inner_ended;            /* nothing comes behind them */
	bool client_is_server;       /* the message shows that the roles are the other way round */
	size_t held;                 /* bytes that `state` has allocated; the decoder keeps it up to date */
};

/* What a decoder has that can read a stream. */
struct streaming {
	size_t state_size;
	bool anywhere;               /* recognised by its bytes on any port, not only where it is bound to */
	/* Do the first bytes of a direction (stream->from_client) look like it? May be NULL: the port decides. */
	enum certainty (*probe)(const struct stream *stream, struct cursor in);
	/* What starts at `in`, of which all `captured` bytes are at hand. After a FRAME_MESSAGE that is longer it
	 * is not asked again until that many have come, or none will. Also called with no bytes, at the end
	 * of a direction (stream->ended) and behind a FRAME_SKIP, where only a FRAME_MESSAGE of length 0 is
	 * of use: `decode` then tells what ended. It must not come back with one without a change of state. */
	struct frame (*frame)(struct stream *stream, struct cursor in);
	/* Bytes of this direction are missing, or made no sense: forget what hangs on them. May be NULL. */
	void (*lost)(struct stream *stream);
	/* Frees what the state points to. May be NULL. */
	void (*finish)(struct stream *stream);
};

static inline struct frame frame_more(void)
{
	return (struct frame){ FRAME_MORE, 0 };
}

static inline struct frame frame_message(uint64_t length)
{
	return (struct frame){ FRAME_MESSAGE, length };
}

static inline struct frame frame_skip(uint64_t length)
{
	return (struct frame){ FRAME_SKIP, length };
}

static inline struct frame frame_lost(void)
{
	return (struct frame){ FRAME_LOST, 0 };
}

/* The first LF at or behind `from`, as if the bytes before had been searched; NULL: none. */
static inline const uint8_t *frame_find_line_end(struct cursor in, size_t from)
{
	return in.captured > from ? memchr(in.next + from, '\n', in.captured - from) : NULL;
}

/* Up to and with the next LF: for protocols of lines. Longer lines than `limit` are lost. */
static inline struct frame frame_line(const struct stream *stream, struct cursor in, size_t limit)
{
	const uint8_t *end = frame_find_line_end(in, stream->seen);
	if (end)
		return frame_message((uint64_t)(end - in.next) + 1);
	if (in.captured && (stream->cut || stream->ended))
		return frame_message(in.captured);
	return in.captured < limit ? frame_more() : frame_lost();
}

#endif
