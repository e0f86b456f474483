/* One packet while it is being anonymised. Layer by layer its bytes get pseudonyms; what no editor vouches
 * for goes. Checksums are corrected by what changed (RFC 1624), so that good ones stay good and bad ones
 * stay bad. */
#ifndef CONVERT_EDIT_H
#define CONVERT_EDIT_H

#include "convert/pseudonym.h"
#include "decode/packet.h"

/* A checksum to be corrected: layers, and the IP and transport header that an ICMP error quotes. */
#define EDIT_MAX_CHECKSUMS (2 * PACKET_MAX_LAYERS)

struct edit_checksum {
	size_t at, start, end;       /* of the field; of the bytes that it covers */
	uint64_t before;             /* sum of these bytes and the pseudo-header, as they were */
	uint64_t pseudo_before, pseudo_after;
	uint8_t state;               /* enum checksum_state */
};

struct edit {
	struct pseudonyms *pseudonyms;
	const struct packet *packet;         /* as it was */
	uint8_t *bytes;                      /* as it becomes */
	size_t length;                       /* captured bytes, without frame check sequence */
	size_t known;                        /* bytes up to here hold nothing that must not be told */
	size_t end;                          /* where the innermost IP datagram ends */
	bool keeps_length;                   /* what is not known is wiped, not cut off */
	bool is_good, is_remarkable;         /* the innermost TCP or UDP checksum: good; bad or missing */
	uint64_t pseudo_before, pseudo_after;        /* sums of the innermost IP addresses */
	struct edit_checksum checksums[EDIT_MAX_CHECKSUMS];
	unsigned checksum_count;
};

/* True when the packet holds `length` bytes at `at`. */
static inline bool edit_has(const struct edit *edit, size_t at, size_t length)
{
	return at <= edit->length && length <= edit->length - at;
}

/* These do nothing where the packet does not hold all the bytes. */
void edit_ipv4(struct edit *edit, size_t at);
void edit_ipv6(struct edit *edit, size_t at);
void edit_mac(struct edit *edit, size_t at);
void edit_wipe(struct edit *edit, size_t at, size_t length);   /* as many as there are */

/* Remembers the checksum at `at` over the bytes from `start` to `end`, before they change. With `pseudo`
 * the addresses of the innermost IP header count as well. */
void edit_checksum(struct edit *edit, size_t at, size_t start, size_t end, bool pseudo, uint8_t state);

/* An IP header and its addresses; the next checksums with a pseudo-header use them. Returns where the
 * payload begins, 0 when the header is not there. For IPv6 only the fixed header is edited. */
size_t edit_ip_header(struct edit *edit, size_t at, uint8_t checksum_state);

/* All layers of edit->packet, and the checksums. What is not known is wiped. */
void edit_packet(struct edit *edit);

/* The first word of a TCP payload, when it belongs to a protocol and not to its user: "GET", "220", the
 * header of a TLS record. It tells what waits for what. Of a dialogue of lines each keeps its first word, if it
 * is one of these, and its end. */
void edit_first_word(struct edit *edit, size_t at, size_t end);

/* From the start of their message on. Each raises `known` to where it understood the bytes. */
void edit_icmp(struct edit *edit, size_t at, const struct icmp_header *icmp);
void edit_icmpv6(struct edit *edit, size_t at, const struct icmp_header *icmp);
void edit_dns(struct edit *edit, size_t at, size_t end);
void edit_dhcp(struct edit *edit, size_t at, size_t end);

#endif
