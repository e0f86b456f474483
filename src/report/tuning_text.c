/* `culprit tune`: a file for --config, with what it rests on as comments. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "core/clock.h"
#include "report/report.h"
#include "report/tuning.h"

void tuning_value(struct text *to, enum unit unit, double value)
{
	char number[32];
	bool small = unit == UNIT_SECONDS && value < 1;
	double scaled = small ? value * 1000 : unit == UNIT_RATIO ? value * 100 : value;
	/* Without exponents, which --config does not take. */
	snprintf(number, sizeof number, "%.*f", fabs(scaled) >= 1000 ? 0 : 6, scaled);
	if (strchr(number, '.')) {
		size_t length = strlen(number);
		while (number[length - 1] == '0')
			length--;
		if (number[length - 1] == '.')
			length--;
		number[length] = '\0';
	}
	text_addf(to, "%s%s", number, small ? "ms" : unit == UNIT_SECONDS ? "s" : unit == UNIT_RATIO ? "%" : "");
}

static double three_digits(double value)
{
	double unit = value > 0 ? pow(10, floor(log10(value)) - 2) : 1;
	return round(value / unit) * unit;
}

double tuning_per_hour(const struct tuning *tuning, double count)
{
	double hours = (double)tuning->duration / NANOSECONDS / 3600;
	return hours > 0 ? count / hours : 0;
}

static void add_alarms(struct text *to, const struct tuning *tuning, const char *with, uint64_t alarms)
{
	text_addf(to, "#   with %s: %llu seen (%.3g an hour); in the long run below %.3g an hour, with 95 %% certainty\n",
		  with, (unsigned long long)alarms, tuning_per_hour(tuning, (double)alarms),
		  tuning_per_hour(tuning, tuning_limit(alarms)));
}

static void add_head(struct text *to, const struct tuning_report *report)
{
	const struct tuning *tuning = report->tuning;
	char duration[DURATION_TEXT_SIZE], words[48];
	text_add(to, "# Thresholds from known-good traces, made by culprit tune. Use: culprit --config THIS-FILE TRACE\n");
	for (size_t i = 0; i < report->path_count; i++) {
		text_add(to, "#   ");
		text_add_printable(to, report->paths[i], strlen(report->paths[i]));
		text_add_char(to, '\n');
	}
	text_addf(to, "# %llu packets, %llu sessions, %s.\n", (unsigned long long)tuning->packets,
		  (unsigned long long)tuning->sessions, duration_text(tuning->duration, duration));
	text_add(to, "# False alarms (warnings and worse) in these traces:\n");
	add_alarms(to, tuning, "these thresholds", tuning->alarms);
	if (tuning->profile != PROFILE_WAN) {
		snprintf(words, sizeof words, "profile %s", profile_name(tuning->profile));
		add_alarms(to, tuning, words, tuning->alarms_of_profile);
	}
	add_alarms(to, tuning, "profile wan, the default", tuning->alarms_of_standard);
	text_addf(to, "\nprofile = %s\n", profile_name(tuning->profile));
}

static void add_kind(struct text *to, const struct tuned_kind *kind, enum profile profile)
{
	text_addf(to, "\n[%s]\n", kind->kind->id);
	for (size_t i = 0; i < kind->threshold_count; i++) {
		const struct tuned_threshold *threshold = &kind->thresholds[i];
		text_addf(to, "# %s: ", threshold->parameter->meaning);
		text_add(to, "99 % of the good are quiet from ");
		tuning_value(to, threshold->parameter->unit, three_digits(threshold->percentile));
		text_addf(to, " on, times %g; profile %s has ", TUNE_MARGIN, profile_name(profile));
		tuning_value(to, threshold->parameter->unit, threshold->floor);
		text_addf(to, "\n%s = ", threshold->parameter->name);
		tuning_value(to, threshold->parameter->unit, threshold->value);
		text_add_char(to, '\n');
	}
}

static void add_left(struct text *to, const struct tuning_report *report)
{
	bool any = false;
	for (size_t i = 0; i < report->tuning->count; i++) {
		const struct tuned_kind *kind = &report->tuning->kinds[i];
		if (!kind->left)
			continue;
		if (!any)
			text_add(to, "\n# What is still told of these traces. Look whether they are as good as they should be; "
				 "a line\n# `off = yes` under its name switches a finding off.\n");
		any = true;
		text_addf(to, "#   %s: %llu (%.3g an hour), first in ", kind->kind->id, (unsigned long long)kind->left,
			  tuning_per_hour(report->tuning, (double)kind->left));
		text_add_printable(to, report->paths[kind->left_file], strlen(report->paths[kind->left_file]));
		if (kind->left_packet)
			text_addf(to, ", packet %llu", (unsigned long long)kind->left_packet);
		text_add(to, kind->stubborn ? "; no threshold silences it\n"
			 : kind->threshold_count ? "; one in a hundred conversations may\n"
			 : "; it has no threshold that hangs on the place\n");
	}
}

static void write(struct text *to, const void *about, const struct culprit_output *output)
{
	const struct tuning_report *report = about;
	(void)output;
	add_head(to, report);
	for (size_t i = 0; i < report->tuning->count; i++)
		if (report->tuning->kinds[i].raised)
			add_kind(to, &report->tuning->kinds[i], report->tuning->profile);
	add_left(to, report);
}

const struct report tuning_as_text = { .subject = REPORT_TUNING, .format = CULPRIT_TEXT, .write = write };
