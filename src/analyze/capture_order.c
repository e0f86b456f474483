/* Did the recorder write packets in the wrong order? capture/reordered. */
#include "analyze/concerned.h"
#include "analyze/proof.h"

static const struct finding_kind reordered = {
	.id = "capture/reordered",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "The recorder wrote packets in the wrong order",
	.say = "{packets|packet|packets} of data in {conversations|conversation|conversations} "
	       "({share} of their data) stand in the trace up to {longest} behind their own "
	       "confirmation. The recorder mixed up the order; culprit allowed for it.",
	.meaning = "A receiver cannot confirm what it has not got. Where the trace shows the "
		   "confirmation first, the recorder took packets from several queues or cards and "
		   "wrote them in the wrong order.",
	.false_alarms = "Reordering in the network makes the receiver complain with duplicate "
			"acknowledgements (ip/reordering); here it confirmed at once.",
	.advice = { "Record with one queue (receive-side scaling off), or with time stamps of the "
		    "card, and sort the trace by them (reordercap)." },
	.reference = "Paxson, SIGCOMM'97, 3.1.3 (resequencing)",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.001,
		  .meaning = "of the data packets of a conversation" },
		{ .name = "packets", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "of a conversation at least" },
	},
};

struct order_state {
	double share;
	uint64_t least;
	uint64_t violations, segments;
	int64_t longest;
	struct proof proof;
	struct concerned sessions;
};

static void order_begin(struct analysis_context *context)
{
	struct order_state *state = context->state;
	state->share = setting(context->settings, &reordered, "share");
	state->least = (uint64_t)setting(context->settings, &reordered, "packets");
}

static void order_session_end(struct analysis_context *context, const struct session *session,
			      const struct observation *last)
{
	struct order_state *state = context->state;
	(void)last;
	if (!session->tcp)
		return;
	const struct tcp_side *sides = session->tcp->side;
	uint64_t violations = (uint64_t)sides[0].causality_violations +
		sides[1].causality_violations;
	uint64_t segments = sides[0].data_segments + sides[1].data_segments;
	if (violations < state->least || (double)violations < state->share * (double)segments)
		return;
	state->violations += violations;
	state->segments += segments;
	for (int i = 0; i < 2; i++) {
		if (!sides[i].causality_violations)
			continue;
		if (sides[i].causality_maximum > state->longest)
			state->longest = sides[i].causality_maximum;
		proof_add_at(&state->proof, sides[i].causality_first_packet,
			     sides[i].causality_first_time);
	}
	concerned_add(&state->sessions, session);
}

static void order_finish(struct analysis_context *context)
{
	const struct order_state *state = context->state;
	struct finding finding;
	if (!state->violations)
		return;
	finding_begin(&finding, &reordered, NULL);
	finding.count = state->violations;
	finding_count(&finding, "packets", (double)state->violations);
	finding_count(&finding, "conversations", (double)state->sessions.total);
	finding_number(&finding, "share", UNIT_RATIO,
		       (double)state->violations / (double)(state->segments ? state->segments : 1),
		       FACT_MAX);
	finding_duration(&finding, "longest", state->longest);
	finding_threshold(&finding, "limit", UNIT_RATIO, state->share);
	blame_capture(&finding);
	finding_why(&finding, "The receiver cannot confirm the future: the order of the file is "
			      "not that of the wire.");
	proof_give(&state->proof, &finding, "its confirmation stands before it in the trace");
	concerned_submit(&state->sessions, &finding, context->findings);
}

static void order_destroy(struct analysis_context *context)
{
	struct order_state *state = context->state;
	concerned_finish(&state->sessions);
}

static const struct finding_kind *const kinds[] = { &reordered, NULL };

const struct analyzer capture_order_analyzer = {
	.name = "capture-order",
	.kinds = kinds,
	.state_size = sizeof(struct order_state),
	.begin = order_begin,
	.session_end = order_session_end,
	.finish = order_finish,
	.destroy = order_destroy,
};
