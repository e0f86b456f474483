/* Who made the user wait? perf/response-time, perf/server-think, perf/server-pause,
 * perf/client-think.
 *
 * Transactions are judged service by service at the end of the trace: one slow answer among many is
 * another story than a slow service, and only a service has something to compare with. */
#include <stdio.h>

#include "analyze/analyzer.h"
#include "analyze/answers.h"
#include "core/clock.h"
#include "core/sum.h"
#include "core/text.h"

static const struct finding_kind response_time = {
	.id = "perf/response-time",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_COARSE,
	.weakened_by = QUALITY_LOSS | QUALITY_CLOCK,
	.title = "Answers take long",
	.say = "{slow|answer|answers} of {server} port {server_port} took {limit} or more, at "
	       "worst {worst}: {parts}.",
	.meaning = "From the first byte of a request to the last byte of its answer, split into "
		   "parts that add up: set-up, request, round trip, server, retransmission, closed "
		   "windows, pauses, transfer. The largest part is to blame.",
	.false_alarms = "Connections on which both ends send at will have no requests and answers; "
			"answers that wait for an event by design (long polls, pushes) are "
			"recognised by their length, by words in the request, and where the client asks "
			"the same again and again and waits as long each time, or anything but.",
	.advice = { "Follow the largest part: the server's program, the side of the losses, or the "
		    "distance." },
	.reference = "NetForecast response-time equation; RFC 9293",
	.parameters = {
		{ .name = "time", .unit = UNIT_SECONDS, .value = 2, .lan = 0.5, .satellite = 5,
		  .mainframe = 1, .strict = 0.2, .meaning = "request to the end of the answer" },
		{ .name = "answers", .unit = UNIT_COUNT, .value = 2, .strict = 1,
		  .meaning = "slow answers of one service below which it is a notice" },
		{ .name = "event", .unit = UNIT_SECONDS, .value = 20,
		  .meaning = "longer silences before an answer are taken for waiting "
			     "for an event, and are information" },
	},
};

static const struct finding_kind server_think = {
	.id = "perf/server-think",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_COARSE,
	.weakened_by = QUALITY_LOSS | QUALITY_CLOCK,
	.title = "The server's program needs long to answer",
	.say = "The program on {server} port {server_port} needed up to {worst} before it began to "
	       "answer ({slow} of {answers|answer|answers} took {limit} or more, half took at most "
	       "{median}); the network's part was {network}.",
	.meaning = "The request had arrived completely, one round trip had passed, nothing was "
		   "being repeated and no window was closed: the rest of the wait belongs to the "
		   "program behind the port.",
	.false_alarms = "A request that was lost between capture point and server looks the same "
			"until it is repeated: recovery time is taken off. Waits of `event` or "
			"longer look like a long poll.",
	.advice = { "Look at the program's log on {server} at the times shown: database, disk, "
		    "locks, calls to others.",
		    "If it calls another server, record there: the wait may belong to that one." },
	.reference = "RFC 9293; CA/Broadcom ADA: server response time",
	.parameters = {
		{ .name = "time", .unit = UNIT_SECONDS, .value = 1, .lan = 0.5, .satellite = 2,
		  .mainframe = 0.5, .strict = 0.1, .meaning = "server's part of one answer" },
		{ .name = "answers", .unit = UNIT_COUNT, .value = 2, .strict = 1,
		  .meaning = "slow answers of one service below which it is a notice" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.5,
		  .meaning = "server's part of a short answer that is worth a notice from half of "
			     "`time` on" },
	},
};

