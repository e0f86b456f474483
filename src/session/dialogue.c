#include "session/dialogue.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "session/recognise.h"

enum {
	MAX_MESSAGE = 65537,         /* the longest that a 16-bit length before it can tell */
	ENOUGH_TO_PROBE = 64,        /* bytes: whoever is not recognised by them will not be by more */
	MAX_UNDECIDED = 4096,        /* bytes held while the other end has not spoken */
	MAX_EMPTY = 4,               /* messages without a byte, one after the other */
	MAX_DEPTH = 4,               /* protocols inside protocols */
	MIDSTREAM_TRIES = 8,         /* segments looked at for a start on ports that nobody is bound to */
};

struct channel {                 /* one direction */
	uint8_t *begun;              /* a message whose end has not come, or bytes of an unknown protocol */
	size_t length, capacity;
	size_t seen;                 /* of them, since `frame` last asked for more */
	size_t wanted;               /* before so many are there, `frame` need not be asked again */
	size_t held;                 /* its part of message_room.held */
	uint64_t skip;               /* bytes to pass over */
	uint64_t missing;            /* of those, not in the trace */
	uint64_t never_came;         /* of those, not sent */
	uint8_t empty;               /* messages without a byte so far */
	uint8_t tries;               /* how often its protocol was looked for */
	bool lost;                   /* no idea where the next message starts */
	bool found_again;            /* … or there was none before */
	bool skipped;                /* a skip has just ended: `frame` is to be asked once more */
	bool midstream;              /* the trace does not hold its start */
	bool ended;
	bool hole;                   /* it ended while it was lost */
};

struct dialogue {
	struct message_room *room;
	const struct session *session;
	const struct decoder *decoder;       /* NULL while it is not recognised */
	struct stream stream;
	size_t held;                 /* the decoder's part of message_room.held */
	struct channel channel[2];   /* by direction */
	struct dialogue *inner;      /* what is spoken inside; NULL before its first byte */
	struct exchanges *exchanges;
	uint8_t depth;
	bool hopeless;
	bool reset;
	bool cut;                    /* what comes behind the bytes at hand was cut off by the recorder */
};

static void hold(struct dialogue *dialogue, size_t *part, size_t now)
{
	dialogue->room->held += now - *part;
	*part = now;
}

struct dialogue *dialogue_create(struct message_room *room, const struct session *session)
{
	struct dialogue *dialogue = memory_zeroed(1, sizeof *dialogue);
	dialogue->room = room;
	dialogue->session = session;
	return dialogue;
}

/* Whatever is asked next is asked for the first time. */
static void ask_anew(struct channel *channel)
{
	channel->seen = channel->wanted = 0;
}

static void forget_bytes(struct dialogue *dialogue, struct channel *channel)
{
	free(channel->begun);
	channel->begun = NULL;
	channel->length = channel->capacity = 0;
	ask_anew(channel);
	hold(dialogue, &channel->held, 0);
}

static void finish_decoder(struct dialogue *dialogue)
{
	if (dialogue->decoder && dialogue->decoder->stream->finish && dialogue->stream.state)
		dialogue->decoder->stream->finish(&dialogue->stream);
	free(dialogue->stream.state);
	dialogue->stream.state = NULL;
	hold(dialogue, &dialogue->held, 0);
}

void dialogue_destroy(struct dialogue *dialogue)
{
	if (!dialogue)
		return;
	dialogue_destroy(dialogue->inner);
	finish_decoder(dialogue);
	exchanges_destroy(dialogue->exchanges);
	for (int i = 0; i < 2; i++)
		forget_bytes(dialogue, &dialogue->channel[i]);
	free(dialogue);
}

bool dialogue_over(const struct dialogue *dialogue)
{
	return dialogue->hopeless || (dialogue->channel[0].ended && dialogue->channel[1].ended);
}

const struct decoder *dialogue_decoder(const struct dialogue *dialogue)
{
	return dialogue->decoder;
}

