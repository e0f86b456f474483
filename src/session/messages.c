#include "session/messages.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "decode/decoder.h"
#include "session/reassembly.h"
#include "session/tcp.h"

enum {
	MAX_MESSAGE = 65537,         /* the longest that a 16-bit length before it can tell */
	ENOUGH_TO_PROBE = 16,        /* some send the length in front of a message by itself */
	MAX_EARLY = 65536,           /* bytes held until those before them come */
	ROOM = 32768,                /* facts of the messages of one packet */
	MAX_HELD = 16 << 20,         /* bytes held for all sessions: hundreds of the longest messages */
};

struct message_room {
	struct session_message messages[OBSERVATION_MAX_MESSAGES];
	unsigned count;
	size_t used;
	size_t held;                 /* bytes of messages begun and of early segments */
	_Alignas(16) uint8_t facts[ROOM];
};

struct direction {
	struct messages *messages;
	struct reassembly *stream;   /* NULL before the first data */
	uint8_t *begun;              /* a message whose end has not come */
	size_t begun_length, begun_capacity;
	size_t held;                 /* its part of message_room.held */
	bool lost;                   /* no idea where the next message starts */
};

struct messages {
	const struct decoder *decoder;
	struct direction direction[2];
	struct message_room *room;
	struct packet *packet;       /* during messages_observe */
};

struct message_room *message_room_create(void)
{
	return memory_zeroed(1, sizeof(struct message_room));
}

void message_room_destroy(struct message_room *room)
{
	free(room);
}

struct messages *messages_create(struct message_room *room, const struct session *session)
{
	const struct decoder *decoder = NULL;
	for (int i = 0; i < 2 && !(decoder && decoder->frame); i++)
		decoder = decoder_find(BY_TCP_PORT, session->key.end[i].port);
	if (!decoder || !decoder->frame)
		return NULL;
	struct messages *messages = memory_zeroed(1, sizeof *messages);
	messages->decoder = decoder;
	messages->room = room;
	for (int i = 0; i < 2; i++)
		messages->direction[i].messages = messages;
	return messages;
}

/* Forgets all bytes of a direction, which starts anew with the next segment. */
static void let_go(struct direction *direction)
{
	reassembly_destroy(direction->stream);
	free(direction->begun);
	direction->stream = NULL;
	direction->begun = NULL;
	direction->begun_length = direction->begun_capacity = 0;
	direction->messages->room->held -= direction->held;
	direction->held = 0;
}

/* Keeps account of the bytes that a direction holds. */
static void account(struct direction *direction)
{
	struct message_room *room = direction->messages->room;
	size_t held = direction->begun_capacity + reassembly_held(direction->stream);
	room->held += held - direction->held;
	direction->held = held;
	if (room->held > MAX_HELD)
		let_go(direction);
}

void messages_destroy(struct messages *messages)
{
	if (!messages)
		return;
	for (int i = 0; i < 2; i++)
		let_go(&messages->direction[i]);
	free(messages);
}

/* Copies the facts: the packet has room for a dozen messages only. */
static void keep(struct message_room *room, const struct layer *layer)
{
	size_t size = layer->decoder->facts_size;
	size_t aligned = (size + 15) & ~(size_t)15;
	if (room->count == OBSERVATION_MAX_MESSAGES || aligned > ROOM - room->used)
		return;
	uint8_t *facts = room->facts + room->used;
	memcpy(facts, layer->facts, size);
	room->used += aligned;
	room->messages[room->count++] = (struct session_message){ .decoder = layer->decoder,
		.facts = facts };
}

static void decode_message(struct messages *messages, const uint8_t *bytes, size_t length)
{
	struct packet *packet = messages->packet;
	struct cursor message = cursor_make(bytes, length, length);
	if (packet_decode_message(packet, messages->decoder, message))
		keep(messages->room, &packet->layers[packet->layer_count - 1]);
}

