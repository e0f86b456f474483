/* What to record to learn what a trace could not tell: where, with which filter, for how long. */
#ifndef FINDING_WANTED_H
#define FINDING_WANTED_H

#include "core/text.h"
#include "finding/finding.h"

/* Adds a sentence that begins with a capital. `flags` (QUALITY_*) are what stood in the way; 0: nothing did
 * but the place, which then follows from whom the finding blames. */
void wanted_add(const struct finding *finding, uint32_t flags, struct text *to);

#endif
