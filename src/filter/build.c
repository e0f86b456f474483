#include "filter/build.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "decode/decoder.h"
#include "field/groups.h"
#include "filter/regex.h"

#define MAX_TYPES 6              /* of the fields that answer to one name */
#define MAX_CONSTANTS 4096       /* of one test */

bool build_fail(struct builder *builder, size_t at, const char *remedy, const char *format, ...)
{
	char message[200];
	va_list arguments;
	if (builder->failed)
		return false;
	builder->failed = true;
	va_start(arguments, format);
	vsnprintf(message, sizeof message, format, arguments);
	va_end(arguments);
	error_set(builder->error, ERROR_USAGE, remedy, "%s", message);
	if (builder->error)
		builder->error->offset = at;
	return false;
}

unsigned build_node(struct builder *builder, enum node_kind kind, unsigned left, unsigned right)
{
	struct filter *filter = builder->filter;
	if (builder->failed)
		return UINT_MAX;
	filter->nodes = memory_grow(filter->nodes, &filter->node_capacity, filter->node_count + 1,
				    sizeof *filter->nodes);
	filter->nodes[filter->node_count] = (struct node){ kind, left, right };
	return (unsigned)filter->node_count++;
}

static struct test *add_test(struct builder *builder, const struct side *left, enum relation relation, bool all)
{
	struct filter *filter = builder->filter;
	if (builder->failed)
		return NULL;
	if (filter->test_count == FILTER_MAX_TESTS) {
		build_fail(builder, left->at, "make it shorter, or use `in {…}`", "more than %d comparisons",
			   FILTER_MAX_TESTS);
		return NULL;
	}
	filter->tests = memory_grow(filter->tests, &filter->test_capacity, filter->test_count + 1,
				    sizeof *filter->tests);
	struct test *test = &filter->tests[filter->test_count++];
	*test = (struct test){ .left = left->operand, .relation = relation, .all = all };
	return test;
}

static unsigned test_node(struct builder *builder)
{
	return build_node(builder, NODE_TEST, (unsigned)builder->filter->test_count - 1, 0);
}

/* The distinct types that values of the operand can have, each with one of its fields. */
static unsigned types_of(const struct operand *operand, enum field_type types[MAX_TYPES],
			 const struct field *fields[MAX_TYPES])
{
	unsigned count = 0;
	for (const struct field_answer *answer = operand->term->answers; answer; answer = answer->next) {
		enum field_type type = operand_type(operand, answer->field);
		unsigned i = 0;
		while (i < count && types[i] != type)
			i++;
		if (i == count && count < MAX_TYPES) {
			types[count] = type;
			fields[count++] = operand->transform_count || operand->counts ? NULL : answer->field;
		}
	}
	return count;
}

static bool unknown_field(struct builder *builder, const struct side *side)
{
	char remedy[128] = "see the list of `culprit fields`; texts stand in quotes";
	const char *nearest = side->literal.kind == TOKEN_WORD
		? field_nearest(side->literal.text, side->literal.length) : NULL;
	if (nearest)
		snprintf(remedy, sizeof remedy, "did you mean %s?", nearest);
	if (side->literal.kind != TOKEN_WORD)
		return build_fail(builder, side->at, "name a field there: tcp.port == 80",
				  "a text alone is no condition");
	return build_fail(builder, side->at, remedy, "there is no field \"%.*s\"",
			  side->literal.length < 60 ? (int)side->literal.length : 60, side->literal.text);
}

unsigned build_exists(struct builder *builder, const struct side *side)
{
	if (!side->operand.term) {
		unknown_field(builder, side);
		return UINT_MAX;
	}
	if (!add_test(builder, side, RELATION_EXISTS, false))
		return UINT_MAX;
	return test_node(builder);
}

/* Room for bytes that live as long as the filter: as much as the expression is long, reserved at the start. */
static uint8_t *take_room(struct filter *filter, size_t size)
{
	uint8_t *room = (uint8_t *)filter->copied + filter->copied_length;
	if (size > filter->copied_size - filter->copied_length)
		return NULL;
	filter->copied_length += size;
	return room;
}

static struct constant *add_constant(struct builder *builder, struct test *test, size_t at)
{
	if (test->constant_count == MAX_CONSTANTS) {
		build_fail(builder, at, "use a range: {1..100}", "more than %d values", MAX_CONSTANTS);
		return NULL;
	}
	size_t capacity = test->constant_count;
	test->constants = memory_grow(test->constants, &capacity, test->constant_count + 1u,
				      sizeof *test->constants);
	return &test->constants[test->constant_count++];
}

static bool can_contain(enum field_type type)
{
	return type == FIELD_TEXT || type == FIELD_BYTES || type == FIELD_MAC || type == FIELD_IPV6;
}

