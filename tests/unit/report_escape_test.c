#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "report/escape.h"

typedef void escape(struct text *to, const char *words);

static void nothing_of_a_trace_is_markup(void **state)
{
	(void)state;
	static const struct { escape *escape; const char *words, *result; } cases[] = {
		{ escape_html, "10.0.0.1 \xe2\x86\x92 a", "10.0.0.1 \xe2\x86\x92 a" },
		{ escape_html, "<b>&\"'", "&lt;b&gt;&amp;&quot;&#39;" },
		{ escape_html, "a\033[2J\x01\xff", "a\\x1b[2J\\x01\\xff" },
		{ escape_html, "\xef\xbf\xbe|\xef\xbf\xbd", "\xef\xbf\xbd|\xef\xbf\xbd" },      /* U+FFFE, U+FFFD */
		{ escape_html, "\xc2\x9b" "31m", "\\xc2\\x9b31m" },      /* a C1 control */
		{ escape_markdown, "took 3.9 s (1 time)", "took 3.9 s (1 time)" },
		{ escape_markdown, "a|b*c_d`e", "a&#124;b&#42;c&#95;d&#96;e" },
		{ escape_markdown, "![x](y)<i>@me", "&#33;&#91;x&#93;(y)&#60;i&#62;&#64;me" },
		{ escape_markdown, "- a", "\xe2\x80\x8b- a" },
		{ escape_markdown, "1. a", "\xe2\x80\x8b" "1. a" },
		{ escape_markdown, "192.0.2.1", "192.0.2.1" },
		{ escape_markdown, "a\nb", "a&#92;x0ab" },
		{ escape_uri, "a b/\xc3\xa4%:.pcap", "a%20b/%C3%A4%25%3A.pcap" },
		{ escape_uri, "/tmp/x", "file:///tmp/x" },
		{ escape_json_in_html, "</script>&", "\"\\u003c/script\\u003e\\u0026\"" },
		{ escape_json_in_html, "a\"\\\n", "\"a\\\"\\\\\\u000a\"" },
	};
	struct text to = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		text_clear(&to);
		text_add(&to, "");
		cases[i].escape(&to, cases[i].words);
		assert_string_equal(to.bytes, cases[i].result);
	}
	text_finish(&to);
}

static void no_words_are_nothing(void **state)
{
	(void)state;
	struct text to = { 0 };
	text_add(&to, "");
	escape_html(&to, NULL);
	escape_markdown(&to, NULL);
	escape_markdown(&to, "");
	assert_string_equal(to.bytes, "");
	text_finish(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_of_a_trace_is_markup),
		cmocka_unit_test(no_words_are_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
