/* Do two stations use one address, by mistake or on purpose? arp/duplicate-address and
 * arp/spoof-suspect. */
#include "analyze/analyzer.h"
#include "analyze/arp_claims.h"
#include "analyze/frame.h"
#include "core/clock.h"

#define WAYS_REMEMBERED 1024
#define MINUTE (60 * NANOSECONDS)
#define PROXY_ADDRESSES 8        /* a station that answers for so many is a proxy (RFC 1027) or router */

static const struct finding_kind duplicate_address = {
	.id = "arp/duplicate-address",
	.severity = SEVERITY_CRITICAL,
	.buttons = BUTTON_TE,
	.merge = MERGE_HOST,
	.title = "Two stations use the same address",
	.say = "{host} is used by {first} and {second}: packets for it go now to the one and now to the "
	       "other, and connections break at random.",
	.meaning = "Two hardware addresses claim one IP address in turns, or both answer for it at once. "
		   "Kind probe: a host that wanted to use the address asked first, and another one has it.",
	.false_alarms = "An address that moves once, from a station that is silent afterwards, is a fail-over "
			"(bonding, VIPA takeover, cluster). Cards that share the load tell each neighbour "
			"another hardware address: only claims to the same neighbour count. The virtual "
			"addresses of VRRP, CARP, HSRP and GLBP and stations that answer for many "
			"addresses (proxy ARP) are left out.",
	.advice = { "Find the switch ports of {first} and {second}, and give one of them another address.",
		    "If one got it by DHCP, take the address out of the pool or make it a reservation." },
	.reference = "RFC 5227 2.4",
	.parameters = {
		{ .name = "window", .unit = UNIT_SECONDS, .value = 600, .meaning = "in which both claim it" },
		{ .name = "returns", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "times that one claims it again after the other" },
	},
};

static const struct finding_kind spoof_suspect = {
	.id = "arp/spoof-suspect",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_SEC,
	.merge = MERGE_TRACE,
	.title = "A station claims another one's address, probably to listen in",
	.say = "{station}{own} told others unasked that {claimed} is at its hardware address"
	       "{consequence}.",
	.meaning = "A station sends ARP replies that nobody asked for, for an address besides its own. Kind "
		   "took-over: after that the receiver sent its traffic to this station instead of the one "
		   "it used before. Kind poison: it repeats such replies, and another station claims the "
		   "address, too. That is how an attacker puts himself between two hosts.",
	.false_alarms = "Announcements to everybody (gratuitous ARP) of a router that took over, and stations "
			"with a virtual address of VRRP, CARP, HSRP or GLBP, are not counted.",
	.advice = { "Find the switch port of {station} and look at that machine.",
		    "Switch on dynamic ARP inspection; until then static ARP entries for the gateway help.",
		    "Treat what went through {station} unencrypted as read." },
	.reference = "RFC 826; RFC 5227 5",
	.parameters = {
		{ .name = "replies", .unit = UNIT_COUNT, .value = 5,
		  .meaning = "unasked replies in a minute" },
		{ .name = "addresses", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "addresses that the station claims in all" },
	},
};

struct way_key { struct mac host; struct address destination; };

struct way {                     /* the station that a host sends to for a destination */
	struct mac station;
	struct sample used;
};

struct duplicate_state {
	struct arp_claims all;
	struct cache ways;       /* struct way_key to struct way */
	uint32_t returns, replies, addresses;
	bool unasked;            /* some reply was: ways matter from now on, too */
};

static void duplicate_begin(struct analysis_context *context)
{
	struct duplicate_state *state = context->state;
	arp_claims_init(&state->all, setting_duration(context->settings, &duplicate_address, "window"));
	cache_init(&state->ways, WAYS_REMEMBERED, sizeof(struct way_key), sizeof(struct way));
	state->returns = (uint32_t)setting(context->settings, &duplicate_address, "returns");
	state->replies = (uint32_t)setting(context->settings, &spoof_suspect, "replies");
	state->addresses = (uint32_t)setting(context->settings, &spoof_suspect, "addresses");
}

