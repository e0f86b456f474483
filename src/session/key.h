/* Which conversation a packet belongs to, and which of its two ends sent it. */
#ifndef SESSION_KEY_H
#define SESSION_KEY_H

#include "session/session.h"

/* Where a packet belongs: the key of its session and the index of its sender in key.end. */
struct flow {
	struct flow_key key;
	uint8_t direction;
	uint8_t kind;                /* enum session_kind */
};

/* False for packets that are no part of a conversation: no TCP, UDP or ICMP echo, or a fragment. */
bool flow_of_packet(const struct packet *packet, struct flow *flow);

/* The conversation of the packet that an ICMP error quotes. False when the quote is too short for
 * Wireshark to find its conversation: ports for UDP, the flags for TCP. */
bool flow_of_quote(const struct packet *packet, struct flow *flow);

/* The same, but as far as the quote allows: the first 8 bytes of TCP are enough, and echo requests and
 * replies count, too. */
bool flow_of_error(const struct packet *packet, struct flow *flow);

/* Who is the client (A3): called with every packet, so that better evidence replaces weaker. The first
 * packet of a session decides in any case. */
void roles_observe(struct session *session, const struct packet *packet, uint8_t direction);
/* A message of the application showed that the client is the server, unless a SYN knows better. */
void roles_correct(struct session *session);

#endif
