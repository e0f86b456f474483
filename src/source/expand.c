/* Decompression as a stream: joins members and frames, and says how it ended. */
#include <stdlib.h>

#include "core/memory.h"
#include "source/compression.h"

/* lz4 and zstd forget what one call made when it then meets corrupt data. Small helpings lose
 * little. */
#define HELPING ((size_t)16 * 1024)

struct expand {
	struct stream stream;
	struct input raw;
	const struct compression *compression;
	void *state;
	uint64_t left;       /* bytes that may still come out */
	bool between;        /* a member ended, the next one was not begun */
};

static void fail(struct expand *expand, const char *reason, bool cut)
{
	expand->stream.failure = reason;
	expand->stream.cut = cut;
}

/* Moves to the next member. False at the end: zero bytes are padding (tapes, xz), others are
 * told. */
static bool next_member(struct expand *expand)
{
	struct cursor head;
	while ((head = input_peek(&expand->raw, 1)).captured && head.next[0] == 0)
		input_skip(&expand->raw, 1);
	head = input_peek(&expand->raw, COMPRESSION_PROBE);
	if (!head.captured)
		return false;
	if (!expand->compression->probe(head)) {
		fail(expand, "bytes that are not compressed follow the compressed ones", false);
		return false;
	}
	if (!expand->compression->restart(expand->state)) {
		fail(expand, "the next compressed part cannot be begun", false);
		return false;
	}
	expand->between = false;
	return true;
}

/* One call of the decompressor. Returns the bytes made; 0 with a failure set, or after an END. */
static size_t step(struct expand *expand, uint8_t *to, size_t room)
{
	struct input *raw = &expand->raw;
	(void)input_peek(raw, 1);
	struct expand_step step = {
		.in = raw->next, .in_length = raw->available < HELPING ? raw->available : HELPING,
		.out = to, .out_room = room,
	};
	enum expand_status status = expand->compression->run(expand->state, &step);
	input_skip(raw, step.in_used);
	expand->left -= step.out_made;
	if (status == EXPAND_DAMAGED)
		fail(expand, step.reason, false);
	else if (status == EXPAND_END)
		expand->between = true;
	else if (!step.out_made && !step.in_used)
		fail(expand, raw->failure ? raw->failure : "the compressed file ends too early",
		     !raw->failure);
	return step.out_made;
}

static size_t expand_read(struct stream *stream, uint8_t *to, size_t room)
{
	struct expand *expand = (struct expand *)stream;
	size_t made = 0;
	/* Stops where more input would have to be waited for: a pipe may be slow. */
	while (made < room && !stream->failure && !(made && !expand->raw.available)) {
		if (expand->between && !next_member(expand))
			break;
		if (!expand->left) {
			fail(expand, "the decompressed bytes reached the limit", true);
			break;
		}
		size_t most = room - made < expand->left ? room - made : (size_t)expand->left;
		made += step(expand, to + made, most);
	}
	return made;
}

static void expand_close(struct stream *stream)
{
	struct expand *expand = (struct expand *)stream;
	expand->compression->destroy(expand->state);
	input_finish(&expand->raw);
	free(expand);
}

struct stream *stream_expand(struct input *raw, const struct compression *compression,
			     uint64_t limit)
{
	struct expand *expand = memory_zeroed(1, sizeof *expand);
	expand->stream.read = expand_read;
	expand->stream.close = expand_close;
	expand->raw = *raw;
	*raw = (struct input){ 0 };
	expand->compression = compression;
	expand->state = compression->create();
	expand->left = limit;
	return &expand->stream;
}
