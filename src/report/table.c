#include "report/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/digits.h"
#include "core/memory.h"
#include "report/json.h"
#include "report/wrap.h"

#define TABLE_WRITE_AT 65536     /* bytes gathered before they are handed on */
#define TABLE_LEARN_ROWS 200     /* text: rows held back to see how wide the columns get */

struct table_writer {
	const struct table *table;
	struct culprit_output output;
	int64_t origin;
	struct text out;             /* not handed on yet */
	bool ended;                  /* the output takes no more */

	/* JSON Lines */
	struct text keys;            /* what stands before each value: {"number": and ,"time": … */
	size_t key_end[TABLE_MAX_COLUMNS];

	struct text cell;            /* one cell, while it is made */

	/* Text: while learning, cells wait in `held`, each ended by a NUL */
	struct text held;
	unsigned held_rows;
	bool learning;
	size_t line;                 /* where the line at hand begins in `out` */
	size_t width[TABLE_MAX_COLUMNS];

	/* Rows come by time, so most share their second with the row before. */
	int64_t second;
	char second_words[TIME_TEXT_SIZE];   /* "2012-08-08T16:30:00"; of a clock "2012-08-08 16:30:00" */
	char zone[TIME_TEXT_SIZE];   /* " EST" */
};

static void hand_on(struct table_writer *writer)
{
	if (!writer->ended && writer->out.length)
		writer->ended = !writer->output.write(writer->output.user, writer->out.bytes,
						      writer->out.length);
	text_clear(&writer->out);
}

static enum time_style style_of(enum culprit_time_style style)
{
	switch (style) {
	case CULPRIT_TIME_LOCAL:
		return TIME_STYLE_LOCAL;
	case CULPRIT_TIME_RELATIVE:
		return TIME_STYLE_RELATIVE;
	case CULPRIT_TIME_EPOCH:
		return TIME_STYLE_EPOCH;
	case CULPRIT_TIME_DEFAULT:
	case CULPRIT_TIME_UTC:
		break;
	}
	return TIME_STYLE_UTC;
}

/* `rest`: below a second. */
static void add_fraction(struct text *to, int64_t rest, unsigned digits)
{
	char fraction[10] = ".";
	digits_nine(fraction + 1, (uint32_t)rest);
	text_add_bytes(to, fraction, digits ? digits + 1 : 0);
}

/* "2012-08-08 16:30:00.1234 EST" */
static void add_clock(struct table_writer *writer, struct text *to, const struct cell *cell)
{
	int64_t second = cell->nanoseconds / NANOSECONDS, rest = cell->nanoseconds % NANOSECONDS;
	bool local = writer->output.time_style == CULPRIT_TIME_LOCAL;
	if (rest < 0) {
		rest += NANOSECONDS;
		second--;
	}
	if (second != writer->second || !writer->second_words[0]) {
		char date[TIME_TEXT_SIZE], clock[TIME_TEXT_SIZE];
		int64_t whole = cell->nanoseconds - rest;
		date_text(whole, local, date);
		time_of_day_text(whole, local, 0, clock);
		char *space = strchr(clock, ' ');
		snprintf(writer->zone, sizeof writer->zone, "%s", space ? space : "");
		if (space)
			*space = '\0';
		snprintf(writer->second_words, sizeof writer->second_words, "%.20s %.20s", date, clock);
		writer->second = second;
	}
	const char *words = writer->second_words;
	text_add(to, cell->short_clock && strchr(words, ' ') ? strchr(words, ' ') + 1 : words);
	add_fraction(to, rest, cell->digits);
	if (!cell->short_clock)
		text_add(to, writer->zone);
}

