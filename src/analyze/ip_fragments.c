/* What becomes of datagrams that were too large? ip/fragments, ip/fragment-lost, ip/fragment-overlap. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "core/clock.h"

#define PAIRS_REMEMBERED 512

static const struct finding_kind fragments = {
	.id = "ip/fragments",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_TE,
	.merge = MERGE_PAIR,
	.title = "Packets are sent in fragments",
	.say = "{client} sends packets to {server} in fragments ({fragments|fragment|fragments} of {datagrams} "
	       "{what}): if one piece is lost, the whole is.",
	.meaning = "A packet was larger than the sender's, or some router's, link allows, and was cut in "
		   "pieces. Firewalls often drop the pieces, and every loss costs the whole packet. TCP "
		   "should never need it.",
	.false_alarms = "A few large pings or answers are no trouble: of UDP, a share of the trace is needed.",
	.advice = { "Lower the size of what is sent (EDNS buffer 1232, NFS rsize), or clamp the TCP segment "
		    "size to what the path carries.",
		    "With tunnels on the way, lower the MTU of the tunnel's inside." },
	.reference = "RFC 791 3.2; RFC 8900",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.01,
		  .meaning = "of the IP packets in the trace" },
	},
};

static const struct finding_kind fragment_lost = {
	.id = "ip/fragment-lost",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_TE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_LOSS | QUALITY_TRUNCATED,
	.weakened_by = QUALITY_FILTERED,
	.title = "Fragmented packets do not arrive whole",
	.say = "{lost} of {datagrams} fragmented packets from {client} to {server} never became complete: "
	       "{missing}.",
	.meaning = "Pieces of a packet were seen, but never all of them. Kind upstream: a piece was lost "
		   "before the trace point. Kind downstream: all passed it, but the receiver reports that "
		   "it waited in vain for a piece.",
	.false_alarms = "Packets at the ends of the trace, and traces that lost packets themselves or cut "
			"them, are not judged. A capture filter for a port lets only first pieces through: a "
			"trace without any others gives a notice only.",
	.advice = { "Send smaller packets (EDNS buffer 1232, NFS rsize, a smaller MTU): then nothing is cut.",
		    "Look for a firewall or a load balancer on the way that drops fragments." },
	.reference = "RFC 791 3.2; RFC 8900 3",
};

static const struct finding_kind fragment_overlap = {
	.id = "ip/fragment-overlap",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_SEC,
	.merge = MERGE_PAIR,
	.title = "Overlapping fragments disagree",
	.say = "Fragments from {client} to {server} overlap with different bytes ({sets|packet|packets}): an attempt "
	       "to get past a firewall, or a broken sender.",
	.meaning = "Two fragments of one packet claim the same place with different content. No correct "
		   "sender does that; attacks do, because firewall and receiver may choose differently "
		   "(and old systems crashed).",
	.false_alarms = "A fragment that comes twice with the same content is harmless.",
	.advice = { "Let the firewall drop overlapping fragments.", "Find out what {client} is." },
	.reference = "RFC 5722; RFC 1858; RFC 3128",
};

struct pair_key { struct address source, destination; };

struct pair {                    /* fragments from one host to another */
	uint64_t fragments, datagrams;   /* datagrams: first pieces */
	bool tcp;
	struct proof proof;
	uint64_t lost, bytes_missing, first_missing, last_missing;
	struct proof lost_proof;
	uint64_t timed_out;      /* the receiver said so */
	struct proof timed_out_proof;
	uint64_t conflicts;
	struct proof conflict_proof;
};

struct fragments_state {
	struct cache pairs;      /* struct pair_key to struct pair */
	double share;
	uint64_t fragments, later_fragments;     /* later: any but a first piece */
};

static void fragments_begin(struct analysis_context *context)
{
	struct fragments_state *state = context->state;
	cache_init(&state->pairs, PAIRS_REMEMBERED, sizeof(struct pair_key), sizeof(struct pair));
	state->share = setting(context->settings, &fragments, "share");
}

