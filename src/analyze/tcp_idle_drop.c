/* Did a firewall or NAT forget a connection while it was idle? tcp/idle-drop.
 *
 * One failure shows only that something happened during a silence. What makes it a time-out of a
 * device between is that the host lives, and that no silence as long was survived by the same two
 * hosts. */
#include <stdlib.h>

#include "analyze/cache.h"
#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/memory.h"
#include "session/hosts.h"

static const struct finding_kind idle_drop = {
	.id = "tcp/idle-drop",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS,
	.title = "A firewall or NAT forgot an idle connection",
	.say = "A firewall or NAT between {sender} and {receiver} forgot this connection during "
	       "{idle} of silence: what {sender} sent then {outcome}.",
	.meaning = "The connection was healthy and quiet. The first packets after the silence were "
		   "repeated without an answer, or answered by a reset that is not the other end's, "
		   "while that host otherwise works.",
	.false_alarms = "A server that closes idle connections itself sends a FIN or a reset with "
			"its own marks (tcp/reset-after-idle). Where the same two hosts survived a "
			"longer silence nothing is said, and where the other end sent nothing more "
			"to anybody it is only a notice.",
	.advice = { "Send keep-alives more often than every {idle}, on {sender} or in the program.",
		    "Raise the state time-out of the firewall or NAT, or let it send resets when it "
		    "forgets." },
	.reference = "RFC 5382 REQ-5; RFC 9293 3.8.4",
	.parameters = {
		{ .name = "idle", .unit = UNIT_SECONDS, .value = 60,
		  .meaning = "silence before, at least 30 s" },
		{ .name = "repeats", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "time-outs or keep-alives without an answer" },
		{ .name = "hops", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "by which the distance of a reset differs" },
		{ .name = "answer", .unit = UNIT_SECONDS, .value = 5,
		  .meaning = "within which a reset answers" },
	},
};

static const struct finding_kind *const kinds[] = { &idle_drop, NULL };

#define PAIRS 4096                 /* two hosts whose longest survived silence is remembered */
/* Findings that wait for the rest of the trace; later ones are told at once. */
#define HELD_LIMIT 64

struct pair { struct address end[2]; };

struct held { struct finding finding; struct pair pair; int64_t idle; };

struct idle_state {
	int64_t idle, answer;
	double repeats, hops;
	struct cache survived;     /* struct pair to int64_t, ns */
	struct held *held;
	size_t held_count, held_capacity;
};

static void idle_begin(struct analysis_context *context)
{
	struct idle_state *state = context->state;
	state->idle = setting_duration(context->settings, &idle_drop, "idle");
	state->repeats = setting(context->settings, &idle_drop, "repeats");
	state->hops = setting(context->settings, &idle_drop, "hops");
	state->answer = setting_duration(context->settings, &idle_drop, "answer");
	cache_init(&state->survived, PAIRS, sizeof(struct pair), sizeof(int64_t));
}

static struct pair pair_of(const struct session *session)
{
	return (struct pair){ { session->key.end[0].address, session->key.end[1].address } };
}

static void remember(struct idle_state *state, const struct session *session, int64_t survived)
{
	struct pair pair = pair_of(session);
	if (survived <= 0)
		return;
	int64_t *longest = cache_enter(&state->survived, &pair, NULL);
	if (survived > *longest)
		*longest = survived;
}

/* How the other end's silence after the pause shows: time-outs in a row, or keep-alives. */
static uint32_t repeats_after(const struct session *session, const struct tcp_idle *idle,
			      const struct observation *last)
{
	const struct tcp_keepalives *probes = session->tcp->side[idle->woken_by].keepalive;
	uint32_t most =
		probes && probes->silent_since.time >= idle->end_time ? probes->unanswered : 0;
	for (unsigned i = 0; i < last->event_count; i++) {
		const struct session_event *event = &last->events[i];
		if (event->type == EVENT_EPISODE && event->episode->sender == idle->woken_by &&
		    event->episode->start_time >= idle->end_time && !event->episode->recovered &&
		    event->episode->timeouts > most)
			most = event->episode->timeouts;
	}
	return most;
}

/* The first sign after the pause is a reset that comes from elsewhere than this host's packets. */
static bool reset_by_other(const struct idle_state *state, const struct session *session,
			   const struct tcp_idle *idle)
{
	const struct tcp_side *x = &session->tcp->side[idle->woken_by];
	const struct tcp_side *y = &session->tcp->side[idle->woken_by ^ 1];
	if (!y->rst_seen || y->rst_time < idle->end_time ||
	    y->rst_time - idle->end_time > state->answer ||
	    x->last_ack_progress_time >= idle->end_time || y->last_data_time >= idle->end_time)
		return false;
	bool far = y->rst_ttl_expected &&
		   hop_difference(y->rst_ttl, y->rst_ttl_expected) >= state->hops;
	return far || y->rst_other_mac;
}

