/* Do connection requests pour in that nobody means? security/syn-flood. */
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/proof.h"
#include "analyze/rate.h"
#include "core/clock.h"
#include "core/hash.h"
#include "decode/decoder.h"
#include "decode/ip.h"

static const struct finding_kind syn_flood = {
	.id = "security/syn-flood",
	.severity = SEVERITY_CRITICAL,
	.buttons = BUTTON_SEC,
	.merge = MERGE_SERVER,
	.title = "Connection requests pour in that are never completed",
	.say = "{half_open} connection requests to {server} port {server_port} were never completed, up to {peak}, "
	       "from {sources}.",
	.meaning = "Far more connections are asked for than completed. Each half open one takes a place in "
		   "the server's queue, until nobody gets one. Kind random: forged requests to ever new "
		   "addresses, which fill the tables of firewalls and switches.",
	.false_alarms = "A crowd of real clients completes its connections, or repeats its requests when an "
			"overloaded server does not answer. Requests that are refused are no flood. A few "
			"sources must also send SYNs that no normal system sends, or leave answered ones "
			"open. Requests of the last second are not judged, unless their sources are "
			"obviously forged.",
	.advice = { "Switch on SYN cookies on the server, or filter before it.",
		    "Ask the provider to filter; forged sources must be stopped where they enter (BCP 38)." },
	.reference = "RFC 4987; BCP 38",
	.beyond = "One half-open connection is nothing: that there are many at once is the finding.",
	.parameters = {
		{ .name = "rate", .unit = UNIT_RATE_PER_SECOND, .value = 100,
		  .meaning = "requests to one port that stay half open" },
		{ .name = "completed", .unit = UNIT_RATIO, .value = 0.2,
		  .meaning = "share of completed connections, at most" },
		{ .name = "sources", .unit = UNIT_COUNT, .value = 20,
		  .meaning = "different addresses that ask" },
	},
};

static const struct finding_kind *const kinds[] = { &syn_flood, NULL };

#define TARGETS_REMEMBERED 512
#define FORGED_SOURCES 50          /* with one TTL and no options: nobody has so many twins */
#define FORGED_NETWORKS 16         /* from which these come, where the SYNs have options */
#define PATIENCE (3 * NANOSECONDS) /* by then a real client has repeated its request */
#define REPEATED_BY_CLIENTS 0.5    /* share of unanswered requests that were repeated */
#define ANSWERED_SHARE 0.5         /* of the half open ones, where the sources are few */

struct flood {            /* requests to one port, or without options to any */
	struct rate half; /* half open, in the second under way */
	uint32_t peak;    /* most half open in a second of which few were completed */
	struct spread sources, networks, targets;   /* networks: the sources' first 16 or 32 bits */
	struct address source;                      /* of the last half open one */
	uint64_t half_open, answered, resets, bare; /* bare: SYNs without any option */
	uint64_t waited, repeated; /* without an answer for long; of those, asked again */
	uint8_t ttl_min, ttl_max;
	struct proof proof;
};

struct flood_state {
	struct cache targets;         /* struct endpoint to struct flood */
	struct served done;           /* connections that were completed, by server and port */
	uint64_t bare_done, all_done; /* completed ones without options; all */
	struct flood bare;            /* SYNs without options, whomever they ask */
	uint8_t mac[6];               /* of the first of those */
	bool mac_differs;
	uint32_t rate, sources;
	double completed;
	int64_t last; /* end of the trace so far */
	struct finding_store *findings;
};

static bool is_forged(const struct flood *flood)
{
	return flood->sources.count >= FORGED_SOURCES && flood->ttl_min == flood->ttl_max &&
	       (flood->bare == flood->half_open || flood->networks.count >= FORGED_NETWORKS);
}

