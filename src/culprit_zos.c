/* The public face, continued: taking traces on z/OS. No command and no word of a report is made here. */
#include <culprit.h>

#include <stdlib.h>

#include "core/memory.h"
#include "report/tell.h"
#include "report/zos.h"
#include "source/zos_discard.h"

struct culprit_zos_form { struct zos_form form; };

bool culprit_zos_panel(size_t index, struct culprit_zos_panel *to)
{
	size_t count = 0;
	while (zos_panels[count])
		count++;
	if (index >= count)
		return false;
	const struct zos_panel *panel = zos_panels[index];
	*to = (struct culprit_zos_panel){ panel->name, panel->title, panel->summary };
	return true;
}

bool culprit_zos_parameter(const char *name, size_t index, struct culprit_zos_parameter *to)
{
	const struct zos_panel *panel = zos_panel_find(name);
	for (size_t i = 0; panel && panel->parameters[i].option; i++) {
		const struct zos_parameter *p = &panel->parameters[i];
		if (i != index)
			continue;
		*to = (struct culprit_zos_parameter){ p->option, p->label, p->argument, p->range, p->initial,
			p->required, p->filter };
		return true;
	}
	return false;
}

struct culprit_zos_form *culprit_zos_form(const char *name, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	const struct zos_panel *panel = zos_panel_find(name);
	if (!panel) {
		error_set(&inner, ERROR_USAGE, "packet-trace, data-trace or osaenta", "z/OS has no trace \"%.40s\"", name);
		tell(error, &inner);
		return NULL;
	}
	struct culprit_zos_form *form = memory_zeroed(1, sizeof *form);
	zos_form_init(&form->form, panel);
	return form;
}

void culprit_zos_form_destroy(struct culprit_zos_form *form)
{
	free(form);
}

bool culprit_zos_set(struct culprit_zos_form *form, const char *option, const char *value,
		     struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return zos_form_set(&form->form, option, value, &inner) || tell(error, &inner);
}

bool culprit_zos_next_line(struct culprit_zos_form *form, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return zos_form_next_line(&form->form, &inner) || tell(error, &inner);
}

void culprit_zos_brief(struct culprit_zos_form *form)
{
	form->form.brief = true;
}

bool culprit_report_zos_commands(const struct culprit_zos_form *form, unsigned parts, bool bare,
				 const struct culprit_output *output, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	if (!zos_form_check(&form->form, &inner))
		return tell(error, &inner);
	if (output->format != CULPRIT_TEXT && output->format != CULPRIT_JSON) {
		error_set(&inner, ERROR_USAGE, "leave out the format, or take JSON", "commands are no list");
		return tell(error, &inner);
	}
	struct zos_procedure *procedure = zos_procedure_create(&form->form);
	struct text text = { 0 };
	if (output->format == CULPRIT_JSON)
		zos_commands_json(&form->form, procedure, parts, &text);
	else
		zos_commands_text(procedure, parts, bare, output, &text);
	bool written = output->write(output->user, text.bytes, text.length);
	text_finish(&text);
	zos_procedure_destroy(procedure);
	return written;
}

bool culprit_zos_code(size_t index, struct culprit_zos_code *to)
{
	const struct zos_discard *code = index <= UINT16_MAX ? zos_discard_list((unsigned)index) : NULL;
	if (!code)
		return false;
	*to = (struct culprit_zos_code){ code->first, code->last, code->name, code->layer, code->meaning, code->cause,
		code->advice };
	return true;
}

bool culprit_report_zos_codes(const char *code, const struct culprit_output *output, struct culprit_error *error)
{
	struct error inner = ERROR_INIT;
	return zos_codes_report(code, output, &inner) || tell(error, &inner);
}
