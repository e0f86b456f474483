#include "capture/ring.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/net_tstamp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/memory.h"
#include "source/linktype.h"

#define BLOCK ((size_t)1 << 20)      /* takes the largest packet (64 KiB; BIG TCP: 512 KiB) and many small ones */
#define LEAST_BLOCKS 4
#define FRAME 2048                   /* TPACKET_V3 only checks that it divides the block */
#define RETIRE_MS 60                 /* a block that is not full is handed over after so long */
#define TAG 4                        /* bytes of a VLAN tag, for which there must be room before the packet */
#define MACS 12                      /* bytes before it */
#define LONGEST_PACKET ((uint32_t)256 * 1024)        /* that readers accept */
#define MOST_INTERFACES 4096         /* of a ring on all of them; they may come and go */

struct ring {
	struct feed feed;
	struct source_report *report;
	int socket;
	uint8_t *map;
	size_t block_count, block;           /* the one being read */
	struct tpacket3_hdr *packet;         /* in it; NULL: not begun */
	uint32_t left;                       /* packets in it, with this one */
	struct record record;
	bool ready;                          /* `record` is the next one */
	bool any;
	int loopback;                        /* index of the interface; 0: unknown */
	struct { int index; uint32_t interface; } *seen;     /* any: interfaces of packets by index */
	size_t seen_count, seen_capacity;
	size_t last_seen;
	char filter[128];
	uint32_t snap_length;
	const struct interface_list *known;
};

uint32_t ring_link_type(uint16_t hardware_type)
{
	switch (hardware_type) {
	case ARPHRD_ETHER:
	case ARPHRD_LOOPBACK:
		return LINKTYPE_ETHERNET;
	case ARPHRD_NONE:
	case ARPHRD_PPP:
	case ARPHRD_RAWIP:
	case ARPHRD_TUNNEL:
	case ARPHRD_TUNNEL6:
	case ARPHRD_SIT:
	case ARPHRD_IPGRE:
	case 823:                    /* ARPHRD_IP6GRE, which older headers lack */
		return LINKTYPE_RAW;
	case ARPHRD_IEEE80211:
		return LINKTYPE_IEEE802_11;
	case ARPHRD_IEEE80211_PRISM:
		return LINKTYPE_IEEE802_11_PRISM;
	case ARPHRD_IEEE80211_RADIOTAP:
		return LINKTYPE_IEEE802_11_RADIOTAP;
	default:
		return UINT32_MAX;
	}
}

/* ---- The report: interfaces and counters ---- */

static uint32_t describe(struct ring *ring, const char *name, const char *description, uint32_t link_type)
{
	struct source_report *report = ring->report;
	report->interfaces = memory_resize(report->interfaces, report->interface_count + 1,
					   sizeof *report->interfaces);
	struct source_interface *interface = &report->interfaces[report->interface_count];
	*interface = (struct source_interface){ .link_type = link_type, .snap_length = ring->snap_length,
		.ticks_per_second = NANOSECONDS };
	snprintf(interface->name, sizeof interface->name, "%s", name);
	snprintf(interface->description, sizeof interface->description, "%s", description);
	snprintf(interface->filter, sizeof interface->filter, "%s", ring->filter);
	return (uint32_t)report->interface_count++;
}

static bool is_last_seen(const struct ring *ring, int index)
{
	return ring->last_seen < ring->seen_count && ring->seen[ring->last_seen].index == index;
}

/* The interface in the report of a packet that came through "any"; UINT32_MAX: nothing reads its link. */
static uint32_t interface_of(struct ring *ring, const struct sockaddr_ll *from)
{
	for (size_t i = 0; !is_last_seen(ring, from->sll_ifindex) && i < ring->seen_count; i++)
		ring->last_seen = i;
	if (is_last_seen(ring, from->sll_ifindex))
		return ring->seen[ring->last_seen].interface;
	if (ring->seen_count == MOST_INTERFACES)
		return UINT32_MAX;
	const struct culprit_interface *known = interfaces_by_index(ring->known, (uint32_t)from->sll_ifindex);
	uint32_t link = ring_link_type(from->sll_hatype), interface = UINT32_MAX;
	struct ifreq request = { .ifr_ifindex = from->sll_ifindex };
	if (!known && ioctl(ring->socket, SIOCGIFNAME, &request) != 0)
		snprintf(request.ifr_name, sizeof request.ifr_name, "if%d", from->sll_ifindex);
	if (link != UINT32_MAX)
		interface = describe(ring, known ? known->name : request.ifr_name, "", link);
	ring->seen = memory_grow(ring->seen, &ring->seen_capacity, ring->seen_count + 1, sizeof *ring->seen);
	ring->last_seen = ring->seen_count++;
	ring->seen[ring->last_seen].index = from->sll_ifindex;
	ring->seen[ring->last_seen].interface = interface;
	return interface;
}

