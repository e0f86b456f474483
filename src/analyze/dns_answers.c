/* Answers that come late, too late, or do not fit. dns/slow, dns/late-answer, dns/truncated. */
#include "analyze/dns.h"

#define REPEATED 3              /* slow lookups that are no chance any more … */
#define REPEATED_SHARE 4        /* … when every fourth is slow */
#define CHANCE 20               /* lookups of which one that is slow says nothing of the server */
#define NEAR (NANOSECONDS / 20) /* a server with an answer this fast once is not far away */

const struct finding_kind dns_slow = {
	.id = "dns/slow",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_CLOCK,
	.title = "Looking up names is slow",
	.say = "Looking up {name} took {worst} at {server}; {slow|lookup|lookups} of {lookups} took longer than {limit}.",
	.meaning = "From the first try to the first usable answer, names took longer than users notice.",
	.false_alarms = "A resolver that sees a name for the first time has to ask others: single slow lookups are a "
			"notice unless they are very slow and among few, and so is a resolver that waits for another one in "
			"the trace. Where a name was asked for again with another query, "
			"the recorder may have missed the first answer: a notice, too.",
	.advice = { "Use a resolver near {client}, or a cache on it.",
		    "Look at what {server} waits for: its forwarders, servers out of reach, IPv6 without a way out." },
	.reference = "RFC 1034 5.3.3",
	.parameters = {
		{ .name = "time", .unit = UNIT_SECONDS, .value = 0.2, .lan = 0.05, .satellite = 1.2,
		  .mainframe = 0.2, .strict = 0.02, .meaning = "a lookup that takes so long is slow" },
		{ .name = "single", .unit = UNIT_SECONDS, .value = 1, .lan = 0.5, .satellite = 3, .strict = 0.05,
		  .meaning = "one lookup that takes so long is enough" },
	},
};

const struct finding_kind dns_late_answer = {
	.id = "dns/late-answer",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "Answers that nobody waits for",
	.say = "The answer about {name} came {late} after the question; nobody was waiting.",
	.meaning = "Clients give up after some seconds. An answer behind that, or one whose question the trace does "
		   "not hold, is of no use.",
	.false_alarms = "At the start of a trace the question may lie before it.",
	.advice = { "See dns/slow: why does {server} take so long?" },
	.reference = "RFC 1035 7.3",
	.parameters = {
		{ .name = "late", .unit = UNIT_SECONDS, .value = 5, .satellite = 8,
		  .meaning = "after which clients have given up" },
	},
};

const struct finding_kind dns_truncated = {
	.id = "dns/truncated",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "An answer did not fit into a datagram",
	.say = "The answer of {server} about {name} did not fit ({truncated|answer|answers}); the retry over TCP {outcome}.",
	.meaning = "The server set the TC flag: the client must ask again over TCP to get the whole answer.",
	.false_alarms = "Where only additional records are missing, clients may do without the rest. A trace without "
			"any TCP of the client shows no retries.",
	.advice = { "Let TCP port 53 pass between {client} and {server}.",
		    "Allow larger answers: EDNS with 1232 bytes." },
	.reference = "RFC 2181 9; RFC 7766 5",
	.parameters = {
		{ .name = "follow", .unit = UNIT_SECONDS, .value = 2, .meaning = "in which the client asks over TCP" },
	},
};

static void judge_slow(struct analysis_context *context, const struct dns_pair_key *key,
		       const struct dns_pair *pair, bool next)
{
	const struct dns_state *state = context->state;
	const struct dns_case *what = &pair->cases[next ? DNS_CASE_NEXT_SERVER : DNS_CASE_SLOW];
	struct finding finding;
	if (!what->count)
		return;
	dns_finding(&finding, &dns_slow, &key->client, &key->server, what);
	finding.merge_key = next;
	finding_duration(&finding, "worst", what->worst);
	finding_count(&finding, "slow", what->count);
	finding_count(&finding, "lookups", pair->settled);
	finding_threshold(&finding, "limit", UNIT_SECONDS, (double)state->slow_limit / 1e9);
	bool often = what->count >= REPEATED && what->count * REPEATED_SHARE >= pair->settled;
	bool chance = what->count == 1 && pair->settled >= CHANCE;
	const struct dns_pair_key *upstream = dns_passed_on(context->state, &key->server, DNS_CASE_SLOW, what->worst);
	if (((what->worst < state->slow_single || chance) && !often) || (upstream && !next))
		finding.severity = SEVERITY_NOTICE;
	finding.confidence = CONFIDENCE_LIKELY;
	if (next) {
		finding.sub_kind = "next-server";
		finding.say =
			"Looking up {name} took {worst}: {server} did not answer and another server had to be "
			"asked ({slow|lookup|lookups}).";
		finding_why(
			&finding,
			"The first server that was asked stayed silent; the next one answered.");
		blame_service(&finding, "dns");
		/* The recorder may have missed its answer, and the other one been asked for another reason. */
		if (what->count < REPEATED && pair->answers)
			finding_doubt(&finding, QUALITY_LOSS);
	} else if (upstream) {
		char host[ADDRESS_TEXT_SIZE];
		finding.sub_kind = "forwards";
		finding_why(&finding, "It asked %s itself and waited as long for that one.",
			    address_text(&upstream->server, host));
		blame_service(&finding, "dns");
	} else if (what->retried * 2 > what->count) {
		finding.sub_kind = "lost-try";
		finding.say = "Looking up {name} took {worst}: {server} answered a repeated question at once and the "
			      "first one never ({slow|lookup|lookups}).";
		blame_network(&finding);
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding_why(&finding, "A later try was answered at once, so the first question or its answer was lost.");
		finding_alternative(&finding, "the server dropped the first question", NULL);
		/* A lazy recorder does not miss the first try of most lookups and none of the second. */
		if (!what->repeated && (what->retried < REPEATED || what->retried * 2 <= pair->settled))
			finding_doubt(&finding, QUALITY_LOSS);
	} else if (pair->fastest < NEAR) {
		finding.sub_kind = "resolver";
		finding_why(
			&finding,
			"Its fastest answer came at once, so the way is short: the server took the time.");
		blame_service(&finding, "dns");
	} else {
		finding_why(
			&finding,
			"None of its answers came fast: the way to it and its own work cannot be told "
			"apart.");
		blame_service(&finding, "dns");
		finding_alternative(&finding, "the way to the server is long", NULL);
	}
	if (pair->unread)
		finding_doubt(&finding, pair->unread);
	/* Answers in front of their questions leave these to later ones. */
	if (what->count <= pair->foreign)
		finding_doubt(&finding, QUALITY_REORDERED);
	proof_give(&what->proof, &finding, "a slow lookup");
	finding_submit(context->findings, &finding);
}