static const struct finding_kind server_pause = {
	.id = "perf/server-pause",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_COARSE,
	.weakened_by = QUALITY_LOSS | QUALITY_CLOCK,
	.title = "The server paused while it was sending",
	.say = "The program on {server} port {server_port} paused in the middle of its answers for "
	       "{pause} in all.",
	.meaning = "Everything sent so far was confirmed, the window was open, and the rest of the "
		   "answer came later.",
	.false_alarms = "Closed windows and losses are told apart; a new message after a long "
			"silence is no pause.",
	.advice = { "Look at disk and database of {server} at the times shown." },
	.reference = "Zhou et al., CoNEXT'15 (TAPO)",
	.parameters = {
		{ .name = "time", .unit = UNIT_SECONDS, .value = 0.5,
		  .meaning = "pauses of one answer together" },
	},
};

static const struct finding_kind client_think = {
	.id = "perf/client-think",
	.severity = SEVERITY_INFO,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "Most of the time was the client's own",
	.say = "For {share} of the time ({think}) the conversation waited for the user or the "
	       "program on {client}, not for the server or the network.",
	.meaning = "Nothing was under way and no answer was open: it was the client's turn to "
		   "send.",
	.false_alarms = "Idle connections are no fault; this is only told so that nobody blames "
			"the server for the time.",
	.advice = { "If the session felt slow, look at the program on {client}." },
	.reference = "VIAVI Observer: client response time",
	.parameters = {
		{ .name = "time", .unit = UNIT_SECONDS, .value = 1,
		  .meaning = "client's time in the session" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.5,
		  .meaning = "share of the session" },
	},
};

static const struct finding_kind *const kinds[] = { &client_think, &response_time, &server_pause,
	&server_think, NULL };

#define SELDOM 5                   /* one slow answer in so many */
#define UPLOAD_BYTES 20000         /* larger requests are transfers */
#define VERY_SLOW 3                /* times the limit: worth a warning even once */
#define CHAIN_LEAST 3              /* requests that are alike, one at once after the other */
#define CHAIN_PAUSE (NANOSECONDS / 4)  /* of the client between them, at the most */
#define CHAIN_ANSWER 4096          /* bytes; larger answers are worth a wait */
#define CHAIN_ALIKE 5              /* sizes of requests may differ by one in so many */
#define CHAIN_SLACK 50             /* waits of a timer may differ by one in so many, */
#define CHAIN_TICK (20 * MILLISECOND)  /* and by this */
#define CHAIN_SPREAD 10            /* events come after waits of which the longest is so many times the shortest */

struct response_state {
	double answers, think_answers, share, client_share;
	int64_t slow, event, think, pause, client;
	struct services services;
};

/* Requests of one session that follow each other at once and are alike. */
struct chain {
	uint32_t length, slow;
	uint32_t near_longest;                 /* waits that lasted as long as the longest, but for a little */
	int64_t shortest, longest;             /* waits, ns */
	uint64_t request_bytes;
};

struct response_session { int64_t client_time; uint32_t turns; struct chain chain; };

static void response_begin(struct analysis_context *context)
{
	struct response_state *state = context->state;
	const struct settings *settings = context->settings;
	state->slow = setting_duration(settings, &response_time, "time");
	state->answers = setting(settings, &response_time, "answers");
	state->event = setting_duration(settings, &response_time, "event");
	state->think = setting_duration(settings, &server_think, "time");
	state->think_answers = setting(settings, &server_think, "answers");
	state->share = setting(settings, &server_think, "share");
	state->pause = setting_duration(settings, &server_pause, "time");
	state->client = setting_duration(settings, &client_think, "time");
	state->client_share = setting(settings, &client_think, "share");
}

static struct answer answer_of(const struct session *session,
			       const struct tcp_transaction *transaction, int64_t value)
{
	return (struct answer){ .request = transaction->request_packet,
		.request_time = transaction->request_time, .response = transaction->response_packet,
		.response_time = transaction->response_time, .value = value,
		.client = session->key.end[session->client].address };
}

