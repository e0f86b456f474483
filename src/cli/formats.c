/* culprit formats: what this build reads and writes. */
#include "cli/commands.h"
#include "cli/output.h"

static enum exit_code run(const struct options *options)
{
	struct output output;
	if (!output_open(&output, options))
		return EXIT_FAILED;
	culprit_report_formats(&output.report);
	return output_close(&output) ? EXIT_DONE : EXIT_FAILED;
}

const struct command formats_command = {
	.name = "formats",
	.arguments = "",
	.summary = "list the trace formats and compressions that this build reads and writes",
	.description = "Formats are told by their first bytes, never by the name of the file. What is "
		"written is written by culprit convert.",
	.run = run,
};
