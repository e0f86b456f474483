/* What HTTP servers refuse or fail at: http/server-error, http/client-error, http/redirect-loop. */
#include <string.h>

#include "analyze/cache.h"
#include "analyze/http_requests.h"
#include "core/clock.h"
#include "decode/websocket.h"

static const struct finding_kind server_error = {
	.id = "http/server-error",
	.severity = SEVERITY_ERROR,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVER,
	.title = "A web server failed",
	.say = "{server} answered {code} {reason} to {count|request|requests} for {url}.",
	.meaning = "A status of 500 and above says that the request was right and the server could not fulfil it. 502, "
		   "503 and 504 are a gateway's words about the server behind it. Kind grpc: HTTP was fine, and the "
		   "status of gRPC in the trailer says so. Kinds goaway and websocket: HTTP/2 connections and WebSockets "
		   "are closed with such reasons, too.",
	.false_alarms = "None of the network: it carried question and answer.",
	.advice = { "Read the server's log at the times shown, for {url}.",
		    "502 to 504: the fault is behind {server}; record between it and its backend." },
	.reference = "RFC 9110 15.6",
};

static const struct finding_kind client_error = {
	.id = "http/client-error",
	.severity = SEVERITY_NOTICE,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.title = "A web server refused requests",
	.say = "{client} got {code} {reason} from {server} for {url} ({count|time|times}).",
	.meaning = "A status of 400 to 499 says that the request cannot be fulfilled as it was sent: no such page, no "
		   "permission, too much, too often.",
	.false_alarms = "A single 401 or 407 is how a server asks for credentials, and is left out; it counts once "
			"credentials were sent and refused.",
	.advice = { "401, 403, 407: the credentials and rights of {client}. 404: the link, or what was moved. 413: the "
		    "limit of the server. 429: {client} asks too often.",
		    "ENHANCE_YOUR_CALM: {client} pings (keep-alive of gRPC) or asks more often than {server} allows." },
	.reference = "RFC 9110 15.5",
};

static const struct finding_kind redirect_loop = {
	.id = "http/redirect-loop",
	.severity = SEVERITY_WARNING,
	.buttons = BUTTON_AE,
	.merge = MERGE_SERVICE,
	.title = "Web pages send the browser in a circle",
	.say = "{server} redirected {client} {redirects} times within {within} among the same addresses: {url} to "
	       "{location}, and back.",
	.meaning = "The answers to a few addresses only lead to each other, so that the page never comes.",
	.false_alarms = "One redirection to another address, or back after a log-in, is normal.",
	.advice = { "Compare the rules about scheme (http, https), host name and trailing slash on {server} and on "
		    "proxies before it." },
	.reference = "RFC 9110 15.4",
	.parameters = {
		{ .name = "times", .unit = UNIT_COUNT, .value = 5, .meaning = "redirections among the same addresses" },
		{ .name = "within", .unit = UNIT_SECONDS, .value = 10, .meaning = "time within which they happen" },
	},
};

static const struct finding_kind *const kinds[] = { &server_error, &client_error, &redirect_loop, NULL };
static const struct decoder *const hears[] = { &http_decoder, &http2_decoder, &websocket_decoder, NULL };

#define CLIENTS 512
#define CIRCLE 4                 /* addresses in a circle */

struct circle {                  /* redirections that one client was sent through lately */
	uint64_t address[CIRCLE];    /* hashes of URLs */
	uint32_t times[CIRCLE], total, distinct;
	int64_t first_time;
	uint64_t first_packet;
	bool told;
};

struct error_session {
	struct http_requests requests;
	bool calm;                   /* the server ended the connection because the client asks too much */
};

struct error_state {
	int64_t within;
	double times;
	struct cache clients;        /* struct address to struct circle */
};

static void errors_begin(struct analysis_context *context)
{
	struct error_state *state = context->state;
	state->times = setting(context->settings, &redirect_loop, "times");
	state->within = setting_duration(context->settings, &redirect_loop, "within");
	cache_init(&state->clients, CLIENTS, sizeof(struct address), sizeof(struct circle));
}

