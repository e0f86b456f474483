/* Which packets of a trace are wanted: ranges of packet numbers and of times. */
#ifndef CONVERT_SLICE_H
#define CONVERT_SLICE_H

#include <stdbool.h>
#include <stdint.h>

#include "core/error.h"

#define SLICE_MAX_RANGES 256     /* people type them */

enum slice_unit {
	SLICE_OPEN,                  /* no limit at this end */
	SLICE_NUMBER,                /* packets, from 1 */
	SLICE_ELAPSED,               /* ns since the first packet */
	SLICE_TIME,                  /* ns since 1970 */
};

struct slice_bound { enum slice_unit unit; int64_t value; };

struct slice {
	struct { struct slice_bound from, to; } ranges[SLICE_MAX_RANGES];    /* both ends belong to it */
	unsigned count;              /* 0: everything */
};

/* Reads "17", "1-100", "500-", "-20", "2.5s-10s", "2012-08-08T16:30:00Z-2012-08-08T16:31:00Z" and lists
 * of them with commas between. Times without a zone are UTC. False with `error` filled (ERROR_USAGE). */
bool slice_parse(struct slice *slice, const char *words, struct error *error);
/* `time` INT64_MIN: the packet has none, and no range of times holds it. `origin`: of the first packet. */
bool slice_holds(const struct slice *slice, uint64_t number, int64_t time, int64_t origin);
/* True when no packet from `number` on can be wanted. */
bool slice_is_over(const struct slice *slice, uint64_t number);

#endif
