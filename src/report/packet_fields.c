/* Packets with the columns that the user chose: any fields, as tshark -T fields prints them. Where a packet has a field
 * several times, the values stand behind one another with commas between (JSON: in a list). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "field/fields.h"
#include "field/show.h"
#include "report/table.h"
#include "report/view.h"

#define MOST_VALUES_BYTES 65536  /* of one column of one packet; what is beyond is left out */

struct chosen {
	const struct field_term *term;
	struct text plain, json;     /* of the packet at hand; json begins with a bracket */
	unsigned count;
};

struct packet_fields {
	struct view view;
	struct teller teller;
	struct fields *fields;       /* NULL before the first packet */
	struct field_wanted wanted;
	struct chosen chosen[TABLE_MAX_COLUMNS];
	unsigned count;
	struct column columns[TABLE_MAX_COLUMNS];
	struct table table;
	struct table_writer *writer;
	unsigned digits;
};

static bool answers(const struct field_term *term, const struct field *field)
{
	for (const struct field_answer *answer = term->answers; answer; answer = answer->next)
		if (answer->field == field)
			return true;
	return false;
}

static void add_value(struct chosen *chosen, const struct told *told, unsigned digits)
{
	if (chosen->plain.length > MOST_VALUES_BYTES)
		return;
	text_add(&chosen->plain, chosen->count ? "," : "");
	text_add(&chosen->json, chosen->count ? "," : "");
	if (told->secret) {
		text_addf(&chosen->plain, "(%zu bytes hidden)", told->value.length);
		text_addf(&chosen->json, "\"(%zu bytes hidden)\"", told->value.length);
	} else {
		field_show(&chosen->plain, told->field, &told->value, digits);
		field_show_json(&chosen->json, told->field, &told->value, digits);
	}
	chosen->count++;
}

static void hear(struct teller *teller, const struct told *told)
{
	struct packet_fields *view = (struct packet_fields *)((char *)teller - offsetof(struct packet_fields, teller));
	for (unsigned i = 0; i < view->count; i++)
		if (answers(view->chosen[i].term, told->field))
			add_value(&view->chosen[i], told, view->digits);
}

static void hear_end(struct teller *teller)
{
	(void)teller;
}

static void cells(const void *row, struct cell *cell)
{
	const struct packet_fields *view = row;
	for (unsigned i = 0; i < view->count; i++) {
		const struct chosen *chosen = &view->chosen[i];
		const char *json = chosen->json.bytes + (chosen->count == 1 ? 1 : 0);
		cell[i] = chosen->count ? cell_value(chosen->plain.bytes, json) : cell_nothing();
	}
}

static bool observe(struct view *base, const struct trace_analysis *analysis,
		    const struct observation *observation)
{
	struct packet_fields *view = (struct packet_fields *)base;
	const struct record *record = observation->packet->record;
	if (!view->fields)
		view->fields = fields_create(NULL);
	view->fields->report = analysis->trace.source;
	for (unsigned i = 0; i < view->count; i++) {
		struct chosen *chosen = &view->chosen[i];
		text_clear(&chosen->plain);
		text_clear(&chosen->json);
		text_add_char(&chosen->json, '[');
		chosen->count = 0;
	}
	fields_walk(view->fields, observation, &view->teller, &view->wanted);
	for (unsigned i = 0; i < view->count; i++)
		if (view->chosen[i].count > 1)
			text_add_char(&view->chosen[i].json, ']');
	fields_passed(view->fields, record);
	return table_row(view->writer, view);
}

static void pass(struct view *base, const struct observation *observation)
{
	struct packet_fields *view = (struct packet_fields *)base;
	if (!view->fields)
		view->fields = fields_create(NULL);
	fields_passed(view->fields, observation->packet->record);
}

static void finish(struct view *base, const struct trace_analysis *analysis, const struct diagnosis *diagnosis)
{
	struct packet_fields *view = (struct packet_fields *)base;
	(void)analysis, (void)diagnosis;
	if (view->writer)
		table_end(view->writer);
	view->writer = NULL;
}

static void destroy(struct view *base)
{
	struct packet_fields *view = (struct packet_fields *)base;
	finish(base, NULL, NULL);
	fields_destroy(view->fields);
	for (unsigned i = 0; i < view->count; i++) {
		text_finish(&view->chosen[i].plain);
		text_finish(&view->chosen[i].json);
	}
	free(view);
}

static bool choose(struct packet_fields *view, const char *name, struct error *error)
{
	size_t length = strlen(name);
	const struct field_term *term = field_find(name, length);
	if (!term) {
		const char *nearest = field_nearest(name, length);
		char remedy[128] = "see the list of `culprit fields`";
		if (nearest)
			snprintf(remedy, sizeof remedy, "did you mean %s?", nearest);
		return error_set(error, ERROR_USAGE, remedy, "there is no field \"%s\"", name);
	}
	if (view->count == TABLE_MAX_COLUMNS)
		return error_set(error, ERROR_USAGE, "ask for fewer at a time",
				 "more than %d fields are too many columns", TABLE_MAX_COLUMNS);
	for (const struct field_answer *answer = term->answers; answer; answer = answer->next)
		field_want(&view->wanted, answer);
	view->chosen[view->count].term = term;
	view->columns[view->count++] = (struct column){ term->name, false };
	return true;
}

struct view *packet_fields_view(const char *const *names, size_t count, const struct culprit_output *output,
				struct error *error)
{
	static const struct view_operations operations = { observe, NULL, finish, destroy, pass };
	struct packet_fields *view = memory_zeroed(1, sizeof *view);
	view->view.do_ = &operations;
	view->teller = (struct teller){ hear, hear, hear_end, false };
	view->digits = 9;
	for (size_t i = 0; i < count; i++)
		if (!choose(view, names[i], error)) {
			destroy(&view->view);
			return NULL;
		}
	view->table = (struct table){ view->columns, view->count, cells };
	view->writer = table_begin(&view->table, &view->table, output, CULPRIT_NO_TIME);
	return &view->view;
}
