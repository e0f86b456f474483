/* DNS as Wireshark counts it: packets with queries and responses, and the queries that nobody
 * answered. Multicast DNS, LLMNR and messages quoted in ICMP errors do not count. */
#ifndef SESSION_WIRESHARK_DNS_H
#define SESSION_WIRESHARK_DNS_H

#include "session/wireshark.h"

struct wireshark_dns;            /* open queries and half-read TCP streams; bounded */

struct wireshark_dns *wireshark_dns_create(void);
void wireshark_dns_destroy(struct wireshark_dns *dns);     /* NULL is fine */

/* Adds what this packet holds to the dns_* of `counts`. At any time dns_unanswered holds the
 * queries without a response so far. `analysis` as wireshark_analyze said. */
void wireshark_dns_observe(struct wireshark_dns *dns, const struct packet *packet,
			   uint32_t analysis, struct wireshark_counts *counts);

#endif
