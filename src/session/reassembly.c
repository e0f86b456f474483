#include "session/reassembly.h"

#include <stdlib.h>

#include "core/memory.h"

/* Walking the list costs so much at most; a window of full segments has fewer holes. */
#define MAX_PIECES 256

struct piece {                   /* bytes that came early */
	struct piece *next;          /* at a higher position, never overlapping */
	uint64_t position;
	size_t length, captured;
	uint8_t bytes[];
};

struct reassembly {
	struct reassembly_sink sink;
	struct piece *pieces;
	size_t held, limit;
	unsigned piece_count;
	uint64_t next;               /* everything before was delivered */
	bool begun;
};

struct reassembly *reassembly_create(size_t limit, const struct reassembly_sink *sink)
{
	struct reassembly *reassembly = memory_zeroed(1, sizeof *reassembly);
	reassembly->sink = *sink;
	reassembly->limit = limit;
	return reassembly;
}

static struct piece *take_first(struct reassembly *reassembly)
{
	struct piece *piece = reassembly->pieces;
	reassembly->pieces = piece->next;
	reassembly->piece_count--;
	reassembly->held -= piece->captured;
	return piece;
}

void reassembly_destroy(struct reassembly *reassembly)
{
	if (!reassembly)
		return;
	while (reassembly->pieces)
		free(take_first(reassembly));
	free(reassembly);
}

void reassembly_begin(struct reassembly *reassembly, uint64_t position)
{
	if (reassembly->begun)
		return;
	reassembly->begun = true;
	reassembly->next = position;
}

/* Positions may lie before the first one known, which is 0. */
static bool is_before(uint64_t a, uint64_t b)
{
	return (int64_t)(a - b) < 0;
}

static void skip(struct cursor *bytes, uint64_t count)
{
	size_t captured = count < bytes->captured ? (size_t)count : bytes->captured;
	bytes->next += captured;
	bytes->captured -= captured;
	bytes->declared -= (size_t)count;
}

static void deliver_gap(struct reassembly *reassembly, uint64_t end, enum gap_reason reason)
{
	uint64_t position = reassembly->next;
	reassembly->next = end;
	reassembly->sink.gap(reassembly->sink.user, position, end - position, reason);
}

/* Delivers the next `declared` bytes of the stream. */
static void deliver(struct reassembly *reassembly, const struct cursor *bytes)
{
	uint64_t position = reassembly->next, end = position + bytes->declared;
	reassembly->next = position + bytes->captured;
	if (bytes->captured)
		reassembly->sink.bytes(reassembly->sink.user, position, bytes->next, bytes->captured);
	if (reassembly->next != end)
		deliver_gap(reassembly, end, GAP_CUT);
}

/* Delivers the pieces whose turn has come. */
static void deliver_pieces(struct reassembly *reassembly)
{
	while (reassembly->pieces && !is_before(reassembly->next, reassembly->pieces->position)) {
		struct piece *piece = take_first(reassembly);
		struct cursor bytes = cursor_make(piece->bytes, piece->captured, piece->length);
		deliver(reassembly, &bytes);
		free(piece);
	}
}

static void give_up_first_gap(struct reassembly *reassembly)
{
	deliver_gap(reassembly, reassembly->pieces->position, GAP_GIVEN_UP);
	deliver_pieces(reassembly);
}

static struct piece *insert_piece(struct reassembly *reassembly, struct piece **link, uint64_t position,
				  const struct cursor *bytes)
{
	struct piece *piece = memory_allocate(sizeof *piece + bytes->captured);
	*piece = (struct piece){ .next = *link, .position = position, .length = bytes->declared,
		.captured = bytes->captured };
	if (bytes->captured)
		memcpy(piece->bytes, bytes->next, bytes->captured);
	*link = piece;
	reassembly->held += piece->captured;
	reassembly->piece_count++;
	return piece;
}

/* Holds what came early, but for bytes that are held already. */
static void hold(struct reassembly *reassembly, uint64_t position, struct cursor bytes)
{
	struct piece **link = &reassembly->pieces;
	while (bytes.declared) {
		struct piece *piece = *link;
		if (!piece || !is_before(piece->position, position + bytes.declared)) {
			insert_piece(reassembly, link, position, &bytes);
			return;
		}
		if (is_before(position, piece->position)) {
			size_t count = (size_t)(piece->position - position);
			struct cursor before = cursor_split(&bytes, count);
			link = &insert_piece(reassembly, link, position, &before)->next;
			position = piece->position;
		}
		uint64_t end = piece->position + piece->length;
		if (is_before(position, end)) {
			uint64_t covered = end - position;
			if (covered > bytes.declared)
				covered = bytes.declared;
			skip(&bytes, covered);
			position += covered;
		}
		link = &(*link)->next;
	}
}

void reassembly_add(struct reassembly *reassembly, uint64_t position, struct cursor bytes)
{
	reassembly_begin(reassembly, position);
	if (!is_before(reassembly->next, position + bytes.declared))
		return;
	while (bytes.declared && !is_before(reassembly->next, position)) {
		uint64_t old = reassembly->next - position;
		if (old >= bytes.declared)
			return;
		skip(&bytes, old);
		position = reassembly->next;
		/* Bytes that are held came first. */
		size_t fresh = bytes.declared;
		if (reassembly->pieces && reassembly->pieces->position - position < fresh)
			fresh = (size_t)(reassembly->pieces->position - position);
		struct cursor part = cursor_split(&bytes, fresh);
		position += fresh;
		deliver(reassembly, &part);
		deliver_pieces(reassembly);
	}
	hold(reassembly, position, bytes);
	while (reassembly->held > reassembly->limit || reassembly->piece_count > MAX_PIECES)
		give_up_first_gap(reassembly);
}

void reassembly_acknowledge(struct reassembly *reassembly, uint64_t position)
{
	while (reassembly->begun && is_before(reassembly->next, position)) {
		uint64_t end = position;
		if (reassembly->pieces && is_before(reassembly->pieces->position, position))
			end = reassembly->pieces->position;
		deliver_gap(reassembly, end, GAP_NOT_RECORDED);
		deliver_pieces(reassembly);
	}
}

void reassembly_finish(struct reassembly *reassembly)
{
	while (reassembly->pieces)
		give_up_first_gap(reassembly);
}

uint64_t reassembly_position(const struct reassembly *reassembly)
{
	return reassembly->next;
}

size_t reassembly_held(const struct reassembly *reassembly)
{
	return reassembly->held;
}
