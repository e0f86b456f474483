#include "analyze/readings.h"

#include <string.h>

#include "core/clock.h"
#include "core/hash.h"
#include "core/text.h"

bool reading_next(const struct zos_displays *displays, const char *kind, const char *basis, size_t *at,
		  struct reading *to)
{
	for (; displays && *at < displays->section_count; (*at)++) {
		const struct zos_section *section = &displays->sections[*at];
		uint64_t before, now;
		if (strcmp(section->kind, kind) != 0 || zos_section_again(displays, section))
			continue;
		*to = (struct reading){ .displays = displays, .first = zos_section_first(displays, section),
			.last = section };
		to->between = to->first != section && zos_count(displays, to->first, basis, &before) &&
			      zos_count(displays, section, basis, &now) && now >= before;
		to->apart = to->between ? zos_section_apart(displays, to->first, to->last) : 0;
		(*at)++;
		return true;
	}
	return false;
}

bool reading_count(const struct reading *reading, const char *name, uint64_t *to)
{
	uint64_t before;
	if (!zos_count(reading->displays, reading->last, name, to))
		return false;
	if (!reading->between)
		return true;
	if (!zos_count(reading->displays, reading->first, name, &before) || before > *to)
		return false;
	*to -= before;
	return true;
}

void reading_cite_section(const struct zos_displays *displays, const struct zos_section *section, const char *name,
			  struct finding *finding)
{
	const struct zos_figure *figure = zos_figure(displays, section, name);
	const struct zos_display *display = &displays->displays[section->display];
	if (figure)
		finding_cite(finding, displays->files[display->file], figure->line, "%s%s%s: %s = %s",
			     zos_display_name(display), *section->name ? " " : "", section->name, figure->name,
			     figure->text);
}

void reading_cite(const struct reading *reading, const char *name, struct finding *finding)
{
	if (reading->between)
		reading_cite_section(reading->displays, reading->first, name, finding);
	reading_cite_section(reading->displays, reading->last, name, finding);
}

void reading_tell_since(const struct reading *reading, struct finding *finding)
{
	char duration[DURATION_TEXT_SIZE];
	if (!reading->between)
		finding_words(finding, "since", "%s", " since it was started");
	else if (reading->apart)
		finding_words(finding, "since", " in %s", duration_text(reading->apart, duration));
	else
		finding_words(finding, "since", "%s", " between the displays");
	if (reading->apart)
		finding_duration(finding, "apart", reading->apart);
}

uint64_t reading_key(const struct zos_section *section)
{
	uint64_t key = hash_mix(hash_bytes(section->kind, strlen(section->kind), 0),
				hash_bytes(section->name, strlen(section->name), 1));
	return key ? key : 1;
}