static void judge_late(struct analysis_context *context, const struct dns_pair_key *key,
		       const struct dns_case *what, bool unasked)
{
	struct finding finding;
	if (!what->count)
		return;
	int64_t since_start = what->proof.first[0].time - context->trace->first_time;
	const struct dns_state *state = context->state;
	if (unasked && since_start < state->answer_late)
		return;
	dns_finding(&finding, &dns_late_answer, &key->client, &key->server, what);
	finding.merge_key = unasked;
	finding_duration(&finding, "late", what->worst);
	blame_service(&finding, "dns");
	finding.confidence = CONFIDENCE_LIKELY;
	if (unasked) {
		finding.sub_kind = "unasked";
		finding.say =
			"{server} answers {client} about {name}; the question is not in the trace.";
		finding_why(
			&finding,
			"If it was asked before the trace began, it took longer than clients wait.");
		finding_alternative(&finding, "the recorder missed the question", NULL);
	} else {
		finding_why(&finding, "Clients have given up by then.");
	}
	proof_give(&what->proof, &finding, "the answer");
	finding_submit(context->findings, &finding);
}

static void judge_truncated(struct analysis_context *context, const struct dns_pair_key *key,
			    const struct dns_pair *pair)
{
	struct dns_state *state = context->state;
	const struct dns_case *what = &pair->cases[DNS_CASE_TRUNCATED];
	struct finding finding;
	if (!what->count)
		return;
	dns_finding(&finding, &dns_truncated, &key->client, &key->server, what);
	finding_count(&finding, "truncated", what->count);
	finding_threshold(&finding, "follow", UNIT_SECONDS, (double)state->follow / 1e9);
	bool watched = context->trace->last_time - what->proof.last.time >= state->follow;
	if (pair->streams && pair->streams_failed == pair->streams) {
		finding.severity = SEVERITY_ERROR;
		finding.sub_kind = "tcp-blocked";
		finding_words(&finding, "outcome", "was blocked");
		blame_word(&finding, PARTY_NETWORK, "middlebox:server-side");
		finding.confidence = CONFIDENCE_LIKELY;
		finding_why(
			&finding,
			"The server answers over UDP, and no connection to its TCP port 53 comes up.");
		finding_alternative(&finding, "the server does not listen on TCP", NULL);
		finding_evidence(&finding, pair->stream_failed.packet, pair->stream_failed.time,
				 "the connection that never came up");
	} else if (pair->streams) {
		finding_words(&finding, "outcome", "worked");
		blame_nobody(&finding);
	} else if (pair->truncated_useful >= what->count || !watched ||
		   !cache_find(&state->connecting, &key->client)) {
		finding_words(&finding, "outcome", "was not needed or is not in the trace");
		blame_nobody(&finding);
	} else {
		char host[ADDRESS_TEXT_SIZE];
		finding.severity = SEVERITY_ERROR;
		finding.sub_kind = "truncated-no-tcp";
		finding_words(&finding, "outcome", "never came");
		blame_word(&finding, PARTY_CLIENT, "config:%s", address_text(&key->client, host));
		finding.confidence = CONFIDENCE_LIKELY;
		finding_why(
			&finding,
			"The trace holds other TCP connections of this client, and none to port 53.");
		finding_alternative(&finding, "a firewall on the client forbids it", NULL);
	}
	proof_give(&what->proof, &finding, "the answer that did not fit");
	finding_submit(context->findings, &finding);
}

void dns_judge_answers(struct analysis_context *context, const struct dns_pair_key *key,
		       const struct dns_pair *pair)
{
	judge_slow(context, key, pair, false);
	judge_slow(context, key, pair, true);
	judge_late(context, key, &pair->cases[DNS_CASE_LATE], false);
	judge_late(context, key, &pair->cases[DNS_CASE_UNASKED], true);
	judge_truncated(context, key, pair);
}
