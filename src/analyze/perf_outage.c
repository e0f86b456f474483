/* Did everything stop at once? perf/outage. */
#include "analyze/tcp_words.h"
#include "core/clock.h"

static const struct finding_kind outage = {
	.id = "perf/outage",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_TE,
	.merge = MERGE_HOST,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "All traffic through one place stopped",
	.say = "{conversations} conversations {through} stopped together for {length} and "
	       "recovered together.",
	.meaning = "Several connections lost data at the same time, nothing of them got through, "
		   "and all came back within moments: what they have in common was gone.",
	.false_alarms = "When sequence numbers moved on during the silence, only the recorder was "
			"away (capture/gap). Connections that lose packets at different times are "
			"ordinary loss.",
	.advice = { "Look at the log of switches, routers and firewalls of that place at that "
		    "time: spanning tree, fail-over, link down." },
	.reference = "Zhou et al., CoNEXT'15",
	.parameters = {
		{ .name = "conversations", .unit = UNIT_COUNT, .value = 5,
		  .meaning = "that stop together" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 1, .meaning = "common silence" },
		{ .name = "spread", .unit = UNIT_SECONDS, .value = 3,
		  .meaning = "between the first and the last to recover" },
	},
};

static const struct finding_kind *const kinds[] = { &outage, NULL };

#define STOPS_KEPT 64              /* recoveries of one outage that are looked at */
#define RECOVERIES_CITED 4

struct stop {                      /* one conversation's silence */
	struct address end[2];
	uint8_t client;
	int8_t lost_at;            /* side of the trace point where its data was lost; -1 unknown */
	uint32_t session;
	uint64_t before;           /* the first packet that was lost, or the last before it */
	uint64_t after;            /* its last repeat */
	int64_t before_time, after_time;
};

struct outage_state {
	double conversations;
	int64_t least, spread;
	struct stop stops[STOPS_KEPT];     /* of the present cluster */
	uint32_t kept;
	int64_t common_start, common_end, last_recovery;
};

static void outage_begin(struct analysis_context *context)
{
	struct outage_state *state = context->state;
	state->conversations = setting(context->settings, &outage, "conversations");
	state->least = setting_duration(context->settings, &outage, "time");
	state->spread = setting_duration(context->settings, &outage, "spread");
}

/* The address that most of the stopped conversations share. */
static const struct address *common_end(const struct outage_state *state, uint32_t *share)
{
	const struct address *best = NULL;
	*share = 0;
	for (uint32_t i = 0; i < state->kept; i++)
		for (int side = 0; side < 2; side++) {
			const struct address *candidate = &state->stops[i].end[side];
			uint32_t count = 0;
			for (uint32_t j = 0; j < state->kept; j++)
				count += address_equal(candidate, &state->stops[j].end[0]) ||
					 address_equal(candidate, &state->stops[j].end[1]);
			if (count > *share) {
				*share = count;
				best = candidate;
			}
		}
	return best;
}

/* "net:client-side" if all lost their data there, likewise for the server's side, else "net:path".
 */
static const char *place(const struct outage_state *state)
{
	uint32_t at_client = 0, at_server = 0;
	for (uint32_t i = 0; i < state->kept; i++) {
		const struct stop *stop = &state->stops[i];
		at_client += stop->lost_at == stop->client;
		at_server += stop->lost_at == (stop->client ^ 1);
	}
	return at_client == state->kept	  ? "net:client-side"
	       : at_server == state->kept ? "net:server-side"
					  : "net:path";
}

/* Did all lose their data between the trace point and the host that they share? */
static bool lost_near(const struct outage_state *state, const struct address *shared)
{
	for (uint32_t i = 0; i < state->kept; i++) {
		const struct stop *stop = &state->stops[i];
		if (stop->lost_at < 0 || !address_equal(&stop->end[stop->lost_at], shared))
			return false;
	}
	return true;
}

