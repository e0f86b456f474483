/* Do pings get their answers? icmp/echo-loss. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "core/sum.h"

#define PAIRS_REMEMBERED 512
#define OPEN_PINGS 32            /* requests under way at once; a faster ping is a flood */
#define PINGS_OF_A_USER 4        /* ping without options sends so many on Windows, more elsewhere */
#define TRACEROUTE_BELOW 32      /* no system begins with less, and no way is longer than from 64 to here */
#define SWEEP_TARGETS 10         /* silent targets of one host: it searches, nobody is to blame */

static const struct finding_kind echo_loss = {
	.id = "icmp/echo-loss",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_LOSS,
	.weakened_by = QUALITY_FILTERED,
	.title = "Pings get no answer, or a late one",
	.say = "{lost} of {sent|ping|pings} from {client} to {server} got no answer.",
	.meaning = "Echo requests were seen and no echo reply for them, although the trace goes on long enough. "
		   "Kind silent: none was ever answered. Kind slow: all answers come late.",
	.false_alarms = "Routers and hosts answer only so many pings a second, and firewalls drop them: compare "
			"with TCP to the same host. The first ping may be lost while ARP is resolved. An ICMP "
			"error is an answer, too, and may be one where the recorder cut off what it is about. Pings "
			"of a traceroute, and those at the end of the trace, are not counted.",
	.advice = { "Compare with TCP loss on the same way: if that is well, only pings are dropped.",
		    "Trace at {server}: do the requests arrive, do the replies leave?" },
	.reference = "RFC 792; RFC 1122 3.2.2.6; RFC 4443 4",
	.parameters = {
		{ .name = "lost", .unit = UNIT_COUNT, .value = 2, .meaning = "pings without an answer" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.02, .meaning = "of all pings" },
		{ .name = "wait", .unit = UNIT_SECONDS, .value = 3, .satellite = 5,
		  .meaning = "after which a ping at the end of the trace counts as lost" },
		{ .name = "slow", .unit = UNIT_SECONDS, .value = 0.15, .lan = 0.02, .satellite = 0.9,
		  .mainframe = 0.05, .strict = 0.005, .meaning = "round trip that even the best answer took" },
	},
};

struct ping {                    /* packet 0: free */
	uint64_t packet;
	int64_t time;
	uint16_t identifier, sequence;
	uint32_t ip_identification;
	uint8_t time_to_live;
};

struct pings {                   /* from one host to another */
	struct ping open[OPEN_PINGS];
	unsigned next;           /* place for the next request */
	uint64_t sent, answered, lost, refused;
	int64_t best, sum;       /* round trips, ns */
	struct proof proof;      /* requests without an answer */
	struct proof replies;
	uint8_t vantage;         /* enum vantage, seen from the target */
	uint8_t ttl_least, ttl_most;
	uint32_t session_number;
};

struct pair_key { struct address source, destination; };

struct echo_state {
	struct cache pairs;      /* struct pair_key to struct pings */
	struct cache cut_errors; /* struct address to how many errors it got whose ping the recorder cut off */
	uint64_t lost;
	double share;
	int64_t wait, slow;
};

static void echo_begin(struct analysis_context *context)
{
	struct echo_state *state = context->state;
	cache_init(&state->pairs, PAIRS_REMEMBERED, sizeof(struct pair_key), sizeof(struct pings));
	cache_init(&state->cut_errors, PAIRS_REMEMBERED, sizeof(struct address), sizeof(uint64_t));
	state->lost = (uint64_t)setting(context->settings, &echo_loss, "lost");
	state->share = setting(context->settings, &echo_loss, "share");
	state->wait = setting_duration(context->settings, &echo_loss, "wait");
	state->slow = setting_duration(context->settings, &echo_loss, "slow");
}

/* Sent to die on the way? Pings whose TTL differs are a traceroute; routers' answers may be filtered out. */
static bool is_traceroute(const struct pings *pings, const struct ping *ping)
{
	return ping->time_to_live < TRACEROUTE_BELOW && pings->ttl_least != pings->ttl_most;
}

static void give_up(struct pings *pings, struct ping *ping)
{
	struct sample sample = { ping->packet, ping->time };
	if (is_traceroute(pings, ping)) {
		ping->packet = 0;
		pings->sent--;
		return;
	}
	if (pings->proof.total < PROOF_FIRST)
		pings->proof.first[pings->proof.total] = sample;
	pings->proof.last = sample;
	pings->proof.total++;
	pings->lost++;
	ping->packet = 0;
}

static struct ping *find_ping(struct pings *pings, uint16_t identifier, uint16_t sequence)
{
	for (unsigned i = 0; i < OPEN_PINGS; i++) {
		struct ping *ping = &pings->open[i];
		if (ping->packet && ping->identifier == identifier && ping->sequence == sequence)
			return ping;
	}
	return NULL;
}

