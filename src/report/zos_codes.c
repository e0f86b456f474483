/* Why z/OS throws packets away: all codes as a list, or one in full. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report/table.h"
#include "report/wrap.h"
#include "report/zos.h"
#include "source/zos_discard.h"

#define DEFAULT_WIDTH 80

static const struct column list_columns[] = { { "code", true }, { "name" }, { "layer" }, { "meaning" } };
static const struct column row_columns[] = { { "first" }, { "last" }, { "range" }, { "hex" }, { "name" }, { "layer" },
	{ "meaning" }, { "cause" }, { "advice" } };

/* Reports are written while a row is at hand, so cells can point into it. */
struct row { const struct zos_discard *code; char numbers[24], hex[24]; };

static void list_cells(const void *of, struct cell *cell)
{
	const struct row *row = of;
	*cell++ = cell_words(row->numbers);
	*cell++ = cell_words(row->code->name ? row->code->name
			     : row->code->first == row->code->last ? NULL : "(range)");
	*cell++ = cell_words(row->code->layer);
	*cell++ = cell_words(row->code->meaning);
}

static void row_cells(const void *of, struct cell *cell)
{
	const struct row *row = of;
	*cell++ = cell_number(row->code->first);
	*cell++ = cell_number(row->code->last);
	*cell++ = cell_boolean(row->code->first != row->code->last);
	*cell++ = cell_words(row->hex);
	*cell++ = cell_words(row->code->name);
	*cell++ = cell_words(row->code->layer);
	*cell++ = cell_words(row->code->meaning);
	*cell++ = cell_words(row->code->cause);
	*cell++ = cell_words(row->code->advice);
}

static const struct table list_table = { list_columns, 4, list_cells };
static const struct table row_table = { row_columns, 9, row_cells };

static void fill(struct row *row, const struct zos_discard *code)
{
	row->code = code;
	if (code->first == code->last) {
		snprintf(row->numbers, sizeof row->numbers, "%u", code->first);
		snprintf(row->hex, sizeof row->hex, "%04X", code->first);
	} else {
		snprintf(row->numbers, sizeof row->numbers, "%u-%u", code->first, code->last);
		snprintf(row->hex, sizeof row->hex, "%04X-%04X", code->first, code->last);
	}
}

static bool list(const struct zos_discard *only, const struct culprit_output *output)
{
	struct table_writer *writer = table_begin(&list_table, &row_table, output, CULPRIT_NO_TIME);
	struct row row;
	for (unsigned i = 0; zos_discard_list(i); i++) {
		fill(&row, zos_discard_list(i));
		if (!only || only == row.code)
			table_row(writer, &row);
	}
	return table_end(writer);
}

static void add_item(const struct page *page, const char *heading, const char *words)
{
	if (!words)
		return;
	text_add_char(page->to, '\n');
	page_add(page, INK_BOLD, heading);
	text_add_char(page->to, '\n');
	page_paragraph(page, INK_PLAIN, 2, words);
}

static bool explain(uint16_t number, const struct zos_discard *code, const struct culprit_output *output)
{
	struct text text = { 0 };
	const struct page page = { &text, output->width ? output->width : DEFAULT_WIDTH, output->colour };
	struct row row;
	fill(&row, code);
	text_addf(&text, "%u (X'%04X')%s%s, %s\n", number, number, code->name ? " " : "",
		  code->name ? code->name : "", code->layer);
	if (code->first != code->last)
		text_addf(&text, "No public source explains this code by itself. What follows holds for all of %s.\n",
			  row.numbers);
	add_item(&page, "Meaning", code->meaning);
	add_item(&page, "Likely cause", code->cause);
	add_item(&page, "What to do", code->advice);
	bool written = output->write(output->user, text.bytes, text.length);
	text_finish(&text);
	return written;
}

bool zos_codes_report(const char *code, const struct culprit_output *output, struct error *error)
{
	if (!code)
		return list(NULL, output);
	size_t digits = strspn(code, "0123456789");
	unsigned long number = strtoul(code, NULL, 10);
	if (digits == 0 || digits > 5 || code[digits] || number > UINT16_MAX)
		return error_set(error, ERROR_USAGE, "give a number up to 65535, or none to list all",
				 "\"%.40s\" is no discard code", code);
	if (number == 0)
		return error_set(error, ERROR_USAGE, "codes begin with 1", "0 means that the packet was not discarded");
	const struct zos_discard *known = zos_discard_find((uint16_t)number);
	return output->format == CULPRIT_TEXT ? explain((uint16_t)number, known, output) : list(known, output);
}
