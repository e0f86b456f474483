/* Did the recorder pause while the traffic went on? capture/gap. */
#include "analyze/analyzer.h"
#include "analyze/proof.h"
#include "core/clock.h"
#include "session/sequence.h"

static const struct finding_kind gap = {
	.id = "capture/gap",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "A stretch of time is missing from the trace",
	.say = "{missing} are missing from the trace between packets {before} and {after}: "
	       "everything was silent, and yet {advanced} of {resumed} connections went on behind "
	       "what the trace holds{more}.",
	.meaning = "All conversations are silent at once, and afterwards bytes are confirmed that "
		   "the trace does not hold. So there was traffic, and the recorder did not write "
		   "it.",
	.false_alarms = "In an outage of the network nothing advances (perf/outage).",
	.advice = { "Look at the recorder at that time: a full disk, the change to the next file "
		    "of a ring, a suspended virtual machine." },
	.parameters = {
		{ .name = "silence", .unit = UNIT_SECONDS, .value = 2,
		  .meaning = "of all at least" },
		{ .name = "connections", .unit = UNIT_COUNT, .value = 10,
		  .meaning = "busy before and after it" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.5,
		  .meaning = "of them must have advanced" },
	},
};

#define CONNECTIONS 1024                 /* that are busy at the same time */
#define BUSY (5 * NANOSECONDS)           /* from its last packet to the silence, and from there */

struct connection {                      /* where a TCP connection stands */
	uint32_t session;                /* 0: unused */
	uint32_t next[2];                /* sequence number behind what was seen, by sender */
	bool known[2];
	/* Since the silence: */
	bool resumed, advanced;          /* it spoke; confirmed bytes are missing */
	bool jumped[2];                  /* by sender: bytes were left out, up to: */
	uint32_t jump_end[2];
	int64_t time;
};

struct silence {
	struct sample before, after;     /* after.packet 0: none is being judged */
	uint32_t resumed, advanced;
};

struct gap_state {
	int64_t least;
	double busy_least, share;
	struct sample last;
	struct silence now, longest;
	uint64_t gaps;
	struct connection connections[CONNECTIONS];
};

static void gap_begin(struct analysis_context *context)
{
	struct gap_state *state = context->state;
	state->least = setting_duration(context->settings, &gap, "silence");
	state->busy_least = setting(context->settings, &gap, "connections");
	state->share = setting(context->settings, &gap, "share");
}

static int64_t length_of(const struct silence *silence)
{
	return silence->after.time - silence->before.time;
}

static void judge(struct gap_state *state)
{
	struct silence *silence = &state->now;
	if (silence->after.packet && silence->resumed >= state->busy_least &&
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
	for (size_t i = 0; i < CONNECTIONS; i++) {
		struct connection *connection = &state->connections[i];
		connection->resumed = connection->advanced = false;
		connection->jumped[0] = connection->jumped[1] = false;
	}
}

static struct connection *connection_of(struct gap_state *state, uint32_t session)
{
	struct connection *connection = &state->connections[session % CONNECTIONS];
	if (connection->session != session)
		*connection = (struct connection){
			.session = session, .resumed = true, .advanced = true,
		};
	return connection;
}

/* The packet's own bytes: do they leave something out, or bring what an earlier one left out? */
static void follow_jump(struct connection *connection, const struct tcp_header *tcp, uint8_t sender)
{
	uint32_t sequence = tcp->sequence_number;
	if (!connection->known[sender])
		return;
	if (sequence_after(sequence, connection->next[sender])) {
		connection->jumped[sender] = true;
		connection->jump_end[sender] = sequence;
	} else if (tcp->payload_length && sequence_before(sequence, connection->jump_end[sender])) {
		connection->jumped[sender] = false;
	}
}

/* Does it confirm bytes of the other end that the trace does not hold? */
static bool confirms_unseen(const struct connection *connection, const struct tcp_header *tcp,
			    uint8_t sender)
{
	uint32_t acknowledgment = tcp->acknowledgment_number;
	uint8_t other = !sender;
	if (!tcp_has(tcp, TCP_ACK) || !connection->known[other])
		return false;
	return sequence_after(acknowledgment, connection->next[other]) ||
	       (connection->jumped[other] &&
		!sequence_before(acknowledgment, connection->jump_end[other]));
}

static void speak(struct gap_state *state, const struct observation *observation)
{
	const struct tcp_header *tcp = observation->packet->tcp;
	struct silence *silence = &state->now;
	uint8_t sender = observation->direction;
	int64_t time = observation->packet->record->time;
	struct connection *connection = connection_of(state, observation->session->number);
	uint32_t next = tcp->sequence_number + tcp->payload_length +
		tcp_has(tcp, TCP_SYN) + tcp_has(tcp, TCP_FIN);
	if (silence->after.packet && !connection->resumed) {
		bool busy = silence->before.time - connection->time < BUSY;
		connection->resumed = true;
		connection->advanced = !busy;
		silence->resumed += busy;
	}
	if (silence->after.packet && !connection->advanced) {
		follow_jump(connection, tcp, sender);
		connection->advanced = confirms_unseen(connection, tcp, sender);
		silence->advanced += connection->advanced;
	}
	connection->time = time;
	if (!connection->known[sender] || sequence_after(next, connection->next[sender]))
		connection->next[sender] = next;
	connection->known[sender] = true;
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
		finding_words(&finding, "more", "; there are %llu such gaps",
			      (unsigned long long)state->gaps);
	else
		finding_words(&finding, "more", "%s", "");
	finding_threshold(&finding, "least", UNIT_SECONDS, (double)state->least / NANOSECONDS);
	blame_capture(&finding);
	finding_why(&finding, "The connections went on while the trace was silent, so the network "
			      "worked and the recorder did not.");
	finding_alternative(&finding, "the network was down", "sequence numbers advanced "
							      "meanwhile");
	finding_evidence(&finding, longest->before.packet, longest->before.time, "the last packet "
										 "before the gap");
	finding_evidence(&finding, longest->after.packet, longest->after.time, "the first packet "
									       "behind it");
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
