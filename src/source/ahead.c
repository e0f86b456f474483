/* A stream that another thread fills: two blocks, one being filled while the other is being
 * read. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "source/stream.h"

/* Big enough that the threads seldom meet, small enough that both blocks stay in the cache. */
#define AHEAD_BLOCK ((size_t)512 * 1024)

struct block {
	size_t length;
	/* The headroom is for what the customer of a lent block keeps of the one before. */
	uint8_t room[STREAM_HEADROOM + AHEAD_BLOCK];
};

struct ahead {
	struct stream stream;
	struct stream *inner;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t changed;
	/* Under the lock: */
	unsigned filled;       /* blocks that wait to be read, 0 to 2 */
	bool ended, stop;
	/* The reader's own: */
	unsigned reading;      /* the block that is being read */
	size_t taken;          /* bytes of it already given out */
	/* Whose each block is follows from `filled`: */
	struct block blocks[2];
};

static uint8_t *bytes_of(struct block *block)
{
	return block->room + STREAM_HEADROOM;
}

static size_t fill(struct stream *inner, struct block *block)
{
	block->length = 0;
	while (block->length < AHEAD_BLOCK) {
		size_t got = inner->read(inner, bytes_of(block) + block->length,
					 AHEAD_BLOCK - block->length);
		if (!got)
			break;
		block->length += got;
	}
	return block->length;
}

static void *run_ahead(void *argument)
{
	struct ahead *ahead = argument;
	unsigned writing = 0;
	bool go_on = true;
	while (go_on) {
		bool more = fill(ahead->inner, &ahead->blocks[writing]) > 0;
		pthread_mutex_lock(&ahead->lock);
		if (more)
			ahead->filled++;
		else
			ahead->ended = true;
		pthread_cond_signal(&ahead->changed);
		while (ahead->filled == 2 && !ahead->stop)
			pthread_cond_wait(&ahead->changed, &ahead->lock);
		go_on = more && !ahead->stop;
		pthread_mutex_unlock(&ahead->lock);
		writing = !writing;
	}
	return NULL;
}

/* Waits for a block with unread bytes; false at the end. The `kept` bytes, which may lie in the block
 * that goes back, are saved in the headroom of the other one: the filling thread never touches that. */
static bool await_block(struct ahead *ahead, const uint8_t *keep, size_t kept)
{
	if (kept)
		memmove(bytes_of(&ahead->blocks[!ahead->reading]) - kept, keep, kept);
	pthread_mutex_lock(&ahead->lock);
	if (ahead->filled && ahead->taken == ahead->blocks[ahead->reading].length) {
		ahead->filled--;
		ahead->reading = !ahead->reading;
		ahead->taken = 0;
		pthread_cond_signal(&ahead->changed);
	}
	while (!ahead->filled && !ahead->ended)
		pthread_cond_wait(&ahead->changed, &ahead->lock);
	bool available = ahead->filled > 0;
	pthread_mutex_unlock(&ahead->lock);
	return available;
}

static size_t ahead_read(struct stream *stream, uint8_t *to, size_t room)
{
	struct ahead *ahead = (struct ahead *)stream;
	if (!await_block(ahead, NULL, 0)) {
		stream->failure = ahead->inner->failure;
		stream->cut = ahead->inner->cut;
		return 0;
	}
	struct block *block = &ahead->blocks[ahead->reading];
	size_t count = block->length - ahead->taken;
	if (count > room)
		count = room;
	memcpy(to, bytes_of(block) + ahead->taken, count);
	ahead->taken += count;
	return count;
}

static uint8_t *ahead_lend(struct stream *stream, const uint8_t *keep, size_t kept, size_t *length)
{
	struct ahead *ahead = (struct ahead *)stream;
	unsigned before = ahead->reading;
	bool more = await_block(ahead, keep, kept);
	struct block *block = &ahead->blocks[more ? ahead->reading : !before];
	uint8_t *start = bytes_of(block) + (more ? ahead->taken : 0) - kept;
	*length = kept;
	if (more) {
		/* Not the other block: the very first one, or one that was partly read by copying. */
		if (ahead->reading == before && kept)
			memmove(start, bytes_of(&ahead->blocks[!before]) - kept, kept);
		*length += block->length - ahead->taken;
		ahead->taken = block->length;
	} else {
		stream->failure = ahead->inner->failure;
		stream->cut = ahead->inner->cut;
	}
	return start;
}

static size_t ahead_read_at(struct stream *stream, uint64_t offset, uint8_t *to, size_t room)
{
	struct stream *inner = ((struct ahead *)stream)->inner;
	return inner->read_at(inner, offset, to, room);
}

static void ahead_free(struct ahead *ahead)
{
	pthread_cond_destroy(&ahead->changed);
	pthread_mutex_destroy(&ahead->lock);
	free(ahead);
}

static void ahead_close(struct stream *stream)
{
	struct ahead *ahead = (struct ahead *)stream;
	pthread_mutex_lock(&ahead->lock);
	ahead->stop = true;
	pthread_cond_signal(&ahead->changed);
	pthread_mutex_unlock(&ahead->lock);
	pthread_join(ahead->thread, NULL);
	ahead->inner->close(ahead->inner);
	ahead_free(ahead);
}

struct stream *stream_ahead(struct stream *inner)
{
	struct ahead *ahead = memory_allocate(sizeof *ahead);
	memset(ahead, 0, offsetof(struct ahead, blocks));
	ahead->blocks[0].length = ahead->blocks[1].length = 0;
	ahead->stream.read = ahead_read;
	ahead->stream.lend = ahead_lend;
	ahead->stream.close = ahead_close;
	ahead->inner = inner;
	ahead->stream.read_at = inner->read_at ? ahead_read_at : NULL;
	ahead->stream.size = inner->size;
	pthread_mutex_init(&ahead->lock, NULL);
	pthread_cond_init(&ahead->changed, NULL);
	if (pthread_create(&ahead->thread, NULL, run_ahead, ahead) != 0) {
		ahead_free(ahead);
		return inner;
	}
	return &ahead->stream;
}
