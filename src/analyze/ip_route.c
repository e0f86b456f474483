/* Did the way to a host change? ip/path-change. */
#include "analyze/analyzer.h"
#include "session/hosts.h"

static const struct finding_kind path_change = {
	.id = "ip/path-change",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_TE,
	.merge = MERGE_HOST,
	.weakened_by = QUALITY_DUPLICATES,
	.title = "The route from a host changed",
	.say = "Packets from {host} came over {before} routers until {changed_at} and over {after} since.",
	.meaning = "The time to live with which a host's packets arrive says how many routers they passed. "
		   "It changed in the middle of a conversation and stayed: the route changed. Kind "
		   "multipath: it goes back and forth, as with two ways used in turns.",
	.false_alarms = "Single packets with another time to live may be forged or come from a device on the "
			"way: both values must hold for several packets.",
	.advice = { "Compare the time with the logs of the routers: a link failed or came back.",
		    "Look whether the round-trip time changed at the same moment." },
	.reference = "RFC 1812 5.3.1",
	.parameters = {
		{ .name = "packets", .unit = UNIT_COUNT, .value = 10,
		  .meaning = "in a row before and after the change" },
	},
};

struct side_route {              /* of one sender */
	uint8_t settled;         /* time to live that held; 0 before */
	uint8_t candidate, run;  /* a value that may become it, and how many packets in a row had it */
	uint8_t changes;
};

struct session_route { struct side_route side[2]; };

struct route_state { uint8_t packets; };

static void route_begin(struct analysis_context *context)
{
	struct route_state *state = context->state;
	double packets = setting(context->settings, &path_change, "packets");
	state->packets = packets > UINT8_MAX ? UINT8_MAX : (uint8_t)packets;
}

static void report_change(struct analysis_context *context, const struct observation *observation,
			  const struct side_route *route)
{
	const struct route_state *state = context->state;
	const struct session *session = observation->session;
	const struct record *record = observation->packet->record;
	struct finding finding;
	finding_begin(&finding, &path_change, session);
	finding_host(&finding, &session->key.end[observation->direction].address);
	if (route->changes > 2) {
		finding.sub_kind = "multipath";
		finding.severity = SEVERITY_INFO;
	}
	finding.confidence = CONFIDENCE_LIKELY;
	finding_number(&finding, "before", UNIT_COUNT, hops_by_time_to_live(route->settled), FACT_FIRST);
	finding_number(&finding, "after", UNIT_COUNT, hops_by_time_to_live(route->candidate), FACT_FIRST);
	finding_number(&finding, "ttl_before", UNIT_COUNT, route->settled, FACT_FIRST);
	finding_number(&finding, "ttl_after", UNIT_COUNT, route->candidate, FACT_FIRST);
	finding_words(&finding, "changed_at", "packet %llu", (unsigned long long)record->number);
	finding_threshold(&finding, "packets", UNIT_COUNT, state->packets);
	if (session->tcp) {
		const struct rtt_estimate *rtt = &session->tcp->side[observation->direction].rtt;
		if (rtt->minimum >= 0)
			finding_duration(&finding, "round_trip", rtt->last);
	}
	blame_network(&finding);
	finding_why(&finding, "Only routers on the way lower the time to live.");
	finding_alternative(&finding, "another device answers in the name of this host", NULL);
	finding_evidence(&finding, record->number, record->time, "time to live %u instead of %u, not the "
			 "first time", route->candidate, route->settled);
	finding_submit(context->findings, &finding);
}

static void route_observe(struct analysis_context *context, const struct observation *observation)
{
	const struct route_state *state = context->state;
	struct session_route *session = context->session_state;
	if (!session || observation->packet->ip->depth > 0)
		return;
	struct side_route *route = &session->side[observation->direction];
	uint8_t ttl = observation->packet->ip->time_to_live;
	if (ttl == route->settled) {
		route->run = 0;
		return;
	}
	if (ttl != route->candidate) {
		route->candidate = ttl;
		route->run = 0;
	}
	if (++route->run < state->packets)
		return;
	if (route->settled) {
		if (route->changes < UINT8_MAX)
			route->changes++;
		report_change(context, observation, route);
	}
	route->settled = ttl;
	route->run = 0;
}

static const struct finding_kind *const kinds[] = { &path_change, NULL };

const struct analyzer ip_route_analyzer = {
	.name = "ip-route",
	.kinds = kinds,
	.state_size = sizeof(struct route_state),
	.session_state_size = sizeof(struct session_route),
	.wants = WANTS_TCP | WANTS_UDP,
	.begin = route_begin,
	.observe = route_observe,
};
