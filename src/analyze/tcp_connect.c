/* Connections that opened, but slowly or not at the first try: tcp/syn-retransmitted,
 * tcp/synack-retransmitted, tcp/slow-connect, tcp/ecn-blocked. */
#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/hash.h"

static const struct finding_kind syn_retransmitted = {
	.id = "tcp/syn-retransmitted",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_IE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS,
	.title = "Opening a connection took more than one try",
	.say = "Opening {server} port {server_port} took {retry} longer, because the first request of {client} or its "
	       "answer was lost {where} ({connections|connection|connections}).",
	.meaning = "The SYN had to be repeated before the connection opened. The first time-out is usually one second, so "
		   "each such loss is felt.",
	.false_alarms = "A SYN repeated without the ECN bits is tcp/ecn-blocked; a client that tries another address is "
			"not repeating.",
	.advice = { "Look for loss on that side, and for a full listen queue at {server}.",
		    "Record at {server}: does the first SYN arrive?" },
	.reference = "RFC 6298 2.1; RFC 9293 3.8.3",
	.parameters = {
		{ .name = "connections", .unit = UNIT_COUNT, .value = 2, .strict = 1,
		  .meaning = "fewer connections between the two are a notice, unless one lost 3 s" },
	},
};

static const struct finding_kind synack_retransmitted = {
	.id = "tcp/synack-retransmitted",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_IE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_END,
	.weakened_by = QUALITY_LOSS,
	.title = "The server's answer was never confirmed",
	.say = "{server} answers on port {server_port} ({answers|time|times}) but {client} {outcome}.",
	.meaning = "The server repeats its SYN-ACK because no acknowledgement of it arrives: the SYN-ACK or the client's "
		   "ACK is lost between the capture point and the client, or the client is gone.",
	.false_alarms = "Servers that wait for data before they accept (TCP_DEFER_ACCEPT) repeat the SYN-ACK although the "
			"ACK came; many clients at once are a SYN flood.",
	.advice = { "Record at {client}: does the SYN-ACK arrive?", "Look for asymmetric routing or a stateful firewall "
		    "that saw only one direction." },
	.reference = "RFC 9293 3.10.7.4",
	.parameters = {
		{ .name = "answers", .unit = UNIT_COUNT, .value = 2, .meaning = "SYN-ACKs sent" },
	},
};

static const struct finding_kind slow_connect = {
	.id = "tcp/slow-connect",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVICE,
	.weakened_by = QUALITY_LOSS | QUALITY_CLOCK,
	.title = "Opening a connection was slow",
	.say = "Opening {server} port {server_port} took {took}: {to_server} toward the server, {to_client} toward the "
	       "client.",
	.meaning = "The time from the answered SYN to the client's ACK, split at the capture point. It is one round trip "
		   "of the path plus whatever the two stacks needed.",
	.false_alarms = "Repeated SYNs are tcp/syn-retransmitted. Where later round trips are as long, the path is simply "
			"long: then it is only a notice. Who waits longer than a time-out without repeating is a clock "
			"that was set.",
	.advice = { "Compare with later round trips of the same connection: if those are short, the server was slow to "
		    "answer (load, listen queue, a firewall that checks first).",
		    "If they are as long, look at the path: distance, queues, VPN." },
	.reference = "RFC 9293 3.5",
	.parameters = {
		{ .name = "time", .unit = UNIT_SECONDS, .value = 0.5, .lan = 0.05, .satellite = 2, .mainframe = 0.2,
		  .strict = 0.02, .meaning = "SYN to ACK" },
		{ .name = "ratio", .unit = UNIT_NONE, .value = 3, .meaning = "times the shortest later round trip from "
		  "which on it is a warning" },
	},
};

static const struct finding_kind ecn_blocked = {
	.id = "tcp/ecn-blocked",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_IE,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "Connection requests with ECN are dropped",
	.say = "A device on the way to {server} drops connection requests that offer ECN; each connection opens only "
	       "after the client tries without it ({retry} later).",
	.meaning = "SYNs with the ECE and CWR bits had no answer, and the repeat without them was answered at once, in "
		   "several connections.",
	.false_alarms = "One lost SYN proves nothing: it must happen repeatedly and never the other way round.",
	.advice = { "Find the firewall that clears or drops the ECN bits and let them pass.",
		    "Until then switch ECN off on the client." },
	.reference = "RFC 3168 6.1.1",
	.parameters = {
		{ .name = "connections", .unit = UNIT_COUNT, .value = 2, .meaning = "connections that showed it" },
	},
};

