/* Is a server misused to flood somebody with large answers? security/udp-amplification. */
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "analyze/rate.h"
#include "core/clock.h"
#include "core/hash.h"
#include "decode/decoder.h"
#include "decode/ip.h"

static const struct finding_kind udp_amplification = {
	.id = "security/udp-amplification",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SEC,
	.merge = MERGE_SERVICE,
	.title = "A server is misused to flood somebody",
	.say = "{server} ({service}) is being used to flood {victim}: {requests|small question|small "
	       "questions} and {answers} in answer, {factor} times as much.",
	.meaning = "The same small question comes again and again in the name of one host, and each time "
		   "the server sends it a large answer. No program asks like that: somebody forges the "
		   "address of a victim. Kind victim: recorded on the other side, large answers of many "
		   "servers to a host that asked none of them.",
	.false_alarms = "Transfers of zones and walks through SNMP tables have large answers, too, but each "
			"question is another one.",
	.advice = { "Let {server} answer only its own network (recursion, monlist, default communities), and "
		    "switch on a limit for answers.",
		    "Forged sources must be stopped where they enter (BCP 38)." },
	.reference = "RFC 5358; RFC 8085 3.1; BCP 38",
	.parameters = {
		{ .name = "factor", .unit = UNIT_COUNT, .value = 10,
		  .meaning = "bytes of the answers for each byte of the questions" },
		{ .name = "requests", .unit = UNIT_COUNT, .value = 50,
		  .meaning = "of the same question in a minute" },
		{ .name = "answers", .unit = UNIT_RATE_PER_SECOND, .value = 50,
		  .meaning = "that nobody asked for, where only the victim's side is recorded" },
		{ .name = "servers", .unit = UNIT_COUNT, .value = 10, .meaning = "that send those" },
	},
};

static const struct finding_kind *const kinds[] = { &udp_amplification, NULL };

#define USERS_REMEMBERED 1024
#define VICTIMS_REMEMBERED 256
#define MINUTE (60 * NANOSECONDS)
#define DNS_PORT 53
#define DNS_QUESTION_OVERHEAD 29 /* bytes of a question besides its name, with EDNS */
#define COMPARED 64              /* bytes of a question */
#define SAME_SHARE 0.8           /* of the questions, equal to the one before */
#define LARGE 300                /* bytes of an answer that floods, on average */

struct user_key {
	struct address server, user;
	uint16_t port;
};

struct user { /* of a service: the victim, if it is one */
	struct rate rate;
	uint32_t peak;
	uint64_t question; /* hash of the last one */
	uint64_t requests, same, request_bytes, answers, answer_bytes;
	struct proof asked;
	struct sample answer; /* the largest */
	uint32_t largest, session_number;
};

struct victim_key {
	struct address victim;
	uint8_t pad;
	uint16_t port;
};

struct victim {
	struct rate rate;
	uint32_t peak;
	uint64_t answers, bytes;
	bool asks;
	struct address server; /* the first */
	struct spread servers;
	struct proof proof;
};

struct amplification_state {
	struct cache users, victims;
	double factor;
	uint32_t requests, answers, servers;
	struct finding_store *findings;
	const struct session_table *sessions;
};

/* Services that are known to answer small questions at length. */
static bool amplifies(uint16_t port)
{
	static const uint16_t ports[] = { 17,   19,   53,   69,    111,   123,   137,   161,
					  389,  427,  500,  520,   1434,  1900,  3283,  3389,
					  3702, 5093, 5683, 10001, 11211, 27015, 32414, 37810 };
	for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++)
		if (ports[i] == port)
			return true;
	return false;
}

static uint64_t question_of(const struct packet *packet)
{
	struct cursor data = frame_udp_data(packet);
	size_t length = data.captured < COMPARED ? data.captured : COMPARED;
	const uint8_t *bytes = cursor_take(&data, length);
	return bytes ? hash_bytes(bytes, length, packet->udp->payload_length) : 0;
}

static void add_question(struct user *user, const struct session *session, uint64_t question,
			 uint32_t bytes, int64_t now)
{
	user->same += user->requests && question == user->question;
	user->question = question;
	user->requests++;
	user->request_bytes += bytes;
	user->session_number = session->number;
	uint32_t count = rate_add(&user->rate, now, MINUTE);
	if (count > user->peak)
		user->peak = count;
}

static void add_answer(struct user *user, const struct packet *packet)
{
	user->answers++;
	user->answer_bytes += packet->udp->payload_length;
	if (packet->udp->payload_length > user->largest) {
		user->largest = packet->udp->payload_length;
		user->answer = (struct sample){ packet->record->number, packet->record->time };
	}
}

