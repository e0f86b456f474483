#include "trace.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"

struct trace_packet *trace_add(struct trace *trace, int64_t time, const void *bytes, size_t length)
{
	trace->packets = memory_grow(trace->packets, &trace->capacity, trace->count + 1,
				     sizeof *trace->packets);
	struct trace_packet *packet = &trace->packets[trace->count++];
	*packet = (struct trace_packet){ .time = time, .sent = time, .length = (uint32_t)length,
		.original_length = (uint32_t)length };
	packet->bytes = memory_allocate(length + 1);
	memcpy(packet->bytes, bytes, length);
	return packet;
}

struct trace_packet *trace_add_copy(struct trace *trace, const struct trace_packet *packet)
{
	struct trace_packet original = *packet;
	struct trace_packet *copy =
		trace_add(trace, original.time, original.bytes, original.length);
	uint8_t *bytes = copy->bytes;
	*copy = original;
	copy->bytes = bytes;
	return copy;
}

void trace_copy(struct trace *to, const struct trace *from)
{
	*to = (struct trace){ 0 };
	for (size_t i = 0; i < from->count; i++)
		trace_add_copy(to, &from->packets[i]);
}

void trace_finish(struct trace *trace)
{
	for (size_t i = 0; i < trace->count; i++)
		free(trace->packets[i].bytes);
	free(trace->packets);
	*trace = (struct trace){ 0 };
}

static void merge_sort(struct trace_packet *packets, struct trace_packet *room, size_t count)
{
	if (count < 2)
		return;
	size_t half = count / 2, left = 0, right = half;
	merge_sort(packets, room, half);
	merge_sort(packets + half, room, count - half);
	if (packets[half - 1].time <= packets[half].time)
		return;
	for (size_t i = 0; i < count; i++) {
		bool take_left = left < half &&
				 (right >= count || packets[left].time <= packets[right].time);
		room[i] = take_left ? packets[left++] : packets[right++];
	}
	memcpy(packets, room, count * sizeof *packets);
}

void trace_sort(struct trace *trace)
{
	if (trace->count < 2)
		return;
	struct trace_packet *room = memory_allocate(trace->count * sizeof *room);
	merge_sort(trace->packets, room, trace->count);
	free(room);
}

void trace_remove(struct trace *trace, size_t index)
{
	trace->packets[index].unrecorded = true;
}

void trace_compact(struct trace *trace)
{
	size_t kept = 0;
	for (size_t i = 0; i < trace->count; i++) {
		if (trace->packets[i].unrecorded)
			free(trace->packets[i].bytes);
		else
			trace->packets[kept++] = trace->packets[i];
	}
	trace->count = kept;
}

uint64_t random_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15ULL;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

double random_fraction(uint64_t *state)
{
	return (double)(random_next(state) >> 11) / 9007199254740992.0;
}
