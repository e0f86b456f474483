/* Do losses come in bursts, or one by one whatever the load? tcp/loss-bursty,
 * tcp/loss-random-small-rate. */
#include <stdlib.h>

#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/memory.h"

static const struct finding_kind loss_bursty = {
	.id = "tcp/loss-bursty",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_REORDERED,
	.title = "Losses come in bursts",
	.say = "Losses of {sender}'s packets come in bursts of up to {longest} in a row ({lost} in "
	       "{recoveries|burst|bursts}){rate_words}: a policer, or a buffer that is too small "
	       "for the bursts sent.",
	.meaning = "At least half of the packets lost were lost with their neighbours, or losses "
		   "begin at the same rate each time and take several packets. A bad link loses "
		   "single packets at any time; a queue that overflows, or a policer out of "
		   "tokens, drops whatever comes next.",
	.false_alarms = "Fewer than 20 losses say nothing about their pattern. A large segment "
			"that the card cut into many packets is one loss here.",
	.advice = { "Compare the rate with contracts and policers on that side; shape below it.",
		    "Enlarge the buffer, or let {sender} pace its packets." },
	.reference = "RFC 7567; Flach et al., SIGCOMM 2016 (policing)",
	.parameters = {
		{ .name = "losses", .unit = UNIT_COUNT, .value = 20, .meaning = "packets lost" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.5,
		  .meaning = "of them in runs of four and more" },
		{ .name = "rate", .unit = UNIT_RATIO, .value = 0.001, .strict = PARAMETER_ZERO,
		  .meaning = "share of lost packets below which it is a notice" },
	},
};

static const struct finding_kind loss_random = {
	.id = "tcp/loss-random-small-rate",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_REORDERED,
	.title = "Losses do not depend on the load",
	.say = "Losses of {sender}'s packets ({lost}, {rate}) do not depend on the load: a bad "
	       "link rather than congestion.",
	.meaning = "Packets are lost one by one, with little under way as well as with much. A "
		   "full queue would lose them only at the peaks.",
	.false_alarms = "Fewer than 20 losses say nothing about their pattern.",
	.advice = { "Look at optics, cables, duplex settings and radio links on that side, and at "
		    "their error counters." },
	.reference = "Mathis et al., CCR 1997",
	.parameters = {
		{ .name = "losses", .unit = UNIT_COUNT, .value = 20, .meaning = "packets lost" },
		{ .name = "rate", .unit = UNIT_RATIO, .value = 0.0005,
		  .meaning = "share of packets lost" },
		{ .name = "runs", .unit = UNIT_RATIO, .value = 0.2,
		  .meaning = "largest share of them in runs of four and more" },
		{ .name = "low", .unit = UNIT_RATIO, .value = 0.7,
		  .meaning = "what was under way at a quarter of the losses, "
		  "compared to another quarter with more" },
	},
};

static const struct finding_kind *const kinds[] = { &loss_bursty, &loss_random, NULL };

#define FLIGHTS_KEPT 64            /* recoveries whose load is remembered: enough for quartiles */
#define RUNS_CITED 3
#define RATES_LEAST 3              /* losses at the same rate are a limit */
#define RATE_SPREAD 0.1
#define LOST_AT_ONCE 3 /* packets a recovery, where the limit lets some pass between them */
#define QUEUE_LEAST (5 * MILLISECOND)

struct pattern {                 /* of one sender's losses */
	uint64_t lost, in_runs, upstream, downstream;
	int64_t cost, end_time;
	uint32_t recoveries, longest, flight_count;
	uint32_t flights[FLIGHTS_KEPT];      /* bytes under way when a loss began */
	double rates, rate_squares; /* bytes per second between one recovery and the next loss */
	uint64_t end_position;
	uint32_t rate_count, cited_count;
	struct tcp_episode cited[RUNS_CITED];
};

struct pattern_session { struct pattern *by[2]; };   /* NULL while nothing was lost */

struct pattern_state { double losses, share, rate, random_losses, random_rate, runs, low; };

