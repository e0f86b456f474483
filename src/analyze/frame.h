/* What analyzers of the lower layers ask about a packet. */
#ifndef ANALYZE_FRAME_H
#define ANALYZE_FRAME_H

#include "decode/packet.h"
#include "source/zos.h"
#include "source/zos_discard.h"
#include "source/linktype.h"

/* False for packets of formats without times: nothing can be said about their rhythm. */
static inline bool frame_has_time(const struct packet *packet)
{
	return !packet->record->timeless;
}

/* z/OS has no frame to show, but threw the packet away because its frame was a broadcast. */
static inline bool frame_was_broadcast(const struct packet *packet)
{
	return packet->record->zos && packet->record->zos->discard == ZOS_DISCARD_BROADCAST;
}

static inline bool frame_is_broadcast(const struct packet *packet)
{
	const struct link_facts *link = &packet->link;
	return link->packet_type == LINK_BROADCAST || frame_was_broadcast(packet) ||
	       (link->has_destination && mac_is_broadcast(link->destination));
}

/* On a wired LAN, or recorded inside one of its hosts. On the air, beacons are broadcasts without end. */
static inline bool frame_is_wired(const struct packet *packet)
{
	uint32_t type = packet->record->link_type;
	return packet->link.is_ethernet || type == LINKTYPE_LINUX_SLL || type == LINKTYPE_LINUX_SLL2;
}

/* ICMP, either version: nobody listens on the UDP port of the quoted packet. */
static inline bool frame_says_port_unreachable(const struct packet *packet)
{
	const struct icmp_header *icmp = packet->icmp;
	return icmp->version == 6 ? icmp->type == 1 && icmp->code == 4 : icmp->type == 3 && icmp->code == 3;
}

/* To more than one station: broadcast or multicast. */
static inline bool frame_is_group(const struct packet *packet)
{
	const struct link_facts *link = &packet->link;
	return link->packet_type == LINK_BROADCAST || link->packet_type == LINK_MULTICAST ||
	       (link->has_destination && mac_is_group(link->destination));
}

/* Hardware addresses as numbers, for tables. */
static inline uint64_t mac_number(const uint8_t mac[6])
{
	uint64_t number = 0;
	for (unsigned i = 0; i < 6; i++)
		number = number << 8 | mac[i];
	return number;
}

static inline void mac_of_number(uint64_t number, uint8_t mac[6])
{
	for (unsigned i = 6; i-- > 0; number >>= 8)
		mac[i] = (uint8_t)number;
}

/* Addresses that several routers share on purpose (VRRP and CARP, HSRP, GLBP): they move. */
bool mac_is_virtual(const uint8_t mac[6]);

/* Identity of the whole frame without its check sequence: equal frames are equal in every byte. */
uint64_t frame_hash(const struct packet *packet);

/* Identity of an IP packet whatever its way: all that routers do not change, with the first bytes of
 * what it carries. Copies of one packet have the same; different packets hardly ever. */
uint64_t frame_ip_identity(const struct packet *packet);

/* The data of a UDP datagram as the record holds it; empty when there is none or it was put together
 * from fragments. */
struct cursor frame_udp_data(const struct packet *packet);

/* What a frame carries, as one number to count by, and that number in words: "UDP port 137 (nbns)",
 * "ARP". */
uint32_t frame_topic(const struct packet *packet);
#define TOPIC_TEXT_SIZE 40
const char *frame_topic_text(uint32_t topic, char to[static TOPIC_TEXT_SIZE]);

#endif
