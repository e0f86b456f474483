/* The list of fields, for `culprit fields`. */
#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "decode/decoder.h"
#include "field/registry.h"
#include "report/lists.h"

static const struct column columns[] = { { "name" }, { "type" }, { "unit" }, { "title" }, { "description" } };

/* A name that several fields answer to is listed once, with what the first of them is. */
struct row { const struct field_term *term; const struct field *field; };

static const char *type_name(enum field_type type)
{
	static const char *const names[] = {
		[FIELD_GROUP] = "group", [FIELD_FLAG] = "flag", [FIELD_UINT] = "number", [FIELD_INT] = "signed number",
		[FIELD_DOUBLE] = "real number", [FIELD_TEXT] = "text", [FIELD_BYTES] = "bytes",
		[FIELD_IPV4] = "IPv4 address", [FIELD_IPV6] = "IPv6 address", [FIELD_MAC] = "MAC address",
		[FIELD_TIME] = "time", [FIELD_DURATION] = "duration",
	};
	return names[type];
}

static void cells(const void *data, struct cell *cell)
{
	const struct row *row = data;
	bool several = strcmp(row->term->name, row->field->name) != 0;
	*cell++ = cell_words(row->term->name);
	*cell++ = cell_words(type_name(row->field->type));
	*cell++ = cell_words(row->field->unit);
	*cell++ = cell_words(several ? "Any of several fields" : row->field->title);
	*cell++ = cell_words(several ? NULL : row->field->description);
}

static const struct table table = { columns, sizeof columns / sizeof columns[0], cells };

static bool matches(const struct field_term *term, const char *pattern)
{
	return !pattern || strcasestr(term->name, pattern) || fnmatch(pattern, term->name, 0) == 0 ||
	       strcasestr(term->answers->field->title, pattern);
}

static bool any_matches(const char *pattern)
{
	const struct field_term *term;
	for (size_t i = 0; (term = field_term_at(i)) != NULL; i++)
		if (matches(term, pattern))
			return true;
	return false;
}

bool list_fields(const char *pattern, const struct culprit_output *output, struct error *error)
{
	const struct field_term *term;
	if (!any_matches(pattern)) {
		const char *nearest = field_nearest(pattern, strlen(pattern));
		char remedy[128] = "leave out the pattern to see all";
		if (nearest)
			snprintf(remedy, sizeof remedy, "did you mean %s?", nearest);
		return error_set(error, ERROR_USAGE, remedy, "no field matches \"%s\"", pattern);
	}
	struct table_writer *writer = table_begin(&table, &table, output, CULPRIT_NO_TIME);
	for (size_t i = 0; (term = field_term_at(i)) != NULL; i++) {
		const struct row row = { term, term->answers->field };
		if (matches(term, pattern))
			table_row(writer, &row);
	}
	return table_end(writer);
}
