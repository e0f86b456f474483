/* Does the switch send other hosts' traffic to this port? link/unicast-flood. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"

#define STATIONS_REMEMBERED 1024 /* pairs of hardware addresses; far more than one access port shows */

static const struct finding_kind unicast_flood = {
	.id = "link/unicast-flood",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "The switch floods other hosts' traffic to this port",
	.say = "{share} of the bytes to single stations ({frames} frames) are between others than {station}, "
	       "the station at this port: the switch does not know where to send them.",
	.meaning = "On an access port a switch delivers only what is for the station behind it, and "
		   "broadcasts. Other traffic means that the switch has forgotten an address: its table is "
		   "too small or ages faster than the routers' ARP tables, or the answers go another way.",
	.false_alarms = "A mirror port or tap shows everybody's traffic on purpose. So this is off unless "
			"you say that the trace comes from an access port.",
	.advice = { "Make ARP entries of the routers age faster than the switches' address tables.",
		    "Look for traffic that leaves by one switch and returns by another." },
	.reference = "IEEE 802.1Q 8.8",
	.parameters = {
		{ .name = "access", .unit = UNIT_NONE, .value = 0,
		  .meaning = "1: the trace comes from an access port" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.05, .meaning = "of the bytes" },
	},
};

struct stations { struct mac source, destination; };

struct flow_bytes {
	uint64_t bytes, frames;
	struct sample first;
};

struct flood_state {
	bool access;
	double share;
	struct cache stations;   /* struct stations to struct flow_bytes */
	struct cache hosts;      /* struct mac to uint64_t: bytes from or to it */
	uint64_t bytes;
};

static void flood_begin(struct analysis_context *context)
{
	struct flood_state *state = context->state;
	state->access = setting(context->settings, &unicast_flood, "access") > 0;
	state->share = setting(context->settings, &unicast_flood, "share");
	cache_init(&state->stations, STATIONS_REMEMBERED, sizeof(struct stations),
		   sizeof(struct flow_bytes));
	cache_init(&state->hosts, STATIONS_REMEMBERED, sizeof(struct mac), sizeof(uint64_t));
}

static void count_host(struct flood_state *state, const struct mac *mac, uint32_t bytes)
{
	uint64_t *total = cache_enter(&state->hosts, mac, NULL);
	*total += bytes;
}

static void flood_observe(struct analysis_context *context, const struct observation *observation)
{
	struct flood_state *state = context->state;
	const struct link_facts *link = &observation->packet->link;
	if (!state->access || !link->is_ethernet || mac_is_group(link->destination))
		return;
	const struct record *record = observation->packet->record;
	struct stations pair;
	memcpy(pair.source.bytes, link->source, sizeof pair.source.bytes);
	memcpy(pair.destination.bytes, link->destination, sizeof pair.destination.bytes);
	struct flow_bytes *flow = cache_enter(&state->stations, &pair, NULL);
	if (!flow->frames++)
		flow->first = (struct sample){ record->number, record->time };
	flow->bytes += record->original_length;
	state->bytes += record->original_length;
	count_host(state, &pair.source, record->original_length);
	count_host(state, &pair.destination, record->original_length);
}

/* The station at this port has part in most of the traffic. */
static struct mac station_here(const struct flood_state *state)
{
	struct mac best = { { 0 } };
	uint64_t most = 0;
	size_t at = 0;
	const void *key;
	const uint64_t *bytes;
	while ((bytes = cache_next(&state->hosts, &at, &key))) {
		if (*bytes > most || (*bytes == most && memcmp(key, &best, sizeof best) < 0)) {
			most = *bytes;
			best = *(const struct mac *)key;
		}
	}
	return best;
}

static void flood_finish(struct analysis_context *context)
{
	struct flood_state *state = context->state;
	if (!state->bytes)
		return;
	struct mac here = station_here(state);
	struct finding finding;
	finding_begin(&finding, &unicast_flood, NULL);
	uint64_t foreign = 0, frames = 0;
	size_t at = 0;
	const void *key;
	const struct flow_bytes *flow;
	while ((flow = cache_next(&state->stations, &at, &key))) {
		const struct stations *pair = key;
		if (memcmp(&pair->source, &here, sizeof here) == 0 ||
		    memcmp(&pair->destination, &here, sizeof here) == 0)
			continue;
		foreign += flow->bytes;
		frames += flow->frames;
		finding_evidence(&finding, flow->first.packet, flow->first.time,
				 "between two other stations");
	}
	double share = (double)foreign / (double)state->bytes;
	if (share <= state->share)
		return;
	char mac[MAC_TEXT_SIZE];
	mac_text(here.bytes, mac);
	finding.count = frames;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_MAX);
	finding_count(&finding, "frames", (double)frames);
	finding_words(&finding, "station", "%s", mac);
	finding_threshold(&finding, "limit", UNIT_RATIO, state->share);
	blame_word(&finding, PARTY_NETWORK, "net:path");
	finding_why(&finding, "Only the switch decides which frames leave by this port.");
	finding_alternative(&finding, "the port mirrors others", "you said that it is an access port");
	finding_submit(context->findings, &finding);
}

static void flood_destroy(struct analysis_context *context)
{
	struct flood_state *state = context->state;
	cache_finish(&state->stations);
	cache_finish(&state->hosts);
}

static const struct finding_kind *const kinds[] = { &unicast_flood, NULL };

const struct analyzer link_flood_analyzer = {
	.name = "link-flood",
	.kinds = kinds,
	.state_size = sizeof(struct flood_state),
	.wants = WANTS_PACKETS,
	.begin = flood_begin,
	.observe = flood_observe,
	.finish = flood_finish,
	.destroy = flood_destroy,
};
