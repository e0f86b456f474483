/* Counts packets under the names of Wireshark's fields, each packet once a name. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "core/checksum.h"
#include "core/memory.h"
#include "decode/ip.h"
#include "session/wireshark_dns.h"

#define ANALYSIS_PREFIX "tcp.analysis."
#define ICMP_UNREACHABLE 3  /* RFC 792 */
#define IPV4_SHORTEST 20

struct wireshark_counter {
	struct wireshark_counts counts;
	struct wireshark_dns *dns;
};

struct count_name {
	const char *name;
	size_t offset;      /* in struct wireshark_counts */
};
#define COUNT(NAME, FIELD) { NAME, offsetof(struct wireshark_counts, FIELD) }
#define ANALYSIS(NAME, BIT) COUNT(ANALYSIS_PREFIX NAME, analysis[BIT])

/* In the contract's order, which for the analysis is that of the bits. */
static const struct count_name count_names[] = {
	ANALYSIS("retransmission", 0),
	ANALYSIS("fast_retransmission", 1),
	ANALYSIS("spurious_retransmission", 2),
	ANALYSIS("out_of_order", 3),
	ANALYSIS("duplicate_ack", 4),
	ANALYSIS("lost_segment", 5),
	ANALYSIS("ack_lost_segment", 6),
	ANALYSIS("keep_alive", 7),
	ANALYSIS("keep_alive_ack", 8),
	ANALYSIS("zero_window", 9),
	ANALYSIS("zero_window_probe", 10),
	ANALYSIS("zero_window_probe_ack", 11),
	ANALYSIS("window_full", 12),
	ANALYSIS("window_update", 13),
	ANALYSIS("reused_ports", 14),
	COUNT("tcp.flags.reset", reset),
	COUNT("tcp.connection.syn", syn),
	COUNT("tcp.connection.synack", synack),
	COUNT("tcp.connection.fin", fin),
	COUNT("ip.checksum.bad", ip_checksum_bad),
	COUNT("tcp.checksum.bad", tcp_checksum_bad),
	COUNT("udp.checksum.bad", udp_checksum_bad),
	COUNT("dns.query", dns_query),
	COUNT("dns.response", dns_response),
	COUNT("dns.error", dns_error),
	COUNT("dns.unanswered", dns_unanswered),
	COUNT("icmp.unreachable", icmp_unreachable),
	COUNT("_ws.malformed", malformed),
	COUNT("_ws.short", truncated),
};
#define COUNT_NAMES (sizeof count_names / sizeof count_names[0])
#define ANALYSIS_BITS (sizeof ((struct wireshark_counts *)0)->analysis / sizeof(uint64_t))

const char *analysis_name(unsigned bit)
{
	return bit < ANALYSIS_BITS ? count_names[bit].name + sizeof ANALYSIS_PREFIX - 1 : NULL;
}

const char *wireshark_count(const struct wireshark_counts *counts, unsigned index, uint64_t *value)
{
	if (index >= COUNT_NAMES)
		return NULL;
	memcpy(value, (const char *)counts + count_names[index].offset, sizeof *value);
	return count_names[index].name;
}

struct wireshark_counter *wireshark_counter_create(void)
{
	struct wireshark_counter *counter = memory_zeroed(1, sizeof *counter);
	counter->dns = wireshark_dns_create();
	return counter;
}

void wireshark_counter_destroy(struct wireshark_counter *counter)
{
	if (!counter)
		return;
	wireshark_dns_destroy(counter->dns);
	free(counter);
}

static bool is_wrong(uint8_t checksum_state)
{
	return checksum_state == CHECKSUM_BAD || checksum_state == CHECKSUM_ZERO ||
	       checksum_state == CHECKSUM_PARTIAL;
}

/* Zero is forbidden over IPv6, but not wrong to Wireshark. */
static bool is_wrong_udp(uint8_t checksum_state)
{
	return checksum_state == CHECKSUM_BAD || checksum_state == CHECKSUM_PARTIAL;
}

