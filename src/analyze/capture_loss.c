/* Did the recorder miss packets that reached their receiver? capture/loss. */
#include <stdlib.h>

#include "analyze/concerned.h"
#include "core/clock.h"
#include "core/memory.h"

static const struct finding_kind capture_loss = {
	.id = "capture/loss",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "The recorder missed packets",
	.say = "The recorder missed about {packets|packet|packets} ({share} of the data of TCP) in "
	       "{conversations|conversation|conversations}. They did reach their receiver: this is "
	       "not loss in the network.",
	.meaning = "A receiver confirmed bytes that the trace never shows. So the network "
		   "delivered them, and only the recorder did not keep them.",
	.false_alarms = "What a trace that starts in the middle of a conversation shows during its "
			"first second, a direction that is missing as a whole (capture/one-way), "
			"and the single byte of a keep-alive do not count. A few gaps in a long "
			"trace are a notice: most recorders have them.",
	.advice = { "Record into a larger buffer, cut packets to fewer bytes, or filter at the "
		    "recorder.",
		    "Look for a mirror port that gets more than its speed; a tap has no such "
		    "limit.",
		    "Record once more before you blame the network." },
	.reference = "Paxson, SIGCOMM'97, 3.1.1 (filter drops)",
	.parameters = {
		{ .name = "warn", .unit = UNIT_RATIO, .value = 0.001, .strict = PARAMETER_ZERO,
		  .meaning = "share of the payload bytes of TCP that is a warning" },
		{ .name = "error", .unit = UNIT_RATIO, .value = 0.01,
		  .meaning = "share that is an error" },
		{ .name = "gaps", .unit = UNIT_COUNT, .value = 3, .strict = 1,
		  .meaning = "gaps below which it is a notice" },
		{ .name = "many", .unit = UNIT_COUNT, .value = 10, .strict = 1,
		  .meaning = "gaps below which it is no error" },
	},
};

#define HOLES_CITED 3
#define GRACE NANOSECONDS                /* A4, CQ:mid: what was under way when the trace began */
#define CLEAN_SEGMENTS 100               /* with so much data and no gap a path is whole */

struct loss_state {
	double warn, error;
	uint64_t gaps_least, gaps_many;
	uint64_t seen, missed;               /* payload bytes, where both directions are recorded */
	uint64_t gaps, packets;
	uint64_t holed, clean;               /* directions with gaps, and with much data but none */
	uint64_t holed_seen;                 /* payload bytes of the directions with gaps */
	unsigned cited;
	struct tcp_hole hole[HOLES_CITED];
	struct concerned sessions;
};

/* Gaps that were under way when the recorder started; most sessions have none. */
struct early { uint64_t bytes[2]; uint32_t ranges[2]; };
struct loss_session { struct early *early; };

static void loss_begin(struct analysis_context *context)
{
	struct loss_state *state = context->state;
	state->warn = setting(context->settings, &capture_loss, "warn");
	state->error = setting(context->settings, &capture_loss, "error");
	state->gaps_least = (uint64_t)setting(context->settings, &capture_loss, "gaps");
	state->gaps_many = (uint64_t)setting(context->settings, &capture_loss, "many");
}

static void note_hole(struct loss_state *state, struct loss_session *mine,
		      const struct session *session, const struct tcp_hole *hole)
{
	if (session->quality & QUALITY_MIDSTREAM && hole->time - session->first_time < GRACE) {
		if (!mine->early)
			mine->early = memory_zeroed(1, sizeof *mine->early);
		mine->early->bytes[hole->sender] += hole->bytes;
		mine->early->ranges[hole->sender]++;
	} else if (state->cited < HOLES_CITED) {
		state->hole[state->cited++] = *hole;
	}
}

static void loss_observe(struct analysis_context *context, const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++)
		if (observation->events[i].type == EVENT_CAPTURE_HOLE)
			note_hole(context->state, context->session_state, observation->session,
				  observation->events[i].hole);
}

