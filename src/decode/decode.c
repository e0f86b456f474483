/* The loop over the layers of a packet: looks up who decodes the next bytes, gives it room for
 * its facts, and stops at the first layer that is not OK, that nobody knows, or that is one too
 * many. */
#include <string.h>

#include "decode/decoder.h"
#include "source/linktype.h"
#include "decode/ip.h"

static const char too_deep[] = "more layers than any real packet has";

static const struct decoder *find_decoder(const struct next *next)
{
	const struct decoder *decoder = NULL;
	switch (next->kind) {
	case NEXT_LOOKUP:
		return decoder_find(next->table, next->value);
	case NEXT_PORT:
		decoder = decoder_find(next->table, next->value);
		return decoder ? decoder : decoder_find(next->table, next->other_value);
	case NEXT_DECODER:
		return next->decoder;
	case NEXT_NONE:
		break;
	}
	return NULL;
}

/* Zeroed facts, or NULL when the room is used up. */
static void *take_room(struct packet *packet, size_t size)
{
	size_t aligned = (size + 15) & ~(size_t)15;
	if (aligned > PACKET_ROOM_SIZE - packet->room.used)
		return NULL;
	void *facts = packet->room.bytes + packet->room.used;
	packet->room.used += aligned;
	memset(facts, 0, size);
	return facts;
}

static struct layer *add_layer(struct packet *packet, const struct decoder *decoder)
{
	if (packet->layer_count == PACKET_MAX_LAYERS)
		return NULL;
	void *facts = NULL;
	if (decoder->facts_size) {
		facts = take_room(packet, decoder->facts_size);
		if (!facts)
			return NULL;
	}
	struct layer *layer = &packet->layers[packet->layer_count++];
	*layer = (struct layer){ .decoder = decoder, .facts = facts };
	return layer;
}

static void drop_layer(struct packet *packet)
{
	const struct layer *layer = &packet->layers[--packet->layer_count];
	if (layer->facts)
		packet->room.used = (size_t)((const uint8_t *)layer->facts - packet->room.bytes);
}

/* Says where the header is within the record. Bytes from elsewhere (reassembled) keep length 0. */
static void place_layer(struct layer *layer, const struct record *record, const uint8_t *from,
			const uint8_t *to)
{
	uintptr_t start = (uintptr_t)record->bytes, at = (uintptr_t)from;
	if (at < start || at - start > record->captured_length || (uintptr_t)to < at)
		return;
	layer->offset = at - start;
	layer->length = (size_t)(to - from);
}

static void note_problem(struct packet *packet, enum cursor_status status, const char *reason)
{
	/* A fragment on its own ends where the fragmenting host cut it, which is nobody's fault. */
	if (packet->ip && packet->ip->fragmented && !packet->ip->reassembled)
		return;
	if (status == CURSOR_MALFORMED)
		packet->malformed = true;
	if (!packet->problem)
		packet->problem = reason;
}

/* Field by field: a copy in wide registers would have to wait for the narrow writes just before it,
 * which at three to five copies per packet is a third of the time that decoding takes. */
static void copy_cursor(struct cursor *to, const struct cursor *from)
{
	to->next = from->next;
	to->captured = from->captured;
	to->declared = from->declared;
	to->status = from->status;
	to->reason = from->reason;
}

/* Decodes `in` as `layer`, leaves in `in` what comes after it, and returns who decodes that. */
static const struct decoder *decode_layer(struct packet *packet, struct layer *layer,
					  struct cursor *in)
{
	const struct decoder *decoder = layer->decoder;
	const uint8_t *start = in->next;
	layer->bytes = start;
	layer->captured = (uint32_t)in->captured;
	layer->declared = (uint32_t)in->declared;
	if (!decoder->decode) {
		place_layer(layer, packet->record, start, start + in->captured);
		return NULL;
	}
	struct next next = decoder->decode(in, packet, (void *)(uintptr_t)layer->facts);
	/* A payload that starts where the layer does is the layer itself, kept in one piece. */
	bool has_header = next.bytes.next && (next.bytes.next > start || next.kind != NEXT_NONE);
	place_layer(layer, packet->record, start, has_header ? next.bytes.next : in->next);
	layer->status = in->status;
	layer->reason = in->reason;
	copy_cursor(in, &next.bytes);
	if (layer->status == CURSOR_OK)
		return find_decoder(&next);
	note_problem(packet, layer->status, layer->reason);
	return NULL;
}

