#include "trial/tune.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/memory.h"

#define WIDEST 4096.0            /* how far thresholds are opened at most */
#define STEPS 10                 /* halvings of the (logarithmic) range: to within 1 % */
#define SHARE_OF_GOOD 0.01       /* conversations that may lie above the percentile */

struct searched {                /* one kind in the search */
	double low, high;        /* fires at low (or low is the floor), silent at high */
	double factor;           /* of the present trial */
	uint64_t fired;          /* sessions (or findings without one) in the present trial */
	bool open;               /* the search goes on */
};

struct tuner {
	struct tuning *tuning;
	const struct trace_analysis *like;
	const struct finding_kind *const *all;
	struct searched *searched;   /* beside tuning->kinds */
	size_t files;
	tune_open *open;
	void *user;
	size_t max_sessions;
	uint64_t alarms;             /* of the last trial */
};

/* +1: a larger value lets more pass; -1: a smaller one; 0: it does not hang on the place. */
static int lenient_direction(const struct parameter *parameter)
{
	double value = parameter->value;
	if (parameter->satellite != 0 && parameter->satellite != value)
		return parameter->satellite > value ? 1 : -1;
	if (parameter->lan != 0 && parameter->lan != value)
		return parameter->lan < value ? 1 : -1;
	if (parameter->mainframe != 0 && parameter->mainframe != value)
		return parameter->mainframe < value ? 1 : -1;
	return 0;
}

static double opened(const struct tuned_threshold *threshold, double factor)
{
	double value = lenient_direction(threshold->parameter) > 0 ? threshold->floor * factor
								    : threshold->floor / factor;
	return threshold->parameter->unit == UNIT_RATIO && value > 1 ? 1 : value;
}

/* Up to two digits, away from the side on which it would fire. */
static double rounded(double value, int direction)
{
	if (value <= 0)
		return value;
	double unit = pow(10, floor(log10(value)) - 1);
	/* What is a whole number of units but for the last bit stays. */
	double units = direction > 0 ? ceil(value / unit - 1e-6) : floor(value / unit + 1e-6);
	return units * unit;
}

static struct tuned_kind *add_kind(struct tuning *tuning, const struct finding_kind *kind)
{
	struct tuned_kind *to = &tuning->kinds[tuning->count++];
	*to = (struct tuned_kind){ .kind = kind };
	return to;
}

static void begin(struct tuner *tuner, enum profile profile)
{
	struct tuning *tuning = tuner->tuning;
	struct settings *settings = settings_create();
	struct error error = ERROR_INIT;
	size_t count = 0;
	while (tuner->all[count])
		count++;
	settings_profile(settings, profile_name(profile), &error);
	tuning->kinds = memory_zeroed(count + 1, sizeof *tuning->kinds);
	for (size_t i = 0; i < count; i++) {
		const struct finding_kind *kind = tuner->all[i];
		struct tuned_kind *to = add_kind(tuning, kind);
		/* What is wrong with the recording says nothing about the network. */
		bool fixed = strncmp(kind->id, "capture/", 8) == 0;
		for (size_t j = 0; !fixed && j < FINDING_MAX_PARAMETERS && kind->parameters[j].name; j++) {
			const struct parameter *parameter = &kind->parameters[j];
			double floor = setting(settings, kind, parameter->name);
			if (lenient_direction(parameter) && floor > 0)
				to->thresholds[to->threshold_count++] =
					(struct tuned_threshold){ parameter, floor, floor, floor };
		}
	}
	settings_destroy(settings);
	tuner->searched = memory_zeroed(count + 1, sizeof *tuner->searched);
}

static struct searched *searched_of(struct tuner *tuner, const struct finding_kind *kind)
{
	for (size_t i = 0; i < tuner->tuning->count; i++)
		if (tuner->tuning->kinds[i].kind == kind)
			return &tuner->searched[i];
	return NULL;
}

