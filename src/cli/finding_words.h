/* Commands about single findings: TRACE... FINDING... */
#ifndef CLI_FINDING_WORDS_H
#define CLI_FINDING_WORDS_H

#include "cli/options.h"

struct finding_words {
	struct options options;      /* a copy whose words are the traces alone */
	const char **findings;       /* as they were written: "3", "tcp/zero-window" */
	size_t count;
};

/* Parts the words: the first one is a trace, and those behind it that are numbers or identifiers of findings
 * name findings. False when out of memory. Free with finding_words_finish. */
bool finding_words_split(struct finding_words *to, const struct options *options);
void finding_words_finish(struct finding_words *words);
/* After reading: the next finding, from *index on, that the words name (all of them when they name none); moves
 * *index behind it. NULL past the last. */
const struct culprit_finding *finding_words_next(const struct finding_words *words,
						 const struct culprit_analysis *analysis, size_t *index);
/* After reading. False after telling which word names nothing that the trace has. */
bool finding_words_check(const struct finding_words *words, const struct culprit_analysis *analysis);

#endif
