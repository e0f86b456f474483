/* Connections that a message of another one announced: FTP's PORT and PASV. So a data connection is known
 * for what it is, whatever its ports, and its absence can be noticed. */
#ifndef SESSION_ANNOUNCED_H
#define SESSION_ANNOUNCED_H

#include "session/session.h"

struct announced;                /* bounded; what was announced longest ago goes first */

struct announced *announced_create(void);
void announced_destroy(struct announced *announced);        /* NULL is fine */

/* A message that its decoder says announces a connection (decoder.h: .announce), with the packet that
 * completed it. The sender of the message is side `direction` of the session. */
void announced_observe(struct announced *announced, const struct session *session,
		       const struct session_message *message, const struct packet *packet);
/* Is the first packet of this session, sent to `to`, one that was announced? Fills session->parent. */
void announced_match(struct announced *announced, struct session *session, const struct endpoint *to,
		     int64_t now);

#endif
