/* Where the messages of the current packet stand: what decoders said about them, and the account of all
 * bytes that sessions hold for messages that are not complete. One for all sessions of a table. */
#ifndef SESSION_MESSAGE_ROOM_H
#define SESSION_MESSAGE_ROOM_H

#include "decode/decoder.h"
#include "session/session.h"

enum {
	MESSAGE_FACTS_ROOM = 64 << 10,   /* facts of the messages of one packet */
	MESSAGE_BYTES_ROOM = 256 << 10,  /* their bytes, where somebody wants them */
	MESSAGE_MAX_HELD = 16 << 20,     /* bytes held for all sessions: hundreds of the longest messages */
};

struct message_room {
	struct session_message messages[OBSERVATION_MAX_MESSAGES];
	struct session_exchange exchanges[OBSERVATION_MAX_EXCHANGES];
	unsigned message_count, exchange_count;
	size_t facts_used, bytes_used;
	size_t held;
	bool short_of_room;          /* at some time more than MESSAGE_MAX_HELD were held */
	bool wants_bytes;            /* keep the bytes of messages: for details and filters */
	bool wants_words;            /* keep what requests asked for */
	bool client_is_server;       /* a message showed that the session's roles are the other way round */
	struct tls_keys *keys;       /* to decrypt with; NULL: none */
	const struct decode_as *decode_as;
	size_t decode_as_count;
	struct packet *packet;       /* which the messages are decoded with */
	struct packet *scratch;      /* instead of a packet, at the end of a session */
	struct text text;
	uint8_t *bytes;              /* MESSAGE_BYTES_ROOM of them; NULL before they are needed */
	_Alignas(16) uint8_t facts[MESSAGE_FACTS_ROOM];
};

struct message_room *message_room_create(const struct session_limits *limits);
void message_room_destroy(struct message_room *room);       /* NULL is fine */

/* Forgets the messages of the packet before; those of `packet` follow. NULL: the session ended at `last`
 * and there is none. */
void message_room_begin(struct message_room *room, struct packet *packet, const struct session *session);
/* Keeps a decoded message. `bytes` are copied if anybody wants them. False when there is no more room. */
bool message_room_keep(struct message_room *room, const struct layer *layer, struct cursor bytes,
		       uint8_t direction, uint8_t depth);
/* What was kept, into `observation`. */
void message_room_tell(const struct message_room *room, struct observation *observation);

#endif
