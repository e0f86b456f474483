/* culprit zos codes: why z/OS throws packets away. */
#include "cli/complain.h"
#include "cli/output.h"
#include "cli/zos.h"

enum exit_code zos_codes_run(const struct options *options)
{
	struct output output;
	struct culprit_error error;
	enum exit_code code = EXIT_DONE;
	if (!output_open(&output, options))
		return EXIT_FAILED;
	for (size_t i = 1; code == EXIT_DONE && (i == 1 || i < options->word_count); i++) {
		const char *number = i < options->word_count ? options->words[i] : NULL;
		if (i > 1 && options->format == CULPRIT_TEXT)
			output.report.write(output.report.user, "\n", 1);
		if (!culprit_report_zos_codes(number, &output.report, &error) && error.code != CULPRIT_OK) {
			complain_error(&error);
			code = EXIT_USAGE;
		}
	}
	return output_close(&output) ? code : EXIT_FAILED;
}