static void add_thinking(const struct response_state *state, struct service *service,
			 const struct session *session, const struct tcp_transaction *transaction)
{
	int64_t server = transaction->part[PART_SERVER];
	struct answer answer = answer_of(session, transaction, server);
	if (server > service->worst_server)
		service->worst_server = server;
	if (server >= state->think) {
		answer_keep(service->server_cited, service->thoughtful++, &answer);
		service->cost_server += server;
	} else if (server >= state->think / 2 && !service->thoughtful &&
		   (double)server >= state->share * (double)transaction->total) {
		answer_keep(service->server_cited, 0, &answer);
		service->hidden++;
	}
}

static void add_pause(const struct response_state *state, struct service *service,
		      const struct session *session, const struct tcp_transaction *transaction)
{
	int64_t pause = transaction->part[PART_PAUSE];
	if (pause < state->pause)
		return;
	service->pause += pause;
	service->paused++;
	service->pause_cited = answer_of(session, transaction, pause);
	service->pause_cited.request = transaction->response_packet;
	service->pause_cited.request_time = transaction->response_time;
	service->pause_cited.response = transaction->response_last_packet;
	service->pause_cited.response_time = transaction->response_last_time;
}

static void add_slow(const struct response_state *state, struct service *service,
		     const struct session *session, const struct tcp_transaction *transaction)
{
	if (transaction->total < state->slow)
		return;
	if (transaction->total > service->worst_total)
		service->worst_total = transaction->total;
	service->cost_total += transaction->total;
	for (int i = 0; i < RESPONSE_PARTS; i++)
		service->part[i] += transaction->part[i];
	service->request_bytes += transaction->request_bytes;
	service->window_of_client |= transaction->window_of_client;
	service->window_of_server |= transaction->window_of_server;
	struct answer answer = answer_of(session, transaction, transaction->total);
	answer.response = transaction->response_last_packet;
	answer.response_time = transaction->response_last_time;
	answer_keep(service->slow_cited, service->slow++, &answer);
}

/* A client that asks the same again at once, with small answers: a long poll if the waits end by a timer (as
 * long each time) or by events (of any length). What is only slow needs about as long each time. */
static void end_chain(struct chain *chain, struct service *service)
{
	bool timer = chain->near_longest >= 2 && chain->near_longest * 2 >= chain->slow;
	bool events = chain->shortest <= chain->longest / CHAIN_SPREAD;
	if (service && chain->length >= CHAIN_LEAST && (timer || events))
		service->polls += chain->slow;
	chain->length = 0;
}

static void follow_chain(const struct response_state *state, struct chain *chain, struct service *service,
			 const struct tcp_transaction *transaction)
{
	int64_t wait = transaction->part[PART_SERVER], slack = wait / CHAIN_SLACK + CHAIN_TICK;
	uint64_t bytes = transaction->request_bytes, before = chain->request_bytes;
	bool alike = bytes <= before + before / CHAIN_ALIKE && before <= bytes + bytes / CHAIN_ALIKE;
	if (!chain->length || !alike || transaction->client_think > CHAIN_PAUSE ||
	    transaction->response_bytes > CHAIN_ANSWER) {
		end_chain(chain, service);
		*chain = (struct chain){ .shortest = wait };
	}
	chain->request_bytes = bytes;
	chain->length++;
	if (wait < chain->shortest)
		chain->shortest = wait;
	if (wait > chain->longest + slack)
		chain->near_longest = 0;
	if (wait > chain->longest)
		chain->longest = wait;
	if (wait < state->think)
		return;
	chain->slow++;
	chain->near_longest += wait + slack >= chain->longest;
}

static void add(struct analysis_context *context, const struct session *session,
		const struct tcp_transaction *transaction)
{
	struct response_state *state = context->state;
	struct response_session *mine = context->session_state;
	mine->client_time = sum_of(mine->client_time, transaction->client_think);
	mine->turns++;
	if (!transaction->turn_based || session->role == ROLE_FIRST_SENDER)
		return;
	struct service *service = services_find(&state->services, session, &response_time);
	if (!service)
		return;
	service_count(service, transaction->part[PART_SERVER]);
	service->known |= transaction->protocol_known;
	service->by_design |= transaction->answers_by_design;
	service->network_sum += transaction->part[PART_ROUND_TRIP];
	service->quality |= session->quality;
	follow_chain(state, &mine->chain, service, transaction);
	if (transaction->part[PART_SERVER] >= (transaction->may_wait ? state->think : state->event)) {
		service->events++;
		return;
	}
	add_thinking(state, service, session, transaction);
	add_pause(state, service, session, transaction);
	add_slow(state, service, session, transaction);
}