/* Decodes the whole messages at the start of the bytes and returns how many bytes they were. */
static size_t take_messages(struct direction *direction, const uint8_t *bytes, size_t length)
{
	struct messages *messages = direction->messages;
	size_t taken = 0;
	while (taken < length) {
		struct cursor rest = cursor_make(bytes + taken, length - taken, length - taken);
		size_t message = messages->decoder->frame(rest);
		if (message > MAX_MESSAGE) {
			direction->lost = true;
			return length;
		}
		if (!message || message > rest.captured)
			break;
		decode_message(messages, rest.next, message);
		taken += message;
	}
	return taken;
}

static void keep_begun(struct direction *direction, const uint8_t *bytes, size_t length)
{
	size_t needed = direction->begun_length + length;
	direction->begun = memory_grow(direction->begun, &direction->begun_capacity, needed, 1);
	memcpy(direction->begun + direction->begun_length, bytes, length);
	direction->begun_length = needed;
}

static void drop_begun(struct direction *direction, size_t length)
{
	direction->begun_length -= length;
	memmove(direction->begun, direction->begun + length, direction->begun_length);
}

/* After a gap the next message is looked for where a segment starts. */
static bool looks_like_start(const struct direction *direction, const uint8_t *bytes, size_t length)
{
	const struct decoder *decoder = direction->messages->decoder;
	struct cursor in = cursor_make(bytes, length, length);
	return decoder->probe ? decoder->probe(in) : decoder->frame(in) <= MAX_MESSAGE;
}

/* Takes the messages from the bytes behind those that are kept. Returns how many of all of them are
 * done with; the rest is to be kept. */
static size_t take_bytes(struct direction *direction, const uint8_t *bytes, size_t length)
{
	if (direction->lost) {
		direction->lost = !looks_like_start(direction, bytes, length);
		if (direction->lost)
			return length < ENOUGH_TO_PROBE ? 0 : length;
	}
	size_t taken = take_messages(direction, bytes, length);
	if (length - taken <= MAX_MESSAGE)
		return taken;
	direction->lost = true;
	return length;
}

static void receive(void *user, uint64_t position, const uint8_t *bytes, size_t length)
{
	struct direction *direction = user;
	(void)position;
	if (direction->begun_length) {
		keep_begun(direction, bytes, length);
		drop_begun(direction,
			   take_bytes(direction, direction->begun, direction->begun_length));
		return;
	}
	size_t taken = take_bytes(direction, bytes, length);
	if (taken < length)
		keep_begun(direction, bytes + taken, length - taken);
}

static void receive_gap(void *user, uint64_t position, uint64_t length, enum gap_reason reason)
{
	struct direction *direction = user;
	(void)position, (void)length, (void)reason;
	direction->begun_length = 0;
	direction->lost = true;
}

/* The stream starts at this position. Only behind a SYN is that where a message starts too. */
static void begin_direction(struct direction *direction, uint64_t position, bool behind_syn)
{
	const struct reassembly_sink sink = { receive, receive_gap, direction };
	if (direction->stream)
		return;
	direction->stream = reassembly_create(MAX_EARLY, &sink);
	direction->lost = !behind_syn;
	reassembly_begin(direction->stream, position);
}

void messages_observe(struct messages *messages, struct packet *packet,
		      const struct segment *segment, struct observation *observation)
{
	const struct tcp_header *tcp = packet->tcp;
	const struct tcp_side *side = &observation->session->tcp->side[observation->direction];
	struct direction *direction = &messages->direction[observation->direction];
	struct message_room *room = messages->room;
	bool syn = tcp_has(tcp, TCP_SYN);
	uint64_t position = segment->sequence + syn;
	/* With a layer above TCP the payload is not the stream's. */
	if (segment->stray || (!tcp->payload_length && !syn) ||
	    packet->layers[packet->layer_count - 1].facts != tcp)
		return;
	begin_direction(direction, position, syn);
	messages->packet = packet;
	room->count = 0;
	room->used = 0;
	reassembly_add(direction->stream, position, packet->payload);
	/* Only now: a recorder may write an acknowledgement before the data that it is for. */
	if (side->ack_hi <= position)
		reassembly_acknowledge(direction->stream, side->ack_hi);
	account(direction);
	observation->messages = room->messages;
	observation->message_count = room->count;
}
