/* Did a receiver stop reading? tcp/zero-window, tcp/zero-window-stuck. */
#include <stdlib.h>

#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/memory.h"

static const struct finding_kind zero_window = {
	.id = "tcp/zero-window",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_SESSION,
	.title = "The receiver closed its window",
	.say = "{receiver} stopped reading for {waited} ({times|time|times}, at most {longest} at once); {sender} had to "
	       "wait. The network was not the cause.",
	.meaning = "The program on the receiving side read too slowly, its socket buffer filled up, and its TCP told the "
		   "sender to stop by advertising a window of 0. Only the receiver's own stack sets this window.",
	.false_alarms = "A window of 0 in a reset, a FIN or a SYN means nothing. Without data waiting at the sender (no "
			"probe, window not filled) it hurts nobody and is only information.",
	.advice = { "Look at the program on {receiver} at that time: CPU, a blocked thread, a slow disk or database, "
		    "garbage collection.",
		    "Enlarge its receive buffer only if it merely reads in bursts." },
	.reference = "RFC 9293 3.8.6",
	.parameters = {
		{ .name = "min", .unit = UNIT_SECONDS, .value = 0.2, .lan = 0.05, .strict = PARAMETER_ZERO,
		  .meaning = "waiting in all below which it is only a notice" },
		{ .name = "times", .unit = UNIT_COUNT, .value = 3, .meaning = "closed windows that are worth a notice "
		  "however short they were" },
	},
};

static const struct finding_kind zero_window_stuck = {
	.id = "tcp/zero-window-stuck",
	.severity = SEVERITY_CRITICAL,
	.buttons = BUTTON_SE,
	.merge = MERGE_SESSION,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "A transfer is frozen by a closed window",
	.say = "The transfer from {sender} to {receiver} is frozen: {receiver} closed its window and did not open it "
	       "again for {longest}; {probes|probe|probes} of {sender} {outcome}.",
	.meaning = "The window stayed at 0 until the end of the conversation, or very long. Either the receiving program "
		   "does not read any more, or the sender never asks again, or its probes get lost.",
	.false_alarms = "A window that is closed while nothing waits to be sent, or that opens again, is tcp/zero-window.",
	.advice = { "Look at the program on {receiver}: does it still run, what does it wait for? Restart it if it hangs.",
		    "Record at {receiver} if the probes have no answer." },
	.reference = "RFC 9293 3.8.6.1; RFC 6429",
	.parameters = {
		{ .name = "long", .unit = UNIT_SECONDS, .value = 30, .meaning = "closed so long even if it opens again" },
		{ .name = "until_end", .unit = UNIT_SECONDS, .value = 3, .meaning = "closed at least so long, and to the end" },
		{ .name = "probes", .unit = UNIT_COUNT, .value = 3, .meaning = "probes without any answer that mean a "
		  "broken path" },
	},
};

static const struct finding_kind *const kinds[] = { &zero_window, &zero_window_stuck, NULL };

#define EPISODES_CITED 3

struct closed_windows {            /* of one receiver */
	uint32_t times, waited_times;
	int64_t waited, idle, longest;
	uint32_t cited;
	struct tcp_zero_window first[EPISODES_CITED], worst;
};

struct window_session { struct closed_windows *by[2]; };   /* NULL for most sessions */

struct window_state { int64_t least, lasting, until_end; double times, probes; };

static void window_begin(struct analysis_context *context)
{
	struct window_state *state = context->state;
	state->least = setting_duration(context->settings, &zero_window, "min");
	state->times = setting(context->settings, &zero_window, "times");
	state->lasting = setting_duration(context->settings, &zero_window_stuck, "long");
	state->until_end = setting_duration(context->settings, &zero_window_stuck, "until_end");
	state->probes = setting(context->settings, &zero_window_stuck, "probes");
}

static void add(struct window_session *mine, const struct tcp_zero_window *window)
{
	struct closed_windows *closed = mine->by[window->receiver];
	if (!closed)
		closed = mine->by[window->receiver] = memory_zeroed(1, sizeof *closed);
	int64_t length = window->end_time - window->start_time;
	closed->times++;
	if (!window->sender_waiting) {
		closed->idle += length;
		return;
	}
	if (closed->cited < EPISODES_CITED)
		closed->first[closed->cited++] = *window;
	closed->waited_times++;
	closed->waited += length;
	if (length >= closed->longest) {
		closed->longest = length;
		closed->worst = *window;
	}
}

static void add_events(struct analysis_context *context, const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++)
		if (observation->events[i].type == EVENT_ZERO_WINDOW)
			add(context->session_state, observation->events[i].zero_window);
}

static void cite(struct finding *finding, const struct tcp_zero_window *window)
{
	finding_evidence(finding, window->first_packet, window->start_time, "window 0");
	if (window->first_probe_packet)
		finding_evidence(finding, window->first_probe_packet, window->first_probe_time,
				 "the sender asks whether it is open again");
	if (window->open_packet)
		finding_evidence(finding, window->open_packet, window->end_time, "the window opens (%llu bytes)",
				 (unsigned long long)window->window_after);
}

