/* Does IPv6 neighbour discovery work? icmp/nd-problem. */
#include "analyze/asked.h"
#include "analyze/frame.h"
#include "core/clock.h"

#define ADDRESSES_REMEMBERED 1024
#define MAX_ROUTERS 16           /* on the LANs of one trace; more are not compared */
#define ROUTER_PREFIXES 4
#define TOGETHER NANOSECONDS     /* two answers to one question; also RETRANS_TIMER of RFC 4861 */
enum { ROUTER_ADVERTISEMENT = 134, NEIGHBOUR_SOLICITATION = 135, NEIGHBOUR_ADVERTISEMENT = 136 };

static const struct finding_kind nd_problem = {
	.id = "icmp/nd-problem",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_CLOCK | QUALITY_ONE_WAY,
	.title = "IPv6 neighbour discovery shows a problem",
	.say = "{client} asked {tries|time|times} for the hardware address of {server} and nobody answered: "
	       "{server} is not on this LAN{harm}.",
	.meaning = "Kinds awaited, cut-off, gone and search: nobody answers neighbour solicitations for an "
		   "address, as arp/no-reply. Kind duplicate: two stations have the same address. Kind "
		   "routers: two routers announce different prefixes or preferences, and hosts may choose "
		   "either. Kind withdrawn: a router says that it is none any more.",
	.false_alarms = "Duplicate address detection asks for an address that nobody should have. Anycast "
			"addresses have several owners, who say so. Two routers may be meant so, and a router "
			"may withdraw on purpose: without other signs these are possibilities.",
	.advice = { "Missing: check cable, VLAN and address. Duplicate: give one station another address.",
		    "Routers: find the second one; RA guard on access ports keeps it out." },
	.reference = "RFC 4861; RFC 4862 5.4; RFC 6104",
	.parameters = {
		{ .name = "tries", .unit = UNIT_COUNT, .value = 3, .meaning = "solicitations without an answer" },
		{ .name = "span", .unit = UNIT_SECONDS, .value = 2,
		  .meaning = "from the first one to the end of the trace at least" },
		{ .name = "search", .unit = UNIT_COUNT, .value = 10,
		  .meaning = "missing addresses of one asker above which it is searching" },
	},
};

struct owner {                   /* of one address */
	struct mac mac, second, prober;
	struct sample said, second_said, probed;   /* packet 0: nobody */
	bool conflict;
};

struct router {
	struct address address;
	struct mac mac;
	uint16_t vlan, lifetime;
	uint8_t preference, prefix_count;
	struct address prefix[ROUTER_PREFIXES];      /* from which hosts make addresses */
	struct sample first, withdrawn;
};

struct neighbour_state {
	struct asked asked;
	struct cache owners;     /* struct address to struct owner */
	struct router routers[MAX_ROUTERS];
	unsigned router_count;
	uint64_t tries;
	int64_t span;
	uint32_t search;
};

static void neighbour_begin(struct analysis_context *context)
{
	struct neighbour_state *state = context->state;
	asked_init(&state->asked);
	cache_init(&state->owners, ADDRESSES_REMEMBERED, sizeof(struct address), sizeof(struct owner));
	state->tries = (uint64_t)setting(context->settings, &nd_problem, "tries");
	state->span = setting_duration(context->settings, &nd_problem, "span");
	state->search = (uint32_t)setting(context->settings, &nd_problem, "search");
}

static struct sample sample_of(const struct packet *packet)
{
	return (struct sample){ packet->record->number, packet->record->time };
}

static struct mac station_of(const struct packet *packet)
{
	struct mac mac;
	memcpy(mac.bytes, packet->icmp->has_link_address ? packet->icmp->link_address
							 : packet->link.source, sizeof mac.bytes);
	return mac;
}

