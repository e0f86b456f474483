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

/* Others that trace formats name in their own way. Nothing decodes them yet. */
enum {
	LINKTYPE_ATM_RFC1483 = 100, LINKTYPE_IP_OVER_FC = 122, LINKTYPE_SUNATM = 123,
	LINKTYPE_IPNET = 226, LINKTYPE_INFINIBAND = 247,
	LINKTYPE_USER0 = 147,   /* stands for whatever a format knows and we do not */
};

/* Records of z/OS that are no packets of any link: numbers of our own, above those of files.
 * The last digit is the z/OS record format. */
enum {
	LINKTYPE_ZOS_DATA = 0x10005, /* bytes that a program sent or received through a socket */
	LINKTYPE_ZOS_EE = 0x10006,   /* Enterprise Extender without an IP header */
	LINKTYPE_ZOS_SMC = 0x10008,  /* SMC-R or SMC-D, from its extension header on */
};

/* For what a trace holds between its packets and other tools number like packets: pcapng custom
 * blocks. */
#define LINKTYPE_NOT_A_PACKET UINT32_MAX

/* The LINKTYPE_ value behind the number that a trace file holds: some systems wrote their own. */
uint32_t link_type_from_file(uint32_t value);

#endif
