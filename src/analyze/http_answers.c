/* Answers of web servers that do not come, stop, come late or have to wait: http/no-response, http/aborted,
 * http/slow-first-byte, http/head-of-line. */
#include <stdlib.h>
#include <string.h>

#include "analyze/cache.h"
#include "analyze/http_requests.h"
#include "core/clock.h"
#include "core/memory.h"
#include "core/text.h"

static const struct finding_kind no_response = {
	.id = "http/no-response",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY | QUALITY_LOSS | QUALITY_REORDERED,
	.title = "A web server took a request and never answered",
	.say = "{server} took the request for {url} and never answered: {outcome} ({count|time|times}).",
	.meaning = "The request had been confirmed by the server's TCP, and no response came before the server closed "
		   "the connection, or within `wait`. Kind deadline: the client of gRPC called it off at its own time "
		   "limit, and tells its user DEADLINE_EXCEEDED.",
	.false_alarms = "Long polls wait by design: a request that merely waits is only a notice. A server that closes "
			"an idle connection in the same moment is tcp/reset-race. Where the client confirms bytes that "
			"the recorder missed or cut, the answer may be among them: nothing is said.",
	.advice = { "Look at the server's log and its workers at the times shown, for {url}." },
	.reference = "RFC 9110 9.2.2; RFC 9112 9",
	.parameters = {
		{ .name = "wait", .unit = UNIT_SECONDS, .value = 30, .strict = 10,
		  .meaning = "without an answer, where nobody closes the connection" },
	},
};

static const struct finding_kind aborted = {
	.id = "http/aborted",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS,
	.title = "A web page or download stopped halfway",
	.say = "{url} stopped at {bytes} of {expected}: {closer} closed the {what} ({count|time|times}).",
	.meaning = "The connection ended before as many bytes had come as the head announced, or before the last "
		   "chunk.",
	.false_alarms = "Answers to HEAD and those without a body announce lengths that do not come. A client that closes "
			"has a user who moved on: that is a notice.",
	.advice = { "If the server closed: its log, a worker that crashed, a limit of time or size on it or on a proxy.",
		    "See tcp/reset-by-peer for who sent the reset." },
	.reference = "RFC 9112 8",
};

static const struct finding_kind slow_first_byte = {
	.id = "http/slow-first-byte",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVER,
	.suppressed_by = QUALITY_ONE_WAY,
	.weakened_by = QUALITY_LOSS | QUALITY_DUPLICATES,
	.title = "A web page is slow to begin",
	.say = "{url} on {server}: the first byte came after up to {worst} ({slow} of {answers} took {limit} or more).",
	.meaning = "From the last byte of the request to the first of the response, without the round trip, for one "
		   "address of the server.",
	.false_alarms = "Uploads are waited for; repairs of the network are taken out; what is asked again at once is a poll "
			"or a queue, which perf/server-think judges.",
	.advice = { "Profile {url} on {server}: its queries, its calls to other servers." },
	.reference = "RFC 9110",
	.parameters = {
		{ .name = "limit", .unit = UNIT_SECONDS, .value = 1, .satellite = 3, .strict = 0.3,
		  .meaning = "the server's part" },
		{ .name = "requests", .unit = UNIT_COUNT, .value = 5, .meaning = "of the same address, at least" },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.05, .meaning = "of them that are slow" },
	},
};

static const struct finding_kind head_of_line = {
	.id = "http/head-of-line",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_RT,
	.merge = MERGE_SERVICE,
	.suppressed_by = QUALITY_ONE_WAY,
	.title = "Requests waited for a free connection",
	.say = "{client} kept all its {connections} connections to {server} busy for {busy}: {waiting|request|requests} "
	       "began the moment that one became free.",
	.meaning = "Browsers open about six connections to a server. While all are busy further requests wait in the "
		   "browser, where no trace sees them; that each next one starts as soon as an answer is complete "
		   "gives them away.",
	.false_alarms = "Requests that start while another connection is idle waited for something else.",
	.advice = { "Serve {server} over HTTP/2 or HTTP/3, or put fewer and larger parts on the page." },
	.reference = "RFC 9112 9.4",
	.parameters = {
		{ .name = "connections", .unit = UNIT_COUNT, .value = 6, .meaning = "busy at the same time" },
		{ .name = "wait", .unit = UNIT_SECONDS, .value = 0.5, .meaning = "for which all of them must be busy" },
		{ .name = "waiting", .unit = UNIT_COUNT, .value = 3, .meaning = "requests that begin when one is free" },
	},
};