/* Says who is speaking, and when. Roles can still change, so this is said anew each time. */
static void address_stream(struct dialogue *dialogue, uint8_t direction)
{
	const struct session *session = dialogue->session;
	const struct record *record = dialogue->room->packet->record;
	struct stream *stream = &dialogue->stream;
	stream->from_client = direction == session->client;
	stream->client_port = session->key.end[session->client].port;
	stream->server_port = session->key.end[session_server(session)].port;
	stream->keys = dialogue->room->keys;
	stream->time = record->time;
	stream->packet = record->number;
	stream->middle[stream->from_client] = dialogue->channel[direction].midstream;
	stream->middle[!stream->from_client] = dialogue->channel[!direction].midstream;
	stream->ended = dialogue->channel[direction].ended;
	stream->reset = dialogue->reset;
	stream->cut = dialogue->cut;
	stream->hole = dialogue->channel[direction].hole;
	stream->found_again = dialogue->channel[direction].found_again;
	stream->missing = dialogue->channel[direction].missing;
	stream->never_came = dialogue->channel[direction].never_came;
	stream->seen = 0;
}

static void begin_decoder(struct dialogue *dialogue, const struct decoder *decoder)
{
	dialogue->decoder = decoder;
	if (decoder->stream->state_size)
		dialogue->stream.state = memory_zeroed(1, decoder->stream->state_size);
	hold(dialogue, &dialogue->held, decoder->stream->state_size);
}

/* From here on both directions speak another protocol. */
static void hand_over(struct dialogue *dialogue, const struct decoder *decoder)
{
	const struct decoder *before = dialogue->decoder;
	finish_decoder(dialogue);
	ask_anew(&dialogue->channel[0]);
	ask_anew(&dialogue->channel[1]);
	dialogue->stream = (struct stream){ .before = before, .around = dialogue->stream.around };
	if (!decoder->stream) {
		dialogue->decoder = NULL;
		dialogue->hopeless = true;
		return;
	}
	begin_decoder(dialogue, decoder);
}

static void pass_inside(struct dialogue *dialogue, uint8_t direction)
{
	struct stream *stream = &dialogue->stream;
	if (!dialogue->inner) {
		if (dialogue->depth == MAX_DEPTH || (!stream->inner.captured && !stream->inner_decoder))
			return;
		dialogue->inner = dialogue_create(dialogue->room, dialogue->session);
		dialogue->inner->depth = dialogue->depth + 1;
		dialogue->inner->stream.around = dialogue->decoder;
		dialogue->inner->stream.before = stream->before;
		if (stream->inner_decoder && stream->inner_decoder->stream)
			begin_decoder(dialogue->inner, stream->inner_decoder);
	}
	if (stream->inner.captured)
		dialogue_bytes(dialogue->inner, direction, stream->inner.next, stream->inner.captured);
	if (stream->inner_ended)
		dialogue_end(dialogue->inner, direction, false);
}

static void carry_out_orders(struct dialogue *dialogue, uint8_t direction)
{
	struct stream *stream = &dialogue->stream;
	const struct decoder *then = stream->then;
	if (stream->client_is_server)
		dialogue->room->client_is_server = true;
	if (stream->inner.captured || stream->inner_ended || stream->inner_decoder)
		pass_inside(dialogue, direction);
	hold(dialogue, &dialogue->held, dialogue->decoder->stream->state_size + stream->held);
	stream->inner = (struct cursor){ 0 };
	stream->inner_decoder = NULL;
	stream->inner_ended = stream->client_is_server = false;
	stream->then = NULL;
	if (then)
		hand_over(dialogue, then);
}

static void decode_message(struct dialogue *dialogue, uint8_t direction, struct cursor bytes)
{
	struct message_room *room = dialogue->room;
	const struct decoder *decoder = dialogue->decoder;
	const struct layer *layer =
		packet_decode_message(room->packet, decoder, &dialogue->stream, bytes);
	if (layer && message_room_keep(room, layer, bytes, direction, dialogue->depth) && decoder->exchange)
		exchanges_observe(&dialogue->exchanges, room, decoder, layer->facts, direction);
	carry_out_orders(dialogue, direction);
}

