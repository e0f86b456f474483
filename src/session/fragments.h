/* Puts IP fragments together (RFC 791, 3.2; RFC 8200, 4.5), in bounded memory. Where fragments overlap
 * the bytes that came first stay, as RFC 5722 and most stacks make them count. */
#ifndef SESSION_FRAGMENTS_H
#define SESSION_FRAGMENTS_H

#include "session/session.h"

struct fragments;

struct fragments *fragments_create(void);
void fragments_destroy(struct fragments *fragments);        /* NULL is fine */

void fragments_on_failure(struct fragments *fragments, fragments_failed *failed, void *user);

/* Adds an IP fragment. When it completes its datagram, returns the whole payload, valid until the next
 * call, and its length; else NULL. */
const uint8_t *fragments_add(struct fragments *fragments, const struct packet *packet, int64_t time,
			     size_t *length);
/* The trace ends: what is still incomplete has failed, unless its time had not come yet. */
void fragments_finish(struct fragments *fragments, int64_t trace_end);

const struct fragment_statistics *fragments_statistics(const struct fragments *fragments);

#endif
