/* What does the handshake lack that this conversation would have needed? tcp/options-stripped,
 * tcp/mss-small, tcp/no-window-scaling, tcp/no-sack. */
#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/hash.h"

static const struct finding_kind options_stripped = {
	.id = "tcp/options-stripped",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "Something removes TCP options",
	.say = "Something {where} removes {options} from the handshake of {client} and {server}: "
	       "transfers lose window scaling, quick loss repair or round-trip measurement.",
	.meaning = "Either a SYN shows four or more NOPs in a row, which is what remains when a "
		   "device overwrites an option, or a server answers the full options of other "
		   "clients, and of this one does not, again and again.",
	.false_alarms = "A server that never offers an option does not want it "
			"(tcp/no-window-scaling, tcp/no-sack); one that is flooded answers with "
			"SYN cookies and leaves options out for everybody for a while.",
	.advice = { "Look for a firewall with TCP normalization on that way and let these options "
		    "pass.",
		    "Record on both sides of the suspected device and compare the SYNs." },
	.reference = "RFC 7323 2.2; RFC 2018 2; Honda et al., IMC 2011",
	.parameters = {
		{ .name = "answers", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "connections of a client answered without, and of "
		  "others with the options" },
		{ .name = "nops", .unit = UNIT_COUNT, .value = 4, .meaning = "NOPs in a row" },
	},
};

static const struct finding_kind mss_small = {
	.id = "tcp/mss-small",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_IE,
	.merge = MERGE_PAIR,
	.title = "Packets are kept small",
	.say = "Packets to {host_name} are limited to {mss}{default}: a transfer needs {factor} "
	       "times as many packets as on an ordinary Ethernet.",
	.meaning = "The maximum segment size that one end announced, or the default of 536 bytes "
		   "where it announced none, is well below what the usual links carry.",
	.false_alarms = "Tunnels and old links need small segments by design. Nothing is said "
			"unless segments of that size were sent.",
	.advice = { "Check the MTU of {host_name} and of tunnels on the way, and MSS clamping on "
		    "routers." },
	.reference = "RFC 9293 3.7.1; RFC 6691",
	.parameters = {
		{ .name = "mss", .unit = UNIT_BYTES, .value = 1200, .satellite = 500,
		  .meaning = "announced sizes below this" },
		{ .name = "segments", .unit = UNIT_COUNT, .value = 20,
		  .meaning = "data packets to that host" },
	},
};

static const struct finding_kind no_window_scaling = {
	.id = "tcp/no-window-scaling",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_MIDSTREAM,
	.weakened_by = QUALITY_LOSS,
	.title = "The window cannot grow beyond 64 KB",
	.say = "{host_name} does not offer window scaling: at {rtt} round trip at most {limit} are "
	       "possible, and {share} of a transfer from {sender} to {receiver} ({size}) passed "
	       "with waiting for the window.",
	.meaning = "Without the window scale option in both SYNs a receiver can offer no more than "
		   "65535 bytes. Over a long or fast path the sender fills that in less than a "
		   "round trip and then waits.",
	.false_alarms = "Short transfers and short paths lose nothing and are not reported.",
	.advice = { "Enable window scaling (RFC 7323) on {host_name}, with a receive buffer above "
		    "64 KB (z/OS: TCPRCVBUFRSIZE).",
		    "If it is enabled there, a device on the way removes the option." },
	.reference = "RFC 7323 2",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.2,
		  .meaning = "of a transfer's time spent waiting for the window" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 1, .strict = 0.1,
		  .meaning = "time lost below which it is a notice" },
		{ .name = "rtt", .unit = UNIT_SECONDS, .value = 0.005, .strict = PARAMETER_ZERO,
		  .meaning = "round trip below which 64 KB suffice" },
	},
};