static void add_utc(struct table_writer *writer, struct text *to, int64_t time, unsigned digits)
{
	int64_t second = time / NANOSECONDS, rest = time % NANOSECONDS;
	if (rest < 0) {
		rest += NANOSECONDS;
		second--;
	}
	if (second != writer->second || !writer->second_words[0]) {
		writer->second = second;
		time_rfc3339(time - rest, 0, writer->second_words);
		writer->second_words[strlen(writer->second_words) - 1] = '\0';   /* the Z */
	}
	text_add(to, writer->second_words);
	add_fraction(to, rest, digits);
	text_add_char(to, 'Z');
}

static void add_time(struct table_writer *writer, struct text *to, const struct cell *cell)
{
	enum time_style style = style_of(writer->output.time_style);
	char words[TIME_TEXT_SIZE];
	if (writer->origin == CULPRIT_NO_TIME)
		writer->origin = cell->nanoseconds;
	if (cell->clock && (style == TIME_STYLE_UTC || style == TIME_STYLE_LOCAL))
		add_clock(writer, to, cell);
	else if (style == TIME_STYLE_UTC)
		add_utc(writer, to, cell->nanoseconds, cell->digits);
	else
		text_add(to, time_text(cell->nanoseconds, writer->origin, style, cell->digits, words));
}

static void add_milliseconds(struct text *to, int64_t nanoseconds)
{
	/* A thousand times as many seconds; only broken clocks make round trips of 100 days. */
	seconds_add(to, nanoseconds < INT64_MAX / 1000 ? nanoseconds * 1000 : INT64_MAX);
}

static void add_json_cell(struct table_writer *writer, const struct cell *cell)
{
	struct text *to = &writer->out;
	switch (cell->type) {
	case CELL_NOTHING:
		text_add_bytes(to, "null", 4);
		break;
	case CELL_NUMBER:
		number_add(to, cell->number);
		break;
	case CELL_BOOLEAN:
		text_add(to, cell->number ? "true" : "false");
		break;
	case CELL_SECONDS:
		seconds_add(to, cell->nanoseconds);
		break;
	case CELL_MILLISECONDS:
		add_milliseconds(to, cell->nanoseconds);
		break;
	case CELL_TIME:
		text_add_char(to, '"');
		add_time(writer, to, cell);
		text_add_char(to, '"');
		break;
	case CELL_WORDS:
		text_add_json(to, cell->words);
		break;
	case CELL_VALUE:
		text_add(to, cell->json);
		break;
	case CELL_LIST:
		text_add_char(to, '[');
		for (size_t i = 0; i < cell->count; i++) {
			if (i)
				text_add_char(to, ',');
			text_addf(to, "\"%s%s\"", cell->prefix, cell->list[i]);
		}
		text_add_char(to, ']');
		break;
	}
}

/* For text and CSV: without quotes, escapes or a word for nothing. */
static void add_plain_cell(struct table_writer *writer, struct text *to, const struct cell *cell)
{
	switch (cell->type) {
	case CELL_NOTHING:
		break;
	case CELL_NUMBER:
		number_add(to, cell->number);
		break;
	case CELL_BOOLEAN:
		text_add(to, cell->number ? "yes" : "no");
		break;
	case CELL_SECONDS:
		seconds_add(to, cell->nanoseconds);
		break;
	case CELL_MILLISECONDS:
		add_milliseconds(to, cell->nanoseconds);
		break;
	case CELL_TIME:
		add_time(writer, to, cell);
		break;
	case CELL_WORDS:
	case CELL_VALUE:
		text_add(to, cell->words);
		break;
	case CELL_LIST:
		for (size_t i = 0; i < cell->count; i++) {
			if (i)
				text_add_char(to, ' ');
			text_add(to, cell->prefix);
			text_add(to, cell->list[i]);
		}
		break;
	}
}

static void write_json_row(struct table_writer *writer, const struct cell *cells)
{
	size_t start = 0;
	for (unsigned i = 0; i < writer->table->column_count; i++) {
		text_add_bytes(&writer->out, writer->keys.bytes + start, writer->key_end[i] - start);
		start = writer->key_end[i];
		add_json_cell(writer, &cells[i]);
	}
	text_add_bytes(&writer->out, "}\n", 2);
}

