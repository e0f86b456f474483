/* Thresholds from known-good traces: analyses them again and again with other thresholds and looks how far each
 * rule must be opened until it is silent on all but one in a hundred conversations.
 *
 * What is opened are the thresholds that hang on where a trace was taken: those for which a profile other than
 * strict has a value of its own. Those of one rule are opened together, by one factor. */
#ifndef TRIAL_TUNE_H
#define TRIAL_TUNE_H

#include "analysis.h"

#define TUNE_MARGIN 1.5          /* what a threshold stands above the 99th percentile of the good (C2) */

struct tuned_threshold {
	const struct parameter *parameter;
	double floor, percentile, value;     /* of the profile; of the good ones (floor / margin or below: the
					      * same); chosen */
};

struct tuned_kind {
	const struct finding_kind *kind;
	struct tuned_threshold thresholds[FINDING_MAX_PARAMETERS];
	size_t threshold_count;      /* 0: the kind has none that can be tuned */
	bool raised;                 /* above the floor */
	bool stubborn;               /* fires however far its thresholds are opened */
	uint64_t left, left_sessions;        /* alarms with the thresholds chosen, and sessions they concern */
	uint32_t left_file;          /* the first of them */
	uint64_t left_packet;
};

struct tuning {
	enum profile profile;        /* whose thresholds are the least */
	struct tuned_kind *kinds;    /* all kinds that can be tuned or raise alarms; owned */
	size_t count;
	uint64_t packets, sessions;
	int64_t duration;            /* nanoseconds of trace, all files together */
	uint64_t alarms, alarms_of_profile, alarms_of_standard;  /* warnings or worse: chosen, profile, wan */
	unsigned trials;
};

/* Opens a source for file number `file`; NULL with `error` filled. */
typedef struct source *tune_open(void *user, size_t file, struct error *error);

/* Each file is a trace of its own. `like` gives keys and ports; its settings are not used. False, with `error`,
 * when a file cannot be read. Free with tuning_finish. */
bool tune(struct tuning *tuning, const struct trace_analysis *like, const struct finding_kind *const *kinds,
	  enum profile profile, size_t files, tune_open *open, void *user, size_t max_sessions, struct error *error);
void tuning_finish(struct tuning *tuning);

/* With 95 % certainty there are no more in the long run, given that so many were seen: Wilson and Hilferty's
 * approximation of the Poisson limit; 3 when none was seen. */
double tuning_limit(uint64_t seen);

#endif
