/* culprit explain: what a finding means. */
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/output.h"

static bool explain_all(const struct options *options, const struct output *output)
{
	struct culprit_error error = { .offset = UINT64_MAX };
	for (size_t i = 0; i < options->word_count; i++) {
		if (i > 0 && options->format == CULPRIT_TEXT)
			output->report.write(output->report.user, "\n", 1);
		if (culprit_report_kind(options->words[i], &output->report, &error))
			continue;
		if (error.code == CULPRIT_OK)    /* the output ended early */
			return true;
		complain_error(&error);
		return false;
	}
	return true;
}

static enum exit_code run(const struct options *options)
{
	struct output output;
	if (options->word_count && options->format == CULPRIT_CSV) {
		complain("an explanation is no list: leave out --csv");
		return EXIT_USAGE;
	}
	if (!output_open(&output, options))
		return EXIT_FAILED;
	bool known = explain_all(options, &output);
	if (options->word_count == 0)
		culprit_report_kinds(&output.report);
	if (!output_close(&output))
		return EXIT_FAILED;
	return known ? EXIT_DONE : EXIT_USAGE;
}

const struct command explain_command = {
	.name = "explain",
	.arguments = "[ID...]",
	.summary = "say what a finding means; without ID list all",
	.description = "Prints the rule behind a finding, its thresholds in each profile, what looks like it "
		"and is not, what to do next, and where it is written.",
	.run = run,
};
