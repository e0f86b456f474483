#include "capture/file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "config.h"
#include "core/clock.h"
#include "core/memory.h"
#include "source/write/pcapng.h"

/* Few system calls, and not much to copy out of the processor's cache. */
#define BUFFER ((size_t)512 * 1024)

struct block_sink {                  /* whole blocks into a descriptor */
	struct sink sink;
	int descriptor;
	bool regular;                /* it can be cut back to its last whole block */
	uint8_t *buffer;
	size_t used;
	uint64_t written;            /* bytes of whole blocks in this file */
	int64_t blocked;             /* ns that writing took without a processor; over all files */
	bool failed;
};

struct capture_file {
	struct capture_file_options options;
	struct opener opener;
	struct source_report *report;
	struct block_sink sink;
	struct writer *writer;       /* NULL: no file is open */
	char name[OPENER_NAME];
	uint32_t number;             /* of the present file */
	int64_t begun;               /* time of its first record; INT64_MIN: none yet */
	uint64_t bytes_before;       /* in the files before */
	uint64_t dropped;            /* that the counters in the file say */
	uint64_t dropped_before;     /* in the files before */
};

/* ---- Whole blocks ---- */

static uint32_t block_length(const uint8_t *block)
{
	return (uint32_t)block[4] | (uint32_t)block[5] << 8 | (uint32_t)block[6] << 16 | (uint32_t)block[7] << 24;
}

/* What was written of the buffer ends within a block: the file goes back to where that block began. */
static void cut_back(struct block_sink *sink, size_t put)
{
	size_t whole = 0;
	while (whole + 8 <= put && whole + block_length(sink->buffer + whole) <= put)
		whole += block_length(sink->buffer + whole);
	sink->written += whole;
	if (sink->regular && ftruncate(sink->descriptor, (off_t)sink->written) == 0)
		(void)lseek(sink->descriptor, (off_t)sink->written, SEEK_SET);
}

/* Time that passed while this process was on no processor. */
static int64_t off_processor(void)
{
	struct timespec passed, used;
	clock_gettime(CLOCK_MONOTONIC, &passed);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return ((int64_t)passed.tv_sec - used.tv_sec) * NANOSECONDS + passed.tv_nsec - used.tv_nsec;
}

static bool put_out(struct block_sink *sink, struct error *error)
{
	size_t put = 0;
	int64_t before = off_processor();
	while (put < sink->used && !sink->failed) {
		ssize_t now = write(sink->descriptor, sink->buffer + put, sink->used - put);
		if (now > 0) {
			put += (size_t)now;
		} else if (errno != EINTR) {
			int reason = errno;
			sink->failed = true;
			error_set(error, ERROR_WRITE, reason == ENOSPC ? "make room; what came before is whole"
				  : "check the disk and the permissions", "cannot be written: %s", strerror(reason));
			cut_back(sink, put);
		}
	}
	sink->blocked += off_processor() - before;
	if (!sink->failed)
		sink->written += sink->used;
	sink->used = 0;
	return !sink->failed;
}

static bool take_block(struct sink *base, const void *bytes, size_t length, struct error *error)
{
	struct block_sink *sink = (struct block_sink *)base;
	if (length > BUFFER - sink->used && !put_out(sink, error))
		return false;
	if (length > BUFFER)
		return error_set(error, ERROR_WRITE, "", "a packet is too large");
	memcpy(sink->buffer + sink->used, bytes, length);
	sink->used += length;
	return !sink->failed;
}

/* ---- Files ---- */

static uint64_t dropped(const struct source_report *report)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < report->interface_count; i++)
		sum += report->interfaces[i].dropped_by_system + report->interfaces[i].dropped_by_interface;
	return sum;
}

/* The counters in a file are about this file. */
static void restart_counters(struct capture_file *file)
{
	struct source_report *report = file->report;
	file->dropped_before += dropped(report);
	file->dropped = 0;
	for (size_t i = 0; i < report->interface_count; i++) {
		struct source_interface *interface = &report->interfaces[i];
		interface->received = interface->dropped_by_system = interface->dropped_by_interface = 0;
	}
}