/* The host sends to another station than before for the same destination. Was it told to? */
static void note_takeover(struct duplicate_state *state, const struct packet *packet,
			  const struct way *before, const struct mac *now)
{
	struct speaker *speaker = cache_find(&state->all.speakers, now);
	if (!speaker || !speaker->proof.total || speaker->old_use.packet ||
	    memcmp(speaker->victim.bytes, packet->link.source, sizeof speaker->victim.bytes) != 0 ||
	    speaker->proof.last.packet <= before->used.packet ||
	    packet->record->time - speaker->proof.last.time > MINUTE)
		return;
	speaker->old_station = before->station;
	speaker->old_use = before->used;
	speaker->new_use = (struct sample){ packet->record->number, packet->record->time };
}

static void observe_way(struct analysis_context *context, const struct observation *observation)
{
	struct duplicate_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct link_facts *link = &packet->link;
	if (!link->has_source || !link->has_destination || mac_is_group(link->destination) ||
	    !packet->outer_ip || !frame_has_time(packet))
		return;
	struct way_key key;
	memset(&key, 0, sizeof key);
	memcpy(key.host.bytes, link->source, sizeof key.host.bytes);
	key.destination = packet->outer_ip->destination;
	struct mac station;
	memcpy(station.bytes, link->destination, sizeof station.bytes);
	bool fresh;
	struct way *way = cache_enter(&state->ways, &key, &fresh);
	if (!fresh && state->unasked && memcmp(&way->station, &station, sizeof station) != 0)
		note_takeover(state, packet, way, &station);
	way->station = station;
	way->used = (struct sample){ packet->record->number, packet->record->time };
}

static void duplicate_observe(struct analysis_context *context, const struct observation *observation)
{
	struct duplicate_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (observation->new_session) {
		observe_way(context, observation);
	} else if (packet->arp && frame_has_time(packet) && !mac_is_virtual(packet->arp->sender_mac)) {
		arp_claims_observe(&state->all, packet);
		const struct arp_header *arp = packet->arp;
		state->unasked |= arp->operation == ARP_REPLY && !arp->gratuitous;
	}
}

static bool is_proxy(struct duplicate_state *state, const struct mac *mac)
{
	const struct speaker *speaker = cache_find(&state->all.speakers, mac);
	return speaker && speaker->addresses.count >= PROXY_ADDRESSES;
}

static void report_duplicate(struct analysis_context *context, const struct address *address,
			     const struct claims *claims)
{
	const struct duplicate_state *state = context->state;
	bool probe = claims->returns < state->returns && !claims->two_answers;
	const struct mac *one = &claims->claimant[0].mac;
	const struct mac *two = probe ? &claims->prober : &claims->claimant[1].mac;
	if (probe)
		one = &claims->claimant[claims->current].mac;
	char first[MAC_TEXT_SIZE], second[MAC_TEXT_SIZE], host[ADDRESS_TEXT_SIZE];
	mac_text(one->bytes, first);
	mac_text(two->bytes, second);
	struct finding finding;
	finding_begin(&finding, &duplicate_address, NULL);
	finding_host(&finding, address);
	finding_words(&finding, "first", "%s", first);
	finding_words(&finding, "second", "%s", second);
	finding_threshold(&finding, "window", UNIT_SECONDS, (double)state->all.window / NANOSECONDS);
	blame_word(&finding, PARTY_NETWORK, "config:%s", address_text(address, host));
	if (probe) {
		finding.sub_kind = "probe";
		finding.severity = SEVERITY_WARNING;
		finding.say = "{second} wanted to use the address {host}, but {first} has it already.";
		finding_why(&finding, "%s checked whether %s is free, and %s answered.", second, host,
			    first);
		finding_evidence(&finding, claims->probe.packet, claims->probe.time,
				 "asks whether the address is free");
	} else {
		finding.count = claims->returns ? claims->returns : 1;
		finding_count(&finding, "returns", claims->returns);
		finding_why(&finding, "%s and %s both say that they are %s.", first, second, host);
		finding_alternative(&finding, "the address moved from one station to the other",
				    claims->two_answers ? "both answered within a second"
							: "the first claimed it again, more than once");
		if (claims->returns < state->returns) {
			finding.confidence = CONFIDENCE_LIKELY;
			finding_alternative(&finding, "one host with two cards on this LAN answers on both",
					    NULL);
		}
	}
	proof_give(&claims->proof, &finding, "claims the address");
	finding_submit(context->findings, &finding);
}

static void report_duplicates(struct analysis_context *context)
{
	struct duplicate_state *state = context->state;
	size_t at = 0;
	const void *key;
	const struct claims *claims;
	while ((claims = cache_next(&state->all.claims, &at, &key))) {
		if (claims->returns < state->returns && !claims->two_answers && !claims->probe_answered)
			continue;
		if (!is_proxy(state, &claims->claimant[0].mac) &&
		    !is_proxy(state, &claims->claimant[1].mac))
			report_duplicate(context, key, claims);
	}
}

