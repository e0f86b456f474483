/* Is checksum offload configured and not used? capture/offload-not-in-effect.
 *
 * What z/OS hands to an adapter that computes checksums has none yet. A stack that is told to leave them to the
 * adapter and whose packets carry them all the same does the work itself. */
#include <stdio.h>
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/proof.h"
#include "analyze/readings.h"
#include "source/zos.h"

static const struct finding_kind offload_unused = {
	.id = "capture/offload-not-in-effect",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "Checksum offload is configured but not used",
	.say = "Checksum offload is configured but not used on {interface}: {packets|packet|packets} that could leave "
	       "without a checksum have one.",
	.meaning = "NETSTAT DEVLINKS or OSAINFO show checksum offload as enabled, but packets that the stack sent through "
		   "that interface carry whole checksums in its packet trace (kind packets); or NETSTAT CONFIG asks for "
		   "offload, and OSAINFO shows that the adapter does none (kind display).",
	.false_alarms = "Left out are packets that never are offloaded: fragments, broadcasts and multicasts, TCP without data, "
			"IPSec and other tunnels, IPv6. Packets to another stack on the same adapter, and with multipath while "
			"an interface of the group has no offload, cannot be told from the others: it is only possible.",
	.advice = { "Check the level of the OSA, and that all interfaces of a multipath group offload.",
		    "Leave out destinations that share the adapter: their packets are never offloaded." },
	.reference = "z/OS Communications Server: IP Configuration Guide, checksum offload",
	.parameters = {
		{ .name = "packets", .unit = UNIT_COUNT, .value = 20, .meaning = "that could have been offloaded" },
	},
};

#define INTERFACES 32                    /* a system has a handful */

struct sent { char name[ZOS_NAME_SIZE]; const struct zos_section *section; const char *figure; uint64_t pending;
	struct proof whole; };

struct offload_state { struct sent sent[INTERFACES]; unsigned count; };

static bool all_zero(const char *hexadecimal)
{
	return strspn(hexadecimal, "0") == strlen(hexadecimal);
}

static void expect(struct offload_state *state, const struct zos_section *section, const char *figure)
{
	if (state->count == INTERFACES)
		return;
	struct sent *sent = &state->sent[state->count++];
	snprintf(sent->name, sizeof sent->name, "%s", section->name);
	sent->section = section;
	sent->figure = figure;
}

static void offload_begin(struct analysis_context *context)
{
	const struct zos_displays *displays = context->trace->displays;
	for (size_t i = 0; displays && i < displays->section_count; i++) {
		const struct zos_section *section = &displays->sections[i];
		const struct zos_figure *osa = zos_figure(displays, section, "IPV4 OUTCKSUMENA");
		bool link = strcmp(section->kind, "link") == 0 || strcmp(section->kind, "interface") == 0;
		if (zos_section_again(displays, section))
			continue;
		if (osa && !all_zero(osa->text))
			expect(context->state, section, "IPV4 OUTCKSUMENA");
		else if (link && zos_says(displays, section, "CHECKSUMOFFLOAD", "YES"))
			expect(context->state, section, "CHECKSUMOFFLOAD");
	}
}

/* Would such a packet go without a checksum? */
static bool is_eligible(const struct packet *packet)
{
	const struct ip_header *ip = packet->ip;
	if (!ip || ip != packet->outer_ip || ip->destination.family != ADDRESS_IPV4 || ip->fragmented ||
	    packet->tunnel_count || address_is_multicast(&ip->destination) || address_is_broadcast(&ip->destination))
		return false;
	return packet->tcp ? packet->tcp->payload_length > 0 : packet->udp != NULL;
}

static void offload_observe(struct analysis_context *context, const struct observation *observation)
{
	struct offload_state *state = context->state;
	const struct packet *packet = observation->packet;
	const struct zos_record *zos = packet->record->zos;
	if (!state->count || !zos || zos->format != ZOS_PACKET || zos->discard ||
	    packet->record->direction != DIRECTION_OUTBOUND || !is_eligible(packet))
		return;
	uint8_t checksum = packet->tcp ? packet->tcp->checksum_state : packet->udp->checksum_state;
	for (unsigned i = 0; i < state->count; i++) {
		struct sent *sent = &state->sent[i];
		if (strcmp(sent->name, zos->name) != 0)
			continue;
		if (checksum == CHECKSUM_GOOD)
			proof_add(&sent->whole, packet);
		else if (checksum == CHECKSUM_ZERO || checksum == CHECKSUM_PARTIAL)
			sent->pending++;
		return;
	}
}

static void begin(struct finding *finding, const struct zos_section *section, const char *sub_kind)
{
	finding_begin(finding, &offload_unused, NULL);
	finding->merge_key = reading_key(section);
	finding->sub_kind = sub_kind;
	finding_words(finding, "interface", "%s", section->name);
	blame_word(finding, PARTY_SERVER, "config:z/OS");
	finding_why(finding, "Whether checksums are left to the adapter is a matter of the stack, its interface and the adapter.");
}

static void report_packets(struct analysis_context *context, const struct sent *sent)
{
	struct finding finding;
	begin(&finding, sent->section, "packets");
	finding.count = sent->whole.total;
	finding.confidence = CONFIDENCE_POSSIBLE;
	finding_alternative(&finding, "all of them went to stacks that share the adapter", NULL);
	finding_count(&finding, "packets", (double)sent->whole.total);
	proof_give(&sent->whole, &finding, "sent with a whole checksum");
	reading_cite_section(context->trace->displays, sent->section, sent->figure, &finding);
	finding_submit(context->findings, &finding);
}

/* The stack is told to, the adapter does not. */
static void judge_displays(struct analysis_context *context)
{
	const struct zos_displays *displays = context->trace->displays;
	const struct zos_section *wanted = NULL;
	for (size_t i = 0; displays && i < displays->section_count; i++)
		if (strcmp(displays->sections[i].kind, "IP") == 0 &&
		    zos_says(displays, &displays->sections[i], "CHECKSUMOFFLOAD", "YES"))
			wanted = &displays->sections[i];
	for (size_t i = 0; wanted && i < displays->section_count; i++) {
		const struct zos_section *section = &displays->sections[i];
		const struct zos_figure *osa = zos_figure(displays, section, "IPV4 OUTCKSUMENA");
		struct finding finding;
		if (!osa || !all_zero(osa->text) || zos_section_again(displays, section))
			continue;
		begin(&finding, section, "display");
		finding.say = "Checksum offload is configured but not used on {interface}: the adapter computes no checksum of what "
			      "is sent.";
		finding.count = 1;
		reading_cite_section(displays, wanted, "CHECKSUMOFFLOAD", &finding);
		reading_cite_section(displays, section, "IPV4 OUTCKSUMENA", &finding);
		finding_submit(context->findings, &finding);
	}
}

static void offload_finish(struct analysis_context *context)
{
	struct offload_state *state = context->state;
	double least = setting(context->settings, &offload_unused, "packets");
	for (unsigned i = 0; i < state->count; i++)
		if (!state->sent[i].pending && (double)state->sent[i].whole.total >= least)
			report_packets(context, &state->sent[i]);
	judge_displays(context);
}

static const struct finding_kind *const kinds[] = { &offload_unused, NULL };

const struct analyzer capture_offload_analyzer = {
	.name = "capture-offload",
	.kinds = kinds,
	.state_size = sizeof(struct offload_state),
	.wants = WANTS_PACKETS,
	.for_displays = true,
	.begin = offload_begin,
	.observe = offload_observe,
	.finish = offload_finish,
};
