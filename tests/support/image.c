#include "image.h"

#include <string.h>

#define NANOSECONDS_PER_SECOND 1000000000LL

struct image {
	const struct image_options *options;
	struct text *to;
};

static void put(struct image *image, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		unsigned shift = 8 * (image->options->big_endian ? bytes - 1 - i : i);
		uint8_t byte = (uint8_t)(value >> shift);
		text_add_bytes(image->to, &byte, 1);
	}
}

static void put_padded(struct image *image, const void *bytes, size_t length)
{
	text_add_bytes(image->to, bytes, length);
	text_add_bytes(image->to, "\0\0\0", (4 - length % 4) % 4);
}

static void put_option(struct image *image, unsigned code, const void *bytes, size_t length)
{
	put(image, code, 2);
	put(image, length, 2);
	put_padded(image, bytes, length);
}

static void put_number_option(struct image *image, unsigned code, uint64_t value, unsigned bytes)
{
	put(image, code, 2);
	put(image, bytes, 2);
	put(image, value, bytes);
}

/* Starts a block and returns where it starts; block_end sets the two lengths. */
static size_t block_begin(struct image *image, uint32_t type)
{
	size_t start = image->to->length;
	put(image, type, 4);
	put(image, 0, 4);
	return start;
}

static void block_end(struct image *image, size_t start)
{
	uint64_t length = image->to->length - start + 4;
	struct text patch = { 0 };
	struct image length_only = { image->options, &patch };
	put(&length_only, length, 4);
	memcpy(image->to->bytes + start + 4, patch.bytes, 4);
	text_finish(&patch);
	put(image, length, 4);
}

static uint64_t ticks(const struct image_options *options, int64_t time)
{
	uint64_t value = (uint64_t)time;
	for (unsigned digits = options->digits; digits < 9; digits++)
		value /= 10;
	return value;
}

static void put_section(struct image *image)
{
	const struct image_options *options = image->options;
	size_t start = block_begin(image, 0x0a0d0d0a);
	put(image, 0x1a2b3c4d, 4);
	put(image, 1, 2);
	put(image, 0, 2);
	put(image, UINT64_MAX, 8);
	block_end(image, start);
	for (unsigned i = 0; i < (options->interfaces ? options->interfaces : 1); i++) {
		uint8_t resolution = (uint8_t)options->digits;
		start = block_begin(image, 1);
		put(image, options->link_type, 2);
		put(image, 0, 2);
		put(image, options->snap_length ? options->snap_length : 262144, 4);
		if (options->filter) {
			struct text filter = { 0 };
			text_add_char(&filter, '\0');
			text_add(&filter, options->filter);
			put_option(image, 11, filter.bytes, filter.length);
			text_finish(&filter);
		}
		put_option(image, 9, &resolution, 1);
		put_option(image, 0, "", 0);
		block_end(image, start);
	}
}

static void put_statistics(struct image *image, int64_t time)
{
	uint64_t stamp = ticks(image->options, time);
	size_t start = block_begin(image, 5);
	put(image, 0, 4);
	put(image, stamp >> 32, 4);
	put(image, stamp, 4);
	put_number_option(image, 4, image->options->received, 8);
	put_number_option(image, 7, image->options->dropped, 8);
	put_option(image, 0, "", 0);
	block_end(image, start);
}

static void write_pcapng(struct image *image, const struct trace *trace)
{
	const struct image_options *options = image->options;
	put_section(image);
	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_packet *packet = &trace->packets[i];
		uint64_t stamp = ticks(options, packet->time);
		if (options->section_every && i && i % options->section_every == 0)
			put_section(image);
		size_t start = block_begin(image, 6);
		put(image, packet->interface, 4);
		put(image, stamp >> 32, 4);
		put(image, stamp, 4);
		put(image, packet->length, 4);
		put(image, packet->original_length, 4);
		put_padded(image, packet->bytes, packet->length);
		if (packet->direction) {
			put_number_option(image, 2, packet->direction, 4);
			put_option(image, 0, "", 0);
		}
		block_end(image, start);
	}
	if (options->received || options->dropped)
		put_statistics(image, trace->count ? trace->packets[trace->count - 1].time : 0);
}

static void write_pcap(struct image *image, const struct trace *trace)
{
	const struct image_options *options = image->options;
	put(image, options->digits > 6 ? 0xa1b23c4d : 0xa1b2c3d4, 4);
	put(image, 2, 2);
	put(image, 4, 2);
	put(image, 0, 8);
	put(image, options->snap_length ? options->snap_length : 262144, 4);
	put(image, options->link_type, 4);
	for (size_t i = 0; i < trace->count; i++) {
		const struct trace_packet *packet = &trace->packets[i];
		uint64_t fraction = (uint64_t)(packet->time % NANOSECONDS_PER_SECOND);
		put(image, (uint64_t)(packet->time / NANOSECONDS_PER_SECOND), 4);
		put(image, options->digits > 6 ? fraction : fraction / 1000, 4);
		put(image, packet->length, 4);
		put(image, packet->original_length, 4);
		text_add_bytes(image->to, packet->bytes, packet->length);
	}
}

void image_write(const struct trace *trace, const struct image_options *options, struct text *to)
{
	struct image image = { options, to };
	if (options->format == IMAGE_PCAP)
		write_pcap(&image, trace);
	else
		write_pcapng(&image, trace);
}