static const struct finding_kind *const kinds[] = { &no_response, &aborted, &slow_first_byte, &head_of_line, NULL };
static const struct decoder *const hears[] = { &http_decoder, &http2_decoder, NULL };

#define PAGES 2048
#define PAIRS 512
#define AT_ONCE (20 * MILLISECOND)       /* within which the next request follows an answer */
#define NEWS_LIMIT (10 * NANOSECONDS)     /* calls of gRPC with so long a time limit may wait for news by design */
#define LIMIT_SLACK 10                   /* a time limit begins before its request is seen: so much of it less */
#define AGAIN (NANOSECONDS)              /* within which a client that polls asks the same again */

struct page_key { struct endpoint server; uint32_t pad; uint64_t url; };
struct page {                    /* one address of a server */
	uint32_t answers, slow;
	uint32_t again;              /* asked as soon as the last answer to the same had come */
	int64_t worst;               /* ns */
	char url[HTTP_URL];
	struct tcp_mark asked, answered;     /* the worst */
	struct finding *sample;
};

struct pair_key { struct endpoint client, server; };    /* the client without its port */
struct pair {                    /* connections of a client to a server */
	uint32_t busy, most;         /* with a request that waits */
	uint32_t waiting;            /* requests that began as soon as a connection was free */
	int64_t full_since, not_full, freed;     /* ns; 0: not */
	bool told;
};

struct connection {
	struct http_requests requests;
	bool busy;
	bool upgraded;
	bool answered;               /* the server speaks HTTP */
	uint64_t last_url;           /* of the last answer, and when it came */
	int64_t last_time;
};

struct answers_state {
	int64_t wait, limit, full_wait;
	double requests, share, connections, waiting;
	struct cache pages;          /* struct page_key to struct page */
	struct cache pairs;          /* struct pair_key to struct pair */
	struct finding_store *findings;
};

static void judge_page(const struct answers_state *state, struct page *page)
{
	/* Asked again and again, it waits for news, or for work: perf/server-think tells these apart. */
	bool polls = page->again * 2 >= page->answers;
	if (!page->sample || page->slow < 2 || page->answers < state->requests ||
	    page->slow < state->share * page->answers || polls)
		return;
	struct finding *finding = page->sample;
	finding_words(finding, "url", "%.60s", page->url);
	finding_duration(finding, "worst", page->worst);
	finding_count(finding, "slow", page->slow);
	finding_count(finding, "answers", page->answers);
	finding_threshold(finding, "limit", UNIT_SECONDS, (double)state->limit / 1e9);
	finding_evidence(finding, page->asked.packet, page->asked.time, "the slowest request");
	finding_evidence(finding, page->answered.packet, page->answered.time, "its first byte");
	finding->cost = page->worst;
	finding->merge_key = http_url_hash(page->url);
	finding_submit(state->findings, finding);
}

static void forget_page(void *user, const void *key, void *value)
{
	struct page *page = value;
	(void)key;
	judge_page(user, page);
	free(page->sample);
}

static void answers_begin(struct analysis_context *context)
{
	struct answers_state *state = context->state;
	state->wait = setting_duration(context->settings, &no_response, "wait");
	state->limit = setting_duration(context->settings, &slow_first_byte, "limit");
	state->requests = setting(context->settings, &slow_first_byte, "requests");
	state->share = setting(context->settings, &slow_first_byte, "share");
	state->connections = setting(context->settings, &head_of_line, "connections");
	state->full_wait = setting_duration(context->settings, &head_of_line, "wait");
	state->waiting = setting(context->settings, &head_of_line, "waiting");
	state->findings = context->findings;
	cache_init(&state->pages, PAGES, sizeof(struct page_key), sizeof(struct page));
	state->pages.forget = forget_page;
	state->pages.user = state;
	cache_init(&state->pairs, PAIRS, sizeof(struct pair_key), sizeof(struct pair));
}

