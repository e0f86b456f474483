#include "report/pool.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

#define POOL_BLOCK_SIZE 16384    /* some ten findings with their words */

struct pool_block {
	struct pool_block *next;
	size_t used, size;
	_Alignas(max_align_t) char bytes[];
};

static struct pool_block *add_block(struct pool *pool, size_t size)
{
	struct pool_block *block = memory_zeroed(1, sizeof *block + size);
	block->size = size;
	block->next = pool->blocks;
	pool->blocks = block;
	return block;
}

void *pool_allocate(struct pool *pool, size_t count, size_t size)
{
	if (count == 0)
		return NULL;
	const size_t align = _Alignof(max_align_t);
	size_t bytes = (count * size + align - 1) / align * align;
	struct pool_block *block = pool->blocks;
	if (!block || block->size - block->used < bytes)
		block = add_block(pool, bytes > POOL_BLOCK_SIZE ? bytes : POOL_BLOCK_SIZE);
	void *given = block->bytes + block->used;
	block->used += bytes;
	return given;
}

const char *pool_words(struct pool *pool, const char *words)
{
	if (!words)
		return NULL;
	size_t size = strlen(words) + 1;
	return memcpy(pool_allocate(pool, size, 1), words, size);
}

void pool_finish(struct pool *pool)
{
	while (pool->blocks) {
		struct pool_block *next = pool->blocks->next;
		free(pool->blocks);
		pool->blocks = next;
	}
}
