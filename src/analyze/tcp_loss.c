/* How much was lost, and on which side of the trace point? tcp/loss-upstream, tcp/loss-downstream. */
#include <stdlib.h>

#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/memory.h"

#define LOSS_PARAMETERS { \
		{ .name = "note", .unit = UNIT_RATIO, .value = 0.0001, .strict = PARAMETER_ZERO, \
		  .meaning = "share of data segments lost that is worth a notice" }, \
		{ .name = "warn", .unit = UNIT_RATIO, .value = 0.001, .lan = 0.0001, .satellite = 0.005, \
		  .mainframe = 0.0001, .strict = PARAMETER_ZERO, .meaning = "share that is a warning" }, \
		{ .name = "error", .unit = UNIT_RATIO, .value = 0.01, .lan = 0.001, .satellite = 0.03, \
		  .mainframe = 0.001, .strict = 0.0001, .meaning = "share that is an error" }, \
		{ .name = "cost", .unit = UNIT_SECONDS, .value = 0.1, .strict = PARAMETER_ZERO, \
		  .meaning = "delay below which losses stay a notice" }, \
		{ .name = "losses", .unit = UNIT_COUNT, .value = 2, .strict = 1, \
		  .meaning = "lost segments below which losses stay a notice, unless one delay reached 1 s" }, \
	}

static const struct finding_kind loss_upstream = {
	.id = "tcp/loss-upstream",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_REORDERED,
	.title = "Packets are lost before the capture point",
	.say = "Of the data that {sender} sent, {lost|packet|packets} ({rate}) never reached the capture point: lost "
	       "between {sender} and the place where the trace was taken. The repairs cost {cost}.",
	.meaning = "The trace shows a gap in the sender's data, the receiver asks for it, and the repeat comes "
		   "while the original never does. So the original died between its sender and the capture point. "
		   "Counted are segments that had to be sent again, not packets that tools suspect.",
	.false_alarms = "A gap that the receiver confirmed all the same is the recorder's loss (capture/loss); "
			"a gap filled by a packet with an older IP identification or time stamp is reordering "
			"(ip/reordering); gaps of the first round trip of a trace that starts in the middle do not "
			"count.",
	.advice = { "Look at the links, cards and duplex settings between {sender} and the capture point.",
		    "Record once more, nearer to {sender}: where the originals appear, the loss lies behind." },
	.reference = "RFC 5681, RFC 6675; Jaiswal et al., ToN 15(1) 2007",
	.parameters = LOSS_PARAMETERS,
};

static const struct finding_kind loss_downstream = {
	.id = "tcp/loss-downstream",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_REORDERED,
	.title = "Packets are lost behind the capture point",
	.say = "Of the data that {sender} sent, {lost|packet|packets} ({rate}) passed the capture point and never "
	       "reached {receiver}: lost on the way there. The repairs cost {cost}.",
	.meaning = "The trace holds the original and its repeat, and the receiver's acknowledgements show that it "
		   "lacked the bytes. So the original died between the capture point and its receiver.",
	.false_alarms = "A copy that the recorder made (capture/duplicate-packets) is removed first; a repeat of "
			"bytes that were already confirmed, or that the receiver reports as received twice, lost "
			"nothing (tcp/spurious-retransmission).",
	.advice = { "Look at the links, cards and duplex settings between the capture point and {receiver}.",
		    "Record once more, nearer to {receiver}: where the originals are missing, the loss lies before." },
	.reference = "RFC 5681, RFC 6675, RFC 2883; Jaiswal et al., ToN 15(1) 2007",
	.parameters = LOSS_PARAMETERS,
};

static const struct finding_kind *const kinds[] = { &loss_downstream, &loss_upstream, NULL };

#define EPISODES_CITED 2
#define DUPLICATES_THAT_TELL 3           /* for each recovery (RFC 5681, 3.2) */
#define DELAY_THAT_HURTS NANOSECONDS     /* one repair this long is felt, however rare it is */

struct direction_losses {                /* of one sender, on one side of the trace point */
	uint64_t lost;
	int64_t cost, worst;
	uint32_t episodes, duplicate_acks;
	bool proved;                     /* the receiver said what it lacks */
	bool unknown_side;
	struct tcp_episode cited[EPISODES_CITED];
};

struct losses { struct direction_losses by[2][2]; };     /* [sender][0 upstream, 1 downstream] */

struct loss_session { struct losses *losses; };          /* most sessions lose nothing */

struct thresholds { double note, warn, error, losses; int64_t cost; };
struct loss_state { struct thresholds by[2]; };

static const struct finding_kind *kind_of(int where)
{
	return where ? &loss_downstream : &loss_upstream;
}

static void loss_begin(struct analysis_context *context)
{
	struct loss_state *state = context->state;
	for (int where = 0; where < 2; where++)
		state->by[where] = (struct thresholds){
			.note = setting(context->settings, kind_of(where), "note"),
			.warn = setting(context->settings, kind_of(where), "warn"),
			.error = setting(context->settings, kind_of(where), "error"),
			.losses = setting(context->settings, kind_of(where), "losses"),
			.cost = setting_duration(context->settings, kind_of(where), "cost"),
		};
}

