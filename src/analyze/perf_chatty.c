/* Did distance, multiplied by the number of questions, take the time? perf/chatty. */
#include "analyze/analyzer.h"
#include "core/clock.h"

static const struct finding_kind chatty = {
	.id = "perf/chatty",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_COARSE,
	.weakened_by = QUALITY_LOSS | QUALITY_CLOCK,
	.title = "Many small questions, one after the other, over a long way",
	.say = "{client} asked {server} port {server_port} in {turns} rounds of question and "
	       "answer; each paid {rtt} of distance, {travel} in all or {share} of the time. "
	       "Distance, not bandwidth, is the limit.",
	.meaning = "The program waits for each answer before it asks again. Every round costs one "
		   "round trip, whatever the line can carry and however fast the server is.",
	.false_alarms = "On a LAN rounds cost next to nothing, and where the user or the server "
			"takes most of the time the rounds do not matter; both stay silent.",
	.advice = { "Ask for more at once (batches, larger pages, pipelining), cache answers, or "
		    "move the program nearer to its server." },
	.reference = "NetForecast, application turns",
	.parameters = {
		{ .name = "rounds", .unit = UNIT_COUNT, .value = 50, .meaning = "in one session" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.5,
		  .meaning = "of the session's time that the rounds took" },
		{ .name = "rtt", .unit = UNIT_SECONDS, .value = 0.01,
		  .meaning = "shorter ways are near enough" },
		{ .name = "bytes", .unit = UNIT_BYTES, .value = 1000,
		  .meaning = "of a message, on average, at most" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 1, .strict = 0.1,
		  .meaning = "under way, at least" },
	},
};

static const struct finding_kind *const kinds[] = { &chatty, NULL };

struct chatty_limits {
	double rounds, share, bytes;
	int64_t trip, time;
};

static void chatty_begin(struct analysis_context *context)
{
	struct chatty_limits *limits = context->state;
	const struct settings *settings = context->settings;
	limits->rounds = setting(settings, &chatty, "rounds");
	limits->share = setting(settings, &chatty, "share");
	limits->trip = setting_duration(settings, &chatty, "rtt");
	limits->bytes = setting(settings, &chatty, "bytes");
	limits->time = setting_duration(settings, &chatty, "time");
}

static void chatty_end(struct analysis_context *context, const struct session *session,
		       const struct observation *last)
{
	const struct chatty_limits *limits = context->state;
	(void)last;
	if (!session->tcp || session->tcp->turns < limits->rounds ||
	    session->role == ROLE_FIRST_SENDER || !tcp_round_trip_known(session))
		return;
	int64_t trip = tcp_round_trip(session);
	int64_t travel = trip * session->tcp->turns;
	int64_t lasted = session->last_time - session->first_time;
	uint64_t bytes = session->side[0].payload_bytes + session->side[1].payload_bytes;
	/* More travelling than time: the questions did not wait for each other. */
	if (trip < limits->trip || travel < limits->time || travel > lasted ||
	    (double)travel < limits->share * (double)lasted ||
	    (double)bytes > limits->bytes * 2 * session->tcp->turns)
		return;
	struct finding finding;
	finding_begin(&finding, &chatty, session);
	finding.confidence = CONFIDENCE_LIKELY;
	finding.cost = travel;
	blame_program(&finding, session, session->client);
	finding_why(&finding, "It asks one small thing at a time; the network and the server did "
			      "their part at once.");
	finding_alternative(&finding, "the distance itself, if the program cannot be changed",
			    NULL);
	finding_count(&finding, "turns", session->tcp->turns);
	finding_number(&finding, "rtt", UNIT_SECONDS, (double)trip / 1e9, FACT_MAX);
	finding_number(&finding, "travel", UNIT_SECONDS, (double)travel / 1e9, FACT_SUM);
	finding_number(&finding, "share", UNIT_RATIO, (double)travel / (double)lasted, FACT_MAX);
	finding_threshold(&finding, "rounds", UNIT_COUNT, limits->rounds);
	finding_evidence(&finding, session->first_packet, session->first_time,
			 "the conversation begins");
	finding_evidence(&finding, session->last_packet, session->last_time, "and ends");
	finding_submit(context->findings, &finding);
}

const struct analyzer perf_chatty_analyzer = {
	.name = "perf-chatty",
	.kinds = kinds,
	.state_size = sizeof(struct chatty_limits),
	.begin = chatty_begin,
	.session_end = chatty_end,
};