/* Kinds that are mere notices by themselves count as such; else thresholds part notices from warnings. */
static bool counts(const struct finding *finding)
{
	enum severity least = finding->kind->severity < SEVERITY_WARNING ? finding->kind->severity : SEVERITY_WARNING;
	return finding->severity >= least;
}

static void note_left(struct tuner *tuner, size_t index, const struct finding *finding, size_t file)
{
	struct tuned_kind *kind = &tuner->tuning->kinds[index];
	if (!kind->left) {
		kind->left_file = (uint32_t)file;
		kind->left_packet = finding->first_packet;
	}
	kind->left++;
	kind->left_sessions += finding->session_total;
}

static void count_findings(struct tuner *tuner, const struct finding_store *store, size_t file, bool last)
{
	const struct finding *finding;
	for (size_t i = 0; (finding = finding_store_get(store, i)) != NULL; i++) {
		struct searched *searched = searched_of(tuner, finding->kind);
		bool alarm = finding->severity >= SEVERITY_WARNING;
		tuner->alarms += alarm;
		if (counts(finding))
			searched->fired += finding->session_total ? finding->session_total : 1;
		if (last && alarm)
			note_left(tuner, (size_t)(searched - tuner->searched), finding, file);
	}
}

static void count_trace(struct tuning *tuning, const struct trace_analysis *trial)
{
	const struct trace_state *trace = &trial->trace;
	tuning->packets += trace->packets;
	for (int kind = 0; kind < SESSION_KINDS; kind++)
		tuning->sessions += session_table_count(trial->sessions, (enum session_kind)kind);
	if (trace->first_time != INT64_MIN)
		tuning->duration += trace->last_time - trace->first_time;
}

/* Reads all files with these settings. */
static bool run(struct tuner *tuner, struct settings *settings, bool last, struct error *error)
{
	bool first = tuner->tuning->trials++ == 0;
	tuner->alarms = 0;
	for (size_t i = 0; i < tuner->tuning->count; i++)
		tuner->searched[i].fired = 0;
	for (size_t file = 0; file < tuner->files; file++) {
		struct source *source = tuner->open(tuner->user, file, error);
		if (!source)
			return false;
		struct trace_analysis *trial = analysis_create_like(tuner->like);
		trial->settings = settings;
		bool good = analysis_run(trial, source, tuner->max_sessions, error);
		if (good && first)
			count_trace(tuner->tuning, trial);
		if (good)
			count_findings(tuner, trial->findings, file, last);
		analysis_destroy(trial);
		source_close(source);
		if (!good)
			return false;
	}
	return true;
}

static struct settings *settings_of(const char *profile)
{
	struct settings *settings = settings_create();
	struct error error = ERROR_INIT;
	settings_profile(settings, profile, &error);
	return settings;
}

/* A trial with the factors of the search. */
static bool try_factors(struct tuner *tuner, struct error *error)
{
	struct settings *settings = settings_of(profile_name(tuner->tuning->profile));
	for (size_t i = 0; i < tuner->tuning->count; i++) {
		const struct tuned_kind *kind = &tuner->tuning->kinds[i];
		for (size_t j = 0; j < kind->threshold_count; j++)
			setting_put(settings, kind->kind, kind->thresholds[j].parameter->name,
				    opened(&kind->thresholds[j], tuner->searched[i].factor));
	}
	bool good = run(tuner, settings, false, error);
	settings_destroy(settings);
	return good;
}

static void set_factors(struct tuner *tuner, double factor)
{
	for (size_t i = 0; i < tuner->tuning->count; i++)
		tuner->searched[i].factor = factor;
}