static void response_observe(struct analysis_context *context,
			     const struct observation *observation)
{
	for (unsigned i = 0; i < observation->event_count; i++)
		if (observation->events[i].type == EVENT_TRANSACTION)
			add(context, observation->session, observation->events[i].transaction);
}

static void end_session_chain(struct analysis_context *context, const struct session *session)
{
	struct response_state *state = context->state;
	struct response_session *mine = context->session_state;
	if (mine->chain.length >= CHAIN_LEAST)
		end_chain(&mine->chain, services_find(&state->services, session, &response_time));
}

static void response_end(struct analysis_context *context, const struct session *session,
			 const struct observation *last)
{
	const struct response_state *state = context->state;
	struct response_session *mine = context->session_state;
	if (!session->tcp)
		return;
	for (unsigned i = 0; i < last->event_count; i++)
		if (last->events[i].type == EVENT_TRANSACTION)
			add(context, session, last->events[i].transaction);
	end_session_chain(context, session);
	int64_t lasted = session->last_time - session->first_time;
	if (!mine->turns || mine->client_time < state->client ||
	    (double)mine->client_time < state->client_share * (double)lasted)
		return;
	struct finding finding;
	finding_begin(&finding, &client_think, session);
	blame_program(&finding, session, session->client);
	finding_why(&finding, "Every answer was complete and confirmed before; the next step was "
			      "the client's.");
	finding_number(&finding, "share", UNIT_RATIO, (double)mine->client_time / (double)lasted,
		       FACT_MAX);
	finding_number(&finding, "think", UNIT_SECONDS, (double)mine->client_time / 1e9, FACT_SUM);
	finding_evidence(&finding, session->first_packet, session->first_time,
			 "the conversation begins");
	finding_evidence(&finding, session->last_packet, session->last_time, "and ends");
	finding_submit(context->findings, &finding);
}

static void begin(struct finding *finding, const struct finding_kind *kind,
		  const struct service *service)
{
	finding_unpack(service->sample, finding);
	finding->quality |= service->quality;
	finding->kind = kind;
	finding->severity = kind->severity;
}

static void cite(struct finding *finding, const struct answer *cited, uint32_t count,
		 const char *what)
{
	/* In packet order, as findings want it. */
	struct answer order[ANSWERS_CITED];
	count = count < ANSWERS_CITED ? count : ANSWERS_CITED;
	for (uint32_t i = 0; i < count; i++) {
		uint32_t place = i;
		for (; place > 0 && order[place - 1].request > cited[i].request; place--)
			order[place] = order[place - 1];
		order[place] = cited[i];
	}
	for (uint32_t i = 0; i < count; i++) {
		char waited[DURATION_TEXT_SIZE];
		finding_evidence(finding, order[i].request, order[i].request_time, "request");
		finding_evidence(finding, order[i].response, order[i].response_time, "%s, %s", what,
				 duration_text(order[i].value, waited));
	}
}

/* Slow once, or seldom, is a notice. So is what may be waiting for an event by design: in a
 * protocol that culprit does not know (or cannot read), a long poll looks just like a slow one. */
static void weigh(struct finding *finding, const struct service *service, uint32_t slow,
		  double least, int64_t worst, int64_t limit)
{
	bool polls = !service->by_design && service->polls * 2 >= slow && slow > 0;
	bool certain = service->known && !polls;
	finding->confidence = certain ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	bool seldom = slow < least || slow * SELDOM < service->answers;
	if (!certain || (seldom && worst < VERY_SLOW * limit))
		finding->severity = SEVERITY_NOTICE;
	if (!certain)
		finding_alternative(finding, "the client asked to be told later (long poll, push): "
					     "such waits are meant",
				    NULL);
}