static void report_head_of_line(struct analysis_context *context, const struct session *session,
				struct pair *pair, const struct record *record)
{
	struct finding finding;
	pair->told = true;
	finding_begin(&finding, &head_of_line, session);
	finding_number(&finding, "connections", UNIT_COUNT, pair->most, FACT_MAX);
	finding_duration(&finding, "busy", record->time - pair->full_since);
	finding.cost = (record->time - pair->full_since) * pair->waiting;      /* at the most */
	finding_count(&finding, "waiting", pair->waiting);
	finding_evidence(&finding, record->number, record->time, "a request that waited for a free connection");
	blame_program(&finding, session, session->client);
	finding_why(&finding, "The client limits how many connections it opens.");
	finding.confidence = CONFIDENCE_POSSIBLE;
	finding_submit(context->findings, &finding);
}

/* Counts the busy connections of a client to a server. */
static void follow_pair(struct analysis_context *context, const struct observation *observation,
			struct connection *connection, bool busy)
{
	struct answers_state *state = context->state;
	const struct session *session = observation->session;
	const struct record *record = observation->packet->record;
	struct pair_key key = { session->key.end[session->client], session->key.end[session_server(session)] };
	key.client.port = 0;
	if (connection->busy == busy)
		return;
	connection->busy = busy;
	struct pair *pair = cache_enter(&state->pairs, &key, NULL);
	if (!busy) {
		if (pair->busy == state->connections)
			pair->not_full = record->time;
		pair->busy -= pair->busy > 0;
		pair->freed = record->time;
		return;
	}
	bool at_once = pair->full_since && pair->freed && record->time - pair->freed <= AT_ONCE;
	pair->busy++;
	/* Several may have become free at the same time, and be taken one by one. */
	if (pair->busy < state->connections && (!at_once || record->time - pair->not_full > AT_ONCE)) {
		pair->full_since = 0;
		pair->waiting = 0;
		return;
	}
	if (pair->busy > pair->most)
		pair->most = pair->busy;
	if (!pair->full_since)
		pair->full_since = record->time;
	pair->waiting += at_once;
	if (!pair->told && pair->busy >= state->connections && pair->waiting >= state->waiting &&
	    record->time - pair->full_since >= state->full_wait)
		report_head_of_line(context, session, pair, record);
}

static void time_answer(struct analysis_context *context, const struct observation *observation,
			const struct http_request *request)
{
	struct answers_state *state = context->state;
	struct connection *connection = context->session_state;
	const struct session *session = observation->session;
	const struct record *record = observation->packet->record;
	uint64_t url = http_url_hash(request->url);
	bool again = connection->last_url == url && request->asked.time - connection->last_time <= AGAIN;
	connection->last_url = url;
	connection->last_time = record->time;
	if (request->repeats != http_repeats(session))
		return;                          /* the network had its part in it */
	int64_t trip = session->tcp && tcp_round_trip_known(session) ? tcp_round_trip(session) : 0;
	int64_t took = record->time - request->last.time - trip;
	struct page_key key = { .server = session->key.end[session_server(session)],
		.url = url };
	bool fresh;
	struct page *page = cache_enter(&state->pages, &key, &fresh);
	if (fresh)
		memcpy(page->url, request->url, sizeof page->url);
	page->answers++;
	page->again += again;
	page->slow += took >= state->limit;
	if (took <= page->worst || took < state->limit)
		return;
	page->worst = took;
	page->asked = request->asked;
	page->answered = (struct tcp_mark){ record->number, record->time };
	if (page->sample)
		return;
	page->sample = memory_allocate(sizeof *page->sample);
	finding_begin(page->sample, &slow_first_byte, session);
	blame_program(page->sample, session, session_server(session));
	finding_why(page->sample, "The request was complete and nothing was repeated; one round trip is taken off.");
	page->sample->confidence = CONFIDENCE_LIKELY;
}

