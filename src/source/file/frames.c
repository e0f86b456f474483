#include "source/file/frames.h"

#include <string.h>

#include "core/clock.h"

/* After damage so many records must follow each other before we believe that they are some. */
#define CHAIN 3
/* And their times must be that close to each other: a year. */
#define CHAIN_TIME (366 * 86400 * NANOSECONDS)
/* What a probe wants to see of a magic number before it speaks up. */
#define PROBE_LEAST 4

static bool near(int64_t time, int64_t other)
{
	int64_t gap;
	return !time || !other || (!__builtin_sub_overflow(time, other, &gap) &&
				     gap <= CHAIN_TIME && gap >= -CHAIN_TIME);
}

/* CHAIN regular records, or where the file ends fewer: one that ends exactly with it, or two
 * before one that is cut. */
bool frames_follow(struct reader *reader)
{
	const struct frames *frames = reader->state;
	size_t at = 0;
	int64_t time = 0;
	bool packets = false;
	for (unsigned count = 0; count < CHAIN; count++) {
		struct cursor in = input_peek(&reader->input, at + frames->framing->header);
		if (count && in.captured == at)
			return true;
		cursor_skip(&in, at);
		struct frame frame = { FRAME_PACKET };
		enum frame_sense sense = frames->framing->read(reader, &in, &frame);
		if (!cursor_ok(&in))
			return in.status == CURSOR_TRUNCATED && count >= 2;
		if (sense != FRAME_REGULAR)
			return false;
		if (frame.kind == FRAME_LAST)
			return count > 0;
		if (frame.kind == FRAME_PACKET) {
			packets = true;
			if (!near(frame.time, time))
				return false;
			time = frame.time;
		}
		at += frame.length;
		if (input_peek(&reader->input, at).captured < at)
			return count >= 2;
	}
	return packets;
}

/* Is what lies behind an odd record possible too, or the end of the file? Then it is the recorder
 * that is odd. */
static bool followed_well(struct reader *reader, const struct frame *frame)
{
	const struct framing *framing = ((const struct frames *)reader->state)->framing;
	struct cursor in = input_peek(&reader->input, frame->length + framing->header);
	if (in.captured <= frame->length)
		return in.captured == frame->length;
	cursor_skip(&in, frame->length);
	struct frame next = { FRAME_PACKET };
	enum frame_sense sense = framing->read(reader, &in, &next);
	return cursor_ok(&in) && sense != FRAME_IMPOSSIBLE;
}

static bool expected(const struct frames *frames, enum frame_sense sense, const struct frame *frame)
{
	return sense == FRAME_REGULAR &&
	       (frame->kind != FRAME_PACKET || near(frame->time, frames->time));
}

static void deliver(struct reader *reader, struct frame *frame, struct record *record)
{
	struct frames *frames = reader->state;
	frames->time = frame->time;
	frame->bytes = reader->input.next;
	record->time = frame->time;
	record->captured_length = frame->captured;
	record->original_length = frame->original;
	record->bytes = frame->bytes + frame->header;
	record->offset = reader->input.offset;
}

/* Moves past the record; what is behind the packet may have been cut off. */
static void pass(struct reader *reader, const struct frame *frame)
{
	size_t there = reader->input.available;
	input_skip(&reader->input, frame->length < there ? frame->length : there);
}

bool frames_next(struct reader *reader, struct record *record, struct frame *frame)
{
	const struct frames *frames = reader->state;
	for (;;) {
		struct cursor in = input_peek(&reader->input, frames->framing->header);
		if (!in.captured)
			return false;
		*frame = (struct frame){ FRAME_PACKET };
		enum frame_sense sense = frames->framing->read(reader, &in, frame);
		const char *wrong = "a record header makes no sense";
		bool cut = !cursor_ok(&in);
		if (cut) {
			wrong = "the file ends inside a record header";
		} else if (sense != FRAME_IMPOSSIBLE &&
			   (expected(frames, sense, frame) || followed_well(reader, frame))) {
			size_t needed = frame->header + frame->captured + frame->trailer;
			cut = input_peek(&reader->input, frame->length).captured < needed;
			if (!cut && frame->kind == FRAME_PACKET)
				deliver(reader, frame, record);
			if (!cut)
				pass(reader, frame);
			if (!cut && frame->kind == FRAME_PACKET)
				return true;
			if (!cut && frame->kind == FRAME_LAST && !frames_follow(reader))
				return false;
			if (!cut)
				continue;
			wrong = "the file ends inside a record";
		}
		if (!reader_lost(reader, wrong, cut, frames_follow))
			return false;
	}
}

enum probe frames_probe(struct cursor head, const void *magic, size_t length)
{
	size_t there = head.captured < length ? head.captured : length;
	if (there < PROBE_LEAST || memcmp(head.next, magic, there) != 0)
		return PROBE_NO;
	return there == length ? PROBE_CERTAIN : PROBE_PERHAPS;
}

uint32_t link_name_find(const struct link_name *names, size_t count, uint32_t number,
			uint32_t otherwise)
{
	for (size_t i = 0; i < count; i++)
		if (names[i].number == number)
			return names[i].link_type;
	return otherwise;
}
