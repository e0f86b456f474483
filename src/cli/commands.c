#include "cli/commands.h"

#include <string.h>

const struct command *const commands[] = {
	&diagnose_command,
	&packets_command,
	&packet_command,
	&sessions_command,
	&sequence_command,
	&exceptions_command,
	&stats_command,
	&times_command,
	&convert_command,
	&why_command,
	&prove_command,
	&tune_command,
	&zos_command,
	&capture_command,
	&explain_command,
	&fields_command,
	&formats_command,
	&protocols_command,
	NULL,
};

const struct command *command_find(const char *name)
{
	for (size_t i = 0; commands[i]; i++)
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	return NULL;
}
