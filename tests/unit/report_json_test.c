#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "report/json.h"

static const char *number(struct text *to, uint64_t value)
{
	text_clear(to);
	number_add(to, value);
	return to->bytes;
}

static void numbers_have_all_their_digits(void **state)
{
	(void)state;
	struct text to = { 0 };
	assert_string_equal(number(&to, 0), "0");
	assert_string_equal(number(&to, 10), "10");
	assert_string_equal(number(&to, UINT64_MAX), "18446744073709551615");
	text_finish(&to);
}

static void doubles_read_back_as_they_were(void **state)
{
	(void)state;
	static const struct { double value; const char *words; } cases[] = {
		{ 0, "0" }, { 10436, "10436" }, { 0.1, "0.1" }, { 107.4, "107.4" }, { -2.5, "-2.5" },
		{ 1.0 / 3, "0.33333333333333331" }, { 1e300, "1e+300" },
		{ INFINITY, "null" }, { -INFINITY, "null" }, { NAN, "null" },
	};
	struct text to = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		text_clear(&to);
		double_add(&to, cases[i].value);
		assert_string_equal(to.bytes, cases[i].words);
	}
	text_finish(&to);
}

static void seconds_are_exact(void **state)
{
	(void)state;
	static const struct { int64_t nanoseconds; const char *words; } cases[] = {
		{ 0, "0" }, { 1, "0.000000001" }, { 1500000000, "1.5" }, { 61200000000, "61.2" },
		{ 999999999, "0.999999999" }, { -1, "-0.000000001" }, { -2500000000, "-2.5" },
		{ INT64_MAX, "9223372036.854775807" }, { INT64_MIN, "-9223372036.854775808" },
	};
	struct text to = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		text_clear(&to);
		seconds_add(&to, cases[i].nanoseconds);
		assert_string_equal(to.bytes, cases[i].words);
	}
	text_finish(&to);
}

static void documents_have_commas_and_lines_where_they_belong(void **state)
{
	(void)state;
	struct text to = { 0 };
	struct json json = { .to = &to };
	json_open(&json, NULL, '{');
	json_words(&json, "name", "a \"b\"");
	json_words(&json, "nothing", NULL);
	json_open(&json, "empty", '[');
	json_close(&json, ']');
	json_open_flat(&json, "flat", '[');
	json_number(&json, NULL, 1);
	json_open(&json, NULL, '{');
	json_boolean(&json, "yes", true);
	json_close(&json, '}');
	json_close(&json, ']');
	json_open(&json, "deep", '{');
	json_number_or_null(&json, "zero", 0);
	json_seconds(&json, "wait_s", 1500000000);
	json_time(&json, "first", 0, 3);
	json_time(&json, "last", INT64_MIN, 3);
	json_close(&json, '}');
	json_close(&json, '}');
	assert_string_equal(to.bytes,
			    "{\n"
			    "  \"name\": \"a \\\"b\\\"\",\n"
			    "  \"nothing\": null,\n"
			    "  \"empty\": [],\n"
			    "  \"flat\": [1, {\"yes\": true}],\n"
			    "  \"deep\": {\n"
			    "    \"zero\": null,\n"
			    "    \"wait_s\": 1.5,\n"
			    "    \"first\": \"1970-01-01T00:00:00.000Z\",\n"
			    "    \"last\": null\n"
			    "  }\n"
			    "}");
	text_finish(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_have_all_their_digits),
		cmocka_unit_test(doubles_read_back_as_they_were),
		cmocka_unit_test(seconds_are_exact),
		cmocka_unit_test(documents_have_commas_and_lines_where_they_belong),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
