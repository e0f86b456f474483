/* Containers of z/OS data sets as they arrive on other machines (DFSMS Using Data Sets, "Format-V
 * records"):
 *
 *     RDW      length(2, with these 4 bytes)  segment(1)  0(1)   in front of each logical record
 *     BDW      length(2, with these 4 bytes)  0(2)               in front of each block of records
 *     BDW      1 bit + length(31)                                the same for large blocks
 *
 *     segment  0 whole record, 1 its first, 3 a middle, 2 its last part (VBS)
 */
#include "source/file/ctrace_content.h"

#include <stdlib.h>

#include "core/memory.h"
#include "source/file/ctrace_entry.h"

#define DESCRIPTOR 4
/* Large blocks are at most 256 KiB on any device (DFSMS: 262144 bytes on tape). */
#define LARGEST_BLOCK ((size_t)256 * 1024)
#define LARGE_BLOCK_BIT 0x80000000u
/* How far the next descriptor is searched when one makes no sense: longer than any record. */
#define SEARCH ((size_t)64 * 1024)
/* So many descriptors must lead from one to the next before a place found by search is believed. */
#define CHAIN 3
/* Data sets of the external writer have records of kilobytes. */
#define LONG_RECORD 256
#define UNKNOWN_BLOCK UINT64_MAX

enum { SEGMENT_WHOLE = 0, SEGMENT_FIRST = 1 };

/* The length of a logical record with its descriptor, 0 when there is none. */
static size_t record_length(const uint8_t *at)
{
	size_t length = load_be16(at);
	return length >= DESCRIPTOR && at[2] <= 3 && at[3] == 0 ? length : 0;
}

static size_t block_length(const uint8_t *at)
{
	uint32_t word = load_be32(at);
	if (word & LARGE_BLOCK_BIT)
		return (word & ~LARGE_BLOCK_BIT) <= LARGEST_BLOCK ? word & ~LARGE_BLOCK_BIT : 0;
	return word & 0xffff ? 0 : word >> 16;
}

enum fit { FIT_NO, FIT_CUT, FIT_WHOLE };

/* Does a block begin here whose records fill it exactly? CUT: as far as there are bytes, they do. */
static enum fit block_fits(struct cursor in)
{
	if (in.captured < DESCRIPTOR)
		return FIT_NO;
	size_t length = block_length(in.next), at = DESCRIPTOR;
	if (length < 2 * DESCRIPTOR)
		return FIT_NO;
	while (at + DESCRIPTOR <= length) {
		if (at + DESCRIPTOR > in.captured)
			return FIT_CUT;
		size_t record = record_length(in.next + at);
		if (!record)
			return FIT_NO;
		at += record;
	}
	return at != length ? FIT_NO : length > in.captured ? FIT_CUT : FIT_WHOLE;
}

/* Do records follow each other from here on? */
static enum fit records_fit(struct cursor in, unsigned least)
{
	size_t at = 0;
	for (unsigned count = 0; count < least; count++) {
		/* A single one that ends with the bytes may be chance. */
		if (at == in.captured && count > 1)
			return FIT_WHOLE;
		if (at + DESCRIPTOR > in.captured)
			return count ? FIT_CUT : FIT_NO;
		size_t record = record_length(in.next + at);
		if (!record)
			return FIT_NO;
		at += record;
	}
	return FIT_WHOLE;
}

/* The length of the entry that begins here and is whole as it stands, 0 when there is none. A descriptor
 * makes an entry that it lies in end late, so none lies in a whole one: what looks like some there are
 * numbers in a packet, such as little-endian ones. */
static size_t whole_entry(struct cursor in)
{
	size_t most = in.captured < CTE_LONGEST ? in.captured : CTE_LONGEST;
	return cte_check(in.next, most) == CTE_WHOLE ? cte_length(in.next) : 0;
}

/* Damage may have hit one of the first descriptors. Numbers in packets can look like descriptors of short
 * records, so only long ones count. */
static enum ctrace_framing guess_from_within(struct cursor head)
{
	while (head.captured >= DESCRIPTOR) {
		size_t entry = whole_entry(head);
		if (entry) {
			cursor_skip(&head, entry);
			continue;
		}
		if (block_length(head.next) >= LONG_RECORD && block_fits(head) == FIT_WHOLE)
			return FRAMING_BDW;
		size_t at = 0;
		unsigned count = 0;
		for (; count < CHAIN && at + DESCRIPTOR <= head.captured; count++) {
			size_t length = record_length(head.next + at);
			if (length < LONG_RECORD)
				break;
			at += length;
		}
		if (count == CHAIN || (count == CHAIN - 1 && at == head.captured))
			return FRAMING_RDW;
		cursor_skip(&head, 1);
	}
	return FRAMING_NONE;
}

