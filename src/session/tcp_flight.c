/* The segments that one side has under way: a ring in sequence order. New data is appended, what is
 * acknowledged leaves at the front, so both cost nothing; a repeat is found by bisection. */
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "session/tcp_internal.h"

struct flight_segment *flight_at(const struct flight *flight, uint32_t index)
{
	return &flight->ring[(flight->head + index) & (flight->capacity - 1)];
}

uint32_t flight_find(const struct flight *flight, uint64_t position)
{
	uint32_t low = 0, high = flight->count;
	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		if (flight_at(flight, middle)->end > position)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

static void grow(struct flight *flight)
{
	uint32_t capacity = flight->capacity ? flight->capacity * 2 : FLIGHT_FIRST;
	struct flight_segment *ring = memory_allocate(capacity * sizeof *ring);
	for (uint32_t i = 0; i < flight->count; i++)
		ring[i] = *flight_at(flight, i);
	free(flight->ring);
	flight->ring = ring;
	flight->capacity = capacity;
	flight->head = 0;
}

void flight_insert(struct flight *flight, const struct flight_segment *segment, uint32_t limit)
{
	if (flight->count == flight->capacity) {
		if (flight->capacity < limit) {
			grow(flight);
		} else {
			flight->head = (flight->head + 1) & (flight->capacity - 1);
			flight->count--;
			flight->overflowed = true;
		}
	}
	uint32_t place = flight->count;
	while (place > 0 && flight_at(flight, place - 1)->sequence > segment->sequence) {
		*flight_at(flight, place) = *flight_at(flight, place - 1);
		place--;
	}
	*flight_at(flight, place) = *segment;
	flight->count++;
}

void flight_acknowledge(struct flight *flight, uint64_t position)
{
	while (flight->count && flight_at(flight, 0)->end <= position) {
		flight->head = (flight->head + 1) & (flight->capacity - 1);
		flight->count--;
	}
	struct flight_segment *cut = flight->count ? flight_at(flight, 0) : NULL;
	if (cut && cut->sequence < position) {
		/* What is left begins with other bytes. */
		cut->sequence = position;
		cut->prefix_length = 0;
		cut->sum_known = false;
	}
	if (!flight->count)
		flight->overflowed = false;
}

void flight_finish(struct flight *flight)
{
	free(flight->ring);
	memset(flight, 0, sizeof *flight);
}
