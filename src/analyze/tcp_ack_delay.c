/* Does one end wait for acknowledgements that the other delays on purpose? tcp/delayed-ack-stall,
 * tcp/nagle-stall. */
#include <math.h>
#include <stdlib.h>

#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/hash.h"
#include "core/memory.h"

/* Both waits are measured alike. */
#define STALL_PARAMETERS \
	{ .name = "times", .unit = UNIT_COUNT, .value = 3, .strict = 1, \
	  .meaning = "waits of one conversation" }, \
	{ .name = "each", .unit = UNIT_SECONDS, .value = 0.1, .strict = PARAMETER_ZERO, \
	  .meaning = "shorter waits, or less than half a round trip, are a notice while " \
		     "there are few" }, \
	{ .name = "total", .unit = UNIT_SECONDS, .value = 0.5, .lan = 0.3, .mainframe = 0.3, \
	  .strict = PARAMETER_ZERO, \
	  .meaning = "waiting in all below which it is a notice" }, \
	{ .name = "many", .unit = UNIT_SECONDS, .value = 2, .lan = 1, .mainframe = 1, \
	  .meaning = "waiting in all that is a warning however short each wait is" }, \
	{ .name = "share", .unit = UNIT_RATIO, .value = 0.01, .strict = PARAMETER_ZERO, \
	  .meaning = "of the time of the conversation below which it is a notice" },

static const struct finding_kind delayed_ack_stall = {
	.id = "tcp/delayed-ack-stall",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_COARSE,
	.weakened_by = QUALITY_LOSS,
	.title = "A transfer waits for acknowledgements that are delayed on purpose",
	.say = "{times|time|times} {sender} waited for a confirmation that {receiver} delays on "
	       "purpose: {each} each, {waited} in all.",
	.meaning = "The receiver confirms every second segment at once and a single one only after "
		   "a timer. A sender that has just one or two segments under way before it must "
		   "wait (small send buffer, small congestion window) runs into that timer again "
		   "and again.",
	.false_alarms = "An acknowledgement that comes together with an answer is no delay; one "
			"after which nothing was sent held nobody up. Acknowledgements that are "
			"late for other reasons do not come after the same time again and again.",
	.advice = { "Give {sender} a send buffer of several segments, so that it never waits for a "
		    "single one.",
		    "Switch delayed acknowledgements off on {receiver} for this service (z/OS: "
		    "NODELAYACKS; Linux: TCP_QUICKACK)." },
	.reference = "RFC 1122 4.2.3.2; RFC 5681 4.2",
	.parameters = { STALL_PARAMETERS },
};

static const struct finding_kind nagle_stall = {
	.id = "tcp/nagle-stall",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_COARSE,
	.weakened_by = QUALITY_LOSS,
	.title = "Messages in two pieces wait for a delayed acknowledgement",
	.say = "{sender} sends messages in two pieces; the second waits for the delayed "
	       "confirmation of the first: {times|time|times} {each}, {waited} in all.",
	.meaning = "Nagle's algorithm keeps a small segment back while an earlier one is "
		   "unconfirmed, and the receiver delays the confirmation of a single small "
		   "segment. A program that writes twice before it reads is caught between the two.",
	.false_alarms = "The second piece must leave right behind the late acknowledgement, and "
			"most of the late acknowledgements must release one. A program that merely "
			"works between two writes is told apart.",
	.advice = { "Change the program on {sender} to write each message at once, or let it set "
		    "TCP_NODELAY.",
		    "Where the program cannot be changed, switch delayed acknowledgements off on "
		    "{receiver}." },
	.reference = "RFC 9293 3.7.4; RFC 1122 4.2.3.2, 4.2.3.4",
	.parameters = { STALL_PARAMETERS },
};

static const struct finding_kind *const kinds[] = { &delayed_ack_stall, &nagle_stall, NULL };

