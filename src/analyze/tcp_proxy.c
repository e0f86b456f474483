/* Does somebody else answer in the server's name? tcp/proxy-in-path. */
#include <stdlib.h>

#include "analyze/tcp_words.h"
#include "core/clock.h"

static const struct finding_kind proxy_in_path = {
	.id = "tcp/proxy-in-path",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_SE,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_REORDERED,
	.title = "A device answers connection requests for the server",
	.say = "A device {hops|hop|hops} from the capture point answers in the name of {server}: "
	       "{sign}. Times of the server are measured behind it.",
	.meaning = "The SYN-ACK came much sooner than the server acknowledges data, or over "
		   "another number of hops than its later packets: a SYN proxy, load balancer, "
		   "accelerator or transparent proxy opens connections for it.",
	.false_alarms = "Delayed acknowledgements do not count, only those of two full packets at "
			"once; queues that a transfer builds up make data slower, too, so times "
			"alone are never more than possible.",
	.advice = { "Record behind that device to measure the server itself." },
	.reference = "RFC 3135; RFC 4987 3.6",
	.parameters = {
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.3,
		  .meaning = "of the shortest round trip of data that the "
		  "SYN-ACK took" },
		{ .name = "samples", .unit = UNIT_COUNT, .value = 5,
		  .meaning = "round trips of data, and packets of the server" },
		{ .name = "hops", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "difference of hop counts; one less is a route" },
		{ .name = "least", .unit = UNIT_SECONDS, .value = 0.005,
		  .meaning = "difference between the two" },
	},
};

static const struct finding_kind *const kinds[] = { &proxy_in_path, NULL };

struct proxy_state {
	double share, samples, hops;
	int64_t least;
};

static void proxy_begin(struct analysis_context *context)
{
	struct proxy_state *state = context->state;
	state->share = setting(context->settings, &proxy_in_path, "share");
	state->samples = setting(context->settings, &proxy_in_path, "samples");
	state->hops = setting(context->settings, &proxy_in_path, "hops");
	state->least = setting_duration(context->settings, &proxy_in_path, "least");
}

static bool sooner(const struct proxy_state *state, const struct session *session)
{
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	int64_t opened = session->tcp->handshake.server_part;
	return opened >= 0 && y->prompt_rtt_samples >= state->samples &&
	       y->prompt_rtt - opened >= state->least &&
	       (double)opened < state->share * (double)y->prompt_rtt;
}

/* One hop count in the SYN-ACK and one other in all that followed. */
static bool elsewhere(const struct proxy_state *state, const struct session *session)
{
	uint8_t server = session_server(session);
	const struct session_side *sent = &session->side[server];
	const struct tcp_side *y = &session->tcp->side[server];
	uint8_t low = sent->ttl_min, high = sent->ttl_max;
	return (double)sent->packets > state->samples && high - low >= state->hops &&
	       !y->rst_seen && y->syn_count == 1 &&
	       ((y->syn_ttl == high && sent->ttl_last == low) ||
		(y->syn_ttl == low && sent->ttl_last == high));
}

static void proxy_end(struct analysis_context *context, const struct session *session,
		      const struct observation *last)
{
	const struct proxy_state *state = context->state;
	(void)last;
	if (!session->tcp || !session->tcp->handshake.complete)
		return;
	bool time = sooner(state, session), place = elsewhere(state, session);
	if (!time && !place)
		return;
	uint8_t server = session_server(session);
	const struct tcp_side *y = &session->tcp->side[server];
	struct finding finding;
	finding_begin(&finding, &proxy_in_path, session);
	finding.confidence = time && place ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	finding.sub_kind = time && place ? "time-and-hops" : time ? "time" : "hops";
	blame_middlebox(&finding, session, server);
	finding_why(&finding, "%s", time && place
		? "Both the time and the hop count of the SYN-ACK differ from what the server "
		  "itself shows later."
		: time ? "The server cannot be nearer for its SYN-ACK than for its "
			 "acknowledgements."
		: "One host has one distance, and its SYN-ACK came over another one than all the "
		  "rest.");
	if (time)
		finding_alternative(&finding, "the transfer filled a queue on the way from its "
					      "first packets on",
				    place ? "the hop counts differ as well" : NULL);
	int hops = session_hops(session, server);
	finding_number(&finding, "hops", UNIT_COUNT, hops < 0 ? 0 : hops, FACT_MIN);
	finding_number(&finding, "synack_ttl", UNIT_COUNT, y->syn_ttl, FACT_FIRST);
	finding_number(&finding, "data_ttl", UNIT_COUNT, session->side[server].ttl_last,
		       FACT_FIRST);
	if (time)
		finding_words(&finding, "sign",
			      "its SYN-ACK took %.3g ms, confirmed data takes %.3g ms",
			      (double)session->tcp->handshake.server_part / 1e6,
			      (double)y->prompt_rtt / 1e6);
	else
		finding_words(&finding, "sign", "its SYN-ACK had TTL %u, all later packets "
						"%u", y->syn_ttl,
			      session->side[server].ttl_last);
	finding_evidence(&finding, session->tcp->handshake.syn_packet, y->syn_first_time -
			 session->tcp->handshake.server_part, "SYN");
	finding_evidence(&finding, y->syn_first_packet, y->syn_first_time, "SYN-ACK");
	finding_submit(context->findings, &finding);
}

const struct analyzer tcp_proxy_analyzer = {
	.name = "tcp-proxy",
	.kinds = kinds,
	.state_size = sizeof(struct proxy_state),
	.begin = proxy_begin,
	.session_end = proxy_end,
};
