/* The help of the program and of its commands. */
#ifndef CLI_HELP_H
#define CLI_HELP_H

#include "cli/commands.h"

void help_print(const struct command *command);  /* NULL: of the program */

#endif
