/* Records that follow each other, each behind a header that says how long it is: what most trace
 * formats are made of. A format says how its header reads; here is how to go on behind damage.
 *
 * The state of such a format begins with a struct frames. */
#ifndef SOURCE_FILE_FRAMES_H
#define SOURCE_FILE_FRAMES_H

#include "source/format.h"

/* No recorder of these formats wrote longer packets; beyond that a length is a lie. */
#define FRAMES_LARGEST ((uint32_t)256 * 1024)

enum frame_kind {
	FRAME_PACKET,
	FRAME_OTHER,        /* something else: skipped */
	FRAME_LAST,         /* says that the trace ends here; believed unless records follow */
};

/* What the header of one record says. */
struct frame {
	enum frame_kind kind;
	uint32_t header;         /* bytes before the packet */
	uint32_t captured;       /* bytes of the packet, at most FRAMES_LARGEST */
	uint32_t trailer;        /* bytes behind the packet that must be there; not padding */
	uint32_t length;         /* bytes of the whole record with all that is behind the packet */
	uint32_t original;       /* bytes of the packet on the wire */
	int64_t time;            /* of a packet; nanoseconds since 1970; 0: not said */
	const uint8_t *bytes;    /* the record, header first; frames_next sets it */
};

enum frame_sense {
	FRAME_IMPOSSIBLE,   /* no record */
	FRAME_ODD,          /* not what a recorder writes, but it could be read */
	FRAME_REGULAR,
};

struct framing {
	size_t header;      /* bytes that `read` may look at */
	/* Fills `frame`, which comes in zeroed. A header that is not all there fails `in`. Its
	 * cost must be constant. */
	enum frame_sense (*read)(const struct reader *reader, struct cursor *in,
				 struct frame *frame);
};

struct frames {
	const struct framing *framing;
	int64_t time;       /* of the last packet; 0 before the first */
};

/* The next packet: fills times, lengths, bytes and offset of the record. False at the end. */
bool frames_next(struct reader *reader, struct record *record, struct frame *frame);
/* Do regular records follow each other from the input's position on? For reader_lost. */
bool frames_follow(struct reader *reader);

/* How sure is it that a file with this magic number at its beginning begins with `head`? PERHAPS
 * when the file is shorter but agrees so far. */
enum probe frames_probe(struct cursor head, const void *magic, size_t length);

/* What a format calls a link, and what tcpdump does. */
struct link_name {
	uint32_t number, link_type;
};

/* The LINKTYPE_ value of the number, or `otherwise`. */
uint32_t link_name_find(const struct link_name *names, size_t count, uint32_t number,
			uint32_t otherwise);

#endif