static void report_aborted(struct analysis_context *context, const struct observation *observation,
			   const struct http_request *request, const struct http_message *http)
{
	const struct session *session = observation->session;
	const struct record *record = observation->packet->record;
	uint8_t closer = http->from_client ? session->client : session_server(session);
	/* Once the client has closed, the server only follows. */
	if (http->reset)
		closer = observation->direction;
	else if (session->tcp && session->tcp->side[session->client].fin_seen)
		closer = session->client;
	bool by_client = closer == session->client, of_stream = http->stream && http->reset;
	char words[DURATION_TEXT_SIZE];
	struct finding finding;
	finding_begin(&finding, &aborted, session);
	finding_words(&finding, "url", "%.60s", request ? request->url : "An answer");
	finding_number(&finding, "bytes", UNIT_BYTES, (double)http->body_bytes, FACT_FIRST);
	if (http->body == HTTP_BODY_LENGTH)
		finding_words(&finding, "expected", "%s", size_text(http->content_length, words));
	else
		finding_words(&finding, "expected", "an unknown number");
	finding_words(&finding, "closer", "%s", by_client ? "the client" : "the server");
	finding_words(&finding, "what", "%s", of_stream ? "stream" : "connection");
	if (request)
		finding_evidence(&finding, request->asked.packet, request->asked.time, "%s %s", request->method,
				 request->url);
	finding_evidence(&finding, record->number, record->time, "%s closes the %s",
			 by_client ? "the client" : "the server", of_stream ? "stream" : "connection");
	finding.merge_key = request ? http_url_hash(request->url) : 0;
	blame_program(&finding, session, closer);
	finding_why(&finding, by_client ? "The client closed: perhaps its user moved on."
					: "The server closed before it had sent what it announced.");
	finding.sub_kind = by_client ? "by-client" : "by-server";
	if (by_client) {
		finding.severity = SEVERITY_NOTICE;
		finding.confidence = CONFIDENCE_LIKELY;
	}
	finding_submit(context->findings, &finding);
}

static void begin_no_response(struct finding *finding, const struct session *session,
			      const struct http_request *request, int64_t waited)
{
	finding_begin(finding, &no_response, session);
	finding_words(finding, "url", "%.60s", request->url);
	finding_duration(finding, "waited", waited);
	finding_evidence(finding, request->asked.packet, request->asked.time, "%s %s", request->method,
			 request->url);
	finding->merge_key = http_url_hash(request->url);
	blame_program(finding, session, session_server(session));
	finding_why(finding, "Its TCP confirmed the request, so the request reached the host.");
}

static void report_no_response(struct analysis_context *context, const struct session *session,
			       const struct http_request *request, bool closed, int64_t waited)
{
	char words[DURATION_TEXT_SIZE];
	const struct tcp_side *server = &session->tcp->side[session_server(session)];
	struct finding finding;
	begin_no_response(&finding, session, request, waited);
	if (closed)
		finding_words(&finding, "outcome", "it closed the connection after %s", duration_text(waited, words));
	else
		finding_words(&finding, "outcome", "nothing came for %s", duration_text(waited, words));
	finding_evidence(&finding, session->last_packet, session->last_time, "the last packet");
	if (!closed) {
		finding.severity = SEVERITY_NOTICE;
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding_alternative(&finding, "the request waits for news by design (a long poll)", NULL);
	} else if (server->rst_seen) {
		finding.sub_kind = "reset";
		finding.confidence = CONFIDENCE_LIKELY;
	}
	finding_submit(context->findings, &finding);
}

