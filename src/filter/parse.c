/* Reads an expression: recursive descent, one token ahead.
 *
 *	or    = xor { ( "||" | "or" ) xor }
 *	xor   = and { ( "^^" | "xor" ) and }
 *	and   = not { ( "&&" | "and" ) not }
 *	not   = ( "!" | "not" ) not | "(" or ")" | test
 *	test  = [ "any" | "all" ] side [ relation side { relation side } | [ "not" ] "in" set ]
 *	side  = [ "-" ] value { ( "&" | "+" | "-" | "*" | "/" | "%" ) number }
 *	value = function "(" side ")" | ( field | literal ) [ "#" layer ] { "[" slice "]" }
 *	set   = "{" literal [ ".." literal ] { [ "," ] literal [ ".." literal ] } "}"
 */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/memory.h"
#include "filter/build.h"

#define MOST_IN_SLICE 1000000000 /* bytes: no packet is as long */

struct parser {
	struct builder builder;
	const char *text;
	struct token token;          /* the next one */
	char *unquoted;              /* of strings: as long as the text */
	size_t unquoted_length;
	unsigned depth;
};

static bool fail(struct parser *parser, const char *remedy, const char *what)
{
	const struct token *token = &parser->token;
	if (token->kind == TOKEN_END)
		return build_fail(&parser->builder, token->at, remedy, "%s is missing at the end", what);
	if (token->kind == TOKEN_WRONG && (parser->text[token->at] == '"' || parser->text[token->at] == '\''))
		return build_fail(&parser->builder, token->at, "close it with another quote", "the text has no end");
	return build_fail(&parser->builder, token->at, remedy, "%s is missing before \"%.*s\"", what,
			  token->length < 40 ? (int)token->length : 40, parser->text + token->at);
}

static void advance(struct parser *parser)
{
	parser->token = token_next(parser->text, parser->token.at + parser->token.length);
}

static bool take(struct parser *parser, enum token_kind kind)
{
	if (parser->token.kind != kind)
		return false;
	advance(parser);
	return true;
}

static bool failed(const struct parser *parser)
{
	return parser->builder.failed;
}

/* One number of a slice at `*at`, which is moved behind it. */
static bool slice_number(struct parser *parser, size_t *at, int64_t *to)
{
	char *end;
	long number = strtol(parser->text + *at, &end, 10);
	if (end == parser->text + *at || number > MOST_IN_SLICE || number < -MOST_IN_SLICE)
		return build_fail(&parser->builder, *at, "write [first:count], [first-last], [first] or [-last:]",
				  "a number is missing in the slice");
	*to = number;
	*at = (size_t)(end - parser->text);
	return true;
}

/* "1", "1-3", "1:3", "1:", ":3", "-4:" */
static bool slice_part(struct parser *parser, size_t *at, struct span *span)
{
	const char *text = parser->text;
	*span = (struct span){ 0, INT64_MAX, false };
	if (text[*at] != ':' && !slice_number(parser, at, &span->first))
		return false;
	if (text[*at] == ':') {
		++*at;
		if (text[*at] == ']' || text[*at] == ',')
			return true;
		span->counted = true;
		return slice_number(parser, at, &span->last);
	}
	if (text[*at] == '-') {
		++*at;
		return slice_number(parser, at, &span->last);
	}
	span->last = span->first;
	return true;
}

static struct transform *add_transform(struct parser *parser, struct side *side, enum transform_kind kind)
{
	struct operand *operand = &side->operand;
	if (operand->transform_count == MAX_TRANSFORMS) {
		build_fail(&parser->builder, side->at, "make it simpler", "too much is done to one value");
		return NULL;
	}
	struct transform *transform = &operand->transforms[operand->transform_count++];
	*transform = (struct transform){ .kind = kind };
	side->literal.kind = TOKEN_END;
	return transform;
}

static bool can_slice(const struct operand *operand)
{
	for (const struct field_answer *answer = operand->term->answers; answer; answer = answer->next)
		switch (operand_type(operand, answer->field)) {
		case FIELD_TEXT:
		case FIELD_BYTES:
		case FIELD_MAC:
		case FIELD_IPV4:
		case FIELD_IPV6:
			return true;
		default:
			break;
		}
	return false;
}

