#include "decode/http.h"

#include <string.h>

#include "decode/http_head.h"

#define HEAD_LIMIT 65536         /* bytes of a head; servers take 8 to 16 KiB */
#define LINE_LIMIT 4096          /* of the size of a chunk with its extensions */
#define METHOD_MOST 16           /* bytes, and the blank behind it */
#define REQUESTS 64              /* pipelined, whose responses may have no body */
#define CHUNK_MOST (1ull << 40)

enum mode { AT_HEAD, IN_BODY, IN_CHUNKS, IN_TRAILER, UNTIL_CLOSE, AT_END };

struct side {
	uint8_t mode;                /* enum mode */
	uint8_t body;                /* enum http_body */
	uint64_t length;             /* as announced */
	uint64_t bytes, missing, never_came; /* of the body so far */
	uint16_t status;
	char method[16];
	bool broken;                 /* the chunks make no sense */
	bool judged;                 /* the first line of the head under way is whole and makes sense */
};

struct http_state {
	struct side side[2];         /* by from_client */
	char methods[REQUESTS][16];  /* of requests that wait for their response */
	uint8_t first, count;
};

/* RFC 9110, RFC 5789, WebDAV (RFC 4918), UPnP */
static const char *const methods[] = {
	"GET", "POST", "HEAD", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PATCH", "PROPFIND", "PROPPATCH",
	"MKCOL", "COPY", "MOVE", "LOCK", "UNLOCK", "REPORT", "SEARCH", "CHECKOUT", "MERGE", "MKACTIVITY",
	"VERSION-CONTROL", "BITS_POST", "CCM_POST", "RPC_IN_DATA", "RPC_OUT_DATA", "RPC_CONNECT", "SUBSCRIBE",
	"UNSUBSCRIBE", "NOTIFY", "M-SEARCH", "PURGE", "ACL", "BIND", "LINK", "UNLINK", "MKCALENDAR", "ORDERPATCH",
	NULL };

/* The next line, which is passed. False when it is not whole and `all` is not set. */
static bool take_line(struct cursor *in, bool all, struct http_line *line)
{
	const uint8_t *end = in->captured ? memchr(in->next, '\n', in->captured) : NULL;
	if (!end && (!all || !in->captured))
		return false;
	size_t length = end ? (size_t)(end - in->next) : in->captured;
	*line = (struct http_line){ in->next, length };
	if (length && line->bytes[length - 1] == '\r')
		line->length--;
	cursor_skip(in, end ? length + 1 : length);
	return true;
}

static const char *find_method(const uint8_t *bytes, size_t length)
{
	for (const char *const *method = methods; *method; method++)
		if (strlen(*method) == length && memcmp(*method, bytes, length) == 0)
			return *method;
	return NULL;
}

static bool is_version(struct http_line word)
{
	return word.length >= 8 && memcmp(word.bytes, "HTTP/1.", 7) == 0;
}

/* "Name: value": the value without the blanks around it. False when there is no colon. */
static bool split_header(struct http_line line, struct http_line *name, struct http_line *value)
{
	const uint8_t *colon = line.length ? memchr(line.bytes, ':', line.length) : NULL;
	if (!colon)
		return false;
	*name = (struct http_line){ line.bytes, (size_t)(colon - line.bytes) };
	*value = (struct http_line){ colon + 1, line.length - name->length - 1 };
	while (value->length && (*value->bytes == ' ' || *value->bytes == '\t')) {
		value->bytes++;
		value->length--;
	}
	while (value->length && (value->bytes[value->length - 1] == ' ' || value->bytes[value->length - 1] == '\t'))
		value->length--;
	return true;
}

static void read_headers(struct http_message *message, struct http_head *head, struct cursor *in)
{
	struct http_line line, name, value;
	while (take_line(in, true, &line) && line.length)
		if (split_header(line, &name, &value))
			http_take_header(message, head, name, value);
}

/* Which body follows the head of a response: RFC 9112, 6.3. */
static enum http_body body_of_response(const struct http_message *message, const struct http_head *head)
{
	bool none = message->status < 200 || message->status == 204 || message->status == 304 ||
		    strcmp(message->method, "HEAD") == 0 ||
		    (strcmp(message->method, "CONNECT") == 0 && message->status < 300);
	if (none)
		return HTTP_NO_BODY;
	if (head->chunked)
		return HTTP_BODY_CHUNKED;
	if (head->has_length)
		return head->length ? HTTP_BODY_LENGTH : HTTP_NO_BODY;
	return HTTP_BODY_UNTIL_CLOSE;
}

