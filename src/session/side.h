/* What every packet adds to its session: counters of the sending side, times, who asks whom. */
#ifndef SESSION_SIDE_H
#define SESSION_SIDE_H

#include "session/session.h"

/* Counts a packet that is no capture duplicate. `time` is the record's, or the last known one. */
void side_observe(struct session *session, const struct packet *packet, uint8_t direction, int64_t time);

/* The bytes of application data in a packet of a session, as its headers promise. */
uint32_t side_payload_length(const struct packet *packet);
/* The state of the checksum of its TCP, UDP or ICMP header. */
enum checksum_state side_checksum(const struct packet *packet);
/* The recorder says that its own host sent or received this packet. */
enum record_direction side_recorded_as(const struct packet *packet);

#endif