static void lose(struct dialogue *dialogue, uint8_t direction)
{
	struct channel *channel = &dialogue->channel[direction];
	channel->lost = channel->found_again = true;
	channel->skipped = false;
	channel->empty = 0;
	ask_anew(channel);
	if (dialogue->decoder && dialogue->decoder->stream->lost) {
		address_stream(dialogue, direction);
		dialogue->decoder->stream->lost(&dialogue->stream);
	}
}

static size_t pass_over(struct channel *channel, size_t length)
{
	size_t passed = channel->skip < length ? (size_t)channel->skip : length;
	channel->skip -= passed;
	channel->skipped = channel->skip == 0;
	return passed;
}

/* One step over the bytes at a place where a message may start. Returns how many are done with, SIZE_MAX
 * when more must come first. */
static size_t take_one(struct dialogue *dialogue, uint8_t direction, struct cursor rest)
{
	struct channel *channel = &dialogue->channel[direction];
	address_stream(dialogue, direction);
	dialogue->stream.seen = channel->seen;
	ask_anew(channel);
	channel->skipped = false;
	struct frame frame = dialogue->decoder->stream->frame(&dialogue->stream, rest);
	channel->missing = channel->never_came = 0;
	switch (frame.kind) {
	case FRAME_MORE:
		channel->seen = rest.captured;
		return SIZE_MAX;
	case FRAME_SKIP:
		channel->skip = frame.length;
		channel->empty = frame.length ? 0 : (uint8_t)(channel->empty + 1);
		channel->skipped = !frame.length;
		if (channel->empty > MAX_EMPTY)
			break;
		return 0;
	case FRAME_MESSAGE:
		if (frame.length > MAX_MESSAGE)
			break;
		if (frame.length > rest.captured) {
			channel->wanted = (size_t)frame.length;
			return SIZE_MAX;
		}
		channel->empty = frame.length ? 0 : (uint8_t)(channel->empty + 1);
		if (channel->empty > MAX_EMPTY)
			break;
		/* What comes after nothing has not been asked about yet. */
		channel->skipped = !frame.length;
		decode_message(dialogue, direction,
			       cursor_make(rest.next, (size_t)frame.length, (size_t)frame.length));
		return (size_t)frame.length;
	case FRAME_LOST:
		break;
	}
	lose(dialogue, direction);
	return rest.captured;
}

/* Decodes the whole messages at the start of the bytes and returns how many bytes they were. */
static size_t take_messages(struct dialogue *dialogue, uint8_t direction, const uint8_t *bytes, size_t length)
{
	static const uint8_t nothing[1];
	struct channel *channel = &dialogue->channel[direction];
	size_t taken = 0;
	/* Decoders compare bytes and must not mind that there are none. */
	if (!bytes)
		bytes = nothing;
	while (dialogue->decoder && (taken < length || channel->skipped) && !channel->lost) {
		if (channel->skip) {
			taken += pass_over(channel, length - taken);
			continue;
		}
		if (length - taken < channel->wanted && !channel->ended && !dialogue->cut)
			break;
		struct cursor rest = cursor_make(bytes + taken, length - taken, length - taken);
		size_t step = take_one(dialogue, direction, rest);
		if (step == SIZE_MAX)
			break;
		taken += step;
	}
	return dialogue->decoder ? taken : length;
}

static void keep_begun(struct dialogue *dialogue, struct channel *channel, const uint8_t *bytes, size_t length)
{
	channel->begun = memory_grow(channel->begun, &channel->capacity, channel->length + length, 1);
	memcpy(channel->begun + channel->length, bytes, length);
	channel->length += length;
	hold(dialogue, &channel->held, channel->capacity);
}

static void drop_begun(struct dialogue *dialogue, struct channel *channel, size_t length)
{
	channel->length -= length;
	if (channel->length && length)
		memmove(channel->begun, channel->begun + length, channel->length);
	else if (!channel->length && channel->capacity > ENOUGH_TO_PROBE)
		forget_bytes(dialogue, channel);
}

