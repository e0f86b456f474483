/* Do keep-alives find the other end alive? tcp/keepalive, tcp/keepalive-unanswered. */
#include "analyze/tcp_words.h"
#include "core/clock.h"

static const struct finding_kind keepalive = {
	.id = "tcp/keepalive",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_SE,
	.merge = MERGE_SERVICE,
	.title = "An idle connection is kept alive",
	.say = "{sender} keeps its connection to {receiver} alive ({probes|probe|probes}, every "
	       "{interval}).",
	.meaning = "A connection on which nothing happens is probed now and then with a segment "
		   "that repeats the last confirmed byte. This explains the traffic and is no "
		   "error.",
	.false_alarms = "Probes of a closed window and repeats of unconfirmed bytes look alike; "
			"they are told apart by the window and by the acknowledgement.",
	.advice = { "Nothing to do." },
	.reference = "RFC 9293 3.8.4; RFC 1122 4.2.3.6",
};

static const struct finding_kind keepalive_unanswered = {
	.id = "tcp/keepalive-unanswered",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS,
	.title = "The other end is gone, noticed only by keep-alives",
	.say = "{receiver} is gone: {probes|keep-alive|keep-alives} of {sender} in a row had no "
	       "answer{outcome}. The last sign of life came {silence} before.",
	.meaning = "Several keep-alives in a row, with time for an answer, got none. The other end, "
		   "or the path to it, vanished while nothing was being sent, so that nobody "
		   "noticed earlier.",
	.false_alarms = "Where the trace holds only one direction, nothing is said; a keep-alive "
			"just before the end of the trace does not count.",
	.advice = { "Check {receiver} and the path to it at the time of the last sign of life: "
		    "restart, power, link, state time-out of a firewall.",
		    "Record at {receiver}: do the keep-alives arrive?" },
	.reference = "RFC 9293 3.8.4",
	.parameters = {
		{ .name = "times", .unit = UNIT_COUNT, .value = 3, .strict = 2,
		  .meaning = "keep-alives in a row" },
		{ .name = "answer", .unit = UNIT_SECONDS, .value = 3,
		  .meaning = "time that the last one has for its answer" },
	},
};

static const struct finding_kind *const kinds[] = { &keepalive, &keepalive_unanswered, NULL };

struct keepalive_limits { double times; int64_t answer; };

static void keepalive_begin(struct analysis_context *context)
{
	struct keepalive_limits *limits = context->state;
	limits->times = setting(context->settings, &keepalive_unanswered, "times");
	limits->answer = setting_duration(context->settings, &keepalive_unanswered, "answer");
}

static void report_answered(struct analysis_context *context, const struct session *session,
			    uint8_t sender)
{
	const struct tcp_keepalives *probes = session->tcp->side[sender].keepalive;
	struct finding finding;
	finding_begin(&finding, &keepalive, session);
	finding.merge_key = (uint64_t)(sender == session->client) + 1;
	finding.count = probes->sent;
	blame_nobody(&finding);
	tcp_say_ends(&finding, session, sender);
	finding_count(&finding, "probes", probes->sent);
	finding_count(&finding, "answered", probes->answered);
	if (probes->sent > 1)
		finding_number(&finding, "interval", UNIT_SECONDS,
			       (double)(probes->last.time - probes->first.time) / 1e9 /
				       (probes->sent - 1),
			       FACT_MIN);
	else
		finding.say = "{sender} probed its idle connection to {receiver} "
			      "({probes|probe|probes}).";
	finding_words(&finding, "form", probes->with_byte ? "one byte" : "no byte");
	finding_evidence(&finding, probes->first.packet, probes->first.time, "keep-alive");
	if (probes->last_answer.packet)
		finding_evidence(&finding, probes->last_answer.packet, probes->last_answer.time,
				 "an answer to one");
	if (probes->sent > 1)
		finding_evidence(&finding, probes->last.packet, probes->last.time,
				 "the last of %u", probes->sent);
	finding_submit(context->findings, &finding);
}

static void report_unanswered(struct analysis_context *context, const struct session *session,
			      uint8_t sender, uint32_t unanswered)
{
	const struct keepalive_limits *limits = context->state;
	const struct tcp_side *x = &session->tcp->side[sender];
	const struct tcp_keepalives *probes = x->keepalive;
	const struct session_side *silent = &session->side[sender ^ 1];
	const struct host *host = session_table_host(context->trace->sessions,
						     &session->key.end[sender ^ 1].address);
	struct finding finding;
	finding_begin(&finding, &keepalive_unanswered, session);
	finding.merge_key = (uint64_t)sender + 1;
	finding.count = unanswered;
	finding.confidence = CONFIDENCE_LIKELY;
	tcp_say_ends(&finding, session, sender);
	if (host && host->last_sent > probes->silent_since.time) {
		blame_middlebox(&finding, session, sender ^ 1);
		finding_why(&finding,
			    "That host sent other packets meanwhile, so it lives: what carries "
			    "this connection on the way to it does not know it any more.");
		finding_alternative(&finding,
				    "the host forgot the connection and drops what it does not know",
				    NULL);
	} else {
		blame_host(&finding, session, sender ^ 1);
		finding_why(&finding,
			    "Nothing came from it any more, on this connection or any other.");
		finding_alternative(&finding, "the path to it broke", NULL);
	}
	finding_count(&finding, "probes", unanswered);
	finding_duration(&finding, "silence", probes->last.time - silent->last_time);
	finding_words(&finding, "outcome", x->rst_seen ? ", then it gave up" : "");
	finding_threshold(&finding, "times", UNIT_COUNT, limits->times);
	finding_evidence(&finding, silent->last_packet, silent->last_time, "the last sign of life");
	finding_evidence(&finding, probes->silent_since.packet, probes->silent_since.time,
			 "the first keep-alive without an answer");
	finding_evidence(&finding, probes->last.packet, probes->last.time,
			 "the last of %u", probes->unanswered);
	if (x->rst_seen && x->rst_time > probes->last.time)
		finding_evidence(&finding, x->rst_packet, x->rst_time,
				 "the connection is given up");
	finding_submit(context->findings, &finding);
}

static void keepalive_end(struct analysis_context *context, const struct session *session,
			  const struct observation *last)
{
	const struct keepalive_limits *limits = context->state;
	(void)last;
	for (uint8_t sender = 0; session->tcp && sender < 2; sender++) {
		const struct tcp_side *x = &session->tcp->side[sender];
		if (!x->keepalive)
			continue;
		bool pending =
			context->trace->last_time - x->keepalive->last.time < limits->answer &&
			!x->rst_seen;
		uint32_t unanswered = x->keepalive->unanswered;
		if (unanswered && pending)
			unanswered--;
		bool heard = session->side[sender ^ 1].packets > 0;
		if (unanswered && unanswered >= limits->times && heard)
			report_unanswered(context, session, sender, unanswered);
		else
			report_answered(context, session, sender);
	}
}

const struct analyzer tcp_keepalive_analyzer = {
	.name = "tcp-keepalive",
	.kinds = kinds,
	.state_size = sizeof(struct keepalive_limits),
	.begin = keepalive_begin,
	.session_end = keepalive_end,
};
