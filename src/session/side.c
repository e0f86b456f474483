#include <string.h>

#include "decode/ip.h"
#include "session/side.h"

/* Shorter frames than this leave no card: the sender's is padded, and the receiver sees the padding. */
#define ETHERNET_MINIMUM 60

uint32_t side_payload_length(const struct packet *packet)
{
	if (packet->tcp)
		return packet->tcp->payload_length;
	if (packet->udp)
		return packet->udp->payload_length;
	if (packet->socket)
		return packet->socket->length;
	return packet->icmp ? packet->icmp->payload_length : 0;
}

enum checksum_state side_checksum(const struct packet *packet)
{
	if (packet->tcp)
		return packet->tcp->checksum_state;
	if (packet->udp)
		return packet->udp->checksum_state;
	return packet->icmp ? packet->icmp->checksum_state : CHECKSUM_UNVERIFIED;
}

enum record_direction side_recorded_as(const struct packet *packet)
{
	if (packet->record->direction != DIRECTION_UNKNOWN)
		return packet->record->direction;
	if (packet->link.packet_type == LINK_SENT_BY_US)
		return DIRECTION_OUTBOUND;
	return packet->link.packet_type == LINK_TO_US ? DIRECTION_INBOUND : DIRECTION_UNKNOWN;
}

static void observe_time_to_live(struct session_side *side, uint8_t time_to_live)
{
	if (!side->packets || time_to_live < side->ttl_min)
		side->ttl_min = time_to_live;
	if (time_to_live > side->ttl_max)
		side->ttl_max = time_to_live;
	side->ttl_last = time_to_live;
}

static void observe_checksum(struct session_side *side, enum checksum_state state)
{
	if (state == CHECKSUM_BAD)
		side->bad_checksums++;
	else if (state == CHECKSUM_ZERO || state == CHECKSUM_PARTIAL)
		side->offload_checksums++;
}

static void observe_link(struct session_side *side, const struct packet *packet)
{
	const struct link_facts *link = &packet->link;
	if (link->has_source)
		memcpy(side->mac, link->source, sizeof side->mac);
	uint16_t vlan = link->vlan_count ? link->vlan[0] : SESSION_NO_VLAN;
	if (!side->packets)
		side->vlan = vlan;
	else if (side->vlan != vlan)
		side->vlan_differs = 1;
	if (link->is_ethernet) {
		uint32_t length = packet->record->original_length - packet->record->fcs_length;
		if (length < ETHERNET_MINIMUM)
			side->short_frames++;
		else if (link->padding)
			side->padded_frames++;
	}
	enum record_direction recorded = side_recorded_as(packet);
	side->outbound += recorded == DIRECTION_OUTBOUND;
	side->inbound += recorded == DIRECTION_INBOUND;
}

/* State numbers are not published, but records without data that hide nothing are the two ends: the start
 * before any data, the end behind some. */
static void observe_socket(struct session *session, const struct socket_data *data)
{
	struct session_socket *socket = &session->socket;
	bool flows = session->side[0].payload_bytes + session->side[1].payload_bytes != 0;
	socket->connection = data->connection;
	socket->clear_records += data->clear_text;
	if (data->confidential) {
		socket->hidden_records++;
		socket->hidden_bytes += data->length;
	} else if (!data->length && data->protocol == IP_PROTOCOL_TCP) {
		socket->begun |= !flows;
		socket->ended |= flows;
	}
}

void side_observe(struct session *session, const struct packet *packet, uint8_t direction, int64_t time)
{
	struct session_side *side = &session->side[direction];
	uint64_t number = packet->record->number;
	if (!session->first_packet) {
		session->first_packet = number;
		session->first_time = time;
	}
	if (!side->packets) {
		side->first_packet = number;
		side->first_time = time;
	}
	session->last_packet = side->last_packet = number;
	session->last_time = side->last_time = time;
	if (packet->ip)
		observe_time_to_live(side, packet->ip->time_to_live);
	observe_checksum(side, side_checksum(packet));
	observe_link(side, packet);
	if (packet->socket)
		observe_socket(session, packet->socket);
	side->truncated += packet->truncated;
	side->packets++;
	side->payload_bytes += side_payload_length(packet);
	side->wire_bytes += packet->record->original_length;
	if (session->kind != SESSION_TCP) {
		if (direction == session->client)
			session->requests++;
		else
			session->responses++;
	}
}