static void begin_finding(struct finding *finding, const struct finding_kind *kind,
			  const struct observation *observation, const struct http_request *request,
			  const struct http_message *response)
{
	char reason[sizeof response->reason];
	const struct record *record = observation->packet->record;
	finding_begin(finding, kind, observation->session);
	http_reason(reason, sizeof reason, response);
	finding_number(finding, "code", UNIT_NONE, response->status, FACT_FIRST);
	finding_words(finding, "reason", "%s", reason);
	finding_words(finding, "url", "%.60s", request ? request->url : "(not seen)");
	if (request)
		finding_evidence(finding, request->asked.packet, request->asked.time, "%s %s", request->method,
				 request->url);
	finding_evidence(finding, record->number, record->time, "%u %s", response->status, reason);
	finding->merge_key = (request ? http_url_hash(request->url) : 0) ^ response->status;
}

static void report_server(struct analysis_context *context, const struct observation *observation,
			  const struct http_request *request, const struct http_message *response)
{
	const struct session *session = observation->session;
	struct finding finding;
	begin_finding(&finding, &server_error, observation, request, response);
	if (response->status >= 502 && response->status <= 504) {
		finding.sub_kind = "gateway";
		blame_word(&finding, PARTY_SERVER, "app:backend");
		finding_why(&finding, "The status is a gateway's word about the server behind it.");
		finding.confidence = CONFIDENCE_LIKELY;
	} else {
		blame_program(&finding, session, session_server(session));
		finding_why(&finding, "The server's own status says that it failed.");
	}
	if (response->status == 504 && request)
		finding_duration(&finding, "waited", observation->packet->record->time - request->last.time);
	finding_submit(context->findings, &finding);
}

static void report_client(struct analysis_context *context, const struct observation *observation,
			  const struct http_request *request, const struct http_message *response)
{
	const struct session *session = observation->session;
	struct finding finding;
	begin_finding(&finding, &client_error, observation, request, response);
	blame_program(&finding, session, session->client);
	finding_why(&finding, "The server says that the request cannot be fulfilled as it was sent.");
	finding.confidence = CONFIDENCE_LIKELY;
	if (response->retry_after)
		finding_number(&finding, "retry_after", UNIT_SECONDS, response->retry_after, FACT_MAX);
	finding_submit(context->findings, &finding);
}

/* The place of a URL in the circle, -1 when it is too many. */
static int place_in(struct circle *circle, uint64_t url)
{
	for (uint32_t i = 0; i < circle->distinct; i++)
		if (circle->address[i] == url)
			return (int)i;
	if (circle->distinct == CIRCLE)
		return -1;
	circle->address[circle->distinct] = url;
	return (int)circle->distinct++;
}

static void report_circle(struct analysis_context *context, const struct observation *observation,
			  const struct circle *circle, const struct http_request *request,
			  const struct http_message *response)
{
	char location[60];
	const struct session *session = observation->session;
	struct finding finding;
	begin_finding(&finding, &redirect_loop, observation, request, response);
	http_words(location, sizeof location, response->location);
	finding_words(&finding, "location", "%s", location);
	finding_number(&finding, "redirects", UNIT_COUNT, circle->total, FACT_MAX);
	finding_duration(&finding, "within", observation->packet->record->time - circle->first_time);
	finding_evidence(&finding, circle->first_packet, circle->first_time, "the first redirection");
	finding.merge_key = 0;
	blame_config(&finding, session, session_server(session));
	finding_why(&finding, "Its own answers lead to each other.");
	finding_submit(context->findings, &finding);
}

static void follow_redirect(struct analysis_context *context, const struct observation *observation,
			    const struct http_request *request, const struct http_message *response)
{
	const struct error_state *state = context->state;
	const struct record *record = observation->packet->record;
	const struct session *session = observation->session;
	struct circle *circle = cache_enter(&((struct error_state *)context->state)->clients,
					    &session->key.end[session->client].address, NULL);
	int place = place_in(circle, http_url_hash(request->url));
	if (place < 0 || !circle->total || record->time - circle->first_time > state->within) {
		*circle = (struct circle){ .first_time = record->time, .first_packet = record->number };
		place = place_in(circle, http_url_hash(request->url));
	}
	circle->total++;
	circle->times[place]++;
	/* A circle comes back to each of its addresses. */
	bool comes_back = true;
	for (uint32_t i = 0; i < circle->distinct; i++)
		comes_back = comes_back && circle->times[i] > 1;
	if (circle->told || circle->total < state->times || !comes_back)
		return;
	circle->told = true;
	report_circle(context, observation, circle, request, response);
}

