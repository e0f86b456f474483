/* Keys sort their ends, so that both directions of a conversation find the same one. */
#include <string.h>

#include "decode/decoder.h"
#include "decode/dns.h"
#include "decode/ip.h"
#include "session/key.h"

enum { ICMP_ECHO_REPLY = 0, ICMP_ECHO_REQUEST = 8, ICMPV6_ECHO_REQUEST = 128, ICMPV6_ECHO_REPLY = 129 };
#define DNS_PORT 53

static void make_flow(struct flow *flow, const struct address *source, uint16_t source_port,
		      const struct address *destination, uint16_t destination_port, uint64_t context)
{
	int order = address_compare(source, destination);
	if (!order)
		order = source_port < destination_port ? -1 : source_port > destination_port;
	flow->direction = order > 0;
	struct endpoint *from = &flow->key.end[flow->direction], *to = &flow->key.end[!flow->direction];
	memset(&flow->key, 0, sizeof flow->key);
	from->address = *source;
	from->port = source_port;
	to->address = *destination;
	to->port = destination_port;
	flow->key.context = context;
}

static bool is_echo_request(const struct icmp_header *icmp)
{
	return icmp->type == (icmp->version == 4 ? ICMP_ECHO_REQUEST : ICMPV6_ECHO_REQUEST);
}

static bool is_echo_reply(const struct icmp_header *icmp)
{
	return icmp->type == (icmp->version == 4 ? ICMP_ECHO_REPLY : ICMPV6_ECHO_REPLY);
}

/* The same connection can also be in the trace as packets: the context keeps the two apart, and the
 * connections that used the ports one after the other. */
#define SOCKET_CONTEXT 0x7a6f730000000000u

static bool flow_of_socket(const struct socket_data *socket, struct flow *flow)
{
	if (socket->source.family == ADDRESS_NONE && socket->destination.family == ADDRESS_NONE)
		return false;
	flow->kind = SESSION_DATA;
	make_flow(flow, &socket->source, socket->source_port, &socket->destination,
		  socket->destination_port, SOCKET_CONTEXT | socket->connection);
	flow->key.protocol = socket->protocol;
	return true;
}

bool flow_of_packet(const struct packet *packet, struct flow *flow)
{
	const struct ip_header *ip = packet->ip;
	if (packet->socket)
		return flow_of_socket(packet->socket, flow);
	if (!ip || (ip->fragmented && !ip->reassembled))
		return false;
	uint16_t source_port, destination_port;
	uint8_t protocol;
	if (packet->tcp) {
		flow->kind = SESSION_TCP;
		protocol = IP_PROTOCOL_TCP;
		source_port = packet->tcp->source_port;
		destination_port = packet->tcp->destination_port;
	} else if (packet->udp) {
		flow->kind = SESSION_UDP;
		protocol = IP_PROTOCOL_UDP;
		source_port = packet->udp->source_port;
		destination_port = packet->udp->destination_port;
	} else if (packet->icmp && (is_echo_request(packet->icmp) || is_echo_reply(packet->icmp))) {
		flow->kind = SESSION_ICMP;
		protocol = packet->icmp->version == 4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6;
		source_port = destination_port = packet->icmp->identifier;
	} else {
		return false;
	}
	make_flow(flow, &ip->source, source_port, &ip->destination, destination_port, packet->context);
	flow->key.protocol = protocol;
	/* A host that pings itself has two equal ends: only the type tells the directions apart. */
	if (flow->kind == SESSION_ICMP && address_equal(&ip->source, &ip->destination))
		flow->direction = is_echo_reply(packet->icmp);
	return true;
}

