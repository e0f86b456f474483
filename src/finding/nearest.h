/* The word that somebody probably meant. */
#ifndef FINDING_NEAREST_H
#define FINDING_NEAREST_H

#include <stdbool.h>
#include <stddef.h>

/* How many characters must be added, dropped, changed or swapped with their neighbour to get from one
 * word to the other. Words are compared up to 63 bytes. */
size_t edit_distance(const char *one, const char *two);

struct nearest {                 /* all zero: nothing seen yet */
	const char *word;        /* the best so far, NULL when nothing is near */
	size_t distance;
};
/* Offers a candidate for `wanted`. */
void nearest_offer(struct nearest *nearest, const char *wanted, const char *candidate);

#endif