static void note_question(struct amplification_state *state, const struct session *session,
			  const struct packet *packet, int64_t now)
{
	struct victim_key asker = { packet->ip->source, 0, packet->udp->destination_port };
	struct victim *victim = cache_find(&state->victims, &asker);
	if (victim)
		victim->asks = true;
	if (packet->udp->destination_port == DNS_PORT)
		return; /* its answers repeat it, and only large ones are of interest */
	struct user_key key = { packet->ip->destination, packet->ip->source,
				packet->udp->destination_port };
	struct user *user = cache_enter(&state->users, &key, NULL);
	add_question(user, session, question_of(packet), packet->udp->payload_length, now);
	proof_add(&user->asked, packet);
}

/* A large answer of a name server holds its question. */
static void note_dns_answer(struct amplification_state *state, const struct session *session,
			    const struct packet *packet, int64_t now)
{
	const struct dns_header *dns = packet->dns;
	if (!dns || packet->udp->payload_length < LARGE)
		return;
	struct user_key key = { packet->ip->source, packet->ip->destination, DNS_PORT };
	struct user *user = cache_enter(&state->users, &key, NULL);
	add_question(user, session, hash_bytes(dns->name, dns->name_length, dns->query_type),
		     dns->name_length + DNS_QUESTION_OVERHEAD, now);
	add_answer(user, packet);
	const struct session_side *asker = &session->side[session->client];
	proof_add_at(&user->asked, asker->last_packet, asker->last_time);
}

static void note_unasked(struct amplification_state *state, const struct packet *packet,
			 int64_t now)
{
	struct victim_key key = { packet->ip->destination, 0, packet->udp->source_port };
	bool fresh;
	struct victim *victim = cache_enter(&state->victims, &key, &fresh);
	if (fresh)
		victim->server = packet->ip->source;
	uint32_t count = rate_add(&victim->rate, now, NANOSECONDS);
	if (count > victim->peak)
		victim->peak = count;
	victim->answers++;
	victim->bytes += packet->udp->payload_length;
	spread_add(&victim->servers, hash_bytes(&packet->ip->source, sizeof packet->ip->source, 0));
	proof_add(&victim->proof, packet);
}

static void note_answer(struct amplification_state *state, const struct session *session,
			const struct packet *packet, int64_t now)
{
	if (!session->requests) {
		note_unasked(state, packet, now);
	} else if (packet->udp->source_port == DNS_PORT) {
		note_dns_answer(state, session, packet, now);
	} else {
		struct user_key key = { packet->ip->source, packet->ip->destination,
					packet->udp->source_port };
		struct user *user = cache_find(&state->users, &key);
		if (user)
			add_answer(user, packet);
	}
}

static void amplification_observe(struct analysis_context *context,
				  const struct observation *observation)
{
	struct amplification_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct session *session = observation->session;
	if (!session || session->kind != SESSION_UDP || !frame_has_time(packet) ||
	    frame_is_group(packet))
		return;
	if (observation->direction == session->client && amplifies(packet->udp->destination_port))
		note_question(state, session, packet, context->trace->now);
	else if (observation->direction != session->client && amplifies(packet->udp->source_port))
		note_answer(state, session, packet, context->trace->now);
}

static void tell_volume(struct finding *finding, const char *name, uint64_t bytes)
{
	finding_number(finding, name, UNIT_BYTES, (double)bytes, FACT_SUM);
}

static void report_user(const struct amplification_state *state, const struct user_key *key,
			const struct user *user)
{
	if (user->peak < state->requests ||
	    (double)user->same < SAME_SHARE * (double)user->requests ||
	    (double)user->answer_bytes < state->factor * (double)user->request_bytes)
		return;
	char victim[ADDRESS_TEXT_SIZE];
	struct finding finding;
	finding_begin(&finding, &udp_amplification, NULL);
	finding_subject(&finding, &key->user, &key->server, key->port, IP_PROTOCOL_UDP);
	finding.service = service_name(IP_PROTOCOL_UDP, key->port);
	finding.session_kind = SESSION_UDP;
	finding.session_number = user->session_number;
	finding.confidence = CONFIDENCE_LIKELY;
	finding.count = user->requests;
	finding_words(&finding, "victim", "%s", address_text(&key->user, victim));
	finding_count(&finding, "requests", (double)user->requests);
	tell_volume(&finding, "answers", user->answer_bytes);
	finding_number(
		&finding, "factor", UNIT_COUNT,
		(double)(user->answer_bytes / (user->request_bytes ? user->request_bytes : 1)),
		FACT_MAX);
	finding_threshold(&finding, "threshold", UNIT_COUNT, state->factor);
	blame_word(&finding, PARTY_ATTACKER, "attacker:who asks in the name of %s", victim);
	finding_why(&finding,
		    "The same question again and again, whose only effect is the size of its "
		    "answers.");
	finding_alternative(&finding, "a broken program on the host that asks", NULL);
	proof_give(&user->asked, &finding, "the same small question");
	finding_evidence(&finding, user->answer.packet, user->answer.time,
			 "the largest answer, %u bytes", user->largest);
	finding_submit(state->findings, &finding);
}

