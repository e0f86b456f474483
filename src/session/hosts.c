/* Hosts live in a fixed number of slots. A slot whose host was not heard of since the hand last passed
 * is given to the next new host (the "second chance" of page replacement): nothing has to be moved when
 * a packet comes, and sessions may keep the address of a slot if they compare before they use it. */
#include "session/hosts.h"

#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/hash.h"
#include "core/memory.h"
#include "session/routers.h"
#include "session/side.h"
#include "session/tcp.h"

enum {
	MAX_HOSTS = 65536,           /* 10 MiB; a scan of a class B network */
	BUCKETS = 65536,
	SLOTS_PER_CHUNK = 256,
	LARGEST_TIMEOUT_FLOOR_MS = 3000,     /* what RFC 1122 starts from; longer is no floor */
};

struct slot {
	struct host host;            /* first: a host's address is its slot's */
	uint32_t next;               /* slot number + 1 of the next in the bucket; 0: none */
	uint32_t bucket;
	bool heard;                  /* since the hand passed */
};

struct hosts {
	uint32_t buckets[BUCKETS];
	struct slot *chunks[MAX_HOSTS / SLOTS_PER_CHUNK];
	uint32_t count, hand;
	uint64_t seed;
	struct routers *routers;
};

struct hosts *hosts_create(void)
{
	struct hosts *hosts = memory_zeroed(1, sizeof *hosts);
	hosts->seed = hash_mix((uintptr_t)hosts, MAX_HOSTS);
	hosts->routers = routers_create();
	return hosts;
}

void hosts_destroy(struct hosts *hosts)
{
	if (!hosts)
		return;
	for (size_t i = 0; i < MAX_HOSTS / SLOTS_PER_CHUNK; i++)
		free(hosts->chunks[i]);
	routers_destroy(hosts->routers);
	free(hosts);
}

static struct slot *slot_at(const struct hosts *hosts, uint32_t number)
{
	return &hosts->chunks[number / SLOTS_PER_CHUNK][number % SLOTS_PER_CHUNK];
}

static uint32_t bucket_of(const struct hosts *hosts, const struct address *address)
{
	return (uint32_t)(hash_bytes(address, sizeof *address, hosts->seed) % BUCKETS);
}

static struct slot *find_slot(const struct hosts *hosts, const struct address *address, uint32_t bucket)
{
	for (uint32_t at = hosts->buckets[bucket]; at;) {
		struct slot *slot = slot_at(hosts, at - 1);
		if (address_equal(&slot->host.address, address))
			return slot;
		at = slot->next;
	}
	return NULL;
}

static void unlink_slot(struct hosts *hosts, uint32_t number)
{
	struct slot *slot = slot_at(hosts, number);
	uint32_t *link = &hosts->buckets[slot->bucket];
	while (*link != number + 1)
		link = &slot_at(hosts, *link - 1)->next;
	*link = slot->next;
}

static uint32_t take_slot(struct hosts *hosts)
{
	if (hosts->count < MAX_HOSTS) {
		uint32_t number = hosts->count++;
		struct slot **chunk = &hosts->chunks[number / SLOTS_PER_CHUNK];
		if (!*chunk)
			*chunk = memory_zeroed(SLOTS_PER_CHUNK, sizeof(struct slot));
		return number;
	}
	for (;;) {
		uint32_t number = hosts->hand;
		hosts->hand = (hosts->hand + 1) % MAX_HOSTS;
		struct slot *slot = slot_at(hosts, number);
		if (!slot->heard) {
			unlink_slot(hosts, number);
			return number;
		}
		slot->heard = false;
	}
}

static struct host *find_or_make(struct hosts *hosts, const struct address *address)
{
	uint32_t bucket = bucket_of(hosts, address);
	struct slot *slot = find_slot(hosts, address, bucket);
	if (slot)
		return &slot->host;
	uint32_t number = take_slot(hosts);
	slot = slot_at(hosts, number);
	*slot = (struct slot){ .host = { .address = *address }, .bucket = bucket,
		.next = hosts->buckets[bucket] };
	hosts->buckets[bucket] = number + 1;
	return &slot->host;
}

static struct host *hear_of(struct hosts *hosts, const struct address *address, int64_t time,
			    struct host **known)
{
	struct host *host = *known;
	if (!host || !address_equal(&host->address, address))
		*known = host = find_or_make(hosts, address);
	if (!host->packets_sent && !host->packets_received)
		host->first_time = time;
	host->last_time = time;
	((struct slot *)host)->heard = true;
	return host;
}

