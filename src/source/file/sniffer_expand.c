/* The compression of the DOS Sniffer: blobs behind a 16-bit length, each by itself. In a blob, 16
 * bits say of the next 16 items, first item in the top bit, whether they are a byte (0) or a code
 * (1). doc/formats/sniffer.md lists the codes. */
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "source/file/sniffer.h"

/* Behind a broken blob: as a record header, a type and a length that no record has. */
#define GAP_BYTE 0xff
#define GAP_LENGTH 32

struct expander {
	struct stream stream;
	struct input raw;
	size_t made, taken;      /* bytes of `blob` that are there, and given out */
	uint8_t blob[SNIFFER_BLOB + GAP_LENGTH];
};

struct output {
	uint8_t *bytes;
	size_t length;
};

static bool put_run(struct output *out, uint8_t byte, size_t count)
{
	if (count > SNIFFER_BLOB - out->length)
		return false;
	memset(out->bytes + out->length, byte, count);
	out->length += count;
	return true;
}

/* Repeats what came out `distance` bytes ago. No string reaches into itself. */
static bool put_string(struct output *out, size_t distance, size_t count)
{
	if (distance > out->length || count > distance || count > SNIFFER_BLOB - out->length)
		return false;
	memcpy(out->bytes + out->length, out->bytes + out->length - distance, count);
	out->length += count;
	return true;
}

static bool put_code(struct output *out, struct cursor *in)
{
	uint8_t code = cursor_u8(in);
	size_t kind = code >> 4, number = code & 0x0f;
	if (kind)   /* 12 bits, the low ones first */
		number += (size_t)cursor_u8(in) << 4;
	switch (kind) {
	case 0:
		return put_run(out, cursor_u8(in), number + 3);
	case 1:
		return put_run(out, cursor_u8(in), number + 19);
	case 2:
		return put_string(out, number + 3, (size_t)cursor_u8(in) + 16);
	default:
		return put_string(out, number + 3, kind);
	}
}

size_t sniffer_expand_blob(struct cursor in, uint8_t bytes[static SNIFFER_BLOB], bool *whole)
{
	struct output out = { bytes, 0 };
	uint16_t items = 0;
	unsigned left = 0;
	bool good = true;
	while (good && cursor_more(&in)) {
		if (!left) {
			items = cursor_le16(&in);
			left = 16;
		}
		bool is_code = items & 0x8000;
		items = (uint16_t)(items << 1);
		left--;
		size_t before = out.length;
		good = is_code ? put_code(&out, &in) : put_run(&out, cursor_u8(&in), 1);
		if (!cursor_ok(&in))
			out.length = before;
	}
	*whole = good && cursor_ok(&in);
	return out.length;
}

/* A negative length: the blob is stored as it is. */
static bool next_blob(struct expander *expander)
{
	struct input *raw = &expander->raw;
	struct cursor in = input_peek(raw, 2);
	if (!in.captured) {
		expander->stream.failure = raw->failure;
		expander->stream.cut = raw->cut;
		return false;
	}
	uint16_t field = cursor_le16(&in);
	bool stored = field & 0x8000;
	size_t length = stored ? 0x10000u - field : field;
	in = input_peek(raw, 2 + length);
	cursor_skip(&in, 2);
	expander->taken = 0;
	if (in.captured < length) {
		expander->stream.failure = "the file ends inside a compressed block";
		expander->stream.cut = true;
		length = in.captured;
	}
	bool whole = true;
	struct cursor blob = cursor_make(in.next, length, length);
	if (stored)
		memcpy(expander->blob, blob.next, length);
	expander->made = stored ? length : sniffer_expand_blob(blob, expander->blob, &whole);
	if (!whole && !expander->stream.cut) {
		memset(expander->blob + expander->made, GAP_BYTE, GAP_LENGTH);
		expander->made += GAP_LENGTH;
	}
	size_t used = 2 + length;
	input_skip(raw, used < raw->available ? used : raw->available);
	return true;
}

static size_t expander_read(struct stream *stream, uint8_t *to, size_t room)
{
	struct expander *expander = (struct expander *)stream;
	while (expander->taken == expander->made)
		if (stream->cut || !next_blob(expander))
			return 0;
	size_t count = expander->made - expander->taken;
	if (count > room)
		count = room;
	memcpy(to, expander->blob + expander->taken, count);
	expander->taken += count;
	return count;
}

static void expander_close(struct stream *stream)
{
	struct expander *expander = (struct expander *)stream;
	input_finish(&expander->raw);
	free(expander);
}

struct stream *sniffer_expand(struct input *raw)
{
	struct expander *expander = memory_zeroed(1, sizeof *expander);
	expander->stream.read = expander_read;
	expander->stream.close = expander_close;
	expander->raw = *raw;
	memset(raw, 0, sizeof *raw);
	return &expander->stream;
}
