/* The kinds of findings in public words, for `explain`. */
#ifndef REPORT_KINDS_H
#define REPORT_KINDS_H

#include <culprit.h>

#include "analyze/analyzer.h"

void kind_describe(const struct finding_kind *kind, struct culprit_kind *to);

#endif
