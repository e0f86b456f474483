/* How long is the way, and does it get longer under load? tcp/rtt-high, tcp/rtt-inflation. */
#include <stdlib.h>

#include "analyze/cache.h"
#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/memory.h"

static const struct finding_kind rtt_high = {
	.id = "tcp/rtt-high",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_COARSE | QUALITY_CLOCK,
	.title = "The round trip is long",
	.say = "A round trip between {client} and {server} takes at least {rtt}: {client_part} on "
	       "the client's side of the capture point, {server_part} on the server's.",
	.meaning = "The smallest round trip of all connections between the two hosts. It is what "
		   "distance and line make of it, before any load, and every question and answer "
		   "costs it once.",
	.false_alarms = "Delayed acknowledgements look like long round trips; the handshake, or "
			"full segments that are confirmed at once, are measured instead.",
	.advice = { "Fewer turns: see how many questions and answers the program needs for one "
		    "action.",
		    "A nearer server, or a cache near the users. Light in glass needs 1 ms for 100 "
		    "km and back." },
	.reference = "RFC 6298; RFC 6349",
	.parameters = {
		{ .name = "rtt", .unit = UNIT_SECONDS, .value = 0.15, .lan = 0.02, .satellite = 0.9,
		  .mainframe = 0.05, .strict = 0.005, .meaning = "smallest round trip" },
	},
};

static const struct finding_kind rtt_inflation = {
	.id = "tcp/rtt-inflation",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_COARSE | QUALITY_REORDERED | QUALITY_CLOCK,
	.weakened_by = QUALITY_LOSS,
	.title = "Queues lengthen the round trip under load",
	.say = "Queues on {place} add up to {added} to the round trip when {sender} sends much: "
	       "{base} at rest, {busy} and more for one packet in twenty.",
	.meaning = "The round trip grows with what is under way: packets wait in a long queue in "
		   "front of the narrowest link (bufferbloat), and everybody who uses that link "
		   "waits with them.",
	.false_alarms = "Only acknowledgements hurried by later segments are measured, so none is "
			"delayed on purpose. Round trips that vary without regard to the load are "
			"jitter.",
	.advice = { "Shape the traffic a little below the rate of that link, or use queue "
		    "management (fq_codel, CAKE).",
		    "QoS for what must not wait; see who else uses the line at that time." },
	.reference = "RFC 6349 (buffer delay); RFC 8290; RFC 7567",
	.parameters = {
		{ .name = "added", .unit = UNIT_SECONDS, .value = 0.05, .lan = 0.02, .satellite = 0.3,
		  .meaning = "by which one round trip in twenty exceeds the smallest" },
		{ .name = "warn", .unit = UNIT_SECONDS, .value = 0.15, .lan = 0.05, .satellite = 0.6,
		  .strict = PARAMETER_ZERO, .meaning = "added, below which it is a notice" },
		{ .name = "ratio", .unit = UNIT_RATIO, .value = 1,
		  .meaning = "the same, as a share of the smallest" },
		{ .name = "samples", .unit = UNIT_COUNT, .value = 50,
		  .meaning = "round trips measured under load" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 1,
		  .meaning = "between the first and the last of them" },
		{ .name = "correlation", .unit = UNIT_NONE, .value = 0.5,
		  .meaning = "of round trip and bytes under way" },
	},
};

static const struct finding_kind *const kinds[] = { &rtt_high, &rtt_inflation, NULL };

#define PAIRS 4096                 /* pairs of hosts whose smallest round trip is remembered */
#define PROMPT_SURE (30 * MILLISECOND)     /* no stack delays acknowledgements by less */
/* More is a host that was busy, or a clock that was wrong. */
#define TRIP_LONGEST (10 * NANOSECONDS)
#define BUSY_SHARE 0.95

struct pair { struct address end[2]; };

struct pair_trip {                 /* the session with the smallest round trip of a pair */
	int64_t minimum;
	struct finding *finding;   /* NULL while it is not high */
};

