#include "cli/finding_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/read.h"

static bool is_number(const char *word)
{
	return *word && strspn(word, "0123456789") == strlen(word);
}

static bool names_finding(const char *word)
{
	struct culprit_kind kind;
	return is_number(word) || culprit_kind_find(word, &kind);
}

static void finish(struct finding_words *words)
{
	free(words->findings);
	free(words->options.words);
}

static bool split(struct finding_words *to, const struct options *options)
{
	size_t count = options->word_count;
	*to = (struct finding_words){ .options = *options };
	to->findings = calloc(count + 1, sizeof *to->findings);
	to->options.words = calloc(count + 1, sizeof *to->options.words);
	to->options.word_count = 0;
	if (!to->findings || !to->options.words) {
		complain("out of memory");
		finish(to);
		return false;
	}
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && names_finding(options->words[i]))
			to->findings[to->count++] = options->words[i];
		else
			to->options.words[to->options.word_count++] = options->words[i];
	}
	return true;
}

static bool names(const char *word, const struct culprit_finding *finding)
{
	return is_number(word) ? strtoull(word, NULL, 10) == finding->number : strcmp(word, finding->id) == 0;
}

const struct culprit_finding *finding_words_next(const struct finding_words *words,
						 const struct culprit_analysis *analysis, size_t *index)
{
	const struct culprit_finding *finding;
	while ((finding = culprit_finding(analysis, *index)) != NULL) {
		bool wanted = words->count == 0;
		++*index;
		for (size_t i = 0; i < words->count; i++)
			wanted |= names(words->findings[i], finding);
		if (wanted)
			return finding;
	}
	return NULL;
}

static bool check(const struct finding_words *words, const struct culprit_analysis *analysis)
{
	for (size_t i = 0; i < words->count; i++) {
		const struct culprit_finding *finding;
		size_t at = 0;
		while ((finding = culprit_finding(analysis, at)) && !names(words->findings[i], finding))
			at++;
		if (finding)
			continue;
		complain("there is no finding %s in this trace, which has %zu: see culprit diagnose",
			 words->findings[i], culprit_finding_count(analysis));
		return false;
	}
	return true;
}

static enum exit_code read_and_tell(const struct finding_words *words, finding_words_tell *tell)
{
	struct output output;
	struct culprit_analysis *analysis = read_prepare(&words->options);
	if (!analysis)
		return EXIT_USAGE;
	enum exit_code code = EXIT_FAILED;
	if (read_traces(analysis, &words->options, NULL)) {
		if (!check(words, analysis)) {
			code = EXIT_USAGE;
		} else if (output_open(&output, &words->options)) {
			code = tell(words, analysis, &output);
			if (!output_close(&output))
				code = EXIT_FAILED;
		}
	}
	culprit_destroy(analysis);
	return code;
}

enum exit_code finding_words_run(const struct options *options, finding_words_tell *tell)
{
	struct finding_words words;
	if (!split(&words, options))
		return EXIT_FAILED;
	enum exit_code code = read_and_tell(&words, tell);
	finish(&words);
	return code;
}
