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
	.say = "{conversations} conversations {through} stopped together for {length} and recovered together.",
	.meaning = "Several connections lost data at the same time, nothing of them got through, and all came back within "
		   "moments: what they have in common was gone.",
	.false_alarms = "When sequence numbers moved on during the silence, only the recorder was away (capture/gap). "
			"Connections that lose packets at different times are ordinary loss.",
	.advice = { "Look at the log of switches, routers and firewalls of that place at that time: spanning tree, "
		    "fail-over, link down." },
	.reference = "Zhou et al., CoNEXT'15",
	.parameters = {
		{ .name = "conversations", .unit = UNIT_COUNT, .value = 5, .meaning = "that stop together" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 1, .meaning = "common silence" },
		{ .name = "spread", .unit = UNIT_SECONDS, .value = 3, .meaning = "between the first and the last to recover" },
	},
};

static const struct finding_kind *const kinds[] = { &outage, NULL };

#define STOPS_KEPT 64              /* recoveries that may belong to one outage; more only count */

struct stop {                      /* one conversation's silence */
	struct address end[2];
	uint32_t session;
	int64_t start, end_time;
	uint64_t before, after;
	int64_t after_time;
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
		blame_network(&finding);
		finding.confidence = CONFIDENCE_LIKELY;
		finding_why(&finding, common ? "All of them end at this host: it or its connection was gone."
					     : "They share no single host: the common network was gone.");
		finding_words(&finding, "through", common ? "of %s" : "of several hosts",
			      common ? address_text(shared, name) : "");
		finding_number(&finding, "conversations", UNIT_COUNT, state->kept, FACT_MAX);
		finding_duration(&finding, "length", length);
		finding.cost = length;
		for (uint32_t i = 0; i < state->kept && i < 4; i++)
			finding_evidence(&finding, state->stops[i].after, state->stops[i].after_time,
					 "tcp:%u repeats what was lost", state->stops[i].session);
		finding_submit(context->findings, &finding);
	}
	state->kept = 0;
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
	if (state->kept < STOPS_KEPT)
		state->stops[state->kept++] = (struct stop){
			.end = { session->key.end[0].address, session->key.end[1].address },
			.session = session->number, .start = start, .end_time = episode->end_time,
			.after = episode->last_repeat_packet, .after_time = episode->last_repeat_time };
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
