/* Profiles and thresholds. What users set stands above the profile, whichever came first. */
#include "finding/settings.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <ini.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/clock.h"
#include "core/memory.h"
#include "finding/nearest.h"

struct override {                /* a threshold set by the user */
	const struct finding_kind *kind;
	const struct parameter *parameter;   /* NULL: the whole kind is switched off or on */
	double value;
	bool off;
};

struct settings {
	enum profile profile;
	struct override *overrides;
	size_t count, capacity;
};

static const char *const profiles[] = { "wan", "lan", "satellite", "mainframe", "strict" };
#define PROFILES (sizeof profiles / sizeof *profiles)

struct settings *settings_create(void)
{
	return memory_zeroed(1, sizeof(struct settings));
}

void settings_destroy(struct settings *settings)
{
	if (!settings)
		return;
	free(settings->overrides);
	free(settings);
}

enum profile settings_profile_in_force(const struct settings *settings)
{
	return settings->profile;
}

const char *profile_name(enum profile profile)
{
	return profiles[profile];
}

bool settings_profile(struct settings *settings, const char *name, struct error *error)
{
	for (size_t i = 0; i < PROFILES; i++) {
		if (strcmp(name, profiles[i]) == 0) {
			settings->profile = (enum profile)i;
			return true;
		}
	}
	return error_set(error, ERROR_USAGE, "choose wan, lan, satellite, mainframe or strict",
			 "there is no profile %s", name);
}

/* Reading a value */

struct suffix { const char *text; double factor; };

static const struct suffix second_suffixes[] = {
	{ "", 1 }, { "s", 1 }, { "ms", 1e-3 }, { "us", 1e-6 }, { "\xc2\xb5s", 1e-6 }, { "ns", 1e-9 },
	{ "min", 60 }, { "m", 60 }, { "h", 3600 }, { NULL, 0 },
};
static const struct suffix byte_suffixes[] = {
	{ "", 1 }, { "B", 1 }, { "kB", 1e3 }, { "KB", 1e3 }, { "k", 1e3 }, { "MB", 1e6 }, { "M", 1e6 },
	{ "GB", 1e9 }, { "G", 1e9 }, { "KiB", 1024 }, { "MiB", 1048576 }, { "GiB", 1073741824 },
	{ NULL, 0 },
};
static const struct suffix ratio_suffixes[] = { { "", 1 }, { "%", 0.01 }, { NULL, 0 } };
static const struct suffix count_suffixes[] = { { "", 1 }, { "k", 1e3 }, { "M", 1e6 }, { NULL, 0 } };
static const struct suffix rate_suffixes[] = { { "", 1 }, { "/s", 1 }, { "/min", 1.0 / 60 },
	{ NULL, 0 } };
static const struct suffix bit_suffixes[] = {
	{ "", 1 }, { "b/s", 1 }, { "bit/s", 1 }, { "k", 1e3 }, { "kb/s", 1e3 }, { "M", 1e6 },
	{ "Mb/s", 1e6 }, { "G", 1e9 }, { "Gb/s", 1e9 }, { NULL, 0 },
};

static const struct { const struct suffix *suffixes; const char *examples; } units[] = {
	[UNIT_NONE] = { count_suffixes, "write a number" },
	[UNIT_COUNT] = { count_suffixes, "write a number, such as 20 or 5k" },
	[UNIT_SECONDS] = { second_suffixes, "write a duration, such as 200ms or 2s" },
	[UNIT_BYTES] = { byte_suffixes, "write a size, such as 1500B or 64kB" },
	[UNIT_RATIO] = { ratio_suffixes, "write a share, such as 1% or 0.01" },
	[UNIT_RATE_PER_SECOND] = { rate_suffixes, "write a rate, such as 100/s" },
	[UNIT_BITS_PER_SECOND] = { bit_suffixes, "write a bit rate, such as 10Mb/s" },
	[UNIT_TEXT] = { NULL, "this cannot be set" },
};

static bool read_value(const char *text, enum unit unit, double *value, struct error *error)
{
	/* strtod alone would also take signs, hexadecimal, infinity and NaN. */
	if ((isdigit((uint8_t)*text) || *text == '.') && text[1] != 'x' && text[1] != 'X') {
		char *rest;
		double number = strtod(text, &rest);
		while (rest != text && *rest == ' ')
			rest++;
		for (const struct suffix *suffix = units[unit].suffixes; suffix && suffix->text; suffix++) {
			if (rest != text && strcmp(rest, suffix->text) == 0 && isfinite(number)) {
				*value = number * suffix->factor;
				return true;
			}
		}
	}
	return error_set(error, ERROR_USAGE, units[unit].examples, "%s is no value for this threshold",
			 text);
}

