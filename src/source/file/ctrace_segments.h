/* Puts packets and socket calls together that were too long for one trace record. Parts of different
 * packets may be mixed, since several processors fill the trace buffer. */
#ifndef SOURCE_FILE_CTRACE_SEGMENTS_H
#define SOURCE_FILE_CTRACE_SEGMENTS_H

#include "source/file/ctrace_entry.h"

/* Packets that can be in the making at once, and what they may hold together: PTH_Tlen has 24 bits. */
#define SEGMENTS_OPEN 64
#define SEGMENTS_BYTES ((size_t)32 * 1024 * 1024)

struct joined {                      /* a packet in the making, or made */
	struct zos_record zos;       /* of its first segment */
	uint8_t header[PTHDR_LONGEST];
	uint8_t *bytes;              /* owned */
	size_t length, capacity;
	uint64_t offset;             /* of its first segment in the file */
	uint64_t order;              /* of opening, from 1; 0: this place is free */
	uint8_t next;                /* the segment number that is due */
};

enum segment_fate {
	SEGMENT_HELD,
	SEGMENT_ORPHAN,              /* its packet's first segment was not seen, or one before it is missing */
};

struct segments {
	struct joined open[SEGMENTS_OPEN];
	struct joined done;          /* the last that was delivered */
	uint64_t opened;
	size_t held;                 /* bytes */
};

void segments_finish(struct segments *segments);
/* Is this entry, which is whole, only a part? */
bool segments_concern(const struct cte *cte);
/* Takes a part. Sets `*made` to a packet that is to be delivered, complete or not, which stays valid until
 * the next call; to NULL when there is none. */
enum segment_fate segments_add(struct segments *segments, const struct cte *cte, uint64_t offset,
			       const struct joined **made);
/* At the end: the packets that never became complete, oldest first. NULL when there is none left. */
const struct joined *segments_flush(struct segments *segments);

#endif
