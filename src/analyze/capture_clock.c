/* Does the recorder's clock run backwards or jump? capture/time-backwards, capture/clock-step. */
#include "analyze/analyzer.h"
#include "analyze/proof.h"
#include "core/clock.h"
#include "session/sequence.h"

static const struct finding_kind time_backwards = {
	.id = "capture/time-backwards",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "Time runs backwards in the trace",
	.say = "{packets|packet has|packets have} an earlier time than the packet before, by up to "
	       "{longest}.",
	.meaning = "Packets are not sorted by time. Kind interleaved: several cards were written "
		   "into one file. Kind jitter: single packets of one card. Kind wrapped: a z/OS data "
		   "set that was full, so that its newest records come first.",
	.false_alarms = "Several traces that are read as one are sorted by time first. A clock "
			"that was set back is capture/clock-step.",
	.advice = { "Sort the trace with reordercap, or merge several with mergecap.",
		    "Use time stamps of the card, or one queue only." },
	.reference = "Paxson, SIGMETRICS'98",
	.parameters = {
		{ .name = "least", .unit = UNIT_SECONDS, .value = 0,
		  .meaning = "steps back up to this are left out" },
	},
};

static const struct finding_kind clock_step = {
	.id = "capture/clock-step",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "The recorder's clock was set during the trace",
	.say = "The recorder's clock was set {direction} by {size} at packet {packet}{more}. Times "
	       "that span this moment say nothing.",
	.meaning = "The times of the recorder jump, but the hosts do not: either all packets from "
		   "then on are earlier than the ones before, or the time stamps that the hosts "
		   "put into their packets (RFC 7323) go on as if nothing had happened while the "
		   "recorder's clock leaps ahead.",
	.false_alarms = "In a real silence the hosts' time stamps advance with the recorder's "
			"clock.",
	.advice = { "Let NTP slew the recorder's clock instead of setting it (chrony, ntpd -x).",
		    "Do not judge times across that moment." },
	.reference = "RFC 7323 4; Paxson, SIGMETRICS'98",
	.parameters = {
		{ .name = "step", .unit = UNIT_SECONDS, .value = 0.05,
		  .meaning = "smaller steps are not seen" },
		{ .name = "hosts", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "senders whose time stamps must contradict a leap ahead" },
	},
};

#define SENDERS_REMEMBERED 512           /* of time stamps at the same time */
#define HISTORY_LEAST (300 * MILLISECOND)    /* to know how fast a sender's clock ticks */
#define TICKS_LEAST 20
#define SLOW_TICK (100.0 * MILLISECOND)  /* nobody's clock ticks more slowly in practice, and RFC 7323 wants 1 s */
#define FEW_TICKS 2                      /* more say nothing about a clock of unknown rate */
#define SETTLED 20                       /* packets after which the clock stays where it was set */
#define SETTLED_AT_END 5
#define LEAP_MEMORY (2 * NANOSECONDS)    /* votes that come later are about something else */
#define VOTES_ENOUGH 8
#define CONTRADICTS 0.8                  /* so much of the leap is missing in the sender's time */
#define AGREES 0.2

struct sender {                          /* the clock in a sender's time stamps */
	uint32_t session, direction;     /* session 0: unused */
	int64_t first_time, time;
	uint32_t first_value, value;
};

struct leap {                            /* silence of all senders, or the clock was set ahead */
	int64_t start, end;              /* times of the packets around it; start INT64_MIN: none */
	uint64_t before, after;
	uint32_t contradict, agree;      /* senders whose clocks part from, or fit the recorder's */
	double size;                     /* ns, as the senders have it, summed over `contradict` */
};

struct retreat {                         /* the clock was set back, or one packet is late */
	bool open;
	int64_t before_time, size;
	struct sample before, after;
	uint32_t packets;                /* since then, all earlier than half of the way back */
};

struct step { int64_t size; struct sample before, after; };

struct clock_state {
	int64_t least_back, least_step;
	uint32_t votes;
	struct sample last;              /* packet 0: none yet */
	uint32_t interface;
	uint64_t inversions, between_interfaces;
	int64_t longest_inversion;
	struct proof inverted;
	struct retreat retreat;
	struct leap leap;
	uint64_t steps;
	struct step first, largest;
	struct sender senders[SENDERS_REMEMBERED];
};

static void clock_begin(struct analysis_context *context)
{
	struct clock_state *state = context->state;
	state->least_back = setting_duration(context->settings, &time_backwards, "least");
	state->least_step = setting_duration(context->settings, &clock_step, "step");
	state->votes = (uint32_t)setting(context->settings, &clock_step, "hosts");
	state->leap.start = INT64_MIN;
}

static int64_t magnitude(int64_t value)
{
	return value < 0 ? -value : value;
}

static void add_step(struct clock_state *state, int64_t size, struct sample before,
		     struct sample after)
{
	struct step step = { size, before, after };
	if (!state->steps++)
		state->first = state->largest = step;
	else if (magnitude(size) > magnitude(state->largest.size))
		state->largest = step;
}

