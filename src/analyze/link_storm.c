/* Do broadcasts crowd out everything else? link/broadcast-storm and link/broadcast-share. */
#include "analyze/analyzer.h"
#include "analyze/frame.h"
#include "analyze/proof.h"
#include "analyze/top.h"
#include "core/clock.h"

static const struct finding_kind broadcast_storm = {
	.id = "link/broadcast-storm",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_TE,
	.merge = MERGE_TRACE,
	.suppressed_by = QUALITY_FILTERED,
	.weakened_by = QUALITY_DUPLICATES,
	.title = "A broadcast storm floods the LAN",
	.say = "For {lasted} broadcasts and multicasts made {share} of all frames, up to {peak}; "
	       "{origin}. Every host on this LAN must take and look at each of them.",
	.meaning = "In each of several seconds in a row, frames to everybody were both very many and most "
		   "of the traffic. When one and the same frame is repeated over and over the LAN has a "
		   "loop (kind loop); otherwise the sender of most of them is named (kind host).",
	.false_alarms = "Hosts that start or log on ask everybody for a second or two: the storm must "
			"last. Streams to routed multicast groups (video, market data) are not counted. A "
			"capture filter that only lets broadcasts through makes any share look high.",
	.advice = { "Find the switch port of the source or the loop, and shut it while you search.",
		    "Switch on storm control on access ports, and spanning tree with BPDU guard.",
		    "Split a large LAN into VLANs." },
	.reference = "IEEE 802.1Q 8.6; RFC 1122 3.3.6",
	.parameters = {
		{ .name = "rate", .unit = UNIT_RATE_PER_SECOND, .value = 500,
		  .meaning = "broadcasts and multicasts per second" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.5, .meaning = "of all frames" },
		{ .name = "duration", .unit = UNIT_SECONDS, .value = 3,
		  .meaning = "how long both must hold" },
		{ .name = "same", .unit = UNIT_RATE_PER_SECOND, .value = 50,
		  .meaning = "repeats of one identical frame per second that show a loop" },
	},
};

static const struct finding_kind broadcast_share = {
	.id = "link/broadcast-share",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_TE,
	.merge = MERGE_TRACE,
	.suppressed_by = QUALITY_FILTERED,
	.title = "Broadcasts are a large part of the traffic",
	.say = "{share} of the frames in this trace go to everybody ({rate}): {top}. Each costs every "
	       "host on the LAN processor time before it is thrown away.",
	.meaning = "Over the whole trace, broadcast and multicast frames are a large share of all frames "
		   "and come at a steady rate.",
	.false_alarms = "A trace of an idle switch port holds little but broadcasts: their rate must be "
			"worth mentioning, too, and the trace long enough.",
	.advice = { "Look at the protocols named: many (NetBIOS, service discovery) can be switched off.",
		    "Split the LAN into VLANs." },
	.reference = "RFC 1122 3.3.6",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.2, .meaning = "of all frames" },
		{ .name = "rate", .unit = UNIT_RATE_PER_SECOND, .value = 10,
		  .meaning = "frames to everybody per second" },
		{ .name = "duration", .unit = UNIT_SECONDS, .value = 60,
		  .meaning = "length of the trace" },
	},
};

struct storm {                   /* seconds in a row that were over the limits */
	unsigned seconds;
	uint64_t frames, all, peak, same_peak;
	struct top sources;      /* by hardware address */
	struct proof proof;
};

struct storm_state {
	double rate, share, share_limit, share_rate;
	unsigned duration;
	uint32_t same;
	int64_t share_duration;

	/* The current second */
	int64_t second;          /* when it began; 0 before the first frame */
	uint64_t packets_before; /* of the trace, when it began */
	uint64_t frames;
	struct top identical;    /* by frame_hash */
	struct storm storm;

	/* The whole trace */
	uint64_t group_frames;
	struct top topics;
	struct sample first, last;
};

