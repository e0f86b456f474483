/* One packet, written as few bytes: what fuzz_decode changes and tests/fuzz/packets keeps.
 *
 *	1 byte       the link type, by its row in one_packet.c; rows are only added at the end
 *	1 byte       how many bytes the recorder cut off
 *	the bytes of the packet */
#ifndef FUZZ_ONE_PACKET_H
#define FUZZ_ONE_PACKET_H

#include "decode/decoder.h"

enum { ONE_PACKET_HEAD = 2 };

/* Decodes it, put together from fragments if it is one, and aborts where the result contradicts itself. Bytes and
 * record must live as long as the packet is looked at. False: too few bytes. */
bool one_packet(const uint8_t *bytes, size_t size, struct record *record, struct packet *packet);
/* Has all be told that its decoders can say of its layers. */
void one_packet_tell(const struct packet *packet);
/* The row of a link type. */
uint8_t one_packet_row(uint32_t link_type);

#endif
