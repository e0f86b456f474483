/* What is left of an older connection? tcp/port-reused, tcp/half-open. */
#include <stdlib.h>
#include <string.h>

#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/hash.h"
#include "core/memory.h"
#include "session/sequence.h"

static const struct finding_kind port_reused = {
	.id = "tcp/port-reused",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_IE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS,
	.title = "A port was used again soon",
	.say = "{client} used port {port} again {after} after the last packet of its old "
	       "connection to {server} port {server_port}; the server {outcome}.",
	.meaning = "A new connection between the same ports begins while the old one may still be "
		   "remembered: for one to four minutes the end that closed first keeps it "
		   "(TIME-WAIT). A new sequence number or timestamp above the old ones lets the "
		   "server accept; else it ignores or questions the request.",
	.false_alarms = "Ports that come round after two minutes are normal; several clients "
			"behind one address (NAT) share their ports without knowing.",
	.advice = { "Give {client} (or the NAT device) more ports and let it go round them, not "
		    "back to the last one.",
		    "Timestamps on both ends (RFC 7323, RFC 6191) let servers tell new from old." },
	.reference = "RFC 9293 3.6.1; RFC 6191; RFC 5961 4",
	.parameters = {
		{ .name = "time", .unit = UNIT_SECONDS, .value = 120,
		  .meaning = "since the last packet of the old connection" },
	},
};

static const struct finding_kind half_open = {
	.id = "tcp/half-open",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS,
	.title = "One end had forgotten the connection",
	.say = "{forgetful} restarted or forgot the connection; {other} did not know: {sign}.",
	.meaning = "One end still holds a connection that the other has no trace of. It shows when "
		   "a new request meets the old connection (a bare ACK, then a reset), or when "
		   "data is answered by the kind of reset that a host sends for a connection it "
		   "does not have.",
	.false_alarms = "A reset by a program that gives up carries an ACK; after a FIN the "
			"connection is closed, not forgotten; a port that was used again too early "
			"is tcp/port-reused.",
	.advice = { "See whether {forgetful} restarted, failed over or lost its state at that "
		    "time.",
		    "Keep-alives on {other} find such connections earlier; clusters should share "
		    "their connection state." },
	.reference = "RFC 9293 3.5.1, 3.10.7.1; RFC 5961 4",
	.parameters = {
		{ .name = "silence", .unit = UNIT_SECONDS, .value = 1,
		  .meaning = "of the end that forgot, before its reset" },
	},
};

static const struct finding_kind *const kinds[] = { &half_open, &port_reused, NULL };

#define ANSWERED_WITHIN (3 * NANOSECONDS)   /* a round trip, over a satellite and back */
#define OLD_CONNECTIONS                                                                            \
	1024 /* those replaced last, by hash of their ports; the older of two that clash is lost */

struct old_connection {
	struct flow_key key;
	int64_t last_time;
	uint64_t last_packet;
	uint32_t client_sequence;        /* one past the highest that the client sent */
	bool used, opened, closed;
};

struct reuse_state {
	int64_t soon, silence;
	struct old_connection *old;      /* NULL until a port is used again */
};

static void reuse_begin(struct analysis_context *context)
{
	struct reuse_state *state = context->state;
	state->soon = setting_duration(context->settings, &port_reused, "time");
	state->silence = setting_duration(context->settings, &half_open, "silence");
}

static struct old_connection *place_of(const struct reuse_state *state,
				       const struct session *session)
{
	return &state->old[hash_bytes(&session->key, sizeof session->key, 0) % OLD_CONNECTIONS];
}

static const struct old_connection *before(const struct reuse_state *state,
					   const struct session *session)
{
	if (!state->old)
		return NULL;
	const struct old_connection *old = place_of(state, session);
	return old->used && memcmp(&old->key, &session->key, sizeof old->key) == 0 && old->opened
		       ? old
		       : NULL;
}