static const struct finding_kind no_sack = {
	.id = "tcp/no-sack",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_MIDSTREAM,
	.weakened_by = QUALITY_LOSS,
	.title = "Losses are repaired one at a time",
	.say = "Without SACK each further packet lost at once costs a full round trip: "
	       "{several|time|times} several packets of {sender} were lost together ({lost} in "
	       "all); {host_name} does not offer it.",
	.meaning = "With selective acknowledgments the receiver tells all its gaps at once. "
		   "Without them the sender learns of the second gap only when the first is "
		   "filled.",
	.false_alarms = "Single losses are repaired equally fast without SACK and are not counted.",
	.advice = { "Enable SACK on {host_name}; if it is enabled there, a device on the way "
		    "removes the option." },
	.reference = "RFC 2018; RFC 6675",
	.parameters = {
		{ .name = "holes", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "packets lost within one window" },
	},
};

static const struct finding_kind *const kinds[] = { &mss_small, &no_sack, &no_window_scaling,
	&options_stripped, NULL };

#define PAIRS 512 /* counters by hash; servers and pairs that clash are counted together */
#define DEFAULT_MSS 536           /* RFC 9293 3.7.1 */
#define ORDINARY_MSS 1460
#define LARGEST_UNSCALED 65535
#define REMOVABLE (TCP_OPTION_WINDOW_SCALE | TCP_OPTION_SACK_PERMITTED | TCP_OPTION_TIMESTAMPS)

struct options_state {
	double nops, answers, mss, segments, share, holes;
	double least_trip;
	int64_t time;
	uint16_t full[PAIRS];            /* by server: full offers that it answered in full */
	uint16_t lacking[PAIRS];         /* by pair: full offers that it answered with less */
	uint16_t granted[PAIRS];         /* by pair: as `full`, for one client alone */
};

struct options_session {
	uint16_t several[2];             /* recoveries of several packets without SACK, by sender */
	uint16_t lost[2];
};

static void options_begin(struct analysis_context *context)
{
	struct options_state *state = context->state;
	const struct settings *settings = context->settings;
	state->nops = setting(settings, &options_stripped, "nops");
	state->answers = setting(settings, &options_stripped, "answers");
	state->mss = setting(settings, &mss_small, "mss");
	state->segments = setting(settings, &mss_small, "segments");
	state->share = setting(settings, &no_window_scaling, "share");
	state->time = setting_duration(settings, &no_window_scaling, "time");
	state->least_trip = setting(settings, &no_window_scaling, "rtt");
	state->holes = setting(settings, &no_sack, "holes");
}

static void cite_offers(struct finding *finding, const struct session *session)
{
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	if (x->syn_seen)
		finding_evidence(finding, x->syn_first_packet, x->syn_first_time,
				 "the client's SYN");
	if (y->synack_seen)
		finding_evidence(finding, y->syn_first_packet, y->syn_first_time,
				 "the server's SYN-ACK");
}

static const char *option_words(uint16_t options)
{
	bool scale = options & TCP_OPTION_WINDOW_SCALE, sack = options & TCP_OPTION_SACK_PERMITTED;
	bool stamps = options & TCP_OPTION_TIMESTAMPS;
	if (scale && sack)
		return stamps ? "window scaling, SACK and timestamps" : "window scaling and SACK";
	if (scale)
		return stamps ? "window scaling and timestamps" : "window scaling";
	if (sack)
		return stamps ? "SACK and timestamps" : "SACK";
	return stamps ? "timestamps" : "options";
}

static void submit_stripped(struct analysis_context *context, const struct session *session,
			    uint8_t side, uint16_t missing, const char *sign)
{
	struct finding finding;
	finding_begin(&finding, &options_stripped, session);
	finding.confidence = CONFIDENCE_LIKELY;
	finding.merge_key = (uint64_t)side + 1;
	blame_middlebox(&finding, session, side);
	finding_words(&finding, "where", "on %s", tcp_side_words(session, side));
	finding_words(&finding, "options", "%s", option_words(missing));
	finding_why(&finding, "%s", sign);
	cite_offers(&finding, session);
	finding_submit(context->findings, &finding);
}

static void count_up(uint16_t *counter)
{
	if (*counter < UINT16_MAX)
		(*counter)++;
}

