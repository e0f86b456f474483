/* Where the Ethernet frame begins in the data of an OSAENTA record: not published, but the same in a whole
 * file. So every start votes, over many frames at once; one frame alone is mistaken too often. */
#ifndef SOURCE_FILE_CTRACE_FRAME_H
#define SOURCE_FILE_CTRACE_FRAME_H

#include "core/cursor.h"

#define FRAME_STARTS 17              /* 0, 4, 8 … 64 */
#define FRAME_START_STEP 4

struct frame_votes {
	uint64_t votes[FRAME_STARTS];
	uint64_t ip_votes;           /* frames that are bare IP packets */
	uint64_t frames;
};

/* Lets the data of one record vote. `traced` is its length without padding. */
void frame_vote(struct frame_votes *votes, const uint8_t *data, size_t traced);
/* The winner. False when there is none; `*raw_ip`: the data are IP packets without a link header. */
bool frame_winner(const struct frame_votes *votes, uint32_t *start, bool *raw_ip);
/* Does a sane IP header begin here? */
bool frame_is_ip(struct cursor in);

#endif
