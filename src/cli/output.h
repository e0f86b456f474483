/* Where reports go: standard output, a pager, or a file. */
#ifndef CLI_OUTPUT_H
#define CLI_OUTPUT_H

#include <sys/types.h>

#include "cli/options.h"

struct output {
	struct culprit_output report;        /* for the library; its user is this struct */
	int descriptor;
	const char *path;                    /* for messages */
	bool terminal;                       /* it ends on one, with or without a pager */
	pid_t pager;                         /* 0 when there is none */
	bool written;                        /* something was */
	bool gone;                           /* the reader has seen enough: no error */
	int error;                           /* errno of a write that failed, else 0 */
};

/* Opens what the options say. False after telling what is wrong. */
bool output_open(struct output *output, const struct options *options);
/* Closes it and waits for the pager. False after telling that not everything could be written. */
bool output_close(struct output *output);

#endif
