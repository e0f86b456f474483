/* All figures of displays, a row each. */
#include "report/table.h"
#include "report/zos.h"

static const struct column people[] = { { "line", true }, { "display" }, { "section" }, { "name" }, { "figure" }, { "value" } };
static const struct column programs[] = { { "file" }, { "line" }, { "time" }, { "display" }, { "stack" }, { "section" },
	{ "name" }, { "figure" }, { "value" }, { "known" } };

struct row {
	const struct zos_displays *displays;
	const struct zos_display *display;
	const struct zos_section *section;
	const struct zos_figure *figure;
};

static void people_cells(const void *of, struct cell *cell)
{
	const struct row *row = of;
	*cell++ = cell_number(row->figure->line);
	*cell++ = cell_words(zos_display_name(row->display));
	*cell++ = cell_words(row->section->kind);
	*cell++ = cell_words(row->section->name);
	*cell++ = cell_words(row->figure->name);
	*cell++ = cell_words(row->figure->text);
}

static void program_cells(const void *of, struct cell *cell)
{
	const struct row *row = of;
	*cell++ = cell_words(row->displays->files[row->display->file]);
	*cell++ = cell_number(row->figure->line);
	*cell++ = cell_time(row->display->time, 0);
	*cell++ = cell_words(zos_display_name(row->display));
	*cell++ = cell_words(row->display->stack);
	*cell++ = cell_words(row->section->kind);
	*cell++ = cell_words(row->section->name);
	*cell++ = cell_words(row->figure->name);
	*cell++ = row->figure->is_number ? cell_number(row->figure->number) : cell_words(row->figure->text);
	*cell++ = cell_boolean(row->figure->known);
}

static const struct table people_table = { people, 6, people_cells };
static const struct table program_table = { programs, 10, program_cells };

bool zos_figures_report(const struct zos_displays *displays, const struct culprit_output *output)
{
	struct table_writer *writer = table_begin(&people_table, &program_table, output, CULPRIT_NO_TIME);
	for (size_t i = 0; i < displays->section_count; i++) {
		const struct zos_section *section = &displays->sections[i];
		struct row row = { displays, &displays->displays[section->display], section, NULL };
		for (uint32_t j = 0; j < section->figure_count; j++) {
			row.figure = &displays->figures[section->first_figure + j];
			table_row(writer, &row);
		}
	}
	return table_end(writer);
}