static void remember(struct reuse_state *state, const struct session *session)
{
	if (!state->old)
		state->old = memory_zeroed(OLD_CONNECTIONS, sizeof *state->old);
	const struct tcp_side *x = &session->tcp->side[session->client];
	*place_of(state, session) = (struct old_connection){
		.key = session->key,
		.last_time = session->last_time,
		.last_packet = session->last_packet,
		.client_sequence = x->isn + (uint32_t)x->snd_max,
		.used = true,
		.opened = session->tcp->handshake.complete ||
			  (session->side[0].packets && session->side[1].packets && !x->syn_seen),
		.closed = session->tcp->closed,
	};
}

static void cite_request(struct finding *finding, const struct old_connection *old,
			 const struct session *session)
{
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	if (old)
		finding_evidence(finding, old->last_packet, old->last_time,
				 "the last packet of the old connection");
	finding_evidence(finding, x->syn_first_packet, x->syn_first_time, "the new request");
	if (y->challenge_packet)
		finding_evidence(finding, y->challenge_packet, y->challenge_time,
				 "answered for the old connection");
	if (y->challenge_reset_packet)
		finding_evidence(finding, y->challenge_reset_packet, y->challenge_reset_time,
				 "the client resets that");
	if (x->syn_count > 1)
		finding_evidence(finding, x->syn_last_packet, x->syn_last_time,
				 "the request again");
	if (y->synack_seen)
		finding_evidence(finding, y->syn_first_packet, y->syn_first_time, "accepted");
}

/* What the server made of the request; NULL: nothing that has to do with the old connection. */
static const char *outcome(const struct old_connection *old, const struct session *session,
			   struct finding *finding)
{
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	bool below = sequence_difference(x->isn, old->client_sequence) <= 0;
	if (y->challenge_packet) {
		finding->severity = y->synack_seen ? SEVERITY_WARNING : SEVERITY_ERROR;
		finding->sub_kind = "challenged";
		return y->synack_seen ? "still had the old connection and accepted only later"
				      : "still had the old connection and did not accept";
	}
	if (y->synack_seen && (x->syn_count == 1 || y->syn_first_time < x->syn_last_time)) {
		finding->sub_kind = old->closed ? "accepted" : "still-open";
		return old->closed ? "accepted" : "accepted, although the old connection was still "
						  "open";
	}
	if (!below || x->syn_count < 2 || y->rst_seen)
		return NULL;
	finding->severity = y->synack_seen ? SEVERITY_WARNING : SEVERITY_ERROR;
	finding->sub_kind = "ignored";
	return y->synack_seen ? "ignored the first requests" : "ignored the request";
}

static void report_reuse(struct analysis_context *context, const struct session *session,
			 const struct old_connection *old)
{
	struct finding finding;
	const struct tcp_side *x = &session->tcp->side[session->client];
	finding_begin(&finding, &port_reused, session);
	const char *words = outcome(old, session, &finding);
	if (!words)
		return;
	blame_host(&finding, session, session->client);
	finding.confidence = CONFIDENCE_LIKELY;
	finding_why(&finding, "The client chooses its port; it took one whose last connection was "
			      "over for only a short time, or not at all.");
	finding_alternative(&finding, "several clients share this address (NAT), and the device "
				      "chose the port", NULL);
	finding.cost = x->syn_last_time - x->syn_first_time;
	finding_number(&finding, "port", UNIT_NONE, session->key.end[session->client].port,
		       FACT_FIRST);
	finding_number(&finding, "after", UNIT_SECONDS,
		       (double)(session->first_time - old->last_time) / 1e9, FACT_MIN);
	finding_words(&finding, "outcome", "%s", words);
	cite_request(&finding, old, session);
	finding_submit(context->findings, &finding);
}

static void begin_half_open(struct finding *finding, const struct session *session,
			    uint8_t forgetful)
{
	finding_begin(finding, &half_open, session);
	finding_address(finding, "forgetful", &session->key.end[forgetful].address);
	finding_address(finding, "other", &session->key.end[forgetful ^ 1].address);
	blame_host(finding, session, forgetful);
	finding->confidence = CONFIDENCE_LIKELY;
}