static void note_request(struct echo_state *state, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	struct pair_key key = { packet->ip->source, packet->ip->destination };
	struct pings *pings = cache_enter(&state->pairs, &key, NULL);
	/* The same packet again, routed back onto this LAN or in a circle, is no other ping. */
	const struct ping *same = find_ping(pings, packet->icmp->identifier, packet->icmp->sequence);
	if (same && packet->ip->identification && same->ip_identification == packet->ip->identification)
		return;
	struct ping *ping = &pings->open[pings->next];
	pings->next = (pings->next + 1) % OPEN_PINGS;
	if (ping->packet)
		give_up(pings, ping);
	*ping = (struct ping){ packet->record->number, packet->record->time, packet->icmp->identifier,
		packet->icmp->sequence, packet->ip->identification, packet->ip->time_to_live };
	if (!pings->ttl_most || ping->time_to_live < pings->ttl_least)
		pings->ttl_least = ping->time_to_live;
	if (ping->time_to_live > pings->ttl_most)
		pings->ttl_most = ping->time_to_live;
	pings->sent++;
	if (observation->session)
		pings->session_number = observation->session->number;
}

static void note_reply(struct echo_state *state, const struct packet *packet)
{
	struct pair_key key = { packet->ip->destination, packet->ip->source };
	struct pings *pings = cache_find(&state->pairs, &key);
	if (!pings)
		return;
	struct ping *ping = find_ping(pings, packet->icmp->identifier, packet->icmp->sequence);
	if (!ping)
		return;
	int64_t trip = packet->record->time - ping->time;
	pings->sum = sum_of(pings->sum, trip);
	if (!pings->answered++ || trip < pings->best)
		pings->best = trip;
	proof_add(&pings->replies, packet);
	ping->packet = 0;
}

static void note_error(struct echo_state *state, const struct icmp_quote *quote)
{
	struct pair_key key = { quote->source, quote->destination };
	struct pings *pings = cache_find(&state->pairs, &key);
	struct ping *ping = pings ? find_ping(pings, quote->echo_identifier, quote->echo_sequence) : NULL;
	if (!ping)
		return;
	ping->packet = 0;
	pings->refused++;
	pings->sent--;
}

static void echo_observe(struct analysis_context *context, const struct observation *observation)
{
	struct echo_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct icmp_header *icmp = packet->icmp;
	if (!frame_has_time(packet))
		return;
	if (icmp->is_error && icmp->quote.has_echo)
		note_error(state, &icmp->quote);
	else if (icmp->is_error && !icmp->quote.has_ports &&
		 packet->record->captured_length < packet->record->original_length)
		++*(uint64_t *)cache_enter(&state->cut_errors, &packet->ip->destination, NULL);
	else if (icmp->type == (icmp->version == 4 ? 0 : 129))
		note_reply(state, packet);
	else if (icmp->type == (icmp->version == 4 ? 8 : 128) && !frame_is_group(packet) &&
		 !address_is_multicast(&packet->ip->destination))
		note_request(state, observation);
}

static void echo_session_end(struct analysis_context *context, const struct session *session,
			     const struct observation *last)
{
	struct echo_state *state = context->state;
	if (session->kind != SESSION_ICMP)
		return;
	uint8_t server = session_server(session);
	struct pair_key key = { session->key.end[session->client].address,
		session->key.end[server].address };
	struct pings *pings = cache_find(&state->pairs, &key);
	if (pings)
		pings->vantage = (uint8_t)session_vantage(context->trace->sessions, session, server, NULL);
}

static void name_loss(struct analysis_context *context, struct finding *finding,
		      const struct pair_key *key, const struct pings *pings)
{
	const struct host *source = session_table_host(context->trace->sessions, &key->source);
	bool heard = source && source->packets_received;
	finding->confidence = CONFIDENCE_LIKELY;
	if (pings->vantage == VANTAGE_AT) {
		blame_word(finding, PARTY_SERVER, "server");
		finding_why(finding, "The requests reached the host at the trace point and it did not answer.");
	} else {
		blame_word(finding, PARTY_NETWORK, "net:server-side");
		finding_why(finding, "The requests passed the trace point; they or their answers were lost "
			    "behind it.");
	}
	if (pings->answered) {
		finding_alternative(finding, "the host answers only so many pings a second", NULL);
		return;
	}
	finding->sub_kind = "silent";
	finding->confidence = CONFIDENCE_POSSIBLE;
	finding_alternative(finding, "a firewall drops pings and lets other traffic pass", NULL);
	finding_alternative(finding, "the host is down", NULL);
	if (pings->lost < PINGS_OF_A_USER)
		finding->severity = SEVERITY_NOTICE;
	if (!heard)
		finding_doubt(finding, QUALITY_ONE_WAY);
}

