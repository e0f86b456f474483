/* Did the recorder write packets twice? capture/duplicate-packets. */
#include <stdio.h>

#include "analyze/concerned.h"
#include "core/clock.h"
#include "core/text.h"

static const struct finding_kind duplicate_packets = {
	.id = "capture/duplicate-packets",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "Packets were recorded twice",
	.say = "{copies} of {packets} packets ({share}) are copies of a packet recorded just "
	       "before{how}. culprit judged each packet once; other tools will show about "
	       "{repeats} retransmissions that never happened.",
	.meaning = "The trace holds the same packet again: the same identification, sequence "
		   "number, checksum and time stamp, only a moment later than any sender repeats. "
		   "Kind same-ttl: a mirror port that copies a packet when it enters and when it "
		   "leaves, two cards, the \"any\" device. Kind behind-router: before and behind a "
		   "router, with a smaller time to live and other hardware addresses.",
	.false_alarms = "A sender that repeats makes a new packet and waits for a time-out first. "
			"What a device on the way doubles now and then (ip/duplicate-in-network) "
			"is not systematic. Copies of broadcasts do not count: access points send "
			"them again. Packets that circle between routers (ip/routing-loop) lose "
			"more of their time to live with every round.",
	.advice = { "Mirror one direction or one VLAN only, or let the packet broker remove "
		    "copies.",
		    "On Linux record one interface instead of \"any\".",
		    "For other tools remove the copies first, as with editcap -d." },
	.reference = "Paxson, SIGCOMM'97, 3.1.2 (additions)",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.05,
		  .meaning = "of the packets of the trace or of one conversation" },
		{ .name = "copies", .unit = UNIT_COUNT, .value = 3, .meaning = "at least" },
	},
};

#define PAIRS_CITED 3
#define LARGEST_TTL_CHANGE 2             /* beyond two routers a packet is rather in a loop */
#define SOONER_THAN_REPEATS (200 * MICROSECOND)

struct pair { uint64_t original, copy; int64_t lag, time; int8_t ttl_change; };

struct duplicate_state {
	double share;
	uint64_t least;
	uint64_t copies;                     /* of IP, not to groups */
	uint64_t others;                     /* packets that do not count */
	uint64_t repeats;                    /* copies that carry data */
	uint64_t routed, other_path;
	uint64_t proofs;                     /* copies of what TCP never repeats */
	int64_t shortest, longest;
	struct pair cited[PAIRS_CITED];
	struct concerned sessions;
};

static void duplicate_begin(struct analysis_context *context)
{
	struct duplicate_state *state = context->state;
	state->share = setting(context->settings, &duplicate_packets, "share");
	state->least = (uint64_t)setting(context->settings, &duplicate_packets, "copies");
}

/* Data comes again by itself, but not this soon and not by another way. */
static bool is_proof(const struct observation *observation)
{
	const struct tcp_header *tcp = observation->packet->tcp;
	return !tcp || !tcp->payload_length || observation->twin_other_path ||
	       observation->twin_lag < SOONER_THAN_REPEATS;
}

static void count_copy(struct duplicate_state *state, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	int64_t lag = observation->twin_lag < 0 ? -observation->twin_lag : observation->twin_lag;
	if (observation->twin_ttl_change > LARGEST_TTL_CHANGE ||
	    observation->twin_ttl_change < -LARGEST_TTL_CHANGE)
		return;
	if (state->copies < PAIRS_CITED)
		state->cited[state->copies] = (struct pair){
			.original = observation->twin_of, .copy = packet->record->number,
			.lag = lag, .time = packet->record->time,
			.ttl_change = observation->twin_ttl_change,
		};
	if (!state->copies || lag < state->shortest)
		state->shortest = lag;
	if (lag > state->longest)
		state->longest = lag;
	state->copies++;
	state->proofs += is_proof(observation);
	state->routed += observation->twin_ttl_change != 0;
	state->other_path += observation->twin_other_path;
	state->repeats += packet->tcp &&
		(packet->tcp->payload_length || tcp_has(packet->tcp, TCP_SYN | TCP_FIN));
}

static bool goes_to_many(const struct packet *packet)
{
	const struct link_facts *link = &packet->link;
	const struct address *destination = &packet->outer_ip->destination;
	return address_is_multicast(destination) || address_is_broadcast(destination) ||
	       (link->has_destination && mac_is_group(link->destination));
}

