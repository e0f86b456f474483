/* The moving parts of the TCP engine; only the session stage calls these. */
#ifndef SESSION_TCP_ENGINE_H
#define SESSION_TCP_ENGINE_H

#include "session/tcp.h"

/* Makes session->tcp. */
void tcp_engine_create(struct session *session);
/* Releases session->tcp and all that belongs to it. */
void tcp_engine_destroy(struct session *session);
/* Classifies one packet that is no capture duplicate, updates the session and adds the events that it
 * completes to the observation. `segment` is filled; it stays the caller's. */
void tcp_engine_observe(struct session *session, const struct packet *packet, uint8_t direction,
			struct segment *segment, struct observation *observation);
/* The session ends: open episodes, windows and transactions become events of `last`. May be called once. */
void tcp_engine_end(struct session *session, int64_t trace_end, struct observation *last);
/* Adds an event; past OBSERVATION_MAX_EVENTS it is dropped. */
static inline void observation_add(struct observation *observation, struct session_event event)
{
	if (observation->event_count < OBSERVATION_MAX_EVENTS)
		observation->events[observation->event_count++] = event;
}

#endif
