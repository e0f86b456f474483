/* Trace files as tests build them, byte by byte, and what comes out when they are read. */
#ifndef UNIT_SOURCE_IMAGE_H
#define UNIT_SOURCE_IMAGE_H

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "core/text.h"
#include "source/source.h"

struct image {
	struct text text;
	bool big_endian;
};

static inline void put(struct image *image, uint64_t value, unsigned bytes)
{
	for (unsigned i = 0; i < bytes; i++) {
		unsigned shift = 8 * (image->big_endian ? bytes - 1 - i : i);
		text_add_char(&image->text, (char)(value >> shift & 0xff));
	}
}

static inline void put_bytes(struct image *image, const void *bytes, size_t length)
{
	text_add_bytes(&image->text, bytes, length);
}

static inline void put_fill(struct image *image, uint8_t byte, size_t length)
{
	while (length--)
		text_add_char(&image->text, (char)byte);
}

static inline void put_pcap_header(struct image *image, uint32_t magic, uint32_t major,
				   uint32_t minor, uint32_t snap_length, uint32_t network)
{
	put(image, magic, 4);
	put(image, major, 2);
	put(image, minor, 2);
	put(image, 0, 8);
	put(image, snap_length, 4);
	put(image, network, 4);
}

/* A record of `length` bytes of the value `length`. */
static inline void put_pcap_record(struct image *image, uint32_t seconds, uint32_t fraction,
				   uint32_t length)
{
	put(image, seconds, 4);
	put(image, fraction, 4);
	put(image, length, 4);
	put(image, length, 4);
	put_fill(image, (uint8_t)length, length);
}

/* A block around a body that is padded already. */
static inline void put_block(struct image *image, uint32_t type, const struct image *body)
{
	size_t length = body->text.length + 12;
	put(image, type, 4);
	put(image, length, 4);
	put_bytes(image, body->text.bytes, body->text.length);
	put(image, length, 4);
}

static inline void put_option(struct image *image, uint16_t code, const void *bytes,
			      uint16_t length)
{
	put(image, code, 2);
	put(image, length, 2);
	put_bytes(image, bytes, length);
	put_fill(image, 0, (4 - length % 4) % 4);
}

static inline void put_section(struct image *image)
{
	struct image body = { .big_endian = image->big_endian };
	put(&body, 0x1a2b3c4d, 4);
	put(&body, 1, 2);
	put(&body, 0, 2);
	put(&body, UINT64_MAX, 8);
	put_block(image, 0x0a0d0d0a, &body);
	text_finish(&body.text);
}

/* `resolution` as if_tsresol; the offset option only when it is not 0. */
static inline void put_interface(struct image *image, uint16_t link_type, uint32_t snap_length,
				 uint8_t resolution, int64_t offset)
{
	struct image body = { .big_endian = image->big_endian };
	put(&body, link_type, 2);
	put(&body, 0, 2);
	put(&body, snap_length, 4);
	put_option(&body, 9, &resolution, 1);
	if (offset) {
		put(&body, 14, 2);
		put(&body, 8, 2);
		put(&body, (uint64_t)offset, 8);
	}
	put(&body, 0, 4);
	put_block(image, 1, &body);
	text_finish(&body.text);
}

/* `options` may be NULL. */
static inline void put_packet(struct image *image, uint32_t interface, uint64_t ticks,
			      uint32_t length, const struct image *options)
{
	struct image body = { .big_endian = image->big_endian };
	put(&body, interface, 4);
	put(&body, ticks >> 32, 4);
	put(&body, ticks & UINT32_MAX, 4);
	put(&body, length, 4);
	put(&body, length, 4);
	put_fill(&body, (uint8_t)length, length);
	put_fill(&body, 0, (4 - length % 4) % 4);
	if (options)
		put_bytes(&body, options->text.bytes, options->text.length);
	put_block(image, 6, &body);
	text_finish(&body.text);
}

static inline struct source *open_image(const struct image *image, struct error *error)
{
	static const struct source_options options = { .keep_comments = true };
	return source_open_memory(image->text.bytes, image->text.length, "image", &options, error);
}

/* Reads to the end; the source stays open for its report. */
static inline uint64_t count_records(struct source *source)
{
	struct record record;
	struct error error = ERROR_INIT;
	enum source_status status;
	uint64_t count = 0;
	while ((status = source_next(source, &record, &error)) == SOURCE_RECORD)
		assert_int_equal(record.number, ++count);
	assert_int_equal(status, SOURCE_END);
	assert_int_equal(source_next(source, &record, &error), SOURCE_END);
	return count;
}

/* The same for an image, of which only the packet count matters. */
static inline uint64_t count_image(const struct image *image)
{
	struct error error = ERROR_INIT;
	struct source *source = open_image(image, &error);
	assert_non_null(source);
	uint64_t count = count_records(source);
	source_close(source);
	return count;
}

#endif