static void begin(struct finding *finding, const struct finding_kind *kind,
		  const struct session *session, uint8_t receiver)
{
	finding_begin(finding, kind, session);
	tcp_say_ends(finding, session, receiver ^ 1);
	finding->merge_key = (uint64_t)receiver + 1;
	blame_program(finding, session, receiver);
	finding_why(finding, "Only the receiver's own TCP sets the window, and it closes it when the program there does "
		    "not take its data.");
}

static bool is_stuck(const struct window_state *state, const struct session *session,
		     const struct tcp_zero_window *worst)
{
	int64_t length = worst->end_time - worst->start_time;
	bool to_the_end = !worst->open_packet && !session->tcp->side[worst->receiver].rst_seen &&
			  !session->tcp->side[worst->receiver].fin_seen;
	return length >= state->lasting || (to_the_end && length >= state->until_end);
}

static void report_stuck(struct analysis_context *context, const struct session *session,
			 const struct closed_windows *closed)
{
	const struct window_state *state = context->state;
	const struct tcp_zero_window *worst = &closed->worst;
	struct finding finding;
	begin(&finding, &zero_window_stuck, session, worst->receiver);
	finding.cost = closed->waited;
	finding_duration(&finding, "longest", closed->longest);
	finding_count(&finding, "probes", worst->probes);
	finding_count(&finding, "answers", worst->probe_answers);
	if (!worst->probes) {
		finding.sub_kind = "no-probes";
		finding.confidence = CONFIDENCE_LIKELY;
		blame_host(&finding, session, worst->receiver ^ 1);
		finding_why(&finding, "The sender has data and never asks whether the window is open again; if the "
			    "update was lost, both wait for ever (RFC 9293 3.8.6.1 requires probes).");
		finding_words(&finding, "outcome", "were sent at all");
	} else if (worst->probes_in_vain >= state->probes && !worst->open_packet) {
		finding.sub_kind = "probes-unanswered";
		finding.confidence = CONFIDENCE_LIKELY;
		blame_network_at(&finding, session, worst->receiver);
		finding_why(&finding, "The receiver answers no probe: it, or the path to it, is gone.");
		finding_alternative(&finding, "the receiving host stopped altogether", NULL);
		if (worst->probe_answers)
			finding_words(&finding, "outcome", "followed, the last %u without an answer",
				      worst->probes_in_vain);
		else
			finding_words(&finding, "outcome", "had no answer");
	} else if (worst->probes_in_vain && !worst->open_packet) {
		finding.confidence = CONFIDENCE_LIKELY;
		finding_alternative(&finding, "its line was cut: the last probes had no answer", NULL);
		finding_words(&finding, "outcome", "followed, the last %u without an answer", worst->probes_in_vain);
	} else {
		finding_words(&finding, "outcome", "were answered: still closed");
	}
	cite(&finding, worst);
	if (worst->last_probe_packet != worst->first_probe_packet)
		finding_evidence(&finding, worst->last_probe_packet, worst->last_probe_time, "the last probe");
	finding_submit(context->findings, &finding);
}

static void report(struct analysis_context *context, const struct session *session, uint8_t receiver)
{
	const struct window_state *state = context->state;
	const struct closed_windows *closed = ((struct window_session *)context->session_state)->by[receiver];
	if (closed->waited_times && is_stuck(state, session, &closed->worst)) {
		report_stuck(context, session, closed);
		return;
	}
	struct finding finding;
	begin(&finding, &zero_window, session, receiver);
	finding_count(&finding, "times", closed->times);
	finding.count = closed->times;
	if (!closed->waited_times) {
		finding.severity = SEVERITY_INFO;
		finding.say = "{receiver} closed its window {times|time|times}, while nothing waited to be sent.";
	} else if (closed->waited < state->least) {
		finding.severity = closed->times >= state->times ? SEVERITY_NOTICE : SEVERITY_INFO;
	}
	finding.cost = closed->waited;
	finding_number(&finding, "waited", UNIT_SECONDS, (double)closed->waited / 1e9, FACT_SUM);
	finding_duration(&finding, "longest", closed->longest);
	finding_threshold(&finding, "min", UNIT_SECONDS, (double)state->least / 1e9);
	for (uint32_t i = 0; i < closed->cited; i++)
		cite(&finding, &closed->first[i]);
	if (!closed->cited)
		finding_evidence(&finding, session->first_packet, session->first_time, "the conversation");
	finding_submit(context->findings, &finding);
}

static void window_end(struct analysis_context *context, const struct session *session,
		       const struct observation *last)
{
	struct window_session *mine = context->session_state;
	if (!session->tcp)
		return;
	add_events(context, last);
	for (uint8_t receiver = 0; receiver < 2; receiver++) {
		if (!mine->by[receiver])
			continue;
		report(context, session, receiver);
		free(mine->by[receiver]);
		mine->by[receiver] = NULL;
	}
}

const struct analyzer tcp_zero_window_analyzer = {
	.name = "tcp-zero-window",
	.kinds = kinds,
	.state_size = sizeof(struct window_state),
	.session_state_size = sizeof(struct window_session),
	.wants = WANTS_EVENTS,
	.begin = window_begin,
	.observe = add_events,
	.session_end = window_end,
};
