#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/memory.h"
#include "core/text.h"
#include "source/write/writer.h"

/* Few system calls, and little to lose between two of them. */
#define SINK_BUFFER ((size_t)1024 * 1024)

static bool memory_write(struct sink *sink, const void *bytes, size_t length, struct error *error)
{
	(void)error;
	text_add_bytes(((struct sink_memory *)sink)->text, bytes, length);
	return true;
}

void sink_memory_init(struct sink_memory *to, struct text *text)
{
	*to = (struct sink_memory){ .sink = { memory_write }, .text = text };
}

static bool put_out(struct sink_file *file, const uint8_t *bytes, size_t length, struct error *error)
{
	while (length && !file->failed) {
		ssize_t put = write(file->descriptor, bytes, length);
		if (put > 0) {
			bytes += put;
			length -= (size_t)put;
		} else if (errno != EINTR) {
			file->failed = true;
			error_set(error, ERROR_WRITE, "check the disk and the permissions",
				  "cannot be written: %s", strerror(errno));
		}
	}
	return !file->failed;
}

static bool flush(struct sink_file *file, struct error *error)
{
	size_t used = file->used;
	file->used = 0;
	return put_out(file, file->buffer, used, error);
}

static bool file_write(struct sink *sink, const void *bytes, size_t length, struct error *error)
{
	struct sink_file *file = (struct sink_file *)sink;
	if (length > SINK_BUFFER - file->used && !flush(file, error))
		return false;
	if (length > SINK_BUFFER)
		return put_out(file, bytes, length, error);
	memcpy(file->buffer + file->used, bytes, length);
	file->used += length;
	return !file->failed;
}

void sink_file_init(struct sink_file *to, int descriptor)
{
	*to = (struct sink_file){ .sink = { file_write }, .descriptor = descriptor,
		.buffer = memory_allocate(SINK_BUFFER) };
}

bool sink_file_finish(struct sink_file *to, struct error *error)
{
	bool good = flush(to, error);
	free(to->buffer);
	to->buffer = NULL;
	return good;
}