static void report_think(struct analysis_context *context, const struct service *service)
{
	const struct response_state *state = context->state;
	if (!service->thoughtful && !service->hidden)
		return;
	struct finding finding;
	begin(&finding, &server_think, service);
	weigh(&finding, service, service->thoughtful, state->think_answers, service->worst_server,
	      state->think);
	const struct service *behind = services_behind(&state->services, service);
	if (behind) {
		char name[ADDRESS_TEXT_SIZE];
		finding.sub_kind = "backend";
		blame_word(&finding, PARTY_SERVER, "app:%s",
			   address_text(&behind->server.address, name));
		finding_why(&finding, "While it was asked, it asked %s port %u itself and waited "
				      "for that answer most of the "
				      "time.", name, behind->server.port);
	} else {
		blame_word(&finding, PARTY_SERVER, "app:server");
		finding_why(&finding, "The request was complete, nothing was repeated and no "
				      "window was closed while it waited; one round trip is "
				      "already taken off.");
	}
	finding.cost = service->cost_server;
	uint32_t slow = service->thoughtful ? service->thoughtful : 1;
	finding.count = slow;
	finding_count(&finding, "slow", slow);
	finding_count(&finding, "answers", service->answers);
	finding_duration(&finding, "worst", service->worst_server);
	finding_duration(&finding, "median", service_median(service));
	finding_duration(&finding, "network",
			 service->network_sum / (service->answers ? service->answers : 1));
	finding_duration(&finding, "limit", service->thoughtful ? state->think : state->think / 2);
	finding_threshold(&finding, "time", UNIT_SECONDS, (double)state->think / 1e9);
	cite(&finding, service->server_cited, slow, "the answer begins");
	finding_submit(context->findings, &finding);
}

static void name_parts(struct finding *finding, const struct service *service)
{
	static const char *const words[RESPONSE_PARTS] = {
		"name lookup",	 "repeated connect", "connect",	    "TLS",
		"request",	 "round trip",	     "server",	    "retransmission",
		"closed window", "pauses",	     "delayed ACK", "transfer"
	};
	int64_t all = 0;
	for (int i = 0; i < RESPONSE_PARTS; i++)
		all += service->part[i];
	char text[64] = "";
	size_t used = 0;
	bool told[RESPONSE_PARTS] = { false };
	for (int n = 0; n < 3; n++) {
		int best = -1;
		for (int i = 0; i < RESPONSE_PARTS; i++)
			if (!told[i] && service->part[i] &&
			    (best < 0 || service->part[i] > service->part[best]))
				best = i;
		if (best < 0 || service->part[best] < all / 20)
			break;
		told[best] = true;
		int added = snprintf(text + used, sizeof text - used, "%s%s %.0f %%",
				     used ? ", " : "", words[best],
				     100.0 * (double)service->part[best] / (double)all);
		if (added < 0 || (size_t)added >= sizeof text - used)
			break;
		used += (size_t)added;
	}
	finding_words(finding, "parts", "%s", text);
}

