/* The file that a conversion makes. */
#ifndef CONVERT_TARGET_H
#define CONVERT_TARGET_H

#include "source/write/writer.h"

struct target {
	const char *path;
	int descriptor;
	bool standard_output;
	struct sink_file sink;
};

/* Opens `path` for writing; "-" is standard output. False with `error` filled when it cannot be written, or
 * when it is one of the inputs. */
bool target_open(struct target *target, const char *path, const char *const *inputs, size_t count,
		 struct error *error);
/* `good`: everything was written until now. False with `error` filled when the rest cannot be written. What
 * is not whole is removed, so that nobody takes it for a trace. */
bool target_close(struct target *target, bool good, struct error *error);

#endif
