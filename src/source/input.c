#include "source/input.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

void input_init_stream(struct input *input, struct stream *stream, size_t block)
{
	memset(input, 0, sizeof *input);
	input->stream = stream;
	input->capacity = block;
	input->buffer = memory_allocate(block);
	input->next = input->buffer;
}

void input_init_memory(struct input *input, const void *bytes, size_t length)
{
	memset(input, 0, sizeof *input);
	input->next = bytes;
	input->available = length;
	input->ended = true;
}

void input_finish(struct input *input)
{
	if (input->stream)
		input->stream->close(input->stream);
	free(input->buffer);
	memset(input, 0, sizeof *input);
}

/* Makes room behind the available bytes. They move to the front only when that frees a good part
 * of the buffer, and the buffer doubles only when it is full of bytes that really came: the
 * moves stay linear and a length that lies costs no memory. */
static size_t make_room(struct input *input)
{
	size_t start = (size_t)(input->next - input->buffer);
	size_t room = input->capacity - start - input->available;
	if (room > input->capacity / 4)
		return room;
	if (input->available > input->capacity / 2) {
		uint8_t *buffer = memory_allocate(input->capacity * 2);
		memcpy(buffer, input->next, input->available);
		free(input->buffer);
		input->buffer = buffer;
		input->capacity *= 2;
	} else if (input->available) {
		memmove(input->buffer, input->next, input->available);
	}
	input->next = input->buffer;
	return input->capacity - input->available;
}

static void finish_reading(struct input *input)
{
	input->ended = true;
	input->failure = input->stream->failure;
	input->cut = input->stream->cut;
}

/* The next block as the stream lends it, behind what is left of the one before. */
static void borrow(struct input *input)
{
	size_t length;
	input->next = input->stream->lend(input->stream, input->next, input->available, &length);
	if (length == input->available)
		finish_reading(input);
	input->available = length;
}

/* Something longer than can be borrowed in one piece: from now on, bytes are copied. */
static void stop_borrowing(struct input *input)
{
	while (input->capacity < input->available * 2)
		input->capacity *= 2;
	uint8_t *buffer = memory_allocate(input->capacity);
	memcpy(buffer, input->next, input->available);
	free(input->buffer);
	input->buffer = buffer;
	input->next = buffer;
	input->borrows = false;
}

void input_run_ahead(struct input *input)
{
	input->stream = stream_ahead(input->stream);
	input->borrows = input->stream->lend != NULL;
}

void input_fill(struct input *input, size_t want)
{
	assert(want <= INPUT_MAX_PEEK);
	while (input->borrows && input->available < want && !input->ended) {
		if (input->available <= STREAM_HEADROOM)
			borrow(input);
		else
			stop_borrowing(input);
	}
	while (input->available < want && !input->ended) {
		size_t room = make_room(input);
		uint8_t *end = input->buffer + (input->next - input->buffer) + input->available;
		size_t got = input->stream->read(input->stream, end, room);
		input->available += got;
		if (!got)
			finish_reading(input);
	}
}