static enum http_body body_of_request(const struct http_head *head)
{
	if (head->chunked)
		return HTTP_BODY_CHUNKED;
	return head->has_length && head->length ? HTTP_BODY_LENGTH : HTTP_NO_BODY;
}

static void begin_body(struct side *side, const struct http_message *message)
{
	static const uint8_t modes[] = { [HTTP_NO_BODY] = AT_HEAD, [HTTP_BODY_LENGTH] = IN_BODY,
		[HTTP_BODY_CHUNKED] = IN_CHUNKS, [HTTP_BODY_UNTIL_CLOSE] = UNTIL_CLOSE };
	*side = (struct side){ .mode = modes[message->body], .body = message->body, .status = message->status,
		.length = message->content_length };
	memcpy(side->method, message->method, sizeof side->method);
}

static void remember_request(struct http_state *state, const char method[static 16])
{
	if (state->count == REQUESTS) {
		state->first = (uint8_t)((state->first + 1) % REQUESTS);
		state->count--;
	}
	memcpy(state->methods[(state->first + state->count++) % REQUESTS], method, 16);
}

/* The method that a response answers. Interim responses leave their request waiting. */
static void recall_request(struct http_state *state, struct http_message *message)
{
	if (!state->count)
		return;
	memcpy(message->method, state->methods[state->first], sizeof message->method);
	if (message->status < 200 && message->status != 101)
		return;
	state->first = (uint8_t)((state->first + 1) % REQUESTS);
	state->count--;
}

static void decode_request(struct stream *stream, struct cursor *in, struct http_message *message)
{
	struct http_state *state = stream->state;
	struct http_head head = { 0 };
	struct http_line line = { NULL, 0 };
	take_line(in, true, &line);
	struct http_line method = http_take_word(&line), uri = http_take_word(&line);
	message->kind = HTTP_REQUEST;
	http_copy(message->method, sizeof message->method, method);
	http_copy(message->uri, sizeof message->uri, uri);
	message->minor_version = line.length >= 8 && line.bytes[7] == '1';
	read_headers(message, &head, in);
	message->body = (uint8_t)body_of_request(&head);
	message->content_length = head.length;
	remember_request(state, message->method);
	begin_body(&state->side[true], message);
}

/* Where the stream goes from here is another protocol's. */
static void change_protocol(struct stream *stream, const struct http_message *message, bool to_websocket)
{
	if (message->status == 101 && (to_websocket || message->to_http2))
		stream->then = decoder_named(to_websocket ? "websocket" : "http2");
	else if (strcmp(message->method, "CONNECT") == 0 && message->status < 300 && message->status >= 200)
		stream->then = decoder_named("tls");
}

static void decode_response(struct stream *stream, struct cursor *in, struct http_message *message)
{
	struct http_state *state = stream->state;
	struct http_head head = { 0 };
	struct http_line line = { NULL, 0 };
	take_line(in, true, &line);
	struct http_line version = http_take_word(&line), status = http_take_word(&line);
	message->kind = HTTP_RESPONSE;
	message->minor_version = version.length >= 8 && version.bytes[7] == '1';
	message->status = (uint16_t)(http_decimal(status) % 1000);
	http_copy(message->reason, sizeof message->reason, line);
	recall_request(state, message);
	read_headers(message, &head, in);
	message->body = (uint8_t)body_of_response(message, &head);
	message->content_length = head.length;
	message->upgrades = message->status == 101;
	begin_body(&state->side[false], message);
	change_protocol(stream, message, head.to_websocket);
}

static void decode_end(struct stream *stream, struct http_message *message)
{
	struct http_state *state = stream->state;
	struct side *side = &state->side[stream->from_client];
	message->kind = HTTP_BODY_END;
	message->body = side->body;
	message->status = side->status;
	message->content_length = side->length;
	message->body_bytes = side->bytes;
	message->missing = side->missing;
	memcpy(message->method, side->method, sizeof message->method);
	/* In IN_BODY nothing of it came. */
	message->complete = !side->never_came && !side->broken && side->mode != IN_BODY;
	if (side->body == HTTP_BODY_CHUNKED)
		message->complete = message->complete && side->mode == AT_END;
	if (side->body == HTTP_BODY_UNTIL_CLOSE)
		message->complete = stream->ended && !stream->reset;
	bool unknown = side->broken || stream->hole;
	message->closed = stream->ended && !stream->reset && !unknown;
	message->reset = stream->reset && !unknown;
	*side = (struct side){ .mode = AT_HEAD };
}

