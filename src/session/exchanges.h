/* Pairs questions with their answers, by what decoders say of their messages (decoder.h: .exchange). */
#ifndef SESSION_EXCHANGES_H
#define SESSION_EXCHANGES_H

#include "session/message_room.h"

/* Questions of one session that wait for an answer; bounded, the oldest goes first. */
struct exchanges;

void exchanges_destroy(struct exchanges *exchanges);        /* NULL is fine */

/* A message of a session, which `*exchanges` is made for with its first question. Answered ones go into
 * the room. */
void exchanges_observe(struct exchanges **exchanges, struct message_room *room,
		       const struct decoder *decoder, const void *facts, uint8_t direction);
/* The session ended: what is still open goes into the room. */
void exchanges_end(struct exchanges *exchanges, struct message_room *room);

#endif
