/* What the fuzz targets of the trace formats share: reads bytes as a trace and looks at all of
 * it. */
#ifndef FUZZ_SOURCE_H
#define FUZZ_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config.h"
#include "source/source.h"

#ifdef HAVE_ZLIB
#include <zlib.h>
#endif

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* Keeps the compiler from leaving out reads whose result nobody wants. */
static volatile uint8_t fuzz_sink;

static inline void fuzz_require(bool claim)
{
	if (!claim)
		abort();
}

static inline void fuzz_text(const char *text, size_t room)
{
	fuzz_require(memchr(text, 0, room) != NULL);
}

static inline void fuzz_report(const struct source_report *report)
{
	fuzz_require(report->damage_count <= SOURCE_MAX_DAMAGES);
	fuzz_require(report->interface_count <= SOURCE_MAX_INTERFACES);
	for (size_t i = 0; i < report->damage_count; i++)
		fuzz_require(report->damages[i].reason != NULL);
	for (size_t i = 0; i < report->interface_count; i++) {
		const struct source_interface *interface = &report->interfaces[i];
		fuzz_require(interface->file < report->file_count);
		fuzz_text(interface->name, sizeof interface->name);
		fuzz_text(interface->description, sizeof interface->description);
		fuzz_text(interface->filter, sizeof interface->filter);
	}
	for (size_t i = 0; i < report->name_count; i++)
		fuzz_require(strlen(report->names[i].name) && strlen(report->names[i].address));
}

/* Every byte of every record is read, so that the sanitizers see each that is not ours. */
static inline void fuzz_read(const void *bytes, size_t length)
{
	static const struct source_options options = { .max_decompressed = 16 << 20,
						       .keep_comments = true };
	struct error error = ERROR_INIT;
	struct source *source = source_open_memory(bytes, length, "fuzz", &options, &error);
	if (!source) {
		fuzz_require(error.code != ERROR_NONE && error.message[0]);
		return;
	}
	struct record record;
	uint64_t number = 0;
	uint8_t sum = 0;
	while (source_next(source, &record, &error) == SOURCE_RECORD) {
		fuzz_require(record.number == ++number);
		fuzz_require(record.interface < source_report(source)->interface_count);
		for (uint32_t i = 0; i < record.captured_length; i++)
			sum ^= record.bytes[i];
		for (uint32_t i = 0; record.comment && i < record.comment_length; i++)
			sum ^= (uint8_t)record.comment[i];
	}
	fuzz_sink = sum;
	fuzz_report(source_report(source));
	source_close(source);
}

#ifdef HAVE_ZLIB
/* The same bytes packed without compression: now they come through the sliding window. */
static inline void fuzz_read_packed(const uint8_t *bytes, size_t length)
{
	z_stream z = { 0 };
	if (deflateInit2(&z, 0, Z_DEFLATED, MAX_WBITS + 16, 8, Z_DEFAULT_STRATEGY) != Z_OK)
		return;
	size_t room = deflateBound(&z, length);
	uint8_t *packed = malloc(room);
	z.next_in = (Bytef *)(uintptr_t)bytes;
	z.avail_in = (uInt)length;
	z.next_out = packed;
	z.avail_out = (uInt)room;
	fuzz_require(deflate(&z, Z_FINISH) == Z_STREAM_END);
	fuzz_read(packed, room - z.avail_out);
	deflateEnd(&z);
	free(packed);
}
#endif

/* `header` goes before the bytes, so that the fuzzer need not find it again and again. The first
 * byte says which way they go. */
static inline int fuzz_source(const uint8_t *bytes, size_t length, const void *header,
			      size_t header_length)
{
	if (!length)
		return 0;
	bool bare = bytes[0] & 1;
	size_t skip = bare ? 0 : header_length;
	uint8_t *image = malloc(skip + length);
	memcpy(image, header, skip);
	memcpy(image + skip, bytes + 1, length - 1);
	size_t total = skip + length - 1;
	fuzz_read(image, total);
#ifdef HAVE_ZLIB
	if (bytes[0] & 2)
		fuzz_read_packed(image, total);
#endif
	free(image);
	return 0;
}

#endif
