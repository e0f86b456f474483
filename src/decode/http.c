#include "decode/http.h"

#include <string.h>

#define HEAD_LIMIT 65536         /* bytes of a head; servers take 8 to 16 KiB */
#define LINE_LIMIT 4096          /* of the size of a chunk with its extensions */
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

struct line { const uint8_t *bytes; size_t length; };    /* without what ends it */

/* The next line, which is passed. False when it is not whole and `all` is not set. */
static bool take_line(struct cursor *in, bool all, struct line *line)
{
	const uint8_t *end = in->captured ? memchr(in->next, '\n', in->captured) : NULL;
	if (!end && (!all || !in->captured))
		return false;
	size_t length = end ? (size_t)(end - in->next) : in->captured;
	*line = (struct line){ in->next, length };
	if (length && line->bytes[length - 1] == '\r')
		line->length--;
	cursor_skip(in, end ? length + 1 : length);
	return true;
}

static bool same_word(const uint8_t *bytes, const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++)
		if ((bytes[i] | 0x20) != (word[i] | 0x20))
			return false;
	return true;
}

static bool contains(const uint8_t *bytes, size_t length, const char *word)
{
	size_t word_length = strlen(word);
	for (size_t at = 0; at + word_length <= length; at++)
		if (same_word(bytes + at, word, word_length))
			return true;
	return false;
}

static void copy(char *to, size_t size, const uint8_t *bytes, size_t length)
{
	if (length > size - 1)
		length = size - 1;
	if (length)
		memcpy(to, bytes, length);
	to[length] = 0;
	/* Facts end at a NUL, whatever the bytes. */
	for (size_t i = 0; i < length; i++)
		if (!to[i])
			to[i] = '?';
}

/* The next word of a line, and the blanks behind it, which are passed. */
static struct line take_word(struct line *line)
{
	struct line word = { line->bytes, 0 };
	while (word.length < line->length && word.bytes[word.length] != ' ' && word.bytes[word.length] != '\t')
		word.length++;
	size_t passed = word.length;
	while (passed < line->length && (line->bytes[passed] == ' ' || line->bytes[passed] == '\t'))
		passed++;
	line->bytes += passed;
	line->length -= passed;
	return word;
}

static const char *find_method(const uint8_t *bytes, size_t length)
{
	for (const char *const *method = methods; *method; method++)
		if (strlen(*method) == length && memcmp(*method, bytes, length) == 0)
			return *method;
	return NULL;
}

static bool is_version(struct line word)
{
	return word.length >= 8 && memcmp(word.bytes, "HTTP/1.", 7) == 0;
}

/* "Name: value": the value without the blanks around it. False when there is no colon. */
static bool split_header(struct line line, struct line *name, struct line *value)
{
	const uint8_t *colon = line.length ? memchr(line.bytes, ':', line.length) : NULL;
	if (!colon)
		return false;
	*name = (struct line){ line.bytes, (size_t)(colon - line.bytes) };
	*value = (struct line){ colon + 1, line.length - name->length - 1 };
	while (value->length && (*value->bytes == ' ' || *value->bytes == '\t')) {
		value->bytes++;
		value->length--;
	}
	while (value->length && (value->bytes[value->length - 1] == ' ' || value->bytes[value->length - 1] == '\t'))
		value->length--;
	return true;
}

static bool is_named(struct line name, const char *word)
{
	return name.length == strlen(word) && same_word(name.bytes, word, name.length);
}

static uint64_t read_decimal(struct line value)
{
	uint64_t number = 0;
	for (size_t i = 0; i < value.length && value.bytes[i] >= '0' && value.bytes[i] <= '9'; i++)
		number = number < UINT64_MAX / 16 ? number * 10 + (value.bytes[i] - '0') : number;
	return number;
}

static int base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z') return c - 'A';
	if (c >= 'a' && c <= 'z') return c - 'a' + 26;
	if (c >= '0' && c <= '9') return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* The user of "user:password" in base64 (RFC 7617), without the password. */
static void read_basic_user(struct line value, char *to, size_t size)
{
	uint32_t bits = 0;
	unsigned count = 0;
	size_t length = 0;
	for (size_t i = 0; i < value.length && length + 1 < size; i++) {
		int digit = base64_digit(value.bytes[i]);
		if (digit < 0)
			break;
		bits = bits << 6 | (uint32_t)digit;
		count += 6;
		if (count < 8)
			continue;
		count -= 8;
		char c = (char)(bits >> count & 0xff);
		if (c == ':')
			break;
		to[length++] = c ? c : '?';
	}
	to[length] = 0;
}