/* Names */

static const struct finding_kind *find_kind(const struct finding_kind *const *kinds, const char *id,
					    struct error *error)
{
	struct nearest nearest = { 0 };
	for (; *kinds; kinds++) {
		if (strcmp((*kinds)->id, id) == 0)
			return *kinds;
		nearest_offer(&nearest, id, (*kinds)->id);
	}
	char remedy[128] = "culprit explain lists all findings";
	if (nearest.word)
		snprintf(remedy, sizeof remedy, "did you mean %s?", nearest.word);
	error_set(error, ERROR_USAGE, remedy, "there is no finding %s", id);
	return NULL;
}

static const struct parameter *parameter_of(const struct finding_kind *kind, const char *name)
{
	for (unsigned i = 0; i < FINDING_MAX_PARAMETERS && kind->parameters[i].name; i++)
		if (strcmp(kind->parameters[i].name, name) == 0)
			return &kind->parameters[i];
	return NULL;
}

static const struct parameter *find_parameter(const struct finding_kind *kind, const char *name,
					      struct error *error)
{
	const struct parameter *found = parameter_of(kind, name);
	if (found)
		return found;
	struct nearest nearest = { 0 };
	for (unsigned i = 0; i < FINDING_MAX_PARAMETERS && kind->parameters[i].name; i++)
		nearest_offer(&nearest, name, kind->parameters[i].name);
	char remedy[160];
	if (nearest.word)
		snprintf(remedy, sizeof remedy, "did you mean %s.%s?", kind->id, nearest.word);
	else
		snprintf(remedy, sizeof remedy, "culprit explain %s lists what can be set", kind->id);
	error_set(error, ERROR_USAGE, remedy, "%s has no threshold %s", kind->id, name);
	return NULL;
}

/* Setting */

static void override(struct settings *settings, struct override what)
{
	for (size_t i = 0; i < settings->count; i++) {
		struct override *old = &settings->overrides[i];
		if (old->kind == what.kind && old->parameter == what.parameter) {
			*old = what;
			return;
		}
	}
	settings->overrides = memory_grow(settings->overrides, &settings->capacity, settings->count + 1,
					  sizeof *settings->overrides);
	settings->overrides[settings->count++] = what;
}

static bool set_parameter(struct settings *settings, const struct finding_kind *const *kinds,
			  const char *id, const char *name, const char *value, struct error *error)
{
	const struct finding_kind *kind = find_kind(kinds, id, error);
	const struct parameter *parameter = kind ? find_parameter(kind, name, error) : NULL;
	double number = 0;
	if (!parameter || !read_value(value, parameter->unit, &number, error))
		return false;
	override(settings, (struct override){ .kind = kind, .parameter = parameter, .value = number });
	return true;
}

static bool set_off(struct settings *settings, const struct finding_kind *const *kinds, const char *id,
		    bool off, struct error *error)
{
	const struct finding_kind *kind = find_kind(kinds, id, error);
	if (!kind)
		return false;
	override(settings, (struct override){ .kind = kind, .off = off });
	return true;
}

bool settings_set(struct settings *settings, const struct finding_kind *const *kinds,
		  const char *assignment, struct error *error)
{
	char name[160];
	const char *equals = strchr(assignment, '=');
	if (!equals || (size_t)(equals - assignment) >= sizeof name)
		return error_set(error, ERROR_USAGE, "write NAME=VALUE, such as tcp/zero-window.min=1s "
				 "or tcp/zero-window=off", "%s sets nothing", assignment);
	memcpy(name, assignment, (size_t)(equals - assignment));
	name[equals - assignment] = '\0';
	const char *value = equals + 1;
	char *dot = strrchr(name, '.');
	if (dot) {
		*dot = '\0';
		return set_parameter(settings, kinds, name, dot + 1, value, error);
	}
	if (strcmp(value, "off") == 0 || strcmp(value, "on") == 0)
		return set_off(settings, kinds, name, strcmp(value, "off") == 0, error);
	return error_set(error, ERROR_USAGE, "write ID=off, ID=on or ID.THRESHOLD=VALUE",
			 "%s sets nothing", assignment);
}

/* The file */

struct reading {
	struct settings *settings;
	const struct finding_kind *const *kinds;
	struct error *error;
	bool failed;             /* the first failure is told; lines after it are passed over */
};

static bool read_switch(const char *value, bool *on, struct error *error)
{
	*on = strcmp(value, "yes") == 0 || strcmp(value, "on") == 0 || strcmp(value, "true") == 0;
	if (*on || strcmp(value, "no") == 0 || strcmp(value, "off") == 0 || strcmp(value, "false") == 0)
		return true;
	return error_set(error, ERROR_USAGE, "write yes or no", "off = %s says nothing", value);
}

