/* Do packets circle between routers until they die? ip/routing-loop and icmp/ttl-exceeded. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "analyze/rate.h"
#include "core/hash.h"

#define PACKETS_REMEMBERED 2048  /* what passes while a packet goes around once */
#define LOOPS_REMEMBERED 256
#define PAIRS_REMEMBERED 1024
/* Hosts start at 64, 128 or 255, and hardly a path has more than 30 hops. What passes with less was
 * sent with a small time to live on purpose, as traceroute does. */
#define TTL_OF_TRACEROUTE 30
enum { TRACEROUTE_FIRST_PORT = 33434, TRACEROUTE_LAST_PORT = 33434 + 30 * 16 };

static const struct finding_kind routing_loop = {
	.id = "ip/routing-loop",
	.severity = SEVERITY_CRITICAL,
	.buttons = BUTTON_TE,
	.merge = MERGE_SERVER,
	.title = "Packets circle between routers",
	.say = "Packets to {server} circle {between}: {packets} did, until their time to live was used up.",
	.meaning = "Two or more routers each hold the other for the way to the destination. Kind copies: one "
		   "and the same packet passed the trace point several times, each time with a smaller "
		   "time to live. Kind expired: packets that passed with an ordinary time to live died of "
		   "old age on the way.",
	.false_alarms = "A recorder that sees a packet before and behind routers sees it between different "
			"stations each time: in a loop it comes back between the same two. Traceroute "
			"lets packets die on purpose: it sends them with a small time to live.",
	.advice = { "Compare the routing tables of {routers} for {server}.",
		    "Look for a static or default route that points back, and for a route that was lost." },
	.reference = "RFC 1812 5.3.1",
	.parameters = {
		{ .name = "copies", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "sightings of one packet with falling time to live" },
		{ .name = "expired", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "packets to one destination that died of old age" },
	},
};

static const struct finding_kind ttl_exceeded = {
	.id = "icmp/ttl-exceeded",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_TE,
	.merge = MERGE_PAIR,
	.title = "Packets die of old age on the way",
	.say = "{packets|packet|packets} from {client} to {server} died of old age at {router}.",
	.meaning = "A router reports that a packet had passed as many routers as it was allowed to. It was "
		   "sent with an ordinary time to live, so it went in a circle, or on a very long way.",
	.false_alarms = "Traceroute works by such reports: packets with a small time to live, and UDP to "
			"its ports, are left out. When the packet that died is not in the trace, it may "
			"have been sent so on purpose: a possibility only.",
	.advice = { "Look for a routing loop near {router}: traceroute to {server} shows two routers in turns." },
	.reference = "RFC 792; RFC 4443 3.3",
	.parameters = {
		{ .name = "packets", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "that died on one way; fewer are a notice" },
	},
};

struct sighting {                /* of one packet with a smaller time to live than the time before */
	uint8_t ttl, step;
	bool again;              /* between the same two stations as at first */
	bool noted;
	uint32_t copies;
	struct proof proof;
	struct mac source, destination;  /* of the first */
};

struct circle {                  /* towards one destination */
	uint64_t packets, expired;
	uint8_t step;
	struct address client;
	struct mac router[2];
	struct proof proof;
};

struct pair_key { struct address source, destination; };

struct dying {                   /* packets from one host to another */
	bool on_purpose;         /* some were sent with a small time to live */
	uint32_t small_id;       /* identification of the last of those: copies in a loop have one */
	uint64_t reported;       /* deaths of packets that look ordinary */
	uint64_t seen;           /* of these, the trace holds the packet's session */
	struct spread routers;
	struct address router;   /* first that reported */
	struct proof proof;
};

struct loop_state {
	struct cache sightings;  /* frame_ip_identity to struct sighting */
	struct cache circles;    /* struct address to struct circle */
	struct cache pairs;      /* struct pair_key to struct dying */
	uint32_t copies;
	uint64_t expired, deaths;
};

static void loop_begin(struct analysis_context *context)
{
	struct loop_state *state = context->state;
	cache_init(&state->sightings, PACKETS_REMEMBERED, sizeof(uint64_t), sizeof(struct sighting));
	cache_init(&state->circles, LOOPS_REMEMBERED, sizeof(struct address), sizeof(struct circle));
	cache_init(&state->pairs, PAIRS_REMEMBERED, sizeof(struct pair_key), sizeof(struct dying));
	state->copies = (uint32_t)setting(context->settings, &routing_loop, "copies");
	state->expired = (uint64_t)setting(context->settings, &routing_loop, "expired");
	state->deaths = (uint64_t)setting(context->settings, &ttl_exceeded, "packets");
}

static void note_circle(struct loop_state *state, const struct packet *packet,
			const struct sighting *sighting)
{
	struct circle *circle = cache_enter(&state->circles, &packet->outer_ip->destination, NULL);
	if (!circle->packets++) {
		circle->client = packet->outer_ip->source;
		circle->step = sighting->step;
		circle->router[0] = sighting->source;
		circle->router[1] = sighting->destination;
		circle->proof = sighting->proof;
	} else {
		proof_add(&circle->proof, packet);
	}
}

