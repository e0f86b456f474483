/* Questions about one packet that several analyzers of the lower layers ask. */
#include "analyze/frame.h"

#include <stdio.h>

#include "core/hash.h"
#include "decode/decoder.h"
#include "decode/ip.h"

bool mac_is_virtual(const uint8_t mac[6])
{
	static const struct { uint8_t length, prefix[5]; } virtual[] = {
		{ 5, { 0x00, 0x00, 0x5e, 0x00, 0x01 } },    /* VRRP, CARP (RFC 9568, 7.3) */
		{ 5, { 0x00, 0x00, 0x5e, 0x00, 0x02 } },    /* VRRP for IPv6 */
		{ 5, { 0x00, 0x00, 0x0c, 0x07, 0xac } },    /* HSRP version 1 (RFC 2281, 5.2) */
		{ 4, { 0x00, 0x00, 0x0c, 0x9f } },          /* HSRP version 2 */
		{ 4, { 0x00, 0x05, 0x73, 0xa0 } },          /* HSRP for IPv6 */
		{ 3, { 0x00, 0x07, 0xb4 } },                /* GLBP: several for one address by design */
	};
	for (size_t i = 0; i < sizeof virtual / sizeof virtual[0]; i++)
		if (memcmp(mac, virtual[i].prefix, virtual[i].length) == 0)
			return true;
	return false;
}

uint64_t frame_hash(const struct packet *packet)
{
	const struct record *record = packet->record;
	size_t length = record->captured_length;
	if (length == record->original_length && length > record->fcs_length)
		length -= record->fcs_length;
	return hash_bytes(record->bytes, length, record->original_length);
}

/* Where the bytes behind the outer IP header start in the record, 0 when it has none. */
static size_t ip_payload_offset(const struct packet *packet)
{
	for (unsigned i = 0; i < packet->layer_count; i++)
		if (packet->outer_ip && packet->layers[i].facts == packet->outer_ip)
			return packet->layers[i].offset + packet->outer_ip->header_length;
	return 0;
}

#define IDENTITY_BYTES 64        /* a TCP header and some data: enough to tell packets apart */

uint64_t frame_ip_identity(const struct packet *packet)
{
	const struct ip_header *ip = packet->outer_ip;
	const struct record *record = packet->record;
	size_t offset = ip_payload_offset(packet);
	size_t length = offset < record->captured_length ? record->captured_length - offset : 0;
	if (length > IDENTITY_BYTES)
		length = IDENTITY_BYTES;
	if (length > ip->payload_length)
		length = ip->payload_length;
	uint64_t hash = hash_bytes(&ip->source, sizeof ip->source, ip->identification);
	hash = hash_bytes(&ip->destination, sizeof ip->destination, hash + ip->fragment_offset);
	return hash_bytes(record->bytes + offset, length, hash + ip->protocol);
}

struct cursor frame_udp_data(const struct packet *packet)
{
	static const size_t header_length = 8;
	for (unsigned i = packet->layer_count; i-- > 0;) {
		const struct layer *layer = &packet->layers[i];
		if (!packet->udp || layer->facts != packet->udp)
			continue;
		if (packet->ip->reassembled)
			break;
		const struct record *record = packet->record;
		struct cursor in = cursor_make(record->bytes, record->captured_length,
					       record->original_length);
		cursor_skip(&in, layer->offset + header_length);
		return cursor_split(&in, packet->udp->payload_length);
	}
	return cursor_make(NULL, 0, 0);
}

enum { TOPIC_UDP = 1u << 16, TOPIC_IP = 2u << 16, TOPIC_ETHERTYPE = 3u << 16, TOPIC_LLC = 4u << 16 };

uint32_t frame_topic(const struct packet *packet)
{
	if (packet->udp)
		return TOPIC_UDP | packet->udp->destination_port;
	if (packet->ip)
		return TOPIC_IP | packet->ip->protocol;
	if (packet->link.ethertype)
		return TOPIC_ETHERTYPE | packet->link.ethertype;
	return TOPIC_LLC;
}

const char *frame_topic_text(uint32_t topic, char to[static TOPIC_TEXT_SIZE])
{
	uint16_t value = (uint16_t)topic;
	const char *name = NULL;
	switch (topic & ~0xffffu) {
	case TOPIC_UDP:
		name = service_name(IP_PROTOCOL_UDP, value);
		if (name)
			snprintf(to, TOPIC_TEXT_SIZE, "UDP port %u (%s)", value, name);
		else
			snprintf(to, TOPIC_TEXT_SIZE, "UDP port %u", value);
		return to;
	case TOPIC_IP:
		name = ip_protocol_name((uint8_t)value);
		snprintf(to, TOPIC_TEXT_SIZE, "%s", name ? name : "other IP");
		return to;
	case TOPIC_ETHERTYPE:
		name = ethertype_name(value);
		if (name)
			snprintf(to, TOPIC_TEXT_SIZE, "%s", name);
		else
			snprintf(to, TOPIC_TEXT_SIZE, "EtherType 0x%04x", value);
		return to;
	default:
		snprintf(to, TOPIC_TEXT_SIZE, "spanning tree and other LLC");
		return to;
	}
}
