#include "cli/help.h"

#include <stdio.h>
#include <string.h>

#define HELP_WIDTH 79
#define OPTION_COLUMN 26

void help_wrapped(const char *words, size_t at, size_t indent)
{
	const char *between = "";
	while (*words) {
		size_t length = strcspn(words, " ");
		if (*between && at + 1 + length > HELP_WIDTH) {
			printf("\n%*s", (int)indent, "");
			at = indent;
			between = "";
		}
		printf("%s%.*s", between, (int)length, words);
		at += strlen(between) + length;
		words += length;
		words += strspn(words, " ");
		between = " ";
	}
	putchar('\n');
}

void help_options(const char *title, const struct option *table)
{
	printf("\n%s:\n", title);
	for (const struct option *option = table; option->name; option++) {
		char name[64];
		const char *between = option->optional ? "[=" : option->argument ? " " : "";
		int width = snprintf(name, sizeof name, "%c%c%s--%s%s%s%s", option->letter ? '-' : ' ',
				     option->letter ? option->letter : ' ', option->letter ? ", " : "  ",
				     option->name, between, option->argument ? option->argument : "",
				     option->optional ? "]" : "");
		printf("  %s", name);
		if (width + 2 >= OPTION_COLUMN)
			printf("\n%*s", OPTION_COLUMN, "");
		else
			printf("%*s", OPTION_COLUMN - width - 2, "");
		help_wrapped(option->help, OPTION_COLUMN, OPTION_COLUMN);
	}
}

void help_print(const struct command *command)
{
	if (command) {
		printf("Usage: culprit %s [OPTION...]%s%s\n\n", command->name,
		       command->arguments[0] ? " " : "", command->arguments);
		help_wrapped(command->description, 0, 0);
		if (command->options)
			help_options("Its own options", command->options);
		help_options("Options", option_table);
		return;
	}
	puts("Usage: culprit [COMMAND] [OPTION...] TRACE...\n");
	help_wrapped("Reads packet traces and says what is wrong, who is to blame, which packets prove it "
		    "and what to do next.", 0, 0);
	puts("\nCommands:");
	for (size_t i = 0; commands[i]; i++) {
		printf("  %-11s ", commands[i]->name);
		help_wrapped(commands[i]->summary, 14, 14);
	}
	printf("\nWithout a command: %s. See culprit COMMAND --help.\n", commands[0]->name);
	help_options("Options", option_table);
	puts("\nExit status: 0 done; 1 done, and --fail-on was reached; 2 wrong usage; 3 failed.");
}
