#include "source/stream.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"

struct file_stream {
	struct stream stream;
	int descriptor;
	_Atomic uint64_t *progress;
};

static size_t file_read(struct stream *stream, uint8_t *to, size_t room)
{
	struct file_stream *file = (struct file_stream *)stream;
	ssize_t got;
	do
		got = read(file->descriptor, to, room);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		stream->failure = errno == EISDIR ? "it is a directory"
						  : "the system could not read the file further";
		return 0;
	}
	atomic_fetch_add_explicit(file->progress, (uint64_t)got, memory_order_relaxed);
	return (size_t)got;
}

static size_t file_read_at(struct stream *stream, uint64_t offset, uint8_t *to, size_t room)
{
	struct file_stream *file = (struct file_stream *)stream;
	ssize_t got;
	do
		got = pread(file->descriptor, to, room, (off_t)offset);
	while (got < 0 && errno == EINTR);
	if (got < 0) {
		stream->failure = "the system could not read the file further";
		return 0;
	}
	atomic_fetch_add_explicit(file->progress, (uint64_t)got, memory_order_relaxed);
	return (size_t)got;
}

static void file_close(struct stream *stream)
{
	struct file_stream *file = (struct file_stream *)stream;
	if (file->descriptor != STDIN_FILENO)
		close(file->descriptor);
	free(file);
}

struct stream *stream_file(int descriptor, _Atomic uint64_t *progress)
{
	struct file_stream *file = memory_zeroed(1, sizeof *file);
	file->stream.read = file_read;
	file->stream.close = file_close;
	file->descriptor = descriptor;
	struct stat status;
	if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
		file->stream.read_at = file_read_at;
		file->stream.size = (uint64_t)status.st_size;
	}
	file->progress = progress;
	return &file->stream;
}
