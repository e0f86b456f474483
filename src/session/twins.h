/* Finds packets that the capture holds more than once (A7 #0): mirror ports that see a packet enter and
 * leave, "any" devices, a trace point before and behind a router. Over all packets, in constant memory.
 *
 * A copy is identical from the IP header on but for what the way changes: TTL, DSCP, ECN, checksum. What
 * a sender repeats is different as a rule (new IP identification, new timestamp), or comes later. */
#ifndef SESSION_TWINS_H
#define SESSION_TWINS_H

#include "session/session.h"

struct twins;
struct twin_original;

struct twins *twins_create(void);
void twins_destroy(struct twins *twins);                    /* NULL is fine */

/* What identifies an IP packet whatever the way changes in it. Ask some time before looking it up. */
uint64_t twins_sign(const struct twins *twins, const struct packet *packet);
/* The packet that looks the same as this IP packet, if there is one, for twins_confirm. Without one the
 * packet itself is remembered and NULL returned. */
struct twin_original *twins_look_up(struct twins *twins, uint64_t signature, const struct packet *packet,
				    int64_t time);

/* Decides whether `packet` is a copy of what was found. `round_trip` of its session in ns is -1 when not
 * known. Fills twin_of and what goes with it in the observation; or else remembers the packet as an
 * original of its own. */
void twins_confirm(struct twins *twins, struct twin_original *original, const struct packet *packet,
		   int64_t time, int64_t round_trip, struct observation *observation);

#endif
