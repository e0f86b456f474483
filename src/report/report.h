/* What a report is: one view of an analysis in one format. reports.c lists them. */
#ifndef REPORT_REPORT_H
#define REPORT_REPORT_H

#include <culprit.h>

#include "core/text.h"

struct diagnosis;

enum report_subject { REPORT_DIAGNOSIS, REPORT_KIND, REPORT_PROOF, REPORT_TUNING, REPORT_WHY };

struct report {
	enum report_subject subject;
	enum culprit_report_format format;
	/* Adds the whole report to `to`. `about` is a const struct diagnosis or const struct culprit_kind,
	 * const struct proof_report, const struct tuning_report or const struct why. */
	void (*write)(struct text *to, const void *about, const struct culprit_output *output);
};

extern const struct report *const reports[];     /* NULL-terminated; reports.c */
extern const struct report diagnosis_as_csv, diagnosis_as_html, diagnosis_as_json, diagnosis_as_junit, diagnosis_as_markdown,
	diagnosis_as_sarif, diagnosis_as_text, kind_as_json, kind_as_text, proof_as_json,
	proof_as_text, tuning_as_json, tuning_as_text, why_as_json, why_as_text;

/* Writes what the one report for subject and format says. False when there is none or the output ended. */
bool report_write(enum report_subject subject, const void *about, const struct culprit_output *output);

#endif