/* A call of gRPC that its client called off because its time limit was over (DEADLINE_EXCEEDED). */
static bool ran_out(const struct observation *observation, const struct http_request *request,
		    const struct http_message *http)
{
	if (!request || !request->time_limit || observation->direction != observation->session->client ||
	    http->error != HTTP2_CANCEL || request->repeats != http_repeats(observation->session))
		return false;
	int64_t waited = observation->packet->record->time - request->asked.time;
	return waited >= request->time_limit - request->time_limit / LIMIT_SLACK;
}

static void report_ran_out(struct analysis_context *context, const struct observation *observation,
			   const struct http_request *request)
{
	char words[DURATION_TEXT_SIZE];
	const struct record *record = observation->packet->record;
	struct finding finding;
	begin_no_response(&finding, observation->session, request, record->time - request->last.time);
	finding.sub_kind = "deadline";
	finding_words(&finding, "outcome", "the client's time limit of %s was over",
		      duration_text(request->time_limit, words));
	finding_evidence(&finding, record->number, record->time, "the client calls it off");
	finding.severity = SEVERITY_WARNING;
	finding.confidence = CONFIDENCE_LIKELY;
	finding_alternative(&finding, "the time limit is too short for what is asked", NULL);
	if (request->time_limit >= NEWS_LIMIT) {
		finding.severity = SEVERITY_NOTICE;
		finding.confidence = CONFIDENCE_POSSIBLE;
		finding_alternative(&finding, "the call waits for news by design", NULL);
	}
	finding_submit(context->findings, &finding);
}

/* A stream of HTTP/2 that the server reset before it answered. What it refuses to begin with is asked once more
 * (RFC 9113, 8.7). */
static void judge_reset(struct analysis_context *context, const struct observation *observation,
			const struct http_request *request, const struct http_message *http)
{
	static const char *const harmless[] = { "NO_ERROR", "REFUSED_STREAM", "CANCEL", "HTTP_1_1_REQUIRED" };
	const struct session *session = observation->session;
	const char *error = http2_error_name(http->error);
	for (size_t i = 0; error && i < sizeof harmless / sizeof *harmless; i++)
		if (strcmp(error, harmless[i]) == 0)
			return;
	if (!error || !request || observation->direction == session->client)
		return;
	const struct record *record = observation->packet->record;
	struct finding finding;
	begin_no_response(&finding, session, request, record->time - request->last.time);
	finding.sub_kind = "stream";
	finding_words(&finding, "outcome", "it reset the stream: %s", error);
	finding_evidence(&finding, record->number, record->time, "the stream is reset");
	finding.confidence = CONFIDENCE_LIKELY;
	finding_submit(context->findings, &finding);
}

/* A body that stopped halfway. Calls of gRPC and streams of events are called off by design. */
static bool is_aborted(const struct connection *connection, const struct observation *observation,
		       const struct http_message *http)
{
	if (http->complete || http->body == HTTP_BODY_UNTIL_CLOSE || !(http->closed || http->reset))
		return false;
	if (!http->stream)
		return !connection->upgraded || http->body == HTTP_BODY_LENGTH;
	bool by_client = observation->direction == observation->session->client;
	return http->status && !http->grpc && (http->body == HTTP_BODY_LENGTH || !(by_client || connection->upgraded));
}

static void answers_message(struct analysis_context *context, const struct observation *observation,
			    const struct session_message *message)
{
	struct connection *connection = context->session_state;
	const struct http_message *http = message->facts;
	struct http_request *request = http_requests_follow(&connection->requests, observation, message);
	connection->answered = connection->answered || http->kind == HTTP_RESPONSE;
	connection->upgraded = connection->upgraded || http->status == 101 || http->event_stream;
	if (!observation->packet)
		return;                          /* the trace ended, not the connection */
	if (http->kind == HTTP_OTHER)
		return;
	if (http->kind == HTTP_REQUEST) {
		if (!http->stream)
			follow_pair(context, observation, connection, true);
		return;
	}
	if (http->kind == HTTP_RESPONSE && request && request->answered && !request->grpc && !http->event_stream &&
	    http->status != 101)
		time_answer(context, observation, request);
	if (http->kind == HTTP_BODY_END && is_aborted(connection, observation, http))
		report_aborted(context, observation, request, http);
	else if (http->kind == HTTP_BODY_END && http->stream && http->reset && !http->status) {
		if (ran_out(observation, request, http))
			report_ran_out(context, observation, request);
		else
			judge_reset(context, observation, request, http);
	}
	if (!http->stream && !http->from_client && (http->kind == HTTP_BODY_END || !http->body))
		follow_pair(context, observation, connection, false);
}

