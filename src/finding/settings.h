/* Profiles and thresholds (C2): --profile NAME, --set group/name.parameter=VALUE, --config FILE. */
#ifndef FINDING_SETTINGS_H
#define FINDING_SETTINGS_H

#include "finding/finding.h"

enum profile { PROFILE_WAN, PROFILE_LAN, PROFILE_SATELLITE, PROFILE_MAINFRAME, PROFILE_STRICT };

struct settings;

struct settings *settings_create(void);
void settings_destroy(struct settings *settings);
bool settings_profile(struct settings *settings, const char *name, struct error *error);
/* "tcp/zero-window.min=200ms" or "tcp/zero-window=off". `kinds` is the NULL-terminated list of all
 * kinds, to check names; a wrong name is answered with the nearest right one. Values: 200ms, 2s, 1%,
 * 64kB, plain numbers. */
bool settings_set(struct settings *settings, const struct finding_kind *const *kinds,
		  const char *assignment, struct error *error);
/* Sections [group/name], lines parameter = value, `off = yes`, `profile = NAME` before any section. */
bool settings_file(struct settings *settings, const struct finding_kind *const *kinds, const char *path,
		   struct error *error);

/* "200ms", "2s" to ns, as thresholds are written. */
bool settings_duration(const char *text, int64_t *nanoseconds, struct error *error);

/* The value in force: durations in seconds, ratios as fractions. The name must be one of the kind's
 * parameters (asserted). Analyzers ask once, at their begin. */
double setting(const struct settings *settings, const struct finding_kind *kind, const char *parameter);
int64_t setting_duration(const struct settings *settings, const struct finding_kind *kind,
			 const char *parameter);      /* the same, in ns */
/* Where the value in force comes from. */
enum setting_source { SETTING_STANDARD, SETTING_PROFILE, SETTING_USER };
enum setting_source setting_source(const struct settings *settings, const struct finding_kind *kind,
				   const char *parameter);
/* Sets a threshold of a kind that has it (asserted), as if a user had. */
void setting_put(struct settings *settings, const struct finding_kind *kind, const char *parameter, double value);
bool setting_off(const struct settings *settings, const struct finding_kind *kind);
enum profile settings_profile_in_force(const struct settings *settings);
const char *profile_name(enum profile profile);

#endif