static bool begin_file(struct capture_file *file, struct error *error)
{
	struct stat status;
	const struct pcapng_writer_options options = { .application = "culprit " CULPRIT_VERSION };
	int descriptor = STDOUT_FILENO;
	if (strcmp(file->options.path, "-") != 0)
		descriptor = opener_open(&file->opener, file->number + 1, file->name, error);
	if (descriptor < 0)
		return false;
	file->number++;
	file->begun = INT64_MIN;
	file->sink.descriptor = descriptor;
	file->sink.used = 0;
	file->sink.written = 0;
	file->sink.regular = fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode);
	file->writer = pcapng_writer_create(&file->sink.sink, file->report, &options);
	/* A trace without packets is a trace, too. */
	if (pcapng_writer_counters(file->writer, error) && put_out(&file->sink, error))
		return true;
	error_name_file(error, capture_file_name(file));
	return false;
}

static bool end_file(struct capture_file *file, struct error *error)
{
	bool good = !file->sink.failed && writer_finish(file->writer, error) && put_out(&file->sink, error);
	writer_destroy(file->writer);
	file->writer = NULL;
	file->bytes_before += file->sink.written;
	restart_counters(file);
	if (file->sink.descriptor != STDOUT_FILENO && close(file->sink.descriptor) != 0 && good)
		good = error_set(error, ERROR_WRITE, "check the disk", "cannot be written: %s", strerror(errno));
	file->sink.descriptor = -1;
	if (!good)
		error_name_file(error, capture_file_name(file));
	return good;
}

struct capture_file *capture_file_create(const struct capture_file_options *options,
					 struct source_report *report, struct error *error)
{
	struct capture_file *file = memory_zeroed(1, sizeof *file);
	bool many = options->file_bytes || options->file_time;
	file->options = *options;
	file->report = report;
	file->opener = (struct opener){ .directory = -1, .channel = -1 };
	file->sink = (struct block_sink){ .sink = { take_block }, .descriptor = -1,
		.buffer = memory_allocate(BUFFER) };
	bool good = strcmp(options->path, "-") == 0
		? !many || error_set(error, ERROR_USAGE, "name a file: -o FILE", "standard output is only one file")
		: opener_init(&file->opener, options->path, many, options->files, error);
	if (good && begin_file(file, error))
		return file;
	capture_file_destroy(file);
	return NULL;
}

bool capture_file_prepare(struct capture_file *file, struct error *error)
{
	return opener_start(&file->opener, error);
}

static bool is_full(const struct capture_file *file, const struct record *record)
{
	const struct capture_file_options *options = &file->options;
	uint64_t bytes = file->sink.written + file->sink.used;
	if (file->begun == INT64_MIN)
		return false;
	return (options->file_bytes && bytes + record->captured_length > options->file_bytes) ||
	       (options->file_time && record->time - file->begun >= options->file_time);
}

bool capture_file_write(struct capture_file *file, const struct record *record, struct error *error)
{
	if (file->writer && is_full(file, record) && !end_file(file, error))
		return false;
	if (!file->writer && !begin_file(file, error))
		return false;
	if (file->begun == INT64_MIN)
		file->begun = record->time;
	if (writer_write(file->writer, record, error))
		return true;
	error_name_file(error, capture_file_name(file));
	return false;
}

bool capture_file_flush(struct capture_file *file, struct error *error)
{
	uint64_t now = dropped(file->report);
	if (!file->writer || file->sink.failed)
		return !file->sink.failed;
	bool good = now == file->dropped || pcapng_writer_counters(file->writer, error);
	file->dropped = now;
	if (good && put_out(&file->sink, error))
		return true;
	error_name_file(error, capture_file_name(file));
	return false;
}

bool capture_file_finish(struct capture_file *file, struct error *error)
{
	return !file->writer || end_file(file, error);
}

void capture_file_destroy(struct capture_file *file)
{
	if (!file)
		return;
	writer_destroy(file->writer);
	if (file->sink.descriptor > STDERR_FILENO)
		close(file->sink.descriptor);
	opener_finish(&file->opener);
	free(file->sink.buffer);
	free(file);
}

uint64_t capture_file_bytes(const struct capture_file *file)
{
	return file->bytes_before + (file->writer ? file->sink.written + file->sink.used : 0);
}

uint64_t capture_file_dropped(const struct capture_file *file)
{
	return file->dropped_before + dropped(file->report);
}

int64_t capture_file_blocked(const struct capture_file *file)
{
	return file->sink.blocked;
}

uint32_t capture_file_count(const struct capture_file *file)
{
	return file->number;
}

const char *capture_file_name(const struct capture_file *file)
{
	return strcmp(file->options.path, "-") == 0 ? "standard output" : file->name;
}

int capture_file_channel(const struct capture_file *file)
{
	return file->opener.channel;
}
