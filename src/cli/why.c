/* culprit why: the reasons of a finding. */
#include "cli/complain.h"
#include "cli/finding_words.h"
#include "cli/output.h"
#include "cli/read.h"

static void write_all(const struct finding_words *words, const struct culprit_analysis *analysis,
		      const struct output *output)
{
	const struct culprit_finding *finding;
	size_t index = 0, written = 0;
	while ((finding = finding_words_next(words, analysis, &index)) != NULL) {
		if (written++ && words->options.format == CULPRIT_TEXT)
			output->report.write(output->report.user, "\n\n", 2);
		if (!culprit_report_why(analysis, finding->number, &output->report))
			return;
	}
}

static enum exit_code explain(const struct finding_words *words)
{
	struct output output;
	struct culprit_analysis *analysis = read_prepare(&words->options);
	if (!analysis)
		return EXIT_USAGE;
	enum exit_code code = EXIT_FAILED;
	if (read_traces(analysis, &words->options, NULL)) {
		if (!finding_words_check(words, analysis)) {
			code = EXIT_USAGE;
		} else if (output_open(&output, &words->options)) {
			write_all(words, analysis, &output);
			if (output_close(&output))
				code = EXIT_DONE;
		}
	}
	culprit_destroy(analysis);
	return code;
}

static enum exit_code run(const struct options *options)
{
	struct finding_words words;
	if (options->format == CULPRIT_CSV) {
		complain("reasons are no list: leave out --csv");
		return EXIT_USAGE;
	}
	if (!finding_words_split(&words, options))
		return EXIT_FAILED;
	enum exit_code code = explain(&words);
	finding_words_finish(&words);
	return code;
}

const struct command why_command = {
	.name = "why",
	.arguments = "TRACE... [FINDING...]",
	.summary = "say why a finding is there: rule, numbers, thresholds, what else was considered",
	.description = "Prints, for the findings with these numbers (as culprit diagnose counts them) or identifiers, "
		"the rule in words, the numbers it saw, its thresholds with where they come from, why it is as severe and "
		"as certain as it is, which other explanations and causes were considered and why they were "
		"rejected, and what would raise the confidence. Without FINDING all are explained.",
	.run = run,
};