/* Too little is left of it to tell it from others. */
static bool is_cut_short(const struct packet *packet)
{
	return packet->truncated && !packet->tcp && !packet->udp && !packet->icmp;
}

static void duplicate_observe(struct analysis_context *context,
			      const struct observation *observation)
{
	struct duplicate_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (!packet->outer_ip || goes_to_many(packet) || is_cut_short(packet))
		state->others++;
	else if (observation->twin_of)
		count_copy(state, observation);
}

static void duplicate_session_end(struct analysis_context *context, const struct session *session,
				  const struct observation *last)
{
	struct duplicate_state *state = context->state;
	uint64_t packets = session->side[0].packets + session->side[1].packets +
		session->duplicates;
	(void)last;
	if (session->duplicates >= state->least &&
	    (double)session->duplicates >= state->share * (double)packets)
		concerned_add(&state->sessions, session);
}

static void tell_how(struct finding *finding, const struct duplicate_state *state)
{
	bool routed = state->routed * 2 > state->copies;
	bool other_path = state->other_path * 2 > state->copies;
	finding->sub_kind = routed ? "behind-router" : "same-ttl";
	finding_words(finding, "how", "%s", routed ? ", behind a router"
			: other_path ? ", on another link or device" : "");
	finding_why(finding, "%s", routed
		? "The copies have a smaller time to live and other hardware addresses: the "
		  "recorder sees the same packet before and behind a router."
		: "Packets with the same identification and bytes so shortly after each other "
		  "cannot come from the timers of a sender: the recorder got them twice.");
}

static void cite(struct finding *finding, const struct duplicate_state *state)
{
	char lag[DURATION_TEXT_SIZE];
	for (uint64_t i = 0; i < state->copies && i < PAIRS_CITED; i++) {
		const struct pair *pair = &state->cited[i];
		char change[48] = "";
		if (pair->ttl_change)
			snprintf(change, sizeof change, ", time to live smaller by %d",
				 pair->ttl_change);
		finding_evidence(finding, pair->original, pair->time - pair->lag, "recorded first");
		finding_evidence(finding, pair->copy, pair->time, "packet %llu again, %s later%s",
				 (unsigned long long)pair->original,
				 duration_text(pair->lag, lag), change);
	}
}

static void duplicate_finish(struct analysis_context *context)
{
	struct duplicate_state *state = context->state;
	uint64_t packets = context->trace->packets - state->others;
	double share = packets ? (double)state->copies / (double)packets : 0;
	bool whole_trace = share >= state->share;
	if (state->copies < state->least || !state->proofs ||
	    (!whole_trace && !state->sessions.total))
		return;
	struct finding finding;
	finding_begin(&finding, &duplicate_packets, NULL);
	/* A single conversation out of many is no reason to doubt the others. */
	if (!whole_trace)
		finding.severity = SEVERITY_NOTICE;
	finding.count = state->copies;
	blame_capture(&finding);
	finding_count(&finding, "copies", (double)state->copies);
	finding_count(&finding, "packets", (double)packets);
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_MAX);
	finding_count(&finding, "repeats", (double)state->repeats);
	finding_count(&finding, "conversations", (double)state->sessions.total);
	finding_duration(&finding, "shortest", state->shortest);
	finding_duration(&finding, "longest", state->longest);
	finding_threshold(&finding, "limit", UNIT_RATIO, state->share);
	tell_how(&finding, state);
	finding_alternative(&finding, "the senders repeat themselves",
			    "they do so later, and with a new identification");
	cite(&finding, state);
	concerned_submit(&state->sessions, &finding, context->findings);
	if (whole_trace)
		context->trace_writable->quality |= QUALITY_DUPLICATES;
}

static void duplicate_destroy(struct analysis_context *context)
{
	struct duplicate_state *state = context->state;
	concerned_finish(&state->sessions);
}

static const struct finding_kind *const kinds[] = { &duplicate_packets, NULL };

const struct analyzer capture_duplicates_analyzer = {
	.name = "capture-duplicates",
	.kinds = kinds,
	.state_size = sizeof(struct duplicate_state),
	.wants = WANTS_ODD | WANTS_LINK,
	.begin = duplicate_begin,
	.observe = duplicate_observe,
	.session_end = duplicate_session_end,
	.finish = duplicate_finish,
	.destroy = duplicate_destroy,
};
