/* Which protocol is spoken on a stream. Ports are hints, the first bytes decide. */
#ifndef SESSION_RECOGNISE_H
#define SESSION_RECOGNISE_H

#include "session/message_room.h"

enum recognition { RECOGNISED, RECOGNISE_MORE, RECOGNISE_NOT };

/* Judges the first bytes of a direction. `stream` has ports and direction. */
enum recognition recognise(const struct message_room *room, const struct stream *stream, struct cursor in,
			   const struct decoder **decoder);
/* The streaming decoder bound to one of the stream's ports (or named for it by the user), or NULL. */
const struct decoder *recognise_by_port(const struct message_room *room, const struct stream *stream);

#endif
