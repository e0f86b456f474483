/* The requests of one HTTP connection that wait for their response, so that an answer can be told with the URL
 * that it is for. */
#ifndef ANALYZE_HTTP_REQUESTS_H
#define ANALYZE_HTTP_REQUESTS_H

#include "analyze/analyzer.h"
#include "decode/http2.h"

#define HTTP_OPEN 16             /* pipelined, or streams of HTTP/2; of more the oldest is forgotten */
#define HTTP_URL 112

struct http_request {
	uint64_t stream;             /* HTTP/2; 0: in order */
	char method[16];
	char url[HTTP_URL];          /* host and path, without the query; fit to be shown */
	struct tcp_mark asked, last; /* head; last byte of the body */
	uint64_t server_position;    /* where the server's bytes ended by then */
	uint64_t repeats;            /* segments that either end had repeated by then */
	bool answered;               /* the head of the response came */
	bool credentials;
	bool grpc;                   /* may wait for news, and be called off, by design */
	uint16_t status;
	int64_t time_limit;          /* ns; 0: none */
};

struct http_requests {
	struct http_request open[HTTP_OPEN];
	uint32_t count;
};

/* Follows a message. Returns the request that it belongs to, NULL when it was not seen. A request whose answer
 * is complete stays valid until the next call. */
struct http_request *http_requests_follow(struct http_requests *requests, const struct observation *observation,
					  const struct session_message *message);
/* Bytes of the trace as words: without what could drive a terminal. */
void http_words(char *to, size_t size, const char *text);
/* The words of a response's status; HTTP/2 sends none, so that they come from RFC 9110. */
void http_reason(char *to, size_t size, const struct http_message *response);
/* What stands for a URL in keys. */
uint64_t http_url_hash(const char *url);
uint64_t http_repeats(const struct session *session);

#endif