static void cite(struct finding *finding, const struct session *session,
		 const struct tcp_idle *idle, bool reset)
{
	const struct tcp_side *y = &session->tcp->side[idle->woken_by ^ 1];
	const struct session_side *x = &session->side[idle->woken_by];
	finding_evidence(finding, idle->before_packet, idle->start_time,
			 "the last packet while all was well");
	finding_evidence(finding, idle->after_packet, idle->end_time,
			 "the first after the silence");
	if (reset)
		finding_evidence(finding, y->rst_packet, y->rst_time,
				 "a reset that is not the other end's");
	else if (x->last_packet != idle->after_packet)
		finding_evidence(finding, x->last_packet, x->last_time, "the last try");
}

static void hold(struct analysis_context *context, const struct session *session,
		 const struct finding *finding, int64_t idle)
{
	struct idle_state *state = context->state;
	if (state->held_count == HELD_LIMIT) {
		finding_submit(context->findings, finding);
		return;
	}
	state->held = memory_grow(state->held, &state->held_capacity, state->held_count + 1,
				  sizeof *state->held);
	state->held[state->held_count++] = (struct held){ *finding, pair_of(session), idle };
}

static void report(struct analysis_context *context, const struct session *session,
		   uint32_t repeats, bool reset, bool alive)
{
	const struct idle_state *state = context->state;
	const struct tcp_idle *idle = session->tcp->idle;
	struct finding finding;
	finding_begin(&finding, &idle_drop, session);
	tcp_say_ends(&finding, session, idle->woken_by);
	blame_middlebox(&finding, session, -1);
	finding.confidence = CONFIDENCE_LIKELY;
	if (reset) {
		finding.sub_kind = "reset";
		finding_words(&finding, "outcome", "was answered by a reset that is not %s",
			      "the other end's");
		finding_why(&finding,
			    "The connection was healthy before the silence, and the reset has not "
			    "the marks of the other end's packets.");
	} else {
		finding.sub_kind = "silent";
		finding_words(&finding, "outcome", "had no answer, %u times", repeats + 1);
		finding_why(&finding, alive ? "The connection was healthy before the silence, and "
					      "the other end answers others meanwhile: only this "
					      "connection is unknown on the way."
					    : "The connection was healthy before the silence, and "
					      "nobody reset it.");
	}
	if (!reset && !alive) {
		finding.severity = SEVERITY_NOTICE;
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding.say =
			"The connection between {sender} and {receiver} died during {idle} of "
			"silence: what {sender} sent then {outcome}. A firewall or NAT may "
			"have forgotten it.";
		finding_alternative(&finding,
				    "the other end, or the path to it, went away meanwhile", NULL);
	}
	finding.cost = session->last_time - idle->end_time;
	finding_number(&finding, "idle", UNIT_SECONDS,
		       (double)(idle->end_time - idle->start_time) / 1e9, FACT_MIN);
	finding_count(&finding, "repeats", repeats);
	finding_threshold(&finding, "idle_limit", UNIT_SECONDS, (double)state->idle / 1e9);
	cite(&finding, session, idle, reset);
	hold(context, session, &finding, idle->end_time - idle->start_time);
}

static void idle_session_end(struct analysis_context *context, const struct session *session,
			     const struct observation *last)
{
	struct idle_state *state = context->state;
	const struct tcp_idle *idle = session->tcp ? session->tcp->idle : NULL;
	if (!idle)
		return;
	remember(state, session, idle->survived);
	bool reset = reset_by_other(state, session, idle);
	uint8_t silent = idle->woken_by ^ 1;
	if (!reset && session->side[silent].last_time >= idle->end_time) {
		remember(state, session, idle->end_time - idle->start_time);
		return;
	}
	if (idle->end_time - idle->start_time < state->idle)
		return;
	const struct host *host = session_table_host(context->trace->sessions,
						     &session->key.end[silent].address);
	bool alive = host && host->last_sent > idle->end_time;
	uint32_t repeats = repeats_after(session, idle, last);
	const struct tcp_keepalives *probes = session->tcp->side[idle->woken_by].keepalive;
	bool only_probes = probes && probes->unanswered && repeats == probes->unanswered;
	/* Unanswered keep-alives alone tell nothing about why: the host must be known to live. */
	if (reset || (repeats && repeats >= state->repeats && (alive || !only_probes)))
		report(context, session, repeats, reset, alive);
}

static void idle_finish(struct analysis_context *context)
{
	struct idle_state *state = context->state;
	for (size_t i = 0; i < state->held_count; i++) {
		struct held *held = &state->held[i];
		const int64_t *survived = cache_find(&state->survived, &held->pair);
		if (survived && *survived >= held->idle)
			continue;
		if (survived)
			finding_number(&held->finding, "survived", UNIT_SECONDS,
				       (double)*survived / 1e9, FACT_MAX);
		finding_submit(context->findings, &held->finding);
	}
}

static void idle_destroy(struct analysis_context *context)
{
	struct idle_state *state = context->state;
	cache_finish(&state->survived);
	free(state->held);
}

const struct analyzer tcp_idle_drop_analyzer = {
	.name = "tcp-idle-drop",
	.kinds = kinds,
	.state_size = sizeof(struct idle_state),
	.begin = idle_begin,
	.session_end = idle_session_end,
	.finish = idle_finish,
	.destroy = idle_destroy,
};
