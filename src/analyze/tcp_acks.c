/* Do confirmations come back as they should? tcp/spurious-retransmission, tcp/ack-loss,
 * tcp/ack-thinning. */
#include <stdlib.h>

#include "analyze/proof.h"
#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/memory.h"

static const struct finding_kind spurious_retransmission = {
	.id = "tcp/spurious-retransmission",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_DUPLICATES | QUALITY_REORDERED |
		       QUALITY_RECEIVE_OFFLOAD,
	.title = "Data was repeated although it had arrived",
	.say = "{sender} repeated data that {receiver} already had ({repeats|time|times}, {share} "
	       "of its packets): {reason}. No data was lost.",
	.meaning = "The repeat came after the acknowledgement of the same bytes, or the receiver "
		   "says that it got them twice (DSACK), or an acknowledgement echoes the "
		   "timestamp of the original (Eifel).",
	.false_alarms = "Copies made by the recorder are removed first. Keep-alives repeat a byte "
			"on purpose. Tail loss probes (kind probe) cost nothing: a notice.",
	.advice = { "Confirmations that get lost: look at the way back from {receiver} to "
		    "{sender}.",
		    "Confirmations that come late: look for a queue, a sleeping radio link or a "
		    "busy receiver." },
	.reference = "RFC 2883; RFC 3522; RFC 5682",
	.parameters = {
		{ .name = "repeats", .unit = UNIT_COUNT, .value = 3, .strict = 1,
		  .meaning = "below which nothing is said" },
		{ .name = "note", .unit = UNIT_RATIO, .value = 0.001, .strict = PARAMETER_ZERO,
		  .meaning = "share of the sender's packets that is worth a notice" },
		{ .name = "warn", .unit = UNIT_RATIO, .value = 0.01, .strict = 0.001,
		  .meaning = "share that is a warning" },
	},
};

static const struct finding_kind ack_loss = {
	.id = "tcp/ack-loss",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_RECEIVE_OFFLOAD | QUALITY_REORDERED,
	.weakened_by = QUALITY_LOSS,
	.title = "Confirmations are lost, data is not",
	.say = "Confirmations from {receiver} to {sender} are lost ({losses|time|times}, {where}); "
	       "its data arrives.",
	.meaning = "Either a sender repeats what was confirmed long before at the capture point, "
		   "or a receiver that confirms every packet or two at times confirms eight and "
		   "more at once that came over 10 ms and more, with nothing in between.",
	.false_alarms = "Receivers whose cards put packets together confirm many at once all the "
			"time (tcp/ack-thinning), busy ones now and then: only packets that came too "
			"far apart for that count. Each confirmation holds all before it, so a few "
			"lost ones cost nothing.",
	.advice = { "Look at the way from {receiver} to {sender}: it may be another one than the "
		    "way of the data." },
	.reference = "RFC 5681; RFC 3449",
	.parameters = {
		{ .name = "losses", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "signs of a lost confirmation" },
		{ .name = "confirmations", .unit = UNIT_COUNT, .value = 50,
		  .meaning = "needed to know how the receiver confirms" },
		{ .name = "regular", .unit = UNIT_RATIO, .value = 0.6,
		  .meaning = "share of them for one packet or two" },
	},
};

static const struct finding_kind ack_thinning = {
	.id = "tcp/ack-thinning",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_LOSS,
	.title = "Only few confirmations are sent",
	.say = "{receiver}, or a device before it, confirms only about every {every}th packet of "
	       "{sender}; as many follow at once.",
	.meaning = "Nearly all acknowledgements confirm four packets or more, without any loss: "
		   "receive offload, a cable or radio link that thins them out, or a proxy.",
	.false_alarms = "Lost confirmations come irregularly (tcp/ack-loss).",
	.advice = { "Fine as long as the buffers on the way of the data hold such bursts." },
	.reference = "RFC 3449 5.2; RFC 5690",
	.parameters = {
		{ .name = "confirmations", .unit = UNIT_COUNT, .value = 50,
		  .meaning = "acknowledgements seen" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.8,
		  .meaning = "of them for four packets or more" },
	},
};

static const struct finding_kind *const kinds[] = { &ack_loss, &ack_thinning,
						    &spurious_retransmission, NULL };

#define ANSWER_SLACK (10 * MILLISECOND)

enum reason { ACK_LATE, ACK_LOST_BEFORE, ACK_LOST_BEHIND, TIMER_SHORT, PROBE, REASONS };

