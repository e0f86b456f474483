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
	/* Options that only the words before them decide on; NULL: there are none. The result of `find` is good until
	 * the next call; it is NULL when there is none of that name. */
	const struct option *(*find)(struct options *options, const char *name, size_t length);
	/* Their names, for the error about one that is none. NULL past the last. */
	const char *(*name_option)(const struct options *options, size_t index);
	/* Instead of the usual help. False: the usual help will do. */
	bool (*help)(const struct options *options);
};

extern const struct command *const commands[];   /* NULL-terminated; the first one is the default */
extern const struct command capture_command, convert_command, diagnose_command, exceptions_command, explain_command,
	fields_command, formats_command, packet_command, packets_command, protocols_command, prove_command, sequence_command,
	sessions_command, stats_command, times_command, tune_command, why_command, zos_command;

const struct command *command_find(const char *name);    /* NULL when there is none */

#endif
