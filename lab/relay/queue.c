/* A heap of frames, the one that is due first on top. */
#include "relay.h"

#include <stdlib.h>

#define QUEUE_MAX 20000          /* frames: 40 MB */

static struct frame *heap[QUEUE_MAX];
static unsigned count;
static uint64_t order;

static bool before(const struct frame *a, const struct frame *b)
{
	return a->due != b->due ? a->due < b->due : a->order < b->order;
}

bool queue_put(struct frame *frame)
{
	if (count == QUEUE_MAX) {
		free(frame);
		return false;
	}
	frame->order = order++;
	unsigned at = count++;
	for (; at && before(frame, heap[(at - 1) / 2]); at = (at - 1) / 2)
		heap[at] = heap[(at - 1) / 2];
	heap[at] = frame;
	return true;
}

struct frame *queue_first(void)
{
	return count ? heap[0] : NULL;
}

struct frame *queue_take(void)
{
	if (!count)
		return NULL;
	struct frame *first = heap[0], *last = heap[--count];
	unsigned at = 0;
	for (unsigned child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && before(heap[child + 1], heap[child]))
			child++;
		if (!before(heap[child], last))
			break;
		heap[at] = heap[child];
	}
	heap[at] = last;
	return first;
}