/* After a gap the next message is looked for where a segment starts. */
static enum certainty looks_like_start(struct dialogue *dialogue, uint8_t direction, const uint8_t *bytes,
				       size_t length)
{
	const struct streaming *streaming = dialogue->decoder->stream;
	struct cursor in = cursor_make(bytes, length, length);
	address_stream(dialogue, direction);
	if (streaming->probe)
		return streaming->probe(&dialogue->stream, in);
	return streaming->frame(&dialogue->stream, in).kind == FRAME_LOST ? CERTAINTY_NO : CERTAINTY_PERHAPS;
}

/* Takes the messages from the bytes behind those that are kept. Returns how many of all of them are
 * done with; the rest is to be kept. */
static size_t take_bytes(struct dialogue *dialogue, uint8_t direction, const uint8_t *bytes, size_t length)
{
	struct channel *channel = &dialogue->channel[direction];
	if (channel->lost) {
		enum certainty start = looks_like_start(dialogue, direction, bytes, length);
		if (start == CERTAINTY_MORE && length < ENOUGH_TO_PROBE)
			return 0;
		channel->lost = start <= CERTAINTY_MORE;
		if (channel->lost)
			return length;
	}
	size_t taken = take_messages(dialogue, direction, bytes, length);
	if (length - taken <= MAX_MESSAGE)
		return taken;
	lose(dialogue, direction);
	return length;
}

/* When no more can be held this direction starts anew with its next segment. */
static void stay_within_memory(struct dialogue *dialogue, uint8_t direction)
{
	struct channel *channel = &dialogue->channel[direction];
	if (dialogue->room->held <= MESSAGE_MAX_HELD || !channel->held)
		return;
	dialogue->room->short_of_room = true;
	forget_bytes(dialogue, channel);
	lose(dialogue, direction);
}

static void read_bytes(struct dialogue *dialogue, uint8_t direction, const uint8_t *bytes, size_t length)
{
	struct channel *channel = &dialogue->channel[direction];
	if (channel->length) {
		keep_begun(dialogue, channel, bytes, length);
		drop_begun(dialogue, channel,
			   take_bytes(dialogue, direction, channel->begun, channel->length));
	} else {
		size_t taken = take_bytes(dialogue, direction, bytes, length);
		if (taken < length)
			keep_begun(dialogue, channel, bytes + taken, length - taken);
	}
	stay_within_memory(dialogue, direction);
}

static void give_up(struct dialogue *dialogue)
{
	dialogue->hopeless = true;
	for (int i = 0; i < 2; i++)
		forget_bytes(dialogue, &dialogue->channel[i]);
}

/* Is there any use in waiting for more? Both ends had their say, or this one says too much. */
static bool is_hopeless(const struct dialogue *dialogue, uint8_t direction)
{
	const struct channel *channel = &dialogue->channel[direction], *other = &dialogue->channel[!direction];
	bool midstream = channel->midstream || other->midstream;
	if (midstream && recognise_by_port(dialogue->room, &dialogue->stream))
		return false;
	if (midstream)
		return channel->tries + other->tries >= MIDSTREAM_TRIES;
	return channel->length > MAX_UNDECIDED || (channel->tries && other->tries);
}

/* Tries to recognise the protocol by what this direction said. */
static void look_for_protocol(struct dialogue *dialogue, uint8_t direction)
{
	struct channel *channel = &dialogue->channel[direction];
	const struct decoder *decoder = NULL;
	struct cursor in = cursor_make(channel->begun, channel->length, channel->length);
	address_stream(dialogue, direction);
	enum recognition known = recognise(dialogue->room, &dialogue->stream, in, &decoder);
	if (known == RECOGNISED) {
		begin_decoder(dialogue, decoder);
		return;
	}
	if (known == RECOGNISE_MORE && channel->length < ENOUGH_TO_PROBE && !channel->ended)
		return;
	if (channel->tries < UINT8_MAX)
		channel->tries++;
	if (is_hopeless(dialogue, direction))
		give_up(dialogue);
	else if (channel->midstream)
		drop_begun(dialogue, channel, channel->length);
}

