#include "session/twins.h"

#include <stdlib.h>

#include "core/clock.h"
#include "core/hash.h"
#include "core/memory.h"
#include "session/bytes.h"

enum {
	SETS = 2048, WAYS = 4,       /* a quarter of a second at 30 000 packets a second, in 256 KiB */
	PAYLOAD_SAMPLE = 64,         /* bytes that stand for the payload where no checksum does */
	PROOFS = 20,                 /* so many sure copies prove that the trace is doubled */
	SIGNATURE_WORDS = 13,
};
#define WINDOW (2 * MILLISECOND)                /* longest lag of a copy on the same way (A7) */
#define WINDOW_LEAST (200 * MICROSECOND)        /* no TCP repeats as soon as this */
/* Over another way the copy passed a router and its queue. The identification, or the hardware address
 * that the original was sent to, prove that it is the same packet, so this only bounds the memory. */
#define WINDOW_OTHER_PATH (250 * MILLISECOND)

struct twin_original {
	uint64_t signature;
	int64_t time;
	uint64_t packet;             /* 0: unused */
	uint32_t path;               /* hash of its hardware addresses, VLANs and interface */
	uint32_t next_hop : 24;      /* hash of the hardware address that it was sent to; 0: none */
	uint32_t time_to_live : 8;
};

struct twins {
	struct twin_original sets[SETS][WAYS];
	uint64_t proofs;             /* copies of packets that no sender ever repeats byte by byte */
};

struct twins *twins_create(void)
{
	return memory_zeroed(1, sizeof(struct twins));
}

void twins_destroy(struct twins *twins)
{
	free(twins);
}

static uint64_t load64(const uint8_t *bytes)
{
	uint64_t value;
	memcpy(&value, bytes, sizeof value);
	return value;
}

static uint64_t mac_number(const uint8_t mac[6])
{
	return (uint64_t)load_be16(mac) << 32 | load_be32(mac + 2);
}

static uint32_t hash_hop(const uint8_t mac[6])
{
	return (uint32_t)(hash_mix(mac_number(mac), 1) >> 40) | 1;
}

static uint32_t hash_path(const struct packet *packet)
{
	const struct link_facts *link = &packet->link;
	uint64_t vlans = 0;
	for (unsigned i = 0; i < link->vlan_count; i++)
		vlans = vlans << 16 | link->vlan[i];
	uint64_t path = hash_mix(vlans, packet->record->interface);
	path = hash_mix(path, link->has_source ? mac_number(link->source) : 0);
	return (uint32_t)hash_mix(path, link->has_destination ? mac_number(link->destination) : 0);
}

static uint64_t sample_payload(const struct packet *packet, const void *facts, size_t length)
{
	struct cursor bytes = bytes_behind(packet, facts, length);
	size_t count = bytes.captured < PAYLOAD_SAMPLE ? bytes.captured : PAYLOAD_SAMPLE;
	return count ? hash_bytes(bytes.next, count, 0) : 0;
}

/* The checksum stands for the payload, unless the sender left it to its card, or to nobody. */
static uint64_t sign_payload(const struct packet *packet, const void *facts, size_t length,
			     uint16_t checksum, enum checksum_state state)
{
	if (state == CHECKSUM_GOOD || state == CHECKSUM_BAD || (state == CHECKSUM_UNVERIFIED && checksum))
		return checksum;
	return sample_payload(packet, facts, length);
}

static void sign_tcp(const struct packet *packet, uint64_t words[static 6])
{
	const struct tcp_header *tcp = packet->tcp;
	words[0] = (uint64_t)tcp->source_port << 48 | (uint64_t)tcp->destination_port << 32 |
		tcp->sequence_number;
	words[1] = (uint64_t)tcp->flags << 48 | (uint64_t)tcp->window << 32 | tcp->acknowledgment_number;
	words[2] = (uint64_t)tcp->timestamp_value << 32 | tcp->timestamp_echo;
	words[3] = sign_payload(packet, tcp, tcp->payload_length, tcp->checksum, tcp->checksum_state);
	/* Without a checksum that covers them: acknowledgements may differ in nothing but the SACK. */
	words[4] = tcp->sack_count ? (uint64_t)tcp->sack[0][0] << 32 | tcp->sack[0][1] : 0;
	words[5] = (uint64_t)tcp->payload_length << 32 | (uint64_t)tcp->options << 8 | tcp->sack_count;
}

static void sign_transport(const struct packet *packet, uint64_t words[static 6])
{
	const struct ip_header *ip = packet->ip;
	if (ip->fragmented) {
		words[0] = (uint64_t)ip->fragment_offset << 1 | ip->more_fragments;
		words[1] = sample_payload(packet, ip, ip->payload_length);
	} else if (packet->tcp) {
		sign_tcp(packet, words);
	} else if (packet->udp) {
		const struct udp_header *udp = packet->udp;
		words[0] = (uint64_t)udp->source_port << 32 | (uint64_t)udp->destination_port << 16;
		words[1] = sign_payload(packet, udp, udp->payload_length, udp->checksum,
					udp->checksum_state);
	} else if (packet->icmp) {
		const struct icmp_header *icmp = packet->icmp;
		words[0] = (uint64_t)icmp->type << 8 | icmp->code;
		words[1] = icmp->checksum;
		words[2] = (uint64_t)icmp->identifier << 16 | icmp->sequence;
	} else {
		words[0] = sample_payload(packet, ip, ip->payload_length);
	}
}

