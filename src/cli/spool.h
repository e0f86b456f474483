/* A trace from standard input that is read twice: what comes through a pipe is kept in a file without a name. */
#ifndef CLI_SPOOL_H
#define CLI_SPOOL_H

#include "cli/options.h"

/* Makes sure that standard input can be read again, if it is one of the traces. False after telling why not. */
bool spool_begin(const struct options *options);
/* Goes back to where the trace began. */
bool spool_rewind(const struct options *options);

#endif