static void cite(const struct outage_state *state, struct finding *finding)
{
	const struct stop *first = &state->stops[0];
	for (uint32_t i = 1; i < state->kept; i++)
		if (state->stops[i].before < first->before)
			first = &state->stops[i];
	if (first->before)
		finding_evidence(finding, first->before, first->before_time,
				 "tcp:%u: from here on nothing gets "
				 "through",
				 first->session);
	for (uint32_t i = 0; i < state->kept && i < RECOVERIES_CITED; i++)
		finding_evidence(finding, state->stops[i].after, state->stops[i].after_time,
				 "tcp:%u repeats what was lost", state->stops[i].session);
}

static void close_cluster(struct analysis_context *context)
{
	struct outage_state *state = context->state;
	int64_t length = state->common_end - state->common_start;
	if (state->kept >= state->conversations && length >= state->least) {
		uint32_t share;
		const struct address *shared = common_end(state, &share);
		char name[ADDRESS_TEXT_SIZE];
		struct finding finding;
		finding_begin(&finding, &outage, NULL);
		bool common = share * 10 >= state->kept * 9;
		if (common)
			finding_host(&finding, shared);
		blame_word(&finding, PARTY_NETWORK, "%s", place(state));
		finding.confidence = CONFIDENCE_LIKELY;
		finding_why(&finding, !common ? "They share no single host: the common network was "
						"gone."
			: lost_near(state, shared) ? "All of them end at this host, and the losses "
						     "lie between it and the capture point: it or "
						     "its connection was gone."
			: "The losses do not lie on the side of the host that all of them share: "
			  "the network was gone.");
		finding_words(&finding, "through", common ? "of %s" : "of several hosts",
			      common ? address_text(shared, name) : "");
		finding_number(&finding, "conversations", UNIT_COUNT, state->kept, FACT_MAX);
		finding_duration(&finding, "length", length);
		finding.cost = length;
		cite(state, &finding);
		finding_submit(context->findings, &finding);
	}
	state->kept = 0;
}

/* Where the data of this episode was lost, seen from the trace point. */
static int8_t lost_at(const struct tcp_episode *episode)
{
	return (int8_t)(episode->location == LOSS_UPSTREAM ? episode->sender
		: episode->location == LOSS_DOWNSTREAM ? episode->sender ^ 1 : -1);
}

static void add(struct analysis_context *context, const struct session *session,
		const struct tcp_episode *episode)
{
	struct outage_state *state = context->state;
	int64_t start = episode->end_time - episode->cost;
	if (!episode->recovered || episode->spurious || !episode->by_mechanism[REPEAT_TIMEOUT] ||
	    episode->cost < state->least)
		return;
	bool joins = state->kept && episode->end_time - state->last_recovery <= state->spread &&
		     start < state->common_end - state->least &&
		     episode->end_time > state->common_start + state->least;
	if (state->kept && !joins)
		close_cluster(context);
	if (!state->kept) {
		state->common_start = start;
		state->common_end = episode->end_time;
		state->last_recovery = episode->end_time;
	}
	for (uint32_t i = 0; i < state->kept; i++)
		if (state->stops[i].session == session->number)
			return;
	if (start > state->common_start)
		state->common_start = start;
	if (episode->end_time < state->common_end)
		state->common_end = episode->end_time;
	if (state->kept == STOPS_KEPT)
		return;
	state->stops[state->kept++] = (struct stop){
		.end = { session->key.end[0].address, session->key.end[1].address },
		.client = session->client,
		.lost_at = lost_at(episode),
		.session = session->number,
		.before = episode->original_packet ? episode->original_packet
						   : episode->before_gap_packet,
		.before_time = episode->original_packet ? episode->start_time
							: episode->before_gap_time,
		.after = episode->last_repeat_packet,
		.after_time = episode->last_repeat_time
	};
}

static void outage_observe(struct analysis_context *context, const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++)
		if (observation->events[i].type == EVENT_EPISODE)
			add(context, observation->session, observation->events[i].episode);
}

const struct analyzer perf_outage_analyzer = {
	.name = "perf-outage",
	.kinds = kinds,
	.state_size = sizeof(struct outage_state),
	.wants = WANTS_EVENTS,
	.begin = outage_begin,
	.observe = outage_observe,
	.finish = close_cluster,
};
