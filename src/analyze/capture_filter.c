/* Does a filter keep packets out of the trace? capture/filtered. */
#include <string.h>

#include "analyze/analyzer.h"
#include "analyze/proof.h"
#include "core/hash.h"
#include "source/linktype.h"

static const struct finding_kind filtered = {
	.id = "capture/filtered",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_CQ,
	.merge = MERGE_TRACE,
	.title = "A filter may keep packets out of the trace",
	.say = "{what}. That something else is not in the trace proves nothing.",
	.meaning = "The file names a capture filter (kind declared), or the trace holds nothing "
		   "but TCP for so long that ARP, ICMP or DNS should have appeared (kind "
		   "suspected).",
	.false_alarms = "A tap behind a router shows little but TCP, too; so the trace must be on "
			"Ethernet, with many packets and over some time.",
	.advice = { "Record once without a filter, at least for a minute around the failure." },
	.reference = "pcap-filter(7)",
	.parameters = {
		{ .name = "packets", .unit = UNIT_COUNT, .value = 1000,
		  .meaning = "of TCP and nothing else" },
		{ .name = "time", .unit = UNIT_SECONDS, .value = 60,
		  .meaning = "that the trace covers at least" },
	},
};

struct filter_state {
	uint64_t least;
	int64_t time;
	uint64_t tcp;                    /* packets */
	struct sample first, last;       /* of them */
	bool several_services, several_pairs;
	uint64_t pair;                   /* hash of the two addresses, either way round */
	uint16_t port;
};

static void filter_begin(struct analysis_context *context)
{
	struct filter_state *state = context->state;
	state->least = (uint64_t)setting(context->settings, &filtered, "packets");
	state->time = setting_duration(context->settings, &filtered, "time");
}

static void filter_session_end(struct analysis_context *context, const struct session *session,
			       const struct observation *last)
{
	struct filter_state *state = context->state;
	const struct endpoint *end = session->key.end, *server = &end[session_server(session)];
	uint64_t pair = hash_bytes(&end[0].address, sizeof end[0].address, 0) ^
		hash_bytes(&end[1].address, sizeof end[1].address, 0);
	(void)last;
	if (!session->tcp)
		return;
	state->tcp += session->side[0].packets + session->side[1].packets + session->duplicates;
	if (!state->first.packet || session->first_packet < state->first.packet)
		state->first = (struct sample){ session->first_packet, session->first_time };
	if (session->last_packet > state->last.packet)
		state->last = (struct sample){ session->last_packet, session->last_time };
	if (!state->pair) {
		state->pair = pair;
		state->port = server->port;
	}
	state->several_pairs |= pair != state->pair;
	state->several_services |= server->port != state->port;
}

/* The filter that most packets passed, as the recorder wrote it down; NULL when there is none. */
static const char *declared_filter(const struct source_report *source)
{
	const struct source_interface *most = NULL;
	for (size_t i = 0; source && i < source->interface_count; i++)
		if (source->interfaces[i].filter[0] && source->interfaces[i].packets &&
		    (!most || source->interfaces[i].packets > most->packets))
			most = &source->interfaces[i];
	return most ? most->filter : NULL;
}

/* "not port 22": all but a little of the traffic is there. */
static bool leaves_little_out(const char *filter)
{
	return strncmp(filter, "not ", 4) == 0 || filter[0] == '!';
}

static bool is_on_ethernet(const struct source_report *source)
{
	for (size_t i = 0; source && i < source->interface_count; i++)
		if (source->interfaces[i].link_type != LINKTYPE_ETHERNET)
			return false;
	return true;
}

static bool is_suspect(const struct filter_state *state, const struct trace_state *trace)
{
	return state->tcp >= state->least && state->tcp == trace->packets &&
	       is_on_ethernet(trace->source) &&
	       trace->last_time - trace->first_time >= state->time;
}

static void tell_what(struct finding *finding, const struct filter_state *state)
{
	if (!state->several_pairs)
		finding_words(finding, "what", "It holds nothing but TCP between two hosts");
	else if (!state->several_services)
		finding_words(finding, "what", "It holds nothing but TCP to port %u", state->port);
	else
		finding_words(finding, "what", "It holds nothing but TCP, not even ARP or DNS");
}

static void cite(struct finding *finding, const struct filter_state *state)
{
	if (!state->first.packet)
		return;
	finding_evidence(finding, state->first.packet, state->first.time, "from here");
	finding_evidence(finding, state->last.packet, state->last.time, "to here");
}

static void filter_finish(struct analysis_context *context)
{
	const struct filter_state *state = context->state;
	const char *filter = declared_filter(context->trace->source);
	struct finding finding;
	if (!filter && !is_suspect(state, context->trace))
		return;
	finding_begin(&finding, &filtered, NULL);
	finding.sub_kind = filter ? "declared" : "suspected";
	finding.confidence = filter ? CONFIDENCE_CERTAIN : CONFIDENCE_POSSIBLE;
	if (filter) {
		finding.say = "The trace was recorded with the filter \"{filter}\". That something "
			      "else is not in it proves nothing.";
		finding_words(&finding, "filter", "%s", filter);
		finding_why(&finding, "The file says so itself.");
	} else {
		tell_what(&finding, state);
		finding_why(&finding, "Hosts on Ethernet ask for hardware addresses and names now "
				      "and then, and in this trace they never do.");
		finding_alternative(&finding, "only this traffic passes where the recorder is",
				    NULL);
	}
	finding_count(&finding, "packets", (double)context->trace->packets);
	finding_threshold(&finding, "least", UNIT_COUNT, (double)state->least);
	blame_capture(&finding);
	cite(&finding, state);
	finding_submit(context->findings, &finding);
	if (!filter || !leaves_little_out(filter))
		context->trace_writable->quality |= QUALITY_FILTERED;
}

static const struct finding_kind *const kinds[] = { &filtered, NULL };

const struct analyzer capture_filter_analyzer = {
	.name = "capture-filter",
	.kinds = kinds,
	.state_size = sizeof(struct filter_state),
	.begin = filter_begin,
	.session_end = filter_session_end,
	.finish = filter_finish,
};