uint64_t twins_sign(const struct twins *twins, const struct packet *packet)
{
	const struct ip_header *ip = packet->ip;
	uint64_t words[SIGNATURE_WORDS] = {
		load64(ip->source.bytes), load64(ip->source.bytes + 8),
		load64(ip->destination.bytes), load64(ip->destination.bytes + 8),
		(uint64_t)ip->identification << 32 | (uint64_t)ip->version << 8 | ip->protocol,
		ip->payload_length, packet->context,
	};
	sign_transport(packet, words + 7);
	uint64_t signature = hash_words(words, SIGNATURE_WORDS, 0x9e3779b97f4a7c15ULL);
	/* The set is rarely in the cache; by the time it is looked at it will be. */
	const struct twin_original *set = twins->sets[signature % SETS];
	__builtin_prefetch(set);
	__builtin_prefetch(set + WAYS / 2);
	return signature;
}

static void remember(struct twin_original *original, uint64_t signature, const struct packet *packet,
		     int64_t time)
{
	const struct link_facts *link = &packet->link;
	bool unicast = link->has_destination && !mac_is_group(link->destination);
	*original = (struct twin_original){
		.signature = signature,
		.time = time,
		.packet = packet->record->number,
		.path = hash_path(packet),
		.next_hop = unicast ? hash_hop(link->destination) & 0xffffff : 0,
		.time_to_live = packet->ip->time_to_live,
	};
}

struct twin_original *twins_look_up(struct twins *twins, uint64_t signature, const struct packet *packet,
				    int64_t time)
{
	struct twin_original *set = twins->sets[signature % SETS], *oldest = set;
	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].signature == signature && set[i].packet)
			return &set[i];
		if (set[i].packet < oldest->packet)
			oldest = &set[i];
	}
	remember(oldest, signature, packet, time);
	return NULL;
}

/* IPv4 senders count packets. 0 is what some write who do not fragment (RFC 6864). */
static bool has_identification(const struct ip_header *ip)
{
	return ip->identification != 0;
}

/* Without an identification equal bytes are only sure to be a copy where the sender would not repeat
 * them at once: acknowledgements and resets come in rows, and programs send datagrams twice. */
static bool never_repeated_at_once(const struct packet *packet)
{
	const struct tcp_header *tcp = packet->tcp;
	return tcp && !tcp_has(tcp, TCP_RST) &&
	       (tcp->payload_length || tcp_has(tcp, TCP_SYN) || tcp_has(tcp, TCP_FIN));
}

/* The longest lag that a copy on the same way may have; -1 when it is no copy in any case. A timestamp
 * does not help: two acknowledgements in the same millisecond carry the same. */
static int64_t window_on_same_path(const struct twins *twins, const struct packet *packet,
				   int64_t round_trip)
{
	int64_t window = WINDOW;
	if (round_trip >= 0 && round_trip / 4 < window)
		window = round_trip / 4;
	if (has_identification(packet->ip))
		return window < WINDOW_LEAST ? WINDOW_LEAST : window;
	if (twins->proofs >= PROOFS)
		return window;
	if (!never_repeated_at_once(packet))
		return -1;
	bool timestamps = packet->tcp->options & TCP_OPTION_TIMESTAMPS;
	return timestamps || window < WINDOW_LEAST ? window : WINDOW_LEAST;
}

static bool proves_doubling(const struct packet *packet)
{
	if (never_repeated_at_once(packet))
		return true;
	const struct tcp_header *tcp = packet->tcp;
	return has_identification(packet->ip) && (packet->udp || (tcp && !tcp_has(tcp, TCP_RST)));
}

/* A router's copy has fewer hops left. Where no identification proves it: no sender repeats a SYN so soon, nor data
 * with the same timestamp, which others would date anew. */
static bool is_routed_copy(const struct twins *twins, const struct packet *packet,
			   const struct twin_original *original)
{
	if (packet->ip->time_to_live >= original->time_to_live)
		return false;
	const struct tcp_header *tcp = packet->tcp;
	return twins->proofs >= PROOFS || (tcp && tcp_has(tcp, TCP_SYN)) ||
	       (never_repeated_at_once(packet) && tcp->options & TCP_OPTION_TIMESTAMPS);
}

void twins_confirm(struct twins *twins, struct twin_original *original, const struct packet *packet,
		   int64_t time, int64_t round_trip, struct observation *observation)
{
	int64_t lag = time - original->time;
	bool other_path = hash_path(packet) != original->path;
	bool passed_on = original->next_hop && packet->link.has_source && other_path &&
		(hash_hop(packet->link.source) & 0xffffff) == original->next_hop;
	bool sure = passed_on || (other_path && (has_identification(packet->ip) ||
						 is_routed_copy(twins, packet, original)));
	int64_t window = sure ? WINDOW_OTHER_PATH : window_on_same_path(twins, packet, round_trip);
	/* Recorders with several queues write the copy with the earlier time now and then. */
	if ((lag < 0 ? -lag : lag) > window) {
		remember(original, original->signature, packet, time);
		return;
	}
	twins->proofs += proves_doubling(packet);
	observation->twin_of = original->packet;
	observation->twin_lag = lag;
	observation->twin_ttl_change = (int8_t)(original->time_to_live - packet->ip->time_to_live);
	observation->twin_other_path = other_path;
}
