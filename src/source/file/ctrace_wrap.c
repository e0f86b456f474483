#include "source/file/ctrace_wrap.h"

#include <stdlib.h>

#include "core/memory.h"
#include "source/file/ctrace_entry.h"

/* Holds several entries, whatever their length and where ever it begins. */
#define WINDOW ((size_t)256 * 1024)
/* So close the search by halves comes; the rest is looked at entry by entry. */
#define CLOSE ((uint64_t)64 * 1024)

struct sight {                       /* an entry and when it came into the buffer */
	uint64_t tod, begin, end;
};

struct view {                        /* a stretch of the file */
	struct stream *stream;       /* that can be read at any place; NULL: `all` of its bytes are here */
	const uint8_t *all;
	uint64_t size;               /* of the file */
	uint64_t offset;
	size_t length, at;
	const uint8_t *bytes;
	uint8_t *window;             /* to read into */
};

static void view_move(struct view *view, uint64_t offset)
{
	view->offset = offset;
	view->length = view->at = 0;
	if (view->all) {
		view->bytes = view->all + offset;
		view->length = view->size - offset < WINDOW ? (size_t)(view->size - offset) : WINDOW;
		return;
	}
	view->bytes = view->window;
	while (view->length < WINDOW) {
		size_t got = view->stream->read_at(view->stream, offset + view->length,
						   view->window + view->length, WINDOW - view->length);
		if (!got)
			break;
		view->length += got;
	}
}

/* The next whole entry in the view. */
static bool view_entry(struct view *view, struct sight *sight)
{
	for (; view->at + CTE_HEADER <= view->length; view->at++) {
		const uint8_t *bytes = view->bytes + view->at;
		size_t left = view->length - view->at;
		if (cte_check(bytes, left < CTE_LONGEST ? left : CTE_LONGEST) != CTE_WHOLE)
			continue;
		sight->tod = load_be64(bytes + 8);
		sight->begin = view->offset + view->at;
		sight->end = sight->begin + cte_length(bytes);
		view->at += cte_length(bytes);
		return true;
	}
	return false;
}

static bool entry_at(struct view *view, uint64_t offset, struct sight *sight)
{
	view_move(view, offset);
	return view_entry(view, sight);
}

static bool last_entry(struct view *view, struct sight *sight)
{
	uint64_t size = view->size;
	bool any = entry_at(view, size > WINDOW ? size - WINDOW : 0, sight);
	while (any && view_entry(view, sight))
		continue;
	return any;
}

/* Where the first record begins that is older than the first of the file, behind `from`, which is not. */
static bool find_exactly(struct view *view, enum ctrace_framing framing, uint64_t from, uint64_t first,
			 uint64_t *pivot)
{
	struct sight sight = { .tod = first };
	uint64_t newer_end = from;
	view_move(view, from);
	while (view_entry(view, &sight) && sight.tod >= first)
		newer_end = sight.end;
	if (sight.tod >= first)
		return false;
	/* In front of the first whole entry there is the rest of one that was overwritten. */
	*pivot = framing == FRAMING_NONE ? sight.begin : newer_end;
	for (; framing != FRAMING_NONE && *pivot < sight.begin; ++*pivot) {
		size_t at = (size_t)(*pivot - view->offset), left = view->length - at;
		if (content_begins(cursor_make(view->bytes + at, left, left), framing))
			break;
	}
	return true;
}

static bool find_pivot(struct view *view, enum ctrace_framing framing, uint64_t *pivot)
{
	struct sight first, last, middle;
	if (!entry_at(view, 0, &first) || !last_entry(view, &last) || last.tod >= first.tod)
		return false;
	/* Newer records lie before `low`, older ones from `high` on. */
	uint64_t low = first.begin, high = last.begin;
	while (high > low + CLOSE) {
		uint64_t half = low + (high - low) / 2;
		if (!entry_at(view, half, &middle))
			return false;
		if (middle.tod >= first.tod && middle.begin < high)
			low = middle.begin;
		else
			high = half;
	}
	return find_exactly(view, framing, low, first.tod, pivot);
}

bool wrap_find(struct input *input, enum ctrace_framing framing, struct wrap *wrap)
{
	struct view view = { 0 };
	if (input->offset)
		return false;
	if (input->stream && input->stream->read_at) {
		view.stream = input->stream;
		view.size = input->stream->size;
		view.window = memory_allocate(WINDOW);
	} else {
		(void)input_peek(input, WRAP_HELD);
		if (!input->ended)
			return false;
		view.all = input->next;
		view.size = input->available;
	}
	wrap->size = view.size;
	bool found = view.size && find_pivot(&view, framing, &wrap->pivot) && wrap->pivot &&
		     wrap->pivot < view.size;
	free(view.window);
	return found;
}

/* All bytes are here: the two parts change places. */
static void turn_here(struct input *input, size_t pivot)
{
	size_t size = input->available;
	uint8_t *turned = memory_allocate(size);
	memcpy(turned, input->next + pivot, size - pivot);
	memcpy(turned + (size - pivot), input->next, pivot);
	free(input->buffer);
	input->buffer = turned;
	input->capacity = size;
	input->next = turned;
	input->borrows = false;
}

void wrap_turn(struct input *input, const struct wrap *wrap)
{
	if (!input->stream || !input->stream->read_at) {
		turn_here(input, (size_t)wrap->pivot);
		return;
	}
	struct stream *stream = stream_rotated(input->stream, wrap->pivot);
	size_t block = input->capacity;
	free(input->buffer);
	input_init_stream(input, stream, block);
}
