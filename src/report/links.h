/* How packets belong together: request and reply, data and what acknowledges it, the original and its repeats, the
 * announcement of a data connection and the connection, the fragments of a datagram.
 *
 * Links are looked for among LINKS_REACH packets before and behind: what is farther away is not found, so that the
 * memory is bounded, and the same whether the whole trace is read or only what concerns the packet. */
#ifndef REPORT_LINKS_H
#define REPORT_LINKS_H

#include "session/session.h"

#define LINKS_REACH 65536
#define LINKS_MOST 16            /* of one packet */

enum link_kind { LINK_ANSWERED_BY, LINK_ANSWERS, LINK_ACKNOWLEDGED_BY, LINK_ACKNOWLEDGES, LINK_REPEATED_BY,
	LINK_REPEATS, LINK_COPIED_BY, LINK_COPY_OF, LINK_OPENS, LINK_OPENED_BY, LINK_COMPLETED_BY, LINK_COMPLETES };

struct packet_link {
	uint8_t kind;                /* enum link_kind */
	uint64_t packet;
	int64_t after;               /* ns between the two; -1: not known */
};

struct packet_links {            /* of one packet that somebody looks at */
	uint64_t number;
	struct packet_link list[LINKS_MOST];
	unsigned count;
	int64_t time;
	/* Until it is acknowledged: */
	bool waits;
	uint8_t session_kind, direction;
	uint32_t session, end;       /* sequence number behind its data */
};

/* "answered-by" and "Answered by". */
const char *link_name(enum link_kind kind);
const char *link_words(enum link_kind kind);

struct links;
struct links *links_create(void);
void links_destroy(struct links *links);           /* NULL is fine */
/* Every packet, in order. `looked_at` are the packets that are looked at so far, by ascending number; the last one
 * may be this packet. */
void links_observe(struct links *links, const struct observation *observation, struct packet_links **looked_at,
		   size_t count);

#endif