static void pattern_begin(struct analysis_context *context)
{
	struct pattern_state *state = context->state;
	const struct settings *settings = context->settings;
	state->losses = setting(settings, &loss_bursty, "losses");
	state->share = setting(settings, &loss_bursty, "share");
	state->rate = setting(settings, &loss_bursty, "rate");
	state->random_losses = setting(settings, &loss_random, "losses");
	state->random_rate = setting(settings, &loss_random, "rate");
	state->runs = setting(settings, &loss_random, "runs");
	state->low = setting(settings, &loss_random, "low");
}

static void add_rate(struct pattern *pattern, const struct tcp_episode *episode)
{
	int64_t time = episode->start_time - pattern->end_time;
	if (pattern->end_time && time > 0 && episode->first_sequence > pattern->end_position) {
		double rate = (double)(episode->first_sequence - pattern->end_position) /
			      ((double)time / 1e9);
		pattern->rates += rate;
		pattern->rate_squares += rate * rate;
		pattern->rate_count++;
	}
	pattern->end_time = episode->end_time;
	pattern->end_position = episode->recovery_point;
}

static void add_episode(struct pattern_session *mine, const struct tcp_episode *episode)
{
	if (episode->spurious || !episode->lost_segments || !episode->recovered)
		return;
	if (!mine->by[episode->sender])
		mine->by[episode->sender] = memory_zeroed(1, sizeof(struct pattern));
	struct pattern *pattern = mine->by[episode->sender];
	pattern->recoveries++;
	pattern->lost += episode->lost_segments;
	pattern->in_runs += episode->lost_in_runs;
	pattern->upstream += episode->upstream;
	pattern->downstream += episode->downstream;
	pattern->cost += episode->cost;
	if (episode->run_longest > pattern->longest)
		pattern->longest = episode->run_longest;
	if (pattern->flight_count < FLIGHTS_KEPT)
		pattern->flights[pattern->flight_count++] =
			episode->flight > UINT32_MAX ? UINT32_MAX : (uint32_t)episode->flight;
	if (episode->lost_segments > 1 && pattern->cited_count < RUNS_CITED)
		pattern->cited[pattern->cited_count++] = *episode;
	add_rate(pattern, episode);
}

static void pattern_observe(struct analysis_context *context, const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++)
		if (observation->events[i].type == EVENT_EPISODE)
			add_episode(context->session_state, observation->events[i].episode);
}

static int by_size(const void *a, const void *b)
{
	const uint32_t *one = a, *two = b;
	return (*one > *two) - (*one < *two);
}

/* Losses with little under way as well as with much? */
static bool at_any_load(const struct pattern_state *state, struct pattern *pattern)
{
	uint32_t count = pattern->flight_count;
	qsort(pattern->flights, count, sizeof *pattern->flights, by_size);
	return (double)pattern->flights[count / 4] <=
	       state->low * (double)pattern->flights[count - 1 - count / 4];
}

/* The rate at which losses begin, in bytes per second, if it is the same each time (within 10 %,
 * one standard deviation); else 0. */
static double steady_rate(const struct pattern *pattern)
{
	if (pattern->rate_count < RATES_LEAST)
		return 0;
	double mean = pattern->rates / pattern->rate_count;
	double variance = pattern->rate_squares / pattern->rate_count - mean * mean;
	return variance <= RATE_SPREAD * RATE_SPREAD * mean * mean ? mean : 0;
}

static void begin(struct analysis_context *context, struct finding *finding,
		  const struct finding_kind *kind, const struct session *session, uint8_t sender,
		  const struct pattern *pattern, double rate)
{
	finding_begin(finding, kind, session);
	tcp_blame_loss(context, finding, session, sender,
		       !pattern->upstream && !pattern->downstream ? LOSS_UNKNOWN
		       : pattern->upstream > pattern->downstream  ? LOSS_UPSTREAM
								  : LOSS_DOWNSTREAM);
	if (finding->confidence > CONFIDENCE_LIKELY)
		finding->confidence = CONFIDENCE_LIKELY;
	finding->merge_key = (uint64_t)sender + 1;
	finding->cost = pattern->cost;
	tcp_say_ends(finding, session, sender);
	finding_count(finding, "lost", (double)pattern->lost);
	finding_number(finding, "rate", UNIT_RATIO, rate, FACT_MAX);
}