/* From a trace, perhaps: never written as they are. */
static bool is_words(const struct cell *cell)
{
	return cell->type == CELL_WORDS || cell->type == CELL_VALUE;
}

static void write_csv_row(struct table_writer *writer, const struct cell *cells)
{
	for (unsigned i = 0; i < writer->table->column_count; i++) {
		if (i)
			text_add_char(&writer->out, ',');
		if (!is_words(&cells[i])) {
			add_plain_cell(writer, &writer->out, &cells[i]);
			continue;
		}
		text_clear(&writer->cell);
		text_add_printable(&writer->cell, cells[i].words, strlen(cells[i].words));
		text_add_csv(&writer->out, writer->cell.bytes);
	}
	text_add_char(&writer->out, '\n');
}

static void add_spaces(struct text *to, size_t count)
{
	for (size_t i = 0; i < count; i++)
		text_add_char(to, ' ');
}

/* Those that empty cells at the end of a row leave. */
static void drop_spaces(struct text *to)
{
	while (to->length && to->bytes[to->length - 1] == ' ')
		to->length--;
}

/* Moves the last cell of a line that the terminal has no room for below the line, wrapped. */
static void fold_line(struct table_writer *writer, size_t cell)
{
	struct text *to = &writer->out;
	size_t width = writer->output.width, indent = writer->width[0] + 2;
	if (to->length <= cell || indent >= width / 2 ||
	    text_columns(to->bytes + writer->line, to->length - writer->line) <= width)
		return;
	char *words = memory_copy_text(to->bytes + cell);
	const struct page page = { to, (unsigned)width, false };
	text_cut(to, cell);
	drop_spaces(to);
	text_add_char(to, '\n');
	page_indent(&page, indent);
	page_wrap(&page, INK_PLAIN, (unsigned)indent, (unsigned)indent, words);
	text_cut(to, to->length - 1);        /* whoever writes the line ends it */
	free(words);
}

static void add_aligned(struct table_writer *writer, unsigned i, const char *words)
{
	struct text *to = &writer->out;
	size_t cell = to->length;
	if (i == 0)
		writer->line = cell;
	size_t width = text_columns(words, strlen(words));
	size_t pad = width < writer->width[i] ? writer->width[i] - width : 0;
	if (writer->table->columns[i].right)
		add_spaces(to, pad);
	text_add(to, words);
	if (!writer->table->columns[i].right)
		add_spaces(to, pad);
	if (i + 1 < writer->table->column_count) {
		add_spaces(to, 2);
		return;
	}
	drop_spaces(to);
	if (writer->table->fold && writer->output.width)
		fold_line(writer, cell);
}

/* Stops learning: the heading, then the rows that waited. */
static void release_held(struct table_writer *writer)
{
	const struct table *table = writer->table;
	const char *words = writer->held.bytes;
	writer->learning = false;
	if (writer->output.colour)
		text_add(&writer->out, "\033[1m");
	for (unsigned i = 0; i < table->column_count; i++)
		add_aligned(writer, i, table->columns[i].name);
	if (writer->output.colour)
		text_add(&writer->out, "\033[0m");
	text_add_char(&writer->out, '\n');
	for (unsigned row = 0; row < writer->held_rows; row++) {
		for (unsigned i = 0; i < table->column_count; i++) {
			add_aligned(writer, i, words);
			words += strlen(words) + 1;
		}
		text_add_char(&writer->out, '\n');
	}
	text_finish(&writer->held);
}