/* What was said before the protocol was known. The one who spoke first is read first. */
static void catch_up(struct dialogue *dialogue, uint8_t direction)
{
	const uint8_t order[2] = { !direction, direction };
	for (int i = 0; i < 2; i++) {
		struct channel *channel = &dialogue->channel[order[i]];
		if (channel->length)
			drop_begun(dialogue, channel,
				   take_bytes(dialogue, order[i], channel->begun, channel->length));
		stay_within_memory(dialogue, order[i]);
	}
}

void dialogue_midstream(struct dialogue *dialogue, uint8_t direction)
{
	struct channel *channel = &dialogue->channel[direction];
	channel->lost = channel->found_again = channel->midstream = true;
}

void dialogue_bytes(struct dialogue *dialogue, uint8_t direction, const uint8_t *bytes, size_t length)
{
	struct channel *channel = &dialogue->channel[direction];
	if (dialogue->hopeless || !length)
		return;
	if (dialogue->decoder) {
		read_bytes(dialogue, direction, bytes, length);
		return;
	}
	keep_begun(dialogue, channel, bytes, length);
	if (!channel->tries || channel->midstream)
		look_for_protocol(dialogue, direction);
	else if (is_hopeless(dialogue, direction))
		give_up(dialogue);
	if (dialogue->decoder)
		catch_up(dialogue, direction);
	else
		stay_within_memory(dialogue, direction);
}

/* Messages that were begun may make sense without what the recorder cut off. */
static void take_cut(struct dialogue *dialogue, uint8_t direction)
{
	struct channel *channel = &dialogue->channel[direction];
	if (channel->length && !channel->lost) {
		dialogue->cut = true;
		take_messages(dialogue, direction, channel->begun, channel->length);
		dialogue->cut = false;
	}
	channel->lost = channel->found_again = true;
	channel->skipped = false;
	channel->empty = 0;
}

void dialogue_gap(struct dialogue *dialogue, uint8_t direction, uint64_t length, bool cut)
{
	struct channel *channel = &dialogue->channel[direction];
	if (dialogue->hopeless)
		return;
	/* Behind a whole message it may be that nobody needs what is missing: the body of a head. */
	if (dialogue->decoder && !channel->skip && !channel->length && !channel->lost) {
		channel->skipped = true;
		take_messages(dialogue, direction, NULL, 0);
	}
	if (!dialogue->decoder) {
		/* What comes behind a gap may still tell. */
		forget_bytes(dialogue, channel);
		dialogue_midstream(dialogue, direction);
		return;
	}
	if (length <= channel->skip) {
		channel->missing += length;
		channel->skip -= length;
		channel->skipped = channel->skip == 0;
		take_messages(dialogue, direction, NULL, 0);
		return;
	}
	channel->skip = 0;
	if (cut)
		take_cut(dialogue, direction);
	else
		lose(dialogue, direction);
	forget_bytes(dialogue, channel);
}

void dialogue_end(struct dialogue *dialogue, uint8_t direction, bool reset)
{
	struct channel *channel = &dialogue->channel[direction];
	if (channel->ended || dialogue->hopeless)
		return;
	channel->ended = true;
	dialogue->reset = dialogue->reset || reset;
	if (!dialogue->decoder) {
		look_for_protocol(dialogue, direction);
		if (dialogue->decoder)
			catch_up(dialogue, direction);
	}
	if (!dialogue->decoder || !dialogue->decoder->stream)
		return;
	/* The rest of a message, or of a body: the decoder says what became of it. */
	channel->never_came = channel->skip;
	channel->skip = 0;
	channel->hole = channel->lost;
	channel->lost = false;
	channel->skipped = true;
	take_messages(dialogue, direction, channel->begun, channel->length);
	forget_bytes(dialogue, channel);
	if (dialogue->inner)
		dialogue_end(dialogue->inner, direction, reset);
	bool both = dialogue->channel[!direction].ended;
	if (both)
		exchanges_end(dialogue->exchanges, dialogue->room);
}