unsigned hops_by_time_to_live(uint8_t time_to_live)
{
	unsigned initial = time_to_live <= 32 ? 32 : time_to_live <= 64 ? 64
		: time_to_live <= 128 ? 128 : 255;
	return initial - time_to_live;
}

int hop_difference(uint8_t one_ttl, uint8_t other_ttl)
{
	int difference = (int)hops_by_time_to_live(one_ttl) - (int)hops_by_time_to_live(other_ttl);
	return difference < 0 ? -difference : difference;
}

static void count_checksum(struct host *host, const struct packet *packet)
{
	if (!packet->tcp && !packet->udp)
		return;
	switch (side_checksum(packet)) {
	case CHECKSUM_GOOD:
		host->good_checksums++;
		break;
	case CHECKSUM_BAD:
		host->bad_checksums++;
		break;
	case CHECKSUM_ZERO:
	case CHECKSUM_PARTIAL:
		host->offload_checksums++;
		break;
	case CHECKSUM_UNVERIFIED:
	case CHECKSUM_ABSENT:
		break;
	}
}

static void follow_distance(struct host *host, uint8_t ttl)
{
	if (ttl != host->ttl_usual)
		host->ttl_steady = 0;
	host->ttl_usual = ttl;
	if (host->ttl_steady < UINT8_MAX)
		host->ttl_steady++;
}

static void observe_source(struct hosts *hosts, struct host *host, const struct packet *packet)
{
	const struct ip_header *ip = packet->ip;
	bool multicast = address_is_multicast(&ip->destination) ||
		address_is_broadcast(&ip->destination);
	bool new_ttl = !host->seen_sending || ip->time_to_live < host->ttl_min ||
		ip->time_to_live > host->ttl_max;
	if (!host->seen_sending || ip->time_to_live < host->ttl_min)
		host->ttl_min = ip->time_to_live;
	if (ip->time_to_live > host->ttl_max)
		host->ttl_max = ip->time_to_live;
	if (packet->tcp && !(packet->tcp->flags & (TCP_SYN | TCP_RST)))
		follow_distance(host, ip->time_to_live);
	host->seen_sending = true;
	host->last_sent = packet->record->time;
	host->packets_sent++;
	host->sent_outbound += side_recorded_as(packet) == DIRECTION_OUTBOUND;
	count_checksum(host, packet);
	if (!packet->link.has_source || packet->tunnel_count)
		return;
	/* A MAC says something new only when it is new for the host. Multicasts start with any TTL. */
	bool new_mac = !host->has_mac || memcmp(host->mac, packet->link.source, 6) != 0;
	memcpy(host->mac, packet->link.source, 6);
	host->has_mac = true;
	if ((new_mac || new_ttl) && !multicast)
		routers_observe(hosts->routers, host->mac, &host->address,
				hops_by_time_to_live(ip->time_to_live));
}

void hosts_observe(struct hosts *hosts, const struct packet *packet, int64_t time, struct host **source,
		   struct host **destination)
{
	struct host *sender = hear_of(hosts, &packet->ip->source, time, source);
	observe_source(hosts, sender, packet);
	struct host *receiver = hear_of(hosts, &packet->ip->destination, time, destination);
	receiver->packets_received++;
}

void hosts_learn_timeout(struct hosts *hosts, const struct address *sender,
			 const struct tcp_episode *episode)
{
	/* Only doubling tells a time-out from other reasons to repeat (A7: ratio 1.5 to 2.5). */
	if (episode->timeout_gap_count < 2)
		return;
	int64_t first = episode->timeout_gaps[0], second = episode->timeout_gaps[1];
	if (first <= 0 || second * 2 < first * 3 || second * 2 > first * 5)
		return;
	int64_t floor = first / MILLISECOND;
	if (floor == 0 || floor > LARGEST_TIMEOUT_FLOOR_MS)
		return;
	struct slot *slot = find_slot(hosts, sender, bucket_of(hosts, sender));
	if (slot && (!slot->host.rto_floor_ms || floor < slot->host.rto_floor_ms))
		slot->host.rto_floor_ms = (uint32_t)floor;
}

const struct host *hosts_find(const struct hosts *hosts, const struct address *address)
{
	struct slot *slot = find_slot(hosts, address, bucket_of(hosts, address));
	if (!slot)
		return NULL;
	struct host *host = &slot->host;
	host->mac_shared = host->has_mac && routers_has(hosts->routers, host->mac);
	return host;
}

bool hosts_is_router(const struct hosts *hosts, const uint8_t mac[6])
{
	return routers_has(hosts->routers, mac);
}
