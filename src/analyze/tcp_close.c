/* Did connections close as they should? tcp/fin-lost, tcp/half-closed, tcp/never-closed,
 * tcp/data-after-close. */
#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/hash.h"

static const struct finding_kind fin_lost = {
	.id = "tcp/fin-lost",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_XE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS,
	.title = "A close had to be repeated",
	.say = "{closer} repeated its close {repeats|time|times} over {took}; {peer} {outcome}.",
	.meaning = "A FIN was sent again and again: it, or its confirmation, was lost, or the "
		   "other end is gone.",
	.false_alarms = "One repeat is ordinary loss and is not told.",
	.advice = { "If {peer} never confirmed, look whether it still runs; else look for loss on "
		    "the way to it." },
	.reference = "RFC 9293 3.6",
	.parameters = {
		{ .name = "repeats", .unit = UNIT_COUNT, .value = 2, .strict = 1,
		  .meaning = "FINs beside the first" },
	},
};

static const struct finding_kind half_closed = {
	.id = "tcp/half-closed",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_XE,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_END,
	.title = "One side does not close",
	.say = "{holder} does not close its end: {connections|connection|connections} stayed half "
	       "closed for {open} or longer (CLOSE-WAIT).",
	.meaning = "The other end closed and was confirmed, nothing more was sent, and the program "
		   "here did not close its socket.",
	.false_alarms = "Protocols that close one direction on purpose send data afterwards; the "
			"end of the trace is taken into account.",
	.advice = { "A program that forgets to close its sockets runs out of them: look at "
		    "{holder} with netstat or ss." },
	.reference = "RFC 9293 3.6",
	.parameters = {
		{ .name = "time", .unit = UNIT_SECONDS, .value = 60,
		  .meaning = "half closed without data" },
		{ .name = "connections", .unit = UNIT_COUNT, .value = 10,
		  .meaning = "of one host that are a warning" },
	},
};

static const struct finding_kind never_closed = {
	.id = "tcp/never-closed",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_TP,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_END,
	.title = "Connections were left open",
	.say = "{connections|connection|connections} to {server} port {server_port} fell silent "
	       "without ever being closed.",
	.meaning = "No FIN and no reset, and nothing more for minutes before the trace ended.",
	.false_alarms = "Connections that were in use shortly before the end of the trace are not "
			"counted.",
	.advice = { "Harmless if the program keeps connections; else set an idle time limit." },
	.reference = "RFC 9293 3.6",
	.parameters = {
		{ .name = "idle", .unit = UNIT_SECONDS, .value = 300,
		  .meaning = "silence up to the end of the trace" },
	},
};

static const struct finding_kind data_after_close = {
	.id = "tcp/data-after-close",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_XE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_REORDERED,
	.title = "Data was sent to a side that had closed",
	.say = "{late_sender} sent {bytes} after {closer} had closed, and {closer} answered with a "
	       "reset.",
	.meaning = "The program that closed does not read any more; what came later was thrown "
		   "away.",
	.false_alarms = "A side that closed only its sending direction goes on reading and does "
			"not reset. A FIN that was recorded too early is put in its place by its "
			"sequence number.",
	.advice = { "The two programs disagree about who ends the conversation: look at the "
		    "protocol between them." },
	.reference = "RFC 9293 3.6.1",
};

static const struct finding_kind *const kinds[] = { &data_after_close, &fin_lost, &half_closed,
						    &never_closed, NULL };

#define HOSTS 1024                /* counters by hash; a clash only makes a notice louder */

struct close_state {
	double repeats, connections;
	int64_t half, idle;
	uint16_t half_closed[HOSTS];
};

static void close_begin(struct analysis_context *context)
{
	struct close_state *state = context->state;
	state->repeats = setting(context->settings, &fin_lost, "repeats");
	state->half = setting_duration(context->settings, &half_closed, "time");
	state->connections = setting(context->settings, &half_closed, "connections");
	state->idle = setting_duration(context->settings, &never_closed, "idle");
}

static void report_fin(struct analysis_context *context, const struct session *session,
		       uint8_t side)
{
	const struct tcp_side *x = &session->tcp->side[side];
	const struct session_side *peer = &session->side[side ^ 1];
	bool silent = peer->last_time < x->fin_first_time;
	struct finding finding;
	finding_begin(&finding, &fin_lost, session);
	finding.confidence = CONFIDENCE_LIKELY;
	finding_address(&finding, "closer", &session->key.end[side].address);
	finding_address(&finding, "peer", &session->key.end[side ^ 1].address);
	finding_count(&finding, "repeats", x->fin_count - 1);
	finding_duration(&finding, "took", x->fin_last_time - x->fin_first_time);
	finding_words(&finding, "outcome", "%s", x->fin_acked_time ? "confirmed it at last"
		: silent ? "gave no sign of life" : "never confirmed it");
	blame_network_at(&finding, session, side ^ 1);
	finding_why(&finding, silent ? "Nothing came back from that side any more." :
		    "The FIN passed the capture point each time and its confirmation did not "
		    "come.");
	if (silent)
		finding_alternative(&finding, "the other host is gone, not the path to it", NULL);
	finding_evidence(&finding, x->fin_first_packet, x->fin_first_time, "FIN");
	finding_evidence(&finding, x->fin_last_packet, x->fin_last_time, "FIN again, number %u",
			 x->fin_count);
	finding_submit(context->findings, &finding);
}

