/* HTTP/1.0 and HTTP/1.1, RFC 9110 and RFC 9112. One message is the head of a request or response, or the end of
 * its body, whose bytes are only counted. Messages of HTTP/2 have the same facts (http2.h). */
#ifndef DECODE_HTTP_H
#define DECODE_HTTP_H

#include "decode/decoder.h"

enum http_kind {
	HTTP_REQUEST,
	HTTP_RESPONSE,
	HTTP_BODY_END,
	HTTP_OTHER,                  /* of HTTP/2: settings, pings … */
};
enum http_body {
	HTTP_NO_BODY,
	HTTP_BODY_LENGTH,
	HTTP_BODY_CHUNKED,           /* HTTP/2: of frames, without a length in the head */
	HTTP_BODY_UNTIL_CLOSE,
};
enum http_authorization { HTTP_AUTHORIZATION_NONE, HTTP_AUTHORIZATION_BASIC, HTTP_AUTHORIZATION_OTHER };

struct http_message {
	uint8_t kind;                /* enum http_kind */
	bool from_client;
	uint64_t stream;             /* HTTP/2: number of the stream; 0: in order */
	char method[16];             /* of the request; responses: of the one that they answer, when known */
	uint16_t status;             /* of the response; BODY_END of a response: likewise */
	uint8_t body;                /* enum http_body */
	uint64_t content_length;     /* with HTTP_BODY_LENGTH */
	/* HTTP_BODY_END: */
	bool complete;
	bool closed, reset;          /* incomplete because the connection, or the stream of HTTP/2, ended so */
	uint32_t error;              /* HTTP/2: why its stream was reset */
	uint64_t body_bytes;         /* that were sent, without the framing of chunks */
	uint64_t missing;            /* of those, bytes that the trace does not hold */
	/* Heads: text, cut to what fits, NUL-terminated */
	char uri[256], host[96];
	char reason[48], location[192], content_type[48], server[48];
	uint8_t authorization;       /* enum http_authorization of the request */
	char user[48];               /* Basic: its name, not its password */
	uint64_t secret;             /* Basic: hash of name and password; 0: none */
	bool log_in_goes_on;         /* of a 401 or 407: not refused, but one step of several (NTLM) */
	bool upgrades, event_stream; /* to another protocol (WebSocket, h2c); text/event-stream */
	bool to_http2;
	bool grpc, has_grpc_status;  /* the body is gRPC; how it ended, in the end of the body or in its head */
	uint8_t grpc_status;
	int64_t time_limit;          /* gRPC: after which its client calls the request off, ns; 0: none */
	uint32_t retry_after;        /* s; 0: not said */
	uint8_t minor_version;       /* HTTP/1.x */
};

extern const struct decoder http_decoder;

#endif
