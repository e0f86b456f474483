/* Does one host flood the LAN with ARP requests? arp/storm. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "analyze/rate.h"
#include "core/clock.h"
#include "core/hash.h"

#define SENDERS_REMEMBERED 512

static const struct finding_kind storm = {
	.id = "arp/storm",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_TE,
	.merge = MERGE_TRACE,
	.title = "One host floods the LAN with ARP requests",
	.say = "{asker} sent {requests} ARP requests, up to {peak}, for {what}.",
	.meaning = "One station asks for hardware addresses far more often than it can need them. Kind scan: "
		   "for many addresses, as tools do that look for hosts. Kind retry: for the same one or "
		   "few again and again, as a program does that cannot get through.",
	.false_alarms = "A router that restarted asks for all its hosts within some seconds.",
	.advice = { "Find out which program on {asker} does this, and stop it.",
		    "If {asker} is a router, let its ARP entries live longer, and look for a scan from "
		    "behind it." },
	.reference = "RFC 826; RFC 1122 2.3.2.1",
	.beyond = "One request is nothing: their rate is the finding.",
	.parameters = {
		{ .name = "rate", .unit = UNIT_RATE_PER_SECOND, .value = 100, .meaning = "requests of one station" },
		{ .name = "targets", .unit = UNIT_COUNT, .value = 20,
		  .meaning = "different addresses asked for that make a scan" },
		{ .name = "restart", .unit = UNIT_SECONDS, .value = 10,
		  .meaning = "how long a router may do so after a restart" },
	},
};

struct flooding {
	struct rate rate;
	uint32_t peak;
	struct spread targets;
	struct address address;
	int64_t over_first, over_last;   /* when it was over the limit; 0 before */
	struct proof proof;
};

struct storm_state {
	struct cache senders;    /* struct mac to struct flooding */
	uint32_t rate, targets;
	int64_t restart;
};

static void storm_begin(struct analysis_context *context)
{
	struct storm_state *state = context->state;
	cache_init(&state->senders, SENDERS_REMEMBERED, sizeof(struct mac), sizeof(struct flooding));
	state->rate = (uint32_t)setting(context->settings, &storm, "rate");
	state->targets = (uint32_t)setting(context->settings, &storm, "targets");
	state->restart = setting_duration(context->settings, &storm, "restart");
}

static void storm_observe(struct analysis_context *context, const struct observation *observation)
{
	struct storm_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct arp_header *arp = packet->arp;
	if (!arp || arp->operation != ARP_REQUEST || arp->gratuitous || !frame_has_time(packet))
		return;
	struct mac mac;
	memcpy(mac.bytes, arp->sender_mac, sizeof mac.bytes);
	struct flooding *flooding = cache_enter(&state->senders, &mac, NULL);
	uint32_t count = rate_add(&flooding->rate, context->trace->now, NANOSECONDS);
	if (count > flooding->peak)
		flooding->peak = count;
	if (count >= state->rate) {
		if (!flooding->over_first)
			flooding->over_first = flooding->rate.start;
		flooding->over_last = context->trace->now;
	}
	spread_add(&flooding->targets, hash_bytes(&arp->target, sizeof arp->target, 0));
	if (!arp->probe)
		flooding->address = arp->sender;
	proof_add(&flooding->proof, packet);
}

static void report_flood(struct analysis_context *context, const struct mac *mac,
			 const struct flooding *flooding)
{
	const struct storm_state *state = context->state;
	bool scan = flooding->targets.count >= state->targets;
	char asker[ADDRESS_TEXT_SIZE], station[MAC_TEXT_SIZE];
	mac_text(mac->bytes, station);
	struct finding finding;
	finding_begin(&finding, &storm, NULL);
	finding.sub_kind = scan ? "scan" : "retry";
	finding.count = flooding->proof.total;
	finding.merge_key = mac_number(mac->bytes);
	if (flooding->address.family) {
		finding_host(&finding, &flooding->address);
		address_text(&flooding->address, asker);
	}
	finding_words(&finding, "asker", "%s", flooding->address.family ? asker : station);
	finding_words(&finding, "station", "%s", station);
	finding_count(&finding, "requests", (double)flooding->proof.total);
	finding_number(&finding, "peak", UNIT_RATE_PER_SECOND, flooding->peak, FACT_MAX);
	finding_threshold(&finding, "rate", UNIT_RATE_PER_SECOND, state->rate);
	finding_number(&finding, "targets", UNIT_COUNT, flooding->targets.count, FACT_MAX);
	if (scan)
		finding_words(&finding, "what", "more than %u different addresses (a scan)",
			      flooding->targets.count - 1);
	else
		finding_words(&finding, "what", "the same %u addresses again and again",
			      flooding->targets.count);
	blame_word(&finding, PARTY_CLIENT, "config:%s", flooding->address.family ? asker : station);
	finding_why(&finding, "All these requests carry its own hardware address, %s.", station);
	if (scan)
		finding_alternative(&finding, "it is a router, and somebody behind it scans this LAN", NULL);
	proof_give(&flooding->proof, &finding, "one of its requests");
	finding_submit(context->findings, &finding);
}

static void storm_finish(struct analysis_context *context)
{
	struct storm_state *state = context->state;
	size_t at = 0;
	const void *key;
	const struct flooding *flooding;
	while ((flooding = cache_next(&state->senders, &at, &key))) {
		const struct mac *mac = key;
		if (flooding->peak < state->rate)
			continue;
		bool restarted = session_table_is_router(context->trace->sessions, mac->bytes) &&
				 flooding->targets.count >= state->targets &&
				 flooding->over_last - flooding->over_first <= state->restart;
		if (!restarted)
			report_flood(context, mac, flooding);
	}
}

static void storm_destroy(struct analysis_context *context)
{
	struct storm_state *state = context->state;
	cache_finish(&state->senders);
}

static const struct finding_kind *const kinds[] = { &storm, NULL };

const struct analyzer arp_storm_analyzer = {
	.name = "arp-storm",
	.kinds = kinds,
	.state_size = sizeof(struct storm_state),
	.wants = WANTS_LINK,
	.begin = storm_begin,
	.observe = storm_observe,
	.finish = storm_finish,
	.destroy = storm_destroy,
};
