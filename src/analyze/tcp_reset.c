/* Who broke the connection off, and was it really that host? tcp/reset-by-peer, tcp/reset-forged,
 * tcp/reset-after-idle, tcp/reset-race, tcp/stray. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyze/tcp_words.h"
#include "core/clock.h"
#include "core/hash.h"
#include "session/hosts.h"

static const struct finding_kind reset_by_peer = {
	.id = "tcp/reset-by-peer",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_XE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_REORDERED,
	.title = "A connection was broken off by a reset",
	.say = "{host_name} broke the connection off {context}; {open} {open_is} still under way.",
	.meaning = "A reset inside the window of an open connection. What it means hangs on the "
		   "moment: after both sides had closed it is only a quick way to close; in the "
		   "middle of an answer it is an abort.",
	.false_alarms = "Resets after a FIN or after everything was confirmed are a habit of many "
			"programs and only information; resets that another device sent are "
			"tcp/reset-forged.",
	.advice = { "Look at the log of the program on {host_name} at that time." },
	.reference = "RFC 9293 3.10.7.4",
	.parameters = {
		{ .name = "times", .unit = UNIT_COUNT, .value = 1,
		  .meaning = "aborts by a server that are a warning" },
	},
};

static const struct finding_kind reset_forged = {
	.id = "tcp/reset-forged",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_XE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.beyond = "How far away a host is takes five of its packets, of its other connections where this one is short.",
	.title = "A reset was sent in somebody else's name",
	.say = "The reset was not sent by {host_name}: {signs}. A device on the way did it in its "
	       "name.",
	.meaning = "The reset differs from the other packets of its alleged sender: hop count, "
		   "hardware address, or that host goes on as if nothing had happened. Or it is repeated for a "
		   "sequence number far behind the first, which only somebody does who has to guess.",
	.false_alarms = "Some systems send resets with another initial TTL: the number of hops is "
			"compared, not the TTL. Another MAC alone is only a notice: routers share "
			"their work. So is a distance that is known from one packet: a proxy may answer the SYN of "
			"the host behind it.",
	.advice = { "Look at the logs of firewalls and intrusion prevention between the hosts at "
		    "that time.",
		    "The hop count of the reset tells how far away the device is." },
	.reference = "weberblog.net, \"Who sends TCP RSTs?\"",
	.parameters = {
		{ .name = "hops", .unit = UNIT_COUNT, .value = 3,
		  .meaning = "difference of hop counts" },
	},
};

static const struct finding_kind reset_after_idle = {
	.id = "tcp/reset-after-idle",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_XE,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "Idle connections are reset",
	.say = "{host_name} closes connections that were idle for {idle}.",
	.meaning = "A reset after a long silence with nothing open: a time limit of that host.",
	.false_alarms = "A reset by another device after a silence is tcp/reset-forged; one that "
			"answers data into a forgotten connection is tcp/idle-drop.",
	.advice = { "Align the time limits: the server's should be longer than the client's and "
		    "the load balancer's." },
	.reference = "RFC 9293",
	.parameters = {
		{ .name = "idle", .unit = UNIT_SECONDS, .value = 30,
		  .meaning = "silence before the reset" },
	},
};

static const struct finding_kind reset_race = {
	.id = "tcp/reset-race",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_XE,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "Request and close crossed on the way",
	.say = "{client} sent a request ({bytes}) while the close of {server} was on its way to "
	       "it; {server} answered with a reset.",
	.meaning = "On a connection kept open for the next request, the server's time limit ran "
		   "out at the moment when the client used it again.",
	.false_alarms = "Data sent after the close was confirmed is tcp/data-after-close.",
	.advice = { "Make the client's idle limit shorter than the server's, and let it repeat "
		    "such requests." },
	.reference = "RFC 9112 9.5",
	.parameters = {
		{ .name = "times", .unit = UNIT_COUNT, .value = 2,
		  .meaning = "crossings of one service that are a warning" },
	},
};

static const struct finding_kind stray = {
	.id = "tcp/stray",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_SE,
	.merge = MERGE_PAIR,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "Packets for connections that nobody knows",
	.say = "{packets|packet|packets} of {client} and {server} belong to connections that the "
	       "other side does not know.",
	.meaning = "Packets without a connection, answered by resets: one end lost its state, or "
		   "they are late duplicates.",
	.false_alarms = "At the start of a trace every connection is unknown; only later ones "
			"count.",
	.advice = { "See whether one of the hosts, or a device between them, restarted before." },
	.reference = "RFC 9293 3.5.1",
	.parameters = {
		{ .name = "packets", .unit = UNIT_COUNT, .value = 5, .meaning = "of one pair" },
		{ .name = "start", .unit = UNIT_SECONDS, .value = 60,
		  .meaning = "from the start of the trace" },
	},
};

static const struct finding_kind *const kinds[] = {
	&reset_after_idle, &reset_by_peer, &reset_forged, &reset_race, &stray, NULL
};

#define STEADY 5                 /* packets in a row that show how far away a host is */
#define PAIRS 1024                /* counters by hash; a clash only makes a notice louder */

