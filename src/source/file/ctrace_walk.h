/* From entry to entry through the content of a CTRACE data set: over zero fill, over the external
 * writer's headers of unknown length, over damage. */
#ifndef SOURCE_FILE_CTRACE_WALK_H
#define SOURCE_FILE_CTRACE_WALK_H

#include "source/file/ctrace_content.h"
#include "source/file/ctrace_entry.h"

#define WRITER_HEADER_LONGEST 256

struct walk {
	struct content content;
	bool learned;                /* the writer's header length below is known */
	size_t header;               /* bytes in front of the data of a logical record */
	/* Without record lengths the places of the headers must be worked out: */
	uint64_t record_start;       /* where the last logical record is known to have begun */
	size_t payload;              /* bytes from one such place to the next; 0: not known yet */
	uint8_t sample[WRITER_HEADER_LONGEST];   /* the first header */
	uint8_t *joined;             /* an entry that was put together */
	uint64_t lost_offset, lost_bytes;    /* what was skipped since the last entry */
	uint64_t headers_inside;     /* entries that could not be freed from a header inside them */
};

void walk_init(struct walk *walk, struct reader *reader, enum ctrace_framing framing);
void walk_finish(struct walk *walk);
/* The next entry and its place in the file; valid until the next call. False at the end. `*cut`: the
 * entry is not whole, the bytes behind it are missing. */
bool walk_next(struct walk *walk, struct cte *cte, uint64_t *offset, bool *cut);

#endif
