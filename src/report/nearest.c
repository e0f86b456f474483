/* What was meant by a word that does not exist. */
#include <culprit.h>

#include <string.h>

/* Edit distance of Levenshtein, as long as it can be below `limit`. */
static size_t distance(const char *a, const char *b, size_t limit)
{
	enum { LONGEST = 64 };
	size_t row[LONGEST + 1], length = strlen(b);
	if (strlen(a) > LONGEST || length > LONGEST)
		return limit;
	for (size_t j = 0; j <= length; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1]; i++) {
		size_t diagonal = row[0];
		row[0] = i;
		for (size_t j = 1; j <= length; j++) {
			size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
			size_t shorter = row[j] < row[j - 1] ? row[j] : row[j - 1];
			diagonal = row[j];
			row[j] = replaced < shorter + 1 ? replaced : shorter + 1;
		}
	}
	return row[length];
}

const char *culprit_nearest(const char *word, const char *const *words, size_t count)
{
	/* More than a third of the letters wrong is another word. */
	size_t best = strlen(word) / 3 + 2;
	const char *nearest = NULL;
	for (size_t i = 0; i < count; i++) {
		size_t here = distance(word, words[i], best);
		if (here < best) {
			best = here;
			nearest = words[i];
		}
	}
	return nearest;
}
