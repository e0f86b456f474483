#include "finding/nearest.h"

#include <string.h>

#define LONGEST 63

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t edit_distance(const char *one, const char *two)
{
	size_t m = least(strlen(one), LONGEST), n = least(strlen(two), LONGEST);
	size_t rows[3][LONGEST + 1];     /* of i-2, i-1 and i characters of `one` */
	size_t *before = rows[0], *last = rows[1], *row = rows[2];
	for (size_t j = 0; j <= n; j++)
		last[j] = j;
	for (size_t i = 1; i <= m; i++) {
		row[0] = i;
		for (size_t j = 1; j <= n; j++) {
			size_t changed = last[j - 1] + (one[i - 1] != two[j - 1]);
			row[j] = least(changed, least(last[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && one[i - 1] == two[j - 2] && one[i - 2] == two[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		size_t *oldest = before;
		before = last;
		last = row;
		row = oldest;
	}
	return last[n];
}

void nearest_offer(struct nearest *nearest, const char *wanted, const char *candidate)
{
	size_t distance = edit_distance(wanted, candidate);
	/* A third of the word may be wrong; more is another word. */
	if (3 * distance > strlen(wanted) + 2)
		return;
	if (!nearest->word || distance < nearest->distance) {
		nearest->word = candidate;
		nearest->distance = distance;
	}
}
