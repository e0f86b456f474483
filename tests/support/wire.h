/* Builds frames as they are on the wire, and finds the parts of frames that others built. */
#ifndef SUPPORT_WIRE_H
#define SUPPORT_WIRE_H

#include "core/address.h"

#define WIRE_MAX_FRAME (65535 + 64)

enum wire_checksum { WIRE_RIGHT, WIRE_WRONG, WIRE_ZERO, WIRE_PARTIAL };

struct wire_header {                 /* everything below TCP, UDP and ICMP */
	struct address source, destination;
	uint8_t source_mac[6], destination_mac[6];
	uint16_t vlans[2];
	unsigned vlan_count;
	uint8_t protocol, ttl, tos;
	uint16_t identification;
	bool dont_fragment, more_fragments;
	uint32_t fragment_offset;    /* bytes */
	enum wire_checksum transport_checksum;
	bool wrong_ip_checksum, length_zero;
	bool unpadded;               /* no padding to 60 bytes: recorded inside the sender */
};

/* Builds a whole Ethernet frame around `length` bytes of a transport protocol and returns its
 * length. Unless it is SIZE_MAX, checksum_offset is where the transport keeps its checksum. `to`
 * has room for WIRE_MAX_FRAME bytes; *ip_offset may be NULL. */
size_t wire_frame(const struct wire_header *header, const uint8_t *transport, size_t length,
		  size_t checksum_offset, uint8_t *to, size_t *ip_offset);
/* The Ethernet header alone; returns its length. */
size_t wire_ethernet(const uint8_t source[6], const uint8_t destination[6], const uint16_t *vlans,
		     unsigned vlan_count, uint16_t ethertype, uint8_t *to);

struct wire_parts {                  /* where things are in a frame; zeros where there is nothing */
	size_t ip, transport, payload, end; /* offsets; end: behind the IP packet, before padding */
	uint8_t version, protocol;
	bool whole;                  /* not cut, not a fragment */
};

/* Finds the parts of an Ethernet frame with IPv4 or IPv6 without extension headers. */
struct wire_parts wire_find(const uint8_t *frame, size_t length);
/* Sets the IPv4 header checksum of the packet at `ip`. */
void wire_seal_ip(uint8_t *ip);
bool wire_ip_is_sealed(const uint8_t *ip);   /* has the right one */
/* Sets the checksum of TCP, UDP or ICMP in a whole frame. */
void wire_seal_transport(uint8_t *frame, const struct wire_parts *parts, enum wire_checksum how);

void wire_put16(uint8_t *to, uint32_t value);
void wire_put32(uint8_t *to, uint32_t value);

#endif
