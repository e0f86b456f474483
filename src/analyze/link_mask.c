/* Do hosts of one LAN disagree on its subnet? link/mac-broadcast-unicast-ip.
 *
 * A frame to everybody whose IP address is nobody's broadcast address is thrown away by every host
 * (RFC 1122, 3.3.6; z/OS counts discard code 4114, IP_MAC_BRDCST). */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"

#define TARGETS_REMEMBERED 256   /* broadcast addresses in use on the LANs of one trace */

static const struct finding_kind mac_broadcast_unicast_ip = {
	.id = "link/mac-broadcast-unicast-ip",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_TE,
	.merge = MERGE_PAIR,
	.title = "Broadcast frames carry an address that is no broadcast address",
	.say = "{client} sends frames to everybody with the IP address {server} ({frames} of them), "
	       "which {others}: every host takes them in and throws them away.",
	.meaning = "The frame goes to all stations, but the IP address in it is one host's, or the broadcast "
		   "address of a subnet that other hosts of the LAN do not have. Kind other-mask: hosts on "
		   "the LAN use two broadcast addresses of which one lies inside the subnet of the other, "
		   "so their subnet masks differ. Kind unicast: the address is no broadcast address under "
		   "any mask that fits the sender. Kind discarded: z/OS recorded that it threw the packet away "
		   "for that reason (discard code 4114, IP_MAC_BRDCST).",
	.false_alarms = "DHCP servers answer clients without an address so, and Wake-on-LAN wakes hosts so: "
			"their ports are left out, as are the group addresses of load-balancing clusters. "
			"A mask that is not known makes the finding a possibility only.",
	.advice = { "Compare the subnet masks of {client} and of the other hosts on the LAN.",
		    "Check {client} for a locally administered or wrong hardware address in its ARP table." },
	.reference = "RFC 1122 3.3.6; RFC 922",
	.parameters = {
		{ .name = "frames", .unit = UNIT_COUNT, .value = 3, .meaning = "from one sender to one address" },
	},
};

struct pair { struct address source, destination; };

struct sightings {
	struct proof proof;
	uint64_t refused;        /* of them z/OS threw away because they came as broadcasts */
	uint32_t topic;          /* what the last one carried */
};

struct mask_state {
	struct cache pairs;      /* struct pair to struct sightings */
	uint64_t frames;
};

static void mask_begin(struct analysis_context *context)
{
	struct mask_state *state = context->state;
	cache_init(&state->pairs, TARGETS_REMEMBERED, sizeof(struct pair), sizeof(struct sightings));
	state->frames = (uint64_t)setting(context->settings, &mac_broadcast_unicast_ip, "frames");
}

static uint32_t number(const struct address *address)
{
	return load_be32(address->bytes);
}

/* The host part of the longest mask under which `broadcast` is the broadcast address of a subnet that
 * holds `host`, as a mask; 0 when there is none. Subnets of fewer than four addresses do not count. */
static uint32_t host_part(uint32_t host, uint32_t broadcast)
{
	for (unsigned bits = 2; bits <= 24; bits++) {
		uint32_t part = (1u << bits) - 1;
		if ((broadcast & part) == part && (host & ~part) == (broadcast & ~part))
			return part;
	}
	return 0;
}

static bool is_special_port(const struct packet *packet)
{
	if (!packet->udp)
		return false;
	uint16_t port = packet->udp->destination_port;
	return port == 67 || port == 68 || port == 0 || port == 7 || port == 9 || port == 40000;
}

static bool is_suspect(const struct packet *packet)
{
	const struct ip_header *ip = packet->outer_ip;
	return ip && ip->version == 4 && packet->link.vlan_count == 0 && frame_is_broadcast(packet) &&
	       !address_is_multicast(&ip->destination) && !address_is_broadcast(&ip->destination) &&
	       !address_is_unspecified(&ip->source) && !address_is_unspecified(&ip->destination) &&
	       !is_special_port(packet);
}

static void mask_observe(struct analysis_context *context, const struct observation *observation)
{
	struct mask_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (observation->twin_of || !is_suspect(packet))
		return;
	struct pair pair = { packet->outer_ip->source, packet->outer_ip->destination };
	struct sightings *seen = cache_enter(&state->pairs, &pair, NULL);
	proof_add(&seen->proof, packet);
	seen->refused += frame_was_broadcast(packet);
	seen->topic = frame_topic(packet);
}