/* What is known of a packet that was not seen, or not remembered, before. */
static void begin_sighting(struct sighting *sighting, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	*sighting = (struct sighting){ .ttl = UINT8_MAX };
	memcpy(sighting->source.bytes, packet->link.source, sizeof sighting->source.bytes);
	memcpy(sighting->destination.bytes, packet->link.destination,
	       sizeof sighting->destination.bytes);
	if (!observation->twin_of || observation->twin_ttl_change <= 0)
		return;
	/* The session stage knows the copy before this one. */
	sighting->proof.first[0] = (struct sample){ observation->twin_of,
		packet->record->time - observation->twin_lag };
	sighting->proof.total = 1;
	sighting->copies = 1;
	sighting->ttl = (uint8_t)(packet->outer_ip->time_to_live + observation->twin_ttl_change);
}

/* Links without hardware addresses cannot tell a way back from a way on: more copies must. */
static bool shows_loop(const struct loop_state *state, const struct sighting *sighting,
		       const struct packet *packet)
{
	bool has_stations = packet->link.has_source && packet->link.has_destination;
	return has_stations ? sighting->again && sighting->copies >= state->copies
			    : sighting->copies >= 2 * state->copies;
}

static void observe_copy(struct loop_state *state, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	uint8_t ttl = packet->outer_ip->time_to_live;
	uint64_t identity = frame_ip_identity(packet);
	bool fresh;
	struct sighting *sighting = cache_enter(&state->sightings, &identity, &fresh);
	if (fresh || ttl > sighting->ttl)
		begin_sighting(sighting, observation);
	else if (ttl == sighting->ttl)
		return;
	else if (memcmp(sighting->source.bytes, packet->link.source, 6) == 0 &&
		 memcmp(sighting->destination.bytes, packet->link.destination, 6) == 0)
		sighting->again = true;
	if (sighting->copies)
		sighting->step = sighting->ttl - ttl;
	sighting->ttl = ttl;
	sighting->copies++;
	proof_add(&sighting->proof, packet);
	if (!sighting->noted && shows_loop(state, sighting, packet)) {
		sighting->noted = true;
		note_circle(state, packet, sighting);
	}
}

/* Only a packet with a smaller time to live than its flow started with can be another sighting. */
static bool may_be_copy(const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	if (address_is_multicast(&packet->outer_ip->destination))
		return false;
	/* Resets come in rows, and from hosts and devices on the way alike: without an identification all are the same. */
	if (packet->tcp && tcp_has(packet->tcp, TCP_RST) && !packet->ip->identification)
		return false;
	if (observation->twin_of)
		return observation->twin_ttl_change > 0;
	if (!observation->session)
		return true;
	const struct session_side *side = &observation->session->side[observation->direction];
	return packet->ip->time_to_live < side->ttl_max;
}

static void note_small_ttl(struct loop_state *state, const struct packet *packet)
{
	const struct ip_header *ip = packet->outer_ip;
	struct pair_key key = { ip->source, ip->destination };
	struct dying *dying = cache_enter(&state->pairs, &key, NULL);
	if (!ip->identification || ip->identification != dying->small_id)
		dying->on_purpose = true;
	dying->small_id = ip->identification;
}

static bool is_time_exceeded(const struct icmp_header *icmp)
{
	return icmp->is_error && icmp->type == (icmp->version == 4 ? 11 : 3) && icmp->code == 0;
}

static bool is_traceroute_port(const struct icmp_quote *quote)
{
	return quote->protocol == 17 && quote->has_ports &&
	       quote->destination_port >= TRACEROUTE_FIRST_PORT &&
	       quote->destination_port <= TRACEROUTE_LAST_PORT;
}

static void observe_death(struct analysis_context *context, const struct packet *packet)
{
	struct loop_state *state = context->state;
	const struct icmp_quote *quote = &packet->icmp->quote;
	if (!quote->present || is_traceroute_port(quote) || address_is_multicast(&quote->destination))
		return;
	struct pair_key key = { quote->source, quote->destination };
	struct dying *dying = cache_enter(&state->pairs, &key, NULL);
	const struct session *session = session_table_quoted(context->trace->sessions, packet);
	if (session) {
		bool second = address_equal(&session->key.end[1].address, &quote->source);
		if (session->side[second].ttl_max > TTL_OF_TRACEROUTE)
			dying->seen++;
		else
			dying->on_purpose = true;
	}
	if (!dying->reported++)
		dying->router = packet->ip->source;
	spread_add(&dying->routers, hash_bytes(&packet->ip->source, sizeof packet->ip->source, 0));
	proof_add(&dying->proof, packet);
}

static void loop_observe(struct analysis_context *context, const struct observation *observation)
{
	struct loop_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (!packet->outer_ip)
		return;
	if (may_be_copy(observation))
		observe_copy(state, observation);
	if (packet->outer_ip->time_to_live <= TTL_OF_TRACEROUTE && !observation->twin_of &&
	    !address_is_multicast(&packet->outer_ip->destination))
		note_small_ttl(state, packet);
	if (packet->icmp && is_time_exceeded(packet->icmp) && !observation->twin_of)
		observe_death(context, packet);
}

