/* Lists of equal things, a row each: aligned text, JSON Lines or CSV, from one description. */
#ifndef REPORT_TABLE_H
#define REPORT_TABLE_H

#include <culprit.h>

#include "core/text.h"

#define TABLE_MAX_COLUMNS 64

enum cell_type {
	CELL_NOTHING,        /* null; empty in text and CSV */
	CELL_NUMBER, CELL_BOOLEAN,
	CELL_SECONDS,        /* nanoseconds, shown as decimal seconds */
	CELL_MILLISECONDS,   /* nanoseconds, shown as decimal milliseconds */
	CELL_TIME,           /* nanoseconds since 1970 */
	CELL_WORDS,
	CELL_VALUE,          /* words for text and CSV, and what stands in JSON as it is */
	CELL_LIST,           /* of words; with spaces between in text and CSV */
};

struct cell {
	enum cell_type type;
	unsigned digits;             /* of a time's fraction */
	bool clock;                  /* text: date, time of day and zone, as people write it, unless the style is another */
	bool short_clock;            /* only the time of day */
	union {
		uint64_t number;
		int64_t nanoseconds;
		struct { const char *words, *json; };
		struct { const char *const *list; size_t count; const char *prefix; };
	};
};

static inline struct cell cell_number(uint64_t number)
{
	return (struct cell){ .type = CELL_NUMBER, .number = number };
}

static inline struct cell cell_nothing(void)
{
	return (struct cell){ .type = CELL_NOTHING };
}

static inline struct cell cell_number_if(bool there, uint64_t number)
{
	return there ? cell_number(number) : cell_nothing();
}

static inline struct cell cell_boolean(bool truth)
{
	return (struct cell){ .type = CELL_BOOLEAN, .number = truth };
}

/* NULL and empty words are nothing. */
static inline struct cell cell_words(const char *words)
{
	return words && *words ? (struct cell){ .type = CELL_WORDS, .words = words } : cell_nothing();
}

/* `json` is valid JSON: a number, a string with its quotes, a list … */
static inline struct cell cell_value(const char *words, const char *json)
{
	return (struct cell){ .type = CELL_VALUE, .words = words, .json = json };
}

static inline struct cell cell_time(int64_t time, unsigned digits)
{
	return time == CULPRIT_NO_TIME ? cell_nothing()
		: (struct cell){ .type = CELL_TIME, .digits = digits, .nanoseconds = time };
}

/* The list must live as long as the row; `prefix` is constant ASCII put before each word. */
static inline struct cell cell_list(const char *const *list, size_t count, const char *prefix)
{
	return (struct cell){ .type = CELL_LIST, .list = list, .count = count, .prefix = prefix };
}

static inline struct cell cell_seconds(int64_t nanoseconds)
{
	return (struct cell){ .type = CELL_SECONDS, .nanoseconds = nanoseconds };
}

static inline struct cell cell_milliseconds(int64_t nanoseconds)
{
	return (struct cell){ .type = CELL_MILLISECONDS, .nanoseconds = nanoseconds };
}

struct column {
	const char *name;    /* the key in JSON and CSV, the heading in text */
	bool right;          /* text: flush right, as numbers are */
};

struct table {
	const struct column *columns;
	unsigned column_count;
	void (*cells)(const void *row, struct cell *cells);  /* fills column_count cells */
	bool fold;           /* text: on a terminal that is too narrow the last cell gets lines of its own */
};

struct table_writer;

/* Text shows `people`, JSON Lines and CSV show `programs`. `origin` is the time that relative times count
 * from, CULPRIT_NO_TIME: the first time that is written. The tables must outlive the writer. */
struct table_writer *table_begin(const struct table *people, const struct table *programs,
				 const struct culprit_output *output, int64_t origin);
/* Does it show rows to people? */
bool table_is_text(const struct table_writer *writer);
/* False when the output takes no more. */
bool table_row(struct table_writer *writer, const void *row);
/* For rows of long lists that write themselves, in the same words and faster, once table_is_ready (a text table first
 * looks at some rows, to see how wide the columns get): they go to table_out, and table_sent hands them on. */
bool table_is_ready(const struct table_writer *writer);
enum culprit_report_format table_format(const struct table_writer *writer);
struct text *table_out(struct table_writer *writer);
size_t table_width(const struct table_writer *writer, unsigned column);
void table_add_time(struct table_writer *writer, struct text *to, int64_t time, unsigned digits);
/* The same as cell.clock. */
void table_add_clock(struct table_writer *writer, struct text *to, int64_t time, unsigned digits);
bool table_sent(struct table_writer *writer);
/* Writes what is left and frees the writer. False when the output did not take everything. */
bool table_end(struct table_writer *writer);

#endif
