/* Are packets damaged on the way? ip/bad-checksum and udp/checksum. (tcp/bad-checksum is another
 * question: it can also be seen by what the receiver does.) */
#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"

#define SENDERS_REMEMBERED 512
/* Damage hits few packets. A sender most of whose checksums are wrong leaves them to its card, or
 * somebody rewrote its packets, in the network or in the trace. */
#define GOOD_FOR_A_BAD 3

static const struct finding_kind bad_checksum = {
	.id = "ip/bad-checksum",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_TE,
	.merge = MERGE_HOST,
	.suppressed_by = QUALITY_TRUNCATED,
	.weakened_by = QUALITY_SEND_OFFLOAD,
	.title = "IP headers are damaged",
	.say = "{packets|packet|packets} from {host} came with a damaged IP header, from the station {station}: "
	       "the next router or host throws them away.",
	.meaning = "The checksum of the IPv4 header does not fit. Each router computes it anew, so the "
		   "damage happened in or behind the last one before the trace point.",
	.false_alarms = "Packets that are recorded inside their sender do not have their checksum yet: senders "
			"at the trace point, with zero checksums or with mostly wrong ones are left out.",
	.advice = { "Look at the error counters of {station} and of the port it is at.",
		    "Replace the cable, the transceiver or the card of the last router." },
	.reference = "RFC 791 3.1; RFC 1812 4.2.2.5",
	.parameters = {
		{ .name = "packets", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "damaged packets of one sender; fewer are a warning" },
	},
};

static const struct finding_kind udp_checksum = {
	.id = "udp/checksum",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_TE,
	.merge = MERGE_HOST,
	.suppressed_by = QUALITY_TRUNCATED,
	.weakened_by = QUALITY_SEND_OFFLOAD,
	.title = "UDP packets are damaged",
	.say = "{packets|UDP packet|UDP packets} from {host} {fault}: the receiver throws them away.",
	.meaning = "Kind damaged: the UDP checksum does not fit, as few others of this sender do not. Kind "
		   "missing: UDP over IPv6 without the checksum that it must have.",
	.false_alarms = "A sender's card may fill the checksum in later: senders at the trace point or with "
			"mostly wrong checksums are left out. UDP over IPv4 may do without a checksum, and "
			"tunnels over IPv6, too (RFC 6935).",
	.advice = { "Look at the error counters of the devices between {host} and the trace point." },
	.reference = "RFC 768; RFC 8200 8.1",
	.parameters = {
		{ .name = "packets", .unit = UNIT_COUNT, .value = 1, .meaning = "of one sender" },
	},
};

struct damage {                  /* of one sender's packets */
	struct proof ip, udp, missing;
	struct mac station;      /* from which the last with a bad IP header came */
};

struct damage_state {
	struct cache senders;    /* struct address to struct damage */
	uint64_t ip_least, udp_least;
};

static void checksum_begin(struct analysis_context *context)
{
	struct damage_state *state = context->state;
	cache_init(&state->senders, SENDERS_REMEMBERED, sizeof(struct address), sizeof(struct damage));
	state->ip_least = (uint64_t)setting(context->settings, &bad_checksum, "packets");
	state->udp_least = (uint64_t)setting(context->settings, &udp_checksum, "packets");
}

static void checksum_observe(struct analysis_context *context, const struct observation *observation)
{
	struct damage_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct ip_header *ip = packet->outer_ip;
	if (!ip || observation->twin_of)
		return;
	bool bad_ip = ip->version == 4 && ip->checksum_state == CHECKSUM_BAD;
	bool bad_udp = packet->udp && packet->udp->checksum_state == CHECKSUM_BAD;
	bool missing = packet->udp && packet->udp->checksum_state == CHECKSUM_ZERO &&
		       packet->ip->version == 6;
	if (!bad_ip && !bad_udp && !missing)
		return;
	struct damage *damage = cache_enter(&state->senders, bad_ip ? &ip->source : &packet->ip->source,
					    NULL);
	if (bad_ip) {
		proof_add(&damage->ip, packet);
		memcpy(damage->station.bytes, packet->link.source, sizeof damage->station.bytes);
	} else {
		proof_add(bad_udp ? &damage->udp : &damage->missing, packet);
	}
}