/* Another broadcast address on this LAN under which the host part is larger, and which covers `pair`. */
static const struct pair *wider(const struct mask_state *state, const struct pair *pair, uint32_t part)
{
	size_t at = 0;
	const void *key;
	while (cache_next(&state->pairs, &at, &key)) {
		const struct pair *other = key;
		uint32_t other_part = host_part(number(&other->source), number(&other->destination));
		bool covers = ((number(&pair->destination) ^ number(&other->destination)) & ~other_part) == 0;
		if (other_part > part && covers)
			return other;
	}
	return NULL;
}

/* The host that threw the packet away says itself what is wrong with it. */
static void tell_refused(struct finding *finding, const struct sightings *seen)
{
	char topic[TOPIC_TEXT_SIZE];
	finding->sub_kind = "discarded";
	finding->confidence = CONFIDENCE_LIKELY;
	finding->say = "{client} sends {topic} to everybody on the LAN with the IP address {server} "
		       "({frames|packet|packets}), which {others}: it takes them in and throws them away.";
	finding_words(finding, "topic", "%s", frame_topic_text(seen->topic, topic));
	finding_words(finding, "others", "z/OS does not know as a broadcast address");
	finding_why(finding, "z/OS discarded the packet with code 4114 (IP_MAC_BRDCST): its frame went to all "
		    "stations, but its IP address is no broadcast address of the interface's subnet.");
	finding_alternative(finding, "the sender is in a subnet with another mask on the same LAN", NULL);
}

static void report_pair(struct analysis_context *context, const struct pair *pair,
			const struct sightings *seen)
{
	const struct mask_state *state = context->state;
	const struct proof *proof = &seen->proof;
	uint32_t part = host_part(number(&pair->source), number(&pair->destination));
	const struct pair *other = part ? wider(state, pair, part) : NULL;
	if (part && !other && !seen->refused)
		return;
	struct finding finding;
	finding_begin(&finding, &mac_broadcast_unicast_ip, NULL);
	finding_subject(&finding, &pair->source, &pair->destination, 0, 0);
	finding.count = proof->total;
	finding_count(&finding, "frames", (double)proof->total);
	finding_threshold(&finding, "least", UNIT_COUNT, (double)state->frames);
	char host[ADDRESS_TEXT_SIZE], broadcast[ADDRESS_TEXT_SIZE];
	blame_word(&finding, PARTY_CLIENT, "config:%s", address_text(&pair->source, host));
	finding.confidence = CONFIDENCE_POSSIBLE;
	if (seen->refused) {
		tell_refused(&finding, seen);
	} else if (other) {
		finding.sub_kind = "other-mask";
		finding_words(&finding, "others", "others on this LAN do not use");
		address_text(&other->destination, broadcast);
		finding_address(&finding, "other_broadcast", &other->destination);
		finding_why(&finding, "%s broadcasts to an address inside the subnet whose broadcast address "
			    "is %s for %s: the two have different masks.", host, broadcast,
			    address_text(&other->source, (char[ADDRESS_TEXT_SIZE]){ 0 }));
		finding_alternative(&finding, "two subnets share this LAN", NULL);
	} else {
		finding.sub_kind = "unicast";
		finding_words(&finding, "others", "is no broadcast address");
		finding_why(&finding, "No subnet mask makes this a broadcast address of the sender's subnet.");
		finding_alternative(&finding, "the sender knows the broadcast address of another subnet",
				    NULL);
	}
	proof_give(proof, &finding, "to everybody by hardware address, to one by IP address");
	finding_submit(context->findings, &finding);
}

static void mask_finish(struct analysis_context *context)
{
	struct mask_state *state = context->state;
	size_t at = 0;
	const void *key;
	const struct sightings *seen;
	while ((seen = cache_next(&state->pairs, &at, &key)))
		if (seen->refused || seen->proof.total >= state->frames)
			report_pair(context, key, seen);
}

static void mask_destroy(struct analysis_context *context)
{
	struct mask_state *state = context->state;
	cache_finish(&state->pairs);
}

static const struct finding_kind *const kinds[] = { &mac_broadcast_unicast_ip, NULL };

const struct analyzer link_mask_analyzer = {
	.name = "link-mask",
	.kinds = kinds,
	.state_size = sizeof(struct mask_state),
	.wants = WANTS_LINK,
	.begin = mask_begin,
	.observe = mask_observe,
	.finish = mask_finish,
	.destroy = mask_destroy,
};
