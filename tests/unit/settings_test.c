#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
#include <cmocka.h>

#include "finding/nearest.h"
#include "finding/settings.h"

static const struct finding_kind window = {
	.id = "tcp/zero-window",
	.parameters = {
		{ .name = "min", .unit = UNIT_SECONDS, .value = 0.2, .lan = 0.05,
		  .strict = PARAMETER_ZERO },
		{ .name = "share", .unit = UNIT_RATIO, .value = 0.01 },
		{ .name = "size", .unit = UNIT_BYTES, .value = 1e6 },
		{ .name = "rate", .unit = UNIT_RATE_PER_SECOND, .value = 500 },
		{ .name = "count", .unit = UNIT_COUNT, .value = 3, .mainframe = 5, .satellite = 4 },
		{ .name = "speed", .unit = UNIT_BITS_PER_SECOND, .value = 1e6 },
	},
};
static const struct finding_kind dns = { .id = "dns/slow", .parameters = {
	{ .name = "time", .unit = UNIT_SECONDS, .value = 0.2 } } };
static const struct finding_kind *const kinds[] = { &dns, &window, NULL };

static int setup(void **state)
{
	*state = settings_create();
	return 0;
}

static int teardown(void **state)
{
	settings_destroy(*state);
	return 0;
}

static void profiles(void **state)
{
	struct error error = ERROR_INIT;
	assert_int_equal(settings_profile_in_force(*state), PROFILE_WAN);
	assert_float_equal(setting(*state, &window, "min"), 0.2, 0);
	assert_true(settings_profile(*state, "lan", &error));
	assert_int_equal(settings_profile_in_force(*state), PROFILE_LAN);
	assert_float_equal(setting(*state, &window, "min"), 0.05, 0);
	assert_float_equal(setting(*state, &window, "share"), 0.01, 0);          /* as wan */
	assert_int_equal(setting_duration(*state, &window, "min"), 50000000);
	assert_true(settings_profile(*state, "strict", &error));
	assert_float_equal(setting(*state, &window, "min"), 0, 0);               /* PARAMETER_ZERO */
	assert_true(settings_profile(*state, "mainframe", &error));
	assert_float_equal(setting(*state, &window, "count"), 5, 0);
	assert_true(settings_profile(*state, "satellite", &error));
	assert_float_equal(setting(*state, &window, "count"), 4, 0);
	assert_false(settings_profile(*state, "moon", &error));
	assert_int_equal(error.code, ERROR_USAGE);
	assert_non_null(strstr(error.message, "moon"));
}