struct repeats {                 /* of one sender, for nothing */
	struct proof proof, confirmed;
	uint32_t by_reason[REASONS];
};

struct acks_session { struct repeats *by[2]; };     /* NULL while there is none */

struct acks_state {
	double repeats, note, warn;
	double losses, confirmations, regular, thin_confirmations, thin;
};

static void acks_begin(struct analysis_context *context)
{
	struct acks_state *state = context->state;
	const struct settings *settings = context->settings;
	state->repeats = setting(settings, &spurious_retransmission, "repeats");
	state->note = setting(settings, &spurious_retransmission, "note");
	state->warn = setting(settings, &spurious_retransmission, "warn");
	state->losses = setting(settings, &ack_loss, "losses");
	state->confirmations = setting(settings, &ack_loss, "confirmations");
	state->regular = setting(settings, &ack_loss, "regular");
	state->thin_confirmations = setting(settings, &ack_thinning, "confirmations");
	state->thin = setting(settings, &ack_thinning, "share");
}

static void add(struct acks_session *mine, uint8_t sender, enum reason reason, uint32_t copies,
		struct sample repeat, struct sample confirmed)
{
	if (!mine->by[sender])
		mine->by[sender] = memory_zeroed(1, sizeof *mine->by[sender]);
	struct repeats *repeats = mine->by[sender];
	if (repeats->proof.total < PROOF_FIRST) {
		repeats->proof.first[repeats->proof.total] = repeat;
		repeats->confirmed.first[repeats->proof.total] = confirmed;
	}
	repeats->proof.last = repeat;
	repeats->proof.total += copies;
	repeats->by_reason[reason] += copies;
}

static void add_repeat(struct acks_session *mine, const struct tcp_spurious *spurious)
{
	add(mine, spurious->sender, spurious->ack_lost ? ACK_LOST_BEFORE : spurious->probe ? PROBE : ACK_LATE, 1,
	    (struct sample){ spurious->packet, spurious->time },
	    (struct sample){ spurious->ack_packet, spurious->ack_time });
}

/* A whole recovery for nothing. The repeat passed before any acknowledgement did: did one come too
 * late, or did it come only in answer to the repeat? */
static void add_recovery(struct acks_session *mine, const struct session *session,
			 const struct tcp_episode *episode)
{
	const struct rtt_estimate *far = &session->tcp->side[episode->sender ^ 1].rtt;
	int64_t waited = episode->first_repeat_time - episode->start_time;
	int64_t answered = episode->end_time - episode->first_repeat_time;
	enum reason reason = ACK_LATE;
	if (episode->by_mechanism[REPEAT_TAIL_PROBE] == episode->copies)
		reason = PROBE;
	else if (waited < tcp_round_trip(session))
		reason = TIMER_SHORT;
	else if (!episode->original_acked && far->samples &&
		 answered >= far->minimum - far->minimum / 5 &&
		 answered <= 2 * far->minimum + ANSWER_SLACK)
		reason = ACK_LOST_BEHIND;
	add(mine, episode->sender, reason, episode->copies,
	    (struct sample){ episode->first_repeat_packet, episode->first_repeat_time },
	    (struct sample){ episode->acked_packet, episode->end_time });
}

static void acks_observe(struct analysis_context *context, const struct observation *observation)
{
	struct acks_session *mine = context->session_state;
	for (unsigned i = 0; i < observation->event_count; i++) {
		const struct session_event *event = &observation->events[i];
		if (event->type == EVENT_SPURIOUS)
			add_repeat(mine, event->spurious);
		else if (event->type == EVENT_EPISODE && event->episode->spurious &&
			 event->episode->acked_packet)
			add_recovery(mine, observation->session, event->episode);
	}
}

/* A fact: less than 64 characters. */
static const char *reason_words(enum reason reason)
{
	switch (reason) {
	case ACK_LOST_BEFORE: return "the confirmation was lost behind the capture point";
	case ACK_LOST_BEHIND: return "the confirmation was lost before the capture point";
	case TIMER_SHORT: return "it waited for less than a round trip";
	case PROBE: return "it asked early whether the last bytes had arrived";
	default: return "the confirmation came too late";
	}
}

static enum reason most_frequent(const struct repeats *repeats)
{
	enum reason most = ACK_LATE;
	for (enum reason i = 0; i < REASONS; i++)
		if (repeats->by_reason[i] > repeats->by_reason[most])
			most = i;
	return most;
}

