/* What is remembered of hosts (addresses) and of hardware addresses, over all sessions. Both tables are
 * bounded; hosts that have not been heard of for longest make room for new ones. */
#ifndef SESSION_HOSTS_H
#define SESSION_HOSTS_H

#include "session/session.h"

struct tcp_episode;
struct hosts;

struct hosts *hosts_create(void);
void hosts_destroy(struct hosts *hosts);                    /* NULL is fine */

/* Counts a packet with an IP layer for its source and destination. Not for capture duplicates. `source`
 * and `destination` point to what an earlier packet of the same session found (NULL at first), which
 * saves looking up. */
void hosts_observe(struct hosts *hosts, const struct packet *packet, int64_t time, struct host **source,
		   struct host **destination);
/* Learns from a chain of time-outs how long the sender waits before the first one. */
void hosts_learn_timeout(struct hosts *hosts, const struct address *sender,
			 const struct tcp_episode *episode);
/* NULL when it has not been seen, or was forgotten. */
const struct host *hosts_find(const struct hosts *hosts, const struct address *address);
bool hosts_is_router(const struct hosts *hosts, const uint8_t mac[6]);

/* Routers that a packet passed since its sender, by its TTL (A5): the next initial value above it is
 * taken for the sender's. */
unsigned hops_by_time_to_live(uint8_t time_to_live);
/* By how many hops two packets came from different distances. Systems give resets other initial TTLs, so
 * TTLs themselves do not compare. */
int hop_difference(uint8_t one_ttl, uint8_t other_ttl);

#endif
