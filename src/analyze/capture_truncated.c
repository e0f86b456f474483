/* Were packets cut when they were recorded? capture/truncated. */
#include "analyze/analyzer.h"
#include "analyze/capture_osaenta.h"
#include "analyze/proof.h"

static const struct finding_kind truncated = {
	.id = "capture/truncated",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "Packets were cut when they were recorded",
	.say = "{cut} of {packets} packets ({share}) are cut, most at {length} bytes.",
	.meaning = "The recorder kept only the first bytes of each packet (its snap length). What "
		   "lies behind is unknown, and checksums over it cannot be verified. The "
		   "settings that z/OS displays say it before (kind setting).",
	.false_alarms = "A frame that only lacks the padding or the check sequence behind its IP "
			"packet is whole.",
	.advice = { "Record full packets (snap length 0 or 262144), at least for the failing "
		    "conversation.",
		    "Where the recorder cannot, as with OSAENTA and ABBREV, run a packet trace "
		    "beside it." },
	.reference = "pcap-savefile(5), snapshot length",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.01, .meaning = "of the packets" },
	},
};

#define LENGTHS 8                        /* a recorder has one or two snap lengths */
enum { ETHERNET_AND_IP = 34, TCP_FIXED = 20, TCP_OPTIONS = 40, APPLICATION_START = 66 };

struct cut_length { uint32_t length; uint64_t packets; };

struct truncated_state {
	double share;
	struct proof cut;
	struct cut_length lengths[LENGTHS];
};

static void truncated_begin(struct analysis_context *context)
{
	struct truncated_state *state = context->state;
	state->share = setting(context->settings, &truncated, "share");
}

/* Where the outermost IP packet ends in the record, as its header promises; 0 without one. */
static size_t end_of_ip(const struct packet *packet)
{
	const struct ip_header *ip = packet->outer_ip;
	for (unsigned i = 0; ip && i < packet->layer_count; i++)
		if (packet->layers[i].facts == ip)
			return packet->layers[i].offset + ip->header_length + ip->payload_length;
	return 0;
}

static bool is_cut(const struct packet *packet)
{
	const struct record *record = packet->record;
	if (record->captured_length >= record->original_length)
		return false;
	size_t end = end_of_ip(packet);
	return !end || end > record->captured_length;
}

/* The most frequent length stays; one that is seen once may have to go. */
static void count_length(struct truncated_state *state, uint32_t length)
{
	struct cut_length *least = state->lengths;
	for (unsigned i = 0; i < LENGTHS; i++) {
		struct cut_length *at = &state->lengths[i];
		if (at->packets && at->length == length) {
			at->packets++;
			return;
		}
		if (at->packets < least->packets)
			least = at;
	}
	least->length = length;
	least->packets++;
}

static void truncated_observe(struct analysis_context *context,
			      const struct observation *observation)
{
	struct truncated_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (!is_cut(packet))
		return;
	count_length(state, packet->record->captured_length);
	proof_add(&state->cut, packet);
}

static uint32_t usual_length(const struct truncated_state *state)
{
	const struct cut_length *most = state->lengths;
	for (unsigned i = 1; i < LENGTHS; i++)
		if (state->lengths[i].packets > most->packets)
			most = &state->lengths[i];
	return most->length;
}

/* The words for a snap length: what it costs. */
static const char *say_for(uint32_t length)
{
	if (length < ETHERNET_AND_IP + TCP_FIXED)
		return "{cut} of {packets} packets ({share}) are cut, most at {length} bytes. Not "
		       "even the headers of TCP are whole: losses, windows and applications cannot "
		       "be judged.";
	if (length < ETHERNET_AND_IP + TCP_FIXED + TCP_OPTIONS)
		return "{cut} of {packets} packets ({share}) are cut, most at {length} bytes. "
		       "Options of TCP such as selective acknowledgements may be missing, and what "
		       "applications say is.";
	if (length < ETHERNET_AND_IP + TCP_FIXED + TCP_OPTIONS + APPLICATION_START)
		return "{cut} of {packets} packets ({share}) are cut, most at {length} bytes: what "
		       "applications say is missing, and checksums cannot be verified.";
	return "{cut} of {packets} packets ({share}) are cut, most at {length} bytes: only the "
	       "start of what applications say is there, and checksums cannot be verified.";
}

static void truncated_finish(struct analysis_context *context)
{
	struct truncated_state *state = context->state;
	uint64_t packets = context->trace->packets;
	capture_osaenta_cut(context, &truncated);
	double share = packets ? (double)state->cut.total / (double)packets : 0;
	if (!state->cut.total || share < state->share)
		return;
	uint32_t length = usual_length(state);
	struct finding finding;
	finding_begin(&finding, &truncated, NULL);
	finding.count = state->cut.total;
	finding_count(&finding, "cut", (double)state->cut.total);
	finding_count(&finding, "packets", (double)packets);
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_MAX);
	finding_number(&finding, "length", UNIT_COUNT, length, FACT_FIRST);
	finding.say = say_for(length);
	finding_threshold(&finding, "limit", UNIT_RATIO, state->share);
	blame_capture(&finding);
	finding_why(&finding, "The recorder noted that the packets were longer on the wire.");
	proof_give(&state->cut, &finding, "was longer on the wire");
	finding_submit(context->findings, &finding);
}

static const struct finding_kind *const kinds[] = { &truncated, NULL };

const struct analyzer capture_truncated_analyzer = {
	.name = "capture-truncated",
	.kinds = kinds,
	.state_size = sizeof(struct truncated_state),
	.wants = WANTS_ODD,
	.begin = truncated_begin,
	.observe = truncated_observe,
	.finish = truncated_finish,
};