bool flow_of_quote(const struct packet *packet, struct flow *flow)
{
	const struct icmp_quote *quote = &packet->icmp->quote;
	if (!packet->icmp->is_error || !quote->has_ports)
		return false;
	if (quote->protocol == IP_PROTOCOL_TCP && quote->tcp_flags)
		flow->kind = SESSION_TCP;
	else if (quote->protocol == IP_PROTOCOL_UDP)
		flow->kind = SESSION_UDP;
	else
		return false;
	make_flow(flow, &quote->source, quote->source_port, &quote->destination,
		  quote->destination_port, packet->context);
	flow->key.protocol = quote->protocol;
	return true;
}

bool flow_of_error(const struct packet *packet, struct flow *flow)
{
	const struct icmp_quote *quote = &packet->icmp->quote;
	uint16_t source_port = quote->source_port, destination_port = quote->destination_port;
	if (!packet->icmp->is_error || !quote->present)
		return false;
	if (quote->has_ports && quote->protocol == IP_PROTOCOL_TCP) {
		flow->kind = SESSION_TCP;
	} else if (quote->has_ports && quote->protocol == IP_PROTOCOL_UDP) {
		flow->kind = SESSION_UDP;
	} else if (quote->has_echo) {
		flow->kind = SESSION_ICMP;
		source_port = destination_port = quote->echo_identifier;
	} else {
		return false;
	}
	make_flow(flow, &quote->source, source_port, &quote->destination, destination_port,
		  packet->context);
	flow->key.protocol = quote->protocol;
	return true;
}

/* DHCP gives clients a port of their own, RFC 2131 4.1 and RFC 8415 7.2; that of IPv6 is the lower one. */
static bool is_client_port(uint16_t port)
{
	return port == 68 || port == 546;
}

/* The index of the end whose port belongs to a service, -1 when the ports do not tell. */
static int service_end(const struct session *session)
{
	const struct endpoint *end = session->key.end;
	if (session->kind == SESSION_ICMP || end[0].port == end[1].port)
		return -1;
	if (session->kind == SESSION_UDP && is_client_port(end[0].port) != is_client_port(end[1].port))
		return is_client_port(end[0].port);
	int lower = end[1].port < end[0].port;
	if (service_name(session->key.protocol, end[lower].port))
		return lower;
	return service_name(session->key.protocol, end[!lower].port) ? !lower : -1;
}

/* Whether the decoded application says who serves: 1 the sender, 0 the receiver, -1 unknown. */
static int sender_serves(const struct session *session, const struct packet *packet, uint8_t direction)
{
	if (session->kind == SESSION_ICMP)
		return is_echo_reply(packet->icmp);
	/* Both ends of mDNS send from its port and answer each other; only classic DNS has a server. */
	if (packet->dns && (session->key.end[direction].port == DNS_PORT
			    || session->key.end[!direction].port == DNS_PORT))
		return packet->dns->response;
	return -1;
}

static void set_client(struct session *session, uint8_t client, enum role_evidence evidence)
{
	session->client = client;
	session->role = (uint8_t)evidence;
}

void roles_observe(struct session *session, const struct packet *packet, uint8_t direction)
{
	bool first = session->first_packet == 0;
	if (!first && session->role <= ROLE_APPLICATION)
		return;
	if (packet->tcp && tcp_has(packet->tcp, TCP_SYN)) {
		if (tcp_has(packet->tcp, TCP_ACK))
			set_client(session, direction ^ 1, ROLE_SYNACK);
		else
			set_client(session, direction, ROLE_SYN);
		return;
	}
	int serves = sender_serves(session, packet, direction);
	if (serves >= 0) {
		set_client(session, serves ? direction ^ 1 : direction, ROLE_APPLICATION);
		return;
	}
	if (!first)
		return;
	int server = service_end(session);
	if (server >= 0)
		set_client(session, (uint8_t)!server, ROLE_PORT);
	else
		set_client(session, direction, ROLE_FIRST_SENDER);
}

void roles_correct(struct session *session)
{
	if (session->role > ROLE_APPLICATION)
		set_client(session, session->client ^ 1, ROLE_APPLICATION);
}
