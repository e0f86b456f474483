/* What happens next in the TCP model: a binary heap by time. */
#include "tcp_model_internal.h"

#include "core/memory.h"

static bool earlier(const struct event *a, const struct event *b)
{
	return a->time != b->time ? a->time < b->time : a->serial < b->serial;
}

void model_schedule(struct model *m, struct event event)
{
	event.serial = m->serial++;
	m->heap = memory_grow(m->heap, &m->heap_capacity, m->heap_count + 1, sizeof *m->heap);
	size_t at = m->heap_count++;
	while (at > 0 && earlier(&event, &m->heap[(at - 1) / 2])) {
		m->heap[at] = m->heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	m->heap[at] = event;
}

struct event model_next_event(struct model *m)
{
	struct event first = m->heap[0], last = m->heap[--m->heap_count];
	size_t at = 0;
	for (;;) {
		size_t child = 2 * at + 1;
		if (child >= m->heap_count)
			break;
		if (child + 1 < m->heap_count && earlier(&m->heap[child + 1], &m->heap[child]))
			child++;
		if (!earlier(&m->heap[child], &last))
			break;
		m->heap[at] = m->heap[child];
		at = child;
	}
	m->heap[at] = last;
	return first;
}

void timer_start(struct model *m, unsigned side, struct timer *timer, enum event_kind kind,
			int64_t delay)
{
	timer->running = true;
	model_schedule(m, (struct event){ .time = m->now + delay, .kind = kind, .side = side,
		.generation = ++timer->generation });
}

void timer_stop(struct timer *timer)
{
	timer->running = false;
	timer->generation++;
}

