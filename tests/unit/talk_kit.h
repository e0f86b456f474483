/* Two ends that say bytes on a connection, and what their messages say: for tests of decoders of streams. */
#ifndef TALK_KIT_H
#define TALK_KIT_H

#include "decode/http2.h"
#include "session_kit.h"

struct talk {
	struct kit *kit;
	uint16_t port;               /* of the server */
	uint32_t next[2];            /* sequence numbers of client and server */
	int64_t time;
	size_t piece;                /* bytes of a segment, at most */
	struct text said;            /* what was said since talk_expect, one after the other */
};

static inline struct talk talk_on(uint16_t port, bool from_start)
{
	struct talk talk = { .kit = kit_create(0, 0), .port = port, .next = { 1001, 5001 }, .piece = 1400 };
	if (from_start) {
		OBSERVE(talk.kit, .to_port = port, .flags = TCP_SYN, .sequence = 1000);
		OBSERVE(talk.kit, .from = "10.0.0.2", .to = "10.0.0.1", .from_port = port, .to_port = 40000,
			.flags = TCP_SYN | TCP_ACK, .sequence = 5000, .acknowledgment = 1001, .time = MILLISECOND);
	}
	return talk;
}

static inline void talk_end(struct talk *talk)
{
	kit_destroy(talk->kit);
	text_finish(&talk->said);
}

/* HTTP/1 and HTTP/2 alike: "GET /x", "200", "end 10", "end 5 closed"; others by their words. */
static inline void talk_note(struct talk *talk, const struct session_message *message)
{
	const struct http_message *http = message->facts;
	bool is_http = message->decoder == &http_decoder || message->decoder == &http2_decoder;
	if (talk->said.length)
		text_add(&talk->said, ", ");
	if (is_http && http->stream && http->kind != HTTP_OTHER)
		text_addf(&talk->said, "%u:", (unsigned)http->stream);
	if (!is_http || http->kind == HTTP_OTHER)
		message->decoder->words(&talk->said, message->facts);
	else if (http->kind == HTTP_REQUEST)
		text_addf(&talk->said, "%s %s", http->method, http->uri);
	else if (http->kind == HTTP_RESPONSE)
		text_addf(&talk->said, "%u", http->status);
	else
		text_addf(&talk->said, "end %u%s", (unsigned)http->body_bytes,
			  http->complete ? "" : http->reset ? " reset" : http->closed ? " closed" : " broken");
}

static inline const struct observation *talk_segment(struct talk *talk, bool server, uint16_t flags,
						     const void *bytes, size_t length)
{
	talk->time += 10 * MILLISECOND;
	const struct observation *seen = kit_observe(talk->kit, (struct made){
		.from = server ? "10.0.0.2" : "10.0.0.1", .to = server ? "10.0.0.1" : "10.0.0.2",
		.from_port = server ? talk->port : 40000, .to_port = server ? 40000 : talk->port,
		.flags = flags | TCP_ACK, .sequence = talk->next[server], .acknowledgment = talk->next[!server],
		.payload = bytes, .length = length, .time = talk->time });
	talk->next[server] += (uint32_t)length + ((flags & TCP_FIN) != 0);
	for (unsigned i = 0; i < seen->message_count; i++)
		talk_note(talk, &seen->messages[i]);
	return seen;
}

static inline void talk_say(struct talk *talk, bool server, const void *bytes, size_t length)
{
	for (size_t at = 0; at < length; at += talk->piece)
		talk_segment(talk, server, 0, (const uint8_t *)bytes + at,
			     length - at < talk->piece ? length - at : talk->piece);
}

static inline void talk_client(struct talk *talk, const char *words)
{
	talk_say(talk, false, words, strlen(words));
}

static inline void talk_server(struct talk *talk, const char *words)
{
	talk_say(talk, true, words, strlen(words));
}

/* The recorder misses so many bytes; the other end confirms them. */
static inline void talk_miss(struct talk *talk, bool server, size_t length)
{
	talk->next[server] += (uint32_t)length;
	talk_segment(talk, !server, 0, NULL, 0);
}

static inline void talk_expect(struct talk *talk, const char *words)
{
	text_add(&talk->said, "");
	assert_string_equal(talk->said.bytes, words);
	text_clear(&talk->said);
}

#endif