struct head {                    /* what decides about the body */
	bool chunked, has_length, upgrade;
	uint64_t length;
};

static void read_header(struct http_message *message, struct head *head, struct line line)
{
	struct line name, value;
	if (!split_header(line, &name, &value))
		return;
	if (is_named(name, "host")) {
		copy(message->host, sizeof message->host, value.bytes, value.length);
	} else if (is_named(name, "content-length")) {
		head->has_length = true;
		head->length = read_decimal(value);
	} else if (is_named(name, "transfer-encoding")) {
		head->chunked = contains(value.bytes, value.length, "chunked");
	} else if (is_named(name, "content-type")) {
		copy(message->content_type, sizeof message->content_type, value.bytes, value.length);
		message->event_stream = contains(value.bytes, value.length, "text/event-stream");
	} else if (is_named(name, "location")) {
		copy(message->location, sizeof message->location, value.bytes, value.length);
	} else if (is_named(name, "server")) {
		copy(message->server, sizeof message->server, value.bytes, value.length);
	} else if (is_named(name, "upgrade")) {
		head->upgrade = true;
	} else if (is_named(name, "retry-after")) {
		uint64_t seconds = read_decimal(value);
		message->retry_after = seconds < UINT32_MAX ? (uint32_t)seconds : 0;
	} else if (is_named(name, "authorization") || is_named(name, "proxy-authorization")) {
		struct line scheme = take_word(&value);
		bool basic = is_named(scheme, "basic");
		message->authorization = basic ? HTTP_AUTHORIZATION_BASIC : HTTP_AUTHORIZATION_OTHER;
		if (basic)
			read_basic_user(value, message->user, sizeof message->user);
	}
}

static void read_headers(struct http_message *message, struct head *head, struct cursor *in)
{
	struct line line;
	while (take_line(in, true, &line) && line.length)
		read_header(message, head, line);
}

/* Which body follows the head of a response: RFC 9112, 6.3. */
static enum http_body body_of_response(const struct http_message *message, const struct head *head)
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

static enum http_body body_of_request(const struct head *head)
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
	struct head head = { 0 };
	struct line line = { NULL, 0 };
	take_line(in, true, &line);
	struct line method = take_word(&line), uri = take_word(&line);
	message->kind = HTTP_REQUEST;
	copy(message->method, sizeof message->method, method.bytes, method.length);
	copy(message->uri, sizeof message->uri, uri.bytes, uri.length);
	message->minor_version = line.length >= 8 && line.bytes[7] == '1';
	read_headers(message, &head, in);
	message->body = (uint8_t)body_of_request(&head);
	message->content_length = head.length;
	message->upgrades = head.upgrade;
	remember_request(state, message->method);
	begin_body(&state->side[true], message);
}

/* Where the stream goes from here is another protocol's. */
static void change_protocol(struct stream *stream, const struct http_message *message, bool upgrade)
{
	if (message->status == 101)
		stream->then = decoder_named(upgrade ? "websocket" : "http2");
	else if (strcmp(message->method, "CONNECT") == 0 && message->status < 300 && message->status >= 200)
		stream->then = decoder_named("tls");
}

