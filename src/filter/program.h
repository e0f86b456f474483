/* What a filter expression is compiled to. */
#ifndef FILTER_PROGRAM_H
#define FILTER_PROGRAM_H

#include "filter/filter.h"

/* A value on its way through a comparison. Bytes and text point to the packet or to the filter's scratch. */
struct item {
	enum field_type type;        /* never FIELD_GROUP: a protocol is its bytes */
	bool pattern;                /* == understands * and ? */
	int64_t number;
	double real;
	struct address address;
	const uint8_t *bytes;
	size_t length;
	size_t own;                  /* of a protocol: its header, from whose end negative offsets count */
};

struct regex;                        /* regex.h */

/* What a field is compared with. */
struct constant {
	struct item low, high;       /* high: end of a range */
	bool range;
	uint8_t prefix;              /* addresses: how many bits count */
	struct regex *regex;         /* of `matches` */
};

enum transform_kind {
	TRANSFORM_SLICE, TRANSFORM_MASK, TRANSFORM_ADD, TRANSFORM_SUBTRACT, TRANSFORM_MULTIPLY, TRANSFORM_DIVIDE,
	TRANSFORM_REMAINDER, TRANSFORM_NEGATE, TRANSFORM_UPPER, TRANSFORM_LOWER, TRANSFORM_LENGTH, TRANSFORM_COUNT,
	TRANSFORM_STRING,
};

#define MAX_SPANS 8              /* of a slice: [1,3-4,8:] */
#define MAX_TRANSFORMS 8

/* Bytes from `first` to `last` (INT64_MAX: the end), or `last` bytes when `counted`; negative: from the end. */
struct span { int64_t first, last; bool counted; };

struct transform {
	enum transform_kind kind;
	int64_t number;
	struct span spans[MAX_SPANS];
	unsigned span_count;
};

struct operand {
	const struct field_term *term;
	struct transform transforms[MAX_TRANSFORMS];
	unsigned transform_count;
	int64_t layer_first, layer_last;     /* `#`: only of these layers of the protocol, from 1; 0: of all */
	bool counts;                 /* count(): how many there are */
	size_t at, text_length;      /* in the expression */
};

enum relation {
	RELATION_EXISTS, RELATION_EQUAL, RELATION_NOT_EQUAL, RELATION_GREATER, RELATION_LESS,
	RELATION_GREATER_EQUAL, RELATION_LESS_EQUAL, RELATION_CONTAINS, RELATION_MATCHES, RELATION_IN,
};

#define MAX_STORED 32            /* values of a field that is compared with another field; more are left out */
#define STORED_BYTES 128         /* of each: longer text is compared by its start */
struct stored {
	unsigned count;
	struct item items[MAX_STORED];
	uint8_t bytes[MAX_STORED][STORED_BYTES];
};

struct test {                    /* one comparison */
	struct operand left, right;  /* right.term NULL: constants */
	enum relation relation;
	bool all;                    /* every value must fulfil it, else any */
	bool negated;                /* of `in`: not in */
	struct constant *constants;
	unsigned constant_count;
	bool get;                    /* the facts alone can tell */

	/* What was heard of the packet at hand: */
	uint64_t seen;
	bool any_true, all_true;
	int64_t layer_left, layer_right;
	struct stored *left_values, *right_values;   /* only with a field on both sides */
};

enum node_kind { NODE_TEST, NODE_AND, NODE_OR, NODE_XOR, NODE_NOT };
struct node { enum node_kind kind; unsigned left, right; };      /* of a test: left is its index */

/* Who wants to hear a field. */
struct hearing { const struct field *field; unsigned test; bool right, layer; };

#define SCRATCH_SIZE 4096        /* of upper, lower and slices in pieces; what is longer is cut */

struct filter {
	struct node *nodes;
	size_t node_count, node_capacity;
	unsigned root;
	struct test *tests;
	size_t test_count, test_capacity;
	struct hearing *hearings;
	size_t hearing_count, hearing_capacity;
	struct field_wanted wanted;
	bool walks, message_bytes, findings, sessions_only;
	struct teller teller;
	char *copied;                /* the bytes of constants */
	size_t copied_length, copied_size;
	uint8_t scratch[SCRATCH_SIZE];
};

/* The type that values of `field` have behind the operand's transforms. */
enum field_type operand_type(const struct operand *operand, const struct field *field);
/* Applies the transforms. False: there is no such value. */
bool operand_apply(const struct operand *operand, struct item *item, uint8_t *scratch);

/* Does the value fulfil the comparison? */
bool constant_fulfils(enum relation relation, const struct item *item, const struct constant *constant);
bool items_fulfil(enum relation relation, const struct item *left, const struct item *right);

#endif
