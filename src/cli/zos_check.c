/* culprit zos check: diagnoses displays and messages of a z/OS system. */
#include "cli/complain.h"
#include "cli/output.h"
#include "cli/read.h"
#include "cli/zos.h"

static bool read_all(struct culprit_analysis *analysis, const struct options *options)
{
	struct culprit_error error;
	for (size_t i = 1; i < options->word_count; i++) {
		if (culprit_add_displays(analysis, options->words[i], &error))
			continue;
		complain_error(&error);
		return false;
	}
	if (culprit_read_displays(analysis, &error))
		return true;
	complain_error(&error);
	return false;
}

enum exit_code zos_check_run(const struct options *options)
{
	struct output output;
	if (options->word_count < 2) {
		complain("zos check needs a file with displays, or - for standard input");
		return EXIT_USAGE;
	}
	struct culprit_analysis *analysis = read_prepare(options);
	if (!analysis)
		return EXIT_USAGE;
	enum exit_code code = EXIT_FAILED;
	if (read_all(analysis, options) && output_open(&output, options)) {
		if (options->zos.figures)
			culprit_report_figures(analysis, &output.report);
		else
			culprit_report_diagnosis(analysis, &output.report);
		if (output_close(&output))
			code = read_fails(analysis, options) ? EXIT_REACHED : EXIT_DONE;
	}
	culprit_destroy(analysis);
	return code;
}