/* Returns which part it is. */
static enum response_part blame_largest(struct finding *finding, const struct service *service)
{
	int best = 0;
	for (int i = 1; i < RESPONSE_PARTS; i++)
		if (service->part[i] > service->part[best])
			best = i;
	finding->sub_kind = response_part_name((enum response_part)best);
	switch (best) {
	case PART_DNS:
		blame_word(finding, PARTY_SERVICE, "service:dns");
		break;
	case PART_SERVER:
	case PART_PAUSE:
		blame_word(finding, PARTY_SERVER, "app:server");
		break;
	case PART_WINDOW:
		if (service->window_of_client == service->window_of_server)
			blame_unknown(finding);
		else if (service->window_of_server)
			blame_word(finding, PARTY_SERVER, "app:server");
		else
			blame_word(finding, PARTY_CLIENT, "app:client");
		break;
	case PART_REQUEST:
		if (service->request_bytes < (uint64_t)service->slow * UPLOAD_BYTES)
			blame_word(finding, PARTY_CLIENT, "app:client");
		else
			blame_unknown(finding);
		break;
	case PART_RETRANSMISSION:
	case PART_ROUND_TRIP:
	case PART_CONNECT:
	case PART_CONNECT_RETRY:
		blame_network(finding);
		break;
	default:
		blame_unknown(finding);
	}
	finding_why(finding, "It is the largest part of the time of these answers.");
	return (enum response_part)best;
}

static void report_slow(struct analysis_context *context, const struct service *service)
{
	const struct response_state *state = context->state;
	if (!service->slow)
		return;
	struct finding finding;
	begin(&finding, &response_time, service);
	enum response_part largest = blame_largest(&finding, service);
	/* A long transfer is a matter of size and rate, which the verdict on it judges. */
	bool transfer = finding.blame.party == PARTY_UNKNOWN &&
			(service->part[PART_TRANSFER] || service->part[PART_REQUEST]);
	weigh(&finding, service, service->slow, state->answers, service->worst_total, state->slow);
	if (transfer)
		finding.severity = SEVERITY_INFO;
	/* Who sends at its own pace (a film, a log) may mean to: perf/server-pause is no more than a notice, either. */
	if (largest == PART_PAUSE && finding.severity > SEVERITY_NOTICE)
		finding.severity = SEVERITY_NOTICE;
	finding.cost = service->cost_total;
	finding.count = service->slow;
	finding_count(&finding, "slow", service->slow);
	finding_count(&finding, "answers", service->answers);
	finding_duration(&finding, "worst", service->worst_total);
	finding_duration(&finding, "limit", state->slow);
	name_parts(&finding, service);
	finding_threshold(&finding, "time", UNIT_SECONDS, (double)state->slow / 1e9);
	cite(&finding, service->slow_cited, service->slow, "end of the answer");
	finding_submit(context->findings, &finding);
}

static void report_pause(struct analysis_context *context, const struct service *service)
{
	if (!service->paused)
		return;
	struct finding finding;
	begin(&finding, &server_pause, service);
	blame_word(&finding, PARTY_SERVER, "app:server");
	finding_why(&finding, "All that was sent had been confirmed and the window was open.");
	finding.confidence = service->known ? CONFIDENCE_LIKELY : CONFIDENCE_POSSIBLE;
	if (!service->known)
		finding_alternative(&finding,
				    "the program sends its output as it comes (terminal, stream)",
				    NULL);
	finding.cost = service->pause;
	finding.count = service->paused;
	finding_number(&finding, "pause", UNIT_SECONDS, (double)service->pause / 1e9, FACT_SUM);
	cite(&finding, &service->pause_cited, 1, "the answer is complete, pauses");
	finding_submit(context->findings, &finding);
}

static void response_finish(struct analysis_context *context)
{
	const struct response_state *state = context->state;
	const struct service *service;
	for (size_t at = 0; (service = services_next(&state->services, &at));) {
		report_think(context, service);
		report_slow(context, service);
		report_pause(context, service);
	}
}

static void response_destroy(struct analysis_context *context)
{
	struct response_state *state = context->state;
	services_finish(&state->services);
}

const struct analyzer perf_response_analyzer = {
	.name = "perf-response",
	.kinds = kinds,
	.state_size = sizeof(struct response_state),
	.session_state_size = sizeof(struct response_session),
	.wants = WANTS_EVENTS,
	.begin = response_begin,
	.observe = response_observe,
	.session_end = response_end,
	.finish = response_finish,
	.destroy = response_destroy,
};
