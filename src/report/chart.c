#include "report/chart.h"

#include <string.h>

#include "core/clock.h"
#include "report/words.h"

#define ROWS 5
#define LABEL 9                  /* columns of the scale */
#define MOST_COLUMNS 160
#define STEPS 8                  /* that a character can show */

static const char *const blocks[STEPS + 1] = {
	" ", "\xe2\x96\x81", "\xe2\x96\x82", "\xe2\x96\x83", "\xe2\x96\x84", "\xe2\x96\x85", "\xe2\x96\x86",
	"\xe2\x96\x87", "\xe2\x96\x88",
};

struct curve { double rate[MOST_COLUMNS], highest; size_t columns; };

void chart_rate(struct text *to, double per_second)
{
	if (per_second >= 100) {
		words_grouped(to, (uint64_t)(per_second + 0.5));
		return;
	}
	if (per_second > 0 && per_second < 0.1) {        /* two digits of it */
		unsigned tenthousandths = (unsigned)(per_second * 10000 + 0.5);
		text_addf(to, tenthousandths ? "0.%04u" : "<0.0001", tenthousandths);
		return;
	}
	unsigned hundredths = (unsigned)(per_second * 100 + 0.5);
	text_addf(to, "%u.%02u", hundredths / 100, hundredths % 100);
}

/* Spreads slots over columns, or columns over slots: each column has the mean rate of its time. */
static void fill(struct curve *curve, const struct timeline *timeline, unsigned series, size_t columns)
{
	const size_t slots = timeline_slots(timeline);
	const double width = (double)timeline_width(timeline);
	const double span = width * (double)slots;
	*curve = (struct curve){ .columns = columns < MOST_COLUMNS ? columns : MOST_COLUMNS };
	const double step = span / (double)curve->columns;
	for (size_t i = 0; i < curve->columns; i++) {
		double from = step * (double)i, to = from + step, sum = 0;
		for (size_t slot = (size_t)(from / width); slot < slots && (double)slot * width < to; slot++) {
			double left = (double)slot * width, right = left + width;
			double shared = (to < right ? to : right) - (from > left ? from : left);
			if (shared > 0)
				sum += (double)timeline_get(timeline, slot, series) * shared / width;
		}
		curve->rate[i] = sum / (step / (double)NANOSECONDS);
		if (curve->rate[i] > curve->highest)
			curve->highest = curve->rate[i];
	}
}

/* How much of a row's character is filled; what is not nothing is at least one step. */
static unsigned steps_at(const struct curve *curve, size_t column, unsigned row, unsigned rows)
{
	double height = curve->highest > 0 ? curve->rate[column] / curve->highest * rows * STEPS : 0;
	unsigned steps = (unsigned)(height + 0.5);
	if (!steps && curve->rate[column] > 0)
		steps = 1;
	const unsigned below = (rows - 1 - row) * STEPS;
	return steps <= below ? 0 : steps - below > STEPS ? STEPS : steps - below;
}

static void add_row(const struct page *page, enum ink ink, const struct curve *curve, unsigned row, unsigned rows)
{
	struct text line = { 0 };
	text_add(&line, "");
	for (size_t i = 0; i < curve->columns; i++)
		text_add(&line, blocks[steps_at(curve, i, row, rows)]);
	while (line.length && line.bytes[line.length - 1] == ' ')
		line.bytes[--line.length] = '\0';
	if (line.length)
		page_add(page, ink, line.bytes);
	text_finish(&line);
}

static void add_label(const struct page *page, double rate)
{
	struct text label = { 0 };
	chart_rate(&label, rate);
	size_t columns = text_columns(label.bytes, label.length);
	page_indent(page, columns < LABEL ? LABEL - columns : 0);
	page_add(page, INK_DIM, label.bytes);
	text_finish(&label);
}

static void add_times(const struct page *page, int64_t span, size_t columns)
{
	char end[DURATION_TEXT_SIZE], middle[DURATION_TEXT_SIZE];
	struct text line = { 0 };
	duration_text(span, end);
	duration_text(span / 2, middle);
	const size_t end_columns = text_columns(end, strlen(end)), middle_columns = text_columns(middle, strlen(middle));
	text_add(&line, "0 s");
	size_t at = 3;
	if (columns > 3 * (end_columns + middle_columns)) {
		for (; at < columns / 2 - middle_columns / 2; at++)
			text_add_char(&line, ' ');
		text_add(&line, middle);
		at += middle_columns;
	}
	for (; at + end_columns < columns; at++)
		text_add_char(&line, ' ');
	text_add(&line, end);
	page_indent(page, LABEL + 2);
	page_add(page, INK_DIM, line.bytes);
	text_add_char(page->to, '\n');
	text_finish(&line);
}

void chart_add(const struct page *page, const struct timeline *timeline, unsigned series)
{
	struct curve curve;
	if (!timeline_slots(timeline))
		return;
	fill(&curve, timeline, series, page->width > LABEL + 12 ? page->width - LABEL - 2 : 10);
	for (unsigned row = 0; row < ROWS; row++) {
		if (row == 0)
			add_label(page, curve.highest);
		else if (row == ROWS - 1)
			add_label(page, 0);
		else
			page_indent(page, LABEL);
		page_add(page, INK_DIM, row == ROWS - 1 ? " \xe2\x94\x94" : " \xe2\x94\x82");
		add_row(page, INK_CYAN, &curve, row, ROWS);
		text_add_char(page->to, '\n');
	}
	add_times(page, timeline_start(timeline, timeline_slots(timeline)) - timeline_origin(timeline), curve.columns);
}

void chart_line(const struct page *page, enum ink ink, const struct timeline *timeline, unsigned series,
		size_t columns)
{
	struct curve curve;
	if (!timeline_slots(timeline))
		return;
	fill(&curve, timeline, series, columns);
	add_row(page, ink, &curve, 0, 1);
}
