/* Evaluates a compiled filter over one packet. What the facts alone can tell is asked first; only where that does not
 * settle it, the packet's fields are told, and each comparison notes what it hears. */
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decoder.h"
#include "filter/program.h"
#include "filter/regex.h"

enum truth { IS_FALSE, IS_TRUE, UNKNOWN };

void filter_destroy(struct filter *filter)
{
	if (!filter)
		return;
	for (size_t i = 0; i < filter->test_count; i++) {
		struct test *test = &filter->tests[i];
		for (unsigned j = 0; j < test->constant_count; j++)
			regex_destroy(test->constants[j].regex);
		free(test->constants);
		free(test->left_values);
		free(test->right_values);
	}
	free(filter->nodes);
	free(filter->tests);
	free(filter->hearings);
	free(filter->copied);
	free(filter);
}

bool filter_needs_walk(const struct filter *filter)
{
	return filter->walks;
}

bool filter_needs_message_bytes(const struct filter *filter)
{
	return filter->message_bytes;
}

bool filter_needs_findings(const struct filter *filter)
{
	return filter->findings;
}

bool filter_is_about_sessions(const struct filter *filter)
{
	return filter->sessions_only;
}

static struct item make_item(const struct field *field, const struct field_value *value, size_t own)
{
	return (struct item){ .type = field->type == FIELD_GROUP ? FIELD_BYTES : field->type,
		.pattern = field->pattern, .number = value->number, .real = value->real,
		.address = value->address, .bytes = value->bytes, .length = value->bytes ? value->length : 0,
		.own = field->type == FIELD_GROUP ? own : value->bytes ? value->length : 0 };
}

/* Does the value fulfil the test's comparison with constants? False with *known false: there is none of its type. */
static bool fulfils_any(const struct test *test, const struct item *item, bool *known)
{
	*known = false;
	for (unsigned i = 0; i < test->constant_count; i++) {
		const struct constant *constant = &test->constants[i];
		if (constant->low.type != item->type)
			continue;
		*known = true;
		if (constant_fulfils(test->relation, item, constant))
			return true;
	}
	return false;
}

static void note(struct test *test, bool fulfilled)
{
	test->any_true |= fulfilled;
	test->all_true &= fulfilled;
}

/* Without a comparison a value counts by being there, and masked ones by not being 0. */
static bool is_something(const struct operand *operand, const struct item *item)
{
	unsigned count = operand->transform_count;
	return !count || operand->transforms[count - 1].kind != TRANSFORM_MASK || item->number;
}

static void hear_value(struct test *test, struct item *item, uint8_t *scratch)
{
	bool known;
	if (test->left.counts) {
		test->seen++;
		return;
	}
	if (!operand_apply(&test->left, item, scratch))
		return;
	if (test->relation == RELATION_EXISTS) {
		test->seen++;
		note(test, is_something(&test->left, item));
		return;
	}
	bool fulfilled = fulfils_any(test, item, &known);
	/* An empty set holds nothing. */
	if (!known && test->constant_count)
		return;
	test->seen++;
	note(test, fulfilled != test->negated);
}

/* Keeps a value until its counterparts were heard. */
static void store(struct stored *values, const struct operand *operand, struct item *item, uint8_t *scratch)
{
	if (values->count == MAX_STORED || !operand_apply(operand, item, scratch))
		return;
	uint8_t *room = values->bytes[values->count];
	struct item *kept = &values->items[values->count++];
	*kept = *item;
	if (item->type != FIELD_TEXT && item->type != FIELD_BYTES)
		return;
	kept->length = item->length < STORED_BYTES ? item->length : STORED_BYTES;
	if (kept->length)
		memcpy(room, item->bytes, kept->length);
	kept->bytes = room;
}

static bool in_layer(const struct operand *operand, int64_t layer)
{
	return !operand->layer_first || (layer >= operand->layer_first && layer <= operand->layer_last);
}

static void hear(struct teller *teller, const struct told *told)
{
	struct filter *filter = (struct filter *)((char *)teller - offsetof(struct filter, teller));
	for (size_t i = 0; i < filter->hearing_count; i++) {
		const struct hearing *hearing = &filter->hearings[i];
		if (hearing->field != told->field)
			continue;
		struct test *test = &filter->tests[hearing->test];
		const struct operand *operand = hearing->right ? &test->right : &test->left;
		int64_t *layer = hearing->right ? &test->layer_right : &test->layer_left;
		if (hearing->layer) {
			++*layer;
			continue;
		}
		if (!in_layer(operand, *layer))
			continue;
		struct item item = make_item(told->field, &told->value, told->length);
		if (test->left_values)
			store(hearing->right ? test->right_values : test->left_values, operand, &item,
			      filter->scratch);
		else
			hear_value(test, &item, filter->scratch);
	}
}