static void removed(struct analysis_context *context, const struct session *session)
{
	struct options_state *state = context->state;
	uint8_t server = session_server(session);
	const struct tcp_side *x = &session->tcp->side[session->client],
			      *y = &session->tcp->side[server];
	for (uint8_t i = 0; i < 2; i++) {
		const struct tcp_side *side = &session->tcp->side[i];
		if (side->syn_nop_run >= state->nops)
			submit_stripped(context, session, i,
					(uint16_t)(REMOVABLE & ~side->syn_options),
					"Its SYN carries a run of NOPs in place of options: hosts "
					"do not write that, devices that overwrite options do.");
	}
	if ((x->syn_options & REMOVABLE) != REMOVABLE || !y->synack_seen || y->syn_options_cut)
		return;
	const struct endpoint *at = &session->key.end[server];
	const struct address *client = &session->key.end[session->client].address;
	uint64_t hash = hash_bytes(at, sizeof *at, 0);
	uint16_t *full = &state->full[hash % PAIRS];
	size_t place = hash_bytes(client, sizeof *client, hash) % PAIRS;
	uint16_t missing = (uint16_t)(REMOVABLE & ~y->syn_options);
	if (!missing) {
		count_up(full);
		count_up(&state->granted[place]);
		return;
	}
	count_up(&state->lacking[place]);
	if (*full < state->answers || state->lacking[place] < state->answers ||
	    state->granted[place])
		return;
	submit_stripped(context, session, server, missing,
			"The server answers other clients with all the options that they offer, "
			"and this one never, although it offers them, too.");
}

static void small(struct analysis_context *context, const struct session *session, uint8_t side)
{
	const struct options_state *state = context->state;
	const struct tcp_side *y = &session->tcp->side[side], *x = &session->tcp->side[side ^ 1];
	bool silent = !(y->syn_options & TCP_OPTION_MSS);
	uint32_t mss = silent ? DEFAULT_MSS : y->mss;
	if (!(y->syn_seen || y->synack_seen) || (silent && y->syn_options_cut) ||
	    mss >= state->mss || (double)x->data_segments < state->segments ||
	    x->segment_maximum > mss || x->segment_maximum * 10 < mss * 9)
		return;
	struct finding finding;
	finding_begin(&finding, &mss_small, session);
	finding.merge_key = (uint64_t)side + 1;
	finding_address(&finding, "host_name", &session->key.end[side].address);
	finding_number(&finding, "mss", UNIT_BYTES, mss, FACT_MIN);
	finding_words(&finding, "default", "%s", silent ? " (it announced no size, so the default "
							  "holds)" : "");
	finding_words(&finding, "factor", "%.1f", (double)ORDINARY_MSS / mss);
	blame_config(&finding, session, side);
	finding.confidence = CONFIDENCE_LIKELY;
	finding_why(&finding, "The size comes with its SYN as it passed the capture point.");
	finding_alternative(&finding, "a device on the way lowered it for a tunnel (MSS "
				      "clamping)", NULL);
	cite_offers(&finding, session);
	finding_submit(context->findings, &finding);
}

/* Whose SYN lacks the option: the client's, which asks, or else the server's. */
static uint8_t lacking_side(const struct session *session, uint16_t option)
{
	return session->tcp->side[session->client].syn_options & option ? session_server(session)
									: session->client;
}

/* Both SYNs, with all their options: else nothing is known to be absent. */
static bool opening_seen(const struct session *session)
{
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	return x->syn_seen && y->synack_seen && !x->syn_options_cut && !y->syn_options_cut;
}

