/* Checks what an analysis found against what a scenario expects. */
#ifndef SUPPORT_EXPECTATION_H
#define SUPPORT_EXPECTATION_H

#include <culprit.h>

#include "scenario.h"

/* Appends a line for each expectation that does not hold, and for each text with a {name} that
 * nobody filled in. True when all hold. */
bool expectations_hold(const struct scenario *scenario, const struct culprit_analysis *analysis,
		       struct text *why_not);
/* Makes an analysis of the trace with the scenario's options. NULL, with words in why_not, on
 * failure. */
struct culprit_analysis *scenario_analyse(const struct scenario *scenario, const struct text *image,
					  struct text *why_not);
/* One line a finding, for people. */
void findings_list(const struct culprit_analysis *analysis, struct text *to);

#endif
