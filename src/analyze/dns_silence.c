/* Questions that nobody answered, or only without EDNS, and those that are asked again and again.
 * dns/no-answer, dns/large-answer-lost, dns/retry-storm. */
#include <string.h>

#include "analyze/dns.h"

#define ENOUGH_TRIES 3 /* of one question, for which a second behind the last is proof enough */
#define LAST_WAIT NANOSECONDS
#define OWN_FINDINGS 4    /* names of one pair that are told one by one; further ones together */
#define NO_CACHE_PERCENT 150 /* as often may a client ask that gets its answers */
#define SILENT_SERVER 3   /* queries without any answer that show a silent server */

const struct finding_kind dns_no_answer = {
	.id = "dns/no-answer",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "A name server does not answer",
	.say = "{client} asked {server} for {name} ({type}) {tries|time|times} in {lasted}; no answer.",
	.meaning = "A name was asked for, again or with time enough to wait, and no answer came, neither from this "
		   "server nor from another one that was asked the same.",
	.false_alarms = "Multicast DNS and LLMNR ask everybody and need no answer. One query of a server that "
			"answers others is a lost packet: a notice, unless it leaves several in a row unanswered (kind "
			"stopped). Where the trace holds nothing that goes to the "
			"client, or ends too soon, nothing is said.",
	.advice = { "Ping {server} and trace there: do the queries arrive, do answers leave?",
		    "Where only this name is silent, look at the servers of its zone: the resolver waits for them." },
	.reference = "RFC 1035 4.2.1",
	.parameters = {
		{ .name = "wait", .unit = UNIT_SECONDS, .value = 5, .satellite = 8,
		  .meaning = "for which the trace goes on after the first try" },
	},
};

const struct finding_kind dns_large_answer_lost = {
	.id = "dns/large-answer-lost",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "Large DNS answers are lost",
	.say = "{server} sends {client} answers about {name} that are too large for one packet, and their fragments "
	       "do not all arrive: {client} had to ask again ({lost|time|times}).",
	.meaning = "Answers that do not fit into one packet are cut into fragments, which many firewalls drop. Either "
		   "only the start of an answer was seen and the client asked again, or queries that offered room "
		   "for large answers got none and a smaller one did.",
	.false_alarms = "A capture filter on port 53 hides fragments: if the client did not ask again, it had got "
			"them. A single query that is lost may be chance: a notice.",
	.advice = { "Set the EDNS buffer size to 1232 bytes on {server} and on the resolver.",
		    "Let fragments and TCP port 53 pass the firewalls between them." },
	.reference = "RFC 6891 6.2.5; RFC 9715",
	.parameters = {
		{ .name = "tries", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "with room for more than 1232 bytes that got nothing" },
	},
};

const struct finding_kind dns_retry_storm = {
	.id = "dns/retry-storm",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_TE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_DUPLICATES | QUALITY_LOSS | QUALITY_TRUNCATED,
	.title = "A client asks for the same name again and again",
	.say = "{client} asks {server} for {name} ({type}) {repeats|time|times} within a minute.",
	.meaning = "The same question was asked far more often than a client that waits and caches would.",
	.false_alarms = "A client that gets its answers and asks again caches nothing, which harms nobody: a notice, and "
			"so it is where the answers may only be missing in the trace.",
	.advice = { "Find out first why the answer is missing or useless.",
		    "Let the program wait longer between tries, and use a cache (nscd, systemd-resolved)." },
	.reference = "RFC 1536 2",
	.beyond = "One question is a storm only beside the many that came before and after it.",
	.parameters = {
		{ .name = "repeats", .unit = UNIT_COUNT, .value = 20, .meaning = "of one question within 60 s" },
	},
};

static void name_lookup(struct finding *finding, const struct dns_question *question,
			const struct dns_lookup *lookup)
{
	char type[DNS_TYPE_TEXT_SIZE];
	finding->session_kind = lookup->session_kind;
	finding->session_number = lookup->session_number;
	finding->quality = lookup->quality & ~(uint32_t)QUALITY_END;
	finding_words(finding, "name", "%s", lookup->name);
	finding_words(finding, "type", "%s", dns_type_text(question->type, type));
}