static bool parse_slice(struct parser *parser, struct side *side)
{
	size_t at = parser->token.at + 1;
	if (!can_slice(&side->operand))
		return build_fail(&parser->builder, side->at, "slice a protocol: tcp[13:1]", "%s is no row of bytes",
				  side->operand.term->name);
	struct transform *transform = add_transform(parser, side, TRANSFORM_SLICE);
	if (!transform)
		return false;
	for (;;) {
		while (parser->text[at] == ' ')
			at++;
		if (transform->span_count == MAX_SPANS)
			return build_fail(&parser->builder, at, "make it shorter", "more than %d parts in a slice",
					  MAX_SPANS);
		if (!slice_part(parser, &at, &transform->spans[transform->span_count++]))
			return false;
		while (parser->text[at] == ' ')
			at++;
		if (parser->text[at] == ']')
			break;
		if (parser->text[at++] != ',')
			return build_fail(&parser->builder, at - 1, "write [first:count], [first-last] or [first]",
					  "the slice is not closed");
	}
	side->length = at + 1 - side->at;
	parser->token = token_next(parser->text, at + 1);
	return true;
}

/* "#2", "#[1-2]" */
static bool parse_layer(struct parser *parser, struct side *side)
{
	size_t at = parser->token.at + 1;
	bool bracket = parser->text[at] == '[';
	struct operand *operand = &side->operand;
	at += bracket;
	if (!slice_number(parser, &at, &operand->layer_first))
		return false;
	operand->layer_last = operand->layer_first;
	if (bracket && parser->text[at] == '-') {
		at++;
		if (!slice_number(parser, &at, &operand->layer_last))
			return false;
	}
	if (operand->layer_first < 1 || (bracket && parser->text[at++] != ']'))
		return build_fail(&parser->builder, parser->token.at, "write ip.src#2 or ip.src#[1-2]",
				  "this is no layer");
	parser->token = token_next(parser->text, at);
	return true;
}

static bool read_literal(struct parser *parser, struct side *side)
{
	const struct token token = parser->token;
	struct literal *literal = &side->literal;
	size_t wrong = token.at;
	literal->kind = token.kind;
	if (token.kind == TOKEN_WORD) {
		literal->text = parser->text + token.at;
		literal->length = token.length;
		return true;
	}
	char *to = parser->unquoted + parser->unquoted_length;
	if (!token_unquote(parser->text, token, to, &literal->length, &wrong))
		return build_fail(&parser->builder, wrong, "a backslash itself is written twice",
				  "nothing is known that is written so");
	literal->text = to;
	parser->unquoted_length += literal->length;
	if (token.kind == TOKEN_CHARACTER && literal->length != 1)
		return build_fail(&parser->builder, token.at, "longer texts stand in \"double quotes\"",
				  "one character stands in single quotes");
	return true;
}

static bool parse_side(struct parser *parser, struct side *side);

struct function { const char *name; enum transform_kind kind; };

static const struct function *find_function(const struct parser *parser)
{
	static const struct function functions[] = { { "upper", TRANSFORM_UPPER }, { "lower", TRANSFORM_LOWER },
		{ "len", TRANSFORM_LENGTH }, { "count", TRANSFORM_COUNT }, { "string", TRANSFORM_STRING } };
	const struct token *token = &parser->token;
	if (token->kind != TOKEN_WORD || token_next(parser->text, token->at + token->length).kind != TOKEN_OPEN)
		return NULL;
	for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++)
		if (strlen(functions[i].name) == token->length &&
		    memcmp(functions[i].name, parser->text + token->at, token->length) == 0)
			return &functions[i];
	return NULL;
}

/* Upper and lower want text, len anything with bytes. */
static bool suits(enum transform_kind kind, enum field_type type)
{
	if (kind == TRANSFORM_COUNT || kind == TRANSFORM_STRING)
		return true;
	if (kind == TRANSFORM_LENGTH)
		return type == FIELD_TEXT || type == FIELD_BYTES || type == FIELD_IPV4 || type == FIELD_IPV6 ||
		       type == FIELD_MAC;
	return type == FIELD_TEXT;
}

