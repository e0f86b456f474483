/* culprit why: the reasons of a finding. */
#include "cli/complain.h"
#include "cli/finding_words.h"

static enum exit_code write_all(const struct finding_words *words, const struct culprit_analysis *analysis,
				const struct output *output)
{
	const struct culprit_finding *finding;
	size_t index = 0, written = 0;
	while ((finding = finding_words_next(words, analysis, &index)) != NULL) {
		if (written++ && words->options.format == CULPRIT_TEXT)
			output->report.write(output->report.user, "\n\n", 2);
		if (!culprit_report_why(analysis, finding->number, &output->report))
			break;
	}
	return EXIT_DONE;
}

static enum exit_code run(const struct options *options)
{
	if (options->format == CULPRIT_CSV) {
		complain("reasons are no list: leave out --csv");
		return EXIT_USAGE;
	}
	return finding_words_run(options, write_all);
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
