/* Whose checksums are filled in later by the card? capture/checksum-offload. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/proof.h"
#include "session/hosts.h"

static const struct finding_kind checksum_offload = {
	.id = "capture/checksum-offload",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_CQ,
	.merge = MERGE_HOST,
	.title = "Checksums are filled in later by the network card",
	.say = "{packets|packet|packets} of {host} have no {which} checksum yet: its network card "
	       "fills them in after the recorder. Ignore the \"bad checksum\" of other tools.",
	.meaning = "Packets that one host sends carry a checksum of zero, or the sum of the pseudo "
		   "header only. That is what a system hands to a card that computes checksums, so "
		   "the trace was taken inside that host.",
	.false_alarms = "Packets that passed routers do not count: there the receiver's card "
			"joined segments (capture/offload-segments). Damage leaves other values "
			"(tcp/bad-checksum, ip/bad-checksum, udp/checksum). A UDP checksum of zero "
			"over IPv4 is allowed and means that there is none.",
	.advice = { "Nothing has to be done. Record on the wire to see the real checksums." },
	.reference = "RFC 9293 3.1; RFC 768",
	.parameters = {
		{ .name = "packets", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "of one host at least" },
	},
};

#define HOSTS_REMEMBERED 256         /* a recorder sits in one host, or under many virtual ones */

struct offloading { uint64_t ip, transport; struct proof proof; };

struct checksum_state_of_trace {
	uint64_t least;
	struct cache hosts;              /* struct address to struct offloading */
};

static void checksum_begin(struct analysis_context *context)
{
	struct checksum_state_of_trace *state = context->state;
	state->least = (uint64_t)setting(context->settings, &checksum_offload, "packets");
	cache_init(&state->hosts, HOSTS_REMEMBERED, sizeof(struct address),
		   sizeof(struct offloading));
}

static bool is_pending(uint8_t state)
{
	return state == CHECKSUM_ZERO || state == CHECKSUM_PARTIAL;
}

/* The sender's card has done its work long ago. Cards that join segments for their own host leave
 * such checksums too. One router may be the host itself, which forwards for its containers;
 * multicasts start with any time to live. */
static bool has_passed_routers(const struct ip_header *ip)
{
	return hops_by_time_to_live(ip->time_to_live) >= 2 &&
	       !address_is_multicast(&ip->destination);
}

static void checksum_observe(struct analysis_context *context,
			     const struct observation *observation)
{
	struct checksum_state_of_trace *state = context->state;
	const struct packet *packet = observation->packet;
	if (!packet->ip || observation->twin_of || has_passed_routers(packet->ip))
		return;
	bool ip = is_pending(packet->ip->checksum_state);
	bool transport = (packet->tcp && is_pending(packet->tcp->checksum_state)) ||
			 (packet->udp && is_pending(packet->udp->checksum_state));
	if (!ip && !transport)
		return;
	struct offloading *host = cache_enter(&state->hosts, &packet->ip->source, NULL);
	host->ip += ip;
	host->transport += transport;
	proof_add(&host->proof, packet);
}

static void report(struct analysis_context *context, const struct address *address,
		   const struct offloading *host)
{
	struct finding finding;
	finding_begin(&finding, &checksum_offload, NULL);
	finding_host(&finding, address);
	finding.count = host->proof.total;
	blame_capture(&finding);
	finding_why(&finding, "The recorder sits between the system and its network card, where "
			      "checksums are not computed yet.");
	finding_count(&finding, "packets", (double)host->proof.total);
	finding_words(&finding, "which", "%s",
		      !host->ip ? "TCP or UDP" : host->transport ? "IP, TCP or UDP" : "IP");
	proof_give(&host->proof, &finding, "the checksum is not filled in yet");
	finding_submit(context->findings, &finding);
}

static void checksum_finish(struct analysis_context *context)
{
	struct checksum_state_of_trace *state = context->state;
	const struct offloading *host;
	const void *address;
	size_t at = 0;
	while ((host = cache_next(&state->hosts, &at, &address)))
		if (host->proof.total >= state->least)
			report(context, address, host);
}

static void checksum_destroy(struct analysis_context *context)
{
	struct checksum_state_of_trace *state = context->state;
	cache_finish(&state->hosts);
}

static const struct finding_kind *const kinds[] = { &checksum_offload, NULL };

const struct analyzer capture_checksum_analyzer = {
	.name = "capture-checksum",
	.kinds = kinds,
	.state_size = sizeof(struct checksum_state_of_trace),
	.wants = WANTS_ODD,
	.begin = checksum_begin,
	.observe = checksum_observe,
	.finish = checksum_finish,
	.destroy = checksum_destroy,
};
