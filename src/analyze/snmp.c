/* Managers that poll and agents that answer, or do not. snmp/no-response, snmp/agent-down, snmp/error-status,
 * snmp/default-community. */
#include "decode/snmp.h"

#include <stdio.h>
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "core/text.h"
#include "decode/decoder.h"
#include "decode/ip.h"

#define PAIRS_REMEMBERED 1024
#define USUAL_TRIES 3    /* of a manager for one question; fewer may be lost packets */
#define OUT_OF_TIME 2    /* usmStats: the first such report is how clocks are learned */
#define UNKNOWN_ENGINE 4 /* usmStats: how a manager learns whom it talks to */

static const struct finding_kind no_response = {
	.id = "snmp/no-response",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_FILTERED,
	.title = "An SNMP agent does not answer",
	.say = "{server} ignores {client}: {tries|request|requests} for {object} in {lasted} without an answer.",
	.meaning = "A manager repeated a request and got no response. Agents stay silent when the community is wrong or "
		   "a filter keeps the manager out, and of course when they do not run.",
	.false_alarms = "Traps need no answer. Two tries may be two lost packets: a notice, as for an agent that answers "
			"this manager otherwise.",
	.advice = { "Compare community or user and the access list of the agent on {server} with what {client} sends.",
		    "Does the agent run, and does the firewall let UDP 161 pass?" },
	.reference = "RFC 3584 5; RFC 1157 4",
	.parameters = {
		{ .name = "tries", .unit = UNIT_COUNT, .value = 2, .meaning = "of one request" },
		{ .name = "wait", .unit = UNIT_SECONDS, .value = 3, .meaning = "for which the trace goes on" },
	},
};

static const struct finding_kind agent_down = {
	.id = "snmp/agent-down",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.title = "No SNMP agent runs where a manager polls",
	.say = "No SNMP agent runs on {server}; {client} polls it all the same ({polls|time|times}{every}).",
	.meaning =
		"The host answers SNMP requests with ICMP port unreachable: no program listens on UDP 161.",
	.false_alarms =
		"A single error, or one whose request the trace does not hold, is a notice.",
	.advice = { "Start the agent on {server} (OSNMPD on z/OS, snmpd elsewhere).",
		    "Or stop {client} from polling it." },
	.reference = "RFC 1122 3.2.2.1",
};

static const struct finding_kind error_status = {
	.id = "snmp/error-status",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.title = "An SNMP agent answers with an error",
	.say = "{server} answers {error} for {object} ({answers|time|times}).",
	.meaning =
		"The response carries an error status, an exception in place of a value, or is a report about the "
		"security of SNMPv3.",
	.false_alarms =
		"noSuchName after GetNext and endOfMibView end a walk. Reports with which a manager learns the "
		"engine and its time once are how SNMPv3 begins.",
	.advice = { "noAccess, authorizationError: look at views and access lists. notInTimeWindows: the agent restarted, "
		    "or its clock is wrong. wrongDigests, unknownUserNames: compare user and keys." },
	.reference = "RFC 3416 3; RFC 3414 3.2",
};

static const struct finding_kind default_community = {
	.id = "snmp/default-community",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_SEC,
	.merge = MERGE_PAIR,
	.title = "An SNMP community that everybody knows",
	.say = "{client} and {server} use the community '{community}' in clear text ({messages|message|messages}).",
	.meaning =
		"SNMPv1 and v2c send the community like a password in clear text, and this one is the factory setting.",
	.false_alarms = "In a lab that may be intended.",
	.advice = { "Use SNMPv3 with authentication and privacy, or at least another community and an access list." },
	.reference = "RFC 3410 7",
};

struct pair_key {
	struct address manager, agent;
};

#define ERRORS_TOLD 6    /* different ones of a pair */
#define CREDENTIALS 4    /* of a pair that were answered */
#define SILENCES 3       /* … and that were not */

