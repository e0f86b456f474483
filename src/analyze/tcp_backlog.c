/* Does a busy server drop connection requests? tcp/backlog-drop. */
#include <stdlib.h>

#include "analyze/concerned.h"
#include "analyze/proof.h"
#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/hash.h"
#include "core/memory.h"

static const struct finding_kind backlog_drop = {
	.id = "tcp/backlog-drop",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_IE,
	.merge = MERGE_SERVER,
	.weakened_by = QUALITY_LOSS,
	.title = "A busy server drops connection requests",
	.say = "{server} drops connection requests to port {server_port} when it is busy: "
	       "{dropped} of {asked|request|requests} ({share}) stayed without effect while others "
	       "were served.",
	.meaning = "Recorded at or near the server, some requests have no answer although others "
		   "to the same port are answered at the same time, or the server repeats its "
		   "SYN-ACK although the client's ACK and data arrived: its queue of new "
		   "connections (listen, accept) is full.",
	.false_alarms = "A firewall before the server that limits rates looks the same from afar, "
			"so the trace must be taken at or near the server; where data is lost on "
			"the way, too, requests are simply lost; where a conversation goes on, the recorder missed its "
			"SYN-ACK.",
	.advice = { "Raise the backlog of the program on {server} and the system's limit "
		    "(somaxconn; z/OS: SOMAXCONN).",
		    "Find out why the program accepts too slowly: processor, threads, a slow back "
		    "end." },
	.reference = "RFC 9293 3.8.3; listen(2)",
	.beyond = "A full queue shows in the connections that got no answer beside those that did.",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.05,
		  .meaning = "share of the requests that were dropped" },
		{ .name = "drops", .unit = UNIT_COUNT, .value = 3, .meaning = "requests dropped" },
		{ .name = "connections", .unit = UNIT_COUNT, .value = 5,
		  .meaning = "connections that were served" },
	},
};

static const struct finding_kind *const kinds[] = { &backlog_drop, NULL };

#define LISTENERS 256 /* first come, first kept; who clashes with another is not judged */
#define AT_THE_SAME_TIME NANOSECONDS
#define LOSS_MARGIN 4              /* requests must be dropped so many times as often as data */

struct listener {
	struct endpoint server;
	uint64_t requests;               /* SYNs */
	uint32_t served, near, overflows;
	uint64_t data, data_lost;        /* segments towards the server */
	int64_t first_served, last_served, cost;
	struct proof dropped;
	struct finding *finding;         /* begun with the first drop */
	struct concerned concerned;      /* connections with drops */
};

struct backlog_state {
	double share, drops, connections;
	struct listener listeners[LISTENERS];
};

static void backlog_begin(struct analysis_context *context)
{
	struct backlog_state *state = context->state;
	state->share = setting(context->settings, &backlog_drop, "share");
	state->drops = setting(context->settings, &backlog_drop, "drops");
	state->connections = setting(context->settings, &backlog_drop, "connections");
}

static struct listener *listener_of(struct backlog_state *state, const struct session *session)
{
	const struct endpoint *server = &session->key.end[session_server(session)];
	struct listener *listener =
		&state->listeners[hash_bytes(server, sizeof *server, 0) % LISTENERS];
	if (!listener->requests)
		listener->server = *server;
	return address_equal(&listener->server.address, &server->address) &&
	       listener->server.port == server->port ? listener : NULL;
}

static void add_drop(struct listener *listener, const struct session *session, uint64_t packet,
		     int64_t time, const char *note)
{
	if (!listener->finding) {
		listener->finding = memory_allocate(sizeof *listener->finding);
		finding_begin(listener->finding, &backlog_drop, session);
	}
	if (listener->dropped.total < PROOF_FIRST)
		finding_evidence(listener->finding, packet, time, "%s", note);
	struct sample sample = { packet, time };
	if (!listener->dropped.total++)
		listener->dropped.first[0] = sample;
	if (time > listener->dropped.last.time)
		listener->dropped.last = sample;
	if (time < listener->dropped.first[0].time)
		listener->dropped.first[0] = sample;
}

/* SYNs without an answer: all, or all but the one that was answered after the last of them. */
static void add_requests(struct analysis_context *context, struct listener *listener,
			 const struct session *session)
{
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	uint32_t unanswered = 0;
	/* Where the conversation goes on, if only to be given up, the recorder missed the SYN-ACK. */
	bool goes_on = session->side[session_server(session)].packets ||
		       session->side[session->client].packets > x->syn_count;
	if (!y->synack_seen && !goes_on && context->trace->last_time - x->syn_last_time > AT_THE_SAME_TIME)
		unanswered = x->syn_count;
	else if (y->synack_seen && y->syn_first_time > x->syn_last_time)
		unanswered = x->syn_count - 1;
	if (!unanswered)
		return;
	listener->cost += x->syn_last_time - x->syn_first_time;
	concerned_add(&listener->concerned, session);
	add_drop(listener, session, x->syn_first_packet, x->syn_first_time,
		 "a request without an answer");
	if (unanswered > 1 + (uint32_t)y->synack_seen)
		add_drop(listener, session, x->syn_last_packet, x->syn_last_time, "again");
	listener->dropped.total += unanswered > 2 ? unanswered - 2 : 0;
}

