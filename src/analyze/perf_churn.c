/* Does a client open a new connection for every little thing? perf/connection-churn. */
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/rate.h"
#include "core/clock.h"
#include "core/sum.h"
#include "decode/ip.h"

static const struct finding_kind churn = {
	.id = "perf/connection-churn",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_COARSE,
	.weakened_by = QUALITY_LOSS | QUALITY_CLOCK,
	.title = "A new connection for every little thing",
	.say = "{client} opened {opened} connections to {server} port {server_port}, up to {rate} "
	       "in a minute, each for a question or two: opening them took {opening}, {share} of "
	       "their time.",
	.meaning = "Every connection costs a round trip before its first question and begins "
		   "slowly. Connections that are used again save both.",
	.false_alarms = "Health checks open connections by design, but seldom so many; where "
			"opening is a small part of the time nothing is said.",
	.advice = { "Let the program on {client} keep its connections and use them again "
		    "(keep-alive, a connection pool)." },
	.reference = "RFC 9112 9.3",
	.parameters = {
		{ .name = "connections", .unit = UNIT_COUNT, .value = 20,
		  .meaning = "of one client to one service in a minute" },
		{ .name = "turns", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "questions on each, at most" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.3,
		  .meaning = "of their time that opening them took" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 0.5,
		  .meaning = "that opening them took in all, at least" },
	},
};

static const struct finding_kind *const kinds[] = { &churn, NULL };

#define CALLERS 512                /* pairs of client and service watched at a time */
#define MINUTE (60 * NANOSECONDS)

struct caller { struct address client; struct endpoint server; };       /* the key */

struct calls {
	uint32_t first_session, quality;
	const char *service;
	struct rate rate;
	uint32_t most, connections;        /* in one minute; in all */
	int64_t opening, lasted, first_time, last_time;
	uint64_t first_packet, last_packet;
};

struct churn_state {
	double connections, turns, share;
	int64_t time;
	struct finding_store *findings;
	struct cache callers;
};

static void report(const struct churn_state *state, const struct caller *caller,
		   const struct calls *calls)
{
	if (calls->most < state->connections || calls->opening < state->time ||
	    (double)calls->opening < state->share * (double)calls->lasted)
		return;
	struct finding finding;
	finding_begin(&finding, &churn, NULL);
	finding_subject(&finding, &caller->client, &caller->server.address, caller->server.port,
			IP_PROTOCOL_TCP);
	finding.session_number = calls->first_session;
	finding.service = calls->service;
	finding.quality = calls->quality;
	finding.confidence = CONFIDENCE_LIKELY;
	finding.count = calls->connections;
	finding.cost = calls->opening;
	blame_word(&finding, PARTY_CLIENT, "app:client");
	finding_why(&finding, "The client decides when a connection is opened.");
	finding_alternative(&finding, "the server, if it closes connections that the client would "
			    "keep", NULL);
	finding_count(&finding, "opened", calls->connections);
	finding_count(&finding, "rate", calls->most);
	finding_number(&finding, "opening", UNIT_SECONDS, (double)calls->opening / 1e9, FACT_SUM);
	finding_number(&finding, "share", UNIT_RATIO,
		       (double)calls->opening / (double)calls->lasted, FACT_MAX);
	finding_threshold(&finding, "connections", UNIT_COUNT, state->connections);
	finding_evidence(&finding, calls->first_packet, calls->first_time,
			 "the first of them opens");
	finding_evidence(&finding, calls->last_packet, calls->last_time, "the last of them opens");
	finding_submit(state->findings, &finding);
}

static void forget(void *user, const void *key, void *value)
{
	report(user, key, value);
}

static void churn_begin(struct analysis_context *context)
{
	struct churn_state *state = context->state;
	state->connections = setting(context->settings, &churn, "connections");
	state->turns = setting(context->settings, &churn, "turns");
	state->share = setting(context->settings, &churn, "share");
	state->time = setting_duration(context->settings, &churn, "time");
	state->findings = context->findings;
	cache_init(&state->callers, CALLERS, sizeof(struct caller), sizeof(struct calls));
	state->callers.forget = forget;
	state->callers.user = state;
}

static void churn_end(struct analysis_context *context, const struct session *session,
		      const struct observation *last)
{
	struct churn_state *state = context->state;
	const struct tcp_session *tcp = session->tcp;
	(void)last;
	if (!tcp || !tcp->handshake.complete || tcp->handshake.server_part < 0 || !tcp->turns ||
	    tcp->turns > state->turns)
		return;
	const struct tcp_side *client = &tcp->side[session->client];
	struct caller caller;
	memset(&caller, 0, sizeof caller);
	caller.client = session->key.end[session->client].address;
	caller.server = session->key.end[session_server(session)];
	bool fresh;
	struct calls *calls = cache_enter(&state->callers, &caller, &fresh);
	if (fresh) {
		calls->first_session = session->number;
		calls->service = session_service(session);
		calls->first_packet = client->syn_first_packet;
		calls->first_time = client->syn_first_time;
	}
	calls->connections++;
	calls->quality |= session->quality;
	calls->opening = sum_of(calls->opening, tcp->handshake.done_time - client->syn_first_time);
	/* What comes after the last data is only the closing, and hurts nobody. */
	int64_t done = tcp->side[0].last_data_time > tcp->side[1].last_data_time
		? tcp->side[0].last_data_time : tcp->side[1].last_data_time;
	calls->lasted = sum_of(calls->lasted, done - client->syn_first_time);
	calls->last_packet = client->syn_first_packet;
	calls->last_time = client->syn_first_time;
	uint32_t rate = rate_add(&calls->rate, client->syn_first_time, MINUTE);
	if (rate > calls->most)
		calls->most = rate;
}

static void churn_finish(struct analysis_context *context)
{
	const struct churn_state *state = context->state;
	const void *key;
	const struct calls *calls;
	for (size_t at = 0; (calls = cache_next(&state->callers, &at, &key));)
		report(state, key, calls);
}

static void churn_destroy(struct analysis_context *context)
{
	struct churn_state *state = context->state;
	cache_finish(&state->callers);
}

const struct analyzer perf_churn_analyzer = {
	.name = "perf-churn",
	.kinds = kinds,
	.state_size = sizeof(struct churn_state),
	.begin = churn_begin,
	.session_end = churn_end,
	.finish = churn_finish,
	.destroy = churn_destroy,
};
