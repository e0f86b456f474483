/* Why a finding is there: its rule, what it saw, its thresholds and where they come from, what else was
 * considered, and what would make it more certain. For `culprit why`. */
#ifndef REPORT_WHY_H
#define REPORT_WHY_H

#include "core/text.h"
#include "finding/settings.h"
#include "finding/weigh.h"
#include "report/diagnosis.h"

struct why_threshold {
	const struct parameter *parameter;
	double value, standard;      /* in force, and of the default profile */
	enum setting_source source;
};

#define WHY_MAX_RIVALS 32        /* other findings that were considered; more are counted */

struct why {
	const struct diagnosis *diagnosis;
	const struct culprit_finding *told;  /* as the diagnosis tells it */
	const struct finding *finding;
	struct why_threshold thresholds[FINDING_MAX_PARAMETERS];
	size_t threshold_count;
	enum profile profile;
	uint32_t quality;            /* QUALITY_* of its session and of the trace */
	struct weighed rivals[WHY_MAX_RIVALS];
	size_t rival_count, rival_total;
	struct text absent;          /* causes of which the trace holds nothing, separated by ", " */
	struct text wanted;          /* what would raise the confidence; empty when it is certain */
	struct text severity, confidence;    /* why it is as severe and as certain as it is */
};

/* `index` is a place in report order. Free with why_finish. */
void why_fill(struct why *why, const struct trace_analysis *analysis, const struct diagnosis *diagnosis,
	      size_t index);
void why_finish(struct why *why);

/* What came of a rival, in words: "it is over before". Constant text. */
const char *why_outcome(enum weighing outcome);
/* Stable, for JSON: "explains", "time". */
const char *why_outcome_name(enum weighing outcome);

#endif
