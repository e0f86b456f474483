#include "decode/http2.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"
#include "decode/hpack.h"
#include "decode/http2_fields.h"
#include "decode/http2_streams.h"
#include "decode/http_head.h"

#define HEAD 9                   /* of each frame: RFC 9113, 4.1 */
#define BLOCK_LIMIT 65536        /* HEADERS with all CONTINUATION; servers take 8 to 64 KiB */
#define WHOLE_LIMIT 16384        /* what every end has to take; frames of control are far shorter */

static const char magic[] = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
#define MAGIC_LENGTH (sizeof magic - 1)

#define CALLED_OFF 8             /* streams whose answers may have been on their way */

enum mode { AT_FRAME, BEFORE_DATA, BEHIND_DATA, AT_END };

struct side {                    /* one direction */
	uint8_t mode;                /* enum mode */
	bool began;                  /* a frame was read */
	bool ends;                   /* the DATA at hand ends its stream */
	uint32_t stream;             /* of the DATA at hand, or of the body that ended; 0: nobody's */
	uint64_t length;             /* of the DATA at hand, with what fills it up */
	uint32_t bytes;              /* … without that */
	size_t walked;               /* of a header block that is not whole: where its next frame starts */
	struct hpack_table table;    /* of what this end says */
};

struct http2_state {
	struct side side[2];         /* [from_client] */
	struct http2_streams streams;
	bool prepared;
	uint8_t called_off_next;
	uint32_t called_off[CALLED_OFF];     /* streams that the client reset last */
};

struct frame_head { uint32_t length, stream; uint8_t type, flags; };

static const char *const type_names[] = { "DATA", "HEADERS", "PRIORITY", "RST_STREAM", "SETTINGS", "PUSH_PROMISE",
	"PING", "GOAWAY", "WINDOW_UPDATE", "CONTINUATION", "ALTSVC", NULL, "ORIGIN", NULL, NULL, NULL,
	"PRIORITY_UPDATE" };

static const char *const error_names[] = { "NO_ERROR", "PROTOCOL_ERROR", "INTERNAL_ERROR", "FLOW_CONTROL_ERROR",
	"SETTINGS_TIMEOUT", "STREAM_CLOSED", "FRAME_SIZE_ERROR", "REFUSED_STREAM", "CANCEL", "COMPRESSION_ERROR",
	"CONNECT_ERROR", "ENHANCE_YOUR_CALM", "INADEQUATE_SECURITY", "HTTP_1_1_REQUIRED" };

static const char *const grpc_names[] = { "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED",
	"NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION",
	"ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED" };

#define NAME_IN(names, value) ((value) < sizeof (names) / sizeof *(names) ? (names)[value] : NULL)

const char *http2_type_name(uint8_t type)
{
	return type == HTTP2_MAGIC ? "Magic" : NAME_IN(type_names, type);
}

const char *http2_error_name(uint32_t error)
{
	return NAME_IN(error_names, error);
}

const char *grpc_status_name(uint8_t status)
{
	return NAME_IN(grpc_names, status);
}

static struct frame_head read_head(struct cursor *in)
{
	struct frame_head head = { .length = cursor_be24(in) };
	head.type = cursor_u8(in);
	head.flags = cursor_u8(in);
	head.stream = cursor_be32(in) & 0x7fffffff;
	return head;
}

/* Could these bytes be the head of a frame? RFC 9113, 6 says which frames belong to a stream and how long they
 * are. Types that nobody knows are passed over where a frame is expected (5.5), but recognise nothing. */
