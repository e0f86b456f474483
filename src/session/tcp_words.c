#include "session/tcp_words.h"

#include <string.h>

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

bool words_switch_protocol(struct cursor payload)
{
	return payload.captured >= 12 && memcmp(payload.next, "HTTP/1.", 7) == 0 &&
	       memcmp(payload.next + 8, " 101", 4) == 0;
}