static void add_episode(struct loss_session *mine, const struct tcp_episode *episode)
{
	/* What was never confirmed is a connection that broke off (tcp/rto-backoff), not a rate of loss. */
	if (episode->spurious || !episode->lost_segments || (!episode->recovered && episode->timeouts > 1))
		return;
	if (!mine->losses)
		mine->losses = memory_zeroed(1, sizeof *mine->losses);
	bool unknown = !episode->upstream && !episode->downstream;
	for (int where = 0; where < 2; where++) {
		uint32_t lost = where ? episode->downstream : unknown ? episode->lost_segments : episode->upstream;
		if (!lost)
			continue;
		struct direction_losses *losses = &mine->losses->by[episode->sender][where];
		if (losses->episodes < EPISODES_CITED)
			losses->cited[losses->episodes] = *episode;
		losses->episodes++;
		losses->lost += lost;
		/* A recovery with losses on both sides is paid for once, where most died. */
		if (!episode->upstream || !episode->downstream || (episode->downstream > episode->upstream) == where)
			losses->cost += episode->cost;
		if (episode->cost > losses->worst)
			losses->worst = episode->cost;
		losses->duplicate_acks += episode->duplicate_acks;
		losses->proved |= episode->sack_evidence || episode->duplicate_acks > 0;
		losses->unknown_side |= unknown;
	}
}

static void add_events(struct analysis_context *context, const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++)
		if (observation->events[i].type == EVENT_EPISODE)
			add_episode(context->session_state, observation->events[i].episode);
}

static void submit(struct analysis_context *context, const struct session *session, uint8_t sender,
		   int where)
{
	const struct loss_session *mine = context->session_state;
	const struct direction_losses *losses = &mine->losses->by[sender][where];
	const struct thresholds *limits = &((struct loss_state *)context->state)->by[where];
	const struct tcp_side *x = &session->tcp->side[sender];
	if (!losses->lost)
		return;
	double rate = (double)losses->lost / (double)(x->data_segments ? x->data_segments : 1);
	if (rate > 1)
		rate = 1;
	struct finding finding;
	finding_begin(&finding, kind_of(where), session);
	bool hurts = losses->cost >= limits->cost &&
		     ((double)losses->lost >= limits->losses || losses->worst >= DELAY_THAT_HURTS);
	if (rate < limits->note)
		finding.severity = SEVERITY_INFO;
	else if (!hurts || rate < limits->warn)
		finding.severity = SEVERITY_NOTICE;
	else if (rate < limits->error)
		finding.severity = SEVERITY_WARNING;
	finding.confidence = losses->proved ? CONFIDENCE_CERTAIN : CONFIDENCE_LIKELY;
	/* That bytes came twice stands in an option that the recorder cut off; many duplicates say that they lacked. */
	if (where && session->tcp->side[sender ^ 1].syn_options_cut &&
	    losses->duplicate_acks < DUPLICATES_THAT_TELL * losses->episodes)
		finding_doubt(&finding, QUALITY_TRUNCATED);
	tcp_blame_loss(context, &finding, session, sender,
		       losses->unknown_side ? LOSS_UNKNOWN : where ? LOSS_DOWNSTREAM : LOSS_UPSTREAM);
	if (losses->unknown_side) {
		finding.sub_kind = "side-unknown";
		finding.say = "Of the data that {sender} sent, {lost|packet|packets} ({rate}) never reached {receiver}. "
			      "The repairs cost {cost}.";
	}
	finding.merge_key = (uint64_t)sender + 1;
	finding.cost = losses->cost;
	finding_count(&finding, "lost", (double)losses->lost);
	finding_count(&finding, "segments", (double)x->data_segments);
	finding_number(&finding, "rate", UNIT_RATIO, rate, FACT_MAX);
	finding_count(&finding, "recoveries", losses->episodes);
	finding_duration(&finding, "longest", losses->worst);
	tcp_say_ends(&finding, session, sender);
	finding_threshold(&finding, "warn", UNIT_RATIO, limits->warn);
	finding_threshold(&finding, "error", UNIT_RATIO, limits->error);
	for (uint32_t i = 0; i < losses->episodes && i < EPISODES_CITED; i++)
		tcp_cite_episode(&finding, &losses->cited[i]);
	finding_submit(context->findings, &finding);
}

static void loss_end(struct analysis_context *context, const struct session *session,
		     const struct observation *last)
{
	struct loss_session *mine = context->session_state;
	if (!session->tcp)
		return;
	add_events(context, last);
	if (!mine->losses)
		return;
	for (uint8_t sender = 0; sender < 2; sender++)
		for (int where = 0; where < 2; where++)
			submit(context, session, sender, where);
	free(mine->losses);
	mine->losses = NULL;
}

const struct analyzer tcp_loss_analyzer = {
	.name = "tcp-loss",
	.kinds = kinds,
	.state_size = sizeof(struct loss_state),
	.session_state_size = sizeof(struct loss_session),
	.wants = WANTS_EVENTS,
	.begin = loss_begin,
	.observe = add_events,
	.session_end = loss_end,
};
