/* What all commands over traces have in common. */
#ifndef CLI_READ_H
#define CLI_READ_H

#include "cli/commands.h"
#include "cli/output.h"

/* An analysis with the settings of the options; NULL after telling what is wrong with them. */
struct culprit_analysis *read_prepare(const struct options *options);
/* Reads the traces that the options name. `output` is where rows go meanwhile, or NULL: a terminal that
 * shows rows has no place for a progress line. False after telling what is wrong. */
bool read_traces(struct culprit_analysis *analysis, const struct options *options,
		 const struct output *output);
/* Reads the traces for one report, which `ask` asks for before. */
typedef bool read_ask(struct culprit_analysis *analysis, const struct options *options,
		      const struct culprit_output *report, struct culprit_error *error);
enum exit_code read_for_report(const struct options *options, read_ask *ask);
/* Whether a finding is as bad as --fail-on says. */
bool read_fails(const struct culprit_analysis *analysis, const struct options *options);

#endif
