#include "decode/pieces.h"

#include <stdlib.h>

#include "core/memory.h"

struct range { size_t from, to; };   /* behind base */

struct pieces_held {
	struct range ranges[PIECES_MOST_RANGES];     /* in order, and never touching */
	unsigned count;
	uint8_t *bytes;
	size_t capacity;
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

static size_t copy(struct pieces_held *held, const uint8_t *bytes, size_t start, size_t from, size_t to)
{
	if (from >= to)
		return 0;
	memcpy(held->bytes + from, bytes + (from - start), to - from);
	return to - from;
}

/* Puts `whole` in place of the ranges from `first` up to `behind`, which it touches. */
static void join(struct pieces_held *held, unsigned first, unsigned behind, struct range whole)
{
	unsigned rest = held->count - behind;
	if (behind != first + 1 && rest)
		memmove(&held->ranges[first + 1], &held->ranges[behind], rest * sizeof *held->ranges);
	held->ranges[first] = whole;
	held->count = first + 1 + rest;
}

static size_t add_range(struct pieces_held *held, const uint8_t *bytes, struct range piece)
{
	unsigned first = 0;
	while (first < held->count && held->ranges[first].to < piece.from)
		first++;
	unsigned behind = first;
	while (behind < held->count && held->ranges[behind].from <= piece.to)
		behind++;
	if (first == behind && held->count == PIECES_MOST_RANGES)
		return 0;
	if (piece.to > held->capacity)
		held->bytes = memory_grow(held->bytes, &held->capacity, piece.to, 1);
	struct range whole = piece;
	size_t at = piece.from, added = 0;
	for (unsigned i = first; i < behind; i++) {
		const struct range there = held->ranges[i];
		added += copy(held, bytes, piece.from, at, least(there.from, piece.to));
		at = there.to > at ? there.to : at;
		whole.from = least(whole.from, there.from);
		whole.to = there.to > whole.to ? there.to : whole.to;
	}
	added += copy(held, bytes, piece.from, at, piece.to);
	join(held, first, behind, whole);
	return added;
}

size_t pieces_add(struct pieces *pieces, uint64_t offset, struct cursor bytes, size_t most)
{
	if (offset < pieces->base) {
		uint64_t known = pieces->base - offset;
		if (known >= bytes.captured)
			return 0;
		cursor_skip(&bytes, (size_t)known);
		offset = pieces->base;
	}
	offset -= pieces->base;
	if (!bytes.captured || offset > most || bytes.captured > most - offset)
		return 0;
	if (!pieces->held)
		pieces->held = memory_zeroed(1, sizeof *pieces->held);
	return add_range(pieces->held, bytes.next, (struct range){ (size_t)offset, (size_t)offset + bytes.captured });
}

struct cursor pieces_ready(const struct pieces *pieces)
{
	static const uint8_t none[1];
	const struct pieces_held *held = pieces->held;
	size_t length = held && held->count && !held->ranges[0].from ? held->ranges[0].to : 0;
	return cursor_make(length ? held->bytes : none, length, length);
}

void pieces_take(struct pieces *pieces, size_t length)
{
	struct pieces_held *held = pieces->held;
	pieces->base += length;
	if (!held || !length)
		return;
	size_t end = held->ranges[held->count - 1].to;
	unsigned kept = 0;
	for (unsigned i = 0; i < held->count; i++)
		if (held->ranges[i].to > length)
			held->ranges[kept++] = (struct range){ held->ranges[i].from > length
				? held->ranges[i].from - length : 0, held->ranges[i].to - length };
	held->count = kept;
	if (kept)
		memmove(held->bytes, held->bytes + length, end - length);
	else
		pieces_finish(pieces);
}

size_t pieces_memory(const struct pieces *pieces)
{
	return pieces->held ? sizeof *pieces->held + pieces->held->capacity : 0;
}

void pieces_finish(struct pieces *pieces)
{
	if (!pieces->held)
		return;
	free(pieces->held->bytes);
	free(pieces->held);
	pieces->held = NULL;
}
