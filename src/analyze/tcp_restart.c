/* Does a sender begin anew after every pause? tcp/slow-start-restart. */
#include "analyze/tcp_words.h"
#include "core/clock.h"

static const struct finding_kind slow_start_restart = {
	.id = "tcp/slow-start-restart",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_COARSE,
	.title = "A sender starts slowly again after every pause",
	.say = "After {times|pause|pauses} {sender} started slowly again: {after} in the first "
	       "flight, where {before} were under way before. That cost about {lost} in all.",
	.meaning = "When nothing was sent for longer than a time-out, many senders fall back to the "
		   "initial congestion window and double it with each round trip, as on a new "
		   "connection.",
	.false_alarms = "A program that sends little after a pause does not double what it has "
			"under way; pauses after losses do not count.",
	.advice = { "On {sender}: net.ipv4.tcp_slow_start_after_idle=0 (Linux), if the path is "
		    "stable.",
		    "Keep the connection busy, or send large answers without pauses." },
	.reference = "RFC 5681 4.1; RFC 6928",
	.parameters = {
		{ .name = "times", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "pauses with a slow start behind them" },
		{ .name = "cost", .unit = UNIT_SECONDS, .value = 0.1, .strict = PARAMETER_ZERO,
		  .meaning = "round trips lost in all" },
	},
};

static const struct finding_kind *const kinds[] = { &slow_start_restart, NULL };

struct restart_limits { double times; int64_t cost; };

static void restart_begin(struct analysis_context *context)
{
	struct restart_limits *limits = context->state;
	limits->times = setting(context->settings, &slow_start_restart, "times");
	limits->cost = setting_duration(context->settings, &slow_start_restart, "cost");
}

static void judge(struct analysis_context *context, const struct session *session, uint8_t sender)
{
	const struct restart_limits *limits = context->state;
	const struct tcp_restarts *restarts = session->tcp->side[sender].restarts;
	if (!restarts || restarts->times < limits->times || restarts->cost < limits->cost)
		return;
	struct finding finding;
	finding_begin(&finding, &slow_start_restart, session);
	finding.merge_key = (uint64_t)(sender == session->client) + 1;
	finding.confidence = CONFIDENCE_LIKELY;
	finding.count = restarts->times;
	finding.cost = restarts->cost;
	blame_config(&finding, session, sender);
	finding_why(&finding,
		    "The sender alone decides how much it dares to send after a pause; nothing was "
		    "lost before.");
	tcp_say_ends(&finding, session, sender);
	finding_count(&finding, "times", restarts->times);
	finding_number(&finding, "before", UNIT_BYTES, (double)restarts->flight_before, FACT_MAX);
	finding_number(&finding, "after", UNIT_BYTES, (double)restarts->flight_after, FACT_MAX);
	finding_number(&finding, "lost", UNIT_SECONDS, (double)restarts->cost / 1e9, FACT_SUM);
	finding_number(&finding, "rtt", UNIT_SECONDS, (double)tcp_round_trip(session) / 1e9,
		       FACT_MIN);
	finding_threshold(&finding, "times_limit", UNIT_COUNT, limits->times);
	for (size_t i = 0; i < sizeof restarts->at / sizeof *restarts->at && i < restarts->times;
	     i++)
		finding_evidence(&finding, restarts->at[i].packet, restarts->at[i].time,
				 "the first data after a pause");
	finding_submit(context->findings, &finding);
}

static void restart_end(struct analysis_context *context, const struct session *session,
			const struct observation *last)
{
	(void)last;
	for (uint8_t sender = 0; session->tcp && sender < 2; sender++)
		judge(context, session, sender);
}

const struct analyzer tcp_restart_analyzer = {
	.name = "tcp-restart",
	.kinds = kinds,
	.state_size = sizeof(struct restart_limits),
	.begin = restart_begin,
	.session_end = restart_end,
};