/* Does the trace hold anything that goes to the client? */
static bool hears_answers(const struct analysis_context *context, const struct dns_question *question)
{
	const struct host *host = session_table_host(context->trace->sessions, &question->client);
	return host && host->packets_received;
}

static bool waited_long_enough(const struct dns_state *state, const struct dns_lookup *lookup,
			       int64_t end)
{
	return end - lookup->tries.first[0].time >= state->wait ||
	       (lookup->tries.total >= ENOUGH_TRIES && end - lookup->tries.last.time >= LAST_WAIT);
}

/* Does the server answer anybody, and this client? */
static bool answers_others(const struct dns_state *state, const struct dns_pair_key *pair)
{
	const void *found;
	const struct dns_pair *other;
	for (size_t at = 0; (other = cache_next(&state->pairs, &at, &found));) {
		const struct dns_pair_key *key = found;
		if (other->answers && address_equal(&key->server, &pair->server) &&
		    !address_equal(&key->client, &pair->client))
			return true;
	}
	return false;
}

static void blame_silence(const struct dns_state *state, const struct dns_lookup *lookup,
			  const struct dns_pair_key *key, const struct dns_pair *pair,
			  struct finding *finding)
{
	if (lookup->refused || (pair->closed && !pair->answers)) {
		finding->sub_kind = "no-program";
		blame_word(finding, PARTY_SERVER, "server");
		finding_why(
			finding,
			"The host answers with ICMP port unreachable: no DNS program runs there.");
	} else if (pair->no_way && !pair->answers) {
		finding->sub_kind = "no-way";
		blame_word(finding, PARTY_NETWORK, "net:server-side");
		finding_why(finding, "A router threw queries away and says that it has no way to the server, or may not "
			    "let them pass.");
	} else if (pair->answers && pair->stopped) {
		finding->sub_kind = "stopped";
		finding->confidence = CONFIDENCE_LIKELY;
		blame_service(finding, "dns");
		finding_why(finding, "It answered this client, and then several questions in a row about different "
			    "names got nothing.");
		finding_alternative(finding, "the way to the server broke off meanwhile", NULL);
	} else if (pair->answers) {
		finding->sub_kind = "name";
		finding->confidence = CONFIDENCE_LIKELY;
		blame_service(finding, "dns");
		finding_why(
			finding,
			"The server answers other questions of this client; it waits in vain for the "
			"servers of this name, or lost this question.");
		finding_alternative(finding, "the queries or their answers were lost on the way",
				    NULL);
	} else if (answers_others(state, key)) {
		finding->sub_kind = "client";
		finding->confidence = CONFIDENCE_LIKELY;
		blame_word(finding, PARTY_NETWORK, "net:server-side");
		finding_why(
			finding,
			"The server answers others and never this client: something between them drops "
			"queries or answers.");
		finding_alternative(finding, "the server is configured not to answer this client",
				    NULL);
	} else {
		finding->sub_kind = "server";
		finding->confidence = CONFIDENCE_LIKELY;
		blame_service(finding, "dns");
		finding_why(
			finding,
			"The queries passed the trace point and nobody in the trace got an answer from "
			"this server.");
		finding_alternative(finding,
				    "a firewall or the network drops the queries or the answers",
				    NULL);
	}
}

