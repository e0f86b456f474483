/* culprit tune: thresholds from known-good traces. */
#include <string.h>

#include "cli/complain.h"
#include "cli/output.h"
#include "cli/read.h"

static bool makes_sense(const struct options *options)
{
	if (options->format == CULPRIT_CSV) {
		complain("thresholds are no list: leave out --csv");
		return false;
	}
	if (options->config || options->threshold_count) {
		complain("tune finds thresholds: leave out --set and --config, and give --profile for those to begin with");
		return false;
	}
	for (size_t i = 0; i < options->word_count; i++) {
		if (strcmp(options->words[i], "-") != 0)
			continue;
		complain("tune reads the traces many times: name files instead of -");
		return false;
	}
	return true;
}

static enum exit_code run(const struct options *options)
{
	struct output output;
	struct culprit_error error = { .code = CULPRIT_OK };
	if (!makes_sense(options))
		return EXIT_USAGE;
	struct culprit_analysis *analysis = read_prepare(options);
	if (!analysis)
		return EXIT_USAGE;
	enum exit_code code = EXIT_FAILED;
	if (output_open(&output, options)) {
		const char *profile = options->profile ? options->profile : "lan";
		bool done = culprit_tune(analysis, options->words, options->word_count, profile, &output.report, &error);
		if (!done && error.code != CULPRIT_OK)
			complain_error(&error);
		else
			code = EXIT_DONE;
		if (!output_close(&output))
			code = EXIT_FAILED;
	}
	culprit_destroy(analysis);
	return code;
}

const struct command tune_command = {
	.name = "tune",
	.arguments = "TRACE...",
	.summary = "make thresholds from traces that are known to be good",
	.description = "Analyses the traces (each by itself) many times and looks how far the thresholds that hang on the "
		"place must be opened until all but one in a hundred conversations stay below them. Writes a file for "
		"--config: each threshold is 1.5 times that, and at least what the profile says (lan, or the one given with "
		"--profile); with the false alarms that are to be expected in an hour, and what is still told.",
	.run = run,
};