/* Takes in a half open connection; `done` others were completed in the same second. */
static void add(struct flood *flood, const struct flood_state *state, const struct session *session,
		uint32_t done)
{
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	int64_t time = x->syn_first_time;
	uint32_t half = rate_add(&flood->half, time, NANOSECONDS);
	if (half > flood->peak && done < state->completed * (half + done))
		flood->peak = half;
	flood->half_open++;
	flood->source = session->key.end[session->client].address;
	spread_add(&flood->sources, hash_bytes(&flood->source, sizeof flood->source, 0));
	size_t network = flood->source.family == ADDRESS_IPV4 ? 2 : 4;
	spread_add(&flood->networks, hash_bytes(flood->source.bytes, network, 0));
	const struct address *target = &session->key.end[session_server(session)].address;
	spread_add(&flood->targets, hash_bytes(target, sizeof *target, 0));
	flood->answered += y->synack_seen;
	flood->resets += x->rst_seen;
	flood->bare += !x->syn_options && !x->syn_options_cut;
	if (!y->synack_seen && state->last - time >= PATIENCE) {
		flood->waited++;
		flood->repeated += x->syn_count > 1;
	}
	if (!flood->ttl_min || x->syn_ttl < flood->ttl_min)
		flood->ttl_min = x->syn_ttl;
	if (x->syn_ttl > flood->ttl_max)
		flood->ttl_max = x->syn_ttl;
	proof_add_at(&flood->proof, x->syn_first_packet, time);
}

static void flood_end(struct analysis_context *context, const struct session *session,
		      const struct observation *last)
{
	struct flood_state *state = context->state;
	(void)last;
	if (!session->tcp || !session->tcp->side[session->client].syn_seen)
		return;
	const struct endpoint *server = &session->key.end[session_server(session)];
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	uint64_t place = hash_bytes(server, sizeof *server, 0);
	bool bare = !x->syn_options && !x->syn_options_cut;
	if (session->tcp->handshake.complete || x->acks || x->data_segments) {
		served_add(&state->done, place, x->syn_first_time, NANOSECONDS);
		state->bare_done += bare;
		state->all_done++;
		return;
	}
	state->last = context->trace->last_time;
	bool refused = y->rst_seen && !y->synack_seen;
	bool undecided = !bare && state->last - x->syn_first_time < NANOSECONDS;
	if (refused || undecided)
		return;
	add(cache_enter(&state->targets, server, NULL), state, session,
	    served_count(&state->done, place, x->syn_first_time, NANOSECONDS));
	if (!bare)
		return;
	const uint8_t *mac = session->side[session->client].mac;
	if (!state->bare.half_open)
		memcpy(state->mac, mac, sizeof state->mac);
	state->mac_differs |= memcmp(state->mac, mac, sizeof state->mac) != 0;
	add(&state->bare, state, session, 0);
}

static bool is_flood(const struct flood_state *state, const struct flood *flood)
{
	if (flood->peak < state->rate)
		return false;
	if (is_forged(flood))
		return true;
	/* A recorder that keeps nothing but SYNs shows no end of any handshake. */
	if (!state->all_done && !flood->resets)
		return false;
	if (flood->waited && (double)flood->repeated >= REPEATED_BY_CLIENTS * (double)flood->waited)
		return false;
	if (flood->sources.count >= state->sources)
		return flood->waited || flood->answered;
	return flood->bare == flood->half_open ||
	       (double)flood->answered >= ANSWERED_SHARE * (double)flood->half_open;
}

static void name_attacker(struct finding *finding, const struct flood *flood)
{
	if (flood->sources.count == 1) {
		blame_attacker(finding, &flood->source);
		finding_why(finding, "All these requests come from one address.");
		finding_alternative(finding, "somebody else uses its address", NULL);
	} else if (flood->ttl_min == flood->ttl_max) {
		blame_word(finding, PARTY_ATTACKER, "attacker:hidden behind forged addresses");
		finding_why(
			finding,
			"All these addresses are equally far away and none of them goes on: one "
			"sender makes them up.");
	} else {
		blame_word(finding, PARTY_ATTACKER, "attacker:many addresses");
		finding_why(
			finding,
			"The requests come from many addresses, forged or not, and none of them "
			"goes on.");
	}
}