static void name_takeover(struct finding *finding, const struct speaker *speaker)
{
	char old[MAC_TEXT_SIZE];
	mac_text(speaker->old_station.bytes, old);
	finding->sub_kind = "took-over";
	finding_words(finding, "consequence", "; then it got the traffic of %s", old);
	finding_why(finding, "Its unasked reply was followed by traffic that went to %s before.", old);
	finding_alternative(finding, "a router took over from another one",
			    "that is announced to everybody, not told to one host");
	finding_evidence(finding, speaker->old_use.packet, speaker->old_use.time,
			 "to the same destination by %s", old);
	finding_evidence(finding, speaker->new_use.packet, speaker->new_use.time,
			 "to the same destination by the claiming station");
}

static void name_poison(struct finding *finding, const struct speaker *speaker)
{
	finding->sub_kind = "poison";
	finding_words(finding, "consequence", ", up to %u times a minute", speaker->unsolicited_peak);
	finding_why(finding, "It repeats unasked replies for an address that another station claims.");
	finding_alternative(finding, "a cluster moves the address in an unusual way", NULL);
}

static void report_speaker(struct analysis_context *context, const struct mac *mac,
			   const struct speaker *speaker)
{
	char station[MAC_TEXT_SIZE], own[ADDRESS_TEXT_SIZE];
	mac_text(mac->bytes, station);
	struct finding finding;
	finding_begin(&finding, &spoof_suspect, NULL);
	finding.confidence = CONFIDENCE_LIKELY;
	finding.merge_key = mac_number(mac->bytes);
	finding.count = speaker->proof.total;
	finding_words(&finding, "station", "%s", station);
	finding_words(&finding, "own", "%s", "");
	for (unsigned i = 0; i < SPEAKER_ADDRESSES; i++)
		if (speaker->address[i].family &&
		    !address_equal(&speaker->address[i], &speaker->claimed))
			finding_words(&finding, "own", ", which is also %s,",
				      address_text(&speaker->address[i], own));
	finding_address(&finding, "claimed", &speaker->claimed);
	finding_number(&finding, "unasked", UNIT_COUNT, (double)speaker->proof.total, FACT_MAX);
	blame_word(&finding, PARTY_ATTACKER, "attacker:%s", station);
	proof_give(&speaker->proof, &finding, "an ARP reply that nobody asked for");
	if (speaker->old_use.packet)
		name_takeover(&finding, speaker);
	else
		name_poison(&finding, speaker);
	finding_submit(context->findings, &finding);
}

/* Traffic followed its reply. A station that claims one address only may be another card of its owner. */
static bool took_over(const struct duplicate_state *state, const struct speaker *speaker)
{
	return speaker->old_use.packet && speaker->addresses.count >= state->addresses;
}

/* Repeats replies that nobody asked for, for an address that another station claims as well. */
static bool is_poisoning(const struct duplicate_state *state, const struct speaker *speaker)
{
	return speaker->contested && speaker->unsolicited_peak >= state->replies &&
	       speaker->addresses.count >= state->addresses;
}

static void report_speakers(struct analysis_context *context)
{
	struct duplicate_state *state = context->state;
	size_t at = 0;
	const void *key;
	const struct speaker *speaker;
	while ((speaker = cache_next(&state->all.speakers, &at, &key)))
		if (took_over(state, speaker) || is_poisoning(state, speaker))
			report_speaker(context, key, speaker);
}

static void duplicate_finish(struct analysis_context *context)
{
	report_duplicates(context);
	report_speakers(context);
}

static void duplicate_destroy(struct analysis_context *context)
{
	struct duplicate_state *state = context->state;
	arp_claims_finish(&state->all);
	cache_finish(&state->ways);
}

static const struct finding_kind *const kinds[] = { &duplicate_address, &spoof_suspect, NULL };

const struct analyzer arp_duplicate_analyzer = {
	.name = "arp-duplicate",
	.kinds = kinds,
	.state_size = sizeof(struct duplicate_state),
	.wants = WANTS_LINK | WANTS_NEW_SESSIONS,
	.begin = duplicate_begin,
	.observe = duplicate_observe,
	.finish = duplicate_finish,
	.destroy = duplicate_destroy,
};