struct reset_state {
	double hops, races, strays, aborts;
	int64_t idle, start;
	uint16_t race[PAIRS], stray[PAIRS];
};

static void reset_begin(struct analysis_context *context)
{
	struct reset_state *state = context->state;
	state->aborts = setting(context->settings, &reset_by_peer, "times");
	state->hops = setting(context->settings, &reset_forged, "hops");
	state->idle = setting_duration(context->settings, &reset_after_idle, "idle");
	state->races = setting(context->settings, &reset_race, "times");
	state->strays = setting(context->settings, &stray, "packets");
	state->start = setting_duration(context->settings, &stray, "start");
}

static void name_host(struct finding *finding, const struct session *session, uint8_t side)
{
	finding_address(finding, "host_name", &session->key.end[side].address);
}

static void cite_reset(struct finding *finding, const struct session *session, uint8_t side)
{
	const struct tcp_side *x = &session->tcp->side[side], *y = &session->tcp->side[side ^ 1];
	if (x->last_data_packet && x->last_data_time <= x->rst_time)
		finding_evidence(finding, x->last_data_packet, x->last_data_time, "its last data");
	if (y->last_data_packet && y->last_data_time <= x->rst_time)
		finding_evidence(finding, y->last_data_packet, y->last_data_time,
				 "the other side's last data");
	finding_evidence(finding, x->rst_packet, x->rst_time, "reset");
}

struct signs {                   /* that the reset is not its alleged sender's */
	int count;
	bool strong;                 /* one of them suffices: it came from elsewhere, or too early */
	bool sure;                   /* that end had sent enough to know how far away it is */
	char words[128];
};

