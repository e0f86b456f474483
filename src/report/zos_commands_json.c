/* The commands of a z/OS trace for programs. */
#include <string.h>

#include "report/json.h"
#include "report/zos.h"

static void write_parameters(struct json *json, const struct zos_form *form)
{
	json_open(json, "parameters", '[');
	for (unsigned line = 0; line < form->line_count; line++) {
		json_open(json, NULL, '{');
		for (const struct zos_parameter *p = form->panel->parameters; p->option; p++)
			if (line == 0 || p->filter)
				json_words(json, p->option, zos_value(form, line, p->option));
		json_close(json, '}');
	}
	json_close(json, ']');
}

static void write_step(struct json *json, const struct zos_step *step)
{
	json_open(json, NULL, '{');
	json_words(json, "command", step->command.bytes);
	json_words(json, "purpose", step->purpose);
	json_open(json, "replies", '[');
	for (unsigned i = 0; i < step->reply_count; i++)
		json_words(json, NULL, step->replies[i].bytes);
	json_close(json, ']');
	json_close(json, '}');
}

static void write_part(struct json *json, const struct zos_procedure *procedure, int part, unsigned parts)
{
	json_open(json, zos_part_names[part], '[');
	for (unsigned i = 0; i < procedure->step_count[part] && (!parts || parts & 1u << part); i++)
		write_step(json, &procedure->steps[part][i]);
	json_close(json, ']');
}

static void write_lines(struct json *json, const char *key, const struct text *text)
{
	json_open(json, key, '[');
	for (const char *at = text->length ? text->bytes : ""; *at; at += *at == '\n') {
		struct text line = { 0 };
		size_t length = strcspn(at, "\n");
		text_add_bytes(&line, at, length);
		json_words(json, NULL, line.bytes);
		text_finish(&line);
		at += length;
	}
	json_close(json, ']');
}

static void write_named(struct json *json, const char *key, const char *name, const struct text *text)
{
	if (!name) {
		json_words(json, key, NULL);
		return;
	}
	json_open(json, key, '{');
	json_words(json, "name", name);
	write_lines(json, "text", text);
	json_close(json, '}');
}

static void write_expected(struct json *json, const struct zos_procedure *procedure)
{
	json_open(json, "expected", '{');
	json_number(json, "records", procedure->records);
	json_number(json, "record_bytes", procedure->record_bytes);
	json_number(json, "bytes", procedure->bytes);
	json_number(json, "cylinders", procedure->cylinders);
	json_close(json, '}');
}

void zos_commands_json(const struct zos_form *form, const struct zos_procedure *procedure, unsigned parts,
		       struct text *to)
{
	struct json json = { .to = to };
	struct text read = { 0 };
	json_open(&json, NULL, '{');
	json_words(&json, "schema", "culprit.zos-commands/1");
	json_words(&json, "trace", form->panel->name);
	json_words(&json, "title", form->panel->title);
	write_parameters(&json, form);
	for (int part = 0; part < ZOS_PARTS; part++)
		write_part(&json, procedure, part, parts);
	write_named(&json, "writer", procedure->writer_name, &procedure->writer);
	write_lines(&json, "allocation", &procedure->allocation);
	write_named(&json, "member", procedure->member_name, &procedure->member);
	write_lines(&json, "transfer", &procedure->transfer);
	text_addf(&read, "culprit diagnose %s.ctrace", form->panel->name);
	json_words(&json, "read", read.bytes);
	write_expected(&json, procedure);
	json_open(&json, "notes", '[');
	for (unsigned i = 0; i < procedure->note_count; i++)
		json_words(&json, NULL, procedure->notes[i].bytes);
	json_close(&json, ']');
	json_close(&json, '}');
	text_add_char(to, '\n');
	text_finish(&read);
}
