#include "core/memory.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *block)
{
	if (!block) {
		fputs("culprit: out of memory: lower --max-sessions or give the process more\n", stderr);
		abort();
	}
	return block;
}

void *memory_allocate(size_t size)
{
	return must(malloc(size ? size : 1));
}

void *memory_zeroed(size_t count, size_t size)
{
	return must(calloc(count ? count : 1, size ? size : 1));
}

void *memory_resize(void *block, size_t count, size_t size)
{
	if (size && count > SIZE_MAX / size)
		return must(NULL);
	size_t bytes = count * size;
	return must(realloc(block, bytes ? bytes : 1));
}

char *memory_copy_text(const char *text)
{
	if (!text)
		return NULL;
	size_t length = strlen(text) + 1;
	return memcpy(memory_allocate(length), text, length);
}

void *memory_grow(void *array, size_t *capacity, size_t needed, size_t size)
{
	if (needed <= *capacity)
		return array;
	size_t wanted = *capacity ? *capacity * 2 : 8;
	while (wanted < needed)
		wanted *= 2;
	*capacity = wanted;
	return memory_resize(array, wanted, size);
}
