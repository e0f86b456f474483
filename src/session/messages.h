/* Cuts the streams of a TCP session into messages, where a decoder is bound to its port and says how
 * long a message is (decoder.h: .frame), and has them decoded with the packet that completes them. */
#ifndef SESSION_MESSAGES_H
#define SESSION_MESSAGES_H

#include "session/session.h"

struct messages;
struct segment;

/* What all sessions share: the messages that the current packet completed, and the account of the bytes
 * that are held. Must outlive its sessions. */
struct message_room;
struct message_room *message_room_create(void);
void message_room_destroy(struct message_room *room);       /* NULL is fine */

/* NULL unless a decoder with messages is bound to one of the ports. Free with messages_destroy. */
struct messages *messages_create(struct message_room *room, const struct session *session);
void messages_destroy(struct messages *messages);           /* NULL is fine */

/* Adds the data of a segment of the session. What it completes is decoded into `packet` and told by
 * `observation`. */
void messages_observe(struct messages *messages, struct packet *packet, const struct segment *segment,
		      struct observation *observation);

#endif