static void add_sign(struct signs *signs, bool strong, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void add_sign(struct signs *signs, bool strong, const char *format, ...)
{
	size_t used = strlen(signs->words);
	va_list arguments;
	used += (size_t)snprintf(signs->words + used, sizeof signs->words - used, "%s",
				 signs->count ? ", " : "");
	va_start(arguments, format);
	if (used < sizeof signs->words)
		vsnprintf(signs->words + used, sizeof signs->words - used, format, arguments);
	va_end(arguments);
	signs->count++;
	signs->strong |= strong;
}

static struct signs forged_signs(const struct analysis_context *context,
				 const struct session *session, uint8_t side)
{
	const struct reset_state *state = context->state;
	const struct tcp_side *x = &session->tcp->side[side];
	struct signs signs = { .sure = x->rst_ttl_expected != 0 };
	/* In short conversations the packet before, mostly the SYN-ACK, has to do. A proxy may have sent that for the
	 * host: the distance is sure where the host's packets in other connections came from as far. */
	uint8_t before = signs.sure ? x->rst_ttl_expected : x->rst_ttl_before;
	const struct host *host = session_table_host(context->trace->sessions, &session->key.end[side].address);
	signs.sure = signs.sure || (host && before && host->ttl_steady >= STEADY && host->ttl_usual == before);
	int away = (int)hops_by_time_to_live(x->rst_ttl);
	int usual = (int)hops_by_time_to_live(before);
	if (before && abs(away - usual) >= state->hops)
		add_sign(&signs, signs.sure, "it came over %d hops, not %d", away, usual);
	if (x->rst_too_early)
		add_sign(&signs, true, "it confirmed data not there yet");
	if (x->rst_guessed)
		add_sign(&signs, true, "it came again as a guess");
	if (x->rst_other_mac)
		add_sign(&signs, false, "another MAC");
	if (x->after_rst > 1 && x->rst_ttl_expected)
		add_sign(&signs, false, "that host went on");
	return signs;
}

static void report_forged(struct analysis_context *context, const struct session *session,
			  uint8_t side, const struct signs *signs)
{
	struct finding finding;
	finding_begin(&finding, &reset_forged, session);
	if (signs->count < 2) {
		finding.severity = signs->strong ? SEVERITY_WARNING : SEVERITY_NOTICE;
		finding.confidence = signs->strong ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
		finding_alternative(&finding, "the host itself, whose route just changed", NULL);
	} else if (!signs->sure) {
		finding.confidence = CONFIDENCE_LIKELY;
	}
	blame_middlebox(&finding, session, side);
	finding_why(&finding, "Hosts do not change distance or hardware address for one packet, "
			      "nor guess their own sequence numbers, nor know of data before it comes.");
	name_host(&finding, session, side);
	finding_words(&finding, "signs", "%s", signs->words);
	cite_reset(&finding, session, side);
	finding_submit(context->findings, &finding);
}

/* Seen near the client the request is there first; but the close does not confirm it, and comes too soon
 * after it to be the answer of a server that had it. */
static bool crossed_behind_trace_point(const struct session *session)
{
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	return y->fin_seen && !y->fin_confirms && y->rst_peer_outstanding > (x->fin_seen ? 1 : 0) &&
	       tcp_round_trip_known(session) &&
	       x->last_data_packet && x->last_data_time < y->fin_first_time &&
	       y->fin_first_time - x->last_data_time < tcp_round_trip(session);
}

static void report_race(struct analysis_context *context, const struct session *session)
{
	struct reset_state *state = context->state;
	const struct tcp_side *x = &session->tcp->side[session->client];
	const struct tcp_side *y = &session->tcp->side[session_server(session)];
	uint16_t *times = &state->race[hash_bytes(&session->key.end[session_server(session)],
					  sizeof session->key.end[0], 0) % PAIRS];
	(*times)++;
	struct finding finding;
	finding_begin(&finding, &reset_race, session);
	if (*times < state->races)
		finding.severity = SEVERITY_NOTICE;
	finding.confidence = CONFIDENCE_LIKELY;
	blame_config(&finding, session, session_server(session));
	finding_why(&finding, "The server closes idle connections before the client gives them "
			      "up.");
	bool behind = !x->late_data_bytes;
	finding_number(&finding, "bytes", UNIT_BYTES,
		       (double)(behind ? y->rst_peer_outstanding - (x->fin_seen ? 1 : 0) : x->late_data_bytes),
		       FACT_SUM);
	finding_evidence(&finding, y->fin_first_packet, y->fin_first_time, "the server closes");
	finding_evidence(&finding, behind ? x->last_data_packet : x->late_data_packet,
			 behind ? x->last_data_time : x->late_data_time, "the client sends");
	finding_evidence(&finding, y->rst_packet, y->rst_time, "reset");
	finding_submit(context->findings, &finding);
}

static void report_reset(struct analysis_context *context, const struct session *session,
			 uint8_t side)
{
	const struct reset_state *state = context->state;
	const struct tcp_side *x = &session->tcp->side[side], *y = &session->tcp->side[side ^ 1];
	bool closing = (x->fin_seen && x->fin_first_time <= x->rst_time) ||
		       (y->fin_seen && y->fin_first_time <= x->rst_time);
	bool server = side != session->client;
	uint64_t open = x->rst_outstanding + x->rst_peer_outstanding;
	bool broken = x->rst_request_open || x->rst_answer_open || open > 0;
	struct finding finding;
	if (!closing && !broken && x->rst_idle >= state->idle) {
		finding_begin(&finding, &reset_after_idle, session);
		blame_config(&finding, session, side);
		finding_why(&finding, "Nothing was open; only time had passed.");
		name_host(&finding, session, side);
		finding_duration(&finding, "idle", x->rst_idle);
		cite_reset(&finding, session, side);
		finding_submit(context->findings, &finding);
		return;
	}
	finding_begin(&finding, &reset_by_peer, session);
	blame_program(&finding, session, side);
	name_host(&finding, session, side);
	finding_number(&finding, "open", UNIT_BYTES, (double)open, FACT_SUM);
	finding_words(&finding, "open_is", "%s", open == 1 ? "was" : "were");
	if (!open)
		finding.say = "{host_name} broke the connection off {context}.";
	if (closing && !(server && y->late_data_bytes)) {
		finding.severity = SEVERITY_INFO;
		finding.sub_kind = "reset-instead-of-close";
		finding_words(&finding, "context", "while it was being closed");
		finding_why(&finding, "One side had closed already: a reset is only the quick way "
				      "to end it.");
	} else if (closing) {
		finding.severity = SEVERITY_NOTICE;
		finding.sub_kind = "reset-unread-data";
		finding_words(&finding, "context", "after it had closed and the client still sent");
		finding_why(&finding, "It closed first and then refused what the client had to "
				      "say.");
	} else if (!broken) {
		finding.severity = SEVERITY_INFO;
		finding.sub_kind = "reset-instead-of-close";
		finding_words(&finding, "context", "when everything was done");
		finding_why(&finding, "All was confirmed: some programs end their connections so.");
	} else {
		finding.sub_kind = "abort";
		if (!server)
			finding.severity = SEVERITY_NOTICE;
		finding_words(&finding, "context", "%s",
			      x->rst_request_open  ? "before the request had an answer"
			      : x->rst_answer_open ? "in the middle of an answer"
						   : "with data unconfirmed");
		finding_why(&finding, server
			? "The reset has the marks of this host's other packets, so its program "
			  "or its stack broke off."
			: "The client gave up: its user or program did not want the rest.");
	}
	cite_reset(&finding, session, side);
	finding_submit(context->findings, &finding);
}

/* Only resets on one side, and packets of the other that belong to nothing the trace has seen. */
static bool is_stray(const struct analysis_context *context, const struct session *session,
		     uint8_t side)
{
	const struct reset_state *state = context->state;
	const struct tcp_side *x = &session->tcp->side[side], *y = &session->tcp->side[side ^ 1];
	return (session->quality & QUALITY_MIDSTREAM) && !x->acks && !x->data_segments &&
	       !y->syn_seen && !y->synack_seen &&
	       session->first_time - context->trace->first_time > state->start;
}

static void report_stray(struct analysis_context *context, const struct session *session,
			 uint8_t side)
{
	struct reset_state *state = context->state;
	struct address pair[2] = { session->key.end[0].address, session->key.end[1].address };
	uint16_t *packets = &state->stray[hash_bytes(pair, sizeof pair, 0) % PAIRS];
	*packets = (uint16_t)(*packets + session->side[side ^ 1].packets);
	if (*packets < state->strays)
		return;
	struct finding finding;
	finding_begin(&finding, &stray, session);
	blame_host(&finding, session, side);
	finding.confidence = CONFIDENCE_LIKELY;
	finding_why(&finding, "This end answers with resets: it does not know the connection (any "
			      "more).");
	finding_number(&finding, "packets", UNIT_COUNT, *packets, FACT_MAX);
	finding_evidence(&finding, session->first_packet, session->first_time,
			 "a packet without a connection");
	finding_evidence(&finding, session->tcp->side[side].rst_packet,
			 session->tcp->side[side].rst_time, "reset");
	finding_submit(context->findings, &finding);
}

static void reset_end(struct analysis_context *context, const struct session *session,
		      const struct observation *last)
{
	(void)last;
	if (!session->tcp)
		return;
	const struct tcp_side *a = &session->tcp->side[0], *b = &session->tcp->side[1];
	if (!a->rst_seen && !b->rst_seen)
		return;
	uint8_t side = a->rst_seen && (!b->rst_seen || a->rst_time <= b->rst_time) ? 0 : 1;
	const struct tcp_side *x = &session->tcp->side[side];
	bool open = session->tcp->handshake.complete || (a->data_segments && b->data_segments);
	if (is_stray(context, session, side)) {
		report_stray(context, session, side);
		return;
	}
	if (!open || !x->rst_in_window)
		return;
	struct signs signs = forged_signs(context, session, side);
	const struct tcp_side *client = &session->tcp->side[session->client];
	if (signs.count)
		report_forged(context, session, side, &signs);
	/* Where one packet is all that tells the distance, the host is not accused either. */
	if (signs.count && (signs.count > 1 || signs.strong || !signs.sure))
		return;
	bool crossed = client->late_data_bytes ? client->late_data_crossed && client->late_data_time <= x->rst_time
					       : crossed_behind_trace_point(session);
	if (side != session->client && crossed)
		report_race(context, session);
	else
		report_reset(context, session, side);
}

const struct analyzer tcp_reset_analyzer = {
	.name = "tcp-reset",
	.kinds = kinds,
	.state_size = sizeof(struct reset_state),
	.begin = reset_begin,
	.session_end = reset_end,
};