struct question {              /* that was asked */
	uint64_t what;         /* hash */
	uint64_t credential;   /* of the community or user that it was asked under */
	int32_t lowest, highest;     /* identifiers of its requests */
	bool encrypted;
	uint16_t port;         /* that it was sent to */
	struct proof tries;    /* without a response */
	char object[SNMP_NAME_SIZE];
};

struct complaint {
	const char *error;     /* constant text; NULL: none */
	char object[SNMP_NAME_SIZE];
	struct proof proof;
};

struct pair {
	struct question last;  /* that was asked */
	struct question silent[SILENCES];    /* given up: of each community or user that with the most tries */
	uint64_t answered[CREDENTIALS];      /* community or user under which there were responses; 0: none */
	struct proof refusals; /* ICMP */
	struct proof communities;
	struct sample first_refused; /* request that an ICMP error is about */
	uint64_t responses;
	uint32_t out_of_time, session_number, quality;
	uint8_t session_kind;
	const char *community; /* constant text */
	struct complaint complaints[ERRORS_TOLD];
};

struct snmp_state {
	struct cache pairs; /* struct pair_key to struct pair */
	uint64_t tries;
	int64_t wait;
};

static void snmp_begin(struct analysis_context *context)
{
	struct snmp_state *state = context->state;
	cache_init(&state->pairs, PAIRS_REMEMBERED, sizeof(struct pair_key), sizeof(struct pair));
	state->tries = (uint64_t)setting(context->settings, &no_response, "tries");
	state->wait = setting_duration(context->settings, &no_response, "wait");
}

static void give_up(struct question silent[SILENCES], const struct question *question)
{
	size_t i = 0;
	while (silent[i].tries.total && (silent[i].credential != question->credential ||
					 silent[i].encrypted != question->encrypted))
		if (++i == SILENCES)
			return;
	if (question->tries.total > silent[i].tries.total)
		silent[i] = *question;
}

static void note_request(struct pair *pair, const struct snmp_message *snmp,
			 const struct packet *packet, uint16_t port)
{
	struct question *last = &pair->last;
	bool encrypted = !snmp->has_pdu;
	uint64_t what = encrypted ? 0 : snmp->variables ^ (uint64_t)snmp->pdu << 56;
	if (what != last->what || snmp->credential != last->credential || encrypted != last->encrypted) {
		give_up(pair->silent, last);
		*last = (struct question){ .what = what,
					   .credential = snmp->credential,
					   .encrypted = encrypted,
					   .lowest = snmp->request,
					   .highest = snmp->request };
		if (encrypted)
			snprintf(last->object, sizeof last->object, "something encrypted of user %s", snmp->user);
		else
			memcpy(last->object, snmp->name, sizeof last->object);
	}
	if (snmp->request < last->lowest)
		last->lowest = snmp->request;
	if (snmp->request > last->highest)
		last->highest = snmp->request;
	last->port = port;
	proof_add(&last->tries, packet);
}

/* What the response complains about; NULL: nothing, or nothing that is not usual. */
static const char *error_of(struct pair *pair, const struct snmp_message *snmp)
{
	/* Of a request that is not in the trace nobody knows. */
	bool walks = !pair->last.what || (pair->last.what >> 56 & 0xff) != 0 || snmp->exception == SNMP_END_OF_VIEW;
	if (snmp->pdu == SNMP_REPORT) {
		if (snmp->usm_report == UNKNOWN_ENGINE ||
		    (snmp->usm_report == OUT_OF_TIME && !pair->out_of_time++))
			return NULL;
		return snmp_report_name(snmp->usm_report);
	}
	if (snmp->error_status == SNMP_NO_SUCH_NAME && walks)
		return NULL;
	if (snmp->error_status)
		return snmp_error_name(snmp->error_status);
	return walks ? NULL : snmp_exception_name(snmp->exception);
}

static uint64_t credential_of(uint64_t credential, bool encrypted)
{
	return (credential | 1) + encrypted;
}

