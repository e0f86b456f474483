/* The bytes of a packet behind one of its headers, as far as the trace holds them. */
#ifndef SESSION_BYTES_H
#define SESSION_BYTES_H

#include "decode/packet.h"

/* What lies behind the layer that has these facts, `length` bytes by its header's word. Empty when the
 * layer is not in the record, as after reassembly. */
static inline struct cursor bytes_behind(const struct packet *packet, const void *facts, size_t length)
{
	for (unsigned i = packet->layer_count; i-- > 0;) {
		const struct layer *layer = &packet->layers[i];
		size_t end = layer->offset + layer->length;
		if (layer->facts != facts)
			continue;
		if (!layer->length || end > packet->record->captured_length)
			break;
		return cursor_make(packet->record->bytes + end, packet->record->captured_length - end,
				   length);
	}
	return cursor_make(NULL, 0, length);
}

#endif
