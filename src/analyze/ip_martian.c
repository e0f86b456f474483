/* Do packets come from addresses that cannot send? ip/martian-source. */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"

#define SOURCES_REMEMBERED 256
#define SOURCES_OF_A_FORGER 5    /* more impossible addresses are not several mistakes */

static const struct finding_kind martian_source = {
	.id = "ip/martian-source",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_SEC,
	.merge = MERGE_HOST,
	.title = "Packets come from an impossible address",
	.say = "{packets|packet|packets} with the source address {host}, which is {why_impossible}, on this "
	       "LAN: sent by {station}.",
	.meaning = "The source address is one that no host may use on a wire: a loopback, multicast, "
		   "broadcast or reserved address, or one of 0.0.0.0/8. The address is forged, or a host or "
		   "router is badly configured.",
	.false_alarms = "0.0.0.0 and :: are right for hosts without an address (DHCP, IGMP, neighbour "
			"discovery). Traces from inside a host show loopback addresses: only Ethernet frames "
			"with hardware addresses are judged.",
	.advice = { "Find {station}, and look at what it runs and how it routes.",
		    "Filter impossible sources where they enter (BCP 38)." },
	.reference = "RFC 1122 3.2.1.3; RFC 6890; BCP 38",
	.parameters = {
		{ .name = "packets", .unit = UNIT_COUNT, .value = 1, .meaning = "from one address" },
	},
};

struct martian {
	const char *why;
	struct mac station;
	struct proof proof;
};

struct martian_state {
	struct cache sources;    /* struct address to struct martian */
	uint64_t least;
};

static void martian_begin(struct analysis_context *context)
{
	struct martian_state *state = context->state;
	cache_init(&state->sources, SOURCES_REMEMBERED, sizeof(struct address), sizeof(struct martian));
	state->least = (uint64_t)setting(context->settings, &martian_source, "packets");
}

/* Hosts without an address speak DHCP, IGMP, MLD and neighbour discovery, and only those. */
static bool may_have_no_address(const struct packet *packet)
{
	if (packet->udp)
		return packet->udp->destination_port == 67 || packet->udp->destination_port == 68 ||
		       packet->udp->destination_port == 547;
	return packet->igmp || packet->icmp || packet->ip->version == 6;
}

/* Why the source is impossible, NULL when it is not. */
static const char *impossible(const struct packet *packet)
{
	const struct ip_header *ip = packet->outer_ip;
	const struct address *source = &ip->source;
	if (address_is_loopback(source))
		return "a loopback address";
	if (address_is_multicast(source))
		return "a multicast address";
	if (address_is_broadcast(source))
		return "the broadcast address";
	if (address_is_unspecified(source))
		return may_have_no_address(packet) ? NULL : "no address at all";
	if (ip->version == 4 && source->bytes[0] == 0)
		return "of the network 0.0.0.0/8";
	if (ip->version == 4 && source->bytes[0] >= 240)
		return "of the reserved network 240.0.0.0/4";
	return NULL;
}

static bool is_on_a_wire(const struct link_facts *link)
{
	static const uint8_t zeros[6];
	return link->is_ethernet && memcmp(link->source, zeros, sizeof zeros) != 0;
}

static void martian_observe(struct analysis_context *context, const struct observation *observation)
{
	struct martian_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (!packet->outer_ip || observation->twin_of)
		return;
	const char *why = impossible(packet);
	if (!why || !is_on_a_wire(&packet->link))
		return;
	struct martian *martian = cache_enter(&state->sources, &packet->outer_ip->source, NULL);
	martian->why = why;
	memcpy(martian->station.bytes, packet->link.source, sizeof martian->station.bytes);
	proof_add(&martian->proof, packet);
}

static void report_source(struct analysis_context *context, const struct address *source,
			  const struct martian *martian)
{
	char station[MAC_TEXT_SIZE];
	mac_text(martian->station.bytes, station);
	struct finding finding;
	finding_begin(&finding, &martian_source, NULL);
	finding_host(&finding, source);
	finding.count = martian->proof.total;
	finding_count(&finding, "packets", (double)martian->proof.total);
	finding_words(&finding, "why_impossible", "%s", martian->why);
	finding_words(&finding, "station", "%s", station);
	blame_word(&finding, PARTY_UNKNOWN, "config:%s", station);
	finding_why(&finding, "The frames carry the hardware address of %s: it sent or routed them.",
		    station);
	finding_alternative(&finding, "somebody behind that router forges addresses", NULL);
	proof_give(&martian->proof, &finding, "its source address is impossible");
	finding_submit(context->findings, &finding);
}

/* Sources picked at random hit impossible ones now and then. */
static void report_many(struct analysis_context *context)
{
	struct martian_state *state = context->state;
	struct finding finding;
	finding_begin(&finding, &martian_source, NULL);
	finding.sub_kind = "many";
	finding.say = "{packets|packet|packets} with {addresses} different impossible source addresses are "
		      "on this LAN: somebody makes addresses up.";
	finding.count = 0;
	size_t at = 0;
	const void *key;
	const struct martian *martian;
	while ((martian = cache_next(&state->sources, &at, &key))) {
		finding.count += martian->proof.total;
		proof_give(&martian->proof, &finding, "its source address is impossible");
	}
	finding_count(&finding, "packets", (double)finding.count);
	finding_count(&finding, "addresses", (double)state->sources.count);
	finding_words(&finding, "station", "the sender");
	blame_word(&finding, PARTY_ATTACKER, "attacker:unknown");
	finding.confidence = CONFIDENCE_LIKELY;
	finding_why(&finding, "No host is configured with so many wrong addresses.");
	finding_submit(context->findings, &finding);
}

static void martian_finish(struct analysis_context *context)
{
	struct martian_state *state = context->state;
	if (state->sources.count > SOURCES_OF_A_FORGER) {
		report_many(context);
		return;
	}
	size_t at = 0;
	const void *key;
	const struct martian *martian;
	while ((martian = cache_next(&state->sources, &at, &key)))
		if (martian->proof.total >= state->least)
			report_source(context, key, martian);
}

static void martian_destroy(struct analysis_context *context)
{
	struct martian_state *state = context->state;
	cache_finish(&state->sources);
}

static const struct finding_kind *const kinds[] = { &martian_source, NULL };

const struct analyzer ip_martian_analyzer = {
	.name = "ip-martian",
	.kinds = kinds,
	.state_size = sizeof(struct martian_state),
	.wants = WANTS_ODD,
	.begin = martian_begin,
	.observe = martian_observe,
	.finish = martian_finish,
	.destroy = martian_destroy,
};