static void report_bursts(struct analysis_context *context, const struct session *session,
			  uint8_t sender, const struct pattern *pattern, double rate)
{
	const struct pattern_state *state = context->state;
	struct finding finding;
	begin(context, &finding, &loss_bursty, session, sender, pattern, rate);
	if (rate < state->rate)
		finding.severity = SEVERITY_NOTICE;
	finding_number(&finding, "longest", UNIT_COUNT, pattern->longest, FACT_MAX);
	finding_count(&finding, "recoveries", pattern->recoveries);
	finding_count(&finding, "in_bursts", (double)pattern->in_runs);
	const struct rtt_estimate *far = &session->tcp->side[sender ^ 1].rtt;
	double limit = steady_rate(pattern);
	if (limit > 0) {
		bool queue = far->samples &&
			     far->smoothed - far->minimum > QUEUE_LEAST + far->minimum / 2;
		finding.sub_kind = queue ? "full-queue" : "policer";
		finding_words(&finding, "rate_words", " when the rate passes %.3g "
						      "Mbit/s", limit * 8 / 1e6);
	} else {
		finding_words(&finding, "rate_words", "%s", "");
	}
	for (uint32_t i = 0; i < pattern->cited_count; i++)
		tcp_cite_episode(&finding, &pattern->cited[i]);
	finding_submit(context->findings, &finding);
}

static void report_random(struct analysis_context *context, const struct session *session,
			  uint8_t sender, const struct pattern *pattern, double rate)
{
	struct finding finding;
	begin(context, &finding, &loss_random, session, sender, pattern, rate);
	finding_number(&finding, "low_load", UNIT_BYTES,
		       pattern->flights[pattern->flight_count / 4], FACT_MIN);
	finding_number(&finding, "high_load", UNIT_BYTES,
		       pattern->flights[pattern->flight_count - 1 - pattern->flight_count / 4],
		       FACT_MAX);
	finding_evidence(&finding, session->tcp->side[sender].first_data_packet,
			 session->tcp->side[sender].first_data_time, "the data begins");
	finding_evidence(&finding, session->tcp->side[sender].last_data_packet,
			 session->tcp->side[sender].last_data_time, "and ends");
	finding_submit(context->findings, &finding);
}

static void judge(struct analysis_context *context, const struct session *session, uint8_t sender,
		  struct pattern *pattern)
{
	const struct pattern_state *state = context->state;
	const struct tcp_side *x = &session->tcp->side[sender];
	double lost = (double)pattern->lost, runs = (double)pattern->in_runs / lost;
	double rate = x->data_segments ? lost / (double)x->data_segments : 0;
	bool at_limit = steady_rate(pattern) > 0 &&
			pattern->lost >= (uint64_t)LOST_AT_ONCE * pattern->recoveries;
	if (lost >= state->losses && (runs >= state->share || at_limit))
		report_bursts(context, session, sender, pattern, rate < 1 ? rate : 1);
	else if (lost >= state->random_losses && rate >= state->random_rate &&
		 runs <= state->runs && at_any_load(state, pattern))
		report_random(context, session, sender, pattern, rate < 1 ? rate : 1);
}

static void pattern_end(struct analysis_context *context, const struct session *session,
			const struct observation *last)
{
	struct pattern_session *mine = context->session_state;
	(void)last;
	for (uint8_t sender = 0; session->tcp && sender < 2; sender++) {
		if (!mine->by[sender])
			continue;
		judge(context, session, sender, mine->by[sender]);
		free(mine->by[sender]);
		mine->by[sender] = NULL;
	}
}

const struct analyzer tcp_loss_pattern_analyzer = {
	.name = "tcp-loss-pattern",
	.kinds = kinds,
	.state_size = sizeof(struct pattern_state),
	.session_state_size = sizeof(struct pattern_session),
	.wants = WANTS_EVENTS,
	.begin = pattern_begin,
	.observe = pattern_observe,
	.session_end = pattern_end,
};