/* A damaged descriptor of a block can look like one of a record. */
static bool one_is_block(struct cursor head)
{
	struct cursor inside = cursor_make(head.next, head.captured, record_length(head.next));
	cursor_skip(&inside, DESCRIPTOR);
	if (guess_from_within(inside) != FRAMING_NONE)
		return true;
	while (head.captured >= DESCRIPTOR) {
		if (block_fits(head) == FIT_WHOLE)
			return true;
		cursor_skip(&head, record_length(head.next));
	}
	return false;
}

/* A block of one record is a chain of records, too, so blocks are looked for first. */
enum ctrace_framing content_guess(struct cursor head)
{
	if (block_fits(head) != FIT_NO)
		return FRAMING_BDW;
	/* All that can be seen must be records: the first one is long. */
	if (records_fit(head, UINT16_MAX) != FIT_NO)
		return one_is_block(head) ? FRAMING_BDW : FRAMING_RDW;
	return guess_from_within(head);
}

bool content_begins(struct cursor in, enum ctrace_framing framing)
{
	if (framing == FRAMING_BDW)
		return block_fits(in) != FIT_NO;
	return framing == FRAMING_NONE || records_fit(in, CHAIN) == FIT_WHOLE;
}

void content_init(struct content *content, struct reader *reader, enum ctrace_framing framing)
{
	memset(content, 0, sizeof *content);
	content->reader = reader;
	content->framing = framing;
	if (framing != FRAMING_NONE)
		content->buffer = memory_allocate(CONTENT_CAPACITY);
	content->next = content->buffer;
}

void content_finish(struct content *content)
{
	free(content->buffer);
	content->buffer = NULL;
}

const char *content_name(const struct content *content)
{
	switch (content->framing) {
	case FRAMING_RDW:
		return content->spanned ? "spanned records with RDWs" : "records with RDWs";
	case FRAMING_BDW:
		if (content->spanned)
			return "blocks of spanned records (BDW and RDW)";
		return content->large_blocks ? "large blocks (extended BDW and RDW)" : "blocks (BDW and RDW)";
	case FRAMING_NONE:
		break;
	}
	return "entries without record lengths";
}

static struct cursor look(struct content *content, size_t want)
{
	struct cursor in = input_peek(&content->reader->input, want);
	in.declared = in.captured;
	return in;
}

/* How far away the next descriptor is that others follow; what there is when none is near. */
static size_t find_descriptor(struct content *content)
{
	struct cursor in = look(content, SEARCH * 2);
	size_t limit = in.captured < SEARCH ? in.captured : SEARCH;
	size_t next;
	for (size_t at = DESCRIPTOR; at + DESCRIPTOR <= limit; at = next) {
		struct cursor from = cursor_make(in.next + at, in.captured - at, in.captured - at);
		size_t entry = whole_entry(from);
		next = at + (entry ? entry : 1);
		if (entry || (!record_length(from.next) && !block_length(from.next)))
			continue;
		if (content->framing == FRAMING_BDW && block_fits(from) == FIT_WHOLE)
			return at;
		if (records_fit(from, CHAIN) == FIT_WHOLE)
			return at;
	}
	return limit;
}

static void enter_block(struct content *content)
{
	if (content->block_left && content->block_left != UNKNOWN_BLOCK)
		return;
	struct cursor in = look(content, LARGEST_BLOCK < SEARCH ? LARGEST_BLOCK : SEARCH);
	if (in.captured < DESCRIPTOR)
		return;
	bool large = load_be32(in.next) & LARGE_BLOCK_BIT;
	if (block_fits(in) != FIT_NO) {
		content->large_blocks |= large;
		content->block_left = block_length(in.next) - DESCRIPTOR;
		input_skip(&content->reader->input, DESCRIPTOR);
		return;
	}
	if (content->block_left == UNKNOWN_BLOCK)
		return;
	reader_damage(content->reader, content->reader->input.offset, DESCRIPTOR,
		      "a block length (BDW) does not fit the records in its block");
	content->block_left = UNKNOWN_BLOCK;
	input_skip(&content->reader->input, DESCRIPTOR);
}

/* Is what stands behind a record of this length what should stand there? */
static bool followed_well(struct content *content, size_t length)
{
	if (content->framing == FRAMING_BDW && content->block_left != UNKNOWN_BLOCK)
		return length <= content->block_left;
	struct cursor in = look(content, length + DESCRIPTOR);
	if (in.captured < length)    /* past the end: the file was cut, or the length is wrong */
		return find_descriptor(content) == (in.captured < SEARCH ? in.captured : SEARCH);
	return in.captured < length + DESCRIPTOR || record_length(in.next + length) ||
	       (content->framing == FRAMING_BDW && block_length(in.next + length));
}

