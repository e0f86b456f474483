/* One function a flag. A flag that was set stays, but for offload, whose side may become clearer. */
#include "session/quality.h"

#include "core/clock.h"
#include "session/tcp.h"

enum {
	DUPLICATES_MANY = 10,        /* so many twins in a session, or one packet in twenty */
	DUPLICATES_SHARE = 20,
	ACKNOWLEDGING_PACKETS = 3,   /* SYN, ACK and data */
	ONE_WAY_PACKETS = 20,
	ONE_WAY_NEW_SEGMENTS = 10,   /* data that goes on without a visible acknowledgement */
	CAUSALITY_SHARE = 1000,      /* one violation in a thousand data segments, and at least two */
	CAUSALITY_LEAST = 2,
};
#define END_SILENCE (5 * NANOSECONDS)
#define RETRANSMISSION_TIMEOUT_LEAST (200 * MILLISECOND)     /* what most stacks start from (A7) */

/* CQ:dup. One packet in twenty of the session was recorded twice, or ten of them. */
static bool has_duplicates(const struct session *session)
{
	uint64_t packets = session->side[0].packets + session->side[1].packets + session->duplicates;
	return session->duplicates >= DUPLICATES_MANY ||
	       (session->duplicates && session->duplicates * DUPLICATES_SHARE >= packets);
}

/* CQ:loss. Bytes were acknowledged that the trace never held. */
static bool has_loss(const struct tcp_session *tcp)
{
	return tcp->side[0].hole_acked_bytes || tcp->side[1].hole_acked_bytes;
}

/* CQ:oneway. One direction is missing although its packets must have existed: after the first packet
 * more of them were acknowledged, which a few packets prove, or new data went on and on. A host that
 * nobody answers repeats itself instead. */
static bool is_one_way(const struct session *session)
{
	uint8_t sender = session->side[0].packets == 0;
	const struct session_side *seen = &session->side[sender];
	if (seen->packets < ACKNOWLEDGING_PACKETS || session->side[!sender].packets)
		return false;
	const struct tcp_side *data = &session->tcp->side[sender];
	const struct tcp_side *unseen = &session->tcp->side[!sender];
	if (unseen->last_ack_progress_time > seen->first_time)
		return true;
	return seen->packets >= ONE_WAY_PACKETS &&
	       data->data_segments - data->repeated_segments >= ONE_WAY_NEW_SEGMENTS;
}

/* CQ:reorder. Data was recorded after its acknowledgement, or a SYN after its answer. */
static bool is_reordered(const struct tcp_session *tcp)
{
	for (unsigned side = 0; side < 2; side++) {
		const struct tcp_side *x = &tcp->side[side], *y = &tcp->side[!side];
		if (x->syn_seen && !x->synack_seen && y->synack_seen && x->syn_first_packet > y->syn_first_packet)
			return true;
	}
	uint64_t violations = (uint64_t)tcp->side[0].causality_violations +
		tcp->side[1].causality_violations;
	uint64_t segments = tcp->side[0].data_segments + tcp->side[1].data_segments;
	return violations >= CAUSALITY_LEAST && violations * CAUSALITY_SHARE > segments;
}

/* CQ:mid. The trace does not hold the opening. */
static bool is_midstream(const struct session *session)
{
	return session->role != ROLE_SYN && session->role != ROLE_SYNACK;
}

bool offload_is_receivers(const struct session_table *table, const struct session *session, uint8_t sender)
{
	enum vantage at_sender = session_vantage(table, session, sender, NULL);
	enum vantage at_receiver = session_vantage(table, session, !sender, NULL);
	return at_sender != VANTAGE_AT && (at_receiver == VANTAGE_AT || at_sender == VANTAGE_FAR);
}

/* CQ:txoff and CQ:rxoff. Segments larger than the peer takes were made, or put together, in the host at
 * the trace point. Where that is unknown they count as the sender's, which is far more common. */
static uint32_t offload(const struct session_table *table, const struct session *session)
{
	uint32_t flags = 0;
	for (uint8_t side = 0; side < 2; side++) {
		bool oversize = session->tcp && session->tcp->side[side].oversize_segments;
		if (session->side[side].offload_checksums || oversize)
			flags |= offload_is_receivers(table, session, side) ? QUALITY_RECEIVE_OFFLOAD
									    : QUALITY_SEND_OFFLOAD;
	}
	return flags;
}

static bool hints_at_offload(const struct session *session)
{
	return session->side[0].offload_checksums || session->side[1].offload_checksums ||
	       (session->tcp && (session->tcp->side[0].oversize_segments ||
				 session->tcp->side[1].oversize_segments));
}

/* CQ:end. The trace ends so soon after the last packet that an answer may just not be in it. */
static bool ends_with_trace(const struct session *session, int64_t end)
{
	int64_t silence = END_SILENCE;
	if (session->tcp) {
		int64_t timeout = tcp_round_trip(session) * 2;
		if (timeout < RETRANSMISSION_TIMEOUT_LEAST)
			timeout = RETRANSMISSION_TIMEOUT_LEAST;
		if (timeout * 3 > silence)
			silence = timeout * 3;
	}
	return end - session->last_time < silence;
}

void quality_observe(const struct session_table *table, struct session *session)
{
	const uint32_t offload_flags = QUALITY_SEND_OFFLOAD | QUALITY_RECEIVE_OFFLOAD;
	uint32_t quality = session->quality;
	if (session->duplicates && has_duplicates(session))
		quality |= QUALITY_DUPLICATES;
	if (session->side[0].truncated || session->side[1].truncated)
		quality |= QUALITY_TRUNCATED;
	if (!(quality & offload_flags) && hints_at_offload(session))
		quality |= offload(table, session);
	if (session->tcp) {
		if (is_midstream(session))
			quality |= QUALITY_MIDSTREAM;
		if (has_loss(session->tcp))
			quality |= QUALITY_LOSS;
		if (is_reordered(session->tcp))
			quality |= QUALITY_REORDERED;
		if (is_one_way(session))
			quality |= QUALITY_ONE_WAY;
		else
			quality &= ~(uint32_t)QUALITY_ONE_WAY;
	}
	session->quality = quality;
}

void quality_end(const struct session_table *table, struct session *session, int64_t end)
{
	session->quality &= ~(uint32_t)(QUALITY_SEND_OFFLOAD | QUALITY_RECEIVE_OFFLOAD);
	quality_observe(table, session);
	if (ends_with_trace(session, end))
		session->quality |= QUALITY_END;
}
