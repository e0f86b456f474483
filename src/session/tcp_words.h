/* What can be told from the first bytes of a request or an answer before any decoder knows the protocol. */
#ifndef SESSION_TCP_WORDS_H
#define SESSION_TCP_WORDS_H

#include <stdbool.h>
#include <stdint.h>

#include "core/cursor.h"

/* "GET /", "USER x", "EHLO": letters, then a space or the end of the line. */
bool words_begin(struct cursor payload);
/* The line speaks of polling, events or a time-out: its answer may be meant to come late. */
bool words_ask_to_wait(struct cursor payload);
/* A record of TLS that only its set-up has: handshake, change cipher spec (RFC 8446, 5.1). */
bool words_set_up_tls(struct cursor payload, bool *cipher_change);
/* The bytes of a response of HTTP/1 with its head, by its Content-Length; 0: it does not say, or not here. */
uint64_t words_announce(struct cursor payload);
/* HTTP 101: what follows is another protocol, in which both ends speak at will (RFC 9110, 15.2.2). */
bool words_switch_protocol(struct cursor payload);

#endif