static bool was_answered(const struct pair *pair, const struct question *question)
{
	for (size_t i = 0; i < CREDENTIALS; i++)
		if (pair->answered[i] == credential_of(question->credential, question->encrypted))
			return true;
	return false;
}

static void note_credential(struct pair *pair, const struct snmp_message *snmp)
{
	uint64_t credential = credential_of(snmp->credential, !snmp->has_pdu);
	for (size_t i = 0; i < CREDENTIALS; i++) {
		if (pair->answered[i] == credential)
			return;
		if (!pair->answered[i]) {
			pair->answered[i] = credential;
			return;
		}
	}
}

static void note_complaint(struct pair *pair, const char *error, const struct snmp_message *snmp,
			   const struct packet *packet)
{
	struct complaint *complaint = pair->complaints;
	while (complaint->error && complaint->error != error)
		if (++complaint == pair->complaints + ERRORS_TOLD)
			return;
	if (!complaint->error) {
		complaint->error = error;
		memcpy(complaint->object, snmp->name, sizeof complaint->object);
	}
	proof_add(&complaint->proof, packet);
}

static void note_response(struct pair *pair, const struct snmp_message *snmp,
			  const struct packet *packet)
{
	struct question *last = &pair->last;
	const char *error = snmp->has_pdu ? error_of(pair, snmp) : NULL;
	pair->responses++;
	if (!snmp->has_pdu || snmp->pdu == SNMP_RESPONSE)
		note_credential(pair, snmp);
	/* Encrypted ones and reports cannot be told apart; a response names its request. */
	if (!snmp->has_pdu || snmp->pdu == SNMP_REPORT ||
	    (snmp->request >= last->lowest && snmp->request <= last->highest))
		last->tries.total = 0;
	if (error)
		note_complaint(pair, error, snmp, packet);
}

static void snmp_message(struct analysis_context *context, const struct observation *observation,
			 const struct session_message *message)
{
	struct snmp_state *state = context->state;
	const struct snmp_message *snmp = message->facts;
	const struct packet *packet = observation->packet;
	const struct session *session = observation->session;
	if (!packet || !session || observation->twin_of || !frame_has_time(packet))
		return;
	bool asks = snmp->has_pdu && snmp_asks(snmp->pdu);
	const struct address *from = &session->key.end[message->direction].address;
	const struct address *to = &session->key.end[!message->direction].address;
	uint16_t from_port = session->key.end[message->direction].port;
	uint16_t to_port = session->key.end[!message->direction].port;
	/* What cannot be read is told by its port. */
	bool serves = from_port == SNMP_PORT || from_port == SNMP_TRAP_PORT;
	bool answers = snmp->has_pdu ? snmp->pdu == SNMP_RESPONSE || snmp->pdu == SNMP_REPORT
				     : serves && from_port != to_port;
	asks |= !snmp->has_pdu && snmp->version == 3 && *snmp->user && to_port == SNMP_PORT && !answers;
	if (address_is_multicast(to) || address_is_broadcast(to) || frame_is_group(packet))
		return;
	const struct pair_key key = { answers ? *to : *from, answers ? *from : *to };
	struct pair *pair = cache_enter(&state->pairs, &key, NULL);
	pair->session_kind = session->kind;
	pair->session_number = session->number;
	pair->quality |= session->quality & ~(uint32_t)QUALITY_END;
	if (snmp->default_community) {
		pair->community = strcmp(snmp->community, "public") == 0 ? "public" : "private";
		proof_add(&pair->communities, packet);
	}
	if (asks)
		note_request(pair, snmp, packet, to_port);
	else if (answers)
		note_response(pair, snmp, packet);
}

