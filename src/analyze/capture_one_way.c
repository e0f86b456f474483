/* Does the trace hold only one direction of conversations? capture/one-way. */
#include "analyze/cache.h"
#include "analyze/concerned.h"
#include "core/hash.h"

static const struct finding_kind one_way = {
	.id = "capture/one-way",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "Only one direction was recorded",
	.say = "Only {half} half of {conversations|conversation|conversations} ({share} of TCP) is "
	       "in the trace. The other end did send: {proof}. Response times and losses of that "
	       "half cannot be told.",
	.meaning = "One end of these conversations never appears, and yet the other one confirms "
		   "more and more of its data, or goes on sending without a repeat. So both "
		   "directions worked, and the recorder got only one of them: asymmetric routing, "
		   "or a mirror port set to one direction.",
	.false_alarms = "A host that nobody answers repeats itself, and its acknowledgement number "
			"stands still: that is a finding of its own (tcp/syn-no-answer and others) "
			"and never this one.",
	.advice = { "Mirror both directions (rx and tx) of the port, or tap the return path too.",
		    "Where routing is asymmetric, record at a host, or at both paths and merge the "
		    "traces." },
	.reference = "Zeek, conn_state OTH and possible_split_routing",
	.parameters = {
		{ .name = "packets", .unit = UNIT_COUNT, .value = 20,
		  .meaning = "of one-way conversations at least" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.05,
		  .meaning = "of the TCP packets below which it is a notice" },
	},
};

#define SESSIONS_CITED 3
#define NEW_SEGMENTS_LEAST 10            /* without a repeat although nothing comes back */
#define HALVES_REMEMBERED 4096
#define MOSTLY 20                        /* one conversation with both directions in so many */

struct cited {
	uint64_t first_packet, progress_packet;
	int64_t first_time, progress_time;
};

struct one_way_state {
	double packets_least, share;
	uint64_t tcp_packets, tcp_sessions;
	uint64_t one_sided, two_sided;       /* conversations of any kind */
	uint64_t packets;                    /* of those that are proved to be one-way */
	uint64_t of_client, of_server;       /* whose half is there, where it is known */
	uint64_t by_acknowledgement;
	unsigned cited_count;
	struct cited cited[SESSIONS_CITED];
	struct cache halves;                 /* hash of two endpoints to a bit for each side seen */
	uint64_t mended;                     /* halves whose other half is here too, by itself */
	struct concerned sessions;
};

static void one_way_begin(struct analysis_context *context)
{
	struct one_way_state *state = context->state;
	state->packets_least = setting(context->settings, &one_way, "packets");
	state->share = setting(context->settings, &one_way, "share");
	cache_init(&state->halves, HALVES_REMEMBERED, sizeof(uint64_t), sizeof(uint8_t));
}

/* The invisible end made progress: it was confirmed, or it must have confirmed. */
static bool is_proved(const struct session *session, uint8_t seen, bool *acknowledged)
{
	const struct tcp_side *sender = &session->tcp->side[seen];
	const struct tcp_side *other = &session->tcp->side[!seen];
	*acknowledged = other->last_ack_progress_time > session->side[seen].first_time;
	return *acknowledged ||
	       sender->data_segments - sender->repeated_segments >= NEW_SEGMENTS_LEAST;
}

/* Where one direction passes in a tunnel and the other does not, each is a conversation. */
static void note_half(struct one_way_state *state, const struct session *session, uint8_t seen)
{
	uint64_t ends = hash_bytes(session->key.end, sizeof session->key.end, 0);
	uint8_t *sides = cache_enter(&state->halves, &ends, NULL);
	uint8_t both = 3, before = *sides;
	*sides |= (uint8_t)(1u << seen);
	if (*sides == both && before != both)
		state->mended += 2;
}

static void cite(struct one_way_state *state, const struct session *session, uint8_t seen,
		 bool acknowledged)
{
	const struct session_side *side = &session->side[seen];
	const struct tcp_side *other = &session->tcp->side[!seen];
	if (state->cited_count == SESSIONS_CITED)
		return;
	state->cited[state->cited_count++] = (struct cited){
		.first_packet = side->first_packet, .first_time = side->first_time,
		.progress_packet =
			acknowledged ? other->last_ack_progress_packet : side->last_packet,
		.progress_time = acknowledged ? other->last_ack_progress_time : side->last_time,
	};
}

