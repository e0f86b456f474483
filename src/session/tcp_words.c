#include "session/tcp_words.h"

#include <string.h>

#include "decode/http_head.h"

#define HEAD_MOST 4096           /* bytes of an answer's head that are looked at */
#define LINE_MOST 200            /* bytes of a line that are looked at */

static char lower(uint8_t c)
{
	return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

bool words_begin(struct cursor payload)
{
	size_t letters = 0;
	while (letters < payload.captured && letters < 12 && lower(payload.next[letters]) >= 'a' &&
	       lower(payload.next[letters]) <= 'z')
		letters++;
	return letters >= 3 && letters < payload.captured &&
	       (payload.next[letters] == ' ' || payload.next[letters] == '\r');
}

static bool stands_at(const char *line, size_t left, const char *word)
{
	size_t length = strlen(word);
	return length <= left && memcmp(line, word, length) == 0;
}

/* As programs that are asked to wait are called: Comet, BOSH (XEP-0124), Bayeux, SignalR, Socket.IO, server-sent
 * events, the parameters of long polls. */
bool words_ask_to_wait(struct cursor payload)
{
	static const char *const words[] = { "poll", "comet", "subscribe", "signalr", "socket.io", "sockjs",
		"eventsource", "event-stream", "/events", "/sse", "/sync?", "notification", "watch=",
		"timeout=", "wait=", "http-bind" };
	char line[LINE_MOST];
	size_t length = 0;
	while (length < sizeof line && length < payload.captured && payload.next[length] != '\r' &&
	       payload.next[length] != '\n') {
		line[length] = lower(payload.next[length]);
		length++;
	}
	for (size_t i = 0; i < length; i++) {
		if (!strchr("pces/nwth", line[i]) || !line[i])
			continue;
		for (size_t k = 0; k < sizeof words / sizeof *words; k++)
			if (words[k][0] == line[i] && stands_at(line + i, length - i, words[k]))
				return true;
	}
	return false;
}

bool words_set_up_tls(struct cursor payload, bool *cipher_change)
{
	enum { CHANGE_CIPHER_SPEC = 20, HANDSHAKE = 22, VERSION_MAJOR = 3, VERSION_MINOR_MOST = 4 };
	if (payload.captured < 3 || payload.next[1] != VERSION_MAJOR || payload.next[2] > VERSION_MINOR_MOST)
		return false;
	*cipher_change = payload.next[0] == CHANGE_CIPHER_SPEC;
	return *cipher_change || payload.next[0] == HANDSHAKE;
}

/* The value of the header when the line is "Content-Length: N". */
static bool take_length(const uint8_t *line, size_t left, uint64_t *length)
{
	const uint8_t *colon = memchr(line, ':', left);
	size_t name = colon ? (size_t)(colon - line) : 0;
	if (!colon || !http_is_named((struct http_line){ line, name }, "content-length"))
		return false;
	struct http_line value = { colon + 1, left - name - 1 };
	while (value.length && *value.bytes == ' ')
		value = (struct http_line){ value.bytes + 1, value.length - 1 };
	*length = http_decimal(value);
	return true;
}

uint64_t words_announce(struct cursor payload)
{
	uint64_t length = 0;
	bool known = false;
	if (payload.captured < 12 || memcmp(payload.next, "HTTP/1.", 7) != 0)
		return 0;
	size_t most = payload.captured < HEAD_MOST ? payload.captured : HEAD_MOST;
	for (size_t at = 0; at < most;) {
		const uint8_t *line = payload.next + at, *end = memchr(line, '\n', most - at);
		if (!end)
			return 0;
		at = (size_t)(end - payload.next) + 1;
		if (end == line || (end == line + 1 && *line == '\r'))
			return known ? at + length : 0;
		known = known || take_length(line, (size_t)(end - line), &length);
	}
	return 0;
}

bool words_switch_protocol(struct cursor payload)
{
	return payload.captured >= 12 && memcmp(payload.next, "HTTP/1.", 7) == 0 &&
	       memcmp(payload.next + 8, " 101", 4) == 0;
}