static void storm_begin(struct analysis_context *context)
{
	struct storm_state *state = context->state;
	const struct settings *settings = context->settings;
	state->rate = setting(settings, &broadcast_storm, "rate");
	state->share = setting(settings, &broadcast_storm, "share");
	double duration = setting(settings, &broadcast_storm, "duration");
	state->duration = duration < 1 ? 1 : (unsigned)duration;
	state->same = (uint32_t)setting(settings, &broadcast_storm, "same");
	state->share_limit = setting(settings, &broadcast_share, "share");
	state->share_rate = setting(settings, &broadcast_share, "rate");
	state->share_duration = setting_duration(settings, &broadcast_share, "duration");
}

/* Routed groups carry data that somebody asked for: everything but 224.0.0/24, the administrative
 * 239.255/16 that service discovery uses, and IPv6's interface, link and realm scopes. */
static bool is_routed_group(const struct packet *packet)
{
	if (!packet->outer_ip || frame_is_broadcast(packet))
		return false;
	const struct address *to = &packet->outer_ip->destination;
	if (to->family == ADDRESS_IPV6)
		return (to->bytes[1] & 0xf) > 3;
	bool local = memcmp(to->bytes, "\xe0\0\0", 3) == 0 || memcmp(to->bytes, "\xef\xff", 2) == 0;
	return address_is_multicast(to) && !local;
}

static void name_origin(struct finding *finding, const struct storm *storm, bool loop)
{
	struct top_entry source = top_rank(&storm->sources, 0);
	uint8_t bytes[6];
	char mac[MAC_TEXT_SIZE];
	mac_of_number(source.key, bytes);
	mac_text(bytes, mac);
	if (loop) {
		finding->sub_kind = "loop";
		finding_words(finding, "origin", "the same frames come again and again");
		finding_number(finding, "identical", UNIT_RATE_PER_SECOND, (double)storm->same_peak,
			       FACT_MAX);
		blame_network(finding);
		finding_why(finding, "One identical frame came up to %llu times a second: switches send "
			    "it in a circle.", (unsigned long long)storm->same_peak);
		finding_alternative(finding, "one host sends the same frame again and again", NULL);
		finding->confidence = CONFIDENCE_LIKELY;
	} else if (source.key && source.count * 2 > storm->frames) {
		finding->sub_kind = "host";
		finding_words(finding, "origin", "most of them from %s", mac);
		blame_word(finding, PARTY_CLIENT, "config:%s", mac);
		finding_why(finding, "%s sent %llu of the %llu frames.", mac,
			    (unsigned long long)source.count, (unsigned long long)storm->frames);
		finding->confidence = CONFIDENCE_LIKELY;
	} else {
		finding_words(finding, "origin", "from many hosts");
		blame_network(finding);
		finding_why(finding, "No single host sent most of them.");
		finding->confidence = CONFIDENCE_POSSIBLE;
		finding_alternative(finding, "a loop between switches multiplies frames of many hosts", NULL);
		finding_alternative(finding, "many hosts started at the same time", NULL);
	}
}

static void report_storm(struct analysis_context *context)
{
	struct storm_state *state = context->state;
	struct storm *storm = &state->storm;
	if (storm->seconds >= state->duration) {
		struct finding finding;
		finding_begin(&finding, &broadcast_storm, NULL);
		finding.count = storm->frames;
		name_origin(&finding, storm, storm->same_peak > state->same);
		finding_number(&finding, "lasted", UNIT_SECONDS, storm->seconds, FACT_SUM);
		finding_number(&finding, "share", UNIT_RATIO,
			       (double)storm->frames / (double)storm->all, FACT_MAX);
		finding_number(&finding, "peak", UNIT_RATE_PER_SECOND, (double)storm->peak, FACT_MAX);
		finding_threshold(&finding, "rate", UNIT_RATE_PER_SECOND, state->rate);
		proof_give(&storm->proof, &finding, "one of the frames to everybody");
		finding_submit(context->findings, &finding);
	}
	*storm = (struct storm){ 0 };
}

