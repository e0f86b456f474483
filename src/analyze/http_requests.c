#include "analyze/http_requests.h"

#include <stdio.h>
#include <string.h>

#include "core/hash.h"

void http_words(char *to, size_t size, const char *text)
{
	size_t length = 0;
	for (; *text && length + 1 < size; text++)
		to[length++] = (unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text;
	to[length] = 0;
}

/* RFC 9110, 15.5 and 15.6; RFC 6585 */
static const struct { uint16_t status; const char *name; } reasons[] = {
	{ 301, "Moved Permanently" }, { 302, "Found" }, { 303, "See Other" }, { 307, "Temporary Redirect" },
	{ 308, "Permanent Redirect" }, { 400, "Bad Request" }, { 401, "Unauthorized" }, { 403, "Forbidden" },
	{ 404, "Not Found" }, { 405, "Method Not Allowed" }, { 406, "Not Acceptable" },
	{ 407, "Proxy Authentication Required" }, { 408, "Request Timeout" }, { 409, "Conflict" }, { 410, "Gone" },
	{ 411, "Length Required" }, { 412, "Precondition Failed" }, { 413, "Content Too Large" },
	{ 414, "URI Too Long" }, { 415, "Unsupported Media Type" }, { 416, "Range Not Satisfiable" },
	{ 421, "Misdirected Request" }, { 422, "Unprocessable Content" }, { 425, "Too Early" },
	{ 426, "Upgrade Required" }, { 429, "Too Many Requests" }, { 431, "Request Header Fields Too Large" },
	{ 500, "Internal Server Error" }, { 501, "Not Implemented" }, { 502, "Bad Gateway" },
	{ 503, "Service Unavailable" }, { 504, "Gateway Timeout" }, { 505, "HTTP Version Not Supported" } };

void http_reason(char *to, size_t size, const struct http_message *response)
{
	http_words(to, size, response->reason);
	for (size_t i = 0; !*to && i < sizeof reasons / sizeof *reasons; i++)
		if (reasons[i].status == response->status)
			snprintf(to, size, "%s", reasons[i].name);
}

uint64_t http_url_hash(const char *url)
{
	return hash_bytes(url, strlen(url), 0x75726c);
}

uint64_t http_repeats(const struct session *session)
{
	const struct tcp_session *tcp = session->tcp;
	return tcp ? tcp->side[0].repeated_segments + tcp->side[1].repeated_segments : 0;
}

static struct http_request *find(struct http_requests *requests, uint64_t stream, bool unanswered)
{
	for (uint32_t i = 0; i < requests->count; i++)
		if (requests->open[i].stream == stream && !(unanswered && requests->open[i].answered))
			return &requests->open[i];
	return NULL;
}

static void take_out(struct http_requests *requests, uint32_t at)
{
	requests->count--;
	memmove(&requests->open[at], &requests->open[at + 1],
		(requests->count - at) * sizeof *requests->open);
}

/* Makes room: for what was answered, whose body is still on its way, its URL is of less use. */
static void drop_one(struct http_requests *requests)
{
	for (uint32_t i = 0; i < requests->count; i++) {
		if (requests->open[i].answered) {
			take_out(requests, i);
			return;
		}
	}
	take_out(requests, 0);
}

static void drop_answered(struct http_requests *requests)
{
	for (uint32_t i = requests->count; i-- > 0;)
		if (requests->open[i].answered && requests->open[i].stream == UINT64_MAX)
			take_out(requests, i);
}

/* "http://host/path?query" and "/path?query" alike become "host/path". */
static void make_url(char to[static HTTP_URL], const struct http_message *message)
{
	char host[sizeof message->host], path[sizeof message->uri];
	const char *uri = message->uri, *scheme = strstr(uri, "://");
	http_words(host, sizeof host, message->host);
	if (scheme && scheme - uri < 8) {
		uri = strchr(scheme + 3, '/');
		if (!uri)
			uri = "/";
	}
	http_words(path, sizeof path, uri);
	path[strcspn(path, "?#;")] = 0;
	size_t length = strlen(host);
	if (length > HTTP_URL / 2)
		length = HTTP_URL / 2;
	memcpy(to, host, length);
	snprintf(to + length, HTTP_URL - length, "%.*s", (int)(HTTP_URL - 1 - length), path);
}

static uint64_t server_position(const struct session *session)
{
	return session->tcp ? session->tcp->side[session_server(session)].snd_max : 0;
}

static struct http_request *add(struct http_requests *requests, const struct observation *observation,
				const struct http_message *message)
{
	const struct record *record = observation->packet->record;
	if (requests->count == HTTP_OPEN)
		drop_one(requests);
	struct http_request *request = &requests->open[requests->count++];
	*request = (struct http_request){ .stream = message->stream,
		.asked = { record->number, record->time }, .last = { record->number, record->time },
		.server_position = server_position(observation->session),
		.repeats = http_repeats(observation->session),
		.credentials = message->authorization != HTTP_AUTHORIZATION_NONE, .grpc = message->grpc,
		.time_limit = message->time_limit };
	http_words(request->method, sizeof request->method, message->method);
	make_url(request->url, message);
	return request;
}

struct http_request *http_requests_follow(struct http_requests *requests, const struct observation *observation,
					  const struct session_message *message)
{
	const struct http_message *http = message->facts;
	drop_answered(requests);
	if (http->kind == HTTP_OTHER)
		return NULL;
	if (http->kind == HTTP_REQUEST)
		return observation->packet ? add(requests, observation, http) : NULL;
	if (http->kind == HTTP_BODY_END && http->from_client) {
		struct http_request *request = http->stream ? find(requests, http->stream, false)
					       : requests->count ? &requests->open[requests->count - 1] : NULL;
		if (request && observation->packet && request->stream == http->stream) {
			request->last = (struct tcp_mark){ observation->packet->record->number,
				observation->packet->record->time };
			request->server_position = server_position(observation->session);
		}
		return request;
	}
	struct http_request *request = find(requests, http->stream, http->kind == HTTP_RESPONSE);
	if (!request || (http->kind == HTTP_RESPONSE && http->status < 200 && http->status != 101))
		return request;
	/* HTTP/2 answers what HTTP/1 had asked as its stream 1: RFC 7540, 3.2. */
	if (http->status == 101 && http->to_http2) {
		request->stream = 1;
		return request;
	}
	request->status = http->status;
	request->answered = true;
	/* Done: it goes with the next message. */
	if (http->kind == HTTP_BODY_END || !http->body)
		request->stream = UINT64_MAX;
	return request;
}
