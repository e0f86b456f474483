/* LINKTYPE_ values of https://www.tcpdump.org/linktypes.html that culprit decodes. */
#ifndef SOURCE_LINKTYPE_H
#define SOURCE_LINKTYPE_H

#include <stdint.h>

enum {
	LINKTYPE_NULL = 0, LINKTYPE_ETHERNET = 1, LINKTYPE_TOKEN_RING = 6, LINKTYPE_SLIP = 8,
	LINKTYPE_PPP = 9, LINKTYPE_FDDI = 10, LINKTYPE_PPP_HDLC = 50, LINKTYPE_PPP_ETHER = 51,
	LINKTYPE_RAW = 101, LINKTYPE_C_HDLC = 104, LINKTYPE_IEEE802_11 = 105,
	LINKTYPE_FRAME_RELAY = 107, LINKTYPE_LOOP = 108,
	LINKTYPE_LINUX_SLL = 113, LINKTYPE_IEEE802_11_PRISM = 119, LINKTYPE_IEEE802_11_RADIOTAP = 127,
	LINKTYPE_IPV4 = 228, LINKTYPE_IPV6 = 229, LINKTYPE_NFLOG = 239, LINKTYPE_NETANALYZER = 240,
	LINKTYPE_LINUX_SLL2 = 276, LINKTYPE_PPP_PPPD = 166, LINKTYPE_PPP_WITH_DIR = 204,
};

/* For what a trace holds between its packets and other tools number like packets: pcapng custom
 * blocks. */
#define LINKTYPE_NOT_A_PACKET UINT32_MAX

/* The LINKTYPE_ value behind the number that a trace file holds: some systems wrote their own. */
uint32_t link_type_from_file(uint32_t value);

#endif