static bool is_plausible(struct frame_head head, bool expected)
{
	switch (head.type) {
	case HTTP2_DATA:
		return head.stream && !(head.flags & 0xf6) &&
		       (head.length || head.flags & HTTP2_END_STREAM || expected);
	case HTTP2_HEADERS:
		return head.stream && !(head.flags & 0xd2) && head.length;
	case HTTP2_PRIORITY:
		return head.stream && head.length == 5;
	case HTTP2_RST_STREAM:
		return head.stream && head.length == 4;
	case HTTP2_SETTINGS:
		return !head.stream && head.length % 6 == 0 && !(head.flags & 0xfe) &&
		       !(head.length && head.flags & HTTP2_ACK) && head.length < WHOLE_LIMIT;
	case HTTP2_PUSH_PROMISE:
		return head.stream && head.length >= 4;
	case HTTP2_PING:
		return !head.stream && head.length == 8;
	case HTTP2_GOAWAY:
		return !head.stream && head.length >= 8;
	case HTTP2_WINDOW_UPDATE:
		return head.length == 4;
	case HTTP2_CONTINUATION:
		return head.stream != 0;
	default:
		return expected;
	}
}

/* The bytes as a row of frames. */
static enum certainty probe_frames(struct cursor in)
{
	unsigned whole = 0;
	bool fixed = false;
	while (in.captured) {
		if (in.captured < HEAD)
			return whole || in.next[0] == 0 ? CERTAINTY_MORE : CERTAINTY_NO;
		struct frame_head head = read_head(&in);
		if (!is_plausible(head, false) || head.length > WHOLE_LIMIT)
			return CERTAINTY_NO;
		if (head.length > in.captured)
			return CERTAINTY_PERHAPS;
		fixed = head.type != HTTP2_DATA && head.type != HTTP2_HEADERS;
		cursor_skip(&in, head.length);
		whole++;
	}
	return whole > 1 || (whole && fixed) ? CERTAINTY_LIKELY : CERTAINTY_PERHAPS;
}

static enum certainty probe_http2(const struct stream *stream, struct cursor in)
{
	if (!in.captured)
		return CERTAINTY_MORE;
	size_t length = in.captured < MAGIC_LENGTH ? in.captured : MAGIC_LENGTH;
	if (stream->from_client && memcmp(in.next, magic, length) == 0)
		return length > 6 ? CERTAINTY_CERTAIN : CERTAINTY_MORE;
	bool midway = stream->state || stream->middle[stream->from_client];
	if (midway)
		return probe_frames(in);
	/* From the start: the settings of the server (RFC 9113, 3.4). */
	if (stream->from_client || in.next[0])
		return CERTAINTY_NO;
	if (in.captured < HEAD)
		return CERTAINTY_MORE;
	struct frame_head head = read_head(&in);
	bool settings = head.type == HTTP2_SETTINGS && !head.flags && is_plausible(head, false);
	return settings ? CERTAINTY_LIKELY : CERTAINTY_NO;
}

static void prepare(struct stream *stream)
{
	struct http2_state *state = stream->state;
	if (state->prepared)
		return;
	state->prepared = true;
	for (int i = 0; i < 2; i++) {
		hpack_init(&state->side[i].table);
		if (stream->middle[i])
			hpack_lose(&state->side[i].table);
	}
	/* What was asked in HTTP/1 is answered as stream 1: RFC 7540, 3.2. */
	if (stream->before) {
		struct http2_stream *first = http2_streams_enter(&state->streams, 1);
		first->body[true].head = first->body[true].ended = true;
	}
}

static void count_held(struct stream *stream)
{
	const struct http2_state *state = stream->state;
	stream->held = hpack_held(&state->side[0].table) + hpack_held(&state->side[1].table) +
		       state->streams.capacity * sizeof *state->streams.open;
}

/* HEADERS and PUSH_PROMISE are one message with their CONTINUATION. What is too long is passed over, and so are
 * all headers that refer to it. */
