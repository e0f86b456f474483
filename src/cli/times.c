/* culprit times: how long requests took, and what the time was spent on. */
#include "cli/complain.h"
#include "cli/output.h"
#include "cli/read.h"

static bool set_limits(struct culprit_analysis *analysis, const struct options *options)
{
	struct culprit_error error;
	for (size_t i = 0; i < options->response_limit_count; i++)
		if (!culprit_set_response_limit(analysis, options->response_limits[i], &error)) {
			complain_error(&error);
			return false;
		}
	return true;
}

/* Writes what the options ask for; the analysis is destroyed meanwhile. */
static enum exit_code write_times(struct culprit_analysis *analysis, const struct options *options,
				  struct output *output)
{
	struct culprit_error error;
	if (!culprit_report_times(analysis, &options->times, &output->report, &error)) {
		complain_error(&error);
		culprit_destroy(analysis);
		output_close(output);
		return EXIT_USAGE;
	}
	bool done = read_traces(analysis, options, output);
	uint64_t left_out = culprit_times_left_out(analysis);
	culprit_destroy(analysis);       /* writes the last rows */
	done &= output_close(output);
	if (left_out && !options->times.top && !options->quiet)
		complain("%llu more are not told apart or not listed: raise --top or --max-sessions",
			 (unsigned long long)left_out);
	return done ? EXIT_DONE : EXIT_FAILED;
}

static enum exit_code run(const struct options *options)
{
	struct output output;
	struct culprit_analysis *analysis = read_prepare(options);
	if (!analysis)
		return EXIT_USAGE;
	if (!set_limits(analysis, options)) {
		culprit_destroy(analysis);
		return EXIT_USAGE;
	}
	if (!output_open(&output, options)) {
		culprit_destroy(analysis);
		return EXIT_FAILED;
	}
	return write_times(analysis, options, &output);
}

const struct command times_command = {
	.name = "times",
	.arguments = "TRACE...",
	.summary = "say how long requests took, and what the time was spent on",
	.description = "Prints the Response Time Summary: how long requests took, on what the time was spent "
		"(the parts add up), the services and the slowest requests. --json, --csv and --by "
		"transaction print a row for each request and its answer, --by session, service and host "
		"sums with percentiles. Network, server and transfer are together the total; the client's "
		"own time before a request is not in it.",
	.run = run,
	.options = times_options,
};