/* The client's ACK and data are there, and still the server offers the connection: it had no place
 * for it. (A server that only waits for data, TCP_DEFER_ACCEPT, is content with data.) */
static bool ignores_client(const struct session *session)
{
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	return session->tcp->handshake.complete && x->first_data_time && y->syn_count > 1 &&
	       y->syn_last_time > x->first_data_time && x->repeated_segments > 0 &&
	       y->syn_last_time - x->first_data_time > tcp_round_trip(session);
}

static void backlog_end(struct analysis_context *context, const struct session *session,
			const struct observation *last)
{
	struct backlog_state *state = context->state;
	(void)last;
	if (!session->tcp || !session->tcp->side[session->client].syn_seen)
		return;
	uint8_t server = session_server(session);
	const struct tcp_side *x = &session->tcp->side[session->client],
			      *y = &session->tcp->side[server];
	bool refused = y->rst_seen && !y->synack_seen;
	struct listener *listener =
		refused || y->challenge_packet ? NULL : listener_of(state, session);
	if (!listener)
		return;
	enum vantage vantage = session_vantage(context->trace->sessions, session, server, NULL);
	listener->near += vantage == VANTAGE_AT || vantage == VANTAGE_NEAR;
	listener->requests += x->syn_count;
	add_requests(context, listener, session);
	if (ignores_client(session)) {
		listener->overflows++;
		concerned_add(&listener->concerned, session);
		listener->cost += y->syn_last_time - x->first_data_time;
		add_drop(listener, session, y->syn_last_packet, y->syn_last_time,
			 "SYN-ACK again, although ACK and data had arrived");
		return;
	}
	listener->data += x->data_segments;
	listener->data_lost += x->lost_downstream;
	if (y->synack_seen) {
		if (!listener->served++ || y->syn_first_time < listener->first_served)
			listener->first_served = y->syn_first_time;
		if (y->syn_first_time > listener->last_served)
			listener->last_served = y->syn_first_time;
	}
}

/* Once with all that it says, and then for every connection that it explains. */
static void judge(struct analysis_context *context, struct listener *listener)
{
	const struct backlog_state *state = context->state;
	const struct proof *dropped = &listener->dropped;
	struct finding *finding = listener->finding;
	double share = (double)dropped->total / (double)listener->requests;
	double loss = listener->data ? (double)listener->data_lost / (double)listener->data : 0;
	if ((double)dropped->total < state->drops || listener->served < state->connections ||
	    share < state->share || listener->near < listener->served ||
	    dropped->first[0].time < listener->first_served - AT_THE_SAME_TIME ||
	    dropped->last.time > listener->last_served + AT_THE_SAME_TIME ||
	    loss * LOSS_MARGIN > share)
		return;
	finding->confidence = CONFIDENCE_LIKELY;
	finding->sub_kind = listener->overflows ? "accept-queue" : "listen-queue";
	finding->count = dropped->total;
	finding->cost = listener->cost;
	finding_count(finding, "dropped", (double)dropped->total);
	finding_count(finding, "asked", (double)listener->requests);
	finding_number(finding, "share", UNIT_RATIO, share, FACT_MAX);
	finding_threshold(finding, "threshold", UNIT_RATIO, state->share);
	finding_evidence(finding, dropped->last.packet, dropped->last.time, "the last one of %llu",
			 (unsigned long long)dropped->total);
	blame_word(finding, PARTY_SERVER, "server");
	finding_why(finding, "The requests were recorded close to the server, others were answered "
			     "at the same time, and no data was lost on that way: the server "
			     "itself ignored them.");
	finding_alternative(finding, "a device right before the server limits the rate of new "
				     "connections", NULL);
	finding->session_number = 0;
	concerned_submit(&listener->concerned, finding, context->findings);
}

static void backlog_finish(struct analysis_context *context)
{
	struct backlog_state *state = context->state;
	for (size_t i = 0; i < LISTENERS; i++)
		if (state->listeners[i].finding)
			judge(context, &state->listeners[i]);
}

static void backlog_destroy(struct analysis_context *context)
{
	struct backlog_state *state = context->state;
	for (size_t i = 0; i < LISTENERS; i++) {
		free(state->listeners[i].finding);
		concerned_finish(&state->listeners[i].concerned);
	}
}

const struct analyzer tcp_backlog_analyzer = {
	.name = "tcp-backlog",
	.kinds = kinds,
	.state_size = sizeof(struct backlog_state),
	.begin = backlog_begin,
	.session_end = backlog_end,
	.finish = backlog_finish,
	.destroy = backlog_destroy,
};
