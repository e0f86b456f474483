/* Traces to traces: what `culprit convert` does. */
#ifndef CONVERT_CONVERT_H
#define CONVERT_CONVERT_H

#include <culprit.h>

#include "analysis.h"

/* As culprit_convert of culprit.h. `analysis` is the one of `conversion`, which is not looked at, and
 * `max_sessions` its limit. */
bool convert(const char *const *paths, size_t count, const char *to,
	     const struct culprit_conversion *conversion, const struct trace_analysis *analysis,
	     size_t max_sessions, struct culprit_conversion_result *result, struct error *error);

#endif