static void add_inversion(struct clock_state *state, struct sample at, int64_t size)
{
	state->inversions++;
	if (size > state->longest_inversion)
		state->longest_inversion = size;
	proof_add_at(&state->inverted, at.packet, at.time);
}

/* The last word about a step back: did time stay there? */
static void settle_retreat(struct clock_state *state, bool stayed)
{
	struct retreat *retreat = &state->retreat;
	if (!retreat->open)
		return;
	retreat->open = false;
	if (stayed)
		add_step(state, -retreat->size, retreat->before, retreat->after);
	else
		add_inversion(state, retreat->after, retreat->size);
}

static void go_back(struct clock_state *state, struct sample now, uint32_t interface)
{
	int64_t size = state->last.time - now.time;
	if (size <= state->least_back)
		return;
	bool other_interface = interface != state->interface;
	state->between_interfaces += other_interface;
	if (other_interface || size < state->least_step || state->retreat.open) {
		add_inversion(state, now, size);
		return;
	}
	state->retreat = (struct retreat){
		.open = true, .before_time = state->last.time, .size = size,
		.before = state->last, .after = now,
	};
}

static void follow_retreat(struct clock_state *state, int64_t time)
{
	struct retreat *retreat = &state->retreat;
	if (!retreat->open)
		return;
	if (time >= retreat->before_time - retreat->size / 2)
		settle_retreat(state, false);
	else if (++retreat->packets >= SETTLED)
		settle_retreat(state, true);
}

static void judge_leap(struct clock_state *state)
{
	struct leap *leap = &state->leap;
	if (leap->start != INT64_MIN && leap->contradict >= state->votes &&
	    leap->agree * 3 < leap->contradict)
		add_step(state, (int64_t)(leap->size / leap->contradict),
			 (struct sample){ leap->before, leap->start },
			 (struct sample){ leap->after, leap->end });
	leap->start = INT64_MIN;
}

static void go_ahead(struct clock_state *state, struct sample now)
{
	struct leap *leap = &state->leap;
	int64_t size = now.time - state->last.time;
	if (size < state->least_step)
		return;
	/* A smaller silence behind a large one must not hide it before the senders have spoken. */
	if (leap->start != INT64_MIN && size < (leap->end - leap->start) / 2 &&
	    now.time - leap->end < LEAP_MEMORY && leap->contradict + leap->agree < VOTES_ENOUGH)
		return;
	judge_leap(state);
	*leap = (struct leap){
		.start = state->last.time, .end = now.time,
		.before = state->last.packet, .after = now.packet,
	};
}

/* Time since the sender's last packet by its own clock, in ns; -1 when it cannot be told. Of a clock whose rate is not
 * known yet, at most as much as a slow one would have measured. */
static double senders_time(const struct sender *sender, uint32_t value)
{
	int64_t history = sender->time - sender->first_time;
	int64_t ticks = sequence_difference(sender->value, sender->first_value);
	if (history < HISTORY_LEAST || ticks < TICKS_LEAST) {
		int32_t passed = sequence_difference(value, sender->value);
		return passed <= FEW_TICKS ? (double)(passed + 1) * SLOW_TICK : -1;
	}
	return (double)sequence_difference(value, sender->value) * (double)history / (double)ticks;
}

/* True when the sender's clock contradicts the recorder's. */
static bool contradicts(struct leap *leap, const struct sender *sender, uint32_t value,
			int64_t time)
{
	if (leap->start == INT64_MIN || sender->time > leap->start || time < leap->end)
		return false;
	double size = (double)(leap->end - leap->start), passed = senders_time(sender, value);
	if (passed < 0)
		return false;
	double missing = (double)(time - sender->time) - passed;
	if (missing < size * CONTRADICTS) {
		leap->agree += missing < size * AGREES;
		return false;
	}
	leap->contradict++;
	leap->size += missing;
	return true;
}

static void read_timestamp(struct clock_state *state, const struct observation *observation)
{
	const struct tcp_header *tcp = observation->packet->tcp;
	int64_t time = observation->packet->record->time;
	uint32_t session = observation->session->number, direction = observation->direction;
	struct sender *sender = &state->senders[(session * 2 + direction) % SENDERS_REMEMBERED];
	bool fresh = sender->session != session || sender->direction != direction;
	uint32_t value = tcp->timestamp_value;
	if (!fresh && sequence_difference(value, sender->value) < 0)
		return;                  /* it was overtaken on its way */
	/* Where the two clocks part, what was learned of the rate of one by the other is void. */
	if (fresh || time < sender->time || contradicts(&state->leap, sender, value, time))
		*sender = (struct sender){
			.session = session, .direction = direction,
			.first_time = time, .first_value = value,
		};
	sender->time = time;
	sender->value = value;
}

