/* Which conversations began before the trace, and which went on after it? capture/midstream,
 * capture/ends-early. */
#include "analyze/concerned.h"
#include "analyze/proof.h"

static const struct finding_kind midstream = {
	.id = "capture/midstream",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "Conversations began before the trace",
	.say = "The trace starts in the middle of {conversations|connection|connections}. Their "
	       "window scaling is unknown, so limits by the window are estimates, and who is the "
	       "client is a guess.",
	.meaning = "No SYN of these connections was recorded.",
	.false_alarms = "A capture filter can drop the SYN too (capture/filtered). Single stray "
			"packets do not count.",
	.advice = { "Start the recording before the connections are opened, or restart the "
		    "application during it." },
	.reference = "RFC 7323 2.2",
	.parameters = {
		{ .name = "packets", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "of a connection at least" },
	},
};

static const struct finding_kind ends_early = {
	.id = "capture/ends-early",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "The trace ends in the middle of conversations",
	.say = "{conversations|conversation was|conversations were} cut by the end of the trace, "
	       "with something still open. That nothing came after is not proved for them.",
	.meaning = "A request without its answer, or data without its confirmation, stands within "
		   "a few seconds of the end of the trace.",
	.false_alarms = "Conversations that were closed, or that wait for nothing, do not count.",
	.advice = { "Record longer: stop 30 s after the failure or later." },
};

struct edge_state {
	uint64_t least;
	struct proof begun, cut;
	struct concerned midstream, early;
};

static void edge_begin(struct analysis_context *context)
{
	struct edge_state *state = context->state;
	state->least = (uint64_t)setting(context->settings, &midstream, "packets");
}

/* A datagram to a known service of one host, or a ping. Nobody has to answer a group. */
static bool waits_for_answer(const struct session *session)
{
	const struct address *server = &session->key.end[session_server(session)].address;
	if (address_is_multicast(server) || address_is_broadcast(server))
		return false;
	if (session->kind == SESSION_ICMP)
		return session->requests > session->responses;
	return session_service(session) && !session->responses;
}

static bool waits_for_something(const struct session *session, const struct observation *last)
{
	const struct tcp_session *tcp = session->tcp;
	if (!tcp)
		return waits_for_answer(session);
	if (tcp->closed)
		return false;
	for (unsigned i = 0; i < last->event_count; i++)
		if (last->events[i].type == EVENT_TRANSACTION &&
		    !last->events[i].transaction->response_packet)
			return true;
	return tcp->side[0].snd_max > tcp->side[0].ack_hi ||
	       tcp->side[1].snd_max > tcp->side[1].ack_hi;
}

static void edge_session_end(struct analysis_context *context, const struct session *session,
			     const struct observation *last)
{
	struct edge_state *state = context->state;
	uint64_t packets = session->side[0].packets + session->side[1].packets;
	if ((session->quality & QUALITY_MIDSTREAM) && packets >= state->least) {
		concerned_add(&state->midstream, session);
		proof_add_at(&state->begun, session->first_packet, session->first_time);
	}
	if (session->end == SESSION_END_OF_TRACE && (session->quality & QUALITY_END) &&
	    !(session->quality & QUALITY_ONE_WAY) && waits_for_something(session, last)) {
		concerned_add(&state->early, session);
		proof_add_at(&state->cut, session->last_packet, session->last_time);
	}
}

static void submit(struct analysis_context *context, const struct finding_kind *kind,
		   const struct concerned *sessions, const struct proof *proof, const char *why,
		   const char *note)
{
	struct finding finding;
	if (!sessions->total)
		return;
	finding_begin(&finding, kind, NULL);
	finding.count = sessions->total;
	finding_count(&finding, "conversations", (double)sessions->total);
	blame_capture(&finding);
	finding_why(&finding, "%s", why);
	proof_give(proof, &finding, note);
	concerned_submit(sessions, &finding, context->findings);
}

static void edge_finish(struct analysis_context *context)
{
	struct edge_state *state = context->state;
	submit(context, &midstream, &state->midstream, &state->begun,
	       "The recorder was started after the connections were opened.",
	       "first packet of a connection whose opening is not in the trace");
	submit(context, &ends_early, &state->early, &state->cut,
	       "The recorder was stopped, not the conversations.",
	       "last packet of a conversation that still waited for something");
}

static void edge_destroy(struct analysis_context *context)
{
	struct edge_state *state = context->state;
	concerned_finish(&state->midstream);
	concerned_finish(&state->early);
}

static const struct finding_kind *const kinds[] = { &midstream, &ends_early, NULL };

const struct analyzer capture_edges_analyzer = {
	.name = "capture-edges",
	.kinds = kinds,
	.state_size = sizeof(struct edge_state),
	.begin = edge_begin,
	.session_end = edge_session_end,
	.finish = edge_finish,
	.destroy = edge_destroy,
};
