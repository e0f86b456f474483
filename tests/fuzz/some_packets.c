#include "some_packets.h"

#include "core/clock.h"
#include "core/cursor.h"
#include "image.h"

void some_packets_image(const uint8_t *bytes, size_t size, struct text *image)
{
	static const uint32_t link_types[] = { 1, 101, 113, 276, 0, 9, 105, 127 };
	struct cursor in = cursor_make(bytes, size, size);
	struct image_options options = IMAGE_DEFAULT;
	struct trace trace = { 0 };
	int64_t time = TRACE_EPOCH;
	options.link_type = link_types[cursor_u8(&in) % 8];
	while (cursor_more(&in)) {
		size_t length = cursor_be16(&in);
		time += cursor_be16(&in) * 100 * MICROSECOND;
		struct cursor packet =
			length < in.declared ? cursor_split(&in, length) : cursor_rest(&in);
		trace_add(&trace, time, packet.next, packet.captured);
	}
	image_write(&trace, &options, image);
	trace_finish(&trace);
}

bool some_packets_swallow(void *user, const void *bytes, size_t count)
{
	(void)bytes;
	*(size_t *)user += count;
	return true;
}