static struct pair *pair_of(struct fragments_state *state, const struct address *source,
			    const struct address *destination)
{
	struct pair_key key = { *source, *destination };
	return cache_enter(&state->pairs, &key, NULL);
}

static bool is_reassembly_timeout(const struct icmp_header *icmp)
{
	return icmp->is_error && icmp->type == (icmp->version == 4 ? 11 : 3) && icmp->code == 1 &&
	       icmp->quote.present;
}

static void fragments_observe(struct analysis_context *context, const struct observation *observation)
{
	struct fragments_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct ip_header *ip = packet->ip;
	if (!ip || observation->twin_of)
		return;
	if (packet->icmp && is_reassembly_timeout(packet->icmp)) {
		const struct icmp_quote *quote = &packet->icmp->quote;
		struct pair *pair = pair_of(state, &quote->source, &quote->destination);
		pair->timed_out++;
		proof_add(&pair->timed_out_proof, packet);
	}
	if (!ip->fragmented || (ip->fragment_offset == 0 && !ip->more_fragments))
		return;
	struct pair *pair = pair_of(state, &ip->source, &ip->destination);
	state->fragments++;
	pair->fragments++;
	pair->datagrams += ip->fragment_offset == 0;
	state->later_fragments += ip->fragment_offset > 0;
	pair->tcp |= ip->protocol == 6;
	proof_add(&pair->proof, packet);
}

static void add_report(struct proof *proof, const struct fragment_report *report)
{
	struct sample sample = { report->first_packet, report->first_time };
	if (proof->total < PROOF_FIRST)
		proof->first[proof->total] = sample;
	proof->last = sample;
	proof->total++;
}

static void fragments_failed_set(struct analysis_context *context, const struct fragment_report *report)
{
	struct fragments_state *state = context->state;
	/* Its first piece may have passed before the recording began. */
	bool cut = !report->first_seen && report->first_time - context->trace->first_time < NANOSECONDS;
	if (cut && !report->overlap_conflict)
		return;
	struct pair *pair = pair_of(state, &report->source, &report->destination);
	if (report->overlap_conflict) {
		pair->conflicts++;
		add_report(&pair->conflict_proof, report);
	} else {
		pair->lost++;
		pair->first_missing += !report->first_seen;
		pair->last_missing += !report->last_seen;
		pair->bytes_missing += report->bytes_missing;
		add_report(&pair->lost_proof, report);
	}
}

static void report_fragments(struct analysis_context *context, const struct pair_key *key,
			     const struct pair *pair)
{
	const struct fragments_state *state = context->state;
	struct finding finding;
	finding_begin(&finding, &fragments, NULL);
	finding_subject(&finding, &key->source, &key->destination, 0, pair->tcp ? 6 : 0);
	finding.count = pair->datagrams ? pair->datagrams : 1;
	finding_count(&finding, "fragments", (double)pair->fragments);
	finding_count(&finding, "datagrams", (double)pair->datagrams);
	finding_words(&finding, "what", "%s", pair->tcp ? "packets, TCP among them" : "packets");
	finding_threshold(&finding, "share", UNIT_RATIO, state->share);
	char source[ADDRESS_TEXT_SIZE];
	blame_word(&finding, PARTY_CLIENT, "config:%s", address_text(&key->source, source));
	finding.confidence = CONFIDENCE_LIKELY;
	finding_why(&finding, "%s sends more in one packet than its path carries in one piece.", source);
	if (pair->tcp)
		finding_alternative(&finding, "a router or tunnel on the way cuts its packets", NULL);
	proof_give(&pair->proof, &finding, "a fragment");
	finding_submit(context->findings, &finding);
}

