#include "cli/read.h"

#include <string.h>

#include "cli/complain.h"
#include "cli/progress.h"
#include "cli/spool.h"

/* What is more special comes later and wins: the file, the profile, single thresholds. */
static bool configure(struct culprit_analysis *analysis, const struct options *options,
		      struct culprit_error *error)
{
	if (options->config && !culprit_set_config(analysis, options->config, error))
		return false;
	if (options->profile && !culprit_set_profile(analysis, options->profile, error))
		return false;
	for (size_t i = 0; i < options->threshold_count; i++)
		if (!culprit_set_threshold(analysis, options->thresholds[i], error))
			return false;
	for (size_t i = 0; i < options->ignored_count; i++)
		culprit_ignore(analysis, options->ignored[i]);
	for (size_t i = 0; i < options->decode_as_count; i++)
		if (!culprit_decode_as(analysis, options->decode_as[i], error))
			return false;
	for (size_t i = 0; i < options->keylog_count; i++)
		if (!culprit_add_keylog(analysis, options->keylogs[i], error))
			return false;
	for (size_t i = 0; i < options->private_key_count; i++)
		if (!culprit_add_private_key(analysis, options->private_keys[i], error))
			return false;
	culprit_limit_sessions(analysis, options->max_sessions);
	culprit_set_leap_seconds(analysis, options->leap_seconds);
	return true;
}

/* What a filter says about findings is known only when the trace was read once. */
static bool find_first(struct culprit_analysis *analysis, const struct options *options)
{
	struct options first_options = *options;
	first_options.filter = NULL;
	first_options.packet_choice.marks = false;
	if (!spool_begin(options))
		return false;
	struct culprit_analysis *first = read_prepare(&first_options);
	if (!first)
		return false;
	if (read_traces(first, &first_options, NULL)) {
		culprit_use_findings(analysis, first);
		return spool_rewind(options);
	}
	culprit_destroy(first);
	return false;
}

static bool set_filter(struct culprit_analysis *analysis, const struct options *options)
{
	struct culprit_error error;
	bool marks = options->packet_choice.marks;
	if (!options->filter)
		return !marks || find_first(analysis, options);
	if (!culprit_set_filter(analysis, options->filter, &error)) {
		complain_filter(options->filter, &error);
		return false;
	}
	return !(marks || culprit_filter_needs_findings(analysis)) || find_first(analysis, options);
}

struct culprit_analysis *read_prepare(const struct options *options)
{
	struct culprit_error error;
	if (options->word_count == 0) {
		complain("no trace given: name a file, or - for standard input");
		return NULL;
	}
	struct culprit_analysis *analysis = culprit_create();
	if (!configure(analysis, options, &error))
		complain_error(&error);
	else if (set_filter(analysis, options))
		return analysis;
	culprit_destroy(analysis);
	return NULL;
}

/* A first word that is no file may be a command with a slip of the pen. */
static const char *meant_command(const struct options *options, const struct culprit_error *error)
{
	const char *names[24];
	size_t count = 0;
	if (options->command || error->code != CULPRIT_OPEN)
		return NULL;
	while (commands[count] && count < sizeof names / sizeof names[0]) {
		names[count] = commands[count]->name;
		count++;
	}
	return culprit_nearest(options->words[0], names, count);
}

/* Keys that open nothing are most often those of another run. */
static void note_useless_keys(const struct culprit_analysis *analysis, const struct options *options)
{
	uint64_t opened, tried = culprit_decryption(analysis, &opened);
	if (options->quiet || (!options->keylog_count && !options->private_key_count) || !tried || opened)
		return;
	complain("the keys that were given open none of the %llu TLS conversation%s: %s", (unsigned long long)tried,
		 tried == 1 ? "" : "s", options->keylog_count
		 ? "give the key log that was written while this trace was taken"
		 : "a private RSA key opens only what was encrypted with its own certificate by RSA key exchange, not "
		   "(EC)DHE or TLS 1.3; give a key log");
}

bool read_traces(struct culprit_analysis *analysis, const struct options *options,
		 const struct output *output)
{
	struct progress progress;
	struct culprit_error error;
	progress_begin(&progress, analysis, options->quiet || (output && output->terminal));
	bool done = culprit_read_files(analysis, options->words, options->word_count, &error);
	progress_end(&progress);
	if (done) {
		note_useless_keys(analysis, options);
		return true;
	}
	const char *meant = meant_command(options, &error);
	if (meant)
		complain("%s: no such file or command: did you mean culprit %s?", options->words[0], meant);
	else
		complain_error(&error);
	return false;
}

bool read_fails(const struct culprit_analysis *analysis, const struct options *options)
{
	const struct culprit_finding *finding;
	for (size_t i = 0; options->fails && (finding = culprit_finding(analysis, i)) != NULL; i++)
		if (finding->severity >= options->fail_on)
			return true;
	return false;
}

enum exit_code read_for_report(const struct options *options, read_ask *ask)
{
	struct output output;
	struct culprit_error error;
	struct culprit_analysis *analysis = read_prepare(options);
	if (!analysis)
		return EXIT_USAGE;
	if (!output_open(&output, options)) {
		culprit_destroy(analysis);
		return EXIT_FAILED;
	}
	enum exit_code code = EXIT_USAGE;
	if (!ask(analysis, options, &output.report, &error))
		complain_error(&error);
	else
		code = read_traces(analysis, options, NULL) ? EXIT_DONE : EXIT_FAILED;
	culprit_destroy(analysis);
	return output_close(&output) ? code : EXIT_FAILED;
}