static void close_second(struct analysis_context *context)
{
	struct storm_state *state = context->state;
	struct storm *storm = &state->storm;
	uint64_t all = context->trace->packets - state->packets_before;
	bool over = (double)state->frames > state->rate &&
		    (double)state->frames > state->share * (double)all;
	if (!over) {
		report_storm(context);
		return;
	}
	storm->seconds++;
	storm->frames += state->frames;
	storm->all += all;
	if (state->frames > storm->peak)
		storm->peak = state->frames;
	uint64_t same = top_rank(&state->identical, 0).count;
	if (same > storm->same_peak)
		storm->same_peak = same;
}

static void open_second(struct analysis_context *context, int64_t now)
{
	struct storm_state *state = context->state;
	/* A second without any of these frames ends a storm as well. */
	if (now - state->second >= 2 * NANOSECONDS)
		report_storm(context);
	state->second = now;
	state->packets_before = context->trace->packets - 1;
	state->frames = 0;
	state->identical = (struct top){ 0 };
}

static void storm_observe(struct analysis_context *context, const struct observation *observation)
{
	struct storm_state *state = context->state;
	const struct packet *packet = observation->packet;
	if (!frame_has_time(packet) || !frame_is_group(packet) || !frame_is_wired(packet) ||
	    observation->twin_of)
		return;
	int64_t now = context->trace->now;
	if (!state->group_frames++)
		state->first = (struct sample){ packet->record->number, packet->record->time };
	state->last = (struct sample){ packet->record->number, packet->record->time };
	top_add(&state->topics, frame_topic(packet));
	if (state->second && now - state->second >= NANOSECONDS)
		close_second(context);
	if (!state->second || now - state->second >= NANOSECONDS)
		open_second(context, now);
	top_add(&state->identical, frame_hash(packet));
	if (is_routed_group(packet))
		return;
	state->frames++;
	if (packet->link.has_source)
		top_add(&state->storm.sources, mac_number(packet->link.source));
	proof_add(&state->storm.proof, packet);
}

static void report_share(struct analysis_context *context)
{
	const struct storm_state *state = context->state;
	int64_t duration = context->trace->last_time - context->trace->first_time;
	if (!state->group_frames || duration < state->share_duration)
		return;
	double share = (double)state->group_frames / (double)context->trace->packets;
	double rate = (double)state->group_frames * NANOSECONDS / (double)duration;
	if (share < state->share_limit || rate < state->share_rate)
		return;
	struct finding finding;
	finding_begin(&finding, &broadcast_share, NULL);
	finding.count = state->group_frames;
	finding_number(&finding, "share", UNIT_RATIO, share, FACT_MAX);
	finding_number(&finding, "rate", UNIT_RATE_PER_SECOND, rate, FACT_MAX);
	char first[TOPIC_TEXT_SIZE], second[TOPIC_TEXT_SIZE];
	struct top_entry best = top_rank(&state->topics, 0), next = top_rank(&state->topics, 1);
	frame_topic_text((uint32_t)best.key, first);
	if (next.count)
		finding_words(&finding, "top", "mostly %s, then %s", first,
			      frame_topic_text((uint32_t)next.key, second));
	else
		finding_words(&finding, "top", "all of it %s", first);
	finding_threshold(&finding, "share_limit", UNIT_RATIO, state->share_limit);
	blame_word(&finding, PARTY_NETWORK, "config:LAN");
	finding_why(&finding, "How far broadcasts reach is decided by the layout of the LAN.");
	finding_evidence(&finding, state->first.packet, state->first.time, "the first of these frames");
	if (state->group_frames > 1)
		finding_evidence(&finding, state->last.packet, state->last.time,
				 "the last of these frames");
	finding_submit(context->findings, &finding);
}

static void storm_finish(struct analysis_context *context)
{
	struct storm_state *state = context->state;
	if (state->second)
		close_second(context);
	report_storm(context);
	report_share(context);
}

static const struct finding_kind *const kinds[] = { &broadcast_storm, &broadcast_share, NULL };

const struct analyzer link_storm_analyzer = {
	.name = "link-storm",
	.kinds = kinds,
	.state_size = sizeof(struct storm_state),
	.wants = WANTS_LINK,
	.begin = storm_begin,
	.observe = storm_observe,
	.finish = storm_finish,
};
