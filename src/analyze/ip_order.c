/* Does the network deliver packets out of order, or twice? ip/reordering and ip/duplicate-in-network. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/proof.h"

#define SENDERS_REMEMBERED 1024  /* sessions in which something of it happens at the same time */
#define DUPLICATES_EXPECTED 4    /* at least one for so many late packets: some are swallowed by offload */
#define HARMFUL_PLACES 3         /* as many duplicate ACKs make a sender repeat (RFC 5681 3.2) */

static const struct finding_kind reordering = {
	.id = "ip/reordering",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_TE,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_REORDERED,
	.weakened_by = QUALITY_LOSS | QUALITY_DUPLICATES,
	.title = "Packets arrive out of order",
	.say = "{late} of {segments} data packets of this conversation ({share}) came late, behind up to "
	       "{places|other|others} and by up to {lag}{harm}.",
	.meaning = "Data packets were overtaken by later ones between the sender and the trace point. By "
		   "their IP identification, time stamp or delay they are the originals and no repeats. "
		   "Three places or more look like a loss to the sender, which then slows down.",
	.false_alarms = "A repeat after a loss also comes late, but it is a new packet. A recorder with several "
			"queues writes packets in the wrong order itself: then it shows acknowledgements of "
			"packets that come later, and nothing is said.",
	.advice = { "Look for links used in turns packet by packet: per-packet load sharing, round-robin "
		    "bonding, several queues of one device.",
		    "Balance by conversation (flow hash) instead." },
	.reference = "RFC 4737; RFC 5236",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.005, .meaning = "of the data packets" },
		{ .name = "packets", .unit = UNIT_COUNT, .value = 3, .meaning = "that came late at least" },
	},
};

static const struct finding_kind duplicate_in_network = {
	.id = "ip/duplicate-in-network",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_TE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_DUPLICATES,
	.title = "A device on the way sends packets twice",
	.say = "{copies} of {segments} packets ({share}) arrive a second time, although their sender sent "
	       "them once.",
	.meaning = "The same packet, with the same identification and time stamp, came twice with a delay "
		   "that no sender's time-out explains.",
	.false_alarms = "When all packets come twice, or come twice at once, the recorder makes the copies "
			"(capture/duplicate-packets).",
	.advice = { "Look at wireless bridges, redundant device pairs and network-card teams on the way." },
	.reference = "RFC 5560",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.001, .meaning = "of the packets" },
		{ .name = "packets", .unit = UNIT_COUNT, .value = 2, .meaning = "that came twice at least" },
	},
};

struct sender_key { uint32_t session; uint32_t direction; };

struct sender {                  /* one direction of a TCP session */
	struct proof late, copies;
	uint64_t places;
	int64_t lag;
};

struct order_state {
	struct cache senders;    /* struct sender_key to struct sender */
	double late_share, copy_share;
	uint64_t late_least, copy_least;
};

static void order_begin(struct analysis_context *context)
{
	struct order_state *state = context->state;
	cache_init(&state->senders, SENDERS_REMEMBERED, sizeof(struct sender_key), sizeof(struct sender));
	state->late_share = setting(context->settings, &reordering, "share");
	state->late_least = (uint64_t)setting(context->settings, &reordering, "packets");
	state->copy_share = setting(context->settings, &duplicate_in_network, "share");
	state->copy_least = (uint64_t)setting(context->settings, &duplicate_in_network, "packets");
}

/* How many packets overtook this one, by the bytes that came before it although they follow it. */
static uint64_t places_behind(const struct tcp_side *side, const struct segment *segment)
{
	if (side->snd_max <= segment->end || !side->segment_maximum)
		return 1;
	return (side->snd_max - segment->end + side->segment_maximum - 1) / side->segment_maximum;
}

static void order_observe(struct analysis_context *context, const struct observation *observation)
{
	struct order_state *state = context->state;
	const struct segment *segment = observation->segment;
	if (!segment || (segment->class != SEGMENT_REORDERED && segment->class != SEGMENT_NETWORK_DUPLICATE))
		return;
	struct sender_key key = { observation->session->number, observation->direction };
	struct sender *sender = cache_enter(&state->senders, &key, NULL);
	if (segment->class == SEGMENT_NETWORK_DUPLICATE) {
		proof_add(&sender->copies, observation->packet);
		return;
	}
	uint64_t places = places_behind(&observation->session->tcp->side[observation->direction], segment);
	proof_add(&sender->late, observation->packet);
	if (places > sender->places)
		sender->places = places;
	if (segment->lag > sender->lag)
		sender->lag = segment->lag;
}

