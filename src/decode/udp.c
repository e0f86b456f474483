/* User Datagram Protocol, RFC 768. */
#include "decode/decoder.h"
#include "decode/ip.h"
#include "decode/verify.h"

#define HEADER_LENGTH 8

static uint8_t verify_udp(const struct packet *packet, struct cursor datagram, size_t length,
			  struct udp_header *udp)
{
	if (udp->checksum == 0 && packet->ip && packet->ip->version == 4)
		return CHECKSUM_ABSENT;
	if (udp->length > length)
		return CHECKSUM_UNVERIFIED;
	return verify_segment(packet, IP_PROTOCOL_UDP, cursor_split(&datagram, length), udp->checksum,
			      &udp->checksum_expected);
}

static struct next decode_udp(struct cursor *in, struct packet *packet, void *facts)
{
	struct udp_header *udp = facts;
	struct cursor datagram = *in;
	udp->source_port = cursor_be16(in);
	udp->destination_port = cursor_be16(in);
	udp->length = cursor_be16(in);
	udp->checksum = cursor_be16(in);
	if (cursor_ok(in) && udp->length < HEADER_LENGTH && udp->length != 0)
		cursor_reject(in, "the UDP length is shorter than the UDP header");
	if (!cursor_ok(in))
		return next_none();
	/* Zero says that it does not fit into 16 bits (RFC 2675, 4). What promises more than its
	 * IP packet has room for is a fragment, or holds what the IP packet holds. */
	size_t length = datagram.declared;
	if (udp->length != 0 && udp->length < length)
		length = udp->length;
	udp->payload_length = (uint32_t)(length - HEADER_LENGTH);
	udp->checksum_state = verify_udp(packet, datagram, length, udp);
	packet->udp = udp;
	struct cursor payload = cursor_split(in, length - HEADER_LENGTH);
	bool partial = packet->ip && packet->ip->fragmented && !packet->ip->reassembled;
	if (partial || payload.declared == 0)
		return next_payload(payload);
	return next_port(BY_UDP_PORT, udp->destination_port, udp->source_port, payload);
}

const struct decoder udp_decoder = {
	.name = "udp",
	.protocol = "UDP",
	.title = "User Datagram Protocol",
	.bindings = { { BY_IP_PROTOCOL, IP_PROTOCOL_UDP } },
	.facts_size = sizeof(struct udp_header),
	.decode = decode_udp,
};