static void report_half(struct analysis_context *context, const struct session *session,
			uint8_t holder)
{
	struct close_state *state = context->state;
	const struct tcp_side *closed = &session->tcp->side[holder ^ 1];
	const struct address *address = &session->key.end[holder].address;
	uint16_t *seen = &state->half_closed[hash_bytes(address, sizeof *address, 0) % HOSTS];
	struct finding finding;
	(*seen)++;
	finding_begin(&finding, &half_closed, session);
	finding.confidence = CONFIDENCE_LIKELY;
	if (*seen >= state->connections)
		finding.severity = SEVERITY_WARNING;
	finding_address(&finding, "holder", address);
	finding_count(&finding, "connections", 1);
	finding_duration(&finding, "open", context->trace->last_time - closed->fin_acked_time);
	blame_program(&finding, session, holder);
	finding_why(&finding, "Its stack confirmed the other side's close; only the program has to "
			      "act.");
	finding_evidence(&finding, closed->fin_first_packet, closed->fin_first_time,
			 "FIN of the other side");
	finding_submit(context->findings, &finding);
}

static void report_open(struct analysis_context *context, const struct session *session)
{
	struct finding finding;
	finding_begin(&finding, &never_closed, session);
	blame_unknown(&finding);
	finding_count(&finding, "connections", 1);
	finding_why(&finding, "Both ends kept it.");
	finding_evidence(&finding, session->last_packet, session->last_time, "the last packet");
	finding_submit(context->findings, &finding);
}

static void report_late(struct analysis_context *context, const struct session *session,
			uint8_t sender)
{
	const struct tcp_side *x = &session->tcp->side[sender];
	const struct tcp_side *y = &session->tcp->side[sender ^ 1];
	struct finding finding;
	finding_begin(&finding, &data_after_close, session);
	finding.confidence = CONFIDENCE_LIKELY;
	finding_address(&finding, "late_sender", &session->key.end[sender].address);
	finding_address(&finding, "closer", &session->key.end[sender ^ 1].address);
	finding_number(&finding, "bytes", UNIT_BYTES, (double)x->late_data_bytes, FACT_SUM);
	blame_program(&finding, session, sender ^ 1);
	finding_why(&finding, "It closed although the other side was not done, and refused the "
			      "rest.");
	finding_alternative(&finding, "the sender should have stopped when the other side closed",
			    NULL);
	finding_evidence(&finding, y->fin_first_packet, y->fin_first_time, "FIN");
	finding_evidence(&finding, x->late_data_packet, x->late_data_time, "data behind it");
	finding_evidence(&finding, y->rst_packet, y->rst_time, "reset");
	finding_submit(context->findings, &finding);
}

static void close_end(struct analysis_context *context, const struct session *session,
		      const struct observation *last)
{
	const struct close_state *state = context->state;
	const struct tcp_session *tcp = session->tcp;
	(void)last;
	if (!tcp)
		return;
	int64_t end = context->trace->last_time;
	bool reset = tcp->side[0].rst_seen || tcp->side[1].rst_seen;
	for (uint8_t side = 0; side < 2; side++) {
		const struct tcp_side *x = &tcp->side[side], *y = &tcp->side[side ^ 1];
		if (x->fin_count > state->repeats && x->fin_first_time < x->fin_last_time)
			report_fin(context, session, side);
		if (x->fin_acked_time && !y->fin_seen && !reset &&
		    end - x->fin_acked_time >= state->half &&
		    y->last_data_time < x->fin_acked_time &&
		    end - session->last_time >= state->half)
			report_half(context, session, side ^ 1);
		if (x->late_data_bytes && !x->late_data_crossed && y->rst_seen &&
		    y->rst_time >= x->late_data_time)
			report_late(context, session, side);
	}
	if (!tcp->side[0].fin_seen && !tcp->side[1].fin_seen && !reset && tcp->handshake.complete &&
	    end - session->last_time >= state->idle)
		report_open(context, session);
}

const struct analyzer tcp_close_analyzer = {
	.name = "tcp-close",
	.kinds = kinds,
	.state_size = sizeof(struct close_state),
	.begin = close_begin,
	.session_end = close_end,
};
