/* Losses that only a time-out repaired, and those that nothing did: tcp/rto, tcp/rto-backoff,
 * tcp/connection-lost, tcp/tail-loss, tcp/double-loss, tcp/small-flight-loss. */
#include <stdio.h>

#include "analyze/tcp_words.h"
#include "core/clock.h"

static const struct finding_kind rto = {
	.id = "tcp/rto",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_SE | BUTTON_RT,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS,
	.title = "A transfer stood still until a time-out",
	.say = "The transfer from {sender} to {receiver} stood still for {wait} after the loss of "
	       "{lost|packet|packets}: {sender} noticed only by time-out, since {reason}.",
	.meaning = "A lost packet is usually repeated within a round trip, since the packets behind it make the "
		   "receiver complain. Where nothing followed, or the repeat was lost too, the sender has to wait "
		   "for its retransmission timer.",
	.false_alarms = "Keep-alives, zero-window probes and repeats of confirmed bytes are no time-outs; waits below "
			"`min_cost` are not reported.",
	.advice = { "Find the loss first (tcp/loss-upstream, tcp/loss-downstream); the wait is only its price.",
		    "Tail loss probes and SACK on {sender} (RFC 8985) shorten such waits." },
	.reference = "RFC 6298; RFC 8985",
	.parameters = {
		{ .name = "min_cost", .unit = UNIT_SECONDS, .value = 0.2, .strict = PARAMETER_ZERO,
		  .meaning = "shorter waits are not reported" },
		{ .name = "total", .unit = UNIT_SECONDS, .value = 1, .lan = 0.4, .satellite = 3, .strict = PARAMETER_ZERO,
		  .meaning = "all waits of a conversation together below this are a notice" },
	},
};

static const struct finding_kind rto_backoff = {
	.id = "tcp/rto-backoff",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "The same data was repeated again and again without an answer",
	.say = "{sender} repeated the same {size} bytes {repeats} times over {wait} (after {gaps} s); {receiver} "
	       "{outcome}.",
	.meaning = "Time-outs of one segment in a row, each about twice as long as the one before, mean that nothing "
		   "came back for all that time: the path or the other end was gone.",
	.false_alarms = "Probes of a closed window and keep-alives repeat by design and are not counted; neither are "
			"repeats of bytes that were already confirmed.",
	.advice = { "Check {receiver} and the path to it at the time of the first repeat: link, route, firewall state.",
		    "Record at {receiver} too: do the repeats arrive there, does it answer?" },
	.reference = "RFC 6298 5.5",
	.parameters = {
		{ .name = "repeats", .unit = UNIT_COUNT, .value = 3, .strict = 2, .meaning = "time-outs in a row" },
	},
};

static const struct finding_kind connection_lost = {
	.id = "tcp/connection-lost",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_XE,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_END,
	.title = "A connection was given up",
	.say = "{sender} gave up after {repeats} repeats; the last sign of life from {receiver} came {silence} before "
	       "the end of the conversation.",
	.meaning = "Data stayed unconfirmed through several time-outs, and then the sender reset the connection or it "
		   "stayed silent for good.",
	.false_alarms = "A receiver that is merely idle has nothing to confirm; the end of the trace proves nothing and "
			"is told apart.",
	.advice = { "Look for the reason at the time of the last sign of life of {receiver}: power, link, route, "
		    "firewall state.", "Record at both ends if it happens again." },
	.reference = "RFC 9293 3.8.3; RFC 1122 4.2.3.5",
	.parameters = {
		{ .name = "repeats", .unit = UNIT_COUNT, .value = 3, .meaning = "time-outs in a row" },
		{ .name = "silence", .unit = UNIT_SECONDS, .value = 60, .meaning = "silence with data unconfirmed, "
		  "where no reset tells that the sender gave up" },
	},
};

static const struct finding_kind tail_loss = {
	.id = "tcp/tail-loss",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS,
	.title = "The last packet of a message was lost",
	.say = "The last packet of what {sender} sent was lost ({count|time|times}); nothing after it could reveal "
	       "that, so {wait} passed before it was repeated ({mechanism}).",
	.meaning = "Only packets that arrive behind a gap reveal the gap. When the last one is lost, the sender learns "
		   "it by its timer.",
	.false_alarms = "A repeat of bytes that had arrived (a lost acknowledgement) is tcp/spurious-retransmission.",
	.advice = { "Find the loss first; then see whether {sender} uses tail loss probes (RFC 8985)." },
	.reference = "RFC 8985 7",
};

