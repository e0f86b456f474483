/* What IPv4, IPv6 and the tunnels over them share. */
#ifndef DECODE_IP_H
#define DECODE_IP_H

#include "decode/decoder.h"

enum {
	IP_PROTOCOL_HOP_BY_HOP = 0, IP_PROTOCOL_ICMP = 1, IP_PROTOCOL_IGMP = 2, IP_PROTOCOL_IPV4 = 4,
	IP_PROTOCOL_TCP = 6, IP_PROTOCOL_UDP = 17, IP_PROTOCOL_IPV6 = 41, IP_PROTOCOL_ROUTING = 43,
	IP_PROTOCOL_FRAGMENT = 44, IP_PROTOCOL_GRE = 47, IP_PROTOCOL_AH = 51, IP_PROTOCOL_ICMPV6 = 58,
	IP_PROTOCOL_NO_NEXT = 59, IP_PROTOCOL_DESTINATION_OPTIONS = 60, IP_PROTOCOL_SCTP = 132,
};

/* Makes `ip` the packet's innermost IP layer. An IP layer right behind another one is a tunnel.
 * What was found between the two belongs to the tunnel, so the shortcuts above IP start over. */
void ip_claim(struct packet *packet, struct ip_header *ip);

/* Clears the shortcuts to everything that IP carries. */
void ip_forget_above(struct packet *packet);

/* Notes bytes between the end of the IP packet and the end of the frame. */
void ip_note_padding(struct packet *packet, size_t count);

/* What follows the IP headers: the transport header, which of a fragmented packet only the first
 * part has. Tunnels wait until their packet is whole, so that the innermost IP layer is the
 * fragmented one. */
struct next ip_payload(const struct ip_header *ip, struct cursor payload);

/* IPv4 or IPv6 as the first four bits say; no decoder for anything else. */
struct next ip_by_version(struct cursor bytes);

enum tunnel { TUNNEL_IP = 1, TUNNEL_GRE, TUNNEL_ERSPAN, TUNNEL_VXLAN, TUNNEL_GENEVE,
	TUNNEL_GTP, TUNNEL_L2TP };

/* Tells that what follows travels inside a tunnel between the addresses of the packet's IP
 * layer. Both directions of a tunnel get the same `context`. `key` is its GRE key or network
 * identifier, or 0. */
void tunnel_enter(struct packet *packet, enum tunnel tunnel, uint32_t key);

extern const struct decoder ipv4_decoder, ipv6_decoder;

#endif
