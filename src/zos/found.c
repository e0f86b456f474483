/* What is found in text: displays, sections, figures, messages; all of it bounded, and the last line can be undone. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "core/memory.h"
#include "zos/reader.h"

#define ADD(reader, things, thing, most) \
	add_row((reader)->to, (void **)&(reader)->to->things, &(reader)->to->thing##_count, \
		&(reader)->to->thing##_capacity, sizeof *(reader)->to->things, most)

/* Room for one more row, zeroed; NULL when there are enough. */
static void *add_row(struct zos_displays *to, void **rows, size_t *count, size_t *capacity, size_t size, size_t most)
{
	if (*count == most) {
		to->left_out++;
		return NULL;
	}
	*rows = memory_grow(*rows, capacity, *count + 1, size);
	char *row = (char *)*rows + (*count)++ * size;
	return memset(row, 0, size);
}

/* What was on the line that turned out to be half of one. */
void zos_go_back(struct zos_reader *reader, const struct zos_place *to)
{
	struct zos_displays *displays = reader->to;
	reader->at = *to;
	displays->display_count = to->displays;
	displays->section_count = to->sections;
	displays->figure_count = to->figures;
	displays->message_count = to->messages;
	if (displays->display_count) {
		struct zos_display *last = &displays->displays[displays->display_count - 1];
		last->section_count = (uint32_t)displays->section_count - last->first_section;
	}
	if (displays->section_count) {
		struct zos_section *last = &displays->sections[displays->section_count - 1];
		last->figure_count = (uint32_t)displays->figure_count - last->first_figure;
	}
}

struct zos_place zos_place_of(const struct zos_reader *reader)
{
	struct zos_place place = reader->at;
	place.displays = reader->to->display_count;
	place.sections = reader->to->section_count;
	place.figures = reader->to->figure_count;
	place.messages = reader->to->message_count;
	return place;
}

bool zos_open_display(struct zos_reader *reader, const struct zos_display_kind *kind)
{
	struct zos_display *display = ADD(reader, displays, display, ZOS_MAX_DISPLAYS);
	reader->at.kind = display ? kind : NULL;
	reader->at.prefix = "";
	reader->at.table = 0;
	reader->at.fresh = false;
	reader->at.pending[0] = '\0';
	if (!display)
		return false;
	display->kind = kind;
	display->file = reader->file;
	display->line = reader->line;
	display->time = reader->at.time;
	display->first_section = (uint32_t)reader->to->section_count;
	memcpy(display->stack, reader->at.stack, sizeof display->stack);
	return true;
}

static struct zos_section *last_section(const struct zos_reader *reader)
{
	const struct zos_displays *to = reader->to;
	if (!to->section_count || to->sections[to->section_count - 1].display + 1 != to->display_count)
		return NULL;
	return &to->sections[to->section_count - 1];
}

static bool is_open(const struct zos_reader *reader, const char *kind, const char *name)
{
	const struct zos_displays *to = reader->to;
	for (size_t i = to->displays[to->display_count - 1].first_section; i < to->section_count; i++)
		if (strcmp(to->sections[i].name, name) == 0 && strcmp(to->sections[i].kind, kind) == 0)
			return true;
	return false;
}

void zos_open_section(struct zos_reader *reader, const char *kind, const char *name, bool once)
{
	/* Nobody copied its heading, but this is another display. */
	if (once && is_open(reader, kind, name) && !zos_open_display(reader, reader->at.kind))
		return;
	struct zos_section *section = ADD(reader, sections, section, ZOS_MAX_SECTIONS);
	if (!section)
		return;
	section->kind = kind;
	snprintf(section->name, sizeof section->name, "%s", name);
	section->display = (uint32_t)reader->to->display_count - 1;
	section->line = reader->line;
	section->first_figure = (uint32_t)reader->to->figure_count;
	reader->to->displays[section->display].section_count++;
	reader->at.prefix = "";
}

bool zos_read_number(const char *words, uint64_t *to)
{
	size_t digits = 0;
	*to = 0;
	for (; *words; words++) {
		if (*words == ',' && digits)
			continue;
		if (!isdigit((unsigned char)*words) || ++digits > 19)
			return false;
		*to = *to * 10 + (uint64_t)(*words - '0');
	}
	return digits > 0;
}

/* Its name in capitals, with single blanks, behind the prefix. */
static void name_figure(struct zos_figure *figure, const char *prefix, const char *name, size_t length)
{
	size_t at = (size_t)snprintf(figure->name, sizeof figure->name, "%s%s", prefix, *prefix ? " " : "");
	for (size_t i = 0; i < length && at < sizeof figure->name - 1; i++)
		if (name[i] != ' ' || (at && figure->name[at - 1] != ' '))
			figure->name[at++] = (char)toupper((unsigned char)name[i]);
	figure->name[at] = '\0';
}

void zos_add_figure(struct zos_reader *reader, const char *name, size_t name_length, const char *value,
		    size_t value_length, bool known)
{
	struct zos_section *section = last_section(reader);
	if (!section) {
		zos_open_section(reader, "", "", false);
		section = last_section(reader);
	}
	struct zos_figure *figure = section && name_length ? ADD(reader, figures, figure, ZOS_MAX_FIGURES) : NULL;
	if (!figure)
		return;
	name_figure(figure, reader->at.prefix, name, name_length);
	snprintf(figure->text, sizeof figure->text, "%.*s", (int)(value_length < ZOS_LINE ? value_length : ZOS_LINE), value);
	figure->is_number = zos_read_number(figure->text, &figure->number);
	figure->known = known;
	figure->line = reader->line;
	section->figure_count++;
}

void zos_add_message(struct zos_reader *reader, enum zos_message_kind kind, const char *id, const char *text)
{
	struct zos_message *message = ADD(reader, messages, message, ZOS_MAX_MESSAGES);
	if (!message)
		return;
	message->kind = kind;
	message->file = reader->file;
	message->line = reader->line;
	snprintf(message->id, sizeof message->id, "%s", id);
	size_t at = 0;
	bool operands = kind == ZOS_COMMAND || strcmp(id, "EZZ0060I") == 0;      /* which echoes a command */
	for (; *text && at < sizeof message->text - 1; text++) {
		/* They stand without blanks between, whatever a slide does to them. */
		if (operands && *text == ' ' && at && (message->text[at - 1] == ',' || text[1] == ','))
			continue;
		message->text[at++] = kind == ZOS_COMMAND ? (char)toupper((unsigned char)*text) : *text;
	}
}

void zos_keep_unknown(struct zos_reader *reader, const char *line)
{
	reader->to->unknown_total++;
	if (reader->to->unknown_count == ZOS_MAX_UNKNOWN)
		return;
	struct zos_unknown *unknown = ADD(reader, unknown, unknown, ZOS_MAX_UNKNOWN);
	unknown->file = reader->file;
	unknown->line = reader->line;
	snprintf(unknown->text, sizeof unknown->text, "%.*s", (int)sizeof unknown->text - 1, line);
}
