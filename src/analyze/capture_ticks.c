/* Is the recorder's clock too coarse? capture/coarse-timestamps. */
#include "analyze/analyzer.h"
#include "analyze/proof.h"
#include "core/clock.h"

static const struct finding_kind coarse_timestamps = {
	.id = "capture/coarse-timestamps",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "The recorder's clock is coarse",
	.say = "The clock of the recorder ticks every {tick}: shorter delays are invisible, and "
	       "response times are rough.",
	.meaning = "All times in the trace are multiples of a millisecond or more apart from each "
		   "other, or the file format keeps no finer ones.",
	.false_alarms = "Few packets may lie on round times by chance, and packets that are far "
			"apart do not need a fine clock: packets with the same time must be among "
			"them.",
	.advice = { "Record with microseconds or nanoseconds; store in pcap or pcapng." },
	.reference = "Paxson, SIGMETRICS'98 (clock resolution)",
	.beyond = "How coarse a clock is shows in the time stamps of many packets.",
	.parameters = {
		{ .name = "tick", .unit = UNIT_SECONDS, .value = 0.001,
		  .meaning = "so coarse or coarser" },
		{ .name = "packets", .unit = UNIT_COUNT, .value = 100,
		  .meaning = "of the trace at least" },
		{ .name = "same", .unit = UNIT_RATIO, .value = 0.01,
		  .meaning = "of the packets have the time of the packet before" },
	},
};

struct ticks_state {
	int64_t least;
	uint64_t packets_least;
	double same;
	int64_t time;                        /* of the packet before */
	int64_t tick;                        /* greatest common divisor of all steps, 0: no step */
	uint64_t packets, same_time;
	struct proof proof;                  /* packets with the time of the one before */
};

static void ticks_begin(struct analysis_context *context)
{
	struct ticks_state *state = context->state;
	state->least = setting_duration(context->settings, &coarse_timestamps, "tick");
	state->packets_least = (uint64_t)setting(context->settings, &coarse_timestamps, "packets");
	state->same = setting(context->settings, &coarse_timestamps, "same");
}

static int64_t common_divisor(int64_t a, int64_t b)
{
	while (b) {
		int64_t rest = a % b;
		a = b;
		b = rest;
	}
	return a < 0 ? -a : a;
}

static void ticks_observe(struct analysis_context *context, const struct observation *observation)
{
	struct ticks_state *state = context->state;
	int64_t time = observation->packet->record->time;
	if (time == INT64_MIN)
		return;
	if (state->packets++) {
		/* Once the clock is known to be fine there is nothing more to compute. */
		if (!state->tick || state->tick >= state->least)
			state->tick = common_divisor(time - state->time, state->tick);
		if (time == state->time) {
			state->same_time++;
			proof_add(&state->proof, observation->packet);
		}
	}
	state->time = time;
}

/* A tick that the packets show, 0 when it is fine or cannot be told. */
static int64_t visible_tick(const struct ticks_state *state)
{
	if (state->packets < state->packets_least || state->tick < state->least ||
	    (double)state->same_time < state->same * (double)state->packets)
		return 0;
	return state->tick;
}

/* The tick of the coarsest clock that the files declare, if it counts as coarse; else 0. */
static int64_t declared_tick(const struct ticks_state *state, const struct source_report *source)
{
	int64_t coarsest = 0;
	for (size_t i = 0; source && i < source->interface_count; i++) {
		const struct source_interface *interface = &source->interfaces[i];
		if (!interface->packets || !interface->ticks_per_second ||
		    interface->ticks_per_second > NANOSECONDS)
			continue;
		int64_t tick = NANOSECONDS / (int64_t)interface->ticks_per_second;
		if (tick > coarsest)
			coarsest = tick;
	}
	return coarsest >= state->least ? coarsest : 0;
}

static void ticks_finish(struct analysis_context *context)
{
	struct ticks_state *state = context->state;
	int64_t visible = visible_tick(state);
	int64_t declared = declared_tick(state, context->trace->source);
	int64_t tick = visible > declared ? visible : declared;
	if (!tick || state->packets < 2)
		return;
	struct finding finding;
	finding_begin(&finding, &coarse_timestamps, NULL);
	finding_duration(&finding, "tick", tick);
	finding_count(&finding, "packets", (double)state->packets);
	finding_count(&finding, "same_time", (double)state->same_time);
	finding_threshold(&finding, "least", UNIT_SECONDS, (double)state->least / NANOSECONDS);
	blame_capture(&finding);
	finding_why(&finding, "%s", visible > declared
		? "All times are multiples of the tick apart, and packets share them."
		: "The trace file says so itself.");
	proof_give(&state->proof, &finding, "the same time as the packet before");
	finding_submit(context->findings, &finding);
	context->trace_writable->quality |= QUALITY_COARSE;
}

static const struct finding_kind *const kinds[] = { &coarse_timestamps, NULL };

const struct analyzer capture_ticks_analyzer = {
	.name = "capture-ticks",
	.kinds = kinds,
	.state_size = sizeof(struct ticks_state),
	.wants = WANTS_PACKETS,
	.begin = ticks_begin,
	.observe = ticks_observe,
	.finish = ticks_finish,
};