static struct frame frame_block(struct stream *stream, struct side *side, struct cursor in)
{
	struct cursor rest = in;
	cursor_skip(&rest, side->walked);
	while (rest.captured >= HEAD) {
		struct frame_head head = read_head(&rest);
		bool fits = side->walked + HEAD + head.length <= BLOCK_LIMIT;
		bool goes_on = !side->walked || head.type == HTTP2_CONTINUATION;
		if (!fits || !goes_on) {
			size_t length = side->walked ? side->walked : HEAD + (size_t)head.length;
			side->walked = 0;
			hpack_lose(&side->table);
			return frame_skip(length);
		}
		if (head.length > rest.captured)
			break;
		cursor_skip(&rest, head.length);
		side->walked += HEAD + head.length;
		if (head.flags & HTTP2_END_HEADERS) {
			size_t length = side->walked;
			side->walked = 0;
			return frame_message(length);
		}
	}
	if (stream->cut) {
		side->walked = 0;
		return frame_message(in.captured);
	}
	return frame_more();
}

static struct frame frame_control(struct stream *stream, struct side *side, struct cursor in)
{
	struct cursor rest = in;
	struct frame_head head = read_head(&rest);
	switch (head.type) {
	case HTTP2_DATA: {
		bool padded = head.flags & HTTP2_PADDED && head.length;
		if (padded && !rest.captured)
			return frame_more();
		return frame_message(HEAD + padded);
	}
	case HTTP2_HEADERS:
	case HTTP2_PUSH_PROMISE:
		return frame_block(stream, side, in);
	case HTTP2_CONTINUATION:
		/* Its HEADERS were too long, or are not in the trace. */
		hpack_lose(&side->table);
		return frame_skip(HEAD + (uint64_t)head.length);
	default:
		if (head.length <= WHOLE_LIMIT)
			return frame_message(HEAD + head.length);
		return frame_skip(HEAD + (uint64_t)head.length);
	}
}

/* A body of this direction that the connection cut short; NULL when there is none. */
static struct http2_stream *find_unfinished(const struct http2_streams *streams, bool from_client)
{
	for (size_t i = 0; i < streams->count; i++) {
		const struct http2_body *body = &streams->open[i].body[from_client];
		if (body->head && !body->ended)
			return &streams->open[i];
	}
	return NULL;
}

static struct frame frame_http2(struct stream *stream, struct cursor in)
{
	struct http2_state *state = stream->state;
	struct side *side = &state->side[stream->from_client];
	prepare(stream);
	if (side->mode == BEFORE_DATA) {
		side->mode = BEHIND_DATA;
		return frame_skip(side->length);
	}
	if (side->mode == BEHIND_DATA) {
		struct http2_stream *of = http2_streams_find(&state->streams, side->stream);
		side->mode = side->ends && !stream->never_came ? AT_END : AT_FRAME;
		if (of) {
			struct http2_body *body = &of->body[stream->from_client];
			body->bytes += side->bytes > stream->never_came ? side->bytes - stream->never_came : 0;
			body->missing += stream->missing;
		}
	}
	if (side->mode == AT_END)
		return frame_message(0);
	if (stream->ended && !in.captured)
		return find_unfinished(&state->streams, stream->from_client) ? frame_message(0) : frame_more();
	if (!side->began && stream->from_client) {
		size_t length = in.captured < MAGIC_LENGTH ? in.captured : MAGIC_LENGTH;
		if (memcmp(in.next, magic, length) == 0)
			return length == MAGIC_LENGTH ? frame_message(length) : frame_more();
	}
	if (in.captured < HEAD)
		return frame_more();
	struct cursor head = in;
	if (!side->walked && !is_plausible(read_head(&head), true))
		return frame_lost();
	return frame_control(stream, side, in);
}

static void keep_text(struct http2_message *message, const struct hpack_header *header)
{
	if (!header->name || !header->value)
		return;
	size_t lengths[2] = { header->name_length, header->value_length };
	if (message->text_length + 4 + lengths[0] + lengths[1] > HTTP2_TEXT)
		return;
	char *to = message->text + message->text_length;
	for (int i = 0; i < 2; i++) {
		*to++ = (char)(lengths[i] >> 8);
		*to++ = (char)lengths[i];
	}
	if (lengths[0])
		memcpy(to, header->name, lengths[0]);
	if (lengths[1])
		memcpy(to + lengths[0], header->value, lengths[1]);
	message->text_length = (uint16_t)(message->text_length + 4 + lengths[0] + lengths[1]);
	message->header_count++;
}

