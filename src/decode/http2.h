/* HTTP/2, RFC 9113. One message is a frame; HEADERS and their CONTINUATION are one together, of DATA it is only the
 * head, and the end of a body is one without bytes. What HTTP means by it stands in `http`, as of HTTP/1. */
#ifndef DECODE_HTTP2_H
#define DECODE_HTTP2_H

#include "decode/http.h"

enum http2_type {
	HTTP2_DATA, HTTP2_HEADERS, HTTP2_PRIORITY, HTTP2_RST_STREAM, HTTP2_SETTINGS, HTTP2_PUSH_PROMISE, HTTP2_PING,
	HTTP2_GOAWAY, HTTP2_WINDOW_UPDATE, HTTP2_CONTINUATION,
	HTTP2_MAGIC = 0xfe,          /* no type: what the client begins with */
	HTTP2_NOTHING = 0xff,        /* no frame: a body has ended */
};

enum { HTTP2_END_STREAM = 0x01, HTTP2_ACK = 0x01, HTTP2_END_HEADERS = 0x04, HTTP2_PADDED = 0x08,
	HTTP2_HAS_PRIORITY = 0x20 };

/* RFC 9113, 7: those that decide something */
enum { HTTP2_NO_ERROR = 0, HTTP2_INTERNAL_ERROR = 2, HTTP2_CANCEL = 8, HTTP2_CONNECT_ERROR = 10,
	HTTP2_ENHANCE_YOUR_CALM = 11 };

#define HTTP2_TEXT 2048          /* of all headers of a message, for its fields */

struct http2_message {
	struct http_message http;    /* first, so that who hears HTTP hears HTTP/2 alike. http.stream is its number */
	uint8_t type;                /* enum http2_type or another */
	uint8_t flags;
	uint32_t length;             /* of the (first) frame, without its head */
	uint32_t error;              /* of RST_STREAM and GOAWAY */
	uint32_t last_stream;        /* of GOAWAY: later ones were not looked at */
	uint16_t header_count;       /* those that have text here: each its two lengths of 16 bits, name, value */
	uint16_t text_length;
	char text[HTTP2_TEXT];       /* last, so that only what is used is copied */
};

extern const struct decoder http2_decoder;

/* "HEADERS"; NULL for unknown types. */
const char *http2_type_name(uint8_t type);
/* "CANCEL": RFC 9113, 7. NULL for unknown ones. */
const char *http2_error_name(uint32_t error);
/* "UNAVAILABLE": https://grpc.io/docs/guides/status-codes; NULL for unknown ones. */
const char *grpc_status_name(uint8_t status);

#endif
