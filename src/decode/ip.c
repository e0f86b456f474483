/* What IPv4, IPv6 and the tunnels over them share. */
#include "decode/ip.h"

#include "core/hash.h"
#include "source/linktype.h"

void tunnel_enter(struct packet *packet, enum tunnel tunnel, uint32_t key)
{
	packet->tunnel_count++;
	packet->context = hash_mix(packet->context, (uint64_t)tunnel << 32 | key);
	if (!packet->ip)
		return;
	/* The sum of the two hashes does not tell which of them sent. */
	const struct ip_header *ip = packet->ip;
	uint64_t ends = hash_bytes(&ip->source, sizeof ip->source, 0) +
		hash_bytes(&ip->destination, sizeof ip->destination, 0);
	packet->context = hash_mix(packet->context, ends);
}

static bool follows_ip(const struct packet *packet)
{
	return packet->ip && packet->layer_count >= 2 &&
	       packet->layers[packet->layer_count - 2].facts == packet->ip;
}

void ip_forget_above(struct packet *packet)
{
	packet->tcp = NULL;
	packet->udp = NULL;
	packet->icmp = NULL;
	packet->sctp = NULL;
	packet->igmp = NULL;
	packet->dns = NULL;
}

void ip_claim(struct packet *packet, struct ip_header *ip)
{
	if (packet->ip) {
		ip->depth = (uint8_t)(packet->ip->depth + 1);
		if (follows_ip(packet))
			tunnel_enter(packet, TUNNEL_IP, 0);
		ip_forget_above(packet);
	} else {
		packet->outer_ip = ip;
	}
	packet->ip = ip;
}

void ip_note_padding(struct packet *packet, size_t count)
{
	/* packet_decode leaves the frame check sequence of Ethernet at the end of the frame. */
	const struct record *record = packet->record;
	size_t check = record->link_type == LINKTYPE_ETHERNET && !packet->tunnel_count
		? record->fcs_length : 0;
	count = count > check ? count - check : 0;
	packet->link.padding = count < UINT16_MAX ? (uint16_t)count : UINT16_MAX;
}

static bool is_tunnel(uint8_t protocol)
{
	return protocol == IP_PROTOCOL_IPV4 || protocol == IP_PROTOCOL_IPV6 || protocol == IP_PROTOCOL_GRE;
}

struct next ip_payload(const struct ip_header *ip, struct cursor payload)
{
	if (ip->fragment_offset > 0 || (ip->fragmented && is_tunnel(ip->protocol)))
		return next_payload(payload);
	return next_lookup(BY_IP_PROTOCOL, ip->protocol, payload);
}

struct next ip_by_version(struct cursor bytes)
{
	struct cursor look = bytes;
	switch (cursor_u8(&look) >> 4) {
	case 4:
		return next_decoder(&ipv4_decoder, bytes);
	case 6:
		return next_decoder(&ipv6_decoder, bytes);
	default:
		return next_payload(bytes);
	}
}
