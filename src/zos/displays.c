#include "zos/displays.h"

#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "zos/reader.h"

struct zos_displays *zos_displays_create(void)
{
	return memory_zeroed(1, sizeof(struct zos_displays));
}

void zos_displays_destroy(struct zos_displays *displays)
{
	if (!displays)
		return;
	for (size_t i = 0; i < displays->file_count; i++)
		free(displays->files[i]);
	free(displays->files);
	free(displays->displays);
	free(displays->sections);
	free(displays->figures);
	free(displays->messages);
	free(displays->unknown);
	free(displays);
}

const char *zos_display_name(const struct zos_display *display)
{
	return display->kind->title;
}

const char *zos_display_command(const struct zos_display *display)
{
	return display->kind->command;
}

const struct zos_figure *zos_figure(const struct zos_displays *displays, const struct zos_section *section,
				    const char *name)
{
	const struct zos_figure *figures = displays->figures + section->first_figure;
	for (uint32_t i = 0; i < section->figure_count; i++)
		if (strcmp(figures[i].name, name) == 0)
			return &figures[i];
	return NULL;
}

bool zos_count(const struct zos_displays *displays, const struct zos_section *section, const char *name, uint64_t *to)
{
	const struct zos_figure *figure = zos_figure(displays, section, name);
	*to = figure && figure->is_number ? figure->number : 0;
	return figure && figure->is_number;
}

bool zos_says(const struct zos_displays *displays, const struct zos_section *section, const char *name,
	      const char *word)
{
	const struct zos_figure *figure = zos_figure(displays, section, name);
	return figure && zos_same(figure->text, word);
}

/* A display whose heading nobody copied may be any stack's. */
static bool same_stack(const char *a, const char *b)
{
	return !*a || !*b || strcmp(a, b) == 0;
}

static bool same_thing(const struct zos_displays *displays, const struct zos_section *a, const struct zos_section *b)
{
	return strcmp(a->name, b->name) == 0 && strcmp(a->kind, b->kind) == 0 &&
	       same_stack(displays->displays[a->display].stack, displays->displays[b->display].stack) &&
	       displays->displays[a->display].kind == displays->displays[b->display].kind;
}

const struct zos_section *zos_section_first(const struct zos_displays *displays, const struct zos_section *section)
{
	for (const struct zos_section *at = displays->sections; at < section; at++)
		if (at->display != section->display && same_thing(displays, at, section))
			return at;
	return section;
}

bool zos_section_again(const struct zos_displays *displays, const struct zos_section *section)
{
	const struct zos_section *end = displays->sections + displays->section_count;
	for (const struct zos_section *at = section + 1; at < end; at++)
		if (at->display != section->display && same_thing(displays, at, section))
			return true;
	return false;
}

#define DAY (86400LL * 1000000000)

int64_t zos_section_apart(const struct zos_displays *displays, const struct zos_section *first,
			  const struct zos_section *last)
{
	int64_t from = displays->displays[first->display].time, to = displays->displays[last->display].time;
	if (from == INT64_MIN || to == INT64_MIN)
		return 0;
	/* One has a date and the other has not: what is left is the time of day. */
	if ((from < DAY) != (to < DAY)) {
		from %= DAY;
		to %= DAY;
	}
	/* Only the time of day is known, and midnight was between. */
	return to >= from ? to - from : to < DAY ? to - from + DAY : 0;
}
