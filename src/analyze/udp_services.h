/* What UDP services do: which answer every request, and which never do. */
#ifndef ANALYZE_UDP_SERVICES_H
#define ANALYZE_UDP_SERVICES_H

#include <stdbool.h>
#include <stdint.h>

/* Services whose server owes an answer from the same port to every request. */
static inline bool udp_owes_answer(uint16_t port)
{
	switch (port) {
	case 53:         /* DNS */
	case 88:         /* Kerberos */
	case 111:        /* portmapper */
	case 123:        /* NTP */
	case 161:        /* SNMP */
	case 389:        /* connectionless LDAP */
	case 464:        /* Kerberos passwords */
	case 500:        /* IKE */
	case 623:        /* IPMI */
	case 1645:       /* RADIUS, old */
	case 1646:
	case 1812:       /* RADIUS */
	case 1813:
	case 2049:       /* NFS */
	case 4500:       /* IKE behind NAT */
	case 5060:       /* SIP */
		return true;
	default:
		return false;
	}
}

/* Services that only send, ask everybody, or answer from another port or not at all: silence means
 * nothing. */
static inline bool udp_may_be_silent(uint16_t port)
{
	switch (port) {
	case 67:         /* DHCP: the client has no address yet */
	case 68:
	case 69:         /* TFTP answers from another port */
	case 137:        /* NetBIOS names and datagrams */
	case 138:
	case 162:        /* SNMP traps */
	case 319:        /* PTP */
	case 320:
	case 514:        /* syslog */
	case 520:        /* RIP */
	case 521:
	case 546:        /* DHCPv6 */
	case 547:
	case 1900:       /* SSDP */
	case 1985:       /* HSRP */
	case 2029:
	case 2055:       /* NetFlow */
	case 3222:       /* GLBP */
	case 3544:       /* Teredo */
	case 3702:       /* WS-Discovery */
	case 3784:       /* BFD */
	case 3785:
	case 4739:       /* IPFIX */
	case 5351:       /* NAT-PMP: most routers do without */
	case 5353:       /* mDNS */
	case 5355:       /* LLMNR */
	case 6343:       /* sFlow */
	case 8125:       /* statsd */
	case 9995:       /* NetFlow */
	case 9996:
	case 12201:      /* GELF */
	case 17500:      /* Dropbox LAN discovery */
		return true;
	default:
		return false;
	}
}

#endif
