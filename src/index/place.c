#include "index/place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/hash.h"
#include "core/memory.h"
#include "index/build_id.h"
#include "index/entry.h"

#define MOST_TOTAL ((uint64_t)512 << 20)     /* bytes of all indexes: those used longest ago make room */
#define MOST_SIZE ((uint64_t)128 << 20)      /* of one: some ten million packets */
/* A trace that was written to so shortly before may have been written to again without its time telling. */
#define SETTLED 2                            /* seconds */
#define HASH_SEED 0x63756c7072697469
#define HEADER 16                            /* bytes: magic and hash */

static const char magic[8] = "culprit\x01", ending[] = ".index";

struct index_place {
	char *directory, *trace, *path;
	struct stat status;
};

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_dev == b->st_dev && a->st_ino == b->st_ino && a->st_size == b->st_size &&
	       a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec &&
	       a->st_ctim.tv_sec == b->st_ctim.tv_sec && a->st_ctim.tv_nsec == b->st_ctim.tv_nsec;
}

struct index_place *index_place_create(const char *directory, const char *trace, uint64_t least)
{
	struct stat status;
	if (stat(trace, &status) != 0 || !S_ISREG(status.st_mode) || (uint64_t)status.st_size < least)
		return NULL;
	struct index_place *place = memory_zeroed(1, sizeof *place);
	struct text path = { 0 };
	text_addf(&path, "%s/%llx-%llx%s", directory, (unsigned long long)status.st_dev,
		  (unsigned long long)status.st_ino, ending);
	place->path = path.bytes;
	place->directory = memory_copy_text(directory);
	place->trace = memory_copy_text(trace);
	place->status = status;
	return place;
}

void index_place_destroy(struct index_place *place)
{
	if (!place)
		return;
	free(place->directory);
	free(place->trace);
	free(place->path);
	free(place);
}

const char *index_place_trace(const struct index_place *place)
{
	return place->trace;
}

bool index_place_is_current(const struct index_place *place)
{
	struct stat status;
	return stat(place->trace, &status) == 0 && is_same(&status, &place->status);
}

/* What the index of this trace must begin with. */
static void identify(const struct index_place *place, struct text *to)
{
	const struct stat *status = &place->status;
	struct text build = { 0 };
	build_id_add(&build);
	varint_put_words(to, build.bytes);
	text_finish(&build);
	varint_put(to, status->st_dev);
	varint_put(to, status->st_ino);
	varint_put(to, (uint64_t)status->st_size);
	varint_put_signed(to, status->st_mtim.tv_sec);
	varint_put_signed(to, status->st_mtim.tv_nsec);
	varint_put_signed(to, status->st_ctim.tv_sec);
	varint_put_signed(to, status->st_ctim.tv_nsec);
}

static bool read_all(int descriptor, uint8_t *to, size_t length)
{
	for (size_t done = 0; done < length;) {
		ssize_t got = read(descriptor, to + done, length - done);
		if (got <= 0 && !(got < 0 && errno == EINTR))
			return false;
		done += got > 0 ? (size_t)got : 0;
	}
	return true;
}

static bool write_all(int descriptor, const void *bytes, size_t length)
{
	for (size_t done = 0; done < length;) {
		ssize_t wrote = write(descriptor, (const char *)bytes + done, length - done);
		if (wrote < 0 && errno != EINTR)
			return false;
		done += wrote > 0 ? (size_t)wrote : 0;
	}
	return true;
}

/* Nobody else can have put it there. */
static uint8_t *read_own(const char *path, size_t *length)
{
	struct stat status;
	uint8_t *bytes = NULL;
	int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (descriptor < 0)
		return NULL;
	if (fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode) && status.st_uid == geteuid() &&
	    status.st_size >= HEADER && (uint64_t)status.st_size <= MOST_SIZE) {
		*length = (size_t)status.st_size;
		bytes = memory_allocate(*length);
		if (!read_all(descriptor, bytes, *length)) {
			free(bytes);
			bytes = NULL;
		}
	}
	close(descriptor);
	return bytes;
}