static void snmp_observe(struct analysis_context *context, const struct observation *observation)
{
	struct snmp_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct icmp_quote *quote = &packet->icmp->quote;
	if (!frame_says_port_unreachable(packet) || !quote->has_ports || quote->protocol != IP_PROTOCOL_UDP ||
	    (quote->destination_port != SNMP_PORT && quote->destination_port != SNMP_TRAP_PORT))
		return;
	const struct pair_key key = { quote->source, quote->destination };
	struct pair *pair = cache_find(&state->pairs, &key);
	if (!pair)
		return;
	if (quote->destination_port == SNMP_PORT) {
		if (!pair->refusals.total && pair->last.tries.total)
			pair->first_refused = pair->last.tries.first[0];
		proof_add(&pair->refusals, packet);
	}
	pair->last.tries.total = 0;
}

static void begin(struct finding *finding, const struct finding_kind *kind,
		  const struct pair_key *key, const struct pair *pair)
{
	finding_begin(finding, kind, NULL);
	finding_subject(finding, &key->manager, &key->agent, SNMP_PORT, IP_PROTOCOL_UDP);
	finding->service = "snmp";
	finding->session_kind = pair->session_kind;
	finding->session_number = pair->session_number;
	finding->quality = pair->quality;
}

static bool answers_others(const struct snmp_state *state, const struct pair_key *own)
{
	const void *found;
	const struct pair *pair;
	for (size_t at = 0; (pair = cache_next(&state->pairs, &at, &found));) {
		const struct pair_key *key = found;
		if (pair->responses && address_equal(&key->agent, &own->agent) &&
		    !address_equal(&key->manager, &own->manager))
			return true;
	}
	return false;
}

static void blame_silence(struct finding *finding, const struct snmp_state *state, const struct pair_key *key,
			  const struct pair *pair, const struct question *question)
{
	char agent[ADDRESS_TEXT_SIZE];
	bool only_these = pair->responses && !was_answered(pair, question);
	blame_word(finding, PARTY_SERVER, "config:%s", address_text(&key->agent, agent));
	finding->confidence = CONFIDENCE_LIKELY;
	if (only_these) {
		finding->sub_kind = question->encrypted ? "this-user" : "this-community";
		finding_why(finding, question->encrypted
			    ? "The agent answers this manager otherwise, and leaves what is encrypted for this user: it "
			      "cannot decrypt it, as their keys for privacy differ."
			    : "The agent answers this manager under another community or user: it does not accept the one "
			      "in these requests.");
	} else if (answers_others(state, key)) {
		finding->sub_kind = "this-manager";
		finding_why(
			finding,
			"The agent answers others: it does not accept this manager or its community.");
	} else {
		finding->confidence = CONFIDENCE_POSSIBLE;
		finding_why(
			finding,
			"The requests passed the trace point and nobody got an answer from this agent.");
		finding_alternative(finding, "the network drops the requests or the responses",
				    NULL);
		finding_alternative(finding, "the host is switched off", NULL);
	}
	if (pair->responses && !only_these)
		finding->severity = SEVERITY_NOTICE;
}

static void judge_silence(struct analysis_context *context, const struct pair_key *key,
			  const struct pair *pair, const struct question *question)
{
	const struct snmp_state *state = context->state;
	const struct host *host = session_table_host(context->trace->sessions, &key->manager);
	struct finding finding;
	const struct proof *tries = &question->tries;
	if (tries->total < state->tries || context->trace->last_time - tries->last.time < state->wait)
		return;
	begin(&finding, &no_response, key, pair);
	finding.subject.server_port = question->port;
	finding.merge_key = question->credential;
	finding.cost = proof_span(tries);
	finding_count(&finding, "tries", (double)tries->total);
	finding_duration(&finding, "lasted", proof_span(tries));
	finding_words(&finding, "object", "%s", *question->object ? question->object : "its engine");
	blame_silence(&finding, state, key, pair, question);
	if (tries->total < USUAL_TRIES || !host || !host->packets_received)
		finding.severity = SEVERITY_NOTICE;
	proof_give(tries, &finding, "the request, not answered");
	finding_submit(context->findings, &finding);
}

