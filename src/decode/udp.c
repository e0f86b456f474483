/* User Datagram Protocol, RFC 768. */
#include "decode/decoder.h"
#include "decode/dtls.h"
#include "decode/quic.h"
#include "decode/ip.h"
#include "decode/stun.h"
#include "decode/tells.h"
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
	/* It can be on any port, and on its own not all is QUIC. */
	if (quic_recognise(payload, udp->source_port, udp->destination_port))
		return next_decoder(&quic_decoder, payload);
	if (dtls_recognise(payload))
		return next_decoder(&dtls_decoder, payload);
	if (stun_recognise(payload))
		return next_decoder(&stun_decoder, payload);
	return next_port(BY_UDP_PORT, udp->destination_port, udp->source_port, payload);
}

enum { SOURCE_PORT, DESTINATION_PORT, LENGTH, CHECKSUM, CALCULATED, STATUS, PAYLOAD };

static bool get_source_port(const struct packet *packet, struct field_value *to)
{
	if (packet->udp)
		to->number = packet->udp->source_port;
	return packet->udp;
}

static bool get_destination_port(const struct packet *packet, struct field_value *to)
{
	if (packet->udp)
		to->number = packet->udp->destination_port;
	return packet->udp;
}

static const struct field fields[] = {
	[SOURCE_PORT] = { "udp.srcport", "Source Port", FIELD_UINT, .also = "udp.port", .get = get_source_port },
	[DESTINATION_PORT] = { "udp.dstport", "Destination Port", FIELD_UINT, .also = "udp.port",
		.get = get_destination_port },
	[LENGTH] = { "udp.length", "Length", FIELD_UINT, .unit = "bytes" },
	[CHECKSUM] = { "udp.checksum", "Checksum", FIELD_UINT, FORM_HEX, 2 },
	[CALCULATED] = { "udp.checksum_calculated", "Calculated Checksum", FIELD_UINT, FORM_HEX, 2 },
	[STATUS] = { "udp.checksum.status", "Checksum Status", FIELD_UINT, .names = field_checksum },
	[PAYLOAD] = { "udp.payload", "UDP payload", FIELD_BYTES },
	{ 0 },
};

static void tell_port(struct teller *teller, const struct field *field, struct cursor *in)
{
	const uint8_t *at = in->next;
	uint16_t port = cursor_be16(in);
	const char *service = service_name(IP_PROTOCOL_UDP, port);
	if (!cursor_ok(in))
		return;
	if (service)
		tell_worded(teller, field, at, 2, port, "%u (%s)", port, service);
	else
		tell_number(teller, field, at, 2, port);
}

static void tell_udp(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts)
{
	const struct udp_header *udp = facts;
	(void)packet;
	tell_port(teller, &fields[SOURCE_PORT], &in);
	tell_port(teller, &fields[DESTINATION_PORT], &in);
	size_t length = tell_be16(teller, &fields[LENGTH], &in);
	tell_checksum(teller, &fields[CHECKSUM], &in, udp->checksum_state, udp->checksum_expected);
	size_t payload = length >= HEADER_LENGTH && length - HEADER_LENGTH < in.declared ? length - HEADER_LENGTH
											 : in.declared;
	if (cursor_ok(&in) && payload && in.captured)
		tell_bytes(teller, &fields[PAYLOAD], &in, payload);
}

const struct decoder udp_decoder = {
	.name = "udp",
	.protocol = "UDP",
	.title = "User Datagram Protocol",
	.bindings = { { BY_IP_PROTOCOL, IP_PROTOCOL_UDP } },
	.facts_size = sizeof(struct udp_header),
	.decode = decode_udp,
	.fields = fields,
	.tell = tell_udp,
};
