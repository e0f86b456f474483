#include "zos/panel.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static unsigned index_of(const struct zos_panel *panel, const char *option)
{
	unsigned i = 0;
	while (panel->parameters[i].option && strcmp(panel->parameters[i].option, option) != 0)
		i++;
	return i;
}

static void start_line(struct zos_form *form, unsigned line)
{
	for (unsigned i = 0; form->panel->parameters[i].option; i++)
		snprintf(form->values[line][i], ZOS_VALUE_SIZE, "%s", form->panel->parameters[i].initial);
}

void zos_form_init(struct zos_form *form, const struct zos_panel *panel)
{
	memset(form, 0, sizeof *form);
	form->panel = panel;
	form->line_count = 1;
	start_line(form, 0);
}

const struct zos_parameter *zos_form_find(const struct zos_form *form, const char *option)
{
	const struct zos_parameter *parameter = &form->panel->parameters[index_of(form->panel, option)];
	return parameter->option ? parameter : NULL;
}

bool zos_form_set(struct zos_form *form, const char *option, const char *value, struct error *error)
{
	char checked[ZOS_VALUE_SIZE];
	unsigned at = index_of(form->panel, option);
	const struct zos_parameter *parameter = &form->panel->parameters[at];
	if (!parameter->option)
		return error_set(error, ERROR_USAGE, "see its list of parameters", "%s has no parameter \"%s\"",
				 form->panel->name, option);
	if (!parameter->check(parameter, value, checked, error))
		return false;
	unsigned line = parameter->filter ? form->line_count - 1 : 0;
	memcpy(form->values[line][at], checked, sizeof checked);
	form->chosen[line][at] = true;
	return true;
}

bool zos_form_next_line(struct zos_form *form, struct error *error)
{
	if (form->line_count == ZOS_MAX_LINES)
		return error_set(error, ERROR_USAGE, "trace more at once: leave conditions out",
				 "more than %d lines of filters", ZOS_MAX_LINES);
	start_line(form, form->line_count++);
	return true;
}

bool zos_form_check(const struct zos_form *form, struct error *error)
{
	for (unsigned i = 0; form->panel->parameters[i].option; i++)
		if (form->panel->parameters[i].required && !form->values[0][i][0])
			return error_set(error, ERROR_USAGE, form->panel->parameters[i].range,
					 "--%s (%s) must be given", form->panel->parameters[i].option,
					 form->panel->parameters[i].label);
	return form->panel->check(form, error);
}

const char *zos_value(const struct zos_form *form, unsigned line, const char *option)
{
	unsigned at = index_of(form->panel, option);
	if (!form->panel->parameters[at].option)
		return "";
	return form->values[form->panel->parameters[at].filter ? line : 0][at];
}

bool zos_chosen(const struct zos_form *form, unsigned line, const char *option)
{
	unsigned at = index_of(form->panel, option);
	return form->panel->parameters[at].option &&
	       form->chosen[form->panel->parameters[at].filter ? line : 0][at];
}

bool zos_is(const struct zos_form *form, unsigned line, const char *option, const char *value)
{
	return strcmp(zos_value(form, line, option), value) == 0;
}

uint32_t zos_number(const struct zos_form *form, unsigned line, const char *option)
{
	return (uint32_t)strtoul(zos_value(form, line, option), NULL, 10);
}
