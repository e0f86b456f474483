/* DHCP for IPv6, RFC 8415: what analysis needs of a message. */
#ifndef DECODE_DHCPV6_H
#define DECODE_DHCPV6_H

#include <stdbool.h>
#include <stdint.h>

#include "core/address.h"

struct decoder;

enum dhcpv6_type { DHCPV6_SOLICIT = 1, DHCPV6_ADVERTISE, DHCPV6_REQUEST, DHCPV6_CONFIRM, DHCPV6_RENEW,
	DHCPV6_REBIND, DHCPV6_REPLY, DHCPV6_RELEASE, DHCPV6_DECLINE, DHCPV6_RECONFIGURE,
	DHCPV6_INFORMATION_REQUEST, DHCPV6_RELAY_FORWARD, DHCPV6_RELAY_REPLY };

struct dhcpv6_message {
	uint8_t type;                /* of the client's or server's message, if relays carry it */
	uint8_t relays;              /* that it came through */
	uint32_t transaction;        /* 24 bits */
	uint64_t client, server;     /* hashes of their DUIDs; 0: none */
	struct address address;      /* the first in an IA_NA or IA_TA; family NONE without */
	bool has_status;
	uint16_t status;             /* of the message or its first IA: 0 success, 2 no addresses … */
	bool rapid_commit;
};

extern const struct decoder dhcpv6_decoder;

#endif
