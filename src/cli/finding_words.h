/* Commands about single findings: TRACE... FINDING... */
#ifndef CLI_FINDING_WORDS_H
#define CLI_FINDING_WORDS_H

#include "cli/commands.h"
#include "cli/options.h"
#include "cli/output.h"

struct finding_words {
	struct options options;      /* a copy whose words are the traces alone */
	const char **findings;       /* as they were written: "3", "tcp/zero-window" */
	size_t count;
};

/* Tells of the chosen findings, in order; called once the traces have been read and the words name only findings that
 * there are. */
typedef enum exit_code finding_words_tell(const struct finding_words *words, const struct culprit_analysis *analysis,
					  const struct output *output);
/* Parts the words: the first one is a trace, and those behind it that are numbers or identifiers of findings name
 * findings. Reads the traces and lets `tell` write. Tells what is wrong. */
enum exit_code finding_words_run(const struct options *options, finding_words_tell *tell);
/* The next finding, from *index on, that the words name (all of them when they name none); moves *index behind it. NULL
 * past the last. */
const struct culprit_finding *finding_words_next(const struct finding_words *words,
						 const struct culprit_analysis *analysis, size_t *index);

#endif