static void report_late(struct analysis_context *context, const struct session *session, uint8_t side,
			const struct sender *sender)
{
	const struct order_state *state = context->state;
	const struct tcp_side *tcp = &session->tcp->side[side];
	double share = (double)sender->late.total / (double)tcp->data_segments;
	if (sender->late.total < state->late_least || share < state->late_share)
		return;
	/* A receiver answers what comes early at once, with a duplicate (RFC 5681, 4.2). Where it did not,
	 * the packets reached it in order, and only the recorder mixed them up (capture/reordered). */
	if (session->tcp->side[side ^ 1].acks && tcp->duplicate_acks * DUPLICATES_EXPECTED < sender->late.total)
		return;
	uint64_t spurious = tcp->by_class[SEGMENT_SPURIOUS];
	struct finding finding;
	finding_begin(&finding, &reordering, session);
	finding.merge_key = (uint64_t)side + 1;
	finding.confidence = CONFIDENCE_LIKELY;
	finding.count = sender->late.total;
	finding_count(&finding, "late", (double)sender->late.total);
	finding_count(&finding, "segments", (double)tcp->data_segments);
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_MAX);
	finding_number(&finding, "places", UNIT_COUNT, (double)sender->places, FACT_MAX);
	finding_duration(&finding, "lag", sender->lag);
	finding_threshold(&finding, "limit", UNIT_RATIO, state->late_share);
	if (spurious)
		finding_words(&finding, "harm", "; the sender repeated %llu packets for nothing",
			      (unsigned long long)spurious);
	else
		finding_words(&finding, "harm", "%s", "");
	bool fooled = spurious && tcp->by_mechanism[REPEAT_FAST];
	if (!fooled && sender->places < HARMFUL_PLACES)
		finding.severity = SEVERITY_NOTICE;
	blame_network_at(&finding, session, side);
	finding_why(&finding, "The packets were late at the trace point already, so they were overtaken "
		    "between the sender and it.");
	finding_alternative(&finding, "they are repeats of lost packets",
			    "identification, time stamp or delay show the originals");
	proof_give(&sender->late, &finding, "comes late, behind packets that follow it");
	finding_submit(context->findings, &finding);
}

static void report_copies(struct analysis_context *context, const struct session *session, uint8_t side,
			  const struct sender *sender)
{
	const struct order_state *state = context->state;
	uint64_t packets = session->side[side].packets;
	double share = packets ? (double)sender->copies.total / (double)packets : 1;
	if (sender->copies.total < state->copy_least || share < state->copy_share)
		return;
	struct finding finding;
	finding_begin(&finding, &duplicate_in_network, session);
	finding.confidence = CONFIDENCE_LIKELY;
	finding.count = sender->copies.total;
	finding_count(&finding, "copies", (double)sender->copies.total);
	finding_count(&finding, "segments", (double)packets);
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_MAX);
	finding_threshold(&finding, "limit", UNIT_RATIO, state->copy_share);
	blame_network_at(&finding, session, side);
	finding_why(&finding, "A sender that repeats makes a new packet; these are copies of the old one.");
	proof_give(&sender->copies, &finding, "the same packet for the second time");
	finding_submit(context->findings, &finding);
}

static void order_session_end(struct analysis_context *context, const struct session *session,
			      const struct observation *last)
{
	struct order_state *state = context->state;
	if (!session->tcp)
		return;
	for (uint8_t side = 0; side < 2; side++) {
		const struct tcp_side *tcp = &session->tcp->side[side];
		if (!tcp->by_class[SEGMENT_REORDERED] && !tcp->by_class[SEGMENT_NETWORK_DUPLICATE])
			continue;
		struct sender_key key = { session->number, side };
		const struct sender *sender = cache_find(&state->senders, &key);
		if (!sender)
			continue;
		if (tcp->data_segments)
			report_late(context, session, side, sender);
		report_copies(context, session, side, sender);
	}
}

static void order_destroy(struct analysis_context *context)
{
	struct order_state *state = context->state;
	cache_finish(&state->senders);
}

static const struct finding_kind *const kinds[] = { &reordering, &duplicate_in_network, NULL };

const struct analyzer ip_order_analyzer = {
	.name = "ip-order",
	.kinds = kinds,
	.state_size = sizeof(struct order_state),
	.wants = WANTS_ODD,
	.begin = order_begin,
	.observe = order_observe,
	.session_end = order_session_end,
	.destroy = order_destroy,
};