/* The kernel counts from zero each time that it is asked. Returns how many were dropped since. */
static uint32_t ask_counters(struct ring *ring)
{
	struct tpacket_stats_v3 now = { 0 };
	socklen_t length = sizeof now;
	if (getsockopt(ring->socket, SOL_PACKET, PACKET_STATISTICS, &now, &length) != 0)
		return 0;
	struct source_interface *interface = &ring->report->interfaces[ring->feed.interface];
	interface->received += now.tp_packets;
	interface->dropped_by_system += now.tp_drops;
	interface->has_statistics = true;
	return now.tp_drops;
}

/* ---- Blocks and packets ---- */

static struct tpacket_block_desc *block_at(const struct ring *ring, size_t index)
{
	return (struct tpacket_block_desc *)(void *)(ring->map + index * BLOCK);
}

static bool is_ours(const struct ring *ring, size_t index)
{
	return __atomic_load_n(&block_at(ring, index)->hdr.bh1.block_status, __ATOMIC_ACQUIRE) & TP_STATUS_USER;
}

/* Hands the block back. */
static void leave_block(struct ring *ring)
{
	__atomic_store_n(&block_at(ring, ring->block)->hdr.bh1.block_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
	ring->block = (ring->block + 1) % ring->block_count;
	ring->packet = NULL;
}

static void next_packet(struct ring *ring)
{
	if (--ring->left == 0)
		leave_block(ring);
	else
		ring->packet = (struct tpacket3_hdr *)(void *)((uint8_t *)ring->packet + ring->packet->tp_next_offset);
}

/* The kernel took the VLAN tag off; the socket left room to put it back in front of what it marked. */
static void restore_tag(const struct tpacket3_hdr *packet, struct record *record, uint8_t *bytes)
{
	uint16_t type = packet->tp_status & TP_STATUS_VLAN_TPID_VALID ? packet->hv1.tp_vlan_tpid : ETH_P_8021Q;
	uint16_t tag = (uint16_t)packet->hv1.tp_vlan_tci;
	memmove(bytes - TAG, bytes, MACS);
	bytes[MACS - TAG] = (uint8_t)(type >> 8);
	bytes[MACS - TAG + 1] = (uint8_t)type;
	bytes[MACS - TAG + 2] = (uint8_t)(tag >> 8);
	bytes[MACS - TAG + 3] = (uint8_t)tag;
	record->bytes = bytes - TAG;
	record->captured_length += TAG;
	record->original_length += TAG;
}

static uint8_t direction_of(const struct sockaddr_ll *from)
{
	return from->sll_pkttype == PACKET_OUTGOING ? DIRECTION_OUTBOUND : DIRECTION_INBOUND;
}

/* Makes a record of the packet. False when it is none of the trace's. */
static bool make_record(struct ring *ring)
{
	const struct tpacket3_hdr *packet = ring->packet;
	const struct sockaddr_ll *from = (const void *)((const uint8_t *)packet + TPACKET_ALIGN(sizeof *packet));
	uint8_t *bytes = (uint8_t *)ring->packet + packet->tp_mac;
	uint32_t interface = ring->any ? interface_of(ring, from) : ring->feed.interface;
	/* The loopback shows each packet twice, when it leaves and when it arrives. */
	if (interface == UINT32_MAX || (from->sll_ifindex == ring->loopback && from->sll_pkttype == PACKET_OUTGOING))
		return false;
	ring->record = (struct record){ .time = (int64_t)packet->tp_sec * NANOSECONDS + packet->tp_nsec,
		.link_type = ring->report->interfaces[interface].link_type, .interface = interface,
		.captured_length = packet->tp_snaplen, .original_length = packet->tp_len, .bytes = bytes,
		.direction = direction_of(from), .has_flags = true };
	if (packet->tp_status & TP_STATUS_VLAN_VALID && ring->record.link_type == LINKTYPE_ETHERNET &&
	    packet->tp_snaplen >= MACS)
		restore_tag(packet, &ring->record, bytes);
	if (ring->record.captured_length > LONGEST_PACKET)
		ring->record.captured_length = LONGEST_PACKET;
	if (packet->tp_status & TP_STATUS_LOSING)
		ring->record.drop_count = ask_counters(ring);
	return true;
}

/* The interface went down, or is gone. */
static enum feed_state look_for_end(struct ring *ring)
{
	int reason = 0;
	socklen_t length = sizeof reason;
	if (ring->any || getsockopt(ring->socket, SOL_SOCKET, SO_ERROR, &reason, &length) != 0 || !reason)
		return FEED_EMPTY;
	struct ifreq request = { .ifr_name = "" };
	snprintf(request.ifr_name, sizeof request.ifr_name, "%.15s", ring->report->interfaces[ring->feed.interface].name);
	if (ioctl(ring->socket, SIOCGIFFLAGS, &request) == 0)
		return FEED_EMPTY;           /* it is down, and may come up again */
	ring->feed.ended = "the interface was removed";
	return FEED_ENDED;
}

static enum feed_state ring_peek(struct feed *feed, struct record *record)
{
	struct ring *ring = (struct ring *)feed;
	while (!ring->ready) {
		if (!ring->packet) {
			if (!is_ours(ring, ring->block))
				return feed->ended ? FEED_ENDED : look_for_end(ring);
			struct tpacket_block_desc *block = block_at(ring, ring->block);
			ring->left = block->hdr.bh1.num_pkts;
			ring->packet = (void *)((uint8_t *)block + block->hdr.bh1.offset_to_first_pkt);
			if (!ring->left) {
				leave_block(ring);
				continue;
			}
		}
		ring->ready = make_record(ring);
		if (!ring->ready)
			next_packet(ring);
	}
	*record = ring->record;
	return FEED_RECORD;
}

static void ring_take(struct feed *feed)
{
	struct ring *ring = (struct ring *)feed;
	ring->ready = false;
	next_packet(ring);
}

/* Half of the blocks wait to be read. */
static bool ring_is_crowded(struct feed *feed)
{
	struct ring *ring = (struct ring *)feed;
	return is_ours(ring, (ring->block + ring->block_count / 2) % ring->block_count);
}

static void ring_count(struct feed *feed)
{
	ask_counters((struct ring *)feed);
}

static void ring_destroy(struct feed *feed)
{
	struct ring *ring = (struct ring *)feed;
	if (ring->map)
		munmap(ring->map, ring->block_count * BLOCK);
	if (ring->socket >= 0)
		close(ring->socket);
	free(ring->seen);
	free(ring);
}

/* ---- Opening ---- */

static bool failed(struct error *error, const char *what, const char *remedy)
{
	return error_set(error, ERROR_OPEN, remedy, "%s: %s", what, strerror(errno));
}

static bool attach(const struct ring *ring, const struct bpf_program *filter, struct error *error)
{
	const struct sock_fprog program = { .len = (unsigned short)filter->count,
		.filter = (struct sock_filter *)(void *)filter->codes };
	_Static_assert(sizeof(struct sock_filter) == sizeof(struct bpf_code), "the kernel's layout");
	return setsockopt(ring->socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0 ||
	       failed(error, "the kernel refuses the capture filter", "make it shorter");
}

static bool use_hardware_time(const struct ring *ring, const struct culprit_interface *interface,
			      struct error *error)
{
	struct hwtstamp_config config = { .rx_filter = HWTSTAMP_FILTER_ALL, .tx_type = HWTSTAMP_TX_OFF };
	struct ifreq request = { .ifr_data = (char *)&config };
	int stamp = SOF_TIMESTAMPING_RAW_HARDWARE;
	if (!interface || !interface->hardware_time)
		return error_set(error, ERROR_USAGE, "leave --hardware-time out: see culprit capture --list",
				 "%s has no hardware time stamps for all packets", interface ? interface->name : "any");
	snprintf(request.ifr_name, sizeof request.ifr_name, "%s", interface->name);
	if (ioctl(ring->socket, SIOCSHWTSTAMP, &request) != 0)
		return failed(error, "hardware time stamps cannot be switched on", "it takes CAP_NET_ADMIN");
	return setsockopt(ring->socket, SOL_PACKET, PACKET_TIMESTAMP, &stamp, sizeof stamp) == 0 ||
	       failed(error, "hardware time stamps cannot be used", "leave --hardware-time out");
}

static bool map_ring(struct ring *ring, size_t buffer, struct error *error)
{
	int version = TPACKET_V3, reserve = TAG;
	struct tpacket_req3 request = { .tp_block_size = BLOCK, .tp_frame_size = FRAME, .tp_retire_blk_tov = RETIRE_MS };
	ring->block_count = buffer / BLOCK < LEAST_BLOCKS ? LEAST_BLOCKS : buffer / BLOCK;
	request.tp_block_nr = (unsigned)ring->block_count;
	request.tp_frame_nr = (unsigned)(ring->block_count * (BLOCK / FRAME));
	if (setsockopt(ring->socket, SOL_PACKET, PACKET_VERSION, &version, sizeof version) != 0 ||
	    setsockopt(ring->socket, SOL_PACKET, PACKET_RESERVE, &reserve, sizeof reserve) != 0 ||
	    setsockopt(ring->socket, SOL_PACKET, PACKET_RX_RING, &request, sizeof request) != 0)
		return failed(error, "the kernel gives no packet buffer", "give a smaller --buffer");
	ring->map = mmap(NULL, ring->block_count * BLOCK, PROT_READ | PROT_WRITE, MAP_SHARED, ring->socket, 0);
	if (ring->map != MAP_FAILED)
		return true;
	ring->map = NULL;
	return failed(error, "the packet buffer cannot be mapped", "give a smaller --buffer");
}

static bool bind_to(struct ring *ring, const struct ring_options *options, struct error *error)
{
	const struct culprit_interface *interface = options->interface;
	struct sockaddr_ll address = { .sll_family = AF_PACKET, .sll_protocol = __builtin_bswap16(ETH_P_ALL),
		.sll_ifindex = interface ? (int)interface->index : 0 };
	struct packet_mreq membership = { .mr_ifindex = address.sll_ifindex, .mr_type = PACKET_MR_PROMISC };
#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	address.sll_protocol = ETH_P_ALL;
#endif
	if (bind(ring->socket, (struct sockaddr *)&address, sizeof address) != 0)
		return failed(error, "the interface cannot be listened to", "see culprit capture --list");
	return !interface || !options->promiscuous || interface->loopback ||
	       setsockopt(ring->socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership, sizeof membership) == 0 ||
	       failed(error, "promiscuous mode cannot be switched on", "leave it out: --no-promiscuous");
}

static bool set_up(struct ring *ring, const struct ring_options *options, struct error *error)
{
	const struct culprit_interface *interface = options->interface;
	uint32_t link = interface ? ring_link_type(interface->hardware_type) : LINKTYPE_ETHERNET;
	if (link == UINT32_MAX)
		return error_set(error, ERROR_UNSUPPORTED, "choose another: culprit capture --list",
				 "%s has a kind of link (%u) that culprit does not read", interface->name,
				 interface->hardware_type);
	/* Without a protocol nothing arrives before the ring and its filter are there. */
	ring->socket = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (ring->socket < 0)
		return failed(error, "packets cannot be captured", "it takes CAP_NET_RAW: run it as root");
	if (options->hardware_time && !use_hardware_time(ring, interface, error))
		return false;
	if ((options->filter && !attach(ring, options->filter, error)) || !map_ring(ring, options->buffer, error) ||
	    !bind_to(ring, options, error))
		return false;
	ring->feed.interface = describe(ring, interface ? interface->name : "any",
			     interface ? "" : "all interfaces: its counters are those of all", link);
	ring->loopback = (int)if_nametoindex("lo");
	ring->feed.descriptor = ring->socket;
	return true;
}

struct feed *ring_open(const struct ring_options *options, struct source_report *report, struct error *error)
{
	struct ring *ring = memory_zeroed(1, sizeof *ring);
	ring->feed = (struct feed){ .peek = ring_peek, .take = ring_take, .is_crowded = ring_is_crowded,
		.count = ring_count, .destroy = ring_destroy };
	ring->report = report;
	ring->socket = -1;
	ring->any = !options->interface;
	ring->known = options->known;
	ring->snap_length = options->snap_length;
	if (options->filter_words)
		snprintf(ring->filter, sizeof ring->filter, "%s", options->filter_words);
	if (set_up(ring, options, error))
		return &ring->feed;
	ring_destroy(&ring->feed);
	return NULL;
}
