/* culprit prove: a finding must come out again from the packets that it cites. */
#include <stdlib.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/finding_words.h"

static bool reads_twice(const struct options *options)
{
	for (size_t i = 0; i < options->word_count; i++)
		if (strcmp(options->words[i], "-") == 0)
			return false;
	return true;
}

static enum exit_code prove_all(const struct finding_words *words, const struct culprit_analysis *analysis,
				const struct output *output)
{
	const struct culprit_finding *finding;
	const struct options *options = &words->options;
	enum exit_code code = EXIT_DONE;
	size_t index = 0;
	while ((finding = finding_words_next(words, analysis, &index)) != NULL) {
		struct culprit_error error = { .code = CULPRIT_OK };
		bool proved;
		if (!culprit_prove(analysis, options->words, options->word_count, finding->number, &proved,
				   &output->report, &error)) {
			if (error.code != CULPRIT_OK) {
				complain_error(&error);
				return EXIT_FAILED;
			}
			return code;     /* the output ended early */
		}
		if (!proved)
			code = EXIT_REACHED;
	}
	return code;
}

static enum exit_code run(const struct options *options)
{
	if (options->format == CULPRIT_CSV) {
		complain("a proof is no list: leave out --csv");
		return EXIT_USAGE;
	}
	if (!reads_twice(options)) {
		complain("prove reads the trace twice: name a file instead of -");
		return EXIT_USAGE;
	}
	return finding_words_run(options, prove_all);
}

const struct command prove_command = {
	.name = "prove",
	.arguments = "TRACE... [FINDING...]",
	.summary = "let a finding come out again from the packets that it cites alone",
	.description = "Analyses only the packets that a finding cites (number as culprit diagnose counts, or "
		"identifier; without one all findings), then with the start of its sessions, then with more, until the same "
		"finding comes out again: same rule, same hosts, same culprit, no less severe and no less certain. Then "
		"leaves out again what is not needed, and names the packets that it took and why. Exit status 0 "
		"when all were proved, 1 when one was not.",
	.run = run,
};
