/* What did the host throw away, and why? link/stack-discard.
 *
 * PKTTRACE DISCARD=ALL and OSAENTA record packets that the stack or the adapter of z/OS discarded, with a code;
 * culprit capture --discard those that the kernel of Linux dropped, with a reason. */
#include <stdio.h>
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/cache.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "source/stack_drop.h"

#define LINUX 0x10000u                   /* codes from here on are reasons of Linux; those of z/OS have 16 bits */
#define CODES_REMEMBERED 128             /* z/OS has some hundred; a trace shows a handful */

static const struct finding_kind stack_discard = {
	.id = "link/stack-discard",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_TE,
	.merge = MERGE_TRACE,
	.title = "The host threw packets away",
	.say = "The {layer} of z/OS dropped {packets|packet|packets} on {interface}, {traffic}: code {code}{name}.",
	.meaning = "The trace holds packets that z/OS recorded as discarded, each with a reason code: 1-4095 from "
		   "the OSA adapter, 4096-8191 from the interface and IP, 8192-12287 from TCP, 12288-16383 from "
		   "UDP, 16384-20479 from RAW (these three: kind transport); or packets that a Linux kernel dropped, "
		   "with its reason (culprit capture --discard). One finding for each code or reason.",
	.false_alarms = "Dropped does not mean harmed: what was sent to everybody and is of no use to this host is "
			"noise and only a notice; so is what Linux drops on every healthy host (OTHERHOST, "
			"TCP_OLD_ACK …) or gives no reason for.",
	.advice = { "Compare with the host's counters: NETSTAT DEVlinks and STATS on z/OS; nstat, ethtool -S on Linux." },
	.reference = "z/OS Communications Server: IP and SNA Codes; Linux dropreason-core.h; OSA-Express Customer's Guide and Reference",
	.parameters = {
		{ .name = "packets", .unit = UNIT_COUNT, .value = 1, .meaning = "of one code" },
	},
};

struct discards {                        /* of one code */
	struct proof proof;
	struct address source, destination;      /* of the first */
	bool more_sources, more_destinations;
	bool more_interfaces;
	uint64_t to_many;                /* to broadcast or multicast addresses, or in broadcast frames */
	uint32_t topic;                  /* of the first */
	bool more_topics;
	char interface[ZOS_NAME_SIZE];
	char name[STACK_DROP_NAME];      /* of the code, where the trace says it */
	char place[64];                  /* Linux: the first place that dropped one */
	bool more_places;
};

struct discard_state {
	struct cache codes;              /* uint32_t to struct discards */
	uint64_t least;
};

static void discard_begin(struct analysis_context *context)
{
	struct discard_state *state = context->state;
	cache_init(&state->codes, CODES_REMEMBERED, sizeof(uint32_t), sizeof(struct discards));
	state->least = (uint64_t)setting(context->settings, &stack_discard, "packets");
}

static bool goes_to_many(const struct packet *packet)
{
	const struct ip_header *ip = packet->outer_ip;
	return frame_is_group(packet) || frame_was_broadcast(packet) ||
	       (ip && (address_is_multicast(&ip->destination) || address_is_broadcast(&ip->destination)));
}

/* What one record says. */
struct said {
	uint32_t code;
	const char *interface, *name, *place;    /* empty when not said */
	struct address source, destination;
};

static bool read_said(const struct packet *packet, struct said *said)
{
	const struct record *record = packet->record;
	*said = (struct said){ .interface = "", .name = "", .place = "" };
	if (record->drop) {
		said->code = LINUX + record->drop->reason;
		said->interface = record->drop->interface;
		said->name = record->drop->name;
		said->place = record->drop->place;
	} else if (record->zos && record->zos->discard) {
		said->code = record->zos->discard;
		said->interface = record->zos->name;
		if (record->zos->discard_name)
			said->name = record->zos->discard_name;
		said->source = record->zos->source;
		said->destination = record->zos->destination;
	}
	if (packet->outer_ip) {
		said->source = packet->outer_ip->source;
		said->destination = packet->outer_ip->destination;
	}
	return said->code != 0;
}