static void begin_report(struct finding *finding, const struct flood *flood)
{
	finding_begin(finding, &syn_flood, NULL);
	finding->session_kind = SESSION_TCP;
	finding->confidence = CONFIDENCE_LIKELY;
	finding->count = flood->half_open;
	finding_number(finding, "peak", UNIT_RATE_PER_SECOND, flood->peak, FACT_MAX);
	finding_count(finding, "half_open", (double)flood->half_open);
	if (flood->sources.count == 1)
		finding_words(finding, "sources", "one address");
	else
		finding_words(finding, "sources", "more than %u addresses",
			      flood->sources.count - 1);
	name_attacker(finding, flood);
}

static void report_target(const struct flood_state *state, const struct endpoint *server,
			  const struct flood *flood)
{
	if (!is_flood(state, flood))
		return;
	struct finding finding;
	begin_report(&finding, flood);
	finding_subject(&finding, flood->sources.count == 1 ? &flood->source : NULL,
			&server->address, server->port, IP_PROTOCOL_TCP);
	finding.service = service_name(IP_PROTOCOL_TCP, server->port);
	finding_threshold(&finding, "threshold", UNIT_RATE_PER_SECOND, state->rate);
	proof_give(&flood->proof, &finding, "a request that was never completed");
	finding_submit(state->findings, &finding);
}

/* To ever new targets: what a single host makes up. */
static void report_random(const struct flood_state *state)
{
	const struct flood *flood = &state->bare;
	if (flood->peak < state->rate || !is_forged(flood) ||
	    flood->targets.count < state->sources ||
	    (double)state->bare_done > state->completed * (double)flood->half_open)
		return;
	static const uint8_t zeros[6];
	char mac[MAC_TEXT_SIZE];
	struct finding finding;
	begin_report(&finding, flood);
	finding.sub_kind = "random";
	finding.say = "{half_open} connection requests with forged sources, up to {peak}, from "
		      "{sources} to "
		      "ever new targets, {way}: none was completed.";
	if (state->mac_differs)
		finding_words(&finding, "way", "with changing hardware addresses");
	else if (memcmp(state->mac, zeros, sizeof zeros) != 0)
		finding_words(&finding, "way", "all sent or routed by station %s",
			      mac_text(state->mac, mac));
	else
		finding_words(&finding, "way", "all alike");
	finding.advice =
		"Find the host that makes these requests up (changing hardware addresses fill the "
		"tables of switches: look at the port with very many), and take it off the "
		"network.";
	finding_threshold(&finding, "threshold", UNIT_RATE_PER_SECOND, state->rate);
	proof_give(&flood->proof, &finding, "a request with a forged source");
	finding_submit(state->findings, &finding);
}

static void forget_target(void *user, const void *key, void *value)
{
	report_target(user, key, value);
}

static void flood_begin(struct analysis_context *context)
{
	struct flood_state *state = context->state;
	cache_init(&state->targets, TARGETS_REMEMBERED, sizeof(struct endpoint),
		   sizeof(struct flood));
	state->targets.forget = forget_target;
	state->targets.user = state;
	state->rate = (uint32_t)setting(context->settings, &syn_flood, "rate");
	state->sources = (uint32_t)setting(context->settings, &syn_flood, "sources");
	state->completed = setting(context->settings, &syn_flood, "completed");
	state->findings = context->findings;
}

static void flood_finish(struct analysis_context *context)
{
	const struct flood_state *state = context->state;
	const void *key;
	const struct flood *flood;
	for (size_t at = 0; (flood = cache_next(&state->targets, &at, &key));)
		report_target(state, key, flood);
	report_random(state);
}

static void flood_destroy(struct analysis_context *context)
{
	struct flood_state *state = context->state;
	cache_finish(&state->targets);
}

const struct analyzer security_syn_flood_analyzer = {
	.name = "security-syn-flood",
	.kinds = kinds,
	.state_size = sizeof(struct flood_state),
	.begin = flood_begin,
	.session_end = flood_end,
	.finish = flood_finish,
	.destroy = flood_destroy,
};