static bool redirects(uint16_t status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Which party a status of gRPC is about, as https://cloud.google.com/apis/design/errors maps it to HTTP. Calls that
 * are called off, or ask for what a server does not offer, are no failure of it. */
enum grpc_party { GRPC_NOBODY, GRPC_CLIENT, GRPC_SERVER };
static const uint8_t grpc_parties[] = {
	[1] = GRPC_NOBODY, [2] = GRPC_SERVER, [3] = GRPC_CLIENT, [4] = GRPC_SERVER, [5] = GRPC_CLIENT,
	[6] = GRPC_CLIENT, [7] = GRPC_CLIENT, [8] = GRPC_CLIENT, [9] = GRPC_CLIENT, [10] = GRPC_CLIENT,
	[11] = GRPC_CLIENT, [12] = GRPC_CLIENT, [13] = GRPC_SERVER, [14] = GRPC_SERVER, [15] = GRPC_SERVER,
	[16] = GRPC_CLIENT };

static void report_grpc(struct analysis_context *context, const struct observation *observation,
			const struct http_request *request, const struct http_message *http)
{
	const struct error_session *own = context->session_state;
	uint8_t status = http->grpc_status;
	const char *name = grpc_status_name(status);
	uint8_t party = status < sizeof grpc_parties ? grpc_parties[status] : GRPC_NOBODY;
	const struct session *session = observation->session;
	const struct record *record = observation->packet->record;
	struct finding finding;
	if (party == GRPC_NOBODY || !name)
		return;
	finding_begin(&finding, party == GRPC_SERVER ? &server_error : &client_error, session);
	finding.sub_kind = "grpc";
	finding_number(&finding, "code", UNIT_NONE, status, FACT_FIRST);
	finding_words(&finding, "reason", "%s", name);
	finding_words(&finding, "url", "%.60s", request ? request->url : "(not seen)");
	if (request)
		finding_evidence(&finding, request->asked.packet, request->asked.time, "%s %s", request->method,
				 request->url);
	finding_evidence(&finding, record->number, record->time, "grpc-status %u %s", status, name);
	finding.merge_key = (request ? http_url_hash(request->url) : 0) ^ (uint64_t)status << 16;
	finding.confidence = CONFIDENCE_LIKELY;
	bool by_server = party == GRPC_SERVER && !own->calm;
	blame_program(&finding, session, by_server ? session_server(session) : session->client);
	finding_why(&finding, "%s", own->calm
		? "The server had just ended the connection, because the client pings or asks more often than it allows."
		: "HTTP carried the call; the status of gRPC behind it says how it ended.");
	finding_submit(context->findings, &finding);
}

/* The server ends the connection with a reason: its own failure, or what the client did. */
static void report_goodbye(struct analysis_context *context, const struct observation *observation,
			   const struct http2_message *goodbye)
{
	const struct session *session = observation->session;
	const struct record *record = observation->packet->record;
	const char *name = http2_error_name(goodbye->error);
	bool own = goodbye->error == HTTP2_INTERNAL_ERROR || goodbye->error == HTTP2_CONNECT_ERROR;
	struct finding finding;
	if (!name || goodbye->error == HTTP2_NO_ERROR || goodbye->error == HTTP2_CANCEL)
		return;
	finding_begin(&finding, own ? &server_error : &client_error, session);
	finding.sub_kind = "goaway";
	finding.say = "{server} ended an HTTP/2 connection of {client}: {reason} ({count|time|times}).";
	finding_number(&finding, "code", UNIT_NONE, goodbye->error, FACT_FIRST);
	finding_words(&finding, "reason", "%s", name);
	finding_words(&finding, "url", "this connection");
	finding_evidence(&finding, record->number, record->time, "GOAWAY %s", name);
	finding.merge_key = (uint64_t)goodbye->error << 32;
	finding.confidence = CONFIDENCE_LIKELY;
	blame_program(&finding, session, own ? session_server(session) : session->client);
	finding_why(&finding, goodbye->error == HTTP2_ENHANCE_YOUR_CALM
		? "The server asks for calm: the client pings, opens or resets streams more often than it allows."
		: own ? "The server's own reason says that it failed."
		      : "The server's reason is about what the client sent.");
	finding_submit(context->findings, &finding);
}

/* RFC 6455, 7.4.1 and IANA: which codes say that the server failed; others are about what the client sent. */
static bool is_failure(uint16_t code)
{
	return code == 1011 || code == 1013 || code == 1014;
}

static bool is_refusal(uint16_t code)
{
	return code == 1002 || code == 1003 || (code >= 1007 && code <= 1010);
}

/* The server closes a WebSocket with a reason. 1000, 1001 and 1012 (a restart) are how they end. */
static void report_close(struct analysis_context *context, const struct observation *observation,
			 const struct websocket_message *close)
{
	const struct session *session = observation->session;
	bool failure = is_failure(close->close_code);
	struct finding finding;
	if (!observation->packet || close->opcode != WEBSOCKET_CLOSE || observation->direction == session->client ||
	    (!failure && !is_refusal(close->close_code)))
		return;
	const struct record *record = observation->packet->record;
	const char *name = websocket_close_name(close->close_code);
	finding_begin(&finding, failure ? &server_error : &client_error, session);
	finding.sub_kind = "websocket";
	finding.say = "{server} closed a WebSocket of {client}: {code} {reason} ({count|time|times}).";
	finding_number(&finding, "code", UNIT_NONE, close->close_code, FACT_FIRST);
	finding_words(&finding, "reason", "%s", name ? name : "");
	finding_words(&finding, "url", "this connection");
	finding_evidence(&finding, record->number, record->time, "Connection Close %u", close->close_code);
	finding.merge_key = (uint64_t)close->close_code << 32;
	finding.confidence = CONFIDENCE_LIKELY;
	blame_program(&finding, session, failure ? session_server(session) : session->client);
	finding_why(&finding, failure ? "The server's own reason says that it failed."
				      : "The server's reason is about what the client sent.");
	finding_submit(context->findings, &finding);
}

static void errors_message(struct analysis_context *context, const struct observation *observation,
			   const struct session_message *message)
{
	struct error_session *own = context->session_state;
	if (message->decoder == &websocket_decoder) {
		report_close(context, observation, message->facts);
		return;
	}
	const struct http_message *http = message->facts;
	const struct http_request *request =
		http_requests_follow(&own->requests, observation, message);
	if (!observation->packet)
		return;
	const struct http2_message *frame = message->decoder == &http2_decoder ? message->facts : NULL;
	if (frame && frame->type == HTTP2_GOAWAY && observation->direction != observation->session->client) {
		own->calm = own->calm || frame->error == HTTP2_ENHANCE_YOUR_CALM;
		report_goodbye(context, observation, frame);
	}
	if (http->has_grpc_status && !http->from_client)
		report_grpc(context, observation, request, http);
	if (http->kind != HTTP_RESPONSE)
		return;
	bool log_in = http->status == 401 || http->status == 407;
	bool asks = log_in && (http->log_in_goes_on || !(request && request->credentials));
	if (http->status >= 500 && http->status < 600)
		report_server(context, observation, request, http);
	else if (http->status >= 400 && http->status < 500 && !asks)
		report_client(context, observation, request, http);
	else if (redirects(http->status) && request)
		follow_redirect(context, observation, request, http);
}

static void errors_destroy(struct analysis_context *context)
{
	struct error_state *state = context->state;
	cache_finish(&state->clients);
}

const struct analyzer http_errors_analyzer = {
	.name = "http-errors",
	.kinds = kinds,
	.state_size = sizeof(struct error_state),
	.session_state_size = sizeof(struct error_session),
	.state_on_message = true,
	.begin = errors_begin,
	.hears = hears,
	.message = errors_message,
	.destroy = errors_destroy,
};