static void discard_observe(struct analysis_context *context, const struct observation *observation)
{
	struct discard_state *state = context->state;
	const struct packet *packet = observation->packet;
	struct said said;
	bool fresh;
	if (!read_said(packet, &said))
		return;
	uint32_t topic = frame_topic(packet);
	struct discards *discards = cache_enter(&state->codes, &said.code, &fresh);
	if (fresh) {
		discards->source = said.source;
		discards->destination = said.destination;
		discards->topic = topic;
		snprintf(discards->interface, sizeof discards->interface, "%s", said.interface);
		snprintf(discards->name, sizeof discards->name, "%s", said.name);
		snprintf(discards->place, sizeof discards->place, "%s", said.place);
	}
	discards->more_sources |= !address_equal(&discards->source, &said.source);
	discards->more_destinations |= !address_equal(&discards->destination, &said.destination);
	discards->more_interfaces |= strcmp(discards->interface, said.interface) != 0;
	discards->more_places |= strcmp(discards->place, said.place) != 0;
	discards->more_topics |= discards->topic != topic;
	discards->to_many += goes_to_many(packet);
	proof_add(&discards->proof, packet);
}

static void tell_traffic(struct finding *finding, const struct discards *discards)
{
	char topic[TOPIC_TEXT_SIZE], source[ADDRESS_TEXT_SIZE];
	frame_topic_text(discards->topic, topic);
	address_text(&discards->source, source);
	finding_words(finding, "traffic", "%s from %s", discards->more_topics ? "of several kinds" : topic,
		      discards->more_sources ? "several hosts" : source);
	finding_words(finding, "interface", "%s", discards->more_interfaces ? "several interfaces"
		      : discards->interface[0] ? discards->interface : "an interface");
}

/* Who is to blame follows from what z/OS says was wrong. */
static const char *blame_for(struct finding *finding, uint32_t code, const struct discards *discards)
{
	char source[ADDRESS_TEXT_SIZE], destination[ADDRESS_TEXT_SIZE];
	address_text(&discards->source, source);
	address_text(&discards->destination, destination);
	switch (code) {
	case ZOS_DISCARD_BROADCAST:
		blame_word(finding, PARTY_CLIENT, "config:%s", discards->more_sources ? "LAN" : source);
		return "Its sender decided on the broadcast frame.";
	case ZOS_DISCARD_INTERFACE_GONE:
	case ZOS_DISCARD_INTERFACE_INACTIVE:
		blame_word(finding, PARTY_SERVER, "config:%s",
			   discards->more_destinations ? "z/OS" : destination);
		return "z/OS decides on its interfaces.";
	case ZOS_DISCARD_BAD_CHECKSUM:
		blame_network(finding);
		return "It was damaged on the way, or by the last device that wrote the header.";
	default:
		break;
	}
	if (code >= ZOS_DISCARD_MALFORMED_FIRST && code <= ZOS_DISCARD_MALFORMED_LAST) {
		blame_word(finding, PARTY_CLIENT, "client");
		finding_alternative(finding, "a device on the way cut or changed the packet", NULL);
		return "Its sender made it so.";
	}
	blame_unknown(finding);
	return "That alone does not say whether the sender, z/OS or the way is at fault.";
}

static void tell_code(struct finding *finding, uint32_t code, const struct discards *discards)
{
	const struct zos_discard *known = zos_discard_find((uint16_t)code);
	finding_words(finding, "code", "%u", code);
	const char *name = known->name ? known->name : discards->name;
	finding_words(finding, "name", "%s%s%s", *name ? " (" : "", name, *name ? ")" : "");
	finding_words(finding, "layer", "%s", known->first <= ZOS_DISCARD_OSA_LAST ? "OSA adapter"
		      : known->first < ZOS_DISCARD_TCP_FIRST || known->first > ZOS_DISCARD_RAW_LAST
		      ? "IP layer" : known->layer);
	const char *reason = blame_for(finding, code, discards);
	finding_why(finding, "%s %s", known->meaning, reason);
	finding->advice = known->advice;
}

