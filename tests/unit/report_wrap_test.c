#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "report/wrap.h"

static const char *wrapped(struct text *to, unsigned width, size_t at, size_t indent, const char *words)
{
	const struct page page = { .to = to, .width = width };
	text_clear(to);
	page_wrap(&page, INK_PLAIN, at, indent, words);
	return to->bytes;
}

static void lines_break_at_spaces(void **state)
{
	(void)state;
	static const struct {
		unsigned width; size_t at, indent; const char *words, *result;
	} cases[] = {
		{ 10, 0, 0, "one two three", "one two\nthree\n" },
		{ 7, 0, 0, "one two three", "one two\nthree\n" },
		{ 6, 0, 0, "one two three", "one\ntwo\nthree\n" },
		{ 10, 4, 2, "one two three", "one\n  two\n  three\n" },
		{ 4, 0, 0, "a longword b", "a\nlongword\nb\n" },
		{ 10, 0, 0, "", "\n" },
		{ 10, 0, 0, "one   two", "one two\n" },
		{ 9, 0, 0, "are 12 117 packets", "are\n12 117\npackets\n" },
		/* "größer" takes six columns, not eight */
		{ 10, 0, 0, "ist gr\xc3\xb6\xc3\x9f" "er", "ist gr\xc3\xb6\xc3\x9f" "er\n" },
	};
	struct text to = { 0 };
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		assert_string_equal(wrapped(&to, cases[i].width, cases[i].at, cases[i].indent,
					    cases[i].words), cases[i].result);
	text_finish(&to);
}

static void words_of_packets_cannot_drive_a_terminal(void **state)
{
	(void)state;
	struct text to = { 0 };
	const char *result = wrapped(&to, 80, 0, 0, "a\x1b[2Jb \r\n c\x9b" "d");
	assert_string_equal(result, "a\\x1b[2Jb \\x0d\\x0a c\\x9bd\n");
	text_finish(&to);
}

static void every_line_is_coloured_by_itself(void **state)
{
	(void)state;
	struct text to = { 0 };
	const struct page page = { .to = &to, .width = 8, .colour = true };
	page_paragraph(&page, INK_BOLD, 2, "one two three");
	page_add(&page, INK_PLAIN, "plain");
	assert_string_equal(to.bytes, "  \033[1mone\033[0m\n  \033[1mtwo\033[0m\n  \033[1mthree\033[0m\nplain");
	text_finish(&to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_break_at_spaces),
		cmocka_unit_test(words_of_packets_cannot_drive_a_terminal),
		cmocka_unit_test(every_line_is_coloured_by_itself),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