/* True if the direction has gaps. */
static bool count_direction(struct loss_state *state, const struct tcp_side *sender,
			    const struct early *early, uint8_t side)
{
	uint64_t bytes = sender->hole_acked_bytes - (early ? early->bytes[side] : 0);
	uint64_t ranges = sender->hole_acked_ranges - (early ? early->ranges[side] : 0);
	state->seen += sender->unique_bytes;
	if (!ranges) {
		state->clean += sender->data_segments >= CLEAN_SEGMENTS;
		return false;
	}
	uint32_t size = sender->segment_maximum ? sender->segment_maximum : 1460;
	uint64_t packets = (bytes + size - 1) / size;
	state->holed++;
	state->holed_seen += sender->unique_bytes;
	state->missed += bytes;
	state->gaps += ranges;
	/* Each gap is at least one packet, however small. */
	state->packets += packets < ranges ? ranges : packets;
	return true;
}

static void loss_session_end(struct analysis_context *context, const struct session *session,
			     const struct observation *last)
{
	struct loss_state *state = context->state;
	struct loss_session *mine = context->session_state;
	if (!session->tcp)
		return;
	loss_observe(context, last);
	if (!(session->quality & QUALITY_ONE_WAY)) {
		bool first = count_direction(state, &session->tcp->side[0], mine->early, 0);
		bool second = count_direction(state, &session->tcp->side[1], mine->early, 1);
		if (first || second)
			concerned_add(&state->sessions, session);
	}
	free(mine->early);
	mine->early = NULL;
}

static enum severity severity_of(const struct loss_state *state, double share)
{
	if (state->gaps < state->gaps_least || share < state->warn)
		return SEVERITY_NOTICE;
	return share < state->error || state->gaps < state->gaps_many ? SEVERITY_WARNING
								      : SEVERITY_ERROR;
}

static void cite(struct finding *finding, const struct loss_state *state)
{
	for (unsigned i = 0; i < state->cited; i++) {
		const struct tcp_hole *hole = &state->hole[i];
		if (hole->before_packet)
			finding_evidence(finding, hole->before_packet, hole->before_time,
					 "the last data before the gap");
		if (hole->after_packet)
			finding_evidence(finding, hole->after_packet, hole->after_time,
					 "the next data behind it");
		finding_evidence(finding, hole->ack_packet, hole->time,
				 "confirms the %llu bytes that are not in the trace",
				 (unsigned long long)hole->bytes);
	}
}

/* Which of two recorders' faults: too slow, or connected to one of several paths only? */
static void weigh(struct finding *finding, const struct loss_state *state)
{
	uint64_t all = state->holed_seen + state->missed;
	bool heavy = state->missed * 10 >= all;   /* a buffer that is too small loses less */
	if (heavy && state->clean)
		finding_alternative(finding, "one of several paths is not recorded: always the "
				    "same directions have gaps, and others have none", NULL);
	else if (heavy && state->gaps >= state->gaps_least)
		finding_alternative(finding, "the recorder keeps only a sample of the packets on "
					     "purpose", NULL);
}

static void loss_finish(struct analysis_context *context)
{
	struct loss_state *state = context->state;
	if (!state->gaps)
		return;
	double share = (double)state->missed / (double)(state->seen + state->missed);
	struct finding finding;
	finding_begin(&finding, &capture_loss, NULL);
	finding.severity = severity_of(state, share);
	finding.count = state->gaps;
	blame_capture(&finding);
	finding_why(&finding, "Receivers confirmed these bytes, so the network delivered them; "
			      "only the recorder did not keep them.");
	finding_count(&finding, "packets", (double)state->packets);
	finding_number(&finding, "bytes", UNIT_BYTES, (double)state->missed, FACT_SUM);
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_MAX);
	finding_count(&finding, "gaps", (double)state->gaps);
	finding_count(&finding, "conversations", (double)state->sessions.total);
	finding_threshold(&finding, "warn", UNIT_RATIO, state->warn);
	finding_threshold(&finding, "error", UNIT_RATIO, state->error);
	weigh(&finding, state);
	cite(&finding, state);
	concerned_submit(&state->sessions, &finding, context->findings);
}

static void loss_destroy(struct analysis_context *context)
{
	struct loss_state *state = context->state;
	concerned_finish(&state->sessions);
}

static const struct finding_kind *const kinds[] = { &capture_loss, NULL };

const struct analyzer capture_loss_analyzer = {
	.name = "capture-loss",
	.kinds = kinds,
	.state_size = sizeof(struct loss_state),
	.session_state_size = sizeof(struct loss_session),
	.wants = WANTS_EVENTS,
	.begin = loss_begin,
	.observe = loss_observe,
	.session_end = loss_session_end,
	.finish = loss_finish,
	.destroy = loss_destroy,
};
