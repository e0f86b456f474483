#include "cli/session_words.h"

#include <stdlib.h>

#include "cli/complain.h"

bool session_words_split(struct session_words *to, const struct options *options)
{
	size_t count = options->word_count;
	*to = (struct session_words){ .options = *options };
	to->sessions = calloc(count + 1, sizeof *to->sessions);
	to->options.words = calloc(count + 1, sizeof *to->options.words);
	to->options.word_count = 0;
	if (!to->sessions || !to->options.words) {
		complain("out of memory");
		session_words_finish(to);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && culprit_session_id(options->words[i], &to->sessions[to->count]))
			to->count++;
		else
			to->options.words[to->options.word_count++] = options->words[i];
	}
	return true;
}

void session_words_finish(struct session_words *words)
{
	free(words->sessions);
	free(words->options.words);
}

bool session_words_check(const struct session_words *words, const struct culprit_analysis *analysis)
{
	for (size_t i = 0; i < words->count; i++) {
		const struct culprit_session_id *id = &words->sessions[i];
		uint32_t total = culprit_session_total(analysis, id->protocol);
		if (id->number <= total)
			continue;
		complain("there is no session %s:%u: the trace has %u of %s: see culprit sessions", id->protocol,
			 id->number, total, id->protocol);
		return false;
	}
	return true;
}