static bool read_regex(struct builder *builder, const struct side *side, struct constant *constant)
{
	char why[128] = "";
	size_t at = 0;
	constant->regex = regex_compile(side->literal.text, side->literal.length, why, sizeof why, &at);
	if (constant->regex)
		return true;
	if (!regex_available())
		return build_fail(builder, side->at, "build culprit with libpcre2, or use contains", "%s", why);
	return build_fail(builder, side->at + (side->literal.kind == TOKEN_WORD ? 0 : 1) + at,
			  "a backslash makes of a special character an ordinary one",
			  "the regular expression is wrong: %s", why);
}

/* One literal as one type, for one relation. */
static bool read_constant(struct builder *builder, enum relation relation, const struct side *side,
			  enum field_type type, const struct field *field, struct constant *to, const char **why)
{
	size_t size = side->literal.length ? side->literal.length : 1;
	uint8_t *room = take_room(builder->filter, size);
	enum field_type as = type;
	if (!room)
		return build_fail(builder, side->at, "make it shorter", "the expression is too long");
	if (relation == RELATION_MATCHES || relation == RELATION_CONTAINS) {
		*why = relation == RELATION_MATCHES ? "only texts and bytes can match" : "it holds no text or bytes";
		bool fits = relation == RELATION_MATCHES ? type == FIELD_TEXT || type == FIELD_BYTES
							 : can_contain(type);
		if (!fits)
			return false;
		as = type == FIELD_TEXT || relation == RELATION_MATCHES ? FIELD_TEXT : FIELD_BYTES;
	}
	if (!literal_read(&side->literal, as, field, room, to, why))
		return false;
	if (to->low.bytes && to->low.bytes == (const uint8_t *)side->literal.text) {
		memcpy(room, to->low.bytes, to->low.length);
		to->low.bytes = room;
	}
	to->low.type = type;
	return relation != RELATION_MATCHES || read_regex(builder, side, to);
}

static bool wrong_literal(struct builder *builder, const struct test *test, const struct side *side,
			  const char *why)
{
	char remedy[200] = "";
	const struct field *field = test->left.term->answers->field;
	size_t used = 0;
	for (const struct field_name *name = test->left.transform_count ? NULL : field->names;
	     name && name->words && used < 120; name++)
		used += (size_t)snprintf(remedy + used, sizeof remedy - used, "%s%llu %s", used ? ", " : "it can be ",
					 (unsigned long long)name->value, name->words);
	return build_fail(builder, side->at, remedy, "%s cannot be compared with \"%.*s\": %s",
			  test->left.term->name, side->literal.length < 40 ? (int)side->literal.length : 40,
			  side->literal.text, why);
}

/* Adds the literal in every type that the left side can have; one at least must do. */
static bool add_literal(struct builder *builder, struct test *test, const struct side *low,
			const struct side *high)
{
	enum field_type types[MAX_TYPES];
	const struct field *fields[MAX_TYPES];
	unsigned count = types_of(&test->left, types, fields), good = 0;
	const char *why = "";
	const struct side *wrong = low;
	for (unsigned i = 0; i < count && !builder->failed; i++) {
		struct constant constant, end;
		if (!read_constant(builder, test->relation, low, types[i], fields[i], &constant, &why))
			continue;
		if (high) {
			wrong = high;
			if (!read_constant(builder, test->relation, high, types[i], fields[i], &end, &why))
				continue;
			constant.high = end.low;
			constant.range = true;
		}
		struct constant *place = add_constant(builder, test, low->at);
		if (place)
			*place = constant;
		else
			regex_destroy(constant.regex);
		good++;
	}
	return good ? !builder->failed : wrong_literal(builder, test, wrong, why);
}

/* Which values can be compared with each other. */
static int family_of(enum field_type type)
{
	switch (type) {
	case FIELD_FLAG:
	case FIELD_UINT:
	case FIELD_INT:
		return 1;
	case FIELD_TEXT:
	case FIELD_BYTES:
	case FIELD_GROUP:
		return 2;
	default:
		break;
	}
	return 10 + (int)type;
}

static bool compatible(const struct operand *left, const struct operand *right)
{
	for (const struct field_answer *a = left->term->answers; a; a = a->next)
		for (const struct field_answer *b = right->term->answers; b; b = b->next)
			if (family_of(operand_type(left, a->field)) == family_of(operand_type(right, b->field)))
				return true;
	return false;
}

static bool add_field(struct builder *builder, struct test *test, const struct side *right)
{
	if (test->relation == RELATION_MATCHES || test->left.counts || right->operand.counts)
		return build_fail(builder, right->at, "put a text or a number there",
				  "this is compared with constants only");
	if (!compatible(&test->left, &right->operand))
		return build_fail(builder, right->at, "compare fields of one type", "%s and %s are of different types",
				  test->left.term->name, right->operand.term->name);
	test->right = right->operand;
	test->left_values = memory_zeroed(1, sizeof *test->left_values);
	test->right_values = memory_zeroed(1, sizeof *test->right_values);
	return true;
}