/* The header of an IPv4 packet that an ICMP error quotes. */
static bool is_wrong_quote(const struct packet *packet)
{
	const uint8_t *quoted = packet->payload.next;
	size_t length = packet->payload.captured;
	if (!packet->icmp || !packet->icmp->is_error || packet->icmp->quote.version != 4 ||
	    length < IPV4_SHORTEST)
		return false;
	size_t header = (quoted[0] & 15u) * 4;
	return header >= IPV4_SHORTEST && header <= length &&
	       checksum_fold(checksum_add(0, quoted, header)) != 0xffff;
}

/* In a tunnel every layer has its own. */
static void judge_tunnel(const struct packet *packet, bool *ip, bool *tcp, bool *udp)
{
	for (unsigned i = 0; i < packet->layer_count; i++) {
		const char *name = packet->layers[i].decoder->name;
		const void *facts = packet->layers[i].facts;
		if (!facts || packet->layers[i].status != CURSOR_OK)
			continue;
		if (strcmp(name, "ip") == 0)
			*ip |= is_wrong(((const struct ip_header *)facts)->checksum_state);
		else if (strcmp(name, "tcp") == 0)
			*tcp |= is_wrong(((const struct tcp_header *)facts)->checksum_state);
		else if (strcmp(name, "udp") == 0)
			*udp |= is_wrong_udp(((const struct udp_header *)facts)->checksum_state);
	}
}

static void count_checksums(struct wireshark_counts *counts, const struct packet *packet)
{
	bool ip = packet->ip && is_wrong(packet->ip->checksum_state);
	bool tcp = packet->tcp && is_wrong(packet->tcp->checksum_state);
	bool udp = packet->udp && is_wrong_udp(packet->udp->checksum_state);
	if (packet->tunnel_count)
		judge_tunnel(packet, &ip, &tcp, &udp);
	ip = ip || is_wrong_quote(packet);
	counts->ip_checksum_bad += ip;
	counts->tcp_checksum_bad += tcp;
	counts->udp_checksum_bad += udp;
}

/* Also as the packet that another ICMP error quotes. */
static bool is_unreachable(const struct icmp_header *icmp)
{
	if (!icmp || icmp->version != 4)
		return false;
	return icmp->type == ICMP_UNREACHABLE ||
	       (icmp->is_error && icmp->quote.protocol == IP_PROTOCOL_ICMP &&
		icmp->quote.icmp_type >> 8 == ICMP_UNREACHABLE);
}

/* Wireshark puts fragments together first. The first one is dissected by itself only where that
 * cannot be done, because the trace cut it. */
static bool is_left_for_later(const struct packet *packet)
{
	return packet->ip && packet->ip->fragmented && !packet->ip->reassembled &&
	       packet->record->captured_length >= packet->record->original_length;
}

/* The flags of a packet that an ICMP error quotes count too. */
static uint16_t flags_of(const struct packet *packet)
{
	if (packet->tcp)
		return is_left_for_later(packet) ? 0 : packet->tcp->flags;
	return packet->icmp && packet->icmp->is_error ? packet->icmp->quote.tcp_flags : 0;
}

static void count_flags(struct wireshark_counts *counts, uint16_t flags)
{
	if (!(flags & (TCP_SYN | TCP_FIN | TCP_RST)))
		return;
	counts->reset += (flags & TCP_RST) != 0;
	counts->syn += (flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
	counts->synack += (flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
	counts->fin += (flags & TCP_FIN) != 0;
}

void wireshark_counter_observe(struct wireshark_counter *counter, const struct packet *packet,
			       uint32_t analysis)
{
	struct wireshark_counts *counts = &counter->counts;
	for (uint32_t left = analysis; left; left &= left - 1)
		counts->analysis[__builtin_ctz(left)]++;
	count_flags(counts, flags_of(packet));
	count_checksums(counts, packet);
	wireshark_dns_observe(counter->dns, packet, analysis, counts);
	counts->icmp_unreachable += is_unreachable(packet->icmp);
	counts->malformed += packet->malformed;
	counts->truncated += packet->record->captured_length < packet->record->original_length;
}

const struct wireshark_counts *wireshark_counter_finish(struct wireshark_counter *counter)
{
	return &counter->counts;
}
