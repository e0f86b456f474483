/* What the link layers share whose payload is told by an EtherType. */
#ifndef DECODE_ETHERNET_H
#define DECODE_ETHERNET_H

#include "decode/decoder.h"

enum {
	ETHERTYPE_IPV4 = 0x0800, ETHERTYPE_ARP = 0x0806, ETHERTYPE_TRANSPARENT_BRIDGING = 0x6558,
	ETHERTYPE_RARP = 0x8035, ETHERTYPE_VLAN = 0x8100, ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_SERVICE_VLAN = 0x88a8, ETHERTYPE_OLD_SERVICE_VLAN = 0x9100,
};

/* Routes everything behind a type-or-length field (IEEE 802.3, 3.2.6): an EtherType, or the
 * length of an LLC frame, behind which there is only padding. */
struct next ethernet_payload(struct cursor *in, struct packet *packet, uint16_t type_or_length);

extern const struct decoder ethernet_decoder, llc_decoder;

#endif
