/* D TRACE (IEE843I): writers and what is connected to them, or a component with its subtraces.
 * Tables without keys: rows are read as words, since columns do not survive copying. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "zos/reader.h"

static const struct zos_key keys[] = {
	{ "ST" }, { "AS" }, { "BR" }, { "EX" }, { "MO" }, { "MT" },
	{ 0 },
};

enum { NO_TABLE, WRITERS, COMPONENT_NAME, COMPONENT_MODE, SUBTRACES };

#define MOST_WORDS 8

struct words { char text[MOST_WORDS][ZOS_WORD]; unsigned count; };

static bool begins(const char *id, const char *line)
{
	return strcmp(id, "IEE843I") == 0 || zos_holds(line, " TRACE DISPLAY ");
}

/* False when it is no row of short words. */
static bool split(const char *line, struct words *to)
{
	to->count = 0;
	while (*(line += strspn(line, " /"))) {
		size_t length = strcspn(line, " ");
		if (to->count == MOST_WORDS || length >= ZOS_WORD)
			return false;
		for (size_t i = 0; i < length; i++)
			to->text[to->count][i] = (char)toupper((unsigned char)line[i]);
		to->text[to->count++][length] = '\0';
		line += length;
	}
	return to->count > 0;
}

static bool is_status(const char *word)
{
	static const char *const known[] = { "ACTIVE", "INACTIVE", "STARTING", "STOPPING", "STOPPED", "TERMINATED",
		"FAILED" };
	for (size_t i = 0; i < sizeof known / sizeof *known; i++)
		if (strcmp(known[i], word) == 0)
			return true;
	return false;
}

static void add(struct zos_reader *reader, const char *name, const char *value)
{
	zos_add_figure(reader, name, strlen(name), value, strlen(value), true);
}

/* What stands behind the status: a component with its subname, or only one of them. */
static void add_connection(struct zos_reader *reader, const struct words *row, unsigned from)
{
	if (from < row->count && strcmp(row->text[from], "HEAD") == 0)
		from++;
	if (from < row->count)
		add(reader, "COMPONENT", row->text[from]);
	if (from + 1 < row->count)
		add(reader, "SUBNAME", row->text[from + 1]);
}

static bool read_writer(struct zos_reader *reader, const struct words *row)
{
	char *pending = reader->at.pending;
	if (row->count > 1 && is_status(row->text[1])) {
		zos_open_section(reader, "writer", row->text[0], false);
		add(reader, "STATUS", row->text[1]);
		add_connection(reader, row, 2);
	} else if (is_status(row->text[0]) && *pending) {
		zos_open_section(reader, "writer", pending, false);
		add(reader, "STATUS", row->text[0]);
		add_connection(reader, row, 1);
	} else if (row->count == 1) {
		snprintf(pending, ZOS_WORD, "%s", row->text[0]);
		return true;
	} else if (row->count == 2 && strncmp(row->text[0], "SYS", 3) == 0) {
		add_connection(reader, row, 0);  /* of the writer above */
	} else {
		return false;
	}
	*pending = '\0';
	return true;
}

/* "TCPCS2     ON   0016M", then "ASIDS *NONE*", "OPTIONS MINIMUM", "WRITER PTTCP". */
static bool read_subtrace(struct zos_reader *reader, const struct words *row)
{
	static const char *const known[] = { "ASIDS", "JOBNAMES", "OPTIONS", "WRITER" };
	for (unsigned i = 0; i < sizeof known / sizeof *known; i++) {
		if (strcmp(row->text[0], known[i]) != 0)
			continue;
		if (row->count > 1)
			add(reader, known[i], row->text[1]);
		return true;
	}
	if (row->count < 2 || (strcmp(row->text[1], "ON") != 0 && strcmp(row->text[1], "OFF") != 0 &&
			       strcmp(row->text[1], "MIN") != 0))
		return false;
	zos_open_section(reader, "subtrace", row->text[0], false);
	add(reader, "MODE", row->text[1]);
	if (row->count > 2 && isdigit((unsigned char)row->text[2][0]))
		add(reader, "BUFFER", row->text[2]);
	return true;
}

static bool read_component(struct zos_reader *reader, const struct words *row)
{
	if (reader->at.table == COMPONENT_NAME && row->count == 1) {
		zos_open_section(reader, "component", row->text[0], false);
		reader->at.table = COMPONENT_MODE;
		return true;
	}
	if (reader->at.table != COMPONENT_MODE || (strcmp(row->text[0], "ON") != 0 && strcmp(row->text[0], "OFF") != 0))
		return false;
	add(reader, "MODE", row->text[0]);
	return true;
}

static bool read_row(struct zos_reader *reader, const char *line)
{
	struct words row;
	if (zos_starts(line, "WRITER") && zos_holds(line, "STATUS")) {
		reader->at.table = WRITERS;
		reader->at.pending[0] = '\0';
		return true;
	}
	if (zos_starts(line, "TRACENAME") || zos_starts(line, "SUBTRACE")) {
		reader->at.table = zos_starts(line, "SUBTRACE") ? SUBTRACES : COMPONENT_NAME;
		return true;
	}
	if (zos_starts(line, "MODE ") || zos_starts(line, "NO HEAD OPTIONS") || zos_holds(line, "TRACE DISPLAY"))
		return true;
	if (strchr(line, '=') || !split(line, &row))
		return false;
	switch (reader->at.table) {
	case WRITERS:
		return read_writer(reader, &row);
	case COMPONENT_NAME:
	case COMPONENT_MODE:
		return read_component(reader, &row);
	case SUBTRACES:
		return read_subtrace(reader, &row);
	default:
		return false;
	}
}

const struct zos_display_kind zos_trace_display = {
	.name = "trace",
	.title = "D TRACE",
	.command = "D TRACE,WTR=",
	.keys = keys,
	.begins = begins,
	.line = read_row,
	.alone = true,
};