static void begin_report(struct finding *finding, const struct pair_key *key, const struct pings *pings)
{
	finding_begin(finding, &echo_loss, NULL);
	finding_subject(finding, &key->source, &key->destination, 0,
			key->source.family == ADDRESS_IPV4 ? 1 : 58);
	finding->session_kind = SESSION_ICMP;
	finding->session_number = pings->session_number;
	finding_count(finding, "sent", (double)pings->sent);
}

static void report_loss(struct analysis_context *context, const struct pair_key *key,
			const struct pings *pings)
{
	struct echo_state *state = context->state;
	struct finding finding;
	begin_report(&finding, key, pings);
	finding.count = pings->lost;
	finding_count(&finding, "lost", (double)pings->lost);
	finding_number(&finding, "share", UNIT_RATIO, (double)pings->lost / (double)pings->sent, FACT_MAX);
	finding_threshold(&finding, "limit", UNIT_RATIO, state->share);
	name_loss(context, &finding, key, pings);
	const uint64_t *cut = cache_find(&state->cut_errors, &key->source);
	if (cut && *cut >= pings->lost)
		finding_doubt(&finding, QUALITY_TRUNCATED);
	proof_give(&pings->proof, &finding, "a ping without an answer");
	finding_submit(context->findings, &finding);
}

static void report_slow(struct analysis_context *context, const struct pair_key *key,
			const struct pings *pings)
{
	const struct echo_state *state = context->state;
	struct finding finding;
	begin_report(&finding, key, pings);
	finding.sub_kind = "slow";
	finding.severity = SEVERITY_NOTICE;
	finding.say = "Pings from {client} to {server} take {average} on average, {best} at best.";
	finding.count = pings->answered;
	finding_duration(&finding, "average", pings->sum / (int64_t)pings->answered);
	finding_duration(&finding, "best", pings->best);
	finding_threshold(&finding, "limit", UNIT_SECONDS, (double)state->slow / 1e9);
	blame_word(&finding, PARTY_NETWORK, "net:server-side");
	finding_why(&finding, "Even the best answer came late, and hosts answer pings at once.");
	finding.confidence = CONFIDENCE_LIKELY;
	proof_give(&pings->replies, &finding, "a late answer");
	finding_submit(context->findings, &finding);
}

/* Decides about the requests that were under way when the trace ended. */
static void close_pings(const struct echo_state *state, struct pings *pings, int64_t end)
{
	for (unsigned i = 0; i < OPEN_PINGS; i++) {
		struct ping *ping = &pings->open[(pings->next + i) % OPEN_PINGS];
		if (!ping->packet)
			continue;
		if (end - ping->time >= state->wait)
			give_up(pings, ping);
		else
			pings->sent--;
	}
}

static bool has_loss(const struct echo_state *state, const struct pings *pings)
{
	return pings->lost >= state->lost && (double)pings->lost >= state->share * (double)pings->sent;
}

/* How many hosts `source` pings in vain. */
static unsigned silent_targets(const struct echo_state *state, const struct address *source)
{
	unsigned targets = 0;
	size_t at = 0;
	const void *found;
	const struct pings *pings;
	while (targets < SWEEP_TARGETS && (pings = cache_next(&state->pairs, &at, &found))) {
		const struct pair_key *key = found;
		targets += address_equal(&key->source, source) && !pings->answered &&
			   pings->lost + pings->refused > 0;
	}
	return targets;
}

static void echo_finish(struct analysis_context *context)
{
	struct echo_state *state = context->state;
	size_t at = 0;
	const void *found;
	struct pings *pings;
	while ((pings = cache_next(&state->pairs, &at, &found)))
		close_pings(state, pings, context->trace->last_time);
	for (at = 0; (pings = cache_next(&state->pairs, &at, &found));) {
		const struct pair_key *key = found;
		if (has_loss(state, pings)) {
			if (pings->answered || silent_targets(state, &key->source) < SWEEP_TARGETS)
				report_loss(context, key, pings);
		} else if (pings->answered >= 3 && pings->best > state->slow) {
			report_slow(context, key, pings);
		}
	}
}

static void echo_destroy(struct analysis_context *context)
{
	struct echo_state *state = context->state;
	cache_finish(&state->pairs);
	cache_finish(&state->cut_errors);
}

static const struct finding_kind *const kinds[] = { &echo_loss, NULL };

const struct analyzer icmp_echo_analyzer = {
	.name = "icmp-echo",
	.kinds = kinds,
	.state_size = sizeof(struct echo_state),
	.wants = WANTS_ICMP,
	.begin = echo_begin,
	.observe = echo_observe,
	.session_end = echo_session_end,
	.finish = echo_finish,
	.destroy = echo_destroy,
};