static bool read_line(const struct reading *reading, const char *section, const char *name,
		      const char *value)
{
	if (!*section) {
		if (strcmp(name, "profile") == 0)
			return settings_profile(reading->settings, value, reading->error);
		return error_set(reading->error, ERROR_USAGE, "put it under a line [group/name]; only "
				 "profile = NAME stands before the first", "%s belongs to no finding", name);
	}
	if (strcmp(name, "off") == 0) {
		bool off;
		return read_switch(value, &off, reading->error) &&
		       set_off(reading->settings, reading->kinds, section, off, reading->error);
	}
	return set_parameter(reading->settings, reading->kinds, section, name, value, reading->error);
}

static int handle_line(void *user, const char *section, const char *name, const char *value)
{
	struct reading *reading = user;
	if (!reading->failed && !read_line(reading, section, name, value))
		reading->failed = true;
	return !reading->failed;
}

bool settings_file(struct settings *settings, const struct finding_kind *const *kinds, const char *path,
		   struct error *error)
{
	struct error line_error = ERROR_INIT;
	struct reading reading = { settings, kinds, &line_error, false };
	struct stat about;
	FILE *file = fopen(path, "re");
	bool readable = file && fstat(fileno(file), &about) == 0 && !S_ISDIR(about.st_mode);
	if (!readable) {
		error_set(error, ERROR_OPEN, "give --config a text file that can be read", "%s",
			  file ? "is no file" : strerror(errno));
		error_name_file(error, path);
		if (file)
			fclose(file);
		return false;
	}
	int line = ini_parse_file(file, handle_line, &reading);
	fclose(file);
	if (line == 0)
		return true;
	if (reading.failed)
		error_set(error, line_error.code, line_error.remedy, "line %d: %s", line,
			  line_error.message);
	else
		error_set(error, ERROR_USAGE, "write [group/name] or name = value",
			  "line %d is neither a section nor a setting", line);
	error_name_file(error, path);
	return false;
}

/* Asking */

static const struct override *override_of(const struct settings *settings,
					  const struct finding_kind *kind,
					  const struct parameter *parameter)
{
	for (size_t i = 0; i < settings->count; i++)
		if (settings->overrides[i].kind == kind && settings->overrides[i].parameter == parameter)
			return &settings->overrides[i];
	return NULL;
}

static double column(const struct parameter *parameter, enum profile profile)
{
	switch (profile) {
	case PROFILE_LAN:
		return parameter->lan;
	case PROFILE_SATELLITE:
		return parameter->satellite;
	case PROFILE_MAINFRAME:
		return parameter->mainframe;
	case PROFILE_STRICT:
		return parameter->strict;
	case PROFILE_WAN:
		break;
	}
	return parameter->value;
}

double setting(const struct settings *settings, const struct finding_kind *kind, const char *name)
{
	const struct parameter *parameter = parameter_of(kind, name);
	assert(parameter);
	const struct override *own = override_of(settings, kind, parameter);
	if (own)
		return own->value;
	double value = column(parameter, settings->profile);
	if (value == 0)
		value = parameter->value;
	return value == PARAMETER_ZERO ? 0 : value;
}

void setting_put(struct settings *settings, const struct finding_kind *kind, const char *name, double value)
{
	const struct parameter *parameter = parameter_of(kind, name);
	assert(parameter);
	override(settings, (struct override){ .kind = kind, .parameter = parameter, .value = value });
}

enum setting_source setting_source(const struct settings *settings, const struct finding_kind *kind,
				   const char *name)
{
	const struct parameter *parameter = parameter_of(kind, name);
	assert(parameter);
	if (override_of(settings, kind, parameter))
		return SETTING_USER;
	return settings->profile != PROFILE_WAN && column(parameter, settings->profile) != 0
		? SETTING_PROFILE : SETTING_STANDARD;
}

static int64_t to_nanoseconds(double seconds)
{
	double longest = (double)(INT64_MAX / NANOSECONDS / 2);
	return (int64_t)llround((seconds < longest ? seconds : longest) * NANOSECONDS);
}

int64_t setting_duration(const struct settings *settings, const struct finding_kind *kind,
			 const char *parameter)
{
	return to_nanoseconds(setting(settings, kind, parameter));
}

bool settings_duration(const char *text, int64_t *nanoseconds, struct error *error)
{
	double seconds;
	if (!read_value(text, UNIT_SECONDS, &seconds, error))
		return false;
	*nanoseconds = to_nanoseconds(seconds);
	return true;
}

bool setting_off(const struct settings *settings, const struct finding_kind *kind)
{
	const struct override *own = override_of(settings, kind, NULL);
	return own && own->off;
}
