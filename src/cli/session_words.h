/* Commands about single sessions: TRACE... N... */
#ifndef CLI_SESSION_WORDS_H
#define CLI_SESSION_WORDS_H

#include "cli/options.h"

struct session_words {
	struct options options;      /* a copy whose words are the traces alone */
	struct culprit_session_id *sessions;
	size_t count;
};

/* Parts the words: the first one is a trace, and those behind it that look like sessions ("3", "udp:2") are.
 * False when out of memory. Free with session_words_finish. */
bool session_words_split(struct session_words *to, const struct options *options);
void session_words_finish(struct session_words *words);
/* After reading. False after telling which one the trace does not have. */
bool session_words_check(const struct session_words *words, const struct culprit_analysis *analysis);

#endif
