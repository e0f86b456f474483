/* Fuzz target: bytes as one packet. The first byte chooses the link type, the second how many
 * bytes the trace cut off; the rest is the packet. */
#include <stdlib.h>

#include "decode/decoder.h"
#include "source/linktype.h"
#include "tell_all.h"

static const uint32_t link_types[] = {
	LINKTYPE_ETHERNET, LINKTYPE_RAW, LINKTYPE_LINUX_SLL, LINKTYPE_LINUX_SLL2, LINKTYPE_NULL,
	LINKTYPE_PPP, LINKTYPE_PPP_ETHER, LINKTYPE_PPP_WITH_DIR, LINKTYPE_C_HDLC, LINKTYPE_FRAME_RELAY,
	LINKTYPE_NFLOG, LINKTYPE_TOKEN_RING, LINKTYPE_FDDI, LINKTYPE_IEEE802_11,
	LINKTYPE_IEEE802_11_RADIOTAP, LINKTYPE_IEEE802_11_PRISM, LINKTYPE_SLIP,
};

static void require(bool claim)
{
	if (!claim)
		abort();
}

static void check(const struct packet *packet, const struct record *record)
{
	require(packet->layer_count <= PACKET_MAX_LAYERS);
	require(packet->room.used <= PACKET_ROOM_SIZE);
	require(packet->payload.captured <= packet->payload.declared);
	require(packet_protocol(packet) != NULL);
	require((packet->ip == NULL) == (packet->outer_ip == NULL));
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const struct layer *layer = &packet->layers[i];
		require(layer->offset + layer->length <= record->captured_length);
		require((layer->status == CURSOR_OK) == (layer->reason == NULL));
		require(layer->status != CURSOR_TRUNCATED || packet->truncated);
	}
	if (packet->tcp)
		require(packet->tcp->sack_count <= TCP_MAX_SACK_BLOCKS);
}

/* Datagrams that are recognised by their bytes. */
static void decode_as_datagram(struct packet *packet, const struct decoder *decoder, const uint8_t *bytes, size_t size)
{
	uint64_t memory[2] = { 0 };
	struct cursor in = cursor_make(bytes, size, size);
	for (int i = 0; i < 5; i++)
		decoder->datagram(memory, in);
	const struct layer *layer = packet_decode_message(packet, decoder, NULL, in);
	if (layer)
		tell_all(packet, decoder, layer->facts, cursor_make(layer->bytes, layer->captured, layer->declared));
}

/* The bytes as what a client says on a stream, in every protocol that is spoken on one. */
static void decode_as_messages(struct packet *packet, const struct decoder *decoder, const uint8_t *bytes,
			       size_t size)
{
	const struct streaming *streaming = decoder->stream;
	struct stream stream = { .state = calloc(1, streaming->state_size + 1), .from_client = true };
	struct cursor rest = cursor_make(bytes, size, size);
	if (streaming->probe)
		streaming->probe(&stream, rest);
	for (int steps = 0; steps < 1000 && !stream.then; steps++) {
		stream.ended = !rest.captured;
		struct frame frame = streaming->frame(&stream, rest);
		if (frame.kind == FRAME_LOST || frame.kind == FRAME_MORE || frame.length > rest.captured)
			break;
		struct cursor part = cursor_split(&rest, (size_t)frame.length);
		const struct layer *layer = frame.kind == FRAME_MESSAGE
						    ? packet_decode_message(packet, decoder, &stream, part) : NULL;
		if (layer)
			tell_all(packet, decoder, layer->facts, cursor_make(layer->bytes, layer->captured, layer->declared));
		stream.from_client = steps % 3 != 2;
	}
	if (streaming->finish)
		streaming->finish(&stream);
	free(stream.state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct packet packet;
	if (size < 2)
		return 0;
	struct record record = {
		.number = 1,
		.link_type = link_types[data[0] % (sizeof link_types / sizeof link_types[0])],
		.bytes = data + 2,
		.captured_length = (uint32_t)(size - 2),
		.original_length = (uint32_t)(size - 2 + data[1]),
	};
	packet_decode(&packet, &record);
	check(&packet, &record);
	if (packet.ip && packet.ip->fragmented) {
		packet_decode_reassembled(&packet, record.bytes, record.captured_length);
		require(packet.layer_count <= PACKET_MAX_LAYERS);
	}
	for (const struct decoder *const *decoder = decoders; *decoder; decoder++)
		if ((*decoder)->datagram)
			decode_as_datagram(&packet, *decoder, record.bytes, record.captured_length);
	for (const struct decoder *const *decoder = decoders; *decoder; decoder++)
		if ((*decoder)->stream)
			decode_as_messages(&packet, *decoder, record.bytes, record.captured_length);
	require(packet.room.used <= PACKET_ROOM_SIZE);
	return 0;
}