/* Eight digits of hours are more than 64 bits of nanoseconds hold: no limit. */
static int64_t time_of(uint64_t number, int64_t unit)
{
	return number <= (uint64_t)(INT64_MAX / unit) ? (int64_t)number * unit : 0;
}

/* "2500m": https://github.com/grpc/grpc/blob/master/doc/PROTOCOL-HTTP2.md. In nanoseconds; 0: none. */
static int64_t time_limit(struct http_line value)
{
	static const struct { char unit; int64_t length; } units[] = { { 'H', 3600 * NANOSECONDS },
		{ 'M', 60 * NANOSECONDS }, { 'S', NANOSECONDS }, { 'm', MILLISECOND }, { 'u', 1000 }, { 'n', 1 } };
	if (value.length < 2 || value.length > 9)
		return 0;
	struct http_line digits = { value.bytes, value.length - 1 };
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (value.bytes[value.length - 1] == (uint8_t)units[i].unit)
			return time_of(http_decimal(digits), units[i].length);
	return 0;
}

static void take_header(struct http2_message *message, struct http_head *head, const struct hpack_header *header)
{
	struct http_message *http = &message->http;
	if (!header->name || !header->value)
		return;
	struct http_line name = { header->name, header->name_length };
	struct http_line value = { header->value, header->value_length };
	if (http_is_named(name, "grpc-timeout"))
		http->time_limit = time_limit(value);
	else if (!name.length || name.bytes[0] != ':')
		http_take_header(http, head, name, value);
	else if (http_is_named(name, ":method"))
		http_copy(http->method, sizeof http->method, value);
	else if (http_is_named(name, ":path"))
		http_copy(http->uri, sizeof http->uri, value);
	else if (http_is_named(name, ":authority"))
		http_copy(http->host, sizeof http->host, value);
	else if (http_is_named(name, ":status"))
		http->status = (uint16_t)(http_decimal(value) % 1000);
}

static bool take_block(struct side *side, struct cursor block, struct http2_message *message,
		       struct http_head *head)
{
	struct hpack_scratch scratch;
	struct hpack_header header;
	while (hpack_next(&side->table, &block, &scratch, &header)) {
		keep_text(message, &header);
		take_header(message, head, &header);
	}
	if (!cursor_ok(&block))
		hpack_lose(&side->table);
	return cursor_ok(&block);
}

/* The header block of one frame, without what stands around it: RFC 9113, 6.2 and 6.6. */
static struct cursor block_of_frame(struct cursor *in, struct frame_head frame)
{
	struct cursor payload = *in;
	if (frame.length < payload.captured)
		payload = cursor_make(in->next, frame.length, frame.length);
	cursor_skip(in, payload.captured);
	if (frame.type == HTTP2_CONTINUATION)
		return payload;
	size_t padding = frame.flags & HTTP2_PADDED ? cursor_u8(&payload) : 0;
	if (frame.type == HTTP2_PUSH_PROMISE)
		cursor_skip(&payload, 4);
	else if (frame.flags & HTTP2_HAS_PRIORITY)
		cursor_skip(&payload, 5);
	if (padding > payload.captured)
		padding = payload.captured;
	return cursor_make(payload.next, payload.captured - padding, payload.captured - padding);
}

