/* The packet that an ICMP error quotes. */
#ifndef DECODE_QUOTE_H
#define DECODE_QUOTE_H

#include "decode/packet.h"

/* Reads what is there of an IPv4 or IPv6 packet: routers cut quotes anywhere behind the IP
 * header and eight bytes, so where a quote ends is never an error. */
struct icmp_quote quote_read(struct cursor in);

#endif
