/* Which packet size does not get through? icmp/pmtu-black-hole and link/mtu-mismatch.
 *
 * A link on the way that carries less than the sender thinks drops large packets. When the ICMP errors
 * that should tell the sender get lost as well, large segments vanish for ever and small ones pass. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/proof.h"

#define PAIRS_REMEMBERED 256
#define ETHERNET_PAYLOAD 1500    /* more than this is a jumbo frame */
#define HEADERS 40               /* IPv4 and TCP without options */

static const struct finding_kind pmtu_black_hole = {
	.id = "icmp/pmtu-black-hole",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_REORDERED,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "Large packets vanish, small ones pass",
	.say = "Segments of {size} from {sender} never arrive, although sent again {repeats|time|times}, and "
	       "segments of {passed} do: a link on the way carries less, and the ICMP errors that should "
	       "say so do not come.",
	.meaning = "A large TCP segment was repeated by time-outs and never acknowledged, while a clearly "
		   "smaller one was, and no ICMP fragmentation needed (packet too big) is in the trace. "
		   "Path MTU discovery cannot work without those errors.",
	.false_alarms = "Ordinary loss hits small segments as well: one large segment must be lost again and "
			"again, no segment of that size may ever have passed, and the receiver's window "
			"must be open.",
	.advice = { "Let ICMP type 3 code 4 (IPv6: type 2) through all firewalls on the way.",
		    "Until then clamp the TCP segment size to {passed} or less, or lower the MTU of {sender}.",
		    "Look for a tunnel or a VPN on the way: its headers need the bytes that are missing." },
	.reference = "RFC 1191; RFC 2923 2.1; RFC 4821; RFC 8201",
	.parameters = {
		{ .name = "repeats", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "time-outs in a row of one large segment" },
		{ .name = "smaller", .unit = UNIT_BYTES, .value = 200,
		  .meaning = "by so much must a segment be smaller that did pass" },
	},
};

static const struct finding_kind mtu_mismatch = {
	.id = "link/mtu-mismatch",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_TE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_REORDERED,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "Large frames vanish between two hosts of one LAN",
	.say = "Segments of {size} from {sender} never reach the other host on the same LAN, segments of "
	       "{passed} do: the MTU of the two, or of a switch between them, differs.",
	.meaning = "As icmp/pmtu-black-hole, but with no router between the two hosts, and with frames larger "
		   "than ordinary Ethernet carries: nobody on the way could send an ICMP error. One host "
		   "uses jumbo frames, and the other or a switch does not.",
	.false_alarms = "Hosts whose packets passed a router, by their time to live or their hardware address, "
			"are icmp/pmtu-black-hole.",
	.advice = { "Give all hosts and switches of this LAN the same MTU." },
	.reference = "RFC 4821; RFC 1122 3.3.3",
	.parameters = {
		{ .name = "repeats", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "time-outs in a row of one large segment" },
		{ .name = "smaller", .unit = UNIT_BYTES, .value = 200,
		  .meaning = "by so much must a segment be smaller that did pass" },
	},
};

struct side_sizes {              /* of one sender */
	uint64_t pending_end;    /* of a segment that may become the largest that passed; 0 when none */
	struct sample selective; /* the last packet that acknowledged something behind a gap */
	uint64_t repeat_start;   /* of the segment that time-outs repeated last */
	uint32_t pending_size, passed;
	uint32_t repeat_size, reduced;   /* repeated with, and later with less: 0 when not */
	uint32_t beside;         /* least that was acknowledged behind the present gap; 0 when nothing */
	bool may_fragment;       /* a data packet without the don't-fragment flag */
};

struct session_sizes { struct side_sizes side[2]; };

struct pair_key { struct address source, destination; };

struct size_state {
	struct cache told;       /* struct pair_key: an ICMP error told the sender */
	uint32_t repeats, smaller, lan_repeats, lan_smaller;
};

static void size_begin(struct analysis_context *context)
{
	struct size_state *state = context->state;
	cache_init(&state->told, PAIRS_REMEMBERED, sizeof(struct pair_key), sizeof(uint64_t));
	state->repeats = (uint32_t)setting(context->settings, &pmtu_black_hole, "repeats");
	state->smaller = (uint32_t)setting(context->settings, &pmtu_black_hole, "smaller");
	state->lan_repeats = (uint32_t)setting(context->settings, &mtu_mismatch, "repeats");
	state->lan_smaller = (uint32_t)setting(context->settings, &mtu_mismatch, "smaller");
}

