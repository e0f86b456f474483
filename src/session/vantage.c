/* Where the trace point is (A5). What the recorder says comes first, then what only a packet that has
 * not left its host can look like, then times, then hops. */
#include "session/session.h"

#include "core/clock.h"
#include "session/hosts.h"
#include "session/tcp.h"

#define NEAR_LEAST (1 * MILLISECOND)    /* closer than this is near, whatever the other side is */
#define NEAR_SHARE 20                   /* or 5 % of the whole way */
#define OFFLOADED_LEAST 3               /* checksums of a host that its card still has to fill in */
#define RTT_SAMPLES_LEAST 3
#define FAR_HOPS 2

static enum vantage because(const char **reason, enum vantage vantage, const char *why)
{
	if (reason)
		*reason = why;
	return vantage;
}

static bool is_offloading(const struct session_table *table, const struct session *session, uint8_t side)
{
	const struct session_side *sent = &session->side[side];
	/* What has passed routers was filled in before: the receiver's card joined these segments. */
	if (session_hops(session, side) >= FAR_HOPS)
		return false;
	if (sent->offload_checksums && (uint64_t)sent->offload_checksums * 2 >= sent->packets)
		return true;
	const struct host *host = session_table_host(table, &session->key.end[side].address);
	return host && host->offload_checksums >= OFFLOADED_LEAST &&
	       host->offload_checksums > host->good_checksums;
}

/* The way between the trace point and one end and back: from the handshake, or else the shortest
 * acknowledgement. -1 when unknown. */
static int64_t part_of_way(const struct session *session, uint8_t side)
{
	const struct tcp_handshake *handshake = &session->tcp->handshake;
	int64_t part = side == session->client ? handshake->client_part : handshake->server_part;
	if (handshake->synack_packet && part >= 0)
		return part;
	const struct rtt_estimate *rtt = &session->tcp->side[side].rtt;
	return rtt->samples >= RTT_SAMPLES_LEAST ? rtt->minimum : -1;
}

/* NEAR or FAR by the times on both sides, UNKNOWN when they do not tell. */
static enum vantage by_time(const struct session *session, uint8_t side)
{
	if (!session->tcp)
		return VANTAGE_UNKNOWN;
	int64_t part = part_of_way(session, side), other = part_of_way(session, side ^ 1);
	if (part < 0 || (other < 0 && part > NEAR_LEAST))
		return VANTAGE_UNKNOWN;
	if (part <= NEAR_LEAST || part <= (part + other) / NEAR_SHARE)
		return VANTAGE_NEAR;
	return VANTAGE_FAR;
}

/* At one end by marks that a packet loses when it leaves its host. */
static const char *sign_of_own_host(const struct session_table *table, const struct session *session,
				    uint8_t side)
{
	const struct session_side *sent = &session->side[side], *other = &session->side[!side];
	if (sent->outbound && !sent->inbound)
		return "the recorder marked its packets as sent by its own host";
	if (other->inbound && !other->outbound && !sent->inbound)
		return "the recorder marked packets to it as received by its own host";
	if (address_is_loopback(&session->key.end[side].address))
		return "the packets never left the host";
	if (is_offloading(table, session, side))
		return "checksums of its packets were not filled in yet";
	/* Bridges in software pass on short frames of others, but those mostly come from afar. */
	if (sent->short_frames && !sent->padded_frames && other->padded_frames &&
	    !other->short_frames && session_hops(session, side) == 0)
		return "its short frames were not padded yet";
	return NULL;
}

enum vantage session_vantage(const struct session_table *table, const struct session *session,
			     uint8_t side, const char **reason)
{
	const struct session_side *sent = &session->side[side];
	const char *sign = sign_of_own_host(table, session, side);
	if (sign)
		return because(reason, VANTAGE_AT, sign);
	if (sent->inbound && !sent->outbound)
		return because(reason, VANTAGE_FAR, "the recorder marked its packets as received");
	const char *other_sign = sign_of_own_host(table, session, side ^ 1);
	enum vantage near = by_time(session, side);
	bool oversize = session->tcp && session->tcp->side[side].oversize_segments;
	if (oversize && !other_sign && near == VANTAGE_NEAR)
		return because(reason, VANTAGE_AT, "its segments were not cut to size yet");
	bool merged = session->tcp && session->tcp->side[!side].oversize_segments;
	if (merged && near == VANTAGE_NEAR && by_time(session, side ^ 1) == VANTAGE_FAR)
		return because(reason, VANTAGE_AT, "segments to it were already put together");
	if (near == VANTAGE_NEAR)
		return because(reason, VANTAGE_NEAR, "it answers within a small part of the round trip");
	if (near == VANTAGE_FAR)
		return because(reason, VANTAGE_FAR, "most of the round trip lies on its side");
	if (sent->packets && session_table_is_router(table, sent->mac))
		return because(reason, VANTAGE_FAR, "its packets come through a router");
	int hops = session_hops(session, side);
	if (hops == 0)
		return because(reason, VANTAGE_NEAR, "its packets have passed no router");
	if (hops >= FAR_HOPS)
		return because(reason, VANTAGE_FAR, "its packets have passed several routers");
	return because(reason, VANTAGE_UNKNOWN, "nothing tells how far away it is");
}

int session_hops(const struct session *session, uint8_t side)
{
	const struct session_side *sent = &session->side[side];
	if (!sent->packets)
		return -1;
	/* Resets and probes of middleboxes may come with another TTL; the SYN is the host's own. */
	uint8_t ttl = session->tcp ? session->tcp->side[side].syn_ttl : 0;
	return (int)hops_by_time_to_live(ttl ? ttl : sent->ttl_max);
}