static void decode_response(struct stream *stream, struct cursor *in, struct http_message *message)
{
	struct http_state *state = stream->state;
	struct head head = { 0 };
	struct line line = { NULL, 0 };
	take_line(in, true, &line);
	struct line version = take_word(&line), status = take_word(&line);
	message->kind = HTTP_RESPONSE;
	message->minor_version = version.length >= 8 && version.bytes[7] == '1';
	message->status = (uint16_t)(read_decimal(status) % 1000);
	copy(message->reason, sizeof message->reason, line.bytes, line.length);
	recall_request(state, message);
	read_headers(message, &head, in);
	message->body = (uint8_t)body_of_response(message, &head);
	message->content_length = head.length;
	message->upgrades = message->status == 101;
	begin_body(&state->side[false], message);
	change_protocol(stream, message, head.upgrade);
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
	message->complete = !side->never_came && !side->broken;
	if (side->body == HTTP_BODY_CHUNKED)
		message->complete = message->complete && side->mode == AT_END;
	if (side->body == HTTP_BODY_UNTIL_CLOSE)
		message->complete = stream->ended && !stream->reset;
	message->closed = stream->ended && !stream->reset;
	message->reset = stream->reset;
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

/* The length of the head that starts here, with its empty line; 0 when it is not whole. */
static size_t head_length(struct cursor in)
{
	size_t at = 0;
	while (at < in.captured) {
		const uint8_t *end = memchr(in.next + at, '\n', in.captured - at);
		if (!end)
			return 0;
		size_t next = (size_t)(end - in.next) + 1;
		bool empty = next - at == 1 || (next - at == 2 && in.next[at] == '\r');
		/* Empty lines before a request are passed (RFC 9112, 2.2). */
		if (empty && at > 1)
			return next;
		at = next;
	}
	return 0;
}

static enum certainty probe_http(const struct stream *stream, struct cursor in);

static struct frame frame_head(struct stream *stream, struct cursor in)
{
	size_t blank = 0;
	while (blank < in.captured && (in.next[blank] == '\r' || in.next[blank] == '\n'))
		blank++;
	if (blank)
		return frame_skip(blank);
	if (!in.captured)
		return frame_more();
	enum certainty certainty = probe_http(stream, in);
	if (certainty == CERTAINTY_NO)
		return frame_lost();
	size_t length = head_length(in);
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
static struct frame frame_chunk(struct side *side, struct cursor in)
{
	struct cursor rest = in;
	struct line line;
	if (!take_line(&rest, false, &line)) {
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

static struct frame frame_trailer(struct side *side, struct cursor in)
{
	struct cursor rest = in;
	struct line line;
	if (!take_line(&rest, false, &line))
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
		return frame_chunk(side, in);
	case IN_TRAILER:
		return frame_trailer(side, in);
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
	if (side->bytes >= stream->never_came)
		side->bytes -= stream->never_came;
	if (side->mode == AT_HEAD)
		return frame_head(stream, in);
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
	struct line line = { in.next, in.captured };
	const uint8_t *end = in.captured ? memchr(in.next, '\n', in.captured) : NULL;
	if (end)
		line.length = (size_t)(end - in.next);
	struct line method = take_word(&line);
	if (method.length == in.captured) {
		for (const char *const *known = methods; *known; known++)
			if (in.captured < strlen(*known) && memcmp(*known, in.next, in.captured) == 0)
				return CERTAINTY_MORE;
		return CERTAINTY_NO;
	}
	if (!find_method(method.bytes, method.length))
		return CERTAINTY_NO;
	if (!end)
		return CERTAINTY_LIKELY;
	take_word(&line);
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
	const struct http_message *message = facts;
	mark->id = message->stream;
	mark->code = message->status;
	mark->failed = message->status >= 400;
	if (message->kind == HTTP_REQUEST)
		mark->role = EXCHANGE_REQUEST;
	else if (message->kind == HTTP_RESPONSE && message->status < 200 && message->status != 101)
		mark->role = EXCHANGE_PROGRESS;
	else if (message->kind == HTTP_RESPONSE)
		mark->role = message->body ? EXCHANGE_RESPONSE_BEGIN : EXCHANGE_RESPONSE;
	else
		mark->role = message->from_client ? EXCHANGE_REQUEST_MORE : EXCHANGE_RESPONSE_END;
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

static const struct field *field_of_header(struct line name)
{
	for (const struct field *field = fields + HEADERS; field->name; field++)
		if (strlen(field->title) == name.length && same_word(name.bytes, field->title, name.length))
			return field;
	/* The one whose title Wireshark spells in two words. */
	return is_named(name, "accept-encoding") ? field_of_header((struct line){
		(const uint8_t *)"Accept Encoding", 15 }) : NULL;
}

static void tell_word(struct teller *teller, const struct field *field, struct line word)
{
	if (word.length)
		tell_text(teller, field, word.bytes, word.length, (const char *)word.bytes, word.length);
}

static void tell_header(struct teller *teller, struct line line)
{
	struct line name, value;
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
	struct line line;
	(void)packet;
	if (message->kind == HTTP_BODY_END || !take_line(&in, true, &line))
		return;
	bool request = message->kind == HTTP_REQUEST;
	tell_number(teller, &fields[request ? REQUEST : RESPONSE], line.bytes, line.length, true);
	struct line first = take_word(&line), second = take_word(&line);
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
