/* Brings the bytes of a session, in order and each of them once, to the decoder of its application. */
#ifndef SESSION_MESSAGES_H
#define SESSION_MESSAGES_H

#include "session/message_room.h"

struct messages;
struct segment;

/* For sessions of TCP, UDP and socket data. The room must outlive it. Free with messages_destroy. */
struct messages *messages_create(struct message_room *room, const struct session *session);
void messages_destroy(struct messages *messages);           /* NULL is fine */

/* They take the data of a packet of the session (of a segment that is no stray). What it completes is decoded
 * into `packet` and told by `observation`. */
void messages_observe_segment(struct messages *messages, struct packet *packet,
			      const struct segment *segment, struct observation *observation);
void messages_observe_datagram(struct messages *messages, struct packet *packet,
			       struct observation *observation);
void messages_observe_socket(struct messages *messages, struct packet *packet,
			     struct observation *observation);
/* The session ended: what stays unfinished, and questions without an answer. */
void messages_end(struct messages *messages, struct observation *last);

/* False: no protocol was recognised and none will be, so that it can be destroyed. */
bool messages_needed(const struct messages *messages);

#endif
