/* The program: reads its command line and hands over to a command. */
#include <signal.h>
#include <stdio.h>

#include "cli/complain.h"
#include "cli/help.h"

static enum exit_code run(const struct options *options)
{
	if (options->help) {
		if (!options->command || !options->command->help || !options->command->help(options))
			help_print(options->command);
		return EXIT_DONE;
	}
	if (options->version) {
		printf("culprit %s\n", culprit_version());
		return EXIT_DONE;
	}
	const struct command *command = options->command ? options->command : commands[0];
	if (command->arguments[0] == '\0' && options->word_count) {
		complain("%s takes nothing: leave out \"%s\"", command->name, options->words[0]);
		return EXIT_USAGE;
	}
	return command->run(options);
}

int main(int argc, char **argv)
{
	struct options options;
	/* A reader that leaves early is told by EPIPE, which output.c takes for what it is. */
	signal(SIGPIPE, SIG_IGN);
	enum exit_code code = options_parse(&options, argc, argv) ? run(&options) : EXIT_USAGE;
	options_finish(&options);
	return (int)code;
}