static void clock_observe(struct analysis_context *context, const struct observation *observation)
{
	struct clock_state *state = context->state;
	const struct record *record = observation->packet->record;
	struct sample now = { record->number, record->time };
	if (record->time == INT64_MIN)
		return;
	if (state->last.packet) {
		follow_retreat(state, now.time);
		if (now.time < state->last.time)
			go_back(state, now, record->interface);
		else
			go_ahead(state, now);
	}
	if (observation->segment && observation->packet->tcp->options & TCP_OPTION_TIMESTAMPS)
		read_timestamp(state, observation);
	state->last = now;
	state->interface = record->interface;
}

static void report_inversions(struct analysis_context *context, const struct clock_state *state)
{
	bool interleaved = state->between_interfaces * 2 > state->inversions;
	struct finding finding;
	finding_begin(&finding, &time_backwards, NULL);
	finding.sub_kind = interleaved ? "interleaved" : "jitter";
	finding.count = state->inversions;
	finding_count(&finding, "packets", (double)state->inversions);
	finding_duration(&finding, "longest", state->longest_inversion);
	blame_capture(&finding);
	finding_why(&finding, "%s", interleaved
		? "The steps back are between interfaces of the recorder, whose packets were "
		  "written without being sorted."
		: "These are times of the recorder; nothing on the network can set them.");
	proof_give(&state->inverted, &finding, "an earlier time than the packet before");
	finding_submit(context->findings, &finding);
}

static void cite_step(struct finding *finding, const struct step *step)
{
	finding_evidence(finding, step->before.packet, step->before.time, "before the clock was "
									  "set");
	finding_evidence(finding, step->after.packet, step->after.time, "after it");
}

static void report_steps(struct analysis_context *context, const struct clock_state *state)
{
	const struct step *largest = &state->largest;
	struct finding finding;
	finding_begin(&finding, &clock_step, NULL);
	finding.count = state->steps;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_duration(&finding, "size", magnitude(largest->size));
	finding_words(&finding, "direction", "%s", largest->size < 0 ? "back" : "ahead");
	finding_number(&finding, "packet", UNIT_COUNT, (double)largest->after.packet, FACT_FIRST);
	if (state->steps > 1)
		finding_words(&finding, "more", ", and %llu more times",
			      (unsigned long long)state->steps - 1);
	else
		finding_words(&finding, "more", "%s", "");
	finding_threshold(&finding, "least", UNIT_SECONDS, (double)state->least_step / NANOSECONDS);
	blame_capture(&finding);
	finding_why(&finding, "%s", largest->size < 0
		? "All packets from then on are earlier than those before."
		: "The time stamps that the hosts write went on as if no time had passed.");
	if (largest->size < 0)
		finding_alternative(&finding, "two traces were put into one file, the later one "
					      "first", NULL);
	cite_step(&finding, &state->first);
	if (state->first.after.packet != largest->after.packet)
		cite_step(&finding, largest);
	finding_submit(context->findings, &finding);
}

/* The step back in a z/OS data set that was written again from its start is no clock's. */
static bool is_wrap(const struct clock_state *state, const struct source_report *source)
{
	return source && source->zos.wrapped && !source->zos.wrap_sorted && state->steps &&
	       state->largest.size < 0;
}

static void report_wrap(struct analysis_context *context, const struct clock_state *state)
{
	struct finding finding;
	finding_begin(&finding, &time_backwards, NULL);
	finding.sub_kind = "wrapped";
	finding.severity = SEVERITY_WARNING;
	finding.say = "The z/OS data set was full and was written again from its start: behind packet "
		      "{packet} time goes back by {longest}. It was read as it lies, so conversations that "
		      "span this place are judged wrongly.";
	finding.advice = "Give culprit the file itself, not compressed and not through a pipe: it then reads "
			 "the oldest record first.";
	finding_number(&finding, "packet", UNIT_COUNT, (double)state->largest.before.packet, FACT_FIRST);
	finding_duration(&finding, "longest", magnitude(state->largest.size));
	blame_capture(&finding);
	finding_why(&finding, "The last record of the file is older than its first.");
	cite_step(&finding, &state->largest);
	finding_submit(context->findings, &finding);
}

static void clock_finish(struct analysis_context *context)
{
	struct clock_state *state = context->state;
	settle_retreat(state, state->retreat.packets >= SETTLED_AT_END);
	judge_leap(state);
	if (state->inversions)
		report_inversions(context, state);
	if (is_wrap(state, context->trace->source))
		report_wrap(context, state);
	else if (state->steps)
		report_steps(context, state);
	if (state->steps || state->longest_inversion >= state->least_step)
		context->trace_writable->quality |= QUALITY_CLOCK;
}

static const struct finding_kind *const kinds[] = { &clock_step, &time_backwards, NULL };

const struct analyzer capture_clock_analyzer = {
	.name = "capture-clock",
	.kinds = kinds,
	.state_size = sizeof(struct clock_state),
	.wants = WANTS_PACKETS,
	.begin = clock_begin,
	.observe = clock_observe,
	.finish = clock_finish,
};