static bool parse_call(struct parser *parser, struct side *side, const struct function *function)
{
	size_t at = parser->token.at;
	if (++parser->depth > FILTER_MAX_DEPTH)
		return build_fail(&parser->builder, at, "make it simpler", "brackets in brackets, too many");
	advance(parser);
	advance(parser);
	if (!parse_side(parser, side))
		return false;
	if (!side->operand.term)
		return build_fail(&parser->builder, side->at, "name a field there", "%s() wants a field",
				  function->name);
	enum field_type type = operand_type(&side->operand, side->operand.term->answers->field);
	if (!suits(function->kind, type))
		return build_fail(&parser->builder, side->at, "see `culprit fields` for the types",
				  "%s() does not work on %s", function->name, side->operand.term->name);
	struct transform *transform = add_transform(parser, side, function->kind);
	if (!transform)
		return false;
	side->operand.counts |= function->kind == TRANSFORM_COUNT;
	side->at = at;
	parser->depth--;
	return take(parser, TOKEN_CLOSE) || fail(parser, "close the bracket", "\")\"");
}

static bool parse_value(struct parser *parser, struct side *side)
{
	const struct function *function = find_function(parser);
	if (function)
		return parse_call(parser, side, function);
	const struct token token = parser->token;
	if (token.kind != TOKEN_WORD && token.kind != TOKEN_STRING && token.kind != TOKEN_RAW_STRING &&
	    token.kind != TOKEN_CHARACTER)
		return fail(parser, "write field == value, or only the name of a field or protocol",
			    "a field or value");
	if (!read_literal(parser, side))
		return false;
	side->at = token.at;
	side->length = token.length;
	if (token.kind == TOKEN_WORD)
		side->operand.term = field_find(parser->text + token.at, token.length);
	side->operand.at = token.at;
	advance(parser);
	if (side->operand.term && parser->token.kind == TOKEN_LAYER && !parse_layer(parser, side))
		return false;
	while (side->operand.term && parser->token.kind == TOKEN_OPEN_SLICE)
		if (!parse_slice(parser, side))
			return false;
	return true;
}

static bool is_arithmetic(enum token_kind kind, enum transform_kind *to)
{
	switch (kind) {
	case TOKEN_BIT_AND:
		*to = TRANSFORM_MASK;
		return true;
	case TOKEN_PLUS:
		*to = TRANSFORM_ADD;
		return true;
	case TOKEN_MINUS:
		*to = TRANSFORM_SUBTRACT;
		return true;
	case TOKEN_TIMES:
		*to = TRANSFORM_MULTIPLY;
		return true;
	case TOKEN_DIVIDE:
		*to = TRANSFORM_DIVIDE;
		return true;
	case TOKEN_REMAINDER:
		*to = TRANSFORM_REMAINDER;
		return true;
	default:
		return false;
	}
}

/* Bytes count as a number when bits of them are looked at: tcp[13] & 2. */
static bool is_number(const struct operand *operand, enum transform_kind kind)
{
	enum field_type type = operand_type(operand, operand->term->answers->field);
	return (type == FIELD_BYTES && kind == TRANSFORM_MASK && operand->transform_count) || type == FIELD_UINT || type == FIELD_INT || type == FIELD_FLAG || type == FIELD_TIME ||
	       type == FIELD_DURATION;
}

static bool parse_arithmetic(struct parser *parser, struct side *side, enum transform_kind kind)
{
	struct side number = { 0 };
	int64_t value;
	if (!side->operand.term || !is_number(&side->operand, kind))
		return build_fail(&parser->builder, parser->token.at, "calculate with fields that are numbers",
				  "there is no number before \"%.*s\"", (int)parser->token.length,
				  parser->text + parser->token.at);
	advance(parser);
	number.literal.negative = take(parser, TOKEN_MINUS);
	if (!parse_value(parser, &number))
		return false;
	if (number.operand.term || !literal_integer(&number.literal, &value))
		return build_fail(&parser->builder, number.at, "fields can only be compared with each other",
				  "only a whole number can stand there");
	struct transform *transform = add_transform(parser, side, kind);
	if (transform)
		transform->number = value;
	return transform;
}

