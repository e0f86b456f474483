#include "decode/http_head.h"

#include <string.h>

#include "core/hash.h"

static bool same_word(const uint8_t *bytes, const char *word, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		uint8_t c = bytes[i];
		if (c >= 'A' && c <= 'Z')
			c |= 0x20;
		uint8_t want = (uint8_t)word[i];
		if (want >= 'A' && want <= 'Z')
			want |= 0x20;
		if (c != want)
			return false;
	}
	return true;
}

static bool contains(struct http_line text, const char *word)
{
	size_t length = strlen(word);
	for (size_t at = 0; at + length <= text.length; at++)
		if (same_word(text.bytes + at, word, length))
			return true;
	return false;
}

void http_copy(char *to, size_t size, struct http_line text)
{
	size_t length = text.length < size ? text.length : size - 1;
	if (length)
		memcpy(to, text.bytes, length);
	to[length] = 0;
	/* Facts end at a NUL, whatever the bytes. */
	for (size_t i = 0; i < length; i++)
		if (!to[i])
			to[i] = '?';
}

struct http_line http_take_word(struct http_line *line)
{
	struct http_line word = { line->bytes, 0 };
	while (word.length < line->length && word.bytes[word.length] != ' ' && word.bytes[word.length] != '\t')
		word.length++;
	size_t passed = word.length;
	while (passed < line->length && (line->bytes[passed] == ' ' || line->bytes[passed] == '\t'))
		passed++;
	line->bytes += passed;
	line->length -= passed;
	return word;
}

bool http_is_named(struct http_line name, const char *word)
{
	return name.length == strlen(word) && same_word(name.bytes, word, name.length);
}

uint64_t http_decimal(struct http_line value)
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
static void read_basic_user(struct http_line value, char *to, size_t size)
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

static void take_credentials(struct http_message *message, struct http_line value)
{
	struct http_line scheme = http_take_word(&value);
	message->authorization = HTTP_AUTHORIZATION_OTHER;
	if (!http_is_named(scheme, "basic"))
		return;
	message->authorization = HTTP_AUTHORIZATION_BASIC;
	message->secret = hash_bytes(value.bytes, value.length, 0) | 1;
	read_basic_user(value, message->user, sizeof message->user);
}

/* A challenge may be the server's part of a log-in that is under way: NTLM and Negotiate send a token, and
 * Digest (RFC 7616, 3.3) may only want the same once more with another nonce. */
static void take_challenge(struct http_message *message, struct http_line value)
{
	if (contains(value, "stale=true"))
		message->log_in_goes_on = true;
	struct http_line scheme = http_take_word(&value);
	if ((http_is_named(scheme, "ntlm") || http_is_named(scheme, "negotiate")) && value.length)
		message->log_in_goes_on = true;
}

static void take_grpc_status(struct http_message *message, struct http_line value)
{
	uint64_t status = http_decimal(value);
	message->has_grpc_status = true;
	message->grpc_status = status < UINT8_MAX ? (uint8_t)status : UINT8_MAX;
}

void http_take_header(struct http_message *message, struct http_head *head, struct http_line name,
		      struct http_line value)
{
	if (http_is_named(name, "host")) {
		http_copy(message->host, sizeof message->host, value);
	} else if (http_is_named(name, "content-length")) {
		head->has_length = true;
		head->length = http_decimal(value);
	} else if (http_is_named(name, "transfer-encoding")) {
		head->chunked = contains(value, "chunked");
	} else if (http_is_named(name, "content-type")) {
		http_copy(message->content_type, sizeof message->content_type, value);
		message->event_stream = contains(value, "text/event-stream");
		message->grpc = value.length >= 16 && same_word(value.bytes, "application/grpc", 16);
	} else if (http_is_named(name, "location")) {
		http_copy(message->location, sizeof message->location, value);
	} else if (http_is_named(name, "server")) {
		http_copy(message->server, sizeof message->server, value);
	} else if (http_is_named(name, "upgrade")) {
		message->upgrades = true;
		message->to_http2 = contains(value, "h2c");
		head->to_websocket = contains(value, "websocket");
	} else if (http_is_named(name, "retry-after")) {
		uint64_t seconds = http_decimal(value);
		message->retry_after = seconds < UINT32_MAX ? (uint32_t)seconds : 0;
	} else if (http_is_named(name, "authorization") || http_is_named(name, "proxy-authorization")) {
		take_credentials(message, value);
	} else if (http_is_named(name, "www-authenticate") || http_is_named(name, "proxy-authenticate")) {
		take_challenge(message, value);
	} else if (http_is_named(name, "grpc-status")) {
		take_grpc_status(message, value);
	}
}

void http_mark(const struct http_message *message, struct exchange_mark *mark)
{
	mark->id = message->stream;
	mark->code = message->status;
	mark->failed = message->status >= 400;
	switch ((enum http_kind)message->kind) {
	case HTTP_REQUEST:
		mark->role = EXCHANGE_REQUEST;
		break;
	case HTTP_RESPONSE:
		if (message->status < 200 && message->status != 101)
			mark->role = EXCHANGE_PROGRESS;
		else
			mark->role = message->body ? EXCHANGE_RESPONSE_BEGIN : EXCHANGE_RESPONSE;
		break;
	case HTTP_BODY_END:
		mark->role = message->from_client ? EXCHANGE_REQUEST_MORE : EXCHANGE_RESPONSE_END;
		break;
	case HTTP_OTHER:
		break;
	}
}
