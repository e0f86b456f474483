#include "report/lists.h"

static const struct column kind_columns[] = { { "id" }, { "severity" }, { "title" } };
static const struct column format_columns[] = { { "name" }, { "kind" }, { "read" }, { "write" },
	{ "title" } };
static const struct column protocol_columns[] = { { "name" }, { "decoded" }, { "title" } };

static void kind_cells(const void *row, struct cell *cell)
{
	const struct culprit_kind *kind = row;
	*cell++ = cell_words(kind->id);
	*cell++ = cell_words(culprit_severity_name(kind->severity));
	*cell++ = cell_words(kind->title);
}

static void format_cells(const void *row, struct cell *cell)
{
	const struct culprit_format *format = row;
	*cell++ = cell_words(format->name);
	*cell++ = cell_words(format->compression ? "compression" : "trace");
	*cell++ = cell_boolean(true);
	*cell++ = cell_boolean(format->written);
	*cell++ = cell_words(format->title);
}

static void protocol_cells(const void *row, struct cell *cell)
{
	const struct culprit_protocol *protocol = row;
	*cell++ = cell_words(protocol->name);
	*cell++ = cell_boolean(protocol->decoded);
	*cell++ = cell_words(protocol->title);
}

/* They look alike to people and to programs. */
static const struct table kinds = { kind_columns, 3, kind_cells };
static const struct table formats = { format_columns, 5, format_cells };
static const struct table protocols = { protocol_columns, 3, protocol_cells };

bool list_kinds(const struct culprit_output *output)
{
	struct table_writer *writer = table_begin(&kinds, &kinds, output, CULPRIT_NO_TIME);
	struct culprit_kind kind;
	for (size_t i = 0; culprit_kind(i, &kind); i++)
		table_row(writer, &kind);
	return table_end(writer);
}

bool list_formats(const struct culprit_output *output)
{
	struct table_writer *writer = table_begin(&formats, &formats, output, CULPRIT_NO_TIME);
	struct culprit_format format;
	for (size_t i = 0; culprit_format(i, &format); i++)
		table_row(writer, &format);
	return table_end(writer);
}

bool list_protocols(const struct culprit_output *output)
{
	struct table_writer *writer = table_begin(&protocols, &protocols, output, CULPRIT_NO_TIME);
	struct culprit_protocol protocol;
	for (size_t i = 0; culprit_protocol(i, &protocol); i++)
		table_row(writer, &protocol);
	return table_end(writer);
}
