/* What the program can do: one file per command; commands.c lists them. */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/options.h"

enum exit_code {
	EXIT_DONE = 0,       /* with or without findings */
	EXIT_REACHED = 1,    /* done, and the severity of --fail-on was reached */
	EXIT_USAGE = 2,      /* wrong usage */
	EXIT_FAILED = 3,     /* an input could not be read at all, or the work could not be done */
};

struct command {
	const char *name;
	const char *arguments;       /* "TRACE..." */
	const char *summary;         /* one clause, for the list of commands */
	const char *description;     /* some sentences, for its own help */
	enum exit_code (*run)(const struct options *options);
	const struct option *options;        /* of its own; ends with a NULL name. NULL: none */
};

extern const struct command *const commands[];   /* NULL-terminated; the first one is the default */
extern const struct command convert_command, diagnose_command, exceptions_command, explain_command,
	fields_command, formats_command, packet_command, packets_command, protocols_command, sequence_command,
	sessions_command, stats_command, times_command;

const struct command *command_find(const char *name);    /* NULL when there is none */

#endif
