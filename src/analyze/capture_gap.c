/* Did the recorder pause while the traffic went on? capture/gap. */
#include "analyze/analyzer.h"
#include "analyze/proof.h"
#include "core/clock.h"
#include "core/hash.h"
#include "session/sequence.h"

static const struct finding_kind gap = {
	.id = "capture/gap",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "A stretch of time is missing from the trace",
	.say = "{missing} are missing from the trace between packets {before} and {after}: everything was silent, and "
	       "yet {advanced} of {resumed} connections went on behind what the trace holds{more}.",
	.meaning = "All conversations are silent at once, and afterwards their sequence numbers have advanced. So "
		   "there was traffic, and the recorder did not write it.",
	.false_alarms = "In an outage of the network nothing advances (perf/outage).",
	.advice = { "Look at the recorder at that time: a full disk, the change to the next file of a ring, a "
		    "suspended virtual machine." },
	.parameters = {
		{ .name = "silence", .unit = UNIT_SECONDS, .value = 2, .meaning = "of all at least" },
		{ .name = "connections", .unit = UNIT_COUNT, .value = 10, .meaning = "busy before and after it" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.5, .meaning = "of them must have advanced" },
	},
};

#define SENDERS 1024                     /* directions of TCP connections that are busy at the same time */
#define BUSY (5 * NANOSECONDS)           /* last packet so long before the silence, next so long after it */

struct sender {                          /* where one direction of a connection stood */
	uint64_t key;                    /* 0: unused */
	int64_t time;
	uint32_t next;                   /* sequence number that follows what was seen */
	bool resumed;                    /* it has spoken since the silence */
};

struct silence {
	struct sample before, after;     /* after.packet 0: none is being judged */
	uint32_t resumed, advanced;
};

struct gap_state {
	int64_t least;
	double connections, share;
	struct sample last;
	struct silence now, longest;
	uint64_t gaps;
	struct sender senders[SENDERS];
};

static void gap_begin(struct analysis_context *context)
{
	struct gap_state *state = context->state;
	state->least = setting_duration(context->settings, &gap, "silence");
	state->connections = setting(context->settings, &gap, "connections");
	state->share = setting(context->settings, &gap, "share");
}

static int64_t length_of(const struct silence *silence)
{
	return silence->after.time - silence->before.time;
}

static void judge(struct gap_state *state)
{
	struct silence *silence = &state->now;
	if (silence->after.packet && silence->resumed >= state->connections &&
	    silence->advanced >= state->share * silence->resumed) {
		if (!state->gaps++ || length_of(silence) > length_of(&state->longest))
			state->longest = *silence;
	}
	silence->after.packet = 0;
}

static void begin_silence(struct gap_state *state, struct sample now)
{
	judge(state);
	state->now = (struct silence){ .before = state->last, .after = now };
	for (size_t i = 0; i < SENDERS; i++)
		state->senders[i].resumed = false;
}

/* A sender speaks. The first time after the silence it shows whether something is missing. */
static void speak(struct gap_state *state, const struct observation *observation)
{
	const struct tcp_header *tcp = observation->packet->tcp;
	struct silence *silence = &state->now;
	int64_t time = observation->packet->record->time;
	uint64_t key = hash_mix(observation->session->number, observation->direction) | 1;
	struct sender *sender = &state->senders[key / 2 % SENDERS];
	uint32_t next = tcp->sequence_number + tcp->payload_length +
		tcp_has(tcp, TCP_SYN) + tcp_has(tcp, TCP_FIN);
	if (sender->key != key) {
		*sender = (struct sender){ .key = key, .time = time, .next = next, .resumed = true };
		return;
	}
	bool was_busy = sender->time <= silence->before.time && silence->before.time - sender->time < BUSY;
	if (silence->after.packet && !sender->resumed && was_busy) {
		silence->resumed++;
		silence->advanced += sequence_after(tcp->sequence_number, sender->next);
	}
	sender->resumed = true;
	sender->time = time;
	if (sequence_after(next, sender->next))
		sender->next = next;
}

static void gap_observe(struct analysis_context *context, const struct observation *observation)
{
	struct gap_state *state = context->state;
	const struct record *record = observation->packet->record;
	struct sample now = { record->number, record->time };
	if (record->time == INT64_MIN)
		return;
	if (state->last.packet && now.time - state->last.time > state->least)
		begin_silence(state, now);
	else if (state->now.after.packet && now.time - state->now.after.time > BUSY)
		judge(state);
	if (observation->segment && !tcp_has(observation->packet->tcp, TCP_RST))
		speak(state, observation);
	if (!state->last.packet || now.time > state->last.time)
		state->last = now;
}

static void gap_finish(struct analysis_context *context)
{
	struct gap_state *state = context->state;
	const struct silence *longest = &state->longest;
	judge(state);
	if (!state->gaps)
		return;
	struct finding finding;
	finding_begin(&finding, &gap, NULL);
	finding.count = state->gaps;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_duration(&finding, "missing", length_of(longest));
	finding_number(&finding, "before", UNIT_COUNT, (double)longest->before.packet, FACT_FIRST);
	finding_number(&finding, "after", UNIT_COUNT, (double)longest->after.packet, FACT_FIRST);
	finding_number(&finding, "advanced", UNIT_COUNT, longest->advanced, FACT_FIRST);
	finding_number(&finding, "resumed", UNIT_COUNT, longest->resumed, FACT_FIRST);
	if (state->gaps > 1)
		finding_words(&finding, "more", "; there are %llu such gaps", (unsigned long long)state->gaps);
	else
		finding_words(&finding, "more", "%s", "");
	finding_threshold(&finding, "least", UNIT_SECONDS, (double)state->least / NANOSECONDS);
	blame_capture(&finding);
	finding_why(&finding, "The connections went on while the trace was silent, so the network worked and the "
		    "recorder did not.");
	finding_alternative(&finding, "the network was down", "sequence numbers advanced meanwhile");
	finding_evidence(&finding, longest->before.packet, longest->before.time, "the last packet before the gap");
	finding_evidence(&finding, longest->after.packet, longest->after.time, "the first packet behind it");
	finding_submit(context->findings, &finding);
}

static const struct finding_kind *const kinds[] = { &gap, NULL };

const struct analyzer capture_gap_analyzer = {
	.name = "capture-gap",
	.kinds = kinds,
	.state_size = sizeof(struct gap_state),
	.wants = WANTS_PACKETS,
	.begin = gap_begin,
	.observe = gap_observe,
	.finish = gap_finish,
};
