/* Fuzz target: bytes as one packet (one_packet.h), then as datagrams and messages of every application. */
#include <stdlib.h>

#include "one_packet.h"
#include "tell_all.h"

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
	struct record record;
	if (!one_packet(data, size, &record, &packet))
		return 0;
	one_packet_tell(&packet);
	for (const struct decoder *const *decoder = decoders; *decoder; decoder++)
		if ((*decoder)->datagram)
			decode_as_datagram(&packet, *decoder, record.bytes, record.captured_length);
	for (const struct decoder *const *decoder = decoders; *decoder; decoder++)
		if ((*decoder)->stream)
			decode_as_messages(&packet, *decoder, record.bytes, record.captured_length);
	if (packet.room.used > PACKET_ROOM_SIZE)
		abort();
	return 0;
}
