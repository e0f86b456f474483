/* The conversations that one finding about the whole trace concerns. Collected while the trace is
 * read, told to the store when the finding is certain: then it explains what is found in them, and
 * in no other. */
#ifndef ANALYZE_CONCERNED_H
#define ANALYZE_CONCERNED_H

#include "analyze/analyzer.h"

/* Past so many the finding is about the trace as a whole, and naming them helps nobody. */
#define CONCERNED_MAX 4096

struct concerned_session { uint32_t number; uint8_t kind; };

struct concerned {               /* all zero: none yet */
	struct concerned_session *list;
	size_t count, capacity;      /* in `list`, at most CONCERNED_MAX */
	uint64_t total;
};

/* Call once a session. */
void concerned_add(struct concerned *concerned, const struct session *session);
void concerned_add_number(struct concerned *concerned, enum session_kind kind, uint32_t number);
/* Submits `finding`, whose kind merges over more than a session, with all sessions that were added. */
void concerned_submit(const struct concerned *concerned, const struct finding *finding,
		      struct finding_store *findings);
void concerned_finish(struct concerned *concerned);

#endif
