/* What `culprit prove` tells. */
#ifndef REPORT_PROOF_H
#define REPORT_PROOF_H

#include "report/diagnosis.h"
#include "trial/prove.h"

struct proof_report {
	const struct diagnosis *diagnosis;
	const struct culprit_finding *told;
	const struct finding_kind *kind;
	const struct proof *proof;
};

/* Stable, for JSON: "cited", "opening", "session", "hosts", "other". */
const char *proof_role_name(enum collect_role role);

/* Why the proof took packets of other sessions than its own; NULL when it did not. Constant text. */
const char *proof_beyond(const struct proof_report *report);

#endif
