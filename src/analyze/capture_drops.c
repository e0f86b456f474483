/* Does the recorder itself say that it lost packets? capture/drops-reported. */
#include "analyze/analyzer.h"
#include "analyze/capture_osaenta.h"
#include "analyze/proof.h"
#include "source/zos.h"

static const struct finding_kind drops_reported = {
	.id = "capture/drops-reported",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "The recorder says that it lost packets",
	.say = "The recorder itself says that it lost {dropped|packet|packets} ({share}){where}. "
	       "What seems to be lost in the network may be among them.",
	.meaning = "The file holds counters of packets that the recorder or its system had to "
		   "drop: in the statistics of an interface (pcapng isb_osdrop, isb_ifdrop), in "
		   "single packets (epb_dropcount), or in records of a z/OS trace that say that "
		   "others were lost (kind zos). Displays of z/OS count what OSAENTA lost "
		   "(kind osaenta) and read buffers that were discarded (read-buffers).",
	.false_alarms = "Some systems never reset the interface's counter: one that is larger than "
			"all packets received, or that wrapped around, is only a notice. So are "
			"drops below `warn`.",
	.advice = { "Record into a larger buffer, cut packets to fewer bytes, or filter at the "
		    "recorder.",
		    "Write to a faster disk, and show nothing while recording." },
	.reference = "draft-ietf-opsawg-pcapng, interface statistics block",
	.beyond = "The recorder counts what it lost beside all packets of the trace.",
	.parameters = {
		{ .name = "warn", .unit = UNIT_RATIO, .value = 0.001,
		  .meaning = "share of all packets that is a warning" },
		{ .name = "packets", .unit = UNIT_COUNT, .value = 20,
		  .meaning = "of the trace below which it is a notice" },
	},
};

#define NEARLY_WRAPPED 4294900000u       /* 32-bit counters just below zero (libpcap issue 994) */

struct drops_state {
	double warn;
	uint64_t least;
	uint64_t dropped;                    /* said in packets themselves */
	struct proof proof;
};

static void drops_begin(struct analysis_context *context)
{
	struct drops_state *state = context->state;
	state->warn = setting(context->settings, &drops_reported, "warn");
	state->least = (uint64_t)setting(context->settings, &drops_reported, "packets");
}

static void drops_observe(struct analysis_context *context, const struct observation *observation)
{
	struct drops_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (!packet->record->drop_count)
		return;
	state->dropped += packet->record->drop_count;
	proof_add(&state->proof, packet);
}

struct counted { uint64_t system, interface; const struct source_interface *worst; bool doubtful; };

/* Larger than what was received, or nearly 2^32: not a count of this recording. */
static bool is_doubtful(const struct source_interface *interface, uint64_t drops)
{
	uint64_t received = interface->received > interface->packets ? interface->received
								     : interface->packets;
	return drops > received * 10 || (drops >= NEARLY_WRAPPED && drops <= UINT32_MAX);
}

static struct counted count_statistics(const struct source_report *source)
{
	struct counted counted = { 0 };
	uint64_t most = 0;
	for (size_t i = 0; source && i < source->interface_count; i++) {
		const struct source_interface *interface = &source->interfaces[i];
		uint64_t system = interface->dropped_by_system;
		uint64_t own = interface->dropped_by_interface;
		if (!interface->has_statistics || !(system || own))
			continue;
		counted.doubtful |= is_doubtful(interface, system) || is_doubtful(interface, own);
		counted.system += system;
		counted.interface += own;
		if (system + own > most) {
			most = system + own;
			counted.worst = interface;
		}
	}
	return counted;
}

static void tell_where(struct finding *finding, const struct counted *counted)
{
	const struct source_interface *worst = counted->worst;
	if (worst && worst->name[0])
		finding_words(finding, "where", " on %.40s", worst->name);
	else
		finding_words(finding, "where", "%s", "");
	finding_count(finding, "by_system", (double)counted->system);
	finding_count(finding, "by_interface", (double)counted->interface);
}

/* z/OS writes records in place of those that it lost. Where their counts lie is not published. */
static uint64_t count_zos(const struct source_report *source)
{
	return source ? source->zos.lost_packets + source->zos.lost_data + source->zos.lost_untold : 0;
}

static void tell_zos(struct finding *finding, const struct source_zos *zos)
{
	finding->sub_kind = "zos";
	finding->say = "z/OS says in {notes|place|places} of the trace that records were lost there: "
		       "{dropped} at least ({share}). What seems to be lost in the network may be among "
		       "them.";
	finding->advice = "Give the trace larger or more buffers (BUFSIZE in CTIEZB00 or of TRACE CT), or "
			  "narrow PKTTRACE and DATTRACE by address, port or job.";
	if (!zos->lost_untold)
		finding->confidence = CONFIDENCE_LIKELY;
	finding_count(finding, "notes", (double)zos->lost_notes);
	finding_count(finding, "lost_packets", (double)zos->lost_packets);
	finding_count(finding, "lost_data", (double)zos->lost_data);
}

static bool is_of_osa(const struct source_report *source)
{
	return source && source->zos.formats[ZOS_FRAME];
}

static void drops_finish(struct analysis_context *context)
{
	struct drops_state *state = context->state;
	struct counted counted = count_statistics(context->trace->source);
	uint64_t by_zos = count_zos(context->trace->source);
	/* All tell of the same drops, so the largest of the counts. */
	uint64_t by_counters = counted.system + counted.interface;
	uint64_t dropped = by_counters > state->dropped ? by_counters : state->dropped;
	if (by_zos > dropped)
		dropped = by_zos;
	/* Frames that the adapter lost are missing in its own trace only. */
	if (capture_osaenta_drops(context, &drops_reported) && is_of_osa(context->trace->source))
		context->trace_writable->quality |= QUALITY_LOSS;
	if (!dropped)
		return;
	uint64_t packets = context->trace->packets;
	double share = (double)dropped / ((double)dropped + (double)packets);
	struct finding finding;
	finding_begin(&finding, &drops_reported, NULL);
	finding.count = dropped;
	if (counted.doubtful || share < state->warn || packets < state->least)
		finding.severity = SEVERITY_NOTICE;
	if (counted.doubtful) {
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding_alternative(&finding, "the counter is older than the recording, or it "
					      "wrapped around", NULL);
	}
	finding_count(&finding, "dropped", (double)dropped);
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_MAX);
	tell_where(&finding, &counted);
	if (by_zos)
		tell_zos(&finding, &context->trace->source->zos);
	finding_threshold(&finding, "warn", UNIT_RATIO, state->warn);
	blame_capture(&finding);
	finding_why(&finding, "The counters are the recorder's own.");
	proof_give(&state->proof, &finding, "packets were dropped before this one");
	finding_submit(context->findings, &finding);
	if (finding.severity >= SEVERITY_WARNING)
		context->trace_writable->quality |= QUALITY_LOSS;
}

static const struct finding_kind *const kinds[] = { &drops_reported, NULL };

const struct analyzer capture_drops_analyzer = {
	.name = "capture-drops",
	.kinds = kinds,
	.state_size = sizeof(struct drops_state),
	.wants = WANTS_ODD,
	.begin = drops_begin,
	.observe = drops_observe,
	.finish = drops_finish,
};
