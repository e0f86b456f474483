/* What the heads of HTTP/1 and HTTP/2 have in common: headers and their words, RFC 9110. */
#ifndef DECODE_HTTP_HEAD_H
#define DECODE_HTTP_HEAD_H

#include "decode/http.h"

struct http_line { const uint8_t *bytes; size_t length; };       /* without what ends it */

struct http_head {               /* what decides about the body */
	bool chunked, has_length;
	bool to_websocket;           /* what the connection is to speak, or speaks, from here on */
	uint64_t length;
};

/* Without regard to case. */
bool http_is_named(struct http_line name, const char *word);
/* The next word of a line, and the blanks behind it, which are passed. */
struct http_line http_take_word(struct http_line *line);
uint64_t http_decimal(struct http_line value);
/* Into a text of `size` bytes, cut to what fits. */
void http_copy(char *to, size_t size, struct http_line text);
/* Takes what analysis needs of a header. */
void http_take_header(struct http_message *message, struct http_head *head, struct http_line name,
		      struct http_line value);
/* Requests and responses as exchanges. */
void http_mark(const struct http_message *message, struct exchange_mark *mark);

#endif
