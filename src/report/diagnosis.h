/* A finished analysis in words: the public structs of culprit.h, filled once. Every report and every
 * view reads this, so that all of them say the same. */
#ifndef REPORT_DIAGNOSIS_H
#define REPORT_DIAGNOSIS_H

#include <culprit.h>

#include "analysis.h"
#include "report/pool.h"

struct diagnosis {
	struct culprit_trace trace;
	struct culprit_verdict verdict;
	struct culprit_finding *findings;    /* in report order */
	size_t finding_count;
	struct culprit_untold *untold;
	size_t untold_count;
	const struct wireshark_counts *counts;
	/* Not its own; NULL where nobody asked for them before reading. */
	const struct session_rows *sessions;
	const struct timeline *timeline;
	const struct pictures *pictures;
	const struct zos_displays *displays;
	struct pool pool;                    /* holds all that the others point to */
};

/* `analysis` must have ended. Free with diagnosis_destroy. */
struct diagnosis *diagnosis_create(const struct trace_analysis *analysis);
/* Of a trace of which nothing is known but how many packets it has. */
struct diagnosis *diagnosis_of_packets(uint64_t packets);
void diagnosis_destroy(struct diagnosis *diagnosis);     /* NULL is fine */

/* The unit as it ends a key in JSON: "_s", "_bytes"; empty for plain numbers. */
const char *unit_suffix(enum unit unit);

#endif
