/* The help of the program and of each command. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/commands.h"

/* Of a command, or of the whole program when it is NULL. */
void help_print(const struct command *command);

/* Words from column `at` on; the lines after the first are indented. */
void help_wrapped(const char *words, size_t at, size_t indent);
void help_options(const char *title, const struct option *table);

#endif