static void report_victim(const struct amplification_state *state, const struct victim_key *key,
			  const struct victim *victim)
{
	const struct host *host = session_table_host(state->sessions, &key->victim);
	if (victim->asks || victim->peak < state->answers ||
	    victim->servers.count < state->servers || victim->bytes < victim->answers * LARGE ||
	    !host || !host->packets_sent)
		return;
	char address[ADDRESS_TEXT_SIZE];
	struct finding finding;
	finding_begin(&finding, &udp_amplification, NULL);
	finding_subject(&finding, &key->victim, &victim->server, key->port, IP_PROTOCOL_UDP);
	finding.service = service_name(IP_PROTOCOL_UDP, key->port);
	finding.session_kind = SESSION_UDP;
	finding.sub_kind = "victim";
	finding.say = "{victim} is flooded with {answers} of answers from port {server_port} "
		      "({service}) of "
		      "{servers} servers and more, none of which it asked.";
	finding.confidence = CONFIDENCE_POSSIBLE;
	finding.count = victim->answers;
	finding_words(&finding, "victim", "%s", address_text(&key->victim, address));
	tell_volume(&finding, "answers", victim->bytes);
	finding_number(&finding, "servers", UNIT_COUNT, victim->servers.count, FACT_MAX);
	finding_number(&finding, "peak", UNIT_RATE_PER_SECOND, victim->peak, FACT_MAX);
	finding_threshold(&finding, "threshold", UNIT_RATE_PER_SECOND, state->answers);
	blame_word(&finding, PARTY_ATTACKER, "attacker:who asks in the name of %s", address);
	finding_why(&finding,
		    "The victim's packets are in the trace, and none of them is a question.");
	finding_alternative(&finding, "its questions take a way that was not recorded", NULL);
	proof_give(&victim->proof, &finding, "an answer without a question");
	finding_submit(state->findings, &finding);
}

static void forget_user(void *user, const void *key, void *value)
{
	report_user(user, key, value);
}

static void amplification_begin(struct analysis_context *context)
{
	struct amplification_state *state = context->state;
	const struct settings *settings = context->settings;
	cache_init(&state->users, USERS_REMEMBERED, sizeof(struct user_key), sizeof(struct user));
	cache_init(&state->victims, VICTIMS_REMEMBERED, sizeof(struct victim_key),
		   sizeof(struct victim));
	state->users.forget = forget_user;
	state->users.user = state;
	state->factor = setting(settings, &udp_amplification, "factor");
	state->requests = (uint32_t)setting(settings, &udp_amplification, "requests");
	state->answers = (uint32_t)setting(settings, &udp_amplification, "answers");
	state->servers = (uint32_t)setting(settings, &udp_amplification, "servers");
	state->findings = context->findings;
	state->sessions = context->trace->sessions;
}

static void amplification_finish(struct analysis_context *context)
{
	const struct amplification_state *state = context->state;
	const void *key;
	const struct user *user;
	for (size_t at = 0; (user = cache_next(&state->users, &at, &key));)
		report_user(state, key, user);
	const struct victim *victim;
	for (size_t at = 0; (victim = cache_next(&state->victims, &at, &key));)
		report_victim(state, key, victim);
}

static void amplification_destroy(struct analysis_context *context)
{
	struct amplification_state *state = context->state;
	cache_finish(&state->users);
	cache_finish(&state->victims);
}

const struct analyzer security_amplification_analyzer = {
	.name = "security-amplification",
	.kinds = kinds,
	.state_size = sizeof(struct amplification_state),
	.wants = WANTS_UDP,
	.begin = amplification_begin,
	.observe = amplification_observe,
	.finish = amplification_finish,
	.destroy = amplification_destroy,
};
