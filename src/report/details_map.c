/* Which bytes of a packet are whose: layers for colours, secrets for masks. */
#include <string.h>

#include "decode/decoder.h"
#include "report/details_map.h"
#include "session/bytes.h"
#include "session/secrets.h"

#define MOST_MASKED 65536        /* bytes of one packet's payload that are looked through for secrets */

enum ink layer_ink(unsigned layer)
{
	static const enum ink inks[] = { INK_CYAN, INK_GREEN, INK_YELLOW, INK_BOLD };
	return inks[layer % (sizeof inks / sizeof *inks)];
}

static void add_span(struct byte_span *spans, unsigned *count, size_t offset, size_t length, unsigned layer)
{
	if (*count == DETAILS_MAX_SPANS || !length)
		return;
	spans[(*count)++] = (struct byte_span){ offset, length, (uint8_t)layer };
}

/* Where there are too many, the last one reaches over what is between: better too much is hidden than too little. */
static void add_secret(struct byte_map *map, size_t offset, size_t length)
{
	struct byte_span *last = &map->secrets[DETAILS_MAX_SPANS - 1];
	if (map->secret_count < DETAILS_MAX_SPANS) {
		add_span(map->secrets, &map->secret_count, offset, length, 0);
		return;
	}
	size_t end = last->offset + last->length > offset + length ? last->offset + last->length : offset + length;
	if (offset < last->offset)
		last->offset = offset;
	last->length = end - last->offset;
}

bool map_place(const struct byte_map *map, const uint8_t *at, size_t length, size_t *offset)
{
	uintptr_t start = (uintptr_t)map->bytes, here = (uintptr_t)at;
	if (!at || here < start || here - start > map->length || length > map->length - (here - start))
		return false;
	*offset = here - start;
	return true;
}

void map_layer(struct byte_map *map, const struct told *told, unsigned layer)
{
	size_t offset;
	if (map_place(map, told->at, told->length, &offset))
		add_span(map->layers, &map->layer_count, offset, told->length, layer);
}

/* Where `bytes` stand in the record, from its end: messages are the last thing in a packet. */
static bool find_bytes(const struct byte_map *map, const uint8_t *bytes, size_t length, size_t *offset)
{
	if (!bytes || !length || length > map->length)
		return false;
	for (size_t i = map->length - length + 1; i-- > 0;)
		if (map->bytes[i] == bytes[0] && memcmp(map->bytes + i, bytes, length) == 0) {
			*offset = i;
			return true;
		}
	return false;
}

/* Messages of streams are copies: then the bytes are looked for. */
static bool find_told(const struct byte_map *map, const struct told *told, size_t *offset, size_t *length)
{
	*length = told->length ? told->length : told->value.length;
	return map_place(map, told->at, *length, offset) || find_bytes(map, told->at, *length, offset);
}

void map_secret(struct byte_map *map, const struct told *told)
{
	size_t offset, length;
	if (told->at && find_told(map, told, &offset, &length))
		add_secret(map, offset, length);
}

bool map_hides(const struct byte_map *map, const struct told *told)
{
	size_t offset, length;
	if (told->secret)
		return true;
	if ((told->field->type != FIELD_TEXT && told->field->type != FIELD_BYTES) || !map->secret_count || !told->at ||
	    !find_told(map, told, &offset, &length))
		return false;
	for (unsigned i = 0; i < map->secret_count; i++) {
		const struct byte_span *secret = &map->secrets[i];
		if (offset < secret->offset + secret->length && secret->offset < offset + length)
			return true;
	}
	return false;
}

static void find_secrets(struct byte_map *map, size_t start, size_t length, struct secrets *secrets, unsigned side)
{
	uint8_t masked[MOST_MASKED];
	secrets_mask(secrets, side, map->bytes + start, length, masked);
	for (size_t i = 0; i < length;) {
		size_t run = 0;
		while (i + run < length && masked[i + run] != map->bytes[start + i + run])
			run++;
		if (run)
			add_secret(map, start + i, run);
		i += run ? run : 1;
	}
}

void byte_map_of(struct byte_map *map, const uint8_t *bytes, size_t length, struct secrets *secrets, unsigned side)
{
	*map = (struct byte_map){ .bytes = bytes, .length = length };
	find_secrets(map, 0, length < MOST_MASKED ? length : MOST_MASKED, secrets, side);
}

void byte_map_init(struct byte_map *map, const struct observation *observation, struct secrets *secrets)
{
	const struct packet *packet = observation->packet;
	struct secrets fresh = { 0 };
	size_t start;
	*map = (struct byte_map){ .bytes = packet->record->bytes, .length = packet->record->captured_length };
	if (!packet->tcp && !packet->socket)
		return;
	const struct cursor payload = packet->tcp
		? bytes_behind(packet, packet->tcp, packet->tcp->payload_length)
		: bytes_behind(packet, packet->socket, packet->socket->length);
	size_t length = payload.captured < MOST_MASKED ? payload.captured : MOST_MASKED;
	if (!length || !map_place(map, payload.next, length, &start))
		return;
	find_secrets(map, start, length, &fresh, 0);
	if (secrets)
		find_secrets(map, start, length, secrets, observation->direction);
}

struct layer_seen layer_seen(const struct observation *observation, const struct told *told)
{
	const struct packet *packet = observation->packet;
	struct layer_seen seen = { observation, told->field->name, NULL };
	for (unsigned i = 0; i < packet->layer_count && !seen.facts; i++) {
		const struct layer *layer = &packet->layers[i];
		if (layer->bytes == told->value.bytes && strcmp(layer->decoder->name, seen.protocol) == 0)
			seen.facts = layer->facts;
	}
	for (unsigned i = 0; i < observation->message_count && !seen.facts; i++) {
		const struct session_message *message = &observation->messages[i];
		if (message->bytes && message->bytes == told->value.bytes &&
		    strcmp(message->decoder->name, seen.protocol) == 0)
			seen.facts = message->facts;
	}
	return seen;
}