static void write_text_row(struct table_writer *writer, const struct cell *cells)
{
	for (unsigned i = 0; i < writer->table->column_count; i++) {
		struct text *cell = &writer->cell;
		text_clear(cell);
		text_add(cell, "");
		if (is_words(&cells[i]))
			text_add_printable(cell, cells[i].words, strlen(cells[i].words));
		else
			add_plain_cell(writer, cell, &cells[i]);
		if (!writer->learning) {
			add_aligned(writer, i, cell->bytes);
			continue;
		}
		size_t width = text_columns(cell->bytes, cell->length);
		if (width > writer->width[i])
			writer->width[i] = width;
		text_add_bytes(&writer->held, cell->bytes, cell->length + 1);
	}
	if (!writer->learning)
		text_add_char(&writer->out, '\n');
	if (writer->learning && ++writer->held_rows == TABLE_LEARN_ROWS)
		release_held(writer);
}

struct table_writer *table_begin(const struct table *people, const struct table *programs,
				 const struct culprit_output *output, int64_t origin)
{
	struct table_writer *writer = memory_zeroed(1, sizeof *writer);
	writer->table = output->format == CULPRIT_TEXT ? people : programs;
	writer->output = *output;
	writer->origin = origin;
	writer->learning = output->format == CULPRIT_TEXT;
	writer->ended = output->format > CULPRIT_CSV;
	for (unsigned i = 0; i < writer->table->column_count; i++) {
		const char *name = writer->table->columns[i].name;
		writer->width[i] = text_columns(name, strlen(name));
		text_addf(&writer->keys, "%s\"%s\":", i ? "," : "{", name);
		writer->key_end[i] = writer->keys.length;
		if (output->format == CULPRIT_CSV)
			text_addf(&writer->out, "%s%s", i ? "," : "", name);
	}
	if (output->format == CULPRIT_CSV)
		text_add_char(&writer->out, '\n');
	return writer;
}

bool table_is_text(const struct table_writer *writer)
{
	return writer->output.format == CULPRIT_TEXT;
}

bool table_is_ready(const struct table_writer *writer)
{
	return !writer->learning && !writer->ended;
}

enum culprit_report_format table_format(const struct table_writer *writer)
{
	return writer->output.format;
}

struct text *table_out(struct table_writer *writer)
{
	return &writer->out;
}

size_t table_width(const struct table_writer *writer, unsigned column)
{
	return writer->width[column];
}

void table_add_time(struct table_writer *writer, struct text *to, int64_t time, unsigned digits)
{
	const struct cell cell = cell_time(time, digits);
	if (cell.type == CELL_TIME)
		add_time(writer, to, &cell);
}

bool table_sent(struct table_writer *writer)
{
	if (writer->out.length >= TABLE_WRITE_AT)
		hand_on(writer);
	return !writer->ended;
}

bool table_row(struct table_writer *writer, const void *row)
{
	struct cell cells[TABLE_MAX_COLUMNS];
	if (writer->ended)
		return false;
	writer->table->cells(row, cells);
	switch (writer->output.format) {
	case CULPRIT_TEXT:
		write_text_row(writer, cells);
		break;
	case CULPRIT_JSON:
		write_json_row(writer, cells);
		break;
	case CULPRIT_CSV:
		write_csv_row(writer, cells);
		break;
	case CULPRIT_HTML:           /* table_begin ended it */
	case CULPRIT_MARKDOWN:
	case CULPRIT_JUNIT:
	case CULPRIT_SARIF:
		break;
	}
	if (writer->out.length >= TABLE_WRITE_AT)
		hand_on(writer);
	return !writer->ended;
}

bool table_end(struct table_writer *writer)
{
	if (writer->learning)
		release_held(writer);
	hand_on(writer);
	bool complete = !writer->ended;
	text_finish(&writer->out);
	text_finish(&writer->keys);
	text_finish(&writer->held);
	text_finish(&writer->cell);
	free(writer);
	return complete;
}

void table_add_clock(struct table_writer *writer, struct text *to, int64_t time, unsigned digits)
{
	struct cell cell = cell_time(time, digits);
	cell.clock = true;
	if (cell.type == CELL_TIME)
		add_time(writer, to, &cell);
}