static struct next decode_http(struct cursor *in, struct packet *packet, void *facts)
{
	struct http_message *message = facts;
	struct stream *stream = packet->stream;
	if (!stream)
		return next_payload(cursor_rest(in));
	const struct http_state *state = stream->state;
	message->from_client = stream->from_client;
	if (state->side[stream->from_client].mode != AT_HEAD)
		decode_end(stream, message);
	else if (stream->from_client)
		decode_request(stream, in, message);
	else
		decode_response(stream, in, message);
	cursor_rest(in);
	return next_none();
}

/* The length of the head that starts here, with its empty line; 0 when it is not whole. The empty line may
 * have begun in the bytes that were seen before. */
static size_t head_length(struct cursor in, size_t seen)
{
	const uint8_t *end;
	for (size_t at = seen > 2 ? seen - 2 : 0; (end = frame_find_line_end(in, at)); ) {
		at = (size_t)(end - in.next) + 1;
		size_t left = in.captured - at;
		if (left >= 1 && in.next[at] == '\n')
			return at + 1;
		if (left >= 2 && in.next[at] == '\r' && in.next[at + 1] == '\n')
			return at + 2;
	}
	return 0;
}

static enum certainty probe_http(const struct stream *stream, struct cursor in);

/* Is it one? Its first line tells, and is looked at only when its method has come, and when its end has. */
static enum certainty judge_head(const struct stream *stream, struct side *side, struct cursor in)
{
	side->judged = side->judged && stream->seen;
	if (side->judged)
		return CERTAINTY_LIKELY;
	bool whole = frame_find_line_end(in, stream->seen);
	if (!whole && stream->seen > METHOD_MOST)
		return CERTAINTY_LIKELY;
	side->judged = whole;
	return probe_http(stream, in);
}

static struct frame frame_head(struct stream *stream, struct side *side, struct cursor in)
{
	size_t blank = 0;
	while (blank < in.captured && (in.next[blank] == '\r' || in.next[blank] == '\n'))
		blank++;
	if (blank)
		return frame_skip(blank);
	if (!in.captured)
		return frame_more();
	enum certainty certainty = judge_head(stream, side, in);
	if (certainty == CERTAINTY_NO)
		return frame_lost();
	size_t length = head_length(in, stream->seen);
	if (length)
		return frame_message(length);
	if ((stream->cut || stream->ended) && certainty > CERTAINTY_MORE)
		return frame_message(in.captured);
	return in.captured < HEAD_LIMIT ? frame_more() : frame_lost();
}