#define WAITS_CITED 3
#define SERVICES 512               /* counters by hash; a clash only makes a notice louder */
/* Single waits in many conversations count from so many times `times`. */
#define SERVICE_FACTOR 2
/* Seconds. BSD's timer ticks every 200 ms, so its waits are anything up to it. */
#define TIMER_LONGEST 0.26
#define TIMER_SPREAD 0.25          /* deviation over mean of waits that come from one timer */

enum wait_kind { WAIT_DELAYED_ACK, WAIT_NAGLE, WAIT_KINDS };

struct wait { struct tcp_mark data, acknowledgment, released; };

struct waits {                     /* of one sender, of one kind */
	uint32_t times;
	double total, squares, longest;    /* seconds */
	struct wait cited[WAITS_CITED];
};

struct delay_session { struct waits *of[2]; };     /* by sender: WAIT_KINDS each, or NULL */

struct delay_limits { double times, each, total, many, share; };

struct delay_state {
	struct delay_limits limits[WAIT_KINDS];
	uint32_t service[WAIT_KINDS][SERVICES];   /* waits of all conversations with it */
};

static const struct finding_kind *kind_of(enum wait_kind kind)
{
	return kind == WAIT_NAGLE ? &nagle_stall : &delayed_ack_stall;
}

static void delay_begin(struct analysis_context *context)
{
	struct delay_state *state = context->state;
	for (int i = 0; i < WAIT_KINDS; i++) {
		const struct finding_kind *kind = kind_of((enum wait_kind)i);
		state->limits[i] = (struct delay_limits){
			setting(context->settings, kind, "times"),
			setting(context->settings, kind, "each"),
			setting(context->settings, kind, "total"),
			setting(context->settings, kind, "many"),
			setting(context->settings, kind, "share"),
		};
	}
}

static void add(struct delay_session *mine, const struct observation *observation,
		const struct tcp_stall *stall)
{
	const struct record *record = observation->packet->record;
	struct waits **of = &mine->of[observation->direction];
	if (!*of)
		*of = memory_zeroed(WAIT_KINDS, sizeof **of);
	struct waits *waits = &(*of)[stall->cause == STALL_NAGLE ? WAIT_NAGLE : WAIT_DELAYED_ACK];
	double seconds = (double)(stall->end_time - stall->start_time) / 1e9;
	if (waits->times < WAITS_CITED)
		waits->cited[waits->times] =
			(struct wait){ { stall->before_packet, stall->start_time },
				       { stall->after_packet, stall->end_time },
				       { record->number, record->time } };
	waits->times++;
	waits->total += seconds;
	waits->squares += seconds * seconds;
	if (seconds > waits->longest)
		waits->longest = seconds;
}

static void delay_observe(struct analysis_context *context, const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++) {
		const struct session_event *event = &observation->events[i];
		if (event->type == EVENT_STALL && (event->stall->cause == STALL_NAGLE ||
						   event->stall->cause == STALL_DELAYED_ACK))
			add(context->session_state, observation, event->stall);
	}
}

/* Waits that end by the receiver's timer are alike, or at least not longer than a common one. */
static bool by_timer(const struct waits *waits)
{
	double mean = waits->total / waits->times;
	double variance = waits->squares / waits->times - mean * mean;
	return waits->longest <= TIMER_LONGEST || sqrt(fmax(variance, 0)) <= TIMER_SPREAD * mean;
}

static bool hurts(const struct delay_limits *limits, const struct session *session,
		  const struct waits *waits)
{
	double lasted = (double)(session->last_time - session->first_time) / 1e9;
	double each = waits->total / waits->times, trip = (double)tcp_round_trip(session) / 1e9;
	bool long_ones = each >= limits->each && each >= trip / 2 && waits->total >= limits->total;
	return (long_ones || waits->total >= limits->many) &&
	       waits->total >= limits->share * lasted;
}