/* The same for a reason of Linux. True when it is noise. */
static bool tell_reason(struct finding *finding, const struct discards *discards)
{
	static const char *const why[] = {
		[STACK_DROP_NOISE] = "Every healthy host does that.",
		[STACK_DROP_CONFIG] = "The host was told to.",
		[STACK_DROP_SERVER] = "What runs on this host decides that, not the network.",
		[STACK_DROP_SENDER] = "Its sender made it so.",
		[STACK_DROP_NETWORK] = "It happened on the way here.",
		[STACK_DROP_UNKNOWN] = "That alone does not say who is at fault.",
	};
	const struct stack_drop_reason *reason = stack_drop_find(discards->name);
	finding->say = "The kernel dropped {packets|packet|packets} on {interface}, {traffic}: {code}{place}.";
	finding_words(finding, "code", "%s", discards->name);
	finding_words(finding, "place", "%s%s", discards->more_places ? "" : *discards->place ? " in " : "",
		      discards->more_places ? "" : discards->place);
	finding_why(finding, "%s %s", reason->meaning, why[reason->fault]);
	finding->advice = reason->advice;
	if (reason->fault == STACK_DROP_CONFIG)
		blame_word(finding, PARTY_SERVER, "config:host");    /* which may forward, or send: no address is its own */
	else if (reason->fault == STACK_DROP_SERVER)
		blame_word(finding, PARTY_SERVER, "server");
	else if (reason->fault == STACK_DROP_SENDER)
		blame_word(finding, PARTY_CLIENT, "client");
	else if (reason->fault == STACK_DROP_NETWORK)
		blame_network(finding);
	else
		blame_unknown(finding);
	return reason->fault == STACK_DROP_NOISE || reason->fault == STACK_DROP_UNKNOWN;
}

static void report_code(struct analysis_context *context, uint32_t code, const struct discards *discards)
{
	struct finding finding;
	finding_begin(&finding, &stack_discard, NULL);
	finding.merge_key = code;
	finding.count = discards->proof.total;
	bool linux_kernel = code >= LINUX;
	bool noise = code == ZOS_DISCARD_BROADCAST || discards->to_many == discards->proof.total;
	if (linux_kernel)
		noise |= tell_reason(&finding, discards);
	else
		tell_code(&finding, code, discards);
	if (noise)
		finding.severity = SEVERITY_NOTICE;
	/* Only a broadcast's sender explains the discard; z/OS is what the others are about. */
	if (code == ZOS_DISCARD_BROADCAST)
		finding_subject(&finding, &discards->source, &discards->destination, 0, 0);
	else if (!linux_kernel && !discards->more_destinations && !discards->to_many)
		finding_host(&finding, &discards->destination);
	finding.sub_kind = noise ? "noise" : code >= ZOS_DISCARD_TCP_FIRST && !linux_kernel ? "transport" : NULL;
	tell_traffic(&finding, discards);
	finding_count(&finding, "packets", (double)discards->proof.total);
	finding_threshold(&finding, "least", UNIT_COUNT, (double)((struct discard_state *)context->state)->least);
	proof_give(&discards->proof, &finding, linux_kernel ? "the kernel dropped it" : "z/OS recorded it as discarded");
	finding_submit(context->findings, &finding);
}

static void discard_finish(struct analysis_context *context)
{
	struct discard_state *state = context->state;
	size_t at = 0;
	const void *code;
	const struct discards *discards;
	while ((discards = cache_next(&state->codes, &at, &code)))
		if (discards->proof.total >= state->least)
			report_code(context, *(const uint32_t *)code, discards);
}

static void discard_destroy(struct analysis_context *context)
{
	struct discard_state *state = context->state;
	cache_finish(&state->codes);
}

static const struct finding_kind *const kinds[] = { &stack_discard, NULL };

const struct analyzer link_discard_analyzer = {
	.name = "link-discard",
	.kinds = kinds,
	.state_size = sizeof(struct discard_state),
	.wants = WANTS_LINK | WANTS_DISCARDED,
	.begin = discard_begin,
	.observe = discard_observe,
	.finish = discard_finish,
	.destroy = discard_destroy,
};