static void judge_refusals(struct analysis_context *context, const struct pair_key *key,
			   const struct pair *pair)
{
	struct finding finding;
	char span[DURATION_TEXT_SIZE];
	if (!pair->refusals.total)
		return;
	begin(&finding, &agent_down, key, pair);
	finding.count = pair->refusals.total;
	finding.cost = proof_span(&pair->refusals);
	finding_count(&finding, "polls", (double)pair->refusals.total);
	if (pair->refusals.total > 1)
		finding_words(&finding, "every", ", every %s",
			      duration_text(proof_span(&pair->refusals) /
						    (int64_t)(pair->refusals.total - 1),
					    span));
	else
		finding_words(&finding, "every", "%s", "");
	if (pair->refusals.total < 2 || pair->responses)
		finding.severity = SEVERITY_NOTICE;
	blame_word(&finding, PARTY_SERVER, "server");
	finding_why(&finding, "The host itself says that no program listens on UDP port 161.");
	if (pair->first_refused.packet)
		finding_evidence(&finding, pair->first_refused.packet, pair->first_refused.time,
				 "the SNMP request");
	proof_give(&pair->refusals, &finding, "ICMP: port unreachable");
	finding_submit(context->findings, &finding);
}

static void judge_pair(struct analysis_context *context, const struct pair_key *key,
		       const struct pair *pair)
{
	struct finding finding;
	char agent[ADDRESS_TEXT_SIZE];
	struct question silent[SILENCES];
	memcpy(silent, pair->silent, sizeof silent);
	give_up(silent, &pair->last);
	for (size_t i = 0; i < SILENCES; i++)
		judge_silence(context, key, pair, &silent[i]);
	judge_refusals(context, key, pair);
	for (size_t i = 0; i < ERRORS_TOLD && pair->complaints[i].error; i++) {
		const struct complaint *complaint = &pair->complaints[i];
		begin(&finding, &error_status, key, pair);
		finding.merge_key = i + 1;
		finding.count = complaint->proof.total;
		finding_count(&finding, "answers", (double)complaint->proof.total);
		finding_words(&finding, "error", "%s", complaint->error);
		finding_words(&finding, "object", "%s", *complaint->object ? complaint->object : "the request");
		blame_word(&finding, PARTY_SERVER, "config:%s", address_text(&key->agent, agent));
		finding_why(&finding, "The agent says so itself.");
		proof_give(&complaint->proof, &finding, "the error");
		finding_submit(context->findings, &finding);
	}
	if (pair->communities.total) {
		begin(&finding, &default_community, key, pair);
		finding.count = pair->communities.total;
		finding_count(&finding, "messages", (double)pair->communities.total);
		finding_words(&finding, "community", "%s", pair->community);
		blame_word(&finding, PARTY_SERVER, "config:%s", address_text(&key->agent, agent));
		finding_why(&finding, "The community stands in the message.");
		proof_give(&pair->communities, &finding, "the community in clear text");
		finding_submit(context->findings, &finding);
	}
}

static void snmp_finish(struct analysis_context *context)
{
	struct snmp_state *state = context->state;
	const void *key;
	const struct pair *pair;
	for (size_t at = 0; (pair = cache_next(&state->pairs, &at, &key));)
		judge_pair(context, key, pair);
}

static void snmp_destroy(struct analysis_context *context)
{
	struct snmp_state *state = context->state;
	cache_finish(&state->pairs);
}

static const struct finding_kind *const kinds[] = { &agent_down, &default_community, &error_status,
						    &no_response, NULL };

static const struct decoder *const hears[] = { &snmp_decoder, NULL };

const struct analyzer snmp_analyzer = {
	.name = "snmp",
	.kinds = kinds,
	.state_size = sizeof(struct snmp_state),
	.wants = WANTS_ICMP,
	.begin = snmp_begin,
	.observe = snmp_observe,
	.hears = hears,
	.message = snmp_message,
	.finish = snmp_finish,
	.destroy = snmp_destroy,
};