static void blame_reason(struct finding *finding, const struct session *session, uint8_t sender,
			 enum reason reason)
{
	static const char *const names[REASONS] = { "ack-late", "ack-lost", "ack-lost",
						    "timer-short", "probe" };
	uint8_t receiver = sender ^ 1;
	finding->sub_kind = names[reason];
	finding->confidence = CONFIDENCE_LIKELY;
	switch (reason) {
	case ACK_LOST_BEFORE:
		blame_network_at(finding, session, sender);
		finding_why(finding, "The confirmation passed the capture point in time, and the "
				     "sender repeated all the same: it never got it.");
		break;
	case ACK_LOST_BEHIND:
		blame_network_at(finding, session, receiver);
		finding_why(finding, "The receiver had the data, yet its first confirmation never "
				     "came by: it was lost between the receiver and the capture "
				     "point.");
		break;
	case PROBE:
		finding->severity = SEVERITY_NOTICE;
		blame_nobody(finding);
		finding_why(finding, "Tail loss probes repeat the last segment soon, and the receiver held its confirmation "
				     "back as delayed confirmations do: they crossed.");
		break;
	case TIMER_SHORT:
		blame_host(finding, session, sender);
		finding_why(finding, "No confirmation could have come back within the time that "
				     "the sender waited.");
		break;
	default:
		blame_network_at(finding, session, receiver);
		finding->confidence = CONFIDENCE_POSSIBLE;
		finding_why(finding, "The confirmation was under way when the sender's patience "
				     "ended: the round trip had grown on that side.");
		finding_alternative(finding, "the receiver was busy, or waited with its "
					     "confirmation", NULL);
		finding_alternative(finding, "packets overtook each other, and the sender took "
					     "that for a loss", NULL);
		break;
	}
}

static void cite_repeats(struct finding *finding, const struct repeats *repeats, enum reason reason)
{
	for (uint32_t i = 0;
	     i < PROOF_FIRST && i < repeats->proof.total && repeats->proof.first[i].packet; i++) {
		const struct sample *repeat = &repeats->proof.first[i],
				    *ack = &repeats->confirmed.first[i];
		bool before = ack->packet < repeat->packet;
		if (before && ack->packet && (!i || ack->packet != ack[-1].packet))
			finding_evidence(finding, ack->packet, ack->time, "the confirmation");
		finding_evidence(finding, repeat->packet, repeat->time, "the same data again");
		if (!before)
			finding_evidence(finding, ack->packet, ack->time,
					 reason == ACK_LOST_BEHIND ? "a confirmation at last"
								   : "the confirmation");
	}
	if (repeats->proof.last.packet > finding->last_packet)
		finding_evidence(finding, repeats->proof.last.packet, repeats->proof.last.time,
				 "the last repeat");
}

static void report_spurious(struct analysis_context *context, const struct session *session,
			    uint8_t sender)
{
	const struct acks_state *state = context->state;
	const struct repeats *repeats = ((struct acks_session *)context->session_state)->by[sender];
	const struct tcp_side *x = &session->tcp->side[sender];
	if (!repeats)
		return;
	double total = (double)repeats->proof.total;
	double share = total / (double)(x->data_segments ? x->data_segments : 1);
	if (share > 1)
		share = 1;
	if (total < state->repeats || share < state->note)
		return;
	struct finding finding;
	finding_begin(&finding, &spurious_retransmission, session);
	enum reason reason = most_frequent(repeats);
	if (share < state->warn || total < 2 * state->repeats)
		finding.severity = SEVERITY_NOTICE;
	finding.merge_key = (uint64_t)sender + 1;
	finding_count(&finding, "repeats", total);
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_MAX);
	finding_words(&finding, "reason", "%s", reason_words(reason));
	finding_threshold(&finding, "warn", UNIT_RATIO, state->warn);
	tcp_say_ends(&finding, session, sender);
	blame_reason(&finding, session, sender, reason);
	cite_repeats(&finding, repeats, reason);
	finding_submit(context->findings, &finding);
}

struct spans { uint64_t all, few, four; };

static struct spans spans_of(const struct tcp_side *y)
{
	struct spans spans = { 0 };
	for (int i = 0; i < ACK_SPANS; i++)
		spans.all += y->acks_by_span[i];
	spans.few = (uint64_t)y->acks_by_span[0] + y->acks_by_span[1];
	spans.four = (uint64_t)y->acks_by_span[3] + y->acks_by_span[4] + y->acks_by_span[5];
	return spans;
}

