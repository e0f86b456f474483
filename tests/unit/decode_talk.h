/* A talk between two ends in one protocol, without packets and sessions: for the tests of decoders. */
#ifndef DECODE_TALK_H
#define DECODE_TALK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "decode/decoder.h"
#include "core/memory.h"

enum talker { SERVER, CLIENT };

struct talk {
	const struct decoder *decoder;
	struct stream stream;
	const struct decoder *then;
	char words[2048];            /* of the messages that the last bytes completed */
	uint8_t held[2][8192];       /* by enum talker: what is not complete */
	size_t length[2];
	uint64_t skip[2];
	struct packet *packet;
};

static inline struct talk talk_begin(const struct decoder *decoder, uint16_t port)
{
	static const uint8_t none[1];
	static const struct record empty = { .bytes = none };
	struct talk talk = { .decoder = decoder };
	talk.stream = (struct stream){ .client_port = 40000, .server_port = port };
	talk.stream.state = memory_zeroed(1, (decoder->stream ? decoder->stream->state_size : 0) + 1);
	talk.packet = memory_zeroed(1, sizeof *talk.packet);
	packet_decode(talk.packet, &empty);
	return talk;
}

static inline void talk_end(struct talk *talk)
{
	if (talk->decoder->stream && talk->decoder->stream->finish)
		talk->decoder->stream->finish(&talk->stream);
	free(talk->stream.state);
	free(talk->packet);
}

static inline const void *talk_facts(struct talk *talk, const struct decoder *decoder)
{
	return packet_facts(talk->packet, decoder);
}

static inline void talk_take(struct talk *talk, struct cursor message)
{
	struct text words = { 0 };
	text_add(&words, talk->words);
	talk->packet->layer_count = 0;
	talk->packet->room.used = 0;
	const struct layer *layer = packet_decode_message(talk->packet, talk->decoder, &talk->stream, message);
	if (words.length)
		text_add(&words, ", ");
	if (layer && talk->decoder->words)
		talk->decoder->words(&words, layer->facts);
	snprintf(talk->words, sizeof talk->words, "%s", words.bytes);
	text_finish(&words);
	if (talk->stream.then)
		talk->then = talk->stream.then;
	talk->stream.then = NULL;
}

/* Cuts and decodes like session/dialogue.c, which has the tests for that. */
static inline void talk_bytes(struct talk *talk, enum talker who, const void *bytes, size_t length)
{
	uint8_t *held = talk->held[who];
	assert_true(talk->length[who] + length <= sizeof talk->held[who]);
	memcpy(held + talk->length[who], bytes, length);
	talk->length[who] += length;
	talk->words[0] = 0;
	talk->stream.from_client = who == CLIENT;
	for (int steps = 0; steps < 1000 && talk->length[who]; steps++) {
		struct cursor in = cursor_make(held, talk->length[who], talk->length[who]);
		size_t done = talk->skip[who] < in.captured ? (size_t)talk->skip[who] : in.captured;
		if (!done) {
			struct frame frame = talk->decoder->stream->frame(&talk->stream, in);
			if (frame.kind == FRAME_MORE || (frame.kind == FRAME_MESSAGE && frame.length > in.captured))
				return;
			assert_true(frame.kind != FRAME_LOST);
			if (frame.kind == FRAME_SKIP) {
				talk->skip[who] = frame.length;
				continue;
			}
			done = (size_t)frame.length;
			talk_take(talk, cursor_make(in.next, done, done));
		} else {
			talk->skip[who] -= done;
		}
		talk->length[who] -= done;
		memmove(held, held + done, talk->length[who]);
	}
}

static inline void talk_say(struct talk *talk, enum talker who, const char *words)
{
	talk_bytes(talk, who, words, strlen(words));
}

static inline void expect(struct talk *talk, enum talker who, const char *says, const char *words)
{
	talk_say(talk, who, says);
	assert_string_equal(talk->words, words);
}

static inline enum certainty talk_probe(const struct decoder *decoder, uint16_t port, enum talker who,
					const char *says)
{
	struct stream stream = { .client_port = 40000, .server_port = port, .from_client = who == CLIENT };
	return decoder->stream->probe(&stream, cursor_make(says, strlen(says), strlen(says)));
}

#endif
