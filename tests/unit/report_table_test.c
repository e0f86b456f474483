#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "report/table.h"

struct row { uint64_t number; const char *words; int64_t time; };

static const struct column columns[] = { { "number", true }, { "words" }, { "time" }, { "list" } };
static const char *const both[] = { "a", "b" };

static void cells(const void *row, struct cell *cell)
{
	const struct row *from = row;
	*cell++ = cell_number(from->number);
	*cell++ = cell_words(from->words);
	*cell++ = cell_time(from->time, 6);
	*cell++ = cell_list(both, from->number ? 2 : 0, "x.");
}

static void fold_cells(const void *row, struct cell *cell)
{
	const struct row *from = row;
	*cell++ = cell_number(from->number);
	*cell++ = cell_words(from->words);
	*cell++ = cell_list(both, 2, "x.");
}

static const struct table table = { columns, 4, cells };

static const struct row rows[] = {
	{ 7, "plain", 1344443400123456789 },
	{ 1234, "with \"quotes\", commas", 1344443400999999999 },
	{ 0, NULL, CULPRIT_NO_TIME },
	{ 8, "tail\x1b[2J", -1 },
};

struct sink { struct text text; size_t room; };

static bool collect(void *user, const void *bytes, size_t count)
{
	struct sink *sink = user;
	if (sink->room && sink->text.length + count > sink->room)
		return false;
	text_add_bytes(&sink->text, bytes, count);
	return true;
}

static bool write_rows(struct sink *sink, enum culprit_report_format format, enum culprit_time_style style)
{
	const struct culprit_output output = { .write = collect, .user = sink, .format = format,
		.time_style = style };
	struct table_writer *writer = table_begin(&table, &table, &output, CULPRIT_NO_TIME);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		table_row(writer, &rows[i]);
	return table_end(writer);
}

static void json_lines(void **state)
{
	(void)state;
	struct sink sink = { 0 };
	assert_true(write_rows(&sink, CULPRIT_JSON, CULPRIT_TIME_DEFAULT));
	assert_string_equal(sink.text.bytes,
		"{\"number\":7,\"words\":\"plain\",\"time\":\"2012-08-08T16:30:00.123456Z\","
		"\"list\":[\"x.a\",\"x.b\"]}\n"
		"{\"number\":1234,\"words\":\"with \\\"quotes\\\", commas\","
		"\"time\":\"2012-08-08T16:30:00.999999Z\",\"list\":[\"x.a\",\"x.b\"]}\n"
		"{\"number\":0,\"words\":null,\"time\":null,\"list\":[]}\n"
		"{\"number\":8,\"words\":\"tail\\u001b[2J\",\"time\":\"1969-12-31T23:59:59.999999Z\","
		"\"list\":[\"x.a\",\"x.b\"]}\n");
	text_finish(&sink.text);
}

static void csv(void **state)
{
	(void)state;
	struct sink sink = { 0 };
	assert_true(write_rows(&sink, CULPRIT_CSV, CULPRIT_TIME_EPOCH));
	assert_string_equal(sink.text.bytes,
		"number,words,time,list\n"
		"7,plain,1344443400.123456,x.a x.b\n"
		"1234,\"with \"\"quotes\"\", commas\",1344443400.999999,x.a x.b\n"
		"0,,,\n"
		"8,tail\\x1b[2J,-1.999999,x.a x.b\n");
	text_finish(&sink.text);
}

static void aligned_text(void **state)
{
	(void)state;
	struct sink sink = { 0 };
	assert_true(write_rows(&sink, CULPRIT_TEXT, CULPRIT_TIME_RELATIVE));
	assert_string_equal(sink.text.bytes,
		"number  words                  time                list\n"
		"     7  plain                  0.000000            x.a x.b\n"
		"  1234  with \"quotes\", commas  0.876543            x.a x.b\n"
		"     0\n"
		"     8  tail\\x1b[2J            -1344443400.123456  x.a x.b\n");
	text_finish(&sink.text);
}

static void an_output_that_is_full_ends_the_writing(void **state)
{
	(void)state;
	struct sink sink = { .room = 10 };
	const struct culprit_output output = { .write = collect, .user = &sink, .format = CULPRIT_CSV };
	struct table_writer *writer = table_begin(&table, &table, &output, CULPRIT_NO_TIME);
	size_t taken = 0;
	while (table_row(writer, &rows[0]) && taken < 1000000)
		taken++;
	assert_in_range(taken, 1, 100000);
	assert_false(table_end(writer));
	assert_int_equal(sink.text.length, 0);
	text_finish(&sink.text);
}

/* Text waits for the first rows to see how wide they get, but all of them must come in the end. */
static void all_rows_come_in_order(void **state)
{
	(void)state;
	static const size_t counts[] = { 0, 1, 199, 200, 201, 1000 };
	for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
		struct sink sink = { 0 };
		const struct culprit_output output = { .write = collect, .user = &sink };
		struct table_writer *writer = table_begin(&table, &table, &output, CULPRIT_NO_TIME);
		for (size_t number = 1; number <= counts[i]; number++)
			table_row(writer, &(struct row){ .number = number, .words = "w" });
		assert_true(table_end(writer));
		const char *line = strchr(sink.text.bytes, '\n') + 1;
		for (size_t number = 1; number <= counts[i]; number++) {
			assert_int_equal(strtoull(line, NULL, 10), number);
			line = strchr(line, '\n') + 1;
		}
		assert_string_equal(line, "");
		text_finish(&sink.text);
	}
}

/* On a terminal the last cell of a line that is too long stands below it, wrapped. */
static void lines_are_folded(void **state)
{
	static const struct column two[] = { { "n", true }, { "first" }, { "list" } };
	static const struct table folded = { two, 3, fold_cells, .fold = true };
	const struct culprit_output wide = { .write = collect, .width = 40 }, narrow = { .write = collect, .width = 24 };
	static const struct { const char *words, *wide, *narrow; } cases[] = {
		{ "short", "n  first  list\n7  short  x.a x.b\n", "n  first  list\n7  short  x.a x.b\n" },
		{ "a word of ours", "n  first           list\n7  a word of ours  x.a x.b\n",
		  "n  first           list\n7  a word of ours\n   x.a x.b\n" },
	};
	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		for (int n = 0; n < 2; n++) {
			struct sink sink = { 0 };
			struct culprit_output output = n ? narrow : wide;
			const struct row row = { 7, cases[i].words, 0 };
			output.user = &sink;
			struct table_writer *writer = table_begin(&folded, &folded, &output, CULPRIT_NO_TIME);
			table_row(writer, &row);
			assert_true(table_end(writer));
			assert_string_equal(sink.text.bytes, n ? cases[i].narrow : cases[i].wide);
			text_finish(&sink.text);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(json_lines),
		cmocka_unit_test(csv),
		cmocka_unit_test(aligned_text),
		cmocka_unit_test(an_output_that_is_full_ends_the_writing),
		cmocka_unit_test(all_rows_come_in_order),
		cmocka_unit_test(lines_are_folded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