/* When the client ended the connection; INT64_MAX: it did not. */
static int64_t client_closed(const struct tcp_side *client)
{
	int64_t fin = client->fin_seen ? client->fin_first_time : INT64_MAX;
	return client->rst_seen && client->rst_time < fin ? client->rst_time : fin;
}

/* When the server ended it although it had the request; INT64_MAX: it did not. Its FIN says by what it confirms whether
 * it had: where an idle connection is closed the next request may be on its way. Its reset does not say, so that it
 * must come later than the two can pass each other. Where the client closes first, it gave up. */
static int64_t server_closed(const struct tcp_side *client, const struct tcp_side *server,
			     const struct http_request *request)
{
	int64_t closed = INT64_MAX;
	if (server->fin_seen && server->fin_confirms && server->fin_first_time >= request->last.time)
		closed = server->fin_first_time;
	if (server->rst_seen && server->rst_time < closed && server->rst_time - request->last.time > NANOSECONDS / 2)
		closed = server->rst_time;
	return closed < client_closed(client) ? closed : INT64_MAX;
}

/* What was asked and never answered, once the connection is over. */
static void answers_session_end(struct analysis_context *context, const struct session *session,
				const struct observation *last)
{
	const struct answers_state *state = context->state;
	const struct connection *connection = context->session_state;
	(void)last;
	if (!connection || !session->tcp || connection->upgraded)
		return;
	const struct tcp_side *client = &session->tcp->side[session->client];
	const struct tcp_side *server = &session->tcp->side[session_server(session)];
	/* Scanners ask GET of everything that listens. */
	bool serves = connection->answered ||
		      decoder_find(BY_TCP_PORT, session->key.end[session_server(session)].port) == &http_decoder;
	bool confirmed = serves && client->ack_hi + 1 >= client->snd_max;
	for (uint32_t i = 0; i < connection->requests.count && confirmed; i++) {
		const struct http_request *request = &connection->requests.open[i];
		/* Sent, or confirmed by the client, whether the trace shows it or not. */
		bool data_since = server->last_data_time > request->last.time ||
				  server->snd_max - server->fin_seen > request->server_position;
		int64_t closed = server_closed(client, server, request), gave_up = client_closed(client);
		int64_t end = closed != INT64_MAX ? closed : gave_up != INT64_MAX ? gave_up : context->trace->last_time;
		int64_t waited = end - request->last.time;
		if (request->answered || request->grpc || data_since)
			continue;
		if (closed != INT64_MAX || waited >= state->wait)
			report_no_response(context, session, request, closed != INT64_MAX, waited);
	}
}

static void answers_finish(struct analysis_context *context)
{
	struct answers_state *state = context->state;
	size_t at = 0;
	const void *key;
	struct page *page;
	while ((page = cache_next(&state->pages, &at, &key)) != NULL)
		judge_page(state, page);
}

static void answers_destroy(struct analysis_context *context)
{
	struct answers_state *state = context->state;
	size_t at = 0;
	const void *key;
	struct page *page;
	while ((page = cache_next(&state->pages, &at, &key)) != NULL)
		free(page->sample);
	cache_finish(&state->pages);
	cache_finish(&state->pairs);
}

const struct analyzer http_answers_analyzer = {
	.name = "http-answers",
	.kinds = kinds,
	.state_size = sizeof(struct answers_state),
	.session_state_size = sizeof(struct connection),
	.state_on_message = true,
	.begin = answers_begin,
	.hears = hears,
	.message = answers_message,
	.session_end = answers_session_end,
	.finish = answers_finish,
	.destroy = answers_destroy,
};