static void report_ack_loss(struct analysis_context *context, const struct session *session,
			    uint8_t sender)
{
	const struct acks_state *state = context->state;
	const struct repeats *repeats = ((struct acks_session *)context->session_state)->by[sender];
	struct spans spans = spans_of(&session->tcp->side[sender ^ 1]);
	uint32_t before = repeats ? repeats->by_reason[ACK_LOST_BEFORE] : 0;
	uint32_t behind = repeats ? repeats->by_reason[ACK_LOST_BEHIND] : 0;
	bool regular = (double)spans.all >= state->confirmations &&
		       (double)spans.few >= state->regular * (double)spans.all;
	double jumps = regular ? session->tcp->side[sender ^ 1].acks_over_gaps : 0;
	bool towards_sender = before > behind && before > jumps;
	double losses = towards_sender ? before : behind + jumps;
	if (losses < state->losses)
		return;
	struct finding finding;
	finding_begin(&finding, &ack_loss, session);
	finding.merge_key = (uint64_t)sender + 1;
	finding.confidence = before + behind > jumps ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	finding_count(&finding, "losses", losses);
	finding_number(&finding, "jumps", UNIT_COUNT, jumps, FACT_SUM);
	tcp_say_ends(&finding, session, sender);
	uint8_t side = towards_sender ? sender : sender ^ 1;
	blame_network_at(&finding, session, side);
	finding_words(&finding, "where", "on %s", tcp_side_words(session, side));
	finding_why(&finding, "%s", towards_sender
		? "The confirmations passed the capture point, and the sender repeated data as if "
		  "it had none."
		: behind > jumps
		? "The receiver had the data and said so only in answer to a repeat: its first "
		  "confirmation never came by."
		: "The receiver confirms every packet or two, and at times none of several "
		  "confirmations came by.");
	if (jumps > before + behind) {
		/* No proof: a receiver whose program reads late may do the same. */
		finding.severity = SEVERITY_INFO;
		finding.say = "Confirmations from {receiver} to {sender} seem to be missing "
			      "({losses|time|times}, {where}); its data arrives.";
		finding_alternative(&finding, "the receiver puts packets together before it "
					      "confirms them (offload)", NULL);
		finding_alternative(&finding, "the program there reads late, and its TCP holds "
					      "confirmations back meanwhile", NULL);
	}
	if (repeats)
		cite_repeats(&finding, repeats, towards_sender ? ACK_LOST_BEFORE : ACK_LOST_BEHIND);
	else
		finding_evidence(&finding, session->tcp->side[sender].first_data_packet,
				 session->tcp->side[sender].first_data_time, "the transfer begins");
	finding_submit(context->findings, &finding);
}

static void report_thinning(struct analysis_context *context, const struct session *session,
			    uint8_t sender)
{
	const struct acks_state *state = context->state;
	const struct tcp_side *x = &session->tcp->side[sender];
	struct spans spans = spans_of(&session->tcp->side[sender ^ 1]);
	if ((double)spans.all < state->thin_confirmations ||
	    (double)spans.four < state->thin * (double)spans.all || x->repeated_segments)
		return;
	struct finding finding;
	finding_begin(&finding, &ack_thinning, session);
	finding.merge_key = (uint64_t)sender + 1;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_words(&finding, "every", "%.0f", (double)x->data_segments / (double)spans.all);
	finding_count(&finding, "confirmations", (double)spans.all);
	tcp_say_ends(&finding, session, sender);
	blame_nobody(&finding);
	finding_why(&finding, "Nothing is lost; the receiver's card or a device on the way saves "
			      "packets.");
	finding_evidence(&finding, x->first_data_packet, x->first_data_time, "the data begins");
	finding_evidence(&finding, x->last_data_packet, x->last_data_time, "and ends");
	finding_submit(context->findings, &finding);
}

static void acks_end(struct analysis_context *context, const struct session *session,
		     const struct observation *last)
{
	struct acks_session *mine = context->session_state;
	(void)last;
	if (!session->tcp)
		return;
	for (uint8_t sender = 0; sender < 2; sender++) {
		report_spurious(context, session, sender);
		report_ack_loss(context, session, sender);
		report_thinning(context, session, sender);
		free(mine->by[sender]);
		mine->by[sender] = NULL;
	}
}

const struct analyzer tcp_acks_analyzer = {
	.name = "tcp-acks",
	.kinds = kinds,
	.state_size = sizeof(struct acks_state),
	.session_state_size = sizeof(struct acks_session),
	.wants = WANTS_EVENTS,
	.begin = acks_begin,
	.observe = acks_observe,
	.session_end = acks_end,
};
