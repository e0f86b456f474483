/* culprit zos: commands about z/OS. Text in, text out; nothing is sent to any system. */
#include "cli/zos.h"

#include <stdio.h>
#include <string.h>

#include "cli/complain.h"
#include "cli/help.h"

static const struct zos_command zos_commands[] = {
	{ "packet-trace", "", "commands for a packet trace (SYSTCPDA)", zos_trace_run },
	{ "data-trace", "", "commands for a data trace (SYSTCPDA)", zos_trace_run },
	{ "osaenta", "--port NAME", "commands for a trace in an OSA adapter (SYSTCPOT)", zos_trace_run },
	{ "check", "FILE...", "what displays and messages, pasted or saved, say about a trace and the system", zos_check_run },
	{ "codes", "[N]", "why z/OS throws packets away, by the number in the trace", zos_codes_run },
	{ 0 },
};

static const struct zos_command *find(const char *name)
{
	for (const struct zos_command *command = zos_commands; command->name; command++)
		if (strcmp(command->name, name) == 0)
			return command;
	return NULL;
}

static enum exit_code refuse(const struct options *options)
{
	const char *names[8];
	size_t count = 0;
	for (const struct zos_command *command = zos_commands; command->name; command++)
		names[count++] = command->name;
	if (options->word_count == 0) {
		complain("zos needs a command: packet-trace, data-trace, osaenta, check or codes: see culprit zos --help");
		return EXIT_USAGE;
	}
	const char *nearest = culprit_nearest(options->words[0], names, count);
	if (nearest)
		complain("zos has no command \"%s\": did you mean culprit zos %s?", options->words[0], nearest);
	else
		complain("zos has no command \"%s\": see culprit zos --help", options->words[0]);
	return EXIT_USAGE;
}

static enum exit_code run(const struct options *options)
{
	const struct zos_command *command = options->word_count ? find(options->words[0]) : NULL;
	return command ? command->run(options) : refuse(options);
}

static bool set_start(struct options *options, const char *value)
{
	(void)value;
	options->zos.parts |= CULPRIT_ZOS_START;
	return true;
}

static bool set_check(struct options *options, const char *value)
{
	(void)value;
	options->zos.parts |= CULPRIT_ZOS_CHECK;
	return true;
}

static bool set_stop(struct options *options, const char *value)
{
	(void)value;
	options->zos.parts |= CULPRIT_ZOS_STOP;
	return true;
}

static bool set_brief(struct options *options, const char *value)
{
	(void)value;
	options->zos.brief = true;
	return true;
}

static bool set_figures(struct options *options, const char *value)
{
	(void)value;
	options->zos.figures = true;
	return true;
}

static bool add_line(struct options *options, const char *value)
{
	(void)value;
	options->zos.choices[options->zos.count++] = (struct zos_choice){ NULL, NULL };
	return true;
}

static const struct option zos_options[] = {
	{ "start", 0, NULL, "of a trace, only the commands that start it", set_start },
	{ "check", 0, NULL, "only those that show whether it records", set_check },
	{ "stop", 0, NULL, "only those that stop it", set_stop },
	{ "also", 0, NULL, "what follows is another line of filters: packets that any line selects are recorded",
	  add_line },
	{ "brief", 0, NULL, "name in the commands only what was given, not the defaults", set_brief },
	{ "figures", 0, NULL, "of check, all figures that the displays show, instead of a diagnosis", set_figures },
	{ 0 },
};

static bool help(const struct options *options)
{
	if (options->word_count && zos_trace_help(options))
		return true;
	puts("Usage: culprit zos COMMAND [OPTION...]\n");
	help_wrapped(zos_command.description, 0, 0);
	puts("\nCommands:");
	for (const struct zos_command *command = zos_commands; command->name; command++) {
		printf("  %-13s ", command->name);
		help_wrapped(command->summary, 16, 16);
	}
	puts("\ncheck reads D TRACE, NETSTAT DEVLINKS, CONFIG and STATS, D NET,TRL,TRLE=, OSAINFO and messages, in any order\n"
	     "and with anything between; two displays of the same counters give rates.");
	puts("\nA trace has parameters of its own: culprit zos packet-trace --help.");
	help_options("Options of traces", zos_options);
	help_options("Options", option_table);
	return true;
}

const struct command zos_command = {
	.name = "zos",
	.arguments = "COMMAND...",
	.summary = "z/OS: the commands that take a trace, what displays say, discard codes",
	.description = "Makes the console commands, JCL and transfer of a z/OS trace from its parameters, checked; "
		"diagnoses what z/OS displays about itself, with the findings of traces; "
		"explains why z/OS discards packets. Text in, text out: nothing is sent to any system.",
	.run = run,
	.options = zos_options,
	.find = zos_trace_option,
	.name_option = zos_trace_option_name,
	.help = help,
};