/* The header blocks of all frames together, which may part anywhere. */
static bool take_blocks(struct side *side, struct cursor in, struct frame_head frame,
			struct http2_message *message, struct http_head *head)
{
	struct cursor block = block_of_frame(&in, frame);
	if (!in.captured)
		return take_block(side, block, message, head);
	size_t length = 0;
	uint8_t *joined = memory_allocate(block.captured + in.captured);
	while (length += block.captured, memcpy(joined + length - block.captured, block.next, block.captured),
	       in.captured >= HEAD) {
		frame = read_head(&in);
		block = block_of_frame(&in, frame);
	}
	bool taken = take_block(side, cursor_make(joined, length, length), message, head);
	free(joined);
	return taken;
}

static void begin_request(struct http2_stream *of, struct http_message *http, const struct http_head *head)
{
	http->kind = HTTP_REQUEST;
	of->grpc = http->grpc;
	memcpy(of->method, http->method, sizeof of->method);
	of->body[true] = (struct http2_body){ .head = true, .has_length = head->has_length,
		.length = head->length };
}

/* A response that has no body may announce the length of the one that it would have. */
static bool has_no_body(const struct http2_stream *of)
{
	return strcmp(of->method, "HEAD") == 0 || of->status == 204 || of->status == 304;
}

static void begin_response(struct http2_stream *of, struct http_message *http, const struct http_head *head)
{
	http->kind = HTTP_RESPONSE;
	of->status = http->status;
	of->grpc = of->grpc || http->grpc;
	memcpy(http->method, of->method, sizeof http->method);
	if (http->status < 200)
		return;
	of->no_body = has_no_body(of);
	of->body[false] = (struct http2_body){ .head = true, .has_length = head->has_length && !of->no_body,
		.length = head->length };
}

/* What is known of a body, when it ends. */
static void end_body(struct http2_stream *of, bool from_client, struct http_message *http)
{
	struct http2_body *body = &of->body[from_client];
	http->kind = HTTP_BODY_END;
	http->from_client = from_client;
	http->stream = of->id;
	http->body = body->has_length ? HTTP_BODY_LENGTH : HTTP_BODY_CHUNKED;
	http->status = of->status;
	http->content_length = body->length;
	http->body_bytes = body->bytes;
	http->missing = body->missing;
	http->grpc = of->grpc;
	memcpy(http->method, of->method, sizeof http->method);
	body->ended = true;
}

static void close_if_done(struct http2_state *state, struct http2_stream *of)
{
	if (of->body[0].ended && of->body[1].ended)
		http2_streams_close(&state->streams, of);
}

static bool is_called_off(const struct http2_state *state, uint32_t id)
{
	for (size_t i = 0; i < CALLED_OFF; i++)
		if (state->called_off[i] == id)
			return true;
	return false;
}

static void decode_headers(struct stream *stream, struct cursor in, struct frame_head frame,
			   struct http2_message *message)
{
	struct http2_state *state = stream->state;
	struct http_message *http = &message->http;
	struct http_head head = { 0 };
	bool ends = frame.flags & HTTP2_END_STREAM, from_client = stream->from_client;
	take_blocks(&state->side[from_client], in, frame, message, &head);
	/* Promised responses answer nobody's question. */
	if (frame.type == HTTP2_PUSH_PROMISE || frame.stream % 2 == 0)
		return;
	struct http2_stream *of = http2_streams_find(&state->streams, frame.stream);
	bool begun = of && of->body[from_client].head;
	if (from_client && !begun) {
		of = http2_streams_enter(&state->streams, frame.stream);
		begin_request(of, http, &head);
	} else if (!from_client && !of && is_called_off(state, frame.stream)) {
		/* It crossed the reset: nobody waits for it. */
		http->has_grpc_status = false;
		return;
	} else if (!from_client && http->status) {
		of = http2_streams_enter(&state->streams, frame.stream);
		begin_response(of, http, &head);
	} else if (begun && ends) {
		/* Trailers */
		end_body(of, from_client, http);
		http->complete = true;
		close_if_done(state, of);
		return;
	} else {
		return;
	}
	struct http2_body *body = &of->body[from_client];
	body->ended = ends;
	http->content_length = body->has_length ? body->length : 0;
	http->body = ends ? HTTP_NO_BODY : body->has_length ? HTTP_BODY_LENGTH : HTTP_BODY_CHUNKED;
	close_if_done(state, of);
}

