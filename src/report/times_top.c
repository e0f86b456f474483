#include "report/times_top.h"

#include <stdlib.h>

#include "core/memory.h"

struct times_top {
	enum culprit_times_sort sort;
	size_t limit, count, capacity;
	struct culprit_transaction *heap;    /* the one to give way next is first */
	uint64_t left_out;
};

struct times_top *times_top_create(enum culprit_times_sort sort, size_t limit)
{
	struct times_top *top = memory_zeroed(1, sizeof *top);
	top->sort = sort;
	top->limit = limit;
	return top;
}

void times_top_destroy(struct times_top *top)
{
	if (!top)
		return;
	free(top->heap);
	free(top);
}

static int64_t value_of(const struct culprit_transaction *transaction, enum culprit_times_sort sort)
{
	switch (sort) {
	case CULPRIT_SORT_NETWORK:
		return transaction->network;
	case CULPRIT_SORT_SERVER:
		return transaction->answering;
	case CULPRIT_SORT_TRANSFER:
		return transaction->transfer;
	case CULPRIT_SORT_CLIENT:
		return transaction->client_think;
	case CULPRIT_SORT_TIME:
		return -transaction->request_time;
	default:
		return transaction->total;
	}
}

/* Does `a` stand before `b`? Of equal ones the earlier does. */
static bool precedes(const struct times_top *top, const struct culprit_transaction *a,
		     const struct culprit_transaction *b)
{
	int64_t left = value_of(a, top->sort), right = value_of(b, top->sort);
	if (left != right)
		return left > right;
	if (a->request_packet != b->request_packet)
		return a->request_packet < b->request_packet;
	return a->number < b->number;
}

static void swap(struct times_top *top, size_t a, size_t b)
{
	struct culprit_transaction kept = top->heap[a];
	top->heap[a] = top->heap[b];
	top->heap[b] = kept;
}

static void sift_up(struct times_top *top, size_t at)
{
	for (; at > 0 && precedes(top, &top->heap[(at - 1) / 2], &top->heap[at]); at = (at - 1) / 2)
		swap(top, at, (at - 1) / 2);
}

static void sift_down(struct times_top *top, size_t at, size_t count)
{
	for (size_t child; (child = 2 * at + 1) < count; at = child) {
		if (child + 1 < count && precedes(top, &top->heap[child], &top->heap[child + 1]))
			child++;
		if (!precedes(top, &top->heap[at], &top->heap[child]))
			break;
		swap(top, at, child);
	}
}

void times_top_add(struct times_top *top, const struct culprit_transaction *transaction)
{
	/* How long they took, nobody knows. */
	if (!transaction->answered && top->sort != CULPRIT_SORT_TIME)
		return;
	if (top->count < top->limit) {
		top->heap = memory_grow(top->heap, &top->capacity, top->count + 1, sizeof *top->heap);
		top->heap[top->count] = *transaction;
		sift_up(top, top->count++);
		return;
	}
	top->left_out++;
	if (!top->count || !precedes(top, transaction, &top->heap[0]))
		return;
	top->heap[0] = *transaction;
	sift_down(top, 0, top->count);
}

const struct culprit_transaction *times_top_sorted(struct times_top *top, size_t *count)
{
	for (size_t left = top->count; left > 1; left--) {
		swap(top, 0, left - 1);
		sift_down(top, 0, left - 1);
	}
	*count = top->count;
	return top->heap;
}

uint64_t times_top_left_out(const struct times_top *top)
{
	return top->left_out;
}
