/* culprit protocols: what this build decodes. */
#include "cli/commands.h"
#include "cli/output.h"

static enum exit_code run(const struct options *options)
{
	struct output output;
	if (!output_open(&output, options))
		return EXIT_FAILED;
	culprit_report_protocols(&output.report);
	return output_close(&output) ? EXIT_DONE : EXIT_FAILED;
}

const struct command protocols_command = {
	.name = "protocols",
	.arguments = "",
	.summary = "list the protocols that this build decodes",
	.description = "Protocols that are not decoded are known by name only: their bytes are payload.",
	.run = run,
};
