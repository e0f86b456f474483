#include "analyze/probes.h"

/* Traceroute: its packets are sent with less, and to these ports. */
#define TTL_OF_TRACEROUTE 30
enum { TRACEROUTE_FIRST_PORT = 33434, TRACEROUTE_LAST_PORT = 33434 + 30 * 16 };
#define DATAGRAMS_OF_A_PROBE 10 /* scanners repeat what stays unanswered; more is a stream */

static enum probe_type type_of_flags(uint16_t flags)
{
	if (!(flags & (TCP_FIN | TCP_PSH | TCP_URG)))
		return PROBE_NULL;
	return flags & TCP_URG ? PROBE_XMAS : PROBE_FIN;
}

/* FIN, XMAS and NULL: a closed port resets, an open one says nothing. */
static bool of_stealth(const struct session *session, const struct probe_start *start,
		       struct probe *probe)
{
	if (!start->seen || !probe_flags_alone(start->flags))
		return false;
	probe->type = type_of_flags(start->flags);
	probe->prober = start->sender;
	probe->answer =
		session->tcp->side[start->sender ^ 1].rst_seen ? PROBE_REFUSED : PROBE_SILENT;
	return true;
}

static bool of_tcp(const struct session *session, const struct probe_start *start,
		   struct probe *probe)
{
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	if (!x->syn_seen)
		return of_stealth(session, start, probe);
	probe->type = PROBE_SYN;
	/* Who goes on with acknowledgements or data was answered, seen or not. */
	if (y->synack_seen || x->acks || x->data_segments)
		probe->answer = PROBE_OPEN;
	else
		probe->answer = y->rst_seen ? PROBE_REFUSED : PROBE_SILENT;
	return true;
}

static bool is_traceroute(const struct session *session, uint16_t port)
{
	return (port >= TRACEROUTE_FIRST_PORT && port <= TRACEROUTE_LAST_PORT) ||
	       session->side[session->client].ttl_max <= TTL_OF_TRACEROUTE;
}

static bool of_datagrams(const struct session *session, struct probe *probe)
{
	bool ping = session->kind == SESSION_ICMP;
	const struct session_side *asked = &session->side[session->client];
	const struct session_side *answered = &session->side[session_server(session)];
	if (!session->requests ||
	    (answered->packets && answered->first_packet < asked->first_packet))
		return false;
	if (!ping && (session->requests > DATAGRAMS_OF_A_PROBE ||
		      is_traceroute(session, session->key.end[session_server(session)].port)))
		return false;
	probe->type = ping ? PROBE_PING : PROBE_UDP;
	probe->tries = (uint32_t)session->requests;
	probe->answer = session->responses ? PROBE_OPEN : PROBE_SILENT;
	return true;
}

bool probe_of(const struct session *session, const struct probe_start *start, struct probe *probe)
{
	*probe = (struct probe){ .prober = session->client, .tries = 1 };
	bool found = session->kind == SESSION_TCP    ? of_tcp(session, start, probe)
		     : session->kind == SESSION_DATA ? false
						     : of_datagrams(session, probe);
	const struct address *target = &session->key.end[probe->prober ^ 1].address;
	if (!found || address_is_multicast(target) || address_is_broadcast(target) ||
	    address_equal(target, &session->key.end[probe->prober].address))
		return false;
	probe->packet = session->side[probe->prober].first_packet;
	probe->time = session->side[probe->prober].first_time;
	return true;
}

const char *probe_type_name(enum probe_type type)
{
	static const char *const names[PROBE_TYPES] = { "syn", "fin",  "xmas", "null",
							"udp", "ping", "arp" };
	return names[type];
}