static void note_error(struct size_state *state, const struct icmp_header *icmp)
{
	bool too_big = icmp->version == 4 ? icmp->type == 3 && icmp->code == 4 : icmp->type == 2;
	if (!icmp->is_error || !icmp->quote.present || !too_big)
		return;
	struct pair_key key = { icmp->quote.source, icmp->quote.destination };
	uint64_t *told = cache_enter(&state->told, &key, NULL);
	++*told;
}

static bool is_repeat(const struct segment *segment)
{
	return segment->class == SEGMENT_REPEATED_UPSTREAM ||
	       segment->class == SEGMENT_REPEATED_DOWNSTREAM || segment->class == SEGMENT_SPURIOUS;
}

static void note_repeat(struct side_sizes *sizes, const struct segment *segment, uint32_t size)
{
	if (sizes->pending_end && segment->sequence < sizes->pending_end)
		sizes->pending_end = 0;
	if (segment->sequence != sizes->repeat_start) {
		if (segment->mechanism != REPEAT_TIMEOUT)
			return;
		sizes->repeat_start = segment->sequence;
		sizes->repeat_size = size;
		sizes->reduced = 0;
	} else if (size < sizes->repeat_size) {
		sizes->reduced = size;
	} else {
		sizes->repeat_size = size;
		sizes->reduced = 0;
	}
}

static void note_data(struct side_sizes *sizes, const struct packet *packet,
		      const struct segment *segment)
{
	uint32_t size = packet->tcp->payload_length;
	sizes->may_fragment |= packet->ip->version == 4 && !packet->ip->dont_fragment;
	if (is_repeat(segment)) {
		note_repeat(sizes, segment, size);
	} else if (segment->class == SEGMENT_NEW && !sizes->pending_end && size > sizes->passed) {
		sizes->pending_end = segment->end;
		sizes->pending_size = size;
	}
}

static void note_acknowledgment(struct side_sizes *sizes, const struct packet *packet,
				const struct segment *segment)
{
	if (sizes->pending_end && segment->acknowledgment >= sizes->pending_end) {
		sizes->passed = sizes->pending_size;
		sizes->pending_end = 0;
	}
	const struct tcp_header *tcp = packet->tcp;
	if (segment->acked_bytes)
		sizes->beside = 0;
	if (!segment->new_sack)
		return;
	sizes->selective = (struct sample){ packet->record->number, packet->record->time };
	for (unsigned i = 0; i < tcp->sack_count; i++) {
		uint32_t size = tcp->sack[i][1] - tcp->sack[i][0];
		if (!sizes->beside || size < sizes->beside)
			sizes->beside = size;
	}
}

/* The smallest segment that passed while the large one did not; 0 when none did. */
static uint32_t smallest_passed(const struct side_sizes *sizes, const struct tcp_episode *episode)
{
	if (episode->recovered && sizes->reduced)
		return sizes->reduced;
	return episode->smallest_acked ? episode->smallest_acked : sizes->beside;
}

/* Both hosts on one LAN: neither's packets passed a router. */
static bool are_neighbours(const struct analysis_context *context, const struct session *session)
{
	for (uint8_t side = 0; side < 2; side++) {
		const struct session_side *sent = &session->side[side];
		if (session_hops(session, side) != 0 ||
		    session_table_is_router(context->trace->sessions, sent->mac))
			return false;
	}
	return true;
}

struct verdict_on_size { uint32_t size, passed; bool reduced, neighbours; };

/* Whether an episode shows that large segments do not pass, and which sizes. */
static bool judge(const struct analysis_context *context, const struct session *session,
		  const struct tcp_episode *episode, struct verdict_on_size *verdict)
{
	const struct size_state *state = context->state;
	const struct session_sizes *all = context->session_state;
	const struct side_sizes *sizes = &all->side[episode->sender];
	const struct tcp_side *receiver = &session->tcp->side[!episode->sender];
	uint32_t size = episode->largest_unacked;
	if (receiver->mss && size > receiver->mss)
		size = receiver->mss;        /* the sender's card cuts it to that */
	bool shrank = episode->recovered && sizes->reduced > 0;
	verdict->size = size;
	verdict->passed = smallest_passed(sizes, episode);
	verdict->reduced = shrank;
	verdict->neighbours = size + HEADERS > ETHERNET_PAYLOAD && are_neighbours(context, session);
	uint32_t smaller = verdict->neighbours ? state->lan_smaller : state->smaller;
	uint32_t repeats = verdict->neighbours ? state->lan_repeats : state->repeats;
	bool stuck = shrank || !episode->recovered;
	return stuck && !episode->spurious && episode->timeouts >= repeats &&
	       verdict->passed && verdict->passed + smaller <= size && sizes->passed < size &&
	       !sizes->may_fragment && receiver->window > 0;
}

