/* Packet Details as a list for people: of each layer the lines that CleverView shows, then all other fields, indented
 * as they belong together. What is not in the packet but worked out stands in [brackets]. */
#include <string.h>

#include "report/details_map.h"

#define INDENT 2
#define DEEPEST 24               /* columns that a line is indented by */

struct list {
	struct teller teller;
	const struct details_how *how;
	const struct observation *observation;
	struct page page;
	struct byte_map *map;
	unsigned depth;              /* of what is open */
	unsigned said_depth;         /* inside of a group that the lines of the sheet hold: how deep */
	unsigned layers;             /* that have bytes, so far */
	bool in_packet;              /* the open layer has bytes: what has none is worked out */
	const struct layer_sheet *sheet;     /* of the open layer; NULL */
	struct text words;           /* of the line at hand */
};

static bool is_said(const struct list *list, const struct field *field)
{
	for (const char *const *name = list->sheet ? list->sheet->said : NULL; name && *name; name++)
		if (strcmp(*name, field->name) == 0)
			return list->depth == 1;
	return false;
}

static bool is_nothing(const struct list *list, const struct told *told)
{
	enum field_type type = told->field->type;
	if (!list->sheet || !list->sheet->brief)
		return false;
	return type == FIELD_DOUBLE ? !(told->value.real > 0) : type != FIELD_TEXT && !told->value.number &&
	       type != FIELD_IPV4 && type != FIELD_IPV6;
}

static const char *label_of(const struct list *list, const struct field *field)
{
	for (const char *const *name = list->sheet ? list->sheet->labels : NULL; name && *name; name += 2)
		if (strcmp(*name, field->name) == 0)
			return name[1];
	return field->title;
}

static void add_line(struct list *list, const struct told *told)
{
	size_t indent = list->depth * INDENT < DEEPEST ? list->depth * INDENT : DEEPEST;
	const char *between = list->sheet && list->sheet->between ? list->sheet->between : " : ";
	bool generated = told->generated && list->in_packet;
	text_clear(&list->words);
	text_add(&list->words, generated ? "[" : "");
	const char *label = label_of(list, told->field);
	/* Words such as "Flags - broadcast" are the whole line. */
	bool whole = told->words && strncmp(told->words, label, strlen(label)) == 0;
	text_add(&list->words, whole ? "" : label);
	size_t title = list->words.length;
	text_add(&list->words, whole ? "" : between);
	size_t value = list->words.length;
	struct told shown = *told;
	shown.secret = map_hides(list->map, told);
	detail_value(&list->words, &shown, list->how);
	if (list->words.length == value)
		text_cut(&list->words, title);
	text_add(&list->words, generated ? "]" : "");
	page_indent(&list->page, indent);
	page_wrap(&list->page, generated ? INK_DIM : INK_PLAIN, indent, indent + 2 * INDENT, list->words.bytes);
}

static void add_sheet(struct list *list, const struct told *told)
{
	const struct layer_seen seen = layer_seen(list->observation, told);
	enum ink ink = list->in_packet ? layer_ink(list->layers) : INK_BOLD;
	list->sheet = layer_sheet(told->field->name);
	if (list->sheet && !list->sheet->no_facts && !seen.facts)
		list->sheet = NULL;
	text_clear(&list->words);
	if (list->sheet && list->sheet->heading)
		list->sheet->heading(&list->words, &seen);
	else
		text_add(&list->words, told->field->title);
	page_wrap(&list->page, ink, 0, 2 * INDENT, list->words.bytes);
	if (!list->sheet || !list->sheet->lines)
		return;
	text_clear(&list->words);
	list->sheet->lines(&list->words, &seen);
	for (char *line = list->words.bytes, *end; line && *line; line = end + 1) {
		end = strchr(line, '\n');
		*end = '\0';
		page_indent(&list->page, INDENT);
		/* Gaps between two values of a line would not survive being wrapped. */
		if (text_columns(line, (size_t)(end - line)) + INDENT <= list->page.width)
			text_addf(list->page.to, "%s\n", line);
		else
			page_wrap(&list->page, INK_PLAIN, INDENT, 3 * INDENT, line);
	}
}

static void hear_open(struct teller *teller, const struct told *told)
{
	struct list *list = (struct list *)teller;
	if (list->depth == 0) {
		list->in_packet = told->at && strcmp(told->field->name, "frame") != 0;
		add_sheet(list, told);
		if (list->in_packet)
			map_layer(list->map, told, list->layers++);
	} else if (list->said_depth || is_said(list, told->field)) {
		list->said_depth++;
	} else {
		/* The bytes of a group are those of the fields in it. */
		struct told group = *told;
		if (told->field->type == FIELD_BYTES && !told->words)
			group.value.length = 0;
		add_line(list, &group);
	}
	list->depth++;
}

static void hear_close(struct teller *teller)
{
	struct list *list = (struct list *)teller;
	list->depth--;
	if (list->said_depth)
		list->said_depth--;
}

static void hear_value(struct teller *teller, const struct told *told)
{
	struct list *list = (struct list *)teller;
	if (told->secret)
		map_secret(list->map, told);
	if (!list->said_depth && !is_said(list, told->field) && !is_nothing(list, told))
		add_line(list, told);
}

void details_text(const struct details_how *how, struct fields *fields, const struct observation *observation,
		  struct text *to, struct byte_map *map)
{
	struct list list = {
		.teller = { hear_value, hear_open, hear_close, true }, .how = how, .observation = observation,
		.page = { to, how->output->width ? how->output->width : 80, how->output->colour }, .map = map,
	};
	fields_walk(fields, observation, &list.teller, NULL);
	text_finish(&list.words);
}