static void unscaled(struct analysis_context *context, const struct session *session,
		     uint8_t sender)
{
	const struct options_state *state = context->state;
	const struct tcp_transfer *transfer = session->tcp->transfer[sender];
	if (!transfer || session->tcp->side[sender].scale != SCALE_NONE || transfer->duration <= 0)
		return;
	int64_t waited = transfer->time[TRANSFER_WINDOW_FULL];
	double share = (double)waited / (double)transfer->duration;
	double trip = (double)tcp_round_trip(session) / 1e9;
	if (share < state->share || trip < state->least_trip)
		return;
	uint8_t side = lacking_side(session, TCP_OPTION_WINDOW_SCALE);
	struct finding finding;
	finding_begin(&finding, &no_window_scaling, session);
	finding.merge_key = (uint64_t)sender + 1;
	if (waited < state->time)
		finding.severity = SEVERITY_NOTICE;
	finding.confidence = CONFIDENCE_LIKELY;
	finding.cost = waited;
	tcp_say_ends(&finding, session, sender);
	finding_address(&finding, "host_name", &session->key.end[side].address);
	finding_number(&finding, "rtt", UNIT_SECONDS, trip, FACT_MIN);
	finding_number(&finding, "limit", UNIT_BITS_PER_SECOND, LARGEST_UNSCALED * 8 / trip,
		       FACT_MAX);
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_MAX);
	finding_number(&finding, "size", UNIT_BYTES, (double)transfer->bytes, FACT_SUM);
	blame_config(&finding, session, side);
	finding_why(&finding, "Its SYN carries no window scale option, so neither end may scale.");
	cite_offers(&finding, session);
	finding_evidence(&finding, transfer->first_packet, transfer->first_time,
			 "the transfer begins");
	finding_submit(context->findings, &finding);
}

static void unselective(struct analysis_context *context, const struct session *session,
			uint8_t sender)
{
	const struct options_session *mine = context->session_state;
	if (!mine->several[sender])
		return;
	uint8_t side = lacking_side(session, TCP_OPTION_SACK_PERMITTED);
	struct finding finding;
	finding_begin(&finding, &no_sack, session);
	finding.merge_key = (uint64_t)sender + 1;
	finding.confidence = CONFIDENCE_LIKELY;
	finding.cost = (mine->lost[sender] - mine->several[sender]) * tcp_round_trip(session);
	tcp_say_ends(&finding, session, sender);
	finding_address(&finding, "host_name", &session->key.end[side].address);
	finding_count(&finding, "several", mine->several[sender]);
	finding_count(&finding, "lost", mine->lost[sender]);
	blame_config(&finding, session, side);
	finding_why(&finding, "Its SYN does not permit selective acknowledgments.");
	cite_offers(&finding, session);
	finding_submit(context->findings, &finding);
}

static void options_observe(struct analysis_context *context, const struct observation *observation)
{
	const struct options_state *state = context->state;
	struct options_session *mine = context->session_state;
	if (observation->session->tcp->sack || !opening_seen(observation->session))
		return;
	for (unsigned i = 0; i < observation->event_count; i++) {
		const struct tcp_episode *episode = observation->events[i].episode;
		if (observation->events[i].type != EVENT_EPISODE || episode->spurious ||
		    !episode->recovered || episode->lost_segments < state->holes ||
		    episode->timeouts > 1 || mine->lost[episode->sender] > UINT16_MAX / 2)
			continue;
		mine->several[episode->sender]++;
		mine->lost[episode->sender] =
			(uint16_t)(mine->lost[episode->sender] +
				   (episode->lost_segments < UINT16_MAX / 2 ? episode->lost_segments
									    : UINT16_MAX / 2));
	}
}

static void options_end(struct analysis_context *context, const struct session *session,
			const struct observation *last)
{
	(void)last;
	if (!session->tcp)
		return;
	removed(context, session);
	for (uint8_t side = 0; side < 2; side++) {
		small(context, session, side);
		if (!opening_seen(session))
			continue;
		unscaled(context, session, side);
		unselective(context, session, side);
	}
}

const struct analyzer tcp_options_analyzer = {
	.name = "tcp-options",
	.kinds = kinds,
	.state_size = sizeof(struct options_state),
	.session_state_size = sizeof(struct options_session),
	.wants = WANTS_EVENTS,
	.begin = options_begin,
	.observe = options_observe,
	.session_end = options_end,
};