static bool parse_side(struct parser *parser, struct side *side)
{
	enum transform_kind kind;
	size_t at = parser->token.at;
	*side = (struct side){ .at = at };
	bool negative = take(parser, TOKEN_MINUS);
	if (!parse_value(parser, side))
		return false;
	if (negative && side->operand.term) {
		if (!is_number(&side->operand, TRANSFORM_NEGATE))
			return build_fail(&parser->builder, at, "leave out the minus", "%s is no number",
					  side->operand.term->name);
		if (!add_transform(parser, side, TRANSFORM_NEGATE))
			return false;
	} else {
		side->literal.negative = negative;
	}
	side->at = at;
	while (is_arithmetic(parser->token.kind, &kind))
		if (!parse_arithmetic(parser, side, kind))
			return false;
	return true;
}

static unsigned parse_set(struct parser *parser, const struct side *left, bool all, bool negated)
{
	unsigned node = build_set(&parser->builder, left, all, negated);
	if (!failed(parser) && !take(parser, TOKEN_OPEN_SET))
		fail(parser, "write in {80, 443, 8000..8080}", "\"{\"");
	while (!failed(parser) && parser->token.kind != TOKEN_CLOSE_SET) {
		struct side low, high;
		if (!parse_side(parser, &low))
			break;
		bool range = take(parser, TOKEN_RANGE);
		if (range && !parse_side(parser, &high))
			break;
		build_element(&parser->builder, node, &low, range ? &high : NULL);
		take(parser, TOKEN_COMMA);
	}
	if (!failed(parser))
		advance(parser);
	return node;
}

static bool is_relation(enum token_kind kind, enum relation *relation, bool *all)
{
	*all = false;
	switch (kind) {
	case TOKEN_ALL_EQUAL:
		*all = true;
		*relation = RELATION_EQUAL;
		return true;
	case TOKEN_EQUAL:
		*relation = RELATION_EQUAL;
		return true;
	case TOKEN_NOT_EQUAL:
		*all = true;
		*relation = RELATION_NOT_EQUAL;
		return true;
	case TOKEN_ANY_NOT_EQUAL:
		*relation = RELATION_NOT_EQUAL;
		return true;
	case TOKEN_GREATER:
		*relation = RELATION_GREATER;
		return true;
	case TOKEN_LESS:
		*relation = RELATION_LESS;
		return true;
	case TOKEN_GREATER_EQUAL:
		*relation = RELATION_GREATER_EQUAL;
		return true;
	case TOKEN_LESS_EQUAL:
		*relation = RELATION_LESS_EQUAL;
		return true;
	case TOKEN_CONTAINS:
		*relation = RELATION_CONTAINS;
		return true;
	case TOKEN_MATCHES:
		*relation = RELATION_MATCHES;
		return true;
	default:
		return false;
	}
}

static bool chains(enum relation relation)
{
	return relation != RELATION_CONTAINS && relation != RELATION_MATCHES;
}

/* "a < b", and "a < b < c": both. */
static unsigned parse_comparisons(struct parser *parser, struct side left, enum token_kind quantifier)
{
	enum relation relation;
	unsigned node = UINT_MAX;
	bool all;
	while (!failed(parser) && is_relation(parser->token.kind, &relation, &all)) {
		struct side right;
		if (quantifier)
			all = quantifier == TOKEN_ALL;
		advance(parser);
		if (!parse_side(parser, &right))
			return UINT_MAX;
		unsigned next = build_comparison(&parser->builder, &left, relation, all, &right);
		node = node == UINT_MAX ? next : build_node(&parser->builder, NODE_AND, node, next);
		left = right;
		if (!chains(relation))
			break;
	}
	return node;
}

