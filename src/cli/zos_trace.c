/* culprit zos packet-trace, data-trace, osaenta: the commands of a trace. The library's tables of parameters are
 * the options. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/complain.h"
#include "cli/help.h"
#include "cli/output.h"
#include "cli/zos.h"

static bool find_parameter(const char *panel, const char *name, size_t length, struct culprit_zos_parameter *to)
{
	for (size_t i = 0; culprit_zos_parameter(panel, i, to); i++)
		if (strlen(to->option) == length && memcmp(to->option, name, length) == 0)
			return true;
	return false;
}

/* Which parameter it is was noted when the option was found. */
static bool add_choice(struct options *options, const char *value)
{
	options->zos.choices[options->zos.count++].value = value;
	return true;
}

const struct option *zos_trace_option(struct options *options, const char *name, size_t length)
{
	static struct option option;
	struct culprit_zos_parameter parameter;
	if (options->word_count == 0 || !find_parameter(options->words[0], name, length, &parameter))
		return NULL;
	option = (struct option){ .name = parameter.option, .argument = parameter.argument, .help = parameter.range,
		.apply = add_choice };
	options->zos.choices[options->zos.count].option = parameter.option;
	return &option;
}

const char *zos_trace_option_name(const struct options *options, size_t index)
{
	struct culprit_zos_parameter parameter;
	bool there = options->word_count && culprit_zos_parameter(options->words[0], index, &parameter);
	return there ? parameter.option : NULL;
}

bool zos_trace_help(const struct options *options)
{
	struct culprit_zos_parameter parameter;
	const char *panel = options->words[0];
	if (!culprit_zos_parameter(panel, 0, &parameter))
		return false;
	printf("Usage: culprit zos %s [OPTION...]\n\n", panel);
	help_wrapped("Prints the commands that start, check and stop the trace, in their order and with the replies to "
		     "expect, the writer's JCL and how to fetch the data set. On a terminal and without options it asks "
		     "for each parameter.", 0, 0);
	puts("\nParameters:");
	for (size_t i = 0; culprit_zos_parameter(panel, i, &parameter); i++) {
		char words[192];
		printf("      --%s %s\n%26s", parameter.option, parameter.argument, "");
		snprintf(words, sizeof words, "%s: %s%s%s%s", parameter.label, parameter.range,
			 parameter.required ? " (must be given)" : *parameter.initial ? " [" : "", parameter.initial,
			 *parameter.initial ? "]" : "");
		help_wrapped(words, 26, 26);
	}
	help_options("Options of traces", options->command->options);
	help_options("Options", option_table);
	return true;
}

static bool fill(struct culprit_zos_form *form, const struct options *options)
{
	struct culprit_error error;
	for (size_t i = 0; i < options->zos.count; i++) {
		const struct zos_choice *choice = &options->zos.choices[i];
		if (choice->option ? culprit_zos_set(form, choice->option, choice->value, &error)
				   : culprit_zos_next_line(form, &error))
			continue;
		complain_error(&error);
		return false;
	}
	if (options->zos.brief)
		culprit_zos_brief(form);
	return true;
}

static enum exit_code put(const struct culprit_zos_form *form, const struct options *options)
{
	struct output output;
	struct culprit_error error = { .code = CULPRIT_OK };
	if (!output_open(&output, options))
		return EXIT_FAILED;
	bool done = culprit_report_zos_commands(form, options->zos.parts, options->quiet, &output.report, &error) ||
		    error.code == CULPRIT_OK;
	if (!output_close(&output))
		return EXIT_FAILED;
	if (!done)
		complain_error(&error);
	return done ? EXIT_DONE : EXIT_USAGE;
}

enum exit_code zos_trace_run(const struct options *options)
{
	struct culprit_error error;
	enum exit_code code = EXIT_USAGE;
	if (options->word_count > 1) {
		complain("zos %s takes options only: leave out \"%s\"", options->words[0], options->words[1]);
		return EXIT_USAGE;
	}
	struct culprit_zos_form *form = culprit_zos_form(options->words[0], &error);
	bool asks = options->zos.count == 0 && !options->zos.parts && !options->zos.brief && !options->quiet &&
		    options->format == CULPRIT_TEXT && isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	if (!form)
		complain_error(&error);
	else if (asks ? zos_form_ask(form, options->words[0]) : fill(form, options))
		code = put(form, options);
	culprit_zos_form_destroy(form);
	return code;
}
