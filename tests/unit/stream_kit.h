/* A decoder of a stream without the session stage: bytes in, words and roles out. Messages are cut as
 * session/dialogue.c does it. */
#ifndef STREAM_KIT_H
#define STREAM_KIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/memory.h"
#include "decode/decoder.h"

struct stream_kit {
	const struct decoder *decoder;
	struct stream stream;
	struct packet packet;
	uint8_t bytes[2][70000];
	size_t length[2];
	uint64_t skip[2];
	bool lost;                   /* `frame` said so */
	const struct decoder *then;
	const void *facts;           /* of the last message */
	struct exchange_mark mark;
	struct text said;            /* "> words\n" of the client, "< words\n" of the server */
	struct text roles;           /* one letter a message */
};

static inline struct stream_kit *stream_kit_on(const struct decoder *decoder, uint16_t port)
{
	struct stream_kit *kit = memory_zeroed(1, sizeof *kit);
	static const struct record record;
	kit->decoder = decoder;
	kit->packet.record = &record;
	kit->stream.server_port = port;
	kit->stream.client_port = 40000;
	kit->stream.state = memory_zeroed(1, decoder->stream->state_size + 1);
	text_add(&kit->said, "");
	text_add(&kit->roles, "");
	return kit;
}

static inline void stream_kit_destroy(struct stream_kit *kit)
{
	if (kit->decoder->stream->finish)
		kit->decoder->stream->finish(&kit->stream);
	free(kit->stream.state);
	text_finish(&kit->said);
	text_finish(&kit->roles);
	free(kit);
}

static inline void stream_kit_value(struct teller *teller, const struct told *told)
{
	(void)teller;
	assert_non_null(told->field->name);
	uint32_t sum = 0;
	for (size_t i = 0; told->at && i < told->length; i++)
		sum += told->at[i];
	for (size_t i = 0; told->value.bytes && i < told->value.length; i++)
		sum += told->value.bytes[i];
	assert_true(sum < UINT32_MAX);
}

static inline void stream_kit_group(struct teller *teller, const struct told *told)
{
	(void)teller, (void)told;
}

static inline void stream_kit_end(struct teller *teller)
{
	(void)teller;
}

static inline void stream_kit_message(struct stream_kit *kit, struct cursor bytes)
{
	static const char letters[] = { [EXCHANGE_NONE] = '-', [EXCHANGE_REQUEST] = 'Q',
		[EXCHANGE_REQUEST_MORE] = 'q', [EXCHANGE_PROGRESS] = 'p', [EXCHANGE_RESPONSE] = 'R',
		[EXCHANGE_RESPONSE_BEGIN] = 'b', [EXCHANGE_RESPONSE_END] = 'e' };
	kit->packet.layer_count = 0;
	kit->packet.room.used = 0;
	const struct layer *layer = packet_decode_message(&kit->packet, kit->decoder, &kit->stream, bytes);
	if (!layer) {
		text_add(&kit->said, "! malformed\n");
		return;
	}
	kit->facts = layer->facts;
	struct teller teller = { stream_kit_value, stream_kit_group, stream_kit_end, true };
	kit->decoder->tell(&teller, bytes, &kit->packet, layer->facts);
	text_add(&kit->said, kit->stream.from_client ? "> " : "< ");
	kit->decoder->words(&kit->said, layer->facts);
	text_add(&kit->said, "\n");
	kit->mark = (struct exchange_mark){ 0 };
	kit->decoder->exchange(layer->facts, &kit->mark);
	text_add_char(&kit->roles, letters[kit->mark.role]);
	if (kit->stream.then)
		kit->then = kit->stream.then;
}

static inline void stream_kit_say(struct stream_kit *kit, bool client, const void *bytes, size_t length)
{
	uint8_t *held = kit->bytes[client];
	assert_true(kit->length[client] + length <= sizeof kit->bytes[client]);
	memcpy(held + kit->length[client], bytes, length);
	kit->length[client] += length;
	size_t at = 0;
	kit->stream.from_client = client;
	while (at < kit->length[client] && !kit->lost) {
		size_t left = kit->length[client] - at;
		if (kit->skip[client]) {
			size_t step = kit->skip[client] < left ? (size_t)kit->skip[client] : left;
			kit->skip[client] -= step;
			at += step;
			continue;
		}
		struct frame frame = kit->decoder->stream->frame(&kit->stream, cursor_make(held + at, left, left));
		if (frame.kind == FRAME_MORE || (frame.kind == FRAME_MESSAGE && frame.length > left))
			break;
		if (frame.kind == FRAME_LOST) {
			kit->lost = true;
		} else if (frame.kind == FRAME_SKIP) {
			kit->skip[client] = frame.length;
		} else {
			stream_kit_message(kit, cursor_make(held + at, (size_t)frame.length, (size_t)frame.length));
			at += (size_t)frame.length;
		}
	}
	memmove(held, held + at, kit->length[client] - at);
	kit->length[client] -= at;
}

/* One thing said, of a table. */
struct said { bool client; const char *bytes; size_t length; };
#define CLIENT(words) { true, words, sizeof words - 1 }
#define SERVER(words) { false, words, sizeof words - 1 }

/* All of it, whole and byte by byte: both must say the same. */
static inline void stream_kit_expect(const struct decoder *decoder, uint16_t port, const struct said *said,
				     size_t count, const char *words, const char *roles)
{
	for (int cut = 0; cut < 2; cut++) {
		struct stream_kit *kit = stream_kit_on(decoder, port);
		for (size_t i = 0; i < count; i++)
			for (size_t at = 0; at < said[i].length; at += cut ? 1 : said[i].length)
				stream_kit_say(kit, said[i].client, said[i].bytes + at,
					       cut ? 1 : said[i].length);
		if (kit->lost)
			fail_msg("lost after:\n%s", kit->said.bytes);
		assert_string_equal(kit->said.bytes, words);
		assert_string_equal(kit->roles.bytes, roles);
		stream_kit_destroy(kit);
	}
}

static inline enum certainty stream_kit_probe(const struct decoder *decoder, uint16_t port, bool client,
					      const char *bytes, size_t length)
{
	struct stream stream = { .server_port = port, .client_port = 40000, .from_client = client };
	return decoder->stream->probe(&stream, cursor_make(bytes, length, length));
}

/* Deterministic noise, and every prefix of something good: nothing may crash or loop. */
static inline void stream_kit_abuse(const struct decoder *decoder, uint16_t port, const struct said *said,
				    size_t count)
{
	uint32_t noise = 1;
	for (int round = 0; round < 3000; round++) {
		struct stream_kit *kit = stream_kit_on(decoder, port);
		for (size_t i = 0; i < count && !kit->lost; i++) {
			uint8_t bytes[2048];
			size_t length = said[i].length < sizeof bytes ? said[i].length : sizeof bytes;
			memcpy(bytes, said[i].bytes, length);
			noise = noise * 1664525 + 1013904223;
			if (noise >> 30 == 0 && length)
				bytes[(noise >> 8) % length] = (uint8_t)noise;
			stream_kit_say(kit, said[i].client, bytes, length);
			if (noise >> 28 == 15 && decoder->stream->lost)
				decoder->stream->lost(&kit->stream);
		}
		stream_kit_destroy(kit);
	}
}

#endif
