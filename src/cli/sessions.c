/* culprit sessions: one line a conversation. */
#include "cli/complain.h"
#include "cli/output.h"
#include "cli/read.h"

static enum exit_code run(const struct options *options)
{
	struct output output;
	struct culprit_analysis *analysis = read_prepare(options);
	if (!analysis)
		return EXIT_USAGE;
	enum exit_code code = EXIT_FAILED;
	culprit_keep_sessions(analysis);
	if (read_traces(analysis, options, NULL) && output_open(&output, options)) {
		culprit_report_sessions(analysis, &output.report);
		if (output_close(&output))
			code = EXIT_DONE;
	}
	uint64_t missing = culprit_sessions_not_kept(analysis);
	if (missing && !options->quiet)
		complain("%llu more sessions are not listed: raise --max-sessions",
			 (unsigned long long)missing);
	culprit_destroy(analysis);
	return code;
}

const struct command sessions_command = {
	.name = "sessions",
	.arguments = "TRACE...",
	.summary = "list the conversations, one a line",
	.description = "Prints every TCP, UDP and ICMP conversation: who with whom, how it began and ended, "
		"packets, bytes and repeats of each side, round trip, and the findings about it. "
		"Numbers are Wireshark's stream numbers plus one.",
	.run = run,
};
