/* A single file is read as it is. Of several, the first record of each is looked at when they
 * are opened; then a file is open only from the moment its first record is due until its last
 * one, so that a capture rotated into hundreds of files needs the memory of one. */
#include "source/members.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/memory.h"
#include "source/refusal.h"

/* Read at once: large blocks for one file, smaller ones where many files are open together. */
#define BLOCK_LARGE ((size_t)128 * 1024)    /* fits the second-level cache: what was read is parsed from there */
#define BLOCK_SMALL ((size_t)64 * 1024)
#define BLOCK_BUDGET ((size_t)64 * 1024 * 1024)

/* Files open together that get a decompressor thread each. */
#define THREADED_FILES 4
/* Smaller ones are read before a thread has begun. */
#define THREADED_SIZE ((uint64_t)1024 * 1024)

static const char *path_of(const struct members *members, uint16_t number)
{
	return members->ledger->report.files[number].path;
}

/* -1 with `error` filled when the file cannot be opened. */
static int open_path(const char *path, struct stat *status, struct error *error)
{
	int descriptor = strcmp(path, "-") == 0 ? STDIN_FILENO
						: open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	int failure = errno;
	if (descriptor >= 0) {
		if (fstat(descriptor, status) == 0 && !S_ISDIR(status->st_mode))
			return descriptor;
		failure = S_ISDIR(status->st_mode) ? EISDIR : errno;
		if (descriptor != STDIN_FILENO)
			close(descriptor);
	}
	refuse_path(failure, error);
	error_name_file(error, path);
	return -1;
}

static struct reader_options reader_options(struct members *members, const struct member *member)
{
	size_t block = BLOCK_BUDGET / (members->open_count + 1);
	if (block > BLOCK_LARGE)
		block = BLOCK_LARGE;
	if (block < BLOCK_SMALL)
		block = BLOCK_SMALL;
	return (struct reader_options){
		.max_decompressed = members->options->max_decompressed,
		.keep_comments = members->options->keep_comments,
		.leap_seconds = members->options->leap_seconds,
		.threaded = member->seekable && members->open_count < THREADED_FILES &&
			    member->size >= THREADED_SIZE && sysconf(_SC_NPROCESSORS_ONLN) > 1,
		.block = block,
		.progress = &members->bytes_read,
	};
}

static bool open_descriptor(struct members *members, uint16_t number, int descriptor,
			    struct error *error)
{
	struct member *member = &members->list[number];
	struct reader_options options = reader_options(members, member);
	member->open = reader_open(&member->reader, members->ledger, number, descriptor, &options,
				   error);
	members->open_count += member->open;
	return member->open;
}

static void close_member(struct members *members, struct member *member)
{
	reader_close(&member->reader);
	members->open_count -= member->open;
	member->open = false;
}

/* Finds out when a regular file begins. Leaves nothing in the ledger and the file closed. */
static bool look_ahead(struct members *members, uint16_t number, int descriptor, int64_t *time,
		       struct error *error)
{
	struct ledger scratch = { 0 };
	_Atomic uint64_t uncounted = 0;
	struct reader_options options = reader_options(members, &members->list[number]);
	options.block = BLOCK_SMALL;
	options.threaded = false;
	options.progress = &uncounted;
	struct reader reader;
	struct record record;
	uint16_t file = ledger_file(&scratch, path_of(members, number));
	bool opened = reader_open(&reader, &scratch, file, descriptor, &options, error);
	if (opened) {
		*time = reader_next(&reader, &record) ? record.time : INT64_MIN;
		reader_close(&reader);
	}
	ledger_finish(&scratch);
	return opened;
}

/* The first opening. Only a regular file among several is closed again, until its time comes. */
static bool begin(struct members *members, uint16_t number, struct error *error)
{
	struct member *member = &members->list[number];
	struct merge_entry *entry = &members->schedule[number];
	struct stat status;
	*entry = (struct merge_entry){ INT64_MIN, number };
	int descriptor = open_path(path_of(members, number), &status, error);
	if (descriptor < 0)
		return false;
	member->seekable = S_ISREG(status.st_mode);
	member->size = member->seekable ? (uint64_t)status.st_size : 0;
	if (member->seekable)
		members->bytes_total += member->size;
	else
		members->total_unknown = true;
	if (member->seekable && members->count > 1)
		return look_ahead(members, number, descriptor, &entry->time, error);
	return open_descriptor(members, number, descriptor, error);
}

static void allocate(struct members *members, struct ledger *ledger,
		     const struct source_options *options)
{
	members->ledger = ledger;
	members->options = options;
	members->count = ledger->report.file_count;
	members->list = memory_zeroed(members->count, sizeof *members->list);
	members->schedule = memory_zeroed(members->count, sizeof *members->schedule);
}

bool members_open(struct members *members, struct ledger *ledger,
		  const struct source_options *options, struct error *error)
{
	allocate(members, ledger, options);
	for (size_t i = 0; i < members->count; i++)
		if (!begin(members, (uint16_t)i, error))
			return false;
	qsort(members->schedule, members->count, sizeof *members->schedule, merge_compare);
	return true;
}

bool members_open_memory(struct members *members, struct ledger *ledger,
			 const struct source_options *options, const void *bytes, size_t length,
			 struct error *error)
{
	allocate(members, ledger, options);
	struct member *member = members->list;
	struct reader_options settings = reader_options(members, member);
	members->bytes_total = length;
	members->bytes_read = length;
	member->open = reader_open_memory(&member->reader, ledger, 0, bytes, length, &settings,
					  error);
	return member->open;
}

/* Puts the first record of a member whose time has come into the merge. */
static bool join(struct members *members, uint16_t number, struct error *error)
{
	struct member *member = &members->list[number];
	if (!member->open) {
		struct stat status;
		int descriptor = open_path(path_of(members, number), &status, error);
		if (descriptor < 0 || !open_descriptor(members, number, descriptor, error))
			return false;
	}
	if (reader_next(&member->reader, &member->record))
		merge_add(&members->merge, (struct merge_entry){ member->record.time, number });
	else
		close_member(members, member);
	return true;
}

/* A record without a time goes with the one before it. */
static void advance_first(struct members *members)
{
	struct merge_entry first = members->merge.entries[0];
	struct member *member = &members->list[first.file];
	if (reader_next(&member->reader, &member->record)) {
		int64_t time = member->record.time;
		merge_change_first(&members->merge, time == INT64_MIN ? first.time : time);
	} else {
		merge_remove_first(&members->merge);
		close_member(members, member);
	}
}

static bool one_is_due(const struct members *members)
{
	return members->scheduled < members->count &&
	       (!members->merge.count ||
		members->schedule[members->scheduled].time <= members->merge.entries[0].time);
}

enum source_status members_next(struct members *members, struct record *record, struct error *error)
{
	if (members->count == 1)
		return reader_next(&members->list->reader, record) ? SOURCE_RECORD : SOURCE_END;
	if (members->delivered)
		advance_first(members);
	members->delivered = false;
	while (one_is_due(members))
		if (!join(members, members->schedule[members->scheduled++].file, error))
			return SOURCE_ERROR;
	if (!members->merge.count)
		return SOURCE_END;
	*record = members->list[members->merge.entries[0].file].record;
	members->delivered = true;
	return SOURCE_RECORD;
}

void members_finish(struct members *members)
{
	for (size_t i = 0; i < members->count; i++)
		close_member(members, &members->list[i]);
	merge_finish(&members->merge);
	free(members->schedule);
	free(members->list);
}
