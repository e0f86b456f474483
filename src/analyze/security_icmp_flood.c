/* Is somebody flooded with pings, or with answers to pings that it never sent? security/icmp-flood.
 */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "analyze/rate.h"
#include "core/clock.h"
#include "core/hash.h"
#include "decode/ip.h"

static const struct finding_kind icmp_flood = {
	.id = "security/icmp-flood",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SEC,
	.merge = MERGE_SERVER,
	.title = "A host is flooded with pings",
	.say = "{sender} sends up to {peak} pings to {server} ({pings} in all).",
	.meaning = "Far more echo requests go to one host than any measurement needs. Kind broadcast: to the "
		   "broadcast address of a network, so that all its hosts answer at once. Kind smurf: the "
		   "answers of many hosts to pings that somebody else sent in the victim's name.",
	.false_alarms = "Monitoring pings many hosts, but each of them seldom. One ping to the broadcast address "
			"is a question, not a flood. Answers whose requests are in the trace belong to them.",
	.advice = { "Find out what runs on {sender}; limit the rate of ICMP before {server}.",
		    "Do not route or answer directed broadcasts." },
	.reference = "RFC 792; RFC 2644",
	.parameters = {
		{ .name = "rate", .unit = UNIT_RATE_PER_SECOND, .value = 500,
		  .meaning = "echo messages to one host" },
		{ .name = "broadcast", .unit = UNIT_RATE_PER_SECOND, .value = 20,
		  .meaning = "echo requests to one broadcast address" },
		{ .name = "sources", .unit = UNIT_COUNT, .value = 10,
		  .meaning = "hosts whose answers nobody asked for" },
	},
};

static const struct finding_kind *const kinds[] = { &icmp_flood, NULL };

#define VICTIMS_REMEMBERED 1024
enum { ECHO_REPLY = 0, ECHO_REQUEST = 8, ECHO_REQUEST_V6 = 128, ECHO_REPLY_V6 = 129 };

struct victim_key {
	struct address victim;
	bool reply;
};

struct victim {
	struct rate rate;
	uint32_t peak;
	bool broadcast;
	struct address first; /* who sent the first */
	struct spread sources;
	struct proof proof;
};

struct icmp_state {
	struct cache victims; /* struct victim_key to struct victim */
	uint32_t rate, broadcast, sources;
	struct finding_store *findings;
};

static bool is_request(const struct icmp_header *icmp)
{
	return icmp->type == (icmp->version == 4 ? ECHO_REQUEST : ECHO_REQUEST_V6);
}

static bool is_reply(const struct icmp_header *icmp)
{
	return icmp->type == (icmp->version == 4 ? ECHO_REPLY : ECHO_REPLY_V6);
}

static void icmp_observe(struct analysis_context *context, const struct observation *observation)
{
	struct icmp_state *state = context->state;
	const struct packet *packet = observation->packet;
	bool reply = is_reply(packet->icmp);
	if ((!reply && !is_request(packet->icmp)) || !frame_has_time(packet) ||
	    (reply && observation->session && observation->session->requests))
		return;
	struct victim_key key = { packet->ip->destination, reply };
	bool fresh;
	struct victim *victim = cache_enter(&state->victims, &key, &fresh);
	if (fresh)
		victim->first = packet->ip->source;
	uint32_t count = rate_add(&victim->rate, context->trace->now, NANOSECONDS);
	if (count > victim->peak)
		victim->peak = count;
	victim->broadcast |=
		frame_is_broadcast(packet) || address_is_broadcast(&packet->ip->destination);
	spread_add(&victim->sources, hash_bytes(&packet->ip->source, sizeof packet->ip->source, 0));
	proof_add(&victim->proof, packet);
}

static bool is_flooded(const struct icmp_state *state, const struct victim_key *key,
		       const struct victim *victim)
{
	if (key->reply)
		return victim->peak >= state->rate && victim->sources.count >= state->sources;
	return victim->peak >= (victim->broadcast ? state->broadcast : state->rate);
}