struct trip_state {
	int64_t high, added, warn, time;
	double ratio, samples, correlation;
	struct cache pairs;        /* struct pair to struct pair_trip */
};

static void tell(void *user, const void *key, void *value)
{
	struct pair_trip *trip = value;
	(void)key;
	if (trip->finding)
		finding_submit(user, trip->finding);
	free(trip->finding);
	trip->finding = NULL;
}

static void trip_begin(struct analysis_context *context)
{
	struct trip_state *state = context->state;
	const struct settings *settings = context->settings;
	state->high = setting_duration(settings, &rtt_high, "rtt");
	state->added = setting_duration(settings, &rtt_inflation, "added");
	state->ratio = setting(settings, &rtt_inflation, "ratio");
	state->samples = setting(settings, &rtt_inflation, "samples");
	state->warn = setting_duration(settings, &rtt_inflation, "warn");
	state->time = setting_duration(settings, &rtt_inflation, "time");
	state->correlation = setting(settings, &rtt_inflation, "correlation");
	cache_init(&state->pairs, PAIRS, sizeof(struct pair), sizeof(struct pair_trip));
	state->pairs.forget = tell;
	state->pairs.user = context->findings;
}

/* The round trip to one end, free of delayed acknowledgements; -1 when that is not sure. */
static int64_t sure_trip(const struct session *session, uint8_t side)
{
	const struct tcp_side *y = &session->tcp->side[side];
	const struct tcp_handshake *handshake = &session->tcp->handshake;
	int64_t part = side == session->client ? handshake->client_part : handshake->server_part;
	if (!y->rtt.samples)
		return -1;
	if (part >= 0 || y->rtt.minimum < PROMPT_SURE)
		return y->rtt.minimum;
	return y->prompt_rtt_samples ? y->prompt_rtt : -1;
}

static void fill_high(struct finding *finding, const struct session *session, int64_t client,
		      int64_t server)
{
	uint8_t far = client > server ? session->client : session_server(session);
	const struct rtt_estimate *trip = &session->tcp->side[far].rtt;
	finding_begin(finding, &rtt_high, session);
	finding->confidence = CONFIDENCE_LIKELY;
	blame_network_at(finding, session, far);
	finding_why(finding,
		    "The larger part of the round trip lies on that side of the capture point.");
	finding_number(finding, "rtt", UNIT_SECONDS, (double)(client + server) / 1e9, FACT_MIN);
	finding_number(finding, "client_part", UNIT_SECONDS, (double)client / 1e9, FACT_MIN);
	finding_number(finding, "server_part", UNIT_SECONDS, (double)server / 1e9, FACT_MIN);
	finding_evidence(finding, trip->minimum_packet, trip->minimum_time,
			 "completes the smallest round trip on that side");
}

static void follow_pair(struct analysis_context *context, const struct session *session)
{
	struct trip_state *state = context->state;
	int64_t client = sure_trip(session, session->client);
	int64_t server = sure_trip(session, session_server(session));
	if (client < 0 || server < 0 || client + server > TRIP_LONGEST)
		return;
	struct pair pair = { { session->key.end[0].address, session->key.end[1].address } };
	bool fresh;
	struct pair_trip *trip = cache_enter(&state->pairs, &pair, &fresh);
	int64_t sum = client + server;
	if (!fresh && sum >= trip->minimum)
		return;
	trip->minimum = sum;
	if (sum < state->high) {
		free(trip->finding);
		trip->finding = NULL;
		return;
	}
	if (!trip->finding)
		trip->finding = memory_allocate(sizeof *trip->finding);
	fill_high(trip->finding, session, client, server);
	finding_threshold(trip->finding, "rtt_limit", UNIT_SECONDS, (double)state->high / 1e9);
}

