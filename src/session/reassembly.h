/* The bytes of one TCP direction, in order and each of them once. Bytes that came early are held until
 * those before them come; where segments overlap the bytes seen first stay. What the trace does not hold
 * is told as a gap, so that a reader never takes bytes from behind it for the next ones. */
#ifndef SESSION_REASSEMBLY_H
#define SESSION_REASSEMBLY_H

#include <stddef.h>
#include <stdint.h>

#include "core/cursor.h"

enum gap_reason {
	GAP_NOT_RECORDED,            /* the receiver acknowledged bytes that the trace does not hold */
	GAP_CUT,                     /* the trace holds only the start of a segment */
	GAP_GIVEN_UP,                /* more came early than may be held, or the stream ended */
};

/* Who gets the stream. Positions are 64-bit (see session/tcp.h). The bytes are valid during the call. */
struct reassembly_sink {
	void (*bytes)(void *user, uint64_t position, const uint8_t *bytes, size_t length);
	void (*gap)(void *user, uint64_t position, uint64_t length, enum gap_reason reason);
	void *user;
};

struct reassembly;

/* Holds at most `limit` bytes that came early. Free with reassembly_destroy. */
struct reassembly *reassembly_create(size_t limit, const struct reassembly_sink *sink);
void reassembly_destroy(struct reassembly *reassembly);     /* NULL is fine; delivers nothing */

/* The stream begins here. Without it, it begins with the first segment that is added. */
void reassembly_begin(struct reassembly *reassembly, uint64_t position);
/* Adds a segment: `bytes` with its declared length, of which the trace may hold less. */
void reassembly_add(struct reassembly *reassembly, uint64_t position, struct cursor bytes);
/* The receiver has all bytes before `position`: those that did not come were not recorded. */
void reassembly_acknowledge(struct reassembly *reassembly, uint64_t position);
/* Nothing more will come: delivers what is held, with the gaps before it. */
void reassembly_finish(struct reassembly *reassembly);

uint64_t reassembly_position(const struct reassembly *reassembly);  /* of the next byte to deliver */
size_t reassembly_held(const struct reassembly *reassembly);        /* bytes that came early */

#endif
