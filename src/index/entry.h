/* One packet as an index remembers it: where its bytes are, and what takes the whole trace to know. Entries follow each
 * other; each is told by what differs from the one before, in some ten bytes. */
#ifndef INDEX_ENTRY_H
#define INDEX_ENTRY_H

#include "core/cursor.h"
#include "core/text.h"
#include "session/session.h"

#define ENTRY_MOST_COMMENT 65536 /* bytes */

struct entry {                   /* zeroed before the first */
	struct record record;        /* without its bytes */
	bool fragment;               /* of an IP datagram */
	uint8_t kind;                /* enum session_kind, where told.number is not 0 */
	struct session_told told;
};

/* Numbers in as few bytes as they need: seven bits a byte, the lowest first. */
void varint_put(struct text *to, uint64_t number);
uint64_t varint_get(struct cursor *in);
/* The same, where small ones are of either sign. */
void varint_put_signed(struct text *to, int64_t number);
int64_t varint_get_signed(struct cursor *in);
/* Bytes with their length in front, and a NUL behind: read, they are a string. NULL comes back as NULL. */
void varint_put_words(struct text *to, const char *words);
const char *varint_get_words(struct cursor *in);

void entry_put(struct text *to, const struct entry *before, const struct entry *entry);
/* Turns `entry`, the one before, into the next one. Its comment stands where it was read. False at the end, and when the
 * bytes are none of ours: then the cursor is not OK. */
bool entry_get(struct cursor *in, struct entry *entry);

#endif