static int hexadecimal(uint8_t c)
{
	if (c >= '0' && c <= '9') return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* "1a4f;extension" and the chunk behind it; with 0 the trailer follows. */
static struct frame frame_chunk(const struct stream *stream, struct side *side, struct cursor in)
{
	struct cursor rest = in;
	struct http_line line;
	/* Nobody's chunk: no word about where the body ends. */
	if (in.captured && hexadecimal(in.next[0]) < 0) {
		side->broken = true;
		side->mode = AT_END;
		return frame_message(0);
	}
	if (!frame_find_line_end(in, stream->seen) || !take_line(&rest, false, &line)) {
		side->broken = side->broken || in.captured > LINE_LIMIT;
		return in.captured > LINE_LIMIT ? frame_lost() : frame_more();
	}
	size_t before = in.captured - rest.captured;
	uint64_t size = 0;
	size_t digits = 0;
	while (digits < line.length && hexadecimal(line.bytes[digits]) >= 0 && size < CHUNK_MOST)
		size = size << 4 | (unsigned)hexadecimal(line.bytes[digits++]);
	if (!digits || size >= CHUNK_MOST) {
		side->broken = true;
		side->mode = AT_END;
		return frame_message(0);
	}
	if (!size) {
		side->mode = IN_TRAILER;
		return frame_skip(before);
	}
	side->bytes += size;
	return frame_skip(before + size + 2);
}

static struct frame frame_trailer(const struct stream *stream, struct side *side, struct cursor in)
{
	struct cursor rest = in;
	struct http_line line;
	if (!frame_find_line_end(in, stream->seen) || !take_line(&rest, false, &line))
		return in.captured > LINE_LIMIT ? frame_lost() : frame_more();
	if (!line.length)
		side->mode = AT_END;
	return frame_skip(in.captured - rest.captured);
}

static struct frame frame_body(struct stream *stream, struct side *side, struct cursor in)
{
	switch ((enum mode)side->mode) {
	case IN_BODY:
		side->mode = AT_END;
		side->bytes = side->length;
		return frame_skip(side->length);
	case IN_CHUNKS:
		return frame_chunk(stream, side, in);
	case IN_TRAILER:
		return frame_trailer(stream, side, in);
	case UNTIL_CLOSE:
		side->bytes += in.captured;
		return in.captured ? frame_skip(in.captured) : frame_more();
	default:
		return frame_message(0);
	}
}

static struct frame frame_http(struct stream *stream, struct cursor in)
{
	struct http_state *state = stream->state;
	struct side *side = &state->side[stream->from_client];
	side->missing += stream->missing;
	side->never_came += stream->never_came;
	/* Of a chunk the last two bytes are the end of its line. */
	uint64_t framing = side->mode == IN_CHUNKS ? 2 : 0;
	uint64_t less = stream->never_came > framing ? stream->never_came - framing : 0;
	side->bytes -= less < side->bytes ? less : side->bytes;
	if (side->mode == AT_HEAD)
		return frame_head(stream, side, in);
	/* Whatever was under way ends with its direction. */
	if (stream->ended && !in.captured)
		return frame_message(0);
	return frame_body(stream, side, in);
}

static void lose_http(struct stream *stream)
{
	struct http_state *state = stream->state;
	state->side[stream->from_client] = (struct side){ .mode = AT_HEAD };
	state->count = 0;
}

static enum certainty probe_request(struct cursor in)
{
	struct http_line line = { in.next, in.captured };
	const uint8_t *end = in.captured ? memchr(in.next, '\n', in.captured) : NULL;
	if (end)
		line.length = (size_t)(end - in.next);
	struct http_line method = http_take_word(&line);
	if (method.length == in.captured) {
		for (const char *const *known = methods; *known; known++)
			if (in.captured <= strlen(*known) && memcmp(*known, in.next, in.captured) == 0)
				return CERTAINTY_MORE;
		return CERTAINTY_NO;
	}
	if (!find_method(method.bytes, method.length))
		return CERTAINTY_NO;
	if (!end)
		return CERTAINTY_LIKELY;
	http_take_word(&line);
	/* RTSP and SIP have the same words, but another version behind them. HTTP/0.9 has none. */
	if (is_version(line))
		return CERTAINTY_CERTAIN;
	return line.length ? CERTAINTY_NO : CERTAINTY_PERHAPS;
}

static enum certainty probe_response(struct cursor in)
{
	size_t length = in.captured < 7 ? in.captured : 7;
	if (memcmp("HTTP/1.", in.next, length) != 0)
		return CERTAINTY_NO;
	return length < 7 ? CERTAINTY_MORE : CERTAINTY_CERTAIN;
}

static enum certainty probe_http(const struct stream *stream, struct cursor in)
{
	if (!in.captured)
		return CERTAINTY_MORE;
	return stream->from_client ? probe_request(in) : probe_response(in);
}

static void say_http(struct text *to, const void *facts)
{
	const struct http_message *message = facts;
	if (message->kind == HTTP_REQUEST)
		text_addf(to, "http : %s %s", message->method, message->uri);
	else if (message->kind == HTTP_RESPONSE)
		text_addf(to, "http : %u %s", message->status, message->reason);
}

static void mark_http(const void *facts, struct exchange_mark *mark)
{
	http_mark(facts, mark);
}

enum { REQUEST, METHOD, URI, REQUEST_VERSION, RESPONSE, RESPONSE_VERSION, STATUS, PHRASE, HEADERS };

static const struct field fields[] = {
	[REQUEST] = { "http.request", "Request", FIELD_FLAG },
	[METHOD] = { "http.request.method", "Request Method", FIELD_TEXT },
	[URI] = { "http.request.uri", "Request URI", FIELD_TEXT },
	[REQUEST_VERSION] = { "http.request.version", "Request Version", FIELD_TEXT },
	[RESPONSE] = { "http.response", "Response", FIELD_FLAG },
	[RESPONSE_VERSION] = { "http.response.version", "Response Version", FIELD_TEXT },
	[STATUS] = { "http.response.code", "Status Code", FIELD_UINT },
	[PHRASE] = { "http.response.phrase", "Response Phrase", FIELD_TEXT },
	{ "http.host", "Host", FIELD_TEXT },
	{ "http.user_agent", "User-Agent", FIELD_TEXT },
	{ "http.referer", "Referer", FIELD_TEXT },
	{ "http.accept", "Accept", FIELD_TEXT },
	{ "http.accept_encoding", "Accept Encoding", FIELD_TEXT },
	{ "http.accept_language", "Accept-Language", FIELD_TEXT },
	{ "http.connection", "Connection", FIELD_TEXT },
	{ "http.content_type", "Content-Type", FIELD_TEXT },
	{ "http.content_encoding", "Content-Encoding", FIELD_TEXT },
	{ "http.content_length_header", "Content-Length", FIELD_TEXT },
	{ "http.transfer_encoding", "Transfer-Encoding", FIELD_TEXT },
	{ "http.cache_control", "Cache-Control", FIELD_TEXT },
	{ "http.date", "Date", FIELD_TEXT },
	{ "http.last_modified", "Last-Modified", FIELD_TEXT },
	{ "http.location", "Location", FIELD_TEXT },
	{ "http.server", "Server", FIELD_TEXT },
	{ "http.upgrade", "Upgrade", FIELD_TEXT },
	{ "http.www_authenticate", "WWW-Authenticate", FIELD_TEXT },
	{ "http.proxy_authenticate", "Proxy-Authenticate", FIELD_TEXT },
	{ "http.x_forwarded_for", "X-Forwarded-For", FIELD_TEXT },
	{ "http.set_cookie", "Set-Cookie", FIELD_TEXT },
	{ "http.cookie", "Cookie", FIELD_TEXT },
	{ "http.authorization", "Authorization", FIELD_TEXT },
	{ "http.proxy_authorization", "Proxy-Authorization", FIELD_TEXT },
	{ NULL },
};

/* What only the two ends should know. */
static bool is_secret(const struct field *field)
{
	static const char *const secrets[] = { "http.set_cookie", "http.cookie", "http.authorization",
		"http.proxy_authorization" };
	for (size_t i = 0; i < sizeof secrets / sizeof *secrets; i++)
		if (strcmp(field->name, secrets[i]) == 0)
			return true;
	return false;
}

static const struct field *field_of_header(struct http_line name)
{
	for (const struct field *field = fields + HEADERS; field->name; field++)
		if (http_is_named(name, field->title))
			return field;
	/* The one whose title Wireshark spells in two words. */
	return http_is_named(name, "accept-encoding") ? field_of_header((struct http_line){
		(const uint8_t *)"Accept Encoding", 15 }) : NULL;
}

static void tell_word(struct teller *teller, const struct field *field, struct http_line word)
{
	if (word.length)
		tell_text(teller, field, word.bytes, word.length, (const char *)word.bytes, word.length);
}

static void tell_header(struct teller *teller, struct http_line line)
{
	struct http_line name, value;
	if (!split_header(line, &name, &value) || !value.length)
		return;
	const struct field *field = field_of_header(name);
	if (!field)
		return;
	if (is_secret(field))
		tell_secret(teller, field, value.bytes, value.length);
	else
		tell_word(teller, field, value);
}

static void tell_http(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct http_message *message = facts;
	struct http_line line;
	(void)packet;
	if (message->kind == HTTP_BODY_END || !take_line(&in, true, &line))
		return;
	bool request = message->kind == HTTP_REQUEST;
	tell_number(teller, &fields[request ? REQUEST : RESPONSE], line.bytes, line.length, true);
	struct http_line first = http_take_word(&line), second = http_take_word(&line);
	if (request) {
		tell_word(teller, &fields[METHOD], first);
		tell_word(teller, &fields[URI], second);
		tell_word(teller, &fields[REQUEST_VERSION], line);
	} else {
		tell_word(teller, &fields[RESPONSE_VERSION], first);
		tell_number(teller, &fields[STATUS], second.bytes, second.length, message->status);
		tell_word(teller, &fields[PHRASE], line);
	}
	while (take_line(&in, true, &line) && line.length)
		tell_header(teller, line);
}

static const struct streaming http_streaming = {
	.state_size = sizeof(struct http_state),
	.anywhere = true,
	.probe = probe_http,
	.frame = frame_http,
	.lost = lose_http,
};

const struct decoder http_decoder = {
	.name = "http",
	.protocol = "HTTP",
	.title = "Hypertext Transfer Protocol",
	.bindings = { { BY_TCP_PORT, 80 }, { BY_TCP_PORT, 8080 }, { BY_TCP_PORT, 3128 }, { BY_TCP_PORT, 8000 },
		{ BY_TCP_PORT, 8888 }, { BY_TCP_PORT, 5985 }, { BY_TCP_PORT, 591 } },
	.facts_size = sizeof(struct http_message),
	.decode = decode_http,
	.stream = &http_streaming,
	.words = say_http,
	.exchange = mark_http,
	.fields = fields,
	.tell = tell_http,
};
