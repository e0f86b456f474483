/* Are frames damaged on the cable next to the recorder? link/bad-fcs. */
#include "analyze/analyzer.h"
#include "analyze/frame.h"
#include "analyze/proof.h"

static const struct finding_kind bad_fcs = {
	.id = "link/bad-fcs",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_TE,
	.merge = MERGE_TRACE,
	.title = "Frames are damaged on the cable",
	.say = "{frames} of {checked} frames ({share}) carry a wrong frame check sequence: they were damaged "
	       "on the link at the trace point, and every station throws them away.",
	.meaning = "The recorder kept the frame check sequence, and it does not fit the frame's bytes.",
	.false_alarms = "Most recorders keep no check sequence. When more than half of all frames fail, what "
			"stands at their end is something else, and nothing is said.",
	.advice = { "Replace the cable and the plugs at the trace point, then the transceivers and the card.",
		    "Compare speed and duplex of both ends of the link." },
	.reference = "IEEE 802.3 3.2.9",
	.parameters = {
		{ .name = "frames", .unit = UNIT_COUNT, .value = 3, .meaning = "damaged frames" },
	},
};

#define FCS_LENGTH 4
#define CRC_POLYNOMIAL 0xedb88320u       /* of IEEE 802.3, bits reversed */

struct fcs_state {
	uint32_t table[256];
	uint64_t checked;
	uint64_t least;
	struct proof bad;
};

static void fcs_begin(struct analysis_context *context)
{
	struct fcs_state *state = context->state;
	state->least = (uint64_t)setting(context->settings, &bad_fcs, "frames");
	for (uint32_t byte = 0; byte < 256; byte++) {
		uint32_t crc = byte;
		for (unsigned bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ CRC_POLYNOMIAL : crc >> 1;
		state->table[byte] = crc;
	}
}

static uint32_t crc_of(const struct fcs_state *state, struct cursor frame)
{
	uint32_t crc = UINT32_MAX;
	while (cursor_more(&frame))
		crc = state->table[(crc ^ cursor_u8(&frame)) & 0xff] ^ crc >> 8;
	return ~crc;
}

static void fcs_observe(struct analysis_context *context, const struct observation *observation)
{
	struct fcs_state *state = context->state;
	const struct record *record = observation->packet->record;
	if (record->fcs_length != FCS_LENGTH || !observation->packet->link.is_ethernet ||
	    record->captured_length != record->original_length ||
	    record->captured_length <= FCS_LENGTH)
		return;
	struct cursor in = cursor_make(record->bytes, record->captured_length, record->captured_length);
	uint32_t right = crc_of(state, cursor_split(&in, record->captured_length - FCS_LENGTH));
	state->checked++;
	if (cursor_le32(&in) != right)
		proof_add(&state->bad, observation->packet);
}

static void fcs_finish(struct analysis_context *context)
{
	struct fcs_state *state = context->state;
	if (state->bad.total < state->least || state->bad.total * 2 > state->checked)
		return;
	struct finding finding;
	finding_begin(&finding, &bad_fcs, NULL);
	finding.count = state->bad.total;
	finding_count(&finding, "frames", (double)state->bad.total);
	finding_count(&finding, "checked", (double)state->checked);
	finding_number(&finding, "share", UNIT_RATIO,
		       (double)state->bad.total / (double)state->checked, FACT_MAX);
	finding_threshold(&finding, "least", UNIT_COUNT, (double)state->least);
	blame_network(&finding);
	finding_why(&finding, "Switches pass no damaged frames on, so the damage happened on the last link "
		    "before the recorder.");
	proof_give(&state->bad, &finding, "its check sequence does not fit its bytes");
	finding_submit(context->findings, &finding);
}

static const struct finding_kind *const kinds[] = { &bad_fcs, NULL };

const struct analyzer link_fcs_analyzer = {
	.name = "link-fcs",
	.kinds = kinds,
	.state_size = sizeof(struct fcs_state),
	.wants = WANTS_PACKETS,
	.begin = fcs_begin,
	.observe = fcs_observe,
	.finish = fcs_finish,
};