/* To one of the servers that a question was put to. */
static void report_silence(struct analysis_context *context, const struct dns_question *question,
			   const struct dns_lookup *lookup, const struct dns_asked *asked,
			   int64_t end)
{
	struct dns_state *state = context->state;
	struct dns_pair_key key = { question->client, asked->server };
	struct dns_pair *kept = cache_find(&state->pairs, &key);
	static const struct dns_pair unknown;
	struct finding finding;
	const struct dns_pair *pair = kept ? kept : &unknown;
	if (kept)
		kept->silent++;
	dns_finding(&finding, &dns_no_answer, &question->client, &asked->server, NULL);
	name_lookup(&finding, question, lookup);
	if (pair->silent <= OWN_FINDINGS)
		finding.merge_key = question->name ^ question->type;
	finding.count = 1;
	finding.cost = proof_span(&lookup->tries);
	finding_count(&finding, "tries", (double)lookup->tries.total);
	finding_duration(&finding, "lasted",
			 lookup->tries.total > 1 ? proof_span(&lookup->tries)
						 : end - lookup->tries.first[0].time);
	finding_threshold(&finding, "wait", UNIT_SECONDS, (double)state->wait / 1e9);
	blame_silence(state, lookup, &key, pair, &finding);
	/* A server that answers loses a query now and then, and the recorder an answer, so that a second lookup
	 * looks like a second try; a server that never answered may be anything. */
	if (!pair->stopped && (lookup->tries.total == 1 || (lookup->tries.total == 2 && !lookup->repeats))) {
		if (pair->answers || pair->queries < SILENT_SERVER)
			finding_doubt(&finding, QUALITY_LOSS);
		else
			finding.severity = SEVERITY_WARNING;
	}
	if (!hears_answers(context, question))
		finding_doubt(&finding, QUALITY_ONE_WAY);
	if (pair->unread)
		finding_doubt(&finding, pair->unread);
	/* Answers in front of their questions: the recorder's order. */
	if (pair->foreign >= lookup->tries.total)
		finding_doubt(&finding, QUALITY_REORDERED);
	proof_give(&lookup->tries, &finding, "the question, not answered");
	finding_submit(context->findings, &finding);
}

static void judge_large(struct analysis_context *context, const struct dns_question *question,
			const struct dns_lookup *lookup)
{
	uint64_t least = (uint64_t)setting(context->settings, &dns_large_answer_lost, "tries");
	struct finding finding;
	if (!lookup->fragments_lost && !(lookup->large_silent && lookup->answer.packet))
		return;
	dns_finding(&finding, &dns_large_answer_lost, &question->client, &lookup->asked[0].server,
		    NULL);
	name_lookup(&finding, question, lookup);
	finding.cost = proof_span(&lookup->tries);
	blame_network(&finding);
	if (lookup->fragments_lost) {
		finding.sub_kind = "fragments";
		finding_count(&finding, "lost", lookup->fragments_lost);
		finding_why(
			&finding,
			"The first fragment passed the trace point, the others never did, and the client "
			"asked again.");
		if (lookup->fragments_lost == 1 && !lookup->repeats)
			finding_doubt(&finding, QUALITY_LOSS);
		finding_evidence(&finding, lookup->fragment.packet, lookup->fragment.time,
				 "the start of an answer whose other fragments are missing");
	} else {
		finding.sub_kind = "size";
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding.say =
			"{client} asked {server} for {name} and offered room for large answers: {lost|query|queries} "
			"got nothing, one with less room was answered.";
		finding_count(&finding, "lost", lookup->large_silent);
		if (lookup->large_silent < least)
			finding.severity = SEVERITY_NOTICE;
		finding_why(
			&finding,
			"Only the offered size differs between the tries that failed and the one that "
			"worked.");
		finding_alternative(&finding, "the first queries were lost by chance", NULL);
	}
	proof_give(&lookup->tries, &finding, "the question");
	if (lookup->answer.packet)
		finding_evidence(&finding, lookup->answer.packet, lookup->answer.time,
				 "the answer that arrived");
	finding_submit(context->findings, &finding);
}

void dns_judge_lookup(struct analysis_context *context, const struct dns_question *question,
		      const struct dns_lookup *lookup, int64_t end)
{
	const struct dns_state *state = context->state;
	if (!lookup->tries.total || !waited_long_enough(state, lookup, end))
		return;
	if (lookup->fragments_lost)
		judge_large(context, question, lookup);
	/* Any answer, if only an error, is none of this. */
	if (lookup->error.packet || lookup->truncated.packet)
		return;
	for (unsigned i = 0; i < lookup->asked_count; i++)
		if (!lookup->asked[i].answered)
			report_silence(context, question, lookup, &lookup->asked[i], end);
}

