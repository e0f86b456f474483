/* culprit zos: one file a command of its; zos.c lists them. */
#ifndef CLI_ZOS_H
#define CLI_ZOS_H

#include "cli/commands.h"

struct zos_command {
	const char *name, *arguments, *summary;
	enum exit_code (*run)(const struct options *options);        /* words[0] is its name */
};

enum exit_code zos_trace_run(const struct options *options);
enum exit_code zos_check_run(const struct options *options);
enum exit_code zos_codes_run(const struct options *options);

/* The panel's parameter of that name as an option, NULL when there is none. */
const struct option *zos_trace_option(struct options *options, const char *name, size_t length);
const char *zos_trace_option_name(const struct options *options, size_t index);
/* False when words[0] names no panel. */
bool zos_trace_help(const struct options *options);

/* Asks for every parameter on the terminal. False when the user left. */
bool zos_form_ask(struct culprit_zos_form *form, const char *panel);

#endif
