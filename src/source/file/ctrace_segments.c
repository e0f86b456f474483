#include "source/file/ctrace_segments.h"

#include <stdlib.h>

#include "core/memory.h"

void segments_finish(struct segments *segments)
{
	for (unsigned i = 0; i < SEGMENTS_OPEN; i++)
		free(segments->open[i].bytes);
	free(segments->done.bytes);
}

/* A confidential record has a length but no data; one without any data has nothing to wait for. */
bool segments_concern(const struct cte *cte)
{
	if (!cte_has_header(cte->zos.format))
		return false;
	return cte->segment != 0 ||
	       (cte->data_length && cte->data_length < cte->zos.traced_length && !cte->zos.confidential);
}

static bool same_packet(const struct zos_record *a, const struct zos_record *b)
{
	return a->format == b->format && a->capture_tod == b->capture_tod &&
	       a->traced_length == b->traced_length &&
	       memcmp(a->raw_name, b->raw_name, sizeof a->raw_name) == 0 &&
	       address_equal(&a->source, &b->source) &&
	       address_equal(&a->destination, &b->destination) &&
	       a->source_port == b->source_port && a->destination_port == b->destination_port;
}

static struct joined *find(struct segments *segments, const struct zos_record *zos)
{
	for (unsigned i = 0; i < SEGMENTS_OPEN; i++)
		if (segments->open[i].order && same_packet(&segments->open[i].zos, zos))
			return &segments->open[i];
	return NULL;
}

/* The place of the packet that was opened first, which is a free one as long as there is any. */
static struct joined *oldest(struct segments *segments)
{
	struct joined *first = &segments->open[0];
	for (unsigned i = 1; i < SEGMENTS_OPEN; i++)
		if (segments->open[i].order < first->order)
			first = &segments->open[i];
	return first;
}

static struct joined *oldest_open(struct segments *segments)
{
	struct joined *first = NULL;
	for (unsigned i = 0; i < SEGMENTS_OPEN; i++)
		if (segments->open[i].order && (!first || segments->open[i].order < first->order))
			first = &segments->open[i];
	return first;
}

/* Takes a packet out, for delivery. */
static const struct joined *take(struct segments *segments, struct joined *packet)
{
	segments->held -= packet->capacity;
	free(segments->done.bytes);
	segments->done = *packet;
	segments->done.zos.header = segments->done.header;
	segments->done.zos.incomplete = packet->length < packet->zos.traced_length;
	memset(packet, 0, sizeof *packet);
	return &segments->done;
}

static void open_packet(struct segments *segments, struct joined *packet, const struct cte *cte,
			uint64_t offset)
{
	packet->zos = cte->zos;
	packet->zos.segments = 0;
	memcpy(packet->header, cte->zos.header, cte->zos.header_length < PTHDR_LONGEST
		? cte->zos.header_length : PTHDR_LONGEST);
	packet->offset = offset;
	packet->order = ++segments->opened;
}

static void append(struct segments *segments, struct joined *packet, const struct cte *cte)
{
	size_t count = packet->zos.traced_length - packet->length;
	if (count > cte->data_length)
		count = cte->data_length;
	segments->held -= packet->capacity;
	packet->bytes = memory_grow(packet->bytes, &packet->capacity, packet->length + count, 1);
	segments->held += packet->capacity;
	memcpy(packet->bytes + packet->length, cte->data, count);
	packet->length += count;
	packet->zos.segments++;
	/* 0, 1, 2 … 255, 1, 2 … */
	packet->next = packet->next == UINT8_MAX ? 1 : (uint8_t)(packet->next + 1);
}

enum segment_fate segments_add(struct segments *segments, const struct cte *cte, uint64_t offset,
			       const struct joined **made)
{
	struct joined *packet = find(segments, &cte->zos);
	*made = NULL;
	if (cte->segment == 0) {
		struct joined *place = packet ? packet : oldest(segments);
		if (place->order)
			*made = take(segments, place);
		open_packet(segments, place, cte, offset);
		packet = place;
	} else if (!packet) {
		return SEGMENT_ORPHAN;
	} else if (cte->segment != packet->next) {
		*made = take(segments, packet);
		return SEGMENT_ORPHAN;
	}
	append(segments, packet, cte);
	if (packet->length == packet->zos.traced_length)
		*made = take(segments, packet);
	else if (!*made && segments->held > SEGMENTS_BYTES)
		*made = take(segments, oldest_open(segments));
	return SEGMENT_HELD;
}

const struct joined *segments_flush(struct segments *segments)
{
	struct joined *first = oldest_open(segments);
	return first ? take(segments, first) : NULL;
}