static void decode_data(struct stream *stream, struct cursor in, struct frame_head frame,
			struct http2_message *message)
{
	struct http2_state *state = stream->state;
	struct side *side = &state->side[stream->from_client];
	side->mode = BEFORE_DATA;
	side->stream = frame.stream;
	side->length = frame.length;
	side->bytes = frame.length;
	side->ends = frame.flags & HTTP2_END_STREAM;
	if (frame.flags & HTTP2_PADDED && frame.length) {
		uint32_t padding = cursor_u8(&in);
		side->length--;
		side->bytes = padding < side->length ? (uint32_t)side->length - padding : 0;
	}
	if (side->length)
		return;
	/* Nothing follows that could tell the end later. */
	side->mode = AT_FRAME;
	struct http2_stream *of = http2_streams_find(&state->streams, frame.stream);
	if (!side->ends || !of || !of->body[stream->from_client].head)
		return;
	end_body(of, stream->from_client, &message->http);
	message->http.complete = true;
	close_if_done(state, of);
}

/* A stream that is reset ends the response, whoever resets it. What the client still sends then is not missed:
 * RFC 9113, 8.1. */
static void decode_reset(struct stream *stream, uint32_t id, struct http2_message *message)
{
	struct http2_state *state = stream->state;
	struct http2_stream *of = http2_streams_find(&state->streams, id);
	if (stream->from_client)
		state->called_off[state->called_off_next++ % CALLED_OFF] = id;
	if (!of)
		return;
	if (!of->body[false].ended && !of->body[false].doubtful) {
		end_body(of, false, &message->http);
		message->http.reset = true;
		message->http.error = message->error;
	}
	http2_streams_close(&state->streams, of);
}

/* The end of a body: by its last DATA, or because the connection ended. */
static void decode_end(struct stream *stream, struct http2_message *message)
{
	struct http2_state *state = stream->state;
	struct side *side = &state->side[stream->from_client];
	bool from_client = stream->from_client, whole = side->mode == AT_END;
	struct http2_stream *of = whole ? http2_streams_find(&state->streams, side->stream)
					: find_unfinished(&state->streams, from_client);
	side->mode = AT_FRAME;
	message->type = HTTP2_NOTHING;
	if (!of)
		return;
	bool doubtful = of->body[from_client].doubtful || stream->hole;
	bool known = of->body[from_client].head && !of->body[from_client].ended;
	if (known && (whole || !doubtful))
		end_body(of, from_client, &message->http);
	of->body[from_client].ended = true;
	message->http.complete = whole;
	message->http.closed = !whole && !stream->reset;
	message->http.reset = !whole && stream->reset;
	close_if_done(state, of);
}

static void decode_frame(struct stream *stream, struct cursor in, struct http2_message *message)
{
	struct http2_state *state = stream->state;
	struct side *side = &state->side[stream->from_client];
	if (!side->began && stream->from_client && in.captured == MAGIC_LENGTH &&
	    memcmp(in.next, magic, MAGIC_LENGTH) == 0) {
		message->type = HTTP2_MAGIC;
		side->began = true;
		return;
	}
	side->began = true;
	struct frame_head frame = read_head(&in);
	message->type = frame.type;
	message->flags = frame.flags;
	message->length = frame.length;
	message->http.stream = frame.stream;
	switch (frame.type) {
	case HTTP2_DATA:
		decode_data(stream, in, frame, message);
		break;
	case HTTP2_HEADERS:
	case HTTP2_PUSH_PROMISE:
		decode_headers(stream, in, frame, message);
		break;
	case HTTP2_RST_STREAM:
		message->error = cursor_be32(&in);
		decode_reset(stream, frame.stream, message);
		break;
	case HTTP2_GOAWAY:
		message->last_stream = cursor_be32(&in) & 0x7fffffff;
		message->error = cursor_be32(&in);
		break;
	default:
		break;
	}
}