static const struct finding_kind double_loss = {
	.id = "tcp/double-loss",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS,
	.title = "Repeats were lost too",
	.say = "Packets that {sender} repeated were lost again: {copies|repeat|repeats} for "
	       "{lost|lost packet|lost packets}. "
	       "That looks like a policer or a full queue rather than chance.",
	.meaning = "A second copy of a segment passed the capture point, and a third had to follow.",
	.false_alarms = "A third copy of bytes that had arrived is tcp/spurious-retransmission.",
	.advice = { "Look for a policer, a shaper or a full queue on that side of the path.",
		    "Compare the rate at the moment of the losses with contract and interface speeds." },
	.reference = "RFC 8985 (lost retransmission)",
};

static const struct finding_kind small_flight_loss = {
	.id = "tcp/small-flight-loss",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS,
	.title = "Too few packets were under way for a quick repair",
	.say = "Fewer than four packets were under way from {sender} when one was lost, so the three duplicate "
	       "acknowledgements of a quick repair could not come: {wait} passed.",
	.meaning = "Fast retransmission needs three later packets to arrive (RFC 5681). With a small flight only the "
		   "timer is left.",
	.false_alarms = "Where SACK lets the sender repair with fewer, the repair is quick and nothing is reported.",
	.advice = { "Find the loss first.", "Larger writes, or early retransmit and tail loss probes on {sender}, help." },
	.reference = "RFC 5681; RFC 5827; RFC 8985",
};

static const struct finding_kind *const kinds[] = { &connection_lost, &double_loss, &rto, &rto_backoff,
	&small_flight_loss, &tail_loss, NULL };

struct timeout_state {
	int64_t least_cost, total, silence;
	double backoff, lost;
};

/* What a session's time-outs cost together: one below `total` is only worth a notice. */
struct timeout_session { int64_t cost; };

static void timeout_begin(struct analysis_context *context)
{
	struct timeout_state *state = context->state;
	state->least_cost = setting_duration(context->settings, &rto, "min_cost");
	state->total = setting_duration(context->settings, &rto, "total");
	state->backoff = setting(context->settings, &rto_backoff, "repeats");
	state->lost = setting(context->settings, &connection_lost, "repeats");
	state->silence = setting_duration(context->settings, &connection_lost, "silence");
}

static const char *reason_words(enum timeout_reason reason)
{
	switch (reason) {
	case TIMEOUT_TAIL: return "nothing was sent behind it that could have revealed the gap";
	case TIMEOUT_DOUBLE: return "the repeat was lost too";
	case TIMEOUT_SMALL_FLIGHT: return "fewer than four packets were under way";
	case TIMEOUT_CONTINUOUS: return "several packets in a row were lost";
	case TIMEOUT_ACK_LOST: return "the data had arrived, its confirmation was lost";
	default: return "no quicker sign reached the sender";
	}
}

static enum loss_location location_of(const struct tcp_episode *episode)
{
	return (enum loss_location)episode->location;
}

static void fill(struct analysis_context *context, struct finding *finding,
		 const struct finding_kind *kind, const struct session *session,
		 const struct tcp_episode *episode)
{
	finding_begin(finding, kind, session);
	tcp_blame_loss(context, finding, session, episode->sender, location_of(episode));
	if (!episode->sack_evidence && !episode->duplicate_acks && finding->confidence > CONFIDENCE_LIKELY)
		finding->confidence = CONFIDENCE_LIKELY;
	finding->merge_key = (uint64_t)episode->sender + 1;
	finding->cost = episode->cost;
	tcp_say_ends(finding, session, episode->sender);
	finding_count(finding, "lost", episode->lost_segments ? episode->lost_segments : 1);
	finding_count(finding, "copies", episode->copies);
	finding_duration(finding, "wait", episode->cost);
	tcp_cite_episode(finding, episode);
}

/* The receiver had taken what it offered to take, and then fell silent: look there, not at the path. */
static void blame_full_receiver(struct finding *finding, const struct session *session,
				const struct tcp_episode *episode)
{
	if (!episode->window_filled || episode->recovered)
		return;
	finding->sub_kind = "window-filled";
	finding->confidence = CONFIDENCE_LIKELY;
	blame_program(finding, session, episode->sender ^ 1);
	finding_why(finding, "Its receive buffer was full when the answers stopped: the program there had not read "
		    "for a while.");
	finding_alternative(finding, "the path to it broke at the same moment", NULL);
}