static void hear_end(struct teller *teller)
{
	(void)teller;
}

static void forget(struct test *test)
{
	test->seen = 0;
	test->any_true = false;
	test->all_true = true;
	test->layer_left = test->layer_right = 0;
	if (test->left_values)
		test->left_values->count = test->right_values->count = 0;
}

static bool is_comparable(enum field_type a, enum field_type b)
{
	bool bytes_a = a == FIELD_TEXT || a == FIELD_BYTES, bytes_b = b == FIELD_TEXT || b == FIELD_BYTES;
	bool number_a = a == FIELD_UINT || a == FIELD_INT || a == FIELD_FLAG;
	bool number_b = b == FIELD_UINT || b == FIELD_INT || b == FIELD_FLAG;
	return a == b || (bytes_a && bytes_b) || (number_a && number_b);
}

static void compare_stored(struct test *test)
{
	for (unsigned i = 0; i < test->left_values->count; i++)
		for (unsigned j = 0; j < test->right_values->count; j++) {
			const struct item *left = &test->left_values->items[i], *right = &test->right_values->items[j];
			if (!is_comparable(left->type, right->type))
				continue;
			test->seen++;
			note(test, items_fulfil(test->relation, left, right));
		}
}

/* What was heard, in the end. */
static bool conclude(struct test *test)
{
	bool known;
	if (test->left.counts && test->seen && test->relation != RELATION_EXISTS) {
		const struct item count = { .type = FIELD_UINT, .number = (int64_t)test->seen };
		return fulfils_any(test, &count, &known) != test->negated;
	}
	if (test->left.counts)
		return test->seen;
	if (test->left_values && !test->seen)
		compare_stored(test);
	return test->seen && (test->all ? test->all_true : test->any_true);
}

static bool is_present(const struct packet *packet, const struct decoder *decoder)
{
	for (unsigned i = 0; i < packet->layer_count; i++)
		if (packet->layers[i].decoder == decoder)
			return true;
	return false;
}

/* The same from the facts, for tests that they can tell. */
static bool get(struct filter *filter, struct test *test, const struct packet *packet)
{
	forget(test);
	for (const struct field_answer *answer = test->left.term->answers; answer; answer = answer->next) {
		struct field_value value;
		if (!answer->field->get) {
			bool present = is_present(packet, answer->decoder);
			test->seen += present;
			test->any_true |= present;
			continue;
		}
		if (!answer->field->get(packet, &value))
			continue;
		value.bytes = NULL;
		value.length = 0;
		struct item item = make_item(answer->field, &value, 0);
		hear_value(test, &item, filter->scratch);
	}
	return conclude(test);
}

/* `packet` NULL: everything was heard. Else tests that need to hear something are unknown. */
static enum truth evaluate(struct filter *filter, unsigned index, const struct packet *packet)
{
	const struct node *node = &filter->nodes[index];
	if (node->kind == NODE_TEST) {
		struct test *test = &filter->tests[node->left];
		if (packet && !test->get)
			return UNKNOWN;
		return packet ? get(filter, test, packet) : conclude(test);
	}
	enum truth left = evaluate(filter, node->left, packet);
	if (node->kind == NODE_NOT)
		return left == UNKNOWN ? UNKNOWN : !left;
	if (node->kind == NODE_XOR) {
		enum truth right = evaluate(filter, node->right, packet);
		return left == UNKNOWN || right == UNKNOWN ? UNKNOWN : left != right;
	}
	enum truth decides = node->kind == NODE_OR ? IS_TRUE : IS_FALSE;
	if (left == decides)
		return left;
	enum truth right = evaluate(filter, node->right, packet);
	if (right == decides)
		return right;
	return left == UNKNOWN || right == UNKNOWN ? UNKNOWN : right;
}

bool filter_rules_out(struct filter *filter, const struct packet *packet)
{
	return fields_simple(packet) && evaluate(filter, filter->root, packet) == IS_FALSE;
}

bool filter_matches(struct filter *filter, struct fields *fields, const struct observation *observation)
{
	const struct packet *packet = observation->packet;
	if (packet && fields_simple(packet)) {
		enum truth truth = evaluate(filter, filter->root, packet);
		if (truth != UNKNOWN)
			return truth == IS_TRUE;
	}
	for (size_t i = 0; i < filter->test_count; i++)
		forget(&filter->tests[i]);
	filter->teller = (struct teller){ hear, hear, hear_end, false };
	fields_walk(fields, observation, &filter->teller, &filter->wanted);
	return evaluate(filter, filter->root, NULL) == IS_TRUE;
}
