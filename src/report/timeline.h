/* How much happened when: counts in slots of equal width, which get wider as the time they cover grows, so
 * that any trace fits. Widths are 1, 2, 10, 20, 100 … times the first one. */
#ifndef REPORT_TIMELINE_H
#define REPORT_TIMELINE_H

#include <stddef.h>
#include <stdint.h>

/* The one that culprit_keep_timeline asks for. */
enum { TIMELINE_PACKETS, TIMELINE_BYTES, TIMELINE_SERIES };
#define TIMELINE_SLOTS 600       /* a page or a terminal has no more places to show them */

struct timeline;

/* `series` counts in each of at most `slots` slots, which begin `width` ns wide. Free with timeline_destroy. */
struct timeline *timeline_create(unsigned series, size_t slots, int64_t width);
void timeline_destroy(struct timeline *timeline);            /* NULL is fine */
/* What is before the first time that was ever added counts as if it were then. */
void timeline_add(struct timeline *timeline, int64_t time, unsigned series, uint64_t amount);

size_t timeline_slots(const struct timeline *timeline);      /* used: up to the last with something in it */
int64_t timeline_width(const struct timeline *timeline);     /* ns */
int64_t timeline_origin(const struct timeline *timeline);    /* of the first slot; INT64_MIN: nothing there */
/* When a slot begins; slot `timeline_slots`: when the last one ends. At most INT64_MAX. */
int64_t timeline_start(const struct timeline *timeline, size_t slot);
uint64_t timeline_get(const struct timeline *timeline, size_t slot, unsigned series);

#endif