static void name_attacker(struct finding *finding, const struct victim_key *key,
			  const struct victim *victim)
{
	if (key->reply) {
		blame_word(finding, PARTY_ATTACKER, "attacker:who pings in the victim's name");
		finding_why(finding,
			    "The victim sent no pings; many hosts answer it all the same.");
		finding_alternative(finding, "its pings are not in the trace", NULL);
	} else if (victim->sources.count == 1) {
		blame_attacker(finding, &victim->first);
		finding_why(finding, "All these pings come from it.");
		finding_alternative(finding, "somebody else uses its address", NULL);
	} else {
		blame_word(finding, PARTY_ATTACKER, "attacker:many addresses");
		finding_why(finding, "The pings come from many addresses, forged or not.");
	}
}

static void report(const struct icmp_state *state, const struct victim_key *key,
		   const struct victim *victim)
{
	if (!is_flooded(state, key, victim))
		return;
	char source[ADDRESS_TEXT_SIZE];
	bool single = victim->sources.count == 1;
	struct finding finding;
	finding_begin(&finding, &icmp_flood, NULL);
	finding_subject(&finding, single ? &victim->first : NULL, &key->victim, 0,
			key->victim.family == ADDRESS_IPV4 ? IP_PROTOCOL_ICMP : IP_PROTOCOL_ICMPV6);
	finding.merge_key = key->reply;
	finding.confidence = key->reply ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY;
	finding.count = victim->proof.total;
	finding_count(&finding, "pings", (double)victim->proof.total);
	finding_number(&finding, "peak", UNIT_RATE_PER_SECOND, victim->peak, FACT_MAX);
	if (single)
		finding_words(&finding, "sender", "%s", address_text(&victim->first, source));
	else
		finding_words(&finding, "sender", "a crowd of %u addresses and more",
			      victim->sources.count);
	finding_threshold(&finding, "threshold", UNIT_RATE_PER_SECOND,
			  victim->broadcast ? state->broadcast : state->rate);
	if (key->reply) {
		finding.sub_kind = "smurf";
		finding.say = "{server} gets up to {peak} answers to pings that it did not send "
			      "({pings} in all), from {sender}.";
	} else if (victim->broadcast) {
		finding.sub_kind = "broadcast";
	}
	name_attacker(&finding, key, victim);
	proof_give(&victim->proof, &finding,
		   key->reply ? "an answer without a question" : "one of the pings");
	finding_submit(state->findings, &finding);
}

static void forget(void *user, const void *key, void *value)
{
	report(user, key, value);
}

static void icmp_begin(struct analysis_context *context)
{
	struct icmp_state *state = context->state;
	cache_init(&state->victims, VICTIMS_REMEMBERED, sizeof(struct victim_key),
		   sizeof(struct victim));
	state->victims.forget = forget;
	state->victims.user = state;
	state->rate = (uint32_t)setting(context->settings, &icmp_flood, "rate");
	state->broadcast = (uint32_t)setting(context->settings, &icmp_flood, "broadcast");
	state->sources = (uint32_t)setting(context->settings, &icmp_flood, "sources");
	state->findings = context->findings;
}

static void icmp_finish(struct analysis_context *context)
{
	const struct icmp_state *state = context->state;
	const void *key;
	const struct victim *victim;
	for (size_t at = 0; (victim = cache_next(&state->victims, &at, &key));)
		report(state, key, victim);
}

static void icmp_destroy(struct analysis_context *context)
{
	struct icmp_state *state = context->state;
	cache_finish(&state->victims);
}

const struct analyzer security_icmp_flood_analyzer = {
	.name = "security-icmp-flood",
	.kinds = kinds,
	.state_size = sizeof(struct icmp_state),
	.wants = WANTS_ICMP,
	.begin = icmp_begin,
	.observe = icmp_observe,
	.finish = icmp_finish,
	.destroy = icmp_destroy,
};
