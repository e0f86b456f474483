/* Two findings of one kind become one. */
#ifndef FINDING_MERGE_H
#define FINDING_MERGE_H

#include "finding/finding.h"

/* Which of two findings comes first in the trace: below 0 when `a`. Never 0 for different findings of
 * different conversations, so that the order of submission does not matter. */
int finding_order(const struct finding *a, const struct finding *b);

/* Adds `other` to `into`. Words, subject and blame are of the one that comes first in the trace;
 * severity and confidence are the higher ones; facts follow their merge rules; evidence is what is
 * first and last of both. Sessions are the store's business. */
void finding_absorb(struct finding *into, const struct finding *other);

#endif
