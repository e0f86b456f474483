/* What two ends say on a stream: recognises the protocol by port and first bytes, cuts both directions into
 * messages, has them decoded, and follows the stream into protocols that it changes to or carries inside. */
#ifndef SESSION_DIALOGUE_H
#define SESSION_DIALOGUE_H

#include "session/exchanges.h"
#include "session/message_room.h"

struct dialogue;

/* The room and the session must outlive it. */
struct dialogue *dialogue_create(struct message_room *room, const struct session *session);
void dialogue_destroy(struct dialogue *dialogue);           /* NULL is fine */

/* The trace does not hold the start of this direction. */
void dialogue_midstream(struct dialogue *dialogue, uint8_t direction);
/* The next bytes of a direction (index into key.end of their sender), as they came: a message may start with
 * them. What they complete goes into the room. */
void dialogue_bytes(struct dialogue *dialogue, uint8_t direction, const uint8_t *bytes, size_t length);
/* The trace does not hold the next bytes. `cut`: only because the recorder kept no more of their packet. */
void dialogue_gap(struct dialogue *dialogue, uint8_t direction, uint64_t length, bool cut);
/* Nothing more comes in this direction. */
void dialogue_end(struct dialogue *dialogue, uint8_t direction, bool reset);

/* No protocol was recognised, and none will be; or both directions have ended. Nothing more comes of it. */
bool dialogue_over(const struct dialogue *dialogue);
/* The protocol, NULL while it is not known. */
const struct decoder *dialogue_decoder(const struct dialogue *dialogue);

#endif
