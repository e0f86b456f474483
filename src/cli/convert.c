/* culprit convert: traces into a trace of another format, or into a part of them. */
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/progress.h"
#include "cli/read.h"

/* The last word is where to write; the others are the traces. */
struct job {
	struct options inputs;       /* as the options, without the last word */
	struct culprit_conversion conversion;
	const char *to;
};

/* Known before the first of two readings has used it up. */
static bool can_be_read_twice(const struct options *inputs)
{
	for (size_t i = 0; i < inputs->word_count; i++) {
		struct stat status;
		const char *path = inputs->words[i];
		bool standard = strcmp(path, "-") == 0;
		if (standard || (stat(path, &status) == 0 && !S_ISREG(status.st_mode))) {
			complain("%s: findings are known only at the end, and this cannot be read twice: "
				 "save it to a file first", standard ? "standard input" : path);
			return false;
		}
	}
	return true;
}

static void tell_losses(const struct job *job, const struct culprit_conversion_result *result)
{
	for (size_t i = 0; i < result->loss_count; i++)
		complain("%s: %s could not keep %llu %s", job->to, result->format,
			 (unsigned long long)result->losses[i].count, result->losses[i].what);
}

static enum exit_code write_trace(struct job *job)
{
	struct culprit_conversion_result result;
	struct culprit_error error;
	struct progress progress;
	progress_begin_conversion(&progress, &job->conversion, job->inputs.quiet);
	bool done = culprit_convert(job->inputs.words, job->inputs.word_count, job->to, &job->conversion,
				    &result, &error);
	progress_end(&progress);
	if (!done) {
		complain_error(&error);
		return error.code == CULPRIT_USAGE ? EXIT_USAGE : EXIT_FAILED;
	}
	if (!job->inputs.quiet)
		tell_losses(job, &result);
	return EXIT_DONE;
}

static enum exit_code analyse_and_write(struct job *job)
{
	if (!can_be_read_twice(&job->inputs))
		return EXIT_USAGE;
	struct culprit_analysis *analysis = read_prepare(&job->inputs);
	if (!analysis)
		return EXIT_USAGE;
	job->conversion.analysis = analysis;
	enum exit_code code = EXIT_FAILED;
	if (read_traces(analysis, &job->inputs, NULL))
		code = write_trace(job);
	culprit_destroy(analysis);
	return code;
}

/* False after telling what is wrong with the filter; *findings: it speaks of some. */
static bool check_filter(const char *filter, bool *findings)
{
	struct culprit_analysis *analysis = culprit_create();
	struct culprit_error error;
	bool good = culprit_set_filter(analysis, filter, &error);
	if (!good)
		complain_filter(filter, &error);
	*findings = culprit_filter_needs_findings(analysis);
	culprit_destroy(analysis);
	return good;
}

static enum exit_code run(const struct options *options)
{
	struct job job = { .inputs = *options, .conversion = options->conversion };
	bool findings = false;
	job.conversion.filter = options->filter;
	job.inputs.filter = NULL;
	if (options->filter && !check_filter(options->filter, &findings))
		return EXIT_USAGE;
	if (options->output) {
		complain("convert has no -o: the last word is the file to write");
		return EXIT_USAGE;
	}
	if (options->word_count < 2) {
		complain("convert needs a trace and where to write it: culprit convert IN... OUT");
		return EXIT_USAGE;
	}
	job.to = options->words[options->word_count - 1];
	job.inputs.word_count--;
	if (strcmp(job.to, "-") == 0 && isatty(STDOUT_FILENO)) {
		complain("a trace is nothing to look at: write to a file or a pipe");
		return EXIT_USAGE;
	}
	if (job.conversion.annotate || job.conversion.finding || findings)
		return analyse_and_write(&job);
	return write_trace(&job);
}

const struct command convert_command = {
	.name = "convert",
	.arguments = "IN... OUT",
	.summary = "write pcapng, pcap or z/OS CTRACE: all of a trace, a part, annotated, anonymous",
	.description = "Reads traces as one, in time order, and writes them to OUT, whose name says the "
		"format: .pcapng, .pcap or .ctrace; - is standard input or output. What the format has no "
		"place for is told on standard error. --anonymise keeps what packets do: headers, ports, "
		"lengths and times, and which addresses share a network.",
	.run = run,
	.options = convert_options,
};