static const struct finding_kind *const kinds[] = { &ecn_blocked, &slow_connect, &syn_retransmitted,
	&synack_retransmitted, NULL };

#define SERVERS 512               /* counted by a fixed table of hashes: a clash only makes a notice louder */
#define RETRY_THAT_HURTS (3 * NANOSECONDS)

struct connect_state {
	double connections, answers, ratio, ecn;
	int64_t slow;
	uint16_t repeated[SERVERS], ecn_dropped[SERVERS];
};

static void connect_begin(struct analysis_context *context)
{
	struct connect_state *state = context->state;
	state->connections = setting(context->settings, &syn_retransmitted, "connections");
	state->answers = setting(context->settings, &synack_retransmitted, "answers");
	state->slow = setting_duration(context->settings, &slow_connect, "time");
	state->ratio = setting(context->settings, &slow_connect, "ratio");
	state->ecn = setting(context->settings, &ecn_blocked, "connections");
}

static uint16_t *counter_of(uint16_t table[SERVERS], const struct session *session)
{
	const struct endpoint *server = &session->key.end[session_server(session)];
	return &table[hash_bytes(server, sizeof *server, 0) % SERVERS];
}

static void cite_opening(struct finding *finding, const struct session *session)
{
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	finding_evidence(finding, x->syn_first_packet, x->syn_first_time, "SYN");
	if (x->syn_count > 1)
		finding_evidence(finding, x->syn_last_packet, x->syn_last_time, "SYN again");
	if (y->syn_first_packet)
		finding_evidence(finding, y->syn_first_packet, y->syn_first_time, "SYN-ACK");
	if (y->syn_count > 1)
		finding_evidence(finding, y->syn_last_packet, y->syn_last_time, "SYN-ACK again");
	if (session->tcp->handshake.complete)
		finding_evidence(finding, session->tcp->handshake.ack_packet,
				 session->tcp->handshake.done_time, "ACK: open");
}

static void repeated_request(struct analysis_context *context, const struct session *session)
{
	struct connect_state *state = context->state;
	const struct tcp_side *x = &session->tcp->side[session->client];
	uint8_t server = session_server(session);
	const struct tcp_side *y = &session->tcp->side[server];
	int64_t retry = x->syn_last_time - x->syn_first_time;
	struct finding finding;
	if (x->syn_ecn_dropped) {
		uint16_t *seen = counter_of(state->ecn_dropped, session);
		if (++*seen < state->ecn)
			return;
		finding_begin(&finding, &ecn_blocked, session);
		blame_middlebox(&finding, session, server);
		finding.confidence = CONFIDENCE_LIKELY;
		finding.cost = retry;
		finding_duration(&finding, "retry", retry);
		finding_why(&finding, "Every request with ECN stayed unanswered and every one without it was answered.");
		cite_opening(&finding, session);
		finding_submit(context->findings, &finding);
		return;
	}
	uint16_t *seen = counter_of(state->repeated, session);
	if (*seen < UINT16_MAX)
		(*seen)++;
	finding_begin(&finding, &syn_retransmitted, session);
	finding.cost = retry;
	finding.confidence = CONFIDENCE_LIKELY;
	if (*seen < state->connections && retry < RETRY_THAT_HURTS)
		finding.severity = SEVERITY_NOTICE;
	finding_duration(&finding, "retry", retry);
	finding_count(&finding, "connections", 1);
	bool answered_before = y->syn_first_time && y->syn_first_time < x->syn_last_time;
	if (answered_before) {
		blame_network_at(&finding, session, session->client);
		finding_words(&finding, "where", "on the client's side");
		finding_why(&finding, "The answer to the first request passed the capture point before the client asked "
			    "again: it was lost on the way to the client.");
	} else {
		blame_network_at(&finding, session, server);
		finding_words(&finding, "where", "on the server's side");
		finding_why(&finding, "The first request passed the capture point and no answer to it came by: lost "
			    "behind it, or the server did not answer.");
		finding_alternative(&finding, "the server's listen queue was full", NULL);
	}
	cite_opening(&finding, session);
	finding_submit(context->findings, &finding);
}