/* A new request meets the old connection. */
static void report_challenge(struct analysis_context *context, const struct session *session,
			     const struct old_connection *old)
{
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	const struct tcp_side *x = &session->tcp->side[session->client];
	struct finding finding;
	begin_half_open(&finding, session, session->client);
	finding.sub_kind = "new-request";
	finding_words(&finding, "sign", "it answered a new request with a bare ACK of the old "
					"connection");
	finding_why(&finding, "The client asks for a new connection between the same ports, so it "
			      "knows nothing of the old one that the server still has.");
	if (y->synack_seen)
		finding.severity = old ? SEVERITY_WARNING : SEVERITY_NOTICE;
	if (!old) {
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding_alternative(&finding, "the old connection was closed before the trace "
					      "began, and the port used again too early", NULL);
	}
	finding.cost = x->syn_last_time - x->syn_first_time;
	cite_request(&finding, old, session);
	finding_submit(context->findings, &finding);
}

/* Data, or a keep-alive, is answered by the reset of a host that has no such connection. */
static void report_forgotten(struct analysis_context *context, const struct session *session,
			     uint8_t side)
{
	const struct tcp_side *x = &session->tcp->side[side], *y = &session->tcp->side[side ^ 1];
	struct finding finding;
	begin_half_open(&finding, session, side);
	finding.sub_kind = "reset";
	finding_words(&finding, "sign", "its data met a reset as for an unknown connection");
	finding_why(&finding, "A program that gives up resets with an ACK; only a host without the "
			      "connection resets in this way. It had not closed before.");
	finding_alternative(&finding, "a device on the way forgot the connection and reset it in "
				      "that host's name", NULL);
	finding_duration(&finding, "silent", x->rst_own_silence);
	if (y->last_data_packet && y->last_data_time <= x->rst_time)
		finding_evidence(&finding, y->last_data_packet, y->last_data_time,
				 "data into the connection");
	finding_evidence(&finding, x->rst_packet, x->rst_time, "reset without ACK");
	finding_submit(context->findings, &finding);
}

/* The end that resets what it does not know, -1 when none does. A host needs time to restart; a
 * reset in the flow of things, or from another distance, is somebody's decision. One that comes out of a
 * silence answers something that the recorder missed, and it may have missed the close before, too. */
static int forgetful_end(const struct reuse_state *state, const struct session *session)
{
	const struct tcp_session *tcp = session->tcp;
	for (int i = 0; i < 2; i++) {
		const struct tcp_side *x = &tcp->side[i], *y = &tcp->side[i ^ 1];
		bool known = tcp->handshake.complete || (x->data_segments && y->data_segments);
		bool first = !y->rst_seen || x->rst_time <= y->rst_time;
		bool genuine = !x->rst_other_mac &&
			       (!x->rst_ttl_expected || x->rst_ttl == x->rst_ttl_expected);
		if (x->rst_seen && x->rst_knows_nothing && first && known && genuine &&
		    !x->fin_seen && !y->fin_seen && x->rst_own_silence >= state->silence &&
		    x->rst_idle <= ANSWERED_WITHIN &&
		    (x->rst_peer_outstanding || y->keepalives))
			return i;
	}
	return -1;
}

static void reuse_end(struct analysis_context *context, const struct session *session,
		      const struct observation *last)
{
	struct reuse_state *state = context->state;
	(void)last;
	if (!session->tcp)
		return;
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	const struct old_connection *old = before(state, session);
	bool challenged = y->challenge_packet && y->challenge_reset_packet;
	int forgetful = forgetful_end(state, session);
	if (challenged && (!old || !old->closed))
		report_challenge(context, session, old);
	else if (old && x->syn_seen && session->first_time - old->last_time < state->soon)
		report_reuse(context, session, old);
	if (forgetful >= 0)
		report_forgotten(context, session, (uint8_t)forgetful);
	if (session->end == SESSION_REPLACED)
		remember(state, session);
}

static void reuse_destroy(struct analysis_context *context)
{
	struct reuse_state *state = context->state;
	free(state->old);
}

const struct analyzer tcp_reuse_analyzer = {
	.name = "tcp-reuse",
	.kinds = kinds,
	.state_size = sizeof(struct reuse_state),
	.begin = reuse_begin,
	.session_end = reuse_end,
	.destroy = reuse_destroy,
};