static bool same_mac(const struct mac *a, const struct mac *b)
{
	return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

static void observe_solicitation(struct neighbour_state *state, const struct packet *packet)
{
	const struct address *target = &packet->icmp->target;
	if (address_is_unspecified(&packet->ip->source)) {
		struct owner *owner = cache_enter(&state->owners, target, NULL);
		owner->prober = station_of(packet);
		owner->probed = sample_of(packet);
		return;
	}
	asked_heard(&state->asked, packet, &packet->ip->source, NULL);
	/* Those to one host only check that it is still there. */
	if (address_is_multicast(&packet->ip->destination))
		asked_question(&state->asked, packet, &packet->ip->source, target);
}

static void observe_advertisement(struct neighbour_state *state, const struct packet *packet)
{
	const struct icmp_header *icmp = packet->icmp;
	bool to_one = !address_is_multicast(&packet->ip->destination);
	asked_heard(&state->asked, packet, &icmp->target, to_one ? &packet->ip->destination : NULL);
	/* Without the override flag it may be one owner of an anycast address, or a proxy. */
	struct mac mac = station_of(packet);
	if (!icmp->override_flag || mac_is_virtual(mac.bytes))
		return;
	struct owner *owner = cache_enter(&state->owners, &icmp->target, NULL);
	int64_t now = packet->record->time;
	if (owner->said.packet && !same_mac(&owner->mac, &mac) && now - owner->said.time <= TOGETHER) {
		owner->conflict = true;
		owner->second = mac;
		owner->second_said = sample_of(packet);
		return;
	}
	if (owner->probed.packet && !same_mac(&owner->prober, &mac) && !owner->conflict &&
	    now - owner->probed.time <= TOGETHER) {
		owner->conflict = true;
		owner->second = owner->prober;
		owner->second_said = owner->probed;
	}
	if (!owner->conflict || !owner->said.packet) {
		owner->mac = mac;
		owner->said = sample_of(packet);
	}
}

static struct router *router_of(struct neighbour_state *state, const struct packet *packet)
{
	uint16_t vlan = packet->link.vlan_count ? packet->link.vlan[0] : 0;
	for (unsigned i = 0; i < state->router_count; i++) {
		struct router *router = &state->routers[i];
		if (router->vlan == vlan && address_equal(&router->address, &packet->ip->source))
			return router;
	}
	if (state->router_count == MAX_ROUTERS)
		return NULL;
	struct router *router = &state->routers[state->router_count++];
	router->address = packet->ip->source;
	router->mac = station_of(packet);
	router->vlan = vlan;
	router->first = sample_of(packet);
	return router;
}

static void observe_router(struct neighbour_state *state, const struct packet *packet)
{
	const struct icmp_header *icmp = packet->icmp;
	struct router *router = router_of(state, packet);
	if (!router)
		return;
	if (icmp->router_lifetime == 0) {
		if (router->lifetime && !router->withdrawn.packet)
			router->withdrawn = sample_of(packet);
		return;
	}
	router->lifetime = icmp->router_lifetime;
	router->preference = icmp->router_preference;
	router->prefix_count = 0;
	for (unsigned i = 0; i < icmp->prefix_count && i < ROUTER_PREFIXES; i++)
		if (icmp->prefix[i].autonomous && icmp->prefix[i].valid)
			router->prefix[router->prefix_count++] = icmp->prefix[i].prefix;
}

static void neighbour_observe(struct analysis_context *context, const struct observation *observation)
{
	struct neighbour_state *state = context->state;
	const struct packet *packet = observation->packet;
	/* Neighbour discovery never passes a router: RFC 4861, 7.1. */
	if (packet->icmp->version != 6 || packet->ip->time_to_live != 255 || !frame_has_time(packet))
		return;
	switch (packet->icmp->type) {
	case NEIGHBOUR_SOLICITATION:
		observe_solicitation(state, packet);
		break;
	case NEIGHBOUR_ADVERTISEMENT:
		observe_advertisement(state, packet);
		break;
	case ROUTER_ADVERTISEMENT:
		observe_router(state, packet);
		break;
	default:
		break;
	}
}

static void report_missing(struct analysis_context *context, const struct unanswered *missing)
{
	const struct neighbour_state *state = context->state;
	char target[ADDRESS_TEXT_SIZE];
	struct finding finding;
	finding_begin(&finding, &nd_problem, NULL);
	finding_subject(&finding, missing->asker, missing->target, 0, 0);
	finding.count = missing->tries->total;
	finding_count(&finding, "tries", (double)missing->tries->total);
	finding_threshold(&finding, "tries_least", UNIT_COUNT, (double)state->tries);
	asked_weigh(missing, true, &finding);
	if (!finding.sub_kind)
		finding.sub_kind = "no-answer";
	blame_word(&finding, PARTY_SERVER, "server");
	finding_why(&finding, "Whoever has %s must answer for it; nobody did.",
		    address_text(missing->target, target));
	proof_give(missing->tries, &finding, "asks for the address; no answer");
	finding_submit(context->findings, &finding);
}

static void report_missing_ones(struct analysis_context *context)
{
	struct neighbour_state *state = context->state;
	struct unanswered missing;
	size_t at = 0;
	asked_conclude(&state->asked);
	while (asked_next(&state->asked, context->trace, &at, &missing))
		if (missing.tries->total >= state->tries && missing.missing <= state->search &&
		    missing.watched >= state->span)
			report_missing(context, &missing);
}

static void report_conflict(struct analysis_context *context, const struct address *address,
			    const struct owner *owner)
{
	char host[ADDRESS_TEXT_SIZE], one[MAC_TEXT_SIZE], two[MAC_TEXT_SIZE];
	struct finding finding;
	finding_begin(&finding, &nd_problem, NULL);
	finding_host(&finding, address);
	finding.sub_kind = "duplicate";
	finding.say = "{host} is used by {first} and {second}: packets for it go now to the one and now to "
		      "the other.";
	finding_words(&finding, "first", "%s", mac_text(owner->mac.bytes, one));
	finding_words(&finding, "second", "%s", mac_text(owner->second.bytes, two));
	blame_word(&finding, PARTY_NETWORK, "config:%s", address_text(address, host));
	finding_why(&finding, "Both say that the address is theirs.");
	if (owner->second_said.packet == owner->probed.packet) {
		finding.severity = SEVERITY_WARNING;
		finding.say = "{second} wanted to use the address {host}, but {first} has it already.";
		finding_why(&finding, "%s checked whether the address is free, and %s answered.", two, one);
	}
	finding_evidence(&finding, owner->said.packet, owner->said.time, "%s has the address", one);
	finding_evidence(&finding, owner->second_said.packet, owner->second_said.time,
			 "%s has or wants the address", two);
	finding_submit(context->findings, &finding);
}

/* Both announce prefixes, and none in common. */
static bool prefixes_differ(const struct router *a, const struct router *b)
{
	for (unsigned i = 0; i < a->prefix_count; i++)
		for (unsigned j = 0; j < b->prefix_count; j++)
			if (address_equal(&a->prefix[i], &b->prefix[j]))
				return false;
	return a->prefix_count && b->prefix_count;
}

static void report_second_router(struct analysis_context *context, const struct router *first,
				 const struct router *second)
{
	char one[MAC_TEXT_SIZE], two[MAC_TEXT_SIZE], prefix[ADDRESS_TEXT_SIZE] = "another preference";
	struct finding finding;
	finding_begin(&finding, &nd_problem, NULL);
	finding_subject(&finding, &second->address, &first->address, 0, 0);
	finding.sub_kind = "routers";
	/* A backup router has another preference by design. */
	finding.severity = prefixes_differ(first, second) ? SEVERITY_WARNING : SEVERITY_NOTICE;
	finding.confidence = CONFIDENCE_POSSIBLE;
	finding.say = "Besides {first}, {second} announces itself as a router, with {prefix}: hosts may use "
		      "either.";
	finding_words(&finding, "first", "%s", mac_text(first->mac.bytes, one));
	finding_words(&finding, "second", "%s", mac_text(second->mac.bytes, two));
	if (prefixes_differ(first, second))
		address_text(&second->prefix[0], prefix);
	finding_words(&finding, "prefix", "%s", prefix);
	blame_word(&finding, PARTY_NETWORK, "config:%s", two);
	finding_why(&finding, "%s was there first, and %s says something else.", one, two);
	finding_alternative(&finding, "both routers are meant to be there", NULL);
	finding_evidence(&finding, first->first.packet, first->first.time, "announces itself as a router");
	finding_evidence(&finding, second->first.packet, second->first.time,
			 "announces itself as a router as well");
	finding_submit(context->findings, &finding);
}

static void report_withdrawal(struct analysis_context *context, const struct router *router)
{
	char mac[MAC_TEXT_SIZE];
	struct finding finding;
	finding_begin(&finding, &nd_problem, NULL);
	finding_host(&finding, &router->address);
	finding.sub_kind = "withdrawn";
	finding.severity = SEVERITY_NOTICE;
	finding.say = "The router {host} ({station}) says that it is no router any more.";
	finding_words(&finding, "station", "%s", mac_text(router->mac.bytes, mac));
	blame_word(&finding, PARTY_NETWORK, "config:%s", mac);
	finding_why(&finding, "It announces a lifetime of 0 after it announced another one.");
	finding_evidence(&finding, router->withdrawn.packet, router->withdrawn.time, "lifetime 0");
	finding_submit(context->findings, &finding);
}

static void report_routers(struct analysis_context *context)
{
	const struct neighbour_state *state = context->state;
	for (unsigned i = 0; i < state->router_count; i++) {
		const struct router *router = &state->routers[i];
		if (router->withdrawn.packet)
			report_withdrawal(context, router);
		for (unsigned j = 0; j < i && router->lifetime; j++) {
			const struct router *before = &state->routers[j];
			if (before->lifetime && before->vlan == router->vlan &&
			    (prefixes_differ(before, router) ||
			     before->preference != router->preference)) {
				report_second_router(context, before, router);
				break;
			}
		}
	}
}

static void neighbour_finish(struct analysis_context *context)
{
	struct neighbour_state *state = context->state;
	size_t at = 0;
	const void *key;
	const struct owner *owner;
	report_missing_ones(context);
	while ((owner = cache_next(&state->owners, &at, &key)))
		if (owner->conflict)
			report_conflict(context, key, owner);
	report_routers(context);
}

static void neighbour_destroy(struct analysis_context *context)
{
	struct neighbour_state *state = context->state;
	asked_finish(&state->asked);
	cache_finish(&state->owners);
}

static const struct finding_kind *const kinds[] = { &nd_problem, NULL };

const struct analyzer icmp_neighbour_analyzer = {
	.name = "icmp-neighbour",
	.kinds = kinds,
	.state_size = sizeof(struct neighbour_state),
	.wants = WANTS_ICMP,
	.begin = neighbour_begin,
	.observe = neighbour_observe,
	.finish = neighbour_finish,
	.destroy = neighbour_destroy,
};