static void report_circle(struct analysis_context *context, const struct address *destination,
			  const struct circle *circle)
{
	char one[MAC_TEXT_SIZE], two[MAC_TEXT_SIZE];
	mac_text(circle->router[0].bytes, one);
	mac_text(circle->router[1].bytes, two);
	struct finding finding;
	finding_begin(&finding, &routing_loop, NULL);
	finding_subject(&finding, &circle->client, destination, 0, 0);
	finding.sub_kind = "copies";
	finding.count = circle->packets;
	finding_words(&finding, "between", "between %s and %s", one, two);
	finding_words(&finding, "routers", "%s and %s", one, two);
	finding_words(&finding, "packets", "%llu", (unsigned long long)circle->packets);
	finding_number(&finding, "step", UNIT_COUNT, circle->step, FACT_MAX);
	blame_network(&finding);
	finding_why(&finding, "Only routers lower the time to live; the same packet came back %u hop%s "
		    "older each time.", circle->step, circle->step == 1 ? "" : "s");
	finding_alternative(&finding, "the recorder saw the packet before and behind a router",
			    "that makes two sightings, these are more");
	proof_give(&circle->proof, &finding, "the same packet with a smaller time to live");
	finding_submit(context->findings, &finding);
}

static void report_expired(struct analysis_context *context, const struct pair_key *pair,
			   const struct dying *dying)
{
	char router[ADDRESS_TEXT_SIZE];
	struct finding finding;
	finding_begin(&finding, &routing_loop, NULL);
	finding_subject(&finding, &pair->source, &pair->destination, 0, 0);
	finding.sub_kind = "expired";
	finding.confidence = CONFIDENCE_LIKELY;
	finding.count = dying->reported;
	finding_words(&finding, "between", "near %s", address_text(&dying->router, router));
	finding_words(&finding, "routers", "%s and its neighbours", router);
	finding_words(&finding, "packets", "%llu", (unsigned long long)dying->reported);
	blame_network(&finding);
	finding_why(&finding, "Packets with an ordinary time to live used it up; no path is that long.");
	finding_alternative(&finding, "they were sent with a small time to live, as traceroute does",
			    "they passed the trace point with a large one");
	proof_give(&dying->proof, &finding, "a router reports that a packet died of old age");
	finding_submit(context->findings, &finding);
}

static void report_deaths(struct analysis_context *context, const struct pair_key *pair,
			  const struct dying *dying)
{
	const struct loop_state *state = context->state;
	char router[ADDRESS_TEXT_SIZE];
	struct finding finding;
	finding_begin(&finding, &ttl_exceeded, NULL);
	finding_subject(&finding, &pair->source, &pair->destination, 0, 0);
	finding.count = dying->reported;
	finding_count(&finding, "packets", (double)dying->reported);
	finding_words(&finding, "router", "%s", address_text(&dying->router, router));
	finding_number(&finding, "routers", UNIT_COUNT, dying->routers.count, FACT_MAX);
	blame_network(&finding);
	finding_why(&finding, "%s reports it: a packet passes as many routers as its sender allows only in "
		    "a circle.", router);
	finding_threshold(&finding, "least", UNIT_COUNT, (double)state->deaths);
	if (dying->reported < state->deaths)
		finding.severity = SEVERITY_NOTICE;
	if (dying->seen) {
		finding.confidence = CONFIDENCE_LIKELY;
	} else {
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding.severity = SEVERITY_NOTICE;
		finding_alternative(&finding, "it was sent with a small time to live on purpose", NULL);
	}
	proof_give(&dying->proof, &finding, "reports that a packet died of old age");
	finding_submit(context->findings, &finding);
}

static void loop_finish(struct analysis_context *context)
{
	struct loop_state *state = context->state;
	size_t at = 0;
	const void *key;
	const struct circle *circle;
	while ((circle = cache_next(&state->circles, &at, &key)))
		report_circle(context, key, circle);
	const struct dying *dying;
	for (at = 0; (dying = cache_next(&state->pairs, &at, &key));) {
		if (!dying->reported || dying->on_purpose)
			continue;
		report_deaths(context, key, dying);
		if (dying->seen >= state->expired)
			report_expired(context, key, dying);
	}
}

static void loop_destroy(struct analysis_context *context)
{
	struct loop_state *state = context->state;
	cache_finish(&state->sightings);
	cache_finish(&state->circles);
	cache_finish(&state->pairs);
}

static const struct finding_kind *const kinds[] = { &routing_loop, &ttl_exceeded, NULL };

const struct analyzer ip_loop_analyzer = {
	.name = "ip-loop",
	.kinds = kinds,
	.state_size = sizeof(struct loop_state),
	.wants = WANTS_ODD,
	.begin = loop_begin,
	.observe = loop_observe,
	.finish = loop_finish,
	.destroy = loop_destroy,
};
