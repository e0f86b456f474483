#include "session/message_room.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

struct message_room *message_room_create(const struct session_limits *limits)
{
	struct message_room *room = memory_zeroed(1, sizeof *room);
	room->wants_bytes = limits->message_bytes;
	room->wants_words = limits->exchange_words;
	room->keys = limits->keys;
	room->decode_as = limits->decode_as;
	room->decode_as_count = limits->decode_as_count;
	return room;
}

void message_room_destroy(struct message_room *room)
{
	if (!room)
		return;
	text_finish(&room->text);
	free(room->scratch);
	free(room->bytes);
	free(room);
}

/* A packet without bytes, at the time of the session's last one. */
static struct packet *scratch_packet(struct message_room *room, const struct session *session)
{
	static const uint8_t none[1];
	static const struct record empty = { .bytes = none };
	struct packet *packet = room->scratch;
	if (!packet) {
		packet = room->scratch = memory_zeroed(1, sizeof *packet + sizeof(struct record));
		packet_decode(packet, &empty);
	}
	struct record *record = (struct record *)(packet + 1);
	*record = empty;
	record->number = session->last_packet;
	record->time = session->last_time;
	packet->record = record;
	packet->layer_count = 0;
	packet->room.used = 0;
	packet->dns = NULL;
	return packet;
}

void message_room_begin(struct message_room *room, struct packet *packet, const struct session *session)
{
	room->packet = packet ? packet : scratch_packet(room, session);
	room->message_count = room->exchange_count = 0;
	room->facts_used = room->bytes_used = 0;
	room->client_is_server = false;
}

static const uint8_t *keep_bytes(struct message_room *room, struct cursor bytes)
{
	if (!room->wants_bytes || bytes.captured > MESSAGE_BYTES_ROOM - room->bytes_used)
		return NULL;
	if (!room->bytes)
		room->bytes = memory_zeroed(1, MESSAGE_BYTES_ROOM);
	uint8_t *to = room->bytes + room->bytes_used;
	if (bytes.captured)
		memcpy(to, bytes.next, bytes.captured);
	room->bytes_used += bytes.captured;
	return to;
}

/* The facts are copied: the packet has room for a dozen messages only. */
bool message_room_keep(struct message_room *room, const struct layer *layer, struct cursor bytes,
		       uint8_t direction, uint8_t depth)
{
	const struct decoder *decoder = layer->decoder;
	size_t size = decoder->facts_used ? decoder->facts_used(layer->facts) : decoder->facts_size;
	size_t aligned = (size + 15) & ~(size_t)15;
	if (room->message_count == OBSERVATION_MAX_MESSAGES ||
	    aligned > MESSAGE_FACTS_ROOM - room->facts_used)
		return false;
	uint8_t *facts = room->facts + room->facts_used;
	if (size)
		memcpy(facts, layer->facts, size);
	room->facts_used += aligned;
	struct session_message *message = &room->messages[room->message_count++];
	*message = (struct session_message){ .decoder = decoder, .facts = facts,
		.direction = direction, .depth = depth, .length = bytes.captured };
	message->bytes = keep_bytes(room, bytes);
	return true;
}

void message_room_tell(const struct message_room *room, struct observation *observation)
{
	observation->messages = room->messages;
	observation->message_count = room->message_count;
	observation->exchanges = room->exchanges;
	observation->exchange_count = room->exchange_count;
}
