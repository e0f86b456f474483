/* The fields of HTTP/2 and who tells them. */
#ifndef DECODE_HTTP2_FIELDS_H
#define DECODE_HTTP2_FIELDS_H

#include "decode/field.h"

extern const struct field http2_fields[];
void http2_tell(struct teller *teller, struct cursor in, const struct packet *packet, const void *facts);

#endif