static unsigned parse_test(struct parser *parser)
{
	enum token_kind quantifier = TOKEN_END;
	enum relation relation;
	struct side left;
	bool all;
	if (parser->token.kind == TOKEN_ANY || parser->token.kind == TOKEN_ALL) {
		quantifier = parser->token.kind;
		advance(parser);
	}
	if (!parse_side(parser, &left))
		return UINT_MAX;
	if (is_relation(parser->token.kind, &relation, &all))
		return parse_comparisons(parser, left, quantifier);
	struct token behind = token_next(parser->text, parser->token.at + parser->token.length);
	bool negated = parser->token.kind == TOKEN_NOT && behind.kind == TOKEN_IN;
	if (negated)
		advance(parser);
	/* Without a quantifier "not in" is the contrary of "in": it holds where there is no value, too. */
	if (take(parser, TOKEN_IN)) {
		unsigned node = parse_set(parser, &left, quantifier == TOKEN_ALL, negated && quantifier);
		return negated && !quantifier ? build_node(&parser->builder, NODE_NOT, node, 0) : node;
	}
	if (quantifier) {
		fail(parser, "write all tcp.port > 1024", "a comparison");
		return UINT_MAX;
	}
	return build_exists(&parser->builder, &left);
}

static unsigned parse_or(struct parser *parser);

static unsigned parse_not(struct parser *parser)
{
	unsigned node = UINT_MAX;
	if (++parser->depth > FILTER_MAX_DEPTH) {
		build_fail(&parser->builder, parser->token.at, "make it simpler", "brackets in brackets, too many");
	} else if (take(parser, TOKEN_NOT)) {
		unsigned inner = parse_not(parser);
		node = build_node(&parser->builder, NODE_NOT, inner, 0);
	} else if (take(parser, TOKEN_OPEN)) {
		node = parse_or(parser);
		if (!failed(parser) && !take(parser, TOKEN_CLOSE))
			fail(parser, "close the bracket", "\")\"");
	} else {
		node = parse_test(parser);
	}
	parser->depth--;
	return node;
}

/* A row of the same operators leans to the left, as deep as it is long: FILTER_MAX_TESTS bounds it. */
static unsigned parse_row(struct parser *parser, enum token_kind token, enum node_kind kind,
			  unsigned (*inner)(struct parser *parser))
{
	unsigned node = inner(parser);
	while (!failed(parser) && take(parser, token)) {
		unsigned right = inner(parser);
		node = build_node(&parser->builder, kind, node, right);
	}
	return node;
}

static unsigned parse_and(struct parser *parser)
{
	return parse_row(parser, TOKEN_AND, NODE_AND, parse_not);
}

static unsigned parse_xor(struct parser *parser)
{
	return parse_row(parser, TOKEN_XOR, NODE_XOR, parse_and);
}

static unsigned parse_or(struct parser *parser)
{
	return parse_row(parser, TOKEN_OR, NODE_OR, parse_xor);
}

static bool parse(struct parser *parser)
{
	unsigned root = parse_or(parser);
	if (failed(parser))
		return false;
	if (parser->token.kind != TOKEN_END)
		return fail(parser, "join conditions with && or ||", "\"&&\" or \"||\"");
	build_finish(&parser->builder, root);
	return true;
}

struct filter *filter_compile(const char *text, struct error *error)
{
	size_t length = strlen(text);
	struct filter *filter = memory_zeroed(1, sizeof *filter);
	struct parser parser = { .builder = { filter, error, false }, .text = text };
	bool good = false;
	/* Every literal once for each of the few types that one name can have. */
	filter->copied_size = 8 * (length + 64);
	filter->copied = memory_zeroed(1, filter->copied_size);
	parser.unquoted = memory_zeroed(1, length + 1);
	parser.token = token_next(text, 0);
	if (length > FILTER_MAX_LENGTH)
		build_fail(&parser.builder, FILTER_MAX_LENGTH, "make it shorter", "the expression is too long");
	else if (parser.token.kind == TOKEN_END)
		build_fail(&parser.builder, 0, "write tcp.port == 80, for example", "the expression is empty");
	else
		good = parse(&parser);
	free(parser.unquoted);
	if (good)
		return filter;
	filter_destroy(filter);
	return NULL;
}