static void one_way_session_end(struct analysis_context *context, const struct session *session,
				const struct observation *last)
{
	struct one_way_state *state = context->state;
	uint8_t seen = session->side[0].packets == 0;
	bool two_sided = session->side[!seen].packets > 0, acknowledged;
	(void)last;
	state->two_sided += two_sided;
	state->one_sided += !two_sided;
	if (!session->tcp)
		return;
	state->tcp_sessions++;
	state->tcp_packets += session->side[0].packets + session->side[1].packets;
	if (two_sided || !is_proved(session, seen, &acknowledged))
		return;
	note_half(state, session, seen);
	concerned_add(&state->sessions, session);
	state->packets += session->side[seen].packets;
	state->by_acknowledgement += acknowledged;
	if (session->role <= ROLE_SYNACK) {
		state->of_client += seen == session->client;
		state->of_server += seen != session->client;
	}
	cite(state, session, seen, acknowledged);
}

static void tell(struct finding *finding, const struct one_way_state *state, double share)
{
	bool client = state->of_client && !state->of_server;
	bool server = state->of_server && !state->of_client;
	finding_words(finding, "half", "%s",
		      client ? "the client's" : server ? "the server's" : "one");
	finding_words(finding, "proof", "%s", state->by_acknowledgement
		? "its data is confirmed, packet after packet" : "new data goes on without its "
								 "answers");
	finding_count(finding, "conversations", (double)state->sessions.total);
	finding_count(finding, "packets", (double)state->packets);
	finding_number(finding, "share", UNIT_RATIO, share, FACT_MAX);
	finding_threshold(finding, "limit", UNIT_RATIO, state->share);
	blame_capture(finding);
	finding_why(finding, "The visible acknowledgements cover data that the trace never shows: "
			     "it existed, and the recorder did not get it.");
	finding_alternative(finding, "the other end is silent",
			    "it was confirmed again and again, which only its own packets explain");
	for (unsigned i = 0; i < state->cited_count; i++) {
		const struct cited *cited = &state->cited[i];
		finding_evidence(finding, cited->first_packet, cited->first_time,
				 "first packet of the only direction");
		if (cited->progress_packet != cited->first_packet)
			finding_evidence(finding, cited->progress_packet, cited->progress_time,
					 "%s",
					 state->by_acknowledgement
						? "confirms data of the other end that is not in "
						  "the trace"
						: "new data still, although no answer is in the "
						  "trace");
	}
}

static void one_way_finish(struct analysis_context *context)
{
	struct one_way_state *state = context->state;
	struct finding finding;
	if ((double)state->packets < state->packets_least ||
	    state->mended * 2 >= state->sessions.total)
		return;
	double share = (double)state->packets / (double)state->tcp_packets;
	finding_begin(&finding, &one_way, NULL);
	finding.count = state->sessions.total;
	if (share < state->share)
		finding.severity = SEVERITY_NOTICE;
	tell(&finding, state, share);
	concerned_submit(&state->sessions, &finding, context->findings);
	/* Nearly nothing has two sides: what else lacks an answer proves nothing either. */
	if (state->two_sided * MOSTLY <= state->one_sided)
		context->trace_writable->quality |= QUALITY_ONE_WAY;
}

static void one_way_destroy(struct analysis_context *context)
{
	struct one_way_state *state = context->state;
	cache_finish(&state->halves);
	concerned_finish(&state->sessions);
}

static const struct finding_kind *const kinds[] = { &one_way, NULL };

const struct analyzer capture_one_way_analyzer = {
	.name = "capture-one-way",
	.kinds = kinds,
	.state_size = sizeof(struct one_way_state),
	.begin = one_way_begin,
	.session_end = one_way_session_end,
	.finish = one_way_finish,
	.destroy = one_way_destroy,
};