static void report_lost(struct analysis_context *context, const struct pair_key *key,
			const struct pair *pair)
{
	const struct fragments_state *state = context->state;
	struct finding finding;
	finding_begin(&finding, &fragment_lost, NULL);
	finding_subject(&finding, &key->source, &key->destination, 0, 0);
	finding.sub_kind = "upstream";
	finding.count = pair->lost;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_count(&finding, "lost", (double)pair->lost);
	finding_count(&finding, "datagrams",
		      (double)(pair->datagrams > pair->lost ? pair->datagrams : pair->lost));
	finding_count(&finding, "bytes_missing", (double)pair->bytes_missing);
	if (pair->first_missing == pair->lost)
		finding_words(&finding, "missing", "the first piece is missing");
	else if (pair->last_missing == pair->lost)
		finding_words(&finding, "missing", "the last piece is missing");
	else
		finding_words(&finding, "missing", "pieces are missing");
	blame_network(&finding);
	finding_why(&finding, "The other pieces passed the trace point; the missing ones were lost between "
		    "the sender and it.");
	finding_alternative(&finding, "a firewall before the trace point drops later fragments", NULL);
	if (!state->later_fragments) {
		finding.severity = SEVERITY_NOTICE;
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding_alternative(&finding, "a capture filter for ports keeps all pieces but the first out "
				    "of the trace", NULL);
	}
	/* One piece may be what the recorder missed. */
	if (pair->lost == 1)
		finding_doubt(&finding, QUALITY_LOSS);
	proof_give(&pair->lost_proof, &finding, "a fragment of a packet that never became complete");
	finding_submit(context->findings, &finding);
}

static void report_timed_out(struct analysis_context *context, const struct pair_key *key,
			     const struct pair *pair)
{
	struct finding finding;
	finding_begin(&finding, &fragment_lost, NULL);
	finding_subject(&finding, &key->source, &key->destination, 0, 0);
	finding.sub_kind = "downstream";
	finding.count = pair->timed_out;
	finding_count(&finding, "lost", (double)pair->timed_out);
	finding_count(&finding, "datagrams", (double)(pair->datagrams > pair->timed_out
						      ? pair->datagrams : pair->timed_out));
	finding_words(&finding, "missing", "the receiver waited for a piece in vain");
	blame_network(&finding);
	finding_why(&finding, "%s: the receiver reports that pieces did not come.", pair->lost
		    ? "Pieces are missing at the trace point, too"
		    : "All pieces that the trace shows passed the trace point");
	proof_give(&pair->timed_out_proof, &finding, "the receiver gives up waiting for fragments");
	finding_submit(context->findings, &finding);
}

static void report_overlap(struct analysis_context *context, const struct pair_key *key,
			   const struct pair *pair)
{
	struct finding finding;
	finding_begin(&finding, &fragment_overlap, NULL);
	finding_subject(&finding, &key->source, &key->destination, 0, 0);
	finding.count = pair->conflicts;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_count(&finding, "sets", (double)pair->conflicts);
	blame_attacker(&finding, &key->source);
	finding_why(&finding, "A correct sender never writes two contents to one place.");
	finding_alternative(&finding, "the sender's fragmentation is broken", NULL);
	proof_give(&pair->conflict_proof, &finding, "its fragments overlap with different bytes");
	finding_submit(context->findings, &finding);
}

static void fragments_finish(struct analysis_context *context)
{
	struct fragments_state *state = context->state;
	bool many = (double)state->fragments >= state->share * (double)context->trace->packets;
	size_t at = 0;
	const void *key;
	const struct pair *pair;
	while ((pair = cache_next(&state->pairs, &at, &key))) {
		if (pair->fragments && (many || pair->tcp))
			report_fragments(context, key, pair);
		if (pair->conflicts)
			report_overlap(context, key, pair);
		if (pair->timed_out)
			report_timed_out(context, key, pair);
		else if (pair->lost && !pair->conflicts)
			report_lost(context, key, pair);
	}
}

static void fragments_destroy(struct analysis_context *context)
{
	struct fragments_state *state = context->state;
	cache_finish(&state->pairs);
}

static const struct finding_kind *const kinds[] = { &fragments, &fragment_lost, &fragment_overlap,
	NULL };

const struct analyzer ip_fragments_analyzer = {
	.name = "ip-fragments",
	.kinds = kinds,
	.state_size = sizeof(struct fragments_state),
	.wants = WANTS_ODD,
	.begin = fragments_begin,
	.observe = fragments_observe,
	.fragments = fragments_failed_set,
	.finish = fragments_finish,
	.destroy = fragments_destroy,
};