/* Whether the packets were recorded before their sender had finished them. */
static bool is_at_trace_point(const struct host *host)
{
	return host->sent_outbound > 0 || host->offload_checksums > 0;
}

static void report_ip(struct analysis_context *context, const struct address *source,
		      const struct damage *damage)
{
	const struct damage_state *state = context->state;
	char station[MAC_TEXT_SIZE];
	mac_text(damage->station.bytes, station);
	struct finding finding;
	finding_begin(&finding, &bad_checksum, NULL);
	finding_host(&finding, source);
	finding.count = damage->ip.total;
	if (damage->ip.total < state->ip_least)
		finding.severity = SEVERITY_WARNING;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_count(&finding, "packets", (double)damage->ip.total);
	finding_words(&finding, "station", "%s", station);
	finding_threshold(&finding, "least", UNIT_COUNT, (double)state->ip_least);
	blame_network(&finding);
	finding_why(&finding, "Routers compute the header's checksum anew, so this happened at the last one "
		    "or behind it.");
	finding_alternative(&finding, "the sender's card fills the checksum in later",
			    "most of its packets are right");
	proof_give(&damage->ip, &finding, "its IP header does not fit its checksum");
	finding_submit(context->findings, &finding);
}

static void report_udp(struct analysis_context *context, const struct address *source,
		       const struct proof *proof, bool missing)
{
	struct finding finding;
	finding_begin(&finding, &udp_checksum, NULL);
	finding_host(&finding, source);
	finding.sub_kind = missing ? "missing" : "damaged";
	finding.count = proof->total;
	finding.confidence = missing ? CONFIDENCE_POSSIBLE : CONFIDENCE_LIKELY;
	finding_count(&finding, "packets", (double)proof->total);
	if (missing) {
		finding_words(&finding, "fault", "without a checksum over IPv6");
		char host[ADDRESS_TEXT_SIZE];
		blame_word(&finding, PARTY_CLIENT, "config:%s", address_text(source, host));
		finding_why(&finding, "The sender has to compute it.");
		finding_alternative(&finding, "they belong to a tunnel that may do without", NULL);
	} else {
		finding_words(&finding, "fault", "came damaged");
		blame_network(&finding);
		finding_why(&finding, "Most packets of this sender are right, so it computes them well.");
		finding_alternative(&finding, "a device on the way rewrote them and forgot the checksum",
				    NULL);
	}
	proof_give(proof, &finding, missing ? "has no checksum" : "its data do not fit its checksum");
	finding_submit(context->findings, &finding);
}

static void checksum_finish(struct analysis_context *context)
{
	struct damage_state *state = context->state;
	size_t at = 0;
	const void *key;
	const struct damage *damage;
	while ((damage = cache_next(&state->senders, &at, &key))) {
		const struct host *host = session_table_host(context->trace->sessions, key);
		if (!host || is_at_trace_point(host))
			continue;
		if (damage->ip.total && damage->ip.total * (GOOD_FOR_A_BAD + 1) <= host->packets_sent)
			report_ip(context, key, damage);
		if (damage->udp.total >= state->udp_least && damage->udp.total &&
		    host->bad_checksums * GOOD_FOR_A_BAD <= host->good_checksums)
			report_udp(context, key, &damage->udp, false);
		if (damage->missing.total >= state->udp_least && damage->missing.total)
			report_udp(context, key, &damage->missing, true);
	}
}

static void checksum_destroy(struct analysis_context *context)
{
	struct damage_state *state = context->state;
	cache_finish(&state->senders);
}

static const struct finding_kind *const kinds[] = { &bad_checksum, &udp_checksum, NULL };

const struct analyzer ip_checksum_analyzer = {
	.name = "ip-checksum",
	.kinds = kinds,
	.state_size = sizeof(struct damage_state),
	.wants = WANTS_ODD,
	.begin = checksum_begin,
	.observe = checksum_observe,
	.finish = checksum_finish,
	.destroy = checksum_destroy,
};