static void report_backoff(struct analysis_context *context, const struct session *session,
			   const struct tcp_episode *episode)
{
	struct finding finding;
	uint8_t receiver = episode->sender ^ 1;
	const struct session_side *other = &session->side[receiver];
	bool heard = other->last_time > episode->first_repeat_time && !episode->recovered;
	char gaps[64] = "";
	size_t used = 0;
	for (uint32_t i = 0; i < episode->timeout_gap_count && used + 8 < sizeof gaps; i++)
		used += (size_t)snprintf(gaps + used, sizeof gaps - used, "%s%.3g", i ? ", " : "",
					 (double)episode->timeout_gaps[i] / 1e9);
	fill(context, &finding, &rto_backoff, session, episode);
	finding.confidence = episode->recovered ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	finding_number(&finding, "size", UNIT_COUNT, episode->largest_unacked, FACT_FIRST);
	finding_number(&finding, "repeats", UNIT_COUNT, episode->timeouts, FACT_MAX);
	finding_words(&finding, "gaps", "%s", gaps);
	finding_words(&finding, "outcome", "%s", episode->recovered ? "confirmed them only then"
		: heard ? "never confirmed them, though it was still heard" : "never confirmed them");
	if (heard) {
		finding.sub_kind = "one-way";
		finding_alternative(&finding, "only the way to the receiver is broken; the way back still works", NULL);
	}
	finding_alternative(&finding, "the receiving host itself stopped",
			    episode->recovered ? "it went on later" : NULL);
	blame_full_receiver(&finding, session, episode);
	if (session->quality & QUALITY_END)
		finding_alternative(&finding, "an answer came after the end of the trace", NULL);
	finding_submit(context->findings, &finding);
}

static void report_lost(struct analysis_context *context, const struct session *session,
			const struct tcp_episode *episode)
{
	const struct timeout_state *state = context->state;
	uint8_t receiver = episode->sender ^ 1;
	int64_t silence = context->trace->last_time - session->side[receiver].last_time;
	bool reset = session->tcp->side[episode->sender].rst_seen;
	if (!reset && silence < state->silence)
		return;
	struct finding finding;
	fill(context, &finding, &connection_lost, session, episode);
	finding.confidence = CONFIDENCE_LIKELY;
	finding_number(&finding, "repeats", UNIT_COUNT, episode->timeouts, FACT_MAX);
	finding_duration(&finding, "silence", session->last_time - session->side[receiver].last_time);
	finding_evidence(&finding, session->side[receiver].last_packet, session->side[receiver].last_time,
			 "the last packet from the other end");
	finding_alternative(&finding, "the receiving host stopped, not the path", NULL);
	finding_submit(context->findings, &finding);
}

static void judge(struct analysis_context *context, const struct session *session,
		  const struct tcp_episode *episode)
{
	const struct timeout_state *state = context->state;
	struct timeout_session *mine = context->session_state;
	struct finding finding;
	if (episode->spurious || episode->closing)
		return;
	bool by_timeout = episode->by_mechanism[REPEAT_TIMEOUT] > 0;
	if (episode->timeouts >= state->backoff)
		report_backoff(context, session, episode);
	else if (by_timeout && (episode->recovered || episode->timeouts > 1) && episode->cost >= state->least_cost) {
		mine->cost += episode->cost;
		fill(context, &finding, &rto, session, episode);
		finding.sub_kind = timeout_reason_name((enum timeout_reason)episode->timeout_reason);
		finding_words(&finding, "reason", "%s", reason_words((enum timeout_reason)episode->timeout_reason));
		if (mine->cost < state->total)
			finding.severity = SEVERITY_NOTICE;
		blame_full_receiver(&finding, session, episode);
		finding_submit(context->findings, &finding);
	}
	if (!episode->recovered && episode->timeouts >= state->lost)
		report_lost(context, session, episode);
	if (episode->tail && episode->recovered && (by_timeout || episode->by_mechanism[REPEAT_TAIL_PROBE])) {
		fill(context, &finding, &tail_loss, session, episode);
		finding_words(&finding, "mechanism", "%s", by_timeout ? "by time-out" : "by a tail loss probe");
		finding_submit(context->findings, &finding);
	}
	if (episode->repeat_lost && episode->timeouts < state->backoff) {
		fill(context, &finding, &double_loss, session, episode);
		finding_submit(context->findings, &finding);
	}
	if (episode->timeout_reason == TIMEOUT_SMALL_FLIGHT && episode->recovered) {
		fill(context, &finding, &small_flight_loss, session, episode);
		finding_submit(context->findings, &finding);
	}
}

static void timeout_observe(struct analysis_context *context, const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++)
		if (observation->events[i].type == EVENT_EPISODE)
			judge(context, observation->session, observation->events[i].episode);
}

static void timeout_end(struct analysis_context *context, const struct session *session,
			const struct observation *last)
{
	for (unsigned i = 0; session->tcp && i < last->event_count; i++)
		if (last->events[i].type == EVENT_EPISODE)
			judge(context, session, last->events[i].episode);
}

const struct analyzer tcp_timeout_analyzer = {
	.name = "tcp-timeout",
	.kinds = kinds,
	.state_size = sizeof(struct timeout_state),
	.session_state_size = sizeof(struct timeout_session),
	.wants = WANTS_EVENTS,
	.begin = timeout_begin,
	.observe = timeout_observe,
	.session_end = timeout_end,
};