static void give_evidence(struct finding *finding, const struct session *session,
			  const struct tcp_episode *episode, const struct side_sizes *sizes)
{
	if (episode->original_packet)
		finding_evidence(finding, episode->original_packet, episode->start_time,
				 "the large segment, for the first time");
	for (unsigned i = 0; i < episode->repeat_count; i++)
		finding_evidence(finding, episode->repeats[i], episode->repeat_times[i], "and again");
	if (sizes->selective.packet)
		finding_evidence(finding, sizes->selective.packet, sizes->selective.time,
				 "the receiver has smaller segments that came later");
	if (episode->acked_packet)
		finding_evidence(finding, episode->acked_packet, episode->end_time,
				 "acknowledged, once it came in smaller pieces");
	finding->session_number = session->number;
}

static void judge_episode(struct analysis_context *context, const struct session *session,
			  const struct tcp_episode *episode)
{
	struct size_state *state = context->state;
	const struct session_sizes *all = context->session_state;
	struct verdict_on_size verdict;
	if (!all || !judge(context, session, episode, &verdict))
		return;
	const struct endpoint *sender = &session->key.end[episode->sender];
	struct pair_key key = { sender->address, session->key.end[!episode->sender].address };
	if (cache_find(&state->told, &key))
		return;
	struct finding finding;
	finding_begin(&finding, verdict.neighbours ? &mtu_mismatch : &pmtu_black_hole, session);
	finding.cost = episode->cost;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_address(&finding, "sender", &sender->address);
	finding_number(&finding, "size", UNIT_BYTES, verdict.size, FACT_MAX);
	finding_number(&finding, "passed", UNIT_BYTES, verdict.passed, FACT_MIN);
	finding_number(&finding, "repeats", UNIT_COUNT, episode->timeouts, FACT_MAX);
	finding_threshold(&finding, "least", UNIT_COUNT, state->repeats);
	const char *reason;
	enum vantage vantage = session_vantage(context->trace->sessions, session, episode->sender, &reason);
	if (verdict.neighbours) {
		blame_config(&finding, session, !episode->sender);
		finding_why(&finding, "The frames left %s, and no router lies between the two hosts.",
			    address_text(&sender->address, (char[ADDRESS_TEXT_SIZE]){ 0 }));
		finding_alternative(&finding, "a switch between them has the smaller MTU", NULL);
	} else {
		blame_network_at(&finding, session, !episode->sender);
		finding_why(&finding, "The large segments passed the trace point and vanished behind it; no "
			    "ICMP error came back to it.");
		if (vantage == VANTAGE_AT)
			finding.confidence = CONFIDENCE_CERTAIN;
	}
	finding_alternative(&finding, "ordinary loss",
			    verdict.reduced ? "it went through at once in smaller pieces"
					    : "smaller segments pass, and no large one ever did");
	give_evidence(&finding, session, episode, &all->side[episode->sender]);
	finding_submit(context->findings, &finding);
}

static void judge_events(struct analysis_context *context, const struct session *session,
			 const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++)
		if (observation->events[i].type == EVENT_EPISODE)
			judge_episode(context, session, observation->events[i].episode);
}

static void size_observe(struct analysis_context *context, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	if (packet->icmp)
		note_error(context->state, packet->icmp);
	struct session_sizes *sizes = context->session_state;
	const struct segment *segment = observation->segment;
	if (!segment || !sizes)
		return;
	note_acknowledgment(&sizes->side[!observation->direction], packet, segment);
	judge_events(context, observation->session, observation);
	if (segment->has_data)
		note_data(&sizes->side[observation->direction], packet, segment);
}

static void size_session_end(struct analysis_context *context, const struct session *session,
			     const struct observation *last)
{
	if (session->tcp)
		judge_events(context, session, last);
}

static void size_destroy(struct analysis_context *context)
{
	struct size_state *state = context->state;
	cache_finish(&state->told);
}

static const struct finding_kind *const kinds[] = { &pmtu_black_hole, &mtu_mismatch, NULL };

const struct analyzer icmp_size_analyzer = {
	.name = "icmp-size",
	.kinds = kinds,
	.state_size = sizeof(struct size_state),
	.session_state_size = sizeof(struct session_sizes),
	.wants = WANTS_TCP | WANTS_ICMP,
	.begin = size_begin,
	.observe = size_observe,
	.session_end = size_session_end,
	.destroy = size_destroy,
};
