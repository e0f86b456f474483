#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "report/svg.h"

static void numbers_are_short_and_have_a_point(void **state)
{
	(void)state;
	static const struct { double value; const char *words; } cases[] = {
		{ 0, "0" }, { 1, "1" }, { 1.5, "1.5" }, { 1.25, "1.25" }, { 1.005, "1" }, { 2.999, "3" },
		{ -0.05, "-0.05" }, { 100, "100" }, { 0.1, "0.1" }, { 1e300, "10000000" }, { -1e300, "-10000000" },
		{ NAN, "-10000000" },
	};
	struct text to = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		text_clear(&to);
		svg_number(&to, cases[i].value);
		assert_string_equal(to.bytes, cases[i].words);
	}
	text_finish(&to);
}

static void axes_have_round_ticks(void **state)
{
	(void)state;
	static const struct {
		double low, high;
		enum svg_unit unit;
		double step, top;
		const char *name, *words;    /* of the tick at the step */
	} cases[] = {
		{ 0, 9.3, SVG_SECONDS, 1, 10, "s", "1" },
		{ 0, 0.0123, SVG_SECONDS, 0.002, 0.014, "ms", "2" },
		{ 0, 2.3e-6, SVG_SECONDS, 0.5e-6, 2.5e-6, "\xc2\xb5s", "0.5" },
		{ 0, 600, SVG_SECONDS, 60, 600, "min", "1" },
		{ 0, 65535, SVG_BYTES, 10000, 70000, "kB", "10" },
		{ 0, 1460, SVG_BYTES, 200, 1600, "bytes", "200" },
		{ 0, 3.3e6, SVG_BITS_PER_SECOND, 5e5, 3.5e6, "Mbit/s", "0.5" },
		{ 5, 5, SVG_BYTES, 0.1, 6, "bytes", "0.1" },
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct svg_axis axis;
		struct text to = { 0 };
		svg_axis_init(&axis, cases[i].low, cases[i].high, 10, cases[i].unit, false);
		assert_true(fabs(axis.step / cases[i].step - 1) < 1e-9);
		assert_true(fabs(axis.high / cases[i].top - 1) < 1e-9);
		assert_string_equal(axis.unit, cases[i].name);
		svg_tick_words(&axis, cases[i].step, &to);
		assert_string_equal(to.bytes, cases[i].words);
		text_finish(&to);
	}
}

static void words_cannot_leave_their_element(void **state)
{
	(void)state;
	struct text to = { 0 };
	svg_escape(&to, "<a href=\"x\">&\x1b[2J\xff\xef\xbf\xbf");
	assert_string_equal(to.bytes, "&lt;a href=&quot;x&quot;&gt;&amp;\\x1b[2J\\xff");
	text_finish(&to);
}

static void a_page_with_several_holds_the_style_once(void **state)
{
	(void)state;
	struct text alone = { 0 }, embedded = { 0 };
	svg_begin(&(struct svg){ &alone }, 10, 20, "t", false);
	svg_begin(&(struct svg){ &embedded }, 10, 20, "t", true);
	assert_non_null(strstr(alone.bytes, "prefers-color-scheme"));
	assert_null(strstr(embedded.bytes, "<style"));
	text_finish(&alone);
	text_finish(&embedded);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_are_short_and_have_a_point),
		cmocka_unit_test(axes_have_round_ticks),
		cmocka_unit_test(words_cannot_leave_their_element),
		cmocka_unit_test(a_page_with_several_holds_the_style_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
