/* What `culprit tune` found. */
#ifndef REPORT_TUNING_H
#define REPORT_TUNING_H

#include "trial/tune.h"

struct tuning_report {
	const struct tuning *tuning;
	const char *const *paths;
	size_t path_count;
};

/* A threshold as --config takes it: "130ms", "0.15%", "3". */
void tuning_value(struct text *to, enum unit unit, double value);
/* So many in the time of the traces, an hour. */
double tuning_per_hour(const struct tuning *tuning, double count);

#endif
