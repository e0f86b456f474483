/* culprit fields: what filters and columns can name. */
#include "cli/commands.h"
#include "cli/complain.h"
#include "cli/output.h"

static enum exit_code run(const struct options *options)
{
	struct output output;
	struct culprit_error error;
	if (options->word_count > 1) {
		complain("fields takes one pattern: put it into quotes");
		return EXIT_USAGE;
	}
	if (!output_open(&output, options))
		return EXIT_FAILED;
	bool found = culprit_report_fields(options->word_count ? options->words[0] : NULL, &output.report,
					   &error);
	if (!found && !output.gone && !output.error)
		complain_error(&error);
	return output_close(&output) ? found ? EXIT_DONE : EXIT_USAGE : EXIT_FAILED;
}

const struct command fields_command = {
	.name = "fields",
	.arguments = "[PATTERN]",
	.summary = "list the fields that filters and columns can name",
	.description = "Lists all fields, or those whose name or title contains PATTERN: culprit fields "
		"checksum, culprit fields 'tcp.flags.*'. Names, types and values are Wireshark's wherever "
		"Wireshark has the field; zos.* is what only z/OS records, session.* and culprit.* what only "
		"culprit knows.",
	.run = run,
};
