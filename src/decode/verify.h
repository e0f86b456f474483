/* Checksums of IP and of what runs on it: is it right, and if not, in which way is it wrong?
 * Answers are values of enum checksum_state, as small as the fields they go into. */
#ifndef DECODE_VERIFY_H
#define DECODE_VERIFY_H

#include "decode/packet.h"

/* Judges a running sum (core/checksum.h) over bytes that include the checksum itself. `stored`
 * is what the packet says, `expected` becomes what it should say. Returns GOOD, ZERO or BAD. */
uint8_t verify_sum(uint64_t sum, uint16_t stored, uint16_t *expected);

/* The same over all of `bytes`, without a pseudo-header: ICMP, IGMP. UNVERIFIED when the trace
 * cut them or when they are only a fragment. */
uint8_t verify_bytes(const struct packet *packet, struct cursor bytes, uint16_t stored,
		     uint16_t *expected);

/* The same with the pseudo-header of the packet's IP layer (RFC 9293, 3.1 and RFC 8200, 8.1), for a
 * `segment` that starts at its transport header. May also return PARTIAL. */
uint8_t verify_segment(const struct packet *packet, uint8_t protocol, struct cursor segment,
		       uint16_t stored, uint16_t *expected);

#endif