static void repeated_answer(struct analysis_context *context, const struct session *session)
{
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	const struct tcp_handshake *handshake = &session->tcp->handshake;
	if (x->rst_seen && !handshake->complete)
		return;            /* the client refused: it scans, or it gave up */
	bool deferred = handshake->complete && handshake->done_time < y->syn_last_time;
	struct finding finding;
	finding_begin(&finding, &synack_retransmitted, session);
	finding_count(&finding, "answers", y->syn_count);
	finding.cost = handshake->complete ? handshake->done_time - y->syn_first_time : 0;
	finding.confidence = CONFIDENCE_LIKELY;
	blame_network_at(&finding, session, session->client);
	if (deferred) {
		finding.severity = SEVERITY_INFO;
		finding.sub_kind = "deferred-accept";
		finding_words(&finding, "outcome", "had confirmed already; the server accepts only with data");
		blame_nobody(&finding);
		finding_why(&finding, "The acknowledgement passed the capture point before the repeat.");
	} else {
		finding_words(&finding, "outcome", "%s", handshake->complete ? "confirms late" : "never confirms");
		if (handshake->complete)
			finding.severity = SEVERITY_NOTICE;
		finding_why(&finding, "The SYN-ACK passed the capture point, and nothing came back from the client's "
			    "side in time.");
		finding_alternative(&finding, "the client is gone, or sent its request with a false address", NULL);
	}
	cite_opening(&finding, session);
	finding_submit(context->findings, &finding);
}

/* Both ends repeat what opens a connection after a second (RFC 6298; before it, in stacks without time stamps, three):
 * where nobody did, it was the recorder's clock that passed, or the repeat that it missed. */
static bool should_have_repeated(const struct session *session, const struct tcp_handshake *handshake)
{
	int64_t wait = handshake->server_part > handshake->client_part ? handshake->server_part
									: handshake->client_part;
	bool modern = session->tcp->side[session->client].timestamps;
	return wait > (modern ? NANOSECONDS : 3 * NANOSECONDS) * 5 / 4;
}

static void slow(struct analysis_context *context, const struct session *session)
{
	const struct connect_state *state = context->state;
	const struct tcp_handshake *handshake = &session->tcp->handshake;
	uint8_t server = session_server(session);
	int64_t took = handshake->server_part + handshake->client_part;
	if (handshake->server_part < 0 || took < state->slow)
		return;
	const struct rtt_estimate *far = &session->tcp->side[server].rtt;
	const struct rtt_estimate *near = &session->tcp->side[session->client].rtt;
	int64_t path = (far->samples ? far->minimum : 0) + (near->samples ? near->minimum : 0);
	struct finding finding;
	finding_begin(&finding, &slow_connect, session);
	if ((double)took < state->ratio * (double)path) {
		finding.severity = SEVERITY_NOTICE;
		finding.sub_kind = "long-path";
	}
	finding.cost = took;
	finding_duration(&finding, "took", took);
	finding_duration(&finding, "to_server", handshake->server_part);
	finding_duration(&finding, "to_client", handshake->client_part);
	finding_duration(&finding, "path", path);
	finding_threshold(&finding, "time", UNIT_SECONDS, (double)state->slow / 1e9);
	finding.confidence = CONFIDENCE_LIKELY;
	blame_network_at(&finding, session, handshake->server_part >= handshake->client_part
			 ? server : session->client);
	if (finding.sub_kind) {
		finding_why(&finding, "Later round trips on this connection are as long: it is the path on that side.");
	} else {
		finding_why(&finding, "Most of the time passed on that side of the capture point, while later round trips "
			    "are much shorter.");
		finding_alternative(&finding, "the host on that side was slow to answer", NULL);
	}
	if (should_have_repeated(session, handshake))
		finding_doubt(&finding, QUALITY_CLOCK);
	/* Stacks confirm at once and send their data behind that. */
	if (handshake->ack_has_data && handshake->client_part > handshake->server_part)
		finding_doubt(&finding, QUALITY_LOSS);
	cite_opening(&finding, session);
	finding_submit(context->findings, &finding);
}

static void connect_end(struct analysis_context *context, const struct session *session,
			const struct observation *last)
{
	const struct connect_state *state = context->state;
	(void)last;
	if (!session->tcp)
		return;
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	bool opened = session->tcp->handshake.complete;
	if (opened && x->syn_seen && x->syn_count > 1 && y->synack_seen)
		repeated_request(context, session);
	else if (y->synack_seen && y->syn_count >= state->answers)
		repeated_answer(context, session);
	else if (opened && x->syn_seen)
		slow(context, session);
}

const struct analyzer tcp_connect_analyzer = {
	.name = "tcp-connect",
	.kinds = kinds,
	.state_size = sizeof(struct connect_state),
	.begin = connect_begin,
	.session_end = connect_end,
};