/* A word that is the name of a value of the left field, and of another field too, means the value. */
static bool means_value(const struct test *test, const struct side *right)
{
	const struct field *field = test->left.term->answers->field;
	if (!right->operand.term)
		return true;
	if (right->literal.kind != TOKEN_WORD || right->operand.transform_count || test->left.transform_count)
		return false;
	for (const struct field_name *name = field->names; name && name->words; name++)
		if (strlen(name->words) == right->literal.length &&
		    memcmp(name->words, right->literal.text, right->literal.length) == 0)
			return true;
	return false;
}

static enum relation mirrored(enum relation relation)
{
	switch (relation) {
	case RELATION_GREATER:
		return RELATION_LESS;
	case RELATION_LESS:
		return RELATION_GREATER;
	case RELATION_GREATER_EQUAL:
		return RELATION_LESS_EQUAL;
	case RELATION_LESS_EQUAL:
		return RELATION_GREATER_EQUAL;
	default:
		return relation;
	}
}

unsigned build_comparison(struct builder *builder, const struct side *left, enum relation relation, bool all,
			  const struct side *right)
{
	bool mirrors = relation != RELATION_CONTAINS && relation != RELATION_MATCHES;
	if (!left->operand.term && (!right->operand.term || !mirrors || left->literal.kind == TOKEN_WORD)) {
		/* "80 == tcp.port" is allowed, but not a misspelt field on the left. */
		bool number = left->literal.kind == TOKEN_WORD && left->literal.text[0] >= '0' &&
			      left->literal.text[0] <= '9' && right->operand.term && mirrors;
		if (!number) {
			unknown_field(builder, left);
			return UINT_MAX;
		}
	}
	if (!left->operand.term)
		return build_comparison(builder, right, mirrored(relation), all, left);
	struct test *test = add_test(builder, left, relation, all);
	if (!test)
		return UINT_MAX;
	bool good = means_value(test, right) ? add_literal(builder, test, right, NULL)
					     : add_field(builder, test, right);
	return good ? test_node(builder) : UINT_MAX;
}

unsigned build_set(struct builder *builder, const struct side *left, bool all, bool negated)
{
	if (!left->operand.term) {
		unknown_field(builder, left);
		return UINT_MAX;
	}
	struct test *test = add_test(builder, left, RELATION_IN, all);
	if (!test)
		return UINT_MAX;
	test->negated = negated;
	return test_node(builder);
}

bool build_element(struct builder *builder, unsigned node, const struct side *low, const struct side *high)
{
	struct filter *filter = builder->filter;
	if (builder->failed)
		return false;
	struct test *test = &filter->tests[filter->nodes[node].left];
	if (low->literal.kind == TOKEN_END || (high && high->literal.kind == TOKEN_END))
		return build_fail(builder, low->at, "compare with == instead", "a set holds values, not fields");
	return add_literal(builder, test, low, high);
}

static bool is_protocol(const struct field_answer *answer)
{
	return answer->decoder && answer->field == field_of_protocol(answer->decoder);
}

/* Presence of a protocol shows in the packet's layers, but for those that are spoken on streams. */
static bool can_get(const struct operand *operand, enum relation relation)
{
	if (operand->layer_first)
		return false;
	for (const struct field_answer *answer = operand->term->answers; answer; answer = answer->next) {
		bool presence = is_protocol(answer) && !answer->decoder->stream && relation == RELATION_EXISTS &&
				!operand->transform_count && !operand->counts;
		if (!answer->field->get && !presence)
			return false;
	}
	return true;
}

static void add_hearing(struct filter *filter, const struct hearing *hearing)
{
	filter->hearings = memory_grow(filter->hearings, &filter->hearing_capacity, filter->hearing_count + 1,
				       sizeof *filter->hearings);
	filter->hearings[filter->hearing_count++] = *hearing;
}

static void hear_operand(struct filter *filter, unsigned index, const struct operand *operand, bool right)
{
	for (const struct field_answer *answer = operand->term->answers; answer; answer = answer->next) {
		if (operand->layer_first && answer->decoder)
			add_hearing(filter, &(struct hearing){ field_of_protocol(answer->decoder), index, right, true });
		add_hearing(filter, &(struct hearing){ answer->field, index, right, false });
		field_want(&filter->wanted, answer);
		filter->message_bytes |= answer->decoder && answer->decoder->stream && !is_protocol(answer);
		bool finding = answer->group == &findings_group;
		filter->findings |= finding;
		filter->sessions_only &= answer->group == &session_group || finding;
	}
}

void build_finish(struct builder *builder, unsigned root)
{
	struct filter *filter = builder->filter;
	filter->root = root;
	filter->sessions_only = true;
	for (unsigned i = 0; i < filter->test_count; i++) {
		struct test *test = &filter->tests[i];
		hear_operand(filter, i, &test->left, false);
		if (test->right.term)
			hear_operand(filter, i, &test->right, true);
		test->get = can_get(&test->left, test->relation) && !test->right.term;
		filter->walks |= !test->get;
	}
}