uint8_t *index_place_read(const struct index_place *place, size_t *length)
{
	struct text identity = { 0 };
	uint8_t *bytes = read_own(place->path, length);
	if (!bytes)
		return NULL;
	identify(place, &identity);
	size_t start = HEADER + identity.length;
	bool good = *length >= start && memcmp(bytes, magic, sizeof magic) == 0 &&
		    memcmp(bytes + HEADER, identity.bytes, identity.length) == 0 &&
		    load_le64(bytes + sizeof magic) == hash_bytes(bytes + HEADER, *length - HEADER, HASH_SEED);
	text_finish(&identity);
	if (good) {
		*length -= start;
		memmove(bytes, bytes + start, *length);
		return bytes;
	}
	free(bytes);
	return NULL;
}

/* The directory, and the one that it is in. */
static void make_directory(const char *directory)
{
	char *path = memory_copy_text(directory), *slash = strrchr(path, '/');
	if (slash && slash > path) {
		*slash = '\0';
		mkdir(path, 0700);
	}
	mkdir(directory, 0700);
	free(path);
}

/* Sums up the indexes, and those that were being written when their writer ended. The oldest goes to `oldest`. */
static uint64_t look_around(const char *directory, struct text *oldest)
{
	uint64_t total = 0;
	struct timespec earliest = { 0 };
	const struct dirent *entry;
	DIR *stream = opendir(directory);
	text_clear(oldest);
	while (stream && (entry = readdir(stream)) != NULL) {
		struct stat status;
		if (!strstr(entry->d_name, ending) ||
		    fstatat(dirfd(stream), entry->d_name, &status, AT_SYMLINK_NOFOLLOW) != 0 ||
		    !S_ISREG(status.st_mode))
			continue;
		total += (uint64_t)status.st_size;
		const struct timespec *time = &status.st_mtim;
		if (oldest->length && (time->tv_sec > earliest.tv_sec || (time->tv_sec == earliest.tv_sec &&
									  time->tv_nsec >= earliest.tv_nsec)))
			continue;
		earliest = *time;
		text_clear(oldest);
		text_addf(oldest, "%s/%s", directory, entry->d_name);
	}
	if (stream)
		closedir(stream);
	return total;
}

static void make_room(const char *directory, uint64_t size)
{
	struct text oldest = { 0 };
	while (look_around(directory, &oldest) + size > MOST_TOTAL && oldest.length)
		if (unlink(oldest.bytes) != 0)
			break;
	text_finish(&oldest);
}

static bool write_parts(int descriptor, const struct text *first, const struct text *rest)
{
	uint8_t header[HEADER];
	struct text whole = { 0 };
	text_add_bytes(&whole, first->bytes, first->length);
	text_add_bytes(&whole, rest->bytes, rest->length);
	uint64_t hash = hash_bytes(whole.bytes, whole.length, HASH_SEED);
	memcpy(header, magic, sizeof magic);
	for (unsigned i = 0; i < 8; i++)
		header[sizeof magic + i] = (uint8_t)(hash >> 8 * i);
	bool good = write_all(descriptor, header, sizeof header) &&
		    write_all(descriptor, whole.bytes, whole.length);
	text_finish(&whole);
	return good;
}

static bool has_settled(const struct index_place *place, int descriptor)
{
	struct stat written;
	return fstat(descriptor, &written) == 0 &&
	       written.st_mtim.tv_sec - place->status.st_mtim.tv_sec > SETTLED && index_place_is_current(place);
}

void index_place_write(const struct index_place *place, const struct text *head, const struct text *rest)
{
	struct text first = { 0 }, path = { 0 };
	identify(place, &first);
	text_add_bytes(&first, head->bytes, head->length);
	uint64_t size = HEADER + first.length + rest->length;
	text_addf(&path, "%s.XXXXXX", place->path);
	make_directory(place->directory);
	if (size <= MOST_SIZE)
		make_room(place->directory, size);
	int descriptor = size <= MOST_SIZE ? mkstemp(path.bytes) : -1;
	if (descriptor >= 0) {
		bool good = write_parts(descriptor, &first, rest) && has_settled(place, descriptor);
		good = close(descriptor) == 0 && good;
		if (!good || rename(path.bytes, place->path) != 0)
			unlink(path.bytes);
	}
	text_finish(&first);
	text_finish(&path);
}