static struct next decode_http2(struct cursor *in, struct packet *packet, void *facts)
{
	struct http2_message *message = facts;
	struct stream *stream = packet->stream;
	if (!stream)
		return next_payload(cursor_rest(in));
	prepare(stream);
	message->http.kind = HTTP_OTHER;
	message->http.from_client = stream->from_client;
	message->http.minor_version = 0;
	if (in->captured)
		decode_frame(stream, cursor_rest(in), message);
	else
		decode_end(stream, message);
	count_held(stream);
	return next_none();
}

/* Headers that the table misses can no longer be known, and bodies no longer be measured. */
static void lose_http2(struct stream *stream)
{
	struct http2_state *state = stream->state;
	struct side *side = &state->side[stream->from_client];
	prepare(stream);
	side->mode = AT_FRAME;
	side->walked = 0;
	side->began = true;
	hpack_lose(&side->table);
	for (size_t i = 0; i < state->streams.count; i++)
		state->streams.open[i].body[stream->from_client].doubtful = true;
}

static void finish_http2(struct stream *stream)
{
	struct http2_state *state = stream->state;
	for (int i = 0; i < 2; i++)
		hpack_finish(&state->side[i].table);
	http2_streams_finish(&state->streams);
}

static void say_http2(struct text *to, const void *facts)
{
	const struct http2_message *message = facts;
	const struct http_message *http = &message->http;
	const char *type = http2_type_name(message->type);
	if (http->kind == HTTP_REQUEST) {
		text_addf(to, "http2 : %s %s", http->method[0] ? http->method : "?", http->uri);
	} else if (http->kind == HTTP_RESPONSE) {
		text_addf(to, "http2 : %u", http->status);
	} else if (message->type != HTTP2_NOTHING) {
		if (type)
			text_addf(to, "http2 : %s", type);
		else
			text_addf(to, "http2 : frame of type %u", message->type);
	}
	if (http->has_grpc_status && grpc_status_name(http->grpc_status))
		text_addf(to, "%s grpc-status %s", to->length ? "," : "http2 :",
			  grpc_status_name(http->grpc_status));
	if (message->type == HTTP2_RST_STREAM || message->type == HTTP2_GOAWAY) {
		const char *error = http2_error_name(message->error);
		text_addf(to, " (%s)", error ? error : "unknown error");
	}
}

static void mark_http2(const void *facts, struct exchange_mark *mark)
{
	const struct http2_message *message = facts;
	const struct http_message *http = &message->http;
	http_mark(http, mark);
	if (http->has_grpc_status && http->grpc_status) {
		mark->failed = true;
		mark->code = http->grpc_status;
		mark->status = grpc_status_name(http->grpc_status);
	} else if (message->type == HTTP2_RST_STREAM && http->kind == HTTP_BODY_END) {
		mark->role = EXCHANGE_RESPONSE;
		mark->failed = true;
		mark->code = (int32_t)message->error;
		mark->status = http2_error_name(message->error);
	}
}

static size_t used_http2(const void *facts)
{
	const struct http2_message *message = facts;
	return offsetof(struct http2_message, text) + message->text_length;
}

static const struct streaming http2_streaming = {
	.state_size = sizeof(struct http2_state),
	.anywhere = true,
	.probe = probe_http2,
	.frame = frame_http2,
	.lost = lose_http2,
	.finish = finish_http2,
};

const struct decoder http2_decoder = {
	.name = "http2",
	.protocol = "HTTP2",
	.title = "HyperText Transfer Protocol 2",
	.facts_size = sizeof(struct http2_message),
	.facts_used = used_http2,
	.decode = decode_http2,
	.stream = &http2_streaming,
	.words = say_http2,
	.exchange = mark_http2,
	.fields = http2_fields,
	.tell = http2_tell,
};