static void values_with_units(void **state)
{
	static const struct { const char *assignment, *name; double value; } cases[] = {
		{ "tcp/zero-window.min=200ms", "min", 0.2 }, { "tcp/zero-window.min=2s", "min", 2 },
		{ "tcp/zero-window.min=2", "min", 2 }, { "tcp/zero-window.min=1.5 s", "min", 1.5 },
		{ "tcp/zero-window.min=50us", "min", 50e-6 }, { "tcp/zero-window.min=50\xc2\xb5s", "min", 50e-6 },
		{ "tcp/zero-window.min=2min", "min", 120 }, { "tcp/zero-window.min=0", "min", 0 },
		{ "tcp/zero-window.min=.5h", "min", 1800 },
		{ "tcp/zero-window.share=1%", "share", 0.01 }, { "tcp/zero-window.share=0.5", "share", 0.5 },
		{ "tcp/zero-window.share=2.5 %", "share", 0.025 },
		{ "tcp/zero-window.size=64kB", "size", 64000 }, { "tcp/zero-window.size=64KiB", "size", 65536 },
		{ "tcp/zero-window.size=1500B", "size", 1500 }, { "tcp/zero-window.size=2M", "size", 2e6 },
		{ "tcp/zero-window.rate=100/s", "rate", 100 }, { "tcp/zero-window.rate=60/min", "rate", 1 },
		{ "tcp/zero-window.count=5k", "count", 5000 },
		{ "tcp/zero-window.speed=10Mb/s", "speed", 1e7 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = ERROR_INIT;
		if (!settings_set(*state, kinds, cases[i].assignment, &error))
			fail_msg("%s: %s", cases[i].assignment, error.message);
		assert_float_equal(setting(*state, &window, cases[i].name), cases[i].value, 1e-9);
	}
}

static void wrong_ones_are_answered(void **state)
{
	static const struct { const char *assignment, *message, *remedy; } cases[] = {
		{ "tcp/zero-windw.min=1s", "there is no finding tcp/zero-windw", "did you mean tcp/zero-window?" },
		{ "quite/another=off", "there is no finding quite/another", "culprit explain lists" },
		{ "tcp/zero-window.mni=1s", "tcp/zero-window has no threshold mni",
		  "did you mean tcp/zero-window.min?" },
		{ "tcp/zero-window.whatever=1s", "has no threshold whatever", "culprit explain tcp/zero-window" },
		{ "tcp/zero-window.min=fast", "fast is no value", "200ms" },
		{ "tcp/zero-window.min=1%", "1% is no value", "200ms" },
		{ "tcp/zero-window.min=-1s", "-1s is no value", "200ms" },
		{ "tcp/zero-window.min=", " is no value", "200ms" },
		{ "tcp/zero-window.min=nan", "nan is no value", "200ms" },
		{ "tcp/zero-window.min=0x10", "0x10 is no value", "200ms" },
		{ "tcp/zero-window.min=1e999", "1e999 is no value", "200ms" },
		{ "tcp/zero-window.share=5ms", "5ms is no value", "1%" },
		{ "tcp/zero-window", "tcp/zero-window sets nothing", "NAME=VALUE" },
		{ "tcp/zero-window=5", "sets nothing", "ID=off" },
		{ "=", "sets nothing", "ID=off" }, { "", "sets nothing", "NAME=VALUE" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = ERROR_INIT;
		assert_false(settings_set(*state, kinds, cases[i].assignment, &error));
		assert_int_equal(error.code, ERROR_USAGE);
		if (!strstr(error.message, cases[i].message) || !strstr(error.remedy, cases[i].remedy))
			fail_msg("%s: %s: %s", cases[i].assignment, error.message, error.remedy);
	}
	assert_float_equal(setting(*state, &window, "min"), 0.2, 0);
}

static void off_and_on_again(void **state)
{
	assert_false(setting_off(*state, &window));
	assert_true(settings_set(*state, kinds, "tcp/zero-window=off", NULL));
	assert_true(setting_off(*state, &window));
	assert_false(setting_off(*state, &dns));
	assert_true(settings_set(*state, kinds, "tcp/zero-window=on", NULL));
	assert_false(setting_off(*state, &window));
}

static void what_is_set_stands_above_the_profile(void **state)
{
	assert_true(settings_set(*state, kinds, "tcp/zero-window.min=3s", NULL));
	assert_true(settings_set(*state, kinds, "tcp/zero-window.min=4s", NULL));
	assert_true(settings_profile(*state, "lan", NULL));
	assert_float_equal(setting(*state, &window, "min"), 4, 0);
}

/* Writes `words` to a file and reads it as settings. */
static bool read_words(struct settings *settings, const char *words, struct error *error)
{
	char path[] = "/tmp/culprit-settings-XXXXXX";
	int handle = mkstemp(path);
	assert_true(handle >= 0);
	assert_int_equal(write(handle, words, strlen(words)), (ssize_t)strlen(words));
	close(handle);
	bool good = settings_file(settings, kinds, path, error);
	unlink(path);
	return good;
}

static void files(void **state)
{
	struct error error = ERROR_INIT;
	assert_true(read_words(*state, "; ours\nprofile = lan\n\n[tcp/zero-window]\nmin = 1s ; long\n"
			       "share=2%\n\n[dns/slow]\noff = yes\n", &error));
	assert_int_equal(settings_profile_in_force(*state), PROFILE_LAN);
	assert_float_equal(setting(*state, &window, "min"), 1, 0);
	assert_float_equal(setting(*state, &window, "share"), 0.02, 1e-12);
	assert_true(setting_off(*state, &dns));
	assert_true(read_words(*state, "", &error));
	assert_true(read_words(*state, "[dns/slow]\noff = no\n", &error));
	assert_false(setting_off(*state, &dns));
}

static void bad_files(void **state)
{
	static const struct { const char *words, *message; } cases[] = {
		{ "[tcp/zero-window]\nmin = 1s\nmix = 2s\n", "line 3: tcp/zero-window has no threshold mix" },
		{ "[tcp/zero]\nmin = 1s\nmin = 2s\n", "line 2: there is no finding tcp/zero" },
		{ "profile = moon\n", "line 1: there is no profile moon" },
		{ "min = 1s\n", "line 1: min belongs to no finding" },
		{ "[tcp/zero-window]\nmin 1s\n", "line 2 is neither" },
		{ "[tcp/zero-window]\noff = perhaps\n", "line 2: off = perhaps" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error error = ERROR_INIT;
		assert_false(read_words(*state, cases[i].words, &error));
		assert_int_equal(error.code, ERROR_USAGE);
		if (!strstr(error.message, cases[i].message))
			fail_msg("%s", error.message);
		assert_non_null(strstr(error.file, "culprit-settings"));
	}
	struct error error = ERROR_INIT;
	assert_false(settings_file(*state, kinds, "/nowhere/at/all", &error));
	assert_int_equal(error.code, ERROR_OPEN);
	assert_false(settings_file(*state, kinds, "/tmp", &error));
	assert_int_equal(error.code, ERROR_OPEN);
}

static void distances(void **state)
{
	static const struct { const char *one, *two; size_t distance; } cases[] = {
		{ "", "", 0 }, { "a", "", 1 }, { "", "abc", 3 }, { "kitten", "sitting", 3 },
		{ "min", "mni", 1 }, { "tcp/zero-window", "tcp/zero-windw", 1 }, { "same", "same", 0 },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_int_equal(edit_distance(cases[i].one, cases[i].two), cases[i].distance);
		assert_int_equal(edit_distance(cases[i].two, cases[i].one), cases[i].distance);
	}
	char longer[200];
	memset(longer, 'x', sizeof longer - 1);
	longer[sizeof longer - 1] = '\0';
	assert_int_equal(edit_distance(longer, ""), 63);
}

#define SETTINGS_TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SETTINGS_TEST(profiles),
		SETTINGS_TEST(values_with_units),
		SETTINGS_TEST(wrong_ones_are_answered),
		SETTINGS_TEST(off_and_on_again),
		SETTINGS_TEST(what_is_set_stands_above_the_profile),
		SETTINGS_TEST(files),
		SETTINGS_TEST(bad_files),
		cmocka_unit_test(distances),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
