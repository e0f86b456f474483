/* From what was read to what is evaluated: tests with their constants, in the types of their fields. */
#ifndef FILTER_BUILD_H
#define FILTER_BUILD_H

#include "filter/literal.h"
#include "filter/program.h"

/* One side of a comparison, as it is written: a field, or a literal. A word that is both is both. */
struct side {
	struct operand operand;      /* term NULL: no field */
	struct literal literal;      /* length of text 0 and kind TOKEN_END: no literal */
	size_t at, length;           /* in the expression */
};

struct builder {
	struct filter *filter;
	struct error *error;
	bool failed;
};

/* Tells what is wrong at `at`, unless something was wrong before. Returns false. */
bool build_fail(struct builder *builder, size_t at, const char *remedy, const char *format, ...)
	__attribute__((format(printf, 4, 5)));

/* They return the index of a node, or UINT_MAX after a failure. */
unsigned build_node(struct builder *builder, enum node_kind kind, unsigned left, unsigned right);
unsigned build_exists(struct builder *builder, const struct side *side);
/* `negated`: for `in`. Elements of a set are added to the test behind. */
unsigned build_comparison(struct builder *builder, const struct side *left, enum relation relation, bool all,
			  const struct side *right);
unsigned build_set(struct builder *builder, const struct side *left, bool all, bool negated);
bool build_element(struct builder *builder, unsigned node, const struct side *low, const struct side *high);

/* Once all is there: who is to be heard. */
void build_finish(struct builder *builder, unsigned root);

#endif
