/* Does the trace show segments larger than any that were on the wire? capture/offload-segments. */
#include <stdlib.h>

#include "analyze/analyzer.h"
#include "analyze/proof.h"
#include "core/memory.h"
#include "session/quality.h"

static const struct finding_kind offload_segments = {
	.id = "capture/offload-segments",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_CQ,
	.merge = MERGE_HOST,
	.title = "The network card cuts or joins segments behind the recorder",
	.say = "{host} hands segments of up to {largest} bytes to its network card; on the wire "
	       "they are packets of at most {mss} bytes. There were more packets than this trace "
	       "shows.",
	.meaning = "Segments are larger than the other end accepts (its MSS), than any frame, or "
		   "have an IP length of 0. So they were recorded inside a host, before its card "
		   "cuts them (kind send) or after it put them together (kind receive).",
	.false_alarms = "Jumbo frames come with a larger MSS and are not meant; without the "
			"opening of the connection only what no frame can hold counts.",
	.advice = { "To see the real packets record on the wire, or for the test only: ethtool -K "
		    "DEVICE tso off gso off gro off lro off." },
	.reference = "Linux, Documentation/networking/segmentation-offloads",
	.parameters = {
		{ .name = "segments", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "in one direction of a conversation" },
	},
};

#define LARGEST_FRAME 9216               /* of any Ethernet; larger ones never were on a wire */

struct oversized { struct proof proof; uint32_t largest; };
struct segments_session { struct oversized *by; };   /* two, by sender; most sessions have none */
struct segments_state { uint64_t least; };

static void segments_begin(struct analysis_context *context)
{
	struct segments_state *state = context->state;
	state->least = (uint64_t)setting(context->settings, &offload_segments, "segments");
}

static bool is_oversized(const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	uint16_t mss = observation->session->tcp->side[!observation->direction].mss;
	uint32_t length = packet->tcp->payload_length;
	if (!length)
		return false;
	if (packet->ip->length_zero)
		return true;
	return mss ? length > mss : packet->link.is_ethernet && length > LARGEST_FRAME;
}

static void segments_observe(struct analysis_context *context,
			     const struct observation *observation)
{
	struct segments_session *mine = context->session_state;
	if (!is_oversized(observation))
		return;
	if (!mine->by)
		mine->by = memory_zeroed(2, sizeof *mine->by);
	struct oversized *sent = &mine->by[observation->direction];
	if (observation->packet->tcp->payload_length > sent->largest)
		sent->largest = observation->packet->tcp->payload_length;
	proof_add(&sent->proof, observation->packet);
}

static void report(struct analysis_context *context, const struct session *session, uint8_t sender,
		   const struct oversized *sent)
{
	const struct tcp_side *receiver = &session->tcp->side[!sender];
	bool joined = offload_is_receivers(context->trace->sessions, session, sender);
	struct finding finding;
	finding_begin(&finding, &offload_segments, session);
	finding_host(&finding, &session->key.end[joined ? !sender : sender].address);
	finding.sub_kind = joined ? "receive" : "send";
	if (joined)
		finding.say = "The network card of {host} joins segments to up to {largest} bytes "
			      "before the recorder sees them; on the wire they were packets of at "
			      "most {mss} bytes. There were more packets than this trace shows.";
	finding.count = sent->proof.total;
	finding.confidence = CONFIDENCE_LIKELY;
	blame_capture(&finding);
	finding_why(&finding, "No packet on the wire can be that large, so the recorder sits "
			      "inside a host.");
	finding_count(&finding, "segments", (double)sent->proof.total);
	finding_number(&finding, "largest", UNIT_COUNT, sent->largest, FACT_MAX);
	finding_number(&finding, "mss", UNIT_COUNT, receiver->mss ? receiver->mss : LARGEST_FRAME,
		       FACT_MAX);
	if (receiver->mss && receiver->syn_last_packet)
		finding_evidence(&finding, receiver->syn_last_packet, receiver->syn_last_time,
				 "accepts segments of up to %u bytes", receiver->mss);
	proof_give(&sent->proof, &finding, "a larger segment than fits");
	finding_submit(context->findings, &finding);
}

static void segments_session_end(struct analysis_context *context, const struct session *session,
				 const struct observation *last)
{
	struct segments_session *mine = context->session_state;
	const struct segments_state *state = context->state;
	(void)last;
	if (!mine->by)
		return;
	for (uint8_t sender = 0; sender < 2; sender++)
		if (mine->by[sender].proof.total >= state->least)
			report(context, session, sender, &mine->by[sender]);
	free(mine->by);
	mine->by = NULL;
}

static const struct finding_kind *const kinds[] = { &offload_segments, NULL };

const struct analyzer capture_segments_analyzer = {
	.name = "capture-segments",
	.kinds = kinds,
	.state_size = sizeof(struct segments_state),
	.session_state_size = sizeof(struct segments_session),
	.wants = WANTS_TCP,
	.begin = segments_begin,
	.observe = segments_observe,
	.session_end = segments_session_end,
};
