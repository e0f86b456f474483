/* Does a program call home by the clock? security/beacon. */
#include <math.h>
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/proof.h"
#include "core/clock.h"
#include "decode/decoder.h"
#include "decode/ip.h"

static const struct finding_kind beacon = {
	.id = "security/beacon",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_SEC,
	.merge = MERGE_SERVICE,
	.weakened_by = QUALITY_CLOCK,
	.title = "A program calls home by the clock",
	.say = "{client} calls {server} port {server_port} every {interval}, {calls|time|times}, and always "
	       "with the same amount of data.",
	.meaning = "Connections to one service at regular intervals, each as large as the others. Software "
		   "that asks its master for orders does that; so do harmless programs that look for news.",
	.false_alarms = "Time, monitoring and other known services repeat by design and are left out, and so "
			"are web servers in private networks; the rest must be identified by somebody who "
			"knows the host.",
	.advice = { "Find out which program on {client} makes these connections, and whether {server} is "
		    "known." },
	.reference = "MITRE ATT&CK T1071; T1029",
	.parameters = {
		{ .name = "connections", .unit = UNIT_COUNT, .value = 20,
		  .meaning = "of one client to one service" },
		{ .name = "jitter", .unit = UNIT_RATIO, .value = 0.1,
		  .meaning = "standard deviation of intervals, and of sizes, for their mean" },
		{ .name = "interval", .unit = UNIT_SECONDS, .value = 5,
		  .meaning = "between two of them, at least" },
	},
};

static const struct finding_kind *const kinds[] = { &beacon, NULL };

#define CALLERS_REMEMBERED 1024

struct caller {
	struct address client;
	struct endpoint server;
}; /* the key */

struct series {
	double count, mean, squares;
}; /* Welford's running variance */

struct calls {
	struct series intervals, sizes;
	int64_t last;
	bool unordered; /* conversations ended in another order than they began */
	const char *service;
	uint32_t quality, session_number;
	struct proof proof;
};

struct beacon_state {
	struct cache callers; /* struct caller to struct calls */
	double connections, jitter, interval;
	struct finding_store *findings;
};

static void series_add(struct series *series, double value)
{
	double apart = value - series->mean;
	series->count++;
	series->mean += apart / series->count;
	series->squares += apart * (value - series->mean);
}

/* Standard deviation for the mean. */
static double series_variation(const struct series *series)
{
	if (series->count < 2 || series->mean <= 0)
		return series->mean > 0 ? 0 : 1;
	return sqrt(series->squares / (series->count - 1)) / series->mean;
}

static bool is_web(uint16_t port)
{
	return port == 80 || port == 443 || port == 8080 || port == 8443;
}

/* Known services repeat by design. The web is what those use who want to hide. */
static bool is_of_interest(const struct session *session)
{
	const struct endpoint *server = &session->key.end[session_server(session)];
	if (is_web(server->port))
		return !address_is_private(&server->address);
	return !service_name(session->key.protocol, server->port);
}

static void beacon_end(struct analysis_context *context, const struct session *session,
		       const struct observation *last)
{
	struct beacon_state *state = context->state;
	(void)last;
	if (!session->tcp || !session->tcp->handshake.complete || !is_of_interest(session))
		return;
	const struct tcp_side *client = &session->tcp->side[session->client];
	if (!client->unique_bytes)
		return;
	struct caller caller;
	memset(&caller, 0, sizeof caller);
	caller.client = session->key.end[session->client].address;
	caller.server = session->key.end[session_server(session)];
	bool fresh;
	struct calls *calls = cache_enter(&state->callers, &caller, &fresh);
	int64_t time = client->syn_first_time;
	if (fresh) {
		calls->service = session_service(session);
		calls->session_number = session->number;
	} else if (time < calls->last) {
		calls->unordered = true;
	} else {
		series_add(&calls->intervals, (double)(time - calls->last) / 1e9);
	}
	calls->last = time;
	calls->quality |= session->quality;
	series_add(&calls->sizes,
		   (double)(client->unique_bytes +
			    session->tcp->side[session_server(session)].unique_bytes));
	proof_add_at(&calls->proof, client->syn_first_packet, time);
}

static void report(const struct beacon_state *state, const struct caller *caller,
		   const struct calls *calls)
{
	if (calls->unordered || (double)calls->proof.total < state->connections ||
	    calls->intervals.mean < state->interval ||
	    series_variation(&calls->intervals) > state->jitter ||
	    series_variation(&calls->sizes) > state->jitter)
		return;
	struct finding finding;
	finding_begin(&finding, &beacon, NULL);
	finding_subject(&finding, &caller->client, &caller->server.address, caller->server.port,
			IP_PROTOCOL_TCP);
	finding.service = calls->service;
	finding.session_kind = SESSION_TCP;
	finding.session_number = calls->session_number;
	finding.quality = calls->quality;
	finding.confidence = CONFIDENCE_POSSIBLE;
	finding.count = calls->proof.total;
	finding_count(&finding, "calls", (double)calls->proof.total);
	finding_number(&finding, "interval", UNIT_SECONDS, calls->intervals.mean, FACT_FIRST);
	finding_number(&finding, "jitter", UNIT_RATIO, series_variation(&calls->intervals),
		       FACT_MAX);
	finding_number(&finding, "size", UNIT_BYTES, calls->sizes.mean, FACT_FIRST);
	finding_threshold(&finding, "threshold", UNIT_RATIO, state->jitter);
	blame_word(&finding, PARTY_CLIENT, "app:client");
	finding_why(&finding, "A clock makes these connections, not a user.");
	finding_alternative(&finding, "a harmless program that looks for news, or a health check",
			    NULL);
	proof_give(&calls->proof, &finding, "a call begins");
	finding_submit(state->findings, &finding);
}

static void forget(void *user, const void *key, void *value)
{
	report(user, key, value);
}

static void beacon_begin(struct analysis_context *context)
{
	struct beacon_state *state = context->state;
	cache_init(&state->callers, CALLERS_REMEMBERED, sizeof(struct caller),
		   sizeof(struct calls));
	state->callers.forget = forget;
	state->callers.user = state;
	state->connections = setting(context->settings, &beacon, "connections");
	state->jitter = setting(context->settings, &beacon, "jitter");
	state->interval = setting(context->settings, &beacon, "interval");
	state->findings = context->findings;
}

static void beacon_finish(struct analysis_context *context)
{
	const struct beacon_state *state = context->state;
	const void *key;
	const struct calls *calls;
	for (size_t at = 0; (calls = cache_next(&state->callers, &at, &key));)
		report(state, key, calls);
}

static void beacon_destroy(struct analysis_context *context)
{
	struct beacon_state *state = context->state;
	cache_finish(&state->callers);
}

const struct analyzer security_beacon_analyzer = {
	.name = "security-beacon",
	.kinds = kinds,
	.state_size = sizeof(struct beacon_state),
	.begin = beacon_begin,
	.session_end = beacon_end,
	.finish = beacon_finish,
	.destroy = beacon_destroy,
};
