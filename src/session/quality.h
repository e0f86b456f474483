/* Which flags of the capture-quality gate (A4) hold for a session. */
#ifndef SESSION_QUALITY_H
#define SESSION_QUALITY_H

#include "session/session.h"

/* Brings session->quality up to date; called after each packet of the session. Cheap: flags that need
 * the table are only asked for once something hints at them. */
void quality_observe(const struct session_table *table, struct session *session);

/* The session ends, and `end` is the time up to which the trace was read: adds QUALITY_END. */
void quality_end(const struct session_table *table, struct session *session, int64_t end);

/* Whether what is left to a card in `sender`'s packets (large segments, checksums) was done by the card
 * of the receiver: it put the segments together. */
bool offload_is_receivers(const struct session_table *table, const struct session *session, uint8_t sender);

#endif
