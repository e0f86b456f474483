/* Packet Details as a tree for programs. */
#include <string.h>

#include "field/show.h"
#include "report/details_map.h"

#define DEEPEST 64               /* fields inside of fields; what is deeper is left out */

struct tree {
	struct teller teller;
	const struct details_how *how;
	const struct observation *observation;
	struct json *json;
	struct byte_map *map;
	unsigned depth, layers;
	bool inside[DEEPEST];        /* the list of what belongs to it was begun */
	struct text value;
};

static void begin_fields(struct tree *tree)
{
	unsigned top = tree->depth - 1;
	if (tree->depth == 0 || tree->inside[top])
		return;
	json_open(tree->json, "fields", '[');
	tree->inside[top] = true;
}

static void add_place(struct tree *tree, const struct told *told)
{
	size_t offset;
	if (told->at && map_place(tree->map, told->at, told->length, &offset)) {
		json_number(tree->json, "offset", offset);
		json_number(tree->json, "length", told->length);
	}
}

static void add_told(struct tree *tree, const struct told *heard)
{
	struct told shown = *heard;
	const struct told *told = &shown;
	shown.secret = map_hides(tree->map, heard);
	bool hidden = told->secret && !tree->how->show_secrets;
	json_words(tree->json, "name", told->field->name);
	json_words(tree->json, "title", told->field->title);
	text_clear(&tree->value);
	if (hidden)
		text_add(&tree->value, "null");
	else
		field_show_json(&tree->value, told->field, &told->value, 9);
	if (told->field->type != FIELD_GROUP)
		json_raw(tree->json, "value", tree->value.bytes);
	text_clear(&tree->value);
	text_add(&tree->value, "");
	detail_value(&tree->value, told, tree->how);
	if (tree->value.length)
		json_words(tree->json, "text", tree->value.bytes);
	add_place(tree, told);
	if (told->generated && tree->depth)
		json_boolean(tree->json, "generated", true);
	if (told->secret)
		json_boolean(tree->json, "secret", true);
}

/* Of a layer only what it is: its bytes stand below, and its fields tell them. */
static void add_layer(struct tree *tree, const struct told *told)
{
	json_words(tree->json, "name", told->field->name);
	json_words(tree->json, "title", told->field->title);
	add_place(tree, told);
	if (told->at && strcmp(told->field->name, "frame") != 0)
		map_layer(tree->map, told, tree->layers++);
}

static void hear_open(struct teller *teller, const struct told *told)
{
	struct tree *tree = (struct tree *)teller;
	if (tree->depth < DEEPEST) {
		begin_fields(tree);
		json_open(tree->json, NULL, '{');
		if (tree->depth == 0)
			add_layer(tree, told);
		else
			add_told(tree, told);
		tree->inside[tree->depth] = false;
	}
	tree->depth++;
}

static void hear_close(struct teller *teller)
{
	struct tree *tree = (struct tree *)teller;
	if (--tree->depth >= DEEPEST)
		return;
	if (tree->inside[tree->depth])
		json_close(tree->json, ']');
	json_close(tree->json, '}');
}

static void hear_value(struct teller *teller, const struct told *told)
{
	struct tree *tree = (struct tree *)teller;
	if (told->secret)
		map_secret(tree->map, told);
	if (tree->depth > DEEPEST)
		return;
	begin_fields(tree);
	json_open_flat(tree->json, NULL, '{');
	add_told(tree, told);
	json_close(tree->json, '}');
}

void details_json(const struct details_how *how, struct fields *fields, const struct observation *observation,
		  struct json *json, struct byte_map *map)
{
	struct tree tree = { .teller = { hear_value, hear_open, hear_close, true }, .how = how,
		.observation = observation, .json = json, .map = map };
	json_open(json, "layers", '[');
	fields_walk(fields, observation, &tree.teller, NULL);
	json_close(json, ']');
	text_finish(&tree.value);
}