static void blame_queue(struct analysis_context *context, struct finding *finding,
			const struct session *session, uint8_t receiver)
{
	const char *reason = "";
	if (session_vantage(context->trace->sessions, session, receiver, &reason) == VANTAGE_AT) {
		blame_host(finding, session, receiver);
		finding->confidence = CONFIDENCE_POSSIBLE;
		finding_why(finding,
			    "The trace was taken on that host (%s): only itself can delay its "
			    "acknowledgements there.", reason);
		return;
	}
	blame_network_at(finding, session, receiver);
	finding->confidence = CONFIDENCE_LIKELY;
	finding_why(finding,
		    "The round trip between the capture point and that end grows, the other part "
		    "does not.");
}

static void judge_load(struct analysis_context *context, const struct session *session,
		       uint8_t receiver)
{
	const struct trip_state *state = context->state;
	const struct tcp_side *y = &session->tcp->side[receiver];
	const struct tcp_load *load = y->load;
	if (!load || load->samples < state->samples ||
	    load->last_time - load->first_time < state->time)
		return;
	int64_t busy = tcp_load_percentile(load, BUSY_SHARE), base = y->rtt.minimum;
	int64_t other = session->tcp->side[receiver ^ 1].rtt.samples ?
			session->tcp->side[receiver ^ 1].rtt.minimum : 0;
	int64_t added = busy - base;
	if (added < state->added || (double)added < state->ratio * (double)(base + other))
		return;
	double correlation = tcp_load_correlation(load);
	struct finding finding;
	finding_begin(&finding, &rtt_inflation, session);
	finding.merge_key = (uint64_t)(receiver == session->client) + 1;
	tcp_say_ends(&finding, session, receiver ^ 1);
	blame_queue(context, &finding, session, receiver);
	finding_words(&finding, "place", "%s", tcp_side_words(session, receiver));
	if (added < state->warn)
		finding.severity = SEVERITY_NOTICE;
	if (correlation < state->correlation) {
		finding.sub_kind = "jitter";
		finding.severity = SEVERITY_NOTICE;
		finding.say = "The round trip on {place} varies by up to {added}: {base} at best, "
			      "{busy} and more for one packet in twenty, whatever {sender} sends.";
	}
	finding_number(&finding, "added", UNIT_SECONDS, (double)added / 1e9, FACT_MAX);
	finding_number(&finding, "base", UNIT_SECONDS, (double)(base + other) / 1e9, FACT_MIN);
	finding_number(&finding, "busy", UNIT_SECONDS, (double)(busy + other) / 1e9, FACT_MAX);
	finding_number(&finding, "correlation", UNIT_NONE, correlation, FACT_MAX);
	finding_count(&finding, "samples", load->samples);
	finding_threshold(&finding, "added_limit", UNIT_SECONDS, (double)state->added / 1e9);
	finding_evidence(&finding, y->rtt.minimum_packet, y->rtt.minimum_time,
			 "completes the smallest round trip");
	finding_evidence(&finding, load->slowest.packet, load->slowest.time,
			 "completes the longest, %.0f ms", (double)load->maximum / 1e6);
	finding_submit(context->findings, &finding);
}

static void trip_end(struct analysis_context *context, const struct session *session,
		     const struct observation *last)
{
	(void)last;
	if (!session->tcp)
		return;
	follow_pair(context, session);
	for (uint8_t receiver = 0; receiver < 2; receiver++)
		judge_load(context, session, receiver);
}

static void trip_finish(struct analysis_context *context)
{
	struct trip_state *state = context->state;
	const void *key;
	void *value;
	for (size_t at = 0; (value = cache_next(&state->pairs, &at, &key));)
		tell(context->findings, key, value);
}

static void trip_destroy(struct analysis_context *context)
{
	struct trip_state *state = context->state;
	const void *key;
	struct pair_trip *trip;
	for (size_t at = 0; (trip = cache_next(&state->pairs, &at, &key));)
		free(trip->finding);
	cache_finish(&state->pairs);
}

const struct analyzer tcp_round_trip_analyzer = {
	.name = "tcp-round-trip",
	.kinds = kinds,
	.state_size = sizeof(struct trip_state),
	.begin = trip_begin,
	.session_end = trip_end,
	.finish = trip_finish,
	.destroy = trip_destroy,
};
