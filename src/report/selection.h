/* Which packets a view of some sessions shows: those of the sessions named, of a pair of hosts, by number. */
#ifndef REPORT_SELECTION_H
#define REPORT_SELECTION_H

#include <culprit.h>

#include "core/error.h"
#include "session/session.h"

#define SELECTION_MAX_RANGES 64  /* more than anybody types */

struct packet_range { uint64_t first, last; };

struct selection {
	struct culprit_session_id *sessions;         /* NULL: all */
	size_t session_count;
	bool pair;                   /* or all sessions between these two */
	struct address host[2];
	struct packet_range ranges[SELECTION_MAX_RANGES];
	unsigned range_count;        /* 0: all packets */
};

/* False, with `error`, when a host or a range makes no sense. Free with selection_finish. */
bool selection_init(struct selection *selection, const struct culprit_selection *from, struct error *error);
void selection_finish(struct selection *selection);          /* zeroed is fine */

bool selection_has_session(const struct selection *selection, const struct session *session);
/* The session is wanted, and the packet. False for packets without a session. */
bool selection_takes(const struct selection *selection, const struct observation *observation);
/* No later packet can be wanted. */
bool selection_is_over(const struct selection *selection, uint64_t number);

/* "3" and "tcp:3" are the third TCP session; "udp:2". False when the words are none. */
bool session_id_parse(const char *words, struct culprit_session_id *to);

#endif