static enum severity weigh(struct delay_state *state, const struct session *session, uint8_t sender,
			   enum wait_kind kind, const struct waits *waits)
{
	const struct delay_limits *limits = &state->limits[kind];
	const struct tcp_side *x = &session->tcp->side[sender];
	uint64_t hash = hash_bytes(&session->key.end[session_server(session)],
				   sizeof session->key.end[0], sender == session->client);
	uint32_t *service = &state->service[kind][hash % SERVICES];
	/* Where most late acknowledgements released nothing, those that did are chance. */
	if (!by_timer(waits) || waits->times * 2 < x->late_acks)
		return SEVERITY_INFO;
	*service += waits->times;
	if (waits->times < limits->times && *service < SERVICE_FACTOR * limits->times)
		return SEVERITY_INFO;
	return hurts(limits, session, waits) ? SEVERITY_WARNING : SEVERITY_NOTICE;
}

static void report(struct analysis_context *context, const struct session *session, uint8_t sender,
		   enum wait_kind kind, const struct waits *waits)
{
	struct delay_state *state = context->state;
	struct finding finding;
	finding_begin(&finding, kind_of(kind), session);
	finding.severity = weigh(state, session, sender, kind, waits);
	finding.merge_key = (uint64_t)(sender == session->client) + 1;
	finding.confidence = CONFIDENCE_LIKELY;
	finding.count = waits->times;
	finding.cost = (int64_t)(waits->total * 1e9);
	tcp_say_ends(&finding, session, sender);
	if (kind == WAIT_NAGLE) {
		blame_program(&finding, session, sender);
		finding_why(&finding,
			    "Its program writes a message in pieces, and its TCP keeps the second "
			    "back until the first is confirmed; the delay itself is the other "
			    "end's, as the standard allows.");
	} else {
		blame_config(&finding, session, sender ^ 1);
		finding_why(&finding,
			    "It delays its confirmations; that the sender has so little under way "
			    "is the other half of the cause.");
		finding_alternative(&finding,
				    "the sender's buffer or window holds only one or two segments",
				    NULL);
	}
	finding_count(&finding, "times", waits->times);
	finding_number(&finding, "each", UNIT_SECONDS, waits->total / waits->times, FACT_MAX);
	finding_number(&finding, "waited", UNIT_SECONDS, waits->total, FACT_SUM);
	finding_number(&finding, "longest", UNIT_SECONDS, waits->longest, FACT_MAX);
	finding_count(&finding, "late_acks", session->tcp->side[sender].late_acks);
	finding_threshold(&finding, "times_limit", UNIT_COUNT, state->limits[kind].times);
	for (uint32_t i = 0; i < waits->times && i < WAITS_CITED; i++) {
		const struct wait *wait = &waits->cited[i];
		finding_evidence(&finding, wait->data.packet, wait->data.time,
				 "data that waits for its confirmation");
		finding_evidence(&finding, wait->acknowledgment.packet, wait->acknowledgment.time,
				 "the confirmation, %.0f ms later",
				 (double)(wait->acknowledgment.time - wait->data.time) / 1e6);
		finding_evidence(&finding, wait->released.packet, wait->released.time,
				 "what had to wait for it");
	}
	finding_submit(context->findings, &finding);
}

static void delay_end(struct analysis_context *context, const struct session *session,
		      const struct observation *last)
{
	struct delay_session *mine = context->session_state;
	(void)last;
	for (uint8_t sender = 0; sender < 2; sender++) {
		struct waits *waits = mine->of[sender];
		for (int i = 0; waits && i < WAIT_KINDS; i++)
			if (waits[i].times)
				report(context, session, sender, (enum wait_kind)i, &waits[i]);
		free(waits);
		mine->of[sender] = NULL;
	}
}

const struct analyzer tcp_ack_delay_analyzer = {
	.name = "tcp-ack-delay",
	.kinds = kinds,
	.state_size = sizeof(struct delay_state),
	.session_state_size = sizeof(struct delay_session),
	.wants = WANTS_EVENTS,
	.begin = delay_begin,
	.observe = delay_observe,
	.session_end = delay_end,
};