/* Which of the servers left it to the others to answer? */
static void note_ignored(struct dns_state *state, const struct dns_question *question,
			 const struct dns_lookup *lookup, int64_t end)
{
	if (end - lookup->tries.first[0].time < state->wait)
		return;
	for (unsigned i = 0; i < lookup->asked_count; i++) {
		const struct dns_pair_key key = { question->client, lookup->asked[i].server };
		struct dns_pair *pair =
			lookup->asked[i].answered ? NULL : cache_find(&state->pairs, &key);
		if (!pair)
			continue;
		struct dns_case *what = &pair->cases[DNS_CASE_IGNORED];
		if (!what->count++) {
			memcpy(what->name, lookup->name, sizeof what->name);
			what->type = question->type;
			what->session_number = lookup->session_number;
			what->session_kind = lookup->session_kind;
		}
		what->quality |= lookup->quality & ~(uint32_t)QUALITY_END;
		spread_add(&what->names, question->name);
		proof_add_at(&what->proof, lookup->tries.first[0].packet,
			     lookup->tries.first[0].time);
	}
}

void dns_judge_answered(struct analysis_context *context, const struct dns_question *question,
			const struct dns_lookup *lookup, int64_t end)
{
	judge_large(context, question, lookup);
	note_ignored(context->state, question, lookup, end);
}

void dns_judge_ignored(struct analysis_context *context, const struct dns_pair_key *key,
		       const struct dns_pair *pair)
{
	const struct dns_case *what = &pair->cases[DNS_CASE_IGNORED];
	struct finding finding;
	if (!what->count)
		return;
	dns_finding(&finding, &dns_no_answer, &key->client, &key->server, what);
	finding.sub_kind = "others-answered";
	finding.say =
		"{server} left {ignored|lookup|lookups} of {client} without an answer, as of {name} ({type}); "
		"another server that was asked answered.";
	finding.merge_key = 1;
	finding_count(&finding, "ignored", what->count);
	if (pair->answers) {
		finding.severity = SEVERITY_NOTICE;
		finding.confidence = CONFIDENCE_POSSIBLE;
		blame_unknown(&finding);
	} else {
		finding.severity =
			what->count >= SILENT_SERVER ? SEVERITY_WARNING : SEVERITY_NOTICE;
		finding.confidence = CONFIDENCE_LIKELY;
		blame_service(&finding, "dns");
	}
	finding_why(&finding, pair->answers ? "It answers other questions of this client."
					    : "Nobody in the trace gets an answer from it.");
	finding_alternative(&finding, "the queries or their answers were lost on the way", NULL);
	proof_give(&what->proof, &finding, "the question, not answered by this server");
	finding_submit(context->findings, &finding);
}

void dns_judge_storm(struct analysis_context *context, const struct dns_question *question,
		     const struct dns_lookup *lookup)
{
	struct dns_state *state = context->state;
	struct finding finding;
	bool answered = lookup->answered_before * 2 >= lookup->busiest;
	if (lookup->busiest * 100ull < (answered ? NO_CACHE_PERCENT : 100) * state->storm ||
	    !lookup->asked_count)
		return;
	dns_finding(&finding, &dns_retry_storm, &question->client, &lookup->asked[0].server, NULL);
	name_lookup(&finding, question, lookup);
	finding.count = lookup->busiest;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_count(&finding, "repeats", lookup->busiest);
	finding_threshold(&finding, "least", UNIT_COUNT, (double)state->storm);
	blame_word(&finding, PARTY_CLIENT, "app:client");
	if (answered) {
		finding.severity = SEVERITY_NOTICE;
		finding.sub_kind = "no-cache";
		finding_why(&finding, "It gets its answers and asks again: it caches nothing.");
	} else {
		finding_why(
			&finding,
			"The client repeats the question without waiting for what comes of it.");
		finding_alternative(&finding, "the server leaves it without a usable answer", NULL);
		struct dns_pair_key key = { question->client, lookup->asked[0].server };
		const struct dns_pair *pair = cache_find(&state->pairs, &key);
		if (!hears_answers(context, question))
			finding_doubt(&finding, QUALITY_ONE_WAY);
		if (context->trace->last_time - lookup->burst.last.time < LAST_WAIT)
			finding_doubt(&finding, QUALITY_END);
		if (pair && pair->unread)
			finding_doubt(&finding, pair->unread);
	}
	proof_give(&lookup->burst, &finding, "the same question");
	finding_submit(context->findings, &finding);
}