/* Moves to the payload of the next logical record or part of one. False at the end. */
static bool next_record(struct content *content, size_t *length, bool *begins)
{
	if (content->framing == FRAMING_BDW)
		enter_block(content);
	struct input *input = &content->reader->input;
	struct cursor in = look(content, DESCRIPTOR);
	if (in.captured < DESCRIPTOR) {
		if (in.captured)
			reader_damage(content->reader, input->offset, in.captured,
				      "the file ends inside a record length");
		input_skip(input, in.captured);
		return false;
	}
	unsigned segment = in.next[2];
	*length = record_length(in.next);
	if (!*length || !followed_well(content, *length)) {
		reader_damage(content->reader, input->offset, DESCRIPTOR,
			      "a record length (RDW) makes no sense");
		*length = find_descriptor(content);
		segment = SEGMENT_WHOLE;
		if (content->block_left != 0 && content->block_left < *length)
			content->block_left = UNKNOWN_BLOCK;
	}
	content->spanned |= segment != SEGMENT_WHOLE;
	*begins = segment == SEGMENT_WHOLE || segment == SEGMENT_FIRST;
	if (content->block_left != UNKNOWN_BLOCK && content->framing == FRAMING_BDW)
		content->block_left -= *length;
	input_skip(input, DESCRIPTOR);
	*length -= DESCRIPTOR;
	return true;
}

/* Moves the unread bytes to the front of the buffer. */
static void make_room(struct content *content)
{
	size_t unread = content->end - content->start;
	memmove(content->buffer, content->buffer + content->start, unread);
	for (size_t i = 0; i < content->start_count; i++) {
		content->starts[i] = content->starts[content->first_start + i];
		content->starts[i].at -= content->start;
	}
	content->first_start = 0;
	/* What lies before the buffer is only needed to tell offsets: unsigned numbers wrap well. */
	content->passed.at -= content->start;
	content->start = 0;
	content->end = unread;
}

static bool has_room(const struct content *content)
{
	return CONTENT_CAPACITY - content->end >= UINT16_MAX + 1 &&
	       content->first_start + content->start_count < CONTENT_MAX_STARTS;
}

static void append_record(struct content *content)
{
	size_t length;
	bool begins;
	struct input *input = &content->reader->input;
	if (!next_record(content, &length, &begins)) {
		content->drained = true;
		return;
	}
	if (begins)
		content->starts[content->first_start + content->start_count++] =
			(struct content_start){ content->end, input->offset };
	struct cursor in = look(content, length);
	memcpy(content->buffer + content->end, in.next, in.captured);
	content->end += in.captured;
	input_skip(input, in.captured);
}

/* Is the next record there already, so that taking it waits for nobody? */
static bool record_waits(const struct content *content)
{
	const struct input *input = &content->reader->input;
	return input->available >= 2 * SEARCH;
}

static size_t fill_framed(struct content *content, size_t want)
{
	make_room(content);
	while (!content->drained && has_room(content) &&
	       (content->end < want || record_waits(content)))
		append_record(content);
	content->next = content->buffer;
	content->available = content->end;
	return content->available;
}

size_t content_fill(struct content *content, size_t want)
{
	if (content->framing != FRAMING_NONE)
		return content->drained ? content->available : fill_framed(content, want);
	struct input *input = &content->reader->input;
	(void)input_peek(input, want);
	content->next = input->next;
	content->available = input->available;
	return content->available;
}

void content_skip(struct content *content, size_t count)
{
	content->next += count;
	content->available -= count;
	if (content->framing == FRAMING_NONE) {
		input_skip(&content->reader->input, count);
		return;
	}
	content->start += count;
	while (content->start_count && content->starts[content->first_start].at <= content->start) {
		content->passed = content->starts[content->first_start++];
		content->start_count--;
	}
}

uint64_t content_offset(const struct content *content, size_t ahead)
{
	if (content->framing == FRAMING_NONE)
		return content->reader->input.offset + ahead;
	size_t at = content->start + ahead;
	struct content_start from = content->passed;
	for (size_t i = 0; i < content->start_count; i++) {
		const struct content_start *start = &content->starts[content->first_start + i];
		if (start->at > at)
			break;
		from = *start;
	}
	return from.offset + (at - from.at);
}

size_t content_start_ahead(const struct content *content, size_t which)
{
	size_t i = content->first_start;
	if (content->start_count && content->starts[i].at == content->start)
		which++;
	return which < content->start_count ? content->starts[i + which].at - content->start : SIZE_MAX;
}

bool content_at_start(const struct content *content)
{
	return content->framing != FRAMING_NONE &&
	       ((content->start_count && content->starts[content->first_start].at == content->start) ||
		content->passed.at == content->start);
}