static bool search(struct tuner *tuner, struct error *error)
{
	struct tuning *tuning = tuner->tuning;
	set_factors(tuner, 1 / TUNE_MARGIN);
	if (!try_factors(tuner, error))
		return false;
	uint64_t allowed = (uint64_t)((double)tuning->sessions * SHARE_OF_GOOD);
	bool any = false;
	for (size_t i = 0; i < tuning->count; i++) {
		struct searched *searched = &tuner->searched[i];
		searched->low = searched->high = searched->factor;
		searched->open = searched->fired > allowed && tuning->kinds[i].threshold_count;
		any |= searched->open;
	}
	set_factors(tuner, WIDEST);
	if (any && !try_factors(tuner, error))
		return false;
	for (size_t i = 0; i < tuning->count; i++) {
		struct searched *searched = &tuner->searched[i];
		searched->high = searched->open ? WIDEST : searched->low;
		tuning->kinds[i].stubborn = searched->open && searched->fired > allowed;
		if (tuning->kinds[i].stubborn) {
			searched->open = false;
			searched->high = searched->low;
		}
	}
	for (unsigned step = 0; any && step < STEPS; step++) {
		for (size_t i = 0; i < tuning->count; i++)
			tuner->searched[i].factor = sqrt(tuner->searched[i].low * tuner->searched[i].high);
		if (!try_factors(tuner, error))
			return false;
		for (size_t i = 0; i < tuning->count; i++) {
			struct searched *searched = &tuner->searched[i];
			if (searched->open && searched->fired > allowed)
				searched->low = searched->factor;
			else if (searched->open)
				searched->high = searched->factor;
		}
	}
	return true;
}

static void choose(struct tuner *tuner)
{
	for (size_t i = 0; i < tuner->tuning->count; i++) {
		struct tuned_kind *kind = &tuner->tuning->kinds[i];
		double percentile = tuner->searched[i].high, factor = percentile * TUNE_MARGIN;
		kind->raised = tuner->searched[i].open && factor > 1;
		for (size_t j = 0; j < kind->threshold_count; j++) {
			struct tuned_threshold *threshold = &kind->thresholds[j];
			threshold->percentile = opened(threshold, percentile);
			if (kind->raised)
				threshold->value = rounded(opened(threshold, factor),
							   lenient_direction(threshold->parameter));
		}
	}
}

static bool run_profile(struct tuner *tuner, const char *profile, uint64_t *alarms, struct error *error)
{
	struct settings *settings = settings_of(profile);
	bool good = run(tuner, settings, false, error);
	settings_destroy(settings);
	*alarms = tuner->alarms;
	return good;
}

static bool verify(struct tuner *tuner, struct error *error)
{
	struct tuning *tuning = tuner->tuning;
	if (!run_profile(tuner, profile_name(PROFILE_WAN), &tuning->alarms_of_standard, error) ||
	    !run_profile(tuner, profile_name(tuning->profile), &tuning->alarms_of_profile, error))
		return false;
	struct settings *settings = settings_of(profile_name(tuning->profile));
	for (size_t i = 0; i < tuning->count; i++) {
		const struct tuned_kind *kind = &tuning->kinds[i];
		for (size_t j = 0; kind->raised && j < kind->threshold_count; j++)
			setting_put(settings, kind->kind, kind->thresholds[j].parameter->name,
				    kind->thresholds[j].value);
	}
	bool good = run(tuner, settings, true, error);
	settings_destroy(settings);
	tuning->alarms = tuner->alarms;
	return good;
}

bool tune(struct tuning *tuning, const struct trace_analysis *like, const struct finding_kind *const *kinds,
	  enum profile profile, size_t files, tune_open *open, void *user, size_t max_sessions, struct error *error)
{
	struct tuner tuner = { .tuning = tuning, .like = like, .all = kinds, .files = files, .open = open,
		.user = user, .max_sessions = max_sessions };
	*tuning = (struct tuning){ .profile = profile };
	begin(&tuner, profile);
	bool good = search(&tuner, error);
	if (good) {
		choose(&tuner);
		good = verify(&tuner, error);
	}
	free(tuner.searched);
	return good;
}

void tuning_finish(struct tuning *tuning)
{
	free(tuning->kinds);
}

double tuning_limit(uint64_t seen)
{
	double n = (double)seen + 1;
	return n * pow(1 - 1 / (9 * n) + 1.645 / (3 * sqrt(n)), 3);
}
