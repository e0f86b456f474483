/* What this build knows, as lists. */
#ifndef REPORT_LISTS_H
#define REPORT_LISTS_H

#include "core/error.h"
#include "report/table.h"

bool list_kinds(const struct culprit_output *output);
bool list_formats(const struct culprit_output *output);
bool list_fields(const char *pattern, const struct culprit_output *output, struct error *error);
bool list_protocols(const struct culprit_output *output);

#endif
