/* The bytes of a CTRACE data set without their container: what stands between entries, record and block
 * lengths, is taken out, and where a logical record began is remembered, because the external writer puts
 * a header of unknown length there. */
#ifndef SOURCE_FILE_CTRACE_CONTENT_H
#define SOURCE_FILE_CTRACE_CONTENT_H

#include "source/format.h"

enum ctrace_framing { FRAMING_NONE, FRAMING_RDW, FRAMING_BDW };

/* More than an entry with all writer headers inside it, and enough to seldom move bytes. */
#define CONTENT_CAPACITY ((size_t)256 * 1024)
/* The most that can be asked for at once. */
#define CONTENT_MAX_PEEK ((size_t)80 * 1024)
/* Records shorter than on average 256 bytes wait for room here; real ones have thousands. */
#define CONTENT_MAX_STARTS 1024

struct content_start {               /* of a logical record */
	size_t at;                   /* in the buffer */
	uint64_t offset;             /* of its first byte in the file */
};

struct content {
	struct reader *reader;
	const uint8_t *next;         /* next unread byte */
	size_t available;            /* unread bytes that lie there in one piece */
	enum ctrace_framing framing;
	bool spanned;                /* records were cut into segments (VBS) */
	bool large_blocks;           /* extended block descriptors were seen */
	/* Only with framing: */
	uint8_t *buffer;             /* CONTENT_CAPACITY bytes; NULL without framing */
	size_t start, end;           /* unread bytes in it */
	struct content_start starts[CONTENT_MAX_STARTS];
	size_t first_start, start_count;     /* starts[first_start] is the first that is not passed */
	struct content_start passed; /* the last that is */
	uint64_t block_left;         /* bytes of the block that are still to come; UINT64_MAX: unknown */
	bool drained;                /* the input has no more */
};

/* Which framing fits the first bytes? */
enum ctrace_framing content_guess(struct cursor head);
/* Does what this framing puts first (a block, a record) begin here? Always true without framing. */
bool content_begins(struct cursor in, enum ctrace_framing framing);
void content_init(struct content *content, struct reader *reader, enum ctrace_framing framing);
void content_finish(struct content *content);
/* Makes `want` bytes available unless the end comes first; returns how many are. */
size_t content_fill(struct content *content, size_t want);
static inline size_t content_need(struct content *content, size_t want)
{
	return content->available >= want ? content->available : content_fill(content, want);
}
void content_skip(struct content *content, size_t count);
/* Where the unread byte `ahead` is in the file. */
uint64_t content_offset(const struct content *content, size_t ahead);
/* How many bytes ahead logical record number `which` (from 0) begins, of those that begin behind the
 * next byte; SIZE_MAX when none is known. Never with FRAMING_NONE. */
size_t content_start_ahead(const struct content *content, size_t which);
/* Does a logical record begin with the next byte? */
bool content_at_start(const struct content *content);
const char *content_name(const struct content *content);

#endif