static void decode_layers(struct packet *packet, const struct decoder *decoder, struct cursor *in)
{
	while (decoder) {
		struct layer *layer = add_layer(packet, decoder);
		if (!layer) {
			note_problem(packet, CURSOR_MALFORMED, too_deep);
			break;
		}
		decoder = decode_layer(packet, layer, in);
	}
	copy_cursor(&packet->payload, in);
}

/* Forgets the packet before; the two large arrays are written before they are read. */
static void forget(struct packet *packet, const struct record *record)
{
	packet->record = record;
	packet->layer_count = 0;
	packet->link = (struct link_facts){ .packet_type = LINK_TYPE_UNKNOWN };
	packet->ip = NULL;
	packet->outer_ip = NULL;
	ip_forget_above(packet);
	packet->arp = NULL;
	packet->bpdu = NULL;
	packet->pause = NULL;
	packet->socket = NULL;
	packet->stream = NULL;
	packet->context = 0;
	packet->tunnel_count = 0;
	packet->truncated = record->captured_length < record->original_length;
	packet->malformed = false;
	packet->problem = NULL;
	packet->room.used = 0;
}

void packet_decode(struct packet *packet, const struct record *record)
{
	forget(packet, record);
	size_t declared = record->original_length;
	if (record->captured_length > declared)
		declared = record->captured_length;
	/* Recorders claim check sequences that are not there. Behind Ethernet the network
	 * layer's own length tells what belongs to it, so there the claim is not needed. */
	if (record->fcs_length <= declared && record->link_type != LINKTYPE_ETHERNET)
		declared -= record->fcs_length;
	struct cursor bytes = cursor_make(record->bytes, record->captured_length, declared);
	decode_layers(packet, decoder_find(BY_LINK_TYPE, record->link_type), &bytes);
	packet->unknown_link_type = packet->layer_count == 0;
}

void packet_decode_reassembled(struct packet *packet, const uint8_t *payload, size_t length)
{
	while (packet->layer_count && packet->layers[packet->layer_count - 1].facts != packet->ip)
		drop_layer(packet);
	if (!packet->layer_count || !packet->ip)
		return;
	const struct layer *layer = &packet->layers[packet->layer_count - 1];
	struct ip_header *ip = (struct ip_header *)(uintptr_t)layer->facts;
	ip->reassembled = true;
	ip_forget_above(packet);
	struct cursor bytes = cursor_make(payload, length, length);
	decode_layers(packet, decoder_find(BY_IP_PROTOCOL, ip->protocol), &bytes);
}

const struct layer *packet_decode_message(struct packet *packet, const struct decoder *decoder,
					  struct stream *stream, struct cursor in)
{
	struct layer *layer = add_layer(packet, decoder);
	if (!layer && packet->layer_count && packet->layers[packet->layer_count - 1].decoder == decoder) {
		/* One segment can end more messages than there is room for: the last one stays. */
		drop_layer(packet);
		layer = add_layer(packet, decoder);
	}
	if (!layer)
		return NULL;
	packet->stream = stream;
	const struct decoder *next = decode_layer(packet, layer, &in);
	packet->stream = NULL;
	/* A datagram may hold several messages. */
	if (!stream && next)
		decode_layers(packet, next, &in);
	return layer->status == CURSOR_OK ? layer : NULL;
}

const void *packet_facts(const struct packet *packet, const struct decoder *decoder)
{
	for (unsigned i = packet->layer_count; i-- > 0;)
		if (packet->layers[i].decoder == decoder)
			return packet->layers[i].facts;
	return NULL;
}

const char *packet_protocol(const struct packet *packet)
{
	if (!packet->layer_count)
		return "UNKNOWN";
	return packet->layers[packet->layer_count - 1].decoder->protocol;
}
